"""Working on proposals before they are duties: edit, merge, split, add, and take a dismissal back.

Only a supervisor does so. A merged or split proposal ends as dismissed and names its heirs; every source span is kept.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from tracker.db.models import Report, Task, Unit
from tracker.db.queries.reports import get_report
from tracker.db.queries.scope import lock_task
from tracker.domain.assessment import KnownFacts, assess
from tracker.domain.documents import Span
from tracker.domain.errors import ActionNotAllowed, Forbidden, NotFound, RuleViolation, StaleVersion
from tracker.domain.passages import read_passage
from tracker.domain.permissions import Actor, Role
from tracker.domain.proposals import (
    find_quote,
    title_of,
)
from tracker.domain.rewriting import check_blanks
from tracker.domain.tasks import STATUS_LABELS, TaskStatus
from tracker.language.lexicon import load_lexicon
from tracker.services.audit import differences, record
from tracker.services.promises import await_comparison
from tracker.services.reports import REPLACED, mark_reviewed, proposal, source_of
from tracker.services.tasks import TaskEdit, dismiss, edit, establish

MERGED, SPLIT = "已合并到另一条", "已拆分"
RECURRING_LABELS = {"month": "每月", "quarter": "每季度", "half_year": "每半年"}

Json = dict[str, Any]


class AlreadyProposed(RuleViolation):
    """这段文字已经是一条待确认或已立项的条目，不用重复添加。"""


@dataclass(frozen=True, slots=True)
class ProposalFields:
    """What a supervisor may change in a proposal; the quote and its span stay as they are."""

    title: str
    wording: str
    due_on: date
    lead_unit_id: int
    supporting_unit_ids: tuple[int, ...] = ()
    owner_id: int | None = None
    area: str | None = None
    recurring: str | None = None
    vague: bool = False
    answers: tuple[str, ...] = ()
    quantities: tuple[Json, ...] | None = None  # None leaves them as they are


@dataclass(frozen=True, slots=True)
class Chosen:
    """A proposal as the page showed it: its id and the version the person saw."""

    task_id: int
    version: int


def save_proposal(
    session: Session, actor: Actor, task_id: int, fields: ProposalFields, *, version: int, now: datetime
) -> Task:
    """Change a proposal. A date and a lead unit that a person has saved are no longer inferred."""
    before_edit = lock_task(session, actor, task_id)
    check_is_proposal(before_edit)
    check_blanks(fields.wording, load_lexicon())
    old_wording, old_vague = before_edit.wording, before_edit.vague
    changes = TaskEdit(
        title=fields.title,
        wording=fields.wording.replace("\r\n", "\n"),
        lead_unit_id=fields.lead_unit_id,
        owner_id=fields.owner_id,
        area=fields.area,
        supporting_unit_ids=fields.supporting_unit_ids,
        due_on=fields.due_on,
        confirm_due=True,
    )
    task = edit(session, actor, task_id, changes, now=now, version=version)
    before = _reading_values(task)
    task.recurring = fields.recurring if fields.recurring in RECURRING_LABELS else None
    task.vague, task.answers = fields.vague, list(fields.answers)
    if fields.vague == old_vague and task.wording != old_wording:  # the person left it to the words
        task.vague = assess(task.wording, KnownFacts(task.plan_year), load_lexicon()).vague
    if fields.quantities is not None:
        task.quantities = list(fields.quantities)
    changed = differences(before, _reading_values(task))
    if changed:
        note_proposal(
            session, actor, "task.edit", task, f"修改：{task.title}（指标、周期与回应的问题）", now, changes=changed
        )
    return task


def confirm_proposals(
    session: Session, actor: Actor, report_id: int, chosen: Sequence[Chosen], *, now: datetime
) -> list[Task]:
    """Establish one or several proposals of a report, all or none; their dates and lead units count as confirmed."""
    tasks = []
    for entry in in_order(chosen):
        check_report(lock_task(session, actor, entry.task_id), report_id)
        tasks.append(establish(session, actor, entry.task_id, now=now, version=entry.version))
    mark_reviewed(session, report_id, now=now)
    return tasks


def dismiss_proposal(
    session: Session, actor: Actor, report_id: int, chosen: Chosen, *, reason: str, now: datetime
) -> Task:
    """Leave a proposal of a report out of the ledger, with the reason."""
    check_report(lock_task(session, actor, chosen.task_id), report_id)
    task = dismiss(session, actor, chosen.task_id, reason=reason, now=now, version=chosen.version)
    mark_reviewed(session, report_id, now=now)
    return task


def add_proposal(
    session: Session, actor: Actor, report_id: int, quote: str, *, span: Span | None = None, now: datetime
) -> Task:
    """Add a proposal for a passage of the report; ``span`` is where it was selected, if it was.

    Raises QuoteNotVerbatim where ``quote`` does not stand in the report.
    """
    if actor.role is not Role.SUPERVISOR:
        raise Forbidden
    report = get_report(session, actor, report_id, text=True)
    if report.superseded_at is not None:
        raise ActionNotAllowed("这是已被更正的旧版本，请在新版本上添加。")
    span = find_quote(report.text, quote, span)
    same = exists().where(
        Task.report_id == report.id, Task.start == span.start, Task.end == span.end, Task.status != TaskStatus.DISMISSED
    )
    if session.scalar(select(same)):
        raise AlreadyProposed(field="quote")
    item = read_passage(report.text, span, report.plan_year, load_lexicon(), name=_free_name(session, report))
    task = proposal(report, report.unit, item, lead=None, now=now)
    task.title = title_of(None, span.of(report.text))
    session.add(task)
    session.flush()
    session.add(source_of(task, report.id))
    await_comparison(session, report.id)
    mark_reviewed(session, report.id, now=now)
    note_proposal(session, actor, "task.add_proposal", task, f"手工添加条目：{task.title}", now)
    return task


def restore_proposal(session: Session, actor: Actor, report_id: int, chosen: Chosen, *, now: datetime) -> Task:
    """Take back a dismissal. What was merged, split or replaced by a corrected report lives on elsewhere and stays."""
    if actor.role is not Role.SUPERVISOR:
        raise Forbidden
    task = lock_task(session, actor, chosen.task_id)
    check_report(task, report_id)
    if task.version != chosen.version:
        raise StaleVersion
    report = session.get_one(Report, report_id)
    if not can_restore(task, report):
        raise ActionNotAllowed("这一条已合并、拆分或被新版本替代，不能直接恢复。")
    task.status, task.status_reason = TaskStatus.PROPOSED, None
    task.version += 1
    task.updated_at = now
    mark_reviewed(session, task.report_id or 0, now=now)
    note_proposal(session, actor, "task.restore", task, f"恢复待确认：{task.title}", now)
    return task


def can_restore(task: Task, report: Report) -> bool:
    """Say whether a task was dismissed by a person and its report is still the one in force."""
    by_person = task.merged_into_id is None and task.status_reason not in (SPLIT, REPLACED)
    return task.status is TaskStatus.DISMISSED and by_person and report.superseded_at is None


# ---- parts ------------------------------------------------------------------------------------------------------------


def in_order(chosen: Sequence[Chosen]) -> list[Chosen]:
    """Return each task once, in the order in which locks are always taken."""
    return sorted({entry.task_id: entry for entry in chosen}.values(), key=lambda entry: entry.task_id)


def check_report(task: Task, report_id: int) -> None:
    """Raise NotFound for a task of another report."""
    if task.report_id != report_id:
        raise NotFound


def check_is_proposal(task: Task) -> None:
    """Raise ActionNotAllowed for what is no open proposal any more."""
    if task.status is not TaskStatus.PROPOSED:
        raise ActionNotAllowed(f"这一条已是“{STATUS_LABELS[task.status]}”，不能在审阅页修改。请刷新页面查看最新状态。")


def _free_name(session: Session, report: Report) -> str:
    """Return an item id that neither the reading nor an earlier addition has: m1, m2 …"""
    taken = session.scalars(select(Task.item_ref).where(Task.report_id == report.id, Task.item_ref.like("m%"))).all()
    return f"m{len(set(taken)) + 1}"


def _reading_values(task: Task) -> dict[str, Any]:
    return {
        "recurring": task.recurring,
        "vague": task.vague,
        "answers": "、".join(task.answers),
        "quantities": list(task.quantities),
    }


def note_proposal(
    session: Session,
    actor: Actor,
    action: str,
    task: Task,
    summary: str,
    now: datetime,
    *,
    changes: dict[str, tuple[Any, Any]] | None = None,
) -> None:
    """Write the audit line of what was done to a proposal."""
    path = task.unit.path if task.unit is not None else session.get_one(Unit, task.unit_id).path
    record(session, actor, action, "task", task.id, unit_path=path, summary=summary, now=now, changes=changes)
