"""The word lists and numbers the linking stands on, read once from the data files beside this package."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from tracker.language.lexicon import alternatives
from tracker.language.word_files import read_words

DATA_FOLDER = Path(__file__).parent / "data"
CONCEPT_MARK = "※"
"""What a concept's name begins with where it stands among grams."""
STEPS = ("finished", "delivered", "started", "progress", "preparing", "imminent", "failed", "weakness")


@dataclass(frozen=True, eq=False)
class MatchingWords:
    """The lists of ``words.toml`` and ``concepts.toml``, compiled. Compared by identity."""

    synonyms: Mapping[str, str]
    synonym_pattern: re.Pattern[str]
    weak_pattern: re.Pattern[str]
    weak: frozenset[str]
    contrasts: Mapping[str, tuple[int, int]]
    contrast_pattern: re.Pattern[str]
    steps: Mapping[str, str]
    step_pattern: re.Pattern[str]
    verbs: Mapping[str, int]
    verb_pattern: re.Pattern[str]
    aims: Mapping[str, re.Pattern[str]]
    future_openings: tuple[str, ...]
    future_pattern: re.Pattern[str]
    signals: Mapping[str, re.Pattern[str]]
    unfinished: Mapping[str, re.Pattern[str]]
    unit_kinds: Mapping[str, frozenset[int]]
    scales: Mapping[str, float]
    concepts: Mapping[str, str]
    concept_pattern: re.Pattern[str]


def load_words() -> MatchingWords:
    """Return the word lists in force: one and the same object as long as their text is."""
    concepts = (DATA_FOLDER / "concepts.toml").read_text(encoding="utf-8")
    return parse_words(read_words("matching", DATA_FOLDER / "words.toml"), concepts)


@lru_cache(maxsize=2)
def parse_words(text: str, concepts_text: str = "concepts = []") -> MatchingWords:
    """Build the lists from TOML texts."""
    tables = tomllib.loads(text)
    # The longest form stands for the row: the more characters two texts share, the surer the match.
    synonyms = {word: max(row, key=len) for row in tables["synonyms"] for word in row}
    weak = frozenset(tables["weak"])
    protected = {*synonyms.values(), *tables["protected"]} - weak
    contrasts = {synonyms.get(word, word): choice for word, choice in _numbered(tables["contrasts"]).items()}
    steps = {word: step for step in STEPS for word in tables["steps"][step]}
    concepts = {
        synonyms.get(word, word): CONCEPT_MARK + row[0]
        for row in reversed(tomllib.loads(concepts_text)["concepts"])
        for word in row
    }
    verbs = {word: family for family, row in enumerate(tables["verb_families"]) for word in row}
    return MatchingWords(
        synonyms=synonyms,
        synonym_pattern=re.compile(alternatives(synonyms)),
        weak_pattern=re.compile(alternatives([*weak, *protected])),
        weak=weak,
        contrasts=contrasts,
        contrast_pattern=re.compile(alternatives(contrasts)),
        steps=steps,
        step_pattern=re.compile(alternatives(steps)),
        verbs=verbs,
        verb_pattern=re.compile(alternatives(verbs)),
        aims=patterns_of(tables["aims"]),
        future_openings=tuple(tables["future"]["openings"]),
        future_pattern=re.compile(alternatives(tables["future"]["words"])),
        signals=patterns_of(tables["signals"]),
        unfinished=patterns_of(tables["unfinished"]),
        unit_kinds=_unit_kinds(tables["units"]["equivalent"]),
        scales=dict(sorted(tables["units"]["scale"].items(), key=lambda pair: -len(pair[0]))),
        concepts=concepts,
        concept_pattern=re.compile(alternatives(concepts)) if concepts else re.compile("(?!)"),
    )


def patterns_of(tables: Mapping[str, Iterable[str]]) -> dict[str, re.Pattern[str]]:
    """Return for each list of words the pattern that finds one of them."""
    return {name: re.compile(alternatives(row)) for name, row in tables.items()}


def _numbered(rows: Iterable[Iterable[Iterable[str]]]) -> dict[str, tuple[int, int]]:
    return {
        word: (row_number, choice_number)
        for row_number, row in enumerate(rows)
        for choice_number, choice in enumerate(row)
        for word in choice
    }


def _unit_kinds(rows: Iterable[Iterable[str]]) -> dict[str, frozenset[int]]:
    kinds: dict[str, set[int]] = {}
    for number, row in enumerate(rows):
        for unit in row:
            kinds.setdefault(unit, set()).add(number)
    return {unit: frozenset(numbers) for unit, numbers in kinds.items()}


@lru_cache(maxsize=1)
def load_background() -> Mapping[str, float]:
    """Return how common a character or a pair is: gram → inverse document frequency over sentences.

    ``background.toml`` keeps the common ones only, grouped by rounded frequency; what is not there is rare.
    """
    tables = tomllib.loads((DATA_FOLDER / "background.toml").read_text(encoding="utf-8"))
    background = {
        pairs[at : at + 2]: float(level) for level, pairs in tables["pairs"].items() for at in range(0, len(pairs), 2)
    }
    background.update((name, float(level)) for level, names in tables["concepts"].items() for name in names)
    background.update((char, float(level)) for level, chars in tables["chars"].items() for char in chars)
    return background


@dataclass(frozen=True, slots=True)
class LinkModel:
    """Weights by feature name (``bias`` among them) and the thresholds of the decisions.

    ``calibration`` turns the odds of the best sentence and a second look at it into those of the promise being spoken of.
    """

    answer: Mapping[str, float]
    calibration: Mapping[str, float]
    repeat: Mapping[str, float]
    admit: Mapping[str, float]
    thresholds: Mapping[str, float]


@lru_cache(maxsize=1)
def load_model() -> LinkModel:
    """Return the shipped model."""
    return parse_model((DATA_FOLDER / "model.toml").read_text(encoding="utf-8"))


def parse_model(text: str) -> LinkModel:
    """Read a model from its TOML text."""
    tables: dict[str, Any] = tomllib.loads(text)
    return LinkModel(*(dict(tables[name]) for name in ("answer", "calibration", "repeat", "admit", "thresholds")))
