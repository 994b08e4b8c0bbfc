"""What a recogniser saw, made into lines of Chinese text: punctuation folded, doubtful characters kept in mind."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from tracker.domain.page_map import Box, PageLine

UNSURE = (
    0.8  # a letter or figure recognised with less than this is shown as doubtful; marks are not, they change no sense
)
_CJK = re.compile("[\u3400-\u9fff\u3000-\u303f\uff00-\uffef“”‘’]")
_FOLD = {",": "，", ";": "；", ":": "：", "!": "！", "?": "？", "(": "（", ")": "）"}
_LOOKALIKES = {"﹣": "－", "〈": "《", "〉": "》", "｡": "。", "﹐": "，", "•": "·", "●": "·"}


@dataclass(frozen=True, slots=True)
class Seen:
    """A stretch of a line as recognised: its characters, how sure of each, and where it stands."""

    text: str
    scores: tuple[float, ...]
    box: Box


def to_line(seen: Seen) -> PageLine:
    """Fold the punctuation of a recognised line and mark what is doubtful in it."""
    chars = [(char, score) for char, score in zip(seen.text, seen.scores, strict=True) if not _is_stray(char)]
    chars = _without_padding(chars)
    texts = [char for char, _ in chars]
    chinese = any(map(_CJK.match, texts))
    folded = "".join(_fold(texts, index, chinese=chinese) for index in range(len(texts)))
    return PageLine(folded, seen.box, _ranges(char.isalnum() and score < UNSURE for char, score in chars))


def _is_stray(char: str) -> bool:
    return not char.isprintable() or char == "\ufffd"


def _without_padding(chars: Sequence[tuple[str, float]]) -> list[tuple[str, float]]:
    """Drop spaces at the ends and beside Chinese; between Latin words they stay."""
    kept = []
    for index, (char, score) in enumerate(chars):
        if char.isspace():
            around = [chars[at][0] for at in (index - 1, index + 1) if 0 <= at < len(chars)]
            if len(around) < 2 or any(_CJK.match(other) or other.isspace() for other in around):
                continue
        kept.append((char, score))
    return kept


def _fold(chars: Sequence[str], index: int, *, chinese: bool) -> str:
    """Write a half-width mark full-width in a Chinese line; the comma and colon between digits stay."""
    char = chars[index]
    if char in _LOOKALIKES:
        return _LOOKALIKES[char]
    if char not in _FOLD or not chinese:
        return char
    around = [chars[at] for at in (index - 1, index + 1) if 0 <= at < len(chars)]
    is_inside = len(around) == 2 and all(other.isdecimal() for other in around)
    return char if char in ",:" and is_inside else _FOLD[char]


def _ranges(doubtful: Iterable[bool]) -> tuple[tuple[int, int], ...]:
    found: list[tuple[int, int]] = []
    for index, is_doubtful in enumerate(doubtful):
        if not is_doubtful:
            continue
        if found and found[-1][1] == index:
            found[-1] = (found[-1][0], index + 1)
        else:
            found.append((index, index + 1))
    return tuple(found)


def merge_rows(lines: Sequence[PageLine]) -> list[list[PageLine]]:
    """Gather what stands beside each other into rows, from top to bottom, each from left to right."""
    rows: list[list[PageLine]] = []
    for line in sorted(lines, key=lambda one: (one.box[1] + one.box[3], one.box[0])):
        row = next((row for row in reversed(rows[-3:]) if _beside(row, line)), None)
        if row is None:
            rows.append([line])
        else:
            row.append(line)
    return [sorted(row, key=lambda one: one.box[0]) for row in rows]


def _beside(row: Sequence[PageLine], line: PageLine) -> bool:
    """Say whether a line stands on a row: they share most of their height and do not cover each other."""
    _, top, _, bottom = row[-1].box
    shared = min(bottom, line.box[3]) - max(top, line.box[1])
    if shared * 2 < min(bottom - top, line.box[3] - line.box[1]):
        return False
    return all(_overlap(one.box, line.box) * 4 < min(_width(one.box), _width(line.box)) for one in row)


def _overlap(one: Box, other: Box) -> int:
    return min(one[2], other[2]) - max(one[0], other[0])


def _width(box: Box) -> int:
    return max(box[2] - box[0], 1)
