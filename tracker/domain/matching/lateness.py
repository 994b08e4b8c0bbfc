"""Late or not, by the later report's own dates against the deadline."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, timedelta

from tracker.domain.documents import DeadlineSource
from tracker.domain.matching.candidates import Clause
from tracker.domain.matching.features import Reading
from tracker.domain.matching.promises import Promise
from tracker.language.lexicon import Lexicon
from tracker.language.periods import Period, find_periods

_MONTH = r"(?:\d{1,2}|[一二三四五六七八九十]{1,2})月"
_DATED = re.compile(
    rf"[^，。；\d]{{0,4}}(?:于|在|至|到)(?:{_MONTH}|[1-4一二三四]季度)|{_MONTH}[^，。；\d]{{0,3}}(?:全部|全面|最终)"
)
"""A clause after the passage that goes on with when it was done (合同于7月签订, 10月全部接入)."""
_EXPECTED = re.compile("(?:预计|计划|拟|力争|有望)[^，。；]{0,4}20\\d\\d年")
_DAY = re.compile("(?:(20\\d\\d)年)?(\\d{1,2})月(\\d{1,2})日(?!至|—|-|、)")
DATE_ALONE = 8
"""A clause no longer than this before the passage can only be its date (6月，)."""

FOLLOWING = 2
"""So many clauses after the passage may tell its date (…完成升级改造，9月12日重新启用)."""


def is_late(promise: Promise, reading: Reading, plan_year: int, lexicon: Lexicon) -> bool | None:
    """Say whether the passage's own date lies after the deadline; None where it gives none that can tell."""
    deadline = promise.commitment.deadline
    if deadline.source is not DeadlineSource.TEXT or deadline.recurring:
        return None
    clauses = reading.claim.clauses
    first, last = reading.first, reading.last + 1
    if first and len(clauses[first - 1].text.strip()) <= DATE_ALONE:
        first -= 1
    if last < len(clauses) and (_DATED.match(clauses[last].text) or _EXPECTED.match(clauses[last].text)):
        last += 1
    around = ([clause] for clause in (*clauses[last : last + FOLLOWING], *reversed(clauses[:first])))
    told = (_told(stretch, deadline.due_on, plan_year, lexicon) for stretch in (clauses[first:last], *around))
    return next((late for late in told if late is not None), None)


def _told(clauses: Sequence[Clause], due_on: date, plan_year: int, lexicon: Lexicon) -> bool | None:
    """Say whether the last date that clauses tell lies after the deadline; None where they tell none."""
    told: list[bool | None] = []
    for clause in clauses:
        found = [
            _compare(period, clause.text, period.due_on, due_on)
            for period in find_periods(clause.text, 0, len(clause.text), plan_year, lexicon)
            if period.kind == "due" and period.due_on and period.rule in ("月份", "季度", "半年")
        ]
        told += found[-1:]
        if not found and (day := _DAY.search(clause.text)):
            told.append(_date_of(day, plan_year) > due_on)
    return told[-1] if told else None


def _date_of(day: re.Match[str], year: int) -> date:
    """Return the day a text names (8月12日), the month's last one where there is no such day."""
    month, number = min(max(int(day.group(2)), 1), 12), max(int(day.group(3)), 1)
    named = int(day.group(1)) if day.group(1) else year
    following = date(named + month // 12, month % 12 + 1, 1)
    return date(named, month, min(number, (following - timedelta(days=1)).day))


def _compare(period: Period, text: str, last: date, deadline: date) -> bool | None:
    """Compare a period (its first and last day) with the deadline."""
    if last <= deadline:
        return False
    return True if _first_day(period, text, last) > deadline else None


def _first_day(period: Period, text: str, last: date) -> date:
    words = text[period.start : period.end]
    if period.rule == "半年":
        return date(last.year, 1 if last.month == 6 else 7, 1)
    if period.rule == "季度":
        return date(last.year, last.month - 2, 1)
    if any(mark in words for mark in "日号"):
        return last
    if any(mark in words for mark in ("中旬", "下旬", "底", "末")):
        return (
            last - timedelta(days=last.day - (11 if "中" in words else 21)) if last.day > 20 else last.replace(day=11)
        )
    return last.replace(day=1)
