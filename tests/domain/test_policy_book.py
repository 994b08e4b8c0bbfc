"""Which steps hold for which task, and when reminders leave."""

from __future__ import annotations

from datetime import date

import pytest

from tracker.domain.delivery import (
    DeliveryPolicy,
    DeliveryRefused,
    checked_delivery,
    read_hour,
    read_quiet,
    write_quiet,
)
from tracker.domain.policy_book import Override, PolicyBook, checked_override
from tracker.domain.reminders import ReminderPolicy
from tracker.domain.rules import RuleRefused

BASE = ReminderPolicy()
BOOK = PolicyBook(
    BASE,
    (
        Override(1, "1/7/", "key", {"every_after": "1"}),
        Override(2, None, "key", {"every_after": "2", "days_before": "10、5"}),
        Override(3, "1/7/", None, {"every_after": "4", "supervisor_slip": "蓝单"}),
        Override(4, "1/", None, {"every_after": "5"}),
    ),
)


@pytest.mark.parametrize(
    ("path", "level", "every", "before"),
    [
        ("2/", None, 3, BASE.days_before),
        ("2/9/", "key", 2, (10, 5)),
        ("1/", None, 5, BASE.days_before),
        ("1/8/", "key", 5, (10, 5)),
        ("1/7/", None, 4, BASE.days_before),
        ("1/7/12/", "routine", 4, BASE.days_before),
        ("1/7/12/", "key", 1, (10, 5)),
        ("1/71/", None, 5, BASE.days_before),
    ],
)
def test_the_nearest_exception_wins_and_the_rest_is_inherited(path, level, every, before):
    policy = BOOK.of(path, level)
    assert (policy.every_after, policy.days_before) == (every, before)
    assert policy.signing_every == BASE.signing_every


def test_without_exceptions_the_rules_hold_as_they_are():
    assert PolicyBook(BASE).of("1/", "key") is BASE


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"every_after": "0"}, "every_after"),
        ({"every_after": "三"}, "every_after"),
        ({"supervisor_after": "15"}, "area_head_after"),
        ({"supervisor_to": "everybody"}, "supervisor_to"),
        ({"supervisor_slip": "红单"}, "area_head_slip"),
        ({"supervisor_slip": "紫单"}, "supervisor_slip"),
    ],
)
def test_an_exception_that_makes_no_sense_is_told(typed, field):
    with pytest.raises(RuleRefused) as raised:
        checked_override(BASE, typed)
    assert raised.value.field == field


def test_an_exception_without_steps_has_none():
    assert checked_override(BASE, {"every_after": " ", "hour": "09:00"}) == {}


def test_an_exception_is_kept_in_its_proper_form():
    typed = {"days_before": "1、 7,3", "every_after": "", "unknown": "1", "supervisor_to": "unit_supervisor"}
    assert checked_override(BASE, typed) == {"days_before": "7、3、1", "supervisor_to": "unit_supervisor"}


@pytest.mark.parametrize(("typed", "read"), [("8:30", "08:30"), (" 08：05 ", "08:05"), ("23:59", "23:59")])
def test_hours_are_read_as_people_type_them(typed, read):
    assert read_hour(typed, field="hour") == read


@pytest.mark.parametrize("typed", ["", "8", "24:00", "8:60", "八点", "8:3", "08:3\u0660", "\u0968:30"])
def test_what_is_no_hour_is_told(typed):
    with pytest.raises(DeliveryRefused):
        read_hour(typed, field="hour")


def test_quiet_days_are_read_written_and_asked():
    read = read_quiet("2026-10-08， 2026-12-30 至 2026-12-31;2026-10-08")
    assert read == ("2026-10-08", "2026-12-30/2026-12-31")
    assert write_quiet(read) == "2026-10-08、2026-12-30至2026-12-31"
    policy = DeliveryPolicy(quiet=read)
    days = (date(2026, 10, 7), date(2026, 10, 8), date(2026, 12, 30), date(2026, 12, 31), date(2027, 1, 1))
    assert [policy.is_quiet(day) for day in days] == [False, True, True, True, False]


@pytest.mark.parametrize("until", ["至", " 至", "至 ", " 至 ", "到", " 到 ", "~", " ～"])
def test_a_span_of_quiet_days_is_one_however_its_ends_are_joined(until):
    assert read_quiet(f"2026-10-01{until}2026-10-03") == ("2026-10-01/2026-10-03",)


@pytest.mark.parametrize(
    "typed", ["十月八日", "2026-02-30", "2026-10-08至", "2026-10-08至2026-10-01", "2026-01-01至2026-03-01"]
)
def test_what_is_no_day_is_told(typed):
    with pytest.raises(DeliveryRefused):
        read_quiet(typed)


@pytest.mark.parametrize(
    "changes",
    [
        {"hour": "07:00"},
        {"window_until": "08:00"},
        {"mandatory": ("pigeon",)},
        {"mandatory": ("inbox",)},
    ],
)
def test_a_delivery_that_makes_no_sense_is_told(changes):
    with pytest.raises(DeliveryRefused):
        checked_delivery(DeliveryPolicy(**changes))
