"""A text as it is compared with others: without punctuation, with numbers and 我镇/我局 alike, set phrases known as such.

Every token is one character; ``token_spans`` says where each stands, so that what is alike can be shown in the text itself.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from tracker.language.lexicon import Lexicon

NUMBER, OWN = "#", "@"
LONGEST = 2000
"""Tokens of a text that are looked at; a plan item has about a hundred."""
GRAM = 4
"""How many tokens a shingle holds."""
SKETCH_GRAM, SKETCH_EVERY, SKETCH_LEAST, SKETCH_MOST = 7, 4, 10, 40
"""A sketch samples longer shingles, which tell more: one in so many tokens, within these bounds."""
SET_PHRASES = tuple(f"set_phrases.{name}" for name in ("guiding", "systems", "laws", "openings"))

_BEGIN, _END = "\x01", "\x02"  # around a set phrase; control characters stand in no text
_NUMBER = r"(?:百分之)?[\d〇零一二两三四五六七八九十百千万亿]+(?:[.．,，]\d+)*[%％‰]?"
_OWN = "[我本全](?:省|市|县|区|镇|乡|街道|局|办|委|队|所|单位|系统)"
_NUMBERS, _OWNS = re.compile(_NUMBER), re.compile(_OWN)
_NO_TOKEN = re.compile(rf"[^\w{_BEGIN}{_END}{NUMBER}{OWN}]+|_+")
_TOKEN = re.compile(rf"{_BEGIN}|{_END}|{_NUMBER}|{_OWN}|[^\W_]")
_MIX = 0x9E3779B1
_SEEN_PLACES = 8


@dataclass(frozen=True)
class Folded:
    """A text's tokens; ``own`` has a 1 for each that belongs to no set phrase."""

    tokens: str
    own: bytes

    @cached_property
    def size(self) -> int:
        """How many tokens are the text's own words."""
        return self.own.count(1)

    @cached_property
    def shingles(self) -> frozenset[str]:
        """Every GRAM tokens in a row that are not all set phrase; all of them where nothing else is left."""
        return _shingles(self, GRAM)

    @cached_property
    def places(self) -> dict[str, list[int]]:
        """Where every GRAM tokens in a row stand, the first few places of each."""
        found: dict[str, list[int]] = {}
        for at in range(len(self.tokens) - GRAM + 1):
            known = found.setdefault(self.tokens[at : at + GRAM], [])
            if len(known) < _SEEN_PLACES:
                known.append(at)
        return found


def fold(text: str, lexicon: Lexicon) -> Folded:
    """Return ``text`` as it is compared."""
    folded = _NUMBERS.sub(NUMBER, _marked(text, lexicon))
    folded = _lower(_NO_TOKEN.sub("", _OWNS.sub(OWN, folded)))
    first, *rest = folded.split(_BEGIN)
    tokens, own = [first], [b"\1" * len(first)]
    for part in rest:
        phrase, _, after = part.partition(_END)
        tokens += [phrase, after]
        own += [b"\0" * len(phrase), b"\1" * len(after)]
    return Folded("".join(tokens)[:LONGEST], b"".join(own)[:LONGEST])


def _lower(text: str) -> str:
    lower = text.lower()
    return lower if len(lower) == len(text) else text  # a letter that becomes two would move all that follow


def token_spans(text: str, lexicon: Lexicon) -> list[tuple[int, int]]:
    """Return where each token of ``fold(text)`` stands in ``text``."""
    return list(_spans(text, lexicon))[:LONGEST]


def _spans(text: str, lexicon: Lexicon) -> Iterator[tuple[int, int]]:
    added = 0
    for found in _TOKEN.finditer(_marked(text, lexicon)):
        if found.group() in (_BEGIN, _END):
            added += 1
        else:
            yield found.start() - added, found.end() - added


def _marked(text: str, lexicon: Lexicon) -> str:
    for taken in (_BEGIN, _END, NUMBER, OWN):
        text = text.replace(taken, " ")
    return lexicon.pattern(*SET_PHRASES).sub(_between_marks, text)


def _between_marks(found: re.Match[str]) -> str:
    return f"{_BEGIN}{found[0]}{_END}"


def _shingles(folded: Folded, length: int) -> frozenset[str]:
    tokens, own, nothing = folded.tokens, folded.own, b"\0" * length
    places = range(len(tokens) - length + 1)
    chosen = frozenset([tokens[at : at + length] for at in places if own[at : at + length] != nothing])
    return chosen or frozenset(tokens[at : at + length] for at in places)


def hash_of(gram: str) -> int:
    """Return a signed 32-bit number for a shingle, the same in every process and release."""
    mixed = (zlib.crc32(gram.encode()) * _MIX) & 0xFFFFFFFF
    return (mixed ^ (mixed >> 15)) - 0x80000000


def sketch(folded: Folded) -> tuple[int, ...]:
    """Return the text's sketch: the smallest of its shingles' numbers.

    Texts that share shingles share numbers of their sketches, however long the rest is: a bottom-k sample (Broder 1997).
    """
    grams = _shingles(folded, SKETCH_GRAM) or {folded.tokens}
    size = max(SKETCH_LEAST, min(SKETCH_MOST, len(folded.tokens) // SKETCH_EVERY))
    return tuple(sorted({hash_of(gram) for gram in grams})[:size])
