"""From features to a score: an index finds the sentences worth reading, a logistic model says how sure we are."""

from __future__ import annotations

import heapq
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tracker.domain.matching.candidates import Claim
from tracker.domain.matching.comparable import RAREST
from tracker.domain.matching.features import Reading, Surroundings, read_against
from tracker.domain.matching.paragraphs import Paragraphs
from tracker.domain.matching.promises import Promise
from tracker.domain.matching.topics import SpokenOf, Unasked
from tracker.domain.matching.words import MatchingWords

SHORTLIST = 5
"""How many sentences are read closely for each promise."""
NEAREST = 3
"""How many are read closely besides because they speak of the promised thing, whatever their words."""
LEAST_SPOKEN = 0.2
"""How surely they must."""
WORTH_READING = 0.15
"""Share of the best sentence's cover that a sentence must reach to be read closely."""


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


def log_odds(score: float) -> float:
    """Return the logarithm of the odds, bounded."""
    bounded = min(max(score, 1e-9), 1.0 - 1e-9)
    return math.log(bounded / (1.0 - bounded))


def sigmoid(odds: float) -> float:
    """Return the probability of the logarithm of odds."""
    return 1.0 / (1.0 + math.exp(-max(-30.0, min(30.0, odds))))


def probability(weights: Mapping[str, float], features: Mapping[str, float]) -> float:
    """Return the logistic model's probability."""
    total = sum(weights.get(name, 0.0) * value for name, value in features.items())
    return sigmoid(total)


class ClaimIndex:
    """Finds, for each promise, the sentences and clauses that share most of its weight."""

    def __init__(self, claims: Sequence[Claim]) -> None:
        self.claims = claims
        self.clauses = [(number, place) for number, claim in enumerate(claims) for place in range(len(claim.clauses))]
        self._postings: dict[str, list[int]] = {}
        for row, (number, place) in enumerate(self.clauses):
            for gram in claims[number].clauses[place].form.grams:
                self._postings.setdefault(gram, []).append(row)

    def covers(self, promise: Promise) -> tuple[dict[int, float], dict[int, float]]:
        """Return the share of the promise that each sentence and each clause holds, by number."""
        rows: dict[int, float] = {}
        sentences: dict[int, float] = {}
        for gram, weight in promise.weights.items():
            seen = -1
            for row in self._postings.get(gram, ()):
                rows[row] = rows.get(row, 0.0) + weight
                number = self.clauses[row][0]
                if number != seen:
                    sentences[number] = sentences.get(number, 0.0) + weight
                    seen = number
        total = promise.total
        return (
            {number: weight / total for number, weight in sentences.items()},
            {row: weight / total for row, weight in rows.items()},
        )


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
    rivals = _Rivals(index, [rows for _, rows in covers])
    paragraphs = Paragraphs(claims, rarity)
    likeness = paragraphs.likeness(promises)
    # Problems are read without it: their model does not ask what a text speaks of.
    asked = "topic" in weights
    told = [[clause.text for clause in claim.clauses] for claim in claims] if asked else []
    spoken_of = SpokenOf(told) if asked else Unasked(len(claims))
    scored: list[list[Scored]] = []
    for own, (promise, (sentences, rows)) in enumerate(zip(promises, covers, strict=True)):
        least = WORTH_READING * max(sentences.values(), default=0.0)
        worthy = [number for number, cover in sentences.items() if cover >= least]
        numbers = sorted(worthy, key=lambda number: (-sentences[number], number))[:SHORTLIST]
        spoken = spoken_of.sentences(promise.place)
        numbers += _nearest(spoken, numbers)
        readings = []
        for number in numbers:
            line = claims[number].line
            like = likeness[promise.item.id].get(line, 0.0)
            around = Surroundings(
                rivals.lead(own, number, rows),
                like,
                paragraphs.cover(promise, line),
                spoken[number],
                spoken_of.clauses(number, promise.place),
            )
            readings.append(read_against(promise, claims[number], around, rarity, words))
        found = [Scored(reading, probability(weights, reading.features)) for reading in readings]
        scored.append(sorted(found, key=lambda row: (-row.score, row.reading.claim.start)))
    return scored


def _nearest(spoken: Sequence[float], besides: Sequence[int]) -> list[int]:
    """Return the numbers of the sentences that most surely speak of a promise, where they do, without those ``besides``."""
    surest = heapq.nlargest(NEAREST, range(len(spoken)), key=spoken.__getitem__)
    return [number for number in surest if number not in besides and spoken[number] >= LEAST_SPOKEN]


class _Rivals:
    """Knows for each clause the two promises of the plan that fit it best."""

    def __init__(self, index: ClaimIndex, covers: Sequence[Mapping[int, float]]) -> None:
        self._rows: dict[int, list[int]] = {}
        for row, (number, _) in enumerate(index.clauses):
            self._rows.setdefault(number, []).append(row)
        self._best: dict[int, list[tuple[float, int]]] = {}
        for own, rows in enumerate(covers):
            for row, value in rows.items():
                best = self._best.setdefault(row, [])
                best.append((value, own))
                if len(best) > 2:
                    best.remove(min(best))

    def lead(self, own: int, number: int, covers: Mapping[int, float]) -> float:
        """Return how far another promise fits better the clause in which this one finds itself best."""
        row = max(self._rows[number], key=lambda one: covers.get(one, 0.0))
        other = max((value for value, promise in self._best.get(row, ()) if promise != own), default=0.0)
        return max(0.0, other - covers.get(row, 0.0))
