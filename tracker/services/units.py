"""The tree of units: adding, renaming, moving, closing. An administrator's work."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import exists, func, select, update
from sqlalchemy.orm import Session

from tracker.db.models import Task, Unit, UnitKind, User
from tracker.db.queries.scope import below, get_unit
from tracker.domain.errors import Forbidden, RuleViolation, StaleVersion
from tracker.domain.permissions import Actor, Role
from tracker.domain.tasks import OPEN, TaskStatus
from tracker.services.alarms import recheck_alarms
from tracker.services.audit import differences, record
from tracker.services.policies import forget_calendar

DEEPEST = 10  # levels of the tree; a path of so many ids fits its column
UNDECIDED = OPEN | {TaskStatus.PROPOSED}


class UnitNameTaken(RuleViolation):
    """同一上级下已有同名单位，请换一个名称。"""


class UnitCodeTaken(RuleViolation):
    """这个编号前缀已被其他单位使用，请换一个。"""


class UnitMoveRefused(RuleViolation):
    """单位不能移到自己或自己的下级之下。"""


class UnitTooDeep(RuleViolation):
    """单位层级最多 10 级，请选择更高一级的上级单位。"""


class UnitStillBusy(RuleViolation):
    """该单位还有在办任务、在用账号或在用的下级单位，不能停用。请先移交任务、停用账号和下级单位。"""


class ParentClosed(RuleViolation):
    """上级单位已停用。请先启用上级单位，或选择其他上级单位。"""


@dataclass(frozen=True, slots=True)
class UnitFields:
    """What an administrator fills in for a unit. ``code`` is the prefix of its task numbers."""

    name: str
    short_name: str
    code: str
    kind: UnitKind
    files_reports: bool = True
    position: int = 0


def create_unit(session: Session, actor: Actor, parent_id: int, fields: UnitFields, *, now: datetime) -> Unit:
    """Add a unit below ``parent_id``."""
    _only_admin(actor)
    parent = get_unit(session, actor, parent_id)
    _check_open(parent)
    unit = add_unit(session, parent, fields, now=now)
    summary = f"新增单位：{unit.name}"
    changes = differences({}, {"parent": parent.name, **_columns(fields)})
    record(
        session,
        actor,
        "unit.create",
        "unit",
        unit.id,
        unit_path=unit.path,
        summary=summary,
        changes=changes,
        now=now,
    )
    return unit


def add_unit(session: Session, parent: Unit | None, fields: UnitFields, *, now: datetime) -> Unit:
    """Insert a unit row with its path; no permission is asked (for the operator and for seeding)."""
    _check_unique(session, parent.id if parent else None, fields, unit_id=None)
    if parent is not None and depth_of(parent.path) >= DEEPEST:
        raise UnitTooDeep(field="parent_id")
    unit = Unit(parent_id=parent.id if parent else None, path=f"new-{fields.code}/", created_at=now, **_columns(fields))
    session.add(unit)
    session.flush()
    unit.path = f"{parent.path if parent else ''}{unit.id}/"
    session.flush()
    return unit


def edit_unit(
    session: Session,
    actor: Actor,
    unit_id: int,
    fields: UnitFields,
    *,
    parent_id: int | None,
    version: int,
    now: datetime,
) -> Unit:
    """Change a unit and, where ``parent_id`` is another, move it with all below it."""
    _only_admin(actor)
    unit = _lock(session, actor, unit_id, version)
    before = {"parent": _name_of_parent(session, unit), **_columns(_fields_of(unit))}
    if unit.path == actor.scope_path or parent_id is None:
        parent_id = unit.parent_id  # the top of one's own tree stays where it is
    _check_unique(session, parent_id, fields, unit_id=unit.id)
    for name, value in _columns(fields).items():
        setattr(unit, name, value)
    if parent_id != unit.parent_id and parent_id is not None:
        _move(session, unit, actor, parent_id)
        forget_calendar(session)
        recheck_alarms(
            session, now=now, unit_path=unit.path
        )  # exceptions of the new place hold, those of the old no more
    session.flush()
    changes = differences(before, {"parent": _name_of_parent(session, unit), **_columns(fields)})
    if not changes:
        return unit
    unit.version += 1
    summary = f"{'移动' if 'parent' in changes else '修改'}单位：{unit.name}"
    record(
        session,
        actor,
        "unit.edit",
        "unit",
        unit.id,
        unit_path=unit.path,
        summary=summary,
        changes=changes,
        now=now,
    )
    return unit


def set_unit_active(session: Session, actor: Actor, unit_id: int, *, active: bool, version: int, now: datetime) -> Unit:
    """Close a unit that has neither open tasks, accounts in use nor open units below, or open it again."""
    _only_admin(actor)
    unit = _lock(session, actor, unit_id, version)
    if unit.is_active == active:
        return unit
    if not active and _is_busy(session, unit):
        raise UnitStillBusy
    if active and unit.parent_id is not None:
        _check_open(session.get_one(Unit, unit.parent_id))
    unit.is_active = active
    unit.version += 1
    summary = f"{'启用' if active else '停用'}单位：{unit.name}"
    record(session, actor, "unit.active", "unit", unit.id, unit_path=unit.path, summary=summary, now=now)
    return unit


def depth_of(path: str) -> int:
    """Return the level of a unit's path; a root has 1."""
    return path.count("/")


