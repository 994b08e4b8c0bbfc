"""Reporting progress (反馈): append-only, so it is never refused because of another's edit."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from tracker.db.models import ProgressReport
from tracker.domain.permissions import Actor
from tracker.domain.task_rules import check_percent, optional_text, required_text
from tracker.domain.tasks import TaskAction
from tracker.services.evidence import AcceptedFile, add_files
from tracker.services.task_changes import begin_change, finish_change


@dataclass(frozen=True, slots=True)
class ProgressFields:
    """What a unit reports. ``percent`` is the share completed so far, 0..100."""

    percent: int
    done: str
    problems: str = ""
    next_step: str = ""


def report_progress(
    session: Session,
    actor: Actor,
    task_id: int,
    fields: ProgressFields,
    *,
    now: datetime,
    files: Iterable[AcceptedFile] = (),
) -> ProgressReport:
    """Add a report of progress with its evidence. The task's version stays: nobody's edit is disturbed."""
    change = begin_change(session, actor, task_id, TaskAction.REPORT_PROGRESS, now=now)
    check_percent(fields.percent)
    report = ProgressReport(
        task_id=task_id,
        author_id=actor.id,
        at=now,
        percent=fields.percent,
        done=required_text(fields.done, "已完成的工作", "done"),
        problems=optional_text(fields.problems, "存在问题", "problems"),
        next_step=optional_text(fields.next_step, "下步措施", "next_step"),
    )
    session.add(report)
    session.flush()
    names = add_files(change, files, progress_id=report.id)
    change.task.percent = fields.percent
    change.task.last_progress_at = now
    detail = f"{change.task.title}（{fields.percent}%）"
    finish_change(change, detail=detail, appends=True, extra={"evidence": (None, "、".join(names))} if names else None)
    return report
