"""Sentences and clauses as ranges of a text; together they cover it and lose nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator

_SENTENCE_END = re.compile(r"[。！？；\n][”’』》）】]?")
_CLAUSE_END = re.compile(r"[，。！？；：\n][”’』》）】]?")


def split_sentences(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """Return the ranges of ``text[start:end]`` that end in 。！？； or a line's end, outside brackets and quotes."""
    return list(_split(_SENTENCE_END, text, start, end))


def split_clauses(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """Return the ranges that end in a comma, colon or a sentence's end, outside brackets and quotes."""
    return list(_split(_CLAUSE_END, text, start, end))


def _split(pattern: re.Pattern[str], text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    at = start
    for found in pattern.finditer(text, start, end):
        stop = found.end()
        if stop <= at or _is_inside(text, at, found.start()):
            continue
        yield at, stop
        at = stop
    if at < end:
        yield at, end


_PAIRS = (("（", "）"), ("“", "”"), ("《", "》"))
_LONGEST_ASIDE = 120
"""A bracket that is not closed within so many characters is taken for a slip of the pen."""


def _is_inside(text: str, start: int, at: int) -> bool:
    """Say whether a bracket or quote that opened in ``text[start:at]`` is still open at ``at``."""
    low = max(start, at - _LONGEST_ASIDE)
    return any(text.rfind(opener, low, at) > text.rfind(closer, low, at) for opener, closer in _PAIRS)
