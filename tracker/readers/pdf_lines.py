"""Where the lines of a PDF's text stand on its pages, for showing places on a picture of the page."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from tracker.domain.page_map import MOST_LINES, MOST_PAGES, Page, PageLine
from tracker.readers.base import Limits
from tracker.readers.layout import Page as PrintedPage
from tracker.readers.layout import Piece
from tracker.readers.pdf import pdf_pages
from tracker.readers.scans.pictures import SHOWN_WIDTH

_SAME_LINE = 0.35  # of the letters' height
_GAP = 2.5  # of the letters' height: what stands further off belongs to another column


def pdf_page_lines(path: Path, limits: Limits) -> list[Page]:
    """Return the pages with their lines, in the units of the pictures that ``page_png`` draws. Raises UnreadableDocument."""
    return [lines_on(page) for page in pdf_pages(path, limits) if page.number <= MOST_PAGES]


def lines_on(page: PrintedPage) -> Page:
    """Return a page's lines in the order of the file."""
    scale = SHOWN_WIDTH / page.width if page.width > 0 else 1.0
    lines = [_line(pieces, scale) for pieces in _runs(page.pieces)][:MOST_LINES]
    return Page(page.number, round(page.width * scale), round(page.height * scale), tuple(lines))


def _runs(pieces: list[Piece]) -> Iterator[list[Piece]]:
    """Part the letters, in the order of the file, where the line or the column changes."""
    run: list[Piece] = []
    for piece in pieces:
        if run and (abs(piece.y - run[-1].y) > _SAME_LINE * piece.size or not _goes_on(run[-1], piece)):
            yield run
            run = []
        run.append(piece)
    if run:
        yield run


def _goes_on(before: Piece, piece: Piece) -> bool:
    return -0.5 * piece.size <= piece.x0 - before.x1 <= _GAP * piece.size


def _line(run: list[Piece], scale: float) -> PageLine:
    base, size = max(piece.y for piece in run), max(piece.size for piece in run)
    left, right = min(piece.x0 for piece in run), max(piece.x1 for piece in run)
    edges = (left, base - size * 0.86, right, base + size * 0.2)
    box = (round(edges[0] * scale), round(edges[1] * scale), round(edges[2] * scale), round(edges[3] * scale))
    return PageLine("".join(piece.text for piece in run), box)
