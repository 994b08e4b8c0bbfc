"""Hours and quiet days by unit and level: what the round holds back, when each digest leaves, and what is refused."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from itertools import product

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.support.clock import CHINA
from tests.support.factories import NOW, County, actor, make_county, make_task, make_user
from tracker.db.models import Alarm, Message, MessageStatus, Notice, ReminderOverride, Setting, Task, Unit, User
from tracker.db.queries.quiet import alarms_to_heed, notices_to_send
from tracker.domain.delivery import DeliveryPolicy, DeliveryRefused
from tracker.domain.reminders import Channel, Ladder, NoticeKind
from tracker.domain.rules import RuleRefused
from tracker.services.alarms import reset_alarms
from tracker.services.health import is_round_missed
from tracker.services.outbox import claim_messages, gather_digests, hand_over, mark_failed
from tracker.services.overrides import OverrideDraft, delete_override, save_override
from tracker.services.policies import is_sending_day, load_delivery_book, load_policy_book
from tracker.services.preferences import PreferenceDraft, save_preference
from tracker.services.reminder_preview import TaskPreview, preview_task
from tracker.services.reminders import plan_reminders_batch
from tracker.services.rules import change_delivery, fingerprint
from tracker.services.sending_hours import round_begins
from tracker.services.undelivered import send_again
from tracker.services.units import UnitFields, edit_unit

DAY, NEXT = date(2026, 6, 30), date(2026, 7, 1)
EVERYBODY, QUIET = None, "2026-06-30"


def at(day: date, hour: int = 8, minute: int = 30) -> datetime:
    """A moment in China."""
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=CHINA)


@pytest.fixture
def county(session: Session) -> County:
    made = make_county(session)
    for person in (made.supervisor, made.head, made.sister_officer):
        person.email = f"{person.username}@example.org"
    return made


def task_of(session: Session, unit: Unit, owner: User, *, due: date = DAY, level: str | None = None) -> Task:
    task = make_task(session, unit, owner=owner, due_on=due, level=level)
    reset_alarms(session, task, now=at(date(2026, 5, 6)))
    return task


def exception(
    session: Session, county: County, unit: Unit | None, level: str | None = None, now: datetime = NOW, **values: str
) -> ReminderOverride:
    draft = OverrideDraft(unit.id if unit is not None else None, level, values)
    return save_override(session, actor(county.admin), None, draft, version=0, now=now)


def quiet_everywhere(session: Session, *days: str) -> None:
    session.add(Setting(name="delivery.quiet", value=list(days), updated_at=NOW))
    session.flush()


def round_of(session: Session, moment: datetime) -> None:
    plan_reminders_batch(session, now=moment)
    gather_digests(session, now=moment)


def told(session: Session, channel: Channel = Channel.INBOX) -> set[tuple[int | None, int]]:
    rows = session.execute(select(Notice.task_id, Notice.recipient_id).where(Notice.channel == channel))
    return {(row.task_id, row.recipient_id) for row in rows}


def leaving(session: Session) -> dict[int, datetime]:
    """When each person's digest may go."""
    return {row.recipient_id: row.not_before for row in session.scalars(select(Message))}


# ---- quiet days -----------------------------------------------------------------------------------------------------------


def test_a_quiet_day_of_a_unit_holds_back_its_tasks_alone_and_the_next_day_brings_them(session, county):
    exception(session, county, county.township, quiet=QUIET)
    own = task_of(session, county.township, county.officer)
    below = task_of(session, county.section, county.section_officer)
    other = task_of(session, county.sister, county.sister_officer)
    round_of(session, at(DAY))
    assert told(session) == {(other.id, county.sister_officer.id)}
    round_of(session, at(NEXT))
    late = {(own.id, county.officer.id), (own.id, county.head.id), (below.id, county.section_officer.id)}
    assert told(session) >= late


def test_who_is_left_alone_gets_no_message_about_others_tasks_either_but_finds_them_in_the_inbox(session, county):
    exception(session, county, county.area, quiet=QUIET)
    exception(session, county, county.township, quiet="无")
    task = task_of(session, county.township, county.officer, due=date(2026, 6, 18))  # its first slip falls on the day
    round_of(session, at(DAY))
    assert (task.id, county.supervisor.id) in told(session)
    assert county.supervisor.id not in leaving(session)
    round_of(session, at(NEXT))
    assert county.supervisor.id in leaving(session)


