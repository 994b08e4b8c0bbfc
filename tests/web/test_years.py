"""A promise over the years over HTTP: what the pages say, from where they are reached, who may see them, what they cost."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

import pytest
from flask import Flask
from sqlalchemy import select

from tests.services.test_links import ANSWER, PLAN, file_report
from tests.support.factories import NOW, PASSWORD, actor, make_county, make_task
from tests.support.statements import recorded_statements
from tests.support.web import Visitor
from tracker.db.models import ReconciliationLine, ReconciliationSheet, Task, TaskLink
from tracker.domain.documents import Outcome
from tracker.domain.reconciliation import Verdict
from tracker.domain.tasks import TaskStatus
from tracker.services.linking import propose_links
from tracker.services.links import LinkAnswer, confirm_link

THIRD = ANSWER.replace("2027", "2028").replace("2026", "2027").replace("不少于8场", "不少于6场")


@dataclass(frozen=True)
class Filed:
    """Three reports of a township and its promise of lectures in three plans."""

    unit_id: int
    sister_id: int
    report_id: int
    lectures: tuple[int, ...]
    station: int


@pytest.fixture
def filed(app: Flask) -> Filed:
    with app.extensions["tracker"].database.writing.begin() as session:
        county = make_county(session)
        for text, year in ((PLAN, 2025), (ANSWER, 2026), (THIRD, 2027)):
            report = file_report(session, county.township, county.officer, text, year, propose=True)
            propose_links(session, report, now=NOW)
        found = session.scalars(select(Task).where(Task.wording.contains("普法宣讲")).order_by(Task.plan_year)).all()
        first = session.scalars(
            select(TaskLink).where(TaskLink.task_id == found[0].id, TaskLink.commitment_ref == "")
        ).one()
        confirm_link(
            session, actor(county.supervisor), first.report_id, first.id, LinkAnswer(Outcome.NOT_MENTIONED), now=NOW
        )
        sheet = ReconciliationSheet(unit_id=county.township.id, plan_year=2026, created_at=NOW)
        session.add(sheet)
        session.flush()
        session.add(ReconciliationLine(sheet_id=sheet.id, task_id=found[0].id, verdict=Verdict.PARTLY_DONE))
        station = session.scalars(select(Task).where(Task.wording.contains("工作站"))).one()
        return Filed(
            county.township.id, county.sister.id, first.report_id, tuple(task.id for task in found), station.id
        )


@pytest.fixture
def someone(visitor: Callable[[], Visitor], filed: Filed) -> Callable[[str], Visitor]:
    def enter(username: str) -> Visitor:
        made = visitor()
        made.sign_in(username, PASSWORD)
        return made

    return enter


def test_year_by_year(someone, filed):
    """Wording with what changed, target, ledger, the report's words with their place, the verdict."""
    page = someone("supervisor")
    page.open(f"/tasks/{filed.lectures[1]}/years")
    assert page.status == 200
    html = page.response.get_data(as_text=True)
    assert html.index("2026 年</h2>") < html.index("2027 年</h2>") < html.index("2028 年</h2>")
    for words in (
        "写进了 3 年的计划",
        "2026 年到 2028 年",
        "再次写入",
        "再次写入（待核对）",
        "数字有变",
        "核查结论：部分完成",
    ):
        assert words in page.text, words
    assert '<del>10</del><ins class="is-number">8</ins>' in html
    assert '<del>8</del><ins class="is-number">6</ins>' in html
    assert "<svg" in html
    assert "下一年目标缩水" in page.text
    assert html.count("is-asked") == 1


def test_a_promise_of_one_year_says_so(someone, filed):
    page = someone("officer")
    page.open(f"/tasks/{filed.station}/years")
    assert page.status == 200
    assert "没有找到前后年度的同一承诺" in page.text
    assert "镇公共法律服务工作站于10月建成并投入使用" in page.text
    assert "在报告中查看" in page.text


def test_the_list_of_a_unit_has_the_longest_and_the_least_kept_first(someone, filed):
    page = someone("supervisor")
    page.open(f"/units/{filed.unit_id}/years")
    assert page.status == 200
    html = page.response.get_data(as_text=True)
    assert html.index("开展普法宣讲不少于6场") < html.index("开展案卷评查2次")
    assert f"/tasks/{filed.lectures[2]}/years" in html


