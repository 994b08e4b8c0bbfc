"""The thresholds and the calendar in force: the defaults, changed by what an administrator has saved."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, TypeVar

from sqlalchemy import String, Text, case, cast, literal, select, union_all
from sqlalchemy.orm import Session

from tracker.db.models import CalendarDay, Setting
from tracker.domain.calendar import WorkingCalendar
from tracker.domain.lights import LightPolicy
from tracker.domain.reminders import ReminderPolicy

Policy = TypeVar("Policy", LightPolicy, ReminderPolicy)
RULES = "rules"  # the key under which a session keeps what it has read


@dataclass(frozen=True, slots=True)
class _Rules:
    settings: Mapping[str, Any]
    calendar: WorkingCalendar


def load_calendar(session: Session) -> WorkingCalendar:
    """Return the working calendar with the administrator's additions; read once a transaction."""
    return _rules(session).calendar


def load_light_policy(session: Session) -> LightPolicy:
    """Return the thresholds of the lights."""
    return _load(session, LightPolicy(), "light")


def load_reminder_policy(session: Session) -> ReminderPolicy:
    """Return the steps of the reminders."""
    return _load(session, ReminderPolicy(), "reminder")


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


def _rules(session: Session) -> _Rules:
    """Read settings and calendar once a session, in one statement: every page with lights needs both."""
    if RULES not in session.info:
        if session.new or session.dirty:
            session.flush()
        settings: dict[str, Any] = {}
        days: dict[date, bool] = {}
        for kind, name, value in session.execute(_ALL_RULES):
            if kind == "setting":
                settings[name] = json.loads(value)
            else:
                days[date.fromisoformat(name)] = value == "true"
        session.info[RULES] = _Rules(settings, WorkingCalendar(days))
    rules: _Rules = session.info[RULES]
    return rules


_ALL_RULES = union_all(
    select(literal("setting").label("kind"), Setting.name.label("name"), cast(Setting.value, Text).label("value")),
    select(literal("day"), cast(CalendarDay.day, String(10)), case((CalendarDay.works, "true"), else_="false")),
)


def _like(default: Any, value: Any) -> Any:
    return tuple(value) if isinstance(default, tuple) else value
