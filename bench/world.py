"""A county of 100,000 tasks in SQLite, made in bulk and kept between runs in the temporary folder."""

from __future__ import annotations

import random
import tempfile
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from alembic.script import ScriptDirectory
from sqlalchemy import Connection, insert, text

from tracker.db.migrate import alembic_config, upgrade
from tracker.db.models import AuditEntry, Report, Task, Unit, UnitKind, User
from tracker.db.session import Database, open_database
from tracker.domain.documents import DeadlineSource
from tracker.domain.permissions import Role
from tracker.domain.tasks import TaskStatus
from tracker.language.bigrams import search_tokens
from tracker.services.sign_in import hash_password

NOW = datetime(2026, 6, 10, 1, 0, tzinfo=UTC)
TODAY = date(2026, 6, 10)
PASSWORD = "measured-and-weighed"
UNITS = 60
TEXTS = (
    "组织行政执法人员专题培训不少于4次，全年持证上岗率保持100%。",
    "修订重大行政决策事项目录，6月底前向社会公布并报县政府备案。",
    "开展民法典宣传月系列活动，进村入户宣讲不少于20场次。",
    "完善行政规范性文件合法性审核机制，做到应审尽审。",
    "建成乡镇公共法律服务工作站示范点2个，培育法律明白人30名。",
    "推进行政复议与应诉工作，行政机关负责人出庭应诉率达到100%。",
)
STATES = (
    [TaskStatus.CLOSED] * 5
    + [TaskStatus.IN_PROGRESS] * 3
    + [TaskStatus.ASSIGNED, TaskStatus.IN_REVIEW, TaskStatus.RETURNED, TaskStatus.ARCHIVED]
)


def county(tasks: int = 100_000) -> Path:
    """Return the SQLite file of a county with so many tasks over ten years; makes it on the first call."""
    head = ScriptDirectory.from_config(alembic_config("sqlite://")).get_current_head()
    path = Path(tempfile.gettempdir()) / f"tracker-bench-{tasks}-{head}.db"
    if path.exists():
        return path
    building = path.with_suffix(".building")
    for leftover in building.parent.glob(f"{building.name}*"):
        leftover.unlink()
    upgrade(f"sqlite:///{building}")
    database = open_database(f"sqlite:///{building}")
    with database.writing_engine.begin() as connection:
        _fill(connection, tasks)
    with database.writing_engine.begin() as connection:
        connection.execute(text("ANALYZE"))
    database.dispose()
    building.rename(path)
    return path


def open_county(tasks: int = 100_000) -> Database:
    """Open the county's database."""
    return open_database(f"sqlite:///{county(tasks)}")


def _fill(connection: Connection, tasks: int) -> None:
    dice = random.Random(20260610)
    make_units(connection)
    connection.execute(insert(User), list(_people()))
    connection.execute(
        insert(Report), [_report(unit, year) for unit in range(2, UNITS + 2) for year in range(2016, 2026)]
    )
    for start in range(0, tasks, 5000):
        rows = [_task(number, dice) for number in range(start, min(tasks, start + 5000))]
        connection.execute(insert(Task), rows)
        connection.execute(
            text("INSERT INTO task_search (rowid, tokens) VALUES (:id, :tokens)"),
            [
                {"id": row["id"], "tokens": " ".join(search_tokens(f"{row['number']} {row['title']} {row['wording']}"))}
                for row in rows
            ],
        )
        connection.execute(insert(AuditEntry), [_audit(row) for row in rows])


def make_units(connection: Connection) -> None:
    """Insert the area and its townships."""
    common = {"kind": UnitKind.AREA, "created_at": NOW, "files_reports": False, "is_active": True, "version": 1}
    area = {
        "id": 1,
        "parent_id": None,
        "path": "1/",
        "name": "青河县",
        "short_name": "青河县",
        "code": "QH",
        "position": 0,
    }
    townships = [
        {
            **common,
            "id": number,
            "parent_id": 1,
            "path": f"1/{number}/",
            "name": f"第{number}镇人民政府",
            "short_name": f"第{number}镇",
            "code": f"U{number}",
            "kind": UnitKind.TOWNSHIP,
            "files_reports": True,
            "position": number,
        }
        for number in range(2, UNITS + 2)
    ]
    connection.execute(insert(Unit), [{**common, **area}, *townships])


def _people() -> Any:
    hashed = hash_password(PASSWORD)
    for number in range(1, UNITS + 2):
        for role in (Role.OFFICER, Role.HEAD):
            yield _person(len("oh") * number + (role is Role.HEAD), f"{role.value}{number}", role, number, hashed)
    yield _person(1000, "supervisor", Role.SUPERVISOR, 1, hashed)


def _person(identity: int, username: str, role: Role, unit: int, hashed: str) -> dict[str, Any]:
    return {
        "id": identity,
        "username": username,
        "name": f"张{identity}",
        "role": role,
        "unit_id": unit,
        "password_hash": hashed,
        "must_change_password": False,
        "is_active": True,
        "created_at": NOW,
        "version": 1,
    }


def _report(unit: int, year: int) -> dict[str, Any]:
    body = "\n".join(["一、主要工作", *TEXTS, "二、存在的问题", "执法力量不足。", "三、下一步工作打算", *TEXTS] * 8)
    return {
        "unit_id": unit,
        "report_year": year,
        "plan_year": year + 1,
        "title": f"第{unit}镇{year}年法治政府建设工作报告",
        "file_name": "report.txt",
        "file_key": "0" * 64,
        "file_size": len(body),
        "content_digest": f"{unit * 10000 + year:064x}",
        "reader": "text",
        "text": body,
        "reading": {},
        "notices": [],
        "uploaded_by_id": 1000,
        "created_at": NOW,
    }


def _task(number: int, dice: random.Random) -> dict[str, Any]:
    unit, year = 2 + number % UNITS, 2017 + number // UNITS % 10
    wording = dice.choice(TEXTS)
    status = dice.choice(STATES) if year == TODAY.year else TaskStatus.ARCHIVED
    due = date(year, 1, 1) + timedelta(days=dice.randrange(60, 365))
    report_id = (unit - 2) * 10 + (year - 2017) + 1
    start = 8
    return {
        "id": number + 1,
        "number": f"U{unit}-{year}-{number:06d}",
        "plan_year": year,
        "report_id": report_id,
        "unit_id": unit,
        "lead_unit_id": unit,
        "owner_id": unit * 2,
        "status": status,
        "title": wording.split("，")[0],
        "wording": wording,
        "quote": wording,
        "start": start,
        "end": start + len(wording),
        "due_on": due,
        "original_due_on": due,
        "due_source": DeadlineSource.TEXT,
        "established_at": NOW,
        "assigned_at": NOW - timedelta(days=90),
        "archived_from": "closed" if status is TaskStatus.ARCHIVED else None,
        "percent": dice.randrange(0, 101),
        "completed_on": due if status in {TaskStatus.CLOSED, TaskStatus.ARCHIVED} else None,
        "created_at": NOW,
        "updated_at": NOW - timedelta(seconds=number),
    }


def _audit(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "at": NOW,
        "actor_id": 1000,
        "actor_name": "张督办",
        "action": "task.establish",
        "object_type": "task",
        "object_id": row["id"],
        "unit_path": f"1/{row['unit_id']}/",
        "summary": f"确认立项：{row['title']}",
        "changes": {"status": ["proposed", "established"]},
    }
