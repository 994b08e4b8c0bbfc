"""Tokens for searching Chinese: any part of a text that somebody types is found, and nothing else."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.language.bigrams import search_phrases, search_tokens


def code(*chars: str) -> str:
    return "c" + "x".join(f"{ord(char):x}" for char in chars)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        ("，。！ —— 、", []),
        ("法", [code("法")]),
        ("执法", [code("执", "法"), code("法")]),
        ("执法队", [code("执", "法"), code("法", "队"), code("队")]),
        ("LWZ-2026-001", ["wlwz", "w2026", "w001"]),
        ("\uff2c\uff37\uff3a\uff0d\uff12\uff10\uff12\uff16", ["wlwz", "w2026"]),
        ("开展2次宣讲", [code("开", "展"), code("展"), "w2", code("次", "宣"), code("宣", "讲"), code("讲")]),
        ("a'b\"c*d:e", ["wa", "wb", "wc", "wd", "we"]),
    ],
)
def test_a_text_as_tokens(text: str, expected: list[str]) -> None:
    assert search_tokens(text) == expected


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", []),
        ("  ，。", []),
        ("法", [[code("法") + "*"]]),
        ("执法", [[code("执", "法")]]),
        ("执法队", [[code("执", "法"), code("法", "队")]]),
        ("培训 持证", [[code("培", "训")], [code("持", "证")]]),
        ("培训　持证", [[code("培", "训")], [code("持", "证")]]),
        ("LWZ-2026-0", [["wlwz*"], ["w2026*"], ["w0*"]]),
        ('" OR 1=1 --', [["wor*"], ["w1*"], ["w1*"]]),
    ],
)
def test_what_is_typed_as_phrases(query: str, expected: list[list[str]]) -> None:
    assert search_phrases(query) == expected


def found(text: str, query: str) -> bool:
    """Say what an index does: every phrase stands in the text's tokens, one after the other, the last maybe a prefix."""
    tokens = search_tokens(text)
    return all(
        any(_stands_at(tokens, start, phrase) for start in range(len(tokens))) for phrase in search_phrases(query)
    )


def _stands_at(tokens: list[str], start: int, phrase: list[str]) -> bool:
    part = tokens[start : start + len(phrase)]
    return len(part) == len(phrase) and all(
        token.startswith(wanted[:-1]) if wanted.endswith("*") else token == wanted
        for token, wanted in zip(part, phrase, strict=True)
    )


CHINESE = st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x4E06), min_size=1, max_size=12)


@given(before=CHINESE, part=CHINESE, after=CHINESE)
def test_every_part_of_a_run_is_found(before: str, part: str, after: str) -> None:
    assert found(before + part + after, part)
    assert found(part, part)


@given(text=CHINESE, query=CHINESE)
def test_what_is_found_is_there(text: str, query: str) -> None:
    assert found(text, query) == (query in text)


@given(st.text())
def test_tokens_are_plain_words(text: str) -> None:
    """Nothing of a text reaches an index's query language but letters and figures."""
    for token in [*search_tokens(text), *(token for phrase in search_phrases(text) for token in phrase)]:
        assert token.removesuffix("*").isalnum()
        assert token.isascii()
        assert token == token.lower()


def test_a_phrase_does_not_run_over_a_mark() -> None:
    assert not found("完善制度，开展培训", "度开")
    assert not found("甲乙 丙丁", "乙丙")


def test_a_long_text_takes_no_time() -> None:
    start = time.perf_counter()
    assert len(search_tokens("法治政府建设" * 10_000 + "a1" * 10_000)) == 60_001
    assert time.perf_counter() - start < 2
