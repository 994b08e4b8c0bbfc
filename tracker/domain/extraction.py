"""Reading a report: sections, problems, plan items with deadline, quantities and units, each with its span and reason."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from dataclasses import dataclass, replace
from datetime import date

from tracker.domain.answers import match_answers
from tracker.domain.checkability import is_vague
from tracker.domain.commitments import split_commitments
from tracker.domain.deadlines import PlanTime, decide_deadline, stated_limit
from tracker.domain.documents import (
    Commitment,
    Deadline,
    Document,
    PlanItem,
    Problem,
    Quantity,
    ReportReading,
    Section,
    SectionKind,
    Span,
)
from tracker.domain.identity import read_identity, year_in
from tracker.domain.inline_plans import inline_drafts, split_mixed
from tracker.domain.outline import Line, Range, read_lines, without_signature
from tracker.domain.plan_items import ItemDraft, PlanCollector
from tracker.domain.problems import problems_admitted, problems_of_part
from tracker.domain.responsible import Responsibility, assign
from tracker.domain.sections import Part, find_parts, five_year_end
from tracker.language.lexicon import Lexicon
from tracker.language.periods import Period, find_periods
from tracker.language.quantities import find_amounts
from tracker.language.text import Folded, fold

_FARTHEST_GROUP = 5
"""A group may plan for a later year (2026年工作安排), but not for more than so many years ahead."""


@dataclass(frozen=True, slots=True)
class _Source:
    """The folded text with its way back to the document's offsets."""

    folded: Folded
    original: str

    def span(self, low: int, high: int) -> Span:
        return Span(*self.folded.source_span(low, high))

    def quote(self, span: Span) -> str:
        return span.of(self.original)


def read_report(document: Document, lexicon: Lexicon, *, report_year: int | None = None) -> ReportReading:
    """Return everything that can be taken from ``document``; offsets are code points of ``document.text``.

    ``report_year`` is what a person says of it and wins over what is read.
    """
    folded = fold(document.text)
    source = _Source(folded, document.text)
    text = folded.text
    lines = read_lines(text)
    identity = read_identity(text, lines, lexicon)
    if report_year is not None:
        identity = replace(identity, report_year=report_year)
    parts = _unmixed(text, find_parts(text, without_signature(text, lines), identity.report_year, lexicon), lexicon)
    plan_year, notices = _plan_year(text, parts, identity.report_year)
    problems = _problems(source, parts, lines, lexicon)
    drafts = _drafts(text, parts, plan_year, lexicon)
    items = _items(source, drafts, plan_year, lexicon) if plan_year is not None else []
    items, unanswered = _with_answers(document.text, items, problems, lexicon)
    if not any(part.kind is SectionKind.PLAN for part in parts):
        notices.append("没有找到下一年工作计划部分。请核对报告是否写有下一步打算，或在审阅页上手工划出。")
    elif not items:
        notices.append("计划部分没有识别出任务。请在审阅页上手工划出。")
    return ReportReading(
        text=document.text,
        title=identity.title,
        unit=identity.unit,
        report_year=identity.report_year,
        plan_year=plan_year,
        sections=tuple(_sections(source, parts)),
        problems=tuple(problems),
        items=tuple(items),
        unanswered_problems=unanswered,
        notices=(*document.notices, *identity.notices, *notices),
    )


def _unmixed(text: str, parts: list[Part], lexicon: Lexicon) -> list[Part]:
    """Cut mixed parts: a mixed heading over sub-headings gives way to them; problems and plan told together are parted."""
    result: list[Part] = []
    for index, part in enumerate(parts):
        follower = parts[index + 1] if index + 1 < len(parts) else None
        if len(part.kinds) == 1:
            result.append(part)
        elif follower is not None and follower.parent is part.heading and not part.lines:
            continue
        elif SectionKind.PROBLEMS in part.kinds and SectionKind.PLAN in part.kinds:
            problems, plan = split_mixed(text, part.lines, lexicon)
            result.append(replace(part, kinds=(SectionKind.PROBLEMS,), lines=tuple(problems)))
            if plan:
                mixed = replace(part, kinds=(SectionKind.PLAN,), heading=None, parent=part.heading, lines=tuple(plan))
                result.append(mixed)
        else:
            result.append(replace(part, kinds=(part.kinds[0],)))
    return result


