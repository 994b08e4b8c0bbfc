"""R3 and R4: mail servers that refuse, hang up, are busy or say nothing; the circuit breaker and the rate."""

from __future__ import annotations

import dataclasses
import random
import time
from datetime import timedelta

import pytest
from sqlalchemy import select

from tests.jobs.world import MOMENT, assert_all_told_once, messages, people_with_tasks
from tests.support.clock import FixedClock
from tests.support.mail import Fault, MailSink
from tests.support.soak import size
from tracker.db.models import ChannelState, FailureKind, MessageStatus, Notice, User
from tracker.db.session import Database
from tracker.jobs.handlers import plan_reminders
from tracker.jobs.sending import send_messages
from tracker.runtime import Runtime
from tracker.settings import MailSettings, Settings
from tracker.storage import Storage

SENDER = "督办台账 <ledger@qingxi.example>"
DEFAULT_SECONDS = 10


@pytest.fixture
def house(sqlite_database: Database, settings: Settings, clock: FixedClock, smtp_sink: MailSink) -> Runtime:
    """An installation on the day the tasks fall due, whose mail goes to the sink."""
    clock.set(MOMENT)
    mail = MailSettings("smtp", smtp_sink.host, smtp_sink.port, sender=SENDER, timeout=2)
    return Runtime(dataclasses.replace(settings, mail=mail), sqlite_database, Storage(settings.storage_path), clock)


def with_mail(house: Runtime, **changes: object) -> Runtime:
    """The same installation with other settings of e-mail."""
    mail = dataclasses.replace(house.settings.mail, **changes)  # type: ignore[arg-type]
    return dataclasses.replace(house, settings=dataclasses.replace(house.settings, mail=mail))


def state(house: Runtime) -> ChannelState:
    """How the e-mail channel does."""
    with house.database.reading() as session:
        return session.scalars(select(ChannelState)).one()


@pytest.mark.parametrize(
    ("fault", "status", "words", "of_channel", "perhaps"),
    [
        (Fault.TEMPORARY, MessageStatus.PENDING, "451", False, False),
        (Fault.BUSY_RECIPIENT, MessageStatus.PENDING, "450", False, False),
        (Fault.GOODBYE, MessageStatus.PENDING, "421", True, False),
        (Fault.DROP, MessageStatus.PENDING, "没有应答", True, True),
        (Fault.DROP_AFTER, MessageStatus.PENDING, "没有应答", True, True),
        (Fault.REFUSED_RECIPIENT, MessageStatus.FAILED, "550", False, False),
        (Fault.PERMANENT, MessageStatus.FAILED, "550", False, False),
    ],
)
def test_each_answer_is_told_apart(
    house: Runtime,
    smtp_sink: MailSink,
    fault: Fault,
    status: MessageStatus,
    words: str,
    of_channel: bool,
    perhaps: bool,
):
    people_with_tasks(house.database)
    plan_reminders(house)
    smtp_sink.in_turn(fault)
    send_messages(house)
    (message,) = messages(house.database)
    assert (message.status, words in (message.last_error or "")) == (status, True)
    assert state(house).failures == int(of_channel)
    assert (message.handed_at is not None) == perhaps or status is MessageStatus.FAILED
    assert (message.failure is FailureKind.REFUSED) == (status is MessageStatus.FAILED)


def test_a_server_with_moods_gets_everything_in_the_end(house: Runtime, smtp_sink: MailSink, clock: FixedClock):
    house = with_mail(house, timeout=60)  # its moods are all that is looked at, not a busy machine's
    people, dice = size(40, 2000), random.Random(3)
    people_with_tasks(house.database, people)
    plan_reminders(house)
    smtp_sink.decide = lambda _number: dice.choices((Fault.NONE, Fault.TEMPORARY, Fault.DROP), (85, 10, 5))[0]
    began = clock()
    while any(message.status is not MessageStatus.SENT for message in messages(house.database)):
        send_messages(house)
        clock.advance(minutes=1)
        assert clock() - began < timedelta(hours=6)
    assert_all_told_once(house.database, smtp_sink, people, 1)


