"""The linking screen over HTTP: read, confirm, reject, choose another passage, take back; who may; what is lost."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from flask import Flask
from sqlalchemy import select

from tests.services.test_links import ANSWER, PLAN, file_report
from tests.support.factories import NOW, PASSWORD, make_county, make_report, make_task
from tests.support.statements import recorded_statements
from tests.support.web import Visitor
from tracker.db.models import LinkDecision, ReconciliationSheet, TaskLink
from tracker.domain.documents import Outcome
from tracker.domain.tasks import TaskStatus
from tracker.runtime import Runtime
from tracker.services.linking import propose_links


@dataclass(frozen=True)
class Filed:
    """A plan and the report that answers it, compared."""

    unit_id: int
    plan_id: int
    report_id: int
    tasks: dict[str, int]

    @property
    def path(self) -> str:
        return f"/reports/{self.report_id}/links"


def write(app: Flask):
    runtime: Runtime = app.extensions["tracker"]
    return runtime.database.writing.begin()


@pytest.fixture
def filed(app: Flask) -> Filed:
    with write(app) as session:
        county = make_county(session)
        plan = file_report(session, county.township, county.officer, PLAN, 2025, propose=True)
        report = file_report(session, county.township, county.officer, ANSWER, 2026)
        propose_links(session, report, now=NOW)
        links = session.scalars(select(TaskLink).where(TaskLink.commitment_ref == "")).all()
        tasks = {link.task.title: link.task_id for link in links}
        return Filed(county.township.id, plan.id, report.id, tasks)


@pytest.fixture
def someone(visitor: Callable[[], Visitor], filed: Filed) -> Callable[[str], Visitor]:
    def enter(username: str) -> Visitor:
        made = visitor()
        made.sign_in(username, PASSWORD)
        return made

    return enter


def link_of(app: Flask, task_id: int, ref: str = "") -> TaskLink:
    with app.extensions["tracker"].database.reading() as session:
        return session.scalars(
            select(TaskLink).where(TaskLink.task_id == task_id, TaskLink.commitment_ref == ref)
        ).one()


def task(filed: Filed, words: str) -> int:
    return next(task_id for title, task_id in filed.tasks.items() if words in title)


def test_a_promise_and_what_the_report_says_stand_side_by_side(someone, filed):
    page = someone("supervisor")
    page.open(f"{filed.path}?task={task(filed, '执法队伍')}")
    assert page.status == 200
    assert "待核对 4" in page.text
    for words in (
        "新增持证执法人员6名",
        "9月新增持证执法人员4名",
        "少 2 名",
        "晚于时限",
        "工作开展",
        "第 1 段",
        "把握",
    ):
        assert words in page.text, words
    assert "<b>新增持证执法人员</b>" in page.response.get_data(as_text=True)


def test_confirming_leads_to_the_next_open_promise(someone, filed, app):
    page = someone("supervisor")
    first = task(filed, "执法队伍")
    page.open(f"{filed.path}?task={first}")
    page.submit("/confirm", outcome="partial", note="名单已核")
    assert page.status == 200
    assert "已确认" in page.text
    assert f"task={first}" not in page.path
    link = link_of(app, first)
    assert (link.decision, link.outcome, link.note) == (LinkDecision.CONFIRMED, Outcome.PARTIAL, "名单已核")
    page.open(f"{filed.path}?task={first}")
    assert "陈督" in page.text
    page.submit("/reopen")
    assert link_of(app, first).decision is LinkDecision.PROPOSED
    assert f"task={first}" in page.path


def test_figures_and_parts_as_edited(someone, filed, app):
    page = someone("supervisor")
    first = task(filed, "执法队伍")
    page.open(f"{filed.path}?task={first}")
    figures = link_of(app, first).figures
    actual, met = ["5", *[str(f["actual"]) for f in figures[1:]]], ["open", *["yes" for _ in figures[1:]]]
    page.submit("/confirm", outcome="done", figure_actual=actual, figure_met=met)
    kept = link_of(app, first).figures
    assert (kept[0]["actual"], kept[0]["met"]) == (5.0, None)


def test_what_the_next_plan_writes_again_is_ticked_and_may_be_struck_out(someone, filed, app):
    lectures = task(filed, "普法宣传")
    page = someone("supervisor")
    page.open(f"{filed.path}?task={lectures}")
    for words in ("第 2 年写入", "目标缩水", "10 场 → 8 场", "全年开展普法宣讲不少于8场"):
        assert words in page.text, words
    page.submit("/confirm", outcome="not_mentioned")
    assert link_of(app, lectures).repeated_in == ["i1"]
    page.open(f"{filed.path}?task={lectures}")
    page.submit("/reopen")
    page.submit("/confirm", outcome="not_mentioned", repeated=[])
    assert link_of(app, lectures).repeated_in == []
    page.open(f"{filed.path}?task={lectures}")
    assert "第 2 年写入" not in page.text


def test_a_large_figure_is_not_changed_by_looking_at_it(someone, filed, app):
    """What the form shows goes back as it came, whatever its size."""
    first = task(filed, "执法队伍")
    with write(app) as session:
        link = session.get_one(TaskLink, link_of(app, first).id)
        link.figures = [{**link.figures[0], "actual": 1234567, "target": 1250000.5}, *link.figures[1:]]
    page = someone("supervisor")
    page.open(f"{filed.path}?task={first}")
    page.submit("/confirm")
    assert page.status == 200
    assert link_of(app, first).figures[0]["actual"] == 1234567


def test_none_of_the_passages(someone, filed, app):
    page = someone("supervisor")
    station = task(filed, "工作站")
    page.open(f"{filed.path}?task={station}")
    link = link_of(app, station)
    token = re.search(r'name="csrf_token" value="([^"]+)"', page.response.get_data(as_text=True)).group(1)
    answer = page.client.post(
        f"{filed.path}/{link.id}/reject",
        data={"csrf_token": token, "version": link.version, "request_key": "k1"},
        headers={"Referer": "http://localhost/"},
    )
    assert answer.status_code == 303
    assert link_of(app, station).decision is LinkDecision.REJECTED
    page.open(f"{filed.path}?task={station}")
    assert "候选段落都不是" in page.text


def test_another_passage_without_script(someone, filed, app):
    page = someone("supervisor")
    rules = task(filed, "决策程序")
    page.open(f"{filed.path}?task={rules}&pick=1")
    assert "建立涉企执法扫码登记制度" in page.text
    page.submit("/passage", quote="这句话报告里没有")
    assert page.status == 400
    assert "与报告原文不一致" in page.text
    assert "这句话报告里没有" in page.response.get_data(as_text=True)
    page.submit("/passage", quote="建立涉企执法扫码登记制度")
    assert page.status == 200
    assert link_of(app, rules).evidence[0]["text"] == "建立涉企执法扫码登记制度"
    assert "人工选取" in page.text


def test_an_outcome_without_a_passage_is_refused_and_nothing_typed_is_lost(someone, filed, app):
    page = someone("supervisor")
    page.open(f"{filed.path}?task={task(filed, '决策程序')}")
    page.submit("/confirm", outcome="done", note="电话核实过")
    assert page.status == 400
    assert "至少要保留一段报告原文" in page.text
    assert "电话核实过" in page.response.get_data(as_text=True)
    assert re.search(r'value="done" checked', page.response.get_data(as_text=True))


def test_a_stale_page_shows_both_and_keeps_what_was_typed(someone, filed, app):
    station = task(filed, "工作站")
    slow, quick = someone("supervisor"), someone("supervisor")
    for page in (slow, quick):
        page.open(f"{filed.path}?task={station}")
    quick.submit("/confirm", outcome="done")
    slow.submit("/confirm", outcome="partial", note="只建了一半")
    assert slow.status == 409
    assert "已被别人修改" in slow.text
    assert "已完成（陈督" in slow.text
    assert "只建了一半" in slow.response.get_data(as_text=True)
    slow.submit("/confirm")
    assert link_of(app, station).outcome is Outcome.PARTIAL


def test_the_same_form_twice_works_once(someone, filed, app):
    page = someone("supervisor")
    station = task(filed, "工作站")
    page.open(f"{filed.path}?task={station}")
    data = dict(page._form("/confirm").form_values())
    for _ in range(2):
        answer = page.client.post(
            page._form("/confirm").get("action"), data=data, headers={"Referer": "http://localhost/"}
        )
        assert answer.status_code == 303
    assert link_of(app, station).version == 2


def test_unknown_fields_are_refused(someone, filed, app):
    page = someone("supervisor")
    station = task(filed, "工作站")
    page.open(f"{filed.path}?task={station}")
    page.submit("/confirm", decided_by_id="1")
    assert page.status == 400
    assert link_of(app, station).decision is LinkDecision.PROPOSED


@pytest.mark.parametrize("username", ["officer", "head", "auditor", "area_head"])
def test_others_read_and_change_nothing(someone, filed, app, username):
    page = someone(username)
    page.open(filed.path)
    assert page.status == 200
    assert "待督办员核对" in page.text
    assert "/confirm" not in page.response.get_data(as_text=True)
    link = link_of(app, task(filed, "工作站"))
    token = re.search(r'name="csrf_token" value="([^"]+)"', page.response.get_data(as_text=True)).group(1)
    for verb in ("confirm", "reject", "passage", "reopen"):
        answer = page.client.post(
            f"{filed.path}/{link.id}/{verb}", data={"csrf_token": token}, headers={"Referer": "http://localhost/"}
        )
        assert answer.status_code == 403


@pytest.mark.parametrize(
    ("username", "status"),
    [("sister", 404), ("section", 404), ("other_supervisor", 404), ("other_officer", 404), ("admin", 403)],
)
def test_out_of_scope(someone, filed, username, status):
    page = someone(username)
    page.open(filed.path)
    assert page.status == status


def test_an_answer_of_another_report_is_not_found(someone, filed, app):
    page = someone("supervisor")
    page.open(filed.path)
    link = link_of(app, task(filed, "工作站"))
    token = re.search(r'name="csrf_token" value="([^"]+)"', page.response.get_data(as_text=True)).group(1)
    answer = page.client.post(
        f"/reports/{filed.plan_id}/links/{link.id}/reject",
        data={"csrf_token": token, "version": link.version},
        headers={"Referer": "http://localhost/"},
    )
    assert answer.status_code == 404


def test_comparing_again_takes_in_what_is_new(someone, filed, app):
    with write(app) as session:
        county_unit = session.get_one(TaskLink, 1).task.unit
        make_task(session, county_unit, TaskStatus.ESTABLISHED, title="扫码登记", wording="建立涉企执法扫码登记制度")
    page = someone("supervisor")
    page.open(filed.path)
    assert "未比对 1" in page.text
    page.submit("/compare")
    assert page.status == 200
    assert "已比对 5 项任务" in page.text
    assert "未比对" not in page.text


def test_without_tasks_the_page_says_how_to_begin(someone, filed):
    page = someone("supervisor")
    page.open(f"/reports/{filed.plan_id}/links")
    assert page.status == 200
    assert "没有可以对照的任务" in page.text


def test_after_the_lock_the_page_is_to_be_read(someone, filed, app):
    with write(app) as session:
        session.add(ReconciliationSheet(unit_id=filed.unit_id, plan_year=2026, created_at=NOW, locked_at=NOW))
    page = someone("supervisor")
    page.open(filed.path)
    assert "2026 年度已锁定" in page.text
    assert "/confirm" not in page.response.get_data(as_text=True)


def test_hostile_words_are_words(someone, filed, app):
    payload = "<script>alert(1)</script><img src=x onerror=alert(2)>"
    with write(app) as session:
        link = session.get_one(TaskLink, link_of(app, task(filed, "工作站")).id)
        link.task.title = link.task.wording = payload * 3
        link.proposal = {**link.proposal, "evidence": [{**e, "reasons": [payload]} for e in link.proposal["evidence"]]}
        link.evidence = link.proposal["evidence"]
        link.note = payload
    page = someone("supervisor")
    page.open(f"{filed.path}?task={task(filed, '工作站')}")
    html = page.response.get_data(as_text=True)
    assert "<script>alert" not in html
    assert "<img src=x" not in html
    assert "&lt;script&gt;" in html


def test_a_long_list_costs_no_more_statements(someone, filed, app):
    page = someone("supervisor")
    with recorded_statements() as few:
        page.open(filed.path)
    with write(app) as session:
        unit = session.get_one(TaskLink, 1).task.unit
        for number in range(500):
            made = make_task(session, unit, title=f"第{number}项", wording=f"完成第{number}项工作" + "很长" * 150)
            session.add(
                TaskLink(
                    task_id=made.id,
                    report_id=filed.report_id,
                    commitment_ref="",
                    outcome=Outcome.NOT_MENTIONED,
                    score=0.1,
                    decision=LinkDecision.PROPOSED,
                    created_at=NOW,
                )
            )
    with recorded_statements() as many:
        page.open(filed.path)
    assert page.status == 200
    assert "待核对 504" in page.text
    assert len(many) == len(few) <= 8


def test_shared_words_are_marked_on_both_sides(someone, filed):
    page = someone("supervisor")
    page.open(f"{filed.path}?task={task(filed, '执法队伍')}")
    promise, _, passages = page.response.get_data(as_text=True).partition('class="side-report"')
    assert "<b>新增持证执法人员</b>" in promise
    assert "<b>新增持证执法人员</b>" in passages


def test_progress_is_said_in_numbers_and_when_all_is_done(someone, filed):
    page = someone("supervisor")
    page.open(filed.path)
    assert "0/4 已核对" in page.text
    for number in range(1, 5):
        page.submit("/confirm")
        assert f"{number}/4 已核对" in page.text
    assert "全部核对完了" in page.text


def test_a_withdrawn_promise_stands_apart_and_is_not_decided(someone, filed, app):
    station = task(filed, "工作站")
    with write(app) as session:
        withdrawn = session.get_one(TaskLink, link_of(app, station).id).task
        withdrawn.status, withdrawn.number, withdrawn.status_reason = TaskStatus.WITHDRAWN, "LWZ-9", "选址未批"
        withdrawn.established_at, withdrawn.original_due_on = NOW, withdrawn.due_on
    page = someone("supervisor")
    page.open(f"{filed.path}?task={station}")
    assert page.status == 200
    for words in ("0/3 已核对", "已撤销，不再比对 1 项", "这项任务已撤销，不再与报告比对。原因：选址未批"):
        assert words in page.text, words
    html = page.response.get_data(as_text=True)
    assert "/confirm" not in html
    link = link_of(app, station)
    token = re.search(r'name="csrf_token" value="([^"]+)"', html).group(1)
    answer = page.client.post(
        f"{filed.path}/{link.id}/confirm",
        data={"csrf_token": token, "version": link.version, "outcome": "not_mentioned", "request_key": "k1"},
        headers={"Referer": "http://localhost/"},
    )
    assert answer.status_code == 409 or "已撤销" in answer.get_data(as_text=True)
    assert link_of(app, station).decision is LinkDecision.PROPOSED


def test_what_the_last_report_said_of_a_carried_over_promise(someone, filed, app):
    with write(app) as session:
        before = session.get_one(TaskLink, link_of(app, task(filed, "执法队伍")).id).task
        report = session.get_one(TaskLink, link_of(app, task(filed, "执法队伍")).id).report
        later = make_report(session, report.unit, report.uploaded_by, report_year=2027)
        successor = make_task(session, report.unit, TaskStatus.ESTABLISHED, plan_year=2027, wording=before.wording)
        successor.predecessor_id = before.id
        path = f"/reports/{later.id}/links?task={successor.id}"
    page = someone("supervisor")
    page.open(path)
    assert page.status == 200
    assert "2026 年度报告" in page.text
    assert "9月新增持证执法人员4名" in page.text
    assert "看上年的核对" in page.text


def test_members_of_a_list_that_the_report_does_not_name(someone, filed, app):
    first = task(filed, "执法队伍")
    with write(app) as session:
        link = session.get_one(TaskLink, link_of(app, first).id)
        link.evidence = [{**link.evidence[0], "reasons": ["未见：甲村、乙村"]}, *link.evidence[1:]]
    page = someone("supervisor")
    page.open(f"{filed.path}?task={first}")
    assert "所列事项未见" in page.text
    assert "甲村、乙村" in page.text
