"""A logistic regression drawn towards a prior, to the last digit reproducible.

Rows are features with right or wrong. With few rows the weights stay close to the prior; a feature that is never seen keeps
its weight. Found by Newton's method in plain floats, in the order given: the same rows give the same weights.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Mapping, Sequence

PRECISION = 1e-9
ROUNDS = 30
CERTAIN = 30.0
DIGITS = 4
FIRM = 100.0
"""How many times more strongly than others a weight is held that a rule decides."""

Row = tuple[Mapping[str, float], int]
Sparse = tuple[list[tuple[int, float]], int]
"""A row by the places of its features that are not nothing."""


def fit(
    rows: Sequence[Row], prior: Mapping[str, float], strength: float = 1.0, firm: Collection[str] = ()
) -> dict[str, float]:
    """Return the weights that explain the rows best, each drawn to its prior; those in ``firm`` hardly leave it.

    ``strength`` is the inverse variance of each weight.
    """
    names = list(prior)
    data: list[Sparse] = [
        ([(at, value) for at, name in enumerate(names) if (value := features.get(name, 0.0))], label)
        for features, label in rows
    ]
    pulls = [strength * (FIRM if name in firm else 1.0) for name in names]
    start = [float(prior[name]) for name in names]
    weights = list(start)
    for _ in range(ROUNDS):
        step = solve(*_slopes(data, weights, start, pulls))
        here = _loss(data, weights, start, pulls)
        # A full Newton step can overshoot where guesses saturate: halve it until it helps.
        while max(map(abs, step)) > PRECISION and _loss(data, _moved(weights, step), start, pulls) > here:
            step = [move / 2 for move in step]
        weights = _moved(weights, step)
        if max(map(abs, step)) <= PRECISION:
            break
    return {name: round(weight, DIGITS) for name, weight in zip(names, weights, strict=True)}


def fit_in_sense(rows: Sequence[Row], prior: Mapping[str, float], firm: Collection[str] = ()) -> dict[str, float]:
    """Return the weights of ``fit``, held to the signs of the prior but for the bias."""
    return held_to_signs(lambda kept: fit(rows, kept, firm=firm), prior, free=("bias",))


def held_to_signs(
    learn: Callable[[Mapping[str, float]], Mapping[str, float]], prior: Mapping[str, float], free: Collection[str] = ()
) -> dict[str, float]:
    """Return what ``learn`` makes of a prior, no weight with the other sign than a person would give it: it is nothing instead.

    Those in ``free`` may take any sign.
    """
    names = list(prior)
    while True:
        weights = learn({name: prior[name] for name in names})
        turned = [name for name in names if name not in free and weights[name] * prior[name] < 0]
        if not turned:
            return {name: weights.get(name, 0.0) for name in prior}
        names = [name for name in names if name not in turned]


def _slopes(
    data: Sequence[Sparse], weights: Sequence[float], start: Sequence[float], pulls: Sequence[float]
) -> tuple[list[list[float]], list[float]]:
    """Return the second derivatives of the loss and the direction in which it falls."""
    size = len(weights)
    gradient = [pull * (start[i] - weights[i]) for i, pull in enumerate(pulls)]
    hessian = [[pulls[i] * (i == j) for j in range(size)] for i in range(size)]
    for values, label in data:
        odds = sum(weights[i] * value for i, value in values)
        guess = 1.0 / (1.0 + math.exp(-max(-CERTAIN, min(CERTAIN, odds))))
        slope = guess * (1.0 - guess)
        for at, (i, value) in enumerate(values):
            gradient[i] += (label - guess) * value
            row, bent = hessian[i], slope * value
            for j, other in values[: at + 1]:
                row[j] += bent * other
    for i in range(size):
        for j in range(i):
            hessian[j][i] = hessian[i][j]
    return hessian, gradient


def _moved(weights: Sequence[float], step: Sequence[float]) -> list[float]:
    """Return the weights after a step."""
    return [weight + move for weight, move in zip(weights, step, strict=True)]


def _loss(data: Sequence[Sparse], weights: Sequence[float], start: Sequence[float], pulls: Sequence[float]) -> float:
    """Return the negative log likelihood with the pull towards the prior."""
    loss = sum(p * (weight - prior) ** 2 for weight, prior, p in zip(weights, start, pulls, strict=True)) / 2
    for values, label in data:
        odds = sum(weights[i] * value for i, value in values)
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
