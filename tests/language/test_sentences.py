"""Sentences and clauses cover their text and do not break inside brackets and quotes."""

from __future__ import annotations

import pytest

from tracker.language.sentences import split_clauses, split_sentences


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("完成甲。完成乙；完成丙", ["完成甲。", "完成乙；", "完成丙"]),
        ("落实“先审后订；订后即备”机制。下一句", ["落实“先审后订；订后即备”机制。", "下一句"]),
        ("（责任单位：甲；配合单位：乙）继续。", ["（责任单位：甲；配合单位：乙）继续。"]),
        ("他说“好。”然后走了。", ["他说“好。”然后走了。"]),
        ("未闭合（的括号。" + "很长的话" * 40 + "。完", None),
    ],
)
def test_split_sentences(text: str, pieces: list[str] | None) -> None:
    found = [text[low:high] for low, high in split_sentences(text, 0, len(text))]
    assert "".join(found) == text
    if pieces is not None:
        assert found == pieces


def test_split_clauses() -> None:
    text = "6月底前完成改造，新增人员6名；每季度培训1次。"
    assert [text[low:high] for low, high in split_clauses(text, 0, len(text))] == [
        "6月底前完成改造，",
        "新增人员6名；",
        "每季度培训1次。",
    ]
