"""A promise over the years (承诺年轮): which task of one plan goes on in which task of the next.

Three things tie a promise to one of the next year: it was carried over, the report says it again in its new plan, or both plans
have the same words. Following the ties back and forth from one task gives its history; what stands beside it is left out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from tracker.domain.proposals import comparable


class TieKind(StrEnum):
    """Why two tasks are the same promise; the first that holds is shown."""

    CARRIED = "carried"
    REPEATED = "repeated"
    SAME_WORDS = "same_words"


TIE_LABELS: Mapping[TieKind, str] = {
    TieKind.CARRIED: "结转",
    TieKind.REPEATED: "再次写入",
    TieKind.SAME_WORDS: "文字相同",
}


@dataclass(frozen=True, slots=True)
class Promised:
    """A task as far as its place in a chain goes; ``stands`` is False for what was left out, merged or split."""

    task_id: int
    plan_year: int
    report_id: int | None
    item_ref: str | None
    wording: str
    stands: bool
    predecessor_id: int | None = None
    merged_into_id: int | None = None
    split_from_id: int | None = None


@dataclass(frozen=True, slots=True)
class Repeat:
    """What a report says of a task: the items of its own plan that promise it again. ``sure``: a person has looked."""

    task_id: int
    report_id: int
    items: tuple[str, ...]
    sure: bool


@dataclass(frozen=True, slots=True)
class Tie:
    """Two tasks of different years that are one promise; ``sure`` unless only the matcher says so."""

    earlier: int
    later: int
    kind: TieKind
    sure: bool = True


FindSame = Callable[[Sequence[Promised]], Iterable[Tie]]


def same_words(promises: Sequence[Promised]) -> Iterable[Tie]:
    """Yield ties between promises of two plans in a row with the same words. Another rule of likeness may stand in for this."""
    by_year: dict[int, dict[str, int]] = {}
    for one in promises:
        by_year.setdefault(one.plan_year, {}).setdefault(comparable(one.wording), one.task_id)
    for year in sorted(by_year):
        for words, later in by_year[year].items():
            earlier = by_year.get(year - 1, {}).get(words)
            if words and earlier is not None:
                yield Tie(earlier, later, TieKind.SAME_WORDS)


class Chains:
    """The ties between the tasks of a unit, ready to be followed."""

    def __init__(
        self,
        promises: Iterable[Promised],
        repeats: Iterable[Repeat],
        texts: Mapping[tuple[int, str], str] | None = None,
        find_same: FindSame = same_words,
    ) -> None:
        """``texts`` gives the words of plan items, for those of a corrected report whose tasks the first version gave."""
        self._all = {one.task_id: one for one in promises}
        self._texts = texts or {}
        self.promises = {task_id: one for task_id, one in self._all.items() if one.stands}
        self._index()
        self.earlier: dict[int, dict[int, Tie]] = {}
        self.later: dict[int, dict[int, Tie]] = {}
        for one in self.promises.values():
            if one.predecessor_id is not None:
                self._tie(Tie(one.predecessor_id, one.task_id, TieKind.CARRIED))
        for repeat in repeats:
            for heir in {heir for item in repeat.items for heir in self.tasks_of(repeat.report_id, item)}:
                self._tie(Tie(repeat.task_id, heir, TieKind.REPEATED, repeat.sure))
        for tie in find_same(list(self.promises.values())):
            self._tie(tie)

    def _index(self) -> None:
        self._by_item: dict[tuple[int, str], list[int]] = {}
        self._by_words: dict[tuple[int, str], list[int]] = {}
        self._parts: dict[int, list[int]] = {}
        for one in self._all.values():
            if one.split_from_id is not None:
                self._parts.setdefault(one.split_from_id, []).append(one.task_id)
            elif one.predecessor_id is None and one.report_id is not None and one.item_ref:
                self._by_item.setdefault((one.report_id, one.item_ref), []).append(one.task_id)
                self._by_words.setdefault((one.plan_year, comparable(one.wording)), []).append(one.task_id)

    def _tie(self, tie: Tie) -> None:
        early, late = self.promises.get(tie.earlier), self.promises.get(tie.later)
        if early is None or late is None or early.plan_year >= late.plan_year:
            return
        self.later.setdefault(tie.earlier, {}).setdefault(tie.later, tie)
        self.earlier.setdefault(tie.later, {}).setdefault(tie.earlier, tie)

    def tasks_of(self, report_id: int, item: str) -> list[int]:
        """Return the tasks that stand for a plan item now: itself, what it was merged into, what it was split into."""
        found = [heir for task_id in self._by_item.get((report_id, item), ()) for heir in self._heirs(task_id, set())]
        if not found and (words := self._texts.get((report_id, item))):
            same = [
                task_id for (_, text), ids in self._by_words.items() if text == comparable(words) for task_id in ids
            ]
            found = [heir for task_id in same for heir in self._heirs(task_id, set())]
        return list(dict.fromkeys(found))

    def _heirs(self, task_id: int, seen: set[int]) -> list[int]:
        one = self._all.get(task_id)
        if one is None or task_id in seen:
            return []
        seen.add(task_id)
        if one.stands:
            return [task_id]
        onward = [one.merged_into_id] if one.merged_into_id is not None else self._parts.get(task_id, [])
        return [heir for next_id in onward for heir in self._heirs(next_id, seen)]

    def history(self, task_id: int) -> list[Promised]:
        """Return a task with what it goes back to and what it goes on in, the first year first."""
        found = {task_id, *self._reach(task_id, self.earlier), *self._reach(task_id, self.later)}
        chain = [self.promises[one] for one in found if one in self.promises]
        return sorted(chain, key=lambda one: (one.plan_year, one.task_id))

    def _reach(self, task_id: int, ties: Mapping[int, Mapping[int, Tie]]) -> set[int]:
        found: set[int] = set()
        waiting = [task_id]
        while waiting:
            for other in ties.get(waiting.pop(), {}):
                if other not in found:
                    found.add(other)
                    waiting.append(other)
        return found

    def ties_between(self, earlier: Iterable[int], later: int) -> list[Tie]:
        """Return the ties of a task to some of an earlier year."""
        own = self.earlier.get(later, {})
        return [own[one] for one in earlier if one in own]

    def repeated(self, least: int = 2) -> list[list[Promised]]:
        """Return the histories of the promises that end a chain of ``least`` years and more, the longest first."""
        ends = [task_id for task_id in self.promises if task_id in self.earlier and task_id not in self.later]
        chains = [self.history(task_id) for task_id in ends]
        long = [chain for chain in chains if years_of(chain) >= least]
        return sorted(long, key=lambda chain: (-years_of(chain), -chain[-1].plan_year, chain[-1].task_id))


def years_of(chain: Sequence[Promised]) -> int:
    """Return in how many plan years a promise stands."""
    return len({one.plan_year for one in chain})
