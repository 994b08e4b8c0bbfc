"""Train the linking model on the hand-judged pairs: same pairs in, same weights out, to the last digit.

    python -m tools.train_linking [PAIRS_DIR] [--reports DIR] [--out FILE] [--ablate]

The pairs named in ``HELD_OUT`` are never trained on. The model is a logistic regression drawn towards weights that
a person would choose (``PRIOR_*``), so that a feature seen too rarely keeps a sensible weight; it is found by
Newton's method.
"""

from __future__ import annotations

import argparse
import math
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from tools.linking_gold import HELD_OUT, GoldPair, load_pairs, places
from tools.measure_linking import PAIRS, Measure, measure
from tracker.domain.matching.candidates import clause_range, prepare_report
from tracker.domain.matching.features import FEATURES
from tracker.domain.matching.promises import Promise, prepare_promises
from tracker.domain.matching.repetition import find_repetitions
from tracker.domain.matching.scoring import probability, rarity_of, score_claims
from tracker.domain.matching.words import DATA_FOLDER, LinkModel, load_background, load_words

PRIOR_ANSWER = {
    "bias": -6.0, "cover": 3.0, "scattered": -1.0, "sentence": 1.5, "objects": 3.0, "heads": 1.0, "qualifiers": 1.0, "rare_missing": -1.0,
    "longest": 2.0, "chars": 2.0, "short_name": 1.0, "elements": 1.5, "title": 2.0, "title_other": -2.0,
    "contrast": -1.5, "sibling": -4.0, "unnamed": -4.0, "verb": 0.4, "unit": 1.0, "unit_missing": -0.8, "number": 1.0,
    "lead": -1.5, "concrete": 0.4,
    "theme": 0.8, "rival": -1.5, "reverse": 1.0, "size": 0.0, "away": -0.5, "told": 1.0, "framing": -1.5,
}  # fmt: skip
PRIOR_REPEAT = {
    "bias": -7.0, "cover": 3.0, "objects": 3.5, "heads": 1.0, "qualifiers": 1.0, "longest": 2.5, "chars": 1.0,
    "title": 1.5, "title_other": -2.0, "contrast": -1.5, "sibling": -4.0, "unnamed": -3.0, "verb": 0.4, "unit": 0.5, "number": 0.5, "theme": 0.8,
    "rival": -1.0, "reverse": 1.0, "told": 1.0, "framing": -1.5,
}  # fmt: skip
THRESHOLDS = {"mentioned": 0.5, "beside": 0.35, "repeated": 0.5, "admission": 0.6, "unplanned": 0.35}
PRECISION = 1e-9
CERTAIN = 30.0
STRENGTH = 1.0
"""How strongly weights are drawn to the prior: the inverse variance of each weight."""

Row = tuple[Mapping[str, float], int]


def training_rows(pair: GoldPair) -> tuple[list[list[Row]], list[Row]]:
    """Return the rows (features, right or wrong) of a pair: for answers promise by promise, and for repetitions."""
    words = load_words()
    later = prepare_report(pair.later, words)
    rarity = rarity_of(load_background(), later.claims)
    promises = prepare_promises(pair.earlier.items, rarity, words)
    scored = score_claims(promises, later.claims, rarity, PRIOR_ANSWER, words)
    again = find_repetitions(promises, pair.later.items, rarity, PRIOR_REPEAT, words)
    answers: list[list[Row]] = []
    repeats: list[Row] = []
    for number, evidence, repeated in _labelled(pair, promises):
        wanted = places(pair.later.text, evidence)
        answers.append([])
        for row in scored[number]:
            reading = row.reading
            span = later.span(*clause_range(reading.claim.clauses, reading.first, reading.last))
            hit = any(min(span.end, w.end) - max(span.start, w.start) >= 0.5 * (w.end - w.start) for w in wanted)
            answers[-1].append((reading.features, int(hit)))
        for one in again[number] if pair.repeats_judged else ():
            text = one.item.text
            repeats.append((one.reading.features, int(any(anchor in text for anchor in repeated))))
    return answers, repeats


def _labelled(pair: GoldPair, promises: Sequence[Promise]) -> Iterator[tuple[int, list[str], list[str]]]:
    """Yield the number of each judged promise with its evidence and the words that repeat it."""
    labels: dict[int, tuple[list[str], list[str]]] = {}
    for entry in pair.entries:
        number = _owner(entry["promise"], pair.earlier.text, promises)
        if number is not None:
            evidence, repeated = labels.setdefault(number, ([], []))
            evidence += entry.get("evidence", [])
            repeated += entry.get("repeated_in", [])
    for number in sorted(labels):
        yield number, *labels[number]


def _owner(anchor: str, text: str, promises: Sequence[Promise]) -> int | None:
    """Return the promise in whose words the anchor stands (most of it)."""
    best: tuple[int, int] | None = None
    for number, promise in enumerate(promises):
        low = promise.commitment.span.start + promise.commitment.text.find(promise.text)
        high = low + len(promise.text)
        for place in places(text, [anchor]):
            overlap = min(high, place.end) - max(low, place.start)
            if overlap > 0 and (best is None or overlap > best[0]):
                best = (overlap, number)
    return best[1] if best else None


