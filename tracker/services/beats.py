"""Signs of life: who leads the clock, how each job last ended, and which days' rounds were held."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from tracker.db.ignoring import insert_ignoring
from tracker.db.models import Beat, JobRun

CLOCK = "clock"
JOB = "job:"


def take_seat(session: Session, holder: str, *, now: datetime) -> int:
    """Become the clock's leader; returns the fence. Whoever led before finds it changed and stops."""
    beat = _beat(session, CLOCK, now)
    beat.holder, beat.last_at, beat.fence = holder[:80], now, beat.fence + 1
    session.flush()
    return beat.fence


def keep_seat(session: Session, fence: int, *, now: datetime) -> bool:
    """Note that the leader is alive; False where another leads by now."""
    kept = session.execute(
        update(Beat)
        .where(Beat.name == CLOCK, Beat.fence == fence)
        .values(last_at=now)
        .returning(Beat.name)
        .execution_options(synchronize_session=False)
    )
    return kept.scalar() is not None


def last_beat(session: Session) -> Beat | None:
    """Return the clock's row, if there was ever a clock."""
    return session.scalar(select(Beat).where(Beat.name == CLOCK))


def note_job(
    session: Session,
    name: str,
    holder: str,
    *,
    now: datetime,
    next_at: datetime | None,
    outcome: str | None = None,
    error: str | None = None,
) -> None:
    """Note how a job ended and when it runs again; ``outcome`` None leaves what it last did."""
    beat = _beat(session, f"{JOB}{name}"[:40], now)
    beat.holder, beat.next_at = holder[:80], next_at
    if error is not None:
        beat.failures, beat.last_error = beat.failures + 1, error[:500]
        return
    beat.last_at, beat.failures = now, 0
    if outcome:
        beat.outcome = outcome[:500]


def note_round(session: Session, day: date, outcome: str, *, now: datetime) -> None:
    """Note that the day's round of reminders was held, once a day, and move the watermark."""
    run = {"name": "remind", "slot": day.isoformat(), "started_at": now, "finished_at": now, "outcome": outcome}
    insert_ignoring(session, JobRun, [run])
    beat = _beat(session, CLOCK, now)
    if beat.done_until is None or beat.done_until < day:
        beat.done_until = day


_ROUND = select(JobRun.id).where(JobRun.name == "remind", JobRun.slot == bindparam("slot"))  # every round asks


def is_round_noted(session: Session, day: date) -> bool:
    """Say whether the day's round has been held already."""
    return session.scalar(_ROUND, {"slot": day.isoformat()}) is not None


def _beat(session: Session, name: str, now: datetime) -> Beat:
    beat = session.scalar(select(Beat).where(Beat.name == name).with_for_update())
    if beat is None:
        insert_ignoring(session, Beat, [{"name": name, "last_at": now, "fence": 0, "failures": 0}])
        beat = session.scalars(select(Beat).where(Beat.name == name).with_for_update()).one()
    return beat
