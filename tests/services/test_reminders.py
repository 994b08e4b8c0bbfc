"""Planning, gathering, claiming and marking on both databases."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tests.support.clock import CHINA, FixedClock
from tests.support.factories import County, actor, make_county, make_task, make_user
from tracker.db.models import Alarm, Message, MessageStatus, Notice, Task
from tracker.domain.permissions import Role
from tracker.domain.reminders import Channel, track_of
from tracker.domain.tasks import TaskStatus
from tracker.services.alarms import reset_alarms
from tracker.services.digests import compose_digest
from tracker.services.extensions import refuse_extension, request_extension
from tracker.services.outbox import claim_messages, gather_digests, hand_over, mark_failed, mark_sent
from tracker.services.outcomes import resume, suspend
from tracker.services.reminders import plan_reminders_batch


@pytest.fixture
def county(session: Session) -> County:
    """The usual two counties."""
    return make_county(session)


def at(day: date, hour: int = 8, minute: int = 30) -> datetime:
    """A moment in China."""
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=CHINA)


def overdue_task(session: Session, county: County, **values: object) -> Task:
    """A task of the township due on 30 June, its alarms set in May."""
    task = make_task(session, county.township, owner=county.officer, due_on=date(2026, 6, 30), **values)
    reset_alarms(session, task, now=at(date(2026, 5, 6)))
    return task


def steps(session: Session) -> list[tuple[str, str]]:
    """The same of the policy's steps alone, without what people were told of events."""
    return [entry for entry in inbox(session) if track_of(entry[0])]


def inbox(session: Session) -> list[tuple[str, str]]:
    """(rule, recipient) of the inbox notices, in order."""
    rows = session.scalars(select(Notice).where(Notice.channel == Channel.INBOX).order_by(Notice.id))
    return [(row.rule, row.recipient.username) for row in rows]


def test_one_event_is_one_row_however_often_the_round_runs(session: Session, county: County):
    overdue_task(session, county)
    for _ in range(3):
        plan_reminders_batch(session, now=at(date(2026, 6, 23)))
    assert inbox(session) == [("before:7", "officer")]


def test_the_ladder_climbs_to_the_supervisor_and_the_area_head(session: Session, county: County):
    overdue_task(session, county)
    plan_reminders_batch(session, now=at(date(2026, 7, 21)))
    people = {rule: set() for rule, _ in inbox(session)}
    for rule, person in inbox(session):
        people[rule].add(person)
    assert people["overdue:15"] == {county.officer.username, county.head.username}
    assert people["yellow:7"] == {county.supervisor.username}
    assert people["red:15"] == {county.area_head.username}


def test_after_an_outage_only_the_newest_step_goes_out(session: Session, county: County):
    overdue_task(session, county)
    plan_reminders_batch(session, now=at(date(2026, 6, 29)))  # nothing ran since May
    assert inbox(session) == [("before:1", "officer")]


def test_nothing_goes_out_on_a_day_that_is_not_worked_and_nothing_is_lost(session: Session, county: County):
    overdue_task(session, county)
    assert plan_reminders_batch(session, now=at(date(2026, 5, 31))).alarms == 0
    plan_reminders_batch(session, now=at(date(2026, 6, 1)))
    assert inbox(session) == [("before:30", "officer")]


@pytest.mark.parametrize(
    ("owner_active", "with_owner", "expected"),
    [(True, True, "officer"), (False, True, "head"), (True, False, "head")],
)
def test_a_task_without_a_reachable_owner_goes_to_the_head(
    session: Session, county: County, owner_active: bool, with_owner: bool, expected: str
):
    task = overdue_task(session, county)
    county.officer.is_active = owner_active
    if not with_owner:
        task.owner = None
    session.flush()
    plan_reminders_batch(session, now=at(date(2026, 6, 23)))
    assert inbox(session) == [("before:7", expected)]


