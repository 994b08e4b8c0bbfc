"""What counts as right: a small annotated report, and readings of it that go wrong in one way each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from tracker.domain.documents import (
    Commitment,
    Deadline,
    DeadlineSource,
    Evidence,
    Figure,
    Link,
    LinkReport,
    Outcome,
    PlanItem,
    Problem,
    Quantity,
    ReportReading,
    Section,
    SectionKind,
    Span,
)
from tracker.domain.evaluation import ReadingScore, score_reading
from tracker.domain.gold import AnchoredText, content_length, place_items
from tracker.domain.link_evaluation import LinkScore, score_links
from tracker.domain.quantity_scores import alike, same_unit
from tracker.domain.scores import Ratio, Tally

TEXT = """石桥镇人民政府关于2030年度法治政府建设情况的报告
一、工作情况
全年开展普法活动8场。
二、存在问题
一是巡查人手紧缺，持证人员偏少；二是普法办法不多。
三、2031年计划
（一）充实巡查力量。6月底前增配持证巡查员不少于6名；每季度安排1次岗位练兵。（责任单位：城镇管理中队）
（二）改进普法方式。一是全年进厂区不少于10场；二是年内建成宪法主题公园1处，培养骨干队伍，形成长效机制。"""

GOLD: dict[str, Any] = {
    "file": "a.txt",
    "unit": "石桥镇人民政府",
    "report_year": 2030,
    "plan_year": 2031,
    "sections": [
        {"kind": "work_done", "heading": "一、工作情况"},
        {"kind": "problems", "heading": "二、存在问题"},
        {"kind": "plan", "heading": "三、2031年计划"},
    ],
    "problems": [
        {"id": "p1", "text": "巡查人手紧缺，持证人员偏少"},
        {"id": "p2", "text": "普法办法不多"},
    ],
    "items": [
        {
            "id": "i1",
            "label": "（一）",
            "group": None,
            "title": "充实巡查力量",
            "starts": "6月底前增配",
            "ends": "岗位练兵",
            "deadline": "2031-12-31",
            "deadline_from": "text",
            "milestones": ["2031-06-30"],
            "quantities": [
                {"what": "增配持证巡查员", "op": ">=", "value": 6, "unit": "名"},
                {"what": "岗位练兵", "op": ">=", "value": 1, "unit": "次", "per": "quarter"},
            ],
            "responsible": ["城镇管理中队"],
            "answers": ["p1"],
        },
        {
            "id": "i2",
            "label": "一是",
            "group": "（二）改进普法方式",
            "title": None,
            "starts": "全年进厂区",
            "ends": "10场",
            "deadline": "2031-12-31",
            "deadline_from": "text",
            "quantities": [{"what": "进厂区", "op": ">=", "value": 10, "unit": "场"}],
            "responsible": [],
            "answers": ["p2"],
        },
        {
            "id": "i3",
            "label": "二是",
            "group": "（二）改进普法方式",
            "title": None,
            "starts": "年内建成",
            "ends": "长效机制",
            "deadline": "2031-12-31",
            "deadline_from": "text",
            "quantities": [],
            "responsible": [],
            "answers": ["p2"],
            "vague": True,
        },
    ],
    "unanswered_problems": [],
}


def span(first: str, last: str | None = None) -> Span:
    start = TEXT.index(first)
    return Span(start, TEXT.index(last or first, start) + len(last or first))


DUE = Deadline(date(2031, 12, 31), DeadlineSource.TEXT)


def item(name: str, where: Span, quantities: tuple[Quantity, ...] = (), **values: Any) -> PlanItem:
    deadline = values.pop("deadline", DUE)
    text = where.of(TEXT)
    commitment = Commitment(f"{name}.1", text, where, deadline, quantities)
    return PlanItem(name, None, None, None, text, where, deadline, (commitment,), **values)


FIRST = item(
    "i1",
    span("充实巡查力量", "岗位练兵。"),
    (
        Quantity("增配持证巡查员", ">=", 6.0, "人"),
        Quantity("组织岗位练兵", ">=", 1.0, "次", per="quarter"),
    ),
    deadline=replace(DUE, milestones=(date(2031, 6, 30),)),
    responsible=("城镇管理中队",),
    answers=("p1",),
)
SECOND = item("i2", span("全年进厂区", "10场"), (Quantity("进厂区", ">=", 10.0, "场次"),), answers=("p2",))
THIRD = item("i3", span("年内建成", "长效机制。"), vague=True, answers=("p2",))
PERFECT = ReportReading(
    text=TEXT,
    title="报告",
    unit="石桥镇人民政府",
    report_year=2030,
    plan_year=2031,
    sections=(
        Section(SectionKind.DUTIES, "一、 工作情况", span("一、工作情况")),
        Section(SectionKind.PROBLEMS, "二、存在问题", span("二、存在问题")),
        Section(SectionKind.PLAN, "三、2031年计划", span("三、2031年计划")),
        Section(SectionKind.OTHER, "附件", Span(0, 2)),
    ),
    problems=(
        Problem("p1", "巡查人手紧缺，持证人员偏少", span("巡查人手紧缺", "偏少")),
        Problem("p2", "普法办法不多。", span("普法办法不多。")),
    ),
    items=(FIRST, SECOND, THIRD),
)


def test_a_perfect_reading() -> None:
    score = score_reading(PERFECT, GOLD)
    assert score.mistakes == []
    assert {key: tally.f1 for key, tally in score.tallies.items() if tally.expected} == {
        "sections": 1,
        "problems": 1,
        "items": 1,
        "milestones": 1,
        "quantities": 1,
        "quantity_values": 1,
        "answers": 1,
    }
    assert {ratio.accuracy for ratio in score.ratios.values()} == {1.0}
    assert score.ratios["deadline"] == Ratio(3, 3)
    assert score.item_ids == {"i1": "i1", "i2": "i2", "i3": "i3"}


Change = Callable[[ReportReading], ReportReading]


def with_items(*items: PlanItem) -> Change:
    return lambda reading: replace(reading, items=items)


@pytest.mark.parametrize(
    ("change", "key", "expected"),
    [
        pytest.param(with_items(FIRST, SECOND), "items", Tally(2, 2, 3), id="missed"),
        pytest.param(
            with_items(FIRST, item("i2", span("全年进厂区", "长效机制。"))), "items", Tally(1, 2, 3), id="merged"
        ),
        pytest.param(
            with_items(FIRST, SECOND, item("i3", span("年内建成", "公园1处")), item("i4", span("培养骨干", "机制。"))),
            "items",
            Tally(2, 4, 3),
            id="split",
        ),
        pytest.param(
            with_items(FIRST, item("i2", span("改进普法方式", "10场")), THIRD),
            "items",
            Tally(2, 3, 3),
            id="with its group's heading",
        ),
        pytest.param(
            with_items(item("i1", span("（一）充实", "城镇管理中队）")), SECOND, THIRD),
            "items",
            Tally(3, 3, 3),
            id="with number and remark on units",
        ),
        pytest.param(
            with_items(item("i1", span("6月底前", "岗位练兵")), SECOND, THIRD),
            "items",
            Tally(3, 3, 3),
            id="without its title",
        ),
        pytest.param(
            with_items(FIRST, replace(FIRST, id="i4"), SECOND, THIRD), "items", Tally(3, 4, 3), id="found twice"
        ),
        pytest.param(
            lambda r: replace(r, problems=(Problem("p1", "…", span("巡查人手紧缺", "不多")),)),
            "problems",
            Tally(0, 1, 2),
            id="problems merged",
        ),
        pytest.param(
            lambda r: replace(r, problems=(r.problems[0], Problem("p2", "…", span("普法办法")))),
            "problems",
            Tally(1, 2, 2),
            id="problem cut",
        ),
        pytest.param(
            lambda r: replace(r, problems=(r.problems[0], Problem("p2", "…", span("二、存在问题", "不多")))),
            "problems",
            Tally(1, 2, 2),
            id="problem begins too early",
        ),
        pytest.param(
            lambda r: replace(r, sections=(*r.sections[:2], replace(r.sections[2], kind=SectionKind.PROBLEMS))),
            "sections",
            Tally(2, 3, 3),
            id="section of another kind",
        ),
        pytest.param(
            with_items(replace(FIRST, answers=("p1", "p2")), SECOND, replace(THIRD, answers=())),
            "answers",
            Tally(2, 3, 3),
            id="answers",
        ),
        pytest.param(with_items(SECOND, THIRD), "answers", Tally(2, 2, 3), id="answers of a missed item"),
        pytest.param(
            with_items(FIRST, replace(SECOND, commitments=()), THIRD), "quantities", Tally(2, 2, 3), id="no quantity"
        ),
        pytest.param(with_items(SECOND, THIRD), "quantities", Tally(1, 1, 3), id="quantities of a missed item"),
        pytest.param(
            with_items(replace(FIRST, deadline=DUE), SECOND, THIRD), "milestones", Tally(0, 0, 1), id="no milestone"
        ),
        pytest.param(
            lambda r: replace(r, unanswered_problems=("p2",)), "unanswered_problems", Tally(0, 1, 0), id="unanswered"
        ),
    ],
)
def test_counts_of_a_faulty_reading(change: Change, key: str, expected: Tally) -> None:
    score = score_reading(change(PERFECT), GOLD)
    assert score.tallies[key] == expected
    assert score.mistakes or expected.matched == expected.expected


@pytest.mark.parametrize(
    "quantity",
    [
        Quantity("进厂区", ">=", 9.0, "场"),
        Quantity("进厂区", "=", 10.0, "场"),
        Quantity("进厂区", ">=", 10.0, "次"),
        Quantity("进厂区", ">=", 10.0, "场", per="month"),
        Quantity("进厂区", "range", 10.0, "场", maximum=12.0),
        Quantity("新建广场", ">=", 10.0, "场"),
    ],
)
def test_a_quantity_differs_in_one_thing(quantity: Quantity) -> None:
    changed = item("i2", SECOND.span, (quantity,), answers=("p2",))
    score = score_reading(replace(PERFECT, items=(FIRST, changed, THIRD)), GOLD)
    assert score.tallies["quantities"] == Tally(2, 3, 3)
    assert len(score.mistakes) == 2


@pytest.mark.parametrize(
    ("entry", "strict", "values"),
    [
        pytest.param({"value": 10, "unit": "场"}, Tally(1, 1, 1), Tally(1, 1, 1), id="value and unit alone"),
        pytest.param({"value": 10, "unit": "场", "op": "<="}, Tally(0, 1, 1), Tally(1, 1, 1), id="another direction"),
        pytest.param(
            {"value": 10, "unit": "场", "op": ">=", "per": "month"}, Tally(0, 1, 1), Tally(1, 1, 1), id="a period more"
        ),
        pytest.param({"value": 10, "unit": "场", "what": "新建广场"}, Tally(0, 1, 1), Tally(1, 1, 1), id="other thing"),
        pytest.param({"value": 10, "unit": "次"}, Tally(0, 1, 1), Tally(0, 1, 1), id="another unit"),
        pytest.param({"value": 9, "unit": "场"}, Tally(0, 1, 1), Tally(0, 1, 1), id="another value"),
    ],
)
def test_only_what_the_annotation_says_of_a_quantity_is_compared(
    entry: dict[str, Any], strict: Tally, values: Tally
) -> None:
    gold = {"items": [{"id": "i2", "starts": "全年进厂区", "ends": "10场", "quantities": [entry]}]}
    score = score_reading(replace(PERFECT, items=(SECOND,)), gold)
    assert score.tallies["quantities"] == strict
    assert score.tallies["quantity_values"] == values


@pytest.mark.parametrize(
    ("part", "expected"),
    [
        pytest.param({}, Tally(1, 3, 1), id="all of the plan"),
        pytest.param({"from": "（二）改进", "to": "二是年内"}, Tally(1, 1, 1), id="between two anchors"),
        pytest.param({"from": "（二）改进"}, Tally(1, 2, 1), id="to the end"),
        pytest.param({"to": "二是年内"}, Tally(1, 2, 1), id="from the beginning"),
        pytest.param({"from": "没有这句", "to": "二是年内"}, Tally(1, 2, 1), id="anchor not found"),
    ],
)
def test_only_the_annotated_part_is_judged(part: dict[str, str], expected: Tally) -> None:
    entry = {**GOLD["items"][1], "answers": []}
    score = score_reading(PERFECT, {**part, "items": [entry]})
    assert score.tallies["items"] == expected
    assert score.tallies["quantities"].predicted == (1 if "from" in part and part["from"] != "没有这句" else 3)


@pytest.mark.parametrize(
    ("change", "key", "expected"),
    [
        (lambda r: replace(r, unit="石桥镇"), "unit", Ratio(0, 1)),
        (lambda r: replace(r, unit="石桥镇 人民政府"), "unit", Ratio(1, 1)),
        (lambda r: replace(r, plan_year=None), "plan_year", Ratio(0, 1)),
        (
            with_items(replace(FIRST, deadline=Deadline(date(2031, 6, 30), DeadlineSource.PLAN_YEAR)), SECOND, THIRD),
            "deadline",
            Ratio(2, 3),
        ),
        (
            with_items(replace(FIRST, deadline=Deadline(date(2031, 6, 30), DeadlineSource.PLAN_YEAR)), SECOND, THIRD),
            "deadline_from",
            Ratio(2, 3),
        ),
        (with_items(replace(FIRST, responsible=()), SECOND, THIRD), "responsible", Ratio(2, 3)),
        (with_items(replace(FIRST, supporting=("司法所",)), SECOND, THIRD), "supporting", Ratio(2, 3)),
        (with_items(FIRST, SECOND, replace(THIRD, vague=False)), "vague", Ratio(2, 3)),
    ],
)
def test_values_of_matched_items(change: Change, key: str, expected: Ratio) -> None:
    assert score_reading(change(PERFECT), GOLD).ratios[key] == expected


@pytest.mark.parametrize(
    ("names", "found", "right"),
    [
        (["石桥镇人民政府", "石桥镇"], "石桥镇", 1),
        (["石桥镇人民政府", "石桥镇"], "石桥镇政府", 0),
        (["石桥镇人民政府", None], None, 1),
        (["石桥镇人民政府"], None, 0),
    ],
)
def test_a_unit_may_have_several_right_names(names: list[str | None], found: str | None, right: int) -> None:
    score = score_reading(replace(PERFECT, unit=found), {"unit": names})
    assert score.ratios["unit"] == Ratio(right, 1)


@pytest.mark.parametrize(
    ("label", "found", "right"),
    [
        ("行政执法", "行政执法", 1),
        ("行政执法", None, 0),
        (None, None, 1),
        (["行政执法", None], None, 1),
        (None, "行政执法", 0),
    ],
)
def test_an_area_may_be_one_of_several_or_none(label: Any, found: str | None, right: int) -> None:
    gold = {**GOLD, "items": [{**GOLD["items"][0], "area": label}, *GOLD["items"][1:]]}
    reading = replace(PERFECT, items=(replace(FIRST, area=found), SECOND, THIRD))
    assert score_reading(reading, gold).ratios["area"] == Ratio(right, 1)


def test_what_is_not_annotated_is_not_scored() -> None:
    score = score_reading(PERFECT, {"file": "a.txt"})
    assert score == ReadingScore()
    bare = {"items": [{key: GOLD["items"][1][key] for key in ("id", "starts", "ends")}]}
    scored = score_reading(PERFECT, bare)
    assert set(scored.ratios) == set()
    assert set(scored.tallies) == {"items", "milestones"}


def test_an_anchor_that_is_not_in_the_text_is_a_missed_item() -> None:
    gold = {"items": [{"id": "i1", "starts": "没有这句", "ends": "也没有"}]}
    assert score_reading(PERFECT, gold).tallies["items"] == Tally(0, 3, 1)


def test_quotes_are_found_in_spite_of_layout() -> None:
    anchored = AnchoredText("逢“12·4”国家\n宪法 日，（一）开展")
    assert anchored.find('逢"12·4"国家宪法日') == Span(0, 14)
    assert anchored.find("(一)开展") == Span(15, 20)
    assert anchored.find("民法典") is None
    assert content_length("（一）a、b 1") == 4


@pytest.mark.parametrize(
    ("text", "entry", "body"),
    [
        pytest.param(
            "一、强化培训。\n二、计划\n（一）强化培训。强化培训到人。",
            {"starts": "强化培训", "ends": "到人", "title": None, "label": None},
            "强化培训。强化培训到人",
            id="in the plan rather than before it",
        ),
        pytest.param(
            "计划\n普法活动多。（二）宣传。普法活动多，水平高，再提水平。责任",
            {"starts": "普法活动", "ends": "水平", "title": "宣传", "label": "（二）"},
            "普法活动多，水平高，再提水平",
            id="after its title, to the last end of a sentence",
        ),
        pytest.param(
            "计划\n开展检查，\n逐项整改。完",
            {"starts": "开展检查", "ends": "整改", "title": None, "label": None},
            "开展检查，\n逐项整改",
            id="over two lines",
        ),
    ],
)
def test_where_an_item_stands(text: str, entry: dict[str, Any], body: str) -> None:
    placed = place_items(AnchoredText(text), [{"id": "i1", **entry}], text.index("计划"))
    assert placed[0].body.of(text) == body


@pytest.mark.parametrize(
    ("left", "right", "same"),
    [
        ("法律图书角", "村级法律图书角", True),
        ("执法岗位练兵", "岗位练兵", True),
        ("信访事项按期答复率", "按期答复率", True),
        ("宪法主题公园", "普法文化画廊", False),
        ("", "广场", False),
    ],
)
def test_names_of_one_thing(left: str, right: str, same: bool) -> None:
    assert alike(left, right) is same


def test_counter_words() -> None:
    assert same_unit("场", "场次")
    assert same_unit("名", "人")
    assert not same_unit("场", "个")


LATER = "全年增配持证人员4名，开展培训4期。\n进厂区12场次。\n一是广场建设滞后。\n"


def passage(text: str, score: float = 0.9) -> Evidence:
    start = LATER.index(text)
    return Evidence(text, Span(start, start + len(text)), score)


ENTRIES: list[dict[str, Any]] = [
    {
        "item": "i1",
        "outcome": "partial",
        "late": False,
        "evidence": ["增配持证人员4名"],
        "figures": [{"what": "持证人员", "target": 6, "actual": 4, "met": False}],
        "repeated_in": ["i9"],
    },
    {
        "item": "i2",
        "outcome": "done",
        "evidence": ["进厂区12场次"],
        "figures": [{"what": "进厂区", "target": 10, "actual": 12, "met": True}],
        "repeated_in": [],
    },
    {"item": "i3", "outcome": "not_mentioned", "evidence": [], "contradicted_by": "广场建设滞后"},
]
GOOD = (
    Link(
        "a1",
        None,
        Outcome.PARTIAL,
        0.9,
        False,
        (passage("全年增配持证人员4名，开展培训4期。"),),
        (Figure("增配持证人员", 6.0, 4.0, "名", False),),
        repeated_in=("b9",),
    ),
    Link("a2", None, Outcome.DONE, 0.8, None, (passage("进厂区12场次"),), (Figure("进厂区", 10.0, 12.0, "场", True),)),
    Link("a3", None, Outcome.NOT_MENTIONED, 0.2, contradicted_by=(passage("广场建设滞后"),)),
)
ITEM_IDS = {"i1": "a1", "i2": "a2", "i3": "a3"}


def scored(*links: Link, item_ids: dict[str, str] = ITEM_IDS) -> LinkScore:
    return score_links(LinkReport(links), LATER, ENTRIES, item_ids, {"i9": "b9"})


def test_perfect_links() -> None:
    score = scored(*GOOD, Link("a1", "a1.1", Outcome.DONE, 0.1))
    assert score.mistakes == []
    assert {key: (ratio.correct, ratio.total) for key, ratio in score.ratios.items()} == {
        "outcome": (3, 3),
        "late": (1, 1),
        "evidence_at_1": (2, 2),
        "evidence_at_3": (2, 2),
        "figures": (2, 2),
    }
    assert score.tallies == {"contradicted_by": Tally(1, 1, 1), "repeated_in": Tally(1, 1, 1)}
    assert (score.positives, score.negatives) == ([0.9, 0.8], [0.2])


@pytest.mark.parametrize(
    ("row", "key", "expected"),
    [
        (replace(GOOD[0], outcome=Outcome.DONE), "outcome", Ratio(2, 3)),
        (replace(GOOD[0], late=True), "late", Ratio(0, 1)),
        (replace(GOOD[0], evidence=(passage("进厂区12场次"), *GOOD[0].evidence)), "evidence_at_1", Ratio(1, 2)),
        (replace(GOOD[0], evidence=(passage("进厂区12场次"), *GOOD[0].evidence)), "evidence_at_3", Ratio(2, 2)),
        (replace(GOOD[0], evidence=(passage(LATER[:-1]),)), "evidence_at_3", Ratio(1, 2)),
        (replace(GOOD[0], figures=(Figure("持证人员", 6.0, 4.0, "名", True),)), "figures", Ratio(1, 2)),
        (replace(GOOD[0], figures=(Figure("持证人员", 6.0, None, "名", None),)), "figures", Ratio(1, 2)),
        (replace(GOOD[0], figures=()), "figures", Ratio(1, 2)),
    ],
)
def test_faulty_links(row: Link, key: str, expected: Ratio) -> None:
    score = scored(row, *GOOD[1:])
    assert score.ratios[key] == expected


def test_superfluous_repetitions_and_admissions() -> None:
    score = scored(replace(GOOD[0], repeated_in=("b9", "b8")), GOOD[1], replace(GOOD[2], contradicted_by=()))
    assert score.tallies == {"contradicted_by": Tally(0, 0, 1), "repeated_in": Tally(1, 2, 1)}


def test_a_promise_whose_item_was_not_found_is_wrong_everywhere() -> None:
    score = scored(*GOOD, item_ids={"i2": "a2", "i3": "a3"})
    assert score.ratios["outcome"] == Ratio(2, 3)
    assert score.ratios["evidence_at_3"] == Ratio(1, 2)
    assert score.positives == [0.0, 0.8]


@pytest.mark.parametrize(
    ("text", "entry", "whole"),
    [
        pytest.param(
            "1.修订规则。9月底前印发（责任单位：法规科）。",
            {"label": "1.", "title": "修订规则", "starts": "9月底前", "ends": "前印发"},
            "1.修订规则。9月底前印发（责任单位：法规科）",
            id="number, title, units in brackets",
        ),
        pytest.param(
            "任务1 修订规则\n具体内容：9月底前印发\n牵头科室：法规科\n完成时限：9月底\n任务2 其他",
            {"label": "任务1", "title": "修订规则", "starts": "9月底前", "ends": "前印发"},
            "任务1 修订规则\n具体内容：9月底前印发\n牵头科室：法规科\n完成时限：9月底\n",
            id="a field's name between, units and time on lines of their own",
        ),
        pytest.param(
            "修订规则。全面开展。9月底前印发。\n责任重大。",
            {"title": "修订规则", "starts": "9月底前", "ends": "前印发"},
            "9月底前印发。\n责任重大",
            id="a sentence between is no field's name",
        ),
    ],
)
def test_what_a_reading_may_count_as_part_of_an_item(text: str, entry: dict[str, Any], whole: str) -> None:
    placed = place_items(AnchoredText(text), [{"id": "i1", **entry}], 0)
    assert placed[0].whole.of(text) == whole
