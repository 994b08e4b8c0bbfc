"""Pages set in several columns: where the gutters are, and the order in which what stands between them is read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

from tracker.readers.layout.grid import Table
from tracker.readers.layout.shapes import Piece, TextLine, median

_GAP = 0.7  # of an ideograph's width
_LEAST = 4  # lines on each side
_FULL = 0.68  # of its column's width: a line of running text
_RUNNING = 0.45  # share of lines that must be full
_CROSSING = 0.34  # share of lines that may span the page, among those as far down as the columns go
_CANDIDATES = 24
_NEAREST = 8.0  # ideographs from one gutter to the next
Item = TextLine | Table


def find_gutters(rows: Sequence[Sequence[Piece]], known: Sequence[float] = ()) -> list[float]:
    """Return where the page is parted from top to bottom, from left to right; mostly nowhere.

    ``known`` are the gutters of the document's other pages.
    """
    if len(rows) < _LEAST:
        return []
    em = median(piece.size for row in rows for piece in row[:1]) * 0.8 or 1.0
    votes: Counter[int] = Counter()
    for row in rows:
        for piece, following in pairwise(row):
            if following.x0 - piece.x1 > _GAP * em:
                votes[round((piece.x1 + following.x0) / 2 / (em / 2))] += 1
                votes[round((following.x0 - em / 2) / (em / 2))] += 1
        votes[round((row[0].x0 - em / 2) / (em / 2))] += 1
    places = [*known, *(step * em / 2 for step, count in votes.most_common(_CANDIDATES) if count >= _LEAST)]
    crossed = {place: count for place in places if (count := _crossing(rows, place)) is not None}
    found: list[float] = []
    for place in sorted(crossed, key=lambda place: (crossed[place], places.index(place))):
        if all(abs(place - other) > _NEAREST * em for other in found):
            found.append(place)
    return sorted(found)


def also_here(rows: Sequence[Sequence[Piece]], gutters: Sequence[float]) -> list[float]:
    """Return which of the gutters of other pages part this page as well, which has few lines."""
    return [
        gutter
        for gutter in gutters
        if _crossing(rows, gutter, least=1) is not None or (rows and all(row[-1].x1 <= gutter for row in rows))
    ]


def _crossing(rows: Sequence[Sequence[Piece]], gutter: float, least: int = _LEAST) -> int | None:
    """Return how many rows cross a place between columns of text; None where there are no such columns."""
    left: list[tuple[float, float, float]] = []
    right: list[tuple[float, float, float]] = []
    crossing: list[float] = []
    for row in rows:
        before = [piece for piece in row if piece.x1 <= gutter + 0.1]
        after = [piece for piece in row if piece.x0 >= gutter - 0.1]
        if len(before) + len(after) < len(row) or (before and after and _is_close(before[-1], after[0])):
            crossing.append(row[0].y)
            continue
        if before:
            left.append((before[0].x0, before[-1].x1, row[0].y))
        if after:
            right.append((after[0].x0, after[-1].x1, row[0].y))
    if min(len(left), len(right)) < least or (least == _LEAST and not (_is_running(left) and _is_running(right))):
        return None
    low, high = max(left[0][2], right[0][2]), min(left[-1][2], right[-1][2])
    among = sum(low <= y <= high for y in crossing)
    return among if low <= high and among <= _CROSSING * max(len(left), len(right)) else None


def _is_close(piece: Piece, following: Piece) -> bool:
    return following.x0 - piece.x1 <= _GAP / 2 * max(piece.size, following.size)


def _is_running(parts: list[tuple[float, float, float]]) -> bool:
    width = max(x1 for _, x1, _ in parts) - min(x0 for x0, _, _ in parts)
    return sum(x1 - x0 >= _FULL * width for x0, x1, _ in parts) >= _RUNNING * len(parts)


def in_columns(
    lines: Sequence[TextLine], tables: Sequence[Table], gutters: Sequence[float]
) -> list[tuple[int, list[Item]]]:
    """Return runs of lines and tables in reading order, each with the number of its column (0 spans the page)."""
    items: list[Item] = sorted([*lines, *tables], key=_height)
    if not gutters:
        return [(0, items)]
    runs: list[tuple[int, list[Item]]] = []
    columns: list[list[Item]] = [[] for _ in range(len(gutters) + 1)]
    for item in items:
        if any(item.x0 < gutter - 1 and item.x1 > gutter + 1 for gutter in gutters):
            runs.extend((index, column) for index, column in enumerate(columns, start=1) if column)
            columns = [[] for _ in columns]
            if not runs or runs[-1][0] != 0:
                runs.append((0, []))
            runs[-1][1].append(item)
            continue
        columns[sum(item.x0 >= gutter - 1 for gutter in gutters)].append(item)
    runs.extend((index, column) for index, column in enumerate(columns, start=1) if column)
    return runs


def _height(item: Item) -> tuple[float, float]:
    return (item.y, item.x0) if isinstance(item, TextLine) else (item.top, item.x0)
