"""The preview against what the rounds then do: for installations drawn by lot the same messages, days, people and hours."""

from __future__ import annotations

import random
import re
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.support.clock import CHINA
from tests.support.factories import NOW, County, make_county, make_task, make_user
from tracker.db.models import Message, MessageStatus, Notice, Preference, ReminderOverride, Setting, Task
from tracker.domain.permissions import Role
from tracker.domain.reminders import Channel, step_words
from tracker.services.alarms import reset_alarms
from tracker.services.outbox import gather_digests
from tracker.services.policies import load_policy_book
from tracker.services.reminder_preview import PlannedMessage, preview_task
from tracker.services.reminders import plan_reminders_batch
from tracker.services.sending_hours import round_begins

FIRST, LAST = date(2026, 6, 15), date(2026, 8, 10)
ENOUGH = LAST - timedelta(days=12)  # what is planned until then has left by the last day
HOURS = ("08:00", "09:00", "14:00", "17:30")
WHO = re.compile(r".*?(?:承办人|单位负责人|督办员)(?P<name>[^（]+)（(?:代.+收：)?(?P<channels>.*)）$")
MAIL = re.compile(r"邮件(?: (?P<day>\d{4}-\d\d-\d\d))?(?: (?P<hour>\d\d:\d\d))?$")
Reached = set[tuple[str, ...]]


@pytest.fixture
def county(session: Session) -> County:
    made = make_county(session)
    made.head.email, made.area_head.email = "head@example.org", "area@example.org"
    return made


@pytest.mark.parametrize("seed", range(16))
def test_the_preview_says_exactly_what_the_rounds_then_do(session: Session, county: County, seed: int):
    dice = random.Random(seed)
    set_times(session, county, dice)
    set_people(session, county, dice)
    task = make_task(
        session, county.township, owner=county.officer, due_on=date(2026, 6, 30), level=dice.choice([None, "key"])
    )
    reset_alarms(session, task, now=NOW)
    today = FIRST + timedelta(days=dice.randrange(13))
    for day in days(date(2026, 5, 20), today - timedelta(days=1)):
        if dice.random() < 0.8:  # on the others the clock stood still
            hold_round(session, day)
    policy = load_policy_book(session).of(task.lead_unit.path, task.level)
    shown = preview_task(session, task, policy, today=today)
    for day in days(today, LAST):
        hold_round(session, day)
    done = steps_written(session, task, today)
    assert {(line.day, line.what) for line in shown.messages if line.day <= ENOUGH} == {
        (notice.slot, words(notice)) for notice in done if notice.slot <= min(ENOUGH, shown.messages[-1].day)
    }
    for line in shown.messages:
        if line.day <= ENOUGH:
            rows = [notice for notice in done if (notice.slot, words(notice)) == (line.day, line.what)]
            assert said(line, shown.hour) == reached(session, rows), line


def set_times(session: Session, county: County, dice: random.Random) -> None:
    """Quiet days and hours by unit and level, some for everybody."""
    for unit in (county.area, county.township, county.section, None):
        for level in (None, "key", "routine"):
            quiet, hour = dice.choice([None, "无", some_days(dice), some_days(dice)]), dice.choice([None, *HOURS])
            values = {name: value for name, value in (("quiet", quiet), ("hour", hour)) if value}
            if dice.random() < 0.35 and values and (unit or level):
                session.add(ReminderOverride(unit=unit, level=level, values=values, updated_at=NOW))
    if dice.random() < 0.5:
        free = [str(FIRST + timedelta(days=dice.randrange(45))) for _ in range(3)]
        session.add(Setting(name="delivery.quiet", value=free, updated_at=NOW))


def some_days(dice: random.Random) -> str:
    starts = [FIRST + timedelta(days=dice.randrange(45)) for _ in range(dice.randint(1, 4))]
    return "、".join(f"{start}至{start + timedelta(days=dice.choice((0, 0, 1, 3, 6)))}" for start in starts)


def set_people(session: Session, county: County, dice: random.Random) -> None:
    """Hours of people's own, and absences with a deputy."""
    deputy = make_user(session, county.township, Role.OFFICER, name="代理", email="deputy@example.org")
    for person in (county.officer, county.head, county.supervisor):
        own = Preference(user_id=person.id)
        own.version, own.updated_at, own.hour = 1, NOW, dice.choice([None, "08:00", "10:00", "16:00"])
        if person.unit is county.township and dice.random() < 0.5:
            own.deputy, own.absent_from = deputy, FIRST + timedelta(days=dice.randrange(40))
            own.absent_until = own.absent_from + timedelta(days=10)
        session.add(own)
    session.flush()
    session.expire_all()
    session.info.clear()


def days(first: date, last: date) -> list[date]:
    return [first + timedelta(days=number) for number in range((last - first).days + 1)]


def hold_round(session: Session, day: date) -> None:
    """The round of a day; what it gathers leaves."""
    now = datetime.combine(day, round_begins(session), CHINA)
    plan_reminders_batch(session, now=now)
    gather_digests(session, now=now)
    for message in session.scalars(select(Message).where(Message.status == MessageStatus.PENDING)):
        message.status = MessageStatus.SENT
    session.flush()
    session.expire_all()


def steps_written(session: Session, task: Task, today: date) -> list[Notice]:
    query = select(Notice).where(Notice.task_id == task.id, Notice.step_on.is_not(None), Notice.slot >= today)
    return list(session.scalars(query))


def words(notice: Notice) -> str:
    return step_words(notice.rule, notice.kind)


def reached(session: Session, notices: list[Notice]) -> Reached:
    """Whom a step reached in the inbox, and whom by mail from when on."""
    found: Reached = set()
    for notice in notices:
        if notice.channel is Channel.INBOX:
            found.add((notice.recipient.name, "inbox"))
            continue
        message = session.get_one(Message, notice.message_id)
        found.add((notice.recipient.name, f"{message.not_before.astimezone(CHINA):%Y-%m-%d %H:%M}"))
    return found


def said(line: PlannedMessage, hour: str) -> Reached:
    """The same in the words of the preview."""
    found: Reached = set()
    for person in line.people:
        match = WHO.match(person)
        assert match is not None
        if "系统内提醒" in match["channels"]:
            found.add((match["name"], "inbox"))
        if mail := MAIL.search(match["channels"]):
            found.add((match["name"], f"{mail['day'] or line.day} {mail['hour'] or hour}"))
    return found
