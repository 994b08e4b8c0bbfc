"""Accounts: creating, changing, disabling, resetting. An administrator's work, except for the very first account.

Who changes role, unit or state of an account ends its sessions at once. Nobody changes the own role or disables the
own account.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tracker.db.models import Unit, UnitKind, User
from tracker.db.queries.scope import get_unit, get_user
from tracker.domain.errors import Forbidden, RuleViolation, StaleVersion
from tracker.domain.permissions import ROLE_LABELS, Actor, Role
from tracker.services.audit import differences, record
from tracker.services.sign_in import end_sessions, forget_failures, hash_password
from tracker.services.units import UnitFields, add_unit

READABLE = "abcdefghjkmnpqrstuvwxyz23456789"  # nothing that reads like something else


class UsernameTaken(RuleViolation):
    """这个账号名已被使用，请换一个。"""


class OwnAccountRefused(RuleViolation):
    """不能修改自己的角色、单位，也不能停用自己。请由另一位系统管理员办理。"""


class UnitClosed(RuleViolation):
    """所选单位已停用。请先启用单位，或选择其他单位。"""


class UnitUnknown(RuleViolation):
    """没有找到所属单位，请核对全称。"""


@dataclass(frozen=True, slots=True)
class UserFields:
    """What an administrator fills in for an account."""

    name: str
    role: Role
    unit_id: int
    email: str | None = None
    phone: str | None = None


def one_time_password() -> str:
    """Return a random password, easy to read out, that must be changed at the first sign-in (about 79 bits)."""
    groups = ("".join(secrets.choice(READABLE) for _ in range(4)) for _ in range(4))
    return "-".join(groups)


def create_user(
    session: Session, actor: Actor, username: str, fields: UserFields, password_hash: str, *, now: datetime
) -> User:
    """Add an account in the administrator's scope; its password must be changed at the first sign-in."""
    _only_admin(actor)
    unit = get_unit(session, actor, fields.unit_id)
    _check_open(unit)
    user = add_user(session, username, unit, fields, password_hash, now=now)
    summary = f"新建账号：{username}（{ROLE_LABELS[fields.role]}，{unit.name}）"
    changes = differences({}, _values(user))
    record(
        session, actor, "user.create", "user", user.id, unit_path=unit.path, summary=summary, changes=changes, now=now
    )
    return user


def add_user(
    session: Session,
    username: str,
    unit: Unit,
    fields: UserFields,
    password_hash: str,
    *,
    now: datetime,
    must_change: bool = True,
) -> User:
    """Insert an account row; no permission is asked (for the operator and for seeding)."""
    if session.scalar(select(User.id).where(func.lower(User.username) == username.lower())):
        raise UsernameTaken(field="username")
    user = User(
        username=username,
        name=fields.name,
        role=fields.role,
        unit=unit,
        email=fields.email,
        phone=fields.phone,
        password_hash=password_hash,
        must_change_password=must_change,
        created_at=now,
    )
    session.add(user)
    session.flush()
    return user


def create_first_user(
    session: Session,
    *,
    username: str,
    name: str,
    role: Role,
    unit_name: str,
    create_area: bool,
    email: str | None,
    password: str,
    now: datetime,
) -> User:
    """Add an account from the operator's command line, with the area's unit where it is the first."""
    unit = session.scalar(select(Unit).where(Unit.name == unit_name))
    if unit is None and create_area:
        fields = UnitFields(unit_name, unit_name[:40], f"A{secrets.token_hex(3).upper()}", UnitKind.AREA, False)
        unit = add_unit(session, None, fields, now=now)
    if unit is None:
        raise UnitUnknown(f"没有名为“{unit_name}”的单位。首次建立时请加 --create-area。")
    user = add_user(session, username, unit, UserFields(name, role, unit.id, email), hash_password(password), now=now)
    summary = f"命令行新建账号：{username}"
    record(session, None, "user.create", "user", user.id, unit_path=unit.path, summary=summary, now=now)
    return user


