"""我的待办: the clerk's duties in the order of urgency, each with its one next action."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import Blueprint, render_template, request, url_for

from tracker.db.queries.plan_returns import waiting_returns
from tracker.db.queries.task_lights import light_of
from tracker.db.queries.work import WORK_LIMIT, WorkRow, open_work
from tracker.domain.lights import LightVerdict
from tracker.domain.permissions import UNIT_ROLES, Actor, Role
from tracker.domain.tasks import TaskStatus
from tracker.domain.turns import URGENCY_LABELS, TaskFacts, Urgency, next_step, urgency_of
from tracker.services.policies import load_calendar, load_light_policy
from tracker.web.access import current_actor, requires
from tracker.web.session import reading, runtime
from tracker.web.task_pages import BY_ACTION

blueprint = Blueprint("work", __name__)


@dataclass(frozen=True, slots=True)
class Duty:
    """One row of the list."""

    row: WorkRow
    light: LightVerdict
    note: str
    action: str | None
    href: str | None


@dataclass(frozen=True, slots=True)
class DutyGroup:
    """A heading and its duties."""

    urgency: Urgency
    title: str
    duties: tuple[Duty, ...]


@blueprint.get("/work")
@requires(*UNIT_ROLES)
def index() -> str:
    """Show what this person has to do; a head may look at the whole unit, with what has no owner named."""
    session, actor, today = reading(), current_actor(), runtime().today()
    rows = open_work(session, actor, limit=WORK_LIMIT + 1)
    more, rows = len(rows) > WORK_LIMIT, rows[:WORK_LIMIT]
    mine = [row for row in rows if is_mine(row, actor)]
    whole = request.args.get("show", "unit" if actor.role is Role.HEAD else "mine") == "unit"
    shown = rows if whole else mine
    return render_template(
        "work/index.html",
        groups=_groups(shown, actor, today, whole=whole),
        whole=whole,
        mine=len(mine),
        unit=len(rows),
        more=more,
        shown=len(shown),
        unowned=sum(1 for row in rows if lacks_owner(row)),
        missing_calendar=_missing_calendar(today),
        returned=waiting_returns(session, actor),
    )


def is_mine(row: WorkRow, actor: Actor) -> bool:
    """Say whether a duty is this person's: owned, or of the own unit and nobody's yet."""
    return row.owner_id == actor.id or (row.lead_unit_id == actor.unit_id and lacks_owner(row))


def lacks_owner(row: WorkRow) -> bool:
    """Say whether a duty has no owner, or one whose account is no longer in use."""
    return row.owner_id is None or not row.owner_active


def _groups(rows: Iterable[WorkRow], actor: Actor, today: date, *, whole: bool) -> list[DutyGroup]:
    calendar, policy = load_calendar(reading()), load_light_policy(reading())
    grouped: dict[Urgency, list[Duty]] = {urgency: [] for urgency in Urgency}
    for row in rows:
        facts = TaskFacts(row.status, row.due_on, row.percent, row.extension_pending)
        step = next_step(facts, actor.role, today)
        page = BY_ACTION[step] if step else None
        duty = Duty(
            row,
            light_of(row, today, calendar, policy),
            _note(row, actor, whole=whole),
            page.title if page else None,
            url_for(f"tasks.{page.slug.replace('-', '_')}", task_id=row.id) if page else None,
        )
        grouped[urgency_of(facts, today)].append(duty)
    return [DutyGroup(urgency, URGENCY_LABELS[urgency], tuple(duties)) for urgency, duties in grouped.items() if duties]


def _note(row: WorkRow, actor: Actor, *, whole: bool) -> str:
    """Write what one must know of a duty beside its title."""
    parts: list[Any] = [row.number]
    if row.lead_unit_id != actor.unit_id:
        parts.append(row.lead_unit)
    if row.owner_id is None:
        parts.append("未定责任人")
    elif not row.owner_active:
        parts.append(f"责任人{row.owner}的账号已停用")
    elif whole or row.owner_id != actor.id:
        parts.append(row.owner)
    if row.status is TaskStatus.ASSIGNED and row.sign_due_on:
        parts.append(f"请于 {row.sign_due_on} 前签收")
    if row.status is TaskStatus.RETURNED and row.status_reason:
        parts.append(f"退回原因：{row.status_reason}")
    if row.status is TaskStatus.SUSPENDED and row.review_on:
        parts.append(f"{row.review_on} 复核")
    if row.extension_pending:
        parts.append("延期待审核")
    if row.urge_count:
        parts.append(f"已催办 {row.urge_count} 次")
    return "　".join(part for part in parts if part)


def _missing_calendar(today: date) -> int | None:
    """Return the year whose 调休 is not known yet though deadlines already reach into it."""
    year = today.year if today.month <= 10 else today.year + 1  # the State Council publishes it in November
    return None if load_calendar(reading()).known(year) else year
