"""Reports in the books: storing a reading with its proposals, replacing a version by its correction, handing out originals."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from tracker.db.models import Intake, ReconciliationSheet, Report, SupportingUnit, Task, TaskSource, Unit
from tracker.db.queries.reports import current_report, earlier_tasks, get_report, neighbourhood
from tracker.db.queries.scope import below
from tracker.domain.calendar import local_date
from tracker.domain.documents import PlanItem, ReportReading
from tracker.domain.errors import YearLocked
from tracker.domain.formats import item_to_dict
from tracker.domain.permissions import Actor
from tracker.domain.proposals import EarlierTask, Replacement, plan_replacement, title_of
from tracker.domain.tasks import TaskStatus
from tracker.domain.unit_names import KnownUnit, assign_units, names_same_unit
from tracker.services.audit import record
from tracker.services.plan_returns import note_correction
from tracker.services.promises import await_comparison

Json = dict[str, Any]
EARLIEST_YEAR = 2000
REPLACED = "报告已更正，由新版本中的条目替代"


@dataclass(frozen=True, slots=True)
class Question:
    """Something only a person can decide; ``code`` is ask_unit, ask_year or ask_version."""

    code: str
    message: str


@dataclass(frozen=True, slots=True)
class Stored:
    """Where an upload ended: ``code`` is stored, or same where the report had been filed before."""

    code: str
    report_id: int
    message: str


# ---- settling an upload -----------------------------------------------------------------------------------------------


def settle(
    session: Session, intake: Intake, reading: ReportReading, raw: Json, *, unit_accepted: bool, now: datetime
) -> Question | Stored:
    """Store the reading of an upload, or say what a person must decide first. Nothing is written in the latter case.

    ``raw`` is the reading as ``tracker extract --json`` prints it. The same text again is the same report.
    """
    unit = intake.unit
    if not unit_accepted and (question := _ask_unit(session, unit, reading)):
        return question
    year = intake.report_year or reading.report_year
    if year is None or not EARLIEST_YEAR <= year <= local_date(now).year:
        return Question("ask_year", _year_question(year))
    current = current_report(session, unit.id, year)
    if current is not None and current.content_digest == digest_of(reading.text):
        return Stored("same", current.id, f"这份报告此前已经入账（{current.title}），没有重复登记。")
    if current is not None and not intake.replaces:
        return Question("ask_version", f"{unit.name} {year} 年度的报告此前已经入账，这次上传的内容与它不同。")
    return _store(session, intake, reading, raw, current, year, now)


def _ask_unit(session: Session, unit: Unit, reading: ReportReading) -> Question | None:
    if reading.unit is None:
        return None
    area = session.get(Unit, unit.parent_id) if unit.parent_id is not None else None
    if names_same_unit(reading.unit, known(unit), known(area) if area else None):
        return None
    return Question("ask_unit", f"该报告署名为“{reading.unit}”，您选择的是“{unit.name}”。")


def _year_question(year: int | None) -> str:
    if year is None:
        return "没有在报告中读到年度，请填写这份报告是哪一年度的。"
    return f"报告中读到的年度是 {year} 年，看起来不对，请核对后填写。"


def digest_of(text: str) -> str:
    """Return the SHA-256 of a report's text, by which the same report is recognised whatever file it came in."""
    return hashlib.sha256(text.encode()).hexdigest()


def signed_unit(session: Session, actor: Actor, written: str | None) -> Unit | None:
    """Return the one unit in the actor's scope that a report signed ``written`` is by, or None."""
    if not written:
        return None
    units = session.scalars(select(Unit).where(below(actor.scope_path), Unit.is_active.is_(True))).all()
    by_id = {unit.id: unit for unit in units}
    found = []
    for unit in units:
        area = by_id.get(unit.parent_id) if unit.parent_id is not None else None
        if names_same_unit(written, known(unit), known(area) if area else None):
            found.append(unit)
    return found[0] if len(found) == 1 else None


def known(unit: Unit) -> KnownUnit:
    """Return a unit's names as the rules take them."""
    return KnownUnit(unit.id, unit.name, unit.short_name)


