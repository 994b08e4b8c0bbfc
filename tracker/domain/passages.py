"""A plan item that a person points out in the text: its deadline, quantities and commitments by the reading's own rules."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from tracker.domain.checkability import is_vague
from tracker.domain.classification import OPENING, with_areas
from tracker.domain.commitments import split_commitments
from tracker.domain.deadlines import PlanTime, decide_deadline
from tracker.domain.documents import Commitment, Deadline, PlanItem, Quantity, Span
from tracker.language.lexicon import Lexicon
from tracker.language.periods import find_periods
from tracker.language.quantities import find_amounts
from tracker.language.text import Folded, fold


def read_passage(text: str, span: Span, plan_year: int, lexicon: Lexicon, *, name: str) -> PlanItem:
    """Return the item that ``text[span]`` is; all offsets are those of ``text``. ``name`` becomes its id."""
    reader = _Passage(fold(span.of(text)), span.start, PlanTime(plan_year, date(plan_year, 12, 31)), lexicon)
    words = reader.folded.text
    deadline, why_deadline = reader.deadline(0, len(words))
    commitments = reader.commitments(text, name)
    quantities = tuple(quantity for commitment in commitments for quantity in commitment.quantities)
    vague, why_vague = is_vague(words, 0, len(words), deadline, quantities, lexicon)
    item = PlanItem(
        id=name,
        label=None,
        group=None,
        title=None,
        text=span.of(text),
        span=span,
        deadline=reader.placed(deadline),
        commitments=commitments,
        vague=vague,
        reasons=tuple(reason for reason in ("人工划出", why_deadline, why_vague) if reason),
    )
    return with_areas([item], text[:OPENING], lexicon)[0]


class _Passage:
    """The folded passage and the way back to the report's offsets."""

    def __init__(self, folded: Folded, start: int, time: PlanTime, lexicon: Lexicon) -> None:
        self.folded, self.start, self.time, self.lexicon = folded, start, time, lexicon

    def span(self, low: int, high: int) -> Span:
        start, end = self.folded.source_span(low, high)
        return Span(self.start + start, self.start + end)

    def deadline(self, low: int, high: int) -> tuple[Deadline, str]:
        words = self.folded.text
        return decide_deadline(
            words, low, high, find_periods(words, low, high, self.time.year, self.lexicon), self.time
        )

    def placed(self, deadline: Deadline) -> Deadline:
        if deadline.span is None:
            return deadline
        return replace(deadline, span=self.span(deadline.span.start, deadline.span.end))

    def commitments(self, text: str, name: str) -> tuple[Commitment, ...]:
        words = self.folded.text
        found: list[Commitment] = []
        for low, high in split_commitments(words, 0, len(words), self.lexicon):
            span = self.span(low, high)
            deadline, _ = self.deadline(low, high)
            quantities = tuple(
                Quantity(a.what, a.op, a.value, a.unit, a.maximum, a.per, self.span(a.start, a.end))
                for a in find_amounts(words, low, high, self.lexicon)
            )
            found.append(Commitment(f"{name}.{len(found) + 1}", span.of(text), span, self.placed(deadline), quantities))
        return tuple(found)
