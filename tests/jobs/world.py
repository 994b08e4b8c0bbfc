"""A county whose tasks fall due today, and what must have come of it whatever happened to the clocks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import func, select

from tests.support.clock import CHINA
from tests.support.factories import make_county, make_task, make_user
from tests.support.mail import MailSink
from tracker.db.models import FailureKind, Message, MessageStatus, Notice
from tracker.db.session import Database
from tracker.domain.permissions import Role
from tracker.domain.reminders import Channel
from tracker.services.alarms import reset_alarms

BEFORE = datetime(2026, 5, 6, 8, 30, tzinfo=CHINA)
DUE = date(2026, 6, 30)
MOMENT = datetime(2026, 6, 30, 8, 30, tzinfo=CHINA)


def people_with_tasks(database: Database, people: int = 1, tasks: int = 1, due: date = DUE) -> None:
    """Give so many officers of the township so many tasks each, their alarms set in May."""
    with database.writing.begin() as session:
        county = make_county(session)
        for number in range(people):
            officer = make_user(session, county.township, Role.OFFICER, email=f"officer{number}@example.org")
            for task in range(tasks):
                made = make_task(session, county.township, owner=officer, due_on=due, title=f"任务{number}-{task}")
                reset_alarms(session, made, now=BEFORE)


def notices(database: Database) -> dict[str, int]:
    """How many notices there are on each channel."""
    with database.reading() as session:
        rows = session.execute(select(Notice.channel, func.count()).group_by(Notice.channel))
        return {row[0].value: row[1] for row in rows}


def messages(database: Database) -> Sequence[Message]:
    """All messages."""
    with database.reading() as session:
        return session.scalars(select(Message).order_by(Message.id)).all()


def assert_all_told_once(database: Database, sink: MailSink, people: int, tasks: int, *, twice: int = 0) -> None:
    """Each person has each notice once and one mail, but for at most ``twice`` sent again under the same Message-ID.

    Who got a mail twice has that in the record; what nobody could tell after two kills is listed.
    """
    assert notices(database) == {Channel.INBOX: people * tasks, Channel.EMAIL: people * tasks} | _alerts(database)
    kept = messages(database)
    assert len(kept) == people
    assert {message.status for message in kept} <= {MessageStatus.SENT, MessageStatus.FAILED}
    assert {message.failure for message in kept if message.status is MessageStatus.FAILED} <= {FailureKind.UNKNOWN}
    arrived = Counter(mail.message_id for mail in sink.received)
    assert set(arrived) <= {message.header_id for message in kept}
    assert not [m.id for m in kept if m.status is MessageStatus.SENT and not arrived[m.header_id]], "lost"
    doubled = {name for name, number in arrived.items() if number > 1}
    assert sum(arrived.values()) - len(arrived) <= twice
    assert doubled <= {message.header_id for message in kept if message.resends or message.failure}


def _alerts(database: Database) -> dict[Channel, int]:
    """The inbox also holds what told the supervisor of messages given up."""
    with database.reading() as session:
        told = session.scalar(select(func.count()).where(Notice.rule.like("undelivered:%"))) or 0
        inbox = session.scalar(select(func.count()).where(Notice.channel == Channel.INBOX)) or 0
    return {Channel.INBOX: inbox} if told else {}
