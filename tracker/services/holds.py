"""A leap of the system's clock stops the reminders until a person confirms the time or the clock is set right again."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.db.models import ClockHold
from tracker.domain.calendar import LOCAL_ZONE
from tracker.domain.errors import Forbidden, RuleViolation
from tracker.domain.permissions import Actor, Role
from tracker.services.audit import record

LEAP = timedelta(days=2)
LONGEST_OUTAGE = timedelta(days=45)
SET_RIGHT = "系统时间已恢复"


class NothingHeld(RuleViolation):
    """系统时间已经确认过，提醒照常发送。"""


_OPEN = select(ClockHold).where(ClockHold.settled_at.is_(None)).order_by(ClockHold.id).limit(1)  # every round asks


def open_hold(session: Session) -> ClockHold | None:
    """Return the leap that waits for its confirmation, if there is one."""
    return session.scalar(_OPEN)


def hold_clock(session: Session, *, from_at: datetime, to_at: datetime) -> ClockHold:
    """Let the reminders stand still; one leap at a time is enough."""
    hold = open_hold(session)
    if hold is None:
        hold = ClockHold(from_at=from_at, to_at=to_at)
        session.add(hold)
        session.flush()
    return hold


def settle_if_set_right(session: Session, *, now: datetime) -> bool:
    """Let the reminders go on where the clock has come back to before the leap's end; returns whether it did."""
    hold = open_hold(session)
    if hold is None or now >= hold.to_at - LEAP / 2:
        return False
    hold.settled_at, hold.note = now, SET_RIGHT
    return True


def confirm_clock(session: Session, actor: Actor | None, *, now: datetime) -> ClockHold:
    """Confirm that the system's time is right; what came due meanwhile goes out as after an outage.

    ``actor`` None is the operator at the command line. Raises Forbidden, or NothingHeld where nothing waits.
    """
    if actor is not None and actor.role is not Role.ADMIN:
        raise Forbidden
    hold = open_hold(session)
    if hold is None:
        raise NothingHeld
    hold.settled_at, hold.settled_by_id = now, actor.id if actor else None
    hold.note = "已确认系统时间无误"
    record(
        session,
        actor,
        "clock.confirm",
        "clock",
        hold.id,
        unit_path=actor.scope_path if actor else "",
        summary=f"确认系统时间无误：{leap_words(hold)}",
        now=now,
    )
    return hold


def leap_words(hold: ClockHold) -> str:
    """Say from when to when the clock leapt."""
    first, last = (moment.astimezone(LOCAL_ZONE) for moment in (hold.from_at, hold.to_at))
    return f"由 {first:%Y-%m-%d %H:%M} 跳到 {last:%Y-%m-%d %H:%M}"
