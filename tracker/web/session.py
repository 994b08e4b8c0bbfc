"""The browser's session, kept on the server, and the request's database sessions.

The cookie holds a random token and nothing else; the row is found by the token's digest. Signing out, disabling an
account, a change of password, role or unit delete the row, and the old cookie opens nothing any more.
"""

from __future__ import annotations

import hashlib
import logging
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any, cast

from flask import Flask, Request, Response, current_app, g, request
from flask.sessions import SessionInterface, SessionMixin
from sqlalchemy import String, bindparam, delete, select, update
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session, joinedload
from werkzeug.datastructures import CallbackDict

from tracker.db.models import User, WebSession
from tracker.runtime import Runtime
from tracker.services.sign_in import credential_stamp

log = logging.getLogger(__name__)

COOKIE_NAME = "ledger_session"
STAMP = "_stamp"
SEEN_EVERY = timedelta(seconds=60)  # a write per click would be a write lock per click
SESSION_AND_ACCOUNT = (  # every request asks: built once
    select(WebSession, User)
    .outerjoin(User, WebSession.user_id == User.id)
    .options(joinedload(User.unit, innerjoin=False))  # a session before the sign-in has no account
    .where(WebSession.token_digest == bindparam("digest", type_=String))
)


def cookie_name(app: Flask) -> str:
    """Return the cookie's name; over https its prefix makes browsers refuse one that a neighbouring host has set."""
    return f"__Host-{COOKIE_NAME}" if app.config["SESSION_COOKIE_SECURE"] else COOKIE_NAME


def runtime() -> Runtime:
    """Return the runtime of the running application."""
    return cast(Runtime, current_app.extensions["tracker"])


def reading() -> Session:
    """Return the request's reading session; it sees one consistent state and can write nothing."""
    if "reading_session" not in g:
        g.reading_session = runtime().database.reading()
    return cast(Session, g.reading_session)


@contextmanager
def writing() -> Iterator[Session]:
    """Open a writing transaction, commit it when the block ends well, roll it back when it does not."""
    close_reading()  # what is shown after a write must be read after it
    with runtime().database.writing.begin() as session:
        yield session


def close_reading() -> None:
    """End the request's reading transaction, if one was begun."""
    session = g.pop("reading_session", None)
    if session is not None:
        session.close()


class ServerSession(CallbackDict[str, Any], SessionMixin):
    """The values of one browser session; ``presented`` tells that the browser came with a cookie that opens nothing."""

    def __init__(self, data: dict[str, Any] | None = None, *, token: str | None = None) -> None:
        def on_update(_: object) -> None:
            self.modified = True
            self.accessed = True

        super().__init__(data or {}, on_update)
        self.token = token
        self.row_id: int | None = None
        self.last_seen_at: datetime | None = None
        self.modified = False
        self.accessed = False
        self.presented = False
        self.renew = False
        self.token_is_new = False

    def regenerate(self) -> None:
        """Ask for a new token (at sign-in), so that a token known before is worth nothing after."""
        self.renew = True
        self.modified = True


class ServerSessionInterface(SessionInterface):
    """Loads and saves ServerSession rows."""

    def open_session(self, app: Flask, request: Request) -> ServerSession:
        """Find the session of the request's cookie; an expired or unknown one is an empty new one."""
        if request.path.startswith("/static/"):
            return ServerSession()
        token = request.cookies.get(cookie_name(app))
        if not token:
            return ServerSession()
        installation = cast(Runtime, app.extensions["tracker"])
        try:
            with installation.database.reading() as database:
                found = database.execute(SESSION_AND_ACCOUNT, {"digest": _digest(token)}).first()
        except OperationalError as error:
            g.database_error = error  # answered by the first handler of the request; here no page can be made yet
            return ServerSession()
        row, user = found or (None, None)
        if row is None or _is_expired(row, installation) or _is_revoked(row, user):
            session = ServerSession()
            session.presented = True
            return session
        session = ServerSession(dict(row.data), token=token)
        session.row_id, session.last_seen_at = row.id, row.last_seen_at
        g.session_user = user  # found in the same statement, for the account's loader
        return session

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        """Write what changed; at most one write a minute only to note that the session is alive."""
        session = cast(ServerSession, session)
        installation = cast(Runtime, app.extensions["tracker"])
        now = installation.now()
        stale = session.last_seen_at is not None and now - session.last_seen_at >= SEEN_EVERY
        if not session.modified and not stale:
            return
        if session.row_id is None and not session:
            return
        try:
            with installation.database.writing.begin() as database:
                self._write(database, session, now)
        except OperationalError as error:
            log.error("the session was not saved", exc_info=error)
            if session.row_id is None:  # the page's form could not be sent: better to say so now
                response.status_code = 503
                response.set_data("数据库暂时没有应答，请稍后刷新页面。\n")
                response.mimetype = "text/plain"
            return
        if session.token_is_new:
            self._set_cookie(app, response, cast(str, session.token))

    def _write(self, database: Session, session: ServerSession, now: datetime) -> None:
        if session.row_id is None or session.renew:
            self._insert(database, session, now)
            return
        database.execute(
            update(WebSession)
            .where(WebSession.id == session.row_id)
            .values(data=dict(session), user_id=_user_id(session), last_seen_at=now)
        )

    def _insert(self, database: Session, session: ServerSession, now: datetime) -> None:
        if session.row_id is not None:
            database.execute(delete(WebSession).where(WebSession.id == session.row_id))
        session.token, session.token_is_new = secrets.token_urlsafe(32), True
        database.add(
            WebSession(
                token_digest=_digest(session.token),
                user_id=_user_id(session),
                data=dict(session),
                address=(request.remote_addr or "")[:64] or None,
                created_at=now,
                last_seen_at=now,
            )
        )

    def _set_cookie(self, app: Flask, response: Response, token: str) -> None:
        response.set_cookie(
            cookie_name(app),
            token,
            httponly=True,
            secure=app.config["SESSION_COOKIE_SECURE"],
            samesite="Lax",
            path="/",
        )


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _user_id(session: ServerSession) -> int | None:
    value = session.get("_user_id")
    return int(value) if value else None


def _is_expired(row: WebSession, installation: Runtime) -> bool:
    now, settings = installation.now(), installation.settings
    return now - row.last_seen_at > timedelta(
        minutes=settings.session_idle_minutes
    ) or now - row.created_at > timedelta(hours=settings.session_absolute_hours)


def _is_revoked(row: WebSession, user: User | None) -> bool:
    """Say whether a signed-in session's account is gone, disabled, or no longer what it was at sign-in."""
    if row.user_id is None:
        return False
    return user is None or not user.is_active or row.data.get(STAMP) != credential_stamp(user)
