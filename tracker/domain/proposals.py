"""Proposals before they are duties: their titles, how they are merged and split, what a corrected report replaces."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from tracker.domain.documents import DeadlineSource, PlanItem, Span
from tracker.domain.errors import RuleViolation
from tracker.domain.tasks import LEDGER, TaskStatus

Json = dict[str, Any]
TITLE_LENGTH = 60

_LABEL = re.compile(
    r"^\s*(?:[（(]?[一二三四五六七八九十]{1,3}[）)、.．]|[（(]\d{1,2}[）)]|\d{1,2}[、.．](?!\d)|[①-⑳]|[一二三四五六七八九十]{1,2}(?:是|要)|第[一二三四五六七八九十]{1,3}[，、])\s*"
)
_CLAUSE_END = re.compile(r"[。；！？：\n]")
_SPACE = re.compile(r"\s+")
_NOT_WORDS = re.compile(r"[\W_]+")
_SPLIT_AFTER = re.compile(r"[，。；！？][”’》）]{0,3}|\n")


class QuoteNotVerbatim(RuleViolation):
    """摘录的文字与报告原文不一致，没有加入。请从报告中原样复制，或直接在左侧选中文字。"""


class CannotSplit(RuleViolation):
    """这一条不能在所选位置拆开，请选择原文中间的一处。"""


class CannotMerge(RuleViolation):
    """请至少选择两条待确认的条目再合并。"""


def title_of(title: str | None, text: str, label: str | None = None) -> str:
    """Return a one-line title: the item's own, else its first clause without enumerator, at most 60 characters."""
    if title and title.strip():
        return _cut(title.strip())
    bare = text.strip()
    if label and bare.startswith(label):
        bare = bare[len(label) :]
    bare = _LABEL.sub("", bare, count=1).strip()
    clause = _CLAUSE_END.split(bare, maxsplit=1)[0].strip("，、 ")
    return _cut(clause or bare or text.strip() or "（无标题）")


def comparable(text: str) -> str:
    """Return ``text`` without its enumerator, spaces and punctuation: two versions of one sentence are equal by it."""
    return _NOT_WORDS.sub("", _LABEL.sub("", text, count=1)).casefold()


def find_quote(text: str, quote: str, span: Span | None = None) -> Span:
    """Return where ``quote`` stands in ``text``; raises QuoteNotVerbatim where it does not, or not only once.

    With ``span`` (of a selection on the page) it must stand there. Spaces and line breaks are not compared: a browser
    drops and adds them. The span that comes back begins and ends with a word.
    """
    wanted = _SPACE.sub("", quote)
    if not wanted:
        raise QuoteNotVerbatim("请先在报告中选中一段文字，或把原句粘贴到“原文”一栏。", field="quote")
    if span is not None and span.end <= len(text) and _SPACE.sub("", span.of(text)) == wanted:
        return _trimmed(text, 0, span.start, span.end)
    kept = [index for index, char in enumerate(text) if not char.isspace()]
    bare = "".join(text[index] for index in kept)
    first = bare.find(wanted)
    if first < 0:
        raise QuoteNotVerbatim(field="quote")
    if bare.find(wanted, first + 1) >= 0:
        raise QuoteNotVerbatim("这段文字在报告中出现不止一次，请多摘录前后几个字，使它只对应一处。", field="quote")
    return Span(kept[first], kept[first + len(wanted) - 1] + 1)


# ---- splitting ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class SplitPoint:
    """A place where a quote can be cut: ``offset`` in the report, with the words before and after."""

    offset: int
    before: str
    after: str


def split_points(quote: str, start: int, *, around: int = 18) -> tuple[SplitPoint, ...]:
    """Return the places after a comma, semicolon, full stop or line break inside ``quote``, which begins at ``start``."""
    points = []
    for found in _SPLIT_AFTER.finditer(quote):
        before, after = quote[: found.end()].strip(), quote[found.end() :].strip()
        if before and after:
            points.append(SplitPoint(start + found.end(), before[-around:], after[:around]))
    return tuple(points)


def split_spans(quote: str, start: int, offsets: Iterable[int]) -> tuple[Span, ...]:
    """Return the parts of ``quote`` cut at ``offsets``, without surrounding spaces; raises CannotSplit."""
    cuts = sorted(set(offsets))
    end = start + len(quote)
    if not cuts or cuts[0] <= start or cuts[-1] >= end:
        raise CannotSplit
    edges = [start, *cuts, end]
    spans = [_trimmed(quote, start, low, high) for low, high in itertools.pairwise(edges)]
    if any(span.start == span.end for span in spans):
        raise CannotSplit
    return tuple(spans)


def commitment_spans(commitments: Sequence[Json], quote: str, start: int) -> tuple[Span, ...]:
    """Return one part a commitment: each ends where the next begins, so that nothing of the quote is lost."""
    if len(commitments) < 2:
        raise CannotSplit("这一条只有一项具体承诺，不能按承诺拆分。可以选择一处位置拆开。")
    starts = sorted({int(entry["start"]) for entry in commitments})
    return split_spans(quote, start, starts[1:])


