"""Signing in and out, and changing one's own password, with the same throttle on each.

Five wrong passwords lock that account from that address for a quarter of an hour. Somebody who tries from many
addresses gets fewer tries from each further one, so the owner, who knows the password, still gets in from elsewhere.
Unknown and known accounts take the same time and get the same sentence.
"""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import case, delete, func, select
from sqlalchemy.orm import Session
from werkzeug.security import check_password_hash, generate_password_hash

from tracker.db.base import UtcDateTime
from tracker.db.models import SignInAttempt, User, WebSession
from tracker.domain.errors import RuleViolation
from tracker.domain.passwords import normal_form
from tracker.domain.permissions import Actor
from tracker.services.audit import record

HASH_METHOD = "scrypt:32768:8:3"  # 32 MB and three rounds: what OWASP's password storage sheet asks of scrypt
# The form of a hash that no password has: checked for unknown accounts so that they take as long as known ones.
# It is written, not worked out: every process would begin with a quarter of a second of hashing.
NOBODY = f"{HASH_METHOD}$nobody-has-these${'0' * 128}"


class SignInRefused(RuleViolation):
    """账号或密码不正确，请重新输入。"""


class TooManyAttempts(RuleViolation):
    """错误次数过多，请稍后再试。"""


@dataclass(frozen=True, slots=True)
class Throttle:
    """How many wrong passwords from one address lock the account there, and for how long.

    Once so many as ``siege`` came from all addresses together, each one has only ``attempts_in_siege``.
    """

    attempts: int = 5
    lock_minutes: int = 15
    siege: int = 15
    attempts_in_siege: int = 2


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
    return generate_password_hash(normal_form(password), method=HASH_METHOD)


def credential_stamp(user: User) -> str:
    """Return what a session must carry to go on: it changes with the password, the role and the unit.

    Sessions are ended by deleting their rows; the stamp also stops the one that was being opened at that moment.
    """
    parts = f"{user.id}:{user.password_hash}:{user.role}:{user.unit_id}"
    return hashlib.sha256(parts.encode()).hexdigest()[:32]


def claim_account(session: Session, username: str, address: str) -> Claim:
    """Look up what ``username`` must prove; an unknown one gets a hash nobody can match."""
    username = username.strip()[:64]
    found = session.scalar(select(User.password_hash).where(User.username == username))
    return Claim(username, address, found or NOBODY, found is not None)


def proves(claim: Claim, password: str) -> bool:
    """Check a password; takes tens of milliseconds on purpose, so no transaction is open meanwhile."""
    return check_password_hash(claim.password_hash, normal_form(password)) and claim.known


def sign_in(session: Session, claim: Claim, *, proven: bool, throttle: Throttle, now: datetime) -> SignInOutcome:
    """Let the person in or not. Writes the attempt and the audit line, whichever way it goes."""
    username, address = claim.username, claim.address
    # the row is locked first, so that a burst of requests is counted one by one
    user = session.scalar(select(User).where(User.username == username).with_for_update(of=User))
    if refusal := _throttled(session, username, address, throttle, now):
        return SignInOutcome(None, refusal)
    if user is None or not proven or not user.is_active or user.password_hash != claim.password_hash:
        _remember_failure(session, user, username, address, now)
        return SignInOutcome(None, SignInRefused())
    forget_failures(session, username, address=address)
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
    user = session.scalars(select(User).where(User.id == actor.id).with_for_update(of=User)).one()
    if refusal := _throttled(session, user.username, claim.address, throttle, now):
        return refusal
    if not proven or user.password_hash != claim.password_hash:
        _remember_failure(session, user, user.username, claim.address, now, what="修改密码时当前密码不正确")
        return SignInRefused("当前密码不正确，请重新输入。", field="current_password")
    user.password_hash = new_hash
    user.must_change_password = False
    user.password_changed_at = now
    user.version += 1
    forget_failures(session, user.username, address=claim.address)
    end_sessions(session, user.id)
    record(
        session, actor, "user.change_password", "user", user.id, unit_path=user.unit.path, summary="修改密码", now=now
    )
    return None


def end_sessions(session: Session, user_id: int) -> int:
    """End all browser sessions of an account at once; returns how many there were."""
    return len(session.scalars(delete(WebSession).where(WebSession.user_id == user_id).returning(WebSession.id)).all())


def forget_failures(session: Session, username: str, *, address: str | None = None) -> None:
    """Forget the failures of an account, from one address or (None) from all."""
    forget = delete(SignInAttempt).where(SignInAttempt.username == username)
    session.execute(forget if address is None else forget.where(SignInAttempt.address == address))


def _throttled(
    session: Session, username: str, address: str, throttle: Throttle, now: datetime
) -> TooManyAttempts | None:
    since = now - timedelta(minutes=throttle.lock_minutes)
    here = case((SignInAttempt.address == address, 1))
    everywhere, failures, last = session.execute(
        select(
            func.count(),
            func.count(here),
            func.max(case((SignInAttempt.address == address, SignInAttempt.at)), type_=UtcDateTime()),
        ).where(SignInAttempt.username == username, SignInAttempt.at > since)
    ).one()
    if failures < (throttle.attempts if everywhere < throttle.siege else throttle.attempts_in_siege):
        return None
    minutes = max(1, math.ceil((last + timedelta(minutes=throttle.lock_minutes) - now).total_seconds() / 60))
    return TooManyAttempts(f"密码错误次数过多，请 {minutes} 分钟后再试，或联系系统管理员重置密码。")


def _remember_failure(
    session: Session, user: User | None, username: str, address: str, now: datetime, *, what: str = "登录失败"
) -> None:
    session.add(SignInAttempt(username=username, address=address, at=now))
    # what is no account may be a password typed in the wrong field: the log keeps only how it begins
    shown = username if user else f"{username[:2]}…（没有这个账号）"
    record(
        session,
        user.as_actor(address) if user else None,
        "user.sign_in_failed",
        "user",
        user.id if user else None,
        unit_path=user.unit.path if user else "",
        summary=f"{what}：{shown}",
        now=now,
    ).address = address
