"""Linking on small reports: one promise, one claim, one rule at a time."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest

from tools.linking_gold import read_text
from tracker.domain.documents import NOT_ENOUGH, Link, LinkReport, Outcome, ReportReading
from tracker.domain.link_proposals import RUNNER_UP
from tracker.domain.matching import link_items, link_reports
from tracker.domain.matching.candidates import prepare_report
from tracker.domain.matching.comparable import make_comparable
from tracker.domain.matching.names import is_short_form
from tracker.domain.matching.paragraphs import Paragraphs
from tracker.domain.matching.promises import aim_of, prepare_promises, split_parts
from tracker.domain.matching.reckoning import shares_of_counts
from tracker.domain.matching.steps import step_of
from tracker.domain.matching.units import numbers_with, same_unit, split_unit
from tracker.domain.matching.words import load_background, load_words
from tracker.language.lexicon import load_lexicon

EARLIER = """柳河镇人民政府
关于2023年度法治政府建设情况的报告

一、2023年工作情况
（一）履职情况。全年研究法治工作3次。
二、存在的问题
一是执法力量薄弱。
三、2024年工作计划
{plan}

柳河镇人民政府
2023年12月20日
"""
LATER = """柳河镇人民政府
关于2024年度法治政府建设情况的报告

一、2024年工作情况
（一）强化组织领导。全年召开党委会4次，把法治建设列入重要议程。
{claims}
（九）做好信息报送。报送政务信息46条，被县级采用18条。
二、存在的问题
{problems}
三、2025年工作计划
{plan}

