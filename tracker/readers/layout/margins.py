"""What stands on the pages but is no part of the text: page numbers, running headers and footers, footnotes."""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Sequence

from tracker.readers.layout.shapes import Page, TextLine, median

_EDGE = 0.16  # of the page's height, above and below
_ROWS = 3
_SAME_PLACE = 4.0
_REPEATED = 0.4  # of the pages: headers of left and right pages may differ
_OFTEN = 3  # so often is no chance; what two pages only share must stand apart from the text as well
_APART = 1.6  # of the usual distance of lines
_SMALLER = 0.85  # of the text's letters
_PAPER_EDGE = 56.0  # points: so near the paper's edge no text is set
_NUMBER = re.compile(
    r"[-—–－―·•~～ ]{0,4}\d{1,4}[-—–－―·•~～ ]{0,4}|第[\d一二三四五六七八九十百]{1,4}页[，,/]?(?:[（(]?共[\d一二三四五六七八九十百]{1,4}页[）)]?)?"
    r"|\d{1,4} ?/ ?\d{1,4}|[Pp]age ?\d{1,4}(?: ?of ?\d{1,4})?|共\d{1,4}页[，,]?第\d{1,4}页|[ivxIVX]{1,6}"
)
_PAGE_IN_TEXT = re.compile(r"第\d{1,4}页|[-—–]\s*\d{1,4}\s*[-—–]|(?<!\d)\d{1,4}$")
_NOTE_RULE = (0.12, 0.55)  # of the text's width: the short line above footnotes
_NOTE_SIZE = 0.93


def without_margins(pages: Sequence[Page], lines: Sequence[list[TextLine]]) -> list[list[TextLine]]:
    """Return each page's lines without what is repeated from page to page and without footnotes."""
    kept = [list(found) for found in lines]
    least = max(2, _REPEATED * sum(map(bool, kept)))
    for at_top in (True, False):
        for _ in range(_ROWS):
            edges = [_edge_row(page, found, at_top) for page, found in zip(pages, kept, strict=True)]
            counts = Counter(_key(page, row, at_top) for page, row in zip(pages, edges, strict=True) if row)
            dropped = [
                row if row and _is_margin(page, row, found, at_top, counts, least) else []
                for page, row, found in zip(pages, edges, kept, strict=True)
            ]
            if not any(dropped):
                break
            kept = [
                [line for line in found if not any(line is gone for gone in row)]
                for found, row in zip(kept, dropped, strict=True)
            ]
    return [_without_notes(page, found) for page, found in zip(pages, kept, strict=True)]


def _edge_row(page: Page, lines: list[TextLine], at_top: bool) -> list[TextLine]:
    """Return the outermost row, where it stands near the edge."""
    if not lines:
        return []
    outermost = min(line.y for line in lines) if at_top else max(line.y for line in lines)
    near = outermost <= _EDGE * page.height if at_top else outermost >= (1 - _EDGE) * page.height
    return [line for line in lines if abs(line.y - outermost) <= _SAME_PLACE] if near else []


def _key(page: Page, row: list[TextLine], at_top: bool) -> tuple[str, int]:
    place = row[0].y if at_top else page.height - row[0].y
    return "|".join(_PAGE_IN_TEXT.sub("#", line.text) for line in row), round(place / _SAME_PLACE)


def _is_margin(
    page: Page,
    row: list[TextLine],
    lines: list[TextLine],
    at_top: bool,
    counts: Counter[tuple[str, int]],
    least: float,
) -> bool:
    """Say whether the outermost row of ``lines`` is a page number, or stands on ``least`` pages in the same place."""
    if all(_NUMBER.fullmatch(line.text) for line in row):
        return True
    text, place = _key(page, row, at_top)
    repeated = sum(counts[text, near] for near in (place - 1, place, place + 1))
    return repeated >= least and (repeated >= _OFTEN or _stands_apart(page, row, lines))


def _stands_apart(page: Page, row: list[TextLine], lines: list[TextLine]) -> bool:
    """Say whether a row lies in the margin: at the paper's edge, in smaller print, or with a gap to the text."""
    place = row[0].y
    if min(place, page.height - place) <= _PAPER_EDGE:
        return True
    if max(line.em for line in row) <= _SMALLER * median(line.em for line in lines):
        return True
    ys = sorted(line.y for line in lines)
    steps = [low - high for high, low in itertools.pairwise(ys) if low - high > _SAME_PLACE]
    nearest = min((abs(y - place) for y in ys if abs(y - place) > _SAME_PLACE), default=None)
    return nearest is not None and nearest > _APART * median(steps)


def _without_notes(page: Page, lines: list[TextLine]) -> list[TextLine]:
    """Drop small print below a short line at the foot of the page."""
    if not lines:
        return lines
    left, right = min(line.x0 for line in lines), max(line.x1 for line in lines)
    em = median(line.em for line in lines)
    for rule in page.rules:
        share = (rule.x1 - rule.x0) / max(1.0, right - left)
        if not rule.is_level or rule.y0 < page.height / 2 or not _NOTE_RULE[0] <= share <= _NOTE_RULE[1]:
            continue
        below = [line for line in lines if line.y > rule.y1]
        if abs(rule.x0 - left) <= 2 * em and below and all(line.em <= _NOTE_SIZE * em for line in below):
            return [line for line in lines if line.y <= rule.y1]
    return lines
