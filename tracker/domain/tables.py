"""Plans told as a table: rows with cells, or cells that a copy from a page left on a line each.

The header row says which column is the task, who leads, who supports and by when; without one, each cell's look does.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from tracker.domain.outline import Line, Range, trim
from tracker.language.enumerators import leading_mark
from tracker.language.lexicon import Lexicon, alternatives

CELL = "｜"


@dataclass(frozen=True, slots=True)
class TableRow:
    """One row of a plan table as ranges of the folded text; ``name`` is the task's short name where a column has it."""

    label: Range | None
    name: Range | None
    task: Range
    lead: Range | None
    support: Range | None
    due: Range | None


@dataclass(frozen=True, slots=True)
class _Columns:
    label: re.Pattern[str]
    task: re.Pattern[str]
    lead: re.Pattern[str]
    support: re.Pattern[str]
    due: re.Pattern[str]


@lru_cache(maxsize=4)
def _columns(lexicon: Lexicon) -> _Columns:
    def listed(name: str) -> tuple[str, ...]:
        return lexicon.words(f"organisations.columns.{name}")

    def column(words: Sequence[str], heads: Sequence[str] = (), nouns: Sequence[str] = ()) -> re.Pattern[str]:
        made = rf"|{alternatives(heads)}{{1,3}}{alternatives(nouns)}{{1,2}}" if heads else ""
        return re.compile(rf"(?:{alternatives(words)}{made})(?:（.{{1,12}}）)?")

    units = listed("unit_nouns")
    return _Columns(
        column(listed("label")),
        column(listed("task"), listed("task_heads"), listed("task_nouns")),
        column([*lexicon.words("organisations.lead"), *listed("lead")], listed("lead_heads"), units),
        column(lexicon.words("organisations.support"), listed("support_heads"), units),
        column(lexicon.words("organisations.due"), listed("due_heads"), listed("due_nouns")),
    )


def is_column(words: str, lexicon: Lexicon) -> bool:
    """Say whether a line is the name of a table's column (序号, 责任单位)."""
    return bool(_role(words, _columns(lexicon)))


def table_rows(text: str, lines: Sequence[Line], lexicon: Lexicon) -> tuple[list[TableRow], list[Line]]:
    """Return the rows of the plan tables among ``lines`` and the lines that belong to none."""
    columns = _columns(lexicon)
    rows: list[TableRow] = []
    rest: list[Line] = []
    header: list[str] | None = None
    index = 0
    while index < len(lines):
        line = lines[index]
        if CELL in text[line.start : line.end]:
            cells = _cells(text, line)
            roles = [_role(text[low:high], columns) for low, high in cells]
            if _is_header(roles):
                header = roles
            else:
                row = _row(text, cells, header or _guess(text, cells, lexicon))
                rows.extend([row] if row else [])
            index += 1
            continue
        width, flat = _flat_header(text, lines, index, columns)
        if flat:
            found, index = _flat_rows(text, lines, index + width, flat, lexicon)
            rows.extend(found)
            continue
        rest.append(line)
        index += 1
    return rows, rest


def _cells(text: str, line: Line) -> list[Range]:
    cells: list[Range] = []
    low = line.start
    while low <= line.end:
        high = text.find(CELL, low, line.end)
        high = line.end if high < 0 else high
        cells.append((low, high))
        low = high + 1
    return cells


def _role(words: str, columns: _Columns) -> str:
    plain = words.strip()
    for role in ("label", "support", "due", "lead", "task"):
        if getattr(columns, role).fullmatch(plain):
            return role
    return ""


def _is_header(roles: Sequence[str]) -> bool:
    return "task" in roles and sum(1 for role in roles if role) >= 2


def _row(text: str, cells: Sequence[Range], roles: Sequence[str]) -> TableRow | None:
    placed: dict[str, list[Range]] = {}
    for cell, role in zip(cells, roles, strict=False):
        low, high = trim(text, *cell)
        if high > low:
            placed.setdefault(role, []).append((low, high))
    tasks = placed.get("task", [])
    if not tasks or max(high - low for low, high in tasks) < 4:
        return None

    def first(role: str) -> Range | None:
        return placed[role][0] if role in placed else None

    mark = leading_mark(text, *tasks[0])
    label = first("label")
    if mark is not None and mark.end < tasks[0][1]:
        label, tasks[0] = label or trim(text, mark.start, mark.end), (mark.end, tasks[0][1])
    return TableRow(
        label, tasks[-2] if len(tasks) > 1 else None, tasks[-1], first("lead"), first("support"), first("due")
    )


