"""What a rate counts, by its name."""

from __future__ import annotations

import re
from functools import lru_cache

from tracker.domain.matching.words import MatchingWords

REALLY = re.compile("实际|按期|按时|及时|准时")
"""Words that set the part apart from its whole where both are called the same."""
_RATE = re.compile(r"(?:的)?(?:比例|比重|占比|率)(?:和|及|与|、)?|[“”]")
_STEM = 4
"""So many characters before 率 say what is counted (案卷评查合格率: 评查合格)."""


def counted_by(what: str, words: MatchingWords) -> frozenset[str]:
    """Return the pairs of characters and the concepts of what a rate of this name counts."""
    names = [name[-_STEM:] for name in _RATE.split(what) if name]
    return frozenset[str]().union(*(ideas_of(name, words) for name in names))


@lru_cache(maxsize=4096)
def ideas_of(text: str, words: MatchingWords) -> frozenset[str]:
    """Return the pairs of characters of a text and the concepts it speaks of."""
    return frozenset(text[at : at + 2] for at in range(len(text) - 1)) | {
        words.concepts[found.group()] for found in words.concept_pattern.finditer(text)
    }
