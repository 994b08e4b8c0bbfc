"""The ledger (台账): filters, sorting, search and keyset paging over the tasks in scope.

A page is one statement, its count another that stops at a thousand. Overdue and due soon are conditions on dates, so
that no nightly job has to keep them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any, cast

from sqlalchemy import ColumnElement, and_, exists, func, literal_column, or_, select, text
from sqlalchemy.orm import Session, aliased

from tracker.db.models import SupportingUnit, Task, Unit, User
from tracker.db.queries.scope import below, leads_in_scope, no_business_for_admin, unit_ids_in_scope
from tracker.db.search import matches
from tracker.domain.permissions import Actor
from tracker.domain.tasks import OPEN, TaskStatus

PAGE = 25
COUNT_LIMIT = 1000


class Focus(StrEnum):
    """Ready-made selections above the filters."""

    ALL = "all"
    OVERDUE = "overdue"
    DUE_SOON = "due_soon"
    UNSIGNED = "unsigned"
    IN_REVIEW = "in_review"
    EXTENSION = "extension"
    OPEN = "open"
    CLOSED = "closed"


class Sort(StrEnum):
    """Orders of the ledger; each is unique through the id."""

    DUE = "due"
    DUE_DESC = "-due"
    NUMBER = "number"
    NUMBER_DESC = "-number"
    UPDATED_DESC = "-updated"


@dataclass(frozen=True, slots=True)
class LedgerFilter:
    """What is asked of the ledger. ``due_soon_until`` is the last day that counts as soon."""

    today: date
    due_soon_until: date
    plan_year: int | None = None
    unit_path: str | None = None
    status: TaskStatus | None = None
    area: str | None = None
    focus: Focus = Focus.ALL
    search: str = ""
    supporting: bool = False  # tasks that a unit in scope supports instead of those it leads
    report_id: int | None = None


@dataclass(frozen=True, slots=True)
class LedgerPage:
    """Rows of a page and the keys to go on: ``before``/``after`` are None at the ends."""

    rows: Sequence[Any]
    before: str | None
    after: str | None


LeadUnit = aliased(Unit, name="lead_unit")

COLUMNS = (
    Task.id,
    Task.number,
    Task.plan_year,
    Task.title,
    Task.wording,
    Task.area,
    Task.status,
    Task.due_on,
    Task.original_due_on,
    Task.due_source,
    Task.due_confirmed,
    Task.percent,
    Task.recurring,
    Task.assigned_at,
    Task.completed_on,
    Task.extension_count,
    Task.extension_pending,
    Task.urge_count,
    Task.years_carried,
    Task.vague,
    Task.last_progress_at,
    Task.updated_at,
    LeadUnit.short_name.label("unit_name"),
    User.name.label("owner_name"),
)


def ledger_page(
    session: Session, actor: Actor, wanted: LedgerFilter, sort: Sort, *, cursor: str | None = None, size: int = PAGE
) -> LedgerPage:
    """Return one page. ``cursor`` is a key of an earlier page (``>…`` goes on, ``<…`` goes back)."""
    backwards = bool(cursor) and str(cursor).startswith("<")
    order = order_of(sort)
    query = _select(actor, wanted, session)
    if cursor and (condition := order.beyond(cursor[1:], backwards)) is not None:
        query = query.where(condition)
    rows = list(session.execute(query.order_by(*order.by(backwards)).limit(size + 1)))
    more, rows = len(rows) > size, rows[:size]
    if backwards:
        rows.reverse()
    has_before = more if backwards else bool(cursor)
    has_after = bool(cursor) if backwards else more
    return LedgerPage(
        rows,
        f"<{order.key(rows[0])}" if rows and has_before else None,
        f">{order.key(rows[-1])}" if rows and has_after else None,
    )


def ledger_count(session: Session, actor: Actor, wanted: LedgerFilter) -> tuple[int, bool]:
    """Count what the filter finds; stops at a thousand (the second value says so)."""
    inner = select(literal_column("1")).where(*conditions(actor, wanted, session)).limit(COUNT_LIMIT + 1).subquery()
    number = session.scalar(select(func.count()).select_from(inner)) or 0
    return min(number, COUNT_LIMIT), number > COUNT_LIMIT


def ledger_ids(session: Session, actor: Actor, wanted: LedgerFilter, *, batch: int = 500) -> Iterator[list[int]]:
    """Yield the ids of everything the filter finds, by number, in batches; memory stays flat."""
    order, cursor = order_of(Sort.NUMBER), None
    while True:
        query = select(Task.id, Task.number).where(*conditions(actor, wanted, session))
        if cursor is not None and (condition := order.beyond(cursor, False)) is not None:
            query = query.where(condition)
        rows = session.execute(query.order_by(*order.by(False)).limit(batch)).all()
        if not rows:
            return
        yield [row.id for row in rows]
        cursor = order.key(rows[-1])


def conditions(actor: Actor, wanted: LedgerFilter, session: Session) -> list[ColumnElement[bool]]:
    """Return the conditions of a filter, scope first."""
    found = [_scope(actor, wanted), no_business_for_admin(actor)]
    if wanted.status is not None:
        found.append(Task.status == wanted.status)
    else:
        found.append(Task.status.not_in([TaskStatus.PROPOSED, TaskStatus.DISMISSED]))
    if wanted.plan_year is not None:
        found.append(Task.plan_year == wanted.plan_year)
    if wanted.area:
        found.append(Task.area == wanted.area)
    if wanted.report_id is not None:
        found.append(Task.report_id == wanted.report_id)
    found.extend(_focus(wanted))
    condition = matches(wanted.search, session.get_bind().dialect.name) if wanted.search else None
    if condition is not None:
        found.append(condition)
    return found


def _scope(actor: Actor, wanted: LedgerFilter) -> ColumnElement[bool]:
    units = unit_ids_in_scope(actor)
    if wanted.unit_path is not None:
        units = units.where(below(wanted.unit_path))
    if wanted.supporting:
        return exists().where(SupportingUnit.task_id == Task.id, SupportingUnit.unit_id.in_(units))
    if wanted.unit_path is not None:
        return Task.lead_unit_id.in_(units)
    return leads_in_scope(actor)


def _focus(wanted: LedgerFilter) -> list[ColumnElement[bool]]:
    match wanted.focus:
        case Focus.OVERDUE:
            return [is_running(), Task.due_on < wanted.today]
        case Focus.DUE_SOON:
            return [is_running(), Task.due_on.between(wanted.today, wanted.due_soon_until)]
        case Focus.UNSIGNED:
            return [Task.status == TaskStatus.ASSIGNED]
        case Focus.IN_REVIEW:
            return [Task.status == TaskStatus.IN_REVIEW]
        case Focus.EXTENSION:
            return [awaits_extension()]
        case Focus.OPEN:
            return [Task.status.in_(sorted(OPEN))]
        case Focus.CLOSED:
            return [Task.status == TaskStatus.CLOSED]
        case _:
            return []


def is_running() -> ColumnElement[bool]:
    """Return the condition of the clock running, in the very words of the partial index on what is due."""
    return cast(ColumnElement[bool], text("task.status IN ('assigned', 'in_progress', 'in_review', 'returned')"))


def awaits_extension() -> ColumnElement[bool]:
    """Return the condition of an extension waiting for its decision, in the words of its partial index."""
    return cast(ColumnElement[bool], text("task.extension_pending"))


def _select(actor: Actor, wanted: LedgerFilter, session: Session) -> Any:
    return (
        select(*COLUMNS)
        .join(LeadUnit, Task.lead_unit_id == LeadUnit.id)
        .outerjoin(User, Task.owner_id == User.id)
        .where(*conditions(actor, wanted, session))
    )


@dataclass(frozen=True, slots=True)
class _Order:
    """A unique order by one column and the id, with its keys as text."""

    column: Any
    name: str
    descending: bool
    parse: Callable[[str], Any]

    def by(self, backwards: bool) -> tuple[Any, ...]:
        down = self.descending != backwards
        return (self.column.desc(), Task.id.desc()) if down else (self.column.asc(), Task.id.asc())

    def key(self, row: Any) -> str:
        value = getattr(row, self.name)
        return f"{value.isoformat() if isinstance(value, date | datetime) else value}~{row.id}"

    def beyond(self, key: str, backwards: bool) -> ColumnElement[bool] | None:
        """Return the condition of coming after ``key``; None where the key is no key (somebody edited the address)."""
        try:
            written, _, identity = key.rpartition("~")
            value, number = self.parse(written), int(identity)
        except ValueError:
            return None
        if self.descending != backwards:
            return and_(self.column <= value, or_(self.column < value, Task.id < number))
        return and_(self.column >= value, or_(self.column > value, Task.id > number))


def order_of(sort: Sort) -> _Order:
    orders = {
        Sort.DUE: _Order(Task.due_on, "due_on", False, date.fromisoformat),
        Sort.DUE_DESC: _Order(Task.due_on, "due_on", True, date.fromisoformat),
        Sort.NUMBER: _Order(Task.number, "number", False, str),
        Sort.NUMBER_DESC: _Order(Task.number, "number", True, str),
        Sort.UPDATED_DESC: _Order(Task.updated_at, "updated_at", True, datetime.fromisoformat),
    }
    return orders[sort]


def units_for_filter(session: Session, actor: Actor) -> Sequence[Any]:
    """Return (id, path, short_name) of the units in scope, in the order of the tree."""
    return session.execute(
        select(Unit.id, Unit.path, Unit.short_name, Unit.position)
        .where(below(actor.scope_path))
        .order_by(Unit.position, Unit.id)
    ).all()


def years_in_ledger(session: Session, actor: Actor) -> list[int]:
    """Return the plan years that have tasks in scope, newest first."""
    query = select(Task.plan_year).where(leads_in_scope(actor)).distinct().order_by(Task.plan_year.desc())
    return list(session.scalars(query))
