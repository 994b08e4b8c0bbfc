"""Forms of the review screen: a card's values, its dismissal, its parts, a choice of several, a passage to add."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

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
from wtforms.validators import InputRequired, Length, Optional, Regexp, ValidationError

from tracker.domain.documents import Span
from tracker.services.plan_items import RECURRING_LABELS, Chosen, ProposalFields
from tracker.web.forms.areas import area_choices
from tracker.web.forms.base import StrictForm

OPERATORS = ((">=", "不少于"), ("<=", "不超过"), ("=", "等于"), ("~", "约"), ("range", "区间"))
PERIODS = (("", "—"), ("month", "每月"), ("quarter", "每季度"), ("half_year", "每半年"), ("year", "每年"))
WHOLE_NUMBER = r"^\d{1,9}$"


class ListField(SelectMultipleField):  # type: ignore[misc]
    """All values of one name, in the order of the page."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(coerce=str, validate_choice=False, **kwargs)


class VersionedForm(StrictForm):
    """A form on one task as the page showed it."""

    version = HiddenField(validators=[Regexp(WHOLE_NUMBER, message="页面内容不完整，请刷新后重试。")])

    @property
    def seen(self) -> int:
        """The version that the page showed."""
        return int(self.version.data)


class DismissForm(VersionedForm):
    """忽略的原因."""

    reason = TextAreaField(
        "忽略的原因",
        validators=[InputRequired("请填写忽略的原因。"), Length(max=500, message="原因不超过 500 字。")],
    )


class SplitForm(VersionedForm):
    """Where to split: at the commitments, or at chosen places of the quote."""

    how = RadioField("拆分方式", validators=[InputRequired("请选择拆分方式。")])
    offsets = SelectMultipleField("拆分位置", coerce=int)

    def __init__(self, points: Sequence[tuple[int, str]]) -> None:
        super().__init__()
        self.how.choices = [("commitments", "按具体承诺拆开"), ("points", "在所选位置拆开")]
        self.offsets.choices = list(points)

    def validate_offsets(self, field: SelectMultipleField) -> None:
        """Ask for a place where that way was chosen."""
        if self.how.data == "points" and not field.data:
            raise ValidationError("请至少勾选一处拆分位置。")


class ChosenForm(StrictForm):
    """Several tasks as the page showed them, each as ``id:version``. ``go`` says that what will happen was seen."""

    chosen = ListField()
    go = HiddenField()

    def validate_chosen(self, field: ListField) -> None:
        """Refuse what is no choice."""
        if any(not _is_choice(value) for value in field.data or []):
            raise ValidationError("所选内容不完整，请刷新页面后重新勾选。")

    @property
    def selection(self) -> list[Chosen]:
        """The chosen tasks, each once."""
        pairs = [value.split(":") for value in dict.fromkeys(self.chosen.data or [])]
        return [Chosen(int(task_id), int(version)) for task_id, version in pairs]


class AddForm(StrictForm):
    """A passage of the report, verbatim; ``start`` is where it was selected."""

    quote = TextAreaField(
        "原文",
        validators=[
            InputRequired("请先在左侧选中一段文字，或把原句粘贴到这里。"),
            Length(max=4000, message="一条不超过 4000 字。"),
        ],
    )
    start = IntegerField(validators=[Optional()])
    end = IntegerField(validators=[Optional()])

    @property
    def span(self) -> Span | None:
        """Where the passage was selected on the page; None for a pasted one."""
        start, end = self.start.data, self.end.data
        return Span(start, end) if start is not None and end is not None and 0 <= start < end else None


