"""A person's own settings: how reminders arrive, who stands in, and calendar feeds."""

from __future__ import annotations

import hashlib
from typing import Any

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from tracker.db.models import Unit, User
from tracker.db.queries.scope import below
from tracker.domain.errors import RuleViolation, StaleVersion
from tracker.domain.permissions import BUSINESS_READERS, ROLE_LABELS
from tracker.domain.policy_book import TaskLevel
from tracker.services.feeds import create_feed, feed_bytes, feed_name, list_feeds, note_use, open_feed, revoke_feed
from tracker.services.policies import load_delivery_book
from tracker.services.preferences import channel_choices, deputies_for, get_preference, save_preference
from tracker.web.access import current_actor, public, requires
from tracker.web.errors import status_of
from tracker.web.forms.own import FeedForm, PreferenceForm, RevokeForm
from tracker.web.receipts import earlier_location, keep_receipt
from tracker.web.session import close_reading, reading, runtime, writing

blueprint = Blueprint("own", __name__)

MOST_UNITS = 500


@blueprint.route("/me/reminders", methods=["GET", "POST"])
@requires(*BUSINESS_READERS)
def reminders() -> Any:
    """Show and change the person's own settings."""
    form = PreferenceForm()
    if request.method == "GET":
        _fill(form)
        return _page(form)
    if not form.validate_on_submit():
        return _page(form), 400
    version = int(form.version.data) if (form.version.data or "").isdecimal() else -1
    location = url_for("own.reminders")
    try:
        with writing() as session:
            if earlier := earlier_location(session):
                return redirect(earlier, 303)
            save_preference(session, current_actor(), form.draft(), version=version, now=runtime().now())
            keep_receipt(session, location)
    except StaleVersion as error:
        form.form_errors.append("您的设置刚刚在别处修改过。填写的内容仍在表单里，请核对后再保存。")
        row = get_preference(reading(), current_actor().id)
        form.version.data = str(row.version if row else 0)
        return _page(form), status_of(error)
    except RuleViolation as error:
        form.refuse(error)
        return _page(form), status_of(error)
    flash("已保存，从下一次提醒起生效。", "success")
    return redirect(location, 303)


@blueprint.route("/me/calendars", methods=["GET", "POST"])
@requires(*BUSINESS_READERS)
def calendars() -> Any:
    """List the person's calendar feeds; make a new one and show its address, once."""
    form = FeedForm()
    if request.method == "GET":
        return _calendars(FeedForm(formdata=None))
    if not form.validate_on_submit():
        return _calendars(form), 400
    try:
        with writing() as session:
            if earlier := earlier_location(session):
                return redirect(earlier, 303)
            token = create_feed(session, current_actor(), form.chosen(), now=runtime().now())
            keep_receipt(session, url_for("own.calendars"))
    except RuleViolation as error:
        form.refuse(error)
        return _calendars(form), status_of(error)
    address = f"{runtime().settings.base_url}{url_for('own.feed', token=token)}"
    return _calendars(FeedForm(formdata=None), address=address)


@blueprint.post("/me/calendars/<int:feed_id>/revoke")
@requires(*BUSINESS_READERS)
def revoke(feed_id: int) -> Any:
    """Let a feed's address open nothing any more."""
    if not RevokeForm().validate_on_submit():
        raise RuleViolation("提交的内容不完整，请刷新页面后重试。")
    with writing() as session:
        revoke_feed(session, current_actor(), feed_id, now=runtime().now())
    flash("已停用，这个地址不能再打开。请在日历软件中删除它。", "success")
    return redirect(url_for("own.calendars"), 303)


@blueprint.get("/calendar/<token>.ics")
@public
def feed(token: str) -> Any:
    """Give the feed of a token to a calendar program; says that nothing changed where nothing did."""
    now, settings = runtime().now(), runtime().settings
    opened = open_feed(reading(), token, now=now)
    content = feed_bytes(reading(), opened, settings)
    response = make_response(content)
    response.mimetype = "text/calendar"
    response.headers["Content-Disposition"] = 'inline; filename="tasks.ics"'
    response.headers["X-Robots-Tag"] = "noindex"
    response.headers["Referrer-Policy"] = "no-referrer"
    response.set_etag(hashlib.sha256(content).hexdigest()[:32])
    if opened.note_use:
        _note_use(opened.id)
    return response.make_conditional(request)


def _note_use(feed_id: int) -> None:
    """Note the use; a database that cannot be written now must not keep a calendar from being read."""
    close_reading()
    try:
        with writing() as session:
            note_use(session, feed_id, now=runtime().now())
    except OperationalError:
        close_reading()


def _person() -> User:
    return reading().scalars(select(User).where(User.id == current_actor().id)).one()


def _fill(form: PreferenceForm) -> None:
    row = get_preference(reading(), current_actor().id)
    form.version.data = str(row.version if row else 0)
    if row is not None:
        form.hour.data, form.absent_from.data, form.absent_until.data = row.hour, row.absent_from, row.absent_until
        form.deputy_id.data = str(row.deputy_id or "")
    form.channels.data = [choice.channel.value for choice in channel_choices(reading(), _person()) if choice.chosen]


def _page(form: PreferenceForm) -> str:
    session, person = reading(), _person()
    times = load_delivery_book(session)
    deputies = [(str(other.id), f"{other.name}　{ROLE_LABELS[other.role]}") for other in deputies_for(session, person)]
    return render_template(
        "own/reminders.html",
        form=form,
        choices=channel_choices(session, person),
        deputies=[("", "不设代收人"), *deputies],
        window=(times.base.window_from, times.base.window_until),
        usual=times.hour(person.unit.path),
        usual_of_key=times.hour(person.unit.path, (TaskLevel.KEY,)),
        person=person,
    )


def _calendars(form: FeedForm, *, address: str | None = None) -> str:
    session, actor = reading(), current_actor()
    rows = session.execute(
        select(Unit.id, Unit.name).where(below(actor.scope_path)).order_by(Unit.path).limit(MOST_UNITS)
    ).all()
    return render_template(
        "own/calendars.html",
        form=form,
        feeds=[{"row": row, "name": feed_name(row.unit)} for row in list_feeds(session, actor)],
        contents=[("", "我承办的任务"), *((str(row.id), f"{row.name}牵头的任务") for row in rows)],
        address=address,
    )
