"""Pieces of text to lines of print."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from tracker.readers.layout.shapes import Piece, TextLine, median

_SAME_LINE = 0.38  # of the smaller letters' height
_WIDE_GAP = 1.6  # of an ideograph's width: what lies beyond is another column or cell
_WORD_GAP = 0.22
_TWICE = 0.35  # of a letter's width: printed twice to look bold
_CJK = "\u2e80-\u303f\u3041-\u33ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\ufe30-\ufe4f\uff00-\uffef\u2014\u2018\u2019\u201c\u201d\u2026\u2460-\u2473"
_IS_CJK = re.compile(f"[{_CJK}]")
_PADDING = re.compile(f"(?<=[{_CJK}])[ \\t\\xa0\\u2000-\\u200a\\u3000]+|[ \\t\\xa0\\u2000-\\u200a\\u3000]+(?=[{_CJK}])")
_SPACES = re.compile(r"[ \t\xa0\u2000-\u200a\u3000]+")
_BLANK = frozenset(" \t\xa0\u3000\u2002\u2003\u2009\r\n\u200b\ufeff")
_CLOSING = frozenset("，。、；：！？）》」』】〕”’%％…—·,.;:!?)]}")
_QUOTES = frozenset("“”‘’")
_OPENING = frozenset("（《「『【〔“‘([{")


def is_cjk(char: str) -> bool:
    """Say whether a character is Chinese or one of the full-width signs written with it."""
    return bool(_IS_CJK.match(char))


def tidy(text: str) -> str:
    """Drop spaces that stand beside a Chinese character; leave one where there are several."""
    return _SPACES.sub(" ", _PADDING.sub("", text)).strip()


def join_text(before: str, after: str) -> str:
    """Put two lines of a paragraph together; between two words in Latin letters a space is due."""
    if not (before and after and before[-1] < "\u2000" > after[0]):
        return before + after
    goes_on = before[-1] in "-/(" or (before[-1].isdigit() and after[0].isdigit())
    return before + after if goes_on or not (after[0].isalnum() or after[0] == "(") else f"{before} {after}"


def text_lines(pieces: Iterable[Piece], page: int = 0) -> list[TextLine]:
    """Return the lines, from top to bottom and from left to right; what a wide gap parts becomes a line each."""
    return lines_of_rows(baselines(pieces), page)


def lines_of_rows(rows: Iterable[Sequence[Piece]], page: int = 0, gutters: Sequence[float] = ()) -> list[TextLine]:
    """Return the lines of rows, parted also where a narrow gap lies over one of the page's gutters."""
    lines: list[TextLine] = []
    for row in rows:
        lines.extend(line for part in segments(row, gutters) if (line := make_line(part, page)) is not None)
    return lines


def baselines(pieces: Iterable[Piece]) -> list[list[Piece]]:
    """Return the pieces that stand on one baseline together, from left to right; small raised ones included."""
    rows: list[list[Piece]] = []
    height = y = 0.0
    for piece in sorted(pieces, key=lambda piece: piece.y):
        if rows and piece.y - y <= _SAME_LINE * min(height, piece.size):
            rows[-1].append(piece)
            if piece.size > height:
                height, y = piece.size, piece.y
            continue
        rows.append([piece])
        height, y = piece.size, piece.y
    for row in rows:
        row.sort(key=lambda piece: piece.x0)
    return rows


def segments(row: Sequence[Piece], gutters: Sequence[float] = ()) -> list[list[Piece]]:
    """Part a row at its wide gaps; blanks at the ends and letters printed twice are left out."""
    em = _em(row)
    parts: list[list[Piece]] = []
    last: Piece | None = None
    for piece in row:
        if not piece.text.strip("".join(_BLANK)):
            continue
        if last is not None and piece.text == last.text and piece.x0 - last.x0 < _TWICE * (last.x1 - last.x0):
            continue
        if last is None or piece.x0 - last.x1 > _WIDE_GAP * em or _is_parted(last, piece, em, gutters):
            parts.append([])
        parts[-1].append(piece)
        last = piece
    return parts


def _is_parted(piece: Piece, following: Piece, em: float, gutters: Sequence[float]) -> bool:
    gap = following.x0 - piece.x1
    return gap > 0.5 * em and any(piece.x1 <= gutter + 0.1 and following.x0 >= gutter - 0.1 for gutter in gutters)


def make_line(part: Sequence[Piece], page: int) -> TextLine | None:
    """Return the line that these pieces make; None where they say nothing."""
    em = _em(part)
    texts: list[str] = []
    last: Piece | None = None
    for piece in part:
        if last is not None and piece.x0 - last.x1 > _WORD_GAP * em:
            texts.append(" ")
        texts.append(piece.text)
        last = piece
    text = tidy("".join(texts))
    if not text:
        return None
    height = max(piece.size for piece in part)
    y = median(piece.y for piece in part if piece.size >= 0.8 * height)
    return TextLine(
        text, part[0].x0, part[-1].x1, y, em, page, _first_width(part, em), _first_width(part, em, _QUOTES), _hang(part)
    )


def _em(part: Sequence[Piece]) -> float:
    wide = [(piece.x1 - piece.x0) / len(piece.text) for piece in part if is_cjk(piece.text[0])]
    full = [width for width in wide if width > 0]
    return median(full) if full else median((piece.size * 0.8 for piece in part), 1.0) or 1.0


def _first_width(part: Sequence[Piece], em: float, glue: frozenset[str] = frozenset()) -> float:
    """Return the width of a line's first word: what would have had to fit at the end of the line before."""
    if len(part[0].text) > 2:  # a whole line in one piece, as recognised pictures give
        return _width_of_first(part[0].text, em, glue)
    end = part[0].x0
    for index, piece in enumerate(part[:40]):
        char = piece.text[-1]
        following = part[index + 1].text[0] if index + 1 < len(part) else ""
        end = piece.x1
        if char in _OPENING or char in glue or (following and (following in _CLOSING or following in glue)):
            continue
        if is_cjk(char) or not following or is_cjk(following) or part[index + 1].x0 - piece.x1 > _WORD_GAP * em:
            break
    return end - part[0].x0


def _width_of_first(text: str, em: float, glue: frozenset[str]) -> float:
    width = 0.0
    for index, char in enumerate(text[:40]):
        width += em if is_cjk(char) else em / 2
        following = text[index + 1 : index + 2]
        if char in _OPENING or char in glue or (following and (following in _CLOSING or following in glue)):
            continue
        if is_cjk(char) or not following or is_cjk(following) or following == " ":
            break
    return width


def _hang(part: Sequence[Piece]) -> float:
    return part[-1].x1 - part[-1].x0 if part[-1].text in _CLOSING else 0.0