def test_tasks_of_a_level_are_reminded_of_on_quiet_days_where_an_exception_says_so(session, county):
    quiet_everywhere(session, QUIET)
    exception(session, county, EVERYBODY, "key", quiet="无")
    key = task_of(session, county.township, county.officer, level="key")
    routine = task_of(session, county.township, county.officer)
    assert is_sending_day(session, DAY)
    round_of(session, at(DAY))
    assert told(session, Channel.EMAIL) == {(key.id, county.officer.id)}
    assert list(leaving(session)) == [county.officer.id]
    round_of(session, at(NEXT))
    assert (routine.id, county.officer.id) in told(session)


def test_a_missed_round_is_one_on_a_day_that_is_not_quiet_for_all(session, county):
    quiet_everywhere(session, QUIET)
    assert not is_round_missed(session, now=at(DAY, 12))
    exception(session, county, EVERYBODY, "key", quiet="无", hour="11:30")
    assert is_round_missed(session, now=at(DAY, 12))


def test_the_statement_finds_whom_the_book_finds(session, county):
    units = [county.area, county.township, county.section, county.sister]
    tasks = [
        task_of(session, unit, county.officer, level=level) for unit, level in product(units, (None, "routine", "key"))
    ]
    for task in tasks:
        session.add(
            Notice(
                task_id=task.id,
                rule="before:0",
                recipient_id=county.officer.id,
                channel=Channel.EMAIL,
                kind=NoticeKind.DUE_TODAY,
                slot=DAY,
                title="到期",
                created_at=NOW,
            )
        )
    wordings = (None, "无", QUIET, "2026-07-01")
    places = ((county.area, None), (county.township, "key"), (county.township, "routine"), (EVERYBODY, "key"))
    for number, words in enumerate(product(wordings, repeat=len(places))):
        for (unit, level), quiet in zip(places, words, strict=True):
            if quiet is not None:
                values = {"quiet": quiet}
                session.add(ReminderOverride(unit=unit, level=level, values=values, updated_at=NOW))
        if number % 2:
            session.add(Setting(name="delivery.quiet", value=[QUIET], updated_at=NOW))
        session.flush()
        session.info.clear()
        book = load_delivery_book(session)
        heeded = session.scalars(
            select(Alarm.task_id).where(Alarm.ladder == Ladder.DEADLINE, *alarms_to_heed(DAY, book))
        ).all()
        sent = session.scalars(select(Notice.task_id).where(*notices_to_send(DAY, book))).all()
        if book.verdicts(DAY):
            wanted = [task.id for task in tasks if not book.is_quiet(DAY, task.lead_unit.path, task.level)]
            assert sorted(heeded) == wanted
            path = county.officer.unit.path
            assert sorted(sent) == [task.id for task in tasks if not book.is_quiet(DAY, path, task.level)]
        else:
            assert len(heeded) == len(sent) == len(tasks)
        for row in (*session.scalars(select(ReminderOverride)), *session.scalars(select(Setting))):
            session.delete(row)
        session.flush()


def test_a_unit_moved_in_the_tree_is_reminded_by_the_exceptions_of_its_new_place_from_then_on(session, county):
    exception(session, county, county.sister, days_before="60、7", quiet="2026-07-31")
    task = task_of(session, county.section, county.section_officer, due=date(2026, 9, 29))
    kept = task_of(session, county.township, county.officer, due=date(2026, 9, 29))
    untouched = session.get_one(Alarm, (kept.id, Ladder.DEADLINE)).fire_on
    unit = county.section
    fields = UnitFields(unit.name, unit.short_name, unit.code, unit.kind)
    moved = at(date(2026, 7, 27), 15)
    edit_unit(
        session, actor(county.admin), unit.id, fields, parent_id=county.sister.id, version=unit.version, now=moved
    )
    session.expire_all()
    assert session.get_one(Alarm, (kept.id, Ladder.DEADLINE)).fire_on == untouched
    for day in (date(2026, 7, 28), date(2026, 7, 31), date(2026, 8, 3)):  # sixty days before is the quiet day
        round_of(session, at(day))
        assert (task.id, county.section_officer.id) in told(session) or day < date(2026, 8, 3)
    notice = session.scalars(select(Notice).where(Notice.task_id == task.id, Notice.channel == Channel.INBOX)).one()
    assert (notice.rule, notice.step_on, notice.slot) == ("before:60", date(2026, 7, 31), date(2026, 8, 3))


