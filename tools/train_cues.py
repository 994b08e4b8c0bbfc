"""Learn which turns of phrase tell that a thing is done: the same texts in, the same weights out.

    python -m tools.train_cues [--reports DIR] [--measure]

Two steps. The turns: a logistic regression over all stretches of one to three characters of what is told (``tests/tellings``,
``tests/readings`` and the passages of the judged pairs that are not held out), of which the weightiest are kept. The verdicts:
how much each rule of ``outcome`` is worth beside them, learnt from turns that the same writer's texts had no part in.
"""

from __future__ import annotations

import argparse
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tools.linking_gold import GoldPair, load_pairs
from tools.measure_linking import PAIRS
from tools.readings import READINGS, ReadingLine, load_readings, pairs_of, read_lines
from tools.tellings import WAYS, load_tellings
from tracker.domain.documents import Outcome
from tracker.domain.matching.cues import Cues, told_of, turns_of
from tracker.domain.matching.linking import Answer, answers_of
from tracker.domain.matching.logistic import Row, fit_in_sense
from tracker.domain.matching.words import DATA_FOLDER
from tracker.language.lexicon import load_lexicon

LEAST = 3
"""A turn that stands in fewer passages teaches nothing."""
MOST = 1500
"""So many turns are kept."""
PULL = 10.0
"""How strongly each weight is drawn to nothing (inverse variance)."""
STEPS = 800
DIGITS = 1
GROUPS = 6
PAIRS_COUNT = 4
"""How often a passage of a whole report counts beside one of the made-up lines, which are riddles on purpose."""
VERDICTS = {
    "met": 3.0, "short": -3.0, "done": 1.5, "project_done": 1.0, "doings": 1.5, "started": 1.5,
    "no_title": -0.5, "other_title": -1.0, "goes_on": -1.0, "fewer": -1.0, "missing": -0.5, "member": -1.0, "sign": -1.5, "open": -0.5,
    "failed": -1.0, "imminent": -1.0, "preparing": -1.0, "pursued": -1.0, "under_way": -1.5, "not_said": -0.5, "only_named": -0.5,
}  # fmt: skip
"""What a person would say each rule is worth; the learnt ones are drawn to it and keep its sign."""
TURNS = "turns"
SENTENCE = re.compile("[。；！？\n]")


@dataclass(frozen=True, slots=True)
class Lesson:
    """A passage that tells of a promise: its turns of phrase and whether the promise was kept; ``writer`` is whose text it is."""

    writer: str
    turns: frozenset[str]
    done: bool


def lessons_of(pairs: Sequence[GoldPair]) -> Iterator[Lesson]:
    """Yield what tellings, readings and judged pairs teach."""
    lines: list[tuple[str, ReadingLine]] = [
        (writer, way) for writer, told in load_tellings().items() for ways in told for way in ways
    ]
    lines += [(path.stem, line) for path in sorted(READINGS.glob("*.tsv")) for line in read_lines(path)]
    for writer, line in lines:
        if line.outcome != Outcome.NOT_MENTIONED.value:
            yield Lesson(writer, frozenset(turns_of(line.promise, line.passage)), line.outcome == Outcome.DONE.value)
    for pair in pairs:
        for link in pair.links:
            if link.outcome != Outcome.NOT_MENTIONED.value and len(link.evidence) == 1:
                text = _sentence(pair.later.text, link.evidence[0])
                yield Lesson(
                    pair.name, frozenset(turns_of(link.commitment.text, text)), link.outcome == Outcome.DONE.value
                )


def _sentence(text: str, anchor: str) -> str:
    at = max(text.find(anchor), 0)
    before = [found.end() for found in SENTENCE.finditer(text, 0, at)]
    after = SENTENCE.search(text, at + len(anchor))
    return text[before[-1] if before else 0 : after.start() if after else len(text)]


def learn_turns(lessons: Sequence[Lesson]) -> tuple[dict[str, float], float]:
    """Return the weightiest turns and the bias: a logistic regression, by steps that never overshoot."""
    counts = Counter(turn for lesson in lessons for turn in lesson.turns)
    known = {turn: at for at, turn in enumerate(sorted(turn for turn, count in counts.items() if count >= LEAST))}
    rows = [sorted(known[turn] for turn in lesson.turns if turn in known) for lesson in lessons]
    weights, bias = _fit(rows, np.array([lesson.done for lesson in lessons], dtype=float), len(known))
    names = list(known)
    order = sorted(range(len(names)), key=lambda at: (-abs(weights[at]), names[at]))[:MOST]
    kept = {names[at]: round(float(weights[at]), DIGITS) for at in order}
    return {turn: weight for turn, weight in kept.items() if weight}, round(bias, DIGITS)