def test_a_unit_without_any_account_is_the_supervisors_business(session: Session, county: County):
    task = make_task(session, county.bureau, due_on=date(2026, 6, 30))
    reset_alarms(session, task, now=at(date(2026, 5, 6)))
    plan_reminders_batch(session, now=at(date(2026, 6, 23)))
    assert inbox(session) == [("before:7", "supervisor")]


def test_suspending_takes_the_alarms_away_and_resuming_catches_up(session: Session, county: County):
    task = overdue_task(session, county)
    suspend(
        session,
        actor(county.supervisor),
        task.id,
        reason="等上级批复",
        review_on=date(2026, 9, 1),
        now=at(date(2026, 6, 1)),
    )
    assert session.scalar(select(func.count()).select_from(Alarm)) == 0
    resume(session, actor(county.supervisor), task.id, now=at(date(2026, 6, 24)))
    plan_reminders_batch(session, now=at(date(2026, 6, 24)))
    assert steps(session) == [("before:7", "officer")]  # the newest of those whose day came meanwhile
    plan_reminders_batch(session, now=at(date(2026, 6, 29)))
    assert steps(session)[-1] == ("before:1", "officer")


def test_a_slip_whose_day_came_while_an_extension_was_asked_for_is_written_after_its_refusal(
    session: Session, county: County
):
    task = overdue_task(session, county, status=TaskStatus.IN_PROGRESS)
    asked, refused = at(date(2026, 7, 6)), at(date(2026, 7, 13), 17)
    wanted = date(2026, 8, 31)
    request_extension(session, actor(county.officer), task.id, new_due_on=wanted, reason="汛期", now=asked)
    plan_reminders_batch(session, now=at(date(2026, 7, 9)))  # the seventh working day after the deadline
    assert "yellow:7" not in dict(steps(session))
    refuse_extension(session, actor(county.supervisor), task.id, reason="请抓紧", now=refused)
    plan_reminders_batch(session, now=at(date(2026, 7, 14)))
    assert ("yellow:7", "supervisor") in steps(session)
    found = len(steps(session))
    plan_reminders_batch(session, now=at(date(2026, 7, 14), 10))
    assert len(steps(session)) == found


def test_a_moved_deadline_is_reminded_anew_under_its_own_version(session: Session, county: County):
    task = overdue_task(session, county)
    plan_reminders_batch(session, now=at(date(2026, 6, 30)))
    task.due_on, task.due_version = date(2026, 7, 31), 2
    reset_alarms(session, task, now=at(date(2026, 7, 1)))
    plan_reminders_batch(session, now=at(date(2026, 7, 31)))
    rows = session.execute(
        select(Notice.rule, Notice.due_version).where(Notice.channel == Channel.INBOX).order_by(Notice.id)
    ).all()
    assert [tuple(row) for row in rows] == [("before:0", 1), ("before:0", 2)]


def gathered(session: Session, county: County, *, tasks: int = 3) -> Message:
    """The digest of the officer with several overdue tasks, ready to be claimed."""
    for number in range(tasks):
        overdue_task(session, county, title=f"第{number + 1}项任务")
    moment = at(date(2026, 7, 1))
    plan_reminders_batch(session, now=moment)
    gather_digests(session, now=moment)
    return session.scalars(select(Message).where(Message.recipient_id == county.officer.id)).one()


def test_a_person_gets_one_mail_a_day_however_many_tasks(session: Session, county: County):
    message = gathered(session, county)
    gather_digests(session, now=at(date(2026, 7, 1), 9))
    assert (
        session.scalar(select(func.count()).select_from(Message).where(Message.recipient_id == message.recipient_id))
        == 1
    )
    digest = compose_digest(session, message.id, base_url="http://ledger.example", product_name="台账")
    assert digest.lines == 3
    assert digest.subject == "【台账】逾期 3 项"
    assert digest.body.count("http://ledger.example/tasks/") == 3
    assert "已逾期 1 天" in digest.body


