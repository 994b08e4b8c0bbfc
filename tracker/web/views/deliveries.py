"""Reminders that did not arrive, tasks nobody is reminded of, and a clock of the system that waits to be confirmed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from wtforms import StringField
from wtforms.validators import DataRequired, Length

from tracker.db.models import FAILURE_LABELS
from tracker.db.queries.undelivered import PAGE, get_undelivered, ownerless, undelivered
from tracker.domain.errors import Forbidden, NotFound, RuleViolation
from tracker.domain.permissions import Role
from tracker.domain.reminders import CHANNEL_LABELS
from tracker.services.holds import confirm_clock, leap_words, open_hold
from tracker.services.undelivered import send_again, set_aside
from tracker.web.access import current_actor, requires
from tracker.web.errors import status_of
from tracker.web.forms.base import StrictForm
from tracker.web.receipts import earlier_location, keep_receipt
from tracker.web.session import reading, runtime, writing

blueprint = Blueprint("deliveries", __name__, url_prefix="/reminders")

READERS = (Role.SUPERVISOR, Role.AUDITOR, Role.ADMIN)
LARGEST_ID = 2**31 - 1


class ButtonForm(StrictForm):
    """A button."""


class AsideForm(StrictForm):
    """Why a message is not sent any more."""

    reason = StringField(
        "不再发送的原因",
        description="例如 已电话告知本人。",
        validators=[DataRequired("请填写不再发送的原因。"), Length(max=200, message="不超过 200 字。")],
    )


@blueprint.get("/undelivered")
@requires(*READERS)
def index() -> str:
    """List what could not be delivered, newest first, and running tasks without a reachable owner."""
    actor, before = current_actor(), request.args.get("before", type=int)
    lines = undelivered(reading(), actor, before=before if before and 0 < before <= LARGEST_ID else None)
    business = actor.role is not Role.ADMIN
    return render_template(
        "deliveries/index.html",
        lines=lines[:PAGE],
        next_before=lines[PAGE - 1].id if len(lines) > PAGE else None,
        ownerless=ownerless(reading(), actor) if business else (),
        business=business,
        may_send=actor.role in (Role.SUPERVISOR, Role.ADMIN),
        failures=FAILURE_LABELS,
        channels=CHANNEL_LABELS,
    )


@blueprint.post("/undelivered/<int:message_id>/again")
@requires(Role.SUPERVISOR, Role.ADMIN)
def again(message_id: int) -> Any:
    """Send a message once more."""
    form = ButtonForm()
    if not form.validate_on_submit():
        raise RuleViolation("提交的内容不完整，请刷新页面后重试。")
    now = runtime().now()
    return _do(
        lambda session: send_again(session, current_actor(), message_id, now=now),
        "已放回待发送，一分钟内再次发出。",
        _say_so,
    )


@blueprint.route("/undelivered/<int:message_id>/aside", methods=["GET", "POST"])
@requires(Role.SUPERVISOR, Role.ADMIN)
def aside(message_id: int) -> Any:
    """Take a message off the list, with the reason."""
    line, form = get_undelivered(reading(), current_actor(), message_id), AsideForm()

    def page(error: RuleViolation | None = None) -> Any:
        if error is not None:
            form.refuse(error)
        shown = render_template("deliveries/aside.html", form=form, line=line)
        return shown if request.method == "GET" else (shown, status_of(error) if error else 400)

    if not form.validate_on_submit():
        return page()
    reason, now = form.reason.data or "", runtime().now()
    return _do(
        lambda session: set_aside(session, current_actor(), message_id, reason=reason, now=now),
        "已移出未送达清单，原因已记录。",
        page,
    )


@blueprint.route("/clock", methods=["GET", "POST"])
@requires(Role.ADMIN)
def clock() -> Any:
    """Confirm that the system's time is right after it leapt."""
    form, hold = ButtonForm(), open_hold(reading())

    def page(error: RuleViolation | None = None) -> Any:
        if error is not None:
            form.refuse(error)
        shown = render_template(
            "deliveries/clock.html", form=form, hold=hold, leap=leap_words(hold) if hold else "", now=runtime().now()
        )
        return shown if request.method == "GET" else (shown, status_of(error) if error else 400)

    if not form.validate_on_submit():
        return page()
    now = runtime().now()
    return _do(
        lambda session: confirm_clock(session, current_actor(), now=now),
        "已确认系统时间，一分钟内恢复提醒。",
        page,
        "deliveries.clock",
    )


def _say_so(error: RuleViolation) -> Any:
    flash(error.message, "danger")
    return redirect(url_for("deliveries.index"), 303)


def _do(
    verb: Callable[[Session], Any],
    done: str,
    refused: Callable[[RuleViolation], Any],
    endpoint: str = "deliveries.index",
) -> Any:
    location = url_for(endpoint)
    try:
        with writing() as session:
            if earlier := earlier_location(session):
                return redirect(earlier, 303)
            verb(session)
            keep_receipt(session, location)
    except (NotFound, Forbidden):
        raise
    except RuleViolation as error:
        return refused(error)
    flash(done, "success")
    return redirect(location, 303)
