"""What an item says: its deadline, quantities, units and commitments, mapped back to the document."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from tracker.domain.checkability import is_vague
from tracker.domain.commitments import split_commitments
from tracker.domain.deadlines import PlanTime, decide_deadline, stated_limit, with_told_dates
from tracker.domain.documents import Commitment, Deadline, PlanItem, Quantity, Span
from tracker.domain.identity import year_in
from tracker.domain.plan_items import ItemDraft
from tracker.domain.responsible import Responsibility
from tracker.domain.sections import five_year_end
from tracker.language.lexicon import Lexicon
from tracker.language.periods import Period, find_periods
from tracker.language.quantities import find_amounts
from tracker.language.ranges import beginning_in
from tracker.language.text import Folded

_FARTHEST_GROUP = 5
"""A group may plan for a later year (2026年工作安排), but not for more than so many years ahead."""


@dataclass(frozen=True, slots=True)
class Source:
    """The folded text with its way back to the document's offsets."""

    folded: Folded
    original: str

    def span(self, low: int, high: int) -> Span:
        """Return the document's span of a folded range."""
        return Span(*self.folded.source_span(low, high))

    def quote(self, span: Span) -> str:
        """Return the verbatim quote of a document's span."""
        return span.of(self.original)


@dataclass(frozen=True, slots=True)
class Placed:
    """A draft with who is responsible, the last day of its part where that is not the plan year's, and why it is plan."""

    draft: ItemDraft
    responsibility: Responsibility
    horizon: date | None
    reason: str


def read_items(source: Source, placed: list[Placed], plan_year: int, lexicon: Lexicon) -> list[PlanItem]:
    """Return the plan items of the drafts, with all that can be read in each."""
    items: list[PlanItem] = []
    for each in placed:
        low, high = each.draft.span
        if high - low < 4:
            continue
        name = f"i{len(items) + 1}"
        items.append(_item(source, name, each, _time_of(each, plan_year), lexicon))
    return items


def _time_of(placed: Placed, plan_year: int) -> PlanTime:
    """Return the year and the last day that rule an item: its group's, its part's, else the plan year's."""
    year = year_in(placed.draft.trail)
    if year is not None and plan_year < year <= plan_year + _FARTHEST_GROUP:
        return PlanTime(year, date(year, 12, 31))
    return PlanTime(plan_year, five_year_end(placed.draft.trail) or placed.horizon or date(plan_year, 12, 31))


def _item(source: Source, name: str, placed: Placed, time: PlanTime, lexicon: Lexicon) -> PlanItem:
    text = source.folded.text
    draft, who = _with_telling_title(text, placed.draft, time, lexicon), placed.responsibility
    stated = (who.due[1], who.due[1] + len(who.due[0])) if who.due else None
    limit = stated_limit(text, stated, time, lexicon)
    periods = find_periods(text, *draft.body, time.year, lexicon)
    told = decide_deadline(text, *draft.body, periods, time)
    deadline, why_deadline = told if limit is None else with_told_dates(limit, told, periods)
    commitments = _commitments(source, name, draft, _Values(time, periods, limit), lexicon)
    quantities = tuple(quantity for commitment in commitments for quantity in commitment.quantities)
    vague, why_vague = is_vague(text, *draft.span, deadline, quantities, lexicon)
    span = source.span(*draft.span)
    reasons = [*draft.reasons, placed.reason, why_deadline, why_vague]
    if who.source:
        reasons.append("责任单位取自" + ("本组标题或末尾的标注" if who.inherited else "本项的标注"))
    title = source.quote(source.span(*draft.title)) if draft.title else None
    return PlanItem(
        id=name,
        label=draft.label,
        group=draft.group,
        title=title,
        text=source.quote(span),
        span=span,
        deadline=_in_source(source, deadline),
        commitments=commitments,
        responsible=who.lead,
        supporting=who.support,
        confidence=draft.confidence,
        vague=vague,
        inline=draft.inline,
        reasons=tuple(reason for reason in reasons if reason),
        responsible_span=source.span(*who.source) if who.source else None,
    )


def _with_telling_title(text: str, draft: ItemDraft, time: PlanTime, lexicon: Lexicon) -> ItemDraft:
    """Let a title that names a date or a figure be read with the body: it is a sentence of its own."""
    if draft.title is None:
        return draft
    dated = any(period.kind in ("due", "recurring") for period in find_periods(text, *draft.title, time.year, lexicon))
    return replace(draft, body=draft.span) if dated or find_amounts(text, *draft.title, lexicon) else draft


def _in_source(source: Source, deadline: Deadline) -> Deadline:
    if deadline.span is None:
        return deadline
    return replace(deadline, span=source.span(deadline.span.start, deadline.span.end))


@dataclass(frozen=True, slots=True)
class _Values:
    """What was read once for a whole item and is shared out among its commitments."""

    time: PlanTime
    periods: list[Period]
    limit: tuple[Deadline, str] | None


def _commitments(
    source: Source, item: str, draft: ItemDraft, values: _Values, lexicon: Lexicon
) -> tuple[Commitment, ...]:
    text = source.folded.text
    found: list[Commitment] = []
    amounts = find_amounts(text, *draft.body, lexicon)
    for low, high in split_commitments(text, *draft.body, lexicon):
        span = source.span(low, high)
        inside = beginning_in(values.periods, low, high)
        deadline, _ = values.limit or decide_deadline(text, low, high, inside, values.time)
        quantities = tuple(
            Quantity(
                amount.what,
                amount.op,
                amount.value,
                amount.unit,
                amount.maximum,
                amount.per,
                source.span(amount.start, amount.end),
            )
            for amount in beginning_in(amounts, low, high)
        )
        found.append(
            Commitment(f"{item}.{len(found) + 1}", source.quote(span), span, _in_source(source, deadline), quantities)
        )
    return tuple(found)
