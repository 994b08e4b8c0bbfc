"""Promises, what the next report says of each, and what a careful reader takes from it: outcome, target against actual.

A file of ``tests/readings`` has one promise a line, its cells parted by tabs: the promise; one or two sentences of the next
report; ``done``, ``partial`` or ``none`` (the sentences speak of something near it and tell nothing of it); then the
promise's figures: target, actual, unit and whether it was met, several parted by ``;``, ``-`` for what is open or not there.
All are fictional and written for this purpose. ``PER_PAIR`` lines make a pair of short reports, so that what reads whole
reports can learn from them and be measured on them.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tools.cells import cells_of
from tools.linking_gold import GoldPair, pair_of

READINGS = Path(__file__).resolve().parents[1] / "tests" / "readings"
HELD_OUT = READINGS / "held_out"
"""Lines that teach nothing: nobody reads their mistakes."""
CELLS = 7
PER_PAIR = 20
PLAN_YEAR = 2026
ABSENT = "-"
_CLAUSES = re.compile("[，；]")
OUTCOMES = {"done": "done", "partial": "partial", "none": "not_mentioned"}
EARLIER = "清源县2025年法治政府建设年度报告\n一、2025年工作情况\n全县工作平稳有序。\n二、2026年工作打算\n{}"
LATER = "清源县2026年法治政府建设年度报告\n一、2026年主要工作\n{}\n二、2027年工作打算\n继续抓好各项工作。"


@dataclass(frozen=True, slots=True)
class ReadingLine:
    """A promise, the passage, the outcome and the figures as gold links have them."""

    promise: str
    passage: str
    outcome: str
    figures: tuple[dict[str, Any], ...]


def load_readings(folder: Path = READINGS) -> list[GoldPair]:
    """Return the lines of a folder as pairs of reports, file by file by name. Raises ValueError for a line that is not whole."""
    return [pair for path in sorted(folder.glob("*.tsv")) for pair in pairs_of(path.stem, list(read_lines(path)))]


def read_lines(path: Path) -> Iterator[ReadingLine]:
    """Yield the lines of a file. Raises ValueError for one that is not whole or has another outcome."""
    for promise, passage, outcome, *figures in cells_of(path, (CELLS,)):
        if outcome not in OUTCOMES:
            raise ValueError(f"{path.name}: {promise[:40]}")
        yield ReadingLine(promise.rstrip("。"), passage.rstrip("。"), OUTCOMES[outcome], tuple(_figures(figures)))


def _figures(cells: Sequence[str]) -> Iterator[dict[str, Any]]:
    targets, *others = (cell.split(";") for cell in cells)
    if targets == [ABSENT]:
        return
    for number, target in enumerate(targets):
        actual, unit, met = (cell[min(number, len(cell) - 1)].strip() for cell in others)
        yield {
            "what": "",
            "target": _number(target),
            "actual": _number(actual),
            "unit": unit,
            "met": {"true": True, "false": False}.get(met),
        }


def _number(cell: str) -> float | None:
    return None if cell.strip() == ABSENT else float(cell)


def pairs_of(name: str, lines: Sequence[ReadingLine]) -> Iterator[GoldPair]:
    """Yield pairs of short reports: the promises one below the other, the passages in another order."""
    for number, at in enumerate(range(0, len(lines), PER_PAIR)):
        part = lines[at : at + PER_PAIR]
        told = random.Random(number).sample(part, len(part))  # noqa: S311  the same order each time
        plan = "\n".join(f"{place}.{one.promise}。" for place, one in enumerate(part, 1))
        work = "\n".join(f"{one.passage}。" for one in told)
        entries = [entry for one in part for entry in _entries(one)]
        yield pair_of(f"{name}_{number}", EARLIER.format(plan), LATER.format(work), entries, PLAN_YEAR)


def _entries(line: ReadingLine) -> Iterator[dict[str, Any]]:
    """Yield what is said of each clause: of one alone what is said of the line; of several only what cannot be in doubt."""
    clauses = [clause for clause in _CLAUSES.split(line.promise) if clause]
    told = {"evidence": [line.passage]} if line.outcome != OUTCOMES["none"] else {}
    if len(clauses) == 1:
        yield {"promise": line.promise, "outcome": line.outcome, "figures": list(line.figures) if told else [], **told}
        return
    for clause in clauses:
        figures = [one for one in line.figures if told and _names(clause, one)]
        if figures and all(one["met"] is not None for one in figures):
            met = all(one["met"] for one in figures)
            yield {"promise": clause, "outcome": OUTCOMES["done" if met else "partial"], "figures": figures, **told}
        elif line.outcome != OUTCOMES["partial"]:
            yield {"promise": clause, "outcome": line.outcome, **told}


def _names(clause: str, figure: dict[str, Any]) -> bool:
    """Say whether a clause names the target of a figure."""
    return bool(re.search(rf"(?<![0-9.]){figure['target']:g}(?![0-9.])", clause))
