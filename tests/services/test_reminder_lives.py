"""R5, R7: random lives of tasks through random days, outages and set clocks, against an oracle of the policy.

The oracle knows the policy as people state it: on which working day which step falls, to whom it goes, and that after an
outage the newest step speaks. It counts days one by one and shares no code with the ladders.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.support.clock import CHINA
from tests.support.factories import County, make_county, make_task, make_user
from tests.support.soak import size
from tracker.db.models import (
    ClosureRequest,
    ExtensionRequest,
    Message,
    MessageStatus,
    Notice,
    ReminderOverride,
    Setting,
    Task,
    Unit,
    User,
)
from tracker.db.session import Database
from tracker.domain.calendar import WorkingCalendar
from tracker.domain.permissions import Role
from tracker.domain.reminders import Channel, NoticeKind
from tracker.domain.tasks import TaskStatus
from tracker.services.alarms import reset_alarms
from tracker.services.digests import compose_digest
from tracker.services.outbox import claim_messages, gather_digests, hand_over, mark_cancelled, mark_sent
from tracker.services.outdated import cancel_notices, hand_on
from tracker.services.policies import forget_calendar
from tracker.services.regathering import hold_back_quiet
from tracker.services.reminders import plan_reminders_batch

STARTS = (date(2026, 4, 20), date(2026, 12, 15), date(2028, 2, 14))  # mid-year; a year's end; before a leap day
CALENDAR = WorkingCalendar()
ON_THE_CLOCK = {TaskStatus.ASSIGNED, TaskStatus.IN_PROGRESS, TaskStatus.RETURNED}
Key = tuple[int, str, int, int]  # task, rule, version of the deadline, person


@dataclass(frozen=True)
class View:
    """What the policy looks at in a task, as it stood at one time."""

    status: TaskStatus
    due_on: date | None
    sign_due_on: date | None
    extension_pending: bool
    review_since: date | None


@dataclass
class Life:
    """What the oracle knows of a task besides its row: from which day on each ladder's steps have not been dealt with."""

    task: Task
    unserved: dict[str, date] = field(default_factory=dict)
    review_since: date | None = None
    suspended_since: date | None = None
    told: set[Key] = field(default_factory=set)
    seen: View | None = None

    def stopped_since(self) -> date | None:
        """Since when the task's clock stands still, for an application or a suspension; None where it runs."""
        if self.task.status is TaskStatus.SUSPENDED:
            return self.suspended_since
        waits = self.task.status is TaskStatus.IN_REVIEW or self.task.extension_pending
        return self.review_since if waits else None

    def view(self) -> View:
        """The task as it stands now."""
        task = self.task
        return View(task.status, task.due_on, task.sign_due_on, task.extension_pending, self.review_since)


def worked_between(first: date, last: date) -> int:
    """Working days after ``first`` up to ``last``, counted one by one."""
    days = (first + timedelta(days=number) for number in range(1, (last - first).days + 1))
    return sum(CALENDAR.is_working(day) for day in days)


def before_on(due: date, day: date) -> str | None:
    """The step before the deadline that falls on a working day: the nearest of those put off to it."""
    found = None
    for number in (30, 15, 7, 3, 1, 0):
        wanted = due - timedelta(days=number)
        while not CALENDAR.is_working(wanted):
            wanted += timedelta(days=1)
        if wanted == day and day <= due:
            found = f"before:{number}"
    return found


def ladders(task: View) -> set[str]:
    """The ladders a task stands on."""
    if task.status is TaskStatus.ASSIGNED:
        return {"signing", "deadline"}
    if task.status is TaskStatus.IN_REVIEW or (task.extension_pending and task.status in ON_THE_CLOCK):
        return {"review"}
    return {"deadline"} if task.status in ON_THE_CLOCK else set()


def ladder_of(track: str) -> str:
    """The ladder a track belongs to."""
    return track if track in ("signing", "review") else "deadline"


