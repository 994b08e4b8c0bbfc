"""New deadlines as a small calendar file (RFC 5545): one whole-day event a task, replaced when its deadline moves."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

LONGEST_LINE = 75  # octets


@dataclass(frozen=True, slots=True)
class DeadlineEvent:
    """A task's deadline. ``revision`` rises when it moves, so that calendars replace the earlier one."""

    task_id: int
    title: str
    due_on: date
    link: str
    revision: int


def deadline_calendar(events: Iterable[DeadlineEvent], *, host: str, product_name: str, now: datetime) -> bytes:
    """Return the calendar file; ``host`` makes the events' ids the installation's own."""
    stamp = now.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        f"PRODID:-//{ics_text(product_name)}//ZH",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
    ]
    for event in events:
        lines += [
            "BEGIN:VEVENT",
            f"UID:task-{event.task_id}@{host}",
            f"DTSTAMP:{stamp}",
            f"SEQUENCE:{event.revision}",
            f"DTSTART;VALUE=DATE:{event.due_on:%Y%m%d}",
            f"DTEND;VALUE=DATE:{event.due_on + timedelta(days=1):%Y%m%d}",
            f"SUMMARY:{ics_text('到期：' + event.title)}",
            f"URL:{event.link}",
            "TRANSP:TRANSPARENT",
            "END:VEVENT",
        ]
    lines.append("END:VCALENDAR")
    return "".join(f"{ics_fold(line)}\r\n" for line in lines).encode()


def ics_text(value: str) -> str:
    """Return a value as a calendar file writes it, on one line."""
    escaped = value.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")
    return " ".join(escaped.split())


def ics_fold(line: str) -> str:
    """Break a line so that none is longer than 75 octets; a character is never split."""
    parts, size = [""], 0
    for char in line:
        width = len(char.encode())
        if size + width > LONGEST_LINE:
            parts.append("")
            size = 1  # the space a continued line begins with
        parts[-1] += char
        size += width
    return "\r\n ".join(parts)
