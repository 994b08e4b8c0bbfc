"""Writes notices: what was done to a task and whom it concerns. A notice is a row; the clock sends what leaves the house.

An event's notice is unique by its rule, so the rule of an event names the row it comes from (``returned:2``).
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from tracker.db.ignoring import insert_ignoring
from tracker.db.models import Notice, Report, Task, User
from tracker.domain.calendar import local_date
from tracker.domain.reminders import Channel, NoticeKind
from tracker.services.preferences import stand_in
from tracker.services.recipients import channels_of


def notify(
    session: Session,
    task: Task,
    *,
    rule: str,
    kind: NoticeKind,
    title: str,
    recipients: Iterable[User],
    now: datetime,
    reason: str = "",
    link: str = "",
    channels: tuple[Channel, ...] | None = None,
) -> int:
    """Insert the notices of one event for each recipient and channel; what is there already stays. Returns how many are new.

    ``channels`` narrows the person's own ones; ``link`` leads elsewhere than to the task.
    """
    rows = notice_rows(task, rule=rule, kind=kind, title=title, recipients=recipients, now=now, reason=reason)
    rows = [row | {"link": link or row["link"]} for row in rows if channels is None or row["channel"] in channels]
    return insert_notices(session, rows)


def notice_rows(
    task: Task,
    *,
    rule: str,
    kind: NoticeKind,
    title: str,
    recipients: Iterable[User],
    now: datetime,
    reason: str = "",
    slot: date | None = None,
    step_on: date | None = None,
) -> list[dict[str, Any]]:
    """Return the rows of one event, one for each recipient and channel; ``step_on`` is the day a step fell on."""
    event = {
        "task_id": task.id,
        "report_id": None,
        "rule": rule[:60],
        "due_version": task.due_version,
        "kind": kind,
        "slot": slot or local_date(now),
        "step_on": step_on,
        "title": title[:300],
        "reason": reason,
        "link": f"/tasks/{task.id}",
        "created_at": now,
    }
    return _rows(event, recipients)


def notify_of_report(
    session: Session,
    report: Report,
    *,
    rule: str,
    title: str,
    recipients: Iterable[User],
    now: datetime,
    link: str,
    reason: str = "",
) -> int:
    """Insert the notices of something done to a whole report. Returns how many are new."""
    about = {"task_id": None, "report_id": report.id, "due_version": 0, "link": link, "kind": NoticeKind.EVENT}
    event = {"rule": rule[:60], "slot": local_date(now), "step_on": None, "title": title[:300], "reason": reason}
    return insert_notices(session, _rows({**about, **event, "created_at": now}, recipients))


def _rows(event: dict[str, Any], recipients: Iterable[User]) -> list[dict[str, Any]]:
    return [
        {**event, "recipient_id": reader.id, "channel": channel, "reason": f"{mark}{event['reason']}"[:300]}
        for person in {person.id: person for person in recipients}.values()
        for reader, channel, mark in readers_of(person, event["slot"])
    ]


def readers_of(person: User, day: date) -> list[tuple[User, Channel, str]]:
    """Return who reads what is meant for a person, by which channel, and the mark of what a deputy gets.

    During an absence all but the person's own inbox goes to the deputy.
    """
    deputy = stand_in(person, day)
    if deputy is None:
        return [(person, channel, "") for channel in channels_of(person)]
    mark = f"代{person.name}收："
    return [(person, Channel.INBOX, ""), *((deputy, channel, mark) for channel in channels_of(deputy))]


def insert_notices(session: Session, rows: list[dict[str, Any]]) -> int:
    """Insert notice rows, ignoring those whose unique key is there; returns the number inserted."""
    return insert_ignoring(session, Notice, rows)