def steps_on(task: View, day: date) -> dict[str, tuple[str, str]]:
    """By track: rule and circle of the step that the policy puts on ``day`` for a task that stands like that."""
    found = {}
    if not CALENDAR.is_working(day) or task.due_on is None:
        return {}
    waits = task.status is TaskStatus.IN_REVIEW or (task.extension_pending and task.status in ON_THE_CLOCK)
    if waits and task.status is not TaskStatus.ASSIGNED:
        since = task.review_since or day
        passed = worked_between(since, day)
        if passed >= 3 and passed % 3 == 0:
            found["review"] = (f"review:{passed}@{since:%Y%m%d}", "supervisor")
        return found
    if task.status not in ON_THE_CLOCK:
        return {}
    if task.status is TaskStatus.ASSIGNED and task.sign_due_on is not None and day >= task.sign_due_on:
        late = worked_between(task.sign_due_on, day)
        if late in (0, 1, 3) or late % 5 == 0:
            found["signing"] = (f"signing:{late}@{task.sign_due_on:%Y%m%d}", "unit")
    if day <= task.due_on:
        if near := before_on(task.due_on, day):
            found["deadline"] = (near, "owner")
        return found
    late = worked_between(task.due_on, day)
    if late == 1 or late % 3 == 0:
        found["deadline"] = (f"overdue:{late}", "unit")
    if late == 7:
        found["yellow"] = ("yellow:7", "supervisor")
    if late >= 15 and late % 5 == 0:
        found["red"] = (f"red:{late}", "area_head")
    return found


