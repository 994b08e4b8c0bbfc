"""Forms of the year-end reconciliation: a verdict with its explanations, unplanned work, what was seen."""

from __future__ import annotations

from flask import request
from wtforms import HiddenField, RadioField, TextAreaField
from wtforms.validators import InputRequired, Length, Regexp, ValidationError

from tracker.domain.reconciliation import DIFFERENCE_LABELS, VERDICT_LABELS, Difference, Verdict
from tracker.services.reconciliation import LONGEST, LineFields
from tracker.web.forms.base import StrictForm
from tracker.web.forms.review import ListField, VersionedForm

VERDICTS = [(verdict.value, label) for verdict, label in VERDICT_LABELS.items()]
EXPLAINED = tuple(kind for kind in Difference if kind is not Difference.UNPLANNED)


def _text(label: str) -> TextAreaField:
    return TextAreaField(label, validators=[Length(max=LONGEST, message=f"{label}不超过 {LONGEST} 字。")])


class LineForm(VersionedForm):
    """核查结论 of one task, the explanation of each difference, 未完成原因 and 处理."""

    verdict = RadioField("核查结论", choices=VERDICTS, validators=[InputRequired("请选择核查结论。")])
    explanation_closed_not_reported = _text(DIFFERENCE_LABELS[Difference.CLOSED_NOT_REPORTED])
    explanation_reported_not_closed = _text(DIFFERENCE_LABELS[Difference.REPORTED_NOT_CLOSED])
    explanation_figures = _text(DIFFERENCE_LABELS[Difference.FIGURES])
    explanation_deadline = _text(DIFFERENCE_LABELS[Difference.DEADLINE])
    explanation_shrunk = _text(DIFFERENCE_LABELS[Difference.SHRUNK])
    shortfall = _text("未完成原因")
    handling = _text("处理")

    def fields(self) -> LineFields:
        """Return what was filled in; only the explanations that the page offered."""
        return LineFields(
            verdict=Verdict(self.verdict.data),
            explanations={
                kind: self[f"explanation_{kind.value}"].data or ""
                for kind in EXPLAINED
                if f"explanation_{kind.value}" in request.form
            },
            shortfall=self.shortfall.data or "",
            handling=self.handling.data or "",
        )


class UnplannedForm(StrictForm):
    """Explanations of what was done without a plan: the key of each and its text, in the order of the page."""

    key = ListField()
    explanation = ListField()

    def validate_key(self, field: ListField) -> None:
        """Refuse a list that does not fit the other one."""
        if len(field.data or []) != len(self.explanation.data or []):
            raise ValidationError("提交的内容不完整，请刷新页面后重试。")

    def validate_explanation(self, field: ListField) -> None:
        """Refuse what is too long."""
        if any(len(text) > LONGEST for text in field.data or []):
            raise ValidationError(f"说明不超过 {LONGEST} 字。")

    @property
    def explanations(self) -> dict[str, str]:
        """The explanation of each, by key."""
        return dict(zip(self.key.data or [], self.explanation.data or [], strict=False))


class SeenForm(StrictForm):
    """A step on the whole sheet, with the digest of what the page showed."""

    seen = HiddenField(validators=[Regexp(r"^[0-9a-f]{16,64}$", message="页面内容不完整，请刷新后重试。")])
