"""Learning which candidate is right: a conditional logistic regression drawn towards a prior, reproducible to the last digit.

Each lesson is the candidates of one target and which of them are right; the weights make the right ones together likely.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tracker.domain.matching.logistic import DIGITS, PRECISION, held_to_signs, solve

ROUNDS = 40
SMALLEST_STEP = 1e-4

Row = list[tuple[int, float]]


@dataclass(frozen=True, slots=True)
class Lesson:
    """The features of all candidates of one target, and the places of the right ones."""

    rows: Sequence[Mapping[str, float]]
    right: frozenset[int]


def learn(lessons: Sequence[Lesson], prior: Mapping[str, float], strength: float = 1.0) -> dict[str, float]:
    """Return the weights; none takes the other sign than its prior: it is nothing instead."""
    return held_to_signs(lambda kept: _fit(lessons, kept, strength), prior)


def _fit(lessons: Sequence[Lesson], prior: Mapping[str, float], strength: float) -> dict[str, float]:
    place = {name: at for at, name in enumerate(prior)}
    data = [
        ([[(place[name], value) for name, value in row.items() if name in place] for row in one.rows], one.right)
        for one in lessons
        if one.right and len(one.right) < len(one.rows)
    ]
    start = [float(value) for value in prior.values()]
    weights = list(start)
    here = _loss(data, weights, start, strength)
    for _ in range(ROUNDS):
        step = solve(*_slopes(data, weights, start, strength))
        moved, there = weights, here
        while max(map(abs, step), default=0.0) > PRECISION:
            moved = [weight + move for weight, move in zip(weights, step, strict=True)]
            there = _loss(data, moved, start, strength)
            if there <= here:
                break
            step = [move / 2 for move in step]
        done = max(map(abs, step), default=0.0) <= SMALLEST_STEP
        weights, here = moved, there
        if done:
            break
    return {name: round(weight, DIGITS) for name, weight in zip(prior, weights, strict=True)}


def _chances(rows: Sequence[Row], weights: Sequence[float]) -> tuple[list[float], float]:
    odds = [sum(weights[i] * value for i, value in row) for row in rows]
    top = max(odds)
    exps = [math.exp(one - top) for one in odds]
    return exps, sum(exps)


def _slopes(
    data: Sequence[tuple[list[Row], frozenset[int]]], weights: Sequence[float], start: Sequence[float], strength: float
) -> tuple[list[list[float]], list[float]]:
    """Return a bound of the second derivatives and the direction in which the loss falls."""
    size = len(weights)
    gradient = [strength * (start[i] - weights[i]) for i in range(size)]
    hessian = [[strength * (i == j) for j in range(size)] for i in range(size)]
    for rows, right in data:
        exps, total = _chances(rows, weights)
        among = sum(exps[at] for at in right)
        mean: dict[int, float] = {}
        for at, row in enumerate(rows):
            chance = exps[at] / total
            wanted = exps[at] / among if at in right else 0.0
            for place, (i, value) in enumerate(row):
                gradient[i] += (wanted - chance) * value
                mean[i] = mean.get(i, 0.0) + chance * value
                line, bent = hessian[i], chance * value
                for j, other in row[: place + 1]:
                    line[j] += bent * other
                    if i != j:
                        hessian[j][i] += bent * other
        items = list(mean.items())
        for i, value in items:
            line = hessian[i]
            for j, other in items:
                line[j] -= value * other
    return hessian, gradient


def _loss(
    data: Sequence[tuple[list[Row], frozenset[int]]], weights: Sequence[float], start: Sequence[float], strength: float
) -> float:
    loss = strength * sum((weight - prior) ** 2 for weight, prior in zip(weights, start, strict=True)) / 2
    for rows, right in data:
        exps, total = _chances(rows, weights)
        loss -= math.log(sum(exps[at] for at in right) / total)
    return loss
