"""The short readings: every line is whole, and most are read as a careful reader would."""

from __future__ import annotations

from pathlib import Path

import pytest

from tools.measure_linking import measure
from tools.readings import HELD_OUT, PER_PAIR, load_readings, pairs_of, read_lines

HELD_OUT_FLOORS = {"outcome": 0.775, "mentioned": 0.9, "evidence_at_1": 0.965, "figures": 0.73, "no_late": 0.99}
FLOORS = {"outcome": 0.71, "mentioned": 0.74, "evidence_at_1": 0.95, "figures": 0.77, "no_late": 0.99}


def test_figures_stay_above_their_floors() -> None:
    pairs = load_readings()
    assert sum(len(pair.lost) for pair in pairs) == 0
    # Every fourth pair of reports: the whole takes three times as long as it is worth here.
    result = measure(pairs[::4])
    assert {key: result.rate(key) for key in FLOORS if result.rate(key) < FLOORS[key]} == {}


def test_figures_held_out_stay_above_their_floors() -> None:
    result = measure(load_readings(HELD_OUT))
    assert {key: result.rate(key) for key in HELD_OUT_FLOORS if result.rate(key) < HELD_OUT_FLOORS[key]} == {}


def test_a_line_becomes_links_and_a_broken_one_is_named(tmp_path: Path) -> None:
    path = tmp_path / "a.tsv"
    path.write_text(
        "组织培训3场，新聘调解员6名\t培训办了4场，新聘4人。\tpartial\t3;6\t4;4\t场;名\ttrue;false\n"
        "编印普法读本\t村里放电影6场。\tnone\t-\t-\t-\t-\n",
        encoding="utf-8",
    )
    lines = list(read_lines(path))
    (pair,) = pairs_of("a", lines)
    assert len(lines) <= PER_PAIR
    assert [(link.outcome, [one["actual"] for one in link.figures]) for link in pair.links] == [
        ("done", [4.0]),
        ("partial", [4.0]),
        ("not_mentioned", []),
    ]
    path.write_text("组织培训3场\t\tdone\t3\t4\t场\ttrue\n", encoding="utf-8")
    with pytest.raises(ValueError, match=r"a\.tsv"):
        list(read_lines(path))
