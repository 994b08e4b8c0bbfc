"""Every candidate for a target, ranked: the surest one is the number that answers it."""

from __future__ import annotations

import math
import tomllib
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from tracker.domain.documents import Quantity
from tracker.domain.matching.candidates import Claim
from tracker.domain.matching.figuring.counting import counts, in_passages
from tracker.domain.matching.figuring.naming import names, promised_names
from tracker.domain.matching.figuring.nearby import Around
from tracker.domain.matching.figuring.openings import open_traits
from tracker.domain.matching.figuring.periods import times
from tracker.domain.matching.figuring.ranking import ranks
from tracker.domain.matching.figuring.sharing import shares
from tracker.domain.matching.figuring.targets import Target, target_of
from tracker.domain.matching.figuring.traits import traits_of
from tracker.domain.matching.figuring.ways import Scene, Way, make_scene
from tracker.domain.matching.promises import Promise
from tracker.domain.matching.scoring import Scored
from tracker.domain.matching.units import same_unit, split_unit
from tracker.domain.matching.words import DATA_FOLDER, MatchingWords
from tracker.language.lexicon import Lexicon

AFTER_A_LEAD = 3
"""So many sentences after an opening that only names the theme may hold the numbers."""


@dataclass(frozen=True, slots=True, eq=False)
class Candidate:
    """A way of reading the number, None for none at all, and what speaks for it."""

    way: Way | None
    traits: Mapping[str, float]


@lru_cache(maxsize=1)
def figure_model() -> Mapping[str, float]:
    """Return the shipped weights by feature."""
    tables = tomllib.loads((DATA_FOLDER / "figure_model.toml").read_text(encoding="utf-8"))
    return dict(tables["weights"])


def scenes_of(
    rows: Sequence[Scored],
    lexicon: Lexicon,
    words: MatchingWords,
    *,
    after: Sequence[Claim] = (),
    borrowed: bool = False,
) -> list[Scene]:
    """Return the sentences of the passages, the surest first, each once, then those that follow the surest (``after``).

    Of borrowed passages no clause is the answering one.
    """
    scenes: dict[int, Scene] = {}
    for row in rows:
        claim = row.reading.claim
        if claim.start in scenes:
            continue
        best = claim.clauses[row.reading.best]
        span = (0, 0) if borrowed else (best.start - claim.start, best.end - claim.start)
        scenes[claim.start] = make_scene(claim, len(scenes), span, lexicon, words)
    for claim in after:
        scenes.setdefault(claim.start, make_scene(claim, 1, (0, 0), lexicon, words, beside=True))
    return list(scenes.values())


def sentences_after(claims: Sequence[Claim], claim: Claim) -> list[Claim]:
    """Return the sentence after one in its paragraph, two after an opening that only names the theme."""
    at = bisect_left(claims, claim.start, key=lambda one: one.start)
    count = AFTER_A_LEAD if claim.lead else 1
    return [one for one in claims[at + 1 : at + 1 + count] if one.line == claim.line]


def candidates_for(
    target: Target, scenes: Sequence[Scene], rarity: Mapping[str, float], words: MatchingWords
) -> list[Candidate]:
    """Return every candidate for a target with its features; the last one leaves it open."""
    around = Around(target, _rivals(target, rarity, words), rarity, words)
    found = [Candidate(way, traits_of(way, around)) for way in _ways(target, scenes, words)]
    return [*found, Candidate(None, open_traits(target, scenes, words))]


def _ways(target: Target, scenes: Sequence[Scene], words: MatchingWords) -> Iterator[Way]:
    for scene in scenes:
        yield from counts(scene, target, words)
        yield from shares(scene, target, words)
        yield from times(scene, target, words)
        yield from names(scene, target, words)
        yield from ranks(scene, target)
    if scenes:
        yield from promised_names(scenes, target)
        yield from in_passages(scenes, target, words)


def _rivals(target: Target, rarity: Mapping[str, float], words: MatchingWords) -> list[Target]:
    """Return the other targets of the same item in the same kind of unit."""
    return [
        _rival(one, target.promise, rarity, words)
        for one in target.promise.item.quantities
        if one.what != target.quantity.what and same_unit(target.base, split_unit(one.unit, words)[1], words)
    ]


def _rival(quantity: Quantity, promise: Promise, rarity: Mapping[str, float], words: MatchingWords) -> Target:
    return target_of(quantity, promise, rarity, words)


def chosen(candidates: Sequence[Candidate], weights: Mapping[str, float]) -> Candidate:
    """Return the candidate whose value gathers the most probability, in its surest reading."""
    odds = [worth(one, weights) for one in candidates]
    top = max(odds)
    shares = [math.exp(value - top) for value in odds]
    mass: dict[float | None, float] = {}
    for one, share in zip(candidates, shares, strict=True):
        value = one.way.value if one.way else None
        mass[value] = mass.get(value, 0.0) + share
    value = max(mass, key=lambda each: mass[each])
    same = [at for at, one in enumerate(candidates) if (one.way.value if one.way else None) == value]
    return candidates[max(same, key=lambda at: (odds[at], -at))]


def worth(candidate: Candidate, weights: Mapping[str, float]) -> float:
    """Return the logarithm of how much speaks for a candidate."""
    return sum(weights.get(name, 0.0) * value for name, value in candidate.traits.items())
