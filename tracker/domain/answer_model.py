"""The weights by which an item is said to answer a problem: data, read once."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from math import exp
from pathlib import Path

MODEL_FILE = Path(__file__).parent / "data" / "answers.toml"
_CERTAIN = 30.0


@dataclass(frozen=True, slots=True)
class AnswerModel:
    """Weights by feature; an answer needs a probability of ``least``, and ``near_best`` of the item's best one."""

    weights: Mapping[str, float]
    least: float
    near_best: float

    def probability(self, features: Mapping[str, float]) -> float:
        """Return how likely it is that a pair with these features is an answer, 0..1."""
        odds = sum(weight * features[name] for name, weight in self.weights.items())
        return 1.0 / (1.0 + exp(-max(-_CERTAIN, min(_CERTAIN, odds))))


def parse_answer_model(text: str) -> AnswerModel:
    """Read a model from its TOML text."""
    tables = tomllib.loads(text)
    return AnswerModel(dict(tables["weights"]), tables["decision"]["least"], tables["decision"]["near_best"])


@lru_cache(maxsize=1)
def load_answer_model() -> AnswerModel:
    """Return the shipped model."""
    return parse_answer_model(MODEL_FILE.read_text(encoding="utf-8"))
