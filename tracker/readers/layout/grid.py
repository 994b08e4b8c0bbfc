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
_MOST_CELLS = 5_000
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
        alike = bool(self.rows and other.rows) and self.rows[0] == other.rows[0] and len(self.rows[0]) > 1
        return (same or alike) and other.page == self.page + 1

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


@dataclass(frozen=True, slots=True)
class Box:
    """A border round some paragraphs."""

    page: int
    x0: float
    top: float
    x1: float
    bottom: float

    def holds(self, line: TextLine) -> bool:
        """Say whether a line stands inside."""
        inside = self.x0 - _TOUCH <= line.x0 and line.x1 <= self.x1 + _TOUCH
        return self.page == line.page and inside and self.top <= line.y <= self.bottom


def find_tables(page: Page) -> tuple[list[Table], list[Box]]:
    """Return the page's tables with borders, from top to bottom, and the boxes round text."""
    if len(page.rules) < 4 or len(page.rules) > _MOST_RULES:
        return [], []
    tables, boxes = [], []
    for group in _groups(page.rules):
        grid = _grid(group)
        if grid is None:
            continue
        if len(set(grid.group)) == 1:
            boxes.append(Box(page.number, grid.xs[0], grid.ys[0], grid.xs[-1], grid.ys[-1]))
        elif (table := filled(grid, page, page.pieces)) is not None:
            tables.append(table)
    return sorted(tables, key=lambda table: table.top), boxes


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
class Grid:
    """Fields between upright lines ``xs`` and level lines ``ys``; ``group`` names the cell that each belongs to, row by row."""

    xs: list[float]
    ys: list[float]
    group: list[int]

    @classmethod
    def plain(cls, xs: list[float], ys: list[float]) -> Grid:
        """Return a grid whose fields are a cell each."""
        return cls(xs, ys, list(range((len(xs) - 1) * (len(ys) - 1))))

    @property
    def width(self) -> int:
        """How many fields a row has."""
        return len(self.xs) - 1

    @property
    def height(self) -> int:
        """How many rows there are."""
        return len(self.ys) - 1


def _grid(rules: list[Rule]) -> Grid | None:
    """Return the grid that borders make, a single field for a box; None where they are an underline or a drawing."""
    level = [rule for rule in rules if rule.is_level]
    upright = [rule for rule in rules if not rule.is_level]
    if not level or not upright:
        return None
    xs = places([(rule.x0 + rule.x1) / 2 for rule in upright])
    ys = places([(rule.y0 + rule.y1) / 2 for rule in level])
    outer = min(rule.x0 for rule in level), max(rule.x1 for rule in level)
    open_left, open_right = xs[0] - outer[0] > 2 * _TOUCH, outer[1] - xs[-1] > 2 * _TOUCH
    xs = [*([outer[0]] if open_left else []), *xs, *([outer[1]] if open_right else [])]
    if len(xs) < 2 or len(ys) < 2 or (len(xs) - 1) * (len(ys) - 1) > _MOST_CELLS:
        return None
    grid = Grid.plain(xs, ys)
    _merge(grid, level, upright)
    return grid


def places(values: list[float]) -> list[float]:
    """Return the places at which values gather, in order."""
    found: list[list[float]] = []
    for value in sorted(values):
        if found and value - found[-1][-1] <= _SMALLEST:
            found[-1].append(value)
        else:
            found.append([value])
    return [sum(near) / len(near) for near in found]


def _merge(grid: Grid, level: list[Rule], upright: list[Rule]) -> None:
    """Put fields together that no wall parts."""
    sides = [[(rule.y0, rule.y1) for rule in upright if abs((rule.x0 + rule.x1) / 2 - x) <= _SMALLEST] for x in grid.xs]
    floors = [[(rule.x0, rule.x1) for rule in level if abs((rule.y0 + rule.y1) / 2 - y) <= _SMALLEST] for y in grid.ys]
    for row in range(grid.height):
        for column in range(grid.width):
            here = row * grid.width + column
            low, high = grid.ys[row], grid.ys[row + 1]
            if column + 1 < grid.width and not _is_wall(sides[column + 1], low, high):
                _unite(grid.group, here, here + 1)
            low, high = grid.xs[column], grid.xs[column + 1]
            if row + 1 < grid.height and not _is_wall(floors[row + 1], low, high):
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


def filled(grid: Grid, page: Page, pieces: Sequence[Piece]) -> Table | None:
    """Put the pieces of text into the cells; None where there is no text in it."""
    cells: dict[int, list[Piece]] = {}
    taken: list[Piece] = []
    for piece in pieces:
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


def _texts(grid: Grid, lines: dict[int, list[TextLine]]) -> dict[int, str]:
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


def _rows(grid: Grid, texts: dict[int, str]) -> list[list[str]]:
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