def fit(
    rows: Sequence[Row], prior: Mapping[str, float], names: Sequence[str] = FEATURES, rounds: int = 30
) -> dict[str, float]:
    """Return the weights that explain the rows best, each drawn to its prior."""
    names = [name for name in names if name in prior]
    data = [([features[name] for name in names], label) for features, label in rows]
    weights = [prior[name] for name in names]
    start = list(weights)
    for _ in range(rounds):
        gradient = [STRENGTH * (start[i] - weights[i]) for i in range(len(names))]
        hessian = [[STRENGTH * (i == j) for j in range(len(names))] for i in range(len(names))]
        for values, label in data:
            guess = 1.0 / (1.0 + math.exp(-max(-30.0, min(30.0, sum(map(float.__mul__, weights, values))))))
            slope = guess * (1.0 - guess)
            for i, value in enumerate(values):
                if value:
                    gradient[i] += (label - guess) * value
                    row = hessian[i]
                    for j, other in enumerate(values):
                        row[j] += slope * value * other
        step = _solve(hessian, gradient)
        here = _loss(data, weights, start)
        # A full Newton step can overshoot where guesses saturate: halve it until it helps.
        while max(map(abs, step)) > PRECISION and _loss(data, _moved(weights, step), start) > here:
            step = [move / 2 for move in step]
        weights = _moved(weights, step)
        if max(map(abs, step)) <= PRECISION:
            break
    return {name: round(weight, 4) for name, weight in zip(names, weights, strict=True)}


def _moved(weights: Sequence[float], step: Sequence[float]) -> list[float]:
    return [weight + move for weight, move in zip(weights, step, strict=True)]


def _loss(data: Sequence[tuple[list[float], int]], weights: Sequence[float], start: Sequence[float]) -> float:
    """Return the negative log likelihood with the pull towards the prior."""
    pull = sum((weight - prior) ** 2 for weight, prior in zip(weights, start, strict=True)) * STRENGTH / 2
    loss = 0.0
    for values, label in data:
        odds = sum(map(float.__mul__, weights, values))
        odds = -odds if label else odds
        loss += odds if odds > CERTAIN else math.log1p(math.exp(odds))
    return loss + pull


def _solve(matrix: list[list[float]], vector: list[float]) -> list[float]:
    """Solve a small symmetric system by elimination with pivoting."""
    size = len(vector)
    rows = [[*matrix[i], vector[i]] for i in range(size)]
    for column in range(size):
        pivot = max(range(column, size), key=lambda i: abs(rows[i][column]))
        rows[column], rows[pivot] = rows[pivot], rows[column]
        for i in range(column + 1, size):
            factor = rows[i][column] / rows[column][column]
            for j in range(column, size + 1):
                rows[i][j] -= factor * rows[column][j]
    result = [0.0] * size
    for i in reversed(range(size)):
        result[i] = (rows[i][size] - sum(rows[i][j] * result[j] for j in range(i + 1, size))) / rows[i][i]
    return result


def train(pairs: Sequence[GoldPair], without: str | None = None) -> LinkModel:
    """Return the model trained on the pairs; ``without`` leaves one feature out."""
    answers: list[list[Row]] = []
    repeats: list[Row] = []
    for pair in pairs:
        one, two = training_rows(pair)
        answers += one
        repeats += two
    shown: list[tuple[float, bool]] = []
    prior = {name: value for name, value in PRIOR_ANSWER.items() if name != without}
    weights = fit([row for rows in answers for row in rows], prior)
    for rows in answers:
        best = max((probability(weights, features) for features, _ in rows), default=0.0)
        shown.append((best, any(label for _, label in rows)))
    return LinkModel(weights, calibrate(shown), fit(repeats, PRIOR_REPEAT), THRESHOLDS)


def calibrate(shown: Sequence[tuple[float, bool]]) -> dict[str, float]:
    """Return slope and shift that turn the best sentence's odds into those of being spoken of at all."""
    rows = [
        ({"slope": math.log(score / (1.0 - score)), "shift": 1.0}, int(mentioned))
        for score, mentioned in ((min(max(score, 1e-9), 1.0 - 1e-9), mentioned) for score, mentioned in shown)
    ]
    return fit(rows, {"slope": 1.0, "shift": 0.0}, names=("slope", "shift"))


def to_toml(model: LinkModel) -> str:
    """Return the model as its data file."""
    lines = [
        "# Written by tools/train_linking.py. Weights of the two logistic models and the thresholds of the decisions."
    ]
    for name, table in (
        ("answer", model.answer),
        ("calibration", model.calibration),
        ("repeat", model.repeat),
        ("thresholds", model.thresholds),
    ):
        lines += ["", f"[{name}]", *(f"{key} = {value}" for key, value in table.items())]
    return "\n".join(lines) + "\n"


def main() -> None:
    """Train, write the model, and say how good it is."""
    parser = argparse.ArgumentParser(description="Train the linking model.")
    parser.add_argument("folder", type=Path, nargs="?", default=PAIRS)
    parser.add_argument("--reports", type=Path, help="where the texts of single-file pairs lie")
    parser.add_argument("--out", type=Path, default=DATA_FOLDER / "model.toml")
    parser.add_argument("--ablate", action="store_true", help="leave out one feature after the other; write nothing")
    arguments = parser.parse_args()
    pairs = load_pairs(arguments.folder, arguments.reports)
    trained = [pair for pair in pairs if pair.name not in HELD_OUT]
    held_out = [pair for pair in pairs if pair.name in HELD_OUT]
    for without in [None, *(FEATURES[1:] if arguments.ablate else ())]:
        model = train(trained, without)
        one, two = measure(trained, model), measure(held_out, model)
        print(f"{'all' if without is None else '- ' + without:16}", _line(one), "| held out", _line(two))  # noqa: T201
        if without is None and not arguments.ablate:
            arguments.out.write_text(to_toml(model), encoding="utf-8")


def _line(result: Measure) -> str:
    keys = ("evidence_at_1", "mentioned", "outcome", "figures", "repeated")
    return f"auc {result.auc:.3f} " + " ".join(f"{key} {result.rate(key):.3f}" for key in keys)


if __name__ == "__main__":
    main()
