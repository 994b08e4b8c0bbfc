"""From a planned reminder to a mail at a real SMTP server, with the server's moods."""

from __future__ import annotations

import dataclasses
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import select

from tests.support.clock import CHINA, FixedClock
from tests.support.factories import make_county, make_task
from tests.support.mail import Fault, MailSink
from tracker.db.models import Message, MessageStatus, Task
from tracker.db.session import Database
from tracker.domain.reminders import NoticeKind
from tracker.jobs.handlers import plan_reminders
from tracker.jobs.sending import send_messages
from tracker.runtime import Runtime
from tracker.services.alarms import reset_alarms
from tracker.services.notices import notify
from tracker.settings import MailSettings, Settings
from tracker.storage import Storage


@pytest.fixture
def house(sqlite_database: Database, settings: Settings, clock: FixedClock, smtp_sink: MailSink) -> Runtime:
    """An installation whose mail goes to the sink, with one task due today."""
    mail = MailSettings(
        transport="smtp", host=smtp_sink.host, port=smtp_sink.port, sender="督办台账 <ledger@qingxi.example>", timeout=2
    )
    clock.go_to(date(2026, 6, 30))
    with sqlite_database.writing.begin() as session:
        county = make_county(session)
        task = make_task(session, county.township, owner=county.officer, due_on=date(2026, 6, 30), title="印发执法手册")
        reset_alarms(session, task, now=datetime(2026, 5, 6, 9, 0, tzinfo=CHINA))
    settings = dataclasses.replace(settings, mail=mail, base_url="https://ledger.qingxi.example")
    return Runtime(settings, sqlite_database, Storage(settings.storage_path), clock)


def message(house: Runtime) -> Message:
    """The one message there is."""
    with house.database.reading() as session:
        return session.scalars(select(Message)).one()


def test_the_digest_arrives_once_with_its_link(house: Runtime, smtp_sink: MailSink):
    for _ in range(3):
        plan_reminders(house)
        send_messages(house)
    (mail,) = smtp_sink.received
    assert mail.recipients == ("liwen@example.org",)
    assert "印发执法手册" in mail.text
    assert "https://ledger.qingxi.example/tasks/" in mail.text
    assert mail.message["Subject"] == "【法治建设督办台账】今日到期 1 项"
    kept = message(house)
    assert (kept.status, kept.attempts, kept.address) == (MessageStatus.SENT, 1, "liwen@example.org")
    assert "印发执法手册" in (kept.body or "")


def test_a_calendar_file_goes_along_in_the_characters_it_is_written_in(house: Runtime, smtp_sink: MailSink):
    with house.database.writing.begin() as session:
        task = session.scalars(select(Task)).one()
        notify(
            session,
            task,
            rule="assigned:1",
            kind=NoticeKind.EVENT,
            title="由您承办",
            recipients=[task.owner],
            now=house.now(),
        )
    plan_reminders(house)
    send_messages(house)
    (mail,) = smtp_sink.received
    (file,) = mail.message.iter_attachments()
    assert (file.get_content_type(), file.get_filename()) == ("text/calendar", "新任务时限.ics")
    assert "印发执法手册" in file.get_content()


@pytest.mark.parametrize("fault", [Fault.TEMPORARY, Fault.DROP])
def test_a_passing_fault_is_retried_later_under_the_same_message_id(
    house: Runtime, smtp_sink: MailSink, clock: FixedClock, fault: Fault
):
    smtp_sink.in_turn(fault)
    plan_reminders(house)
    send_messages(house)
    assert message(house).status is MessageStatus.PENDING
    send_messages(house)
    assert smtp_sink.received == []  # not before a minute has passed
    clock.advance(timedelta(minutes=1))
    send_messages(house)
    (mail,) = smtp_sink.received
    assert mail.message_id == message(house).header_id


@pytest.mark.parametrize("fault", [Fault.PERMANENT, Fault.REFUSED_RECIPIENT])
def test_a_permanent_refusal_is_kept_with_its_reason(
    house: Runtime, smtp_sink: MailSink, clock: FixedClock, fault: Fault
):
    smtp_sink.always(fault)
    plan_reminders(house)
    send_messages(house)
    clock.advance(timedelta(hours=2))
    send_messages(house)
    kept = message(house)
    assert (kept.status, smtp_sink.attempts <= 1) == (MessageStatus.FAILED, True)
    assert "550" in (kept.last_error or "")


def test_a_sender_killed_before_it_marked_sends_again_under_the_same_id(
    house: Runtime, smtp_sink: MailSink, clock: FixedClock
):
    smtp_sink.in_turn(Fault.DROP_AFTER)  # the mail was taken; the sender never learnt it
    plan_reminders(house)
    send_messages(house)
    clock.advance(timedelta(minutes=1))
    send_messages(house)
    assert len({mail.message_id for mail in smtp_sink.received}) == 1
    assert len(smtp_sink.received) == 2


def test_no_mail_server_harms_nothing_and_the_mail_waits(house: Runtime, smtp_sink: MailSink):
    mail = dataclasses.replace(house.settings.mail, port=1)
    nowhere = dataclasses.replace(house, settings=dataclasses.replace(house.settings, mail=mail))
    plan_reminders(nowhere)
    send_messages(nowhere)
    kept = message(house)
    assert kept.status is MessageStatus.PENDING
    assert "没有应答" in (kept.last_error or "")


def test_nothing_is_planned_into_mail_where_mail_is_off(house: Runtime):
    off = dataclasses.replace(house, settings=dataclasses.replace(house.settings, mail=MailSettings(transport="off")))
    plan_reminders(off)
    assert send_messages(off) == "邮件未启用"
    with house.database.reading() as session:
        assert session.scalars(select(Message)).all() == []
