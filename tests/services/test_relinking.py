"""A corrected report is held only against the promises it touches; the other answers move along, decided or not."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import func, select

from tests.services.test_links import ANSWER, PLAN, decided, file_report, link_about, supersede
from tests.support.factories import NOW, actor, make_county
from tracker.db.models import AuditEntry, LinkDecision, TaskLink
from tracker.domain.documents import Outcome
from tracker.services.linking import Proposed, compare_here, comparisons_for, link_report, propose_links, store_links
from tracker.services.links import LinkAnswer, NextPlan, confirm_link, reopen_decision

LONG_PLAN = PLAN + "".join(
    f"（{label}）{title}。{text}\n"
    for label, title, text in (
        ("五", "规范信访秩序", "年底前化解信访积案8件。"),
        ("六", "推行柔性执法", "全年发布轻微违法免罚清单2批。"),
        ("七", "深化政务公开", "每季度举办政府开放日活动1次。"),
    )
)
LONG_ANSWER = ANSWER.replace(
    "二、存在的问题",
    "化解信访积案9件。\n发布轻微违法免罚清单2批，涉及事项46项。\n举办政府开放日活动4次。\n二、存在的问题",
)


SILENT = {"普法宣讲", "决策程序"}
"""The promises that the report does not speak of: they are looked for again whenever it says something new."""


@pytest.fixture
def county(session):
    return make_county(session)


@pytest.fixture
def answer(session, county):
    file_report(session, county.township, county.officer, LONG_PLAN, 2025, propose=True)
    report = file_report(session, county.township, county.officer, LONG_ANSWER, 2026)
    propose_links(session, report, now=NOW)
    return report


def corrected(session, county, answer, text: str):
    """The report filed again with another text, not yet compared."""
    supersede(session, answer)
    report = file_report(session, county.township, county.officer, text, 2026)
    answer.superseded_by_id = report.id
    session.flush()
    return report


def run(session, report) -> Proposed:
    (stored,) = propose_links(session, report, now=NOW)
    return stored


def wholes(session, report) -> dict[int, TaskLink]:
    rows = session.scalars(select(TaskLink).where(TaskLink.report_id == report.id, TaskLink.commitment_ref == ""))
    return {link.task_id: link for link in rows}


@pytest.mark.parametrize(
    ("old", "new", "compared"),
    [
        ("柳湾镇2026年法治政府建设工作报告", "柳湾镇人民政府2026年法治政府建设工作报告", SILENT),
        ("涉及事项46项", "涉及事项47项", {"免罚清单"} | SILENT),
        ("化解信访积案9件", "化解信访积案9件，其中重复访3件", {"信访积案"} | SILENT),
        ("全年普法宣讲只开展6场", "全年普法宣讲只开展5场", SILENT),
        ("（二）推进执法规范化。6月底前开展案卷评查2次。\n", "", set()),
        (
            "（二）推进执法规范化。6月底前开展案卷评查2次。\n",
            "（二）化解信访积案。年底前化解信访积案6件。\n",
            {"信访积案"},
        ),
        (
            "（一）抓好普法宣传。全年开展普法宣讲不少于8场。",
            "（一）抓好普法宣传。全年开展普法宣讲不少于9场。",
            {"普法宣讲"},
        ),
    ],
)
def test_only_what_a_correction_touches_is_compared_again(session, county, answer, old, new, compared):
    """Seven promises, five of them answered."""
    assert LONG_ANSWER.count(old) == 1
    report = corrected(session, county, answer, LONG_ANSWER.replace(old, new))
    (comparison,) = comparisons_for(session, report.id)
    asked = {task_id for task_id in comparison.marks if task_id not in comparison.kept.answers}
    wordings = {task_id: link.task.wording for task_id, link in wholes(session, answer).items()}
    assert {words for words in compared if any(words in wordings[task_id] for task_id in asked)} == compared
    assert len(asked) == len(compared)
    stored = run(session, report)
    assert (stored.tasks, stored.unchanged, stored.compared) == (7, 7 - len(compared), len(compared))
    assert len(wholes(session, report)) == 7
    for link in session.scalars(select(TaskLink).where(TaskLink.report_id == report.id)):
        assert all(report.text[e["start"] : e["end"]] == e["text"] for e in [*link.evidence, *link.contradicted_by])


def test_what_moved_along_is_what_a_full_comparison_says(session, county, answer):
    """Outcome, figures and passages of the promises that were not asked for are those of asking for all."""
    report = corrected(session, county, answer, LONG_ANSWER.replace("涉及事项46项", "涉及事项47项"))
    run(session, report)
    moved = {task_id: link.proposal for task_id, link in wholes(session, report).items()}
    (comparison,) = comparisons_for(session, report.id)
    full = compare_here(comparison.earlier, comparison.later)
    for row in full["links"]:
        if row["commitment"] is None:
            proposal = moved[int(row["item"])]
            assert [e["text"] for e in proposal["evidence"]] == [e["text"] for e in row["evidence"]]
            assert (proposal["outcome"], proposal["figures"]) == (row["outcome"], row["figures"])
            assert proposal["repeated_in"] == row["repeated_in"]


def test_decisions_move_with_new_places(session, county, answer):
    """Confirmed and rejected ones stand with their notes, figures, deciders; the audit line says how many were left alone."""
    links = decided(session, county, answer)
    links["工作站"].note = "现场看过"
    report = corrected(
        session, county, answer, LONG_ANSWER.replace("一、2026年主要工作", "一、2026年主要工作\n工作平稳。")
    )
    stored = run(session, report)
    assert (stored.kept, stored.look_again) == (3, 0)
    for words, before in links.items():
        now = link_about(session, report, words)
        assert (now.decision, now.outcome, now.decided_by_id, now.decided_at, now.note) == (
            before.decision,
            before.outcome,
            before.decided_by_id,
            before.decided_at,
            before.note,
        )
        assert [e["text"] for e in now.evidence] == [e["text"] for e in before.evidence]
        assert all(e["start"] > b["start"] for e, b in zip(now.evidence, before.evidence, strict=True))
    entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "link.propose").order_by(AuditEntry.id)).all()
    assert "沿用" in entry[-1].summary


def test_where_nothing_new_is_said_the_matcher_is_not_asked(session, county, answer):
    """A change in the plan alone, which no promise shares: every answer moves, also what was done without a plan."""
    text = LONG_ANSWER.replace("（二）推进执法规范化。6月底前开展案卷评查2次。\n", "")
    report = corrected(session, county, answer, text)
    (comparison,) = comparisons_for(session, report.id)
    assert comparison.nothing_new
    stored = run(session, report)
    assert (stored.tasks, stored.compared) == (7, 0)
    assert [one["text"] for one in report.reading["unplanned"]] == [one["text"] for one in answer.reading["unplanned"]]


def test_a_promise_that_was_edited_is_asked_for_again(session, county, answer):
    station = link_about(session, answer, "工作站")
    station.task.wording = "建成镇公共法律服务工作站2处"
    station.task.commitments = []
    report = corrected(session, county, answer, LONG_ANSWER + "\n")
    (comparison,) = comparisons_for(session, report.id)
    assert station.task_id not in comparison.kept.answers
    assert len(comparison.kept.answers) == 6


def test_a_decision_taken_back_does_not_come_back(session, county, answer):
    """It stood on the first version, moved to the second and was taken back there: the third asks."""
    decided(session, county, answer)
    second = corrected(session, county, answer, "（更正稿）\n" + LONG_ANSWER)
    run(session, second)
    station = link_about(session, second, "工作站")
    assert station.decision is LinkDecision.CONFIRMED
    reopen_decision(session, actor(county.supervisor), second.id, station.id, now=NOW)
    third = corrected(session, county, second, "（再次更正）\n" + LONG_ANSWER)
    run(session, third)
    assert link_about(session, third, "工作站").decision is LinkDecision.PROPOSED
    touched = corrected(session, county, third, LONG_ANSWER.replace("210人次", "211人次"))
    run(session, touched)
    assert link_about(session, touched, "工作站").decision is LinkDecision.PROPOSED


def test_what_was_struck_out_of_the_next_plan_stays_struck_out(session, county, answer):
    """Also where the promise itself has to be looked at again."""
    lectures = link_about(session, answer, "普法宣讲")
    chosen = LinkAnswer(Outcome.NOT_MENTIONED, again=NextPlan())
    confirm_link(session, actor(county.supervisor), answer.id, lectures.id, chosen, now=NOW)
    report = corrected(session, county, answer, LONG_ANSWER.replace("只开展6场", "只开展5场"))
    run(session, report)
    link = link_about(session, report, "普法宣讲")
    assert link.decision is LinkDecision.CONFIRMED
    assert link.proposal["repeated_in"] == ["i1"]
    assert (link.repeated_in, link.shrunk) == ([], None)


class Killed(BaseException):
    """The process ends here."""


def test_a_killed_run_leaves_all_or_nothing_and_the_next_one_keeps_the_decisions(database):
    with database.writing.begin() as session:
        county = make_county(session)
        file_report(session, county.township, county.officer, LONG_PLAN, 2025, propose=True)
        answer = file_report(session, county.township, county.officer, LONG_ANSWER, 2026)
        propose_links(session, answer, now=NOW)
        decided(session, county, answer)
    with database.writing.begin() as session:
        answer = session.merge(answer)
        report = corrected(session, county, answer, LONG_ANSWER.replace("涉及事项46项", "涉及事项47项"))
        report_id = report.id

    def dies(_earlier: Any, _later: Any) -> Any:
        raise Killed

    with pytest.raises(Killed):
        link_report(database, report_id, now=NOW, compare=dies)
    with database.reading() as session:
        assert session.scalar(select(func.count()).where(TaskLink.report_id == report_id)) == 0
    link_report(database, report_id, now=NOW, compare=compare_here)
    with database.reading() as session:
        report = session.get(type(report), report_id)
        decisions = [link.decision for link in wholes(session, report).values()]
    assert decisions.count(LinkDecision.CONFIRMED) == 2
    assert decisions.count(LinkDecision.REJECTED) == 1


def test_a_run_that_lost_the_race_overwrites_no_decision(session, county, answer):
    """Two runs planned the same work; between them a person decided: the second one changes nothing of it."""
    report = corrected(session, county, answer, LONG_ANSWER + "\n")
    (first,) = comparisons_for(session, report.id)
    (second,) = comparisons_for(session, report.id)
    raw = compare_here(first.earlier, first.later)
    store_links(session, first, raw, now=NOW)
    station = link_about(session, report, "工作站")
    confirm_link(session, actor(county.supervisor), report.id, station.id, LinkAnswer(Outcome.PARTIAL), now=NOW)
    store_links(session, second, raw, now=NOW)
    assert (station.decision, station.outcome) == (LinkDecision.CONFIRMED, Outcome.PARTIAL)