def _plan_year(text: str, parts: list[Part], report_year: int | None) -> tuple[int | None, list[str]]:
    """Return the year the plan is for: the year its heading or first lines name, else the year after the report's."""
    expected = report_year + 1 if report_year is not None else None
    named: list[int] = []
    for part in parts:
        if part.kind is not SectionKind.PLAN or part.horizon is not None or part.five_years:
            continue
        heading = part.heading
        year = year_in(text[slice(*(heading.title or heading.content))]) if heading else None
        if year is None and part.lines:
            year = year_in(text[part.lines[0].start : part.lines[0].start + 30])
        if year is not None:
            named.append(year)
    if not named:
        return expected, []
    best = Counter(named).most_common(1)[0][0]
    if expected is None or expected in named:
        return (expected if expected in named else best), []
    if report_year is not None and (best <= report_year or best > report_year + 2):
        return expected, [
            f"计划部分写的年份是 {best} 年，与报告年度 {report_year} 年对不上，按 {expected} 年计。请核对。"
        ]
    return best, []


def _problems(source: _Source, parts: list[Part], lines: list[Line], lexicon: Lexicon) -> list[Problem]:
    text = source.folded.text
    ranges: list[Range] = []
    for part in parts:
        if part.kind is SectionKind.PROBLEMS:
            ranges.extend(problems_of_part(text, part.heading, part.lines, lexicon))
    if not ranges:
        first_plan = next(
            (part.heading.start for part in parts if part.kind is SectionKind.PLAN and part.heading), len(text)
        )
        ranges = problems_admitted(text, [line for line in lines if line.start < first_plan], lexicon)
    problems: list[Problem] = []
    for low, high in ranges:
        if high - low >= 4:
            span = source.span(low, high)
            problems.append(Problem(f"p{len(problems) + 1}", source.quote(span), span))
    return problems


@dataclass(frozen=True, slots=True)
class _Placed:
    draft: ItemDraft
    responsibility: Responsibility
    horizon: date | None
    reason: str


def _last_day(part: Part, plan_year: int | None) -> date | None:
    """Return the last day of a five-year part, or None where the plan year's end rules."""
    if part.horizon is None and part.five_years and plan_year is not None:
        return date(plan_year + 4, 12, 31)
    return part.horizon


def _drafts(text: str, parts: list[Part], plan_year: int | None, lexicon: Lexicon) -> list[_Placed]:
    placed: list[_Placed] = []
    collector = PlanCollector(text, lexicon)
    for part in parts:
        if part.kind is SectionKind.PLAN:
            found = collector.collect(part.heading, part.lines)
        elif part.kind in (SectionKind.WORK_DONE, SectionKind.DUTIES):
            found = inline_drafts(text, part.lines, lexicon)
        else:
            continue
        placed.extend(
            _Placed(draft, who, _last_day(part, plan_year), part.reason) for draft, who in assign(text, found, lexicon)
        )
    return placed


def _items(source: _Source, placed: list[_Placed], plan_year: int, lexicon: Lexicon) -> list[PlanItem]:
    items: list[PlanItem] = []
    for each in placed:
        low, high = each.draft.span
        if high - low < 4:
            continue
        name = f"i{len(items) + 1}"
        items.append(_item(source, name, each, _time_of(each, plan_year), lexicon))
    return items


def _time_of(placed: _Placed, plan_year: int) -> PlanTime:
    """Return the year and the last day that rule an item: its group's, its part's, else the plan year's."""
    year = year_in(placed.draft.trail)
    if year is not None and plan_year < year <= plan_year + _FARTHEST_GROUP:
        return PlanTime(year, date(year, 12, 31))
    return PlanTime(plan_year, five_year_end(placed.draft.trail) or placed.horizon or date(plan_year, 12, 31))


