"""What a text speaks of, told by the company its words keep: 拆迁 and 回迁 stand beside the same words in reports.

Learnt without judgements (``tools/build_topics.py``): each word has a place among some directions, so that words near each
other in reports, or in what is promised and told of it, lie close. The place of a text is the sum of its words' places, the
rarer counting the more. All places are whole numbers, so that every sum is exact whatever its order.
"""

from __future__ import annotations

import sys
import tomllib
from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from math import sqrt
from operator import mul

from tracker.domain.matching.words import DATA_FOLDER

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
"""A letter stands for three directions, two bits each."""
PER_LETTER = 3
LEVELS = (-3, -1, 1, 3)
"""What two bits stand for."""
STEP = 0.5
"""How finely the rarity of a word is kept."""
FIELD = 32
"""How many bits a direction takes where places are added as one big number."""
HALF = 1 << (FIELD - 1)
"""What is added to a sum in each direction so that it is never negative."""
ENOUGH = 12
"""So many known words tell fully what a sentence speaks of."""
ENOUGH_IN_CLAUSE = 5
"""So many do for a clause or two."""
ALIKE = 0.5
"""How close two words must lie to be named as speaking of the same."""
_DECODED = {letter: tuple(LEVELS[code >> shift & 3] for shift in (0, 2, 4)) for code, letter in enumerate(LETTERS)}


@dataclass(frozen=True, slots=True, eq=False)
class Place:
    """Where a text lies, how far out, and by how many words that is known; nowhere where none is."""

    values: tuple[int, ...]
    length: float
    words: int

    def closeness(self, other: Place) -> float:
        """Return how close another place lies: 1 for the same, 0 for nothing in common or nothing known."""
        together: int = sum(map(mul, self.values, other.values))
        return max(0.0, together / (self.length * other.length))


NOWHERE = Place((), 1.0, 0)


@dataclass(frozen=True, eq=False)
class Topics:
    """``packed`` maps a word to its place times its rarity, all directions in one number; ``lengths`` says how long the words
    are that begin with two characters, the longest first; ``middle`` is ``HALF`` in every one of ``size`` directions."""

    packed: Mapping[str, int]
    lengths: Mapping[str, tuple[int, ...]]
    size: int
    middle: int

    def words(self, text: str) -> Iterator[str]:
        """Yield the known words of a text, always the longest that begins where the last one ends."""
        at, end, lengths, packed = 0, len(text) - 1, self.lengths, self.packed
        while at < end:
            step = 1
            for length in lengths.get(text[at : at + 2], ()):
                if text[at : at + length] in packed:
                    yield text[at : at + length]
                    step = length
                    break
            at += step

    def place(self, text: str) -> Place:
        """Return where a text lies."""
        return self.place_of(set(self.words(text)))

    def place_of(self, words: set[str]) -> Place:
        """Return where a text of these known words lies."""
        if not words:
            return NOWHERE
        total = sum(map(self.packed.__getitem__, words)) + self.middle
        # Without the middle again, each direction is a signed number of its own.
        values = tuple(array("i", (total ^ self.middle).to_bytes(self.size * FIELD // 8, sys.byteorder)))
        return Place(values, sqrt(sum(map(mul, values, values))) or 1.0, len(words))

    def alike(self, one: str, other: str) -> tuple[str, str] | None:
        """Return two words, one of each text and in neither both, that lie close: the closest, rare ones before common ones."""
        mine = [(word, self.place_of({word})) for word in dict.fromkeys(self.words(one)) if word not in other]
        theirs = [(word, self.place_of({word})) for word in dict.fromkeys(self.words(other)) if word not in one]
        pairs = [
            (close * min(a.length, b.length), first, second)
            for first, a in mine
            for second, b in theirs
            if (close := a.closeness(b)) >= ALIKE
        ]
        best = max(pairs, default=None, key=lambda pair: pair[0])
        return (best[1], best[2]) if best else None


class SpokenOf:
    """How surely each of some sentences, or a clause or two of it, speaks of what a text names."""

    def __init__(self, sentences: Iterable[Sequence[str]]) -> None:
        """``sentences`` are given by their clauses, at least one each."""
        self.topics = load_topics()
        self._told = [[set(self.topics.words(clause)) for clause in clauses] for clauses in sentences]
        self._whole = [self.topics.place_of(set().union(*clauses)) for clauses in self._told]
        self._parts: dict[int, list[Place]] = {}

    def sentences(self, own: Place) -> Sequence[float]:
        """Return how surely each sentence speaks of what lies there, 0..1: less where few words tell, as in a heading."""
        return [_told(place, own, ENOUGH) for place in self._whole]

    def clauses(self, number: int, own: Place) -> float:
        """Return the same of the closest clause or two of a sentence."""
        if number not in self._parts:
            told = self._told[number]
            stretches = [*told, *(one | two for one, two in pairwise(told))]
            self._parts[number] = list(map(self.topics.place_of, stretches))
        return max(_told(place, own, ENOUGH_IN_CLAUSE) for place in self._parts[number])


class Unasked:
    """Stands in where nobody asks what the sentences speak of: of nothing."""

    def __init__(self, count: int) -> None:
        self._nothing = (0.0,) * count

    def sentences(self, own: Place) -> Sequence[float]:
        """Return nothing for each sentence."""
        return self._nothing

    def clauses(self, number: int, own: Place) -> float:
        """Return nothing."""
        return 0.0


def _told(place: Place, own: Place, enough: int) -> float:
    return place.closeness(own) * min(1.0, place.words / enough)


@lru_cache(maxsize=1)
def load_topics() -> Topics:
    """Return the shipped places of words."""
    return parse_topics((DATA_FOLDER / "topics.toml").read_text(encoding="utf-8"))


def parse_topics(text: str) -> Topics:
    """Read the places of words: rarity → lines of a word and its letters."""
    packed: dict[str, int] = {}
    lengths: dict[str, set[int]] = {}
    size = 0
    for rarity, lines in tomllib.loads(text)["places"].items():
        weight = round(float(rarity) / STEP)
        for line in lines.split():
            word, letters = line.split("=")
            size = len(letters) * PER_LETTER
            packed[word] = weight * pack(decode(letters))
            lengths.setdefault(word[:2], set()).add(len(word))
    longest = {opening: tuple(sorted(found, reverse=True)) for opening, found in lengths.items()}
    return Topics(packed, longest, size, _middle(size))


def pack(values: Sequence[int]) -> int:
    """Return all directions as one number; sums of such numbers are packed sums."""
    shifted = array("I", [value + HALF for value in values]).tobytes()
    return int.from_bytes(shifted, sys.byteorder) - _middle(len(values))


@lru_cache(maxsize=4)
def _middle(size: int) -> int:
    return int.from_bytes(array("I", [HALF] * size).tobytes(), sys.byteorder)


def decode(letters: str) -> list[int]:
    """Return the level in each direction."""
    return [level for letter in letters for level in _DECODED[letter]]


def encode(levels: Sequence[int]) -> str:
    """Return the letters that stand for levels, three of them a letter."""
    codes = [LEVELS.index(level) for level in levels]
    return "".join(
        LETTERS[codes[at] | codes[at + 1] << 2 | codes[at + 2] << 4] for at in range(0, len(codes), PER_LETTER)
    )
