"""Small scores, by hand."""

from __future__ import annotations

import pytest

from tracker.domain.scores import Ratio, Tally, area_under_curve


@pytest.mark.parametrize(
    ("tally", "precision", "recall", "f1"),
    [
        (Tally(2, 4, 3), 0.5, 2 / 3, 4 / 7),
        (Tally(0, 0, 3), None, 0.0, 0.0),
        (Tally(0, 2, 0), 0.0, None, 0.0),
        (Tally(), None, None, None),
        (Tally(1, 1, 1) + Tally(0, 1, 1), 0.5, 0.5, 0.5),
    ],
)
def test_tally(tally: Tally, precision: float | None, recall: float | None, f1: float | None) -> None:
    assert (tally.precision, tally.recall, tally.f1) == (precision, recall, f1)


def test_ratio() -> None:
    assert (Ratio(1, 2) + Ratio(2, 2)).accuracy == 0.75
    assert Ratio().accuracy is None


@pytest.mark.parametrize(
    ("positives", "negatives", "area"),
    [
        ([0.9, 0.8], [0.1, 0.2], 1.0),
        ([0.1], [0.9], 0.0),
        ([0.5], [0.5], 0.5),
        ([0.9, 0.3], [0.5, 0.1], 0.75),
        ([], [0.5], None),
        ([0.5], [], None),
    ],
)
def test_area_under_the_curve(positives: list[float], negatives: list[float], area: float | None) -> None:
    assert area_under_curve(positives, negatives) == area
