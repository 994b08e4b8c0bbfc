"""What was planned and no longer applies: found when the task changes and once more when the message is about to leave.

An inbox notice is delivered by being a row; only what is still to leave the house can be cancelled.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Table, bindparam, select, update
from sqlalchemy.orm import Session

from tracker.db.models import Message, MessageStatus, Notice, Task, User
from tracker.domain.calendar import local_date
from tracker.domain.reminders import Channel, Circle, NoticeKind, circle_of
from tracker.domain.tasks import STATUS_LABELS, WORKING, TaskStatus
from tracker.services.notices import insert_notices, notice_rows, readers_of
from tracker.services.policies import load_policy_book
from tracker.services.recipients import Directory, people_of

ON_THE_CLOCK = WORKING | {TaskStatus.ASSIGNED}
STILL_APPLIES: dict[NoticeKind, frozenset[TaskStatus]] = {
    NoticeKind.OVERDUE: ON_THE_CLOCK,
    NoticeKind.DUE_TODAY: ON_THE_CLOCK,
    NoticeKind.DUE_SOON: ON_THE_CLOCK,
    NoticeKind.SIGNING: frozenset({TaskStatus.ASSIGNED}),
    NoticeKind.PROGRESS: frozenset(WORKING),
    NoticeKind.REVIEW: frozenset({TaskStatus.IN_REVIEW}) | WORKING,
    NoticeKind.EVENT: frozenset(TaskStatus),
}
STOPPED_BY_EXTENSION = frozenset(NoticeKind) - {NoticeKind.REVIEW, NoticeKind.EVENT}


def objection(notice: Notice, task: Task) -> str | None:
    """Return why a notice no longer applies to its task as it stands now, or None."""
    kind = NoticeKind(notice.kind)
    if task.status not in STILL_APPLIES[kind]:
        return f"任务已转为“{STATUS_LABELS[task.status]}”"
    if kind in STOPPED_BY_EXTENSION and task.extension_pending:
        return "延期申请正在审核，暂停提醒"
    if circle_of(notice.rule) is None:
        return None
    if kind is NoticeKind.REVIEW:
        waiting = task.status is TaskStatus.IN_REVIEW or task.extension_pending
        return None if waiting else "申请已有结论"
    if kind is not NoticeKind.SIGNING and notice.due_version != task.due_version:
        return f"时限已调整为 {task.due_on}"
    reported = kind is NoticeKind.PROGRESS and task.last_progress_at is not None
    if reported and task.last_progress_at is not None and local_date(task.last_progress_at) >= notice.slot:
        return "已反馈进展"
    return None


def cancel_outdated(session: Session, task: Task, *, now: datetime) -> int:
    """Cancel what of this task has not left the house and no longer applies, each with its reason; returns how many.

    What has been handed to its channel may have arrived: it is left to the sender, who looks again before a second try.
    """
    waiting = session.execute(
        select(Notice)
        .outerjoin(Message, Notice.message_id == Message.id)
        .where(
            Notice.task_id == task.id,
            Notice.channel != Channel.INBOX,
            Notice.cancelled_at.is_(None),
            Notice.message_id.is_(None)
            | (Message.status.in_((MessageStatus.PENDING, MessageStatus.SENDING)) & Message.handed_at.is_(None)),
        )
    ).scalars()
    directory, cancelled = Directory(session), 0
    for notice in waiting.all():
        reason = objection(notice, task) or _stranger(session, notice, task, directory)
        if reason is not None:
            notice.cancelled_at, notice.cancelled_reason = now, reason
            cancelled += 1
    session.flush()
    return cancelled


def _stranger(session: Session, notice: Notice, task: Task, directory: Directory) -> str | None:
    circle = circle_of(notice.rule, load_policy_book(session).of(task.lead_unit.path, task.level))
    if circle is None:
        return None
    people = {
        reader.id
        for person in people_of(session, task, circle, directory)
        for reader, _, _ in readers_of(person, notice.slot)
    }
    return None if notice.recipient_id in people else "责任人或牵头单位已变更"


def cancel_notices(session: Session, reasons: Iterable[tuple[int, str]], *, now: datetime) -> None:
    """Note that notices were not sent, each with its reason."""
    by_reason: dict[str, list[int]] = {}
    for notice_id, reason in reasons:
        by_reason.setdefault(reason, []).append(notice_id)
    for reason, ids in by_reason.items():
        session.execute(
            update(Notice)
            .where(Notice.id.in_(ids), Notice.cancelled_at.is_(None))
            .values(cancelled_at=now, cancelled_reason=reason)
            .execution_options(synchronize_session=False)
        )


# Put together once for thousands of messages, on the table itself: no session holds an object it would change.
_TABLE: Table = Notice.__table__  # type: ignore[assignment]
_CARRIED = (
    update(_TABLE)
    .where(_TABLE.c.id.in_(bindparam("carried", expanding=True)), _TABLE.c.cancelled_at.is_not(None))
    .values(cancelled_at=None, cancelled_reason=None)
)


def note_carried(session: Session, notice_ids: Iterable[int]) -> None:
    """Take back the cancelling of what a message carried all the same: it changed while the message was on its way."""
    session.execute(_CARRIED, {"carried": list(notice_ids)})


def _gone(person: User) -> str:
    return "已看不到这项任务" if person.is_active else "的账号已停用"


def hand_on(session: Session, notice_ids: Iterable[int], *, now: datetime) -> int:
    """Give to others what was meant for people who can no longer be reached; returns how many notices are new.

    They are those whom the rule would reach today; who has the same notice already does not get it twice.
    """
    ids = list(notice_ids)
    rows = session.execute(
        select(Notice, Task).join(Task, Notice.task_id == Task.id).where(Notice.id.in_(ids)).order_by(Notice.id)
    ).all()
    directory, new = Directory(session), []
    for notice, task in rows:
        policy = load_policy_book(session).of(task.lead_unit.path, task.level)
        circle = circle_of(notice.rule, policy) or Circle.OWNER
        if objection(notice, task) is not None:
            continue
        new += notice_rows(
            task,
            rule=notice.rule,
            kind=NoticeKind(notice.kind),
            title=notice.title,
            recipients=people_of(session, task, circle, directory),
            reason=f"原收件人{notice.recipient.name}{_gone(notice.recipient)}，请另行指定责任人",
            slot=local_date(now),
            step_on=notice.step_on,
            now=now,
        )
    return insert_notices(session, new)
