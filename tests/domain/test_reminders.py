"""The ladders: which step applies on which day, and when the next one falls."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from tracker.domain.calendar import WorkingCalendar
from tracker.domain.reminders import (
    Circle,
    ClockFacts,
    Ladder,
    NoticeKind,
    ReminderPolicy,
    due_steps,
    ladders_of,
    next_alarm,
    step_words,
)
from tracker.domain.tasks import TaskStatus

CALENDAR = WorkingCalendar()
POLICY = ReminderPolicy()
DUE = date(2026, 6, 30)  # a Tuesday
LONG_AGO = date(2026, 1, 5)


def facts(status: TaskStatus = TaskStatus.IN_PROGRESS, **values: object) -> ClockFacts:
    """A task due on DUE whose clock has run since January."""
    return ClockFacts(**({"status": status, "due_on": DUE, "since": LONG_AGO} | values))  # type: ignore[arg-type]


def rules(day: date, given: ClockFacts | None = None, ladder: Ladder = Ladder.DEADLINE) -> list[str]:
    """The rules that apply on a day."""
    return [step.rule for step in due_steps(ladder, given or facts(), day, CALENDAR, POLICY)]


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (date(2026, 5, 29), []),  # before the first step
        (date(2026, 5, 31), []),  # 30 days before, a Sunday: nothing goes out on a day that is not worked
        (date(2026, 6, 1), ["before:30"]),  # caught up on Monday
        (date(2026, 6, 12), ["before:30"]),
        (date(2026, 6, 15), ["before:15"]),
        (date(2026, 6, 23), ["before:7"]),
        (date(2026, 6, 26), ["before:7"]),  # three days before is a Saturday
        (date(2026, 6, 29), ["before:1"]),  # 3 and 1 both fall on this Monday: one step, the newer
        (date(2026, 6, 30), ["before:0"]),
        (date(2026, 7, 1), ["overdue:1"]),
        (date(2026, 7, 2), ["overdue:1"]),
        (date(2026, 7, 3), ["overdue:3"]),
        (date(2026, 7, 8), ["overdue:6"]),
        (date(2026, 7, 9), ["overdue:6", "yellow:7"]),
        (date(2026, 7, 21), ["overdue:15", "yellow:7", "red:15"]),
        (date(2026, 7, 28), ["overdue:18", "yellow:7", "red:20"]),
    ],
)
def test_the_newest_applicable_step_of_each_track(day: date, expected: list[str]):
    assert rules(day) == expected


@pytest.mark.parametrize(
    ("due", "day", "expected"),
    [
        (date(2028, 2, 29), date(2028, 2, 22), "before:7"),  # seven days before a leap day
        (date(2028, 2, 29), date(2028, 2, 29), "before:0"),
        (date(2028, 2, 29), date(2028, 3, 1), "overdue:1"),
        (date(2028, 3, 1), date(2028, 2, 29), "before:1"),
        (date(2026, 12, 31), date(2026, 12, 31), "before:0"),
        (date(2026, 12, 31), date(2027, 1, 4), "overdue:1"),  # the new year's holiday as entered
        (date(2026, 1, 1), date(2026, 1, 4), "overdue:1"),  # a Sunday that is worked
    ],
)
def test_leap_days_and_the_turn_of_the_year(day: date, due: date, expected: str):
    calendar = WorkingCalendar({date(2027, 1, 1): False})
    given = facts(due_on=due, since=date(2025, 6, 1))
    (step,) = due_steps(Ladder.DEADLINE, given, day, calendar, POLICY)
    assert (step.rule, step.day) == (expected, day)


def test_kinds_and_circles_follow_the_step():
    steps = {step.rule: step for step in due_steps(Ladder.DEADLINE, facts(), date(2026, 7, 21), CALENDAR, POLICY)}
    assert {rule: step.circle for rule, step in steps.items()} == {
        "overdue:15": Circle.UNIT,
        "yellow:7": Circle.SUPERVISOR,
        "red:15": Circle.AREA_HEAD,
    }
    (today,) = due_steps(Ladder.DEADLINE, facts(), DUE, CALENDAR, POLICY)
    assert (today.kind, today.circle) == (NoticeKind.DUE_TODAY, Circle.OWNER)


def test_steps_before_the_clock_began_never_applied():
    late_start = facts(since=date(2026, 6, 20))
    assert rules(date(2026, 6, 22), late_start) == []
    assert rules(date(2026, 6, 23), late_start) == ["before:7"]
    assert next_alarm(Ladder.DEADLINE, late_start, date(2026, 6, 19), CALENDAR, POLICY) == date(2026, 6, 23)


def test_a_task_sent_out_after_its_deadline_starts_with_the_next_late_step():
    given = facts(since=date(2026, 7, 2))
    assert rules(date(2026, 7, 2), given) == []
    assert rules(date(2026, 7, 3), given) == ["overdue:3"]


@pytest.mark.parametrize(
    ("given", "ladders"),
    [
        (facts(TaskStatus.ASSIGNED), (Ladder.SIGNING, Ladder.DEADLINE)),
        (facts(), (Ladder.DEADLINE,)),
        (facts(TaskStatus.RETURNED), (Ladder.DEADLINE,)),
        (facts(recurring="quarter"), (Ladder.DEADLINE, Ladder.PROGRESS)),
        (facts(extension_pending=True), (Ladder.REVIEW,)),
        (facts(TaskStatus.IN_REVIEW), (Ladder.REVIEW,)),
        (facts(TaskStatus.SUSPENDED), ()),
        (facts(TaskStatus.CLOSED), ()),
        (facts(TaskStatus.ESTABLISHED), ()),
    ],
)
def test_the_clock_stops_while_others_decide(given: ClockFacts, ladders: tuple[Ladder, ...]):
    assert ladders_of(given) == ladders


def test_a_decision_that_waits_is_the_supervisors_clock():
    given = facts(TaskStatus.IN_REVIEW, review_since=date(2026, 6, 10))
    days = [date(2026, 6, 12), date(2026, 6, 15), date(2026, 6, 18), date(2026, 6, 19), date(2026, 6, 22)]
    found = [due_steps(Ladder.REVIEW, given, day, CALENDAR, POLICY) for day in days]
    assert [[step.rule for step in steps] for steps in found] == [
        [],
        ["review:3@20260610"],
        ["review:6@20260610"],
        [],  # the dragon boat festival
        ["review:6@20260610"],
    ]
    assert {step.circle for steps in found for step in steps} == {Circle.SUPERVISOR}


@pytest.mark.parametrize(
    ("day", "last_progress_on", "expected"),
    [
        (date(2026, 3, 31), None, []),
        (date(2026, 4, 1), None, ["progress:1@20260331"]),
        (date(2026, 4, 9), None, ["progress:5@20260331"]),
        (date(2026, 4, 1), date(2026, 1, 20), []),  # reported within the quarter
        (date(2026, 7, 1), date(2026, 3, 30), ["progress:1@20260630"]),
        (date(2026, 7, 1), date(2026, 7, 1), []),  # after it, but reported
    ],
)
def test_a_progress_report_that_is_missing_is_asked_for(day: date, last_progress_on: date | None, expected: list[str]):
    given = facts(
        due_on=date(2026, 12, 31),
        recurring="quarter",
        plan_year=2026,
        assigned_on=date(2025, 12, 30),
        last_progress_on=last_progress_on,
    )
    assert rules(day, given, Ladder.PROGRESS) == expected


def test_signing_is_reminded_on_its_day_and_after():
    given = facts(TaskStatus.ASSIGNED, sign_due_on=date(2026, 6, 12), due_on=date(2026, 12, 31))
    days = [date(2026, 6, 11), date(2026, 6, 12), date(2026, 6, 15), date(2026, 6, 17)]
    assert [rules(day, given, Ladder.SIGNING) for day in days] == [
        [],
        *([f"signing:{number}@20260612"] for number in (0, 1, 3)),
    ]


@pytest.mark.parametrize("outage", [1, 7, 31, 90])
def test_walking_by_next_alarm_meets_every_step_once_and_an_outage_meets_only_the_newest(outage: int):
    """What is sent day by day, against what is sent after ``outage`` days without a clock."""
    day, seen = LONG_AGO - timedelta(days=1), []
    while (following := next_alarm(Ladder.DEADLINE, facts(), day, CALENDAR, POLICY)) and following <= date(2026, 8, 31):
        assert CALENDAR.is_working(following)
        fresh = [rule for rule in rules(following) if rule not in seen]
        assert fresh, f"an alarm on {following} with nothing new to say"
        seen.extend(fresh)
        day = following
    assert len(seen) == len(set(seen))
    back = CALENDAR.on_or_after(DUE + timedelta(days=outage))
    assert len(rules(back)) <= 3
    assert set(rules(back)) <= set(seen) | set(rules(back))


def test_a_year_without_an_official_calendar_falls_back_to_weekdays():
    given = facts(due_on=date(2031, 7, 1))  # a Tuesday
    assert rules(date(2031, 7, 2), given) == ["overdue:1"]
    assert rules(date(2031, 7, 5), given) == []  # a Saturday


@pytest.mark.parametrize(
    ("rule", "kind", "expected"),
    [
        ("before:7", NoticeKind.DUE_SOON, "到期前 7 天"),
        ("before:0", NoticeKind.DUE_TODAY, "到期当天"),
        ("overdue:3", NoticeKind.OVERDUE, "逾期 3 个工作日"),
        ("yellow:7", NoticeKind.OVERDUE, "黄单，逾期 7 个工作日"),
        ("red:15", NoticeKind.OVERDUE, "红单，逾期 15 个工作日"),
        ("signing:0", NoticeKind.SIGNING, "签收期限当天"),
        ("signing:3@20260612", NoticeKind.SIGNING, "过签收期限 3 个工作日"),
    ],
)
def test_a_step_in_words(rule: str, kind: NoticeKind, expected: str):
    assert step_words(rule, kind) == expected
