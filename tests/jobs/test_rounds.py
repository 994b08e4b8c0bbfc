"""R1: several clocks at once plan each reminder once and send each mail once, on both databases."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import func, select

from tests.jobs.clocks import House, rounds
from tests.jobs.world import DUE, MOMENT, assert_all_told_once, notices, people_with_tasks
from tests.support.mail import MailSink
from tests.support.processes import running, start
from tests.support.soak import size
from tracker.db.models import Alarm
from tracker.db.session import open_database

PEOPLE, TASKS, ROUNDS = size((8, 10, 4), (50, 20, 100))


@pytest.mark.parametrize("clocks", size([2, 5], [2, 4, 5]))
def test_clocks_at_once_plan_and_send_everything_once(
    dialect: str, new_database_url: Callable[[str], str], tmp_path: Path, smtp_sink: MailSink, clocks: int
):
    url = new_database_url(dialect)
    database = open_database(url)
    people_with_tasks(database, PEOPLE, TASKS)
    house = House(str(tmp_path), url, MOMENT.isoformat(), smtp_sink.port)
    processes = [start(rounds, house, ROUNDS, "ready", clocks) for _ in range(clocks)]
    with running(*processes):
        for process in processes:
            process.join(size(60, 900))
        assert [process.exitcode for process in processes] == [0] * clocks
    assert_all_told_once(database, smtp_sink, PEOPLE, TASKS)
    before = notices(database)
    rounds(house, 1, "again", 1)
    assert notices(database) == before
    with database.reading() as session:
        assert session.scalar(select(func.count()).where(Alarm.fire_on <= DUE)) == 0
    database.dispose()
