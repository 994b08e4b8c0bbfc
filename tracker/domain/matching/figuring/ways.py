"""A way of reading a number, and the sentence it is read in."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from tracker.domain.matching.candidates import Claim
from tracker.domain.matching.figuring.scan import Number, numbers_of
from tracker.domain.matching.figuring.targets import EVENTS, PEOPLE, SHARES, THINGS, Target
from tracker.domain.matching.units import same_unit
from tracker.domain.matching.words import MatchingWords
from tracker.language.lexicon import Lexicon

_STOP = re.compile(r"[，、；。\d（）]")
VILLAGES = frozenset(("村", "个村", "行政村", "个行政村"))
EXACT, SAME, LOOSE = 1.0, 0.7, 0.3
"""How well a unit fits: the very one, one that counts the same, one that may."""


@dataclass(frozen=True, slots=True, eq=False)
class Scene:
    """A sentence with its numbers; ``low`` and ``high`` bound the clause that answers the promise, where it is this one;
    ``beside`` where it only follows a passage in its paragraph."""

    claim: Claim
    text: str
    numbers: tuple[Number, ...]
    rank: int
    low: int
    high: int
    beside: bool = False

    def clause_of(self, at: int) -> tuple[int, int]:
        """Return the bounds of the clause in which a place lies."""
        start = 0
        for clause in self.claim.clauses:
            end = start + len(clause.text)
            if at < end:
                return start, end
            start = end
        return 0, len(self.text)

    def before(self, at: int) -> str:
        """Return the words right before a place, back to the number or the clause mark before it."""
        low = max([self.clause_of(at)[0], *(one.end for one in self.numbers if one.end <= at)])
        return self.text[low:at]

    def after(self, at: int) -> str:
        """Return the words right after a place, up to the next mark or number."""
        found = _STOP.search(self.text, at)
        return self.text[at : found.start() if found else len(self.text)]


@dataclass(frozen=True, slots=True, eq=False)
class Way:
    """One number that a sentence gives for a target and how it is come by; ``marks`` are what only this kind can tell."""

    value: float
    kind: str
    note: str | None
    scene: Scene
    start: int
    end: int
    fit: float = EXACT
    marks: Mapping[str, float] = field(default_factory=dict)


def make_scene(
    claim: Claim,
    rank: int,
    best: tuple[int, int],
    lexicon: Lexicon,
    words: MatchingWords,
    *,
    beside: bool = False,
) -> Scene:
    """Make a sentence ready."""
    text = claim.text
    return Scene(claim, text, numbers_of(text, lexicon, words), rank, *best, beside)


def unit_fit(target: Target, unit: str, words: MatchingWords) -> float:
    """Return how well a unit fits a target's, 0 where it counts something else."""
    if unit == target.base:
        return EXACT
    if target.share and unit in SHARES:
        return SAME
    if unit in ("度", "遍"):
        return SAME if target.base in EVENTS else 0.0
    if target.base in VILLAGES and unit == "个":
        return SAME
    if same_unit(target.base, unit, words):
        return SAME
    if (target.base in THINGS and unit in THINGS) or {target.base, unit} <= {"个", *PEOPLE}:
        return LOOSE
    return 0.0


def fitting(scene: Scene, target: Target, words: MatchingWords) -> Iterator[tuple[Number, float]]:
    """Yield the numbers of a sentence whose unit fits, with how well."""
    for one in scene.numbers:
        named = one.unit == "个" and target.base != "个" and scene.text.endswith(target.base, 0, one.start)
        fit = EXACT if named else unit_fit(target, one.unit, words)  # 人均学时64个
        if fit:
            yield one, fit
