"""The grid of a Word table: cells over several columns keep the columns apart, cells over several rows speak in each of them."""

from __future__ import annotations

from collections.abc import Iterable

from lxml import etree

from tracker.readers.wordml import attribute, child, number

_MOST_COLUMNS = 63  # as many as Word allows
_SHORT = 12
"""A cell over several rows that is longer than this and the longest of its row is the task itself: it is told once."""


class Grid:
    """A table's columns, row by row from the top."""

    def __init__(self) -> None:
        self._above: dict[int, str] = {}

    def place(self, row: etree._Element | None, cells: Iterable[tuple[etree._Element, str]]) -> list[str]:
        """Return the texts of a row by columns; a cell that goes on from the row above repeats what stands there.

        A row with no text of its own stays empty.
        """
        cells = list(cells)
        longest = max((len(text) for _, text in cells), default=0)
        texts = [""] * _columns(row, "gridBefore", least=0)
        for cell, text in cells:
            texts.append(self._text(len(texts), child(cell, "tcPr"), text, longest))
            texts += [""] * (_columns(child(cell, "tcPr"), "gridSpan", least=1) - 1)
        return texts if longest else []

    def _text(self, column: int, properties: etree._Element | None, text: str, longest: int) -> str:
        merge = child(properties, "vMerge")
        if merge is None:
            self._above.pop(column, None)
            return text
        if attribute(merge, "val") == "restart":
            self._above[column] = "" if _SHORT < len(text) == longest else text
            return text
        return text or self._above.get(column, "")


def _columns(properties: etree._Element | None, name: str, *, least: int) -> int:
    return min(max(number(child(properties, name)) or least, least), _MOST_COLUMNS)
