"""The list of what could not be delivered, and of tasks nobody can be reminded of."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, select
from sqlalchemy import text as sql
from sqlalchemy.orm import Session, aliased, joinedload

from tracker.db.models import ClockHold, FailureKind, Message, Notice, Task, Unit, User
from tracker.db.queries.scope import below, unit_ids_in_scope
from tracker.domain.errors import NotFound
from tracker.domain.permissions import Actor
from tracker.domain.reminders import Channel
from tracker.domain.tasks import WORKING, TaskStatus

PAGE = 50
GIVEN_UP = sql("message.status = 'failed'")  # in the words of its partial index


@dataclass(frozen=True, slots=True)
class UndeliveredLine:
    """A message that was given up: to whom, why, what it carried, and whether it may have arrived."""

    id: int
    name: str
    unit_name: str
    channel: Channel
    address: str | None
    failure: FailureKind
    reason: str
    failed_at: datetime | None
    waiting_since: datetime
    attempts: int
    perhaps_arrived: bool
    notices: int
    titles: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class OwnerlessLine:
    """A running task without an owner who can be reached; ``owner_name`` is that of an account disabled or moved away."""

    id: int
    number: str | None
    title: str
    unit_name: str
    owner_name: str | None
    owner_active: bool | None


def in_sight(actor: Actor) -> ColumnElement[bool]:
    """Return the condition on ``Message`` that its recipient's unit is in the actor's scope."""
    people = select(User.id).where(User.unit_id.in_(unit_ids_in_scope(actor)))
    return Message.recipient_id.in_(people)


def undelivered(session: Session, actor: Actor, *, before: int | None = None) -> list[UndeliveredLine]:
    """Return a page of given-up messages in the actor's scope, newest first, and one more if there is one."""
    query = (
        select(Message)
        .where(GIVEN_UP, in_sight(actor))
        .options(joinedload(Message.recipient))
        .order_by(Message.id.desc())
        .limit(PAGE + 1)
    )
    messages = session.scalars(query if before is None else query.where(Message.id < before)).all()
    titles: dict[int, list[str]] = {}
    carried = select(Notice.message_id, Notice.title).where(
        Notice.message_id.in_([message.id for message in messages]), Notice.cancelled_at.is_(None)
    )
    for row in session.execute(carried.order_by(Notice.id)):
        titles.setdefault(row.message_id or 0, []).append(row.title)
    return [_line(message, titles.get(message.id, [])) for message in messages]


def get_undelivered(session: Session, actor: Actor, message_id: int) -> UndeliveredLine:
    """Return one message of the list; raises NotFound where it is not on it or out of sight."""
    message = session.scalar(
        select(Message)
        .where(Message.id == message_id, GIVEN_UP, in_sight(actor))
        .options(joinedload(Message.recipient))
    )
    if message is None:
        raise NotFound("这封提醒已经重新发送或已处理，或不在您的查看范围内。")
    titles = session.scalars(
        select(Notice.title).where(Notice.message_id == message_id, Notice.cancelled_at.is_(None)).order_by(Notice.id)
    )
    return _line(message, list(titles))


def clock_troubles(session: Session, actor: Actor) -> tuple[bool, int]:
    """Return whether the system's clock waits to be confirmed, and how many messages were given up; one statement."""
    held = select(func.count()).select_from(ClockHold).where(ClockHold.settled_at.is_(None)).scalar_subquery()
    failed = select(func.count()).select_from(Message).where(GIVEN_UP, in_sight(actor))
    row = session.execute(select(held, failed.scalar_subquery())).one()
    return bool(row[0]), int(row[1])


def ownerless(session: Session, actor: Actor, *, limit: int = 200) -> list[OwnerlessLine]:
    """Return running tasks in the actor's scope whose owner is missing or cannot be reached any more."""
    running, home = (*WORKING, TaskStatus.ASSIGNED), aliased(Unit)
    rows = session.execute(
        select(Task.id, Task.number, Task.title, Unit.short_name, User.name, User.is_active)
        .join(Unit, Task.lead_unit_id == Unit.id)
        .outerjoin(User, Task.owner_id == User.id)
        .outerjoin(home, User.unit_id == home.id)
        .where(
            Task.status.in_(running),
            Task.owner_id.is_(None) | User.is_active.is_(False) | ~Unit.path.startswith(home.path),
            below(actor.scope_path),
        )
        .order_by(Task.due_on, Task.id)
        .limit(limit)
    )
    return [OwnerlessLine(*row) for row in rows]


def _line(message: Message, titles: list[str]) -> UndeliveredLine:
    person = message.recipient
    return UndeliveredLine(
        id=message.id,
        name=person.name,
        unit_name=person.unit.short_name,
        channel=Channel(message.channel),
        address=message.address or person.email,
        failure=FailureKind(message.failure or FailureKind.REFUSED),
        reason=message.last_error or "",
        failed_at=message.failed_at,
        waiting_since=message.waiting_since,
        attempts=message.attempts,
        perhaps_arrived=message.handed_at is not None or message.resends > 0,
        notices=len(titles),
        titles=tuple(titles[:3]),
    )
