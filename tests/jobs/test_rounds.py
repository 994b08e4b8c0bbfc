"""Several clocks at once plan each reminder once, on both databases."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path

from sqlalchemy import func, select

from tests.support.clock import CHINA
from tests.support.factories import make_county, make_task
from tracker.db.models import Alarm, Message, Notice
from tracker.db.session import open_database
from tracker.domain.reminders import Channel
from tracker.services.alarms import reset_alarms

ROOT = Path(__file__).resolve().parents[2]
CLOCKS, ROUNDS, EVENTS = 4, 100, 1000
BEFORE = datetime(2026, 5, 6, 8, 30, tzinfo=CHINA)
MOMENT = datetime(2026, 6, 30, 8, 30, tzinfo=CHINA)


def test_four_clocks_plan_a_thousand_events_once(dialect: str, new_database_url: Callable[[str], str], tmp_path: Path):
    url = new_database_url(dialect)
    database = open_database(url)
    with database.writing.begin() as session:
        county = make_county(session)
        for number in range(EVENTS):
            task = make_task(
                session, county.township, owner=county.officer, due_on=date(2026, 6, 30), title=f"任务{number}"
            )
            reset_alarms(session, task, now=BEFORE)
    clocks = [
        subprocess.Popen(
            [
                sys.executable,
                "-m",
                "tests.jobs.rounds",
                str(tmp_path),
                url,
                str(ROUNDS),
                MOMENT.isoformat(),
                str(CLOCKS),
                str(number),
            ],
            cwd=ROOT,
        )
        for number in range(CLOCKS)
    ]
    try:
        assert [clock.wait(timeout=240) for clock in clocks] == [0] * CLOCKS
    finally:
        for clock in clocks:
            clock.kill()
    with database.reading() as session:
        counts = session.execute(select(Notice.channel, func.count()).group_by(Notice.channel))
        by_channel = {row[0]: row[1] for row in counts}
        assert by_channel == {Channel.INBOX: EVENTS, Channel.EMAIL: EVENTS}  # the officer has an e-mail address
        assert session.scalar(select(func.count()).select_from(Message)) == 1  # and gets one digest
        assert (
            session.scalar(select(func.count()).where(Notice.channel == Channel.EMAIL, Notice.message_id.is_(None)))
            == 0
        )
        assert session.scalar(select(func.count()).where(Alarm.fire_on <= date(2026, 6, 30))) == 0
    database.dispose()
