"""Finds in order of their place: which of them begin inside a range, without looking at all."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from typing import Protocol, TypeVar


class Placed(Protocol):
    """Something found in a text."""

    @property
    def start(self) -> int:
        """The offset at which it begins."""


Found = TypeVar("Found", bound=Placed)


def beginning_in(found: Sequence[Found], low: int, high: int) -> Sequence[Found]:
    """Return those of ``found`` (sorted by place) that begin in ``[low, high)``."""
    first = bisect_left(found, low, key=lambda each: each.start)
    return found[first : bisect_left(found, high, lo=first, key=lambda each: each.start)]
