"""What "my work" lists: the open tasks of a unit and its sections."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session, aliased

from tracker.db.models import Task, Unit, UnitKind, User
from tracker.db.queries.scope import no_business_for_admin
from tracker.domain.permissions import Actor
from tracker.domain.tasks import OPEN, TaskStatus

WORKED = sorted(OPEN - {TaskStatus.ESTABLISHED})  # sent out: what was not is the supervisor's turn
WORK_LIMIT = 200  # more than any one unit has open; the rest is in the ledger


@dataclass(frozen=True, slots=True)
class WorkRow:
    """One open task as "my work" lists it."""

    id: int
    number: str | None
    title: str
    status: TaskStatus
    plan_year: int
    due_on: date | None
    original_due_on: date | None
    extension_pending: bool
    extension_count: int
    percent: int
    recurring: str | None
    assigned_at: datetime | None
    last_progress_at: datetime | None
    completed_on: date | None
    sign_due_on: date | None
    status_reason: str | None
    review_on: date | None
    urge_count: int
    lead_unit_id: int
    lead_unit: str
    owner_id: int | None
    owner: str | None
    owner_active: bool | None


def open_work(session: Session, actor: Actor, *, limit: int = WORK_LIMIT) -> list[WorkRow]:
    """Return the open tasks that the actor's unit or a section of it (内设机构) leads, most urgent deadline first.

    Units further below have accounts of their own; whoever looks after them uses the ledger. One statement, and at
    most ``limit`` rows, so that one asks for ``limit`` + 1 to learn whether there are more.
    """
    owner = aliased(User)
    own = select(Unit.id).where(
        or_(Unit.id == actor.unit_id, and_(Unit.parent_id == actor.unit_id, Unit.kind == UnitKind.SECTION))
    )
    rows = session.execute(
        select(
            Task.id,
            Task.number,
            Task.title,
            Task.status,
            Task.plan_year,
            Task.due_on,
            Task.original_due_on,
            Task.extension_pending,
            Task.extension_count,
            Task.percent,
            Task.recurring,
            Task.assigned_at,
            Task.last_progress_at,
            Task.completed_on,
            Task.sign_due_on,
            Task.status_reason,
            Task.review_on,
            Task.urge_count,
            Task.lead_unit_id,
            Unit.short_name.label("lead_unit"),
            Task.owner_id,
            owner.name.label("owner"),
            owner.is_active.label("owner_active"),
        )
        .join(Unit, Task.lead_unit_id == Unit.id)
        .outerjoin(owner, Task.owner_id == owner.id)
        .where(Task.lead_unit_id.in_(own), Task.status.in_(WORKED), no_business_for_admin(actor))
        # an expression: by the bare column the planner would walk all tasks of the installation in order of deadline
        .order_by(func.coalesce(Task.due_on, date.max), Task.id)
        .limit(limit)
    )
    return [WorkRow(**row._asdict()) for row in rows]
