"""A whole report is read in a time that grows no faster than its text, whatever stands in it."""

from __future__ import annotations

import time
import timeit
from collections.abc import Callable

import pytest

from bench.bench_reading import read
from bench.hostile_texts import FILLERS, report_of

SHORT, LONG = 10_000, 80_000
GROWTH = 4  # in place of 1: machines under load; what is quadratic reaches 8
LEAST_SECONDS = 0.03


def seconds(filler: Callable[[int], str], size: int, rounds: int) -> float:
    """Return the least CPU time, without collections of what the other tests left behind (as ``timeit`` does)."""
    text = report_of(filler(size))
    return min(timeit.repeat(lambda: read(text), timer=time.process_time, repeat=rounds, number=1))


@pytest.mark.parametrize("name", FILLERS)
def test_reading_grows_no_faster_than_the_text(name: str) -> None:
    filler = FILLERS[name]
    short = max(seconds(filler, SHORT, 2), LEAST_SECONDS)
    allowed = GROWTH * short * LONG / SHORT
    assert any(seconds(filler, LONG, 1) <= allowed for _ in range(2))  # the first that is quick enough settles it


@pytest.mark.parametrize("name", FILLERS)
def test_it_answers(name: str) -> None:
    reading = read(report_of(FILLERS[name](3_000)))
    assert (reading.unit, reading.report_year, reading.plan_year) == ("柳河镇", 2023, 2024)
    assert reading.items or reading.notices
    for item in reading.items:
        assert item.text == item.span.of(reading.text)
