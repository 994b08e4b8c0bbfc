"""What the next report says of each promise: proposed, decided by a person, kept through corrections."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import func, select

from tests.support.factories import NOW, County, actor, make_county, make_report, make_task
from tracker.db.models import AuditEntry, LinkDecision, ReconciliationSheet, Report, Task, TaskLink
from tracker.db.queries.links import count_links
from tracker.domain.documents import Document, Outcome, Span
from tracker.domain.errors import Forbidden, NotFound, RuleViolation, StaleVersion, YearLocked
from tracker.domain.extraction import read_report
from tracker.domain.formats import reading_to_dict
from tracker.domain.link_proposals import EvidenceNeeded
from tracker.domain.proposals import QuoteNotVerbatim
from tracker.domain.tasks import TaskStatus
from tracker.language.lexicon import load_lexicon
from tracker.services.linking import compare_here, comparisons_for, link_report, propose_links, store_links
from tracker.services.links import (
    FigureEdit,
    LinkAnswer,
    NextPlan,
    NothingToReopen,
    OldVersion,
    candidates_of,
    choose_evidence,
    confirm_link,
    reject_link,
    reopen_decision,
)
from tracker.services.reports import propose_items

PLAN = """柳湾镇2025年法治政府建设工作报告
一、2025年主要工作
全年受理行政复议案件3件，开展普法宣讲12场。
二、存在的问题
执法队伍力量不足，部分人员对新规定掌握不够。
三、2026年工作安排
（一）充实执法队伍。6月底前新增持证执法人员6名，组织执法业务培训不少于4次。
（二）抓好普法宣传。全年开展普法宣讲不少于10场。
（三）建设公共法律服务工作站。年底前建成镇公共法律服务工作站并投入使用。
（四）修订重大行政决策程序规定。9月底前修订印发重大行政决策程序规定。
"""
ANSWER = """柳湾镇2026年法治政府建设工作报告
一、2026年主要工作
执法队伍不断充实，9月新增持证执法人员4名，组织执法业务培训5次。
镇公共法律服务工作站于10月建成并投入使用，接待群众咨询210人次。
建立涉企执法扫码登记制度，全年登记入企检查63次。
二、存在的问题
普法形式单一，全年普法宣讲只开展6场。
三、2027年工作安排
（一）抓好普法宣传。全年开展普法宣讲不少于8场。
（二）推进执法规范化。6月底前开展案卷评查2次。
"""
CORRECTED = ANSWER.replace("镇公共法律服务工作站于10月建成并投入使用", "镇公共法律服务工作站仍在施工")


def file_report(session, unit, user, text: str, year: int, *, propose: bool = False) -> Report:
    """Store a report with what is read in it, as taking it in does."""
    reading = read_report(Document(text, (), "text"), load_lexicon(), report_year=year)
    raw = {key: value for key, value in reading_to_dict(reading).items() if key != "text"}
    report = make_report(session, unit, user, report_year=year, text=text, reading=raw)
    if propose:
        propose_items(session, report, unit, reading.items, now=NOW)
    return report


@pytest.fixture
def county(session) -> County:
    return make_county(session)


@pytest.fixture
def plan(session, county) -> Report:
    return file_report(session, county.township, county.officer, PLAN, 2025, propose=True)


@pytest.fixture
def answer(session, county, plan) -> Report:
    report = file_report(session, county.township, county.officer, ANSWER, 2026, propose=True)
    propose_links(session, report, now=NOW)
    return report


def link_about(session, report: Report, words: str, ref: str = "") -> TaskLink:
    return session.scalars(
        select(TaskLink)
        .join(Task)
        .where(TaskLink.report_id == report.id, Task.wording.contains(words), TaskLink.commitment_ref == ref)
    ).one()


def supersede(session, report: Report, by: Report | None = None) -> None:
    report.superseded_at = NOW
    session.flush()
    if by is not None:
        report.superseded_by_id = by.id


# ---- proposing ------------------------------------------------------------------------------------------------------


def test_every_task_and_commitment_gets_an_answer(session, county, plan, answer):
    """One row for each task and each commitment; passages stand in the text where they say."""
    tasks = session.scalars(select(Task).where(Task.plan_year == 2026)).all()
    assert len(tasks) == 4
    for task in tasks:
        rows = session.scalars(select(TaskLink).where(TaskLink.task_id == task.id)).all()
        assert {row.commitment_ref for row in rows} == {"", *(entry["id"] for entry in task.commitments)}
        for row in rows:
            assert row.decision is LinkDecision.PROPOSED
            assert all(answer.text[e["start"] : e["end"]] == e["text"] for e in [*row.evidence, *row.contradicted_by])


def test_what_the_report_says(session, answer):
    """Done, partly done with figures, not mentioned, admitted in the problems, repeated smaller."""
    station = link_about(session, answer, "公共法律服务工作站")
    assert station.outcome is Outcome.DONE
    force = link_about(session, answer, "持证执法人员")
    assert force.outcome is Outcome.PARTIAL
    assert (force.figures[0]["target"], force.figures[0]["actual"], force.figures[0]["met"]) == (6, 4, False)
    rules = link_about(session, answer, "决策程序规定")
    assert (rules.outcome, rules.evidence) == (Outcome.NOT_MENTIONED, [])
    lectures = link_about(session, answer, "普法宣讲")
    assert lectures.repeated_in == ["i1"]
    assert lectures.proposal["written"] == 2
    assert (lectures.shrunk["from"], lectures.shrunk["to"]) == (10, 8)


def test_what_was_not_planned_is_kept_with_the_report(session, answer):
    assert any("涉企执法扫码登记" in passage["text"] for passage in answer.reading["unplanned"])


def test_the_run_leaves_an_audit_line(session, answer):
    entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "link.propose")).one()
    assert (entry.object_id, entry.actor_id) == (answer.id, None)
    assert "4 项任务" in entry.summary


def test_the_earlier_report_may_come_after_the_later_one(session, county):
    """Whichever of the two arrives second, the plan is compared."""
    later = file_report(session, county.township, county.officer, ANSWER, 2026)
    assert propose_links(session, later, now=NOW) == ()
    earlier = file_report(session, county.township, county.officer, PLAN, 2025, propose=True)
    (stored,) = propose_links(session, earlier, now=NOW)
    assert stored.tasks == 4
    assert link_about(session, later, "公共法律服务工作站").outcome is Outcome.DONE


def test_only_the_same_unit_and_year_are_compared(session, county, plan):
    """A sister's report, an older one or one of a far year answers nothing here."""
    sister = file_report(session, county.sister, county.sister_officer, ANSWER, 2026)
    far = file_report(session, county.township, county.officer, ANSWER.replace("2026", "2027"), 2027)
    assert propose_links(session, sister, now=NOW) == ()
    assert propose_links(session, far, now=NOW) == ()


