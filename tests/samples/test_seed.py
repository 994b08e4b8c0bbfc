"""The sample county as it stands in the database: whole, consistent with its story, alive on whatever day it is written."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.security import check_password_hash

from tests.support.clock import CHINA, FixedClock
from tests.support.county import PRESENT
from tests.support.web import SECRET
from tracker.db.models import (
    Alarm,
    AuditEntry,
    ClosureRequest,
    EvidenceFile,
    ExtensionRequest,
    Intake,
    IntakeStatus,
    LinkDecision,
    Message,
    MessageStatus,
    Notice,
    ProgressReport,
    Report,
    Task,
    TaskLink,
    TaskSource,
    Unit,
    User,
)
from tracker.domain.calendar import local_date
from tracker.domain.lights import is_overdue
from tracker.domain.passwords import check_password
from tracker.domain.permissions import ROLE_LABELS
from tracker.domain.reconciliation import Difference
from tracker.domain.reminders import Channel
from tracker.domain.tasks import TaskStatus
from tracker.runtime import Runtime, open_runtime
from tracker.samples.seed import SAMPLE_ACCOUNTS, sample_accounts_of, sample_county, seed_sample_county
from tracker.samples.seed_reconciliation import OTHERWISE
from tracker.samples.story import TaskSpec, replay
from tracker.services.account_sheet import Sheet, build_sheet
from tracker.settings import Settings

if TYPE_CHECKING:
    from tests.support.databases import PostgresCluster

COUNTY = sample_county()
MOMENTS = [
    pytest.param(("sqlite", datetime(2026, 11, 20, 10, 0, tzinfo=CHINA)), id="sqlite-november"),
    pytest.param(("sqlite", datetime(2026, 1, 15, 7, 40, tzinfo=CHINA)), id="sqlite-january"),
    pytest.param(("sqlite", datetime(2028, 1, 1, 0, 5, tzinfo=CHINA)), id="sqlite-new-year"),
    pytest.param(
        ("postgresql", datetime(2026, 11, 20, 10, 0, tzinfo=CHINA)), id="postgresql", marks=pytest.mark.postgres
    ),
]


@pytest.fixture(scope="module", params=MOMENTS)
def world(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """The county written as of several moments, on both databases."""
    dialect, present = request.param
    instance = tmp_path_factory.mktemp("instance")
    with _database(request, dialect, instance) as url:
        runtime = open_runtime(Settings(instance, url, SECRET), clock=FixedClock(present))
        lines: list[str] = []
        assert seed_sample_county(runtime, progress=lines.append)
        world = World(runtime, present, lines)
        yield world
        world.session.close()
        runtime.database.dispose()


class World:
    """A written county, and what its tests ask of it."""

    def __init__(self, runtime: Runtime, present: datetime, lines: list[str]) -> None:
        self.runtime, self.present, self.lines = runtime, present, lines
        self.today = local_date(present)
        self.session: Session = runtime.database.reading()

    def task_of(self, told: TaskSpec) -> Task:
        """Return the row of a story, found by the passage it is about."""
        report = COUNTY.reports[told.report]
        unit = self.session.scalars(select(Unit).where(Unit.code == COUNTY.units[report.unit].code)).one()
        year = self.today.year + COUNTY.plan_offset(told)
        query = select(Task).where(Task.unit_id == unit.id, Task.plan_year == year)
        heirs = query.where(Task.predecessor_id.is_not(None) if told.successor else Task.predecessor_id.is_(None))
        return next(task for task in self.session.scalars(heirs) if told.item in task.quote)

    def count(self, model: type, *conditions: object) -> int:
        """Count rows."""
        return self.session.scalar(select(func.count()).select_from(model).where(*conditions)) or 0  # type: ignore[arg-type]


class _database:  # noqa: N801  (used like a function)
    """A migrated database of the module's own."""

    def __init__(self, request: pytest.FixtureRequest, dialect: str, instance: Path) -> None:
        self.request, self.dialect, self.instance = request, dialect, instance
        self.url = ""

    def __enter__(self) -> str:
        if self.dialect == "sqlite":
            path = self.instance / "tracker.db"
            path.write_bytes(self.request.getfixturevalue("sqlite_template").read_bytes())
            self.url = f"sqlite:///{path}"
        else:
            cluster: PostgresCluster = self.request.getfixturevalue("postgres_cluster")
            self.url = cluster.create_database()
        return self.url

    def __exit__(self, *_: object) -> None:
        if self.dialect == "postgresql":
            self.request.getfixturevalue("postgres_cluster").drop_database(self.url)


