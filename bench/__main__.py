"""Run the benchmarks: ``python -m bench [--large] [name …]`` takes those whose module name holds one of the words."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from rich.console import Console
from rich.table import Table

from bench import measure
from bench.measure import Figure


def modules(words: list[str]) -> Iterator[str]:
    """The names of the benchmark modules that were asked for, or all."""
    for path in sorted(Path(__file__).parent.glob("bench_*.py")):
        if not words or any(word in path.stem for word in words):
            yield f"bench.{path.stem}"


def table_of(figures: Iterable[Figure]) -> Table:
    """The results as a table."""
    table = Table("目标", "项目", "结果", "限度", "", "依据")
    for figure in figures:
        sign = "≥" if figure.at_least else "≤"
        limit = "" if figure.limit is None else f"{sign} {figure.limit:g} {figure.unit}"
        mark = "" if figure.limit is None else ("达到" if figure.holds else "[bold]未达到[/bold]")
        table.add_row(figure.goal, figure.name, f"{figure.value:.2f} {figure.unit}", limit, mark, figure.detail)
    return table


def main(words: list[str]) -> int:
    """Run, print, and say by the exit code whether every limit was kept."""
    console = Console(stderr=False)
    measure.large = "--large" in words
    words = [word for word in words if word != "--large"]
    found: list[Figure] = []
    names = list(modules(words))
    for number, name in enumerate(names, 1):
        console.print(f"[{number}/{len(names)}] {name.removeprefix('bench.bench_')} …", markup=False)
        found.extend(importlib.import_module(name).figures())
    if not found:
        console.print("没有这样的测量项目。")
        return 2
    console.print(table_of(found))
    return 0 if all(figure.holds for figure in found) else 1


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
