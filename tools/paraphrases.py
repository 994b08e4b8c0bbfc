"""Promises with the ways in which a next report may tell what became of them: what the words' company is learnt from.

A file of ``tests/paraphrases`` has one promise a line, its cells parted by tabs: the promise, then sentences that tell of it.
In files named ``near_*`` the last two cells are decoys instead: they share words with the promise and tell of something else.
All are fictional and written for this purpose.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tools.cells import cells_of

PARAPHRASES = Path(__file__).resolve().parents[1] / "tests" / "paraphrases"
DECOYS = 2
WIDTHS = range(DECOYS + 2, 10)
"""A promise, at least one sentence more than there are decoys, nine cells at most."""


@dataclass(frozen=True, slots=True)
class Paraphrase:
    """A promise, sentences that tell what became of it, and sentences that only look so."""

    promise: str
    answers: tuple[str, ...]
    decoys: tuple[str, ...]


def load_paraphrases(folder: Path) -> list[Paraphrase]:
    """Return all of a folder, file by file by name. Raises ValueError for a line that is not whole."""
    return [
        _paraphrase(promise, told, near=path.name.startswith("near_"))
        for path in sorted(folder.glob("*.tsv"))
        for promise, *told in cells_of(path, WIDTHS)
    ]


def _paraphrase(promise: str, told: Sequence[str], *, near: bool) -> Paraphrase:
    if near:
        return Paraphrase(promise, tuple(told[:-DECOYS]), tuple(told[-DECOYS:]))
    return Paraphrase(promise, tuple(told), ())
