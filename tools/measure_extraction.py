"""Measure the reading of reports against annotations made by hand: tuned reports and those kept aside, side by side.

python -m tools.measure_extraction [--government-reports DIR] [--mistakes]

The reports on law-based government lie with their annotations in ``tests/golden``. The texts of the government work
reports are not kept here: ``--government-reports`` says where they lie; their annotations are in
``evaluation/government_work``, those with ``"held_out": true`` being kept aside. Mistakes are listed for the tuned part
only: what is kept aside is measured, never looked at.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tracker.domain.evaluation import score_reading
from tracker.domain.scores import Ratio, Tally
from tracker.readers.extracting import extract_file

ROOT = Path(__file__).resolve().parents[1]
GOLDEN = ROOT / "tests" / "golden"
GOVERNMENT_WORK = ROOT / "evaluation" / "government_work"
TRAINED = ("tuned",)
PARTS = (*TRAINED, "held_out", "aside")
"""Folders of golden reports: rules are worked on with the first; the others are measured only."""


@dataclass(frozen=True, slots=True)
class Goal:
    """One figure of the table: where it is counted, and what it should reach in either kind of report."""

    name: str
    key: str
    side: str
    law: float | None
    government: float | None


GOALS: tuple[Goal, ...] = (
    Goal("items, precision", "items", "precision", 0.97, 0.90),
    Goal("items, recall", "items", "recall", 0.97, 0.90),
    Goal("deadline", "deadline", "accuracy", 0.97, 0.95),
    Goal("deadline, source", "deadline_from", "accuracy", None, None),
    Goal("milestones, recall", "milestones", "recall", None, None),
    Goal("quantities (value, unit), recall", "quantity_values", "recall", 0.97, 0.92),
    Goal("quantities (all), precision", "quantities", "precision", None, None),
    Goal("quantities (all), recall", "quantities", "recall", None, None),
    Goal("responsible units", "responsible", "accuracy", 0.97, 0.95),
    Goal("supporting units", "supporting", "accuracy", None, None),
    Goal("problems, precision", "problems", "precision", None, None),
    Goal("problems, recall", "problems", "recall", 0.97, 0.85),
    Goal("unit", "unit", "accuracy", 1.0, 0.97),
    Goal("report year", "report_year", "accuracy", 1.0, 0.97),
    Goal("plan year", "plan_year", "accuracy", 1.0, 0.97),
    Goal("answers, precision", "answers", "precision", 0.85, None),
    Goal("answers, recall", "answers", "recall", 0.85, None),
    Goal("vague", "vague", "accuracy", 0.90, None),
    Goal("inline", "inline", "accuracy", None, None),
    Goal("sections, precision", "sections", "precision", None, None),
    Goal("sections, recall", "sections", "recall", None, None),
)


@dataclass(slots=True)
class Measure:
    """The summed scores of a group of reports, and what went wrong in each."""

    files: int = 0
    tallies: dict[str, Tally] = field(default_factory=dict)
    ratios: dict[str, Ratio] = field(default_factory=dict)
    mistakes: list[str] = field(default_factory=list)

    def rate(self, goal: Goal) -> tuple[float, int] | None:
        """Return the figure and how many it is counted over; None where there is nothing to count."""
        if goal.side == "accuracy":
            ratio = self.ratios.get(goal.key)
            return (ratio.correct / ratio.total, ratio.total) if ratio and ratio.total else None
        tally = self.tallies.get(goal.key)
        if tally is None:
            return None
        total = tally.predicted if goal.side == "precision" else tally.expected
        return (tally.matched / total, total) if total else None


def load(folder: Path) -> list[Mapping[str, Any]]:
    """Return the annotations of a folder, by file name."""
    return [json.loads(path.read_text(encoding="utf-8")) for path in sorted(folder.glob("*.json"))]


def measure(reports: Path, annotations: Iterable[Mapping[str, Any]]) -> Measure:
    """Read each annotated report and sum up how well the readings agree with the annotations."""
    result = Measure()
    for gold in annotations:
        score = score_reading(extract_file(reports / gold["file"]).reading, gold)
        result.files += 1
        for key, tally in score.tallies.items():
            result.tallies[key] = result.tallies.get(key, Tally()) + tally
        for key, ratio in score.ratios.items():
            result.ratios[key] = result.ratios.get(key, Ratio()) + ratio
        result.mistakes += [f"{gold['file']} {mistake}" for mistake in score.mistakes]
    return result


def table(title: str, parts: Mapping[str, Measure], goals: Mapping[str, float | None]) -> list[str]:
    """Return the lines of a Markdown table: figure, goal, a column a part; a figure short of its goal is marked."""
    columns = [f"{name} ({part.files})" for name, part in parts.items()]
    lines = [title, "", f"| figure | goal | {' | '.join(columns)} |", "| --- " * (2 + len(parts)) + "|"]
    for goal in GOALS:
        wanted = goals[goal.name]
        cells = [_cell(part.rate(goal), wanted) for part in parts.values()]
        if any(cells):
            lines.append(f"| {goal.name} | {'' if wanted is None else f'{wanted:.2f}'} | {' | '.join(cells)} |")
    return lines


def _cell(rate: tuple[float, int] | None, wanted: float | None) -> str:
    if rate is None:
        return ""
    short = " (short)" if wanted is not None and rate[0] < wanted else ""
    return f"{rate[0]:.3f} of {rate[1]}{short}"


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description="Measure the reading of reports on annotations made by hand.")
    parser.add_argument("--government-reports", type=Path, help="where the texts of the government work reports lie")
    parser.add_argument("--mistakes", action="store_true", help="list the mistakes of the tuned part")
    options = parser.parse_args(arguments)
    parts = {name: measure(GOLDEN / name, load(GOLDEN / name)) for name in PARTS}
    lines = table("Reports on law-based government", parts, {goal.name: goal.law for goal in GOALS})
    mistakes = parts["tuned"].mistakes
    if options.government_reports:
        golds = load(GOVERNMENT_WORK)
        parts = {
            name: measure(options.government_reports, [gold for gold in golds if bool(gold["held_out"]) is aside])
            for name, aside in (("tuned", False), ("held_out", True))
        }
        lines += ["", *table("Government work reports", parts, {goal.name: goal.government for goal in GOALS})]
        mistakes = mistakes + parts["tuned"].mistakes
    print("\n".join(lines))  # noqa: T201
    if options.mistakes:
        print("\n".join(["", *mistakes]))  # noqa: T201


if __name__ == "__main__":
    main()
