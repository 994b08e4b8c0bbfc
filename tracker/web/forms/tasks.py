"""Forms of the task page: one for each action, with the limits and words of ``domain.task_rules``."""

from __future__ import annotations

from typing import Any

from flask_wtf.file import MultipleFileField
from wtforms import (
    BooleanField,
    DateField,
    HiddenField,
    IntegerField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from tracker.domain.evidence_kinds import ACCEPTED
from tracker.domain.task_rules import LONGEST_TEXT, LONGEST_TITLE, MAX_PERCENT
from tracker.domain.tasks import UNFINISHED_LABELS
from tracker.web.forms.base import StrictForm


def _number(value: Any) -> int | None:
    return int(value) if value not in (None, "", "None") else None


def _text(label: str, asked: str | None = None, *, limit: int = LONGEST_TEXT, hint: str = "") -> TextAreaField:
    """A text of several lines; with ``asked`` it must be filled in and says so in these words."""
    return TextAreaField(
        label,
        description=hint,
        validators=[
            InputRequired(asked) if asked else Optional(),
            Length(max=limit, message=f"{label}不能超过 {limit} 字。"),
        ],
    )


def _day(label: str, asked: str | None = None, hint: str = "") -> DateField:
    return DateField(label, description=hint, validators=[InputRequired(asked) if asked else Optional()])


def files_hint(limit_mb: int) -> str:
    """Say what may be chosen; the limit is the installation's."""
    return f"可多选，一次合计不超过 {limit_mb} MB。可用格式：{ACCEPTED}。"


class TaskForm(StrictForm):
    """The base: a form of one task, with the version it was opened with."""

    version = HiddenField()


class ConfirmForm(TaskForm):
    """Nothing to fill in."""


class SignForm(TaskForm):
    """签收: the unit's own plan, and for a head the person who is to do it."""

    owner_id = SelectField("责任人", coerce=_number, validators=[Optional()])
    planned_on = _day("计划完成日", hint="本单位自己的打算，不影响办理时限，不能晚于时限。")


class ReasonForm(TaskForm):
    """A reason that must be given."""

    reason = _text("原因", "请填写原因。")


class OwnerForm(TaskForm):
    """指定责任人."""

    owner_id = SelectField("责任人", coerce=_number, validators=[InputRequired("请选择责任人。")])


class AssignForm(TaskForm):
    """交办, with the person named beforehand where wanted."""

    owner_id = SelectField(
        "责任人", coerce=_number, validators=[Optional()], description="可以不选，由牵头单位签收时确定。"
    )


class FilesForm(StrictForm):
    """The base of forms with ``files``. ``kept_files`` came with an earlier, faulty attempt (see ``web.uploads``)."""

    kept_files = HiddenField()


class ProgressForm(FilesForm):
    """反馈进展; it only adds, so it carries no version."""

    percent = IntegerField(
        "完成比例（%）",
        validators=[
            InputRequired("请填写完成比例。"),
            NumberRange(min=0, max=MAX_PERCENT, message="完成比例应为 0 到 100 之间的整数。"),
        ],
    )
    done = _text("已完成的工作", "请填写已完成的工作。", hint="写清做了什么、次数和结果，便于年底核对。")
    problems = _text("存在问题")
    next_step = _text("下步措施")
    files = MultipleFileField("佐证材料")


class EvidenceForm(FilesForm):
    """补充佐证."""

    files = MultipleFileField("佐证材料")
    note = StringField("说明", validators=[Length(max=300, message="说明不能超过 300 字。")])


class WithdrawEvidenceForm(StrictForm):
    """撤回佐证."""

    reason = _text("原因", "请填写撤回的原因。", limit=300)


class ClosureForm(TaskForm, FilesForm):
    """申请办结."""

    statement = _text("完成情况", "请填写完成情况。", hint="对照任务内容和指标，写明结果。")
    completed_on = _day("实际完成日", "请填写实际完成日。", hint="工作真正做完的那一天，与审核日期分开记录。")
    files = MultipleFileField("佐证材料")
    no_evidence_reason = _text("没有佐证的原因", limit=300, hint="没有任何佐证材料时必填。")


class ApproveForm(TaskForm):
    """销号."""

    verdict = _text("审核意见", "请填写审核意见。")


class ExtensionForm(TaskForm):
    """申请延期."""

    new_due_on = _day("新的时限", "请填写新的时限。")
    reason = _text("延期原因", "请填写延期的原因。")


class ApproveExtensionForm(TaskForm):
    """同意延期."""

    note = _text("审核意见", limit=300)


class SuspendForm(TaskForm):
    """暂缓."""

    review_on = _day("复核日期", "请填写复核日期。", hint="到这一天再看是否恢复办理。")
    reason = _text("暂缓原因", "请填写暂缓的原因。")


class UnfinishedForm(TaskForm):
    """认定未完成."""

    reason_class = RadioField(
        "原因类别",
        choices=[(reason.value, label) for reason, label in UNFINISHED_LABELS.items()],
        validators=[InputRequired("请选择原因类别。")],
    )
    reason = _text("具体原因", "请填写未完成的原因。")


class CarryOverForm(TaskForm):
    """结转."""

    due_on = _day("下年度时限", "请填写下年度的时限。")


class UrgeForm(StrictForm):
    """催办; it only adds."""

    text = StringField("催办要求", validators=[Length(max=200, message="催办要求不能超过 200 字。")])


class EditForm(TaskForm):
    """修改. What may not be changed in the task's state is taken out before it is shown or read."""

    title = StringField(
        "任务名称",
        validators=[
            InputRequired("请填写任务名称。"),
            Length(max=LONGEST_TITLE, message=f"任务名称不能超过 {LONGEST_TITLE} 字。"),
        ],
    )
    wording = _text("任务内容", "请填写任务内容。", hint="原文另行保留，不受修改影响。")
    area = SelectField("类别", validators=[Optional()])
    lead_unit_id = SelectField("牵头单位", coerce=_number, validators=[InputRequired("请选择牵头单位。")])
    due_on = _day("办理时限", "请填写办理时限。")
    confirm_due = BooleanField("确认推定的时限", description="报告没有写明时限。核对后勾选，不再标注“推定”。")
    owner_id = SelectField("责任人", coerce=_number, validators=[Optional()])
    supporting_unit_ids = SelectMultipleField("配合单位", coerce=int)
    supporting_choice = HiddenField()  # the side chosen after a conflict: ids joined by commas
    reason = _text("修改原因", "请填写修改已立项任务的原因。", limit=300)
