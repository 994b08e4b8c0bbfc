"""Pairs of neighbouring characters, by which texts are compared."""

from __future__ import annotations

import re

_RUN = re.compile(r"[\u4e00-\u9fffA-Za-z0-9]+")


def bigrams(text: str) -> set[str]:
    """Return the neighbouring character pairs inside runs of letters and digits."""
    return {run[i : i + 2] for run in _RUN.findall(text) for i in range(len(run) - 1)}
