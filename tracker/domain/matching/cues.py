"""Whether a thing is done, told by the turns of phrase of a passage: some stand in reports of what is done, some of what is not.

Learnt (``tools/train_cues.py``) from promises told of as kept and as not kept yet, by writers who did not know the rules. A
turn is a stretch of one to three characters that does not stand in the promise itself, so that only what is said of the
thing counts and not its name. What a rule found (``verdicts``) is weighed with them: rules that know numbers hardly give way.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import fsum

from tracker.domain.matching.candidates import Clause
from tracker.domain.matching.features import Reading
from tracker.domain.matching.words import DATA_FOLDER

LONGEST = 3
"""So many characters has a turn of phrase at most."""
BEFORE, AFTER = 1, 2
"""So many clauses before and after the passage may speak of it."""
MOST_NAMED = 3
"""So many turns are told to the reader."""
TELLING = 0.25
"""How much a turn must say for it to be named."""
PARTED = "\n"
"""Stands for what belongs to the promise: no turn goes across it."""
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_STRETCH = re.compile("[\u4e00-\u9fff0]+")


@dataclass(frozen=True, slots=True)
class Cues:
    """``turns`` maps a turn of phrase to how much it speaks for done (logarithm of the odds), ``verdicts`` a rule's name to
    how much its verdict does; ``bias`` is what holds without any."""

    turns: Mapping[str, float]
    verdicts: Mapping[str, float]
    bias: float


@dataclass(frozen=True, slots=True)
class Told:
    """How a passage tells of a thing: the odds that it is done (logarithm), and the turns that say so most, or least."""

    odds: float
    turns: tuple[str, ...]


def told_of(reading: Reading, cues: Cues | None = None) -> Told:
    """Return how the passage of a reading tells of what was promised."""
    cues = cues or load_cues()
    found = [
        (weight, turn)
        for turn in turns_of(reading.promise.text, text_around(reading))
        if (weight := cues.turns.get(turn))
    ]
    odds = cues.bias + fsum(weight for weight, _ in found)
    side = 1 if odds > 0 else -1
    speaking = sorted((-side * weight, turn) for weight, turn in found if side * weight >= TELLING)
    return Told(odds, tuple(_named([turn for _, turn in speaking])))


def text_around(reading: Reading) -> str:
    """Return the passage and the clauses beside it that may speak of it."""
    clauses: Sequence[Clause] = reading.claim.clauses
    return "".join(clause.text for clause in clauses[max(0, reading.first - BEFORE) : reading.last + 1 + AFTER])


def turns_of(promise: str, text: str) -> set[str]:
    """Return the turns of phrase of a text, none across a mark or what stands in the promise; a number counts as 0."""
    own = {promise[at : at + 2] for at in range(len(promise) - 1)}
    kept = list(text)
    for at in range(len(text) - 1):
        if text[at : at + 2] in own and _STRETCH.fullmatch(text, at, at + 2):
            kept[at] = kept[at + 1] = PARTED
    bare = _NUMBER.sub("0", "".join(kept))
    return {turn for stretch in _STRETCH.findall(bare) for turn in _parts(stretch)}


def _parts(stretch: str) -> Iterator[str]:
    for length in range(1, LONGEST + 1):
        for at in range(len(stretch) - length + 1):
            yield stretch[at : at + length]


def _named(turns: Sequence[str]) -> list[str]:
    """Return the first turns that tell a reader something: no single character or number, none within another."""
    named: list[str] = []
    for turn in turns:
        if len(turn) > 1 and "0" not in turn and not any(turn in other or other in turn for other in named):
            named.append(turn)
    return named[:MOST_NAMED]


@lru_cache(maxsize=1)
def load_cues() -> Cues:
    """Return the shipped turns of phrase."""
    return parse_cues((DATA_FOLDER / "cues.toml").read_text(encoding="utf-8"))


def parse_cues(text: str) -> Cues:
    """Read the turns by weight, the verdicts and the bias."""
    tables = tomllib.loads(text)
    turns = {turn: float(weight) for weight, line in tables["turns"].items() for turn in line.split()}
    return Cues(turns, dict(tables["verdicts"]), tables["bias"])
