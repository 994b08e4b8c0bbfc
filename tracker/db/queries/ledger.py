"""The ledger (台账): filters, sorting, search and keyset paging over the tasks in scope.

A page is one statement, its count another that stops at a thousand. Overdue and due soon are conditions on dates, so
that no nightly job has to keep them. A statement depends on the form of the question and not on today's date, the
words looked for or the place in the list: it is built once a form, the values come in when it is executed.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from functools import lru_cache
from typing import Any, TypeAlias, cast

from sqlalchemy import (
    ColumnElement,
    Date,
    Integer,
    Select,
    and_,
    bindparam,
    exists,
    false,
    func,
    literal_column,
    or_,
    select,
    text,
)
from sqlalchemy.orm import Session, aliased

from tracker.db.models import SupportingUnit, Task, Unit, User
from tracker.db.queries.ledger_order import ORDERS, Order, Place, Sort
from tracker.db.queries.scope import below, leads_in_scope, no_business_for_admin, unit_ids_in_scope
from tracker.db.queries.units import in_tree_order
from tracker.db.search import matches, search_expression
from tracker.domain.permissions import Actor
from tracker.domain.tasks import OPEN, TaskStatus

PAGE = 25
COUNT_LIMIT = 1000
ANY_DAY = date(2000, 1, 1)
ANY_WORD = "?"


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


@dataclass(frozen=True, slots=True)
class LedgerPage:
    """Rows of a page and the keys to go on: ``before``/``after`` are None at the ends."""

    rows: Sequence[Any]
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True)
class _Form:
    """The form of a question: everything a statement's text depends on, with its changing values blotted out."""

    actor: Actor
    wanted: LedgerFilter
    dialect: str


Statement: TypeAlias = Select[*tuple[Any, ...]]
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
    Task.last_progress_at,
    Task.updated_at,
    LeadUnit.short_name.label("unit_name"),
    User.name.label("owner_name"),
)


def ledger_page(
    session: Session, actor: Actor, wanted: LedgerFilter, sort: Sort, *, cursor: str | None = None, size: int = PAGE
) -> LedgerPage:
    """Return one page. ``cursor`` is a key of an earlier page (``>…`` goes on, ``<…`` goes back); what is no key, or
    leads beyond what there is, shows the first page."""
    order = ORDERS[sort]
    place = order.place(cursor)
    rows = _page_rows(session, actor, wanted, order, place, size)
    if not rows and place is not None:
        place, rows = None, _page_rows(session, actor, wanted, order, None, size)
    more, rows = len(rows) > size, rows[:size]
    backwards = place is not None and place.backwards
    if backwards:
        rows.reverse()
    has_before = more if backwards else place is not None
    has_after = backwards or more
    return LedgerPage(
        rows,
        f"<{order.key(rows[0])}" if rows and has_before else None,
        f">{order.key(rows[-1])}" if rows and has_after else None,
    )


def ledger_count(session: Session, actor: Actor, wanted: LedgerFilter) -> tuple[int, bool]:
    """Count what the filter finds; stops at a thousand (the second value says so)."""
    number = session.scalar(_count_statement(_form(session, actor, wanted)), _values(session, wanted)) or 0
    return min(number, COUNT_LIMIT), number > COUNT_LIMIT


def ledger_ids(session: Session, actor: Actor, wanted: LedgerFilter, *, batch: int = 500) -> Iterator[list[int]]:
    """Yield the ids of everything the filter finds, by number, in batches; memory stays flat."""
    order = ORDERS[Sort.NUMBER]
    form, values, place = _form(session, actor, wanted), _values(session, wanted), None
    while True:
        statement = _ids_statement(form, onwards=place is not None)
        rows = session.execute(statement, {**values, **order.values(place), "size": batch}).all()
        if not rows:
            return
        yield [row.id for row in rows]
        place = Place(backwards=False, value=rows[-1].number, id=rows[-1].id)


def chosen_tasks(session: Session, actor: Actor, task_ids: Sequence[int]) -> Sequence[Any]:
    """Return id, number, title, status, due_on and unit_name of the tasks of these ids that stand in the actor's ledger."""
    return session.execute(
        select(Task.id, Task.number, Task.title, Task.status, Task.due_on, Unit.short_name.label("unit_name"))
        .join(Unit, Task.lead_unit_id == Unit.id)
        .where(Task.id.in_(task_ids), leads_in_scope(actor), no_business_for_admin(actor), in_ledger())
        .order_by(Task.due_on, Task.id)
    ).all()


def in_ledger() -> ColumnElement[bool]:
    """Return the condition on ``Task`` of being a duty, whatever became of it, and not a mere proposal."""
    return Task.status.not_in([TaskStatus.PROPOSED, TaskStatus.DISMISSED])


def is_running() -> ColumnElement[bool]:
    """Return the condition of the clock running, in the very words of the partial index on what is due."""
    return cast(ColumnElement[bool], text("task.status IN ('assigned', 'in_progress', 'in_review', 'returned')"))


def awaits_extension() -> ColumnElement[bool]:
    """Return the condition of an extension waiting for its decision, in the words of its partial index."""
    return cast(ColumnElement[bool], text("task.extension_pending"))