@pytest.mark.parametrize("status", [TaskStatus.PROPOSED, TaskStatus.IN_PROGRESS, TaskStatus.CLOSED])
def test_tasks_as_they_now_stand_are_compared(session, county, status):
    """The wording of the ledger counts, not that of the report it came from."""
    make_task(session, county.township, status, wording="建成镇公共法律服务工作站", quote="别的话", commitments=[])
    make_task(session, county.township, TaskStatus.DISMISSED, title="已忽略")
    later = file_report(session, county.township, county.officer, ANSWER, 2026)
    propose_links(session, later, now=NOW)
    link = session.scalars(select(TaskLink)).one()
    assert (link.outcome, link.commitment_ref) == (Outcome.DONE, "")


def test_edited_targets_are_compared(session, county, plan):
    """Who changes a target before it is compared changes the comparison."""
    task = session.scalars(select(Task).where(Task.wording.contains("持证执法人员"))).one()
    task.quantities = [{**task.quantities[0], "value": 3}, *task.quantities[1:]]
    later = file_report(session, county.township, county.officer, ANSWER, 2026)
    propose_links(session, later, now=NOW)
    figures = link_about(session, later, "持证执法人员").figures
    assert (figures[0]["target"], figures[0]["met"]) == (3, True)


def test_a_passage_that_is_not_verbatim_is_dropped(session, plan, county):
    """Whatever the comparison says, what does not stand in the report never reaches the books."""
    later = file_report(session, county.township, county.officer, ANSWER, 2026)
    (comparison,) = comparisons_for(session, later.id)
    raw = compare_here(comparison.earlier, comparison.later)
    for row in raw["links"]:
        row["evidence"] = [{**passage, "text": passage["text"] + "？"} for passage in row["evidence"]]
    raw["unplanned"] = [{"text": "编造的一句话", "start": 0, "end": 6, "score": 1, "reasons": []}]
    store_links(session, comparison, raw, now=NOW)
    links = session.scalars(select(TaskLink)).all()
    assert {link.outcome for link in links} == {Outcome.NOT_MENTIONED}
    assert not any(link.evidence for link in links)
    assert later.reading["unplanned"] == []


