"""One row of the exported 督办台账: the columns, in order, as the field names them."""

from __future__ import annotations

from dataclasses import astuple, dataclass
from datetime import date, datetime

LEDGER_COLUMNS: tuple[str, ...] = (
    "编号",
    "年度",
    "来源报告",
    "类别",
    "任务内容",
    "原文",
    "成果形式/量化指标",
    "牵头单位",
    "配合单位",
    "责任人",
    "交办时间",
    "签收时间",
    "原定时限",
    "现时限",
    "延期次数",
    "完成比例",
    "序时进度",
    "进展情况",
    "存在问题",
    "下步措施",
    "佐证材料",
    "状态",
    "亮灯",
    "催办次数",
    "最近反馈时间",
    "办结时间",
    "销号审核人",
    "结转来源",
    "备注",
)


@dataclass(frozen=True, slots=True)
class LedgerRow:
    """The values of LEDGER_COLUMNS in the same order."""

    number: str
    plan_year: int
    source: str
    area: str
    wording: str
    quote: str
    targets: str
    lead_unit: str
    supporting: str
    owner: str
    assigned_at: date | None
    signed_at: date | None
    original_due_on: date | None
    due_on: date | None
    extensions: int
    percent: str
    elapsed: str
    progress: str
    problems: str
    next_step: str
    evidence: str
    status: str
    light: str
    urged: int
    last_progress_at: datetime | None
    completed_on: date | None
    closed_by: str
    predecessor: str
    remark: str

    def cells(self) -> tuple[object, ...]:
        """Return the values in the order of the columns."""
        return astuple(self)


def describe_quantity(quantity: dict[str, object]) -> str:
    """Put a target into words: ``新增持证执法人员 ≥6名``, ``执法业务培训 每季度 ≥1次``."""
    signs = {">=": "≥", "<=": "≤", "=": "", "~": "约", "range": ""}
    spans = {"month": "每月", "quarter": "每季度", "half_year": "每半年", "year": "每年"}
    value, maximum = quantity.get("value"), quantity.get("max")
    figure = f"{_plain(value)}—{_plain(maximum)}" if maximum is not None else _plain(value)
    per = spans.get(str(quantity.get("per")), "")
    return f"{quantity.get('what') or ''} {per}{signs.get(str(quantity.get('op')), '')}{figure}{quantity.get('unit') or ''}".strip()


def _plain(value: object) -> str:
    """Write a figure without a needless fraction, however large it is."""
    if isinstance(value, float):
        return f"{value:.0f}" if value.is_integer() else f"{value:.10g}"
    return "" if value is None else str(value)