def edit_user(session: Session, actor: Actor, user_id: int, fields: UserFields, *, version: int, now: datetime) -> User:
    """Change an account. A change of role or unit ends its sessions."""
    _only_admin(actor)
    user = _lock(session, actor, user_id, version)
    unit = get_unit(session, actor, fields.unit_id)
    before, old_unit = _values(user), user.unit
    moved = fields.role is not user.role or fields.unit_id != user.unit_id
    if moved and user.id == actor.id:
        raise OwnAccountRefused
    if fields.unit_id != user.unit_id:
        _check_open(unit)
    user.name, user.role, user.unit = fields.name, fields.role, unit
    user.email, user.phone = fields.email, fields.phone
    changes = differences(before, _values(user))
    if not changes:
        return user
    if moved:
        end_sessions(session, user.id)
    user.version += 1
    session.flush()
    _note_edit(session, actor, user, old_unit, changes, now)
    return user


def _note_edit(
    session: Session, actor: Actor, user: User, old_unit: Unit, changes: dict[str, tuple[Any, Any]], now: datetime
) -> None:
    """Leave the line of a change; of a transfer both units find one in their log."""
    unit = user.unit
    lines = [(unit.path, f"修改账号：{user.username}")]
    if unit.id != old_unit.id:
        lines = [
            (unit.path, f"调入账号：{user.username}（原属{old_unit.name}）"),
            (old_unit.path, f"调出账号：{user.username}（调往{unit.name}）"),
        ]
    for path, summary in lines:
        record(session, actor, "user.edit", "user", user.id, unit_path=path, summary=summary, changes=changes, now=now)


def set_user_active(session: Session, actor: Actor, user_id: int, *, active: bool, version: int, now: datetime) -> User:
    """Disable an account (its sessions end at once) or enable it again. What it owns stays and is shown as unattended."""
    _only_admin(actor)
    user = _lock(session, actor, user_id, version)
    if user.id == actor.id:
        raise OwnAccountRefused
    if user.is_active == active:
        return user
    if active:
        _check_open(user.unit)
    user.is_active = active
    user.version += 1
    if not active:
        end_sessions(session, user.id)
    summary = f"{'启用' if active else '停用'}账号：{user.username}"
    record(session, actor, "user.active", "user", user.id, unit_path=user.unit.path, summary=summary, now=now)
    return user


def reset_password(
    session: Session, actor: Actor, user_id: int, password_hash: str, *, version: int, now: datetime
) -> User:
    """Set a one-time password, end all sessions of the account and lift its locks."""
    _only_admin(actor)
    user = _lock(session, actor, user_id, version)
    user.password_hash = password_hash
    user.must_change_password = True
    user.version += 1
    end_sessions(session, user.id)
    forget_failures(session, user.username)
    summary = f"重置密码：{user.username}"
    record(session, actor, "user.reset_password", "user", user.id, unit_path=user.unit.path, summary=summary, now=now)
    return user


def end_user_sessions(session: Session, actor: Actor, user_id: int, *, now: datetime) -> int:
    """End all sessions of an account, for example after a lost telephone; returns how many there were."""
    _only_admin(actor)
    user = get_user(session, actor, user_id)
    number = end_sessions(session, user.id)
    summary = f"强制退出登录：{user.username}"
    record(session, actor, "user.end_sessions", "user", user.id, unit_path=user.unit.path, summary=summary, now=now)
    return number


def _check_open(unit: Unit) -> None:
    if not unit.is_active:
        raise UnitClosed(field="unit_id")


def _lock(session: Session, actor: Actor, user_id: int, version: int) -> User:
    get_user(session, actor, user_id)
    user = session.scalars(
        select(User).where(User.id == user_id).with_for_update(of=User).execution_options(populate_existing=True)
    ).one()
    if user.version != version:
        raise StaleVersion
    return user


def _values(user: User) -> dict[str, object]:
    return {
        "name": user.name,
        "role": user.role,
        "unit": user.unit.name,
        "email": user.email,
        "phone": user.phone,
    }


def _only_admin(actor: Actor) -> None:
    if actor.role is not Role.ADMIN:
        raise Forbidden
