"""The ledger's reads on both databases: filters, ready-made selections, search, scope, paging, counting."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from tests.support.factories import NOW, TODAY, County, actor, make_county, make_task, make_unit
from tracker.db.models import SupportingUnit, Task, Unit
from tracker.db.queries.ledger import (
    COUNT_LIMIT,
    Focus,
    LedgerFilter,
    chosen_tasks,
    ledger_count,
    ledger_ids,
    ledger_page,
    units_for_filter,
)
from tracker.db.queries.ledger_order import Sort
from tracker.db.queries.overview import year_overview
from tracker.db.queries.task_lights import light_of
from tracker.db.search import search_expression
from tracker.domain.calendar import WorkingCalendar
from tracker.domain.documents import DeadlineSource
from tracker.domain.lights import Light, LightPolicy, near_until
from tracker.domain.tasks import LEDGER, TaskStatus

CALENDAR, POLICY = WorkingCalendar(), LightPolicy()
ALL = LedgerFilter(today=TODAY, due_soon_until=near_until(TODAY, CALENDAR, POLICY))


@pytest.fixture
def county(session: Session) -> County:
    return make_county(session)


@pytest.fixture
def add(session: Session, county: County) -> Callable[..., Task]:
    """Add a task of the township: ``add("标题", TaskStatus.CLOSED, due_on=…)``."""

    def make(title: str, status: TaskStatus = TaskStatus.IN_PROGRESS, **values: Any) -> Task:
        return make_task(session, values.pop("unit", county.township), status, title=title, **values)

    return make


def titles(session: Session, who: Any, **asked: Any) -> list[str]:
    """The titles that somebody finds, in the order they were added."""
    page = ledger_page(session, actor(who), replace(ALL, **asked), Sort.DUE, size=200)
    return [row.title for row in sorted(page.rows, key=lambda row: row.id)]


def in_state(add: Callable[..., Task], status: TaskStatus) -> Task:
    extra = {"archived_from": "closed"} if status is TaskStatus.ARCHIVED else {}
    return add(f"甲{status.value}", status, **extra)


# ---- filters


def test_every_state_but_proposals_is_in_the_ledger(session: Session, county: County, add: Callable[..., Task]) -> None:
    for status in TaskStatus:
        in_state(add, status)
    assert set(titles(session, county.supervisor)) == {f"甲{status.value}" for status in LEDGER}
    for status in LEDGER:
        assert titles(session, county.supervisor, status=status) == [f"甲{status.value}"]


def test_filters_join(session: Session, county: County, add: Callable[..., Task]) -> None:
    add("今年执法", area="行政执法")
    add("今年决策", area="行政决策")
    add("去年执法", area="行政执法", plan_year=2025)
    add("石渡执法", area="行政执法", unit=county.sister)
    assert titles(session, county.supervisor, plan_year=2026) == ["今年执法", "今年决策", "石渡执法"]
    assert titles(session, county.supervisor, plan_year=2026, area="行政执法") == ["今年执法", "石渡执法"]
    assert titles(session, county.supervisor, unit_path=county.township.path) == ["今年执法", "今年决策", "去年执法"]
    assert titles(session, county.supervisor, plan_year=2025, area="行政决策") == []
    assert titles(session, county.supervisor, plan_year=2025, search="执法") == ["去年执法"]


def test_ready_made_selections(session: Session, county: County, add: Callable[..., Task]) -> None:
    soon = ALL.due_soon_until
    add("昨天到期", due_on=TODAY - timedelta(days=1))
    add("今天到期", due_on=TODAY)
    add("最后一天", due_on=soon)
    add("再晚一天", due_on=soon + timedelta(days=1))
    add("待签收", TaskStatus.ASSIGNED)
    add("待审核", TaskStatus.IN_REVIEW)
    add("要延期", extension_pending=True)
    add("已办结", TaskStatus.CLOSED, due_on=TODAY - timedelta(days=9))
    add("锁定前已办结", TaskStatus.ARCHIVED, archived_from="closed")
    add("锁定前未完成", TaskStatus.ARCHIVED, archived_from="unfinished")
    add("暂缓", TaskStatus.SUSPENDED, due_on=TODAY - timedelta(days=3))
    found = {focus: titles(session, county.supervisor, focus=focus) for focus in Focus}
    assert len(found[Focus.ALL]) == 11
    assert found[Focus.OVERDUE] == ["昨天到期"]  # a clock that stands still is never late
    assert found[Focus.DUE_SOON] == ["今天到期", "最后一天"]
    assert found[Focus.UNSIGNED] == ["待签收"]
    assert found[Focus.IN_REVIEW] == ["待审核"]
    assert found[Focus.EXTENSION] == ["要延期"]
    assert found[Focus.CLOSED] == ["已办结", "锁定前已办结"]
    assert set(found[Focus.OPEN]) == set(found[Focus.ALL]) - {"已办结", "锁定前已办结", "锁定前未完成"}
    for focus, names in found.items():
        assert ledger_count(session, actor(county.supervisor), replace(ALL, focus=focus)) == (len(names), False)


@pytest.mark.parametrize("today", [TODAY, date(2026, 9, 29), date(2026, 12, 30), date(2026, 2, 13)])
def test_what_is_near_is_what_the_yellow_light_says(
    session: Session, county: County, add: Callable[..., Task], today: date
) -> None:
    """The selection 即将到期 and the light draw the line on the same day, over holidays and the turn of the year."""
    for days in range(40):
        add(f"第{days}天", due_on=today + timedelta(days=days), percent=100)
    wanted = replace(ALL, today=today, due_soon_until=near_until(today, CALENDAR, POLICY), focus=Focus.DUE_SOON)
    near = ledger_page(session, actor(county.supervisor), wanted, Sort.DUE, size=100).rows
    everything = ledger_page(session, actor(county.supervisor), ALL, Sort.DUE, size=100).rows
    yellow = [row.id for row in everything if light_of(row, today, CALENDAR, POLICY).light is Light.YELLOW]
    assert [row.id for row in near] == yellow


# ---- scope


def test_everyone_sees_the_own_unit_and_what_lies_below(
    session: Session, county: County, add: Callable[..., Task]
) -> None:
    add("本镇")
    add("司法所", unit=county.section)
    add("石渡", unit=county.sister)
    add("外县", unit=county.other_township)
    expected = {
        county.supervisor: ["本镇", "司法所", "石渡"],
        county.auditor: ["本镇", "司法所", "石渡"],
        county.officer: ["本镇", "司法所"],
        county.section_officer: ["司法所"],
        county.sister_officer: ["石渡"],
        county.other_supervisor: ["外县"],
        county.admin: [],
    }
    for user, seen in expected.items():
        assert titles(session, user) == seen, user.username
        assert ledger_count(session, actor(user), ALL)[0] == len(seen)
        assert sum(len(ids) for ids in ledger_ids(session, actor(user), ALL)) == len(seen)
    assert titles(session, county.officer, unit_path=county.sister.path) == []
    assert titles(session, county.officer, unit_path=county.area.path) == ["本镇", "司法所"]


def test_led_by_another_unit_than_it_was_promised_by(
    session: Session, county: County, add: Callable[..., Task]
) -> None:
    add("交给局里", lead_unit=county.bureau)
    assert titles(session, county.officer) == []
    assert titles(session, county.supervisor, unit_path=county.bureau.path) == ["交给局里"]


def test_tasks_that_a_unit_only_supports(session: Session, county: County, add: Callable[..., Task]) -> None:
    task = add("石渡牵头", unit=county.sister)
    session.add(SupportingUnit(task_id=task.id, unit_id=county.section.id))
    session.flush()
    assert titles(session, county.officer) == []
    assert titles(session, county.officer, supporting=True) == ["石渡牵头"]
    assert titles(session, county.section_officer, supporting=True) == ["石渡牵头"]
    assert titles(session, county.sister_officer, supporting=True) == []
    assert titles(session, county.other_supervisor, supporting=True) == []
    assert titles(session, county.supervisor, supporting=True, unit_path=county.bureau.path) == []


def test_ids_from_a_form_are_asked_for_scope_and_state(
    session: Session, county: County, add: Callable[..., Task]
) -> None:
    own, proposal, foreign = add("本镇"), add("条目", TaskStatus.PROPOSED), add("外县", unit=county.other_township)
    ids = [own.id, proposal.id, foreign.id]
    assert [row.title for row in chosen_tasks(session, actor(county.supervisor), ids)] == ["本镇"]
    assert list(chosen_tasks(session, actor(county.admin), ids)) == []


def test_units_to_choose_read_as_the_tree(session: Session, county: County) -> None:
    late = make_unit(session, "柳湾镇财政所", parent=county.township)
    names = [row.short_name for row in units_for_filter(session, actor(county.supervisor))]
    assert names == ["清溪县", "柳湾镇", "柳湾镇司法所", late.short_name, "石渡镇", "清溪县交通运输局"]
    assert [row.id for row in units_for_filter(session, actor(county.section_officer))] == [county.section.id]


# ---- search


@pytest.mark.parametrize(
    ("search", "expected"),
    [
        ("培训", {"组织执法人员培训4次", "培训 2026 年新任干部"}),
        ("训", {"组织执法人员培训4次", "培训 2026 年新任干部"}),
        ("次", {"组织执法人员培训4次"}),  # the last character of a run
        ("执法人员", {"组织执法人员培训4次"}),
        ("员执", set()),
        ("培训 干部", {"培训 2026 年新任干部"}),
        ("干部，培训", {"培训 2026 年新任干部"}),
        ("培训 目录", set()),
        ("2026", {"培训 2026 年新任干部", "修订决策目录"}),
        ("202", {"培训 2026 年新任干部", "修订决策目录"}),
        ("lwz-2026-9", {"修订决策目录"}),
        ("\uff2c\uff37\uff3a", {"修订决策目录"}),
        ("不见于题目", {"修订决策目录"}),  # it stands in the wording
    ],
)
def test_search(session: Session, county: County, search: str, expected: set[str]) -> None:
    make_task(session, county.township, title="组织执法人员培训4次", wording="四场", number="A-1")
    make_task(session, county.township, title="培训 2026 年新任干部", wording="一场", number="A-2")
    make_task(session, county.township, title="修订决策目录", wording="不见于题目的话", number="LWZ-2026-9")
    assert set(titles(session, county.supervisor, search=search)) == expected


HOSTILE = [
    "'",
    '"',
    "%",
    "*",
    "--",
    "' OR 1=1 --",
    '" OR "a"="a',
    "NEAR(培训 次)",
    "培训 AND",
    "培训 OR",
    "NOT 培训",
    "tokens:培训",
    "培训*",
    "^培训",
    "(((((",
    "培训 & | ! <->",
    ":*",
    "\\",
    "\x00培训",
    "\u202e培训",
    "𠮷野家",
    "〇",
    "😀",
    "a" * 100,
    "法" * 100,
    "法a" * 50,
    "w4e2d",
    "c57f9x8bad",
]


@pytest.mark.parametrize("search", HOSTILE, ids=[ascii(text)[:24] for text in HOSTILE])
def test_nothing_typed_breaks_the_search(
    session: Session, county: County, add: Callable[..., Task], search: str
) -> None:
    add("组织培训4次")
    found = titles(session, county.supervisor, search=search)
    words = "".join(char for char in search if char.isalnum())
    assert found == (["组织培训4次"] if words == "培训" else [])
    assert ledger_count(session, actor(county.supervisor), replace(ALL, search=search)) == (len(found), False)


def test_words_with_nothing_to_look_for_find_nothing(
    session: Session, county: County, add: Callable[..., Task]
) -> None:
    add("组织培训4次")
    assert search_expression("！？", "sqlite") is None
    assert titles(session, county.supervisor, search="！？") == []


def test_search_follows_an_edit(session: Session, county: County, add: Callable[..., Task]) -> None:
    task = add("组织普法竞赛")
    task.title = "编制决策目录"
    session.flush()
    assert titles(session, county.supervisor, search="竞赛") == []
    assert titles(session, county.supervisor, search="决策目录") == ["编制决策目录"]


# ---- paging


@pytest.fixture
def many(session: Session, county: County) -> list[int]:
    """120 tasks on four days and at three moments, so that most of them are equal to others; their ids."""
    rows = [
        {
            "title": f"第{index}项",
            "due_on": TODAY + timedelta(days=index % 4),
            "updated_at": NOW - timedelta(minutes=index % 3),
            "number": f"N{index * 7919 % 120:03d}",
        }
        for index in range(120)
    ]
    insert_tasks(session, county.township, rows)
    return list(session.scalars(select(Task.id)))


@pytest.mark.parametrize("size", [25, 40, 119, 120, 121])
@pytest.mark.parametrize("sort", list(Sort))
def test_paging_meets_each_row_once_there_and_back(
    session: Session, county: County, many: list[int], sort: Sort, size: int
) -> None:
    who = actor(county.supervisor)
    pages = [ledger_page(session, who, ALL, sort, size=size)]
    while pages[-1].after:
        pages.append(ledger_page(session, who, ALL, sort, size=size, cursor=pages[-1].after))
    there = [row.id for page in pages for row in page.rows]
    assert sorted(there) == sorted(many)
    assert pages[0].before is None
    assert len(pages) == -(-120 // size)
    keys = [sort_key(row, sort) for page in pages for row in page.rows]
    assert keys == sorted(keys, reverse=sort.startswith("-"))

    back = [pages[-1]]
    while back[0].before:
        back.insert(0, ledger_page(session, who, ALL, sort, size=size, cursor=back[0].before))
    assert [row.id for page in back for row in page.rows] == there
    assert back[0].before is None
    assert all(page.after for page in back[:-1])


def sort_key(row: Any, sort: Sort) -> Any:
    return {"due": row.due_on, "number": row.number, "updated": row.updated_at}[sort.strip("-")], row.id


def test_rows_that_come_in_while_somebody_pages(
    session: Session, county: County, add: Callable[..., Task], many: list[int]
) -> None:
    who = actor(county.supervisor)
    first = ledger_page(session, who, ALL, Sort.DUE)
    add("插在前面", due_on=TODAY - timedelta(days=1))
    second = ledger_page(session, who, ALL, Sort.DUE, cursor=first.after)
    assert not {row.id for row in first.rows} & {row.id for row in second.rows}
    again = ledger_page(session, who, ALL, Sort.DUE, cursor=second.before)
    assert [row.id for row in again.rows] == [row.id for row in first.rows]
    assert again.before is not None  # the new one stands before them
    top = ledger_page(session, who, ALL, Sort.DUE, cursor=again.before)
    assert [row.title for row in top.rows] == ["插在前面"]


@pytest.mark.parametrize(
    "cursor",
    [
        "",
        ">",
        "<",
        "x",
        ">2026-06-10",
        ">2026-06-10~",
        ">2026-06-10~x",
        ">~1",
        ">2026-13-45~1",
        ">2026-06-10~-1",
        ">2026-06-10~99999999999999999999",
        ">2026-06-10T00:00:00~1",
        ">' OR 1=1~1",
        ">\x00~1",
        ">" + "9" * 5000 + "~1",
        "<0001-01-01~1",
        ">9999-12-31~1",
        "<!~1",
        ">\uffff~2147483647",
        "2026-06-10~1",
    ],
)
@pytest.mark.parametrize("sort", list(Sort))
def test_an_edited_place_shows_a_page(
    session: Session, county: County, many: list[int], sort: Sort, cursor: str
) -> None:
    page = ledger_page(session, actor(county.supervisor), ALL, sort, cursor=cursor)
    assert len(page.rows) == 25


def test_the_last_rows_gone_meanwhile_shows_the_first_page(
    session: Session, county: County, add: Callable[..., Task], many: list[int]
) -> None:
    page = ledger_page(session, actor(county.supervisor), ALL, Sort.DUE, cursor=">2027-01-01~1")
    assert (page.before, len(page.rows)) == (None, 25)
    assert page.rows[0].due_on == TODAY


def test_the_ids_for_an_export_come_in_batches_by_number(session: Session, county: County, many: list[int]) -> None:
    batches = list(ledger_ids(session, actor(county.supervisor), ALL, batch=50))
    assert [len(batch) for batch in batches] == [50, 50, 20]
    numbers = {
        row.id: row.number for row in ledger_page(session, actor(county.supervisor), ALL, Sort.DUE, size=200).rows
    }
    found = [numbers[task_id] for batch in batches for task_id in batch]
    assert found == sorted(numbers.values())


def bulk(session: Session, county: County, number: int) -> None:
    insert_tasks(session, county.sister, [{"number": f"B{index:05d}"} for index in range(number)])


def insert_tasks(session: Session, unit: Unit, rows: list[dict[str, Any]]) -> None:
    """Add a task for each of ``rows`` by one statement: hundreds of them, for each of many tests."""
    common = {
        "plan_year": 2026,
        "unit_id": unit.id,
        "lead_unit_id": unit.id,
        "status": TaskStatus.IN_PROGRESS,
        "title": "开展普法宣讲",
        "wording": "开展普法宣讲",
        "quote": "开展普法宣讲",
        "due_on": TODAY,
        "original_due_on": TODAY,
        "due_source": DeadlineSource.TEXT,
        "established_at": NOW,
        "created_at": NOW,
        "updated_at": NOW,
    }
    session.execute(insert(Task), [common | row for row in rows])


@pytest.mark.parametrize(
    ("rows", "expected"), [(999, (999, False)), (1000, (1000, False)), (1001, (1000, True)), (1500, (1000, True))]
)
def test_counting_stops_at_a_thousand(session: Session, county: County, rows: int, expected: tuple[int, bool]) -> None:
    assert COUNT_LIMIT == 1000
    bulk(session, county, rows)
    assert ledger_count(session, actor(county.supervisor), ALL) == expected


# ---- the statements


def test_a_statement_is_built_once_a_form_and_its_values_come_in_later(
    session: Session, county: County, add: Callable[..., Task]
) -> None:
    """Other days, words and places give other rows though the statement is the same."""
    add("今天到期", due_on=TODAY)
    add("下月到期", due_on=TODAY + timedelta(days=30))
    later = TODAY + timedelta(days=40)
    assert titles(session, county.supervisor, focus=Focus.OVERDUE) == []
    assert titles(session, county.supervisor, focus=Focus.OVERDUE, today=later) == ["今天到期", "下月到期"]
    assert titles(session, county.supervisor, search="今天") == ["今天到期"]
    assert titles(session, county.supervisor, search="下月") == ["下月到期"]
    assert titles(session, county.officer, search="下月") == ["下月到期"]
    assert titles(session, county.sister_officer, search="下月") == []


# ---- the overview


def test_the_overview_counts_what_the_ledger_lists(session: Session, county: County, add: Callable[..., Task]) -> None:
    for status in LEDGER:
        in_state(add, status)
        add(f"石渡{status.value}", status, unit=county.sister, due_on=TODAY - timedelta(days=1))
    add("条目", TaskStatus.PROPOSED)
    add("去年", plan_year=2025)
    who = actor(county.supervisor)
    overview = year_overview(session, who, 2026, today=TODAY, soon=ALL.due_soon_until)
    asked = replace(ALL, plan_year=2026)
    assert overview.total.established == ledger_count(session, who, asked)[0]
    for focus, number in (
        (Focus.OVERDUE, overview.total.overdue),
        (Focus.DUE_SOON, overview.total.due_soon),
        (Focus.CLOSED, overview.total.closed),
        (Focus.IN_REVIEW, overview.total.of(TaskStatus.IN_REVIEW)),
    ):
        assert ledger_count(session, who, replace(asked, focus=focus))[0] == number, focus
    assert [line.name for line in overview.units][:2] == ["石渡镇", "柳湾镇"]  # the most overdue first


def test_the_rate_of_a_locked_year(session: Session, county: County, add: Callable[..., Task]) -> None:
    """完成率 = closed ÷ (established − withdrawn); an archived task counts as what it was."""
    for before in ("closed", "closed", "unfinished", "withdrawn", "carried_over"):
        add("一项", TaskStatus.ARCHIVED, plan_year=2024, archived_from=before)
    overview = year_overview(session, actor(county.supervisor), 2024, today=TODAY, soon=TODAY)
    assert (overview.total.established, overview.total.closed, overview.total.completion) == (5, 2, 50)


@pytest.mark.parametrize(
    ("closed", "running", "expected"), [(0, 0, None), (0, 3, 0), (3, 0, 100), (299, 1, 99), (1, 2, 33)]
)
def test_the_rate_says_all_only_when_all_is_done(
    session: Session, county: County, closed: int, running: int, expected: int | None
) -> None:
    if closed + running:
        bulk(session, county, closed + running)
    session.query(Task).filter(Task.number < f"B{closed:05d}").update({"status": TaskStatus.CLOSED})
    overview = year_overview(session, actor(county.supervisor), 2026, today=TODAY, soon=TODAY)
    assert overview.total.completion == expected


def test_a_closed_unit_keeps_its_tasks_on_the_overview_and_owes_no_report(
    session: Session, county: County, add: Callable[..., Task]
) -> None:
    county.area.files_reports = county.section.files_reports = False
    county.bureau.is_active = False
    add("局里的", unit=county.bureau)
    overview = year_overview(session, actor(county.supervisor), 2026, today=TODAY, soon=TODAY)
    assert [line.name for line in overview.units] == ["清溪县交通运输局"]
    assert [line.name for line in overview.missing] == ["柳湾镇", "石渡镇"]


def test_the_overview_keeps_to_the_scope(session: Session, county: County, add: Callable[..., Task]) -> None:
    add("本镇", extension_pending=True)
    add("石渡", unit=county.sister, extension_pending=True)
    add("外县", unit=county.other_township, extension_pending=True)
    seen = {
        county.supervisor: (2, 2),
        county.head: (1, 1),
        county.sister_head: (1, 1),
        county.other_supervisor: (1, 1),
    }
    for user, expected in seen.items():
        overview = year_overview(session, actor(user), 2026, today=TODAY, soon=TODAY)
        assert (overview.total.established, overview.waiting_extensions) == expected, user.username


def test_moments_sort_by_the_moment_and_not_by_their_zone(
    session: Session, county: County, add: Callable[..., Task]
) -> None:
    add("早", updated_at=datetime(2026, 1, 1, 0, 0, tzinfo=UTC))
    add("晚", updated_at=datetime(2026, 1, 1, 0, 1, tzinfo=UTC))
    who = actor(county.supervisor)
    page = ledger_page(session, who, ALL, Sort.UPDATED_DESC, cursor=">2026-01-01T08:01:00+08:00~2147483647")
    assert [row.title for row in page.rows] == ["晚", "早"]
    page = ledger_page(session, who, ALL, Sort.UPDATED_DESC, cursor=">2026-01-01T08:00:30+08:00~1")
    assert [row.title for row in page.rows] == ["早"]
