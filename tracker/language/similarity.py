"""How telling shared words are: character bigrams weighted by how rare they are among the passages of a text."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import log

_RUN = re.compile(r"[\u4e00-\u9fffA-Za-z0-9]+")


def bigrams(text: str) -> set[str]:
    """Return the neighbouring character pairs inside runs of letters and digits."""
    return {run[i : i + 2] for run in _RUN.findall(text) for i in range(len(run) - 1)}


@dataclass(frozen=True, slots=True)
class Rarity:
    """Weights between 0 and about 1: the fewer passages a bigram stands in, the heavier."""

    counts: Mapping[str, int]
    passages: int

    def weight(self, gram: str) -> float:
        """Return the weight of ``gram``; an unseen one weighs most."""
        return log(1 + self.passages / (self.counts.get(gram, 0) + 0.5)) / log(1 + self.passages)


def learn_rarity(passages: Iterable[str]) -> Rarity:
    """Count in how many passages each bigram stands."""
    counts: Counter[str] = Counter()
    size = 1
    for passage in passages:
        counts.update(bigrams(passage))
        size += 1
    return Rarity(counts, size)
