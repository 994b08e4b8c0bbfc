"""Forms of the linking screen: an answer, another passage, a decision taken back."""

from __future__ import annotations

from collections.abc import Sequence

from wtforms import BooleanField, IntegerField, RadioField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional, ValidationError

from tracker.domain.documents import Outcome, Span
from tracker.services.links import OUTCOME_LABELS, FigureEdit, NextPlan
from tracker.web.forms.review import ListField, VersionedForm

MET = (("yes", "达到"), ("no", "未达到"), ("open", "无法比较"))
_MET_VALUES: dict[str, bool | None] = {"yes": True, "no": False, "open": None}
OUTCOMES = tuple((outcome.value, label) for outcome, label in OUTCOME_LABELS.items())
LARGEST = 1e15


class AnswerForm(VersionedForm):
    """What the report says of a promise: the outcome, the passages, the figures, the single commitments, a note.

    ``evidence`` holds places as ``start-end``, ``part`` answers to commitments as ``id:outcome``.
    """

    outcome = RadioField("报告结论", choices=list(OUTCOMES), validators=[InputRequired("请选择报告结论。")])
    evidence = ListField()
    figure_actual = ListField()
    figure_met = ListField()
    part = ListField()
    repeated = ListField()
    shrunk = BooleanField()
    note = TextAreaField("核对说明", validators=[Length(max=500, message="核对说明不超过 500 字。")])

    def validate_evidence(self, field: ListField) -> None:
        """Refuse what is no place."""
        if any(_span(value) is None for value in field.data or []):
            raise ValidationError("所选段落不完整，请刷新页面后重试。")

    def validate_figure_actual(self, field: ListField) -> None:
        """Ask for numbers."""
        if any(value.strip() and _number(value) is None for value in field.data or []):
            raise ValidationError("实际数值要填数字，没有写明的请留空。")
        if len(field.data or []) != len(self.figure_met.data or []):
            raise ValidationError("数值对照不完整，请刷新页面后重试。")

    def validate_figure_met(self, field: ListField) -> None:
        """Refuse an answer that is not offered."""
        if any(value not in _MET_VALUES for value in field.data or []):
            raise ValidationError("请选择数值是否达到。")

    def validate_part(self, field: ListField) -> None:
        """Refuse what is no answer to a commitment."""
        for value in field.data or []:
            number, _, outcome = value.partition(":")
            if not number.isdecimal() or len(number) > 9 or outcome not in dict(OUTCOMES):
                raise ValidationError("分项结论不完整，请刷新页面后重试。")

    @property
    def spans(self) -> tuple[Span, ...]:
        """The places that were ticked."""
        return tuple(span for value in self.evidence.data or [] if (span := _span(value)) is not None)

    @property
    def again(self) -> NextPlan:
        """What was left ticked of the next plan."""
        return NextPlan(tuple(self.repeated.data or ()), bool(self.shrunk.data))

    @property
    def figures(self) -> tuple[FigureEdit, ...]:
        """The figures as they stand in the form."""
        pairs = zip(self.figure_actual.data or [], self.figure_met.data or [], strict=False)
        return tuple(FigureEdit(_number(actual), _MET_VALUES.get(met)) for actual, met in pairs)

    @property
    def parts(self) -> dict[int, Outcome]:
        """The outcome of each commitment."""
        pairs: Sequence[tuple[str, str, str]] = [value.partition(":") for value in self.part.data or []]
        return {int(number): Outcome(outcome) for number, _, outcome in pairs}


class RejectForm(AnswerForm):
    """The same form sent by the button 都不是: the outcome is then said by the button."""

    outcome = RadioField("报告结论", choices=list(OUTCOMES), validators=[Optional()])


class PassageForm(VersionedForm):
    """Another passage, verbatim; ``start`` and ``end`` are where it was selected."""

    quote = TextAreaField(
        "报告原文",
        validators=[
            InputRequired("请先在报告中选中一段文字，或把原句粘贴到这里。"),
            Length(max=1000, message="一段依据不超过 1000 字。"),
        ],
    )
    start = IntegerField(validators=[Optional()])
    end = IntegerField(validators=[Optional()])

    @property
    def at(self) -> Span | None:
        """Where it was selected, if it was."""
        start, end = self.start.data, self.end.data
        return Span(start, end) if start is not None and end is not None and 0 <= start < end else None


def _span(value: str) -> Span | None:
    start, _, end = value.partition("-")
    if not (start.isdecimal() and end.isdecimal()) or len(value) > 20 or int(start) >= int(end):
        return None
    return Span(int(start), int(end))


def _number(value: str) -> float | None:
    try:
        number = float(value.strip().replace(",", ""))
    except ValueError:
        return None
    return number if abs(number) < LARGEST else None
