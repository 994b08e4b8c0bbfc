"""How lines of the audit log are called: actions, kinds of objects, and the values that changed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from tracker.domain.delivery import DELIVERY_LABELS
from tracker.domain.permissions import ROLE_LABELS
from tracker.domain.reconciliation import VERDICT_LABELS
from tracker.domain.rules import LABELS as RULE_LABELS
from tracker.domain.tasks import ACTION_LABELS, STATUS_LABELS

# What an administrator's log holds: no business, whatever object it concerns.
SYSTEM_ACTIONS: dict[str, str] = {
    "user.sign_in": "登录",
    "user.sign_in_failed": "登录失败",
    "user.sign_out": "退出登录",
    "user.change_password": "修改密码",
    "user.create": "新建账号",
    "user.edit": "修改账号",
    "user.active": "停用、启用账号",
    "user.reset_password": "重置密码",
    "user.end_sessions": "强制退出登录",
    "user.preferences": "修改本人的提醒设置",
    "feed.create": "生成日历地址",
    "feed.revoke": "停用日历地址",
    "unit.create": "新增单位",
    "unit.edit": "修改、移动单位",
    "unit.active": "停用、启用单位",
    "setting.light": "修改亮灯规则",
    "setting.reminder": "修改提醒规则",
    "setting.linking": "更换比对权重",
    "setting.delivery": "修改发送时间和渠道规则",
    "setting.override": "修改例外提醒规则",
    "channel.change": "修改发送渠道",
    "channel.test": "测试发送渠道",
    "reader.test": "自检文件读取",
    "calendar.change": "调整工作日",
    "clock.confirm": "确认系统时间",
    "message.send_again": "重新发送提醒",
    "message.set_aside": "不再发送提醒",
}
BUSINESS_ACTIONS: dict[str, str] = {
    "report.upload": "上传报告",
    "report.upload_failed": "报告未能识别",
    "report.answer": "答复上传",
    "report.cancel_upload": "取消上传",
    "batch.create": "批量上传",
    "batch.choose": "批量上传选定单位",
    "batch.retry": "批量上传重新处理",
    "batch.cancel": "取消批量上传",
    "report.store": "报告入库",
    "report.correct": "更正报告",
    "report.download": "下载报告",
    "plan.return": "退回计划",
    "plan.answer": "答复退回意见",
    "plan.correct": "按意见更正",
    "plan.settle": "了结退回",
    "task.add_proposal": "添加条目",
    "task.restore": "恢复条目",
    "task.level": "调整督办级别",
    **{f"task.{action.value}": label for action, label in ACTION_LABELS.items()},
    "evidence.download": "下载佐证",
    "slip.issue": "生成督办单",
    "slip.receive": "回执督办单",
    "slip.export": "导出督办单",
    "link.propose": "提出报告对应",
    "link.confirm": "确认报告对应",
    "link.choose": "另选对应原文",
    "link.reject": "否定报告对应",
    "link.reopen": "撤回核对结论",
    "ledger.export": "导出台账",
    "reconciliation.verdict": "核查结论",
    "reconciliation.unplanned": "说明计划外完成",
    "reconciliation.confirm": "单位确认对账",
    "reconciliation.lock": "锁定年度",
    "reconciliation.export": "导出对账表",
    "audit.export": "导出操作记录",
}
ACTION_WORDS = SYSTEM_ACTIONS | BUSINESS_ACTIONS
SYSTEM_OBJECT_WORDS: dict[str, str] = {
    "user": "账号与登录",
    "unit": "单位",
    "setting": "设置",
    "calendar": "工作日",
    "channel": "发送渠道",
    "clock": "系统时间",
    "message": "提醒发送",
    "reader": "文件读取",
}
OBJECT_WORDS: dict[str, str] = {
    "task": "任务",
    "report": "报告",
    "intake": "上传",
    "batch": "批量上传",
    "evidence": "佐证材料",
    "slip": "督办单",
    "reconciliation_sheet": "年终对账",
    "ledger": "台账",
    "audit": "操作记录",
    **SYSTEM_OBJECT_WORDS,
}
FIELD_WORDS: dict[str, str] = {
    # tasks
    "number": "编号",
    "status": "状态",
    "title": "任务名称",
    "wording": "任务内容",
    "area": "类别",
    "level": "督办级别",
    "lead_unit": "牵头单位",
    "supporting_units": "配合单位",
    "owner": "责任人",
    "due_on": "时限",
    "due_confirmed": "时限已确认",
    "planned_on": "计划完成日",
    "sign_due_on": "签收期限",
    "percent": "完成比例",
    "completed_on": "实际完成日",
    "reported_completed_on": "申报的完成日",
    "requested_due_on": "申请的时限",
    "verdict": "结论",
    "review_on": "复核日期",
    "extension_pending": "延期待审核",
    "unfinished_reason": "未完成原因",
    "evidence": "佐证材料",
    "successor": "后续任务",
    "predecessor": "结转自",
    "urged": "催办对象",
    "outcome": "报告结论",
    "decision": "核对结论",
    "explanations": "差异说明",
    "handling": "处理",
    "shortfall": "未完成原因",
    "quantities": "指标",
    "recurring": "周期",
    "remarks": "退回意见",
    "replies": "单位答复",
    "failure": "未送达",
    "error": "对方答复",
    # accounts and units
    "name": "名称",
    "role": "角色",
    "unit": "所属单位",
    "email": "电子邮箱",
    "phone": "电话",
    "parent": "上级单位",
    "short_name": "简称",
    "code": "编号前缀",
    "kind": "类别",
    "files_reports": "报送年度报告",
    "position": "排列顺序",
    **RULE_LABELS,
    **DELIVERY_LABELS,
}
KIND_WORDS = {"area": "地区", "bureau": "部门", "township": "乡镇", "subdistrict": "街道", "section": "内设机构、站所"}


def action_word(action: str) -> str:
    """Return what an action is called; an unknown one by its object."""
    return ACTION_WORDS.get(action) or OBJECT_WORDS.get(action.split(".")[0], "其他操作")


def change_lines(changes: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """Return (field, before, after) in words; what was empty is （空）."""
    return [
        (FIELD_WORDS.get(field, field), _value(field, before), _value(field, after))
        for field, (before, after) in _pairs(changes)
    ]


def _pairs(changes: Mapping[str, Any]) -> Iterable[tuple[str, tuple[Any, Any]]]:
    for field, pair in changes.items():
        if isinstance(pair, list | tuple) and len(pair) == 2:
            yield field, (pair[0], pair[1])


def _value(field: str, value: Any) -> str:
    if value is None or value == "" or value == []:
        return "（空）"
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, list):
        return "、".join(str(part) for part in value)
    words: Mapping[str, str] = {
        "role": {role.value: label for role, label in ROLE_LABELS.items()},
        "status": {status.value: label for status, label in STATUS_LABELS.items()},
        "kind": KIND_WORDS,
        "verdict": {verdict.value: label for verdict, label in VERDICT_LABELS.items()},
    }.get(field, {})
    return words.get(str(value), f"{value}%" if field == "percent" else str(value))
