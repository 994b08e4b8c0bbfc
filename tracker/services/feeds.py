"""Private calendar feeds: an address with a token opens a person's or a unit's deadlines, without signing in.

Only the token's digest is kept. What a feed shows is what its maker may see at the moment it is asked for.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from urllib.parse import urlsplit

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session, joinedload

from tracker.db.models import CalendarFeed, Task, Unit
from tracker.db.queries.scope import below, get_unit, leads_in_scope, may_see_task
from tracker.domain.errors import NotFound, RuleViolation
from tracker.domain.permissions import BUSINESS_READERS, Actor
from tracker.domain.tasks import STATUS_LABELS, WORKING, TaskStatus
from tracker.exports.calendar_feed import FeedEvent, write_feed
from tracker.services.audit import record
from tracker.settings import Settings

RUNNING = (*WORKING, TaskStatus.ASSIGNED, TaskStatus.IN_REVIEW)
MOST_FEEDS = 10
MOST_EVENTS = 2000
TOKEN_LENGTH = 43  # of 32 random bytes
NOTED_EVERY = timedelta(hours=1)


class TooManyFeeds(RuleViolation):
    """日历地址最多 10 个，请先停用不再用的。"""


@dataclass(frozen=True, slots=True)
class OpenFeed:
    """A feed found by its token: its id, whose it is, of which unit, and whether its use is to be noted."""

    id: int
    actor: Actor
    unit: Unit | None
    note_use: bool


def list_feeds(session: Session, actor: Actor) -> list[CalendarFeed]:
    """Return the acting person's feeds that have not been revoked, newest first."""
    query = (
        select(CalendarFeed)
        .where(CalendarFeed.user_id == actor.id, CalendarFeed.revoked_at.is_(None))
        .options(joinedload(CalendarFeed.unit))
        .order_by(CalendarFeed.id.desc())
    )
    return list(session.scalars(query))


def create_feed(session: Session, actor: Actor, unit_id: int | None, *, now: datetime) -> str:
    """Make a feed of the person's own tasks, or of a unit in sight; returns the token, which is shown once."""
    unit = get_unit(session, actor, unit_id) if unit_id is not None else None
    kept = select(func.count()).select_from(CalendarFeed)
    own = kept.where(CalendarFeed.user_id == actor.id, CalendarFeed.revoked_at.is_(None))
    if (session.scalar(own) or 0) >= MOST_FEEDS:
        raise TooManyFeeds
    token = secrets.token_urlsafe(32)
    feed = CalendarFeed(user_id=actor.id, unit=unit, token_digest=_digest(token), created_at=now)
    session.add(feed)
    session.flush()
    _record(session, actor, "feed.create", f"生成日历地址：{feed_name(unit)}", now)
    return token


def revoke_feed(session: Session, actor: Actor, feed_id: int, *, now: datetime) -> None:
    """Let a feed of the acting person open nothing any more; raises NotFound."""
    feed = session.scalar(
        select(CalendarFeed)
        .where(CalendarFeed.id == feed_id, CalendarFeed.user_id == actor.id)
        .with_for_update(of=CalendarFeed)
    )
    if feed is None:
        raise NotFound("没有找到这个日历地址，可能已经停用。")
    if feed.revoked_at is None:
        feed.revoked_at = now
        _record(session, actor, "feed.revoke", f"停用日历地址：{feed_name(feed.unit)}", now)


def open_feed(session: Session, token: str, *, now: datetime) -> OpenFeed:
    """Return the feed of a token; raises NotFound where it is unknown or revoked, or its maker or unit out of reach."""
    if len(token) != TOKEN_LENGTH:
        raise NotFound
    feed = session.scalar(
        select(CalendarFeed)
        .where(CalendarFeed.token_digest == _digest(token), CalendarFeed.revoked_at.is_(None))
        .options(joinedload(CalendarFeed.user), joinedload(CalendarFeed.unit))
    )
    if feed is None or not feed.user.is_active or feed.user.role not in BUSINESS_READERS:
        raise NotFound
    actor = feed.user.as_actor()
    if feed.unit is not None and not actor.sees(feed.unit.path):
        raise NotFound
    stale = feed.last_used_at is None or now - feed.last_used_at >= NOTED_EVERY
    return OpenFeed(feed.id, actor, feed.unit, stale)


def note_use(session: Session, feed_id: int, *, now: datetime) -> None:
    """Note when a feed was last asked for."""
    session.execute(update(CalendarFeed).where(CalendarFeed.id == feed_id).values(last_used_at=now))


def feed_bytes(session: Session, feed: OpenFeed, settings: Settings) -> bytes:
    """Return the feed's file as of now."""
    host = urlsplit(settings.base_url).hostname or "ledger"
    events = [_event(task, task.due_on, settings.base_url) for task in _tasks(session, feed) if task.due_on]
    return write_feed(events, name=feed_name(feed.unit), host=host, product_name=settings.product_name)


def feed_name(unit: Unit | None) -> str:
    """Return what a feed is called."""
    return "我的督办任务" if unit is None else f"{unit.short_name}督办任务"


def _tasks(session: Session, feed: OpenFeed) -> Sequence[Task]:
    query = select(Task).where(Task.status.in_(RUNNING), Task.due_on.is_not(None))
    if feed.unit is None:
        query = query.where(Task.owner_id == feed.actor.id, may_see_task(feed.actor))
    else:
        units = select(Unit.id).where(below(feed.unit.path))
        query = query.where(Task.lead_unit_id.in_(units), leads_in_scope(feed.actor))
    ordered = query.options(joinedload(Task.lead_unit)).order_by(Task.due_on, Task.id).limit(MOST_EVENTS)
    return session.scalars(ordered).all()


def _event(task: Task, due_on: date, base_url: str) -> FeedEvent:
    facts = f"{task.lead_unit.name}，{STATUS_LABELS[task.status]}，完成 {task.percent}%"
    return FeedEvent(
        task_id=task.id,
        title=f"{task.number or ''} {task.title}".strip(),
        description=facts,
        due_on=due_on,
        link=f"{base_url}/tasks/{task.id}",
        revision=task.due_version,
        changed_at=task.updated_at,
    )


def _record(session: Session, actor: Actor, action: str, summary: str, now: datetime) -> None:
    record(session, actor, action, "user", actor.id, unit_path=actor.scope_path, summary=summary, now=now)


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
