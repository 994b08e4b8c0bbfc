"""Checking an edited word list against the shipped one: its form, its keys, each word, with the line at fault.

The shipped text says what the edited one must look like, so a new list needs no rule of its own here. What two lists may not
both say is in ``language.contradictions``.
"""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tracker.language.toml_lines import Path, find_lines

_LONGEST = 40
_LOOKS_LIKE_A_PATTERN = re.compile(r"\.\*|\.\+|\\|\(\?|\[\^|\|")
_UNSEEN = re.compile("[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060\ufeff]")
_WIDE = {
    "“": '"', "”": '"', "‘": "'", "’": "'", "，": ",", "【": "[", "】": "]", "［": "[", "］": "]", "　": "空格", "、": ","
}  # fmt: skip
_SYNTAX = (
    ("Expected '='", "这一行缺等号，应写作 名称 = [\"词\", \"词\"]"),
    ("Unclosed array", "方括号没有配对，或两个词之间少了逗号"),
    ("Unclosed inline table", "花括号没有配对"),
    ("Unterminated string", "引号没有配对"),
    ("Illegal character", "引号没有配对，或这里有不该有的字符"),
    ("Invalid value", "词要用英文双引号括起来"),
    ("Cannot overwrite", "同一个名称写了两次，请并作一处"),
    ("Cannot declare", "同一个方括号标题写了两次，请并作一处"),
    ("Cannot mutate", "同一个名称写了两次，请并作一处"),
    ("Invalid statement", "这一行既不是词表，也不是以 # 开头的说明"),
    ("Invalid initial character", "名称或引号写得不对"),
    ("Expected newline", "这一行后面多了内容"),
    ("Expected ']", "方括号没有配对"),
    ("Unescaped", "反斜杠要写两个"),
)  # fmt: skip


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    """Something wrong in a list: the file's name, the line (0: the file as a whole), what is wrong and what to do."""

    file: str
    line: int
    message: str

    def __str__(self) -> str:
        return f"{self.file} 第 {self.line} 行：{self.message}" if self.line else f"{self.file}：{self.message}"


@dataclass(frozen=True, slots=True)
class WordList:
    """One file as read: its values and where they stand. ``file`` is what faults call it."""

    file: str
    values: Mapping[str, Any]
    lines: Mapping[Path, int]

    def fault(self, path: Path, message: str) -> Fault:
        """Return a fault at the line of ``path``, or of what stands around it."""
        while path and path not in self.lines:
            path = path[:-1]
        return Fault(self.file, self.lines.get(path, 0), message)


def read_list(file: str, text: str) -> WordList | Fault:
    """Return a file's values with their lines, or what is wrong with its form."""
    text = text.replace("\r\n", "\n")
    try:
        return WordList(file, tomllib.loads(text), find_lines(text))
    except tomllib.TOMLDecodeError as error:
        return _syntax_fault(file, text, str(error))


def _syntax_fault(file: str, text: str, error: str) -> Fault:
    place = re.search(r"line (\d+), column (\d+)", error)
    lines = text.split("\n")
    number = int(place.group(1)) if place else len(lines)
    column = int(place.group(2)) if place else 1
    line = lines[number - 1] if number <= len(lines) else ""
    wide = next((char for char in line[max(0, column - 2) : column + 1] if char in _WIDE), None)
    if wide:
        return Fault(file, number, f"这里是中文标点“{wide}”，请改成英文的 {_WIDE[wide]}。")
    if line.replace('\\"', "").count('"') % 2:
        return Fault(file, number, "英文双引号没有配对。")
    sentence = next((told for known, told in _SYNTAX if known in error), "写法不对")
    return Fault(file, number, f"{sentence}（第 {column} 个字符附近）。")


def words_of(value: Any, path: Path = ()) -> Iterator[tuple[Path, str]]:
    """Yield every word with its path."""
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield from words_of(inner, (*path, key))
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from words_of(inner, (*path, number))


