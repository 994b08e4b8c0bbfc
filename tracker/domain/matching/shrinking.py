"""A target that came back smaller in the new plan, or a date that came back later."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import fsum

from tracker.domain.documents import Commitment, DeadlineSource, Figure, Quantity, Shrunk
from tracker.domain.matching.comparable import Comparable, make_comparable
from tracker.domain.matching.figures import tidy, yearly_target
from tracker.domain.matching.promises import Promise, commitments_of
from tracker.domain.matching.repetition import Repetition
from tracker.domain.matching.units import numbers_with, same_unit, split_unit
from tracker.domain.matching.words import MatchingWords

LIKE = 0.6
"""How much of the shorter name of two targets must stand in the other to be the same target."""
LEAST = 0.3
"""How much of the longer name: 机构 alone is not 司法鉴定机构."""
SURE = 0.7
"""How sure it must be that an item repeats a promise for their dates to be compared."""
NAMED = 2.0
"""How many pairs of characters a name must have to be known from the words around a number."""
TOLERANCE = 1e-9
TIMES_A_YEAR = 6
_REST = re.compile("剩余|余下|其余|剩下|未完成的")
_TWO_MONTHS = re.compile("每(?:两|二|2)个?月|隔月")
_BETWEEN = "，。；、"


@dataclass(frozen=True, slots=True)
class _Counterpart:
    """A target of the new plan, the words of its part of the sentence, and how like the promised one it is."""

    quantity: Quantity
    clause: str
    likeness: float


def find_shrunk(
    promise: Promise,
    repetitions: Sequence[Repetition],
    figures: Sequence[Figure],
    told: Sequence[str],
    words: MatchingWords,
) -> Shrunk | None:
    """Return the target that came back smaller, or the date that came back later in the year.

    A plain remainder of what was not yet done is none; what was done is known from the figures or stands in the
    sentences that answer the promise (``told``).
    """
    for quantity in promise.quantities:
        other = max(_counterparts(quantity, repetitions, words), key=lambda one: one.likeness, default=None)
        if other is None or _REST.search(other.clause):
            continue
        done = [f.actual for f in figures if f.what == tidy(quantity.what) and f.actual is not None]
        if not done and quantity.unit != "%":
            done = [number for text in told for number in numbers_with(quantity.unit, text, words)]
        shrunk = _compare(quantity, promise.text, other, done, words)
        if shrunk is not None:
            return shrunk
    return next((late for one in repetitions if (late := _put_off(promise, one)) is not None), None)


def _counterparts(
    quantity: Quantity, repetitions: Sequence[Repetition], words: MatchingWords
) -> Iterator[_Counterpart]:
    """Yield the targets of the repeating items that count the same, by name or by the words around them."""
    own = make_comparable(quantity.what, words)
    for repetition in repetitions:
        for commitment in commitments_of(repetition.item):
            same = [one for one in commitment.quantities if _counts_alike(quantity, one, words)]
            for other in same:
                likeness = _likeness(own, make_comparable(other.what, words))
                taken_up = len(same) == 1 and commitment.span.start == repetition.reading.claim.start
                if likeness < LIKE and taken_up and other.unit == quantity.unit:
                    likeness = _named_around(own, make_comparable(commitment.text, words))
                if likeness >= LIKE:
                    yield _Counterpart(other, _part_of(commitment, other), likeness)


def _counts_alike(left: Quantity, right: Quantity, words: MatchingWords) -> bool:
    return same_unit(split_unit(left.unit, words)[1], split_unit(right.unit, words)[1], words)


def _likeness(one: Comparable, two: Comparable) -> float:
    """Return how alike two names are: the share of the shorter one in the other, 0 where they exclude each other."""
    shared = fsum(min(one.grams[gram], two.grams[gram]) for gram in one.grams.keys() & two.grams.keys())
    sizes = sorted((_size(one.grams), _size(two.grams)))
    same_rate = one.plain.endswith("率") and (one.plain.endswith(two.plain) or two.plain.endswith(one.plain))
    if not sizes[0] or (shared / sizes[1] < LEAST and not same_rate) or _excludes(one, two):
        return 0.0
    # Of two names of which each holds the promised one, the nearer one is meant.
    return shared / sizes[0] + shared / sizes[1] / 10


def _named_around(own: Comparable, around: Comparable) -> float:
    """Return the share of a name in the words of the commitment that takes it up (组建讲师团，成员不少于6名)."""
    if _size(own.grams) < NAMED or _excludes(own, around):
        return 0.0
    return sum(share for gram, share in own.grams.items() if gram in around.grams) / _size(own.grams)


def _size(grams: Mapping[str, float]) -> float:
    return sum(grams.values())


def _excludes(one: Comparable, two: Comparable) -> bool:
    return any(row in two.choices and not choices & two.choices[row] for row, choices in one.choices.items())


def _part_of(commitment: Commitment, quantity: Quantity) -> str:
    """Return the words of the commitment between the marks around a target."""
    if quantity.span is None or not commitment.span.contains(quantity.span):
        return commitment.text
    text, at = commitment.text, quantity.span.start - commitment.span.start
    low = max((text.rfind(mark, 0, at) for mark in _BETWEEN), default=-1) + 1
    return re.split(f"[{_BETWEEN}]", text[low:])[0] if low <= at else text


def _compare(
    before: Quantity, promised: str, other: _Counterpart, done: Sequence[float], words: MatchingWords
) -> Shrunk | None:
    after = other.quantity
    factor = split_unit(after.unit, words)[0] / split_unit(before.unit, words)[0]
    if before.per == after.per and bool(_TWO_MONTHS.search(promised)) == bool(_TWO_MONTHS.search(other.clause)):
        was, value = before.value, round(after.value * factor, 6)
    else:
        was, value = _in_a_year(before, promised), round(_in_a_year(after, other.clause) * factor, 6)
    smaller = value > was if before.op == "<=" else value < was
    if not smaller or (before.op == "<=") != (after.op == "<="):
        return None
    if any(was > actual > 0 and abs(value - (was - actual)) < TOLERANCE for actual in done):
        return None
    return Shrunk(tidy(before.what), was, value, before.unit)


def _in_a_year(quantity: Quantity, text: str) -> float:
    """Return the target of the whole year, of one that comes every two months as well."""
    return quantity.value * TIMES_A_YEAR if not quantity.per and _TWO_MONTHS.search(text) else yearly_target(quantity)


def _put_off(promise: Promise, repetition: Repetition) -> Shrunk | None:
    """Return the month in which the promise was due and the later one of the new plan, both by the plans' own words."""
    before, claim = promise.commitment.deadline, repetition.reading.claim
    after = next(
        (one.deadline for one in repetition.item.commitments if one.span.start == claim.start), repetition.item.deadline
    )
    own = before.source is DeadlineSource.TEXT and after.source is DeadlineSource.TEXT
    if not own or before.recurring or after.recurring or before.due_on is None or after.due_on is None:
        return None
    if repetition.score < SURE or not promise.is_checkable or after.due_on.month <= before.due_on.month:
        return None
    return Shrunk("完成时限", float(before.due_on.month), float(after.due_on.month), "月")
