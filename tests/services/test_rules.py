"""Thresholds, steps and working days: what may be set, by whom, and that the next reminders follow."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from tests.support.factories import NOW, TODAY, County, actor, make_county, make_task, make_user
from tracker.db.models import Alarm, AuditEntry, CalendarDay, Notice
from tracker.db.queries.calendar import days_of_year
from tracker.domain.calendar import WorkingCalendar, months_of, years_that_matter
from tracker.domain.errors import Forbidden, StaleVersion
from tracker.domain.lights import LightPolicy
from tracker.domain.permissions import Role
from tracker.domain.reminders import Ladder, ReminderPolicy
from tracker.domain.rules import RuleRefused, checked_reminders, example_steps, from_written, parse_days, written
from tracker.services.alarms import reset_alarms
from tracker.services.policies import load_calendar, load_light_policy, load_reminder_policy
from tracker.services.reminders import plan_reminders_batch
from tracker.services.rules import (
    DayRange,
    DaysRefused,
    add_days,
    change_lights,
    change_reminders,
    fingerprint,
    remove_days,
)

DEFAULTS = ReminderPolicy()


@pytest.fixture
def county(session) -> County:
    return make_county(session)


def set_reminders(session, county, **changes):
    policy = replace(load_reminder_policy(session), **changes)
    version = fingerprint(load_reminder_policy(session))
    return change_reminders(session, actor(county.admin), policy, version=version, now=NOW)


# ---- what may be set ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("30、15、7", (30, 15, 7)),
        ("30，15,7 3;1；0", (30, 15, 7, 3, 1, 0)),
        (" 7 天、3天 ", (7, 3)),
        ("0", (0,)),
        ("007", (7,)),
    ],
)
def test_days_are_read_as_people_type_them(typed, read):
    assert parse_days(typed, field="x") == read


@pytest.mark.parametrize("typed", ["", "、", "七天", "-3", "3.5", "1e3", "99999", "3;DROP"])
def test_what_is_no_list_of_days_is_told_beside_its_field(typed):
    with pytest.raises(RuleRefused) as raised:
        parse_days(typed, field="days_before")
    assert raised.value.field == "days_before"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"days_before": (200,)}, "days_before"),
        ({"days_before": (7, 7)}, "days_before"),
        ({"days_before": tuple(range(13))}, "days_before"),
        ({"every_after": 0}, "every_after"),
        ({"first_after": 8}, "supervisor_after"),
        ({"area_head_after": 7}, "area_head_after"),
        ({"signing_every": 0}, "signing_every"),
        ({"signing_working_days": 31}, "signing_working_days"),
    ],
)
def test_steps_that_make_no_sense_are_refused(changes, field):
    with pytest.raises(RuleRefused) as raised:
        checked_reminders(replace(DEFAULTS, **changes))
    assert raised.value.field == field


def test_steps_are_kept_in_their_order():
    policy = checked_reminders(replace(DEFAULTS, days_before=(1, 30, 7), signing_after=(3, 0)))
    assert (policy.days_before, policy.signing_after) == ((30, 7, 1), (0, 3))


def test_a_policy_written_and_read_again_is_the_same():
    assert from_written(ReminderPolicy, written(DEFAULTS)) == DEFAULTS


def test_the_example_names_each_step_on_a_working_day():
    calendar = WorkingCalendar()
    steps = example_steps(Ladder.DEADLINE, DEFAULTS, calendar, date(2026, 9, 30))
    assert [step.rule for step in steps][:7] == [
        "before:30", "before:15", "before:7", "before:3", "before:1", "before:0", "overdue:1",
    ]  # fmt: skip
    assert steps[6].day == date(2026, 10, 8)  # the first working day after the holidays
    assert all(calendar.is_working(step.day) for step in steps)


# ---- changing -------------------------------------------------------------------------------------------------------------


def test_changed_values_hold_at_once_and_leave_before_and_after(session, county):
    lights = LightPolicy(working_days_left=5)
    version = fingerprint(load_light_policy(session))
    change_lights(session, actor(county.admin), lights, version=version, now=NOW)
    set_reminders(session, county, days_before=(20, 5, 0))
    assert load_light_policy(session) == lights
    assert load_reminder_policy(session).days_before == (20, 5, 0)
    lines = {line.action: line.changes for line in session.scalars(select(AuditEntry))}
    assert lines == {
        "setting.light": {"working_days_left": ["7", "5"]},
        "setting.reminder": {"days_before": ["30、15、7、3、1、0", "20、5、0"]},
    }


def test_what_stays_the_same_leaves_no_line(session, county):
    set_reminders(session, county)
    assert session.scalars(select(AuditEntry)).all() == []


def test_who_saw_older_values_is_told(session, county):
    version = fingerprint(DEFAULTS)
    set_reminders(session, county, every_after=4)
    with pytest.raises(StaleVersion):
        change_reminders(session, actor(county.admin), DEFAULTS, version=version, now=NOW)
    assert load_reminder_policy(session).every_after == 4


@pytest.mark.parametrize("who", ["officer", "head", "supervisor", "auditor", "local_admin"])
def test_only_an_administrator_at_the_top_changes_the_rules(session, county, who):
    local = make_user(session, county.township, Role.ADMIN)
    person = actor(local if who == "local_admin" else getattr(county, who))
    with pytest.raises(Forbidden):
        change_lights(session, person, LightPolicy(), version=fingerprint(LightPolicy()), now=NOW)
    with pytest.raises(Forbidden):
        change_reminders(session, person, DEFAULTS, version=fingerprint(DEFAULTS), now=NOW)
    with pytest.raises(Forbidden):
        add_days(session, person, DayRange(TODAY, TODAY, works=False), now=NOW)
    with pytest.raises(Forbidden):
        remove_days(session, person, TODAY, TODAY, now=NOW)


def alarm_of(session, task) -> Alarm:
    session.expire_all()
    return session.scalars(select(Alarm).where(Alarm.task_id == task.id, Alarm.ladder == Ladder.DEADLINE)).one()


def run_rounds(session, until: date) -> list[tuple[date, str]]:
    """Run a round a day and return what was sent."""
    day = TODAY
    while day <= until:
        while plan_reminders_batch(session, now=NOW + (day - TODAY)).alarms:
            pass
        day += timedelta(days=1)
    return [(notice.slot, notice.rule) for notice in session.scalars(select(Notice).order_by(Notice.id))]


def test_new_steps_reach_tasks_whose_next_reminder_lay_later(session, county):
    task = make_task(session, county.township, owner=county.head, due_on=date(2026, 7, 31))
    reset_alarms(session, task, now=NOW)
    assert alarm_of(session, task).fire_on == date(2026, 7, 1)
    set_reminders(session, county, days_before=(45, 40, 7))
    assert run_rounds(session, date(2026, 7, 24)) == [
        (date(2026, 6, 16), "before:45"),
        (date(2026, 6, 22), "before:40"),  # its day, the 21st, is a Sunday
        (date(2026, 7, 24), "before:7"),
    ]


def test_steps_whose_day_has_passed_do_not_come_back(session, county):
    task = make_task(session, county.township, owner=county.head, due_on=date(2026, 6, 30))
    reset_alarms(session, task, now=NOW)
    set_reminders(session, county, days_before=(60, 30, 25, 3))
    assert run_rounds(session, date(2026, 6, 29)) == [(date(2026, 6, 29), "before:3")]  # the 27th is a Saturday


def test_what_todays_round_has_still_to_do_is_not_lost(session, county):
    task = make_task(session, county.township, owner=county.head, due_on=TODAY + timedelta(days=7))
    reset_alarms(session, task, now=NOW - timedelta(days=1))
    assert alarm_of(session, task).fire_on == TODAY
    set_reminders(session, county, every_after=4)
    assert run_rounds(session, TODAY) == [(TODAY, "before:7")]


def test_a_new_holiday_moves_the_reminders_and_a_removed_one_moves_them_back(session, county):
    task = make_task(session, county.township, owner=county.head, due_on=date(2026, 6, 30))
    reset_alarms(session, task, now=NOW)
    free = DayRange(date(2026, 6, 15), date(2026, 6, 16), works=False, note="高温放假")
    add_days(session, actor(county.admin), free, now=NOW)
    assert run_rounds(session, date(2026, 6, 17)) == [(date(2026, 6, 17), "before:15")]
    assert not load_calendar(session).is_working(date(2026, 6, 15))
    assert remove_days(session, actor(county.admin), free.first, free.last, now=NOW) == 2
    assert load_calendar(session).is_working(date(2026, 6, 15))


def test_a_saturday_that_becomes_worked_brings_its_reminder_forward(session, county):
    saturday = date(2026, 6, 27)
    task = make_task(session, county.township, owner=county.head, due_on=date(2026, 6, 30))
    reset_alarms(session, task, now=NOW)
    set_reminders(session, county, days_before=(3,))
    add_days(session, actor(county.admin), DayRange(saturday, saturday, works=True, note="调休"), now=NOW)
    assert run_rounds(session, date(2026, 6, 29)) == [(saturday, "before:3")]


# ---- days -----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "days",
    [
        DayRange(date(2026, 6, 20), date(2026, 6, 19), works=False),
        DayRange(date(2026, 6, 1), date(2026, 7, 2), works=False),
        DayRange(date(2024, 12, 31), date(2024, 12, 31), works=False),
        DayRange(date(2030, 1, 1), date(2030, 1, 1), works=False),
    ],
)
def test_days_that_make_no_sense_are_refused(session, county, days):
    with pytest.raises(DaysRefused):
        add_days(session, actor(county.admin), days, now=NOW)
    assert session.scalars(select(CalendarDay)).all() == []


def test_days_entered_twice_hold_as_entered_last_and_read_as_ranges(session, county):
    person = actor(county.admin)
    add_days(session, person, DayRange(date(2027, 2, 5), date(2027, 2, 11), works=False, note="春节"), now=NOW)
    add_days(session, person, DayRange(date(2027, 2, 8), date(2027, 2, 8), works=True, note="值班"), now=NOW)
    assert [(entry.first.day, entry.last.day, entry.works, entry.days) for entry in days_of_year(session, 2027)] == [
        (5, 7, False, 3),
        (8, 8, True, 1),
        (9, 11, False, 3),
    ]
    summary = session.scalars(select(AuditEntry.summary).order_by(AuditEntry.id)).first()
    assert summary == "放假：2027-02-05 至 2027-02-11"


def test_a_year_shows_official_and_entered_days():
    calendar = WorkingCalendar({date(2026, 6, 15): False})
    june = months_of(2026, calendar)[5]
    cells = {cell.day.day: cell for week in june.weeks for cell in week if cell}
    assert len(cells) == 30
    assert (cells[15].works, cells[15].entered, cells[15].special) == (False, True, True)
    assert (cells[19].works, cells[19].entered, cells[19].special) == (False, False, True)  # 端午节
    assert (cells[20].works, cells[20].special) == (False, False)
    october = months_of(2026, calendar)[9]
    assert next(cell for week in october.weeks for cell in week if cell and cell.day.day == 10).special  # 调休上班


def test_next_year_matters_from_november_on():
    assert years_that_matter(date(2026, 10, 31)) == (2026,)
    assert years_that_matter(date(2026, 11, 1)) == (2026, 2027)
