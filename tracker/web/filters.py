"""Template filters: how dates, moments, sizes, states and actions are written."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from flask import Flask

from tracker.domain.calendar import LOCAL_ZONE
from tracker.domain.tasks import ACTION_LABELS, STATUS_LABELS, TaskAction, TaskStatus

KILO = 1024


def day(value: date | datetime | str | None) -> str:
    """Write a day as 2026-06-30; nothing as a dash."""
    if value is None or value == "":
        return "—"
    if isinstance(value, datetime):
        value = value.astimezone(LOCAL_ZONE).date()
    return value if isinstance(value, str) else value.isoformat()


def moment(value: datetime | None) -> str:
    """Write a moment as 2026-06-30 08:30 in China's time."""
    return "—" if value is None else value.astimezone(LOCAL_ZONE).strftime("%Y-%m-%d %H:%M")


def file_size(value: int) -> str:
    """Write a size in bytes, kB or MB."""
    if value < KILO:
        return f"{value} 字节"
    return f"{value / KILO:.0f} kB" if value < KILO * KILO else f"{value / KILO / KILO:.1f} MB"


def number(value: float | None) -> str:
    """Write a figure without a needless fraction."""
    return "—" if value is None else f"{value:g}" if abs(value) < 1e6 else f"{value:,.0f}"


def status_label(value: TaskStatus | str) -> str:
    """Write a state in Chinese."""
    return STATUS_LABELS[TaskStatus(value)]


def action_label(value: TaskAction | str) -> str:
    """Write an action in Chinese."""
    return ACTION_LABELS[TaskAction(value)]


def as_day(value: str) -> date:
    """Return a day that was written as 2026-06-30."""
    return date.fromisoformat(value)


def as_choice(value: int) -> tuple[str, str]:
    """Return a year as an option of a list."""
    return str(value), f"{value} 年"


def words_of(choices: Iterable[tuple[str, str]] | None, value: str) -> str:
    """Write a choice of a form's list by its words; what is no choice as it is."""
    return dict(choices or ()).get(value, value)


def install_filters(app: Flask) -> None:
    """Register them."""
    for function in (day, moment, file_size, number, status_label, action_label, words_of, as_day, as_choice):
        app.add_template_filter(function)
