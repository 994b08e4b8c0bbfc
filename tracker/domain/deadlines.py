"""By when: from the item's own words, else the end of the plan year, always saying which.

A stated date rules to the end of its sentence; an item that also has undated sentences keeps the year's end, and the
earlier date is a milestone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from tracker.domain.documents import Deadline, DeadlineSource, Span
from tracker.language.lexicon import Lexicon
from tracker.language.periods import Period, find_periods
from tracker.language.ranges import beginning_in
from tracker.language.sentences import split_sentences


@dataclass(frozen=True, slots=True)
class PlanTime:
    """The plan year and the default last day (the year's end, or the end of a five-year part)."""

    year: int
    last_day: date


def stated_limit(
    text: str, stated: tuple[int, int] | None, time: PlanTime, lexicon: Lexicon
) -> tuple[Deadline, str] | None:
    """Return the deadline that a bracket or table column states (完成时限：……); it rules the whole item."""
    if stated is None:
        return None
    limits = [found for found in find_periods(text, *stated, time.year, lexicon) if found.due_on]
    if not limits:
        return None
    due = max(limits, key=_lateness)
    reason = f"时限取自标注的“{text[due.start : due.end]}”"
    deadline = Deadline(due.due_on or time.last_day, DeadlineSource.TEXT, due.recurring, (), Span(due.start, due.end))
    return deadline, reason


def with_told_dates(
    limit: tuple[Deadline, str], told: tuple[Deadline, str], periods: Sequence[Period]
) -> tuple[Deadline, str]:
    """Return the stated limit, or the item's own later date; the other dates that its words name are milestones."""
    ruling = told if told[0].source is DeadlineSource.TEXT and told[0].due_on > limit[0].due_on else limit
    due_on = ruling[0].due_on
    named = {found.due_on for found in periods if found.due_on and found.kind in ("due", "milestone")}
    milestones = tuple(sorted(day for day in {*named, limit[0].due_on} if day < due_on))
    return replace(ruling[0], milestones=milestones), ruling[1]


def decide_deadline(text: str, start: int, end: int, periods: Sequence[Period], time: PlanTime) -> tuple[Deadline, str]:
    """Return the deadline of ``text[start:end]``, in which ``periods`` were found, and the reason in Chinese."""
    sentences = [span for span in split_sentences(text, start, end) if span[1] - span[0] > 2] or [(start, end)]
    ruling: list[Period] = []
    undated = False
    for low, high in sentences:
        inside = [
            found for found in beginning_in(periods, low, high) if found.kind in ("due", "recurring") and found.due_on
        ]
        if inside:
            ruling.append(max(inside, key=_lateness))
        else:
            undated = True
    latest = max(ruling, key=_lateness, default=None)
    recurring = next((found.recurring for found in periods if found.kind == "recurring" and found.recurring), None)
    if latest is None or latest.due_on is None or (undated and latest.due_on < time.last_day):
        due_on, source, span, reason = time.last_day, DeadlineSource.PLAN_YEAR, None, "没有写明时限，按计划年度年底推定"
        if latest is not None:
            reason = "有的句子没有时限，按计划年度年底推定，写明的日期作为节点"
    else:
        due_on, source, span = latest.due_on, DeadlineSource.TEXT, Span(latest.start, latest.end)
        reason = f"时限取自“{text[latest.start : latest.end]}”（{latest.rule}）"
    milestones = sorted(
        {found.due_on for found in periods if found.due_on and found.due_on != due_on and found.kind != "recurring"}
    )
    return Deadline(due_on, source, recurring, tuple(milestones), span), reason


def _lateness(period: Period) -> tuple[date, bool]:
    return period.due_on or date.min, period.kind == "due"
