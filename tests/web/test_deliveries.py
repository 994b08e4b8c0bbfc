"""What did not arrive, over HTTP: who sees it, sending it again, setting it aside; the clock that waits; signs of life."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from tests.support.factories import NOW, TODAY, make_task
from tracker.db.models import AuditEntry, ClockHold, FailureKind, Message, MessageStatus, Notice
from tracker.domain.reminders import Channel, NoticeKind
from tracker.services.beats import keep_seat, take_seat
from tracker.services.holds import hold_clock


@pytest.fixture
def message_id(runtime, county) -> int:
    """A digest of the officer's that was refused."""
    with runtime.database.writing.begin() as session:
        officer = session.merge(county.officer)
        task = make_task(session, session.merge(county.township), title="组织执法培训")
        message = Message(
            dedupe_key="digest:x",
            recipient_id=officer.id,
            channel=Channel.EMAIL,
            status=MessageStatus.FAILED,
            failure=FailureKind.REFUSED,
            attempts=1,
            header_id="<1@ledger>",
            address="liwen@example.org",
            last_error="收件人被拒绝：550 no such mailbox",
            not_before=NOW,
            created_at=NOW,
            waiting_since=NOW,
            failed_at=NOW,
        )
        session.add(message)
        session.flush()
        session.add(
            Notice(
                task_id=task.id,
                rule="before:7",
                recipient_id=officer.id,
                channel=Channel.EMAIL,
                kind=NoticeKind.DUE_SOON,
                slot=TODAY,
                title="组织执法培训（还有 7 天到期）",
                link=f"/tasks/{task.id}",
                message_id=message.id,
                created_at=NOW,
            )
        )
        return message.id


def kept(runtime, message_id: int) -> Message:
    with runtime.database.reading() as session:
        return session.get_one(Message, message_id)


def test_the_supervisor_sees_why_and_sends_it_again(someone, runtime, message_id):
    person = someone("supervisor")
    page = person.open("/reminders/undelivered").text
    assert "李文" in page
    assert "550 no such mailbox" in page
    assert "组织执法培训" in page
    assert "未指定" in page  # the task has no owner: it is listed as well
    person.submit(f"/reminders/undelivered/{message_id}/again")
    message = kept(runtime, message_id)
    assert (message.status, message.failure, message.attempts) == (MessageStatus.PENDING, None, 0)
    assert message.header_id == "<1@ledger>"
    with runtime.database.reading() as session:
        line = session.scalars(select(AuditEntry).where(AuditEntry.action == "message.send_again")).one()
    assert line.actor_name == "陈督"
    assert "没有未送达的提醒" in person.open("/reminders/undelivered").text


def test_the_administrator_sees_the_envelope_not_the_business(someone, message_id):
    page = someone("admin").open("/reminders/undelivered").text
    assert "李文" in page
    assert "有 1 封提醒未能送达" in someone("admin").open("/users/").text
    assert "组织执法培训" not in page
    assert "没有责任人的在办任务" not in page


def test_setting_aside_needs_a_reason_and_keeps_it(someone, runtime, message_id):
    person = someone("supervisor")
    path = f"/reminders/undelivered/{message_id}/aside"
    person.open(path)
    assert person.submit(path, reason="").status_code == 400
    person.submit(path, reason="已电话告知本人")
    message = kept(runtime, message_id)
    assert message.status is MessageStatus.CANCELLED
    assert "已电话告知本人" in (message.last_error or "")
    assert person.open(path).status_code == 404


def test_an_account_that_cannot_be_reached_is_said_so(someone, runtime, county, message_id):
    with runtime.database.writing.begin() as session:
        session.merge(county.officer).is_active = False
    person = someone("supervisor")
    person.open("/reminders/undelivered")
    assert "账号已停用" in person.submit(f"/reminders/undelivered/{message_id}/again").text
    assert kept(runtime, message_id).status is MessageStatus.FAILED


def test_a_short_message_without_a_telephone_number_is_said_so(someone, runtime, message_id):
    with runtime.database.writing.begin() as session:
        session.get_one(Message, message_id).channel = Channel.WEBHOOK
    person = someone("supervisor")
    person.open("/reminders/undelivered")
    assert "没有填写这个渠道要用的邮箱、电话" in person.submit(f"/reminders/undelivered/{message_id}/again").text
    assert kept(runtime, message_id).status is MessageStatus.FAILED


@pytest.mark.parametrize(("username", "status"), [("auditor", 200), ("officer", 403), ("other_supervisor", 200)])
def test_who_may_look(someone, message_id, username, status):
    response = someone(username).open("/reminders/undelivered")
    assert response.status_code == status
    assert ("550" in response.text) == (username == "auditor")
    assert "不再发送" not in response.text


def test_a_leap_of_the_clock_is_confirmed_by_the_administrator(someone, runtime, county, clock):
    with runtime.database.writing.begin() as session:
        hold_clock(session, from_at=NOW, to_at=NOW + timedelta(days=30))
    person = someone("admin")
    assert "系统时间发生跳变" in person.open("/users/").text
    assert "2026-07-10" in person.open("/reminders/clock").text
    assert "已确认系统时间" in person.submit("/reminders/clock").text
    with runtime.database.reading() as session:
        assert session.scalars(select(ClockHold)).one().settled_by_id == county.admin.id
        assert session.scalars(select(AuditEntry).where(AuditEntry.action == "clock.confirm")).one()
    assert "系统时间正常" in person.open("/reminders/clock").text
    assert someone("supervisor").open("/reminders/clock").status_code == 403


def test_no_sign_of_life_for_three_minutes_is_503(client, runtime, clock):
    assert client.get("/healthz").status_code == 200  # never begun
    with runtime.database.writing.begin() as session:
        fence = take_seat(session, "house:1", now=clock())
    clock.advance(seconds=180)
    assert client.get("/healthz").status_code == 200
    clock.advance(seconds=1)
    assert client.get("/healthz").status_code == 503
    with runtime.database.writing.begin() as session:
        assert keep_seat(session, fence, now=clock())
        assert not keep_seat(session, fence + 1, now=clock())
    assert client.get("/healthz").status_code == 200
