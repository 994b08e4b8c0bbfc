"""What the readers of this installation take, kind by kind. Runs in a child process, which alone loads them."""

from __future__ import annotations

from typing import Any

from tracker.readers.base import FileInfo
from tracker.readers.registry import READERS
from tracker.readers.sniffing import NAMES, SUFFIXES


def describe() -> list[list[Any]]:
    """Return for each known kind of file: media type, name, suffixes, and the names of the readers that take it.

    It asks the readers themselves, so that a new one appears here without a line.
    """
    return [
        [media_type, name, sorted(suffix for suffix in SUFFIXES.get(media_type, ()) if suffix), _takers(media_type)]
        for media_type, name in NAMES.items()
    ]


def _takers(media_type: str) -> list[str]:
    suffixes = sorted(SUFFIXES.get(media_type, ())) or [""]
    info = FileInfo("样本" + suffixes[-1], suffixes[-1], media_type, 1, "")
    return [reader.name for reader in READERS if reader.accepts(info)]
