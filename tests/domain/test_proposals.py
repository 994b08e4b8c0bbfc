"""Proposals: titles, quotes, merging, splitting, and what a corrected report replaces."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from tracker.domain.documents import Deadline, DeadlineSource, PlanItem, Span
from tracker.domain.proposals import (
    CannotSplit,
    DueDate,
    EarlierTask,
    QuoteNotVerbatim,
    commitment_spans,
    commitments_within,
    comparable,
    cuts_a_commitment,
    deadline_of_commitments,
    find_quote,
    joint_deadline,
    plan_replacement,
    split_points,
    split_spans,
    title_of,
)
from tracker.domain.tasks import TaskStatus

TEXT_SOURCE, YEAR_SOURCE = DeadlineSource.TEXT, DeadlineSource.PLAN_YEAR


@pytest.mark.parametrize(
    ("title", "text", "label", "expected"),
    [
        ("强化培训", "（一）强化培训。办班4期。", "（一）", "强化培训"),
        (None, "一是开展清理，年内完成。其他事项。", "一是", "开展清理，年内完成"),
        (None, "（三）建成调解室；聘任调解员", None, "建成调解室"),
        (None, "1.推进公开", None, "推进公开"),
        (None, "2024年办实事", None, "2024年办实事"),
        (None, "，。", None, "，。"),
        ("  ", "  ", None, "（无标题）"),
        ("长" * 300, "x", None, "长" * 59 + "…"),
        ("两行\n标题", "x", None, "两行 标题"),
    ],
)
def test_a_title_is_one_short_line(title: str | None, text: str, label: str | None, expected: str) -> None:
    assert title_of(title, text, label) == expected


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("（一）开展清理，年内完成。", "二是开展清理，年内完成；", True),
        ("1.新增ABC 6名", "新增abc6名", True),
        ("开展清理", "开展 清理\n", True),
        ("办班4期", "办班5期", False),
    ],
)
def test_versions_of_one_sentence_compare_equal(one: str, other: str, *, same: bool) -> None:
    assert (comparable(one) == comparable(other)) is same


REPORT = "一、计划\n（一）开展清理。年内完成。\n（二）开展清理。办班4期，\n培训300人。"


@pytest.mark.parametrize(
    ("quote", "span", "found"),
    [
        ("年内完成。", None, "年内完成。"),
        (" 年内\r\n完成。 ", None, "年内完成。"),
        ("办班4期，培训300人。", None, "办班4期，\n培训300人。"),
        ("开展清理。", Span(REPORT.rindex("开展清理"), REPORT.rindex("开展清理") + 5), "开展清理。"),
        ("年内完成。", Span(0, 3), "年内完成。"),
    ],
)
def test_a_quote_is_found_verbatim(quote: str, span: Span | None, found: str) -> None:
    where = find_quote(REPORT, quote, span)
    assert where.of(REPORT) == found
    if span is not None and quote == "开展清理。":
        assert where.start == REPORT.rindex("开展清理")


@pytest.mark.parametrize(
    ("quote", "words"),
    [("年内全部完成。", "不一致"), ("开展清理。", "不止一次"), ("", "选中"), (" \n", "选中"), ("年内完成，", "不一致")],
)
def test_a_quote_that_is_not_there_once_is_refused(quote: str, words: str) -> None:
    with pytest.raises(QuoteNotVerbatim, match=words):
        find_quote(REPORT, quote)


QUOTE = "开展清理。6月底前公布结果；年底前归档。"


def test_a_quote_can_be_split_after_stops() -> None:
    points = split_points(QUOTE, 100)
    assert [point.offset for point in points] == [105, 114]
    assert points[0].before == "开展清理。"
    parts = split_spans(QUOTE, 100, [point.offset for point in points])
    assert [QUOTE[span.start - 100 : span.end - 100] for span in parts] == [
        "开展清理。",
        "6月底前公布结果；",
        "年底前归档。",
    ]


def test_a_comma_parts_promises_as_well() -> None:
    quote = "12月4日前组织宣传1场，每季度开展讲座1次。"
    assert [quote[: point.offset] for point in split_points(quote, 0)] == ["12月4日前组织宣传1场，"]


@pytest.mark.parametrize("offsets", [[], [100], [120], [99], [500], [105, 120]])
def test_a_split_outside_the_quote_is_refused(offsets: list[int]) -> None:
    with pytest.raises(CannotSplit):
        split_spans(QUOTE, 100, offsets)


def test_a_cut_through_a_commitment_is_noticed() -> None:
    commitments = [{"start": 0, "end": 10}, {"start": 10, "end": 30}]
    assert not cuts_a_commitment(commitments, [Span(0, 10), Span(10, 30)])
    assert cuts_a_commitment(commitments, [Span(0, 20), Span(20, 30)])
    assert not cuts_a_commitment([], [Span(0, 20), Span(20, 30)])


def commitment(start: int, end: int, deadline: str | None = None, source: str = "text") -> dict[str, Any]:
    entry: dict[str, Any] = {"start": start, "end": end, "quantities": [], "milestones": []}
    return entry | ({"deadline": deadline, "deadline_from": source} if deadline else {})


def test_splitting_by_commitments_loses_nothing_of_the_quote() -> None:
    entries = [commitment(105, 114, "2026-06-30"), commitment(114, 120, "2026-12-31")]
    spans = commitment_spans(entries, QUOTE, 100)
    assert "".join(QUOTE[s.start - 100 : s.end - 100] for s in spans) == QUOTE
    assert commitments_within(entries, spans[0]) == entries[:1]
    assert commitments_within(entries, spans[1]) == entries[1:]
    with pytest.raises(CannotSplit):
        commitment_spans(entries[:1], QUOTE, 100)


@pytest.mark.parametrize(
    ("dates", "expected"),
    [
        ([], DueDate(None, YEAR_SOURCE)),
        (
            [DueDate(date(2026, 6, 30), TEXT_SOURCE), DueDate(date(2026, 12, 31), YEAR_SOURCE)],
            DueDate(date(2026, 6, 30), TEXT_SOURCE),
        ),
        (
            [
                DueDate(date(2026, 6, 30), TEXT_SOURCE),
                DueDate(date(2026, 9, 30), TEXT_SOURCE, "quarter", ("2026-03-31",)),
            ],
            DueDate(date(2026, 9, 30), TEXT_SOURCE, "quarter", ("2026-03-31", "2026-06-30")),
        ),
        ([DueDate(date(2026, 12, 31), YEAR_SOURCE)] * 2, DueDate(date(2026, 12, 31), YEAR_SOURCE)),
    ],
)
def test_merged_deadlines_keep_the_latest_and_the_earlier_ones_as_milestones(
    dates: list[DueDate], expected: DueDate
) -> None:
    assert joint_deadline(dates) == expected


def test_a_part_has_its_own_deadline_or_the_whole_ones() -> None:
    whole = DueDate(date(2026, 12, 31), TEXT_SOURCE)
    assert deadline_of_commitments([commitment(0, 5, "2026-06-30")], whole).due_on == date(2026, 6, 30)
    assert deadline_of_commitments([commitment(0, 5)], whole) == whole
    assert deadline_of_commitments([], whole) == whole


def item(text: str) -> PlanItem:
    deadline = Deadline(date(2026, 12, 31), YEAR_SOURCE)
    return PlanItem("i1", None, None, None, text, Span(0, len(text)), deadline, ())


def test_a_corrected_version_keeps_what_was_confirmed() -> None:
    earlier = [
        EarlierTask(1, TaskStatus.IN_PROGRESS, ("（一）开展清理。",)),
        EarlierTask(2, TaskStatus.PROPOSED, ("（二）办班4期。",)),
        EarlierTask(3, TaskStatus.DISMISSED, ("（三）表态的话。",), dismissed_because="口号"),
        EarlierTask(7, TaskStatus.DISMISSED, ("新的一条",)),
        EarlierTask(4, TaskStatus.DISMISSED, ("（四）合并进去的。",), (1,)),
        EarlierTask(5, TaskStatus.DISMISSED, ("（五）拆开的两件事。",), (6,)),
        EarlierTask(6, TaskStatus.ARCHIVED, ("拆开的",)),
    ]
    items = [
        item(text)
        for text in ("一、开展清理", "（二）办班4期。", "（三）表态的话。", "合并进去的", "拆开的两件事；", "新的一条")
    ]
    plan = plan_replacement(earlier, items)
    assert plan.kept == (1, 6)
    assert plan.replaced == (2,)
    assert [each.text for each in plan.proposed] == ["（二）办班4期。", "新的一条"]
    assert [(each.text, reason) for each, reason in plan.left_out] == [("（三）表态的话。", "口号")]
    assert [each.text for each in plan.known] == ["一、开展清理", "合并进去的", "拆开的两件事；"]


def test_a_first_version_proposes_everything() -> None:
    plan = plan_replacement([], [item("甲"), item("乙")])
    assert (plan.kept, plan.replaced, len(plan.proposed), plan.known) == ((), (), 2, ())
