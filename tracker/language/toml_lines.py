"""Where each value of a TOML text stands: ``find_lines`` gives the line of every key, word and table by its path.

The standard reader gives values without places. This walks a text that the reader has accepted, so it need not check
anything: it only keeps count of keys, brackets and lines.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping

Path = tuple[str | int, ...]

_TOKEN = re.compile(
    r'(?P<string>"""(?:[^"\\]|\\[\s\S]|"(?!""))*"{3,5}|\'\'\'(?:[^\']|\'(?!\'\'))*\'{3,5}|"(?:[^"\\\n]|\\.)*"|\'[^\'\n]*\')'
    r"|(?P<comment>#[^\n]*)|(?P<newline>\n)|(?P<mark>[\[\]{},=])|(?P<bare>[^\s\[\]{},=#\"']+)"
)


def find_lines(text: str) -> Mapping[Path, int]:
    """Return the line (from 1) of each value by its path: ("plan", 3) is the fourth word of the list ``plan``."""
    walker = _Walker()
    for token in _TOKEN.finditer(text):
        walker.take(token.lastgroup or "", token.group())
    return walker.lines


class _Walker:
    """Keeps the path while tokens go by."""

    def __init__(self) -> None:
        self.lines: dict[Path, int] = {}
        self._line = 1
        self._table: Path = ()
        self._tables: dict[Path, int] = {}
        self._header: list[str] | None = None
        self._brackets = 0
        self._key: list[str] = []
        self._open: list[tuple[str, Path, int]] = []  # kind of bracket, its path, place of the next element
        self._value: Path | None = None

    def take(self, kind: str, token: str) -> None:
        """Take one token in."""
        if kind == "newline":
            self._end_of_line()
        elif kind == "mark":
            self._mark(token)
        elif kind in ("string", "bare"):
            self._word(token)
        self._line += token.count("\n")

    def _end_of_line(self) -> None:
        if self._header is not None and self._header:
            self._enter_table(tuple(self._header), listed=self._brackets == 2)
        if not self._open:
            self._header, self._brackets, self._key, self._value = None, 0, [], None

    def _enter_table(self, path: Path, *, listed: bool) -> None:
        full: Path = ()
        for part in path[:-1]:
            full = (*full, part)
            if full in self._tables:
                full = (*full, self._tables[full])
        full = (*full, path[-1])
        if listed:
            self.lines.setdefault(full, self._line)
            self._tables[full] = self._tables.get(full, -1) + 1
            full = (*full, self._tables[full])
        self.lines.setdefault(full, self._line)
        self._table = full

    def _mark(self, mark: str) -> None:
        if mark in "[{":
            self._opened(mark)
        elif mark in "]}":
            if self._open:
                self._value = self._open.pop()[1]
        elif mark == "=":
            self._value = (*self._place(), *self._key)
            self.lines.setdefault(self._value, self._line)
            self._key = []
        elif self._open:  # a comma
            kind, path, number = self._open[-1]
            self._open[-1] = (kind, path, number + 1)
            self._value = None

    def _opened(self, mark: str) -> None:
        if not self._open and self._value is None:
            self._header = self._header if self._header is not None else []
            self._brackets += 1
            return
        path = self._value if self._value is not None and not self._in_list() else self._element()
        self.lines.setdefault(path, self._line)
        self._open.append((mark, path, 0))
        self._value = None

    def _in_list(self) -> bool:
        return bool(self._open) and self._open[-1][0] == "["

    def _element(self) -> Path:
        _, path, number = self._open[-1]
        return (*path, number)

    def _place(self) -> Path:
        return self._open[-1][1] if self._open else self._table

    def _word(self, token: str) -> None:
        if self._header is not None:
            self._header.extend(_names(token))
        elif self._in_list():
            self.lines.setdefault(self._element(), self._line)
        elif self._value is None:
            self._key.extend(_names(token))


def _names(token: str) -> list[str]:
    """Return the names of a key: a quoted one is one name, a bare one may be dotted."""
    if token[0] in "\"'":
        return [tomllib.loads(f"key = {token}")["key"]]
    return [part for part in token.split(".") if part]
