"""Every pattern stays fast on text that was made to hurt it, and time grows no faster than the text."""

from __future__ import annotations

import dataclasses
import importlib
import inspect
import pkgutil
import re
import time
from collections.abc import Iterator, Mapping
from functools import cache

import pytest

import tracker.domain
import tracker.language
from tracker.domain.documents import Block, Document, Span
from tracker.domain.extraction import read_report
from tracker.domain.matching.words import load_words
from tracker.language import organisations, periods
from tracker.language.lexicon import load_lexicon
from tracker.language.quantity_grammar import grammar_of

SIZE = 50_000
LIMIT_SECONDS = 0.2
SLACK = 4  # machines under load; a pattern with catastrophic backtracking misses by orders of magnitude

UNITS = [
    "（", "“", "《", "[", "[1]", "一", "一是", "一、", "（一）", "1", "1.", "1,234,", "。", "，", "；", "：", " ", "\t", "\n", "｜",
    "年", "2024年", "1月", "第", "第一，", "季度", "不少于", "百分之", "一百", "十", "A1", "a", "责任单位：", "（责任单位：", "牵头",
    "各位代表", "开展建设", "县", "人民政府", "代表", "下一步，", "法治", "全面", "12·4", "——", "①", "目标", "我们要", "让我们",
]  # fmt: skip


def _modules() -> Iterator[object]:
    for package in (tracker.language, tracker.domain):
        for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            yield importlib.import_module(found.name)


def _inside(value: object) -> Iterator[re.Pattern[str]]:
    if isinstance(value, re.Pattern):
        if isinstance(value.pattern, str):
            yield value
    elif isinstance(value, list | tuple):
        for each in value:
            yield from _inside(each)
    elif isinstance(value, Mapping):
        for each in value.values():
            yield from _inside(each)
    elif dataclasses.is_dataclass(value) and not isinstance(value, type):
        for field in dataclasses.fields(value):
            yield from _inside(getattr(value, field.name))


@cache
def every_pattern() -> tuple[re.Pattern[str], ...]:
    """Return the patterns of all modules of both packages, and those that are built from the word lists."""
    lexicon = load_lexicon()
    found: dict[str, re.Pattern[str]] = {}
    for module in _modules():
        for name, value in vars(module).items():
            if name.startswith("__"):
                continue
            built: object = value
            if hasattr(value, "cache_info") and list(inspect.signature(value).parameters) == ["lexicon"]:
                built = value(lexicon)
            for pattern in _inside(built):
                found[pattern.pattern] = pattern
    for pattern in (*map(lexicon.pattern, lexicon.lists), *_inside(load_words())):
        found[pattern.pattern] = pattern
    return tuple(found.values())


def test_the_patterns_are_found() -> None:
    patterns = {pattern.pattern for pattern in every_pattern()}
    assert len(patterns) > 100
    assert grammar_of(load_lexicon()).number.pattern in patterns
    assert organisations._labels(load_lexicon())[2].pattern in patterns
    assert periods._MONTH.pattern in patterns
    assert load_words().step_pattern.pattern in patterns
    assert load_words().signals["manners"].pattern in patterns


@pytest.mark.parametrize("unit", UNITS)
def test_every_pattern_on_hostile_text(unit: str) -> None:
    text = (unit * (SIZE // len(unit) + 1))[:SIZE]
    slow: list[str] = []
    for pattern in every_pattern():
        best = float("inf")
        for _ in range(2):
            started = time.process_time()
            sum(1 for _found in pattern.finditer(text))
            best = min(best, time.process_time() - started)
            if best <= LIMIT_SECONDS:
                break
        if best > LIMIT_SECONDS * SLACK:
            slow.append(f"{best:.2f} s: {pattern.pattern[:80]}")
    assert not slow


@pytest.mark.parametrize(
    "unit", ["（", "1", "①", "一是推进，", "\n1、开展培训1次。", "责任单位：", "下一步，我局将", "“", "2024年6月"]
)
def test_reading_grows_no_faster_than_the_text(unit: str) -> None:
    def seconds(size: int) -> float:
        filler = (unit * (size // len(unit) + 1))[:size]
        text = f"柳河镇2023年法治政府建设情况报告\n一、存在问题\n{filler}\n二、2024年工作计划\n{filler}"
        document = Document(text, (Block(Span(0, len(text))),), "text")
        started = time.process_time()
        read_report(document, load_lexicon())
        return time.process_time() - started

    seconds(1_000)
    short = max(min(seconds(10_000) for _ in range(2)), 0.02)
    assert any(seconds(80_000) <= 8 * short * 3 for _ in range(3))  # the first that is quick enough settles it