# ---- what was gathered and has not left when its day is over, or becomes quiet ---------------------------------------------


def carried(session: Session, moment: datetime) -> set[tuple[int, str]]:
    """Who is sent a message at a moment, with the rules of what it carries."""
    _, ids = claim_messages(session, now=moment, limit=100)
    rows = session.execute(select(Notice.recipient_id, Notice.rule).where(Notice.message_id.in_(ids)))
    return {(row.recipient_id, row.rule) for row in rows}


@pytest.mark.parametrize(
    ("up_again", "meant_for"),
    [
        (at(DAY + timedelta(days=1), 10), at(date(2026, 7, 2), 14, 0)),  # a quiet day of the unit
        (at(DAY + timedelta(days=4), 10), at(date(2026, 7, 6), 14, 0)),  # a Saturday
        (at(date(2026, 7, 2), 3), at(date(2026, 7, 2), 14, 0)),  # in the night
    ],
)
def test_what_an_outage_kept_from_leaving_on_its_day_leaves_on_the_next_that_is_meant_for_its_reader(
    session, county, up_again, meant_for
):
    exception(session, county, county.township, hour="14:00", quiet="2026-07-01")
    task_of(session, county.township, county.officer)
    round_of(session, at(DAY))  # the digest waits for 14:00; the machine stands still from 9:00 on
    assert carried(session, up_again) == set()
    if up_again.hour >= 8:
        round_of(session, up_again)
    assert carried(session, up_again) == set()
    round_of(session, at(meant_for.date()))
    assert carried(session, meant_for - timedelta(minutes=1)) == set()
    assert (county.officer.id, "before:0") in carried(session, meant_for)
    old = session.scalars(select(Message).order_by(Message.id).limit(1)).one()
    assert (old.status, old.last_error) == (MessageStatus.CANCELLED, "没有在当天发出，内容并入之后的提醒")


def test_what_was_tried_on_its_day_is_tried_again_on_a_free_day(session, county):
    task_of(session, county.township, county.officer, due=date(2026, 7, 3))
    round_of(session, at(date(2026, 7, 3)))
    token, (message,) = claim_messages(session, now=at(date(2026, 7, 3)))
    hand_over(session, message, token, now=at(date(2026, 7, 3)))
    mark_failed(session, message, token, "451 busy", retryable=True, now=at(date(2026, 7, 3)))
    assert claim_messages(session, now=at(date(2026, 7, 4)))[1] == [message]


@pytest.mark.parametrize("uncertain", [False, True])
def test_what_a_person_sends_again_goes_on_whatever_day_that_is(session, county, uncertain):
    task_of(session, county.township, county.officer, due=date(2026, 7, 3))
    round_of(session, at(date(2026, 7, 3)))
    token, (message,) = claim_messages(session, now=at(date(2026, 7, 3)))
    hand_over(session, message, token, now=at(date(2026, 7, 3)))
    when = at(date(2026, 7, 3), 9)
    mark_failed(session, message, token, "550 no such mailbox", retryable=False, uncertain=uncertain, now=when)
    send_again(session, actor(county.supervisor), message, now=at(date(2026, 7, 4)))
    gather_digests(session, now=at(date(2026, 7, 6)))
    assert claim_messages(session, now=at(date(2026, 7, 4)))[1] == [message]


def test_a_quiet_day_entered_on_the_day_itself_holds_back_what_has_not_left(session, county):
    exception(session, county, EVERYBODY, "routine", hour="14:00")
    exception(session, county, EVERYBODY, "key", hour="15:00")
    for unit, owner in ((county.township, county.officer), (county.sister, county.sister_officer)):
        task_of(session, unit, owner)
    key = task_of(session, county.township, county.officer, level="key")
    round_of(session, at(DAY))
    held = exception(session, county, county.township, "routine", now=at(DAY, 10), quiet=QUIET)
    round_of(session, at(DAY, 10, 1))
    assert carried(session, at(DAY, 15)) == {(county.officer.id, "before:0"), (county.sister_officer.id, "before:0")}
    waiting = session.scalars(select(Notice.task_id).where(Notice.message_id.is_(None), Notice.channel == "email"))
    assert key.id not in waiting.all()
    delete_override(session, actor(county.admin), held.id, version=held.version, now=at(DAY, 16))
    round_of(session, at(NEXT))
    assert (county.officer.id, "before:0") in carried(session, at(NEXT, 15))


