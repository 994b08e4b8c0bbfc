"""Changing the rules of the installation: thresholds of the lights, steps of the reminders, the working calendar.

They hold for everybody, so only an administrator of a unit at the top of the tree changes them.
"""

from __future__ import annotations

import dataclasses
import hashlib
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from tracker.db.models import CalendarDay, Unit
from tracker.domain.calendar import local_date
from tracker.domain.delivery import DeliveryPolicy, checked_delivery, delivery_written
from tracker.domain.delivery_book import checked_times
from tracker.domain.errors import Forbidden, RuleViolation, StaleVersion
from tracker.domain.lights import LightPolicy
from tracker.domain.permissions import Actor, Role
from tracker.domain.policy_book import changed
from tracker.domain.reminders import ReminderPolicy
from tracker.domain.rules import RuleRefused, checked_lights, checked_reminders, written
from tracker.services.alarms import recheck_alarms
from tracker.services.audit import differences, record
from tracker.services.policies import (
    forget_calendar,
    load_delivery_policy,
    load_light_policy,
    load_policy_book,
    load_reminder_policy,
    save_setting,
)
from tracker.services.regathering import hold_back_quiet

LONGEST_RANGE = 31
YEARS_AHEAD = 3
OBJECT = "setting"
Rules = LightPolicy | ReminderPolicy | DeliveryPolicy
CALENDAR = "calendar"


class DaysRefused(RuleViolation):
    """起止日期不合适，请核对后重新填写。"""


@dataclass(frozen=True, slots=True)
class DayRange:
    """Days from ``first`` to ``last`` that are all worked (调休上班) or all free (放假), with the reason."""

    first: date
    last: date
    works: bool
    note: str = ""


def may_change_rules(actor: Actor) -> bool:
    """Say whether the person is an administrator at the top of the tree."""
    return actor.role is Role.ADMIN and actor.scope_path.count("/") == 1


def fingerprint(policy: Rules) -> str:
    """Return what a form carries to tell whether the values were changed meanwhile."""
    return hashlib.sha256(repr(words_of(policy)).encode()).hexdigest()[:16]


def words_of(policy: Rules) -> dict[str, str]:
    """Return each value of a policy as words, by the name of its field."""
    return delivery_written(policy) if isinstance(policy, DeliveryPolicy) else written(policy)


def change_lights(session: Session, actor: Actor, policy: LightPolicy, *, version: str, now: datetime) -> LightPolicy:
    """Change the thresholds of the lights; the lights follow at once, they are derived."""
    check_may_change_rules(actor)
    lock_rules(session)
    before, policy = load_light_policy(session), checked_lights(policy)
    _save(session, actor, "light", "修改亮灯规则", before, policy, version, now)
    return policy


def change_reminders(
    session: Session, actor: Actor, policy: ReminderPolicy, *, version: str, now: datetime
) -> ReminderPolicy:
    """Change the steps of the reminders; every open task's next reminder is worked out anew."""
    check_may_change_rules(actor)
    lock_rules(session)
    before, policy = load_reminder_policy(session), checked_reminders(policy)
    _check_exceptions(session, policy)
    if _save(session, actor, "reminder", "修改提醒规则", before, policy, version, now):
        recheck_alarms(session, now=now)
    return policy


def change_delivery(
    session: Session, actor: Actor, policy: DeliveryPolicy, *, version: str, now: datetime
) -> DeliveryPolicy:
    """Change the hour, the window, the quiet days and the channels nobody may turn off."""
    check_may_change_rules(actor)
    lock_rules(session)
    before, policy = load_delivery_policy(session), checked_delivery(policy)
    _check_hours(session, policy)
    if _save(session, actor, "delivery", "修改发送时间和渠道规则", before, policy, version, now):
        hold_back_quiet(session, now=now)
    return policy


def add_days(session: Session, actor: Actor, days: DayRange, *, now: datetime) -> int:
    """Enter days as worked or free, whatever the official table says; returns how many."""
    check_may_change_rules(actor)
    _check_days(days, local_date(now))
    lock_rules(session)
    for day in _each(days.first, days.last):
        session.merge(CalendarDay(day=day, works=days.works, note=days.note))
    _changed_calendar(session, actor, days, f"{'调休上班' if days.works else '放假'}：{_span(days)}", now)
    return (days.last - days.first).days + 1


