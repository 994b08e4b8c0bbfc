"""Reading numbers: every way is a candidate, the ranker chooses one."""

from __future__ import annotations

import pytest

from tests.domain.test_matching import earlier_report, linked
from tools.train_figures import PRIOR
from tracker.domain.documents import Quantity
from tracker.domain.matching.figures import count_members, targets_of
from tracker.domain.matching.figuring.choosing import figure_model
from tracker.domain.matching.figuring.learning import Lesson, learn
from tracker.domain.matching.figuring.naming import named_in
from tracker.domain.matching.figuring.periods import row_length
from tracker.domain.matching.figuring.rows import name_in_row
from tracker.domain.matching.figuring.scan import numbers_of
from tracker.domain.matching.figuring.targets import Target, target_of
from tracker.domain.matching.promises import Promise, prepare_promises
from tracker.domain.matching.words import load_background, load_words
from tracker.language.lexicon import load_lexicon


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("全年开展普法12场、培训三期", [(12, "场"), (3, "期")]),
        ("清偿账款1.2亿元，占九成二", [(120_000_000, "元"), (92, "%")]),
        ("压缩至4至5个工作日", [(4, "个工作日")]),
        ("11个村已有三分之二完成", [(11, "个"), (33.3 * 2 + 0.1, "%")]),
        ("2024年6月30日第三批第2次印发《条例》3件", [(3, "件")]),
        ("人均参训66至80学时", [(66, "学时")]),
    ],
)
def test_the_numbers_of_a_sentence(text: str, wanted: list[tuple[float, str]]) -> None:
    found = numbers_of(text, load_lexicon(), load_words())
    assert [(pytest.approx(one.value), one.unit) for one in found] == wanted


@pytest.mark.parametrize(
    ("row", "length"),
    [("一、二、三季度", 3), ("一至三季度", 3), ("上、下半年", 2), ("4月、10月", 2), ("前三季度", 3), ("1至11月", 11)],
)
def test_how_many_parts_of_the_year_a_row_names(row: str, length: int) -> None:
    assert row_length(row) == length


@pytest.mark.parametrize(
    ("clause", "names"),
    [
        ("石桥村、柳湾村挂牌说事室，", ["石桥村", "柳湾村"]),
        ("6月，滨河路、书院街获评示范街", ["滨河路", "书院街"]),
        ("岩脚村、白果村的文化长廊建成开放", ["岩脚村", "白果村"]),
        ("出动执法人员30人", []),
        ("产业的质量、效益进一步提高", []),
    ],
)
def test_names_in_a_row(clause: str, names: list[str]) -> None:
    assert named_in(clause) == names


def test_which_name_a_number_of_a_row_belongs_to() -> None:
    text = "自来水、户用厕所普及率分别提升至97.2%、99.8%"
    start = text.index("97.2")
    assert name_in_row(text, start, 0, 2) == "自来水所普及率"
    assert name_in_row(text, start, 1, 2) == "户用厕所普及率"
    assert name_in_row("开展活动分别为3场、5场", 7, 0, 2) is None


def test_of_two_targets_together_each_has_its_own_number() -> None:
    link = linked("渡口事故起数和伤亡人数分别下降5%、8%", "渡口事故起数同比减少9.4%，伤亡人数下降3.2%。")
    assert [(one.actual, one.met) for one in link.figures] == [(9.4, True), (3.2, False)]


def only_target(promise: str) -> Target:
    """The first target of a promise."""
    parts = prepare_promises(earlier_report(promise).items, load_background(), load_words())
    return next(target for part in parts for target in targets_of(part, load_background(), load_words()))


@pytest.mark.parametrize(
    ("promise", "value"),
    [
        ("每两个月举办法治讲堂1期", 6),
        ("法律顾问每周坐班1次", 52),
        ("每季度开展案卷评查2次", 8),
        ("在4个片区各建1个服务站", 4),
        ("行政诉讼保持零败诉", 0),
        ("夜间巡查占比不低于三分之一", 33.3),
    ],
)
def test_the_target_over_the_year(promise: str, value: float) -> None:
    assert only_target(promise).value == value