# --- who is there


def test_everybody_and_everything_told_of_is_there(world: World) -> None:
    assert world.count(Unit) == len(COUNTY.units)
    assert world.count(User) == len(COUNTY.people)
    assert world.count(Report, Report.superseded_at.is_(None)) == world.count(Report) == len(COUNTY.reports)
    assert world.count(Intake, Intake.status != IntakeStatus.DONE) == 0
    assert world.count(Task, Task.predecessor_id.is_(None)) >= len([t for t in COUNTY.tasks if not t.successor])


def test_sample_accounts_open_the_door(world: World) -> None:
    assert {label.split("（")[0] for label, _, _ in SAMPLE_ACCOUNTS} == set(ROLE_LABELS.values())
    for _, username, password in SAMPLE_ACCOUNTS:
        user = world.session.scalars(select(User).where(User.username == username)).one()
        assert check_password_hash(user.password_hash, password)
        assert not user.must_change_password
        check_password(password, username=username, name=user.name, min_length=10, context=(user.unit.name,))
    assert sample_accounts_of(world.runtime) == SAMPLE_ACCOUNTS


def test_an_account_whose_password_was_changed_is_no_longer_shown(county_template: Path, tmp_path: Path) -> None:
    path = tmp_path / "tracker.db"
    path.write_bytes((county_template / "tracker.db").read_bytes())
    runtime = open_runtime(Settings(tmp_path, f"sqlite:///{path}", SECRET), clock=FixedClock(PRESENT))
    with runtime.database.writing.begin() as session:
        session.scalars(select(User).where(User.username == "duban")).one().password_changed_at = PRESENT
    assert "duban" not in {username for _, username, _ in sample_accounts_of(runtime)}
    assert len(sample_accounts_of(runtime)) == len(SAMPLE_ACCOUNTS) - 1
    runtime.database.dispose()


# --- what became of the promises


def test_each_story_stands_where_it_was_told_to(world: World) -> None:
    wrong = []
    for told in COUNTY.tasks:
        steps = COUNTY.timeline(told, world.today)
        if told.successor and not _is_carried_over(told, world.today):
            continue
        start = TaskStatus.ESTABLISHED if told.successor else TaskStatus.PROPOSED
        expected = replay(tuple(step for step, _ in steps), start)
        task = world.task_of(told)
        status = TaskStatus(task.archived_from) if task.status is TaskStatus.ARCHIVED else task.status
        if status is not expected:
            wrong.append(f"{told.report} {told.item}: {status}, not {expected}")
    assert wrong == []


def _is_carried_over(told: TaskSpec, today: date) -> bool:
    """Say whether the predecessor of a successor's story has been carried over by ``today``."""
    year = today.year + COUNTY.plan_offset(told)
    ends = [task for task in COUNTY.tasks if task.report == told.report and task.ends is TaskStatus.CARRIED_OVER]
    return any(
        step.kind == "carry_over" and day.year == year for task in ends for step, day in COUNTY.timeline(task, today)
    )


def test_late_in_the_year_every_state_is_seen(world: World) -> None:
    if world.today.month < 11:
        pytest.skip("a year that has only begun has no task in every state")
    found = set(world.session.scalars(select(Task.status).distinct()))
    assert found == set(TaskStatus)


