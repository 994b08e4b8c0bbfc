"""Fills an empty database with the sample county, through the verbs that people use, at the moments they were used.

Everything happens in one transaction: a start that is cut off leaves an empty database, and the next one begins anew.
Files that such a start left in the storage are found there again, since they are named by their content.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache, partial

from sqlalchemy import select

from tracker.db.models import Unit, User
from tracker.domain.calendar import LOCAL_ZONE, local_date
from tracker.domain.permissions import ROLE_LABELS
from tracker.runtime import Runtime
from tracker.samples.manifest import load_county
from tracker.samples.seed_clock import read_inboxes, remind, round_at, send_digests
from tracker.samples.seed_links import answers_of, decide
from tracker.samples.seed_people import add_people, add_units, note_last_logins, switch_mail_on
from tracker.samples.seed_reconciliation import stages_of
from tracker.samples.seed_reports import file_report
from tracker.samples.seed_returns import returns_of
from tracker.samples.seed_tasks import play, scenes_of
from tracker.samples.seed_world import World
from tracker.samples.story import County
from tracker.services.policies import load_calendar
from tracker.services.sign_in import hash_password

Progress = Callable[[str], None]

SAMPLE_PASSWORD = "chun-feng-hua-yu"  # noqa: S105  (for looking at the samples, printed at each start)
MAIL_SINCE = timedelta(days=150)  # a whole county's digests of three years would take longer to write than to look at
FILING_MINUTES = 20  # after the offices open: before anything is done with what the report promises


@cache
def sample_county() -> County:
    """Return the county as told, read once."""
    return load_county()


def _accounts() -> tuple[tuple[str, str, str], ...]:
    county = sample_county()
    people = [county.people[name] for name in county.showcase]
    return tuple(
        (f"{ROLE_LABELS[person.role]}（{county.units[person.unit].short_name}）", person.username, SAMPLE_PASSWORD)
        for person in people
    )


SAMPLE_ACCOUNTS = _accounts()
"""(role and unit, username, password) of the accounts to show after a start."""


def sample_accounts_of(runtime: Runtime) -> tuple[tuple[str, str, str], ...]:
    """Return those of SAMPLE_ACCOUNTS that are in the database, in use, with the password they came with."""
    with runtime.database.reading() as session:
        untouched = session.scalars(
            select(User.username).where(
                User.username.in_([username for _, username, _ in SAMPLE_ACCOUNTS]),
                User.is_active.is_(True),
                User.must_change_password.is_(False),
                User.password_changed_at == User.created_at,
            )
        ).all()
    return tuple(account for account in SAMPLE_ACCOUNTS if account[1] in untouched)


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happens at a moment."""

    at: datetime
    happen: Callable[[], None]


def seed_sample_county(runtime: Runtime, *, progress: Progress | None = None, today: date | None = None) -> bool:
    """Fill an empty database with the sample county as of now (or the evening of ``today``).

    Returns False, and changes nothing, where the database holds units already.
    """
    say = progress or (lambda _line: None)
    with runtime.database.writing.begin() as session:
        if session.scalar(select(Unit.id).limit(1)) is not None:
            return False
        until = _present(runtime, today)
        world = World(session, runtime.storage, sample_county(), until, load_calendar(session))
        say(f"正在写入示例数据（{world.county.units['qinglan'].name}，约需二十秒）…")
        _tell(world, runtime, say)
    return True


def _present(runtime: Runtime, today: date | None) -> datetime:
    if today is None or today == runtime.today():
        return runtime.now()
    return datetime.combine(today, time(18, 0), LOCAL_ZONE)


def _tell(world: World, runtime: Runtime, say: Progress) -> None:
    events = sorted(_events(world), key=lambda event: event.at)
    founded = events[0].at - timedelta(days=30)
    add_units(world, founded)
    add_people(world, hash_password(SAMPLE_PASSWORD), founded)
    clock = _Clock(world, runtime)
    year = 0
    for event in events:
        clock.go_to(event.at)
        if (now := local_date(event.at).year) != year:
            year = now
            say(f"  {year} 年 …")
        event.happen()
    clock.go_to(world.until)
    note_last_logins(world)
    say(
        f"  单位 {len(world.units)} 个，账号 {len(world.people)} 个，报告 {len(world.reports)} 份，任务 {len(world.tasks)} 项。"
    )


def _events(world: World) -> Iterator[Event]:
    yield Event(world.moment(world.today - MAIL_SINCE, 0), partial(switch_mail_on, world))
    for report in world.county.reports.values():
        filed = world.moment(world.working_day(report.filed_on(world.today)), FILING_MINUTES)
        yield Event(filed, partial(file_report, world, report, filed))
        for stage in stages_of(world, report):
            yield Event(stage.at, partial(stage.happen, stage.at))
        for stage in returns_of(world, report):
            yield Event(stage.at, partial(stage.happen, stage.at))
    for task in world.county.tasks:
        for scene in scenes_of(world, task):
            yield Event(scene.at, partial(play, world, scene))
        for answer in answers_of(world, task):
            yield Event(answer.at, partial(decide, world, answer))


class _Clock:
    """Runs the rounds of the mornings that pass between one event and the next."""

    def __init__(self, world: World, runtime: Runtime) -> None:
        self._world = world
        self._links = {"base_url": runtime.settings.base_url, "product_name": runtime.settings.product_name}
        self._done: date | None = None

    def go_to(self, moment: datetime) -> None:
        """Do what the clock does up to ``moment``."""
        day = local_date(moment)
        last = day if moment >= round_at(day) else day - timedelta(days=1)
        if self._done is None:
            self._done = last
        while self._done < last:
            self._done += timedelta(days=1)
            if self._world.calendar.is_working(self._done):
                self._morning(round_at(self._done))

    def _morning(self, now: datetime) -> None:
        remind(self._world, now)
        send_digests(self._world, now, **self._links)
        read_inboxes(self._world, now)
