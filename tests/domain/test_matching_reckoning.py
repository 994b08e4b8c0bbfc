"""Numbers that a report gives without naming them, as far as they show that a passage speaks of a promise."""

from __future__ import annotations

import pytest

from tracker.domain.documents import Quantity
from tracker.domain.matching.reckoning import (
    all_of_them,
    change_told,
    is_another_rate,
    rate_from_counts,
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
