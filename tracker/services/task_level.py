"""How closely a task is watched (督办级别): set by the supervisor, decides which reminder steps hold."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from tracker.db.models import Task
from tracker.db.queries.scope import lock_task
from tracker.domain.errors import Forbidden, RuleViolation, StaleVersion
from tracker.domain.permissions import Actor, Role
from tracker.domain.policy_book import LEVEL_LABELS, TaskLevel
from tracker.domain.task_rules import check_year_open
from tracker.domain.tasks import OPEN
from tracker.services.alarms import reset_alarms
from tracker.services.audit import record
from tracker.services.task_changes import is_year_locked


def set_level(session: Session, actor: Actor, task_id: int, level: str, *, version: int, now: datetime) -> Task:
    """Set a task's level; its next reminders follow the rules of that level. Raises Forbidden, StaleVersion."""
    task = lock_task(session, actor, task_id)
    if actor.role is not Role.SUPERVISOR or not actor.sees(task.lead_unit.path):
        raise Forbidden
    if level not in set(TaskLevel):
        raise RuleViolation("请从列表中选择督办级别。", field="level")
    if task.status not in OPEN:
        raise RuleViolation("任务不在办理中，不能调整督办级别。", field="level")
    if task.version != version:
        raise StaleVersion
    check_year_open(locked=is_year_locked(session, task.unit_id, task.plan_year), plan_year=task.plan_year)
    before, after = level_of(task), TaskLevel(level)
    if before is after:
        return task
    task.level = None if after is TaskLevel.ROUTINE else after.value
    task.version, task.updated_at = task.version + 1, now
    record(
        session,
        actor,
        "task.level",
        "task",
        task.id,
        unit_path=task.lead_unit.path,
        summary=f"调整督办级别：{task.title}",
        changes={"level": (LEVEL_LABELS[before], LEVEL_LABELS[after])},
        now=now,
    )
    reset_alarms(session, task, now=now)
    return task


def level_of(task: Task) -> TaskLevel:
    """Return a task's level; none set is the routine one."""
    return TaskLevel(task.level) if task.level else TaskLevel.ROUTINE
