"""What changes while a message is on its way, and what waits for a channel nobody turned on: the record stays true."""

from __future__ import annotations

import dataclasses
from datetime import date

import pytest
from sqlalchemy import select

from tests.jobs.world import BEFORE, DUE, MOMENT, messages, people_with_tasks
from tests.support.clock import FixedClock
from tests.support.factories import make_task
from tests.support.mail import Fault, MailSink
from tracker.channels.base import OutgoingMessage
from tracker.channels.smtp import SmtpChannel
from tracker.db.models import Message, MessageStatus, Notice, Task, User
from tracker.db.queries.reminder_record import outcome_of
from tracker.db.session import Database
from tracker.domain.reminders import Channel, ClockFacts, Ladder, NoticeKind
from tracker.jobs import sending
from tracker.jobs.handlers import NotAllPlanned, plan_reminders
from tracker.jobs.sending import send_messages
from tracker.runtime import Runtime
from tracker.services import reminders
from tracker.services.alarms import reset_alarms
from tracker.services.digests import Digest, compose_digest
from tracker.services.notices import notify
from tracker.settings import MailSettings, Settings
from tracker.storage import Storage


@pytest.fixture
def house(database: Database, settings: Settings, clock: FixedClock, smtp_sink: MailSink) -> Runtime:
    """An installation on the day its one task falls due, on each kind of database; today's digest is planned."""
    clock.set(MOMENT)
    mail = MailSettings("smtp", smtp_sink.host, smtp_sink.port, sender="督办台账 <ledger@qingxi.example>", timeout=2)
    house = Runtime(dataclasses.replace(settings, mail=mail), database, Storage(settings.storage_path), clock)
    people_with_tasks(database)
    plan_reminders(house)
    return house


def extend(house: Runtime) -> None:
    """Move the task's deadline, as an extension that is granted does."""
    with house.database.writing.begin() as session:
        task = session.scalars(select(Task)).one()
        task.due_on, task.due_version = date(2026, 9, 30), task.due_version + 1
        reset_alarms(session, task, now=house.now())


def outcome(house: Runtime) -> tuple[str, str]:
    """What the record says of the first reminder by e-mail."""
    with house.database.reading() as session:
        notice, message = session.execute(
            select(Notice, Message)
            .outerjoin(Message, Notice.message_id == Message.id)
            .where(Notice.channel == Channel.EMAIL)
            .order_by(Notice.id)
            .limit(1)
        ).one()
        return outcome_of(notice, message)


def test_a_deadline_that_moves_before_the_message_is_claimed_keeps_it_in(house: Runtime, smtp_sink: MailSink):
    extend(house)
    send_messages(house)
    assert smtp_sink.received == []
    assert outcome(house) == ("dropped", "未发：时限已调整为 2026-09-30")


def test_a_deadline_that_moves_while_the_server_takes_the_message_does_not_unsend_it(
    house: Runtime, smtp_sink: MailSink
):
    def decide(_number: int) -> Fault:
        extend(house)
        return Fault.NONE

    smtp_sink.decide = decide
    send_messages(house)
    assert len(smtp_sink.received) == 1
    assert outcome(house) == ("sent", "2026-06-30 08:30 已送出")


def test_nor_does_one_that_moves_between_the_last_look_and_the_hand_over(
    house: Runtime, smtp_sink: MailSink, monkeypatch: pytest.MonkeyPatch
):
    looked = []

    def compose(*arguments: object, **options: object) -> Digest:
        digest = compose_digest(*arguments, **options)  # type: ignore[arg-type]
        looked.append(digest)
        return digest

    original = sending.Courier._hand_over

    def hand_over(courier: sending.Courier, message_id: int, token: str) -> bool:
        extend(house)
        return original(courier, message_id, token)

    monkeypatch.setattr(sending, "compose_digest", compose)
    monkeypatch.setattr(sending.Courier, "_hand_over", hand_over)
    send_messages(house)
    assert (len(looked), len(smtp_sink.received)) == (1, 1)
    assert outcome(house)[0] == "sent"


def test_what_may_have_arrived_and_no_longer_applies_is_not_called_unsent(
    house: Runtime, smtp_sink: MailSink, clock: FixedClock
):
    smtp_sink.in_turn(Fault.DROP_AFTER)
    send_messages(house)
    extend(house)
    clock.advance(minutes=2)
    send_messages(house)
    assert len(smtp_sink.received) == 1
    assert outcome(house) == ("dropped", "发送曾中断，可能已送达，未再发：时限已调整为 2026-09-30")


