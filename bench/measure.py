"""How the benchmarks measure: alternating, in one run, median against median."""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass

large = False
"""Whether to measure at full size (``--large``): minutes instead of seconds."""


@dataclass(frozen=True, slots=True)
class Sample:
    """Durations of one thing, in seconds."""

    seconds: tuple[float, ...]

    @property
    def median(self) -> float:
        """The middle duration."""
        return statistics.median(self.seconds)

    @property
    def p95(self) -> float:
        """The duration that 95 of 100 stay below."""
        return sorted(self.seconds)[max(0, round(len(self.seconds) * 0.95) - 1)]


@dataclass(frozen=True, slots=True)
class Figure:
    """One result: ``value`` against ``limit``, both in ``unit`` (``×`` for a ratio); at most, unless ``at_least``.

    ``goal`` names what it answers to (P8), ``detail`` gives the numbers behind it.
    """

    goal: str
    name: str
    value: float
    unit: str = "×"
    limit: float | None = None
    at_least: bool = False
    detail: str = ""

    @property
    def holds(self) -> bool:
        """Whether the limit is kept; without one, always."""
        if self.limit is None:
            return True
        return self.value >= self.limit if self.at_least else self.value <= self.limit


def alternate(*actions: Callable[[], object], rounds: int = 15, warm_up: int = 2) -> tuple[Sample, ...]:
    """Time several actions in turn, round by round, so that a busy moment of the machine strikes all alike."""
    durations: list[list[float]] = [[] for _ in actions]
    for round_ in range(warm_up + rounds):
        for action, kept in zip(actions, durations, strict=True):
            seconds = timed(action)
            if round_ >= warm_up:
                kept.append(seconds)
    return tuple(Sample(tuple(kept)) for kept in durations)


def timed(action: Callable[[], object]) -> float:
    """Seconds that one call takes, garbage collected before."""
    gc.collect()
    start = time.perf_counter()
    action()
    return time.perf_counter() - start


def ratio(
    goal: str,
    name: str,
    measured: Callable[[], object],
    bare: Callable[[], object],
    *,
    limit: float | None = None,
    rounds: int = 15,
) -> Figure:
    """How many times as long ``measured`` takes as ``bare``."""
    full, base = alternate(measured, bare, rounds=rounds)
    detail = f"{milliseconds(full.median)} / {milliseconds(base.median)}"
    return Figure(goal, name, full.median / max(base.median, 1e-9), limit=limit, detail=detail)


def milliseconds(seconds: float) -> str:
    """A duration for a person to read."""
    return f"{seconds * 1000:.2f} ms" if seconds < 0.01 else f"{seconds * 1000:.0f} ms"