def test_a_second_run_changes_nothing(session, answer):
    """The same question has the same answer: no row more, no version up."""
    before = {link.id: link.version for link in session.scalars(select(TaskLink))}
    propose_links(session, answer, now=NOW)
    assert {link.id: link.version for link in session.scalars(select(TaskLink))} == before


def test_a_dismissed_task_loses_its_undecided_answers(session, answer):
    link = link_about(session, answer, "公共法律服务工作站")
    link.task.status = TaskStatus.DISMISSED
    propose_links(session, answer, now=NOW)
    assert session.scalar(select(func.count()).select_from(TaskLink).where(TaskLink.task_id == link.task_id)) == 0


def test_nothing_is_stored_for_a_locked_year_or_an_old_version(session, county, plan):
    later = file_report(session, county.township, county.officer, ANSWER, 2026)
    (comparison,) = comparisons_for(session, later.id)
    raw = compare_here(comparison.earlier, comparison.later)
    sheet = ReconciliationSheet(unit_id=county.township.id, plan_year=2026, created_at=NOW, locked_at=NOW)
    session.add(sheet)
    session.flush()
    assert store_links(session, comparison, raw, now=NOW).tasks == 0
    sheet.locked_at = None
    supersede(session, later)
    assert store_links(session, comparison, raw, now=NOW).tasks == 0
    assert session.scalar(select(func.count()).select_from(TaskLink)) == 0


def test_a_run_of_its_own_transactions(database):
    """The comparison happens between two transactions; a failing one stores nothing."""
    with database.writing.begin() as session:
        county = make_county(session)
        file_report(session, county.township, county.officer, PLAN, 2025, propose=True)
        later_id = file_report(session, county.township, county.officer, ANSWER, 2026).id

    def fails(_earlier: Any, _later: Any) -> Any:
        raise RuntimeError("no answer")

    with pytest.raises(RuntimeError):
        link_report(database, later_id, now=NOW, compare=fails)
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(TaskLink)) == 0
    (stored,) = link_report(database, later_id, now=NOW, compare=compare_here)
    assert stored.tasks == 4


# ---- deciding -------------------------------------------------------------------------------------------------------