def _store(
    session: Session,
    intake: Intake,
    reading: ReportReading,
    raw: Json,
    current: Report | None,
    year: int,
    now: datetime,
) -> Stored:
    actor = intake.uploaded_by.as_actor()
    if current is not None:
        _check_not_locked(session, intake.unit, current.plan_year)
        current.superseded_at = now
        session.flush()  # only then is there room for another one in force
    report = _report(intake, reading, raw, year, now)
    session.add(report)
    session.flush()
    plan = replacement_for(session, intake.unit_id, year, reading.items)
    if current is not None:
        current.superseded_by_id = report.id
        _dismiss(session, plan.replaced, now)
    propose_items(session, report, intake.unit, plan.proposed, now=now)
    _leave_out(session, report, intake.unit, plan, now)
    await_comparison(session, report.id)
    report.reviewed_at = None if plan.proposed else now
    summary = f"入账报告：{report.title}，待确认 {len(plan.proposed)} 条"
    if current is not None:
        summary += f"；更正上一版，保留已立项 {len(plan.kept)} 条，替换待确认 {len(plan.replaced)} 条"
    record(
        session,
        actor,
        "report.store" if current is None else "report.correct",
        "report",
        report.id,
        unit_path=intake.unit.path,
        summary=summary,
        now=now,
        changes={"superseded_report_id": (None, current.id)} if current is not None else None,
    )
    if current is not None:
        note_correction(session, actor, current, report, now=now)
    return Stored("stored", report.id, _stored_message(report, plan, corrected=current is not None))


def _stored_message(report: Report, plan: Replacement, *, corrected: bool) -> str:
    if not plan.proposed and not plan.kept:
        return "报告已入账，没有识别出计划条目。可在审阅页上手工划出。"
    if corrected:
        return f"更正版已入账：保留已立项 {len(plan.kept)} 条，新提出待确认 {len(plan.proposed)} 条。"
    return f"报告已入账，识别出计划条目 {len(plan.proposed)} 条，待督办员确认。"


def _report(intake: Intake, reading: ReportReading, raw: Json, year: int, now: datetime) -> Report:
    return Report(
        unit_id=intake.unit_id,
        report_year=year,
        plan_year=reading.plan_year or year + 1,
        title=(reading.title or intake.file_name.rpartition(".")[0] or intake.file_name)[:300],
        file_name=intake.file_name,
        file_key=intake.file_key,
        file_size=intake.file_size,
        content_digest=digest_of(reading.text),
        reader=str(raw.get("reader") or "")[:20],
        text=reading.text,
        reading={key: value for key, value in raw.items() if key != "text"},
        notices=list(reading.notices),
        uploaded_by_id=intake.uploaded_by_id,
        created_at=now,
    )


def _check_not_locked(session: Session, unit: Unit, plan_year: int) -> None:
    locked = session.scalar(
        select(
            exists().where(
                ReconciliationSheet.unit_id == unit.id,
                ReconciliationSheet.plan_year == plan_year,
                ReconciliationSheet.locked_at.is_not(None),
            )
        )
    )
    if locked:
        raise YearLocked(f"{unit.name} {plan_year} 年度已锁定，不能再更正这份报告。确需更正请联系督办员。")


# ---- a corrected version ----------------------------------------------------------------------------------------------


def replacement_for(session: Session, unit_id: int, report_year: int, items: Sequence[PlanItem]) -> Replacement:
    """Return what a reading with ``items`` changes among the tasks of a unit's report of a year; writes nothing."""
    rows = earlier_tasks(session, unit_id, report_year)
    split_into: dict[int, list[int]] = {}
    for task, _ in rows:
        if task.split_from_id is not None:
            split_into.setdefault(task.split_from_id, []).append(task.id)
    return plan_replacement(
        [
            EarlierTask(
                task.id,
                task.status,
                tuple(quotes),
                (*split_into.get(task.id, ()), *([task.merged_into_id] if task.merged_into_id else [])),
                dismissed_because=_reason_of_a_person(task, heirs=split_into.get(task.id, ())),
            )
            for task, quotes in rows
        ],
        items,
    )


def _reason_of_a_person(task: Task, *, heirs: Sequence[int]) -> str | None:
    """Return why a person left a proposal out; None for what was merged, split or replaced by a version."""
    if task.status is not TaskStatus.DISMISSED or task.merged_into_id is not None or heirs:
        return None
    return task.status_reason if task.status_reason != REPLACED else None


