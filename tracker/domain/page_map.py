"""Where a report's text stands on the pages of its original: lines with their boxes, found again in the text as read.

A page's lines come from whoever saw the page (the recogniser of scans, the PDF's own text). They are looked for in
the report's text one after the other; a line that is not there (a page number, a letterhead) has no place.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from tracker.domain.documents import Span

AHEAD = 400  # how many characters may lie between one line and the next that is found
SHORT = 4  # so short a line is believed only where it is expected
UNIQUE = 8  # so long a line may be looked for anywhere
MOST_PAGES, MOST_LINES = 500, 400

Box = tuple[int, int, int, int]
"""Left, top, right, bottom, in the page's own units."""


@dataclass(frozen=True, slots=True)
class PageLine:
    """A line as it stands on a page. ``unsure`` are ranges of ``text`` that were hard to read; ``span`` is its place."""

    text: str
    box: Box
    unsure: tuple[tuple[int, int], ...] = ()
    span: Span | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """A page (``number`` from 1) of ``width`` × ``height`` units.

    ``of``, of a page recognised in a file whose other pages have text: the number of the file's page it stands for.
    """

    number: int
    width: int
    height: int
    lines: tuple[PageLine, ...] = ()
    of: int | None = None


def place_lines(text: str, pages: Iterable[Page]) -> tuple[Page, ...]:
    """Return the pages with the span of each line that could be found in ``text``."""
    bare, places = _squeeze(text)
    cursor, placed = 0, []
    for page in pages:
        lines = []
        for line in page.lines:
            words, inside = _squeeze(line.text)
            at = _find(bare, words, cursor)
            if at is None:
                lines.append(replace(line, span=None))
                continue
            if cursor <= at <= cursor + AHEAD:
                cursor = at + len(words)
            lines.append(replace(line, span=Span(places[at], places[at + len(inside) - 1] + 1)))
        placed.append(replace(page, lines=tuple(lines)))
    return tuple(placed)


def with_recognised(printed: Iterable[Page], recognised: Iterable[Page]) -> tuple[Page, ...]:
    """Put recognised pages in the place of those they are ``of``, and number all anew."""
    seen: dict[int | None, list[Page]] = defaultdict(list)
    for page in recognised:
        seen[page.of].append(page)
    merged = [one for page in printed for one in seen.get(page.number, [page])]
    return tuple(replace(page, number=number) for number, page in enumerate(merged, start=1))


def printed_number(recognised: Iterable[Page], number: int) -> int:
    """Return the number in the file of the page that ``with_recognised`` numbered so."""
    before = [page for page in recognised if page.number < number]
    return number - len(before) + len({page.of for page in before})


def _squeeze(text: str) -> tuple[str, list[int]]:
    """Return the text without white space, and where each of its characters stood."""
    places = [index for index, char in enumerate(text) if not char.isspace()]
    return "".join(text[index] for index in places), places


def _find(bare: str, words: str, cursor: int) -> int | None:
    if not words:
        return None
    ahead = 0 if len(words) < SHORT else AHEAD
    at = bare.find(words, cursor, cursor + ahead + len(words))
    if at >= 0:
        return at
    if len(words) < UNIQUE:
        return None
    at = bare.find(words)
    return at if at >= 0 and bare.find(words, at + 1) < 0 else None


def unsure_spans(pages: Iterable[Page]) -> list[tuple[Span, int, int]]:
    """Return the stretches of the text that were hard to read, each with its page's number and its line's index."""
    return [
        (Span(line.span.start + start, line.span.start + end), page.number, index)
        for page in pages
        for index, line in enumerate(page.lines)
        if line.span is not None and line.span.end - line.span.start == len(line.text)
        for start, end in line.unsure
    ]


def boxes_of(page: Page, span: Span) -> list[Box]:
    """Return where ``span`` stands on ``page``: one box a line, cut to the part of the line that belongs to it."""
    found = []
    for line in page.lines:
        if line.span is None or line.span.start >= span.end or line.span.end <= span.start:
            continue
        length = max(line.span.end - line.span.start, 1)
        left, top, right, bottom = line.box
        first = max(span.start - line.span.start, 0) / length
        last = min(span.end - line.span.start, length) / length
        width = right - left
        found.append((left + round(width * first), top, left + round(width * last), bottom))
    return found


def pages_of(pages: Sequence[Page], span: Span) -> list[int]:
    """Return the numbers of the pages on which some of ``span`` stands, in order."""
    return [
        page.number
        for page in pages
        if any(line.span and line.span.start < span.end and line.span.end > span.start for line in page.lines)
    ]


def page_at(pages: Sequence[Page], offset: int) -> int | None:
    """Return the page on which the character at ``offset`` stands, or the nearest page before it."""
    starts = [(line.span.start, page.number) for page in pages for line in page.lines if line.span]
    starts.sort()
    index = bisect_left(starts, (offset + 1, 0)) - 1
    return starts[index][1] if index >= 0 else (starts[0][1] if starts else None)


def pages_to_json(pages: Iterable[Page]) -> list[dict[str, Any]]:
    """Return the pages as JSON values."""
    return [
        {
            "number": page.number,
            "width": page.width,
            "height": page.height,
            "lines": [_line_to_json(line) for line in page.lines],
            **({} if page.of is None else {"of": page.of}),
        }
        for page in pages
    ]


def _line_to_json(line: PageLine) -> dict[str, Any]:
    entry: dict[str, Any] = {"text": line.text, "box": list(line.box)}
    if line.unsure:
        entry["unsure"] = [list(pair) for pair in line.unsure]
    if line.span is not None:
        entry |= {"start": line.span.start, "end": line.span.end}
    return entry


def pages_from_json(data: Iterable[Mapping[str, Any]]) -> tuple[Page, ...]:
    """Read what ``pages_to_json`` wrote."""
    return tuple(
        Page(
            entry["number"],
            entry["width"],
            entry["height"],
            tuple(_line_from_json(line) for line in entry["lines"]),
            entry.get("of"),
        )
        for entry in data
    )


def _line_from_json(entry: Mapping[str, Any]) -> PageLine:
    left, top, right, bottom = entry["box"]
    span = Span(entry["start"], entry["end"]) if "start" in entry else None
    unsure = tuple((start, end) for start, end in entry.get("unsure", ()))
    return PageLine(entry["text"], (left, top, right, bottom), unsure, span)
