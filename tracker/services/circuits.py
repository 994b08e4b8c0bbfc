"""A channel's circuit breaker and rate, kept in the database so that all clocks share them."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from tracker.channels.base import ChannelLimits
from tracker.db.ignoring import insert_ignoring
from tracker.db.models import ChannelState
from tracker.domain.reminders import Channel

MINUTE = timedelta(minutes=1)


def state_of(session: Session, channel: Channel) -> ChannelState:
    """Return the channel's row, locked until the transaction ends; makes it on the first call."""
    query = select(ChannelState).where(ChannelState.channel == channel).with_for_update()
    state = session.scalar(query)
    if state is None:
        insert_ignoring(session, ChannelState, [{"channel": channel, "failures": 0, "window_count": 0}])
        state = session.scalars(query).one()
    return state


def allowance(session: Session, channel: Channel, limits: ChannelLimits, *, now: datetime, most: int) -> int:
    """Return how many messages the channel may be given now: none while its circuit is open, one as a trial after."""
    state = state_of(session, channel)
    if _is_open(state, limits, now):
        return 0
    if state.failures >= limits.trip_after:
        return 1
    if not limits.per_minute:
        return most
    return max(0, min(most, limits.per_minute - _used(state, now)))


def note_given(session: Session, channel: Channel, number: int, *, now: datetime) -> None:
    """Count messages that a sender took, for the rate."""
    state = state_of(session, channel)
    used = _used(state, now)
    if used == 0:
        state.window_start = now
    state.window_count = used + number


def note_success(session: Session, channel: Channel, *, now: datetime) -> None:
    """Close the circuit; writes nothing where that is known and fresh."""
    session.execute(
        update(ChannelState)
        .where(
            ChannelState.channel == channel,
            (ChannelState.failures > 0)
            | ChannelState.last_sent_at.is_(None)
            | (ChannelState.last_sent_at < now - MINUTE),
        )
        .values(failures=0, open_until=None, last_sent_at=now)
        .execution_options(synchronize_session=False)
    )


def note_fault(session: Session, channel: Channel, limits: ChannelLimits, reason: str, *, now: datetime) -> bool:
    """Count a failure of the channel itself; returns whether its circuit is open now."""
    state = state_of(session, channel)
    state.failures += 1
    state.last_error, state.last_failed_at = reason, now
    beyond = state.failures - limits.trip_after
    if beyond >= 0:
        seconds = min(limits.open_seconds * 2 ** min(beyond, 10), limits.open_most)
        state.open_until = now + timedelta(seconds=seconds)
    session.flush()
    return beyond >= 0


def _is_open(state: ChannelState, limits: ChannelLimits, now: datetime) -> bool:
    """Say whether the circuit is open; a time too far ahead is left from before the system's clock was set back."""
    until = state.open_until
    return until is not None and now < until <= now + timedelta(seconds=limits.open_most)


def _used(state: ChannelState, now: datetime) -> int:
    start = state.window_start
    return state.window_count if start is not None and start <= now < start + MINUTE else 0
