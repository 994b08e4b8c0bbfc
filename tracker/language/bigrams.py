"""Tokens for searching Chinese: overlapping pairs of characters, so that any two-character word is found.

Tokens are plain ASCII (the characters' code points in hexadecimal), so no database's idea of a letter, locale or
stop word can come between; a phrase of consecutive tokens is exactly a substring.
"""

from __future__ import annotations

import itertools
import re
import unicodedata

_RUN = re.compile(r"[㐀-鿿豈-﫿]+|[a-z0-9]+")


def search_tokens(text: str) -> list[str]:
    """Return the tokens of ``text`` in order: pairs for each run of Chinese characters, words otherwise.

    The last character of a run stands once more alone, so that it is found by itself too.
    """
    tokens: list[str] = []
    for run in _runs(text):
        tokens.extend([*_pairs(run), f"c{ord(run[-1]):x}"] if _is_chinese(run) else [f"w{run}"])
    return tokens


def search_phrases(query: str) -> list[list[str]]:
    """Return, for each word the person typed, the consecutive tokens a text must hold.

    A token that ends in ``*`` is a prefix: a single Chinese character, or the beginning of a word or number.
    """
    return [_phrase(run) for run in _runs(query)]


def _phrase(run: str) -> list[str]:
    if not _is_chinese(run):
        return [f"w{run}*"]
    return _pairs(run) or [f"c{ord(run):x}*"]


def _runs(text: str) -> list[str]:
    return _RUN.findall(unicodedata.normalize("NFKC", text).lower())


def _is_chinese(run: str) -> bool:
    return run[0] > "z"


def _pairs(run: str) -> list[str]:
    return [f"c{ord(first):x}x{ord(second):x}" for first, second in itertools.pairwise(run)]
