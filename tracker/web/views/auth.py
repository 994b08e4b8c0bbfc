"""Signing in, signing out, changing the own password."""

from __future__ import annotations

from typing import Any, cast

from flask import Blueprint, flash, redirect, render_template, request, session, url_for
from flask_login import current_user, login_user, logout_user
from werkzeug.wrappers import Response

from tracker.db.models import User
from tracker.domain.errors import RuleViolation
from tracker.domain.passwords import WeakPassword, check_password
from tracker.services.sign_in import (
    Throttle,
    TooManyAttempts,
    change_own_password,
    claim_account,
    credential_stamp,
    hash_password,
    proves,
    sign_in,
    sign_out,
)
from tracker.web.access import SignedInUser, current_actor, local_path, open_before_password_change, public
from tracker.web.forms.auth import ChangePasswordForm, SignInForm
from tracker.web.session import STAMP, ServerSession, reading, runtime, writing

blueprint = Blueprint("auth", __name__)


@blueprint.route("/login", methods=["GET", "POST"], endpoint="sign_in")
@public
def sign_in_page() -> Any:
    """Show the sign-in page; check the password."""
    if current_user.is_authenticated and request.method == "GET":
        return redirect(url_for("home.index"))
    form = SignInForm(data={"next": request.args.get("next", "")} if request.method == "GET" else None)
    status = 200
    if request.method == "POST":
        status = 400
        if form.validate_on_submit():
            claim = claim_account(reading(), form.username.data, request.remote_addr or "")
            proven = proves(claim, form.password.data)
            with writing() as database:
                outcome = sign_in(database, claim, proven=proven, throttle=_throttle(), now=runtime().now())
            if outcome.user is not None:
                return _enter(outcome.user, local_path(form.next.data))
            form.form_errors.append(outcome.refusal.message if outcome.refusal else "")
            status = 429 if isinstance(outcome.refusal, TooManyAttempts) else 401
    return render_template("auth/sign_in.html", form=form), status


@blueprint.post("/logout", endpoint="sign_out")
@open_before_password_change
def sign_out_view() -> Response:
    """End the session; the cookie opens nothing any more."""
    with writing() as database:
        sign_out(database, current_actor(), now=runtime().now())
    _leave()
    flash("您已退出登录。", "success")
    return redirect(url_for("auth.sign_in"), 303)


@blueprint.route("/password", methods=["GET", "POST"])
@open_before_password_change
def change_password() -> Any:
    """Change the own password; all other sessions of the account end."""
    form = ChangePasswordForm()
    status = 200
    if request.method == "POST":
        status = 400
        if form.validate_on_submit():
            refusal = _change_password(form)
            if refusal is None:
                entered = _enter(reading().get_one(User, current_user.id), None)
                flash("密码已修改，其他设备上的登录已退出。", "success")
                return entered
            field = getattr(form, refusal.field or "", None)
            (form.form_errors if field is None else field.errors).append(refusal.message)
    return render_template("auth/change_password.html", form=form, forced=current_user.must_change_password), status


def _change_password(form: ChangePasswordForm) -> RuleViolation | None:
    current, new = form.current_password.data, form.new_password.data
    settings = runtime().settings
    try:
        check_password(
            new,
            username=current_user.username,
            name=current_user.name,
            min_length=settings.password_min_length,
            context=(current_user.unit_name, settings.product_name),
        )
    except WeakPassword as refusal:
        return refusal
    if current == new:
        return WeakPassword("新密码不能与当前密码相同。", field="new_password")
    actor = current_actor()
    claim = claim_account(reading(), current_user.username, actor.address or "")
    proven, new_hash = proves(claim, current), hash_password(new)
    with writing() as database:
        return change_own_password(
            database, actor, claim, new_hash, proven=proven, throttle=_throttle(), now=runtime().now()
        )


def _enter(user: User, target: str | None) -> Response:
    _leave()
    login_user(SignedInUser(user))
    session[STAMP] = credential_stamp(user)
    return redirect(target or url_for("home.index"), 303)


def _leave() -> None:
    logout_user()
    session.clear()
    cast(ServerSession, session).regenerate()


def _throttle() -> Throttle:
    settings = runtime().settings
    return Throttle(attempts=settings.login_attempts, lock_minutes=settings.login_lock_minutes)