def test_a_unit_without_any_says_how_they_come_about(someone, filed):
    page = someone("supervisor")
    page.open(f"/units/{filed.sister_id}/years")
    assert page.status == 200
    assert "没有连年写入的承诺" in page.text


def test_it_is_reached_from_the_task_the_links_and_the_reconciliation(someone, filed):
    page = someone("supervisor")
    for path, target in (
        (f"/tasks/{filed.station}", f"/tasks/{filed.station}/years"),
        (f"/reports/{filed.report_id}/links?task={filed.station}", f"/tasks/{filed.station}/years"),
        (f"/reports/{filed.report_id}/links", f"/units/{filed.unit_id}/years"),
        (f"/reconciliation/{filed.unit_id}/2026", f"/units/{filed.unit_id}/years"),
    ):
        page.open(path)
        assert page.status == 200, path
        assert f'href="{target}"' in page.response.get_data(as_text=True), path


@pytest.mark.parametrize(
    ("username", "status"),
    [("auditor", 200), ("head", 200), ("sister", 404), ("other_supervisor", 404), ("admin", 403)],
)
def test_scope(someone, filed, username, status):
    page = someone(username)
    for path in (f"/tasks/{filed.lectures[0]}/years", f"/units/{filed.unit_id}/years"):
        page.open(path)
        assert page.status == status, path


def test_who_leads_one_year_of_a_promise_sees_no_other_year_and_no_report(someone, filed, app):
    """The sister leads the promise of one year: that year is hers to see, not the report's words nor the other years."""
    with app.extensions["tracker"].database.writing.begin() as session:
        session.get_one(Task, filed.station).lead_unit_id = filed.sister_id
        session.get_one(Task, filed.lectures[1]).lead_unit_id = filed.sister_id
    page = someone("sister")
    page.open(f"/tasks/{filed.station}/years")
    assert page.status == 200
    assert "工作站于10月建成并投入使用，接待" not in page.text
    assert "于10月建成" not in page.text
    page.open(f"/tasks/{filed.lectures[1]}/years")
    assert "不少于8场" in page.text
    assert "不少于10场" not in page.text
    assert f"/units/{filed.unit_id}/years" not in page.response.get_data(as_text=True)


def test_a_carried_over_promise_shows_both_years(someone, filed, app):
    with app.extensions["tracker"].database.writing.begin() as session:
        station = session.get_one(Task, filed.station)
        unit = station.unit
        successor = make_task(
            session, unit, TaskStatus.ESTABLISHED, plan_year=2027, wording=station.wording, due_on=date(2027, 6, 30)
        )
        successor.predecessor_id = station.id
    page = someone("supervisor")
    page.open(f"/tasks/{filed.station}/years")
    assert "写进了 2 年的计划" in page.text
    assert "结转" in page.text


def test_hostile_words_are_words(someone, filed, app):
    payload = "<script>alert(1)</script>"
    with app.extensions["tracker"].database.writing.begin() as session:
        for task_id in filed.lectures:
            session.get_one(Task, task_id).wording = f"{payload}普法宣讲{task_id}场"
    page = someone("supervisor")
    for path in (f"/tasks/{filed.lectures[1]}/years", f"/units/{filed.unit_id}/years"):
        page.open(path)
        assert page.status == 200
        assert "<script>alert" not in page.response.get_data(as_text=True)


def test_the_pages_cost_a_fixed_number_of_statements(someone, filed, app):
    page = someone("supervisor")
    paths = (f"/tasks/{filed.lectures[1]}/years", f"/units/{filed.unit_id}/years")

    def costs() -> list[int]:
        found = []
        for path in paths:
            with recorded_statements() as statements:
                page.open(path)
            assert page.status == 200
            found.append(len(statements))
        return found

    few = costs()
    with app.extensions["tracker"].database.writing.begin() as session:
        unit = session.get_one(Task, filed.station).unit
        for year in (2026, 2027, 2028):
            for number in range(60):
                make_task(session, unit, plan_year=year, wording=f"完成第{number}项整改工作")
    assert costs() == few
    assert max(few) <= 6
