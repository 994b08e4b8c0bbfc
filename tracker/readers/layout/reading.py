"""All pages of a document to its lines: margins off, tables out, columns in order, paragraphs joined."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tracker.readers.cleanup import Line
from tracker.readers.layout.aligned import bare_tables, level_tables
from tracker.readers.layout.columns import also_here, find_gutters, in_columns
from tracker.readers.layout.frames import Frame, frame_of, style_of
from tracker.readers.layout.grid import Box, Table, find_tables
from tracker.readers.layout.margins import without_margins
from tracker.readers.layout.paragraphs import join_lines
from tracker.readers.layout.seams import SEAM, Written, closed
from tracker.readers.layout.shapes import Page, Piece, TextLine, median
from tracker.readers.layout.text_lines import baselines, lines_of_rows

_CONTENTS = re.compile(r".{2,60}?(?:[.．·…・]{5,}|(?:…|\. ){3,})\s*[-—]?\s*\d{1,3}\s*[-—]?")
_CONTENTS_HEAD = re.compile(r"目\s*[录次]")
_MOST_GUTTERS = 12
_NEARLY = 0.93
_SAME_MARGIN = 3.0  # ideographs
CONTENTS_NOTICE = "文档中的目录已略去。"


@dataclass(slots=True)
class _Column:
    """A run of lines and tables that are read one after the other."""

    key: tuple[int, int]  # which of the page's columns, left or right page
    items: list[TextLine | Table]

    @property
    def lines(self) -> list[TextLine]:
        return [item for item in self.items if isinstance(item, TextLine)]


def lines_of_pages(
    pages: Sequence[Page], between: Mapping[int, Sequence[Line]] | None = None
) -> tuple[list[Line], list[str]]:
    """Return the document's paragraphs and table rows, and what the user should know.

    ``between`` are lines that others read on pages that are pictures, by the index of the page.
    """
    ruled = [find_tables(page) for page in pages]
    tables = [found for found, _ in ruled]
    boxes = [box for _, found in ruled for box in found]
    rest = [_without(page.pieces, found) for page, found in zip(pages, tables, strict=True)]
    for page, found, pieces in zip(pages, tables, rest, strict=True):
        found.extend(level_tables(page, pieces))
        pieces[:] = _without(pieces, found)
    rows = [baselines(pieces) for pieces in rest]
    gutters = [find_gutters(found) for found in rows]
    known = sorted({gutter for here in gutters for gutter in here})[:_MOST_GUTTERS]
    gutters = [find_gutters(found, known) if known else [] for found in rows]
    most = max(gutters, key=len, default=[])
    gutters = [here or also_here(found, most) for found, here in zip(rows, gutters, strict=True)]
    for index, page in enumerate(pages):
        if not gutters[index] and (bare := bare_tables(page, rest[index])):
            tables[index].extend(bare)
            rows[index] = baselines(_without(rest[index], bare))
    lines = [lines_of_rows(found, page.number, here) for page, found, here in zip(pages, rows, gutters, strict=True)]
    lines = without_margins(pages, lines)
    lines, notices = _without_contents(lines)
    columns: list[_Column] = []
    foreign: dict[int, list[Line]] = {}  # by the column before which they go
    for number, page in enumerate(pages):
        if page.is_picture:  # what stands before it does not go on after it, whether it is read or not
            foreign.setdefault(len(columns), []).extend((between or {}).get(number, ()))
        parts = in_columns(lines[number], tables[number], gutters[number])
        columns += [_Column((index, page.number % 2), items) for index, items in parts]
    return _written(columns, boxes, foreign), notices


def _without(pieces: list[Piece], tables: list[Table]) -> list[Piece]:
    if not tables:
        return list(pieces)
    taken = {id(piece) for table in tables for piece in table.pieces}
    return [piece for piece in pieces if id(piece) not in taken]


def _without_contents(pages: list[list[TextLine]]) -> tuple[list[list[TextLine]], list[str]]:
    """Drop the entries of a table of contents: a title, dots, a page number."""
    if not any(_CONTENTS.fullmatch(line.text) for lines in pages for line in lines):
        return pages, []
    kept = [
        [line for line in lines if not (_CONTENTS.fullmatch(line.text) or _CONTENTS_HEAD.fullmatch(line.text))]
        for lines in pages
    ]
    return kept, [CONTENTS_NOTICE]


def _written(columns: list[_Column], boxes: list[Box], foreign: Mapping[int, Sequence[Line]]) -> list[Line]:
    frames = _frames(columns)
    boxed = _boxed(columns, boxes)
    style = style_of((frame, column.lines) for column, frame in zip(columns, frames, strict=True))
    written: list[Written] = []
    run: list[tuple[TextLine, Frame]] = []
    for index, (column, frame) in enumerate(zip(columns, frames, strict=True)):
        if index in foreign:
            written += [*join_lines(run, style), *_seamed(foreign[index])]
            run = []
        for item in column.items:
            if isinstance(item, TextLine):
                run.append((item, boxed.get(id(item), frame)))
                continue
            written.extend(join_lines(run, style))
            run = []
            before = written[-1] if written else None
            if isinstance(before, Table) and before.goes_on_in(item):
                before.extend(item)
            else:
                written.append(item)
    written.extend(join_lines(run, style))
    written += _seamed(foreign.get(len(columns), ()))
    return closed(written)


def _seamed(lines: Sequence[Line]) -> list[Written]:
    return [SEAM, *lines, SEAM] if lines else []


def _boxed(columns: list[_Column], boxes: list[Box]) -> dict[int, Frame]:
    """Return the frames of the lines that stand in a box narrower than their column."""
    found: dict[int, Frame] = {}
    for box in boxes:
        lines = [line for column in columns for line in column.lines if box.holds(line)]
        if lines:
            frame = Frame(min(line.x0 for line in lines), max(line.x1 for line in lines))
            found.update((id(line), frame) for line in lines)
    return found


def _frames(columns: list[_Column]) -> list[Frame]:
    """Return each column's frame: its own where it has lines enough, else that of its like on the other pages."""
    alike: dict[tuple[int, int], list[TextLine]] = defaultdict(list)
    for column in columns:
        alike[column.key].extend(column.lines)
    shared = {key: frame_of(lines) for key, lines in alike.items()}
    for side in (0, 1):  # what spans the page has few lines of its own, but the columns' outer edges
        inner = [frame for key, frame in shared.items() if key[0] and key[1] == side]
        if (0, side) in shared and inner:
            shared[0, side] = Frame(min(frame.left for frame in inner), max(frame.right for frame in inner))
    near = _SAME_MARGIN * median(line.em for column in columns for line in column.lines)
    return [frame_of(column.lines, _fallback(column.key, shared, near)) for column in columns]


def _fallback(key: tuple[int, int], shared: dict[tuple[int, int], Frame], near: float) -> Frame:
    """Return the frame of the pages on this side, corrected by the other side's.

    Where the margins are the same both are taken together; where not, the text is as wide on both, and a side without a
    line so long has short paragraphs only.
    """
    own, other = shared[key], shared.get((key[0], 1 - key[1]))
    if other is None:
        return own
    if abs(other.left - own.left) <= near:
        return Frame(min(own.left, other.left), max(own.right, other.right))
    width = max(own.right - own.left, other.right - other.left)
    return own if own.right - own.left >= _NEARLY * width else Frame(own.left, own.left + width)
