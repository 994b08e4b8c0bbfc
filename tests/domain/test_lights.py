"""The lights: each rule, its order, and the words that explain it."""

from __future__ import annotations

from datetime import date

import pytest

from tracker.domain.calendar import WorkingCalendar
from tracker.domain.lights import (
    LIGHT_LABELS,
    Light,
    LightPolicy,
    TaskDates,
    elapsed_share,
    is_overdue,
    light_for,
    progress_due_on,
)
from tracker.domain.tasks import TaskStatus

S = TaskStatus
TODAY = date(2026, 6, 10)  # a Wednesday
JANUARY = date(2026, 1, 1)
CALENDAR = WorkingCalendar()


def light(status: TaskStatus, due_on: date | None, policy: LightPolicy | None = None, **values):
    return light_for(TaskDates(status, due_on, **values), TODAY, CALENDAR, policy or LightPolicy())


@pytest.mark.parametrize(
    ("status", "due_on", "values", "expected", "reason"),
    [
        (S.IN_PROGRESS, date(2026, 6, 9), {}, Light.RED, "已超过时限 1 天"),
        (S.ASSIGNED, date(2026, 5, 31), {}, Light.RED, "已超过时限 10 天"),
        (S.IN_REVIEW, date(2026, 6, 1), {}, Light.RED, "已超过时限 9 天"),
        (S.IN_PROGRESS, TODAY, {}, Light.YELLOW, "今日到期"),
        (S.IN_PROGRESS, date(2026, 6, 18), {}, Light.YELLOW, "距时限还有 6 个工作日"),
        # 19 June 2026 is the Dragon Boat Festival: the seventh working day is the Monday after it
        (S.IN_PROGRESS, date(2026, 6, 22), {}, Light.YELLOW, "距时限还有 7 个工作日"),
        (S.IN_PROGRESS, date(2026, 6, 23), {}, Light.GREEN, "按计划推进"),
        (S.IN_PROGRESS, date(2026, 12, 31), {"started_on": JANUARY, "percent": 29}, Light.GREEN, "按计划推进"),
        (
            S.IN_PROGRESS,
            date(2026, 12, 31),
            {"started_on": JANUARY, "percent": 28},
            Light.YELLOW,
            "进度 28%，落后序时进度 16 个百分点",
        ),
        (
            S.IN_PROGRESS,
            date(2026, 12, 31),
            {"progress_due_on": date(2026, 3, 31)},
            Light.YELLOW,
            "应于 2026-03-31 前反馈进展，尚未收到",
        ),
        (S.IN_PROGRESS, None, {}, Light.GREY, "没有时限"),
        (S.ESTABLISHED, date(2026, 6, 1), {}, Light.GREY, "已立项，尚未交办"),
        (S.SUSPENDED, date(2026, 6, 1), {}, Light.GREY, "已暂缓，停止计时"),
        (S.WITHDRAWN, date(2026, 6, 1), {}, Light.GREY, "已撤销"),
        (S.UNFINISHED, date(2026, 6, 1), {}, Light.GREY, "年度结束未完成"),
        (S.CARRIED_OVER, date(2026, 6, 1), {}, Light.GREY, "已结转下年"),
        (S.ARCHIVED, date(2026, 6, 1), {}, Light.GREY, "已归档"),
        (S.CLOSED, date(2026, 6, 1), {"completed_on": date(2026, 6, 1)}, Light.CLOSED_ON_TIME, "在时限内完成"),
        (S.CLOSED, date(2026, 6, 1), {"completed_on": date(2026, 6, 4)}, Light.CLOSED_LATE, "实际完成晚于时限 3 天"),
        (S.ARCHIVED, date(2026, 6, 1), {"completed_on": date(2026, 6, 4)}, Light.CLOSED_LATE, "实际完成晚于时限 3 天"),
    ],
)
def test_each_light_and_its_reason(status, due_on, values, expected, reason):
    verdict = light(status, due_on, **values)
    assert (verdict.light, verdict.reason) == (expected, reason)


def test_the_thresholds_are_settings():
    assert light(S.IN_PROGRESS, date(2026, 6, 18), LightPolicy(working_days_left=5)).light is Light.GREEN
    behind = {"started_on": JANUARY, "percent": 10}
    assert light(S.IN_PROGRESS, date(2026, 12, 31), LightPolicy(behind_points=40), **behind).light is Light.GREEN


def test_overdue_is_for_open_tasks_whose_clock_runs():
    past = date(2026, 6, 9)
    overdue = {status for status in TaskStatus if is_overdue(status, past, TODAY)}
    assert overdue == {S.ASSIGNED, S.IN_PROGRESS, S.IN_REVIEW, S.RETURNED}
    assert not is_overdue(S.IN_PROGRESS, TODAY, TODAY)
    assert not is_overdue(S.IN_PROGRESS, None, TODAY)


@pytest.mark.parametrize(
    ("started", "due", "share"),
    [
        (JANUARY, date(2026, 12, 31), 44),
        (TODAY, date(2026, 12, 31), 0),
        (JANUARY, TODAY, 100),
        (JANUARY, date(2026, 2, 1), 100),
        (date(2026, 7, 1), date(2026, 12, 31), 0),
        (None, date(2026, 12, 31), None),
        (TODAY, TODAY, None),
    ],
)
def test_the_elapsed_share_of_the_time(started, due, share):
    assert elapsed_share(started, due, TODAY) == share


@pytest.mark.parametrize(
    ("recurring", "assigned", "last", "today", "missing"),
    [
        ("quarter", date(2026, 1, 1), None, date(2026, 3, 31), None),
        ("quarter", date(2026, 1, 1), None, date(2026, 4, 1), date(2026, 3, 31)),
        ("quarter", date(2026, 1, 1), date(2026, 2, 10), date(2026, 4, 1), None),
        ("quarter", date(2026, 1, 1), date(2026, 4, 2), date(2026, 4, 3), None),  # late, but it came
        ("quarter", date(2026, 1, 1), date(2026, 2, 10), date(2026, 7, 1), date(2026, 6, 30)),
        ("quarter", date(2026, 3, 2), None, date(2026, 4, 1), None),  # sent out in the middle of the period
        ("month", date(2026, 3, 2), None, date(2026, 5, 1), date(2026, 4, 30)),
        ("month", date(2024, 1, 1), None, date(2024, 3, 1), None),  # another year's task: nothing of 2026 yet
        ("half_year", date(2026, 1, 1), None, date(2026, 7, 1), date(2026, 6, 30)),
        ("month", date(2026, 1, 1), date(2026, 12, 1), date(2027, 1, 5), None),
        (None, date(2026, 1, 1), None, date(2026, 12, 31), None),
        ("month", None, None, date(2026, 12, 31), None),
    ],
)
def test_missing_periodic_reports(recurring, assigned, last, today, missing):
    assert progress_due_on(recurring, 2026, assigned, last, today) == missing


def test_every_light_has_its_word():
    assert set(LIGHT_LABELS) == set(Light)
