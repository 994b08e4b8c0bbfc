"""Tables with borders: the lines of a page make a grid, the pieces of text fall into its cells."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field

from tracker.readers.cleanup import Line
from tracker.readers.layout.shapes import Page, Piece, Rule, TextLine
from tracker.readers.layout.text_lines import join_text, text_lines

_TOUCH = 3.5  # points: borders that come so near meet
_WALL = 0.5  # of a cell's side must be drawn
_MOST_CELLS = 20_000
_MOST_RULES = 4_000
_SMALLEST = 3.0


@dataclass(slots=True)
class Table:
    """A table on a page, row by row; a cell that reaches into several rows has its text in the first."""

    top: float
    x0: float
    x1: float
    rows: list[list[str]]
    edges: list[float]
    page: int = 0
    pieces: list[Piece] = field(default_factory=list)

    def goes_on_in(self, other: Table) -> bool:
        """Say whether ``other``, with no text in between, is this table's rest on the next page."""
        same = len(self.edges) == len(other.edges) and all(
            abs(mine - its) <= 2 * _TOUCH for mine, its in zip(self.edges, other.edges, strict=True)
        )
        return same and other.page == self.page + 1

    def extend(self, other: Table) -> None:
        """Take over the rows of this table's rest: its head is repeated there, a row may have been parted."""
        rows = other.rows
        if rows and self.rows and rows[0] == self.rows[0]:
            rows = rows[1:]
        elif rows and self.rows and len(rows[0]) == len(self.rows[-1]) > 1 and not rows[0][0] and self.rows[-1][0]:
            self.rows[-1] = [join_text(mine, its) for mine, its in zip(self.rows[-1], rows[0], strict=True)]
            rows = rows[1:]
        self.rows.extend(rows)
        self.page = other.page

    def lines(self) -> list[Line]:
        """Return a line a row, cells parted by tabs; a row of one cell is a paragraph."""
        return [Line("\t".join(row), "table_row") if len(row) > 1 else Line(row[0]) for row in self.rows if any(row)]


def find_tables(page: Page) -> list[Table]:
    """Return the page's tables with borders, from top to bottom."""
    if len(page.rules) < 4 or len(page.rules) > _MOST_RULES:
        return []
    tables = []
    for group in _groups(page.rules):
        grid = _grid(group)
        if grid is not None and (table := _filled(grid, page)) is not None:
            tables.append(table)
    return sorted(tables, key=lambda table: table.top)


def _groups(rules: Sequence[Rule]) -> list[list[Rule]]:
    """Return the rules that hang together, in groups."""
    owner = list(range(len(rules)))

    def root(index: int) -> int:
        while owner[index] != index:
            owner[index] = owner[owner[index]]
            index = owner[index]
        return index

    order = sorted(range(len(rules)), key=lambda index: rules[index].y0)
    active: list[int] = []
    for index in order:
        rule = rules[index]
        active = [other for other in active if rules[other].y1 >= rule.y0 - _TOUCH]
        for other in active:
            if rules[other].x0 <= rule.x1 + _TOUCH and rule.x0 <= rules[other].x1 + _TOUCH:
                owner[root(index)] = root(other)
        active.append(index)
    groups: dict[int, list[Rule]] = {}
    for index, rule in enumerate(rules):
        groups.setdefault(root(index), []).append(rule)
    return [group for group in groups.values() if len(group) >= 4]


@dataclass(slots=True)
class _Grid:
    xs: list[float]
    ys: list[float]
    group: list[int]  # the cell that each field belongs to, row by row

    @property
    def width(self) -> int:
        return len(self.xs) - 1

    @property
    def height(self) -> int:
        return len(self.ys) - 1


def _grid(rules: list[Rule]) -> _Grid | None:
    """Return the grid that borders make; None where they are a box, an underline or a drawing."""
    level = [rule for rule in rules if rule.is_level]
    upright = [rule for rule in rules if not rule.is_level]
    if not level or not upright:
        return None
    xs = _places([(rule.x0 + rule.x1) / 2 for rule in upright])
    ys = _places([(rule.y0 + rule.y1) / 2 for rule in level])
    outer = min(rule.x0 for rule in level), max(rule.x1 for rule in level)
    open_left, open_right = xs[0] - outer[0] > 2 * _TOUCH, outer[1] - xs[-1] > 2 * _TOUCH
    xs = [*([outer[0]] if open_left else []), *xs, *([outer[1]] if open_right else [])]
    if len(xs) < 2 or len(ys) < 2 or len(xs) + len(ys) < 5 or (len(xs) - 1) * (len(ys) - 1) > _MOST_CELLS:
        return None
    grid = _Grid(xs, ys, list(range((len(xs) - 1) * (len(ys) - 1))))
    _merge(grid, level, upright)
    return grid if len(set(grid.group)) > 1 else None