def test_confirming_keeps_what_the_person_said(session, county, answer):
    """Outcome, passages and figures as edited; the proposal stays as it was; the parts are settled with the whole."""
    link = link_about(session, answer, "持证执法人员")
    passage = link.evidence[0]
    figures = [FigureEdit(f["actual"], f["met"]) for f in link.figures]
    figures[0] = FigureEdit(5.0, None)
    confirm_link(
        session,
        actor(county.supervisor),
        answer.id,
        link.id,
        LinkAnswer(Outcome.DONE, (Span(passage["start"], passage["end"]),), figures, note="以考试院名单为准"),
        now=NOW,
        version=link.version,
    )
    assert (link.decision, link.outcome, link.note) == (LinkDecision.CONFIRMED, Outcome.DONE, "以考试院名单为准")
    assert link.evidence == [passage]
    assert (link.figures[0]["actual"], link.figures[0]["met"]) == (5.0, None)
    assert link.proposal["outcome"] == "partial"
    assert link.decided_by_id == county.supervisor.id
    parts = session.scalars(
        select(TaskLink).where(TaskLink.task_id == link.task_id, TaskLink.commitment_ref != "")
    ).all()
    assert {part.decision for part in parts} == {LinkDecision.CONFIRMED}
    entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "link.confirm")).one()
    assert entry.changes["link_outcome"] == ["部分完成", "已完成"]
    assert entry.object_id == link.task_id


def test_parts_may_be_judged_apart(session, county, answer):
    link = link_about(session, answer, "持证执法人员")
    parts = session.scalars(
        select(TaskLink)
        .where(TaskLink.task_id == link.task_id, TaskLink.commitment_ref != "")
        .order_by(TaskLink.commitment_ref)
    ).all()
    chosen = LinkAnswer(Outcome.PARTIAL, parts={parts[0].id: Outcome.NOT_MENTIONED})
    confirm_link(session, actor(county.supervisor), answer.id, link.id, chosen, now=NOW)
    assert parts[0].outcome is Outcome.NOT_MENTIONED
    assert parts[0].evidence == []
    other = link_about(session, answer, "工作站")
    with pytest.raises(RuleViolation):
        confirm_link(
            session,
            actor(county.supervisor),
            answer.id,
            other.id,
            LinkAnswer(Outcome.DONE, parts={parts[0].id: Outcome.DONE}),
            now=NOW,
        )


def test_an_outcome_needs_a_passage(session, county, answer):
    link = link_about(session, answer, "决策程序规定")
    with pytest.raises(EvidenceNeeded):
        confirm_link(session, actor(county.supervisor), answer.id, link.id, LinkAnswer(Outcome.DONE), now=NOW)
    confirm_link(session, actor(county.supervisor), answer.id, link.id, LinkAnswer(Outcome.NOT_MENTIONED), now=NOW)
    assert link.decision is LinkDecision.CONFIRMED


def test_a_passage_that_was_not_offered_is_refused(session, county, answer):
    link = link_about(session, answer, "工作站")
    with pytest.raises(RuleViolation):
        confirm_link(
            session, actor(county.supervisor), answer.id, link.id, LinkAnswer(Outcome.DONE, (Span(0, 4),)), now=NOW
        )


def test_rejecting_says_that_the_report_is_silent(session, county, answer):
    link = link_about(session, answer, "工作站")
    reject_link(session, actor(county.supervisor), answer.id, link.id, now=NOW, note="说的是另一处工作站")
    assert (link.decision, link.outcome, link.evidence) == (LinkDecision.REJECTED, Outcome.NOT_MENTIONED, [])
    reopen_decision(session, actor(county.supervisor), answer.id, link.id, now=NOW)
    assert (link.decision, link.outcome) == (LinkDecision.PROPOSED, Outcome.DONE)
    assert link.evidence == link.proposal["evidence"]


def test_what_the_next_plan_does_may_be_struck_out(session, county, answer):
    """The same promise or another one: a person says, and the difference of a smaller target goes with it."""
    link = link_about(session, answer, "普法宣讲")
    supervisor = actor(county.supervisor)
    chosen = LinkAnswer(Outcome.NOT_MENTIONED, again=NextPlan())
    confirm_link(session, supervisor, answer.id, link.id, chosen, now=NOW)
    assert (link.repeated_in, link.shrunk) == ([], None)
    reopen_decision(session, supervisor, answer.id, link.id, now=NOW)
    assert (link.repeated_in, link.shrunk["to"]) == (["i1"], 8)
    reject_link(session, supervisor, answer.id, link.id, now=NOW, again=NextPlan(["i1", "i9"], shrunk=True))
    assert (link.repeated_in, link.shrunk["to"]) == (["i1"], 8)


