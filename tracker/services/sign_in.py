"""Signing in and out, and changing one's own password, with the same throttle on each.

Five wrong passwords lock that account from that address for a quarter of an hour; the owner at another address is
only slowed. Unknown and known accounts take the same time and get the same sentence.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session
from werkzeug.security import check_password_hash, generate_password_hash

from tracker.db.models import SignInAttempt, User, WebSession
from tracker.domain.errors import RuleViolation
from tracker.domain.permissions import Actor
from tracker.services.audit import record

HASH_METHOD = "scrypt"
# A hash of nobody's password: checked for unknown accounts so that they take as long as known ones.
NOBODY = generate_password_hash("nobody's password", method=HASH_METHOD)


class SignInRefused(RuleViolation):
    """账号或密码不正确，请重新输入。"""


class TooManyAttempts(RuleViolation):
    """错误次数过多，请稍后再试。"""


@dataclass(frozen=True, slots=True)
class Throttle:
    """How many wrong passwords from one address lock the account there, and for how long."""

    attempts: int = 5
    lock_minutes: int = 15


@dataclass(frozen=True, slots=True)
class Claim:
    """What is needed to check a password after the reading transaction has ended."""

    username: str
    address: str
    password_hash: str
    known: bool


@dataclass(frozen=True, slots=True)
class SignInOutcome:
    """``user`` where the person may enter; otherwise the sentence to show. The caller commits in both cases: a failure
    must be remembered."""

    user: User | None
    refusal: RuleViolation | None = None


def hash_password(password: str) -> str:
    """Return the scrypt hash of a password."""
    return generate_password_hash(password, method=HASH_METHOD)


def claim_account(session: Session, username: str, address: str) -> Claim:
    """Look up what ``username`` must prove; an unknown one gets a hash nobody can match."""
    username = username.strip()[:64]
    found = session.scalar(select(User.password_hash).where(User.username == username))
    return Claim(username, address, found or NOBODY, found is not None)


def proves(claim: Claim, password: str) -> bool:
    """Check a password; takes tens of milliseconds on purpose, so no transaction is open meanwhile."""
    return check_password_hash(claim.password_hash, password) and claim.known


def sign_in(session: Session, claim: Claim, *, proven: bool, throttle: Throttle, now: datetime) -> SignInOutcome:
    """Let the person in or not. Writes the attempt and the audit line, whichever way it goes."""
    username, address = claim.username, claim.address
    if refusal := _throttled(session, username, address, throttle, now):
        return SignInOutcome(None, refusal)
    user = session.scalar(select(User).where(User.username == username))
    if user is None or not proven or not user.is_active or user.password_hash != claim.password_hash:
        _remember_failure(session, user, username, address, now)
        return SignInOutcome(None, SignInRefused())
    session.execute(delete(SignInAttempt).where(SignInAttempt.username == username, SignInAttempt.address == address))
    user.last_login_at = now
    actor = user.as_actor(address)
    record(session, actor, "user.sign_in", "user", user.id, unit_path=user.unit.path, summary="登录", now=now)
    return SignInOutcome(user)


def sign_out(session: Session, actor: Actor, *, now: datetime) -> None:
    """Leave the audit line of a sign-out; the door deletes the browser's session."""
    record(session, actor, "user.sign_out", "user", actor.id, unit_path=actor.scope_path, summary="退出登录", now=now)


def change_own_password(
    session: Session,
    actor: Actor,
    claim: Claim,
    new_hash: str,
    *,
    proven: bool,
    throttle: Throttle,
    now: datetime,
) -> RuleViolation | None:
    """Change the password and end all sessions of the account; returns the refusal where it was refused.

    ``new_hash`` is of a password that ``check_password`` let pass. A wrong current password counts like a wrong
    sign-in. The caller commits in both cases and signs the person in again.
    """
    user = session.get_one(User, actor.id)
    if refusal := _throttled(session, user.username, claim.address, throttle, now):
        return refusal
    if not proven or user.password_hash != claim.password_hash:
        _remember_failure(session, user, user.username, claim.address, now)
        return SignInRefused("当前密码不正确，请重新输入。", field="current_password")
    user.password_hash = new_hash
    user.must_change_password = False
    user.password_changed_at = now
    end_sessions(session, user.id)
    record(
        session, actor, "user.change_password", "user", user.id, unit_path=user.unit.path, summary="修改密码", now=now
    )
    return None


def end_sessions(session: Session, user_id: int) -> None:
    """End all browser sessions of an account at once."""
    session.execute(delete(WebSession).where(WebSession.user_id == user_id))


def _throttled(
    session: Session, username: str, address: str, throttle: Throttle, now: datetime
) -> TooManyAttempts | None:
    since = now - timedelta(minutes=throttle.lock_minutes)
    failures, last = session.execute(
        select(func.count(), func.max(SignInAttempt.at)).where(
            SignInAttempt.username == username, SignInAttempt.address == address, SignInAttempt.at > since
        )
    ).one()
    if failures < throttle.attempts:
        return None
    minutes = max(1, round((last + timedelta(minutes=throttle.lock_minutes) - now).total_seconds() / 60))
    return TooManyAttempts(f"密码错误次数过多，请 {minutes} 分钟后再试，或联系系统管理员重置密码。")


def _remember_failure(session: Session, user: User | None, username: str, address: str, now: datetime) -> None:
    session.add(SignInAttempt(username=username, address=address, at=now))
    record(
        session,
        user.as_actor(address) if user else None,
        "user.sign_in_failed",
        "user",
        user.id if user else None,
        unit_path=user.unit.path if user else "",
        summary=f"登录失败：{username}",
        now=now,
    ).address = address
