"""Periods and deadlines in every wording; the plan year is 2025 unless the words say otherwise."""

from __future__ import annotations

import pytest

from tracker.language.lexicon import load_lexicon
from tracker.language.periods import find_periods


def read(text: str, year: int = 2025) -> list[str]:
    """Return the periods of ``text`` as kind and day."""
    return [
        f"{found.kind} {found.due_on or ''}{'/' + found.recurring if found.recurring else ''}".strip()
        for found in find_periods(text, 0, len(text), year, load_lexicon())
    ]


@pytest.mark.parametrize(
    ("text", "periods"),
    [
        ("6月底前完成", ["due 2025-06-30"]),
        ("六月底前完成", ["due 2025-06-30"]),
        ("2月底前完成", ["due 2025-02-28"]),
        ("9月前完成", ["due 2025-08-31"]),
        ("10月份开展", ["due 2025-10-31"]),
        ("3月15日前报送", ["due 2025-03-15"]),
        ("5月中旬完成", ["due 2025-05-20"]),
        ("5月上旬完成", ["due 2025-05-10"]),
        ("2026年3月底前完成", ["due 2026-03-31"]),
        ("二〇二六年三月底前完成", ["due 2026-03-31"]),
        ("7月至11月开展轮训", ["due 2025-11-30"]),
        ("一季度完成", ["due 2025-03-31"]),
        ("第三季度末完成", ["due 2025-09-30"]),
        ("4季度完成", ["due 2025-12-31"]),
        ("上半年完成", ["due 2025-06-30"]),
        ("下半年开展", ["due 2025-12-31"]),
        ("年内建成", ["due 2025-12-31"]),
        ("年底前建成", ["due 2025-12-31"]),
        ("全年举办10场", ["due 2025-12-31"]),
        ("今年计划建成", ["due 2025-12-31"]),
        ("明年建成", ["due 2025-12-31"]),
        ("2025年完成", ["due 2025-12-31"]),
        ("到2027年覆盖率达到90%", ["due 2027-12-31"]),
        ("半年内完成", ["due 2025-06-30"]),
        ("三个月内完成", ["due 2025-03-31"]),
        ("三年内建成", ["due 2027-12-31"]),
        ("“十四五”末实现全覆盖", ["due 2025-12-31"]),
        ("十五五末实现全覆盖", ["due 2030-12-31"]),
        ("每季度通报", ["recurring 2025-12-31/quarter"]),
        ("每月开展", ["recurring 2025-12-31/month"]),
        ("每半年研究一次", ["recurring 2025-12-31/half_year"]),
        ("每年至少听取一次汇报", ["recurring 2025-12-31"]),
        ("围绕国家宪法日开展宣传", ["milestone 2025-12-04"]),
        ("在全民国家安全教育日宣传", ["milestone 2025-04-15"]),
        ("民法典宣传月活动", ["milestone 2025-05-31"]),
        ("春节前完成检查", ["due 2025-01-28"]),
        ("端午节期间巡查", ["milestone 2025-05-31"]),
        ("中秋节前完成", ["due 2025-10-05"]),
        ("国庆节前完成", ["due 2025-09-30"]),
        ("植树节前后开展", ["milestone 2025-03-12"]),
        ("清明节期间宣传", ["milestone 2025-04-04"]),
        ("主汛期前完成加固", ["due 2025-05-31"]),
        ("秋季开学前投用", ["due 2025-08-31"]),
        ("12月4日前后开展", ["milestone 2025-12-04"]),
        ("3月22日“世界水日”当天启动宣传", ["milestone 2025-03-22", "milestone 2025-03-22"]),
        ("年中前挂牌运行", ["due 2025-06-30"]),
        ("9月底前起草完成办法", ["due 2025-09-30"]),
        ("4月、9月各开展一次", ["due 2025-04-30", "due 2025-09-30"]),
        ("春节、国庆节前各检查一次", ["due 2025-01-28", "due 2025-09-30"]),
        ("五一节前公布", ["due 2025-04-30"]),
        ("“三月三”歌节开展擂台赛", ["milestone 2025-03-31"]),
        ("暑期开展夏令营", ["due 2025-08-31"]),
        ("秋季学期开学前完成", ["due 2025-08-31"]),
        ("长期坚持", ["open"]),
        ("常态化开展", ["open"]),
    ],
)
def test_periods(text: str, periods: list[str]) -> None:
    assert read(text) == periods


@pytest.mark.parametrize(
    "text",
    [
        "较2023年提高",
        "2024年以来",
        "落实2021—2025年规划",
        "锚定2035年远景目标",
        "推进“八五”普法",
        "法治政府建设年度报告",
        "实现政治清明",
        "增长3.2万人",
        "“十四五”时期",
        "7月1日起施行",
        "办法出台后三个月内制定方案",
        "开展“一月一主题”",
        "寒暑假专项整治",
    ],
)
def test_no_deadline(text: str) -> None:
    assert [found for found in read(text) if found.startswith("due")] == []


def test_lunar_festivals_move() -> None:
    assert [read("春节前完成", year)[0] for year in (2023, 2024, 2026)] == [
        "due 2023-01-21",
        "due 2024-02-09",
        "due 2026-02-16",
    ]