def test_what_was_refused_and_is_sent_again_by_hand_is_no_interrupted_sending(
    house: Runtime, smtp_sink: MailSink, clock: FixedClock
):
    smtp_sink.in_turn(Fault.REFUSED_RECIPIENT)
    send_messages(house)
    (message,) = messages(house.database)
    assert (message.status, message.handed_at) == (MessageStatus.FAILED, None)
    with house.database.writing.begin() as session:
        session.get_one(Message, message.id).status = MessageStatus.PENDING
    clock.advance(minutes=2)
    send_messages(house)
    assert outcome(house) == ("sent", "2026-06-30 08:32 已送出")


def test_a_task_that_upsets_the_round_keeps_nobody_elses_reminders_back(
    house: Runtime, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
):
    with house.database.writing.begin() as session:
        first = session.scalars(select(Task)).one()
        poisoned, sound = (make_task(session, first.lead_unit, owner=first.owner, due_on=DUE).id for _ in range(2))
        for task in session.scalars(select(Task).where(Task.id.in_((poisoned, sound)))):
            reset_alarms(session, task, now=BEFORE)
    original = reminders.due_steps

    def due_steps(ladder: Ladder, facts: ClockFacts, *rest: object) -> object:
        if facts.plan_year == 2050:
            raise OverflowError("date value out of range")
        return original(ladder, facts, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(reminders, "due_steps", due_steps)
    with house.database.writing.begin() as session:
        session.get_one(Task, poisoned).plan_year = 2050
    for _ in range(2):
        with pytest.raises(NotAllPlanned, match=f"1 项提醒没有生成（任务 {poisoned}）"):
            plan_reminders(house)
    with house.database.reading() as session:
        told = session.scalars(select(Notice.task_id).where(Notice.channel == Channel.INBOX)).all()
    assert set(told) == {first.id, sound}
    with house.database.writing.begin() as session:
        session.get_one(Task, poisoned).plan_year = 2026
    clock.advance(minutes=1)
    assert plan_reminders(house).startswith("到点任务 1 项，新增提醒 2 条")


def test_a_message_that_upsets_the_program_does_not_keep_the_others_waiting(
    house: Runtime, smtp_sink: MailSink, monkeypatch: pytest.MonkeyPatch
):
    with house.database.writing.begin() as session:
        supervisor = session.scalars(select(User).where(User.username == "supervisor")).one()
        supervisor.email = "supervisor@example.org"
        task = session.scalars(select(Task)).one()
        notify(
            session,
            task,
            rule="urge:1",
            kind=NoticeKind.EVENT,
            title="催办",
            recipients=[supervisor],
            now=house.now(),
        )
    plan_reminders(house)
    original = SmtpChannel.send

    def send(channel: SmtpChannel, message: OutgoingMessage) -> None:
        if message.to_address != "supervisor@example.org":
            raise UnicodeError("nobody thought of this")
        original(channel, message)

    monkeypatch.setattr(SmtpChannel, "send", send)
    send_messages(house)
    assert [mail.recipients for mail in smtp_sink.received] == [("supervisor@example.org",)]
    assert outcome(house) == ("waiting", "第 1 次未成，将再试：发送程序出错：UnicodeError")


@pytest.mark.parametrize("gathered", [True, False])
def test_what_waits_for_a_channel_that_is_off_ends_after_three_days_and_says_so(
    house: Runtime, smtp_sink: MailSink, clock: FixedClock, gathered: bool
):
    if not gathered:
        with house.database.writing.begin() as session:
            notice = session.scalars(select(Notice).where(Notice.channel == Channel.EMAIL)).one()
            notice.message_id = None
    off = dataclasses.replace(house, settings=dataclasses.replace(house.settings, mail=MailSettings(transport="off")))
    for _ in range(3):
        clock.advance(days=1)
        plan_reminders(off)
    assert outcome(house)[0] == "waiting"
    clock.advance(days=1)
    plan_reminders(off)
    assert outcome(house) == ("dropped", "未发：这个渠道没有启用或不能使用")
    clock.advance(days=2)  # to Monday; turned on again, what is new goes out
    plan_reminders(house)
    send_messages(house)
    assert [mail.message["Subject"] for mail in smtp_sink.received] == ["【法治建设督办台账】逾期 1 项"]
    assert outcome(house)[0] == "dropped"
