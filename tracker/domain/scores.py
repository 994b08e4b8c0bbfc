"""Small additive scores: counted matches, shares of hits, and the area under a ROC curve."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Tally:
    """What was found against what should have been: precision, recall and F1 (None where nothing is to divide by)."""

    matched: int = 0
    predicted: int = 0
    expected: int = 0

    def __add__(self, other: Tally) -> Tally:
        return Tally(self.matched + other.matched, self.predicted + other.predicted, self.expected + other.expected)

    @property
    def precision(self) -> float | None:
        """The matched share of what was found."""
        return self.matched / self.predicted if self.predicted else None

    @property
    def recall(self) -> float | None:
        """The matched share of what should have been found."""
        return self.matched / self.expected if self.expected else None

    @property
    def f1(self) -> float | None:
        """The harmonic mean of precision and recall; None where both sides are empty."""
        total = self.predicted + self.expected
        return 2 * self.matched / total if total else None


@dataclass(frozen=True, slots=True)
class Ratio:
    """How many of ``total`` were right."""

    correct: int = 0
    total: int = 0

    def __add__(self, other: Ratio) -> Ratio:
        return Ratio(self.correct + other.correct, self.total + other.total)

    @property
    def accuracy(self) -> float | None:
        """The share that was right; None where there was nothing to judge."""
        return self.correct / self.total if self.total else None


def area_under_curve(positives: Sequence[float], negatives: Sequence[float]) -> float | None:
    """Return the chance that a positive scores above a negative, ties counting half; None if either is empty."""
    if not positives or not negatives:
        return None
    ordered = sorted(negatives)
    wins = sum(bisect_left(ordered, score) + bisect_right(ordered, score) for score in positives)
    return wins / (2 * len(positives) * len(ordered))
