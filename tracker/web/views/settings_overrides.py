"""Exceptions to the reminder rules by unit and by level of task, with a look at what each would mean."""

from __future__ import annotations

from typing import Any

from flask import render_template, request, url_for
from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.db.models import ReminderOverride, Unit
from tracker.db.queries.scope import below
from tracker.domain.delivery import delivery_written
from tracker.domain.delivery_book import (
    EXCEPTION_FIELDS,
    EXCEPTION_LABELS,
    TIME_FIELDS,
    DeliveryBook,
    checked_exception,
    shown_exception,
)
from tracker.domain.errors import NotFound, RuleViolation
from tracker.domain.permissions import Role
from tracker.domain.policy_book import Override as OverrideValue
from tracker.domain.policy_book import PolicyBook
from tracker.domain.reminders import Ladder
from tracker.domain.rules import example_steps, shown, written
from tracker.services.overrides import (
    check_place,
    delete_override,
    get_override,
    list_overrides,
    override_words,
    save_override,
    tasks_concerned,
    values_shown,
)
from tracker.services.policies import (
    load_calendar,
    load_delivery_policy,
    load_policy_book,
    load_reminder_policy,
)
from tracker.services.reminder_preview import as_sent
from tracker.services.rules import may_change_rules
from tracker.web.access import current_actor, requires
from tracker.web.forms.settings import OverrideButton, OverrideForm
from tracker.web.session import reading, runtime
from tracker.web.views.settings import EXAMPLE_AHEAD, blueprint, check_may_change, examples_of, month_end, save_rules

MOST_UNITS = 2000
GROUPS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("时限前后", ("days_before", "first_after", "every_after")),
    (
        "逐级上报",
        (
            "supervisor_after",
            "supervisor_to",
            "supervisor_slip",
            "area_head_after",
            "area_head_every",
            "area_head_to",
            "area_head_slip",
        ),
    ),
    ("签收", ("signing_working_days", "signing_after", "signing_every")),
    ("反馈与审核", ("progress_every", "review_working_days", "review_every")),
    ("发送时间", TIME_FIELDS),
)
TIME_HINTS = {
    "hour": "按收件人的单位；一人一天只发一封，几个时间都适用时按最早的。",
    "quiet": "在全系统的静默日之外另加，如 2026-04-18、2026-05-06至2026-05-08。填“无”，则静默日也照常提醒。",
}


@blueprint.get("/overrides")
@requires(Role.ADMIN)
def overrides() -> str:
    """List the exceptions with what differs in each."""
    session, actor = reading(), current_actor()
    lines = [
        {
            "row": row,
            "words": override_words(row),
            "values": values_shown(row.values),
            "tasks": _concerned(session, row),
        }
        for row in list_overrides(session)
        if row.unit is None or actor.sees(row.unit.path) or actor.scope_path.startswith(row.unit.path)
    ]
    return render_template("settings/overrides.html", lines=lines, may_change=may_change_rules(current_actor()))


@blueprint.route("/overrides/new", methods=["GET", "POST"])
@requires(Role.ADMIN)
def new_override() -> Any:
    """Add an exception."""
    check_may_change()
    return _edit(None)


@blueprint.route("/overrides/<int:override_id>", methods=["GET", "POST"])
@requires(Role.ADMIN)
def edit_override(override_id: int) -> Any:
    """Change an exception."""
    check_may_change()
    return _edit(get_override(reading(), override_id))


@blueprint.post("/overrides/<int:override_id>/delete")
@requires(Role.ADMIN)
def remove_override(override_id: int) -> Any:
    """Take an exception away."""
    form = OverrideButton()
    check_may_change()
    get_override(reading(), override_id)
    if not form.validate_on_submit():
        raise RuleViolation("页面内容不完整，请刷新后重试。")
    version = int(form.version.data)
    return save_rules(
        form,
        lambda session: delete_override(session, current_actor(), override_id, version=version, now=runtime().now()),
        overrides,
        "已删除，这些任务按上一级规则提醒。",
        url_for("settings.overrides"),
    )


