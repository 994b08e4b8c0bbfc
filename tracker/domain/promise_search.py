"""Finding what may be the same promise without comparing everything with everything, then comparing exactly.

The own unit's earlier and later plans are few and looked through whole, by the shingles they share. Other units' items are
many: the database names candidates by their sketches, the best few of each unit are compared. So the cost follows the
candidates of the items at hand, not the number of items stored.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

from tracker.domain.repeated_promises import LEAST_SHARED, overlap
from tracker.language.folding import Folded, fold
from tracker.language.lexicon import Lexicon

POSTINGS = 64
"""Items looked at for one number of a sketch, the newest: what stands in more is too common to tell anything."""
CANDIDATES = 48
"""Candidates of one item whose texts are fetched."""
TRIES = 2
"""Items of one unit that are compared with one item."""
UNITS_KEPT = 40
"""Other units kept for one item; from then on, screens say 40 个以上."""
LEAST_HITS, RARE = 2, 4
"""Numbers of a sketch that a candidate must share; one is enough where no more than so many items have it."""
LEAST_SHINGLES = 0.2
"""Part of the smaller one's shingles that two items must have in common to be compared."""


@dataclass(frozen=True, slots=True)
class StoredPromise:
    """An item as it is stored."""

    id: int
    unit_id: int
    plan_year: int
    text: str


@dataclass(frozen=True, slots=True)
class Match:
    """``share`` of the first item's words stands in the other one; ``again``: both are the same unit's."""

    promise_id: int
    other_id: int
    again: bool
    share: float


@dataclass(slots=True)
class Folds:
    """Texts folded once."""

    lexicon: Lexicon
    known: dict[int, Folded]

    def of(self, promise: StoredPromise) -> Folded:
        """Return the folded text of an item."""
        if promise.id not in self.known:
            self.known[promise.id] = fold(promise.text, self.lexicon)
        return self.known[promise.id]


def find_again(new: Sequence[StoredPromise], others: Sequence[StoredPromise], folds: Folds) -> list[Match]:
    """Return which of the unit's ``others`` (of other years) are the same promise as an item of ``new``, each pair both ways."""
    by_id = {other.id: other for other in others}
    standing: dict[str, list[int]] = {}
    for other in others:
        for shingle in folds.of(other).shingles:
            standing.setdefault(shingle, []).append(other.id)
    found = []
    for promise in new:
        own = folds.of(promise)
        common = Counter(chain.from_iterable(standing.get(shingle, ()) for shingle in own.shingles))
        for other_id, hits in common.items():
            other = by_id[other_id]
            there = folds.of(other)
            if other.plan_year == promise.plan_year or not _is_worth(hits, own, there):
                continue
            both = overlap(own, there)
            if both.is_again:
                found.append(Match(promise.id, other_id, True, both.left.whole))
                found.append(Match(other_id, promise.id, True, both.right.whole))
    return found


def _is_worth(common: int, left: Folded, right: Folded) -> bool:
    """Say whether two texts with so many shingles in common are worth comparing."""
    return common >= LEAST_SHINGLES * min(len(left.shingles), len(right.shingles))


def rank_candidates(sketch: Iterable[int], postings: Mapping[int, Sequence[int]]) -> list[int]:
    """Return the ids that share most of ``sketch``, at most CANDIDATES; a number counts the more the fewer have it."""
    hits: Counter[int] = Counter()
    weight: dict[int, float] = {}
    for number in sketch:
        ids = postings.get(number, ())
        for one in ids:
            hits[one] += 1
            weight[one] = weight.get(one, 0.0) + 1 / len(ids)
    able = [one for one, count in hits.items() if count >= LEAST_HITS or weight[one] >= 1 / RARE]
    return sorted(able, key=lambda one: (-weight[one], -hits[one], -one))[:CANDIDATES]


def find_alike(promise: StoredPromise, candidates: Iterable[StoredPromise], folds: Folds) -> list[Match]:
    """Return the best match in each other unit, with its reverse where the other one repeats this one as well.

    ``candidates`` are in the order in which they are worth a look.
    """
    own = folds.of(promise)
    if own.size < LEAST_SHARED:
        return []
    tried: Counter[int] = Counter()
    best: dict[int, list[Match]] = {}
    for other in candidates:
        if other.unit_id == promise.unit_id or tried[other.unit_id] >= TRIES or len(best) >= UNITS_KEPT:
            continue
        tried[other.unit_id] += 1
        matches = _alike(promise, other, own, folds)
        if _worth(matches, promise.id) > _worth(best.get(other.unit_id, ()), promise.id):
            best[other.unit_id] = matches
    return [match for matches in best.values() for match in matches]


def _worth(matches: Sequence[Match], promise_id: int) -> tuple[float, float]:
    """Return the item's own share and the greater of both."""
    own = max((match.share for match in matches if match.promise_id == promise_id), default=0.0)
    return own, max((match.share for match in matches), default=0.0)


def _alike(promise: StoredPromise, other: StoredPromise, own: Folded, folds: Folds) -> list[Match]:
    """Return a match for each of the two that repeats the other: each unit sees its own share."""
    both = overlap(own, folds.of(other))
    ways = ((both.left, promise, other), (both.right, other, promise))
    return [Match(one.id, two.id, False, share.own) for share, one, two in ways if share.is_alike]


def earlier_years(start: int, links: Mapping[int, Iterable[int]], year_of: Mapping[int, int]) -> list[tuple[int, int]]:
    """Return (plan year, id) of the earlier items in whose chain ``start`` stands, one a year, the oldest first.

    A chain goes from an item to the same promise in any earlier year, and on from there: a year left out does not break it.
    """
    found: dict[int, int] = {}
    waiting, seen = [start], {start}
    while waiting:
        here = waiting.pop(0)
        for other in links.get(here, ()):
            if other not in seen and year_of[other] < year_of[here]:
                seen.add(other)
                waiting.append(other)
                found.setdefault(year_of[other], other)
    return sorted(found.items())
