"""A form sent twice does its work once: the second time one is led to where the first time led."""

from __future__ import annotations

from flask import request
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tracker.db.models import RequestReceipt
from tracker.web.access import current_actor
from tracker.web.session import runtime


def earlier_location(session: Session) -> str | None:
    """Return where the same form led when it was sent before, or None. Call it first in the writing transaction."""
    key = request.form.get("request_key", "")
    if not key:
        return None
    if (
        session.get_bind().dialect.name == "postgresql"
    ):  # the second of two at once waits here until the first has its receipt
        session.execute(select(func.pg_advisory_xact_lock(func.hashtext(f"{current_actor().id}:{key[:40]}"))))
    return session.scalar(
        select(RequestReceipt.location).where(
            RequestReceipt.user_id == current_actor().id, RequestReceipt.key == key[:40]
        )
    )


def keep_receipt(session: Session, location: str) -> None:
    """Note, in the same transaction as the work, that this form was dealt with and where it led."""
    key = request.form.get("request_key", "")
    if key:
        session.add(
            RequestReceipt(
                user_id=current_actor().id, key=key[:40], location=location[:300], created_at=runtime().now()
            )
        )
