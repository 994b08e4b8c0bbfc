"""Who may call which view: a rule stands on every view, and one place enforces them all.

A view without a rule answers nobody (the application refuses to start with one). Scope, that is *which* unit's rows,
is the services' and queries' business; here it is only who you are and which role you have.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar, cast
from urllib.parse import urlsplit

from flask import Flask, g, redirect, request, session, url_for
from flask_login import LoginManager, current_user
from sqlalchemy import select
from werkzeug.exceptions import Unauthorized
from werkzeug.wrappers import Response

from tracker.db.models import User
from tracker.domain.errors import Forbidden
from tracker.domain.permissions import Actor, Role
from tracker.web.session import ServerSession, reading

View = TypeVar("View", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class AccessRule:
    """``public``: anybody; otherwise anyone signed in whose role is in ``roles``."""

    public: bool = False
    roles: frozenset[Role] = frozenset(Role)
    before_password_change: bool = False  # open to an account that must change its password first


def public(view: View) -> View:
    """Open a view to anybody."""
    return _with_rule(view, AccessRule(public=True))


def signed_in(view: View) -> View:
    """Open a view to everyone who is signed in."""
    return _with_rule(view, AccessRule())


def requires(*roles: Role) -> Callable[[View], View]:
    """Open a view to the given roles."""
    return lambda view: _with_rule(view, AccessRule(roles=frozenset(roles)))


def open_before_password_change(view: View) -> View:
    """Open a view to everyone signed in, even where the password must be changed first."""
    return _with_rule(view, AccessRule(before_password_change=True))


def _with_rule(view: View, rule: AccessRule) -> View:
    view.access_rule = rule  # type: ignore[attr-defined]
    return view


def rule_of(app: Flask, endpoint: str) -> AccessRule:
    """Return the rule of an endpoint; raises RuntimeError where a view has none."""
    if endpoint == "static" or endpoint.endswith(".static"):
        return AccessRule(public=True)
    rule = getattr(app.view_functions[endpoint], "access_rule", None)
    if rule is None:
        raise RuntimeError(f"the view {endpoint} has no access rule")
    return cast(AccessRule, rule)


def install_access(app: Flask) -> None:
    """Enforce the rules before every request and load accounts for Flask-Login."""
    manager = LoginManager(app)
    manager.session_protection = None  # the session lives on the server; an office's address may change behind a proxy

    @manager.user_loader  # type: ignore[untyped-decorator]
    def _load(user_id: str) -> SignedInUser | None:
        if "database_error" in g:
            return None  # the page that says so must not ask again
        user = g.get("session_user")  # whether it may go on was settled where the session was opened
        if user is None or user.id != int(user_id):
            user = reading().scalar(select(User).where(User.id == int(user_id)))
        return SignedInUser(user) if user is not None and user.is_active else None

    @app.before_request
    def _enforce() -> Response | None:
        if "database_error" in g:
            raise g.database_error
        if request.endpoint is None:
            return None  # the 404 or 405 is on its way
        rule = rule_of(app, request.endpoint)
        if rule.public:
            return None
        if not current_user.is_authenticated:
            return _ask_to_sign_in()
        if current_user.must_change_password and not rule.before_password_change:
            return redirect(url_for("auth.change_password"))
        if current_user.role not in rule.roles:
            raise Forbidden
        return None


def check_every_view_has_a_rule(app: Flask) -> None:
    """Raise RuntimeError where a view was added without saying who may call it."""
    for endpoint in app.view_functions:
        rule_of(app, endpoint)


def _ask_to_sign_in() -> Response:
    if cast(ServerSession, session).presented:
        raise Unauthorized  # a cookie that was good once: say so
    target = request.full_path.rstrip("?") if request.method == "GET" else None
    return redirect(url_for("auth.sign_in", next=target))


class SignedInUser:
    """The account of the request as Flask-Login and the templates see it: values only, good after its session closed."""

    is_authenticated = True
    is_active = True
    is_anonymous = False

    def __init__(self, user: User) -> None:
        self.id, self.username, self.name = user.id, user.username, user.name
        self.role, self.role_label = user.role, user.role_label
        self.must_change_password = user.must_change_password
        self.email = user.email
        self.unit_id, self.unit_name, self.unit_path = user.unit_id, user.unit.name, user.unit.path

    def get_id(self) -> str:
        """Return what Flask-Login keeps in the session."""
        return str(self.id)


def current_actor() -> Actor:
    """Return the acting person as a value for the services."""
    return Actor(
        id=current_user.id,
        name=current_user.name,
        role=current_user.role,
        unit_id=current_user.unit_id,
        scope_path=current_user.unit_path,
        address=request.remote_addr,
    )


def local_path(target: str | None) -> str | None:
    """Return ``target`` if it is a path on this host, else None: a link must not lead out of the house."""
    if not target or not target.startswith("/") or target.startswith(("//", "/\\")):
        return None
    if any(ord(char) < ord(" ") or char == "\\" for char in target):
        return None
    parts = urlsplit(target)
    return None if parts.scheme or parts.netloc else target