class ProposalForm(VersionedForm):
    """Everything of a card that can be changed. ``owners`` are (account id, label, unit id); ``area`` is the present one."""

    operators = OPERATORS
    periods = PERIODS

    title = StringField(
        "标题", validators=[InputRequired("请填写标题。"), Length(max=300, message="标题不超过 300 字。")]
    )
    wording = TextAreaField(
        "任务内容", validators=[InputRequired("请填写任务内容。"), Length(max=4000, message="任务内容不超过 4000 字。")]
    )
    due_on = DateField("完成时限", validators=[InputRequired("请填写完成时限，例如 2026-06-30。")])
    recurring = SelectField("周期", validators=[Optional()])
    lead_unit_id = SelectField("牵头单位", coerce=int, validators=[InputRequired("请选择牵头单位。")])
    owner_id = SelectField("责任人", validators=[Optional()])
    area = SelectField("类别", validators=[Optional()])
    supporting = SelectMultipleField("配合单位", coerce=int)
    answers = SelectMultipleField("回应的问题")
    vague = BooleanField("要求模糊，难以核查")
    quantity_what = ListField()
    quantity_op = ListField()
    quantity_value = ListField()
    quantity_max = ListField()
    quantity_unit = ListField()
    quantity_per = ListField()

    def __init__(
        self,
        *,
        units: Sequence[tuple[int, str]],
        owners: Sequence[tuple[str, str, int]],
        problems: Sequence[tuple[str, str]],
        area: str | None,
        **values: Any,
    ) -> None:
        super().__init__(**values)
        self.recurring.choices = [("", "一次性"), *RECURRING_LABELS.items()]
        self.lead_unit_id.choices = list(units)
        self.supporting.choices = list(units)
        self.owner_id.choices = [("", "暂不指定"), *((key, label) for key, label, _ in owners)]
        self.owner_units = {key: unit_id for key, _, unit_id in owners}
        self.answers.choices = list(problems)
        self.area.choices = area_choices(area)

    def validate_quantity_value(self, field: ListField) -> None:
        """Ask for a number where a target was named."""
        for what, value, top, unit in zip(
            self.quantity_what.data, field.data, self.quantity_max.data, self.quantity_unit.data, strict=False
        ):
            named = what.strip() or value.strip() or unit.strip()
            if named and (_number(value) is None or not unit.strip() or not what.strip()):
                raise ValidationError(
                    "每项指标要写全名称、数值和单位，例如 新增持证人员、6、名；不要的一行请全部清空。"
                )
            if top.strip() and _number(top) is None:
                raise ValidationError("区间的上限要填数字。")

    def quantity_rows(self) -> list[dict[str, Any]]:
        """Return the targets as rows for the page, as typed, with an empty one at the end."""
        rows = [
            {"what": what, "op": op, "value": value, "max": top, "unit": unit, "per": per}
            for what, op, value, top, unit, per in self._rows()
        ]
        return [*rows, {"what": "", "op": ">=", "value": "", "max": "", "unit": "", "per": ""}]

    def fields(self, before: Sequence[dict[str, Any]]) -> ProposalFields:
        """Return what was filled in; a target that was left as it is keeps its place in the text."""
        return ProposalFields(
            title=self.title.data,
            wording=self.wording.data,
            due_on=self.due_on.data,
            lead_unit_id=self.lead_unit_id.data,
            supporting_unit_ids=tuple(self.supporting.data or ()),
            owner_id=int(self.owner_id.data) if self.owner_id.data else None,
            area=(self.area.data or "").strip() or None,
            recurring=self.recurring.data or None,
            vague=bool(self.vague.data),
            answers=tuple(self.answers.data or ()),
            quantities=tuple(_quantity(row, before) for row in self._rows() if row[0].strip()),
        )

    def _rows(self) -> list[tuple[str, str, str, str, str, str]]:
        columns = (
            self.quantity_what,
            self.quantity_op,
            self.quantity_value,
            self.quantity_max,
            self.quantity_unit,
            self.quantity_per,
        )
        rows = list(zip(*((column.data or []) for column in columns), strict=False))
        return [row for row in rows if row[0].strip() or row[2].strip() or row[4].strip()]


def _is_choice(value: str) -> bool:
    task_id, _, version = value.partition(":")
    return task_id.isdecimal() and version.isdecimal() and len(value) <= 20


def _number(value: str) -> float | None:
    try:
        number = float(value.strip())
    except ValueError:
        return None
    return number if abs(number) < 1e15 else None  # also false for nan and inf


def _plain(value: float | None) -> float | int | None:
    return int(value) if value is not None and value.is_integer() else value


def _quantity(row: tuple[str, str, str, str, str, str], before: Sequence[dict[str, Any]]) -> dict[str, Any]:
    what, op, value, top, unit, per = (cell.strip() for cell in row)
    made = {
        "what": what,
        "op": op if op in dict(OPERATORS) else ">=",
        "value": _plain(_number(value)),
        "max": _plain(_number(top)) if top else None,
        "unit": unit,
        "per": per if per and per in dict(PERIODS) else None,
        "start": None,
        "end": None,
    }
    compared = ("what", "op", "value", "max", "unit", "per")
    return next((old for old in before if all(old.get(key) == made[key] for key in compared)), made)
