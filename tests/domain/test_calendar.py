"""Working days with 调休, additions, and years nobody has a table for."""

from __future__ import annotations

from datetime import UTC, date, datetime

import chinese_calendar
import pytest

from tracker.domain.calendar import WorkingCalendar, gap_words, local_date, official_years

CALENDAR = WorkingCalendar()


@pytest.mark.parametrize(
    ("day", "works"),
    [
        (date(2026, 6, 10), True),  # Wednesday
        (date(2026, 6, 13), False),  # Saturday
        (date(2026, 6, 19), False),  # Dragon Boat Festival, a Friday
        (date(2026, 10, 1), False),  # National Day
        (date(2026, 2, 14), True),  # a Saturday worked for the Spring Festival
        (date(2026, 1, 1), False),
    ],
)
def test_the_state_councils_calendar(day, works):
    assert CALENDAR.is_working(day) is works


def test_additions_win_over_the_table():
    calendar = WorkingCalendar({date(2026, 6, 10): False, date(2026, 6, 13): True})
    assert not calendar.is_working(date(2026, 6, 10))
    assert calendar.is_working(date(2026, 6, 13))


def test_a_year_without_a_table_falls_back_to_the_week_and_says_so():
    assert CALENDAR.known(2026)
    assert not CALENDAR.known(2091)
    assert CALENDAR.is_working(date(2091, 10, 1))  # a Monday
    assert not CALENDAR.is_working(date(2091, 10, 6))


def test_an_entered_year_is_known_once_every_holiday_has_a_day_off():
    entered = {date(2091, 10, 1): False, date(2091, 10, 8): True}
    assert gap_words(2091, CALENDAR.missing_holidays(2091)) == "还没有 2091 年的放假调休安排"
    half = WorkingCalendar(entered | {date(2091, 1, 1): False, date(2091, 6, 18): False})
    assert not half.known(2091)
    assert gap_words(2091, half.missing_holidays(2091)) == "2091 年的放假调休安排没有录全，还缺春节、清明节、劳动节"
    more = {date(2091, 2, 19): False, date(2091, 4, 5): False, date(2091, 5, 1): False}
    assert WorkingCalendar(dict(half.overrides) | more).known(2091)


@pytest.mark.parametrize("year", sorted(year for year in official_years() if year >= 2008))  # seven holidays since then
def test_every_arrangement_there_was_is_known_once_its_days_off_are_entered(monkeypatch, year):
    free = {day: False for day in chinese_calendar.holidays if day.year == year}
    monkeypatch.setattr("tracker.domain.calendar._official", lambda day: None)
    assert WorkingCalendar(free).missing_holidays(year) == ()


@pytest.mark.parametrize(
    ("start", "days", "end"),
    [
        (date(2026, 6, 10), 0, date(2026, 6, 10)),
        (date(2026, 6, 13), 0, date(2026, 6, 15)),
        (date(2026, 6, 10), 2, date(2026, 6, 12)),
        (date(2026, 6, 12), 2, date(2026, 6, 16)),
        (date(2026, 6, 17), 2, date(2026, 6, 22)),
        (date(2026, 6, 13), 1, date(2026, 6, 15)),
    ],
)
def test_counting_forward(start, days, end):
    assert CALENDAR.add(start, days) == end


@pytest.mark.parametrize(
    ("start", "end", "days"),
    [
        (date(2026, 6, 10), date(2026, 6, 10), 0),
        (date(2026, 6, 10), date(2026, 6, 22), 7),
        (date(2026, 6, 12), date(2026, 6, 14), 0),
        (date(2026, 6, 15), date(2026, 6, 12), -1),
        (date(2025, 12, 31), date(2026, 1, 5), 2),
    ],
)
def test_counting_between(start, end, days):
    assert CALENDAR.between(start, end) == days


def test_the_day_is_chinas():
    assert local_date(datetime(2026, 6, 9, 16, 30, tzinfo=UTC)) == date(2026, 6, 10)
    assert local_date(datetime(2026, 12, 31, 15, 59, tzinfo=UTC)) == date(2026, 12, 31)
