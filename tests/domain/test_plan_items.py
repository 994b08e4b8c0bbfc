"""Which stretches of a plan are tasks. Every mistake found becomes a case here."""

from __future__ import annotations

import pytest

from tests.domain.extraction_cases import read, with_plan


def items(plan: str) -> list[tuple[str | None, str]]:
    return [(item.label, item.text) for item in with_plan(plan).items]


@pytest.mark.parametrize(
    ("plan", "expected"),
    [
        pytest.param(
            "（一）加强学习。集中学习4次。\n（二）规范执法。开展检查2次。",
            [("（一）", "加强学习。集中学习4次。"), ("（二）", "规范执法。开展检查2次。")],
            id="numbered headings with running text",
        ),
        pytest.param(
            "（一）加强学习。一是抓好中心组学习；二是抓好个人自学。\n（二）规范执法。",
            [("一是", "抓好中心组学习"), ("二是", "抓好个人自学。"), ("（二）", "规范执法。")],
            id="a list under a heading makes its members the items",
        ),
        pytest.param(
            "一是抓学习。集中学习4次。二是抓执法。检查2次。继续完善各项制度，推动法治建设再上新台阶。",
            [("一是", "抓学习。集中学习4次。"), ("二是", "抓执法。检查2次。")],
            id="a closing slogan after the last member",
        ),
        pytest.param(
            "2024年，我镇将重点做好以下工作：\n1.抓学习，集中学习4次。\n2.抓执法，检查2次。\n让我们携手并进，开创新局面！",
            [("1.", "抓学习，集中学习4次。"), ("2.", "抓执法，检查2次。")],
            id="lead-in and appeal",
        ),
        pytest.param(
            "工作中必须坚持以下原则：一是坚持党的领导；二是坚持人民至上。\n（一）抓学习。集中学习4次。",
            [("（一）", "抓学习。集中学习4次。")],
            id="principles",
        ),
        pytest.param(
            "（一）总体要求\n坚持以习近平法治思想为指导，全面推进依法行政。\n（二）重点任务\n1.抓学习，集中学习4次。\n2.抓执法，检查2次。",
            [("1.", "抓学习，集中学习4次。"), ("2.", "抓执法，检查2次。")],
            id="a principle heading",
        ),
        pytest.param(
            "提升执法能力。组织培训2次，开展比武1场。\n深化普法宣传。举办讲座8场，发放资料5000份。",
            [(None, "提升执法能力。组织培训2次，开展比武1场。"), (None, "深化普法宣传。举办讲座8场，发放资料5000份。")],
            id="paragraphs with lead sentences",
        ),
        pytest.param(
            "（一）夯实基础。坚持问题导向。\n提升执法能力。组织培训2次，开展比武1场。\n深化普法宣传。举办讲座8场，发放资料5000份。",
            [(None, "提升执法能力。组织培训2次，开展比武1场。"), (None, "深化普法宣传。举办讲座8场，发放资料5000份。")],
            id="lead paragraphs under a numbered heading",
        ),
        pytest.param(
            "健全保障体系。\n启用镇养老服务中心。发放高龄津贴320人次，为独居老人安装呼叫器60台，改造适老化住房14户。\n强化风险防控。\n开展经营性自建房排查。整改隐患45处，组织应急演练6场，更新村级应急物资，完善值班值守制度。",
            [
                (
                    None,
                    "健全保障体系。\n启用镇养老服务中心。发放高龄津贴320人次，为独居老人安装呼叫器60台，改造适老化住房14户。",
                ),
                (
                    None,
                    "强化风险防控。\n开展经营性自建房排查。整改隐患45处，组织应急演练6场，更新村级应急物资，完善值班值守制度。",
                ),
            ],
            id="leads on lines of their own, above paragraphs whose first sentence is short as well",
        ),
        pytest.param(
            "办好民生工程。\n启用镇养老服务中心。发放高龄津贴320人次，为独居老人安装呼叫器60台，改造适老化住房14户。\n开展经营性自建房排查。整改隐患45处，组织应急演练6场，更新村级应急物资，完善值班值守制度。",
            [
                (
                    None,
                    "启用镇养老服务中心。发放高龄津贴320人次，为独居老人安装呼叫器60台，改造适老化住房14户。",
                ),
                (None, "开展经营性自建房排查。整改隐患45处，组织应急演练6场，更新村级应急物资，完善值班值守制度。"),
            ],
            id="a line above several paragraphs with leads of their own",
        ),
        pytest.param(
            "（一）加强学习。集中学习4次。\n各位代表！新的任务对政府自身建设提出了更高要求，我们将不负重托。坚持依法行政。全面落实重大决策合法性审查，自觉接受人大法律监督、政协民主监督。坚持清廉从政。压减一般性支出5%，从严查处侵害群众利益的行为。",
            [
                ("（一）", "加强学习。集中学习4次。"),
                (
                    None,
                    "坚持依法行政。全面落实重大决策合法性审查，自觉接受人大法律监督、政协民主监督。坚持清廉从政。压减一般性支出5%，从严查处侵害群众利益的行为。",
                ),
            ],
            id="the government's own conduct in one paragraph that opens like an appeal",
        ),
        pytest.param(
            "（一）加强学习。集中学习4次。\n各位代表！我们将切实加强自身建设，以饱满的热情、务实的作风，努力建设人民满意的政府，不负人民重托。",
            [("（一）", "加强学习。集中学习4次。")],
            id="an appeal that only names the government's own conduct",
        ),
        pytest.param(
            "稳步推进改革。\n完成综合执法改革任务，组建执法队伍2支，制定工作规程，确保改革平稳有序、落地见效。\n加强普法宣传。\n举办法治讲座8场，发放宣传资料5000份，扩大普法工作的覆盖面，营造浓厚氛围。",
            [
                (
                    None,
                    "稳步推进改革。\n完成综合执法改革任务，组建执法队伍2支，制定工作规程，确保改革平稳有序、落地见效。",
                ),
                (None, "加强普法宣传。\n举办法治讲座8场，发放宣传资料5000份，扩大普法工作的覆盖面，营造浓厚氛围。"),
            ],
            id="lead sentences on lines of their own",
        ),
        pytest.param(
            "今年经济社会发展主要预期目标是：地区生产总值增长6%左右，财政收入增长5%，固定资产投资增长7%以上。\n（一）抓项目。开工项目20个。",
            [
                (
                    None,
                    "今年经济社会发展主要预期目标是：地区生产总值增长6%左右，财政收入增长5%，固定资产投资增长7%以上。",
                ),
                ("（一）", "抓项目。开工项目20个。"),
            ],
            id="the yearly figures",
        ),
        pytest.param(
            "1.一级任务：\n（1）建设广场1处；\n（2）建设长廊1条；\n2.组织宣讲10场。",
            [("（1）", "建设广场1处"), ("（2）", "建设长廊1条"), ("2.", "组织宣讲10场。")],
            id="two levels",
        ),
        pytest.param(
            "抓实三件事：①建设广场1处；②建设长廊1条；③组织宣讲10场。",
            [("①", "建设广场1处"), ("②", "建设长廊1条"), ("③", "组织宣讲10场。")],
            id="circled numbers in one paragraph",
        ),
        pytest.param(
            "（一)抓学习，集中学习4次。\n（二）抓执法，检查2次。\n（二）抓普法，宣讲3场。\n四）抓调解，化解积案5件。",
            [
                ("（一）", "抓学习，集中学习4次。"),
                ("（二）", "抓执法，检查2次。"),
                ("（二）", "抓普法，宣讲3场。"),
                ("四）", "抓调解，化解积案5件。"),
            ],
            id="broken brackets, a number twice",
        ),
        pytest.param(
            "序号\t重点任务\t牵头单位\t完成时限\n1\t建成法治文化广场1处\t司法所\t6月底前\n2\t开展宣讲10场\t宣传办\t年底前",
            [("1", "建成法治文化广场1处"), ("2", "开展宣讲10场")],
            id="a table",
        ),
        pytest.param(
            "序号\n重点任务\n牵头单位\n完成时限\n1\n建成法治文化广场1处\n司法所\n6月底前\n2\n开展宣讲10场\n宣传办\n年底前",
            [("1", "建成法治文化广场1处"), ("2", "开展宣讲10场")],
            id="a table whose cells fell onto lines",
        ),
        pytest.param(
            "任务一：破解送达难题。2月底前开通电子送达。\n任务二：整治违规充电。每周组织夜查。",
            [("任务一：", "破解送达难题。2月底前开通电子送达。"), ("任务二：", "整治违规充电。每周组织夜查。")],
            id="labelled tasks",
        ),
        pytest.param(
            "管住“预付费”：3月15日前推行合同示范文本，全年投诉量下降三成。\n用好“指导员”：建立星级评定制度，年度服务不少于30小时。",
            [
                (None, "管住“预付费”：3月15日前推行合同示范文本，全年投诉量下降三成。"),
                (None, "用好“指导员”：建立星级评定制度，年度服务不少于30小时。"),
            ],
            id="leads with a colon",
        ),
        pytest.param(
            "1.建设广场1处。\n2.组织宣讲10场。\n以上工作，实行清单管理、按月调度，确保件件有着落。",
            [("1.", "建设广场1处。"), ("2.", "组织宣讲10场。")],
            id="a closing remark on all tasks",
        ),
        pytest.param(
            "1.建设广场1处。\n2.组织宣讲10场。\n站在新的起点，我局将以钉钉子精神抓好落实，为法治建设再立新功。",
            [("1.", "建设广场1处。"), ("2.", "组织宣讲10场。")],
            id="a closing declaration",
        ),
        pytest.param(
            "1\t建成法治文化广场并投入使用\t镇司法所\t6月底前\n2\t开展法治宣讲活动10场以上\t党政办公室\t年底前",
            [("1", "建成法治文化广场并投入使用"), ("2", "开展法治宣讲活动10场以上")],
            id="a table without a header",
        ),
        pytest.param(
            "1.1 建设广场1处。\n1.2 3月底前组织宣讲10场。",
            [("1.1、", "建设广场1处。"), ("1.2、", "3月底前组织宣讲10场。")],
            id="decimal numbers",
        ),
        pytest.param(
            "任务1　建立公物仓\n具体内容：出台公物仓办法\n牵头处室：资产处\n完成时限：2024年6月底\n任务2　开展监察\n具体内容：检查单位50家\n牵头处室：节能处\n完成时限：2024年9月底",
            [("任务1", "建立公物仓\n具体内容：出台公物仓办法"), ("任务2", "开展监察\n具体内容：检查单位50家")],
            id="cards of labelled fields",
        ),
        pytest.param(
            "2024年是关键一年，我镇将重点抓好以下工作。一是建设广场1处；二是组织宣讲10场；三是培训60人次。",
            [("一是", "建设广场1处"), ("二是", "组织宣讲10场"), ("三是", "培训60人次。")],
            id="a list behind the meaning of the year",
        ),
        pytest.param(
            "序号\n重点任务\n具体举措\n牵头处室\n配合处室（单位）\n完成时限\n1\n加快立法\n完成条例起草并送审。\n法规处\n公路处\n6月底前\n2\n强化执法\n组织案卷评查2次。\n同步开展轮训。\n执法局\n法规处\n12月底前",
            [("1", "加快立法\n完成条例起草并送审"), ("2", "强化执法\n组织案卷评查2次。\n同步开展轮训")],
            id="a flattened table with a cell of two paragraphs",
        ),
        pytest.param(
            "（一）工作目标\n力争走在全县前列。\n（二）工作措施\n1.建设广场1处。",
            [("1.", "建设广场1处。")],
            id="an aim without a figure",
        ),
        pytest.param(
            "1.建设广场1处。\n2.组织宣讲10场。\n奋力谱写法治建设新篇章！\n专此报告。\n柳河镇人民政府\n2024年1月5日\n【打印本页】【关闭窗口】",
            [("1.", "建设广场1处。"), ("2.", "组织宣讲10场。")],
            id="appeal, signature and buttons at the end",
        ),
        pytest.param(
            "1.建设广场1处。\n2.组织宣讲10场。\n中共清溪县柳河镇委员会 清溪县柳河镇人民政府",
            [("1.", "建设广场1处。"), ("2.", "组织宣讲10场。")],
            id="a signature of two without a date",
        ),
        pytest.param(
            "1.建设广场1处。\n2.组织宣讲10场。\n清溪县司法局\n清溪县柳河镇人民政府",
            [("1.", "建设广场1处。"), ("2.", "组织宣讲10场。")],
            id="two signatures without a date",
        ),
    ],
)
def test_items(plan: str, expected: list[tuple[str | None, str]]) -> None:
    assert items(plan) == expected


