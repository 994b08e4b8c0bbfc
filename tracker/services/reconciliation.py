"""Reconciling a unit's plan year: verdicts, explanations, the unit's confirmation, the lock."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from tracker.db.models import Alarm, ReconciliationLine, ReconciliationSheet, Task, Unit
from tracker.db.queries.reconciliation import get_sheet
from tracker.db.queries.scope import get_unit, lock_unit
from tracker.domain.calendar import local_date
from tracker.domain.errors import Conflict, Forbidden, NotFound, RuleViolation, StaleVersion, YearLocked
from tracker.domain.permissions import Actor, Role
from tracker.domain.reconciliation import DIFFERENCE_LABELS, VERDICT_LABELS, Difference, Verdict
from tracker.domain.task_rules import optional_text
from tracker.domain.tasks import TaskAction, TaskStatus, check_action
from tracker.services.account_sheet import Json, Sheet, build_sheet, frozen_values, suggestions_digest, takeable
from tracker.services.audit import differences, record

LONGEST = 1_000


class YearNotReady(RuleViolation):
    """这个年度还不能锁定，请先处理下面列出的事项。"""


class NothingToReconcile(RuleViolation):
    """这个单位在这一年度没有已立项的任务，不需要对账。"""


class SheetChanged(Conflict):
    """对账表在您查看期间有变化，请核对最新内容后再操作。"""


class VerdictsMissing(RuleViolation):
    """还有任务没有核查结论，请等督办员填写完再确认。"""


@dataclass(frozen=True, slots=True)
class LineFields:
    """What a supervisor says of one task. ``explanations`` maps a difference to its explanation."""

    verdict: Verdict | None
    explanations: Mapping[Difference, str] = field(default_factory=dict)
    shortfall: str = ""
    handling: str = ""


def set_line(
    session: Session,
    actor: Actor,
    unit_id: int,
    year: int,
    task_id: int,
    fields: LineFields,
    *,
    now: datetime,
    version: int | None = None,
) -> ReconciliationLine:
    """Set the verdict on a task with the explanations of its differences. ``version`` 0 is a line not yet there."""
    _, sheet = _open_sheet(session, actor, unit_id, year, now)
    view, row = _view_row(session, actor, unit_id, year, task_id)
    if version is not None and version != row["line_version"]:
        raise StaleVersion
    line = _line(session, sheet, task_id)
    before = _said(line)
    line.verdict = fields.verdict
    line.explanations = _explanations(row, line.explanations, fields.explanations)
    line.shortfall = optional_text(fields.shortfall, "未完成原因", "shortfall", limit=LONGEST) or None
    line.handling = optional_text(fields.handling, "处理意见", "handling", limit=LONGEST)
    line.decided_by_id, line.decided_at = actor.id, now
    line.version += 1
    session.flush()
    record(
        session,
        actor,
        "reconciliation.verdict",
        "task",
        task_id,
        unit_path=view.unit.path,
        summary=f"核查结论：{VERDICT_LABELS[line.verdict] if line.verdict else '未定'}（{row['number']}）",
        now=now,
        changes=differences(before, _said(line)),
    )
    return line


def accept_suggestions(session: Session, actor: Actor, unit_id: int, year: int, *, seen: str, now: datetime) -> int:
    """Take over the suggested verdicts of all tasks without a difference; returns how many.

    ``seen`` is the digest of what the page offered; something else is offered now raises SheetChanged.
    """
    unit, sheet = _open_sheet(session, actor, unit_id, year, now)
    rows = takeable(build_sheet(session, unit, year))
    if suggestions_digest(rows) != seen:
        raise SheetChanged
    for row in rows:
        line = _line(session, sheet, row["task_id"])
        line.verdict = Verdict(row["suggestion"]["verdict"])
        line.decided_by_id, line.decided_at = actor.id, now
        line.version += 1
        record(
            session,
            actor,
            "reconciliation.verdict",
            "task",
            row["task_id"],
            unit_path=unit.path,
            summary=f"采纳建议的核查结论：{row['suggestion']['label']}（{row['number']}）",
            reason=row["suggestion"]["reason"],
            now=now,
            changes={"finding": (None, row["suggestion"]["label"])},
        )
    session.flush()
    return len(rows)


def explain_unplanned(
    session: Session, actor: Actor, unit_id: int, year: int, explanations: Mapping[str, str], *, now: datetime
) -> ReconciliationSheet:
    """Explain what the report tells beyond the plan, by key; an empty explanation takes one back."""
    unit, sheet = _open_sheet(session, actor, unit_id, year, now)
    known = {entry["key"]: entry for entry in build_sheet(session, unit, year).unplanned}
    if set(explanations) - set(known):
        raise SheetChanged
    kept = dict(sheet.unplanned or {})
    for key, text in explanations.items():
        words = optional_text(text, "说明", "explanation", limit=LONGEST)
        kept.pop(key, None)
        if words:
            kept[key] = words
    changed = {key: ((sheet.unplanned or {}).get(key), kept.get(key)) for key in explanations}
    sheet.unplanned = kept
    sheet.version += 1
    session.flush()
    record(
        session,
        actor,
        "reconciliation.unplanned",
        "reconciliation_sheet",
        sheet.id,
        unit_path=unit.path,
        summary=f"说明计划外完成（{unit.name} {year} 年）",
        now=now,
        changes={key: pair for key, pair in changed.items() if pair[0] != pair[1]},
    )
    return sheet


def confirm_by_unit(
    session: Session, actor: Actor, unit_id: int, year: int, *, seen: str, now: datetime
) -> ReconciliationSheet:
    """Confirm a unit's reconciliation as it stands (单位确认). Its head does, once every task has a verdict."""
    if actor.role is not Role.HEAD:
        raise Forbidden
    unit = get_unit(session, actor, unit_id)
    if actor.unit_id != unit.id:
        raise Forbidden("单位确认由本单位负责人办理。")
    sheet = _sheet(session, unit, year, now)
    view = build_sheet(session, unit, year)
    if not view.rows:
        raise NothingToReconcile
    if view.digest != seen:
        raise SheetChanged
    if missing := [row["number"] for row in view.rows if row["verdict"] is None]:
        raise VerdictsMissing(f"还有 {len(missing)} 项任务没有核查结论，请等督办员填写完再确认。")
    sheet.unit_confirmed_by_id, sheet.unit_confirmed_at, sheet.unit_confirmed_digest = actor.id, now, view.digest
    sheet.version += 1
    session.flush()
    _record_sheet(session, actor, unit, sheet, "reconciliation.confirm", f"单位确认对账结果（{year} 年）", now)
    return sheet


