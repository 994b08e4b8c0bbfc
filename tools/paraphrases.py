"""Promises with the ways in which a next report may tell what became of them: what the words' company is learnt from.

A file of ``tests/paraphrases`` has one promise a line, its cells parted by tabs: the promise, then sentences that tell of it.
In files named ``near_*`` the last two cells are decoys instead: they share words with the promise and tell of something else.
All are fictional and written for this purpose.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

PARAPHRASES = Path(__file__).resolve().parents[1] / "tests" / "paraphrases"
DECOYS = 2


@dataclass(frozen=True, slots=True)
class Paraphrase:
    """A promise, sentences that tell what became of it, and sentences that only look so."""

    promise: str
    answers: tuple[str, ...]
    decoys: tuple[str, ...]


def load_paraphrases(folder: Path) -> list[Paraphrase]:
    """Return all of a folder, file by file by name. Raises ValueError for a line with an empty cell."""
    return [
        _paraphrase(line, path)
        for path in sorted(folder.glob("*.tsv"))
        for line in path.read_text(encoding="utf-8").splitlines()
    ]


def _paraphrase(line: str, path: Path) -> Paraphrase:
    promise, *told = line.split("\t")
    if not promise or len(told) <= DECOYS or not all(told):
        raise ValueError(f"{path.name}: {line[:40]}")
    if path.name.startswith("near_"):
        return Paraphrase(promise, tuple(told[:-DECOYS]), tuple(told[-DECOYS:]))
    return Paraphrase(promise, tuple(told), ())
