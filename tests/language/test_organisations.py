"""Responsible units in every bracket, on their own line, with and without a label."""

from __future__ import annotations

import pytest

from tracker.language.lexicon import load_lexicon
from tracker.language.organisations import find_assignments


@pytest.mark.parametrize(
    ("text", "lead", "support", "due"),
    [
        ("完成改造。（责任单位：县司法局）", ["县司法局"], [], None),
        ("完成改造（责任单位：县司法局、县财政局；配合单位：各镇）", ["县司法局", "县财政局"], ["各镇"], None),
        ("完成改造。〔牵头单位：执法队 配合单位：党政办〕", ["执法队"], ["党政办"], None),
        ("完成改造。[责任科室：法规科，完成时限：2024年6月底前]", ["法规科"], [], "2024年6月底前"),
        ("责任单位：综治中心", ["综治中心"], [], None),
        ("完成改造。（县司法局牵头，各镇配合）", ["县司法局"], ["各镇"], None),
        ("完成改造。（由镇综合执法队负责）", ["镇综合执法队"], [], None),
        ("完成改造。（牵头单位：司法所；责任单位：各村）", ["司法所", "各村"], [], None),
        ("完成改造。（完成时限：9月底）", [], [], "9月底"),
        (
            "完成改造。由镇综合执法队牵头，镇林草站、各村民委员会配合。",
            ["镇综合执法队"],
            ["镇林草站", "各村民委员会"],
            None,
        ),
        ("完成改造；县司法局牵头负责。", ["县司法局"], [], None),
        ("完成改造。（牵头处室：法规处；协办处室：人事处；完成期限：9月底）", ["法规处"], ["人事处"], "9月底"),
    ],
)
def test_assignments(text: str, lead: list[str], support: list[str], due: str | None) -> None:
    found = find_assignments(text, 0, len(text), load_lexicon())
    assert len(found) == 1
    assert (list(found[0].lead), list(found[0].support), found[0].due) == (lead, support, due)


@pytest.mark.parametrize(
    "text",
    [
        "实施改造（一期）工程。",
        "建设村（社区）阵地。",
        "压实单位责任，落实各项任务。",
        "抓好整改。对各项任务由专人负责。",
    ],
)
def test_no_assignment(text: str) -> None:
    assert find_assignments(text, 0, len(text), load_lexicon()) == []
