"""R2: kill -9 at every stage of plan, gather, claim, hand over, send and mark; and again and again in the middle."""

from __future__ import annotations

import os
import random
import signal
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.jobs.clocks import STAGES, House, one_round, send_for_ever
from tests.jobs.world import MOMENT, assert_all_told_once, messages, notices, people_with_tasks
from tests.support.mail import MailSink
from tests.support.processes import let_pass, run, running, start, wait_until, was_killed
from tests.support.soak import SOAKING, size
from tracker.db.models import MessageStatus
from tracker.db.session import Database, open_database
from tracker.jobs.handlers import plan_reminders

POINTS = [f"{stage}.{when}" for stage in STAGES for when in ("during", "after")] + [
    "send.before",
    "send.during",
    "send.after",
]
ON_POSTGRESQL = POINTS if SOAKING else ["plan.during", "claim.after", "send.after"]
AGAIN = {
    "hand.after",
    "send.before",
    "send.during",
    "send.after",
    "mark.during",
    "mark.after",
}  # nobody knows whether one arrived


@pytest.mark.parametrize(
    ("dialect", "point"),
    [("sqlite", point) for point in POINTS]
    + [pytest.param("postgresql", point, marks=pytest.mark.postgres) for point in ON_POSTGRESQL],
)
def test_killed_at_a_stage_nothing_is_lost_and_at_most_one_mail_goes_twice(
    dialect: str, point: str, new_database_url: Callable[[str], str], tmp_path: Path, smtp_sink: MailSink
):
    database = open_database(new_database_url(dialect))
    url = database.writing_engine.url.render_as_string(hide_password=False)
    people_with_tasks(database, people=2, tasks=2)
    house = House(str(tmp_path), url, MOMENT.isoformat(), smtp_sink.port)
    assert was_killed(run(one_round, house, point))
    one_round(house)  # at once: what the dead one holds stays held
    one_round(house.later(minutes=3))
    doubled = 1 if point in {"send.after", "mark.during"} else 0
    assert_all_told_once(database, smtp_sink, 2, 2, twice=doubled)
    assert sum(message.resends for message in messages(database)) == (1 if point in AGAIN else 0)
    before = (notices(database), len(smtp_sink.received))
    one_round(house.later(minutes=9))
    assert (notices(database), len(smtp_sink.received)) == before
    database.dispose()


def test_killed_twice_over_the_same_mail_it_is_not_sent_a_third_time(
    sqlite_database: Database, tmp_path: Path, smtp_sink: MailSink
):
    url = sqlite_database.writing_engine.url.render_as_string(hide_password=False)
    people_with_tasks(sqlite_database)
    house = House(str(tmp_path), url, MOMENT.isoformat(), smtp_sink.port)
    assert was_killed(run(one_round, house, "send.after"))
    assert was_killed(run(one_round, house.later(minutes=3), "send.after"))
    one_round(house.later(minutes=6))
    (message,) = messages(sqlite_database)
    assert (message.status, message.failure, len(smtp_sink.received)) == (MessageStatus.FAILED, "unknown", 2)
    assert "未再自动重发" in (message.last_error or "")
    assert len({mail.message_id for mail in smtp_sink.received}) == 1


def test_senders_killed_again_and_again_lose_nothing(
    dialect: str, new_database_url: Callable[[str], str], tmp_path: Path, smtp_sink: MailSink
):
    people, kills, seed = size((60, 3, 7), (4000, 25, 7))
    database = open_database(new_database_url(dialect))
    url = database.writing_engine.url.render_as_string(hide_password=False)
    people_with_tasks(database, people)
    plan_reminders(House(str(tmp_path), url, MOMENT.isoformat(), smtp_sink.port).open())
    offset = (MOMENT - datetime.now(UTC)).total_seconds()  # what was planned leaves on that day
    (tmp_path / "offset").write_text(str(offset))
    dice, killed = random.Random(seed), 0
    house = House(str(tmp_path), url, "", smtp_sink.port)
    senders = [start(send_for_ever, house) for _ in range(2)]
    try:
        while killed < kills:
            already = len(smtp_sink.received)
            wait_until(lambda seen=already: len(smtp_sink.received) > seen + 3, 60, every=0.001)
            let_pass(dice.uniform(0, 0.02))
            victim = killed % 2
            os.kill(senders[victim].pid or 0, signal.SIGKILL)
            senders[victim].join()
            killed += 1
            senders[victim] = start(send_for_ever, house)
        wait_until(lambda: len(smtp_sink.received) >= people - 20 * kills, 300)
        (tmp_path / "offset").write_text(str(offset + 180))  # the leases of the dead have ended
        done = (MessageStatus.SENT, MessageStatus.FAILED)
        wait_until(lambda: all(message.status in done for message in messages(database)), size(60, 600), every=0.2)
    finally:
        with running(*senders):
            pass
    assert_all_told_once(database, smtp_sink, people, 1, twice=kills)
    database.dispose()