def _leave_out(session: Session, report: Report, unit: Unit, plan: Replacement, now: datetime) -> None:
    """Let stand what a person decided on the version before: the item is there, left out for the same reason."""
    tasks = propose_items(session, report, unit, [item for item, _ in plan.left_out], now=now)
    for task, (_, reason) in zip(tasks, plan.left_out, strict=True):
        task.status, task.status_reason = TaskStatus.DISMISSED, reason
    session.flush()


def _dismiss(session: Session, task_ids: Sequence[int], now: datetime) -> None:
    for task in session.scalars(select(Task).where(Task.id.in_(task_ids))):
        task.status, task.status_reason, task.updated_at = TaskStatus.DISMISSED, REPLACED, now
        task.version += 1


# ---- proposals --------------------------------------------------------------------------------------------------------


def propose_items(
    session: Session, report: Report, unit: Unit, items: Sequence[PlanItem], *, now: datetime
) -> list[Task]:
    """Insert a proposed task for each item, with its source span and the units its names mean."""
    if not items:
        return []
    around = neighbourhood(session, unit)
    assigned = [assign_units(item.responsible, item.supporting, around) for item in items]
    tasks = [proposal(report, unit, item, lead=who.lead, now=now) for item, who in zip(items, assigned, strict=True)]
    session.add_all(tasks)
    session.flush()
    session.add_all(source_of(task, report.id) for task in tasks)
    session.add_all(
        SupportingUnit(task_id=task.id, unit_id=supporter.id)
        for task, who in zip(tasks, assigned, strict=True)
        for supporter in who.supporting
        if supporter.id != task.lead_unit_id
    )
    session.flush()
    return tasks


def proposal(report: Report, unit: Unit, item: PlanItem, *, lead: KnownUnit | None, now: datetime) -> Task:
    """Return the proposed task of an item, not yet added. Without a known lead the reporting unit stands in for it."""
    values = item_to_dict(item)
    return Task(
        plan_year=report.plan_year,
        report_id=report.id,
        unit_id=unit.id,
        lead_unit_id=lead.id if lead else unit.id,
        lead_unit_confirmed=lead is not None,
        status=TaskStatus.PROPOSED,
        label=(item.label or "")[:20] or None,
        group_title=(item.group or "")[:300] or None,
        title=title_of(item.title, item.text, item.label),
        wording=item.text,
        quote=item.text,
        start=item.span.start,
        end=item.span.end,
        quantities=values["quantities"],
        commitments=values["commitments"],
        responsible_names=values["responsible"],
        supporting_names=values["supporting"],
        answers=values["answers"],
        area=item.area,
        reasons=values["reasons"],
        item_ref=item.id[:20],
        confidence=item.confidence,
        vague=item.vague,
        inline=item.inline,
        due_on=item.deadline.due_on,
        due_source=item.deadline.source,
        recurring=item.deadline.recurring,
        milestones=values["milestones"],
        created_at=now,
        updated_at=now,
    )


def source_of(task: Task, report_id: int) -> TaskSource:
    """Return the source span of a task that has its id, not yet added."""
    return TaskSource(task_id=task.id, report_id=report_id, start=task.start, end=task.end, quote=task.quote)


def mark_reviewed(session: Session, report_id: int, *, now: datetime) -> None:
    """Keep ``reviewed_at`` in step: set when no proposal of the report is open any more, empty while one is."""
    session.flush()
    report = session.get_one(Report, report_id)
    is_open = session.scalar(select(exists().where(Task.report_id == report_id, Task.status == TaskStatus.PROPOSED)))
    if is_open:
        report.reviewed_at = None
    elif report.reviewed_at is None:
        report.reviewed_at = now


# ---- originals --------------------------------------------------------------------------------------------------------


def note_download(session: Session, actor: Actor, report_id: int, *, now: datetime) -> Report:
    """Leave the audit line of a downloaded original and return its report; raises NotFound out of scope."""
    report = get_report(session, actor, report_id)
    record(
        session,
        actor,
        "report.download",
        "report",
        report.id,
        unit_path=report.unit.path,
        summary=f"下载报告原件：{report.file_name}",
        now=now,
    )
    return report