@pytest.mark.parametrize(
    ("promise", "claim", "actual", "met"),
    [
        # sums
        ("开展法治宣讲40场", "法治宣讲小分队走进社区19次、楼宇11次、学校7次、工地6次。", 43, True),
        ("开展联合执法12次", "联合执法上半年5次，下半年4次。", 9, False),
        # so many each, parts of the year
        ("市政府常务会议学法12次", "市政府常务会议一至三季度每季度学法3次，四季度2次。", 11, False),
        ("每季度组织案卷评查1次", "上半年、三季度、四季度各组织案卷评查1次。", 3, False),
        ("每半年组织案卷评查1次", "5月和11月两度组织案卷评查。", 2, True),
        ("选派审查员4名", "城管局、应急局各选派审查员2名。", 4, True),
        # what was added, what is left
        ("新增持证执法人员80名", "持证执法人员由612人壮大到701人。", 89, True),
        ("化解信访积案12件", "12件信访积案由领导包案化解，剩余1件进入司法程序。", 11, False),
        # shares
        ("民营医院自查率达到90%", "71家民营医院中有60家完成自查。", 84.5, False),
        ("规范性文件合法性审核率达到100%", "10件规范性文件均经合法性审核，没有一件例外。", 100, True),
        ("城管投诉量下降15%", "城管投诉量全年3605件，较上年少了515件。", 12.5, False),
        ("平均超限率控制在0.3%以内", "平均超限率由0.38%降至0.21%。", 0.21, True),
        ("办理时间缩短50%", "办理时间从4.2天缩短到1.9天。", 54.8, True),
        ("行政诉讼保持零败诉", "行政诉讼案件全部胜诉，没有败诉。", 0, True),
        # names
        ("创建法治文化长廊2条", "滨江大道、柳河公路法治文化长廊建成开放。", 2, True),
        ("新建法律服务站1处", "法律服务站建成启用。", 1, True),
        # which of several
        ("新增执法人员5名", "年内新增执法人员7名，总数达到20名。", 7, True),
        ("审批时限压缩至5个工作日以内", "审批时限由8个工作日压缩到4个工作日。", 4, True),
        ("检查企业47家", "应检查企业47家，实际检查企业41家。", 41, False),
        # what was begun and what came to its end
        ("完成200户危房改造", "全年危房改造开工200户、竣工176户。", 176, False),
        ("农户厕具维修结案300件", "农户厕具维修收案340件、结案312件。", 312, True),
        # points, times over, halves, ordinals, every month
        ("窗口办件好评率提高5个百分点", "窗口办件好评率从上年的81%上升至87.5%。", 6.5, True),
        ("文书归档量翻一番", "文书归档量由36万张增加到81万张。", 125, True),
        ("门店注销办理时间压缩到3个工作日以内", "门店注销办理平均两天半办结。", 2.5, True),
        ("编发执法提示函10期", "执法提示函编发至第13期。", 13, True),
        ("组织古树巡查24次", "古树巡查每月两次，风雨无阻。", 24, True),
        # targets in the wording alone
        ("实现村村有法律顾问", "178个行政村聘请了法律顾问的有171个。", 96.1, False),
        ("窗口投诉量同比下降两成", "窗口投诉量从上年的1850件减少到1390件。", 24.9, True),
        ("打造百亿级竹木加工集群", "竹木加工集群产值达到87亿元。", 87, False),
        ("七成以上的渡口配备救生艇", "渡口救生艇配备面已占到全部渡口的三分之二。", 66.7, False),
        # places in a ranking
        ("窗口服务评价进入全市前三", "窗口服务评价由上年的第七位跃居全市第二位。", 2, True),
        ("窗口服务评价进入全市前五名", "窗口服务评价列全市第6，较上年前移3位。", 6, False),
        # two acts promised with one number, or told with one; what is still under way
        ("新改建乡镇公厕40座", "新建乡镇公厕22座，改造提升21座。", 43, True),
        ("新改建林区道路150公里", "林区道路新改建112公里，安装防护栏86公里。", 112, False),
        ("改扩建渡口候船亭3座", "渡口候船亭改扩建3座，已有2座竣工，1座正在铺瓦。", 2, False),
        ("组织12名船员参加驾驶资格考试", "组织12名船员参加驾驶资格考试，通过9名。", 12, True),
        # one that is not left out is all of them; what was before, in other words
        ("渡口安全检查覆盖率达到100%", "28处渡口安全检查一处不落。", 100, True),
        ("高龄津贴标准提高到每人每月80元", "高龄津贴标准从70元调至85元。", 85, True),
        # a part that grows otherwise
        ("渡口客流量增长5%", "渡口客流量增长3.9%，其中外地游客增长8.2%。", 3.9, False),
    ],
)
def test_the_number_that_answers(promise: str, claim: str, actual: float, met: bool) -> None:
    figure = linked(promise, claim).figures[0]
    assert (figure.actual, figure.met) == (actual, met), figure.note


