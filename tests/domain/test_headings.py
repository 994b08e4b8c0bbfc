"""What headings say their sections are about."""

from __future__ import annotations

import pytest

from tracker.domain.headings import classify_heading, is_glossary, is_standalone
from tracker.language.lexicon import load_lexicon


@pytest.mark.parametrize(
    ("heading", "kinds"),
    [
        ("2023年工作回顾", ["work_done"]),
        ("2023年法治政府建设情况", ["work_done"]),
        ("主要工作及成效", ["work_done"]),
        ("法治政府建设工作开展情况", ["work_done"]),
        ("上年度存在问题整改情况", ["work_done"]),
        ("存在的问题", ["problems"]),
        ("法治政府建设工作存在的问题", ["problems"]),
        ("存在的不足及原因", ["problems"]),
        ("工作中的短板弱项", ["problems"]),
        ("下一步工作打算", ["plan"]),
        ("下一步工作计划", ["plan"]),
        ("2024年重点工作", ["plan"]),
        ("2024年主要工作", ["plan"]),
        ("下一年度推进法治政府建设的主要安排", ["plan"]),
        ("工作思路", ["plan"]),
        ("今后努力方向", ["plan"]),
        ("2024年总体目标和重点任务", ["plan"]),
        ("今年经济社会发展目标任务和工作重点", ["plan"]),
        ("“十四五”时期主要目标任务", ["plan"]),
        ("关于规划纲要（草案）的说明", ["plan"]),
        ("2023年重点工作", ["work_done"]),
        ("存在问题及下一步打算", ["problems", "plan"]),
        ("存在的问题和下一步工作打算", ["problems", "plan"]),
        ("主要做法和存在问题", ["work_done", "problems"]),
        ("2023年工作总结和2024年工作计划", ["work_done", "plan"]),
        ("党政主要负责人履行推进法治建设第一责任人职责情况", ["duties"]),
        ("高度重视，加强组织领导", []),
        ("其他需要报告的情况", ["other"]),
    ],
)
def test_kinds(heading: str, kinds: list[str]) -> None:
    assert [kind.value for kind in classify_heading(heading, 2023, load_lexicon()).kinds] == kinds


@pytest.mark.parametrize(
    ("heading", "pure"),
    [
        ("存在问题", True),
        ("主要做法", True),
        ("下一步工作打算", True),
        ("制定工作计划", False),
        ("落实普法责任情况", False),
        ("化解矛盾纠纷", False),
    ],
)
def test_pure_section_headings(heading: str, pure: bool) -> None:
    assert classify_heading(heading, 2023, load_lexicon()).pure is pure


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("下一步工作打算", True),
        ("2024年工作安排", True),
        ("附件：2024年重点任务分工", True),
        ("附件2：2024年全县十件民生实事", True),
        ("全面加强政府自身建设", True),
        ("提升干部法治素养。", False),
        ("加快建设国际贸易中心", False),
    ],
)
def test_headings_without_a_number(line: str, expected: bool) -> None:
    assert is_standalone(line, load_lexicon()) is expected


@pytest.mark.parametrize("line", ["名词解释", "*名词解释", "※注释※", "【名词解释】", "名词解释：", "注释"])
def test_glossaries(line: str) -> None:
    assert is_glossary(line, load_lexicon())