柳河镇人民政府
2024年12月20日
"""
FILLER = "（一）抓好公文处理，做好日常值守。"


def earlier_report(promise: str) -> ReportReading:
    """A report that promises one thing."""
    return read_text(EARLIER.format(plan=f"（一）{promise}。\n（二）做好档案归集。"))


def later_report(claims: str, problems: str = "一是信息化程度有待提高。", plan: str = FILLER) -> ReportReading:
    """The report of the next year."""
    return read_text(LATER.format(claims=f"（二）{claims}", problems=problems, plan=plan))


def linked(promise: str, claims: str, problems: str = "一是信息化程度有待提高。", plan: str = FILLER) -> Link:
    """The row that sums up the first item."""
    report = link_reports(earlier_report(promise), later_report(claims, problems, plan), load_lexicon())
    return next(link for link in report.links if link.commitment is None)


@pytest.mark.parametrize(
    ("promise", "claim", "outcome"),
    [
        # verb steps
        ("编制《柳河镇权责清单》", "印发《柳河镇权责清单》并向社会公布。", "done"),
        ("编制《柳河镇权责清单》", "《柳河镇权责清单》正在征求意见。", "partial"),
        ("建成镇综合文化服务中心", "镇综合文化服务中心建成并投入使用。", "done"),
        ("建成镇综合文化服务中心", "镇综合文化服务中心主体完工。", "partial"),
        ("建成镇综合文化服务中心", "镇综合文化服务中心开放，二期明年启动。", "done"),  # nobody promised the second
        # the title that was promised, or another one
        ("石桥村、柳湾村创建市级民主法治示范村", "石桥村获评市级民主法治示范村，柳湾村获评市级美丽宜居村。", "partial"),
        ("石桥村创建市级民主法治示范村", "石桥村获评市级民主法治示范村。", "done"),
        ("完成司法所外观标识改造", "司法所外观标识改造14个所改了11个。", "partial"),
        ("加快东岭防洪堤建设", "东岭防洪堤通过竣工验收。", "done"),
        ("加快东岭防洪堤建设", "东岭防洪堤建设稳步推进。", "partial"),
        ("启动东岭防洪堤建设", "东岭防洪堤开工建设。", "done"),
        ("启动东岭防洪堤建设", "东岭防洪堤即将开工。", "partial"),
        ("柳河社区争创省级民主法治示范社区", "柳河社区获评省级民主法治示范社区。", "done"),
        # standing duties
        ("完善行政执法公示制度", "修改行政执法公示制度，公示执法信息230条。", "done"),
        # lists
        ("完成东岭村、西坡村、南湾村污水管网改造", "东岭村、西坡村、南湾村污水管网改造全部完工。", "done"),
        ("完成东岭村、西坡村、南湾村污水管网改造", "东岭村、西坡村污水管网改造全部完工。", "partial"),
        ("完成迎宾路、崇文路、滨河路改造", "迎宾路、崇文路改造全部完工。", "partial"),
        # what holds of all, or must not happen at all, can be checked like a number
        ("组织法律知识考试2次，考试不合格人员一律离岗培训", "组织法律知识考试2次。", "partial"),
        ("案件结案率达到90%以上，败诉案件为零", "案件结案率93%。", "partial"),
        # titles are won, not tried for
        ("创建省级卫生乡镇", "扎实开展省级卫生乡镇创建。", "partial"),
        ("创建省级卫生乡镇", "被命名为省级卫生乡镇。", "done"),
        ("创建省级卫生乡镇", "11月通过省级卫生乡镇验收。", "done"),
        # verbs inside a name tell no step; a part still under way
        ("建成生态修复基地1处", "生态修复基地已完成选址。", "partial"),
        ("建成生态修复基地1处", "生态修复基地已完成选址和初步设计。", "partial"),
        ("建成镇综合数据库", "镇综合数据库主体建成，乡村部分正在采集。", "partial"),
        ("加快东岭公路建设", "东岭公路完成总投资的62%。", "partial"),
        # a standing duty told with what came of it in the next clause
        ("深入推进扫黑除恶专项斗争", "持续推进扫黑除恶专项斗争，打掉犯罪团伙12个。", "done"),
        # silence
        ("行政机关负责人出庭应诉率达到100%", "全年办理行政处罚案件12件。", "not_mentioned"),
        ("开展个体工商户普法讲座4场", "举办篮球比赛2场。", "not_mentioned"),
    ],
)
def test_outcome(promise: str, claim: str, outcome: str) -> None:
    assert linked(promise, claim).outcome.value == outcome


@pytest.mark.parametrize(
    ("promise", "decoy"),
    [
        ("改造农村户厕300座", "改造城区公厕12座。"),
        ("完成柳河一中综合楼改造", "柳河二中综合楼改造完工。"),
        ("制定《柳河镇信访工作办法》", "印发《柳河镇防汛工作预案》。"),
        ("柳河社区争创省级民主法治示范社区", "柳河社区被评为市级卫生社区。"),
        ("开展“宪法进农村”活动6场", "开展文艺进农村演出6场。"),
        ("建成市图书馆新馆", "市文化馆新馆对外开放。"),
    ],
)
def test_near_misses_are_no_answers(promise: str, decoy: str) -> None:
    link = linked(promise, decoy)
    assert link.outcome is Outcome.NOT_MENTIONED
    assert all(NOT_ENOUGH in passage.reasons for passage in link.evidence)


@pytest.mark.parametrize(
    ("promise", "claim", "target", "actual", "met"),
    [
        ("新增调解员不少于6名", "新增调解员4名。", 6, 4, False),
        ("新增调解员不少于6名", "新增调解员7人。", 6, 7, True),
        ("开展法治进校园活动10场以上", "开展法治进校园活动12场次。", 10, 12, True),
        ("每季度开展一次执法案卷评查", "开展执法案卷评查3次。", 4, 3, False),
        ("每月组织一次集中学法", "组织集中学法12次。", 12, 12, True),
        ("全年开展执法案卷评查2次", "上下半年各开展执法案卷评查1次。", 2, 2, True),
        (
            "开展执法案卷评查4次",
            "一季度开展执法案卷评查2次、二季度开展执法案卷评查1次、下半年开展执法案卷评查2次。",
            4,
            5,
            True,
        ),
        ("矛盾纠纷调解成功率达到97%以上", "受理矛盾纠纷171件，调解成功率97.1%。", 97, 97.1, True),
        ("城镇登记失业率控制在4.5%以内", "城镇登记失业率5.1%。", 4.5, 5.1, False),
        ("城镇登记失业率控制在4.5%以内", "城镇登记失业率3.9%。", 4.5, 3.9, True),
        ("完成营造林0.5万亩", "完成营造林6000亩。", 0.5, 0.6, True),
        # months and quarters named one by one
        ("每季度开展一次执法案卷评查", "一季度、三季度各组织一次执法案卷评查。", 4, 2, False),
        ("组织执法案卷评查3次", "4月、10月分别组织一次执法案卷评查。", 3, 2, False),
        # numbers and shares in words
        ("组织执法案卷评查2次", "8月组织执法案卷评查一次。", 2, 1, False),
        ("执法装备联网率达到90%", "执法装备联网率超过九成。", 90, 90, True),
        ("完成18个村级法律服务站改造", "十八个村级法律服务站有三分之二完成改造。", 18, 12, False),
        # things named instead of counted
        ("创建省级民主法治示范村3个", "龙井村、红岩村入选省级民主法治示范村。", 3, 2, False),
        # a rate from the whole and the part
        ("执法案卷评查优秀率达到80%", "执法案卷评查40份，30份获评优秀。", 80, 75, False),
        # what was before is no answer
        ("规划许可办理时限压缩至7个工作日以内", "规划许可由15个工作日调整为6个工作日办结。", 7, 6, True),
        # the number of another target stands nearer
        ("定量检测蔬菜样品600个", "定量检测各类农产品样品650个，其中蔬菜样品420个。", 600, 420, False),
        # the total, the part of it, this year's share of it
        ("举办“柳河法治讲堂”40场", "“柳河法治讲堂”市级12场、县级25场，共计37场。", 40, 37, False),
        ("完成村庄规划36个", "村庄规划累计批复31个，其中年内新批复19个。", 36, 19, False),
        ("开放学校体育场地35所", "新增开放体育场地的学校6所，总数达到33所。", 35, 33, False),
        # the topic of the sentence goes on
        ("行政诉讼败诉案件不超过1件", "办理行政诉讼案件12件，负责人出庭12件；行政诉讼败诉2件。", 1, 2, False),
        # what was before is no answer
        ("免罚事项扩至15项", "免罚事项由9项扩充至16项。", 15, 16, True),
        # the seasons stand before, in another clause
        ("开展校园周边整治2次", "春秋两季开学前后，会同公安部门开展校园周边整治各一次。", 2, 2, True),
    ],
)
def test_figures(promise: str, claim: str, target: float, actual: float, met: bool) -> None:
    figure = linked(promise, claim).figures[0]
    assert (figure.target, figure.actual, figure.met) == (target, actual, met)


@pytest.mark.parametrize(
    ("promise", "claim", "note"),
    [
        ("一般公共预算收入增长7%", "一般公共预算收入完成9.8亿元。", "增幅"),
        ("完成食品抽检1200批次", "食品抽检任务超额完成。", "超额完成"),
        ("完成食品抽检1200批次", "五年来累计完成食品抽检5600批次。", "多年"),
        ("新增法律明白人60名", "法律明白人达到210名。", "总数"),
        ("旅游旺季每周开展联合巡查2次", "旅游旺季每周联合巡查2次，累计46次。", "一年中的一段"),
    ],
)
def test_open_comparisons_say_why(promise: str, claim: str, note: str) -> None:
    figure = linked(promise, claim).figures[0]
    assert figure.actual is None
    assert figure.met is None
    assert note in (figure.note or "")


@pytest.mark.parametrize(
    ("promise", "claim", "late"),
    [
        ("3月底前出台《柳河镇信访工作办法》", "4月印发《柳河镇信访工作办法》。", True),
        ("3月底前出台《柳河镇信访工作办法》", "3月印发《柳河镇信访工作办法》。", False),
        ("3月底前出台《柳河镇信访工作办法》", "6月，《柳河镇信访工作办法》正式印发。", True),
        ("6月底前完成法律顾问选聘", "法律顾问全部选聘，合同于7月中旬签订。", True),
        ("上半年出台《柳河镇信访工作办法》", "印发《柳河镇信访工作办法》。", None),
        ("出台《柳河镇信访工作办法》", "8月印发《柳河镇信访工作办法》。", None),
        ("3月底前出台《柳河镇信访工作办法》", "《柳河镇信访工作办法》8月12日以政府文件形式公布。", True),
        ("3月底前出台《柳河镇信访工作办法》", "《柳河镇信访工作办法》2月12日起施行。", False),
        ("3月底前出台《柳河镇信访工作办法》", "《柳河镇信访工作办法》已经起草，预计2026年一季度印发。", True),
        ("6月底前建成智慧消防平台", "智慧消防平台因选址调整，施工历时五个月，9月12日正式启用。", True),
        ("6月底前建成智慧消防平台", "8月，投资90万元的智慧消防平台正式启用。", True),
        ("9月底前20家企业全部接入智慧消防平台", "20家企业中，9月末接入智慧消防平台16家，10月全部接入。", True),
        ("9月底前20家企业全部接入智慧消防平台", "20家企业中，6月末接入智慧消防平台16家，8月全部接入。", False),
    ],
)
def test_late_by_the_reports_own_dates(promise: str, claim: str, late: bool | None) -> None:
    assert linked(promise, claim).late is late


def test_admission_alone_is_not_mentioned() -> None:
    link = linked("建设民法典主题公园1处", "举办文艺演出2场。", problems="一是民法典主题公园因用地手续未办结尚未开工。")
    assert link.outcome is Outcome.NOT_MENTIONED
    assert "民法典主题公园" in link.contradicted_by[0].text
    assert [(figure.actual, figure.met) for figure in link.figures] == [(0, False)]


def test_the_new_plan_is_no_answer_but_a_repetition() -> None:
    link = linked("建设民法典主题公园2处", "举办文艺演出2场。", plan="（一）建设民法典主题公园1处。")
    assert link.outcome is Outcome.NOT_MENTIONED
    assert link.repeated_in == ("i1",)
    assert link.shrunk is not None
    assert (link.shrunk.before, link.shrunk.after) == (2, 1)


def test_a_plain_remainder_is_not_shrunk() -> None:
    link = linked(
        "建成村级法律服务工作室12个", "建成村级法律服务工作室9个。", plan="（一）建成剩余3个村级法律服务工作室。"
    )
    assert link.repeated_in == ("i1",)
    assert link.shrunk is None


def test_another_remainder_in_the_same_item_hides_no_shrinking() -> None:
    plan = "（一）建成剩余3个村级法律服务工作室，办理行政处罚案件90件。"
    shrunk = linked("办理行政处罚案件100件", "举办文艺演出2场。", plan=plan).shrunk
    assert shrunk is not None
    assert (shrunk.before, shrunk.after) == (100, 90)


@pytest.mark.parametrize(
    ("promise", "again", "before", "after", "unit"),
    [
        ("每季度召开一次企业法治座谈会", "每半年召开一次企业法治座谈会", 4, 2, "次"),
        ("每两个月召开1次企业法治座谈会", "每季度召开1次企业法治座谈会", 6, 4, "次"),
        ("选聘以案释法讲师10名", "组建以案释法讲师团，成员不少于6名", 10, 6, "名"),
        ("9月底前完成司法所标准化改造", "12月底前完成司法所标准化改造", 9, 12, "月"),
    ],
)
def test_shrunk_over_the_year_and_put_off(promise: str, again: str, before: float, after: float, unit: str) -> None:
    shrunk = linked(promise, "举办文艺演出2场。", plan=f"（一）{again}。").shrunk
    assert shrunk is not None
    assert (shrunk.before, shrunk.after, shrunk.unit) == (before, after, unit)


def test_each_target_is_answered_or_named_as_open() -> None:
    link = linked("新增调解员6名，购置执法记录仪12台", "新增调解员6名。")
    assert [(figure.actual, figure.met) for figure in link.figures] == [(6, True), (None, None)]
    assert link.figures[1].note == "报告未提到这一项"
    assert link.outcome is Outcome.PARTIAL


def test_a_level_at_the_end_of_several_years_is_comparable_and_an_average_is_not() -> None:
    claim = "五年来，法律服务覆盖率达到95%。"
    assert linked("法律服务覆盖率达到90%", claim).figures[0].actual == 95
    figure = linked("调解成功率增长5%", "调解成功率年均增长6%。").figures[0]
    assert figure.met is None


def test_done_without_having_been_planned() -> None:
    report = link_reports(
        earlier_report("完善信访接待制度"),
        later_report("完善信访接待制度，接待群众40批次。\n（三）获评全县安全生产先进乡镇，建成智慧消防平台1个。"),
        load_lexicon(),
    )
    assert any("智慧消防平台" in evidence.text for evidence in report.unplanned)
    assert not any("信访接待" in evidence.text for evidence in report.unplanned)


def _check_invariants(report: LinkReport, later: ReportReading) -> None:
    for link in report.links:
        assert 0.0 <= link.score <= 1.0
        assert len(link.evidence) <= 5
        assert link.evidence or link.outcome is Outcome.NOT_MENTIONED
        for evidence in (*link.evidence, *link.contradicted_by, *report.unplanned):
            assert evidence.text == evidence.span.of(later.text)
            assert evidence.text
        for evidence in link.evidence:
            assert (NOT_ENOUGH in evidence.reasons) == (link.outcome is Outcome.NOT_MENTIONED)


def test_every_quote_is_verbatim_and_every_commitment_is_answered() -> None:
    earlier = earlier_report("6月底前完成执法队规范化建设，新增执法人员6名；出台《柳河镇信访工作办法》")
    later = later_report("执法队规范化建设通过验收，新增执法人员４名，印发《柳河镇信访工作办法》[1]。")
    report = link_reports(earlier, later, load_lexicon())
    _check_invariants(report, later)
    wanted = [(item.id, commitment.id) for item in earlier.items for commitment in item.commitments]
    assert [(link.item, link.commitment) for link in report.links if link.commitment] == wanted
    assert [link.item for link in report.links if link.commitment is None] == [item.id for item in earlier.items]


@pytest.mark.parametrize("text", ["", "工作总结", "一、下一步工作打算\n（一）完成执法队规范化建设。"])
def test_a_report_that_says_nothing(text: str) -> None:
    report = link_reports(earlier_report("完成执法队规范化建设"), read_text(text or "\n"), load_lexicon())
    assert {link.outcome for link in report.links} == {Outcome.NOT_MENTIONED}
    assert report.unplanned == ()


def test_an_empty_plan() -> None:
    later = later_report("建成智慧消防平台1个。")
    report = link_items((), 2024, later, load_lexicon())
    assert report.links == ()
    _check_invariants(report, later)


def test_items_as_people_edited_them() -> None:
    item = earlier_report("完成执法队规范化建设").items[0]
    whole = replace(item, commitments=(), text="执法队规范化建设年内通过验收")
    commitment = replace(item.commitments[0], text="新增执法人员6名")
    reworded = replace(item, id="i9", text="新增执法人员6名", commitments=(commitment,))
    later = later_report("执法队规范化建设通过验收，新增执法人员4名。")
    report = link_items((whole, reworded), 2024, later, load_lexicon())
    _check_invariants(report, later)
    assert [(link.item, link.commitment) for link in report.links] == [
        (whole.id, None),
        ("i9", commitment.id),
        ("i9", None),
    ]
    assert all(link.outcome is not Outcome.NOT_MENTIONED for link in report.links)


def test_same_input_same_answer() -> None:
    earlier, later = earlier_report("新增调解员6名"), later_report("新增调解员4名。")
    assert link_reports(earlier, later, load_lexicon()) == link_reports(earlier, later, load_lexicon())


@pytest.mark.parametrize(
    ("text", "step"),
    [
        ("主体完工", "progress"),
        ("顺利通过省级验收", "finished"),
        ("正在进行上线前测试", "progress"),
        ("完成选址", "preparing"),
        ("尚未开工", "failed"),
        ("即将启动", "imminent"),
        ("开工建设", "started"),
        ("开展培训", "delivered"),
        ("山清水秀", None),
        ("方案报批未果", "failed"),
        ("培训班因故未办", "failed"),
        ("未按期建成", "failed"),
        ("规则修订稿已送部门", "progress"),
        ("二期明年启动", "imminent"),
        ("建好并开始使用", "finished"),
        ("在第三中学建成青少年模拟法庭", "finished"),
        ("职业待遇落实到位", "finished"),
    ],
)
def test_step(text: str, step: str | None) -> None:
    assert step_of(text, load_words()) == step


@pytest.mark.parametrize(
    ("text", "aim"),
    [
        ("启动东岭防洪堤建设", "start"),
        ("加快东岭防洪堤建设", "project"),
        ("建成东岭防洪堤", "finish"),
        ("加强食品安全监管", "standing"),
    ],
)
def test_aim(text: str, aim: str) -> None:
    assert aim_of(text, load_words()) == aim


@pytest.mark.parametrize(
    ("promise", "parts"),
    [
        ("完成食品抽检1200批次，对学校食堂开展检查全覆盖", ["完成食品抽检1200批次，", "对学校食堂开展检查全覆盖"]),
        ("新增规上企业10家、高新技术企业6家", ["新增规上企业10家、", "高新技术企业6家"]),
        ("建成法治广场1处，不断提升法治氛围", ["建成法治广场1处，不断提升法治氛围"]),
        ("完成东岭村、西坡村污水管网改造", ["完成东岭村", "完成西坡村污水管网改造"]),
        ("加强交通、消防、危化品等领域排查", ["加强交通、消防、危化品等领域排查"]),
        ("推进湖心乐园建设，推动青石枢纽站开工", ["推进湖心乐园建设，", "推动青石枢纽站开工"]),
        ("强化考核运用，实现各村法律顾问全覆盖", ["强化考核运用，", "实现各村法律顾问全覆盖"]),
        ("推进园区建设，推动经济高质量发展", ["推进园区建设，推动经济高质量发展"]),
        ("完成东岭大桥、G512公路改造", ["完成东岭大桥", "完成G512公路改造"]),
        ("加快东岭大桥、西岭隧道和G512公路建设", ["加快东岭大桥", "加快西岭隧道", "加快G512公路建设"]),
    ],
)
def test_parts(promise: str, parts: list[str]) -> None:
    item = earlier_report(promise).items[0]
    commitment = replace(item.commitments[0], text=promise, quantities=())
    assert [part.text for part in split_parts(commitment, load_words())] == parts


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("推进12号线西延伸", ["12号线西延伸"]),
        ("改造107国道", ["107国道"]),
        ("开通G512公路", ["g512"]),
        ("完成12次培训", []),
    ],
)
def test_numbers_that_belong_to_a_name_are_part_of_it(text: str, names: list[str]) -> None:
    chunks = [chunk.text for chunk in make_comparable(text, load_words()).chunks]
    assert all(any(name in chunk for chunk in chunks) for name in names)
    assert any(char.isdigit() for chunk in chunks for char in chunk) is bool(names)


@pytest.mark.parametrize(
    ("text", "shares"),
    [
        ("接手纠纷59件，握手言和56件。", [94.9]),
        ("受理12件、办结12件，接待86人次。", [100.0]),
        ("新增3处，检查40家。", []),
        ("办结12件，受理30件。", []),
    ],
)
def test_what_share_one_count_is_of_another(text: str, shares: list[float]) -> None:
    assert [round(share, 1) for share in shares_of_counts(text)] == shares


def test_an_answer_in_other_words_is_found_and_one_of_another_thing_is_not_taken() -> None:
    link = linked("邻里纠纷调解成功率达到95%以上", "（二）村里的争执。调解员接手60起，58起双方握手言和。")
    assert link.outcome is Outcome.DONE


def test_promises_have_weight_and_theme() -> None:
    promises = prepare_promises(earlier_report("新增调解员6名").items, load_background(), load_words())
    assert promises[0].total > 0
    assert promises[0].quantities[0].value == 6


def test_units() -> None:
    words = load_words()
    assert split_unit("万人次", words) == (10000, "人次")
    assert split_unit("个", words) == (1, "个")
    assert same_unit("场", "次", words)
    assert same_unit("人", "人次", words) is False
    assert numbers_with("万亩", "完成营造林6000亩", words) == [0.6]
    assert numbers_with("次", "开展培训三次", words) == [3]


@pytest.mark.parametrize(
    ("short", "long", "is_short"),
    [
        ("定检率", "定期检验率", True),
        ("公办园", "公办幼儿园", True),
        ("定检率", "定检率", False),
        ("检定率", "定期检验率", False),
    ],
)
def test_short_form(short: str, long: str, is_short: bool) -> None:
    assert is_short_form(short, long) is is_short


@pytest.mark.parametrize("piece", ["1", "甲、", "完成甲乙丙，", "《", "（", "建", "新增调解员6名，"])
def test_hostile_texts_take_no_time(piece: str) -> None:
    text = piece * (20_000 // len(piece))
    item = earlier_report("新增调解员6名").items[0]
    long = replace(item, text=text, commitments=(replace(item.commitments[0], text=text),))
    start = time.process_time()
    link_items([long, item], 2024, later_report(text), load_lexicon())
    assert time.process_time() - start < 5.0


def test_a_label_belongs_to_the_sentence_that_it_counts_off() -> None:
    link = linked("开设工地法治夜校", "推进两件事。\n一是工地法治夜校。开班26期，3100余名工友参加。")
    assert "开班26期" in link.evidence[0].text


def test_runners_up_are_shown_beside_an_answer_and_say_so() -> None:
    link = linked("新建法治文化长廊2处", "新建法治文化长廊2处。\n（三）法治文化广场完成绿化，文化长廊加装照明。")
    others = [one for one in link.evidence if RUNNER_UP in one.reasons]
    assert RUNNER_UP not in link.evidence[0].reasons
    assert all(one.score < link.evidence[0].score for one in others)
    assert link.outcome is Outcome.DONE


@pytest.mark.parametrize(
    ("claim", "outcome"),
    [
        ("大力度推进老城区拆迁扫尾。", Outcome.PARTIAL),
        ("加快实施老城区拆迁扫尾。", Outcome.PARTIAL),
        ("老城区拆迁扫尾全面完成。", Outcome.DONE),
    ],
)
def test_what_is_only_pushed_forward_is_not_done(claim: str, outcome: Outcome) -> None:
    assert linked("完成老城区拆迁扫尾", claim).outcome is outcome


def test_examples_of_a_kind_need_not_be_named_where_the_kind_is_counted() -> None:
    link = linked("完成广场胡同、鑫园巷等背街小巷改造", "完成7条背街小巷改造。")
    assert link.outcome is Outcome.DONE


def test_the_paragraph_most_like_an_item_counts_in_full_and_an_unlike_one_less() -> None:
    words = load_words()
    report = prepare_report(later_report("组织禁渔巡查。\n（三）检查渔船安全。", "一是人手不足。", FILLER), words)
    promises = prepare_promises(earlier_report("开展禁渔巡查").items, {}, words)
    paragraphs = Paragraphs(report.claims, {})
    shares = paragraphs.likeness(promises)[promises[0].item.id]
    lines = {claim.text.strip(): claim.line for claim in report.claims}
    near = next(line for text, line in lines.items() if "禁渔巡查" in text)
    assert shares[near] == 1.0
    assert all(share < 1.0 for line, share in shares.items() if line != near)
    assert paragraphs.cover(promises[0], near) > 0.8


def test_what_falls_short_by_its_own_admission() -> None:
    earlier = earlier_report("全年培训农村承包地纠纷仲裁员40名")
    later = later_report(
        "检查农资门店500家次。", problems="（一）仲裁员培训没有达到计划，全年培训农村承包地纠纷仲裁员24名。"
    )
    link = next(one for one in link_reports(earlier, later, load_lexicon()).links if one.commitment)
    assert link.outcome is Outcome.NOT_MENTIONED
    assert [(one.target, one.actual, one.met) for one in link.figures] == [(40, 24, False)]
