"""What changed in a promise from one year to the next: numbers, dates and words, told apart."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

_DATE = r"(?:20\d\d年)?\d{1,2}月(?:\d{1,2}日|底|份|初|中旬|上旬|下旬)?|20\d\d年|第?[一二三四1-4]季度|[上下]半年|年底|年内|全年|每季度|每月"
_NUMBER = (
    r"\d[\d,.]*[%％]?|百分之[一二三四五六七八九十]{1,6}|[一二三四五六七八九十百千两]{1,9}(?=[次场个件项名人份期轮家部])"
)
_ENUMERATOR = re.compile(r"^\s*(?:[（(][一二三四五六七八九十\d]{1,3}[）)]|[一二三四五六七八九十\d]{1,3}[、.．])\s*")
_TOKEN = re.compile(rf"(?P<date>{_DATE})|(?P<number>{_NUMBER})|(?P<space>\s+)|[A-Za-z]+|.")
SHORTEST_COMMON = 2
"""A single character that stayed between two changes is read with them: 印(发)修订(案) helps nobody."""
MOST_TOKENS = 1_200


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch: ``kind`` is same, added or removed; ``what`` is number, date or words where it changed."""

    text: str
    kind: str = "same"
    what: str = ""


@dataclass(frozen=True, slots=True)
class _Token:
    text: str
    what: str


def wording_changes(before: str, after: str) -> tuple[Piece, ...]:
    """Return ``after`` in stretches, with what it lost of ``before`` in their places. Leading enumerators are left out."""
    old, new = _tokens(before), _tokens(after)
    if len(old) + len(new) > 2 * MOST_TOKENS:
        return (Piece(after),)
    matcher = SequenceMatcher(None, [token.text for token in old], [token.text for token in new], autojunk=False)
    pieces: list[Piece] = []
    for low, high, start, end in _stretches(matcher.get_opcodes()):
        gone, come = old[low:high], new[start:end]
        if [token.text for token in gone] == [token.text for token in come]:
            pieces.append(Piece(_text(come)))
            continue
        pieces += [Piece(text, "removed", what) for text, what in _grouped(gone)]
        pieces += [Piece(text, "added", what) for text, what in _grouped(come)]
    return tuple(piece for piece in pieces if piece.text)


def changed_kinds(pieces: Sequence[Piece]) -> tuple[str, ...]:
    """Return what changed, each once, the most telling first."""
    found = {piece.what for piece in pieces if piece.kind != "same"}
    return tuple(what for what in ("number", "date", "words") if what in found)


def _tokens(text: str) -> list[_Token]:
    flat = re.sub(r"\s+", " ", _ENUMERATOR.sub("", text, count=1)).strip()
    return [
        _Token(found.group(), "date" if found.group("date") else "number" if found.group("number") else "words")
        for found in _TOKEN.finditer(flat)
    ]


def _stretches(codes: Sequence[tuple[str, int, int, int, int]]) -> list[tuple[int, int, int, int]]:
    """Join changes that only a very short common stretch parts."""
    joined: list[tuple[str, int, int, int, int]] = []
    for number, (tag, low, high, start, end) in enumerate(codes):
        short = tag == "equal" and high - low < SHORTEST_COMMON and 0 < number < len(codes) - 1
        kind = "equal" if tag == "equal" and not short else "change"
        if joined and joined[-1][0] == kind == "change":
            joined[-1] = (kind, joined[-1][1], high, joined[-1][3], end)
        else:
            joined.append((kind, low, high, start, end))
    return [(low, high, start, end) for _, low, high, start, end in joined]


def _grouped(tokens: Sequence[_Token]) -> list[tuple[str, str]]:
    """Return runs of one kind."""
    runs: list[tuple[str, str]] = []
    for token in tokens:
        if runs and runs[-1][1] == token.what:
            runs[-1] = (runs[-1][0] + token.text, token.what)
        else:
            runs.append((token.text, token.what))
    return runs


def _text(tokens: Sequence[_Token]) -> str:
    return "".join(token.text for token in tokens)
