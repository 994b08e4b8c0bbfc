"""The reasons of a reading are put in order: each kind stands under its own heading."""

from __future__ import annotations

import pytest

from tests.domain.extraction_cases import with_plan
from tracker.domain.reason_groups import GROUP_LABELS, ReasonGroup, group_of, grouped

G = ReasonGroup


@pytest.mark.parametrize(
    ("reason", "group"),
    [
        ("编号“（一）”下的一项", G.ITEM),
        ("一级标题含“计划”", G.ITEM),
        ("人工划出", G.ITEM),
        ("时限取自“6月底前”（月份）", G.DATE),
        ("时限取自标注的“5月底前”", G.DATE),
        ("没有写明时限，按计划年度年底推定", G.DATE),
        ("有的句子没有时限，按计划年度年底推定，写明的日期作为节点", G.DATE),
        ("有量化指标：4场", G.RESULT),
        ("有具体成果：《办法》", G.RESULT),
        ("写明了时限", G.RESULT),
        ("没有数字、时限、具体成果，只有“加强”这类说法", G.RESULT),
        ("责任单位取自本项的标注", G.OWNER),
        ("回应问题 p1：都提到“执法”", G.ANSWERS),
    ],
)
def test_groups(reason: str, group: ReasonGroup) -> None:
    assert group_of(reason) is group


def test_a_reading_gives_a_reason_for_each_group() -> None:
    item = with_plan("1.6月底前新增执法人员2名。（责任单位：镇司法所）").items[0]
    assert list(grouped(item.reasons)) == list(G)
    assert grouped(("人工划出", "人工划出")) == {G.ITEM: ("人工划出",)}
    assert set(GROUP_LABELS) == set(G)