def test_after_three_days_it_is_given_up_and_the_supervisor_learns_of_it(
    house: Runtime, smtp_sink: MailSink, clock: FixedClock
):
    people_with_tasks(house.database)
    plan_reminders(house)
    smtp_sink.always(Fault.TEMPORARY)
    while messages(house.database)[0].status is not MessageStatus.FAILED:
        send_messages(house)
        clock.advance(hours=1)
        assert clock() - MOMENT < timedelta(hours=74)
    assert clock() - MOMENT >= timedelta(hours=72)
    (message,) = messages(house.database)
    assert message.failure is FailureKind.GAVE_UP
    with house.database.reading() as session:
        alert = session.scalars(select(Notice).where(Notice.rule.like("undelivered:%"))).one()
        assert session.get_one(User, alert.recipient_id).username == "supervisor"
    assert (alert.link, "451" in alert.reason) == ("/reminders/undelivered", True)


@pytest.mark.parametrize("kind", ["black_hole", "dripping"])
def test_a_server_that_says_nothing_costs_its_seconds_and_no_more(
    house: Runtime, kind: str, request: pytest.FixtureRequest
):
    host, port = request.getfixturevalue(kind)
    people_with_tasks(house.database)
    plan_reminders(house)
    assert MailSettings().timeout == DEFAULT_SECONDS
    began = time.monotonic()
    send_messages(with_mail(house, host=host, port=port, timeout=0.8))
    assert 0.7 < time.monotonic() - began < 3
    (message,) = messages(house.database)
    assert (message.status, message.attempts, message.handed_at) == (MessageStatus.PENDING, 1, None)


def test_a_dead_server_breaks_the_circuit_and_one_trial_closes_it_again(
    house: Runtime, smtp_sink: MailSink, clock: FixedClock
):
    people_with_tasks(house.database, people=12)
    plan_reminders(house)
    nowhere = with_mail(house, port=1)
    send_messages(nowhere)
    tried = [message for message in messages(house.database) if message.attempts]
    assert (len(tried), state(house).failures) == (5, 5)  # the others were given back untried
    assert {message.status for message in messages(house.database)} == {MessageStatus.PENDING}
    clock.advance(seconds=59)
    send_messages(nowhere)
    assert state(house).failures == 5  # not even asked
    clock.advance(seconds=2)
    send_messages(nowhere)
    assert state(house).failures == 6  # one trial
    clock.advance(seconds=121)
    send_messages(house)
    assert (state(house).failures, state(house).open_until) == (0, None)
    for _ in range(5):
        clock.advance(minutes=2)
        send_messages(house)
    assert_all_told_once(house.database, smtp_sink, 12, 1)


def test_no_more_a_minute_than_the_server_takes(house: Runtime, smtp_sink: MailSink, clock: FixedClock):
    people_with_tasks(house.database, people=12)
    plan_reminders(house)
    slow = with_mail(house, per_minute=5)
    sent = []
    for _ in range(3):
        send_messages(slow)
        send_messages(slow)
        sent.append(len(smtp_sink.received))
        clock.advance(minutes=1)
    assert sent == [5, 10, 12]


def test_a_wrong_password_is_the_channels_fault_not_the_messages(house: Runtime, clock: FixedClock):
    people_with_tasks(house.database)
    plan_reminders(house)
    send_messages(with_mail(house, username="ledger", password="geheim"))  # the sink takes no sign-in
    (message,) = messages(house.database)
    assert (message.status, message.failure) == (MessageStatus.PENDING, None)
    assert "geheim" not in (message.last_error or "")


def test_the_mail_has_text_page_and_message_id(house: Runtime, smtp_sink: MailSink):
    people_with_tasks(house.database)
    plan_reminders(house)
    send_messages(house)
    (mail,) = smtp_sink.received
    kinds = [part.get_content_type() for part in mail.message.walk() if not part.is_multipart()]
    assert kinds == ["text/plain", "text/html"]
    assert "今日到期" in mail.text