def _edit(row: ReminderOverride | None) -> Any:
    form, row_id = OverrideForm(), row.id if row else None
    form.unit_id.choices = _unit_choices(reading())
    if request.method == "GET":
        _fill(form, row)
        return _override_page(form, row_id)
    if not form.validate_on_submit():
        return _override_page(form, row_id), 400
    draft, version = form.draft(), int(form.version.data or 0) if (form.version.data or "0").isdecimal() else 0
    if form.preview.data:
        return _override_page(form, row_id, previewed=True)
    return save_rules(
        form,
        lambda session: save_override(session, current_actor(), row_id, draft, version=version, now=runtime().now()),
        lambda: _override_page(form, row_id),
        "已保存。有关任务的下一次提醒将按新规则安排，已过的提醒不补发。",
        url_for("settings.overrides"),
    )


def _fill(form: OverrideForm, row: ReminderOverride | None) -> None:
    form.version.data = str(row.version if row else 0)
    if row is None:
        return
    form.unit_id.data, form.level.data = str(row.unit_id or ""), row.level or ""
    for name, value in row.values.items():
        if name in EXCEPTION_FIELDS:
            form[name].data = value


def _override_page(form: OverrideForm, row_id: int | None, *, previewed: bool = False) -> str:
    session = reading()
    if form.form_errors and row_id is not None:
        form.version.data = str(get_override(session, row_id).version)
    effect = _effect(session, form, row_id) if previewed else None
    form.preview.data = None
    base = {name: shown(name, value) for name, value in written(load_reminder_policy(session)).items()}
    delivery = delivery_written(load_delivery_policy(session))
    return render_template(
        "settings/override.html",
        form=form,
        row_id=row_id,
        groups=GROUPS,
        base=base | {name: delivery[name] for name in TIME_FIELDS},
        hints=TIME_HINTS,
        effect=effect,
    )


def _effect(session: Session, form: OverrideForm, row_id: int | None) -> dict[str, Any] | None:
    """Return what an exception would mean in the place of row ``row_id``; what is wrong with it is told beside its field."""
    draft, base, delivery = form.draft(), load_reminder_policy(session), load_delivery_policy(session)
    try:
        check_place(session, row_id, draft)
        values = checked_exception(base, delivery, draft.values)
    except RuleViolation as error:
        form.refuse(error)
        return None
    unit = session.scalar(select(Unit).where(Unit.id == draft.unit_id)) if draft.unit_id else None
    path, level, calendar = unit.path if unit else None, draft.level, load_calendar(session)
    overrides = [override for override in load_policy_book(session).overrides if override.id != row_id]
    overrides.append(OverrideValue(0, path, level, values))
    policy, times = PolicyBook(base, overrides).of(path or "", level), DeliveryBook(delivery, overrides)
    day = month_end(runtime().today() + EXAMPLE_AHEAD)
    sent = as_sent(example_steps(Ladder.DEADLINE, policy, calendar, day), calendar, times, path or "", level)
    lines = examples_of([step for step, _ in sent], policy)
    old = written(base) | delivery_written(delivery)
    return {
        "changes": [
            {"label": EXCEPTION_LABELS[name], "before": shown(name, old[name]), "after": shown_exception(name, value)}
            for name, value in values.items()
        ],
        "tasks": tasks_concerned(session, unit, level),
        "day": day,
        "hour": times.hour(path or "", (level,)),
        "quiet": times.quiet_words(path or "", level),
        "steps": [(line, leaves) for line, (_, leaves) in zip(lines, sent, strict=False)],
    }


def _concerned(session: Session, row: ReminderOverride) -> int:
    return tasks_concerned(session, row.unit, row.level)


def _unit_choices(session: Session) -> list[tuple[str, str]]:
    actor = current_actor()
    rows = session.execute(
        select(Unit.id, Unit.name, Unit.path)
        .where(below(actor.scope_path), Unit.is_active.is_(True))
        .order_by(Unit.path)
        .limit(MOST_UNITS)
    ).all()
    if not rows:
        raise NotFound
    top = min(row.path.count("/") for row in rows)
    return [("", "全部单位"), *((str(row.id), "　" * (row.path.count("/") - top) + row.name) for row in rows)]
