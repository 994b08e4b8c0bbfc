"""督办单: written when a task reaches a rung of the escalation, numbered, received by the unit with name and time."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import BinaryIO

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tracker.db.models import SupervisionSlip, Task, Unit, UnitKind
from tracker.db.queries.scope import lock_unit
from tracker.db.queries.slips import SlipFilter, all_slips, get_slip
from tracker.domain.calendar import local_date
from tracker.domain.errors import Forbidden, RuleViolation, StaleVersion
from tracker.domain.permissions import UNIT_ROLES, Actor
from tracker.domain.reminders import Circle, NoticeKind, Step
from tracker.exports.slip import SlipFacts, write_register, write_slip
from tracker.services.audit import record
from tracker.services.notices import notify
from tracker.services.policies import load_calendar, load_policy_book
from tracker.services.recipients import Directory, people_of, supervisors_of

RUNGS = ("yellow", "red")
LONGEST_NOTE = 500


class AlreadyReceived(RuleViolation):
    """这份督办单已经回执，不用再确认。"""


def rung_of(step: Step) -> str | None:
    """Return the rung of the escalation a step stands on, if it does."""
    name = step.rule.partition(":")[0]
    return name if name in RUNGS else None


def issue_slips(session: Session, fired: Sequence[tuple[Task, Step]], *, now: datetime) -> int:
    """Write the slips of tasks that reached a rung; one a task, rung and deadline. Returns how many are new.

    Where a task reaches both rungs at once, after an outage for instance, the second speaks for the first.
    """
    new = 0
    reached: dict[int, set[str | None]] = {}
    for task, step in fired:
        reached.setdefault(task.id, set()).add(rung_of(step))
    directory = Directory(session)
    for task, step in fired:
        rung = rung_of(step)
        if rung is None or (rung == "yellow" and "red" in reached[task.id]):
            continue
        if not _is_issued(session, task, rung):
            slip = _issue(session, task, rung, now)
            _tell_unit(session, task, slip, directory, now)
            new += 1
    return new


def receive_slip(
    session: Session, actor: Actor, slip_id: int, *, note: str, version: int, now: datetime
) -> SupervisionSlip:
    """Confirm that the unit has received a slip; kept with name and time, and told to the supervisors.

    Raises NotFound out of sight, Forbidden for those who only look on, AlreadyReceived, StaleVersion.
    """
    slip = get_slip(session, actor, slip_id)
    session.refresh(slip, with_for_update={"of": SupervisionSlip})
    if actor.role not in UNIT_ROLES:
        raise Forbidden("督办单由牵头单位的承办人或负责人回执。")
    if actor.unit_id != slip.unit_id:
        raise Forbidden(f"这份督办单由{slip.unit.name}回执。")
    if slip.received_at is not None:
        raise AlreadyReceived
    if slip.version != version:
        raise StaleVersion
    note = " ".join(note.split())
    if len(note) > LONGEST_NOTE:
        raise RuleViolation(f"回执说明不超过 {LONGEST_NOTE} 字。", field="note")
    slip.received_at, slip.received_by_id, slip.received_by_name = now, actor.id, actor.name
    slip.receipt_note, slip.version = note, slip.version + 1
    _record(session, actor, "slip.receive", slip, f"回执督办单：{slip.number}", now, reason=note or None)
    notify(
        session,
        slip.task,
        rule=f"slip_received:{slip.id}",
        kind=NoticeKind.EVENT,
        title=f"督办单已回执：{slip.number}",
        reason=f"{slip.unit.name}{actor.name}已收到",
        link=f"/slips/{slip.id}",
        recipients=supervisors_of(session, slip.unit),
        now=now,
    )
    return slip


def slip_document(session: Session, actor: Actor, slip_id: int) -> tuple[str, bytes]:
    """Return a slip's file name and its Word document."""
    slip = get_slip(session, actor, slip_id)
    return f"{slip.number}.docx", write_slip(facts_of(slip))


