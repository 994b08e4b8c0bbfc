"""催办履历: every message about a task, to whom, by which channel, and what came of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.db.models import FailureKind, Message, MessageStatus, Notice, Task, Unit, User
from tracker.db.models.reminders import FAILURE_LABELS
from tracker.domain.calendar import LOCAL_ZONE
from tracker.domain.reminders import CHANNEL_LABELS, NOTICE_KIND_LABELS, Channel, NoticeKind, circle_of, step_words

PAGE = 50
BATCH = 500
COLUMNS = ("编号", "任务", "提醒", "应提醒日", "生成时间", "收件人", "所在单位", "渠道", "结果", "阅读时间", "原因")
EVENT_WORDS = {"urge": "人工催办", "slip": "督办单", "undelivered": "未送达告知"}


@dataclass(frozen=True, slots=True)
class RecordLine:
    """One message to one person by one channel. ``state``: read, unread, sent, waiting, failed or dropped."""

    id: int
    task_number: str
    task_title: str
    what: str
    title: str
    why: str
    step_on: date
    created_at: datetime
    name: str
    unit_name: str
    channel: Channel
    state: str
    outcome: str
    read_at: datetime | None

    def cells(self) -> tuple[object, ...]:
        """Return the line as the workbook takes it."""
        return (
            self.task_number,
            self.task_title,
            self.what,
            self.step_on,
            self.created_at,
            self.name,
            self.unit_name,
            CHANNEL_LABELS[self.channel],
            self.outcome,
            self.read_at,
            self.why,
        )


def reminder_record(
    session: Session, task_id: int, *, before: int | None = None
) -> tuple[list[RecordLine], int | None]:
    """Return a page of a task's messages, newest first, and the id to go on from (None at the end)."""
    found = list(_lines(session, [task_id], newest_first=True, before=before, limit=PAGE + 1))
    return found[:PAGE], found[PAGE - 1].id if len(found) > PAGE else None


def reminder_records(session: Session, task_ids: Sequence[int]) -> Iterator[RecordLine]:
    """Yield the messages of many tasks, task by task in the order of their ids."""
    for first in range(0, len(task_ids), BATCH):
        yield from _lines(session, task_ids[first : first + BATCH])


def _lines(
    session: Session,
    task_ids: Sequence[int],
    *,
    newest_first: bool = False,
    before: int | None = None,
    limit: int | None = None,
) -> Iterator[RecordLine]:
    order = (Notice.id.desc(),) if newest_first else (Notice.task_id, Notice.id)
    query = (
        select(Notice, Message, User.name, Unit.short_name, Task.number, Task.title)
        .join(Task, Notice.task_id == Task.id)
        .join(User, Notice.recipient_id == User.id)
        .join(Unit, User.unit_id == Unit.id)
        .outerjoin(Message, Notice.message_id == Message.id)
        .where(Notice.task_id.in_(task_ids))
        .order_by(*order)
        .limit(limit)
    )
    if before is not None:
        query = query.where(Notice.id < before)
    for notice, message, name, unit_name, number, title in session.execute(query):
        state, outcome = outcome_of(notice, message)
        yield RecordLine(
            id=notice.id,
            task_number=number or "",
            task_title=title,
            what=what_it_was(notice.rule, NoticeKind(notice.kind), notice.title),
            title=notice.title,
            why=notice.reason,
            step_on=notice.step_on or notice.slot,
            created_at=notice.created_at,
            name=name,
            unit_name=unit_name,
            channel=Channel(notice.channel),
            state=state,
            outcome=outcome,
            read_at=notice.read_at,
        )


def outcome_of(notice: Notice, message: Message | None) -> tuple[str, str]:
    """Return what came of a notice: a state, and its words."""
    perhaps = message is not None and (message.handed_at is not None or message.resends > 0)
    unsent = "发送曾中断，可能已送达，未再发" if perhaps else "未发"
    if notice.cancelled_at is not None:
        return "dropped", f"{unsent}：{notice.cancelled_reason or '不再适用'}"
    if notice.channel == Channel.INBOX:
        return ("read", "已读") if notice.read_at else ("unread", "未读")
    if message is None:
        return "waiting", "等待并入当日提醒"
    if message.status is MessageStatus.SENT:
        again = f"，发送曾中断，重发 {message.resends} 次" if message.resends else ""
        return "sent", f"{_moment(message.sent_at)} 已送出{again}"
    if message.status is MessageStatus.FAILED:
        label = FAILURE_LABELS[FailureKind(message.failure or FailureKind.REFUSED)]
        return "failed", f"未送达（{label}）：{message.last_error or '原因不明'}"
    if message.status is MessageStatus.CANCELLED:
        return "dropped", f"{unsent}：{message.last_error or '不再适用'}"
    if message.attempts:
        return "waiting", f"第 {message.attempts} 次未成，将再试：{message.last_error or '没有应答'}"
    return "waiting", f"{_moment(message.not_before)} 起发送"


def what_it_was(rule: str, kind: NoticeKind, title: str) -> str:
    """Call a message by its step, or by what happened."""
    if circle_of(rule) is not None:
        return step_words(rule, kind)
    name = rule.partition(":")[0]
    return EVENT_WORDS.get(name) or title.partition("：")[0][:20] or NOTICE_KIND_LABELS[kind]


def _moment(value: datetime | None) -> str:
    return "" if value is None else value.astimezone(LOCAL_ZONE).strftime("%Y-%m-%d %H:%M")
