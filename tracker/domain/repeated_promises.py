"""The same promise again: how much of an item's text stands in another one, and what that means.

Two questions with two measures. The *own* unit's earlier plan: the whole text counts, for a set phrase promised again is
a promise again. *Another* unit's plan (雷同): only words beyond the set phrases of the trade count, and enough of them.
Passages may stand in another order; numbers, ordinals and 我镇/我局 count as alike, and what differs in them is told apart.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from tracker.language.folding import GRAM, Folded

LEAST_RUN = GRAM
"""Tokens in a row that make a shared passage; fewer are chance."""
LEAST_LONG, LEAST_OWN = 5, 3
"""Tokens of a shared passage, and among them words beyond set phrases, for it to count between units."""
ALIKE_AT = 0.6
"""Share of an item's own words found in another unit's item from which the two are 雷同."""
LEAST_SHARED = 12
"""Own words that must be shared for 雷同; a short item in everybody's words is none."""
AGAIN_AT, AGAIN_BACK = 0.66, 0.5
"""Same promise again: the greater and the smaller of both shares must reach these."""
SET_PHRASE_WEIGHT = 0.25
"""What a token of a set phrase weighs in the own unit's comparison, where any other weighs 1."""


@dataclass(frozen=True, slots=True)
class Run:
    """A shared passage: where it starts in either text (in tokens) and how long it is."""

    left: int
    right: int
    length: int


@dataclass(frozen=True, slots=True)
class Share:
    """How much of one text stands in the other: ``whole`` with set phrases weighing little, ``own`` without them."""

    whole: float
    own: float
    own_words: int

    @property
    def is_alike(self) -> bool:
        """Whether the text repeats the other's words beyond what everybody writes."""
        return self.own >= ALIKE_AT and self.own_words >= LEAST_SHARED


@dataclass(frozen=True, slots=True)
class Overlap:
    """What two texts share: ``left`` of the left one's words, ``right`` of the right one's."""

    runs: tuple[Run, ...]
    left: Share
    right: Share

    @property
    def is_again(self) -> bool:
        """Whether the two are the same promise, where both are the same unit's."""
        shares = (self.left.whole, self.right.whole)
        return max(shares) >= AGAIN_AT and min(shares) >= AGAIN_BACK


def overlap(left: Folded, right: Folded) -> Overlap:
    """Compare two texts; of one compared with many, the left one is looked through once."""
    runs = tuple(_runs(left, right))
    covered, covered_back = bytearray(len(left.tokens)), bytearray(len(right.tokens))
    counted, counted_back = bytearray(len(left.tokens)), bytearray(len(right.tokens))
    for run in runs:
        here = slice(run.left, run.left + run.length)
        there = slice(run.right, run.right + run.length)
        ones = b"\1" * run.length
        covered[here] = covered_back[there] = ones
        if run.length >= LEAST_LONG and left.own[here].count(1) >= LEAST_OWN:
            counted[here] = counted_back[there] = ones
    return Overlap(runs, _share(left, covered, counted), _share(right, covered_back, counted_back))


def _share(folded: Folded, covered: bytearray, counted: bytearray) -> Share:
    own = int.from_bytes(folded.own, "big")
    own_covered = (int.from_bytes(covered, "big") & own).bit_count()
    own_counted = (int.from_bytes(counted, "big") & own).bit_count()
    light = SET_PHRASE_WEIGHT
    weight = folded.size * (1 - light) + len(folded.tokens) * light
    shared = own_covered * (1 - light) + covered.count(1) * light
    return Share(shared / max(weight, light), own_counted / max(folded.size, 1), own_counted)


def _runs(left: Folded, right: Folded) -> Iterator[Run]:
    """Yield the shared passages in the order of the right text, each as long as it goes, wherever it stands in the left."""
    places, there = left.places, right.tokens
    at = 0
    while at <= len(there) - LEAST_RUN:
        best, where = 0, 0
        for place in places.get(there[at : at + LEAST_RUN], ()):
            length = _common(left.tokens, place, there, at)
            if length > best:
                best, where = length, place
        if best:
            yield Run(where, at, best)
        at += best or 1


def _common(left: str, place: int, right: str, at: int) -> int:
    most = min(len(left) - place, len(right) - at)
    length = LEAST_RUN
    while length < most and left[place + length] == right[at + length]:
        length += 1
    return length