def test_a_sentence_on_the_next_step_inside_the_work_done() -> None:
    reading = read(
        "柳河镇2023年法治政府建设情况报告\n一、工作情况\n（一）规范执法。检查企业30家。下一步，我镇将于6月底前配齐执法记录仪12台。\n"
        "二、存在问题\n一是力量不足。\n三、下一步打算\n1.充实力量，招录3人。"
    )
    assert [(item.inline, item.text) for item in reading.items] == [
        (True, "下一步，我镇将于6月底前配齐执法记录仪12台。"),
        (False, "充实力量，招录3人。"),
    ]


def test_problems_and_measures_told_in_one_breath() -> None:
    reading = read(
        "柳河镇2023年法治政府建设情况报告\n一、工作情况\n检查30家。\n二、存在问题及下一步打算\n"
        "（一）执法力量不足。人手偏紧。下一步，我镇将招录执法人员3名。\n（二）普法形式单一。下一步，我镇将制作短视频10部。"
    )
    assert [problem.text for problem in reading.problems] == ["执法力量不足", "普法形式单一"]
    assert [(item.text, item.answers) for item in reading.items] == [
        ("下一步，我镇将招录执法人员3名。", ("p1",)),
        ("下一步，我镇将制作短视频10部。", ("p2",)),
    ]


