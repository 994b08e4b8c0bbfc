"""Short forms of long tests: ``make soak`` runs them at full length."""

from __future__ import annotations

import os
from typing import TypeVar

import pytest

Size = TypeVar("Size")

SOAKING = os.environ.get("SOAK", "") not in ("", "0")
only_when_soaking = pytest.mark.skipif(not SOAKING, reason="只在 make soak 中运行")


def size(short: Size, long: Size) -> Size:
    """The size of a test: ``short`` in every run, ``long`` in ``make soak``."""
    return long if SOAKING else short
