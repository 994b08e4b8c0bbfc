"""Folding: one cleaned text for every rule to read, with the way back to the source's offsets.

Widths and punctuation become uniform, padding and footnote marks go, lines that a PDF broke are joined again.
Rules read ``Folded.text``; what they find is quoted from the source through ``source_span``.
"""

from __future__ import annotations

import re
from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

_WIDE = {0xFF01 + i: 0x21 + i for i in range(94)}
_UNIFORM = {
    **{code: chr(half) for code, half in _WIDE.items() if chr(half).isalnum() or chr(half) in "%+-./"},
    ord("("): "（",
    ord(")"): "）",
    ord("［"): "[",
    ord("］"): "]",
    ord(";"): "；",
    ord("!"): "！",
    ord("?"): "？",
    ord("∶"): "：",
    ord("﹪"): "%",
    ord("―"): "—",
    ord("─"): "—",
    ord("–"): "—",
    ord("~"): "～",
    ord("〜"): "～",
    ord("•"): "·",
    ord("・"): "·",
    ord("‧"): "·",
    **dict.fromkeys((0x0D, 0x85, 0xA0, 0x1680, *range(0x2000, 0x200B), 0x202F, 0x205F, 0x3000), " "),
    ord("|"): "｜",
}
"""One code point for one: the folded text before deletions has the source's own offsets."""

_DELETE = re.compile(
    r"\[bookmark[:：][^\]\n]{0,40}\]"
    r"|(?<=[^\n])(?:\[\d{1,3}\]|〔\d{1,3}〕|【\d{1,3}】|[\u00b9\u00b2\u00b3\u2070-\u2079]{1,3})"
    r"|[\u200b-\u200f\u2028-\u202e\u2060\ufeff\xad\x00-\x08\x0b\x0c\x0e-\x1f\ufffd]"
    r"|[ ]"
)
_COMMA = re.compile(r"(?<!\d),|,(?!\d)")
_STOP = re.compile(r"(?<=[\u4e00-\u9fff]{3})\.(?=[\u4e00-\u9fff\d\s]|$)|(?<=\d%)\.(?=\D|$)")
"""A full stop typed on a Latin keyboard; after fewer characters it may belong to an enumerator (十一.其他)."""
_COLON = re.compile(r"(?<!\d):|:(?!\d)")
_NUMBER_THEN_SPACE = re.compile(
    r"^(\s{0,20}(?:[一二三四五六七八九十]{1,3}|\d{1,2}|\d{1,2}(?:\.\d{1,2}){1,2}))([ ])(?=[ ]{0,3}[\u4e00-\u9fff\d“《])"
)
_WIDE_GAP = re.compile(r"(?<=\S)[ ]{2,}(?=\S)")
_SHORTEST_CELL = 3
"""A spaced-out title (政　　府　　工　　作　　报　　告) has single characters, a row of cells has words."""
_PAGE_NUMBER = re.compile(
    r"^\s{0,20}(?:[-—·]{1,2}\s{0,3}\d{1,4}\s{0,3}[-—·]{1,2}|第\s?\d{1,4}\s?页(?:[，/\s]{0,3}共\s?\d{1,4}\s?页)?|\d{1,3}\s?/\s?\d{1,3})\s{0,20}$"
)
_ENDS = "。；！？：…"
_FULL_STOP = re.compile(
    r"[。；！？：…][”’』》）】]$|[（〔\[](?:[^（）〔〕\[\]]{0,60}(?:牵头|配合|负责)|(?:责任|牵头|主办|完成)[^（）〔〕\[\]]{2,90})[）〕\]]$"
)
"""A stop inside a bracket or quote, or the bracket that names who does it."""
_BARE_MARK = re.compile(r"[（]?[一二三四五六七八九十]{1,3}[）、.．]|[（]?\d{1,2}[）、.．]|[①-⑳]")
_NEVER_STARTS = "，。；、：！？”’）》】%"
_WIDEST_PAGE, _NARROWEST_PAGE, _RAGGED = 110, 36, 8
"""Columns: a page is not wider, a cut line not narrower; the right edge varies by punctuation and numbers."""
_BROKEN_LINE = 45
"""A longer paragraph with a full sentence in it and no stop at its end was broken in mid-sentence."""
_SHORTEST_HEADING = 4
_OPENERS = {"“": "”", "《": "》", "（": "）"}
_WRAP_MARK = re.compile(
    r"\s{0,20}(?:[（]?[一二三四五六七八九十]{1,3}[）、.．，是要]|第[一二三四五六七八九十]{1,3}|[（]?\d{1,2}[）、.．]|[①-⑳]|——|[（〔\[【](?:责任|牵头|主办)|附[件表]|此外，|另外，|抄送|联系人|特此|专此)"
)


@dataclass(frozen=True, slots=True)
class Folded:
    """Cleaned text and, for each of its code points (and its end), the offset in the source."""

    text: str
    origins: Sequence[int]

    def source_span(self, start: int, end: int) -> tuple[int, int]:
        """Return the source's half-open range for ``[start, end)`` of the cleaned text."""
        if start >= end:
            return self.origins[start], self.origins[start]
        return self.origins[start], self.origins[end - 1] + 1


