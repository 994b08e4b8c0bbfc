"""Many writers at once, over a real server and on both databases: nothing refused that need not be, nothing lost."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import func, select

from tests.reliability.browsers import Browser, all_at_once, form_fields
from tests.support.clock import FixedClock
from tests.support.databases import DIALECTS
from tests.support.factories import NOW, PASSWORD, County, actor, make_county, make_task
from tests.support.web import LiveServer, free_port, serving
from tracker.db.models import AuditEntry, ProgressReport, RequestReceipt, Task
from tracker.db.session import Database
from tracker.domain.errors import StaleVersion
from tracker.services.tasks import TaskEdit, edit

if TYPE_CHECKING:
    from tracker.settings import Settings

WRITERS = 32
TASKS = 8


@pytest.fixture(params=DIALECTS)
def server(
    request: pytest.FixtureRequest, settings: Settings, clock: FixedClock, new_database_url: Callable[[str], str]
) -> Iterator[LiveServer]:
    """The application behind a real server on each database in turn."""
    from tracker.application import create_app

    port = free_port()
    url = settings.database_url if request.param == "sqlite" else new_database_url(request.param)
    app = create_app(replace(settings, base_url=f"http://127.0.0.1:{port}", database_url=url), clock=clock)
    with serving(app, port) as address:
        yield LiveServer(address, app)
    app.extensions["tracker"].database.dispose()


@pytest.fixture
def county(server: LiveServer) -> County:
    with server.runtime.database.writing.begin() as session:
        return make_county(session)


@pytest.fixture
def task_ids(server: LiveServer, county: County) -> list[int]:
    with server.runtime.database.writing.begin() as session:
        township = session.merge(county.township)
        return [make_task(session, township, title=f"第{number}项", wording="原文").id for number in range(TASKS)]


def people(server: LiveServer, username: str, number: int) -> list[Browser]:
    """So many browsers, in each of which the same account is signed in: a session each."""
    browsers = [Browser(server.url) for _ in range(number)]
    for browser in browsers:
        browser.sign_in(username, PASSWORD)
    return browsers


def count(server: LiveServer, model: type, *where: object) -> int:
    with server.runtime.database.reading() as session:
        return session.scalar(select(func.count()).select_from(model).where(*where)) or 0


def answers(browsers: list[Browser]) -> set[int]:
    return {status for browser in browsers for status in browser.answers}


def test_every_edit_of_32_writers_is_kept_or_told_to_its_writer(server: LiveServer, task_ids: list[int]) -> None:
    """Each adds a word to what the page showed, and begins again where another was faster: no word may be missing."""
    browsers = people(server, "supervisor", WRITERS)

    def add_a_word(number: int) -> None:
        path = f"/tasks/{task_ids[number % TASKS]}/edit"
        for _ in range(WRITERS):
            fields = dict(form_fields(browsers[number].get(path)))
            fields |= {"wording": f"{fields['wording']}，第{number}人", "reason": "补充"}
            status, page = browsers[number].post(path, list(fields.items()))
            if status == 303:
                return
            assert status == 409, status
            assert f"第{number}人" in page  # what was typed stands beside what another has saved
        raise AssertionError("never came through")

    all_at_once(add_a_word, WRITERS)
    assert answers(browsers) <= {200, 303, 409}
    with server.runtime.database.reading() as session:
        tasks = session.scalars(select(Task).order_by(Task.id)).all()
    for index, task in enumerate(tasks):
        words = task.wording.split("，")
        assert words[0] == "原文"
        assert sorted(words[1:]) == sorted(f"第{number}人" for number in range(index, WRITERS, TASKS))
        assert task.version == 1 + WRITERS // TASKS
    assert count(server, AuditEntry, AuditEntry.action == "task.edit") == WRITERS


def test_progress_of_32_writers_is_never_refused(server: LiveServer, task_ids: list[int]) -> None:
    """Each reports twice; eight tasks have four writers each at the same time."""
    browsers = people(server, "officer", WRITERS)

    def report_twice(number: int) -> None:
        path = f"/tasks/{task_ids[number % TASKS]}/progress"
        for turn in range(2):
            fields = form_fields(browsers[number].get(path), percent=str(number), done=f"第{number}人第{turn}次")
            status, _page = browsers[number].post(path, fields)
            assert status == 303, status

    all_at_once(report_twice, WRITERS)
    assert answers(browsers) <= {200, 303}
    with server.runtime.database.reading() as session:
        done = sorted(session.scalars(select(ProgressReport.done)))
        versions = set(session.scalars(select(Task.version)))
    assert done == sorted(f"第{number}人第{turn}次" for number in range(WRITERS) for turn in range(2))
    assert versions == {1}
    assert count(server, AuditEntry, AuditEntry.action == "task.report_progress") == 2 * WRITERS


def test_eight_writers_on_one_task_while_it_is_edited(server: LiveServer, task_ids: list[int]) -> None:
    path = f"/tasks/{task_ids[0]}"
    clerks, (chief,) = people(server, "officer", 8), people(server, "supervisor", 1)

    def work(number: int) -> None:
        if number == 8:
            fields = dict(form_fields(chief.get(f"{path}/edit")))
            assert chief.post(f"{path}/edit", list({**fields, "wording": "改过", "reason": "更正"}.items()))[0] == 303
            return
        fields = form_fields(clerks[number].get(f"{path}/progress"), percent="50", done=f"第{number}人")
        assert clerks[number].post(f"{path}/progress", fields)[0] == 303

    all_at_once(work, 9)
    assert count(server, ProgressReport) == 8
    with server.runtime.database.reading() as session:
        task = session.get_one(Task, task_ids[0])
    assert (task.wording, task.version) == ("改过", 2)


def test_the_same_form_sent_eight_times_at_once_is_done_once(server: LiveServer, task_ids: list[int]) -> None:
    path = f"/tasks/{task_ids[0]}/progress"
    (clerk,) = people(server, "officer", 1)
    fields = form_fields(clerk.get(path), percent="30", done="只报一次")
    statuses: list[int] = []

    def send(_number: int) -> None:
        statuses.append(clerk.post(path, fields)[0])

    all_at_once(send, 8)
    assert set(statuses) == {303}
    assert (count(server, ProgressReport), count(server, RequestReceipt)) == (1, 1)
    assert count(server, AuditEntry, AuditEntry.action == "task.report_progress") == 1


def test_of_eight_who_edit_the_same_version_one_is_first(database: Database) -> None:
    with database.writing.begin() as session:
        county = make_county(session)
        task_id = make_task(session, county.township).id
    told: list[int] = []

    def save(number: int) -> None:
        try:
            with database.writing.begin() as session:
                chief = actor(county.supervisor)
                edit(session, chief, task_id, TaskEdit(title=f"第{number}人"), now=NOW, version=1, reason="改名")
        except StaleVersion:
            told.append(number)

    all_at_once(save, 8)
    assert len(told) == 7
    with database.reading() as session:
        task = session.get_one(Task, task_id)
        edits = session.scalar(select(func.count()).where(AuditEntry.action == "task.edit"))
    (first,) = set(range(8)) - set(told)
    assert (task.title, task.version, edits) == (f"第{first}人", 2, 1)
