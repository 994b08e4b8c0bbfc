"""Pages of the channels that leave the house: how each does, its settings, its test."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for

from tracker.channels.base import DeliveryError
from tracker.channels.saved import KINDS
from tracker.db.queries.scope import get_user
from tracker.domain.errors import Forbidden, NotFound, RuleViolation, StaleVersion
from tracker.domain.permissions import Role
from tracker.domain.reminders import Channel
from tracker.services.channel_settings import (
    ChannelStatus,
    channel_of,
    channel_states,
    channel_status,
    note_test,
    save_channel,
    try_channel,
)
from tracker.services.rules import may_change_rules
from tracker.web.access import current_actor, requires
from tracker.web.errors import status_of
from tracker.web.forms.channels import ChannelForm, ChannelTestForm
from tracker.web.receipts import earlier_location, keep_receipt
from tracker.web.session import close_reading, reading, runtime, writing
from tracker.web.views.settings import check_may_change

blueprint = Blueprint("channels", __name__, url_prefix="/settings/channels")


@blueprint.get("/")
@requires(Role.ADMIN)
def index() -> str:
    """Show how each channel stands."""
    settings = runtime().settings
    return render_template(
        "channels/index.html",
        channels=channel_states(reading(), settings),
        hosts=settings.outgoing_hosts,
        may_change=may_change_rules(current_actor()),
        now=runtime().now(),
    )


@blueprint.route("/<name>", methods=["GET", "POST"])
@requires(Role.ADMIN)
def edit(name: str) -> Any:
    """Change a channel's settings."""
    channel = channel_of(name)
    check_may_change()
    status, form = channel_status(reading(), runtime().settings, channel), ChannelForm()
    if request.method == "GET":
        form.enabled.data, form.base_url.data, form.per_minute.data = status.enabled, status.base_url, status.per_minute
        form.version.data = str(status.version)
        return _page(status, form)
    if not form.validate_on_submit():
        return _page(status, form), 400
    return _save(channel, form)


@blueprint.post("/<name>/test")
@requires(Role.ADMIN)
def test(name: str) -> Any:
    """Send a test message now, outside any transaction, and say what came of it."""
    channel = channel_of(name)
    check_may_change()
    form, actor, settings = ChannelTestForm(), current_actor(), runtime().settings
    status = channel_status(reading(), settings, channel)
    if not form.validate_on_submit():
        return _page(status, _shown(status), test=form), 400
    try:
        person = get_user(reading(), actor, actor.id)
        sender, message = try_channel(reading(), settings, channel, person, to_address=form.to_address.data or "")
    except RuleViolation as error:
        form.refuse(error)
        return _page(status, _shown(status), test=form), status_of(error)
    close_reading()
    failure: DeliveryError | None = None
    try:
        sender.send(message)
    except DeliveryError as error:
        failure = error
    finally:
        sender.close()
    with writing() as session:
        note_test(session, actor, channel, failure, now=runtime().now())
    if failure is None:
        flash("测试消息已发出，请到对方查看是否收到。", "success")
    else:
        flash(f"测试消息没有发出：{failure.reason}。", "error")
    return redirect(url_for("channels.edit", name=channel.value), 303)


def _save(channel: Channel, form: ChannelForm) -> Any:
    location = url_for("channels.edit", name=channel.value)
    version = int(form.version.data) if (form.version.data or "").isdecimal() else -1
    try:
        with writing() as session:
            if earlier := earlier_location(session):
                return redirect(earlier, 303)
            settings, now = runtime().settings, runtime().now()
            save_channel(session, settings, current_actor(), channel, form.draft(), version=version, now=now)
            keep_receipt(session, location)
    except (NotFound, Forbidden):
        raise
    except StaleVersion as error:
        form.form_errors.append("渠道刚刚被其他人修改过。请核对地址和条数，重新填写密钥后再保存。")
        status = channel_status(reading(), runtime().settings, channel)
        form.version.data = str(status.version)
        return _page(status, form), status_of(error)
    except RuleViolation as error:
        form.refuse(error)
        return _page(channel_status(reading(), runtime().settings, channel), form), status_of(error)
    flash("已保存。", "success")
    return redirect(location, 303)


def _shown(status: ChannelStatus) -> ChannelForm:
    form = ChannelForm(formdata=None)
    form.enabled.data, form.base_url.data, form.per_minute.data = status.enabled, status.base_url, status.per_minute
    form.version.data = str(status.version)
    return form


def _page(status: ChannelStatus, form: ChannelForm, *, test: ChannelTestForm | None = None) -> str:
    return render_template(
        "channels/edit.html",
        status=status,
        form=form,
        test=test or ChannelTestForm(formdata=None),
        kind=KINDS.get(status.channel),
        hosts=runtime().settings.outgoing_hosts,
        mail=runtime().settings.mail,
        now=runtime().now(),
    )
