"""From features to a score: an index finds the sentences worth reading, a logistic model says how sure we are."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tracker.domain.matching.candidates import Claim
from tracker.domain.matching.comparable import RAREST
from tracker.domain.matching.features import Reading, read_against
from tracker.domain.matching.promises import Promise
from tracker.domain.matching.words import MatchingWords

SHORTLIST = 10
"""How many sentences are read closely for each promise."""


@dataclass(frozen=True, slots=True)
class Scored:
    """A reading with its probability of being an answer."""

    reading: Reading
    score: float


def rarity_of(background: Mapping[str, float], claims: Sequence[Claim]) -> dict[str, float]:
    """Return how telling each gram is: the background's rarity, lowered where this report uses it all the time."""
    counts: dict[str, int] = {}
    for claim in claims:
        for gram in {gram for clause in claim.clauses for gram in clause.form.grams}:
            counts[gram] = counts.get(gram, 0) + 1
    size = max(len(claims), 1)
    rarity = dict(background)
    for gram, count in counts.items():
        local = math.log((size + 2) / count)
        common = background.get(gram, RAREST)
        # A word in every other sentence of this report tells nothing here, however rare it is elsewhere.
        rarity[gram] = min(common, 0.5 * common + 0.9 * local)
    return rarity


def probability(weights: Mapping[str, float], features: Mapping[str, float]) -> float:
    """Return the logistic model's probability."""
    total = sum(weights.get(name, 0.0) * value for name, value in features.items())
    return 1.0 / (1.0 + math.exp(-max(-30.0, min(30.0, total))))


class ClaimIndex:
    """Finds, for each promise, the sentences that share most of its weight."""

    def __init__(self, claims: Sequence[Claim]) -> None:
        self.claims = claims
        self._postings: dict[str, list[int]] = {}
        for number, claim in enumerate(claims):
            for gram in {gram for clause in claim.clauses for gram in clause.form.grams}:
                self._postings.setdefault(gram, []).append(number)

    def covers(self, promise: Promise) -> dict[int, float]:
        """Return the share of the promise that each sentence holds, by the sentence's number."""
        found: dict[int, float] = {}
        for gram, weight in promise.weights.items():
            for number in self._postings.get(gram, ()):
                found[number] = found.get(number, 0.0) + weight
        return {number: weight / promise.total for number, weight in found.items()}


def score_claims(
    promises: Sequence[Promise],
    claims: Sequence[Claim],
    rarity: Mapping[str, float],
    weights: Mapping[str, float],
    words: MatchingWords,
) -> list[list[Scored]]:
    """Return for each promise its readings, the surest first."""
    index = ClaimIndex(claims)
    covers = [index.covers(promise) for promise in promises]
    strongest = _strongest(covers, promises)
    scored: list[list[Scored]] = []
    for promise, cover in zip(promises, covers, strict=True):
        numbers = sorted(cover, key=lambda number: (-cover[number], number))[:SHORTLIST]
        readings = [
            read_against(promise, claims[number], _rival(strongest[number], promise, cover[number]), rarity, words)
            for number in numbers
        ]
        rows = [Scored(reading, probability(weights, reading.features)) for reading in readings]
        scored.append(sorted(rows, key=lambda row: (-row.score, row.reading.claim.start)))
    return scored


def _strongest(
    covers: Sequence[Mapping[int, float]], promises: Sequence[Promise]
) -> dict[int, list[tuple[float, str]]]:
    """Return for each sentence the two items that claim most of it, with their cover."""
    best: dict[int, dict[str, float]] = {}
    for promise, cover in zip(promises, covers, strict=True):
        for number, value in cover.items():
            of = best.setdefault(number, {})
            of[promise.item.id] = max(of.get(promise.item.id, 0.0), value)
    return {
        number: sorted(((value, item) for item, value in of.items()), reverse=True)[:2] for number, of in best.items()
    }


def _rival(strongest: Sequence[tuple[float, str]], promise: Promise, own: float) -> float:
    """Return how far another item of the plan fits the sentence better."""
    other = next((value for value, item in strongest if item != promise.item.id), 0.0)
    return max(0.0, other - own)