def test_another_passage_verbatim(session, county, answer):
    """Chosen by its words or by its place; never a word that is not in the report."""
    link = link_about(session, answer, "决策程序规定")
    supervisor = actor(county.supervisor)
    with pytest.raises(QuoteNotVerbatim):
        choose_evidence(session, supervisor, answer.id, link.id, quote="修订印发了程序规定", now=NOW)
    choose_evidence(session, supervisor, answer.id, link.id, quote="建立涉企执法扫码登记制度", now=NOW)
    at = answer.text.index("建立涉企执法扫码登记制度")
    assert (link.evidence[0]["start"], link.evidence[0]["score"]) == (at, None)
    assert (link.outcome, link.decision) == (Outcome.PARTIAL, LinkDecision.PROPOSED)
    choose_evidence(session, supervisor, answer.id, link.id, quote="建立涉企执法扫码登记制度", now=NOW)
    assert len(link.evidence) == 1
    chosen = LinkAnswer(Outcome.PARTIAL, (Span(at, at + 12),))
    confirm_link(session, supervisor, answer.id, link.id, chosen, now=NOW)
    assert candidates_of(link)[0]["text"] == "建立涉企执法扫码登记制度"


def test_reopening_a_confirmed_answer_keeps_the_edit(session, county, answer):
    link = link_about(session, answer, "工作站")
    supervisor = actor(county.supervisor)
    with pytest.raises(NothingToReopen):
        reopen_decision(session, supervisor, answer.id, link.id, now=NOW)
    confirm_link(session, supervisor, answer.id, link.id, LinkAnswer(Outcome.PARTIAL), now=NOW)
    reopen_decision(session, supervisor, answer.id, link.id, now=NOW)
    assert (link.decision, link.outcome, link.decided_by_id) == (LinkDecision.PROPOSED, Outcome.PARTIAL, None)


@pytest.mark.parametrize("who", ["officer", "head", "auditor", "admin"])
def test_only_a_supervisor_decides(session, county, answer, who):
    link = link_about(session, answer, "工作站")
    for verb in (
        lambda a: confirm_link(session, a, answer.id, link.id, LinkAnswer(Outcome.DONE), now=NOW),
        lambda a: reject_link(session, a, answer.id, link.id, now=NOW),
        lambda a: choose_evidence(session, a, answer.id, link.id, quote="执法队伍", now=NOW),
        lambda a: reopen_decision(session, a, answer.id, link.id, now=NOW),
    ):
        with pytest.raises(Forbidden):
            verb(actor(getattr(county, who)))


def test_out_of_scope_and_wrong_report(session, county, answer, plan):
    link = link_about(session, answer, "工作站")
    with pytest.raises(NotFound):
        reject_link(session, actor(county.other_supervisor), answer.id, link.id, now=NOW)
    with pytest.raises(NotFound):
        reject_link(session, actor(county.supervisor), plan.id, link.id, now=NOW)


def test_a_stale_page_is_told(session, county, answer):
    link = link_about(session, answer, "工作站")
    seen = link.version
    reject_link(session, actor(county.supervisor), answer.id, link.id, now=NOW, version=seen)
    with pytest.raises(StaleVersion):
        confirm_link(
            session, actor(county.supervisor), answer.id, link.id, LinkAnswer(Outcome.DONE), now=NOW, version=seen
        )


def test_nothing_moves_after_the_lock(session, county, answer):
    link = link_about(session, answer, "工作站")
    session.add(ReconciliationSheet(unit_id=county.township.id, plan_year=2026, created_at=NOW, locked_at=NOW))
    session.flush()
    with pytest.raises(YearLocked):
        reject_link(session, actor(county.supervisor), answer.id, link.id, now=NOW)


