"""The fixed JSON shapes: every key where programs expect it, and nothing lost on the way back."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

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
    Shrunk,
    Span,
)
from tracker.domain.formats import (
    link_report_from_dict,
    link_report_to_dict,
    links_to_dict,
    reading_from_dict,
    reading_to_dict,
)

QUANTITY = Quantity("增配持证巡查员", ">=", 6.0, "名", span=Span(12, 20))
RANGE = Quantity("增长", "range", 5.0, "%", maximum=5.5, per="year")
DEADLINE = Deadline(date(2031, 6, 30), DeadlineSource.TEXT, "quarter", (date(2031, 3, 31),), Span(8, 12))
COMMITMENT = Commitment("i1.1", "6月底前增配持证巡查员6名", Span(8, 22), DEADLINE, (QUANTITY, RANGE))
ITEM = PlanItem(
    id="i1",
    label="（一）",
    group="三、重点任务",
    title="充实队伍",
    text="充实队伍。6月底前增配持证巡查员6名",
    span=Span(3, 22),
    deadline=DEADLINE,
    commitments=(COMMITMENT,),
    responsible=("镇司法所",),
    supporting=("党政综合办公室",),
    answers=("p1",),
    confidence=0.93,
    vague=True,
    inline=True,
    reasons=("有序号",),
)
READING = ReportReading(
    text="全文" * 20,
    title="报告",
    unit="石桥镇人民政府",
    report_year=2030,
    plan_year=2031,
    sections=(Section(SectionKind.PLAN, "三、计划", Span(0, 30)),),
    problems=(Problem("p1", "力量薄弱", Span(1, 5)),),
    items=(ITEM, replace(ITEM, id="i2", label=None, group=None, title=None, commitments=())),
    unanswered_problems=("p1",),
    notices=("没有计划部分",),
)
EMPTY = ReportReading(text="", title=None, unit=None, report_year=None, plan_year=None)
LINKS = LinkReport(
    links=(
        Link(
            "i1",
            None,
            Outcome.PARTIAL,
            0.81,
            late=True,
            evidence=(Evidence("新增4名", Span(3, 7), 0.9, ("数字相同",)),),
            figures=(
                Figure("增配持证巡查员", 6.0, 4.0, "名", False),
                Figure("增长", 5.0, None, "%", None, "口径不同"),
            ),
            contradicted_by=(Evidence("力量薄弱", Span(1, 5), 0.5, ("承认",)),),
            repeated_in=("i3",),
            shrunk=Shrunk("活动", 10.0, 8.0, "场"),
        ),
        Link("i1", "i1.1", Outcome.NOT_MENTIONED, 0.1),
    ),
    unplanned=(Evidence("建成广场", Span(9, 13), 0.7, ()),),
)


@pytest.mark.parametrize("reading", [READING, EMPTY])
def test_a_reading_survives_json(reading: ReportReading) -> None:
    written = json.loads(json.dumps(reading_to_dict(reading, file="a.docx", sha256="00", reader="docx")))
    assert reading_from_dict(written) == reading


@pytest.mark.parametrize("report", [LINKS, LinkReport(())])
def test_links_survive_json(report: LinkReport) -> None:
    assert link_report_from_dict(json.loads(json.dumps(link_report_to_dict(report)))) == report


def test_keys_of_a_reading_as_fixed() -> None:
    data = reading_to_dict(READING, file="a.docx", sha256="00", reader="docx")
    assert list(data) == [
        "file",
        "sha256",
        "reader",
        "title",
        "unit",
        "report_year",
        "plan_year",
        "text",
        "sections",
        "problems",
        "items",
        "unanswered_problems",
        "notices",
    ]
    assert data["sections"] == [{"kind": "plan", "heading": "三、计划", "start": 0, "end": 30}]
    assert data["problems"] == [{"id": "p1", "text": "力量薄弱", "start": 1, "end": 5}]
    item = data["items"][0]
    expected = {
        "id": "i1",
        "label": "（一）",
        "group": "三、重点任务",
        "title": "充实队伍",
        "start": 3,
        "end": 22,
        "confidence": 0.93,
        "vague": True,
        "inline": True,
        "deadline": "2031-06-30",
        "deadline_from": "text",
        "recurring": "quarter",
        "milestones": ["2031-03-31"],
        "responsible": ["镇司法所"],
        "supporting": ["党政综合办公室"],
        "answers": ["p1"],
    }
    assert {key: item[key] for key in expected} == expected
    quantity = {"what": "增配持证巡查员", "op": ">=", "value": 6, "max": None, "unit": "名", "per": None}
    assert {key: item["quantities"][0][key] for key in quantity} == quantity
    assert item["quantities"] == item["commitments"][0]["quantities"]
    assert item["commitments"][0]["deadline_from"] == "text"
    assert json.dumps(item["quantities"][0]["value"]) == "6"
    assert item["quantities"][1]["max"] == 5.5


def test_keys_of_links_as_fixed() -> None:
    data = links_to_dict({"file": "a"}, {"file": "b"}, LINKS)
    assert list(data) == ["earlier", "later", "links", "unplanned"]
    row = data["links"][0]
    assert (row["item"], row["commitment"], row["outcome"], row["score"], row["late"]) == (
        "i1",
        None,
        "partial",
        0.81,
        True,
    )
    assert row["evidence"] == [{"text": "新增4名", "start": 3, "end": 7, "score": 0.9, "reasons": ["数字相同"]}]
    figure = {"what": "增配持证巡查员", "target": 6, "actual": 4, "unit": "名", "met": False}
    assert {key: row["figures"][0][key] for key in figure} == figure
    assert (row["figures"][1]["actual"], row["figures"][1]["met"]) == (None, None)
    assert row["shrunk"] == {"what": "活动", "from": 10, "to": 8, "unit": "场"}
    assert {"text", "start", "end"} <= set(row["contradicted_by"][0]) & set(data["unplanned"][0])
    assert data["links"][1]["shrunk"] is None


def test_added_keys_may_be_missing_when_read() -> None:
    data = reading_to_dict(READING)
    for item in data["items"]:
        for key in ("reasons", "deadline_start", "deadline_end", "milestones", "recurring", "supporting"):
            del item[key]
    assert reading_from_dict(data).items[0].deadline == Deadline(date(2031, 6, 30), DeadlineSource.TEXT)


def test_an_unknown_value_is_an_error() -> None:
    data = reading_to_dict(READING)
    data["sections"][0]["kind"] = "promise"
    with pytest.raises(ValueError, match="promise"):
        reading_from_dict(data)


numbers = st.one_of(st.integers(-(10**9), 10**9).map(float), st.floats(allow_nan=False, allow_infinity=False, width=32))
spans = st.tuples(st.integers(0, 10**6), st.integers(0, 500)).map(lambda pair: Span(pair[0], sum(pair)))
quantities = st.builds(
    Quantity,
    what=st.text(max_size=8),
    op=st.sampled_from([">=", "<=", "=", "~", "range"]),
    value=numbers,
    unit=st.text(max_size=2),
    maximum=st.none() | numbers,
    per=st.sampled_from([None, "month", "quarter", "half_year", "year"]),
    span=st.none() | spans,
)


@settings(max_examples=60, deadline=None)
@given(st.lists(quantities, max_size=3), spans, st.none() | spans, st.dates())
def test_any_values_survive(found: list[Quantity], span: Span, words: Span | None, due: date) -> None:
    deadline = Deadline(due, DeadlineSource.PLAN_YEAR, None, (due,), words)
    commitment = Commitment("i1.1", "承诺", span, deadline, tuple(found))
    reading = replace(READING, items=(replace(ITEM, span=span, deadline=deadline, commitments=(commitment,)),))
    assert reading_from_dict(json.loads(json.dumps(reading_to_dict(reading)))) == reading
