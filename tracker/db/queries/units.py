"""The tree of units for the administrator: who belongs where, and where accounts are missing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from tracker.db.models import Task, Unit, UnitKind, User
from tracker.db.queries.scope import below
from tracker.domain.permissions import Actor, Role
from tracker.domain.tasks import OPEN, TaskStatus

Line = TypeVar("Line")

WHOLE_TREE = 300  # with more units than this a page shows one level at a time
MOST = 500


@dataclass(frozen=True, slots=True)
class UnitFilter:
    """What is asked of the tree: the branch below ``under``, a search, or only what lacks accounts."""

    under: str | None = None  # a path in scope
    search: str = ""
    missing: bool = False
    closed: bool = False


@dataclass(frozen=True, slots=True)
class UnitLine:
    """A unit as a line of the tree; ``level`` is its indentation, ``children`` the number of units directly below."""

    id: int
    path: str
    name: str
    short_name: str
    code: str
    kind: UnitKind
    files_reports: bool
    is_active: bool
    version: int
    level: int
    children: int
    accounts: int
    heads: int
    officers: int
    supervisors: int
    parent_name: str | None

    @property
    def lacks(self) -> tuple[str, ...]:
        """Name the roles nobody has here, though somebody should."""
        return lacking(self.kind, self.is_active, self.heads, self.officers, self.supervisors)


@dataclass(frozen=True, slots=True)
class Tree:
    """Lines in the order of the tree. ``folded``: only one level is shown; ``more``: not all fitted on the page."""

    lines: tuple[UnitLine, ...]
    folded: bool
    more: bool


@dataclass(frozen=True, slots=True)
class Branch:
    """How much hangs on a unit, itself included; ``open_below`` are the units in use below it."""

    units: int
    open_below: int
    accounts: int
    open_tasks: int


def lacking(kind: UnitKind, is_active: bool, heads: int, officers: int, supervisors: int) -> tuple[str, ...]:
    """Name the roles a unit of this kind should have and has not: an area is supervised, all others answer for tasks."""
    if not is_active or kind is UnitKind.SECTION:
        return ()
    if kind is UnitKind.AREA:
        return () if supervisors else ("督办员",)
    return tuple(label for label, number in (("负责人", heads), ("承办人", officers)) if not number)


def unit_tree(session: Session, actor: Actor, wanted: UnitFilter) -> Tree:
    """Return the units in scope that the filter asks for, parents before children, sisters by position."""
    flat = bool(wanted.search or wanted.missing)
    top = wanted.under or actor.scope_path
    conditions = [below(top)]
    if not wanted.closed:
        conditions.append(Unit.is_active.is_(True))
    folded = not flat and _count(session, conditions) > WHOLE_TREE
    if folded:
        conditions.append(_level() <= top.count("/") + 1)
    if wanted.search:
        conditions.append(_named_like(wanted.search))
    if wanted.missing:
        conditions.append(_lacks_somebody())
    rows = session.execute(_lines().where(*conditions).order_by(Unit.path).limit(MOST + 1)).all()
    lines = [_line(row, top) for row in rows[:MOST]]
    return Tree(tuple(lines if flat else in_tree_order(lines, rows)), folded, len(rows) > MOST)


def in_tree_order(lines: Sequence[Line], rows: Sequence[Any]) -> list[Line]:
    """Order lines, which have a ``path``, as a tree reads: each unit before those below it, sisters by position, then
    by their age. ``rows`` have path, position and id."""
    positions = {row.path: (row.position, row.id) for row in rows}

    def key(line: Any) -> list[tuple[int, int]]:
        parts = line.path.split("/")[:-1]
        chain = ["/".join(parts[: end + 1]) + "/" for end in range(len(parts))]
        return [positions.get(path, (0, 0)) for path in chain]

    return sorted(lines, key=key)


def choosable_units(session: Session, actor: Actor, *, without: str | None = None) -> list[tuple[int, str]]:
    """Return (id, indented name) of the open units in scope in tree order, for a choice; ``without`` drops a branch."""
    rows = session.execute(
        select(Unit.id, Unit.path, Unit.name, Unit.position)
        .where(below(actor.scope_path), Unit.is_active.is_(True))
        .order_by(Unit.path)
    ).all()
    positions = {row.path: (row.position, row.id) for row in rows}

    def key(path: str) -> list[tuple[int, int]]:
        parts = path.split("/")[:-1]
        return [positions.get("/".join(parts[: end + 1]) + "/", (0, 0)) for end in range(len(parts))]

    base = actor.scope_path.count("/")
    kept = [row for row in rows if without is None or not row.path.startswith(without)]
    return [
        (row.id, "\u3000" * (row.path.count("/") - base) + row.name)
        for row in sorted(kept, key=lambda row: key(row.path))
    ]


def count_lacking(session: Session, actor: Actor) -> int:
    """Count the open units in scope that lack somebody who should be there."""
    return (
        session.scalar(
            select(func.count())
            .select_from(Unit)
            .where(below(actor.scope_path), Unit.is_active.is_(True), _lacks_somebody())
        )
        or 0
    )


def branch_of(session: Session, path: str) -> Branch:
    """Count what hangs on a unit and all below it: what a move or a closing concerns."""
    ids = select(Unit.id).where(below(path))
    counted = session.execute(
        select(
            select(func.count()).select_from(Unit).where(below(path)).scalar_subquery(),
            select(func.count())
            .select_from(Unit)
            .where(below(path), Unit.path != path, Unit.is_active.is_(True))
            .scalar_subquery(),
            select(func.count())
            .select_from(User)
            .where(User.unit_id.in_(ids), User.is_active.is_(True))
            .scalar_subquery(),
            select(func.count())
            .select_from(Task)
            .where(Task.lead_unit_id.in_(ids), Task.status.in_(sorted(OPEN | {TaskStatus.PROPOSED})))
            .scalar_subquery(),
        )
    ).one()
    return Branch(*counted)


def _lines() -> Any:
    child, parent = aliased(Unit), aliased(Unit)
    children = select(func.count()).where(child.parent_id == Unit.id).correlate(Unit).scalar_subquery()
    return select(
        Unit.id,
        Unit.path,
        Unit.name,
        Unit.short_name,
        Unit.code,
        Unit.kind,
        Unit.files_reports,
        Unit.is_active,
        Unit.version,
        Unit.position,
        children.label("children"),
        _accounts(None).label("accounts"),
        _accounts(Role.HEAD).label("heads"),
        _accounts(Role.OFFICER).label("officers"),
        _accounts(Role.SUPERVISOR).label("supervisors"),
        parent.short_name.label("parent_name"),
    ).outerjoin(parent, Unit.parent_id == parent.id)


def _accounts(role: Role | None) -> Any:
    query = select(func.count()).select_from(User).where(User.unit_id == Unit.id, User.is_active.is_(True))
    return (query if role is None else query.where(User.role == role)).correlate(Unit).scalar_subquery()


def _line(row: Any, top: str) -> UnitLine:
    values = {name: getattr(row, name) for name in row._fields if name != "position"}
    return UnitLine(level=row.path.count("/") - top.count("/"), **values)


def _level() -> ColumnElement[int]:
    return func.length(Unit.path) - func.length(func.replace(Unit.path, "/", ""))


def _count(session: Session, conditions: Sequence[ColumnElement[bool]]) -> int:
    return session.scalar(select(func.count()).select_from(Unit).where(*conditions)) or 0


def _named_like(search: str) -> ColumnElement[bool]:
    return or_(*(column.icontains(search, autoescape=True) for column in (Unit.name, Unit.short_name, Unit.code)))


def _lacks_somebody() -> ColumnElement[bool]:
    return or_(
        (Unit.kind == UnitKind.AREA) & ~_somebody(Role.SUPERVISOR),
        Unit.kind.not_in([UnitKind.AREA, UnitKind.SECTION]) & ~(_somebody(Role.HEAD) & _somebody(Role.OFFICER)),
    )


def _somebody(role: Role) -> ColumnElement[bool]:
    return exists().where(User.unit_id == Unit.id, User.role == role, User.is_active.is_(True)).correlate(Unit)