def _lock(session: Session, actor: Actor, unit_id: int, version: int) -> Unit:
    get_unit(session, actor, unit_id)
    # the tree changes by one hand at a time: two moves at once could tie a knot. All in scope share the actor's root.
    root = int(actor.scope_path.split("/")[0])
    session.execute(select(Unit.id).where(Unit.id == root).with_for_update(key_share=True))
    unit = session.scalars(select(Unit).where(Unit.id == unit_id).execution_options(populate_existing=True)).one()
    if unit.version != version:
        raise StaleVersion
    return unit


def _move(session: Session, unit: Unit, actor: Actor, parent_id: int) -> None:
    """Give ``unit`` and all below it their new paths."""
    parent = get_unit(session, actor, parent_id)
    if parent.path.startswith(unit.path):
        raise UnitMoveRefused(field="parent_id")
    _check_open(parent)
    old, new = unit.path, f"{parent.path}{unit.id}/"
    deepest = max(depth_of(path) for path in session.scalars(select(Unit.path).where(below(old))))
    if deepest - depth_of(old) + depth_of(new) > DEEPEST:
        raise UnitTooDeep(field="parent_id")
    unit.parent_id = parent.id
    session.flush()
    session.execute(
        update(Unit)
        .where(below(old))
        .values(path=new + func.substr(Unit.path, len(old) + 1))
        .execution_options(synchronize_session=False)
    )
    session.refresh(unit)


def _is_busy(session: Session, unit: Unit) -> bool:
    below_ids = select(Unit.id).where(below(unit.path))
    accounts = exists().where(User.unit_id.in_(below_ids), User.is_active.is_(True))
    tasks = exists().where(Task.lead_unit_id.in_(below_ids), Task.status.in_(sorted(UNDECIDED)))
    units = exists().where(below(unit.path), Unit.id != unit.id, Unit.is_active.is_(True))
    return any(session.scalar(select(condition)) for condition in (units, accounts, tasks))


def _check_open(parent: Unit) -> None:
    if not parent.is_active:
        raise ParentClosed(field="parent_id")


def _check_unique(session: Session, parent_id: int | None, fields: UnitFields, *, unit_id: int | None) -> None:
    others = select(Unit.id).where(Unit.id != (unit_id or 0))
    if session.scalar(others.where(Unit.parent_id == parent_id, Unit.name == fields.name)):
        raise UnitNameTaken(field="name")
    if session.scalar(others.where(Unit.code == fields.code)):
        raise UnitCodeTaken(field="code")


def _name_of_parent(session: Session, unit: Unit) -> str | None:
    return session.scalar(select(Unit.name).where(Unit.id == unit.parent_id)) if unit.parent_id else None


def _columns(fields: UnitFields) -> dict[str, object]:
    return {
        "name": fields.name,
        "short_name": fields.short_name,
        "code": fields.code,
        "kind": fields.kind,
        "files_reports": fields.files_reports,
        "position": fields.position,
    }


def _fields_of(unit: Unit) -> UnitFields:
    return UnitFields(unit.name, unit.short_name, unit.code, unit.kind, unit.files_reports, unit.position)


def _only_admin(actor: Actor) -> None:
    if actor.role is not Role.ADMIN:
        raise Forbidden