def _fit(rows: Sequence[Sequence[int]], labels: NDArray[np.float64], size: int) -> tuple[NDArray[np.float64], float]:
    """Return weights and bias; each step is bounded by the curvature, and carries on the one before (Nesterov)."""
    places = np.array([place for row in rows for place in (*row, size)], dtype=np.intp)
    lengths = np.array([len(row) + 1 for row in rows])
    starts = np.concatenate(([0], np.cumsum(lengths)[:-1]))
    pull = np.full(size + 1, PULL)
    pull[size] = 0.0
    curvature = pull + 0.25 * np.bincount(places, weights=np.repeat(lengths, lengths).astype(float), minlength=size + 1)
    weights = ahead = np.zeros(size + 1)
    for step in range(STEPS):
        odds = np.add.reduceat(ahead[places], starts)
        wrong = 1.0 / (1.0 + np.exp(-odds)) - labels
        slope = np.bincount(places, weights=np.repeat(wrong, lengths), minlength=size + 1) + pull * ahead
        moved = ahead - slope / curvature
        ahead = moved + step / (step + 3) * (moved - weights)
        weights = moved
    return weights[:size], float(weights[size])


@dataclass(frozen=True, slots=True)
class Judged:
    """The answer to a commitment of one part that was found, and whether it was judged done."""

    writer: str
    answer: Answer
    done: bool


def judged_in(pairs: Iterable[tuple[str, GoldPair]]) -> Iterator[Judged]:
    """Yield the answers that the linking finds, before they are summed up, where a judge and a rule both speak of them."""
    for writer, pair in pairs:
        parts: dict[str, list[Answer]] = {}
        for answer in answers_of(pair.earlier, pair.later, load_lexicon()):
            parts.setdefault(answer.promise.commitment.id, []).append(answer)
        for link in pair.links:
            own = parts[link.commitment.id]
            told = link.outcome != Outcome.NOT_MENTIONED.value
            if told and len(own) == 1 and own[0].accepted and own[0].judgement.kind in VERDICTS:
                yield Judged(writer, own[0], link.outcome == Outcome.DONE.value)


def short_reports() -> Iterator[tuple[str, GoldPair]]:
    """Yield tellings and readings as pairs of short reports; those of one pair are told in different ways."""
    for writer, told in load_tellings().items():
        for way in range(WAYS):
            lines = [ways[(way + at) % WAYS] for at, ways in enumerate(told)]
            yield from ((writer, pair) for pair in pairs_of(f"{writer}_{way}_", lines))
    for pair in load_readings():
        yield pair.name.rstrip("0123456789").rstrip("_"), pair


def learn_verdicts(judged: Sequence[Judged], odds: Sequence[float], weights: Sequence[int]) -> dict[str, float]:
    """Return what each rule is worth beside the turns, whose own weight comes first."""
    rows: list[Row] = []
    for one, told, times in zip(judged, odds, weights, strict=True):
        rows += [({TURNS: told, one.answer.judgement.kind: 1.0}, int(one.done))] * times
    return fit_in_sense(rows, {TURNS: 1.0, **VERDICTS})


def train(pairs: Sequence[GoldPair]) -> Cues:
    """Return what all of them teach."""
    lessons = list(lessons_of(pairs))
    judged = list(judged_in([*short_reports(), *((pair.name, pair) for pair in pairs)]))
    names = {pair.name for pair in pairs}
    odds = out_of_fold(lessons, judged)
    verdicts = learn_verdicts(judged, odds, [PAIRS_COUNT if one.writer in names else 1 for one in judged])
    share = verdicts.pop(TURNS)
    turns, bias = learn_turns(lessons)
    scaled = {turn: round(weight * share, 2) for turn, weight in turns.items()}
    return Cues({turn: weight for turn, weight in scaled.items() if weight}, verdicts, round(bias * share, 2) + 0.0)


def out_of_fold(lessons: Sequence[Lesson], judged: Sequence[Judged]) -> list[float]:
    """Return for each answer the odds by turns that other writers' texts taught."""
    group = {writer: at % GROUPS for at, writer in enumerate(sorted({one.writer for one in lessons}))}
    taught: Mapping[int, Cues] = {
        at: Cues(turns, {}, bias)
        for at in range(GROUPS)
        for turns, bias in [learn_turns([one for one in lessons if group[one.writer] != at])]
    }
    return [told_of(one.answer.accepted[0].reading, taught[group.get(one.writer, 0)]).odds for one in judged]


def to_toml(cues: Cues) -> str:
    """Return the cues as their data file."""
    levels: dict[float, list[str]] = {}
    for turn, weight in sorted(cues.turns.items()):
        levels.setdefault(weight, []).append(turn)
    lines = [
        "# Written by tools/train_cues.py. How much a turn of phrase speaks for a thing being done, and what a rule's verdict is worth",
        "# beside it (logarithm of the odds).",
        f"bias = {cues.bias}",
        "",
        "[verdicts]",
        *(f"{kind} = {worth}" for kind, worth in cues.verdicts.items()),
        "",
        "[turns]",
        *(f'"{weight}" = "{" ".join(turns)}"' for weight, turns in sorted(levels.items())),
    ]
    return "\n".join(lines) + "\n"


def main() -> None:
    """Train and write the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("folder", type=Path, nargs="?", default=PAIRS)
    parser.add_argument("--reports", type=Path, help="where the texts of single-file pairs lie")
    parser.add_argument("--out", type=Path, default=DATA_FOLDER / "cues.toml")
    arguments = parser.parse_args()
    cues = train([pair for pair in load_pairs(arguments.folder, arguments.reports) if not pair.held_out])
    arguments.out.write_text(to_toml(cues), encoding="utf-8")


if __name__ == "__main__":
    main()
