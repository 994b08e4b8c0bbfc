"""What pages say of a promise that was made before or that other units make in the same words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from flask import url_for
from sqlalchemy.orm import Session

from tracker.db.models import Task
from tracker.db.queries.promises import PromiseLine, SeenPromise, likeness_of, lines_of_task
from tracker.domain.permissions import Actor
from tracker.domain.promise_marks import CHANGE_LABELS, SideBySide, side_by_side
from tracker.domain.promise_search import UNITS_KEPT
from tracker.domain.tasks import LEDGER
from tracker.language.lexicon import load_lexicon

PAIRS_OPEN = 8
"""Other units' items shown at once; the rest is folded away."""


@dataclass(frozen=True, slots=True)
class SameAgain:
    """In how many plans a promise has stood, in which years before, and with how many units it is alike."""

    written: int
    years: tuple[int, ...]
    units: int
    share: float

    @property
    def again_words(self) -> str:
        """第 3 年写入（2022、2023 年已有）, or nothing."""
        if self.written < 2:
            return ""
        return f"第 {self.written} 年写入（{'、'.join(map(str, self.years))} 年已有）"

    @property
    def alike_words(self) -> str:
        """与 4 个单位雷同，最高 92%, or nothing."""
        if not self.units:
            return ""
        return f"与 {self.units_words}雷同，最高 {percent(self.share)}"

    @property
    def units_words(self) -> str:
        """4 个单位, or 40 个以上单位 where no more are kept."""
        return f"{self.units} 个{'以上' if self.units >= UNITS_KEPT else ''}单位"

    @property
    def words(self) -> tuple[str, ...]:
        """Both, where there is something to say."""
        return tuple(words for words in (self.again_words, self.alike_words) if words)


def percent(share: float) -> str:
    """Write a share as a whole per cent, never rounded up to 100%."""
    return f"{int(share * 100)}%"


def written_marks(years: Sequence[int]) -> list[tuple[str, str]]:
    """Return the mark of a promise that stood in plans of ``years`` before, with its explanation."""
    if not years:
        return []
    return [(f"第 {len(years) + 1} 年写入", f"{'、'.join(map(str, years))} 年的计划已有同样的承诺")]


def same_again(lines: Sequence[PromiseLine], tasks: Iterable[Task]) -> dict[int, SameAgain]:
    """Return what is to be said of each task: an item merged or split is told of with what it became."""
    by_task: dict[int, list[PromiseLine]] = {}
    for line in lines:
        if line.task_id is not None:
            by_task.setdefault(line.task_id, []).append(line)
    found: dict[int, list[PromiseLine]] = {}
    for task in tasks:
        own = by_task.get(task.id, ())
        if own:
            found.setdefault(task.id, []).extend(own)
        if own and task.merged_into_id is not None:
            found.setdefault(task.merged_into_id, []).extend(own)
        if task.split_from_id is not None and task.split_from_id in by_task:
            found.setdefault(task.id, []).extend(by_task[task.split_from_id])
    return {task_id: _sum_up(own) for task_id, own in found.items()}


def _sum_up(lines: Sequence[PromiseLine]) -> SameAgain:
    longest = max(lines, key=lambda line: line.written)
    return SameAgain(
        longest.written, longest.years, max(line.units for line in lines), max(line.share for line in lines)
    )


# ---- the report's summary -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class PlanSummary:
    """Of a whole plan: items written before, items alike, and the share of its own words that stand in others'."""

    items: int
    again: tuple[PromiseLine, ...]
    alike: tuple[PromiseLine, ...]
    share: float


def plan_summary(lines: Sequence[PromiseLine]) -> PlanSummary | None:
    """Sum up a plan; each item counts by the one other item that is most alike. None where nothing has been compared."""
    if not lines:
        return None
    again = tuple(sorted((line for line in lines if line.written > 1), key=lambda line: -line.written))
    alike = tuple(sorted((line for line in lines if line.units), key=lambda line: -line.share))
    size = sum(line.size for line in lines)
    return PlanSummary(len(lines), again, alike, sum(line.size * line.share for line in lines) / max(size, 1))


# ---- the page -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Pair:
    """This item beside another one."""

    other: SeenPromise
    texts: SideBySide
    share: str
    href: str
    task_href: str | None


@dataclass(frozen=True, slots=True)
class PromisePart:
    """One item with everything that is alike."""

    line: PromiseLine
    same: SameAgain
    earlier: tuple[Pair, ...]
    later: tuple[Pair, ...]
    alike: tuple[Pair, ...]
    hidden: tuple[str, ...]


def promise_parts(session: Session, actor: Actor, task: Task) -> list[PromisePart]:
    """Return what is alike to each item that a task stands on, as far as this person may see it."""
    return [_part(session, actor, line) for line in lines_of_task(session, task)]


def _part(session: Session, actor: Actor, line: PromiseLine) -> PromisePart:
    found = likeness_of(session, actor, line.id)
    return PromisePart(
        line,
        SameAgain(line.written, line.years, line.units, line.share),
        earlier=tuple(_pair(line, other) for other in reversed(found.earlier)),
        later=tuple(_pair(line, other) for other in found.later),
        alike=tuple(_pair(line, other) for other in found.alike),
        hidden=tuple(percent(share) for share in found.hidden),
    )


def _pair(line: PromiseLine, other: SeenPromise) -> Pair:
    quote = f"{other.start}-{other.end}"
    return Pair(
        other,
        side_by_side(line.text, other.text, load_lexicon()),
        percent(other.share),
        href=url_for("reports.show", report_id=other.report_id, quote=quote, _anchor=f"c{other.start}"),
        task_href=url_for("tasks.show", task_id=other.task_id) if other.status in LEDGER else None,
    )


def change_labels() -> Mapping[str, str]:
    """Return how each kind of difference is called."""
    return {kind.value: label for kind, label in CHANGE_LABELS.items()}