def test_what_no_longer_applies_is_left_out_and_an_empty_digest_is_none(session: Session, county: County):
    message = gathered(session, county, tasks=1)
    task = session.scalars(select(Task)).one()
    task.status = TaskStatus.CLOSED
    session.flush()
    digest = compose_digest(session, message.id, base_url="http://ledger.example", product_name="台账")
    assert (digest.lines, len(digest.dropped)) == (0, 1)


def test_a_digest_shows_only_what_its_reader_may_still_see(session: Session, county: County):
    message = gathered(session, county, tasks=2)
    first = session.scalars(select(Task).order_by(Task.id)).first()
    assert first is not None
    first.lead_unit, first.unit = county.sister, county.sister
    session.flush()
    digest = compose_digest(session, message.id, base_url="http://ledger.example", product_name="台账")
    assert digest.lines == 1
    assert "第1项任务" not in digest.body


def test_notices_after_the_digest_left_wait_for_the_next_day(session: Session, county: County):
    message = gathered(session, county, tasks=1)
    token, ids = claim_messages(session, now=at(date(2026, 7, 1)))
    assert message.id in ids
    assert mark_sent(session, message.id, token, subject="s", body="b", address="a@b.example", now=at(date(2026, 7, 1)))
    overdue_task(session, county, title="迟到的任务")
    plan_reminders_batch(session, now=at(date(2026, 7, 1), 10))
    assert gather_digests(session, now=at(date(2026, 7, 1), 10)) == 0
    assert gather_digests(session, now=at(date(2026, 7, 2))) == 1


def test_a_claimed_message_is_not_claimed_again_until_its_lease_ends(session: Session, county: County):
    message = gathered(session, county, tasks=1)
    moment = at(date(2026, 7, 1))
    first, ids = claim_messages(session, now=moment)
    assert message.id in ids
    assert claim_messages(session, now=moment)[1] == []
    second, again = claim_messages(session, now=moment + timedelta(minutes=3))
    assert message.id in again
    assert not mark_sent(session, message.id, first, subject="s", body="b", address="a@b.example", now=moment)
    assert mark_sent(session, message.id, second, subject="s", body="b", address="a@b.example", now=moment)


def test_failures_back_off_and_are_given_up_after_three_days(session: Session, county: County):
    message = gathered(session, county, tasks=1)
    now, waits = at(date(2026, 7, 1)), []
    for _ in range(8):
        token, ids = claim_messages(session, now=now)
        assert message.id in ids
        assert hand_over(session, message.id, token, now=now)
        mark_failed(session, message.id, token, "451 busy", retryable=True, now=now)
        session.refresh(message)
        waits.append((message.not_before - now).total_seconds() / 60)
        now = message.not_before
    assert waits == [1, 2, 5, 15, 30, 60, 60, 60]
    token, _ = claim_messages(session, now=now)
    mark_failed(session, message.id, token, "451 busy", retryable=True, now=now + timedelta(hours=72))
    session.refresh(message)
    assert (message.status, message.last_error) == (MessageStatus.FAILED, "451 busy")


def test_a_permanent_refusal_is_not_tried_again(session: Session, county: County):
    message = gathered(session, county, tasks=1)
    now = at(date(2026, 7, 1))
    token, _ = claim_messages(session, now=now)
    mark_failed(session, message.id, token, "550 no such user", retryable=False, now=now)
    session.refresh(message)
    assert message.status is MessageStatus.FAILED


def test_people_without_mail_have_the_inbox_alone(session: Session, county: County, clock: FixedClock):
    person = make_user(session, county.bureau, Role.OFFICER)
    task = make_task(session, county.bureau, owner=person, due_on=date(2026, 6, 30))
    reset_alarms(session, task, now=at(date(2026, 5, 6)))
    plan_reminders_batch(session, now=at(date(2026, 6, 30)))
    assert gather_digests(session, now=at(date(2026, 6, 30))) == 0
    assert len(inbox(session)) == 1
