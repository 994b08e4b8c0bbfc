"""Likeness of short Chinese passages: character bigrams weighted by how rare they are, and shared themes."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import log, sqrt

_KEEP = re.compile(r"[\u4e00-\u9fffA-Za-z0-9]+")


def bigrams(text: str) -> Counter[str]:
    """Return the counts of neighbouring character pairs inside runs of letters and digits."""
    counts: Counter[str] = Counter()
    for run in _KEEP.findall(text):
        counts.update(run[i : i + 2] for i in range(len(run) - 1))
    return counts


@dataclass(frozen=True, slots=True)
class BigramModel:
    """Weights of bigrams, learnt from the passages that are compared."""

    weights: Mapping[str, float]
    default: float

    def vector(self, text: str) -> dict[str, float]:
        """Return the weighted bigrams of ``text``."""
        return {gram: (1 + log(count)) * self.weights.get(gram, self.default) for gram, count in bigrams(text).items()}


def learn_weights(passages: Sequence[str], common: frozenset[str] = frozenset()) -> BigramModel:
    """Return inverse document frequencies over ``passages``; bigrams in ``common`` weigh nothing."""
    documents = Counter(gram for passage in passages for gram in bigrams(passage))
    size = len(passages) + 1
    weights = {gram: 0.0 if gram in common else log(1 + size / (count + 0.5)) for gram, count in documents.items()}
    return BigramModel(weights, log(1 + size / 0.5))


def cosine(left: Mapping[str, float], right: Mapping[str, float]) -> float:
    """Return the cosine of two weighted bags, 0 where one is empty."""
    if len(left) > len(right):
        left, right = right, left
    shared = sum(weight * right[gram] for gram, weight in left.items() if gram in right)
    if not shared:
        return 0.0
    return shared / sqrt(sum(w * w for w in left.values()) * sum(w * w for w in right.values()))


def coverage(part: Mapping[str, float], whole: Mapping[str, float]) -> float:
    """Return the share of ``part``'s weight whose bigrams stand in ``whole`` too."""
    total = sum(part.values())
    return sum(weight for gram, weight in part.items() if gram in whole) / total if total else 0.0
