"""Reading texts that were made to hurt, at full size: they are answered, and time grows no faster than the text."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

from bench.bench_reading import read
from bench.hostile_texts import FILLERS, report_of
from bench.measure import Figure

MILLION = 1_000_000
SIZES = {
    "不分段的一行": 5 * MILLION // 3,  # 5 MB in UTF-8
    "只有数字": 5 * MILLION,
    "引号": 200_000,
    "成对引号": 200_000,
    "连写的序号": 2 * MILLION,  # a million enumerators
}
"""Characters of a filler, where not a million."""
GROWTH = 2.0
PATIENCE = 60.0
"""Seconds that a full size may be expected to take; beyond it only the growth up to a tenth is measured."""


def figures() -> Iterator[Figure]:
    """Measure."""
    for name, filler in FILLERS.items():
        yield figure(name, filler, SIZES.get(name, MILLION) // 2)  # a report holds it twice


def figure(name: str, filler: Callable[[int], str], size: int) -> Figure:
    """How many times as long a character takes in a text ten times as long."""
    seconds(filler, size // 100)
    small, middle = (min(seconds(filler, part) for _ in range(2)) for part in (size // 100, size // 10))
    before, after, reached = small, middle, size // 10
    if middle * max(10.0, middle / max(small, 1e-3)) <= PATIENCE:
        before, after, reached = middle, seconds(filler, size), size
    detail = f"{2 * reached / 10_000:g} 万字 {after:.2f} 秒" + ("" if reached == size else "，没有测全长")
    return Figure("", f"恶意文本：{name}", after / max(before, 0.02) / 10, limit=GROWTH, detail=detail)


def seconds(filler: Callable[[int], str], size: int) -> float:
    """Processor time of one reading."""
    text = report_of(filler(size))
    began = time.process_time()
    read(text)
    return time.process_time() - began
