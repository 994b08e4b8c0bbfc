"""Where the parts of a report begin and what they speak of, in every structure met so far."""

from __future__ import annotations

import pytest

from tests.domain.extraction_cases import read

TITLE = "柳河镇2023年法治政府建设情况报告\n"


def kinds(text: str) -> list[tuple[str, str]]:
    return [(section.kind.value, section.heading) for section in read(TITLE + text).sections]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(
            "一、工作情况\n开展检查3次。\n二、存在问题\n一是力量不足。\n三、下一步打算\n1.加强力量。",
            [("work_done", "一、工作情况"), ("problems", "二、存在问题"), ("plan", "三、下一步打算")],
            id="plain",
        ),
        pytest.param(
            "一、主要做法和存在问题\n（一）主要做法。开展检查3次。\n（二）存在问题。一是力量不足。\n二、2024年工作安排\n1.加强力量。",
            [("work_done", "（一）主要做法"), ("problems", "（二）存在问题"), ("plan", "二、2024年工作安排")],
            id="mixed heading over sub-headings",
        ),
        pytest.param(
            "一、工作情况\n开展检查3次。\n二、存在问题及下一步打算\n力量不足。\n下一步，我镇将充实执法力量。",
            [
                ("work_done", "一、工作情况"),
                ("problems", "二、存在问题及下一步打算"),
                ("plan", "二、存在问题及下一步打算"),
            ],
            id="problems and plan told together",
        ),
        pytest.param(
            "一、工作情况\n检查3次。\n二、存在问题\n力量不足。\n三、第一责任人履职情况\n听取汇报2次。\n四、工作打算\n1.加强力量。\n五、其他需要报告的情况\n无。",
            [
                ("work_done", "一、工作情况"),
                ("problems", "二、存在问题"),
                ("duties", "三、第一责任人履职情况"),
                ("plan", "四、工作打算"),
                ("other", "五、其他需要报告的情况"),
            ],
            id="duties between problems and plan, a part after the plan",
        ),
        pytest.param(
            "一、压实责任\n听取汇报了4次。\n二、规范执法\n检查了企业。\n三、存在的短板\n力量不足。\n四、奋力开创新局面\n1.将充实执法力量。",
            [
                ("work_done", "一、压实责任"),
                ("work_done", "二、规范执法"),
                ("problems", "三、存在的短板"),
                ("plan", "四、奋力开创新局面"),
            ],
            id="a plan heading without a plan word",
        ),
        pytest.param(
            "工作开展情况\n检查3次。\n存在的问题\n力量不足。\n下一步工作打算\n充实力量。",
            [("work_done", "工作开展情况"), ("problems", "存在的问题"), ("plan", "下一步工作打算")],
            id="headings without numbers",
        ),
        pytest.param(
            "第一部分 工作总结\n检查3次。\n第二部分 存在问题\n力量不足。\n第三部分 2024年计划\n充实力量。",
            [("work_done", "第一部分 工作总结"), ("problems", "第二部分 存在问题"), ("plan", "第三部分 2024年计划")],
            id="parts",
        ),
        pytest.param(
            "一、工作情况\n检查3次。\n二、存在问题\n力量不足。\n三、下一步打算\n一、充实执法力量。招录3人。\n二、抓好普法宣传。开展5场。\n名词解释\n[1]执法：指执法活动。",
            [("work_done", "一、工作情况"), ("problems", "二、存在问题"), ("plan", "三、下一步打算")],
            id="the numbering starts again inside the plan; a glossary after it",
        ),
        pytest.param(
            "一、2023年工作总结\n检查3次。\n二、2024年工作计划\n1.充实力量。\n附件：2024年重点任务分工\n序号\t任务\t责任单位\n1\t建设法治广场\t司法所",
            [("work_done", "一、2023年工作总结"), ("plan", "二、2024年工作计划"), ("plan", "附件：2024年重点任务分工")],
            id="an annex",
        ),
        pytest.param(
            "过去一年做了哪些事\n检查3次，培训2期。\n还有哪些短板\n执法力量不足。\n2024年我们这样干\n充实力量，招录3人。",
            [("work_done", "过去一年做了哪些事"), ("problems", "还有哪些短板"), ("plan", "2024年我们这样干")],
            id="headings in plain speech",
        ),
        pytest.param(
            "一、主要做法\n一、抓学习。学法十次。\n二、抓执法。检查三次。\n二、主要问题\n一、力量不足。\n三、2024年工作打算\n一、充实力量。",
            [("work_done", "一、主要做法"), ("problems", "二、主要问题"), ("plan", "三、2024年工作打算")],
            id="lists in the style of the sections",
        ),
        pytest.param(
            "1.工作开展情况\n检查3次。\n2.存在问题\n力量不足。\n3.下步工作安排\n（1）充实力量。\n（2）抓好普法。",
            [("work_done", "1.工作开展情况"), ("problems", "2.存在问题"), ("plan", "3.下步工作安排")],
            id="sections in Arabic numbers",
        ),
        pytest.param(
            "一、凝聚共识，氛围更加浓厚\n开展宣讲3次，办理案件26件。\n二、正视差距，方向更加明确\n执法力量不足，普法形式单一。\n三、锚定目标，奋力开创新局\n我镇将新招录执法人员2名，力争建成广场1处。",
            [
                ("work_done", "一、凝聚共识，氛围更加浓厚"),
                ("problems", "二、正视差距，方向更加明确"),
                ("plan", "三、锚定目标，奋力开创新局"),
            ],
            id="headings that name no part",
        ),
        pytest.param(
            "一、工作情况\n检查3次。\n来年打算：\n1.充实力量。",
            [("work_done", "一、工作情况"), ("plan", "来年打算")],
            id="an unnumbered heading with a colon",
        ),
        pytest.param(
            "一、规范执法\n检查企业30家。\n二、自身建设\n镇长出庭应诉2次，组织学法4次。\n三、存在不足\n一是力量不足。\n四、2024年工作打算\n1.招录人员2名。",
            [
                ("work_done", "一、规范执法"),
                ("work_done", "二、自身建设"),
                ("problems", "三、存在不足"),
                ("plan", "四、2024年工作打算"),
            ],
            id="headed like the end of a plan, before the problems",
        ),
        pytest.param(
            "2023年，我镇召开会议4次，办理案件26件。\n下一步，我镇将充实执法力量，新招录执法人员2名。",
            [("work_done", ""), ("plan", "")],
            id="no headings at all",
        ),
        pytest.param(
            "一、工作情况\n检查3次。\n二、存在问题\n一是力量不足。\n针对以上问题，下一步我镇将新招录执法人员2名。",
            [("work_done", "一、工作情况"), ("problems", "二、存在问题"), ("plan", "二、存在问题")],
            id="a plan without a heading after the problems",
        ),
        pytest.param(
            "一、工作情况\n检查3次。\n二、存在问题\n一是力量不足。\n三、2024年工作安排\n任务见附件。\n附件：柳河镇2024年法治建设重点任务清单\n柳河镇人民政府\n2024年1月5日\n附件\n柳河镇2024年法治建设重点任务清单\n1.招录执法人员2名。",
            [
                ("work_done", "一、工作情况"),
                ("problems", "二、存在问题"),
                ("plan", "三、2024年工作安排"),
                ("plan", "柳河镇2024年法治建设重点任务清单"),
            ],
            id="an annexed list announced before the signature",
        ),
    ],
)
def test_sections(text: str, expected: list[tuple[str, str]]) -> None:
    assert kinds(text) == expected


def test_a_report_without_a_plan_says_so() -> None:
    reading = read(TITLE + "一、工作情况\n检查3次。\n二、存在问题\n一是力量不足。")
    assert reading.items == ()
    assert "没有找到下一年工作计划部分" in reading.notices[-1]


def test_an_empty_document_reads_as_nothing() -> None:
    reading = read("")
    assert (reading.items, reading.sections, reading.problems, reading.plan_year) == ((), (), (), None)