def test_measures_beside_problems() -> None:
    reading = read(
        "柳河镇2023年法治政府建设情况报告\n一、工作情况\n检查30家。\n二、存在的主要问题及改进措施\n"
        "1.问题：执法巡查频次不够。\n措施：组建巡查队，每月巡查不少于2次。\n2.问题：普法形式单一。\n措施：制作短视频10部。"
    )
    assert [problem.text for problem in reading.problems] == ["执法巡查频次不够", "普法形式单一"]
    assert [item.text for item in reading.items] == ["组建巡查队，每月巡查不少于2次。", "制作短视频10部。"]


def test_several_plan_years() -> None:
    reading = with_plan(
        "（一）2024年工作安排\n1.建设广场1处。\n（二）2026年工作安排\n1.6月底前建成平台。\n2.覆盖率达到98%。"
    )
    assert [str(item.deadline.due_on) for item in reading.items] == ["2024-12-31", "2026-06-30", "2026-12-31"]


def test_groups_and_titles() -> None:
    reading = with_plan("（一）规范执法（责任单位：执法队）\n1.抓培训。组织培训2次。\n2.抓检查，检查30家。")
    assert [(item.group, item.title, item.responsible) for item in reading.items] == [
        ("（一）规范执法（责任单位：执法队）", "抓培训", ("执法队",)),
        ("（一）规范执法（责任单位：执法队）", None, ("执法队",)),
    ]


def test_every_item_says_why() -> None:
    for item in with_plan("（一）抓学习。6月底前集中学习4次。\n（二）加强领导，提高认识。").items:
        assert len(item.reasons) >= 3
        assert 0 < item.confidence <= 1