def test_a_number_in_the_next_sentence() -> None:
    figure = linked("改造老旧小区36个", "大力改造老旧小区，改善居住条件。全年完成31个，惠及居民2万人。").figures[0]
    assert (figure.actual, figure.met) == (31, False)


def members(text: str) -> tuple[Promise, ...]:
    """The parts of a promise."""
    return prepare_promises(earlier_report(text).items, load_background(), load_words())


def test_how_many_of_a_list_were_done() -> None:
    parts = members("东岭村、西坡村创建市级民主法治示范村")[:2]
    figure = count_members(parts, parts[:1])
    assert figure is not None
    assert (figure.target, figure.actual, figure.met) == (2, 1, False)
    assert count_members(members("建成东岭文化站、西坡便民站")[:2], ()) is None


def test_every_weight_has_a_sense_and_is_in_the_model() -> None:
    weights = figure_model()
    assert set(weights) == set(PRIOR)
    assert all(weights[name] * prior >= 0 for name, prior in PRIOR.items())


def test_learning_keeps_signs_and_is_reproducible() -> None:
    lessons = [Lesson(({"near": 1.0}, {"far": 1.0}, {"odd": 1.0, "near": 1.0}), frozenset({0, 2}))] * 3
    lessons += [Lesson(({"near": 1.0, "far": 1.0}, {}), frozenset({0}))]
    weights = learn(lessons, {"near": 1.0, "far": -1.0, "odd": 0.0})
    assert weights["near"] > 1.0
    assert weights["far"] <= 0.0
    assert weights == learn(lessons, {"near": 1.0, "far": -1.0, "odd": 0.0})


def test_a_target_in_an_edited_text_has_no_span() -> None:
    promise = members("开展普法12场")[0]
    target = target_of(Quantity("普法", ">=", 12, "场"), promise, load_background(), load_words())
    assert target.value == 12
    assert target.events


@pytest.mark.parametrize(
    ("promise", "claim", "actual", "met"),
    [
        # a change the other way; one told as a change from last year
        ("固定资产投资增长8%以上", "固定资产投资同比下降2.3%，工业投资稳住。", -2.3, False),
        ("涉企行政检查总量下降30%以上", "全年涉企行政检查1.34万户次，比上年减少18.4%。", 18.4, False),
        # a unit that converts; thousands; a unit named before its number
        ("新增城区公园绿地15万平方米", "新增城区公园绿地16.2公顷。", 16.2, True),
        ("调处矛盾纠纷1200件", "调处矛盾纠纷1.3千余件。", 1300, True),
        ("执法人员轮训人均不少于60学时", "执法人员轮训人均学时64个。", 64, True),
        # two acts promised with one number, what is begun beside what is ended
        ("新改建农村公厕40座", "农村公厕新建22座，改建21座。", 43, True),
        ("完成老旧小区改造46个", "开工改造老旧小区46个，竣工29个。", 29, False),
        # so often, right after a month
        ("每季度组织一次行政执法案卷评查", "5月和11月两次组织行政执法案卷评查。", 2, False),
        # money paid to each every month is a level
        ("城市低保标准提高到每人每月780元", "城市低保标准提高到每人每月798元。", 798, True),
    ],
)
def test_figures_told_in_other_ways(promise: str, claim: str, actual: float, met: bool) -> None:
    figure = linked(promise, claim).figures[0]
    assert (figure.actual, figure.met) == (actual, met)


def test_money_paid_to_each_every_month_is_not_added_up() -> None:
    figure = linked("城市低保标准提高到每人每月780元", "城市低保标准提高到每人每月798元。").figures[0]
    assert (figure.target, figure.note) == (780, None)
