"""The words by which a number is told: read once from the data file beside this package."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from functools import lru_cache

from tracker.domain.matching.words import DATA_FOLDER, patterns_of


@lru_cache(maxsize=1)
def figure_words() -> Mapping[str, re.Pattern[str]]:
    """Return for each kind of word the pattern that finds one of them."""
    return patterns_of(tomllib.loads((DATA_FOLDER / "figures.toml").read_text(encoding="utf-8")))


@lru_cache(maxsize=1)
def endings() -> Mapping[str, re.Pattern[str]]:
    """Return the same patterns where the word must stand at the end, up to three characters before it."""
    return {
        name: re.compile(rf"(?<!同)(?:{pattern.pattern})[^，。；、\d]{{0,3}}$")
        for name, pattern in figure_words().items()
    }
