"""The inbox of reminders: what came, why, and one step to the task."""

from __future__ import annotations

from itertools import groupby

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response
from wtforms import IntegerField
from wtforms.validators import InputRequired, NumberRange

from tracker.db.queries.notices import inbox_page
from tracker.domain.errors import RuleViolation
from tracker.domain.permissions import BUSINESS_READERS
from tracker.domain.reminders import NOTICE_KIND_LABELS, NoticeKind
from tracker.services.inbox import mark_all_read, open_notice
from tracker.web.access import current_actor, requires
from tracker.web.context import unread_count
from tracker.web.forms.base import StrictForm
from tracker.web.session import reading, runtime, writing

blueprint = Blueprint("inbox", __name__, url_prefix="/inbox")

LARGEST_ID = 2**31 - 1
LIGHTS = {NoticeKind.OVERDUE: "red", NoticeKind.DUE_TODAY: "yellow", NoticeKind.DUE_SOON: "yellow"}


class OpenForm(StrictForm):
    """A button."""


class ReadAllForm(StrictForm):
    """The newest notice that was on the page: what came since stays unread."""

    up_to = IntegerField(validators=[InputRequired(), NumberRange(1, LARGEST_ID)])


@blueprint.get("/")
@requires(*BUSINESS_READERS)
def index() -> str:
    """Show the person's notices, newest first, a heading a day."""
    unread_only = request.args.get("show") != "all"
    before = request.args.get("before", type=int)
    page = inbox_page(reading(), current_actor(), unread_only=unread_only, before=before if _is_id(before) else None)
    days = [(day, list(lines)) for day, lines in groupby(page.lines, key=lambda line: line.slot)]
    return render_template(
        "inbox/index.html",
        days=days,
        page=page,
        unread_only=unread_only,
        unread=unread_count(),
        newest=page.lines[0].id if page.lines else None,
        labels=NOTICE_KIND_LABELS,
        lights=LIGHTS,
    )


@blueprint.post("/<int:notice_id>/open")
@requires(*BUSINESS_READERS)
def open_one(notice_id: int) -> Response:
    """Mark a notice read and go where it leads."""
    _check(OpenForm())
    with writing() as session:
        link = open_notice(session, current_actor(), notice_id, now=runtime().now())
    return redirect(link or url_for("inbox.index"), 303)


@blueprint.post("/read")
@requires(*BUSINESS_READERS)
def read_all() -> Response:
    """Mark everything read that was on the page or older."""
    form = ReadAllForm()
    _check(form)
    with writing() as session:
        number = mark_all_read(session, current_actor(), up_to=form.up_to.data, now=runtime().now())
    flash(f"已将 {number} 条提醒标为已读。", "success")
    return redirect(url_for("inbox.index"), 303)


def _is_id(value: int | None) -> bool:
    return value is not None and 0 < value <= LARGEST_ID


def _check(form: StrictForm) -> None:
    if not form.validate_on_submit():
        raise RuleViolation("提交的内容不完整，请刷新页面后重试。")
