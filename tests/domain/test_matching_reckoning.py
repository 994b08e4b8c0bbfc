"""Numbers that a report gives without naming them, and which of several numbers is meant."""

from __future__ import annotations

import pytest

from tracker.domain.documents import Quantity
from tracker.domain.matching.reckoning import (
    all_but_one,
    all_of_them,
    change_told,
    documents_named,
    each_period,
    each_promised,
    is_another_rate,
    names_found,
    rate_from_counts,
    what_each_got,
)
from tracker.domain.matching.words import load_words


def quantity(what: str, value: float, unit: str = "%", op: str = ">=", per: str | None = None) -> Quantity:
    """A target."""
    return Quantity(what, op, value, unit, None, per)


@pytest.mark.parametrize(
    ("what", "text", "value"),
    [
        ("案卷评查合格率", "送检的40本案卷有38本合格。", 95),
        ("优秀案卷比例", "抽取案卷共50本进行评查，评出优秀案卷30本。", 60),
        ("负责人出庭应诉率", "行政诉讼案件20件，负责人出庭19件，其中局长出庭3件。", 95),
        ("食品抽检合格率", "抽检食品500批次，不合格5批次。", 99),
        ("复议纠错率", "办理复议案件10件，被撤销1件。", 10),
        ("信访初次化解率", "受理信访件400件，一次性办结320件。", 80),
        ("调解员持证上岗率", "调处各类矛盾500件，调解成功490件。", None),
        ("案件办结率", "受理案件30件，移送案件2件。", None),
        ("负责人出庭应诉率", "负责人应当出庭案件400件，实际出庭380件。", 95),
        ("参训率", "培训2期，发放资料300份。", None),
    ],
)
def test_a_rate_from_the_whole_and_the_part(what: str, text: str, value: float | None) -> None:
    found = rate_from_counts(text, quantity(what, 90), load_words())
    assert (found and found.value) == value


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("受理申请19件，均在法定期限内答复", True),
        ("12项决策无一例外履行审查程序", True),
        ("所有学校应讲尽讲", True),
        ("基本全部办结", False),
        ("其余全部在办", False),
        ("人均答复3件", False),
    ],
)
def test_all_of_them(text: str, told: bool) -> None:
    assert (all_of_them(text, quantity("按期答复率", 100)) is not None) is told


def test_a_ceiling_is_not_reached_by_all_of_them() -> None:
    assert all_of_them("均已败诉", quantity("败诉率", 5, op="<=")) is None


@pytest.mark.parametrize(
    ("promise", "text", "value"),
    [
        ("“零办案”事项压减一半", "“零办案”事项由40项减少到16项", 60),
        ("投诉量下降三成", "投诉全年受理150件，上年为200件", 25),
        ("检查频次下降20%", "检查8万次，较上年的10万次大幅压减", 20),
        ("投诉量下降10%", "投诉90件，比上年减少10件", 10),
        ("办案量增长10%", "立案60件，比上年增加10件", 20),
        ("投诉量下降10%", "受理投诉90件", None),
    ],
)
def test_a_change_from_the_numbers_before_and_after(promise: str, text: str, value: float | None) -> None:
    found = change_told(text, promise)
    assert (found and found.value) == value


@pytest.mark.parametrize(
    ("text", "target", "value"),
    [
        ("城管局、应急局各接收2名骨干跟班锻炼", quantity("骨干", 5, "名"), 4),
        ("从司法所、执法队各抽调1名干部", quantity("审查员", 2, "名"), 2),
        ("四个节点各部署一轮专项执法", quantity("专项执法", 1, "次", per="quarter"), 4),
        ("公安、城管部门开展整治各一次", quantity("整治", 2, "次"), None),
        ("各类培训2次", quantity("培训", 2, "次"), None),
    ],
)
def test_what_each_got(text: str, target: Quantity, value: float | None) -> None:
    found = what_each_got(text, target, load_words())
    assert (found and found.value) == value


@pytest.mark.parametrize(
    ("text", "per", "value"),
    [
        ("除2月外每月更新", "month", 11),
        ("除1月、2月外，每月曝光", "month", 10),
        ("每月更新", "month", 12),
        ("按季通报", "quarter", 4),
        ("全年更新", "month", None),
    ],
)
def test_every_period_or_all_but_some(text: str, per: str, value: float | None) -> None:
    found = each_period(text, quantity("曝光", 1, "次", per=per), load_words())
    assert (found and found.value) == value


def test_names_that_a_promise_quotes_and_counts() -> None:
    target = quantity("调解工作室", 2, "个")
    found = names_found("培育“山茶”“老邻居”2个调解工作室", (), ["“老邻居”调解工作室挂牌。"], target)
    assert found is not None
    assert found.value == 1
    assert names_found("培育“山茶”调解工作室2个", (), ["“山茶”挂牌。"], target) is None


def test_a_lead_is_no_part_of_the_first_name() -> None:
    elements = ("结合世界地球日", "全国土地日", "测绘法宣传日")
    claim = "世界地球日、全国土地日、测绘法宣传日分别举办活动"
    found = names_found(
        "结合世界地球日、全国土地日、测绘法宣传日举办活动3场", elements, [claim], quantity("活动", 3, "场")
    )
    assert found is not None
    assert found.value == 3


def test_each_of_several_is_promised_one() -> None:
    assert each_promised("城北小学、河西中学各建1个实践基地", quantity("实践基地", 1, "个")) == 2
    assert each_promised("为每所学校配备1名教师", quantity("教师", 1, "名")) == 1


def test_documents_and_the_other_one() -> None:
    assert (found := documents_named("对《甲县养犬办法》《甲县停车办法》组织后评估", quantity("后评估", 2, "件")))
    assert found.value == 2
    assert (other := all_but_one("滨河公园开放，另一处选址确定，尚未施工", quantity("公园", 2, "处")))
    assert other.value == 1
    assert all_but_one("另一处同期开放", quantity("公园", 2, "处")) is None


@pytest.mark.parametrize(
    ("before", "what", "other"),
    [
        ("“出声”比例", "负责人出庭应诉率", True),
        ("案件办结率达到", "重复投诉率", True),
        ("执法案卷合格率", "案卷评查合格率", False),
        ("群众满意率达", "工单满意度占比", False),
        ("占总数的", "抽查比例", False),
    ],
)
def test_a_rate_of_another_name(before: str, what: str, other: bool) -> None:
    assert is_another_rate(before, quantity(what, 90)) is other