def is_closed() -> ColumnElement[bool]:
    """Return the condition of being struck off; a locked year keeps such a task as archived."""
    archived = and_(Task.status == TaskStatus.ARCHIVED, Task.archived_from == TaskStatus.CLOSED.value)
    return or_(Task.status == TaskStatus.CLOSED, archived)


def units_for_filter(session: Session, actor: Actor) -> Sequence[Any]:
    """Return (id, path, short_name) of the units in scope, in the order of the tree."""
    rows = session.execute(_units_statement(actor.scope_path)).all()
    return in_tree_order(rows, rows)


def _form(session: Session, actor: Actor, wanted: LedgerFilter) -> _Form:
    search = wanted.search
    if search and search_expression(search, session.get_bind().dialect.name) is not None:
        search = ANY_WORD
    return _Form(
        replace(actor, id=0, name="", address=None),
        replace(wanted, today=ANY_DAY, due_soon_until=ANY_DAY, search=search),
        session.get_bind().dialect.name,
    )


def _values(session: Session, wanted: LedgerFilter) -> dict[str, Any]:
    values: dict[str, Any] = {"today": wanted.today, "soon": wanted.due_soon_until}
    if wanted.search:
        values["search"] = search_expression(wanted.search, session.get_bind().dialect.name)
    return values


def _page_rows(
    session: Session, actor: Actor, wanted: LedgerFilter, order: Order, place: Place | None, size: int
) -> list[Any]:
    direction = None if place is None else place.backwards
    statement = _page_statement(_form(session, actor, wanted), order.sort, direction)
    values = {**_values(session, wanted), **order.values(place), "size": size + 1}
    return list(session.execute(statement, values))


@lru_cache(maxsize=256)
def _page_statement(form: _Form, sort: Sort, backwards: bool | None) -> Statement:
    order = ORDERS[sort]
    statement = (
        select(*COLUMNS)
        .join(LeadUnit, Task.lead_unit_id == LeadUnit.id)
        .outerjoin(User, Task.owner_id == User.id)
        .where(*_conditions(form))
    )
    if backwards is not None:
        statement = statement.where(order.beyond(backwards))
    return statement.order_by(*order.by(bool(backwards))).limit(bindparam("size", type_=Integer))


@lru_cache(maxsize=256)
def _count_statement(form: _Form) -> Statement:
    found = select(literal_column("1")).select_from(Task).where(*_conditions(form)).limit(COUNT_LIMIT + 1).subquery()
    return select(func.count()).select_from(found)


@lru_cache(maxsize=64)
def _ids_statement(form: _Form, *, onwards: bool) -> Statement:
    order = ORDERS[Sort.NUMBER]
    statement = select(Task.id, Task.number).where(*_conditions(form))
    if onwards:
        statement = statement.where(order.beyond(False))
    return statement.order_by(*order.by(False)).limit(bindparam("size", type_=Integer))


@lru_cache(maxsize=256)
def _units_statement(scope_path: str) -> Statement:
    return select(Unit.id, Unit.path, Unit.short_name, Unit.position).where(below(scope_path)).order_by(Unit.path)


def _conditions(form: _Form) -> list[ColumnElement[bool]]:
    """Return the conditions of a question, scope first."""
    actor, wanted = form.actor, form.wanted
    found = [_scope(actor, wanted), no_business_for_admin(actor)]
    found.append(in_ledger() if wanted.status is None else Task.status == wanted.status)
    if wanted.plan_year is not None:
        found.append(Task.plan_year == wanted.plan_year)
    if wanted.area:
        found.append(Task.area == wanted.area)
    found.extend(_focus(wanted.focus))
    if wanted.search:  # words without a single letter, figure or character are found nowhere
        found.append(matches(form.dialect) if wanted.search == ANY_WORD else false())
    return found


def _scope(actor: Actor, wanted: LedgerFilter) -> ColumnElement[bool]:
    units = unit_ids_in_scope(actor)
    if wanted.unit_path is not None:
        units = units.where(below(wanted.unit_path))
    if wanted.supporting:
        return exists().where(SupportingUnit.task_id == Task.id, SupportingUnit.unit_id.in_(units))
    return leads_in_scope(actor) if wanted.unit_path is None else Task.lead_unit_id.in_(units)


def _focus(focus: Focus) -> list[ColumnElement[bool]]:
    today, soon = bindparam("today", type_=Date), bindparam("soon", type_=Date)
    conditions: dict[Focus, list[ColumnElement[bool]]] = {
        Focus.OVERDUE: [is_running(), Task.due_on < today],
        Focus.DUE_SOON: [is_running(), Task.due_on.between(today, soon)],
        Focus.UNSIGNED: [Task.status == TaskStatus.ASSIGNED],
        Focus.IN_REVIEW: [Task.status == TaskStatus.IN_REVIEW],
        Focus.EXTENSION: [awaits_extension()],
        Focus.OPEN: [Task.status.in_(sorted(OPEN))],
        Focus.CLOSED: [is_closed()],
    }
    return conditions.get(focus, [])
