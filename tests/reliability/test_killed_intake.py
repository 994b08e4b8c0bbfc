"""A process that takes a report in is killed: the report is wholly there or wholly absent, and the next run finishes."""

from __future__ import annotations

import io
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select, text

from tests.support.clock import FixedClock
from tests.support.databases import DIALECTS
from tests.support.factories import actor, make_county
from tracker.db.models import AuditEntry, Intake, IntakeStatus, Report, Task, TaskSource
from tracker.db.session import Database, open_database
from tracker.services.intake import IntakeParts, open_parts, process_intake, resume_stale_intakes
from tracker.services.uploads import receive_upload
from tracker.settings import Settings
from tracker.storage import Storage

ROOT = Path(__file__).resolve().parents[2]
REPORT = """柳湾镇人民政府
2025年法治政府建设工作报告
一、主要工作
全年办理行政处罚案件10件，组织宣讲12场。
二、2026年工作计划
（一）充实执法队伍。6月底前新增持证执法人员2名。
（二）创新普法形式。年内开展普法活动不少于4场。
（三）规范决策程序。完善重大事项公开制度。
"""
POINTS = ["reading", "1", "2", "3", "5", "8", "10", "12", "14", "16", "18", "20", "23", "26", "30"]


@pytest.fixture(params=DIALECTS)
def url(request: pytest.FixtureRequest, new_database_url: Callable[[str], str]) -> str:
    return new_database_url(request.param)


def test_killed_at_many_points(url: str, clock: FixedClock, tmp_path: Path) -> None:
    database = open_database(url)
    settings = Settings(instance_path=tmp_path, database_url=url, secret_key="x")
    parts = open_parts(settings, database, Storage(settings.storage_path), clock)
    with database.writing.begin() as session:
        chief = actor(make_county(session).supervisor)
        units = list(session.scalars(text("SELECT id FROM unit WHERE kind = 'township' ORDER BY id")))
    killed = 0
    for number, where in enumerate(POINTS if database.dialect == "sqlite" else POINTS[::4]):
        content = (
            REPORT.replace("10件", f"{10 + number}件")
            .replace("2025", str(2000 + number))
            .replace("2026", str(2001 + number))
        )
        stored = parts.storage.save(io.BytesIO(content.encode()), limit=10**6)
        with database.writing.begin() as session:
            upload = receive_upload(
                session,
                chief,
                unit_id=units[0],
                report_year=None,
                file=stored,
                file_name="报告.txt",
                now=clock(),
            )
        code = run_and_die(tmp_path, url, upload.id, clock, where)
        assert code in (-signal.SIGKILL, 0), code
        killed += code != 0
        year = 2000 + number
        assert_whole_or_absent(database, year)
        clock.advance(minutes=10)
        resume_stale_intakes(parts)
        assert_taken_in_once(parts, upload.id, year)
    assert killed >= (10 if database.dialect == "sqlite" else 2)
    database.dispose()


def run_and_die(folder: Path, url: str, intake_id: int, clock: FixedClock, where: str) -> int:
    command = [sys.executable, "-m", "tests.reliability.dying_intake", str(folder), url, str(intake_id)]
    done = subprocess.run(
        [*command, clock().isoformat(), where], cwd=ROOT, timeout=90, capture_output=True, check=False
    )
    return done.returncode


def count(database: Database, *what: Any) -> int:
    with database.reading() as session:
        return session.scalar(select(func.count()).select_from(what[0]).where(*what[1:])) or 0


def assert_whole_or_absent(database: Database, year: int) -> None:
    """Either a report with its three proposals, their sources and its line in the log, or nothing of all this."""
    reports = count(database, Report, Report.report_year == year)
    assert reports in (0, 1)
    ids = select(Task.id).where(Task.plan_year == year + 1)
    assert count(database, Task, Task.plan_year == year + 1) == 3 * reports
    assert count(database, TaskSource, TaskSource.task_id.in_(ids)) == 3 * reports
    lines = select(Report.id).where(Report.report_year == year)
    stored = count(database, AuditEntry, AuditEntry.object_type == "report", AuditEntry.object_id.in_(lines))
    assert (stored >= 1) == bool(reports)


def assert_taken_in_once(parts: IntakeParts, intake_id: int, year: int) -> None:
    with parts.database.reading() as session:
        assert session.get_one(Intake, intake_id).status is IntakeStatus.DONE
    assert count(parts.database, Report, Report.report_year == year) == 1
    assert_whole_or_absent(parts.database, year)
    process_intake(parts, intake_id)  # and once more changes nothing
    assert count(parts.database, Report, Report.report_year == year) == 1
    assert not list(parts.storage.root.glob(".incoming-*"))
