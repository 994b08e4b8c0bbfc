"""Measure the classification by areas (类别) against labels made by hand: those worked on and those kept aside.

python -m tools.measure_areas [--government-reports DIR] [--mistakes]

The labels lie apart from the annotations of the reports: ``tests/golden/areas.json`` for the golden reports of the tuned part
and ``evaluation/areas.json`` for the government work reports, whose texts ``--government-reports`` points to. Each
maps file → item → area, null for none, or a list where a careful reader may take either. Mistakes are listed for the part
worked on only.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tools.measure_extraction import GOLDEN, GOVERNMENT_WORK, ROOT
from tracker.domain.evaluation import score_reading
from tracker.readers.extracting import extract_file

LAW_LABELS = GOLDEN / "areas.json"
GOVERNMENT_LABELS = ROOT / "evaluation" / "areas.json"
PARTS = ("worked_on", "kept_aside", "labelled_after")
"""The last were labelled when the words stood, and no word was changed for them."""

Label = str | None | list[str | None]


@dataclass(frozen=True, slots=True)
class Judged:
    """One labelled item: the areas that are right and the one that was given."""

    place: str
    right: tuple[str | None, ...]
    found: str | None

    @property
    def holds(self) -> bool:
        """Whether the given area is a right one."""
        return self.found in self.right


def load_labels(path: Path) -> Mapping[str, Mapping[str, Mapping[str, Label]]]:
    """Return part → file → item → label."""
    labels: Mapping[str, Mapping[str, Mapping[str, Label]]] = json.loads(path.read_text(encoding="utf-8"))
    return labels


def judge(annotations: Path, reports: Path | None, labels: Mapping[str, Mapping[str, Label]]) -> Iterator[Judged]:
    """Read each labelled report, by default the text beside its annotation.

    Items that the reading does not find as annotated are not judged.
    """
    for file, wanted in labels.items():
        path = next(annotations.rglob(Path(file).with_suffix(".json").name))
        gold = json.loads(path.read_text(encoding="utf-8"))
        reading = extract_file((reports or path.parent) / file).reading
        areas = {item.id: item.area for item in reading.items}
        for item, found in score_reading(reading, gold).item_ids.items():
            label = wanted[item]
            yield Judged(f"{file} {item}", tuple(label) if isinstance(label, list) else (label,), areas[found])


def figures(judged: Sequence[Judged]) -> list[tuple[str, int, int]]:
    """Return what is measured: name, how many hold, of how many."""
    clear = [each for each in judged if len(each.right) == 1]
    given = [each for each in judged if each.found is not None]
    classed = [each for each in judged if None not in each.right]
    return [
        ("right area or rightly none", sum(each.holds for each in judged), len(judged)),
        ("the same, items with one right answer", sum(each.holds for each in clear), len(clear)),
        ("right where an area was given", sum(each.holds for each in given), len(given)),
        ("an area was given where one belongs", sum(each.found is not None for each in classed), len(classed)),
    ]


def table(title: str, parts: Mapping[str, Sequence[Judged]]) -> list[str]:
    """Return the lines of a Markdown table, a column a part."""
    columns = {name: figures(judged) for name, judged in parts.items()}
    lines = [title, "", f"| figure | {' | '.join(columns)} |", "| --- " * (1 + len(columns)) + "|"]
    for row in zip(*columns.values(), strict=True):
        cells = [f"{held / total:.3f} of {total}" if total else "" for _, held, total in row]
        lines.append(f"| {row[0][0]} | {' | '.join(cells)} |")
    return lines


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description="Measure the classification by areas on labels made by hand.")
    parser.add_argument("--government-reports", type=Path, help="where the texts of the government work reports lie")
    parser.add_argument("--mistakes", action="store_true", help="list the mistakes of the part worked on")
    options = parser.parse_args(arguments)
    sources = [("Reports on law-based government", GOLDEN, None, LAW_LABELS)]
    if options.government_reports:
        sources.append(("Government work reports", GOVERNMENT_WORK, options.government_reports, GOVERNMENT_LABELS))
    for title, gold_folder, reports, path in sources:
        labels = load_labels(path)
        parts = {part: list(judge(gold_folder, reports, labels[part])) for part in PARTS if part in labels}
        print("\n".join([*table(title, parts), ""]))  # noqa: T201
        wrong = [each for each in parts["worked_on"] if not each.holds]
        for each in wrong if options.mistakes else ():
            right = "/".join(area or "none" for area in each.right)
            print(f"{each.place}: {right}, found {each.found or 'none'}")  # noqa: T201


if __name__ == "__main__":
    main()
