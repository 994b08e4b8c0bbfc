"""Exceptions to the reminder rules: other steps for a branch of units, for a level of tasks, or for both."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from tracker.db.models import ReminderOverride, Task, Unit
from tracker.db.queries.scope import below, get_unit
from tracker.domain.delivery_book import EXCEPTION_LABELS, checked_exception, shown_exception
from tracker.domain.errors import NotFound, RuleViolation, StaleVersion
from tracker.domain.permissions import Actor
from tracker.domain.policy_book import LEVEL_LABELS, TaskLevel
from tracker.domain.rules import RuleRefused
from tracker.domain.tasks import OPEN
from tracker.services.alarms import recheck_alarms
from tracker.services.audit import differences, record
from tracker.services.policies import forget_calendar, load_delivery_policy, load_reminder_policy
from tracker.services.regathering import hold_back_quiet
from tracker.services.rules import check_may_change_rules, lock_rules

MOST = 200


class OverrideExists(RuleViolation):
    """这个单位和级别已有一条例外规则，请修改那一条。"""


@dataclass(frozen=True, slots=True)
class OverrideDraft:
    """What an administrator filled in; ``values`` as typed, empty ones are inherited."""

    unit_id: int | None
    level: str | None
    values: Mapping[str, str]


def list_overrides(session: Session) -> list[ReminderOverride]:
    """Return all exceptions, the wider ones first."""
    query = select(ReminderOverride).options(joinedload(ReminderOverride.unit)).order_by(ReminderOverride.id)
    return sorted(session.scalars(query), key=lambda row: (row.unit.path if row.unit else "", row.level or ""))


def get_override(session: Session, override_id: int) -> ReminderOverride:
    """Return an exception; raises NotFound."""
    row = session.scalar(select(ReminderOverride).where(ReminderOverride.id == override_id))
    if row is None:
        raise NotFound("没有找到这条例外规则，可能已被删除。")
    return row


def save_override(
    session: Session,
    actor: Actor,
    override_id: int | None,
    draft: OverrideDraft,
    *,
    version: int,
    now: datetime,
) -> ReminderOverride:
    """Add an exception or change one; open tasks' next reminders are worked out anew. Raises RuleRefused, StaleVersion."""
    check_may_change_rules(actor)
    lock_rules(session)
    values = checked_exception(load_reminder_policy(session), load_delivery_policy(session), draft.values)
    row = ReminderOverride(version=0) if override_id is None else get_override(session, override_id)
    if override_id is not None and row.version != version:
        raise StaleVersion
    before = values_shown(row.values or {})
    _place(session, actor, row, draft)
    row.values, row.version = values, row.version + 1
    row.updated_at, row.updated_by_id = now, actor.id
    session.add(row)
    _settle(session, now)
    after = values_shown(values)
    gone = {label: (value, None) for label, value in before.items() if label not in after}
    record(
        session,
        actor,
        "setting.override",
        "setting",
        row.id,
        unit_path=actor.scope_path,
        summary=f"{'修改' if override_id else '新增'}例外提醒规则：{override_words(row)}",
        changes=differences(before, after) | gone,
        now=now,
    )
    return row


def delete_override(session: Session, actor: Actor, override_id: int, *, version: int, now: datetime) -> None:
    """Take an exception away: the wider rules hold again."""
    check_may_change_rules(actor)
    lock_rules(session)
    row = get_override(session, override_id)
    if row.version != version:
        raise StaleVersion
    words, gone = override_words(row), values_shown(row.values)
    session.delete(row)
    _settle(session, now)
    record(
        session,
        actor,
        "setting.override",
        "setting",
        override_id,
        unit_path=actor.scope_path,
        summary=f"删除例外提醒规则：{words}",
        changes={label: (value, None) for label, value in gone.items()},
        now=now,
    )


def values_shown(values: Mapping[str, str]) -> dict[str, str]:
    """Return the values of an exception as people read them, by their labels; of a field that is no more, nothing."""
    known = (name for name in EXCEPTION_LABELS if name in values)
    return {EXCEPTION_LABELS[name]: shown_exception(name, values[name]) for name in known}


def override_words(row: ReminderOverride) -> str:
    """Say what tasks an exception is for."""
    unit = f"{row.unit.name}及下级单位" if row.unit else "全部单位"
    return f"{unit}的{LEVEL_LABELS[TaskLevel(row.level)] if row.level else '全部'}任务"


def tasks_concerned(session: Session, unit: Unit | None, level: str | None) -> int:
    """Count the open tasks an exception is for."""
    query = select(func.count()).select_from(Task).where(Task.status.in_(OPEN))
    if unit is not None:
        query = query.where(Task.lead_unit_id.in_(select(Unit.id).where(below(unit.path))))
    if level == TaskLevel.KEY:
        query = query.where(Task.level == level)
    elif level:
        query = query.where(Task.level.is_(None) | (Task.level != TaskLevel.KEY.value))
    return session.scalar(query) or 0


def check_place(session: Session, override_id: int | None, draft: OverrideDraft) -> None:
    """Raise RuleRefused or OverrideExists where an exception cannot be for what is filled in."""
    if draft.unit_id is None and draft.level is None:
        raise RuleRefused("请选择单位或任务级别，至少一项；全部任务的规则在“提醒规则”里修改。", field="unit_id")
    if draft.level is not None and draft.level not in set(TaskLevel):
        raise RuleRefused("请从列表中选择任务级别。", field="level")
    same = select(ReminderOverride.id).where(
        ReminderOverride.unit_id.is_(None) if draft.unit_id is None else ReminderOverride.unit_id == draft.unit_id,
        ReminderOverride.level.is_(None) if draft.level is None else ReminderOverride.level == draft.level,
    )
    if any(found != override_id for found in session.scalars(same)):
        raise OverrideExists(field="unit_id")
    count = session.scalar(select(func.count()).select_from(ReminderOverride)) or 0
    if override_id is None and count >= MOST:
        raise RuleRefused(f"例外规则最多 {MOST} 条。")


def _place(session: Session, actor: Actor, row: ReminderOverride, draft: OverrideDraft) -> None:
    with session.no_autoflush:
        check_place(session, row.id, draft)
        row.unit = get_unit(session, actor, draft.unit_id) if draft.unit_id is not None else None
        row.level = draft.level


def _settle(session: Session, now: datetime) -> None:
    session.flush()
    forget_calendar(session)
    recheck_alarms(session, now=now)
    hold_back_quiet(session, now=now)
