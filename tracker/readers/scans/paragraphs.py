"""Lines of pages joined into paragraphs again, by indent, by short ends and by numbers that open a line."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from statistics import median

from tracker.domain.documents import Document
from tracker.domain.page_map import Page, PageLine
from tracker.readers.cleanup import Line, build_document
from tracker.readers.scans.lines import merge_rows

READER = "ocr"
_PAGE_NUMBER = re.compile(
    r"[-—–－_·.\s]{0,4}(?:第\s*)?[0-9IlOo]{1,3}(?:\s*页)?(?:\s*[/共]\s*\d{1,3}\s*页?)?[-—–－_·.\s]{0,4}"
)
_OPENS = re.compile(
    r"（[一二三四五六七八九十]{1,3}）|[一二三四五六七八九十]{1,3}、|[0-9]{1,2}[.．、]\D|（[0-9]{1,2}）|第[一二三四五六七八九十]{1,3}[章条]"
)
_ENDS = ("。", "；", "！", "？", "：", "）", "”", "》")
_EDGE = 0.12  # page numbers and running heads stand within this share of the page's height
_CELL_GAP = 2.0  # in characters: a wider gap parts two cells of a table


@dataclass(frozen=True, slots=True)
class _Row:
    """A line of a page: its parts in order, and its edges in units of its page's characters."""

    parts: tuple[PageLine, ...]
    start: float  # from the left margin
    lack: float  # to the right margin
    above: float  # to the row above, in the page's usual distance
    cells: int = 1

    @property
    def text(self) -> str:
        return "".join(part.text for part in self.parts)


def build_scanned(pages: Sequence[Page], notices: Iterable[str] = ()) -> Document:
    """Return the document of recognised pages; page numbers and running heads are left out."""
    return build_document(scanned_lines(pages), reader=READER, notices=notices)


def scanned_lines(pages: Sequence[Page]) -> list[Line]:
    """Return the paragraphs and table rows of recognised pages."""
    paragraphs: list[Line] = []
    open_text = ""
    before: _Row | None = None
    for page in _without_heads(pages):
        for row in _rows(page):
            if row.cells > 1:
                paragraphs += [Line(open_text)] if open_text else []
                paragraphs.append(Line("\t".join(part.text for part in row.parts), "table_row"))
                open_text = ""
            elif open_text and before is not None and not _begins(row, before):
                open_text += row.text
            else:
                paragraphs += [Line(open_text)] if open_text else []
                open_text = row.text
            before = row
    paragraphs += [Line(open_text)] if open_text else []
    return paragraphs


def in_reading_order(pages: Iterable[Page]) -> list[Page]:
    """Return the pages with their lines in the order in which they are read."""
    return [replace(page, lines=tuple(part for row in merge_rows(page.lines) for part in row)) for page in pages]


def opens_paragraph(text: str) -> bool:
    """Say whether a line begins with a number or a sign that opens a paragraph."""
    return bool(_OPENS.match(text))


def _begins(row: _Row, before: _Row) -> bool:
    """Say whether a row opens a paragraph."""
    if before.cells > 1 or row.above > 2.2:
        return True
    if row.start > 1.2:
        return True
    if before.lack > 1.8 and before.start < 4:
        return True
    if before.lack > 1.8 and before.text.endswith(_ENDS):
        return True
    if abs(before.start - before.lack) < 2 and before.start > 3:  # a line in the middle: a title's
        return not _centred(row)
    return bool(_OPENS.match(row.text)) and before.text.endswith(_ENDS)


def _centred(row: _Row) -> bool:
    return abs(row.start - row.lack) < 2 and row.start > 1


def _rows(page: Page) -> list[_Row]:
    rows = merge_rows(page.lines)
    if not rows:
        return []
    size = _character(page)
    left = _margin([row[0].box[0] for row in rows], size, lowest=True)
    right = _margin([row[-1].box[2] for row in rows], size, lowest=False)
    middles = [(row[0].box[1] + row[0].box[3]) / 2 for row in rows]
    steps = [low - high for high, low in itertools.pairwise(middles)]
    usual = median(steps) if steps else 1.0
    found = []
    for index, row in enumerate(rows):
        above = steps[index - 1] / max(usual, 1.0) if index else 1.0
        found.append(_Row(tuple(row), (row[0].box[0] - left) / size, (right - row[-1].box[2]) / size, above))
    return _with_cells(found, size)


def _margin(edges: list[int], size: float, *, lowest: bool) -> float:
    """Return the outermost edge that several rows share; a single row that stands out does not count."""
    ordered = sorted(edges, reverse=not lowest)
    for index, edge in enumerate(ordered[: len(ordered) // 2 + 1]):
        near = [other for other in ordered[index:] if abs(other - edge) < size * 0.8]
        if len(near) >= max(2, len(ordered) // 8):
            return median(near)
    return ordered[0]


def _character(page: Page) -> float:
    widths = [(line.box[2] - line.box[0]) / len(line.text) for line in page.lines if len(line.text) >= 10]
    heights = [line.box[3] - line.box[1] for line in page.lines]
    return max(median(widths) if widths else median(heights) * 0.85, 1.0)


def _with_cells(rows: list[_Row], size: float) -> list[_Row]:
    """Count the cells of rows that belong to a table: at least two such rows stand together."""
    wide = [any(b.box[0] - a.box[2] > _CELL_GAP * size for a, b in itertools.pairwise(row.parts)) for row in rows]
    return [
        replace(row, cells=len(row.parts))
        if wide[index] and ((index and wide[index - 1]) or (index + 1 < len(rows) and wide[index + 1]))
        else row
        for index, row in enumerate(rows)
    ]


def _without_heads(pages: Sequence[Page]) -> list[Page]:
    """Leave out page numbers, and lines that stand at the edge of three pages or more in the same words."""
    counts: dict[str, int] = {}
    for page in pages:
        for line in page.lines:
            if _at_edge(page, line):
                counts[line.text] = counts.get(line.text, 0) + 1
    repeated = {text for text, number in counts.items() if number >= 3}
    return [
        replace(
            page,
            lines=tuple(
                line
                for line in page.lines
                if not (_at_edge(page, line) and (line.text in repeated or _PAGE_NUMBER.fullmatch(line.text)))
            ),
        )
        for page in pages
    ]


def _at_edge(page: Page, line: PageLine) -> bool:
    middle = (line.box[1] + line.box[3]) / 2 / max(page.height, 1)
    return middle < _EDGE or middle > 1 - _EDGE