def test_a_quiet_day_taken_out_again_lets_the_message_leave_the_same_day(session, county):
    exception(session, county, county.area, hour="14:00")
    task_of(session, county.township, county.officer)
    round_of(session, at(DAY))
    held = exception(session, county, county.township, now=at(DAY, 10), quiet=QUIET)
    assert carried(session, at(DAY, 10)) == set()
    delete_override(session, actor(county.admin), held.id, version=held.version, now=at(DAY, 11))
    round_of(session, at(DAY, 11))
    assert carried(session, at(DAY, 14)) == {(county.officer.id, "before:0")}


@pytest.mark.parametrize("awake", [None, "无"])
def test_a_quiet_day_for_everybody_entered_on_the_day_itself_does_the_same(session, county, awake):
    exception(session, county, county.area, hour="14:00")
    if awake:
        exception(session, county, county.sister, quiet=awake)
    task_of(session, county.township, county.officer)
    task_of(session, county.sister, county.sister_officer)
    round_of(session, at(DAY))
    change_delivery(
        session,
        actor(county.admin),
        DeliveryPolicy(quiet=(QUIET,)),
        version=fingerprint(DeliveryPolicy()),
        now=at(DAY, 10),
    )
    assert carried(session, at(DAY, 14)) == ({(county.sister_officer.id, "before:0")} if awake else set())


# ---- hours ----------------------------------------------------------------------------------------------------------------


def test_each_units_people_get_their_digest_at_its_hour(session, county):
    exception(session, county, county.township, hour="14:00")
    exception(session, county, county.sister, hour="08:10")
    task_of(session, county.township, county.officer)
    task_of(session, county.sister, county.sister_officer)
    task_of(session, county.bureau, county.supervisor)
    assert f"{load_delivery_book(session).begins:%H:%M}" == "08:10"
    round_of(session, at(DAY, 8, 10))
    assert leaving(session) == {
        county.officer.id: at(DAY, 14, 0),
        county.sister_officer.id: at(DAY, 8, 10),
        county.supervisor.id: at(DAY),
    }
    assert len(claim_messages(session, now=at(DAY, 8, 20))[1]) == 1


def test_an_own_hour_wins_over_that_of_the_unit(session, county):
    exception(session, county, county.township, hour="14:00")
    draft = PreferenceDraft(channels=frozenset({Channel.EMAIL}), hour="09:45")
    save_preference(session, actor(county.officer), draft, version=0, now=NOW)
    session.expire(county.officer)
    task_of(session, county.township, county.officer)
    round_of(session, at(DAY))
    assert leaving(session) == {county.officer.id: at(DAY, 9, 45)}


def test_a_person_who_chose_an_hour_before_the_usual_one_gets_it_then_and_the_others_at_theirs(session, county):
    draft = PreferenceDraft(channels=frozenset({Channel.EMAIL}), hour="08:10")
    save_preference(session, actor(county.officer), draft, version=0, now=NOW)
    session.expire(county.officer)
    task_of(session, county.township, county.officer)
    task_of(session, county.sister, county.sister_officer)
    assert f"{round_begins(session):%H:%M}" == "08:10"
    round_of(session, at(DAY, 8, 10))
    assert leaving(session) == {county.officer.id: at(DAY, 8, 10), county.sister_officer.id: at(DAY)}


def test_an_own_hour_outside_a_window_made_narrower_is_moved_into_it(session, county):
    draft = PreferenceDraft(channels=frozenset({Channel.EMAIL}), hour="08:05")
    save_preference(session, actor(county.officer), draft, version=0, now=NOW)
    narrower = DeliveryPolicy(window_from="08:20")
    change_delivery(session, actor(county.admin), narrower, version=fingerprint(DeliveryPolicy()), now=NOW)
    assert f"{round_begins(session):%H:%M}" == "08:20"


def test_a_digest_with_a_key_task_in_it_leaves_at_the_earlier_hour(session, county):
    exception(session, county, EVERYBODY, "routine", hour="15:00")
    task_of(session, county.township, county.officer)
    round_of(session, at(DAY))
    assert leaving(session) == {county.officer.id: at(DAY, 15, 0)}
    task_of(session, county.township, county.officer, level="key")  # assigned in the course of the morning
    round_of(session, at(DAY, 10))
    assert leaving(session) == {county.officer.id: at(DAY, 10)}
    assert len(session.scalars(select(Message)).all()) == 1


