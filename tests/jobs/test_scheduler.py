"""The clock's process: one leader, a round as of a given moment, errors that do not end it."""

from __future__ import annotations

import threading
from datetime import date, datetime

import pytest
from sqlalchemy import select

from tests.support.clock import CHINA, FixedClock
from tests.support.factories import make_county, make_task
from tracker.db.models import Beat, Notice
from tracker.db.session import Database
from tracker.jobs import scheduler as module
from tracker.jobs.leadership import leadership
from tracker.jobs.scheduler import run_once, run_scheduler
from tracker.jobs.timetable import TIMETABLE
from tracker.runtime import Runtime
from tracker.services.alarms import reset_alarms
from tracker.settings import Settings
from tracker.storage import Storage


@pytest.fixture
def house(database: Database, settings: Settings, clock: FixedClock, dialect: str) -> Runtime:
    """An installation on each kind of database."""
    import dataclasses

    url = database.writing_engine.url.render_as_string(hide_password=False)
    settings = dataclasses.replace(settings, database_url=url)
    return Runtime(settings, database, Storage(settings.storage_path), clock)


def test_there_is_one_leader_at_a_time(house: Runtime):
    with leadership(house) as first, leadership(house) as second:
        assert (first.held, second.held) == (True, False)
    with leadership(house) as again:
        assert again.held


def test_a_round_runs_as_of_the_moment_that_is_given(house: Runtime):
    with house.database.writing.begin() as session:
        county = make_county(session)
        task = make_task(session, county.township, owner=county.officer, due_on=date(2026, 7, 1))
        reset_alarms(session, task, now=datetime(2026, 5, 6, 9, 0, tzinfo=CHINA))
    early = dict(run_once(house, datetime(2026, 7, 1, 8, 29, tzinfo=CHINA)))
    assert early["remind"] == "未到时间"
    run_once(house, datetime(2026, 7, 1, 8, 30, tzinfo=CHINA))
    with house.database.reading() as session:
        assert {notice.rule for notice in session.scalars(select(Notice))} == {"before:0"}


def test_the_clock_beats_and_outlives_a_job_that_fails(house: Runtime, monkeypatch: pytest.MonkeyPatch):
    from tracker.jobs.timetable import Job

    failed, worked = threading.Event(), threading.Event()

    def fail(_runtime: Runtime) -> str:
        failed.set()
        raise RuntimeError("boom")

    def work(_runtime: Runtime) -> str:
        worked.set()
        return "done"

    monkeypatch.setattr(module, "TIMETABLE", (Job("bad", 1, "", fail), Job("good", 1, "", work)))
    stop = threading.Event()
    thread = threading.Thread(target=run_scheduler, args=(house,), kwargs={"stop": stop})
    thread.start()
    try:
        assert failed.wait(20)
        assert worked.wait(20)
    finally:
        stop.set()
        thread.join(20)
    assert not thread.is_alive()
    with house.database.reading() as session:
        beats = {beat.name: beat for beat in session.scalars(select(Beat))}
    assert set(beats) == {"clock", "job:bad", "job:good"}
    assert (beats["job:bad"].failures > 0, beats["job:bad"].last_error) == (True, "RuntimeError: boom")
    assert (beats["job:good"].failures, beats["job:good"].outcome) == (0, "done")


def test_every_job_says_why_it_runs_when_it_runs():
    assert all(job.why and job.every > 0 for job in TIMETABLE)
    assert len({job.name for job in TIMETABLE}) == len(TIMETABLE)
