"""When reminders leave for whom: exceptions to the hour and to the quiet days, by unit and by level of task."""

from __future__ import annotations

from datetime import date, time

import pytest

from tracker.domain.delivery import DeliveryPolicy, DeliveryRefused
from tracker.domain.delivery_book import DeliveryBook, Verdict, checked_exception, shown_exception
from tracker.domain.policy_book import Override
from tracker.domain.reminders import ReminderPolicy
from tracker.domain.rules import RuleRefused

NATIONAL, LOCAL, PLAIN = date(2026, 10, 8), date(2026, 4, 20), date(2026, 4, 21)
BASE = DeliveryPolicy(quiet=("2026-10-08",))
BOOK = DeliveryBook(
    BASE,
    (
        Override(1, "1/", None, {"hour": "10:00", "quiet": "2026-04-20至2026-04-20"}),
        Override(2, "1/7/", None, {"quiet": "无"}),
        Override(3, "1/7/12/", None, {"quiet": "2026-04-21", "hour": "09:00"}),
        Override(4, None, "key", {"quiet": "无", "hour": "08:00"}),
        Override(5, "1/8/", "routine", {"quiet": "2026-04-21"}),
        Override(6, "1/9/", None, {"every_after": "5"}),
    ),
)


@pytest.mark.parametrize(
    ("path", "level", "quiet"),
    [
        ("2/", None, [NATIONAL]),
        ("2/", "routine", [NATIONAL]),
        ("2/", "key", []),
        ("1/", None, [NATIONAL, LOCAL]),
        ("1/", "key", [LOCAL]),  # the nearer unit wins over the level; where it is silent, the level holds
        ("1/9/", None, [NATIONAL, LOCAL]),
        ("1/7/", None, []),
        ("1/7/12/", None, [PLAIN]),
        ("1/8/", None, [NATIONAL, LOCAL, PLAIN]),
        ("1/8/", "key", [LOCAL]),
        ("1/71/", None, [NATIONAL, LOCAL]),
    ],
)
def test_quiet_days_are_those_of_the_nearest_exception_that_speaks_of_the_day(path, level, quiet):
    assert [day for day in (NATIONAL, LOCAL, PLAIN) if BOOK.is_quiet(day, path, level)] == quiet


@pytest.mark.parametrize(
    ("path", "level", "words"),
    [
        ("2/", None, "2026-10-08"),
        ("2/", "key", "无"),
        ("1/", None, "2026-04-20、2026-10-08"),
        ("1/7/12/", None, "2026-04-21"),
        ("1/8/3/", "routine", "2026-04-20、2026-04-21、2026-10-08"),
    ],
)
def test_all_quiet_days_of_a_unit_are_written_out(path, level, words):
    assert BOOK.quiet_words(path, level) == words


@pytest.mark.parametrize(
    ("path", "levels", "hour"),
    [
        ("2/", (None,), "08:30"),
        ("2/", ("routine", "key"), "08:00"),
        ("1/", (None,), "10:00"),
        ("1/", ("key",), "10:00"),
        ("1/7/", (None,), "10:00"),
        ("1/7/12/", (None, "key"), "09:00"),
        ("2/", (), "08:30"),
    ],
)
def test_the_hour_is_that_of_the_nearest_unit_and_the_earliest_of_several(path, levels, hour):
    assert BOOK.hour(path, levels) == hour


def test_the_round_begins_at_the_earliest_hour():
    assert (BOOK.begins, BOOK.has_hours) == (time(8), True)
    later = DeliveryBook(BASE, (Override(1, "1/", None, {"hour": "14:00"}),))
    assert later.begins == time(8, 30)
    without = DeliveryBook(BASE, (Override(1, "1/", None, {"quiet": "无"}),))
    assert (without.begins, without.has_hours) == (time(8, 30), False)


def test_a_day_is_quiet_for_all_where_no_exception_says_otherwise():
    assert not BOOK.is_quiet_for_all(NATIONAL)
    assert not BOOK.is_quiet_for_all(LOCAL)
    assert DeliveryBook(BASE).is_quiet_for_all(NATIONAL)
    assert DeliveryBook(BASE, (Override(1, "1/", None, {"quiet": "2026-10-08"}),)).is_quiet_for_all(NATIONAL)


def test_only_exceptions_that_speak_of_a_day_are_asked_about_it():
    assert BOOK.verdicts(LOCAL) == (
        Verdict("1/7/", None, False),
        Verdict("1/", None, True),
        Verdict(None, "key", False),
    )
    assert DeliveryBook(BASE, (Override(1, "1/", None, {"hour": "14:00"}),)).verdicts(LOCAL) == ()


@pytest.mark.parametrize(
    ("typed", "error", "field"),
    [
        ({}, RuleRefused, None),
        ({"hour": " ", "quiet": ""}, RuleRefused, None),
        ({"quiet": "，、；"}, RuleRefused, None),
        ({"hour": "9点"}, DeliveryRefused, "hour"),
        ({"hour": "07:30"}, DeliveryRefused, "hour"),
        ({"hour": "18:01"}, DeliveryRefused, "hour"),
        ({"quiet": "三月三"}, DeliveryRefused, "quiet"),
        ({"quiet": "无、2026-04-20"}, DeliveryRefused, "quiet"),
        ({"hour": "09:00", "every_after": "0"}, RuleRefused, "every_after"),
    ],
)
def test_an_exception_that_makes_no_sense_is_told(typed, error, field):
    with pytest.raises(error) as raised:
        checked_exception(ReminderPolicy(), BASE, typed)
    assert raised.value.field == field


def test_an_exception_is_kept_in_its_proper_form():
    typed = {"hour": "9：05", "quiet": "2026-04-20~2026-04-21 2026-04-18", "every_after": "2", "mandatory": "email"}
    assert checked_exception(ReminderPolicy(), BASE, typed) == {
        "hour": "09:05",
        "quiet": "2026-04-18、2026-04-20至2026-04-21",
        "every_after": "2",
    }
    assert checked_exception(ReminderPolicy(), BASE, {"quiet": " 无 "}) == {"quiet": "无"}


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("hour", "09:00", "09:00"),
        ("quiet", "无", "无，静默日也照常提醒"),
        ("quiet", "2026-04-20", "另加 2026-04-20"),
        ("supervisor_to", "supervisor", "督办员"),
    ],
)
def test_values_are_shown_as_people_read_them(name, value, words):
    assert shown_exception(name, value) == words
