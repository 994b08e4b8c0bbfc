"""Train the linking model on the hand-judged pairs: same pairs in, same weights out, to the last digit.

    python -m tools.train_linking [PAIRS_DIR] [--reports DIR] [--out FILE] [--cross] [--held-out]

Pairs held out are never trained on. The model is a logistic regression drawn towards weights that
a person would choose (``PRIOR_*``), so that a feature seen too rarely keeps a sensible weight; it is found by
Newton's method.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tools.linking_gold import GoldPair, load_pairs, places
from tools.measure_linking import PAIRS, Measure, measure
from tracker.domain.documents import Span
from tracker.domain.matching.admissions import admission_features, problems_answered
from tracker.domain.matching.candidates import LaterReport, clause_range, prepare_report
from tracker.domain.matching.features import Reading, quoted
from tracker.domain.matching.logistic import Row, fit, fit_in_sense
from tracker.domain.matching.looks import LOOKS, look_around, second_look
from tracker.domain.matching.promises import Promise, prepare_promises
from tracker.domain.matching.repetition import find_repetitions
from tracker.domain.matching.scoring import Scored, probability, rarity_of, score_claims
from tracker.domain.matching.words import DATA_FOLDER, LinkModel, load_background, load_words

PRIOR_ANSWER = {
    "bias": -6.0, "cover": 3.0, "scattered": -1.0, "sentence": 1.5, "objects": 3.0, "heads": 1.0, "qualifiers": 1.0, "rare_missing": -1.0,
    "longest": 2.0, "chars": 2.0, "short_name": 1.0, "elements": 1.5, "title": 2.0, "title_other": -2.0,
    "contrast": -1.5, "sibling": -4.0, "unnamed": -4.0, "verb": 0.4, "unit": 1.0, "unit_missing": -0.8, "number": 1.0,
    "lead": -1.5, "concrete": 0.4,
    "theme": 0.8, "rival": -1.5, "reverse": 1.0, "reverse_best": 0.5, "size": 0.0, "away": -0.5, "told": 1.0, "framing": -1.5,
    "replaced": -1.0, "title_missing": -1.0, "rate_missing": -1.0, "growth_missing": -0.5, "thing_missing": -0.5, "soft": 0.0, "concepts": 1.0,
    "verb_other": -0.3, "head_missing": -0.5, "ratio": 0.5, "topic": 1.0, "topic_clause": 0.5, "honour_other": -1.5, "paper_missing": -0.5,
}  # fmt: skip
PRIOR_REPEAT = {
    "bias": -7.0, "cover": 3.0, "objects": 3.5, "heads": 1.0, "qualifiers": 1.0, "longest": 2.5, "chars": 1.0,
    "title": 1.5, "title_other": -2.0, "contrast": -1.5, "sibling": -4.0, "unnamed": -3.0, "verb": 0.4, "unit": 0.5, "number": 0.5, "theme": 0.8,
    "rival": -1.0, "reverse": 1.0, "reverse_best": 0.5, "told": 1.0, "framing": -1.5,
    "replaced": -1.0, "soft": 0.0, "concepts": 1.0, "paragraph": 0.5, "paragraph_cover": 1.0, "topic": 1.0, "topic_clause": 0.5,
    "rare_told": 0.5, "rare_untold": 0.0, "rare_missing": 0.0, "thing_missing": -0.5, "size": 0.0, "short_name": 0.5,
    "unit_missing": -0.5, "rate_missing": -0.5, "paper_missing": -0.5,
}  # fmt: skip
PRIOR_ADMIT = {
    "bias": -5.5, "cover": 2.0, "objects": 3.0, "heads": 1.0, "longest": 1.5, "chars": 1.0, "short_name": 0.5, "title": 1.0,
    "title_other": -1.0, "contrast": -1.0, "sibling": -3.0, "unnamed": -2.0, "theme": 0.8, "rival": -1.0, "reverse": 1.0, "told": 1.0,
    "framing": -1.0, "replaced": -1.0, "soft": 0.0, "concepts": 1.0, "size": 0.0,
    "paragraph": 0.5, "rare_told": 0.5, "rare_untold": -0.5, "head_missing": -0.5, "thing_missing": -0.3, "verb": 0.3,
    "failed": 1.5, "failed_near": 1.0, "weak": 0.5, "weak_near": 0.3, "bridge": 1.0,
}  # fmt: skip
THRESHOLDS = {"mentioned": 0.5, "beside": 0.35, "repeated": 0.42, "admission": 0.3, "kept": 0.65, "unplanned": 0.35}
BY_RULE = ("unnamed", "sibling")
"""Features that a rule decides: too few judged pairs show them, and those that do judge a list as one."""

PRIOR_LOOK = {
    "odds": 1.0, "bias": 0.5, "margin": 0.3, "company": 0.3, "taken": -0.2, "contested": -0.3, "paragraph": 0.3, "rare_told": 0.3, "rare_untold": -0.3, "ratio": 1.0, "honour_other": -1.0,
}  # fmt: skip
"""The second look starts from the odds of the best sentence and what surely speaks for or against it; every other weight is
drawn to nothing."""
FOLDS = 4
NOT_MENTIONED: Mapping[str, Any] = {"outcome": "not_mentioned", "repeats_judged": False}
"""What is known of a part whose commitment is not mentioned: nothing of whether it is promised again."""


@dataclass(frozen=True, slots=True)
class Lesson:
    """What one pair teaches: the readings of every promise, which of the judged ones are right; rows of the other models."""

    promises: Sequence[Promise]
    readings: Sequence[Sequence[Reading]]
    right: Mapping[int, Sequence[int]]
    repeats: Sequence[Row]
    admissions: Sequence[Row]


def lesson_of(pair: GoldPair) -> Lesson:
    """Return what a pair teaches."""
    words = load_words()
    later = prepare_report(pair.later, words)
    rarity = rarity_of(load_background(), later.claims)
    promises = prepare_promises(pair.earlier.items, rarity, words)
    readings = [
        [row.reading for row in rows] for rows in score_claims(promises, later.claims, rarity, PRIOR_ANSWER, words)
    ]
    again = find_repetitions(promises, pair.later.items, rarity, PRIOR_REPEAT, words)
    admitted = score_claims(promises, later.admissions, rarity, PRIOR_ADMIT, words)
    right: dict[int, list[int]] = {}
    repeats: list[Row] = []
    admissions: list[Row] = []
    for number, entries in _labelled(pair, promises).items():
        wanted = _places(pair, entries, "evidence")
        right[number] = [int(_hits(_passage(later, reading), wanted)) for reading in readings[number]]
        if _teaches_repeats(pair, entries):
            anchors = [anchor for entry in entries for anchor in entry.get("repeated_in", ())]
            repeats += [(one.reading.features, int(any(a in one.item.text for a in anchors))) for one in again[number]]
        wanted = _places(pair, entries, "contradicted_by")
        bridged = problems_answered(later, [one for one in again[number] if one.score >= THRESHOLDS["repeated"]])
        for row in admitted[number]:
            features = admission_features(row.reading, later, bridged, words)
            claim = row.reading.claim
            admissions.append((features, int(_hits(later.span(claim.start, claim.end), wanted))))
    return Lesson(promises, readings, right, repeats, admissions)


def _teaches_repeats(pair: GoldPair, entries: Sequence[Mapping[str, Any]]) -> bool:
    return pair.teaches_repeats and all(entry.get("repeats_judged", pair.repeats_judged) for entry in entries)


def _places(pair: GoldPair, entries: Sequence[Mapping[str, Any]], key: str) -> list[Span]:
    return places(pair.later.text, [anchor for entry in entries for anchor in entry.get(key, ())])


def _passage(later: LaterReport, reading: Reading) -> Span:
    return later.span(*clause_range(reading.claim.clauses, *quoted(reading)))


def _hits(span: Span, wanted: Sequence[Span]) -> bool:
    return any(min(span.end, w.end) - max(span.start, w.start) >= 0.5 * (w.end - w.start) for w in wanted)


def _labelled(pair: GoldPair, promises: Sequence[Promise]) -> dict[int, list[Mapping[str, Any]]]:
    """Return the number of each judged promise with what was said of it.

    Where a commitment is judged not mentioned, none of its parts is.
    """
    labels: dict[int, list[Mapping[str, Any]]] = {}
    for entry in pair.entries:
        number = _owner(entry["promise"], pair.earlier.text, promises)
        if number is not None:
            labels.setdefault(number, []).append(entry)
    judged: dict[str, list[Mapping[str, Any]]] = {}
    for number, entries in labels.items():
        judged.setdefault(promises[number].commitment.id, []).extend(entries)
    for number, promise in enumerate(promises):
        entries = judged.get(promise.commitment.id, [])
        if number not in labels and entries and all(entry["outcome"] == "not_mentioned" for entry in entries):
            labels[number] = [NOT_MENTIONED]
    return dict(sorted(labels.items()))


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


def train(pairs: Sequence[GoldPair], without: Sequence[str] = ()) -> LinkModel:
    """Return the model trained on the pairs; ``without`` leaves features out."""
    return train_on([lesson_of(pair) for pair in pairs], without)


def train_on(lessons: Sequence[Lesson], without: Sequence[str] = ()) -> LinkModel:
    """Return the model that several pairs teach.

    The second look learns from scores that a pair's own rows had no part in: what was fitted would look too sure.
    """
    looks: list[Row] = []
    for fold in range(FOLDS):
        others = [lesson for at, lesson in enumerate(lessons) if at % FOLDS != fold]
        weights = fit_in_sense(_answers(others), _less(PRIOR_ANSWER, without), BY_RULE)
        looks += [row for at, lesson in enumerate(lessons) if at % FOLDS == fold for row in _looks(lesson, weights)]
    look_prior = _less({name: PRIOR_LOOK.get(name, 0.0) for name in LOOKS}, without)
    return LinkModel(
        fit_in_sense(_answers(lessons), _less(PRIOR_ANSWER, without), BY_RULE),
        fit_in_sense(looks, look_prior, BY_RULE),
        fit([row for lesson in lessons for row in lesson.repeats], _less(PRIOR_REPEAT, without), firm=BY_RULE),
        fit_in_sense([row for lesson in lessons for row in lesson.admissions], _less(PRIOR_ADMIT, without), BY_RULE),
        THRESHOLDS,
    )


def _less(prior: Mapping[str, float], without: Sequence[str]) -> dict[str, float]:
    return {name: value for name, value in prior.items() if name not in without}


def _answers(lessons: Sequence[Lesson]) -> list[Row]:
    return [
        (reading.features, label)
        for lesson in lessons
        for number, labels in lesson.right.items()
        for reading, label in zip(lesson.readings[number], labels, strict=True)
    ]


def _looks(lesson: Lesson, weights: Mapping[str, float]) -> Iterator[Row]:
    """Yield what the second look would see of each judged promise, and whether the report speaks of it."""
    scored = [
        sorted(
            (Scored(reading, probability(weights, reading.features)) for reading in readings),
            key=lambda row: (-row.score, row.reading.claim.start),
        )
        for readings in lesson.readings
    ]
    around = look_around(lesson.promises, scored)
    for number, labels in lesson.right.items():
        if labels:
            yield second_look(lesson.promises[number], scored[number], around[number]), int(any(labels))


def cross_validated(pairs: Sequence[GoldPair], without: Sequence[str] = ()) -> Measure:
    """Measure each pair with a model that the other pairs taught."""
    lessons = [lesson_of(pair) for pair in pairs]
    total = Measure()
    for number, pair in enumerate(pairs):
        total.add(measure([pair], train_on([one for at, one in enumerate(lessons) if at != number], without)))
    return total


def to_toml(model: LinkModel) -> str:
    """Return the model as its data file."""
    lines = ["# Written by tools/train_linking.py. Weights of the logistic models and the thresholds of the decisions."]
    for name, table in (
        ("answer", model.answer),
        ("calibration", model.calibration),
        ("repeat", model.repeat),
        ("admit", model.admit),
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
    parser.add_argument("--cross", action="store_true", help="measure each pair by the others' model; write nothing")
    parser.add_argument("--held-out", action="store_true", help="measure on the pairs held out as well")
    arguments = parser.parse_args()
    pairs = load_pairs(arguments.folder, arguments.reports)
    trained = [pair for pair in pairs if not pair.held_out]
    if arguments.cross:
        print(_line(cross_validated(trained)))  # noqa: T201
        return
    model = train(trained)
    arguments.out.write_text(to_toml(model), encoding="utf-8")
    print("trained ", _line(measure(trained, model)))  # noqa: T201
    if arguments.held_out:
        print("held out", _line(measure([pair for pair in pairs if pair.held_out], model)))  # noqa: T201


def _line(result: Measure) -> str:
    keys = ("evidence_at_1", "evidence_at_3", "mentioned", "outcome", "figures", "repeated")
    return f"auc {result.auc:.3f} " + " ".join(f"{key} {result.rate(key):.3f}" for key in keys)


if __name__ == "__main__":
    main()
