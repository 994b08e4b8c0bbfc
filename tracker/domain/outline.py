"""The lines of a report with their enumerators and titles: what sections and items are made of.

All ranges are offsets into the folded text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from tracker.language.enumerators import Mark, MarkStyle, leading_mark
from tracker.language.lexicon import Lexicon

Range = tuple[int, int]

_TITLE_LIMIT = 60
_COLON_TITLE_LIMIT = 24
_TITLE_END = re.compile(r"[。！？；：]")
_TRAILING = "。；：，、 ！"


@dataclass(slots=True)
class Line:
    """One line: its enumerator, its title (a short first sentence, or the whole heading) and the rest, its body."""

    start: int
    end: int
    mark: Mark | None
    title: Range | None
    body: Range
    children: list[Line] = field(default_factory=list)
    parent: Line | None = None

    @property
    def content(self) -> Range:
        """The line without its enumerator."""
        return (self.mark.end if self.mark else self.start, self.end)

    @property
    def has_body(self) -> bool:
        """Say whether running text follows the title."""
        return self.body[1] > self.body[0]

    @property
    def is_heading(self) -> bool:
        """Say whether the line is nothing but a title."""
        return self.title is not None and not self.has_body


def read_lines(text: str) -> list[Line]:
    """Return the lines of a folded text."""
    return [_line(text, start, end) for start, end in _ranges(text)]


def _ranges(text: str) -> Iterator[Range]:
    start = 0
    while start < len(text):
        end = text.find("\n", start)
        end = len(text) if end < 0 else end
        if end > start:
            yield start, end
        start = end + 1


def _line(text: str, start: int, end: int) -> Line:
    mark = leading_mark(text, start, end)
    low = mark.end if mark else start
    title, body = split_title(text, low, end)
    return Line(start, end, mark, title, body)


def split_title(text: str, start: int, end: int) -> tuple[Range | None, Range]:
    """Return the title of ``text[start:end]`` (without its stop) and what follows it.

    A short text without a stop is all title; a single full sentence has none.
    """
    stop = _title_stop(text, start, min(end, start + _TITLE_LIMIT))
    if stop is None:
        if end - start <= _TITLE_LIMIT:
            return trim(text, start, end), (end, end)
        return None, (start, end)
    rest = stop.end()
    while rest < end and text[rest] in "”’）":
        rest += 1
    if stop.group() == "：" and (stop.start() - start > _COLON_TITLE_LIMIT and rest < end):
        return None, (start, end)
    if rest >= end:
        if stop.group() in "。：" and stop.start() - start <= 30 and "，" not in text[start : stop.start()]:
            return (start, stop.start()), (end, end)
        return None, (start, end)
    if stop.group() in "；！？":
        return None, (start, end)
    return (start, stop.start()), (rest, end)


def _title_stop(text: str, start: int, end: int) -> re.Match[str] | None:
    """Return the first stop outside brackets (the colon of （责任单位：…） ends no title)."""
    for stop in _TITLE_END.finditer(text, start, end):
        if text.rfind("（", start, stop.start()) <= text.rfind("）", start, stop.start()):
            return stop
    return None


def trim(text: str, start: int, end: int) -> Range:
    """Return the range without stops and commas at its ends."""
    while end > start and text[end - 1] in _TRAILING:
        end -= 1
    while start < end and text[start] in _TRAILING:
        start += 1
    return start, end


_DATE_LINE = re.compile(
    r"[（]?20\d{2}[.\-/—]\d{1,2}[.\-/—](?P<numeric>\d{1,2})[）]?|[（]?(?:20\d{2}|[二〇零一三四五六七八九O○]{4})年.{1,3}月(?P<day>.{1,3}[日号])?[）]?"
)


_SIGNED = re.compile(r"[^，。；：！？]{2,30}(?:20\d{2}|[二〇零一三四五六七八九O○]{4})年.{1,3}月.{1,3}[日号]")
"""Unit and date on one line, after the text."""
_SHORTEST_SIGNED = 3


_LONGEST_FOOTER_LINE, _LONGEST_FOOTER = 70, 15


def without_footer(text: str, lines: list[Line], lexicon: Lexicon) -> list[Line]:
    """Return the lines without what a web page puts below the signature or the last paragraph: buttons, links, notes."""
    buttons = lexicon.pattern("headings.footer")
    stop = len(lines)
    for index in range(len(lines) - 1, max(0, len(lines) - _LONGEST_FOOTER), -1):
        line = lines[index]
        short = line.end - line.start <= _LONGEST_FOOTER_LINE and text[line.end - 1] not in "。；"
        if short and (buttons.search(text, line.start, line.end) or _FILE.search(text, line.start, line.end)):
            stop = index
        elif not short or line.mark is not None or _is_date_line(text, line):
            break
    return lines[:stop]


_FILE = re.compile(r"\.(?:docx?|pdf|xlsx?|wps|rar|zip|ofd|jpg)$")


def _is_date_line(text: str, line: Line) -> bool:
    return line.end - line.start <= _LONGEST_DATE and bool(_DATE_LINE.fullmatch(text, line.start, line.end))


_LONGEST_DATE = 16


def without_signature(text: str, lines: list[Line]) -> list[Line]:
    """Return the lines without the signature and date that close the report or stand before its annexes."""
    kept = list(lines)
    if len(lines) > _SHORTEST_SIGNED and _SIGNED.fullmatch(text, lines[-1].start, lines[-1].end):
        kept.pop()
    for index in range(len(lines) - 1, 0, -1):
        line = lines[index]
        dated = _DATE_LINE.fullmatch(text, line.start, line.end) if line.end - line.start <= _LONGEST_DATE else None
        if line.mark is None and dated and (dated.group("day") or dated.group("numeric") or index == len(lines) - 1):
            above = lines[index - 1]
            kept.remove(line)
            if above.mark is None and above.end - above.start <= 40 and above.body[0] >= above.body[1] and index > 3:
                kept.remove(above)
    return kept


def nest(lines: list[Line]) -> list[Line]:
    """Return the top lines of ``lines`` with the deeper ones as their children, by the style of their enumerators.

    A line without an enumerator belongs to the nearest enumerated line before it.
    """
    roots: list[Line] = []
    stack: list[Line] = []
    for line in lines:
        line.children = []
        line.parent = None
        rank = line.mark.style if line.mark else MarkStyle.DASH + 1
        while stack and (stack[-1].mark is None or rank <= stack[-1].mark.style):
            stack.pop()
        line.parent = stack[-1] if stack else None
        (line.parent.children if line.parent else roots).append(line)
        if line.mark:
            stack.append(line)
    return roots


def contiguous(lines: Sequence[Line]) -> list[list[Line]]:
    """Return the runs of lines that follow each other without other text between them."""
    runs: list[list[Line]] = []
    for line in lines:
        if runs and line.start - runs[-1][-1].end <= 1:
            runs[-1].append(line)
        else:
            runs.append([line])
    return runs
