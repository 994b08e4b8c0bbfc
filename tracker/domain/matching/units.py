"""Units: which count the same thing, how they scale, and the numbers that stand before them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from tracker.domain.matching.words import MatchingWords
from tracker.language.lexicon import alternatives
from tracker.language.numerals import parse_number

_STOP = re.compile(r"[，。；、\d]")
AFTER = 10
"""How many characters after a number may say what it counts."""


def split_unit(unit: str, words: MatchingWords) -> tuple[float, str]:
    """Return factor and base of a unit: 万人次 → 10000, 人次."""
    for prefix, factor in words.scales.items():
        if unit.startswith(prefix) and len(unit) > len(prefix):
            return factor, unit[len(prefix) :]
    return 1.0, unit


def same_unit(left: str, right: str, words: MatchingWords) -> bool:
    """Say whether two base units count the same thing."""
    return left == right or bool(words.unit_kinds.get(left, frozenset()) & words.unit_kinds.get(right, frozenset()))


@dataclass(frozen=True, slots=True)
class Labelled:
    """A number in a text: its value, and the words before and right after it that say what it counts."""

    value: float
    before: str
    after: str


def numbers_with(unit: str, text: str, words: MatchingWords) -> list[float]:
    """Return the numbers that stand in ``text`` with this unit or one that counts the same, in this unit."""
    return [one.value for one in labelled_numbers(unit, text, words)]


def labelled_numbers(unit: str, text: str, words: MatchingWords) -> list[Labelled]:
    """Return the same with the words around them."""
    factor, base = split_unit(unit, words)
    found = _numbers(base, text, words)
    return [Labelled(one.value / factor, one.before, one.after) for one in found] if factor != 1.0 else list(found)


@lru_cache(maxsize=4096)
def _numbers(base: str, text: str, words: MatchingWords) -> tuple[Labelled, ...]:
    values: list[Labelled] = []
    at = 0
    for found in unit_pattern(base, words).finditer(text):
        value = parse_number(found.group(1))
        if value is not None:
            after = _STOP.split(text[found.end() : found.end() + AFTER])[0]
            scale = words.scales.get(found.group(2) or "", 1.0)
            values.append(Labelled(value * scale, text[at : found.start()], after))
            at = found.end()
    return tuple(values)


@lru_cache(maxsize=256)
def unit_pattern(base: str, words: MatchingWords) -> re.Pattern[str]:
    """Return the pattern of a number (1), its magnitude (2) and the unit or one that counts the same (3)."""
    kinds = words.unit_kinds.get(base, frozenset())
    names = {base, *(name for name, of in words.unit_kinds.items() if of & kinds)}
    return re.compile(
        rf"((?<![\d.,])\d[\d,]{{0,14}}(?:\.\d{{1,4}})?|[一二两三四五六七八九十]{{1,3}})(万亿|千万|百万|十万|万|亿)?[余多]?({alternatives(names)})"
    )


def number_text(value: float) -> str:
    """Return a number without a needless decimal point."""
    return str(int(value)) if value == int(value) else str(value)