def lock_year(
    session: Session, actor: Actor, unit_id: int, year: int, *, seen: str, now: datetime
) -> ReconciliationSheet:
    """Lock a unit's plan year (锁定年度): every task is archived, the sheet is frozen with date and name.

    Raises YearNotReady, naming what is still to be done, or SheetChanged where ``seen`` is not what stands.
    """
    if actor.role is not Role.SUPERVISOR:
        raise Forbidden
    unit = get_unit(session, actor, unit_id)
    tasks = _locked_tasks(session, unit.id, year)  # before the unit's row, as every verb on a task does
    sheet = _sheet(session, unit, year, now)
    view = build_sheet(session, unit, year)
    if not view.rows:
        raise NothingToReconcile
    if obstacles := view.obstacles:
        raise YearNotReady("不能锁定：" + "；".join(obstacle.sentence for obstacle in obstacles) + "。")
    if view.digest != seen:
        raise SheetChanged
    today = local_date(now)
    sheet.snapshot = frozen_values(view, locked_by=actor.name, locked_on=today)
    session.execute(delete(Alarm).where(Alarm.task_id.in_([task.id for task in tasks])))
    for task in tasks:
        _archive(session, actor, task, unit, year, now)
    sheet.locked_by_id, sheet.locked_at, sheet.locked_on = actor.id, now, today
    sheet.version += 1
    session.flush()
    summary = f"锁定年度：{unit.name} {year} 年，归档 {len(tasks)} 项任务"
    _record_sheet(session, actor, unit, sheet, "reconciliation.lock", summary, now)
    return sheet


# ---- steps ----------------------------------------------------------------------------------------------------------


