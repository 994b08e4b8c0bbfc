"""R7: the clock on the wall against time as it passes."""

from __future__ import annotations

import dataclasses
from datetime import timedelta

import pytest
from sqlalchemy import select

from tests.support.clock import FixedClock
from tracker.db.models import ClockHold
from tracker.db.session import Database
from tracker.jobs.handlers import plan_reminders
from tracker.jobs.sending import send_messages
from tracker.jobs.watch import ClockWatch
from tracker.runtime import Runtime
from tracker.services.beats import take_seat
from tracker.services.holds import confirm_clock, open_hold
from tracker.settings import MailSettings, Settings
from tracker.storage import Storage


class Passing:
    """Time as it passes, moved by the test."""

    def __init__(self) -> None:
        self.seconds = 1000.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def house(sqlite_database: Database, settings: Settings, clock: FixedClock) -> Runtime:
    settings = dataclasses.replace(settings, mail=MailSettings(transport="file"))
    return Runtime(settings, sqlite_database, Storage(settings.storage_path), clock)


def holds(house: Runtime) -> list[bool]:
    """Of each leap whether it is settled."""
    with house.database.reading() as session:
        return [hold.settled_at is not None for hold in session.scalars(select(ClockHold).order_by(ClockHold.id))]


@pytest.mark.parametrize(
    ("step", "was_set", "held"),
    [
        (timedelta(seconds=20), False, False),  # what a time server corrects
        (timedelta(hours=1), True, False),
        (timedelta(days=1), True, False),
        (timedelta(days=-1), True, False),
        (timedelta(hours=-1), True, False),
        (timedelta(days=2, hours=1), True, True),
        (timedelta(days=-40), True, False),
    ],
)
def test_a_clock_that_is_set(house: Runtime, clock: FixedClock, step: timedelta, was_set: bool, held: bool):
    passing = Passing()
    watch = ClockWatch(house, seconds=passing)
    assert not watch.look()
    passing.seconds += 15
    clock.advance(seconds=15)
    assert not watch.look()
    clock.advance(step)
    assert watch.look() is was_set
    assert not watch.look()
    assert holds(house) == ([False] if held else [])


def test_while_it_is_held_nothing_is_planned_or_sent_until_it_is_confirmed(house: Runtime, clock: FixedClock):
    watch = ClockWatch(house, seconds=Passing())
    watch.look()
    clock.advance(days=10)
    watch.look()
    assert plan_reminders(house) == "系统时间待确认，暂停提醒"
    assert send_messages(house) == "系统时间待确认，暂停发送"
    with house.database.writing.begin() as session:
        confirm_clock(session, None, now=clock())
    watch.look()
    assert plan_reminders(house).startswith("到点任务")
    assert holds(house) == [True]


def test_set_right_it_goes_on_by_itself(house: Runtime, clock: FixedClock):
    watch = ClockWatch(house, seconds=Passing())
    watch.look()
    clock.advance(days=10)
    watch.look()
    clock.advance(days=-10)
    watch.look()
    with house.database.reading() as session:
        assert open_hold(session) is None


@pytest.mark.parametrize(("days", "held"), [(1, False), (31, False), (60, True)])
def test_an_outage_is_caught_up_but_one_longer_than_anybody_has_is_asked_about(
    house: Runtime, clock: FixedClock, days: int, held: bool
):
    with house.database.writing.begin() as session:
        take_seat(session, "house:1", now=clock())
    clock.advance(days=days)
    ClockWatch(house, seconds=Passing()).look()
    assert holds(house) == ([False] if held else [])
