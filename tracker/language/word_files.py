"""Where the word lists are read from: the shipped files, or those of a folder that the installation names.

A file that the folder does not have is taken from the shipped ones. The folder is set once, when a process starts; what was
read stays as it is until the process ends.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

WORDS_FOLDER = Path(__file__).parent / "words"
LISTS = (
    "headings",
    "statements",
    "verbs",
    "units",
    "periods",
    "organisations",
    "themes",
    "areas",
    "checkability",
    "set_phrases",
)
"""The files of the reading, in the order in which they are explained."""


class _Place:
    """The folder in force; None: the shipped lists."""

    folder: Path | None = None


def use_word_folder(folder: Path | None) -> None:
    """From now on read word lists from ``folder``; None for the shipped ones."""
    _Place.folder = folder.resolve() if folder is not None else None


def word_folder() -> Path | None:
    """Return the folder in force."""
    return _Place.folder


def read_words(name: str, shipped: Path) -> str:
    """Return the text of the list ``name``, from the folder in force where it has the file, else ``shipped``."""
    return _read(_Place.folder, name, shipped)


@cache
def _read(folder: Path | None, name: str, shipped: Path) -> str:
    edited = folder / f"{name}.toml" if folder is not None else shipped
    path = edited if edited.is_file() else shipped
    return path.read_text(encoding="utf-8").removeprefix("\ufeff")
