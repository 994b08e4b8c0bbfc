"""The word lists: TOML files that a person who knows the field can read and edit, loaded once.

``load_lexicon()`` gives the lists shipped with the program; ``parse_lexicon`` builds one from edited texts and names
the file and the line at fault.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

WORDS_FOLDER = Path(__file__).parent / "words"
FILES = ("headings", "statements", "verbs", "units", "periods", "organisations", "themes", "set_phrases")


class LexiconError(ValueError):
    """A word list cannot be used: the message names the file, the line where known, and what is wrong (Chinese)."""

    def __init__(self, file: str, line: int | None, message: str) -> None:
        where = f"{file}.toml 第 {line} 行" if line else f"{file}.toml"
        super().__init__(f"词表 {where}：{message}")
        self.file, self.line, self.message = file, line, message


@dataclass(frozen=True, slots=True)
class NamedDay:
    """A day that reports call by its name; exactly one of (month, day), ``lunar``, ``solar_term`` is given."""

    words: tuple[str, ...]
    month: int | None = None
    day: int | None = None
    lunar: tuple[int, int] | None = None
    solar_term: str | None = None


@dataclass(frozen=True, slots=True)
class Theme:
    """Words that speak of the same matter."""

    name: str
    words: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Lexicon:
    """All word lists. ``words("verbs.action")`` is one list; compared by identity, so patterns can be cached on it."""

    lists: Mapping[str, tuple[str, ...]]
    named_days: tuple[NamedDay, ...]
    seasons: tuple[NamedDay, ...]
    stretches: tuple[NamedDay, ...]
    themes: tuple[Theme, ...]

    def words(self, key: str) -> tuple[str, ...]:
        """Return the list ``key`` (``file.name`` or ``file.table.name``); KeyError where there is none."""
        return self.lists[key]

    def pattern(self, *keys: str) -> re.Pattern[str]:
        """Return a compiled alternative of all words of the lists ``keys``, the longest first."""
        return _compiled(self, keys)


@lru_cache(maxsize=512)
def _compiled(lexicon: Lexicon, keys: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile(alternatives(word for key in keys for word in lexicon.words(key)))


def alternatives(words: Iterable[str]) -> str:
    """Return a non-capturing pattern that matches any of ``words``, the longest first."""
    ordered = sorted(dict.fromkeys(words), key=lambda word: (-len(word), word))
    return "(?:" + "|".join(re.escape(word) for word in ordered) + ")" if ordered else "(?!)"


@lru_cache(maxsize=1)
def load_lexicon() -> Lexicon:
    """Return the shipped word lists."""
    return parse_lexicon({name: (WORDS_FOLDER / f"{name}.toml").read_text(encoding="utf-8") for name in FILES})


def parse_lexicon(texts: Mapping[str, str]) -> Lexicon:
    """Build a lexicon from TOML texts by file name (without ``.toml``); raise LexiconError on the first fault."""
    lists: dict[str, tuple[str, ...]] = {}
    days: dict[str, tuple[NamedDay, ...]] = {"named_days": (), "seasons": (), "stretches": ()}
    themes: tuple[Theme, ...] = ()
    for name in FILES:
        if name not in texts:
            raise LexiconError(name, None, "缺少这个文件。请补上，或用程序自带的一份。")
        tables = _read_toml(name, texts[name])
        for key, value in tables.items():
            if key in days and name == "periods":
                days[key] = tuple(_named_day(name, texts[name], entry) for entry in value)
            elif key == "themes" and name == "themes":
                themes = tuple(_theme(name, texts[name], entry) for entry in value)
            elif isinstance(value, dict):
                for inner, words in value.items():
                    lists[f"{name}.{key}.{inner}"] = _word_list(name, texts[name], inner, words)
            else:
                lists[f"{name}.{key}"] = _word_list(name, texts[name], key, value)
    return Lexicon(lists, days["named_days"], days["seasons"], days["stretches"], themes)


def _read_toml(name: str, text: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        found = re.search(r"line (\d+)", str(error))
        raise LexiconError(name, int(found.group(1)) if found else None, f"格式不对（{error}）。") from error


def _word_list(name: str, text: str, key: str, value: object) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise LexiconError(name, _line_of(text, key), f"“{key}”应当是用方括号括起来的一列词。")
    for word in value:
        if not isinstance(word, str) or not word.strip():
            raise LexiconError(name, _line_of(text, key), f"“{key}”里有一项不是词：{word!r}。")
    return tuple(value)


def _line_of(text: str, needle: str) -> int | None:
    at = text.find(needle)
    return text.count("\n", 0, at) + 1 if at >= 0 else None


def _named_day(name: str, text: str, entry: dict[str, Any]) -> NamedDay:
    words = _word_list(name, text, "words", entry.get("words"))
    line = _line_of(text, words[0]) if words else None
    month, day, lunar, term = entry.get("month"), entry.get("day"), entry.get("lunar"), entry.get("solar_term")
    if lunar is not None:
        if not (isinstance(lunar, list) and len(lunar) == 2 and 1 <= lunar[0] <= 12 and 1 <= lunar[1] <= 30):
            raise LexiconError(name, line, f"“{words[0]}”的 lunar 应当写成 [月, 日]。")
        return NamedDay(words, lunar=(lunar[0], lunar[1]))
    if term is not None:
        return NamedDay(words, solar_term=str(term))
    if not (isinstance(month, int) and isinstance(day, int) and 1 <= month <= 12 and 1 <= day <= 31):
        raise LexiconError(name, line, f"“{words[0] if words else '?'}”缺少正确的 month 和 day。")
    return NamedDay(words, month=month, day=day)


def _theme(name: str, text: str, entry: dict[str, Any]) -> Theme:
    title = str(entry.get("name", ""))
    words = _word_list(name, text, "words", entry.get("words"))
    if not title:
        raise LexiconError(name, _line_of(text, "[[themes]]"), "每个主题要有名称 name。")
    return Theme(title, words)
