"""A passage that a person points out is read by the same rules as the rest."""

from __future__ import annotations

from datetime import date

import pytest

from tracker.domain.documents import DeadlineSource, Span
from tracker.domain.passages import read_passage
from tracker.language.lexicon import load_lexicon

TEXT = "前言。\n我镇将　在6月底前新增持证人员6名，\n每季度开展培训1次。\n附：说明。"


def test_values_and_their_spans_are_those_of_the_report() -> None:
    span = Span(TEXT.index("我镇"), TEXT.index("\n附"))
    item = read_passage(TEXT, span, 2026, load_lexicon(), name="m1")
    assert item.text == span.of(TEXT)
    assert item.id == "m1"
    assert item.reasons[0] == "人工划出"
    for commitment in item.commitments:
        assert commitment.span.of(TEXT) == commitment.text
        for quantity in commitment.quantities:
            assert quantity.span is not None
            assert f"{quantity.value:g}" in quantity.span.of(TEXT)
    assert {(quantity.value, quantity.unit) for quantity in item.quantities} == {(6, "名"), (1, "次")}


@pytest.mark.parametrize(
    ("words", "due_on", "source"),
    [
        ("上半年建成调解室。", date(2026, 6, 30), DeadlineSource.TEXT),
        ("持续抓好队伍建设。", date(2026, 12, 31), DeadlineSource.PLAN_YEAR),
    ],
)
def test_the_deadline_is_read_or_inferred(words: str, due_on: date, source: DeadlineSource) -> None:
    deadline = read_passage(words, Span(0, len(words)), 2026, load_lexicon(), name="m1").deadline
    assert (deadline.due_on, deadline.source) == (due_on, source)
    if deadline.span is not None:
        assert deadline.span.of(words) in words
