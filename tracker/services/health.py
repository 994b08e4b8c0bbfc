"""How the house does: its clock and jobs, what waits, what failed. Read by the page, by /healthz and by /metrics."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tracker.db.models import Beat, ChannelState, ClockHold, Message, MessageStatus, Notice, Task
from tracker.domain.calendar import LOCAL_ZONE, local_date
from tracker.domain.reminders import CHANNEL_LABELS, Channel
from tracker.domain.tasks import WORKING, TaskStatus
from tracker.services.beats import CLOCK, JOB, is_round_noted
from tracker.services.holds import leap_words
from tracker.services.policies import is_sending_day, load_delivery_book

SILENT_AFTER = timedelta(seconds=180)
LATE_BY = timedelta(minutes=30)
GRACE = timedelta(minutes=5)
JOB_LABELS: dict[str, str] = {
    "remind": "生成提醒",
    "send": "发送消息",
    "resume_intakes": "续办报告识别",
    "compare_promises": "与往年计划比对",
    "clear_files": "清理无主文件",
    "clean_up": "清理过期记录",
}


@dataclass(frozen=True, slots=True)
class JobHealth:
    """How a job of the clock does. ``late``: its next run is overdue."""

    name: str
    label: str
    last_at: datetime
    next_at: datetime | None
    outcome: str | None
    failures: int
    last_error: str | None
    late: bool


@dataclass(frozen=True, slots=True)
class Health:
    """The state of the house at one moment."""

    clock_at: datetime | None
    leader: str | None
    fence: int
    silent: bool
    hold: str | None
    round_missed: bool
    jobs: tuple[JobHealth, ...]
    waiting: Mapping[Channel, int]
    failed: Mapping[Channel, int]
    oldest_waiting: datetime | None
    not_gathered: int
    open_circuits: tuple[Channel, ...]
    running_tasks: int
    overdue_tasks: int

    @property
    def problems(self) -> tuple[str, ...]:
        """What a person should look at, in words; empty where all is well."""
        found = []
        if self.clock_at is None:
            found.append("定时程序从未运行，提醒不会发出。")
        elif self.silent:
            found.append(f"定时程序自 {_moment(self.clock_at)} 起没有动静，提醒已停止。")
        if self.hold:
            found.append(f"系统时间{self.hold}，提醒暂停，等待确认。")
        if self.round_missed:
            found.append("今天的提醒到时间还没有生成。")
        found += [f"{job.label}连续失败 {job.failures} 次。" for job in self.jobs if job.failures]
        found += [f"{job.label}没有按时运行。" for job in self.jobs if job.late and not self.silent]
        found += [f"{CHANNEL_LABELS[channel]}连续失败，暂停发送。" for channel in self.open_circuits]
        return tuple(found)

    @property
    def missed(self) -> str | None:
        """The sentence of the banner where a run was missed, else None."""
        if self.clock_at is not None and not (self.silent or self.round_missed):
            return None
        return next(iter(self.problems), None)


def health_of(session: Session, *, now: datetime) -> Health:
    """Return how the house does."""
    beats = list(session.scalars(select(Beat).order_by(Beat.name)))
    clock = next((beat for beat in beats if beat.name == CLOCK), None)
    hold = session.scalar(select(ClockHold).where(ClockHold.settled_at.is_(None)).order_by(ClockHold.id).limit(1))
    running, overdue = _tasks(session, now)
    return Health(
        clock_at=clock.last_at if clock else None,
        leader=clock.holder if clock else None,
        fence=clock.fence if clock else 0,
        silent=clock is None or now - clock.last_at > SILENT_AFTER,
        hold=leap_words(hold) if hold else None,
        round_missed=is_round_missed(session, now=now),
        jobs=tuple(_job(beat, now) for beat in beats if beat.name.startswith(JOB)),
        waiting=_messages(session, MessageStatus.PENDING, MessageStatus.SENDING),
        failed=_messages(session, MessageStatus.FAILED),
        oldest_waiting=session.scalar(
            select(func.min(Message.waiting_since)).where(
                Message.status.in_((MessageStatus.PENDING, MessageStatus.SENDING))
            )
        ),
        not_gathered=session.scalar(
            select(func.count())
            .select_from(Notice)
            .where(Notice.message_id.is_(None), Notice.channel != Channel.INBOX, Notice.cancelled_at.is_(None))
        )
        or 0,
        open_circuits=tuple(session.scalars(select(ChannelState.channel).where(ChannelState.open_until > now))),
        running_tasks=running,
        overdue_tasks=overdue,
    )


def missed_run(session: Session, *, now: datetime) -> str | None:
    """Return the banner's sentence where the clock stands still or today's round was missed, else None; two statements."""
    last_at = session.scalar(select(Beat.last_at).where(Beat.name == CLOCK))
    if last_at is None:
        return None
    if now - last_at > SILENT_AFTER:
        return f"定时程序自 {_moment(last_at)} 起没有动静，提醒已停止。"
    return "今天的提醒到时间还没有生成。" if is_round_missed(session, now=now) else None


def is_round_missed(session: Session, *, now: datetime) -> bool:
    """Say whether today's round should have been held by now and was not."""
    day = local_date(now)
    if not is_sending_day(session, day):
        return False
    begins = datetime.combine(day, load_delivery_book(session).begins, LOCAL_ZONE)
    return now >= begins + LATE_BY and not is_round_noted(session, day)


def _job(beat: Beat, now: datetime) -> JobHealth:
    name = beat.name.removeprefix(JOB)
    return JobHealth(
        name=name,
        label=JOB_LABELS.get(name, name),
        last_at=beat.last_at,
        next_at=beat.next_at,
        outcome=beat.outcome,
        failures=beat.failures,
        last_error=beat.last_error,
        late=beat.next_at is not None and now > beat.next_at + GRACE,
    )


def _messages(session: Session, *states: MessageStatus) -> dict[Channel, int]:
    rows = session.execute(
        select(Message.channel, func.count()).where(Message.status.in_(states)).group_by(Message.channel)
    )
    return {Channel(row[0]): row[1] for row in rows}


def _tasks(session: Session, now: datetime) -> tuple[int, int]:
    """Count what runs and what is late, by the partial index on open tasks."""
    open_states = (*WORKING, TaskStatus.ASSIGNED, TaskStatus.IN_REVIEW)
    query = select(func.count()).select_from(Task).where(Task.status.in_(open_states))
    today = datetime.combine(local_date(now), time(), LOCAL_ZONE).date()
    return session.scalar(query) or 0, session.scalar(query.where(Task.due_on < today)) or 0


def _moment(value: datetime) -> str:
    return value.astimezone(LOCAL_ZONE).strftime("%Y-%m-%d %H:%M")
