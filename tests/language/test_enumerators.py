"""Enumerators at the head of a line and lists inside a paragraph, well formed and broken."""

from __future__ import annotations

import pytest

from tracker.language.enumerators import MarkStyle, find_members, leading_mark

S = MarkStyle


@pytest.mark.parametrize(
    ("line", "style", "number", "label"),
    [
        ("一、工作情况", S.CHINESE, 1, "一、"),
        ("十一、其他", S.CHINESE, 11, "十一、"),
        ("二．问题", S.CHINESE, 2, "二．"),
        ("（一）加强学习", S.BRACKETED_CHINESE, 1, "（一）"),
        ("一）加强学习", S.BRACKETED_CHINESE, 1, "一）"),
        ("（二、提升能力", S.BRACKETED_CHINESE, 2, "（二、"),
        ("（三）、规范执法", S.BRACKETED_CHINESE, 3, "（三）、"),
        ("1.完善机制", S.ARABIC, 1, "1."),
        ("12、完善机制", S.ARABIC, 12, "12、"),
        ("1.6月底前完成", S.ARABIC, 1, "1."),
        ("（3）开展检查", S.BRACKETED_ARABIC, 3, "（3）"),
        ("3）开展检查", S.BRACKETED_ARABIC, 3, "3）"),
        ("②开展检查", S.CIRCLED, 2, "②"),
        ("一是抓学习", S.COUNTED, 1, "一是"),
        ("一要抓学习", S.COUNTED, 1, "一要"),
        ("任务一：破解送达难题", S.COUNTED, 1, "任务一："),
        ("任务2建立公物仓", S.COUNTED, 2, "任务2"),
        ("1.2、完善制度", S.DECIMAL, 2, "1.2、"),
        ("2.1完善制度", S.DECIMAL, 1, "2.1"),
        ("A、工作情况", S.CHINESE, 1, "A、"),
        ("B2完善制度", S.BRACKETED_CHINESE, 2, "B2"),
        ("Ⅱ存在问题", S.CHINESE, 2, "Ⅱ"),
        ("叁·任务单", S.CHINESE, 3, "叁·"),
        ("1.1.3建立台账", S.BRACKETED_ARABIC, 3, "1.1.3"),
        ("问题2：执法力量不足", S.COUNTED, 2, "问题2："),
        ("2.2025年6月底前建成", S.ARABIC, 2, "2."),
        ("第一，抓学习", S.ORDINAL, 1, "第一，"),
        ("首先，抓学习", S.ORDINAL, 1, "首先，"),
        ("第二部分 存在问题", S.PART, 2, "第二部分"),
        ("——经济稳中向好", S.DASH, None, "——"),
    ],
)
def test_leading_mark(line: str, style: MarkStyle, number: int | None, label: str) -> None:
    mark = leading_mark(line, 0, len(line))
    assert mark is not None
    assert (mark.style, mark.number, mark.label) == (style, number, label)


@pytest.mark.parametrize(
    "line",
    [
        "2023年工作计划",
        "1.5亿元投资",
        "一批项目落地",
        "三要素保障",
        "第一责任人履职",
        "一体推进改革",
        "12·4宣传",
        "二十大精神",
    ],
)
def test_no_leading_mark(line: str) -> None:
    assert leading_mark(line, 0, len(line)) is None


@pytest.mark.parametrize(
    ("paragraph", "labels"),
    [
        ("一是抓学习；二是抓宣传；三是抓执法。", ["一是", "二是", "三是"]),
        ("主要措施：一是抓学习。二是抓宣传。", ["一是", "二是"]),
        ("二是接着说的一条。三是再说一条。", ["二是", "三是"]),
        ("第一，抓学习；第二，抓宣传。", ["第一，", "第二，"]),
        ("首先，抓学习。其次，抓宣传。最后，抓执法。", ["首先，", "其次，", "最后，"]),
        ("做到：（1）学习；（2）宣传；（2）执法；（4）督查。", ["（1）", "（2）", "（2）", "（4）"]),
        ("①学习；②宣传。", ["①", "②"]),
        ("分为：1.学习；2.宣传。", ["1.", "2."]),
        ("一是抓学习。（1）中心组学；（2）个人学。二是抓宣传。", ["一是", "二是"]),
        ("只有一是没有别的。", []),
        ("没有列举的一段话，统一是目标，唯一要求是落实。", []),
        ("增长1.5倍、2.5倍。", []),
    ],
)
def test_find_members(paragraph: str, labels: list[str]) -> None:
    assert [mark.label for mark in find_members(paragraph, 0, len(paragraph))] == labels


@pytest.mark.parametrize(
    "line", ["1.5公里道路", "12.4宪法日活动", "4.15全民安全日", "重点工作任务", "工程3个", "A级景区整治"]
)
def test_a_figure_or_a_day_is_no_enumerator(line: str) -> None:
    assert leading_mark(line, 0, len(line)) is None