def test_tasks_of_this_year_are_overdue(world: World) -> None:
    tasks = world.session.scalars(select(Task).where(Task.plan_year == world.today.year)).all()
    overdue = [task for task in tasks if is_overdue(task.status, task.due_on, world.today)]
    if world.today.timetuple().tm_yday > 5:
        assert len(overdue) >= 4


def test_quotes_stand_in_their_reports(world: World) -> None:
    rows = world.session.execute(select(TaskSource, Report.text).join(Report, TaskSource.report_id == Report.id)).all()
    assert rows
    assert all(text[source.start : source.end] == source.quote for source, text in rows)


def test_counters_agree_with_a_recount(world: World) -> None:
    for task in world.session.scalars(select(Task)):
        extended = world.count(
            ExtensionRequest, ExtensionRequest.task_id == task.id, ExtensionRequest.decision == "approved"
        )
        returned = world.count(ClosureRequest, ClosureRequest.task_id == task.id, ClosureRequest.decision == "returned")
        urged = world.count(AuditEntry, AuditEntry.action == "task.urge", AuditEntry.object_id == task.id)
        assert (task.extension_count, task.urge_count) == (extended, urged), task.number
        assert task.return_count <= returned, task.number
        last = world.session.scalar(
            select(ProgressReport.percent).where(ProgressReport.task_id == task.id).order_by(ProgressReport.id.desc())
        )
        assert task.percent in {last or 0, 100}, task.number


def test_evidence_lies_in_the_storage(world: World) -> None:
    keys = world.session.scalars(select(EvidenceFile.file_key).union(select(Report.file_key))).all()
    assert len(keys) > 50
    assert all(world.runtime.storage.exists(key) for key in keys)


def test_answers_of_later_reports_are_confirmed_and_open(world: World) -> None:
    decisions = Counter(world.session.scalars(select(TaskLink.decision).where(TaskLink.commitment_ref == "")))
    assert decisions[LinkDecision.CONFIRMED] >= 40
    assert decisions[LinkDecision.PROPOSED] >= 20


# --- the reconciled years


def sheets(world: World, offset: int) -> list[Sheet]:
    """The sheets of all units that have a plan for a year, told from today's."""
    year = world.today.year + offset
    keys = {report.unit for report in COUNTY.reports.values() if report.offset == offset - 1}
    codes = [COUNTY.units[key].code for key in keys]
    units = world.session.scalars(select(Unit).where(Unit.code.in_(codes))).all()
    assert len(units) == len(keys)
    return [build_sheet(world.session, unit, year) for unit in units]


def test_the_earlier_year_is_locked_with_names_and_reasons(world: World) -> None:
    for sheet in sheets(world, -2):
        assert sheet.locked, sheet.unit.name
        assert sheet.open_differences == 0
        assert all(row["verdict"] for row in sheet.rows)
        assert sheet.stored is not None
        assert sheet.stored.unit_confirmed_by is not None
        snapshot = sheet.stored.snapshot or {}
        assert snapshot["locked_by"]
        assert snapshot["confirmed_by"] == sheet.stored.unit_confirmed_by.name
    archived = world.count(Task, Task.status == TaskStatus.ARCHIVED)
    assert archived == sum(len(sheet.rows) for sheet in sheets(world, -2)) > 40


def test_last_year_waits_to_be_reconciled(world: World) -> None:
    found = sheets(world, -1)
    assert not any(sheet.locked for sheet in found)
    assert sum(sheet.open_differences for sheet in found) >= 3
    assert any(sheet.unit for sheet in found if sheet.report is not None)


def test_each_kind_of_difference_is_seen(world: World) -> None:
    rows = [row for offset in (-2, -1) for sheet in sheets(world, offset) for row in sheet.rows]
    kinds = {found["kind"] for row in rows for found in row["differences"]}
    assert kinds == {kind.value for kind in Difference} - {Difference.UNPLANNED.value}
    assert any(sheet.unplanned for sheet in sheets(world, -2))


def test_differences_are_explained_in_words_of_their_own(world: World) -> None:
    told = [found["explanation"] for sheet in sheets(world, -2) for row in sheet.rows for found in row["differences"]]
    assert len(told) >= 8
    assert OTHERWISE not in told


