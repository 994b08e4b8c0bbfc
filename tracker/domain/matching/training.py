"""Learning the weights of the linking from decisions: what they teach, and the model they make of the one before."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace

from tracker.domain.matching.features import Reading
from tracker.domain.matching.logistic import Row, fit
from tracker.domain.matching.looks import look_around, second_look
from tracker.domain.matching.promises import Promise
from tracker.domain.matching.scoring import Scored, probability
from tracker.domain.matching.words import LinkModel


@dataclass(frozen=True, slots=True)
class Readings:
    """The readings of all promises of a case; ``mentioned`` says of the judged ones whether the report speaks of them."""

    promises: Sequence[Promise]
    rows: Sequence[Sequence[Reading]]
    mentioned: Mapping[int, bool]


@dataclass(frozen=True, slots=True)
class Lessons:
    """What decisions teach: sentences that answer a promise or do not, items of the new plan that repeat one or do not,
    and for the second look the readings of each case."""

    answers: tuple[Row, ...]
    repeats: tuple[Row, ...]
    cases: tuple[Readings, ...]

    def __add__(self, other: Lessons) -> Lessons:
        """Put two decks of lessons together, in order."""
        return Lessons(self.answers + other.answers, self.repeats + other.repeats, self.cases + other.cases)


NOTHING = Lessons((), (), ())


def retrain(lessons: Lessons, prior: LinkModel, strength: float) -> LinkModel:
    """Return the model that the lessons make of ``prior``; ``strength`` is how firmly weights are held to it.

    What decisions say nothing of stays as it is in ``prior``.
    """
    answer = fit(lessons.answers, prior.answer, strength)
    looks = [row for case in lessons.cases for row in second_looks(case, answer)]
    return replace(
        prior,
        answer=answer,
        calibration=fit(looks, prior.calibration, strength),
        repeat=fit(lessons.repeats, prior.repeat, strength),
    )


def second_looks(case: Readings, answer: Mapping[str, float]) -> Iterator[Row]:
    """Yield what the second look sees of each judged promise, and whether the report speaks of it."""
    scored = [
        sorted(
            (Scored(reading, probability(answer, reading.features)) for reading in rows),
            key=lambda row: (-row.score, row.reading.claim.start),
        )
        for rows in case.rows
    ]
    around = look_around(case.promises, scored)
    for number, mentioned in case.mentioned.items():
        if scored[number]:
            yield second_look(case.promises[number], scored[number], around[number]), int(mentioned)


# ---- the model as a file --------------------------------------------------------------------------------------------


def to_toml(model: LinkModel, heading: Sequence[str] = (), origin: Mapping[str, str | int] | None = None) -> str:
    """Return a model as its data file; ``heading`` are lines of comment, ``origin`` a table on where it comes from."""
    lines = [f"# {line}" for line in heading]
    if origin:
        lines += ["[origin]", *(f'{key} = "{value}"' if isinstance(value, str) else f"{key} = {value}" for key, value in origin.items())]  # fmt: skip
    for field in fields(model):
        table: Mapping[str, float] = getattr(model, field.name)
        lines += ["", f"[{field.name}]", *(f"{key} = {value}" for key, value in table.items())]
    return "\n".join(lines) + "\n"


def fingerprint(model: LinkModel) -> str:
    """Return a short mark of a model's weights, the same wherever they are kept."""
    return hashlib.sha256(to_toml(model).encode()).hexdigest()[:8]
