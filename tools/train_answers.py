"""Train the model that says which problem an item answers: same reports in, same weights out, to the last digit.

    python -m tools.train_answers [--folds]

Trained on the golden reports that may be looked at; ``--folds`` prints what five-fold cross-validation gives.
Weights are drawn to what a person would choose (``PRIOR``) and found by Newton's method.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from tools.measure_extraction import GOLDEN, TRAINED, load
from tracker.domain.answer_features import FEATURES, Features, Need, Offer, pair_features
from tracker.domain.answer_model import MODEL_FILE, AnswerModel
from tracker.domain.answers import contexts_of
from tracker.domain.documents import Problem
from tracker.domain.gold import AnchoredText
from tracker.domain.matching.logistic import fit
from tracker.language.lexicon import load_lexicon

PRIOR = {
    "bias": -4.0, "head": 1.0, "cover": 1.0, "reverse": 0.5, "told": 0.5, "cosine": 1.0, "theme_head": 0.5, "theme_body": 0.5,
    "best_item": 1.0, "best_problem": 1.0, "both": 1.0, "place": 0.5, "same_place": 0.5, "same_rank": 0.2, "items": 0.0, "problems": 0.0,
}  # fmt: skip
LEAST, NEAR_BEST = 0.4, 0.5
Row = tuple[Features, int, int]
"""Features, right or wrong, and the number of the item."""


def rows_of(text: str, gold: Mapping[str, Any]) -> list[Row]:
    """Return the pairs of one annotated report."""
    anchored = AnchoredText(text)
    problems = [
        Problem(entry["id"], entry["text"], span)
        for entry in gold.get("problems", [])
        if (span := anchored.find(entry["text"])) is not None
    ]
    offers, answers, starts = [], [], []
    for entry, start, end in _bodies(anchored, gold):
        offers.append(Offer(f"{entry.get('group') or ''}。{entry.get('title') or ''}", text[start:end]))
        answers.append(set(entry.get("answers", ())))
        starts.append(start)
    if not problems or not offers:
        return []
    needs = [
        Need(problem.text, context)
        for problem, context in zip(problems, contexts_of(text, problems, starts), strict=True)
    ]
    return [
        (features, int(problem.id in wanted), number)
        for number, (row, wanted) in enumerate(zip(pair_features(needs, offers, load_lexicon()), answers, strict=True))
        for features, problem in zip(row, problems, strict=True)
    ]


def _bodies(anchored: AnchoredText, gold: Mapping[str, Any]) -> Iterator[tuple[Mapping[str, Any], int, int]]:
    at = 0
    for entry in gold.get("items", []):
        first = anchored.find(entry["starts"], at) or anchored.find(entry["starts"])
        last = anchored.find(entry["ends"], first.start) if first else None
        if first and last:
            at = first.start
            yield entry, first.start, last.end


def training_rows() -> list[list[Row]]:
    """Return the rows of every report that may be trained on, report by report."""
    found = [
        rows_of((folder / gold["file"]).read_text(encoding="utf-8"), gold)
        for folder in (GOLDEN / name for name in TRAINED)
        for gold in load(folder)
    ]
    return [rows for rows in found if rows]


def train(reports: Sequence[Sequence[Row]]) -> AnswerModel:
    """Return the model that explains the rows best."""
    rows = [
        ({name: float(features[name]) for name in FEATURES}, label)
        for report in reports
        for features, label, _ in report
    ]
    return AnswerModel(fit(rows, PRIOR), LEAST, NEAR_BEST)


def count(model: AnswerModel, reports: Sequence[Sequence[Row]]) -> tuple[int, int, int]:
    """Return how many answers are right, said, and wanted."""
    right = said = wanted = 0
    for report in reports:
        scored = [(model.probability(features), label, number) for features, label, number in report]
        best: dict[int, float] = {}
        for score, _, number in scored:
            best[number] = max(score, best.get(number, 0.0))
        for score, label, number in scored:
            hit = score >= model.least and score >= model.near_best * best[number]
            right, said, wanted = right + (hit and label), said + hit, wanted + label
    return right, said, wanted


def to_toml(model: AnswerModel) -> str:
    """Return the model as its data file."""
    lines = [
        "# Written by tools/train_answers.py: which problem an item answers. Weights of a logistic model.",
        "",
        "[weights]",
    ]
    lines += [f"{name} = {value}" for name, value in model.weights.items()]
    lines += ["", "[decision]", f"least = {model.least}", f"near_best = {model.near_best}"]
    return "\n".join(lines) + "\n"


def main() -> None:
    """Train and write the model, or print what cross-validation gives."""
    parser = argparse.ArgumentParser(description="Train the model of answers.")
    parser.add_argument("--folds", action="store_true", help="print five-fold cross-validation; write nothing")
    parser.add_argument("--out", type=Path, default=MODEL_FILE)
    options = parser.parse_args()
    reports = training_rows()
    if options.folds:
        sums = [0, 0, 0]
        for fold in range(5):
            model = train([rows for index, rows in enumerate(reports) if index % 5 != fold])
            counts = count(model, [rows for index, rows in enumerate(reports) if index % 5 == fold])
            sums = [one + two for one, two in zip(sums, counts, strict=True)]
        print(f"precision {sums[0] / sums[1]:.3f} recall {sums[0] / sums[2]:.3f} of {sums[2]}")  # noqa: T201
        return
    options.out.write_text(to_toml(train(reports)), encoding="utf-8")


if __name__ == "__main__":
    main()
