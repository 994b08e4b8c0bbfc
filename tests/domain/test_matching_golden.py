"""A floor under the linking: the hand-judged pairs, those trained on and those held out."""

from __future__ import annotations

from functools import lru_cache

import pytest

from tools.linking_gold import GoldPair, load_pairs
from tools.measure_linking import PAIRS, Measure, measure
from tools.train_linking import to_toml, train
from tracker.domain.matching.words import load_model, parse_model

TRAINED_FLOORS = {
    "outcome": 0.87, "mentioned": 0.92, "evidence_at_1": 0.965, "evidence_at_3": 0.985, "figures": 0.88, "repeated": 0.955,
    "shrunk": 0.87, "no_shrinking": 0.99, "no_admission": 0.98, "admissions": 0.84, "late": 0.91, "no_late": 0.995,
}  # fmt: skip
HELD_OUT_FLOORS = {
    "outcome": 0.81, "mentioned": 0.88, "evidence_at_1": 0.94, "evidence_at_3": 0.965, "figures": 0.75, "repeated": 0.94,
    "shrunk": 0.9, "no_shrinking": 0.975, "no_admission": 0.97, "admissions": 0.75, "late": 0.66, "no_late": 0.995,
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
    assert _measured(held_out=False).auc >= 0.955
    assert _measured(held_out=True).auc >= 0.95


def test_nearly_every_judged_promise_was_found() -> None:
    assert len([anchor for pair in _pairs() for anchor in pair.lost]) <= 2


def test_training_is_reproducible() -> None:
    some = [pair for pair in _pairs() if not pair.held_out][:2]
    assert to_toml(train(some)) == to_toml(train(some))


def test_the_model_survives_its_file() -> None:
    model = load_model()
    assert parse_model(to_toml(model)) == model
