"""Learning the weights of the linking: a logistic regression drawn towards a prior, to the last digit reproducible.

Rows are features with right or wrong. With few rows the weights stay close to the prior; a feature that is never seen keeps
its weight. Found by Newton's method in plain floats, in the order given: the same rows give the same weights.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace

from tracker.domain.matching.scoring import probability
from tracker.domain.matching.words import LinkModel

PRECISION = 1e-9
ROUNDS = 30
CERTAIN = 30.0
DIGITS = 4

Row = tuple[Mapping[str, float], int]


@dataclass(frozen=True, slots=True)
class Lessons:
    """What decisions teach: for each promise the readings of its sentences, and the readings of the new plan's items.

    ``mentioned`` says for each promise whether the report speaks of it; None where the decision does not tell.
    """

    answers: tuple[tuple[Row, ...], ...]
    mentioned: tuple[bool | None, ...]
    repeats: tuple[Row, ...]

    def __add__(self, other: Lessons) -> Lessons:
        """Put two decks of lessons together, in order."""
        return Lessons(self.answers + other.answers, self.mentioned + other.mentioned, self.repeats + other.repeats)


NOTHING = Lessons((), (), ())


def retrain(lessons: Lessons, prior: LinkModel, strength: float) -> LinkModel:
    """Return the model that the lessons make of ``prior``; ``strength`` is how firmly weights are held to it.

    What decisions say nothing of stays as it is in ``prior``.
    """
    answer = fit([row for rows in lessons.answers for row in rows], prior.answer, strength)
    shown = [
        (max((probability(answer, features) for features, _ in rows), default=0.0), mentioned)
        for rows, mentioned in zip(lessons.answers, lessons.mentioned, strict=True)
        if mentioned is not None
    ]
    return replace(
        prior,
        answer=answer,
        calibration=calibrate(shown, prior.calibration, strength),
        repeat=fit(lessons.repeats, prior.repeat, strength),
    )


def calibrate(
    shown: Sequence[tuple[float, bool]], prior: Mapping[str, float], strength: float = 1.0
) -> dict[str, float]:
    """Return slope and shift that turn the best sentence's odds into those of being spoken of at all."""
    rows = []
    for score, mentioned in shown:
        bounded = min(max(score, 1e-9), 1.0 - 1e-9)
        rows.append(({"slope": math.log(bounded / (1.0 - bounded)), "shift": 1.0}, int(mentioned)))
    return fit(rows, prior, strength)


def fit(rows: Sequence[Row], prior: Mapping[str, float], strength: float = 1.0) -> dict[str, float]:
    """Return the weights that explain the rows best, each drawn to its prior."""
    names = list(prior)
    data = [([features.get(name, 0.0) for name in names], label) for features, label in rows]
    start = [float(prior[name]) for name in names]
    weights = list(start)
    for _ in range(ROUNDS):
        step = _solve(*_slopes(data, weights, start, strength))
        here = _loss(data, weights, start, strength)
        # A full Newton step can overshoot where guesses saturate: halve it until it helps.
        while max(map(abs, step)) > PRECISION and _loss(data, _moved(weights, step), start, strength) > here:
            step = [move / 2 for move in step]
        weights = _moved(weights, step)
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


def _moved(weights: Sequence[float], step: Sequence[float]) -> list[float]:
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
