"""Every value of a TOML text has the line it stands on, in every form the lists are written in."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.domain.word_lists import SHIPPED, shipped_texts
from tracker.language.toml_lines import Path, find_lines

TEXT = '''# 说明 [不是标题] = "不是值"
plan = ["甲", "乙",  # 行末说明 ["丙"]
  "丙#不是说明", '丁"',
]
rows = [["一", "二"], [
  "三"]]
deep = [[["a"], ["b",
  "c"]]]
dotted.name = "值"
"引号 键" = 3

[table]
"组织" = [ "x" ]
scale = { "千" = 1000, "万" = 10000 }

[table.inner]
key = """多行
字"""
after = "后"

[[days]]
words = ["元旦"]

[[days]]
words = [
  "国庆",
  "十一"]
month = 10
'''
EXPECTED = {
    ("plan",): 2, ("plan", 0): 2, ("plan", 1): 2, ("plan", 2): 3, ("plan", 3): 3,
    ("rows", 0, 1): 5, ("rows", 1, 0): 6, ("deep", 0, 0, 0): 7, ("deep", 0, 1, 1): 8,
    ("dotted", "name"): 9, ("引号 键",): 10, ("table",): 12, ("table", "组织", 0): 13,
    ("table", "scale", "千"): 14, ("table", "scale", "万"): 14, ("table", "inner", "key"): 17, ("table", "inner", "after"): 19,
    ("days", 0): 21, ("days", 0, "words", 0): 22, ("days", 1): 24, ("days", 1, "words", 1): 27, ("days", 1, "month"): 28,
}  # fmt: skip


@pytest.mark.parametrize(("path", "line"), EXPECTED.items(), ids=str)
def test_line(path: Path, line: int) -> None:
    assert find_lines(TEXT)[path] == line


def leaves(value: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from leaves(inner, (*path, key))
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from leaves(inner, (*path, number))
    else:
        yield path, value


@pytest.mark.parametrize("name", SHIPPED)
def test_every_shipped_word_stands_on_its_line(name: str) -> None:
    text = shipped_texts()[name]
    lines, found = text.split("\n"), find_lines(text)
    for path, value in leaves(tomllib.loads(text)):
        assert str(value) in lines[found[path] - 1]


@given(
    st.lists(
        st.lists(st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=5), min_size=1),
        min_size=1,
    )
)
def test_any_words_in_any_number_of_lines(lists: list[list[str]]) -> None:
    quoted = [[word.replace("\\", "\\\\").replace('"', '\\"') for word in words] for words in lists]
    text = "".join(
        f"key{n} = [\n" + "".join(f'  "{word}",\n' for word in words) + "]\n" for n, words in enumerate(quoted)
    )
    found = find_lines(text)
    line = 1
    for number, words in enumerate(lists):
        assert found[(f"key{number}",)] == line
        assert [found[(f"key{number}", place)] for place in range(len(words))] == [
            line + 1 + p for p in range(len(words))
        ]
        line += len(words) + 2
