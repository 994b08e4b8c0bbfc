"""A floor under the linking: the hand-judged pairs, those trained on and those held out."""

from __future__ import annotations

from functools import lru_cache

import pytest

from tools.linking_gold import GoldPair, load_pairs
from tools.measure_linking import PAIRS, Measure, measure
from tools.train_linking import to_toml, train
from tracker.domain.matching.words import load_model, parse_model

TRAINED_FLOORS = {
    "outcome": 0.87, "mentioned": 0.91, "evidence_at_1": 0.94, "evidence_at_3": 0.95, "figures": 0.86, "repeated": 0.96,
    "shrunk": 0.88, "no_shrinking": 0.98, "no_admission": 0.98, "admissions": 0.78, "late": 0.82,
}  # fmt: skip
HELD_OUT_FLOORS = {
    "outcome": 0.7, "mentioned": 0.82, "evidence_at_1": 0.78, "evidence_at_3": 0.8, "figures": 0.55, "repeated": 0.85,
    "shrunk": 0.8, "no_shrinking": 0.93, "no_admission": 0.95, "admissions": 0.65, "late": 0.7,
}  # fmt: skip


@lru_cache(maxsize=1)
def _pairs() -> tuple[GoldPair, ...]:
    return tuple(load_pairs(PAIRS))


@lru_cache(maxsize=2)
def _measured(*, held_out: bool) -> Measure:
    return measure([pair for pair in _pairs() if pair.held_out == held_out])


@pytest.mark.parametrize("key", sorted(TRAINED_FLOORS))
def test_trained_pairs(key: str) -> None:
    result = _measured(held_out=False)
    assert result.rate(key) >= TRAINED_FLOORS[key], "\n".join(result.mistakes)


@pytest.mark.parametrize("key", sorted(HELD_OUT_FLOORS))
def test_held_out_pairs(key: str) -> None:
    assert _measured(held_out=True).rate(key) >= HELD_OUT_FLOORS[key]


def test_score_tells_mentioned_from_not_mentioned() -> None:
    assert _measured(held_out=False).auc >= 0.96
    assert _measured(held_out=True).auc >= 0.88


def test_nearly_every_judged_promise_was_found() -> None:
    assert len([anchor for pair in _pairs() for anchor in pair.lost]) <= 2


def test_training_is_reproducible() -> None:
    some = [pair for pair in _pairs() if not pair.held_out][:2]
    assert to_toml(train(some)) == to_toml(train(some))


def test_the_model_survives_its_file() -> None:
    model = load_model()
    assert parse_model(to_toml(model)) == model