def remove_days(session: Session, actor: Actor, first: date, last: date, *, now: datetime) -> int:
    """Take entered days out again, so that the official table holds; returns how many there were."""
    check_may_change_rules(actor)
    lock_rules(session)
    gone = session.scalars(
        delete(CalendarDay).where(CalendarDay.day.between(first, last)).returning(CalendarDay.day)
    ).all()
    if gone:
        span = DayRange(first, last, works=True)
        _changed_calendar(session, actor, span, f"删除工作日调整：{_span(span)}", now)
    return len(gone)


def _save(
    session: Session,
    actor: Actor,
    prefix: str,
    summary: str,
    before: Rules,
    after: Rules,
    version: str,
    now: datetime,
) -> bool:
    if version != fingerprint(before):
        raise StaleVersion
    changes = differences(words_of(before), words_of(after))
    for field in dataclasses.fields(after):
        if field.name in changes:
            value = getattr(after, field.name)
            name = f"{prefix}.{field.name}"
            save_setting(session, name, list(value) if isinstance(value, tuple) else value, user_id=actor.id, now=now)
    if changes:
        record(
            session,
            actor,
            f"setting.{prefix}",
            OBJECT,
            None,
            unit_path=actor.scope_path,
            summary=summary,
            changes=changes,
            now=now,
        )
    return bool(changes)


def _changed_calendar(session: Session, actor: Actor, days: DayRange, summary: str, now: datetime) -> None:
    session.flush()
    forget_calendar(session)
    recheck_alarms(session, now=now)
    record(
        session,
        actor,
        "calendar.change",
        CALENDAR,
        None,
        unit_path=actor.scope_path,
        summary=summary,
        reason=days.note,
        now=now,
    )


def check_may_change_rules(actor: Actor) -> None:
    """Raise Forbidden unless the person may change the rules of the installation."""
    if actor.role is not Role.ADMIN:
        raise Forbidden
    if not may_change_rules(actor):
        raise Forbidden("这些规则对全系统有效，由最上级单位的系统管理员修改。")


def _check_exceptions(session: Session, policy: ReminderPolicy) -> None:
    """Raise where an exception would no longer make sense together with the new rules."""
    for override in load_policy_book(session).overrides:
        try:
            checked_reminders(changed(policy, override.values))
        except RuleViolation as error:
            raise RuleRefused(
                f"与一条例外规则不能同时成立：{error.message}请先修改例外规则。", field=error.field
            ) from error


def _check_hours(session: Session, policy: DeliveryPolicy) -> None:
    """Raise where the hour of an exception would lie outside the new window."""
    for override in load_policy_book(session).overrides:
        try:
            checked_times(policy, override.values)
        except RuleViolation as error:
            hour = override.values["hour"]
            raise RuleRefused(
                f"有一条例外规则的发送时间是 {hour}，不在这个范围里，请先修改例外规则。", field="window_from"
            ) from error


def _check_days(days: DayRange, today: date) -> None:
    if days.last < days.first:
        raise DaysRefused("结束日期不能早于开始日期。", field="last")
    if (days.last - days.first).days >= LONGEST_RANGE:
        raise DaysRefused(f"一次最多填写 {LONGEST_RANGE} 天，请分次填写。", field="last")
    if days.first.year < today.year - 1 or days.last.year > today.year + YEARS_AHEAD:
        raise DaysRefused(f"日期应在 {today.year - 1} 年到 {today.year + YEARS_AHEAD} 年之间。", field="first")


def lock_rules(session: Session) -> None:
    """Let rules be changed by one at a time: whoever holds the first unit's row."""
    session.execute(select(Unit.id).order_by(Unit.id).limit(1).with_for_update())


def _each(first: date, last: date) -> list[date]:
    return [first + timedelta(days=offset) for offset in range((last - first).days + 1)]


def _span(days: DayRange) -> str:
    return str(days.first) if days.first == days.last else f"{days.first} 至 {days.last}"
