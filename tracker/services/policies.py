"""The thresholds and the calendar in force: the defaults, changed by what an administrator has saved."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, TypeVar

from sqlalchemy import String, Text, case, cast, func, literal, select, union_all
from sqlalchemy.orm import Session

from tracker.db.models import CalendarDay, ReminderOverride, Setting, Unit
from tracker.domain.calendar import WorkingCalendar
from tracker.domain.delivery import DeliveryPolicy
from tracker.domain.delivery_book import DeliveryBook
from tracker.domain.lights import LightPolicy
from tracker.domain.policy_book import Override, PolicyBook
from tracker.domain.reminders import ReminderPolicy

Policy = TypeVar("Policy", LightPolicy, ReminderPolicy, DeliveryPolicy)
Book = TypeVar("Book", PolicyBook, DeliveryBook)
RULES, BOOK, TIMES = "rules", "policy_book", "delivery_book"  # the keys under which a session keeps what it has read


@dataclass(frozen=True, slots=True)
class _Rules:
    settings: Mapping[str, Any]
    calendar: WorkingCalendar
    overrides: tuple[Override, ...]


def load_calendar(session: Session) -> WorkingCalendar:
    """Return the working calendar with the administrator's additions; read once a transaction."""
    return _rules(session).calendar


def load_light_policy(session: Session) -> LightPolicy:
    """Return the thresholds of the lights."""
    return _load(session, LightPolicy(), "light")


def load_reminder_policy(session: Session) -> ReminderPolicy:
    """Return the steps of the reminders."""
    return _load(session, ReminderPolicy(), "reminder")


def load_policy_book(session: Session) -> PolicyBook:
    """Return the steps of the reminders with their exceptions by unit and level; read once a transaction."""
    return _book(session, BOOK, lambda overrides: PolicyBook(load_reminder_policy(session), overrides))


def signing_day(session: Session, unit_path: str, level: str | None, *, today: date) -> date:
    """Return by when a task that is sent out today is to be signed for, by the rule of its lead unit and its level."""
    policy = load_policy_book(session).of(unit_path, level)
    return load_calendar(session).add(today, policy.signing_working_days)


def load_delivery_policy(session: Session) -> DeliveryPolicy:
    """Return when and how reminders leave."""
    return _load(session, DeliveryPolicy(), "delivery")


def load_delivery_book(session: Session) -> DeliveryBook:
    """Return when reminders leave, with the exceptions by unit and level; read once a transaction."""
    return _book(session, TIMES, lambda overrides: DeliveryBook(load_delivery_policy(session), overrides))


def is_sending_day(session: Session, day: date) -> bool:
    """Say whether reminders go out on ``day`` to anybody: it is worked, and not quiet for all."""
    return load_calendar(session).is_working(day) and not load_delivery_book(session).is_quiet_for_all(day)


def saved_settings(session: Session, prefix: str) -> dict[str, Any]:
    """Return what was saved under names that begin with ``prefix``, without it."""
    saved = _rules(session).settings
    return {name.removeprefix(prefix): value for name, value in saved.items() if name.startswith(prefix)}


def save_setting(session: Session, name: str, value: Any, *, user_id: int | None, now: datetime) -> None:
    """Save one value, e.g. ``light.working_days_left``; the readers of policies see it from the next transaction on."""
    session.merge(Setting(name=name, value=value, updated_at=now, updated_by_id=user_id))
    session.info.pop(RULES, None)


def forget_calendar(session: Session) -> None:
    """Make the next ``load_calendar`` of this session read anew, after days were changed."""
    session.info.pop(RULES, None)


def _load(session: Session, defaults: Policy, prefix: str) -> Policy:
    saved = _rules(session).settings
    changes = {
        field.name: _like(getattr(defaults, field.name), saved[f"{prefix}.{field.name}"])
        for field in dataclasses.fields(defaults)
        if f"{prefix}.{field.name}" in saved
    }
    return dataclasses.replace(defaults, **changes)


def _book(session: Session, key: str, make: Callable[[tuple[Override, ...]], Book]) -> Book:
    """Return what ``make`` makes of the exceptions, made once as long as the session's rules are the same."""
    kept, rules = session.info.get(key), _rules(session)
    if kept is None or kept[0] is not rules:
        kept = session.info[key] = (rules, make(rules.overrides))
    found: Book = kept[1]
    return found


def _rules(session: Session) -> _Rules:
    """Read settings and calendar once a session, in one statement: every page with lights needs both."""
    if RULES not in session.info:
        if session.new or session.dirty:
            session.flush()
        settings: dict[str, Any] = {}
        days: dict[date, bool] = {}
        overrides: list[Override] = []
        for kind, name, value in session.execute(_ALL_RULES):
            if kind == "setting":
                settings[name] = json.loads(value)
            elif kind == "override":
                key, path, level = name.split("|")
                overrides.append(Override(int(key), path or None, level or None, json.loads(value)))
            else:
                days[date.fromisoformat(name)] = value == "true"
        session.info[RULES] = _Rules(settings, WorkingCalendar(days), tuple(overrides))
    rules: _Rules = session.info[RULES]
    return rules


_ALL_RULES = union_all(
    select(literal("setting").label("kind"), Setting.name.label("name"), cast(Setting.value, Text).label("value")),
    select(literal("day"), cast(CalendarDay.day, String(10)), case((CalendarDay.works, "true"), else_="false")),
    select(
        literal("override"),
        cast(ReminderOverride.id, String(10))
        + literal("|")
        + func.coalesce(Unit.path, "")
        + literal("|")
        + func.coalesce(ReminderOverride.level, ""),
        cast(ReminderOverride.values, Text),
    ).outerjoin(Unit, ReminderOverride.unit_id == Unit.id),
)


def _like(default: Any, value: Any) -> Any:
    return tuple(value) if isinstance(default, tuple) else value