def commitments_within(commitments: Sequence[Json], span: Span) -> list[Json]:
    """Return the commitments whose middle lies in ``span``."""
    return [entry for entry in commitments if span.start <= (entry["start"] + entry["end"]) // 2 < span.end]


def cuts_a_commitment(commitments: Sequence[Json], spans: Sequence[Span]) -> bool:
    """Say whether an edge between two of ``spans`` lies inside a commitment, so that neither part has it whole."""
    edges = [span.start for span in spans[1:]]
    return any(entry["start"] < edge < entry["end"] for entry in commitments for edge in edges)


def quantities_of(commitments: Iterable[Json]) -> list[Json]:
    """Return the quantities of the commitments, in order."""
    return [quantity for entry in commitments for quantity in entry.get("quantities", ())]


@dataclass(frozen=True, slots=True)
class DueDate:
    """A deadline as a proposal carries it."""

    due_on: date | None
    source: DeadlineSource
    recurring: str | None = None
    milestones: tuple[str, ...] = ()


def joint_deadline(dates: Sequence[DueDate]) -> DueDate:
    """Return the deadline of several taken together: the latest that the text states, else the latest inferred one.

    Earlier stated dates become milestones: merging must not lose one.
    """
    stated = [entry for entry in dates if entry.source is DeadlineSource.TEXT and entry.due_on]
    chosen = max(stated or [e for e in dates if e.due_on], key=lambda e: e.due_on or date.min, default=None)
    if chosen is None or chosen.due_on is None:
        return DueDate(None, DeadlineSource.PLAN_YEAR)
    earlier = {e.due_on.isoformat() for e in stated if e.due_on and e.due_on < chosen.due_on}
    milestones = sorted(earlier.union(*(entry.milestones for entry in dates)))
    recurring = next((entry.recurring for entry in dates if entry.recurring), None)
    return DueDate(chosen.due_on, chosen.source, recurring, tuple(milestones))


def deadline_of_commitments(commitments: Sequence[Json], fallback: DueDate) -> DueDate:
    """Return the deadline of a part by its own commitments; the whole's date only where they state none."""
    own = joint_deadline(
        [
            DueDate(
                date.fromisoformat(entry["deadline"]),
                DeadlineSource(entry["deadline_from"]),
                entry.get("recurring"),
                tuple(entry.get("milestones", ())),
            )
            for entry in commitments
            if entry.get("deadline")
        ]
    )
    return own if own.due_on is not None else fallback


# ---- a corrected version --------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class EarlierTask:
    """A task of the versions before: ``quotes`` are all source spans it stands on.

    ``heir_ids`` are the tasks it was merged into or split into; what lives on in them is not proposed again.
    ``dismissed_because`` is the reason a person gave for leaving it out.
    """

    id: int
    status: TaskStatus
    quotes: tuple[str, ...]
    heir_ids: tuple[int, ...] = ()
    dismissed_because: str | None = None


@dataclass(frozen=True, slots=True)
class Replacement:
    """What taking a corrected version does: tasks kept, proposals replaced, items newly proposed and already living.

    ``left_out`` are items whose text a person dismissed before, with the reason: that decision stands.
    """

    kept: tuple[int, ...]
    replaced: tuple[int, ...]
    proposed: tuple[PlanItem, ...]
    known: tuple[PlanItem, ...]
    left_out: tuple[tuple[PlanItem, str], ...] = ()


def plan_replacement(earlier: Sequence[EarlierTask], items: Sequence[PlanItem]) -> Replacement:
    """Decide what a corrected version changes: confirmed work stays, only open proposals are replaced.

    An item is proposed anew unless a confirmed task, or one that a person dismissed, has the same text (compared without
    enumerator and punctuation).
    """
    kept = {task.id for task in earlier if task.status in LEDGER}
    replaced = tuple(task.id for task in earlier if task.status is TaskStatus.PROPOSED)
    living = {
        comparable(quote)
        for task in earlier
        if task.id in kept or kept.intersection(task.heir_ids)
        for quote in task.quotes
    }
    unwanted = {comparable(task.quotes[0]): task.dismissed_because for task in earlier if task.dismissed_because}
    known = tuple(item for item in items if comparable(item.text) in living)
    others = [(item, unwanted.get(comparable(item.text))) for item in items if comparable(item.text) not in living]
    return Replacement(
        kept=tuple(sorted(kept)),
        replaced=replaced,
        proposed=tuple(item for item, reason in others if reason is None),
        known=known,
        left_out=tuple((item, reason) for item, reason in others if reason is not None),
    )


# ---- what is lacking before a proposal can be confirmed ------------------------------------------------------------


def lacking(values: Mapping[str, Any]) -> tuple[str, ...]:
    """Name, in Chinese, what a proposal lacks to be confirmed: ``wording``, ``due_on`` and ``lead_unit_id``."""
    names = (("wording", "任务内容"), ("due_on", "完成时限"), ("lead_unit_id", "牵头单位"))
    return tuple(label for field, label in names if not values.get(field))


def _trimmed(quote: str, start: int, low: int, high: int) -> Span:
    part = quote[low - start : high - start]
    left = len(part) - len(part.lstrip())
    right = len(part) - len(part.rstrip())
    return Span(low + left, max(low + left, high - right))


def _cut(words: str) -> str:
    flat = re.sub(r"\s+", " ", words)
    return flat if len(flat) <= TITLE_LENGTH else flat[: TITLE_LENGTH - 1] + "…"
