"""Tables without upright borders: what stands below one another, row by row, makes columns of cells."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tracker.readers.layout.grid import Grid, Table, filled, places
from tracker.readers.layout.shapes import Page, Piece, Rule, median
from tracker.readers.layout.text_lines import baselines, is_cjk, segments

_LEAST_ROWS = 3
_LEAST_COLUMNS = 3
_CORRIDOR = 0.5  # of an ideograph: the least space between two columns
_CROSSED = 0.1  # share of rows that may run over it: a head that spans columns
_SAME_EDGE = 3.0
_FARTHEST = 2.6  # letter heights from one row to the next
_WIDE = 12.0  # letter heights: the least width of a table


def level_tables(page: Page, pieces: Sequence[Piece]) -> list[Table]:
    """Return the tables whose rows, or whose head and foot, are parted by level lines of one width."""
    found: list[Table] = []
    for rules in _alike(_whole([rule for rule in page.rules if rule.is_level])):
        ys = places([rule.y0 for rule in rules])
        inside = [piece for piece in pieces if ys[0] < piece.y - 0.3 * piece.size < ys[-1]]
        inside = [piece for piece in inside if rules[0].x0 - 3 <= piece.x0 and piece.x1 <= rules[0].x1 + 3]
        if len(ys) < _LEAST_ROWS or not inside:
            continue
        rows = baselines(inside)
        xs = _columns(rows, rules[0].x0, rules[0].x1)
        if len(xs) < 3:
            continue
        if len(ys) == _LEAST_ROWS:  # lines above and below the head and at the foot only
            below = [row for row in rows if row[0].y > ys[1]]
            if sum((row[0].x0 + row[0].x1) / 2 < xs[1] for row in below) > 1:
                ys = [ys[0], ys[1], *_row_edges(below, xs)[1:-1], ys[-1]]
        if (table := filled(Grid.plain(xs, ys), page, inside)) is not None:
            found.append(table)
    return found


def bare_tables(page: Page, pieces: Sequence[Piece]) -> list[Table]:
    """Return the tables without any lines: at least three rows of three cells each."""
    rows = baselines(pieces)
    parts = [segments(row) for row in rows]
    found: list[Table] = []
    at = 0
    while at < len(rows):
        end = _run_end(rows, parts, at) if len(parts[at]) >= _LEAST_COLUMNS else at
        if sum(len(part) >= _LEAST_COLUMNS for part in parts[at:end]) >= _LEAST_ROWS:
            here = [piece for row in rows[at:end] for piece in row]
            low, high = min(piece.x0 for piece in here), max(piece.x1 for piece in here)
            xs = _columns(rows[at:end], low - 1, high + 1)
            if len(xs) > _LEAST_COLUMNS:
                table = filled(Grid.plain(xs, _row_edges(rows[at:end], xs)), page, here)
                found.extend([table] if table else [])
                at = end
                continue
        at += 1
    return found


def _whole(rules: Sequence[Rule]) -> list[Rule]:
    """Put level lines together that are drawn cell by cell."""
    whole: list[Rule] = []
    for rule in sorted(rules, key=lambda rule: (round(rule.y0), rule.x0)):
        last = whole[-1] if whole else None
        if last and abs(last.y0 - rule.y0) <= 1 and rule.x0 - last.x1 <= _SAME_EDGE:
            whole[-1] = Rule(last.x0, last.y0, max(last.x1, rule.x1), last.y1)
        else:
            whole.append(rule)
    return whole


def _alike(rules: Sequence[Rule]) -> list[list[Rule]]:
    """Return the rules that begin and end at the same places, in groups."""
    groups: list[list[Rule]] = []
    for rule in sorted(rules, key=lambda rule: rule.y0):
        for group in groups:
            first = group[0]
            if abs(first.x0 - rule.x0) <= _SAME_EDGE and abs(first.x1 - rule.x1) <= _SAME_EDGE:
                group.append(rule)
                break
        else:
            groups.append([rule])
    return [group for group in groups if len(group) >= _LEAST_ROWS and group[0].x1 - group[0].x0 > 100]


def _columns(rows: Sequence[Sequence[Piece]], low: float, high: float) -> list[float]:
    """Return the edges of the columns: the middles of the corridors that hardly a row crosses, and the table's sides."""
    size = median(piece.x1 - piece.x0 for row in rows for piece in row if is_cjk(piece.text[0]))
    size = size or median(piece.size for row in rows for piece in row) or 1.0
    step = size / 10
    count = max(1, min(4_000, int((high - low) / step) + 1))
    crossed = [0] * (count + 1)
    for row in rows:
        hit: set[int] = set()
        for part in _close_parts(row, size * 0.5):
            hit.update(range(max(0, int((part[0] - low) / step)), min(count, int((part[1] - low) / step)) + 1))
        for index in hit:
            crossed[index] += 1
    allowed = int(_CROSSED * len(rows))
    edges = [
        low + (start + end) / 2 * step
        for start, end in _corridors(crossed, allowed)
        if start > 0 and (end - start) * step >= _CORRIDOR * size
    ]
    return [low, *edges, high]


def _corridors(crossed: Sequence[int], allowed: int) -> Iterator[tuple[int, int]]:
    """Yield the emptiest part of each stretch that few rows cross; the stretch at the right end is none."""
    start: int | None = None
    for index, many in enumerate(crossed):
        if many <= allowed:
            start = index if start is None else start
        elif start is not None:
            least = min(crossed[start:index])
            inner = [place for place in range(start, index) if crossed[place] == least]
            yield inner[0], inner[-1] + 1
            start = None


def _close_parts(row: Sequence[Piece], least: float) -> list[tuple[float, float]]:
    parts: list[tuple[float, float]] = []
    for piece in row:
        if parts and piece.x0 - parts[-1][1] < least:
            parts[-1] = (parts[-1][0], max(parts[-1][1], piece.x1))
        else:
            parts.append((piece.x0, piece.x1))
    return parts


def _row_edges(rows: Sequence[Sequence[Piece]], xs: Sequence[float]) -> list[float]:
    """Return where rows part: above each line of print that has something in the first column."""
    tops = [
        min(piece.y - piece.size for piece in row)
        for index, row in enumerate(rows)
        if index == 0 or (row[0].x0 + row[0].x1) / 2 < xs[1]
    ]
    return [*tops, max(piece.y + piece.size / 2 for piece in rows[-1])]


def _run_end(rows: Sequence[Sequence[Piece]], parts: Sequence[Sequence[Sequence[Piece]]], start: int) -> int:
    """Return how far rows of cells go on: each near the one before, none across the columns so far."""
    size = median(piece.size for piece in rows[start]) or 1.0
    end = start + 1
    while end < len(rows) and rows[end][0].y - rows[end - 1][0].y <= _FARTHEST * size:
        if len(parts[end]) < _LEAST_COLUMNS:
            starts = [part[0].x0 for part in parts[start]]
            if any(sum(part[0].x0 - size < x < part[-1].x1 - size for x in starts) > 1 for part in parts[end]):
                break
        end += 1
    return end
