"""Paragraph by paragraph: how much of a promise stands in one, and which of them speaks of a promise's item as a whole.

What an item promises together is mostly reported together, so a sentence is the likelier an answer, the more the
paragraph around it is like the whole item.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from tracker.domain.matching.candidates import Claim
from tracker.domain.matching.comparable import RAREST
from tracker.domain.matching.promises import Promise

LIKE = 0.1
"""The cosine from which on the paragraph most like an item counts in full."""


class Paragraphs:
    """The paragraphs of a report (its claims of one line), with the weight of each gram in them."""

    def __init__(self, claims: Sequence[Claim], rarity: Mapping[str, float]) -> None:
        self._rarity = rarity
        self._grams: dict[int, dict[str, float]] = {}
        for claim in claims:
            grams = self._grams.setdefault(claim.line, {})
            for clause in claim.clauses:
                _take_most(grams, clause.form.grams)
        self._postings: dict[str, list[tuple[int, float]]] = {}
        self._length: dict[int, float] = {}
        for line, grams in self._grams.items():
            weights = self._weighed(grams)
            self._length[line] = _length(weights)
            for gram, weight in weights.items():
                self._postings.setdefault(gram, []).append((line, weight))

    def cover(self, promise: Promise, line: int) -> float:
        """Return the share of the promise that stands anywhere in the paragraph."""
        grams = self._grams[line]
        return sum(weight for gram, weight in promise.weights.items() if gram in grams) / promise.total

    def likeness(self, promises: Sequence[Promise]) -> dict[str, dict[int, float]]:
        """Return for each item, by id, how like it the paragraphs are (0..1): the most like one is 1."""
        items: dict[str, dict[str, float]] = {}
        for promise in promises:
            grams = items.setdefault(promise.item.id, {})
            _take_most(grams, promise.form.grams)
            _take_most(grams, promise.theme.grams)
        return {item: self._shares(grams) for item, grams in items.items()}

    def _shares(self, item: Mapping[str, float]) -> dict[int, float]:
        weights = self._weighed(item)
        found: dict[int, float] = {}
        for gram, weight in weights.items():
            for line, other in self._postings.get(gram, ()):
                found[line] = found.get(line, 0.0) + weight * other
        length = _length(weights)
        cosines = {line: product / (length * self._length[line]) for line, product in found.items()}
        best = max(LIKE, *cosines.values()) if cosines else LIKE
        return {line: cosine / best for line, cosine in cosines.items()}

    def _weighed(self, grams: Mapping[str, float]) -> dict[str, float]:
        return {gram: share * self._rarity.get(gram, RAREST) for gram, share in grams.items()}


def _take_most(grams: dict[str, float], others: Mapping[str, float]) -> None:
    for gram, share in others.items():
        if share > grams.get(gram, 0.0):
            grams[gram] = share


def _length(weights: Mapping[str, float]) -> float:
    return math.sqrt(sum(weight * weight for weight in weights.values())) or 1.0