def slip_register(session: Session, actor: Actor, wanted: SlipFilter, *, now: datetime) -> BinaryIO:
    """Return an open workbook with the register; the caller closes it."""
    rows = (facts_of(slip) for slip in all_slips(session, actor, wanted))
    return write_register(rows, made_on=local_date(now))


def note_slip_export(session: Session, actor: Actor, what: str, *, now: datetime) -> None:
    """Leave the audit line of an export."""
    record(
        session, actor, "slip.export", "slip", None, unit_path=actor.scope_path, summary=f"导出督办单：{what}", now=now
    )


def facts_of(slip: SupervisionSlip) -> SlipFacts:
    """Return what a slip says, as its document takes it."""
    return SlipFacts(
        number=slip.number,
        colour=slip.colour,
        second=slip.rung == "red",
        area=slip.area.name,
        unit=slip.unit.name,
        task_number=slip.task_number,
        task_title=slip.task_title,
        task_wording=slip.task_wording,
        due_on=slip.due_on,
        days_late=slip.days_late,
        issued_on=slip.issued_on,
        received_by=slip.received_by_name,
        received_at=slip.received_at,
        receipt_note=slip.receipt_note,
    )


def _is_issued(session: Session, task: Task, rung: str) -> bool:
    query = select(SupervisionSlip.id).where(
        SupervisionSlip.task_id == task.id,
        SupervisionSlip.rung == rung,
        SupervisionSlip.due_version == task.due_version,
    )
    return session.scalar(query) is not None


def _issue(session: Session, task: Task, rung: str, now: datetime) -> SupervisionSlip:
    today, area = local_date(now), _area_of(session, task.lead_unit)
    lock_unit(session, area.id)
    policy = load_policy_book(session).of(task.lead_unit.path, task.level)
    colour = policy.supervisor_slip if rung == "yellow" else policy.area_head_slip
    last = select(func.max(SupervisionSlip.serial)).where(
        SupervisionSlip.area_id == area.id, SupervisionSlip.rung == rung, SupervisionSlip.year == today.year
    )
    serial = (session.scalar(last) or 0) + 1
    due_on = task.due_on or today
    slip = SupervisionSlip(
        task=task,
        area=area,
        unit=task.lead_unit,
        rung=rung,
        colour=colour,
        year=today.year,
        serial=serial,
        number=f"{area.short_name[:20]}督{colour[0]}〔{today.year}〕{serial}号",
        due_version=task.due_version,
        due_on=due_on,
        days_late=load_calendar(session).between(due_on, today),
        issued_on=today,
        task_number=task.number or "",
        task_title=task.title,
        task_wording=task.wording,
        created_at=now,
    )
    session.add(slip)
    session.flush()
    _record(session, None, "slip.issue", slip, f"生成督办单：{slip.number} {task.title}", now)
    return slip


def _area_of(session: Session, unit: Unit) -> Unit:
    """Return the area whose supervising office issues a unit's slips: the nearest above it, else the top."""
    ids = [int(part) for part in unit.path.split("/") if part]
    chain = sorted(session.scalars(select(Unit).where(Unit.id.in_(ids))), key=lambda one: one.path.count("/"))
    above = [one for one in chain if one.kind is UnitKind.AREA and one.id != unit.id]
    return above[-1] if above else chain[0]


def _tell_unit(session: Session, task: Task, slip: SupervisionSlip, directory: Directory, now: datetime) -> None:
    notify(
        session,
        task,
        rule=f"slip:{slip.rung}",
        kind=NoticeKind.OVERDUE,
        title=f"收到{slip.colour}：{task.number} {task.title}",
        reason=f"{slip.number}，请回执并抓紧办理",
        link=f"/slips/{slip.id}",
        recipients=people_of(session, task, Circle.UNIT, directory),
        now=now,
    )


def _record(
    session: Session,
    actor: Actor | None,
    action: str,
    slip: SupervisionSlip,
    summary: str,
    now: datetime,
    reason: str | None = None,
) -> None:
    path = slip.unit.path
    record(session, actor, action, "slip", slip.id, unit_path=path, summary=summary, reason=reason, now=now)
