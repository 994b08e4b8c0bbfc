"""A feed of deadlines for calendar programs (RFC 5545, RFC 7986): the same tasks give the same bytes.

Nothing in it depends on the moment it is asked for, so that a program that asks each hour is told that nothing changed.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from tracker.exports.deadline_events import ics_fold, ics_text

REFRESH = "PT4H"


@dataclass(frozen=True, slots=True)
class FeedEvent:
    """A task's deadline as a whole day."""

    task_id: int
    title: str
    description: str
    due_on: date
    link: str
    revision: int
    changed_at: datetime


def write_feed(events: Iterable[FeedEvent], *, name: str, host: str, product_name: str) -> bytes:
    """Return the feed; ``host`` makes the events' ids the installation's own."""
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        f"PRODID:-//{ics_text(product_name)}//ZH",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
        f"NAME:{ics_text(name)}",
        f"X-WR-CALNAME:{ics_text(name)}",
        "X-WR-TIMEZONE:Asia/Shanghai",
        f"REFRESH-INTERVAL;VALUE=DURATION:{REFRESH}",
        f"X-PUBLISHED-TTL:{REFRESH}",
    ]
    for event in events:
        lines += _event(event, host)
    lines.append("END:VCALENDAR")
    return "".join(f"{ics_fold(line)}\r\n" for line in lines).encode()


def _event(event: FeedEvent, host: str) -> list[str]:
    stamp = event.changed_at.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
    return [
        "BEGIN:VEVENT",
        f"UID:task-{event.task_id}@{host}",
        f"DTSTAMP:{stamp}",
        f"LAST-MODIFIED:{stamp}",
        f"SEQUENCE:{event.revision}",
        f"DTSTART;VALUE=DATE:{event.due_on:%Y%m%d}",
        f"DTEND;VALUE=DATE:{event.due_on + timedelta(days=1):%Y%m%d}",
        f"SUMMARY:{ics_text('到期：' + event.title)}",
        f"DESCRIPTION:{ics_text(event.description)}",
        f"URL:{event.link}",
        "CLASS:PRIVATE",
        "TRANSP:TRANSPARENT",
        "X-MICROSOFT-CDO-BUSYSTATUS:FREE",
        "END:VEVENT",
    ]