# --- the clock


def test_nothing_lies_in_the_future_and_the_books_run_forward(world: World) -> None:
    moments = world.session.scalars(select(AuditEntry.at).order_by(AuditEntry.id)).all()
    assert moments == sorted(moments)
    assert moments[-1] <= world.present
    for column in (Notice.created_at, Notice.read_at, Message.sent_at, ProgressReport.at, Report.created_at):
        latest = world.session.scalar(select(func.max(column)))
        assert latest is None or latest <= world.present, column


def test_reminders_went_out_and_were_read(world: World) -> None:
    inbox = Notice.channel == Channel.INBOX
    read = world.count(Notice, inbox, Notice.read_at.is_not(None))
    assert read > 500
    assert world.count(Notice, inbox, Notice.read_at.is_(None)) < read / 5
    assert world.count(Notice, Notice.rule.like("overdue:%")) > 50
    sent = select(Message).where(Message.status == MessageStatus.SENT)
    messages = world.session.scalars(sent).all()
    assert len(messages) > 50
    assert all(message.subject and message.body and message.address for message in messages)
    assert world.count(Message, Message.status.in_((MessageStatus.PENDING, MessageStatus.SENDING))) == 0
    assert local_date(max(message.created_at for message in messages)) >= world.today - timedelta(days=14)


def test_the_next_round_sends_no_burst(world: World) -> None:
    morning = datetime.combine(world.today, time(8, 30), tzinfo=CHINA)
    overdue_alarms = world.count(Alarm, Alarm.fire_on < world.today)
    assert overdue_alarms == 0 or world.present < morning or not _works(world.today)


def _works(day: date) -> bool:
    from tracker.domain.calendar import WorkingCalendar

    return WorkingCalendar().is_working(day)


# --- beginning again


def test_a_county_is_written_once(world: World) -> None:
    before = world.count(AuditEntry)
    assert seed_sample_county(world.runtime) is False
    assert world.count(AuditEntry) == before


def test_progress_is_told_year_by_year(world: World) -> None:
    assert len(world.lines) >= 5
    assert str(world.today.year - 2) in "".join(world.lines)


SMALL = replace(
    COUNTY,
    reports={"liuwan_1": COUNTY.reports["liuwan_1"]},
    tasks=COUNTY.tasks_of("liuwan_1"),
)

KILLED = """
import sys
from datetime import datetime
from pathlib import Path
from tests.support.clock import FixedClock
from tracker.runtime import open_runtime
from tracker.samples.seed import seed_sample_county
from tracker.settings import Settings

instance, url, present = Path(sys.argv[1]), sys.argv[2], datetime.fromisoformat(sys.argv[3])
runtime = open_runtime(Settings(instance, url, "for tests alone"), clock=FixedClock(present))
seed_sample_county(runtime, progress=lambda line: print(line, flush=True))
"""


def test_a_start_that_was_killed_leaves_nothing_and_the_next_begins_anew(
    dialect: str,
    new_database_url: Callable[[str], str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    url = new_database_url(dialect)
    command = [sys.executable, "-c", KILLED, str(tmp_path), url, PRESENT.isoformat()]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[2]) as process:
        assert process.stdout is not None
        told = []
        for line in process.stdout:
            told.append(line)
            if str(PRESENT.year - 1) in line:  # in the middle: a year of the story has been written
                os.kill(process.pid, signal.SIGKILL)
                break
    assert process.returncode == -signal.SIGKILL, told
    runtime = open_runtime(Settings(tmp_path, url, SECRET), clock=FixedClock(PRESENT))
    with runtime.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Unit)) == 0
        assert session.scalar(select(func.count()).select_from(AuditEntry)) == 0
    monkeypatch.setattr("tracker.samples.seed.sample_county", lambda: SMALL)
    assert seed_sample_county(runtime) is True
    with runtime.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Report)) == 1
    runtime.database.dispose()
