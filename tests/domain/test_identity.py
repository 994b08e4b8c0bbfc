"""Unit, report year and plan year from title, salutation, signature and headings."""

from __future__ import annotations

import pytest

from tests.domain.extraction_cases import read

BODY = "\n一、工作开展情况\n检查3次。\n二、下一步打算\n1.充实力量。"


@pytest.mark.parametrize(
    ("head", "unit", "report_year", "plan_year"),
    [
        ("柳河镇2023年法治政府建设情况报告", "柳河镇", 2023, 2024),
        ("2023年度南屏县柳河镇法治政府建设工作总结", "南屏县柳河镇", 2023, 2024),
        ("南屏县司法局\n关于2022年度法治政府建设情况的报告", "南屏县司法局", 2022, 2023),
        ("南屏县委统战部（民宗局）\n2021年度法治政府建设工作总结", "南屏县委统战部（民宗局）", 2021, 2022),
        ("关于南屏县水利局２０２３年度法治政府建设情况的报告", "南屏县水利局", 2023, 2024),
        (
            "政府工作报告\n（2024年1月18日在溪禾县第十八届人民代表大会第四次会议上）\n现在，我代表溪禾县人民政府，向大会报告工作。",
            "溪禾县人民政府",
            2023,
            2024,
        ),
        (
            "2025年长岭市政府工作报告\n——2025年1月9日在长岭市第九届人民代表大会第五次会议上\n我代表市人民政府，向大会报告工作。",
            "长岭市",
            2024,
            2025,
        ),
    ],
)
def test_identity(head: str, unit: str, report_year: int, plan_year: int) -> None:
    reading = read(head + BODY)
    assert (reading.unit, reading.report_year, reading.plan_year) == (unit, report_year, plan_year)


def test_the_signature_names_the_unit() -> None:
    reading = read("2023年度法治政府建设情况报告" + BODY + "\n\n南屏县林业局\n2024年1月10日")
    assert reading.unit == "南屏县林业局"


@pytest.mark.parametrize(
    ("heading", "plan_year", "noticed"),
    [("二、2024年工作计划", 2024, False), ("二、2022年工作计划", 2024, True), ("二、2023年工作计划", 2024, True)],
)
def test_the_wrong_year_in_the_plan_heading(heading: str, plan_year: int, noticed: bool) -> None:
    reading = read(f"柳河镇2023年法治政府建设情况报告\n一、工作情况\n检查3次。\n{heading}\n1.充实力量。")
    assert reading.plan_year == plan_year
    assert any("对不上" in notice for notice in reading.notices) is noticed