def _places(values: list[float]) -> list[float]:
    places: list[list[float]] = []
    for value in sorted(values):
        if places and value - places[-1][-1] <= _SMALLEST:
            places[-1].append(value)
        else:
            places.append([value])
    return [sum(near) / len(near) for near in places]


def _merge(grid: _Grid, level: list[Rule], upright: list[Rule]) -> None:
    """Put fields together that no wall parts."""
    for row in range(grid.height):
        for column in range(grid.width):
            here = row * grid.width + column
            low, high = grid.ys[row], grid.ys[row + 1]
            if column + 1 < grid.width and not _is_wall(
                [
                    (rule.y0, rule.y1)
                    for rule in upright
                    if abs((rule.x0 + rule.x1) / 2 - grid.xs[column + 1]) <= _SMALLEST
                ],
                low,
                high,
            ):
                _unite(grid.group, here, here + 1)
            low, high = grid.xs[column], grid.xs[column + 1]
            if row + 1 < grid.height and not _is_wall(
                [(rule.x0, rule.x1) for rule in level if abs((rule.y0 + rule.y1) / 2 - grid.ys[row + 1]) <= _SMALLEST],
                low,
                high,
            ):
                _unite(grid.group, here, here + grid.width)


def _unite(group: list[int], one: int, other: int) -> None:
    low, high = sorted((group[one], group[other]))
    if low != high:
        group[:] = [low if value == high else value for value in group]


def _is_wall(drawn: list[tuple[float, float]], low: float, high: float) -> bool:
    covered = 0.0
    at = low
    for start, end in sorted(drawn):
        start, end = max(start, at), min(end, high)
        if end > start:
            covered += end - start
            at = end
    return covered >= _WALL * (high - low)


def _filled(grid: _Grid, page: Page) -> Table | None:
    """Put the pieces of text into the cells; None where there is no text in it."""
    cells: dict[int, list[Piece]] = {}
    taken: list[Piece] = []
    for piece in page.pieces:
        column = bisect_right(grid.xs, (piece.x0 + piece.x1) / 2) - 1
        row = bisect_right(grid.ys, piece.y - 0.3 * piece.size) - 1
        if 0 <= column < grid.width and 0 <= row < grid.height:
            cells.setdefault(grid.group[row * grid.width + column], []).append(piece)
            taken.append(piece)
    if not taken:
        return None
    lines = {group: text_lines(pieces, page.number) for group, pieces in cells.items()}
    rows = _rows(grid, _texts(grid, lines))
    return Table(grid.ys[0], grid.xs[0], grid.xs[-1], rows, grid.xs, page.number, taken)


def _texts(grid: _Grid, lines: dict[int, list[TextLine]]) -> dict[int, str]:
    """Return each cell's text: lines as wide as their column allows go on, others are put a space apart."""
    widest: dict[int, float] = {}
    for group, found in lines.items():
        column = group % grid.width
        widest[column] = max([widest.get(column, 0.0), *(line.width - line.hang for line in found)])
    return {group: cell_text(found, widest[group % grid.width]) for group, found in lines.items()}


def cell_text(lines: list[TextLine], widest: float) -> str:
    """Return a cell's text."""
    text = ""
    last: TextLine | None = None
    for line in lines:
        same_row = last is not None and abs(last.y - line.y) < 0.5 * line.em
        if last is None:
            text = line.text
        elif same_row or last.width + line.first_width <= widest - 0.5 * line.em:
            text += f" {line.text}"
        else:
            text = join_text(text, line.text)
        last = line
    return text


def _rows(grid: _Grid, texts: dict[int, str]) -> list[list[str]]:
    rows: list[list[str]] = []
    told: set[int] = set()
    for row in range(grid.height):
        cells: list[str] = []
        last = -1
        for column in range(grid.width):
            group = grid.group[row * grid.width + column]
            if group == last:
                continue
            cells.append("" if group in told else texts.get(group, ""))
            told.add(group)
            last = group
        rows.append(cells)
    return rows
