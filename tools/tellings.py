"""Promises with two ways of telling that each was kept and two of telling that it was not yet: what the turns of phrase of a
report are learnt from.

A file of ``tests/tellings`` has one promise a line, its cells parted by tabs: the promise, two passages by which all of it is
there, two by which only a part is or it is still under way, most of them told in words of success. All are fictional, by
writers who did not know the program.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from tools.cells import cells_of
from tools.readings import ReadingLine

TELLINGS = Path(__file__).resolve().parents[1] / "tests" / "tellings"
WAYS = 4
KEPT = 2
"""So many of the ways come first, and tell that the promise was kept."""


def load_tellings(folder: Path = TELLINGS) -> dict[str, list[list[ReadingLine]]]:
    """Return for each file its lines, each promise told in every way. Raises ValueError for a line that is not whole."""
    return {path.stem: list(_lines(path)) for path in sorted(folder.glob("*.tsv"))}


def _lines(path: Path) -> Iterator[list[ReadingLine]]:
    for promise, *ways in cells_of(path, (WAYS + 1,)):
        yield [
            ReadingLine(promise.rstrip("。"), way.rstrip("。"), "done" if at < KEPT else "partial", ())
            for at, way in enumerate(ways)
        ]
