"""The page of a promise beside what is alike, the line on its card, and what stands on the report's and the task's page."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from tests.services.test_promises import CLEAN, LATER, SPREAD, TRAIN, take_in
from tests.support.factories import PASSWORD, County, actor, make_county, make_unit, make_user
from tests.support.statements import recorded_statements
from tracker.db.models import PromiseMatch, Task
from tracker.services.plan_items import Chosen, confirm_proposals

MARKUP = "开展<script>alert(1)</script>宣讲，走访企业五十家并编印法律读本两千册发放到每家每户。"


@pytest.fixture
def county(runtime) -> County:  # type: ignore[no-untyped-def]
    with runtime.database.writing.begin() as session:
        return make_county(session)


@pytest.fixture
def own(runtime, county) -> int:  # type: ignore[no-untyped-def]
    """The township's report of 2025, whose first item stands in its plan before and whose second is its sister's too."""
    before = take_in(runtime.database, county.township, county.officer, 2024, TRAIN.format(3, 4))
    with runtime.database.writing.begin() as session:
        task = session.scalars(select(Task).where(Task.report_id == before)).one()
        confirm_proposals(session, actor(county.supervisor), before, [Chosen(task.id, task.version)], now=LATER)
    take_in(runtime.database, county.sister, county.sister_officer, 2025, SPREAD)
    take_in(runtime.database, county.other_township, county.other_officer, 2025, SPREAD)
    return take_in(runtime.database, county.township, county.officer, 2025, TRAIN.format(2, 4), SPREAD, CLEAN)


@pytest.fixture
def someone(visitor, county):  # type: ignore[no-untyped-def]
    def enter(username: str):  # type: ignore[no-untyped-def]
        person = visitor()
        person.sign_in(username, PASSWORD)
        return person

    return enter


def tasks(runtime, report_id: int) -> list[Task]:  # type: ignore[no-untyped-def]
    with runtime.database.reading() as session:
        return list(session.scalars(select(Task).where(Task.report_id == report_id).order_by(Task.start)))


def address(report_id: int, task: Task) -> str:
    return f"/reports/{report_id}/review/items/{task.id}/same"


def test_the_card_says_so_and_leads_there(runtime, own, someone):  # type: ignore[no-untyped-def]
    person = someone("supervisor")
    page = person.open(f"/reports/{own}/review").get_data(as_text=True)
    assert "第 2 年写入（2025 年已有）" in person.text
    assert "与 2 个单位雷同，最高 100%" in person.text
    train, spread, clean = tasks(runtime, own)
    assert address(own, train) in page
    assert address(own, spread) in page
    assert address(own, clean) not in page


def test_years_side_by_side_with_their_task_and_what_changed(runtime, own, someone):  # type: ignore[no-untyped-def]
    person = someone("supervisor")
    page = person.open(address(own, tasks(runtime, own)[0])).get_data(as_text=True)
    assert "第 2 年写入（2025 年已有）。" in person.text
    for words in ("LWZ-2025-001", "已立项", "3名 → 2名", "2026 年（本条）"):
        assert words in person.text, words
    assert "<mark>" in page
    assert '<mark class="is-other">2</mark>' in page


def test_a_supervisor_reads_the_sister_and_an_officer_its_share_alone(runtime, own, someone):  # type: ignore[no-untyped-def]
    spread = address(own, tasks(runtime, own)[1])
    person = someone("supervisor")
    person.open(spread)
    assert "石渡镇人民政府 2026 年" in person.text
    assert "另有 1 个单位不在您的查看范围内，雷同比例 100%" in person.text
    assert "白鹿镇" not in person.text
    for username in ("officer", "head"):
        person = someone(username)
        page = person.open(spread).get_data(as_text=True)
        assert "有 2 个单位不在您的查看范围内，雷同比例 100%、100%" in person.text
        assert "石渡镇" not in page
        assert "same-pair" not in page


@pytest.mark.parametrize(("username", "status"), [("sister", 404), ("other_supervisor", 404), ("admin", 403)])
def test_others_do_not_find_it(runtime, own, someone, username, status):  # type: ignore[no-untyped-def]
    assert someone(username).open(address(own, tasks(runtime, own)[0])).status_code == status


def test_the_wrong_report_is_not_found(runtime, own, someone):  # type: ignore[no-untyped-def]
    person = someone("supervisor")
    assert person.open(f"/reports/{own - 1}/review/items/{tasks(runtime, own)[0].id}/same").status_code == 404


def test_nothing_found_is_said(runtime, own, someone):  # type: ignore[no-untyped-def]
    person = someone("officer")
    person.open(address(own, tasks(runtime, own)[2]))
    assert "没有发现与本单位往年或其他单位相同的写法。" in person.text


def test_the_report_sums_up(own, someone):  # type: ignore[no-untyped-def]
    person = someone("officer")
    person.open(f"/reports/{own}")
    for words in ("重复与雷同", "1 条，共 3 条", "雷同文字占计划", "第 2 年写入", "雷同 100%"):
        assert words in person.text, words


def test_the_task_says_in_which_year_it_stands(runtime, own, someone):  # type: ignore[no-untyped-def]
    person = someone("officer")
    train, _, clean = tasks(runtime, own)
    person.open(f"/tasks/{train.id}")
    assert "第 2 年写入" in person.text
    assert "与往年对照" in person.text
    person.open(f"/tasks/{clean.id}")
    assert "年写入" not in person.text


def test_text_is_text(runtime, county, someone):  # type: ignore[no-untyped-def]
    take_in(runtime.database, county.sister, county.sister_officer, 2025, MARKUP)
    own = take_in(runtime.database, county.township, county.officer, 2025, MARKUP)
    page = someone("supervisor").open(address(own, tasks(runtime, own)[0])).get_data(as_text=True)
    assert "石渡镇" in page
    assert "<script>alert" not in page


def test_many_units_fold_away_and_cost_no_more_statements(runtime, county, own, someone):  # type: ignore[no-untyped-def]
    spread = tasks(runtime, own)[1]
    person = someone("supervisor")
    person.open(address(own, spread))
    with recorded_statements() as few:
        person.open(address(own, spread))
    with runtime.database.writing.begin() as session:
        units = [make_unit(session, f"新{number}镇人民政府", parent=county.area) for number in range(12)]
        people = [make_user(session, unit) for unit in units]
    for unit, user in zip(units, people, strict=True):
        take_in(runtime.database, unit, user, 2025, SPREAD)
    with recorded_statements() as many:
        page = person.open(address(own, spread)).get_data(as_text=True)
    assert "与 14 个单位雷同" in person.text
    assert page.count("same-pair") == 13
    assert "<details" in page
    assert len(many) == len(few)
    with runtime.database.reading() as session:
        assert session.scalars(select(PromiseMatch.share)).first() is not None
