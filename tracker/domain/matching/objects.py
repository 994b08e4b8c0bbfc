"""Noun phrases of a promise against what a sentence, its heading and its paragraph's opening name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tracker.domain.matching.comparable import RAREST, STRONG, Chunk
from tracker.domain.matching.promises import Promise

CONTEXT_SHARE = 0.5
"""What a gram is worth that stands only in the heading or the paragraph's opening."""
APART = 0.65
"""What a gram is worth whose characters stand there with others between them, or the other way round."""
SAME_KIND = 0.5
"""What a gram is worth where the passage names the same kind of thing in another word."""

RARE = 7.0
"""From this rarity on a gram is rare: names of places and projects, and what few reports speak of."""
MUCH = 45.0
"""How much rarity left unsaid says everything."""


@dataclass(frozen=True, slots=True, eq=False)
class Objects:
    cover: float
    heads: float
    qualifiers: float
    rare_missing: float
    longest: float
    told: float
    soft: float
    shared: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """The grams of the passage, of its sentence, of heading and opening, and the passage's pairs with a gap."""

    here: set[str]
    anywhere: set[str]
    context: Mapping[str, float]
    skips: set[str]

    def share(self, chunk: Chunk, at: int) -> float:
        """Return how much of a promised gram is there: itself, apart, in another word of the same kind, around."""
        gram = chunk.grams[at]
        if gram in self.here:
            return 1.0
        if gram in self.anywhere:
            return 0.8
        if gram in self.skips or self._spans(chunk.text, at):
            return APART
        concept = chunk.concepts[at]
        if concept and concept in self.here:
            return SAME_KIND
        return CONTEXT_SHARE if gram in self.context else 0.0

    def _spans(self, text: str, at: int) -> bool:
        """Say whether the passage holds, as neighbours, two characters of the promise between which this gram lies."""
        return any(
            0 <= low < high < len(text) and text[low] + text[high] in self.here
            for low, high in ((at, at + 2), (at - 1, at + 1), (at, at + 3), (at - 1, at + 2), (at - 2, at + 1))
        )


def compare_objects(promise: Promise, seen: Seen, rarity: Mapping[str, float]) -> Objects:
    """Compare noun phrase by noun phrase: the head is its last pair, what stands before qualifies it."""
    total = covered = heads = qualifier_total = qualifier_found = missing = soft = 0.0
    longest = told = 0.0
    shared: list[str] = []
    found = seen.here
    for chunk in promise.form.chunks:
        size = sum(rarity.get(gram, RAREST) for gram in chunk.grams)
        total += size
        has_head = chunk.grams[-1] in found
        heads += size * has_head
        run, weight = 0, 0.0
        for at, gram in enumerate(chunk.grams):
            rare = rarity.get(gram, RAREST)
            share = seen.share(chunk, at)
            covered += rare * share
            told += rare * (share >= 0.8)
            soft += rare * (share in (APART, SAME_KIND))
            run, weight = (run + 1, weight + rare) if share == 1.0 else (0, 0.0)
            longest = max(longest, weight)
            if run and (at + 1 == len(chunk.grams) or chunk.grams[at + 1] not in found):
                shared.append(chunk.text[at + 1 - run : at + 2])
            if at < len(chunk.grams) - 1 and has_head:
                qualifier_total += rare
                qualifier_found += rare * share
            if not share:
                missing = max(missing, rare)
    return Objects(
        cover=covered / total if total else 0.0,
        heads=heads / total if total else 0.0,
        qualifiers=qualifier_found / qualifier_total if qualifier_total else 0.0,
        rare_missing=missing / RAREST,
        longest=longest,
        told=told,
        soft=soft / total if total else 0.0,
        shared=tuple(sorted(dict.fromkeys(shared), key=lambda text: -len(text))),
    )


def rare_words(promise: Promise, seen: Seen, rarity: Mapping[str, float]) -> dict[str, float]:
    """Return how much of the promise's rare words the sentence names, and how much of them stands nowhere near it."""
    rare = [
        (gram, weight)
        for gram, share in promise.form.grams.items()
        if share == STRONG and (weight := rarity.get(gram, RAREST)) >= RARE
    ]
    told = sum(weight for gram, weight in rare if gram in seen.anywhere)
    untold = sum(weight for gram, weight in rare if gram not in seen.anywhere and gram not in seen.context)
    total = sum(weight for _, weight in rare)
    return {"rare_told": told / total if total else 0.0, "rare_untold": min(untold, MUCH) / MUCH}
