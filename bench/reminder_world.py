"""A county whose open tasks all have an appointment, some of them today; made in bulk and kept between runs."""

from __future__ import annotations

import tempfile
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from alembic.script import ScriptDirectory
from sqlalchemy import Connection, insert, text

from bench.world import UNITS, make_units
from tracker.db.migrate import alembic_config, upgrade
from tracker.db.models import Alarm, Task, User
from tracker.db.session import open_database
from tracker.domain.documents import DeadlineSource
from tracker.domain.permissions import Role
from tracker.domain.reminders import Ladder
from tracker.domain.tasks import TaskStatus
from tracker.runtime import Runtime
from tracker.settings import MailSettings, Settings
from tracker.storage import Storage

TODAY = date(2026, 6, 10)  # a Wednesday
NOW = datetime(2026, 6, 10, 1, 0, tzinfo=UTC)
STEPS = (0, 1, 7, 30)
BLOCK = 10_000


def reminder_county(tasks: int, due: int, people: int) -> Path:
    """Return the SQLite file of a county with so many open tasks, ``due`` of which need something today."""
    head = ScriptDirectory.from_config(alembic_config("sqlite://")).get_current_head()
    path = Path(tempfile.gettempdir()) / f"tracker-bench-reminders-{tasks}-{due}-{people}-{head}.db"
    if path.exists():
        return path
    building = path.with_suffix(".building")
    for leftover in building.parent.glob(f"{building.name}*"):
        leftover.unlink()
    upgrade(f"sqlite:///{building}")
    database = open_database(f"sqlite:///{building}")
    with database.writing_engine.begin() as connection:
        _fill(connection, tasks, due, people)
    with database.writing_engine.begin() as connection:
        connection.execute(text("ANALYZE"))
    database.dispose()
    building.rename(path)
    return path


def open_house(path: Path, *, mail_port: int) -> Runtime:
    """The installation on a county, on its day."""
    url = f"sqlite:///{path}"
    mail = MailSettings("smtp", "127.0.0.1", mail_port, sender="督办台账 <ledger@qinghe.example>")
    settings = Settings(instance_path=path.parent, database_url=url, secret_key="x" * 40, mail=mail)
    return Runtime(settings, open_database(url), Storage(settings.storage_path), lambda: NOW)


def _fill(connection: Connection, tasks: int, due: int, people: int) -> None:
    make_units(connection)
    connection.execute(insert(User), [_person(number) for number in range(people)])
    for start in range(0, tasks, BLOCK):
        numbers = range(start, min(tasks, start + BLOCK))
        connection.execute(insert(Task), [_task(number, due, people) for number in numbers])
        connection.execute(insert(Alarm), [_alarm(number, due) for number in numbers])


def _person(number: int) -> dict[str, Any]:
    return {
        "id": number + 1,
        "username": f"officer{number}",
        "name": f"张{number}",
        "role": Role.HEAD if number < UNITS else Role.OFFICER,
        "unit_id": 2 + number % UNITS,
        "email": f"officer{number}@qinghe.example",
        "password_hash": "-",
        "must_change_password": False,
        "is_active": True,
        "created_at": NOW,
        "version": 1,
    }


def _due_on(number: int, due: int) -> date:
    return TODAY + timedelta(days=STEPS[number % len(STEPS)] if number < due else 40 + number % 150)


def _task(number: int, due: int, people: int) -> dict[str, Any]:
    owner = number % people
    unit, day = 2 + owner % UNITS, _due_on(number, due)
    return {
        "id": number + 1,
        "number": f"U{unit}-2026-{number:07d}",
        "plan_year": 2026,
        "unit_id": unit,
        "lead_unit_id": unit,
        "owner_id": owner + 1,
        "status": TaskStatus.IN_PROGRESS,
        "title": f"组织执法人员专题培训第{number}批",
        "wording": "组织执法人员专题培训不少于4次。",
        "quote": "组织执法人员专题培训不少于4次。",
        "due_on": day,
        "original_due_on": day,
        "due_source": DeadlineSource.TEXT,
        "established_at": NOW,
        "assigned_at": NOW - timedelta(days=90),
        "created_at": NOW,
        "updated_at": NOW,
    }


def _alarm(number: int, due: int) -> dict[str, Any]:
    fire_on = TODAY if number < due else _due_on(number, due) - timedelta(days=30)
    return {"task_id": number + 1, "ladder": Ladder.DEADLINE, "fire_on": fire_on, "since": date(2026, 3, 1)}
