"""What confirming or sending out several tasks will do, shown before it is done."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from tracker.db.models import Task, Unit, User
from tracker.db.queries.reports import owners_choosable
from tracker.domain.documents import DeadlineSource
from tracker.domain.errors import RuleViolation
from tracker.domain.permissions import Role
from tracker.domain.task_rules import check_establishment
from tracker.domain.tasks import TaskStatus
from tracker.services.plan_items import Chosen
from tracker.services.policies import signing_day


@dataclass(frozen=True, slots=True)
class Confirmation:
    """What confirming will do: the tasks that can be, those that cannot with what they lack, and what to look at."""

    ready: tuple[Task, ...]
    blocked: tuple[tuple[Task, str], ...]
    inferred: int
    assumed_lead: int
    vague: int


def confirmation_of(tasks: Sequence[Task], chosen: Sequence[Chosen] | None) -> Confirmation:
    """Arrange what confirming all (``chosen`` None) or the chosen proposals would do."""
    wanted = None if chosen is None else {entry.task_id for entry in chosen}
    ready, blocked = [], []
    for task in tasks:
        if task.status is not TaskStatus.PROPOSED or (wanted is not None and task.id not in wanted):
            continue
        lack = _what_it_lacks(task)
        if lack:
            blocked.append((task, lack))
        else:
            ready.append(task)
    return Confirmation(
        ready=tuple(ready),
        blocked=tuple(blocked),
        inferred=sum(t.due_source is DeadlineSource.PLAN_YEAR and not t.due_confirmed for t in ready),
        assumed_lead=sum(not t.lead_unit_confirmed for t in ready),
        vague=sum(t.vague for t in ready),
    )


def _what_it_lacks(task: Task) -> str:
    try:
        check_establishment(task.title, task.wording, task.due_on, task.plan_year)
    except RuleViolation as refusal:
        return refusal.message
    return "" if task.lead_unit.is_active else f"{task.lead_unit.name}已停用，请改选牵头单位。"


@dataclass(frozen=True, slots=True)
class Parcel:
    """The tasks that go to one unit, and who is told."""

    unit: Unit
    tasks: tuple[Task, ...]
    people: tuple[User, ...]


@dataclass(frozen=True, slots=True)
class Sending:
    """What sending out will do."""

    parcels: tuple[Parcel, ...]
    blocked: tuple[Parcel, ...]  # units where nobody has an account
    sign_days: tuple[date, ...]  # by when they are to be signed for: one day, or several by unit and level
    past_due: int  # how many of the tasks that go out are overdue already

    @property
    def sign_by_words(self) -> str:
        """By when they are to be signed for, in words."""
        first, last = self.sign_days[0], self.sign_days[-1]
        return f"在 {first} 前" if first == last else f"在 {first} 至 {last} 前（按各自单位、级别的规则）"

    @property
    def count(self) -> int:
        """How many tasks go out."""
        return sum(len(parcel.tasks) for parcel in self.parcels)


def sending_of(session: Session, tasks: Sequence[Task], chosen: Sequence[Chosen] | None, *, today: date) -> Sending:
    """Arrange to whom all (``chosen`` None) or the chosen established tasks would go, by unit."""
    wanted = None if chosen is None else {entry.task_id for entry in chosen}
    by_unit: dict[int, list[Task]] = {}
    for task in tasks:
        if task.status is TaskStatus.ESTABLISHED and (wanted is None or task.id in wanted):
            by_unit.setdefault(task.lead_unit_id, []).append(task)
    staff: dict[int, list[User]] = {}
    for person in owners_choosable(session, list(by_unit)):
        staff.setdefault(person.unit_id, []).append(person)
    parcels = [
        Parcel(theirs[0].lead_unit, tuple(theirs), _told(theirs, staff.get(unit_id, [])))
        for unit_id, theirs in by_unit.items()
    ]
    leaving = tuple(parcel for parcel in parcels if parcel.people)
    return Sending(
        parcels=leaving,
        blocked=tuple(parcel for parcel in parcels if not parcel.people),
        sign_days=_sign_days(session, leaving, today),
        past_due=sum(t.due_on is not None and t.due_on < today for parcel in leaving for t in parcel.tasks),
    )


def _sign_days(session: Session, parcels: Sequence[Parcel], today: date) -> tuple[date, ...]:
    rules = {(parcel.unit.path, task.level) for parcel in parcels for task in parcel.tasks}
    return tuple(sorted({signing_day(session, path, level, today=today) for path, level in rules}))


def _told(tasks: Sequence[Task], people: Sequence[User]) -> tuple[User, ...]:
    """Return who gets the notice: the unit's officers and the named owners, else its head."""
    officers = [person for person in people if person.role is Role.OFFICER]
    owners = [task.owner for task in tasks if task.owner is not None and task.owner.is_active]
    told = [*officers, *owners] if officers or owners else list(people)
    return tuple({person.id: person for person in told}.values())
