"""Learning the weights of the linking: a logistic regression drawn towards a prior, to the last digit reproducible.

Rows are features with right or wrong. With few rows the weights stay close to the prior; a feature that is never seen keeps
its weight. Found by Newton's method in plain floats, in the order given: the same rows give the same weights.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace

from tracker.domain.matching.features import Reading
from tracker.domain.matching.promises import Promise
from tracker.domain.matching.scoring import Scored, companies, probability, second_look
from tracker.domain.matching.words import LinkModel

PRECISION = 1e-9
ROUNDS = 30
CERTAIN = 30.0
DIGITS = 4

Row = tuple[Mapping[str, float], int]


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
    company = companies(case.promises, scored)
    for number, mentioned in case.mentioned.items():
        if scored[number]:
            yield second_look(case.promises[number], scored[number], company[number]), int(mentioned)


def fit(rows: Sequence[Row], prior: Mapping[str, float], strength: float = 1.0) -> dict[str, float]:
    """Return the weights that explain the rows best, each drawn to its prior."""
    names = list(prior)
    data = [([features.get(name, 0.0) for name in names], label) for features, label in rows]
    start = [float(prior[name]) for name in names]
    weights = list(start)
    for _ in range(ROUNDS):
        step = solve(*_slopes(data, weights, start, strength))
        here = _loss(data, weights, start, strength)
        # A full Newton step can overshoot where guesses saturate: halve it until it helps.
        while max(map(abs, step)) > PRECISION and _loss(data, moved(weights, step), start, strength) > here:
            step = [move / 2 for move in step]
        weights = moved(weights, step)
        if max(map(abs, step)) <= PRECISION:
            break
    return {name: round(weight, DIGITS) for name, weight in zip(names, weights, strict=True)}


def _slopes(
    data: Sequence[tuple[list[float], int]], weights: Sequence[float], start: Sequence[float], strength: float
) -> tuple[list[list[float]], list[float]]:
    """Return the second derivatives of the loss and the direction in which it falls."""
    size = len(weights)
    gradient = [strength * (start[i] - weights[i]) for i in range(size)]
    hessian = [[strength * (i == j) for j in range(size)] for i in range(size)]
    for values, label in data:
        odds = sum(map(float.__mul__, weights, values))
        guess = 1.0 / (1.0 + math.exp(-max(-CERTAIN, min(CERTAIN, odds))))
        slope = guess * (1.0 - guess)
        seen = [(i, value) for i, value in enumerate(values) if value]
        for i, value in seen:
            gradient[i] += (label - guess) * value
            row, part = hessian[i], slope * value
            for j, other in seen:
                row[j] += part * other
    return hessian, gradient


def moved(weights: Sequence[float], step: Sequence[float]) -> list[float]:
    """Return the weights after a step."""
    return [weight + move for weight, move in zip(weights, step, strict=True)]


def _loss(
    data: Sequence[tuple[list[float], int]], weights: Sequence[float], start: Sequence[float], strength: float
) -> float:
    """Return the negative log likelihood with the pull towards the prior."""
    loss = sum((weight - prior) ** 2 for weight, prior in zip(weights, start, strict=True)) * strength / 2
    for values, label in data:
        odds = sum(map(float.__mul__, weights, values))
        odds = -odds if label else odds
        loss += odds if odds > CERTAIN else math.log1p(math.exp(odds))
    return loss


def solve(matrix: list[list[float]], vector: list[float]) -> list[float]:
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
