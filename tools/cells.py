"""Lines of cells parted by tabs, as the fictional promises of the tests are kept."""

from __future__ import annotations

from collections.abc import Container, Iterator
from pathlib import Path


def cells_of(path: Path, widths: Container[int]) -> Iterator[list[str]]:
    """Yield the cells of each line. Raises ValueError for a line with an empty cell or of another width."""
    for line in path.read_text(encoding="utf-8").splitlines():
        cells = line.split("\t")
        if len(cells) not in widths or not all(cells):
            raise ValueError(f"{path.name}: {line[:40]}")
        yield cells