@dataclass(frozen=True, slots=True)
class FormCheck:
    """Compares an edited file with the shipped one.

    ``open_tables`` may be given further keys; ``fold`` is the form texts are read in (a word in another is never found).
    """

    edited: WordList
    open_tables: frozenset[Path]
    fold: Callable[[str], str]

    def faults(self, shipped: Mapping[str, Any]) -> Iterator[Fault]:
        """Yield all that is wrong."""
        yield from self._table((), shipped, self.edited.values)

    def _value(self, path: Path, shipped: Any, edited: Any) -> Iterator[Fault]:
        if isinstance(shipped, dict):
            if isinstance(edited, dict):
                yield from self._table(path, shipped, edited)
            else:
                yield self.edited.fault(path, f"“{_name(path)}”应当是方括号标题下的一组词表。")
        elif isinstance(shipped, list):
            yield from self._list(path, shipped, edited)
        elif isinstance(shipped, str) and not isinstance(edited, str):
            yield self.edited.fault(path, f"“{_name(path)}”应当是用英文双引号括起来的词。")
        elif isinstance(shipped, int | float) and (isinstance(edited, bool) or not isinstance(edited, int | float)):
            yield self.edited.fault(path, f"“{_name(path)}”应当是数字，不加引号。")

    def _table(self, path: Path, shipped: Mapping[str, Any], edited: Mapping[str, Any]) -> Iterator[Fault]:
        for key in edited:
            if key in shipped:
                yield from self._value((*path, key), shipped[key], edited[key])
            elif path not in self.open_tables:
                near = difflib.get_close_matches(key, list(shipped), 1)
                hint = f"是不是“{near[0]}”？" if near else f"这里可以有：{'、'.join(shipped)}。"
                yield self.edited.fault((*path, key), f"没有叫“{key}”的词表。{hint}")
            else:
                yield from self._value((*path, key), next(iter(shipped.values())), edited[key])
        for key in () if path in self.open_tables else shipped:
            if key not in edited:
                yield self.edited.fault(path, f"缺少“{_name((*path, key))}”。请从程序自带的一份抄过来，词可以改。")

    def _list(self, path: Path, shipped: Sequence[Any], edited: Any) -> Iterator[Fault]:
        if not isinstance(edited, list):
            yield self.edited.fault(path, f"“{_name(path)}”应当是用英文方括号括起来的一列。")
            return
        if not edited:
            yield self.edited.fault(path, f"“{_name(path)}”里一个词也没有。至少留一个，或抄回程序自带的。")
        if all(isinstance(word, str) for word in shipped):
            yield from self._words(path, shipped, edited)
        elif all(isinstance(entry, dict) for entry in shipped):
            yield from self._entries(path, shipped, edited)
        else:
            rows = [row for row in shipped if isinstance(row, list)]
            one = [word for row in rows for word in row] if rows else shipped[0]
            for number, entry in enumerate(edited):
                yield from self._value((*path, number), one, entry)

    def _entries(self, path: Path, shipped: Sequence[Mapping[str, Any]], edited: Sequence[Any]) -> Iterator[Fault]:
        """Check tables in a list (named days, themes): each may have the keys that any shipped one has."""
        known: dict[str, Any] = {}
        for entry in shipped:
            for key, value in entry.items():
                known[key] = [*known.get(key, ()), *value] if isinstance(value, list) else value
        for number, entry in enumerate(edited):
            here = (*path, number)
            if not isinstance(entry, dict):
                yield self.edited.fault(here, f"“{_name(path)}”的每一条要写在 [[{_name(path)}]] 下面。")
                continue
            for key, value in entry.items():
                if key in known:
                    yield from self._value((*here, key), known[key], value)
                else:
                    yield self.edited.fault((*here, key), f"没有“{key}”这一项，可以有：{'、'.join(known)}。")

    def _words(self, path: Path, shipped: Sequence[str], edited: Sequence[Any]) -> Iterator[Fault]:
        shortest = min([2, *map(len, shipped)])  # one character alone only where the shipped list has such words
        signs_only = any(not _has_content(word) for word in shipped)
        seen: dict[str, int] = {}
        for number, word in enumerate(edited):
            here = (*path, number)
            if not isinstance(word, str):
                yield self.edited.fault(
                    here, f"“{_name(path)}”第 {number + 1} 项 {word!r} 不是词，请用英文双引号括起来。"
                )
                continue
            wrong = self._wrong_word(word, shortest, signs_only)
            if wrong:
                yield self.edited.fault(here, wrong)
            elif word in seen:
                first = self.edited.lines.get((*path, seen[word]), 0)
                yield self.edited.fault(
                    here, f"“{word}”在“{_name(path)}”里写了两次（前一次在第 {first} 行），请删去一个。"
                )
            seen.setdefault(word, number)

    def _wrong_word(self, word: str, shortest: int, signs_only: bool) -> str:
        if not word.strip():
            return "有一个空词，会处处都匹配。请删去这一对引号。"
        if _UNSEEN.search(word):
            return f"“{_UNSEEN.sub('□', word)}”里有换行或看不见的字符（□ 处），请重新打一遍。"
        if word != word.strip():
            return f"“{word}”前后有空格，请去掉。"
        if _LOOKS_LIKE_A_PATTERN.search(word):
            return f"“{word}”像是正则表达式。词表里的词按原样匹配，请逐个写出要找的词。"
        if not _has_content(word) and not signs_only:
            return f"“{word}”只有标点，会误伤别处。请写成词。"
        if len(word) < shortest:
            return f"“{word}”太短，会误伤别的词。这个词表里的词至少 {shortest} 个字。"
        if len(word) > _LONGEST:
            return f"“{word[:12]}…”有 {len(word)} 个字，太长，难得遇上。请只写其中起作用的词（不超过 {_LONGEST} 字）。"
        folded = self.fold(word)
        return (
            ""
            if folded == word
            else f"“{word}”在报告里一律先整理成“{folded}”再读，照现在的写法永远遇不上。请改成“{folded}”。"
        )


def _has_content(word: str) -> bool:
    return any(char.isalnum() for char in word)


def _name(path: Path) -> str:
    return ".".join(str(part) for part in path if isinstance(part, str))