class Lives(RuleBasedStateMachine):
    """The machine: people act, days pass, the clock runs or does not."""

    database: Database

    def __init__(self) -> None:
        super().__init__()
        self.connection = self.database.writing_engine.connect()
        self.outer = self.connection.begin()
        self.session = Session(
            self.connection, join_transaction_mode="create_savepoint", expire_on_commit=False, autoflush=True
        )
        self.county: County = make_county(self.session)
        self.second = make_user(self.session, self.county.township, Role.OFFICER, email="zhao@example.org")
        self.now = datetime(2026, 1, 1, 7, 0, tzinfo=CHINA)
        self.lives: list[Life] = []
        self.sent_on: dict[tuple[int, date], int] = {}
        self.quiet: dict[int | None, set[date]] = {None: set()}  # by unit; None: everywhere
        self.key_is_never_quiet = False

    def teardown(self) -> None:
        self.session.close()
        self.outer.rollback()
        self.connection.close()

    @property
    def today(self) -> date:
        """The day in China."""
        return self.now.date()

    # ---- what people do

    @initialize(start=st.sampled_from(STARTS), due=st.integers(-20, 45))
    def begin_with_a_task(self, start: date, due: int) -> None:
        self.now = datetime(start.year, start.month, start.day, 7, 0, tzinfo=CHINA)
        self.establish(due, assigned=True)

    @rule(due=st.integers(-20, 45), assigned=st.booleans(), level=st.sampled_from([None, "key"]))
    def establish(self, due: int, assigned: bool, level: str | None = None) -> None:
        if len(self.lives) >= 4:
            return
        sign_due = CALENDAR.on_or_after(self.today + timedelta(days=2))
        status = TaskStatus.ASSIGNED if assigned else TaskStatus.IN_PROGRESS
        task = make_task(
            self.session,
            self.county.township,
            status,
            owner=self.county.officer,
            due_on=self.today + timedelta(days=due),
            sign_due_on=sign_due,
            level=level,
        )
        self.lives.append(Life(task))
        self.changed(self.lives[-1])

    @rule(
        number=st.integers(0, 3),
        status=st.sampled_from(sorted(ON_THE_CLOCK | {TaskStatus.CLOSED, TaskStatus.SUSPENDED, TaskStatus.IN_REVIEW})),
    )
    def move(self, number: int, status: TaskStatus) -> None:
        life = self.pick(number)
        if status is life.task.status:
            return
        stopped = life.stopped_since()
        self.settle(life)
        if status is TaskStatus.SUSPENDED:
            life.suspended_since, life.task.suspended_at = self.today, self.now
        if status is TaskStatus.ASSIGNED:
            life.task.sign_due_on = CALENDAR.add(self.today, 2)
        if status is TaskStatus.IN_REVIEW:
            life.review_since = self.today
            self.session.add(
                ClosureRequest(
                    task_id=life.task.id,
                    requested_by_id=self.county.officer.id,
                    requested_at=self.now,
                    statement="已完成",
                    completed_on=self.today,
                )
            )
        life.task.status = status
        self.changed(life, stopped)

    @rule(number=st.integers(0, 3), days=st.integers(-10, 40))
    def move_the_deadline(self, number: int, days: int) -> None:
        life = self.pick(number)
        life.task.due_on = self.today + timedelta(days=days)
        life.task.due_version += 1
        self.changed(life)

    @rule(number=st.integers(0, 3))
    def ask_for_an_extension(self, number: int) -> None:
        life = self.pick(number)
        if life.task.extension_pending or life.task.status not in ON_THE_CLOCK - {TaskStatus.ASSIGNED}:
            return
        life.task.extension_pending, life.review_since = True, self.today
        self.session.add(
            ExtensionRequest(
                task_id=life.task.id,
                requested_by_id=self.county.officer.id,
                requested_at=self.now,
                reason="汛期",
                old_due_on=life.task.due_on,
                new_due_on=self.today + timedelta(days=60),
            )
        )
        self.changed(life)

    @rule(number=st.integers(0, 3))
    def refuse_the_extension(self, number: int) -> None:
        life = self.pick(number)
        if life.task.extension_pending:
            stopped = life.stopped_since()
            self.settle(life)
            self.changed(life, stopped)

    @rule(number=st.integers(0, 3), owner=st.sampled_from(["first", "second", "nobody"]))
    def hand_over_the_task(self, number: int, owner: str) -> None:
        life = self.pick(number)
        life.task.owner = {"first": self.county.officer, "second": self.second, "nobody": None}[owner]
        self.changed(life)

    @rule(active=st.booleans())
    def disable_the_first_officer(self, active: bool) -> None:
        self.county.officer.is_active = active
        self.session.flush()

    # ---- what an administrator does

    @rule(where=st.sampled_from(["everywhere", "area", "township"]), ahead=st.integers(0, 4))
    def make_a_day_quiet(self, where: str, ahead: int) -> None:
        day, unit = self.today + timedelta(days=ahead), {"area": self.county.area, "township": self.county.township}
        place = unit[where].id if where in unit else None
        days = self.quiet.setdefault(place, set())
        days.add(day)
        written = [other.isoformat() for other in sorted(days)]
        if place is None:
            self.session.merge(Setting(name="delivery.quiet", value=written, updated_at=self.now))
        else:
            self.say(place, None, "、".join(written))
        forget_calendar(self.session)
        hold_back_quiet(self.session, now=self.now)  # as the verbs do that change quiet days

    @rule()
    def let_key_tasks_know_no_quiet_days(self) -> None:
        self.key_is_never_quiet = True
        self.say(None, "key", "无")
        forget_calendar(self.session)

    def say(self, unit_id: int | None, level: str | None, quiet: str) -> None:
        """Enter an exception, or change the one there is."""
        row = self.session.scalar(
            select(ReminderOverride).where(
                ReminderOverride.unit_id.is_not_distinct_from(unit_id),
                ReminderOverride.level.is_not_distinct_from(level),
            )
        )
        row = row or ReminderOverride(unit_id=unit_id, level=level)
        row.values, row.updated_at = {"quiet": quiet}, self.now
        self.session.add(row)
        self.session.flush()

    def is_quiet(self, day: date, unit: Unit, level: str | None) -> bool:
        """The unit's own quiet days and those of the units above, else those of everybody, which key tasks may not know."""
        places = {self.county.township.id, self.county.area.id} if unit is self.county.township else {unit.id}
        if any(day in self.quiet.get(place, ()) for place in places):
            return True
        return day in self.quiet[None] and not (level == "key" and self.key_is_never_quiet)

    # ---- how time passes

    @rule(days=st.integers(1, 8))
    def days_pass(self, days: int) -> None:
        for _ in range(days):
            self.now += timedelta(days=1)
            self.run_the_clock()

    @rule(days=st.integers(1, 35), first_the_people=st.booleans())
    def an_outage(self, days: int, first_the_people: bool) -> None:
        """The clock stands still; afterwards it is back before anybody does anything, or only after that."""
        self.now += timedelta(days=days)
        if not first_the_people:
            self.run_the_clock()

    @rule(hours=st.integers(-30, 30))
    def the_clock_is_set_and_set_right(self, hours: int) -> None:
        right = self.now
        self.now += timedelta(hours=hours)
        self.run_the_clock()
        self.now = right
        self.run_the_clock()

    @rule()
    def run_the_clock(self) -> None:
        self.expect()
        while plan_reminders_batch(self.session, now=self.now).alarms:
            pass
        gather_digests(self.session, now=self.now)
        self.send()

    # ---- what must be true

    @invariant()
    def exactly_the_policys_reminders(self) -> None:
        self.session.flush()
        rows = self.session.scalars(
            select(Notice).where(Notice.channel == Channel.INBOX, Notice.step_on.is_not(None))
        ).all()
        expected = {key for life in self.lives for key in life.told}
        found = [(row.task_id, row.rule, row.due_version, row.recipient_id) for row in rows]
        assert len(found) == len(set(found))
        assert set(found) - self._handed_on() == expected - self._handed_on()

    @invariant()
    def what_is_cancelled_says_why_and_nobody_gets_two_digests_a_day(self) -> None:
        for notice in self.session.scalars(select(Notice).where(Notice.cancelled_at.is_not(None))):
            assert notice.cancelled_reason
        assert all(number == 1 for number in self.sent_on.values())

    def _handed_on(self) -> set[Key]:
        """What reached others because the reader's account was disabled between planning and sending."""
        rows = self.session.scalars(select(Notice).where(Notice.reason.startswith("原收件人")))
        return {(row.task_id, row.rule, row.due_version, row.recipient_id) for row in rows}

    # ---- helpers

    def pick(self, number: int) -> Life:
        return self.lives[number % len(self.lives)]

    def changed(self, life: Life, stopped: date | None = None) -> None:
        """A ladder that goes on keeps the first step that has come and was not dealt with; one that begins, begins today.

        One that begins again after the task's clock was stopped begins with what came meanwhile.
        """
        reset_alarms(self.session, life.task, now=self.now, stopped_since=stopped)
        before, life.seen = life.seen, life.view()
        kept = {} if before is None else {name: self.first_unserved(life, before, name) for name in ladders(before)}
        begins = dict.fromkeys(ladders(life.seen) - {"review"}, stopped or self.today)
        first = {"review": self.today} | begins
        life.unserved = {name: min(kept.get(name, first[name]), first[name]) for name in ladders(life.seen)}

    def first_unserved(self, life: Life, task: View, ladder: str) -> date:
        """The day of the first step before today that no round has dealt with; today where there is none."""
        day = life.unserved[ladder]
        while day < self.today:
            if any(ladder_of(track) == ladder for track in steps_on(task, day)):
                return day
            day += timedelta(days=1)
        return self.today

    def settle(self, life: Life) -> None:
        """Answer what waits."""
        for kind in (ClosureRequest, ExtensionRequest):
            for request in self.session.scalars(
                select(kind).where(kind.task_id == life.task.id, kind.decision.is_(None))
            ):
                request.decision = "returned" if kind is ClosureRequest else "refused"
        life.task.extension_pending, life.review_since = False, None
        self.session.flush()

    def expect(self) -> None:
        """Note what the policy says for a round today."""
        if not CALENDAR.is_working(self.today):
            return
        for life in self.lives:
            if self.is_quiet(self.today, life.task.lead_unit, life.task.level):
                continue
            newest: dict[str, tuple[str, str]] = {}
            for day in self.days_since(min(life.unserved.values(), default=self.today)):
                steps = steps_on(life.view(), day).items()
                newest |= {track: step for track, step in steps if day >= life.unserved[ladder_of(track)]}
            for name, circle in newest.values():
                for person in self.people(life.task, circle):
                    life.told.add((life.task.id, name, life.task.due_version, person.id))
            tomorrow = self.today + timedelta(days=1)
            life.unserved = {name: max(day, tomorrow) for name, day in life.unserved.items()}

    def days_since(self, first: date) -> list[date]:
        """The days from ``first`` to today."""
        return [first + timedelta(days=number) for number in range((self.today - first).days + 1)]

    def people(self, task: Task, circle: str) -> list[User]:
        owner = [task.owner] if task.owner is not None and task.owner.is_active else []
        head, supervisor, area_head = self.county.head, self.county.supervisor, self.county.area_head
        return {
            "owner": owner or [head],
            "unit": [*owner, head],
            "supervisor": [supervisor],
            "area_head": [area_head],
        }[circle]

    def send(self) -> None:
        token, ids = claim_messages(self.session, now=self.now, limit=100)
        for message_id in ids:
            digest = compose_digest(self.session, message_id, base_url="http://ledger.example", product_name="台账")
            if digest.orphaned:
                hand_on(self.session, digest.orphaned, now=self.now)
            cancel_notices(self.session, digest.dropped, now=self.now)
            if not digest.lines:
                mark_cancelled(self.session, message_id, token, "没有仍需提醒的事项")
                continue
            assert hand_over(self.session, message_id, token, now=self.now)
            mark_sent(
                self.session,
                message_id,
                token,
                subject=digest.subject,
                body=digest.body,
                address=digest.address,
                now=self.now,
            )
            self.check_sent(message_id)

    def check_sent(self, message_id: int) -> None:
        """Only running tasks are reminded of, and only people who are there."""
        message = self.session.get_one(Message, message_id, populate_existing=True)
        assert message.status is MessageStatus.SENT
        day = date.fromisoformat(message.dedupe_key.split(":")[1])
        self.sent_on[message.recipient_id, day] = self.sent_on.get((message.recipient_id, day), 0) + 1
        person = self.session.get_one(User, message.recipient_id)
        assert person.is_active
        tasks = self.session.scalars(select(Task).join(Notice).where(Notice.message_id == message_id))
        assert not any(self.is_quiet(day, person.unit, task.level) for task in tasks)
        rows = self.session.scalars(
            select(Notice).where(Notice.message_id == message_id, Notice.cancelled_at.is_(None))
        )
        tracks = set()
        for notice in rows:
            # A slip is a document with a number, to be receipted whatever becomes of its deadline: one that waited is
            # told of beside the next, be that the red one after the yellow or one of a later deadline.
            slip = notice.rule.startswith("slip:")
            track = (notice.task_id, f"{notice.rule}@{notice.due_version}" if slip else notice.rule.split(":")[0])
            assert track not in tracks, "a burst"
            tracks.add(track)
            assert notice.task.status in ON_THE_CLOCK | {TaskStatus.IN_REVIEW}
            assert notice.kind == NoticeKind.REVIEW or not notice.task.extension_pending


@pytest.fixture
def machine(sqlite_database: Database) -> type[Lives]:
    """The machine on an empty database."""
    return type("LivesHere", (Lives,), {"database": sqlite_database})


def test_random_lives_get_exactly_the_policys_reminders(machine: type[Lives]):
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=size(12, 200),
            stateful_step_count=size(25, 50),
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
