"""The overview over HTTP: what waits for the supervisor, the figures and where they lead, each unit, the missing reports."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import quote

import pytest
from lxml import html
from sqlalchemy import update

from tests.support.factories import TODAY, make_report, make_task
from tracker.db.models import Report, Unit, User
from tracker.domain.tasks import TaskStatus
from tracker.services.policies import save_setting


@pytest.fixture
def add(runtime, county):
    def make(status=TaskStatus.IN_PROGRESS, *, unit=None, **values) -> int:
        with runtime.database.writing.begin() as session:
            return make_task(session, session.get_one(Unit, (unit or county.township).id), status, **values).id

    return make


@pytest.fixture
def file_report(runtime, county):
    def make(unit, *, year=2025, reviewed=False) -> int:
        with runtime.database.writing.begin() as session:
            report = make_report(
                session,
                session.get_one(Unit, unit.id),
                session.get_one(User, county.supervisor.id),
                report_year=year,
                reading={},
            )
            if reviewed:
                report.reviewed_at = report.created_at
            return report.id

    return make


@pytest.fixture
def as_user(someone):
    def enter(username: str, path: str = "/overview/"):
        person = someone(username)
        person.open(path)
        return person

    return enter


def page_of(someone):
    return html.fromstring(someone.response.get_data(as_text=True))


def tiles(someone) -> dict[str, str]:
    return {
        tile.xpath(".//*[@class='tile-label']")[0].text_content().strip(): tile.xpath(".//*[@class='tile-value']")[0]
        .text_content()
        .strip()
        for tile in page_of(someone).xpath("//*[contains(@class, 'tile') and ./*[@class='tile-label']]")
    }


def units(someone) -> dict[str, list[str]]:
    return {
        row.xpath("./td[1]")[0].text_content().strip(): [cell.text_content().strip() for cell in row.xpath("./td")][1:]
        for row in page_of(someone).xpath("//div[@id='units']//tbody/tr")
    }


def waiting(someone) -> dict[str, str]:
    return {
        " ".join(link.text_content().split()): link.get("href")
        for link in page_of(someone).xpath("//ul[@class='todo-list']//a")
    }


def rows_at(someone, address: str) -> int:
    """How many tasks a page of the ledger says there are."""
    someone.open(address)
    assert someone.status == 200
    return len(page_of(someone).xpath("//table[contains(@class, 'data-table')]/tbody/tr"))


def test_the_figures_and_where_they_lead(add, as_user):
    for _ in range(3):
        add(TaskStatus.CLOSED)
    add(due_on=TODAY - timedelta(days=1))
    add(due_on=TODAY + timedelta(days=2))
    add(TaskStatus.WITHDRAWN)
    add(TaskStatus.PROPOSED)
    add(plan_year=2025)
    chief = as_user("supervisor")
    assert tiles(chief) == {
        "立项任务": "6项",
        "完成率": "60%",
        "已办结": "3项",
        "逾期": "1项",
        "7 个工作日内到期": "1项",
    }
    assert "已办结 ÷（立项 − 撤销）" in chief.text
    links = {
        tile.xpath("./*[@class='tile-label']")[0].text_content().strip(): tile.get("href")
        for tile in page_of(chief).xpath("//a[contains(@class, 'tile')]")
    }
    for label, number in (("立项任务", 6), ("已办结", 3), ("逾期", 1), ("7 个工作日内到期", 1)):
        assert rows_at(chief, links[label]) == number, label


def test_the_threshold_is_the_setting(runtime, clock, add, as_user):
    add(due_on=TODAY + timedelta(days=2))
    with runtime.database.writing.begin() as session:
        save_setting(session, "light.working_days_left", 1, user_id=None, now=clock())
    assert tiles(as_user("supervisor"))["1 个工作日内到期"] == "0项"


def test_what_waits_for_the_supervisor_and_where_it_is_decided(county, add, file_report, as_user):
    file_report(county.township)
    file_report(county.sister, reviewed=True)
    add(TaskStatus.ESTABLISHED)
    add(TaskStatus.IN_REVIEW)
    add(extension_pending=True, plan_year=2025)
    add(due_on=TODAY - timedelta(days=3))
    chief = as_user("supervisor")
    todo = waiting(chief)
    assert set(todo) == {
        "1份报告待确认任务",
        "1项任务已立项、待交办",
        "1项办结申请待审核",
        "1项延期申请待审批",
        "1项任务逾期，可以催办",
    }
    assert todo.pop("1份报告待确认任务").rstrip("/") == "/reports"
    for label, href in todo.items():
        assert rows_at(chief, href) == 1, label


@pytest.mark.parametrize("username", ["auditor", "head", "area_head"])
def test_nobody_else_is_told_to_decide(add, as_user, username):
    add(TaskStatus.IN_REVIEW)
    someone = as_user(username)
    assert someone.status == 200
    assert waiting(someone) == {}


def test_each_unit_stands_with_its_numbers_the_most_overdue_first(county, add, file_report, as_user):
    add()
    add(TaskStatus.CLOSED)
    add(TaskStatus.ASSIGNED, unit=county.sister)
    add(unit=county.sister, due_on=TODAY - timedelta(days=9))
    file_report(county.township, reviewed=True)
    file_report(county.bureau)
    chief = as_user("supervisor")
    shown = units(chief)
    assert list(shown) == ["石渡镇", "柳湾镇", "清溪县交通运输局"]
    assert shown["柳湾镇"][:6] == ["2", "1", "50%", "", "", ""]
    assert shown["石渡镇"][:6] == ["2", "0", "0%", "1", "", "1"]
    assert shown["清溪县交通运输局"][:3] == ["0", "0", "—"]
    assert [shown[name][-1] for name in shown] == ["未报送", "已确认", "待确认"]
    links = chief.links()
    assert rows_at(chief, links["石渡镇"]) == 2
    assert rows_at(chief, links["1"] if links["1"].startswith("/ledger") else f"{links['石渡镇']}&focus=overdue") == 1


def test_who_has_not_filed_is_named(runtime, county, file_report, as_user):
    with runtime.database.writing.begin() as session:
        session.execute(
            update(Unit).where(Unit.id.in_([county.area.id, county.section.id])).values(files_reports=False)
        )
        session.execute(update(Unit).where(Unit.id == county.bureau.id).values(is_active=False))
    file_report(county.township)
    file_report(county.sister, year=2024)
    chief = as_user("supervisor")
    assert "未报送 2025 年度报告的单位" in chief.text
    assert [item.text_content() for item in page_of(chief).xpath("//ul[@class='name-list']/li")] == ["石渡镇"]


def test_a_corrected_report_counts_once(runtime, county, add, file_report, as_user):
    old = file_report(county.township)
    with runtime.database.writing.begin() as session:
        session.execute(update(Report).where(Report.id == old).values(superseded_at=Report.created_at))
    file_report(county.township)
    assert list(units(as_user("supervisor"))) == ["柳湾镇"]


def test_a_head_sees_the_own_unit_only(county, add, as_user):
    add()
    add(unit=county.sister)
    add(unit=county.section)
    head = as_user("head")
    assert list(units(head)) == ["柳湾镇", "柳湾镇司法所"]
    assert tiles(head)["立项任务"] == "2项"
    assert "石渡" not in head.response.get_data(as_text=True)


@pytest.mark.parametrize(("username", "status"), [("officer", 403), ("admin", 403), ("head", 200), ("auditor", 200)])
def test_who_has_an_overview(as_user, username, status):
    assert as_user(username).status == status


@pytest.mark.parametrize("year", ["abc", "99999999999999999999", "-1", "0", "", "1066", "\uff12\uff10\uff12\uff16"])
def test_a_strange_year_shows_this_one(add, as_user, year):
    add()
    chief = as_user("supervisor", f"/overview/?year={quote(year)}")
    assert chief.status == 200
    assert "2026 年总览" in chief.text


def test_another_year(add, as_user):
    add(plan_year=2025)
    chief = as_user("supervisor", "/overview/?year=2025")
    assert tiles(chief)["立项任务"] == "1项"
    chief.submit(0, year="2027")
    assert "2027 年还没有任务" in chief.text


def test_a_page_costs_six_statements_whatever_it_shows(county, add, as_user, statements):
    costs = []
    for number in (1, 60):
        for _ in range(number):
            add(unit=county.sister)
            add(TaskStatus.CLOSED)
        chief = as_user("supervisor")
        chief.open("/overview/")
        with statements() as found:
            chief.open("/overview/")
        costs.append(len(found))
    assert costs[0] == costs[1] <= 6