def _item(source: _Source, name: str, placed: _Placed, time: PlanTime, lexicon: Lexicon) -> PlanItem:
    text = source.folded.text
    draft, who = _with_telling_title(text, placed.draft, time, lexicon), placed.responsibility
    stated = (who.due[1], who.due[1] + len(who.due[0])) if who.due else None
    limit = stated_limit(text, stated, time, lexicon)
    periods = find_periods(text, *draft.body, time.year, lexicon)
    deadline, why_deadline = limit or decide_deadline(text, *draft.body, periods, time)
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


def _in_source(source: _Source, deadline: Deadline) -> Deadline:
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
    source: _Source, item: str, draft: ItemDraft, values: _Values, lexicon: Lexicon
) -> tuple[Commitment, ...]:
    text = source.folded.text
    found: list[Commitment] = []
    amounts = find_amounts(text, *draft.body, lexicon)
    for low, high in split_commitments(text, *draft.body, lexicon):
        span = source.span(low, high)
        inside = [period for period in values.periods if low <= period.start < high]
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
            for amount in amounts
            if low <= amount.start < high
        )
        found.append(
            Commitment(f"{item}.{len(found) + 1}", source.quote(span), span, _in_source(source, deadline), quantities)
        )
    return tuple(found)


def _with_answers(
    text: str, items: list[PlanItem], problems: list[Problem], lexicon: Lexicon
) -> tuple[list[PlanItem], tuple[str, ...]]:
    """Return the items with the problems they answer, and the ids of the problems that no item answers."""
    if not items or not problems:
        return items, tuple(problem.id for problem in problems) if items else ()
    pairs = [(f"{item.group or ''}{item.title or ''}", item.text) for item in items]
    matched = match_answers([problem.text for problem in problems], pairs, text.split("\n"), lexicon)
    ends = [problem.span.end for problem in problems]
    first = min((item.span.start for item in items if not item.inline), default=len(text))
    interleaved = problems[0].span.start < first < problems[-1].span.start
    result: list[PlanItem] = []
    for item, answers in zip(items, matched, strict=True):
        told = _told_with(text, item, problems, ends, interleaved)
        ids: tuple[str, ...]
        why: tuple[str, ...]
        if told is not None:
            ids, why = (told.id,), (f"回应问题 {told.id}：与问题写在一起",)
        else:
            ids = tuple(problems[answer.problem].id for answer in answers)
            why = tuple(f"回应问题 {problems[answer.problem].id}：{answer.reason}" for answer in answers)
        result.append(replace(item, answers=ids, reasons=item.reasons + why))
    answered = {name for item in result for name in item.answers}
    return result, tuple(problem.id for problem in problems if problem.id not in answered)


def _told_with(
    text: str, item: PlanItem, problems: list[Problem], ends: list[int], interleaved: bool
) -> Problem | None:
    """Return the problem an item is told with: the last one before it in its own paragraph.

    Where problems and measures take turns, the last one before it anywhere. ``ends`` are the problems' ends.
    """
    before = bisect_right(ends, item.span.start)
    if not before:
        return None
    low = text.rfind("\n", 0, item.span.start) + 1
    problem = problems[before - 1]
    return problem if problem.span.start >= low or (interleaved and not item.inline) else None


def _sections(source: _Source, parts: list[Part]) -> list[Section]:
    sections: list[Section] = []
    for part in parts:
        lines = [line for line in (part.heading, *part.lines) if line is not None]
        span = source.span(lines[0].start, lines[-1].end)
        heading = part.heading or part.parent
        words = ""
        if heading is not None:
            end = heading.title[1] if heading.title else heading.end
            words = source.quote(source.span(heading.start, end))
        sections.append(Section(part.kind, words, span, part.reason))
    return sections