def _guess(text: str, cells: Sequence[Range], lexicon: Lexicon) -> list[str]:
    """Guess the columns of a row without a header: the longest cell is the task."""
    units = lexicon.words("organisations.tails")
    longest = max(range(len(cells)), key=lambda index: cells[index][1] - cells[index][0])
    roles: list[str] = []
    for index, (low, high) in enumerate(cells):
        words = text[low:high].strip()
        if index == longest:
            roles.append("task")
        elif re.fullmatch(r"[（]?[\d一二三四五六七八九十]{1,3}[）.、]?", words):
            roles.append("label")
        elif re.search(r"月|季度|年|前$|长期|持续", words) and len(words) <= 16:
            roles.append("due")
        elif words.endswith(units):
            roles.append("support" if "lead" in roles else "lead")
        else:
            roles.append("")
    return roles


def _flat_header(text: str, lines: Sequence[Line], index: int, columns: _Columns) -> tuple[int, list[str]]:
    """Return the width and roles of a header whose cells stand on a line each, or (0, [])."""
    roles: list[str] = []
    for line in lines[index : index + 8]:
        role = _role(text[line.start : line.end], columns)
        if not role:
            break
        roles.append(role)
    return (len(roles), roles) if len(roles) >= 3 and _is_header(roles) else (0, [])


def _flat_rows(
    text: str, lines: Sequence[Line], index: int, roles: Sequence[str], lexicon: Lexicon
) -> tuple[list[TableRow], int]:
    """Read rows of as many lines as the header has; where rows are numbered, each number begins one."""
    if roles[0] == "label":
        return _numbered_rows(text, lines, index, roles, lexicon)
    rows: list[TableRow] = []
    while index + len(roles) <= len(lines):
        row = _row(text, [(line.start, line.end) for line in lines[index : index + len(roles)]], roles)
        if row is None:
            break
        rows.append(row)
        index += len(roles)
    return rows, index


_ROW_NUMBER = re.compile(r"[（]?[\d一二三四五六七八九十]{1,3}[）.、]?")
_MOST_SPARE_LINES = 6
"""A cell of several paragraphs has so many lines more than the header has columns, at the most."""


def _numbered_rows(
    text: str, lines: Sequence[Line], index: int, roles: Sequence[str], lexicon: Lexicon
) -> tuple[list[TableRow], int]:
    """Read rows that begin with a number each; a row may lack a cell, or have one of several paragraphs."""
    rows: list[TableRow] = []
    while index < len(lines) and _ROW_NUMBER.fullmatch(text, lines[index].start, lines[index].end):
        farthest = min(len(lines), index + len(roles) + _MOST_SPARE_LINES)
        starts = (
            at for at in range(index + 1, farthest) if _ROW_NUMBER.fullmatch(text, lines[at].start, lines[at].end)
        )
        stop = next(starts, min(len(lines), index + len(roles)))
        cells = [(line.start, line.end) for line in lines[index:stop]]
        row = _row(text, *_fitted(text, cells, roles, lexicon))
        if row is None:
            break
        rows.append(row)
        index = stop
    return rows, index


def _fitted(
    text: str, cells: list[Range], roles: Sequence[str], lexicon: Lexicon
) -> tuple[list[Range], Sequence[str]]:
    """Return as many cells as roles: paragraphs of the task put together, or roles by the look of too few cells."""
    spare = len(cells) - len(roles)
    if spare > 0 and "task" in roles:
        last = len(roles) - 1 - list(reversed(roles)).index("task")
        joined = (cells[last][0], cells[last + spare][1])
        return [*cells[:last], joined, *cells[last + spare + 1 :]], roles
    if spare < 0:
        return cells, ["label", *_guess(text, cells[1:], lexicon)] if len(cells) > 1 else [""]
    return cells, roles
