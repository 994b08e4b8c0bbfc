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
            "来源:南屏县人民政府 时间:2024-01-05\n柳河镇2023年法治政府建设情况报告\n来源：柳河镇 浏览次数：12\n柳河镇2023年法治政府建设情况报告",
            "柳河镇",
            2023,
            2024,
        ),
        ("今天是：2019年10月31日 星期四\n工作报告\n2023年柳河区法治政府建设情况报告", "柳河区", 2023, 2024),
        (
            "|索引号:|43001/2024-0062|分类:|\n|发文机关:|南屏县应急管理局|日期:|\n南屏县应急管理局\n2023年法治政府建设报告",
            "南屏县应急管理局",
            2023,
            2024,
        ),
        ("法治政府建设年度报告\n（2023年度）\n南屏县水利局", "南屏县水利局", 2023, 2024),
        (
            "南屏县水利局文件\n南水〔2024〕2号\n签发人：周明\n南屏县水利局关于2023年度法治政府建设情况的报告\n县委依法治县办：",
            "南屏县水利局",
            2023,
            2024,
        ),
        (
            "关于报送2023年度法治政府建设情况的报告\n县委依法治县办：\n按照要求，现将柳河镇2023年度工作情况报告如下。",
            "柳河镇",
            2023,
            2024,
        ),
        ("2023年，在县委的领导下，柳河街道办事处坚持依法行政。", "柳河街道办事处", 2023, 2024),
        ("中共南屏县委员会 南屏县人民政府关于2023年法治政府建设情况的报告", "南屏县人民政府", 2023, 2024),
        ("南屏县教育局\n2023年法治建设工作总结暨2024年工作谋划", "南屏县教育局", 2023, 2024),
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