def fold(source: str) -> Folded:
    """Clean ``source``; linear in its length."""
    uniform = _STOP.sub("。", _COLON.sub("：", _COMMA.sub("，", source.translate(_UNIFORM))))
    pieces: list[str] = []
    origins = array("l")
    previous = ""
    page_turned = False
    running = 0  # the length of the paragraph so far, once it has a full sentence
    lines = list(_lines(uniform))
    width = _wrap_width([uniform[start:end] for start, end in lines])
    ended = 0
    for start, end in lines:
        line = uniform[start:end]
        apart = start - ended > 1 and not page_turned  # a blank line between
        ended = end
        if _PAGE_NUMBER.match(line):
            page_turned = True
            continue
        if pieces and not _joins(previous, line, 0 if apart else width, page_turned, 0 if apart else running):
            pieces.append("\n")
            origins.append(start - 1)
            running = 0
        previous = _take(line, start, pieces, origins) or previous
        page_turned = False
        running += len(previous) if running or "。" in previous else 0
    origins.append(len(source))
    return Folded("".join(pieces), origins)


def _lines(text: str) -> Iterator[tuple[int, int]]:
    start = 0
    while start <= len(text):
        end = text.find("\n", start)
        end = len(text) if end < 0 else end
        if text[start:end].strip():
            yield start, end
        start = end + 1


def _take(line: str, offset: int, pieces: list[str], origins: array[int]) -> str:
    """Append what stays of ``line`` and return it."""
    line = _with_cells(line)
    head = _NUMBER_THEN_SPACE.match(line)
    if head:
        line = line[: head.start(2)] + "、" + line[head.end(2) :]
    if "\t" in line:
        line = line.replace("\t", "｜" if line.strip().count("\t") else " ")
    kept: list[str] = []
    at = 0
    for gone in _DELETE.finditer(line):
        if gone.group() == " " and _parts_words(line, gone.start()):
            continue
        if gone.start() > at:
            kept.append(line[at : gone.start()])
            origins.extend(range(offset + at, offset + gone.start()))
        at = gone.end()
    if at < len(line):
        kept.append(line[at:])
        origins.extend(range(offset + at, offset + len(line)))
    text = "".join(kept)
    pieces.append(text)
    return text


def _with_cells(line: str) -> str:
    """Return a line that was set in columns by wide gaps with a cell mark in each gap, its length unchanged."""
    gaps = list(_WIDE_GAP.finditer(line))
    if len(gaps) < 2 or max(len(cell) for cell in _WIDE_GAP.split(line.strip())) < _SHORTEST_CELL:
        return line
    for gap in gaps:
        line = line[: gap.start()] + "｜" + " " * (len(gap.group()) - 1) + line[gap.end() :]
    return line


def _parts_words(line: str, at: int) -> bool:
    """Say whether the space at ``at`` stands between two Latin words or numbers, where it means something."""
    return 0 < at < len(line) - 1 and _is_ascii_word(line[at - 1]) and _is_ascii_word(line[at + 1])


def _is_ascii_word(char: str) -> bool:
    return char.isascii() and char.isalnum()


def _columns(line: str) -> int:
    """Return the printed width of a line: two columns a Chinese character, one a Latin one."""
    return len(line) + (len(line.encode("utf-8", "surrogatepass")) - len(line)) // 2


def _wrap_width(lines: Sequence[str]) -> int:
    """Return the columns at which lines were cut (most long lines equally wide, ending in mid-sentence), or 0."""
    widths = [_columns(line.strip()) for line in lines]
    width = max(widths, default=0)
    if not _NARROWEST_PAGE <= width <= _WIDEST_PAGE:
        return 0
    long = [columns for columns in widths if columns >= 0.6 * width and columns >= _NARROWEST_PAGE]
    full = [line for line, columns in zip(lines, widths, strict=True) if columns >= width - _RAGGED]
    cut = [line for line in full if line.rstrip()[-1] not in _ENDS]
    return width if len(full) >= max(4, 0.4 * len(long)) and len(cut) >= 0.5 * len(full) else 0


def _looks_like_heading(line: str) -> bool:
    return _SHORTEST_HEADING <= len(line.strip()) <= 20 and not any(mark in line for mark in "，。；")


def _joins(previous: str, line: str, width: int, page_turned: bool, running: int) -> bool:
    """Say whether ``line`` continues ``previous``: a line break inside a sentence."""
    tail = "。" if _FULL_STOP.search(previous) else previous[-1:]
    if _BARE_MARK.fullmatch(previous):
        return not _WRAP_MARK.match(line)
    if not tail or "｜" in line or "\t" in line:
        return False
    if line.lstrip()[:1] in _NEVER_STARTS or tail in "，、“《（":
        return True
    if _WRAP_MARK.match(line):
        return False
    if width and tail not in _ENDS and (page_turned or _columns(previous) >= width - _RAGGED - 2):
        return True
    if running > _BROKEN_LINE and tail not in _ENDS and not _looks_like_heading(line):
        return True
    return any(previous.rfind(opener) > previous.rfind(closer) for opener, closer in _OPENERS.items())