def _open_sheet(
    session: Session, actor: Actor, unit_id: int, year: int, now: datetime
) -> tuple[Unit, ReconciliationSheet]:
    """Return a unit in scope and its sheet, made if need be; for a supervisor, and only while it is not locked."""
    if actor.role is not Role.SUPERVISOR:
        raise Forbidden
    unit = get_unit(session, actor, unit_id)
    return unit, _sheet(session, unit, year, now)


def _sheet(session: Session, unit: Unit, year: int, now: datetime) -> ReconciliationSheet:
    lock_unit(session, unit.id)  # one maker of a sheet at a time, and no answer of a report changes meanwhile
    sheet = get_sheet(session, unit.id, year, lock=True)
    if sheet is None:
        sheet = ReconciliationSheet(unit_id=unit.id, plan_year=year, created_at=now, version=1)
        session.add(sheet)
        session.flush()
    if sheet.locked_at is not None:
        raise YearLocked(f"{unit.name} {year} 年度已锁定，不能再修改。")
    return sheet


def _view_row(session: Session, actor: Actor, unit_id: int, year: int, task_id: int) -> tuple[Sheet, Json]:
    view = build_sheet(session, get_unit(session, actor, unit_id), year)
    row = next((row for row in view.rows if row["task_id"] == task_id), None)
    if row is None:
        raise NotFound("没有找到这项任务，或它不在这份对账表中。")
    return view, row


def _line(session: Session, sheet: ReconciliationSheet, task_id: int) -> ReconciliationLine:
    line = session.scalar(select(ReconciliationLine).where(ReconciliationLine.task_id == task_id).with_for_update())
    if line is None:
        line = ReconciliationLine(sheet_id=sheet.id, task_id=task_id, explanations={}, handling="", version=0)
        session.add(line)
    return line


def _explanations(row: Json, before: Mapping[str, str], given: Mapping[Difference, str]) -> dict[str, str]:
    """Return the explanations of the differences that are there; those of others are kept, they may come back."""
    kept = dict(before)
    found = {entry["kind"] for entry in row["differences"]}
    for kind, text in given.items():
        if kind.value not in found:
            raise SheetChanged
        name = DIFFERENCE_LABELS[kind]
        words = optional_text(text, f"“{name}”的说明", f"explanation_{kind.value}", limit=LONGEST)
        kept.pop(kind.value, None)
        if words:
            kept[kind.value] = words
    return kept


def _said(line: ReconciliationLine) -> Json:
    return {
        "finding": VERDICT_LABELS[line.verdict] if line.verdict else None,
        "explanations": "；".join(f"{DIFFERENCE_LABELS[Difference(k)]}：{v}" for k, v in line.explanations.items()),
        "shortfall": line.shortfall,
        "handling": line.handling,
    }


def _locked_tasks(session: Session, unit_id: int, year: int) -> list[Task]:
    """Return all tasks of a year, locked against every other change until this transaction ends."""
    tasks = session.scalars(
        select(Task)
        .where(Task.unit_id == unit_id, Task.plan_year == year)
        .order_by(Task.id)
        .with_for_update(of=Task, key_share=True)
        .execution_options(populate_existing=True)
    )
    return [task for task in tasks if task.status is not TaskStatus.DISMISSED]


def _archive(session: Session, actor: Actor, task: Task, unit: Unit, year: int, now: datetime) -> None:
    target = check_action(task.status, TaskAction.LOCK, actor.role)
    before = task.status
    task.archived_from, task.status = before.value, target
    task.version += 1
    task.updated_at = now
    record(
        session,
        actor,
        "task.lock",
        "task",
        task.id,
        unit_path=unit.path,
        summary=f"锁定年度：{task.title}",
        now=now,
        changes={"status": (before, target)},
    )


def _record_sheet(
    session: Session,
    actor: Actor,
    unit: Unit,
    sheet: ReconciliationSheet,
    action: str,
    summary: str,
    now: datetime,
) -> None:
    record(
        session,
        actor,
        action,
        "reconciliation_sheet",
        sheet.id,
        unit_path=unit.path,
        summary=summary,
        now=now,
        changes={"digest": (None, sheet.unit_confirmed_digest)} if action.endswith("confirm") else None,
    )
