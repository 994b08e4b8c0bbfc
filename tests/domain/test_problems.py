"""The stated problems, in every shape met so far."""

from __future__ import annotations

import pytest

from tests.domain.extraction_cases import read, with_plan


@pytest.mark.parametrize(
    ("problems", "expected"),
    [
        ("一是执法力量薄弱；二是审查不够规范。", ["执法力量薄弱", "审查不够规范"]),
        ("我镇工作取得一定成效，但还存在差距：一是学习力度不够；二是氛围不浓。", ["学习力度不够", "氛围不浓"]),
        ("1、执法水平有待提高。\n2、普法氛围不浓。群众参与不多。", ["执法水平有待提高", "普法氛围不浓"]),
        ("（一）力量不匹配。持证人员偏少。\n（二）阵地不平衡。", ["力量不匹配", "阵地不平衡"]),
        ("首先，执法占比偏低。其次，经验缺乏。", ["执法占比偏低", "经验缺乏"]),
        (
            "主要表现为：记录归档不及时；跨区监管存在空档；流动摊贩容易反复。",
            ["记录归档不及时", "跨区监管存在空档", "流动摊贩容易反复"],
        ),
        (
            "法律顾问作用发挥不均衡。物业矛盾易发多发，预防手段不多。",
            ["法律顾问作用发挥不均衡", "物业矛盾易发多发，预防手段不多"],
        ),
        (
            "一是执法力量薄弱；二是审查不规范。对于这些问题，我们将采取有力措施，认真加以解决。",
            ["执法力量薄弱", "审查不规范"],
        ),
        ("学法主动性不强，执法能力不足，普法形式单一。", ["学法主动性不强", "执法能力不足", "普法形式单一"]),
    ],
)
def test_problems(problems: str, expected: list[str]) -> None:
    assert [problem.text for problem in with_plan("1.充实力量。", problems).problems] == expected


@pytest.mark.parametrize(
    ("paragraph", "expected"),
    [
        (
            "各位代表，我们也清醒认识到，发展中还存在不少困难和问题。主要是：产业层次不高，龙头企业偏少；财政收支矛盾突出。对此，我们将认真加以解决。",
            ["产业层次不高，龙头企业偏少", "财政收支矛盾突出"],
        ),
        (
            "同时，我们也清醒认识到，产业升级较慢，创新能力还需提升，城乡建设存在短板。我们将采取有力措施加以解决。",
            ["产业升级较慢", "创新能力还需提升", "城乡建设存在短板"],
        ),
        (
            "成绩可贵，短板也不能忽视。一是发展质量还不高，比重偏低。二是设施薄弱，面貌需提高。三是服务还有差距，仍需努力，力量不足。",
            ["发展质量还不高，比重偏低", "设施薄弱，面貌需提高", "服务还有差距，仍需努力，力量不足"],
        ),
    ],
)
def test_problems_admitted_in_passing(paragraph: str, expected: list[str]) -> None:
    reading = read(
        f"2024年溪禾县政府工作报告\n一、2023年工作回顾\n完成投资20亿元。\n{paragraph}\n二、2024年工作安排\n（一）抓项目。开工20个。"
    )
    assert [problem.text for problem in reading.problems] == expected
