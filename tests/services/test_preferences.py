"""A person's own settings, and that the round and the outbox keep to them."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import select

from tests.support.clock import CHINA
from tests.support.factories import NOW, TODAY, County, actor, make_county, make_task, make_user
from tracker.db.models import Message, Notice, Setting
from tracker.domain.delivery import DeliveryPolicy, DeliveryRefused
from tracker.domain.errors import StaleVersion
from tracker.domain.permissions import Role
from tracker.domain.reminders import Channel
from tracker.services.alarms import reset_alarms
from tracker.services.outbox import gather_digests
from tracker.services.outdated import cancel_outdated
from tracker.services.policies import save_setting
from tracker.services.preferences import PreferenceDraft, PreferenceRefused, chosen_channels, save_preference
from tracker.services.recipients import channels_of
from tracker.services.reminders import plan_reminders_batch
from tracker.services.rules import change_delivery, fingerprint

DUE_DAY = datetime(2026, 6, 30, 8, 30, tzinfo=CHINA)
EMAIL = frozenset({Channel.EMAIL})


@pytest.fixture
def county(session) -> County:
    return make_county(session)


def setup_preference(session, person, **values):
    draft = PreferenceDraft(**({"channels": EMAIL if person.email else frozenset()} | values))
    row = save_preference(session, actor(person), draft, version=values.pop("version", 0), now=NOW)
    session.expire(person)
    return row


def enable(session, channel: Channel):
    save_setting(session, f"channel.{channel.value}", {"enabled": True}, user_id=None, now=NOW)
    session.flush()


def task_due(session, county, due=date(2026, 6, 30)):
    task = make_task(session, county.township, owner=county.officer, due_on=due)
    reset_alarms(session, task, now=datetime(2026, 5, 6, 9, 0, tzinfo=CHINA))
    return task


def told(session):
    rows = session.execute(select(Notice.recipient_id, Notice.channel, Notice.reason).order_by(Notice.id)).all()
    return [tuple(row) for row in rows]


def test_without_settings_a_person_is_reached_by_inbox_and_email(session, county):
    assert chosen_channels(county.officer) == (Channel.INBOX, Channel.EMAIL)
    assert chosen_channels(county.head) == (Channel.INBOX,)


def test_email_can_be_turned_off_and_robots_on(session, county):
    enable(session, Channel.WECOM)
    setup_preference(session, county.officer, channels=frozenset({Channel.WECOM}))
    assert channels_of(county.officer) == (Channel.INBOX, Channel.WECOM)


def test_a_channel_that_is_turned_off_again_for_all_is_not_used(session, county):
    enable(session, Channel.WECOM)
    setup_preference(session, county.officer, channels=frozenset({Channel.WECOM}))
    save_setting(session, "channel.wecom", {"enabled": False}, user_id=None, now=NOW)
    session.flush()
    assert channels_of(county.officer) == (Channel.INBOX,)


def test_what_is_mandatory_cannot_be_turned_off(session, county):
    setup_preference(session, county.officer, channels=frozenset())
    assert channels_of(county.officer) == (Channel.INBOX,)
    policy = DeliveryPolicy(mandatory=("email",))
    change_delivery(session, actor(county.admin), policy, version=fingerprint(DeliveryPolicy()), now=NOW)
    session.flush()
    assert channels_of(county.officer) == (Channel.INBOX, Channel.EMAIL)
    with pytest.raises(PreferenceRefused, match="不能关闭"):
        save_preference(session, actor(county.officer), PreferenceDraft(frozenset()), version=1, now=NOW)


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"hour": "07:59"}, "hour"),
        ({"hour": "18:01"}, "hour"),
        ({"absent_from": TODAY}, "absent_until"),
        ({"absent_until": TODAY}, "absent_from"),
        ({"absent_from": TODAY, "absent_until": TODAY - timedelta(days=1)}, "absent_until"),
        ({"absent_from": TODAY - timedelta(days=9), "absent_until": TODAY - timedelta(days=1)}, "absent_until"),
        ({"absent_from": TODAY, "absent_until": TODAY + timedelta(days=400)}, "absent_until"),
        ({"absent_from": TODAY, "absent_until": TODAY}, "deputy_id"),
        ({"channels": frozenset({Channel.FEISHU})}, "channels"),
    ],
)
def test_what_makes_no_sense_is_told_beside_its_field(session, county, values, field):
    with pytest.raises(PreferenceRefused) as raised:
        setup_preference(session, county.officer, **values)
    assert raised.value.field == field


def test_an_hour_that_is_none_is_told(session, county):
    with pytest.raises(DeliveryRefused):
        setup_preference(session, county.officer, hour="nine")


@pytest.mark.parametrize(
    "who", ["officer", "sister_officer", "section_officer", "other_supervisor", "supervisor", "admin"]
)
def test_a_deputy_belongs_to_the_unit(session, county, who):
    values = {"absent_from": TODAY, "absent_until": TODAY, "deputy_id": getattr(county, who).id}
    with pytest.raises(PreferenceRefused) as raised:
        setup_preference(session, county.officer, **values)
    assert raised.value.field == "deputy_id"


def test_a_webhook_needs_a_telephone_number(session, county):
    enable(session, Channel.WEBHOOK)
    with pytest.raises(PreferenceRefused, match="没有填写电话"):
        setup_preference(session, county.officer, channels=frozenset({Channel.WEBHOOK}))
    county.officer.phone = "13800000000"
    setup_preference(session, county.officer, channels=frozenset({Channel.WEBHOOK}))
    assert channels_of(county.officer) == (Channel.INBOX, Channel.WEBHOOK)


def test_the_second_of_two_changes_is_told(session, county):
    setup_preference(session, county.officer, hour="09:00")
    with pytest.raises(StaleVersion):
        save_preference(session, actor(county.officer), PreferenceDraft(EMAIL), version=0, now=NOW)


def test_during_an_absence_the_deputy_gets_the_digest_marked(session, county):
    deputy = make_user(session, county.township, Role.OFFICER, name="王代", email="deputy@example.org")
    setup_preference(
        session,
        county.officer,
        absent_from=date(2026, 6, 29),
        absent_until=date(2026, 6, 30),
        deputy_id=deputy.id,
    )
    task = task_due(session, county)
    plan_reminders_batch(session, now=DUE_DAY)
    officer = county.officer.id
    assert [(person, channel) for person, channel, _ in told(session)] == [
        (officer, Channel.INBOX),
        (deputy.id, Channel.INBOX),
        (deputy.id, Channel.EMAIL),
    ]
    marks = [reason.startswith("代李文收：") for _, _, reason in told(session)]
    assert marks == [False, True, True]
    assert cancel_outdated(session, task, now=DUE_DAY) == 0  # the deputy is no stranger
    gather_digests(session, now=DUE_DAY)
    assert session.scalars(select(Message.recipient_id)).all() == [deputy.id]


@pytest.mark.parametrize("state", ["disabled", "away", "over"])
def test_a_deputy_who_cannot_stand_in_does_not(session, county, state):
    deputy = make_user(session, county.township, Role.OFFICER, name="王代", email="deputy@example.org")
    last = date(2026, 6, 29) if state == "over" else date(2026, 6, 30)
    setup_preference(session, county.officer, absent_from=date(2026, 6, 15), absent_until=last, deputy_id=deputy.id)
    if state == "disabled":
        deputy.is_active = False
    if state == "away":
        setup_preference(
            session, deputy, absent_from=date(2026, 6, 30), absent_until=date(2026, 6, 30), deputy_id=county.officer.id
        )
    session.flush()
    task_due(session, county)
    plan_reminders_batch(session, now=DUE_DAY)
    assert {person for person, _, _ in told(session)} == {county.officer.id}


@pytest.mark.parametrize(("window_until", "hour", "minute"), [("18:00", 10, 15), ("09:00", 9, 0)])
def test_an_own_hour_holds_the_digest_back_until_then(session, county, window_until, hour, minute):
    setup_preference(session, county.officer, hour="10:15")
    save_setting(session, "delivery.window_until", window_until, user_id=None, now=NOW)  # narrowed since
    task_due(session, county)
    plan_reminders_batch(session, now=DUE_DAY)
    gather_digests(session, now=DUE_DAY)
    message = session.scalars(select(Message)).one()
    assert message.not_before == datetime(2026, 6, 30, hour, minute, tzinfo=CHINA)


def test_nothing_is_sent_on_a_quiet_day_and_all_of_it_on_the_next(session, county):
    session.add(Setting(name="delivery.quiet", value=["2026-06-30"], updated_at=NOW))
    session.flush()
    task_due(session, county)
    plan_reminders_batch(session, now=DUE_DAY)
    assert told(session) == []
    plan_reminders_batch(session, now=DUE_DAY + timedelta(days=1))
    assert {person for person, _, _ in told(session)} == {county.officer.id, county.head.id}