# ---- corrections ----------------------------------------------------------------------------------------------------


def decided(session, county, answer) -> dict[str, TaskLink]:
    supervisor = actor(county.supervisor)
    links = {words: link_about(session, answer, words) for words in ("工作站", "持证执法人员", "决策程序规定")}
    confirm_link(session, supervisor, answer.id, links["工作站"].id, LinkAnswer(Outcome.DONE), now=NOW)
    confirm_link(session, supervisor, answer.id, links["持证执法人员"].id, LinkAnswer(Outcome.PARTIAL), now=NOW)
    reject_link(session, supervisor, answer.id, links["决策程序规定"].id, now=NOW)
    return links


def correct(session, county, answer, text: str) -> Report:
    supersede(session, answer)
    corrected = file_report(session, county.township, county.officer, text, 2026)
    answer.superseded_by_id = corrected.id
    propose_links(session, corrected, now=NOW)
    return corrected


def test_a_second_run_never_overwrites_a_decision(session, county, answer):
    links = decided(session, county, answer)
    before = {words: (link.version, link.outcome, link.evidence) for words, link in links.items()}
    links["工作站"].task.wording = "把辖区道路全部改造完毕"
    propose_links(session, answer, now=NOW)
    assert {words: (link.version, link.outcome, link.evidence) for words, link in links.items()} == before


def test_decisions_stand_where_their_words_still_do(session, county, answer):
    """A new line at the top moves every place, and changes no decision."""
    decided(session, county, answer)
    corrected = correct(session, county, answer, "（更正稿）\n" + ANSWER)
    for words, decision in (
        ("工作站", LinkDecision.CONFIRMED),
        ("持证执法人员", LinkDecision.CONFIRMED),
        ("决策程序规定", LinkDecision.REJECTED),
        ("普法宣讲", LinkDecision.PROPOSED),
    ):
        link = link_about(session, corrected, words)
        assert link.decision is decision, words
        assert all(corrected.text[e["start"] : e["end"]] == e["text"] for e in link.evidence)


def test_a_decision_whose_words_are_gone_is_made_again(session, county, answer):
    decided(session, county, answer)
    corrected = correct(session, county, answer, CORRECTED)
    station = link_about(session, corrected, "工作站")
    assert station.decision is LinkDecision.PROPOSED
    assert "重新核对" in station.proposal["look_again"]
    confirm_link(
        session, actor(county.supervisor), corrected.id, station.id, LinkAnswer(Outcome.NOT_MENTIONED), now=NOW
    )
    assert "look_again" not in station.proposal
    with pytest.raises(OldVersion):
        reject_link(session, actor(county.supervisor), answer.id, link_about(session, answer, "普法宣讲").id, now=NOW)


def test_a_rejected_answer_is_asked_again_when_something_new_is_found(session, county, answer):
    decided(session, county, answer)
    new = ANSWER.replace("建立涉企执法", "9月修订印发重大行政决策程序规定。\n建立涉企执法")
    corrected = correct(session, county, answer, new)
    rules = link_about(session, corrected, "决策程序规定")
    assert rules.decision is LinkDecision.PROPOSED
    assert rules.outcome is Outcome.DONE
    assert "look_again" in rules.proposal


def test_counting(session, county, answer):
    assert (count_links(session, answer).total, count_links(session, answer).decided) == (4, 0)
    decided(session, county, answer)
    assert count_links(session, answer).decided == 3


def test_the_third_year_of_a_promise(session, county, answer):
    """What two reports in a row repeat is in its third plan."""
    third = ANSWER.replace("2027", "2028").replace("2026", "2027")
    later = file_report(session, county.township, county.officer, third, 2027)
    propose_links(session, later, now=NOW)
    link = session.scalars(
        select(TaskLink)
        .join(Task)
        .where(TaskLink.report_id == later.id, Task.wording.contains("普法宣讲"), TaskLink.commitment_ref == "")
    ).one()
    assert link.proposal["written"] == 3
