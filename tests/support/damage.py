"""Ways of breaking a good file at random; the chance decides, so that the same seed breaks it the same way."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence

Change = Callable[[bytes, random.Random], bytes]


def flip(data: bytes, chance: random.Random) -> bytes:
    """Change single bytes."""
    changed = bytearray(data)
    for _ in range(chance.randint(1, 12)):
        changed[chance.randrange(len(changed))] = chance.randrange(256)
    return bytes(changed)


def cut(data: bytes, chance: random.Random) -> bytes:
    """Leave out a piece, or the rest."""
    start = chance.randrange(len(data))
    end = len(data) if chance.random() < 0.5 else chance.randrange(start, len(data))
    return data[:start] + data[end:]


def inserting(words: Sequence[bytes]) -> Change:
    """Return a change that puts in words which mean something to a parser."""

    def insert(data: bytes, chance: random.Random) -> bytes:
        for _ in range(chance.randint(1, 6)):
            at = chance.randrange(len(data))
            data = data[:at] + chance.choice(words) + data[at:]
        return data

    return insert


def shuffle(data: bytes, chance: random.Random) -> bytes:
    """Exchange two pieces."""
    first, second = sorted(chance.sample(range(len(data)), 2))
    return data[second:] + data[first:second] + data[:first]
