"""The lights: derived from dates and progress, never stored, always shown with the rule that fired."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from tracker.domain.calendar import WorkingCalendar
from tracker.domain.tasks import OPEN, TaskStatus


class Light(StrEnum):
    """绿 黄 红 灰, and the two words a closed task shows."""

    GREEN = "green"
    YELLOW = "yellow"
    RED = "red"
    GREY = "grey"
    CLOSED_ON_TIME = "closed_on_time"
    CLOSED_LATE = "closed_late"


LIGHT_LABELS: dict[Light, str] = {
    Light.GREEN: "正常",
    Light.YELLOW: "预警",
    Light.RED: "逾期",
    Light.GREY: "不计时",
    Light.CLOSED_ON_TIME: "按期办结",
    Light.CLOSED_LATE: "逾期办结",
}


@dataclass(frozen=True, slots=True)
class LightPolicy:
    """The thresholds; an administrator may change them."""

    working_days_left: int = 7
    behind_points: int = 15


@dataclass(frozen=True, slots=True)
class TaskDates:
    """What the light depends on. ``started_on`` is the day the duty began, ``completed_on`` the actual completion.

    ``progress_due_on`` is the day by which a periodic progress report was due and has not come, if any.
    """

    status: TaskStatus
    due_on: date | None
    started_on: date | None = None
    completed_on: date | None = None
    percent: int = 0
    progress_due_on: date | None = None


@dataclass(frozen=True, slots=True)
class LightVerdict:
    """A light and the sentence that explains it."""

    light: Light
    reason: str


NOT_RUNNING = {
    TaskStatus.PROPOSED: "尚未立项",
    TaskStatus.ESTABLISHED: "已立项，尚未交办",
    TaskStatus.SUSPENDED: "已暂缓，停止计时",
    TaskStatus.WITHDRAWN: "已撤销",
    TaskStatus.DISMISSED: "不予立项",
    TaskStatus.UNFINISHED: "年度结束未完成",
    TaskStatus.CARRIED_OVER: "已结转下年",
}


def near_until(today: date, calendar: WorkingCalendar, policy: LightPolicy) -> date:
    """Return the last day that is near (黄): from the day after it on, more working days than the threshold are left."""
    return calendar.add(today, policy.working_days_left + 1) - timedelta(days=1)


def is_overdue(status: TaskStatus, due_on: date | None, today: date) -> bool:
    """Say whether a task is open, its clock runs and its day has passed."""
    return (
        status in OPEN
        and status not in {TaskStatus.SUSPENDED, TaskStatus.ESTABLISHED}
        and due_on is not None
        and due_on < today
    )


def elapsed_share(started_on: date | None, due_on: date | None, today: date) -> int | None:
    """Return the elapsed share of the time in percent (序时进度), 0..100; None where it cannot be told."""
    if started_on is None or due_on is None or due_on <= started_on:
        return None
    return max(0, min(100, round(100 * (today - started_on).days / (due_on - started_on).days)))


def progress_due_on(
    recurring: str | None, plan_year: int, assigned_on: date | None, last_progress_on: date | None, today: date
) -> date | None:
    """Return the end of the newest period whose periodic report of progress is missing, or None.

    ``recurring`` is month, quarter or half_year. Only periods of the plan year count that lay wholly within the time
    the task was out; a report filed in the period or after it answers it.
    """
    months = {"month": 1, "quarter": 3, "half_year": 6}.get(recurring or "")
    if months is None or assigned_on is None:
        return None
    missing = None
    for first in range(1, 13, months):
        start = date(plan_year, first, 1)
        end = _month_end(plan_year, first + months - 1)
        if end >= today:
            break
        if assigned_on <= start and (last_progress_on is None or last_progress_on < start):
            missing = end
    return missing


def _month_end(year: int, month: int) -> date:
    return date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)


def light_for(task: TaskDates, today: date, calendar: WorkingCalendar, policy: LightPolicy) -> LightVerdict:
    """Return the light of a task on ``today`` with its reason."""
    if task.status in {TaskStatus.CLOSED, TaskStatus.ARCHIVED} and task.completed_on is not None:
        return _closed_light(task)
    if task.status in NOT_RUNNING or task.due_on is None:
        return LightVerdict(Light.GREY, NOT_RUNNING.get(task.status, "没有时限"))
    if task.status == TaskStatus.ARCHIVED:
        return LightVerdict(Light.GREY, "已归档")
    if task.due_on < today:
        return LightVerdict(Light.RED, f"已超过时限 {(today - task.due_on).days} 天")
    return _running_light(task, task.due_on, today, calendar, policy)


def _closed_light(task: TaskDates) -> LightVerdict:
    if task.due_on is not None and task.completed_on is not None and task.completed_on > task.due_on:
        late = (task.completed_on - task.due_on).days
        return LightVerdict(Light.CLOSED_LATE, f"实际完成晚于时限 {late} 天")
    return LightVerdict(Light.CLOSED_ON_TIME, "在时限内完成")


def _running_light(
    task: TaskDates, due_on: date, today: date, calendar: WorkingCalendar, policy: LightPolicy
) -> LightVerdict:
    # counting working days over a year is wasted work: three calendar weeks always hold more than the threshold
    if (due_on - today).days <= policy.working_days_left * 3:
        left = calendar.between(today, due_on)
        if left <= policy.working_days_left:
            return LightVerdict(Light.YELLOW, "今日到期" if due_on == today else f"距时限还有 {left} 个工作日")
    elapsed = elapsed_share(task.started_on, due_on, today)
    if elapsed is not None and elapsed - task.percent > policy.behind_points:
        return LightVerdict(Light.YELLOW, f"进度 {task.percent}%，落后序时进度 {elapsed - task.percent} 个百分点")
    if task.progress_due_on is not None and task.progress_due_on < today:
        return LightVerdict(Light.YELLOW, f"应于 {task.progress_due_on.isoformat()} 前反馈进展，尚未收到")
    return LightVerdict(Light.GREEN, "按计划推进")