# ---- rules and the preview ------------------------------------------------------------------------------------------------


def test_an_hour_must_lie_in_the_window_and_the_window_keep_the_hours_of_exceptions(session, county):
    with pytest.raises(DeliveryRefused, match="08:00 到 18:00"):
        exception(session, county, county.township, hour="18:30")
    exception(session, county, county.township, hour="17:00", quiet=QUIET)
    narrower = DeliveryPolicy(window_until="16:00")
    with pytest.raises(RuleRefused, match="17:00"):
        change_delivery(session, actor(county.admin), narrower, version=fingerprint(DeliveryPolicy()), now=NOW)


def preview(session: Session, task: Task, today: date) -> TaskPreview:
    return preview_task(session, task, load_policy_book(session).of(task.lead_unit.path, task.level), today=today)


def test_the_preview_says_when_each_persons_message_leaves(session, county):
    exception(session, county, county.township, hour="14:00", quiet="2026-06-23")
    exception(session, county, county.area, hour="09:00")
    task = task_of(session, county.township, county.officer)
    round_of(session, at(date(2026, 6, 15)))
    shown = preview(session, task, date(2026, 6, 22))
    first = shown.messages[0]
    assert (shown.hour, first.day, first.moved_from) == ("08:30", date(2026, 6, 24), date(2026, 6, 23))
    assert first.people == ("承办人李文（系统内提醒、邮件 14:00）",)
    slip = next(line for line in shown.messages if "黄单" in line.what)
    assert slip.people == ("清溪县督办员陈督（系统内提醒、邮件 09:00）",)


def test_the_preview_leaves_out_what_a_newer_step_stands_for_after_a_quiet_day(session, county):
    exception(session, county, county.township, quiet="2026-06-29、2026-06-30")
    task = task_of(session, county.township, county.officer)
    days = [(line.day, line.what) for line in preview(session, task, date(2026, 6, 28)).messages[:2]]
    assert days == [(NEXT, "逾期 1 个工作日"), (date(2026, 7, 3), "逾期 3 个工作日")]


def test_the_preview_says_on_which_day_a_message_leaves_that_waits_for_its_reader(session, county):
    exception(session, county, county.area, quiet="2026-07-09")
    exception(session, county, county.township, quiet="无")
    task = task_of(session, county.township, county.officer)
    shown = preview(session, task, date(2026, 6, 29))
    slip = next(line for line in shown.messages if "黄单" in line.what)
    assert slip.day == date(2026, 7, 9)
    assert slip.people == ("清溪县督办员陈督（系统内提醒、邮件 2026-07-10 08:30）",)


def test_the_preview_tells_of_what_a_quiet_day_or_an_outage_holds_back(session, county):
    exception(session, county, county.township, quiet="2026-06-23至2026-06-24")
    task = task_of(session, county.township, county.officer)
    round_of(session, at(date(2026, 6, 15)))
    round_of(session, at(date(2026, 6, 23)))
    for today in (date(2026, 6, 24), date(2026, 6, 26)):  # the last quiet day; a day after one without a round
        first = preview(session, task, today).messages[0]
        assert (first.what, first.moved_from) == ("到期前 7 天", date(2026, 6, 23))
        assert first.day == max(today, date(2026, 6, 25))


def test_the_preview_puts_the_deputy_in_the_place_of_who_is_away(session, county):
    county.head.email = None
    deputy = make_user(session, county.township, name="赵代", email="deputy@example.org")
    draft = PreferenceDraft(frozenset({Channel.EMAIL}), "", date(2026, 6, 20), date(2026, 6, 25), deputy.id)
    save_preference(session, actor(county.officer), draft, version=0, now=at(date(2026, 6, 1)))
    session.expire_all()
    task = task_of(session, county.township, county.officer)
    round_of(session, at(date(2026, 6, 15)))
    away, back = preview(session, task, date(2026, 6, 22)).messages[:2]
    assert away.people == ("承办人李文（系统内提醒）", "承办人赵代（代李文收：系统内提醒、邮件）")
    assert back.people == ("承办人李文（系统内提醒、邮件）",)
