"""The thresholds and the calendar in force: the defaults, changed by what an administrator has saved."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.db.models import CalendarDay, Setting
from tracker.domain.calendar import WorkingCalendar
from tracker.domain.lights import LightPolicy
from tracker.domain.reminders import ReminderPolicy

Policy = TypeVar("Policy", LightPolicy, ReminderPolicy)


def load_calendar(session: Session) -> WorkingCalendar:
    """Return the working calendar with the administrator's additions; read once a transaction."""
    if "calendar" not in session.info:
        days = session.execute(select(CalendarDay.day, CalendarDay.works)).all()
        session.info["calendar"] = WorkingCalendar({row.day: row.works for row in days})
    calendar: WorkingCalendar = session.info["calendar"]
    return calendar


def load_light_policy(session: Session) -> LightPolicy:
    """Return the thresholds of the lights."""
    return _load(session, LightPolicy(), "light")


def load_reminder_policy(session: Session) -> ReminderPolicy:
    """Return the steps of the reminders."""
    return _load(session, ReminderPolicy(), "reminder")


def save_setting(session: Session, name: str, value: Any, *, user_id: int | None, now: datetime) -> None:
    """Save one value, e.g. ``light.working_days_left``; the readers of policies see it from the next transaction on."""
    session.merge(Setting(name=name, value=value, updated_at=now, updated_by_id=user_id))
    session.info.pop("settings", None)


def forget_calendar(session: Session) -> None:
    """Make the next ``load_calendar`` of this session read anew, after days were changed."""
    session.info.pop("calendar", None)


def _load(session: Session, defaults: Policy, prefix: str) -> Policy:
    saved = _settings(session)
    changes = {
        field.name: _like(getattr(defaults, field.name), saved[f"{prefix}.{field.name}"])
        for field in dataclasses.fields(defaults)
        if f"{prefix}.{field.name}" in saved
    }
    return dataclasses.replace(defaults, **changes)


def _settings(session: Session) -> Mapping[str, Any]:
    if "settings" not in session.info:
        session.info["settings"] = {row.name: row.value for row in session.execute(select(Setting.name, Setting.value))}
    values: Mapping[str, Any] = session.info["settings"]
    return values


def _like(default: Any, value: Any) -> Any:
    return tuple(value) if isinstance(default, tuple) else value
