"""Uploads at the door: a stored file is queued, and a person answers what the reading could not decide.

What happens in between, from the file to the report in the books, is in ``intake``.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, undefer

from tracker.db.models import Intake, IntakeStatus
from tracker.db.queries.reports import get_intake, may_see_reports
from tracker.db.queries.scope import get_unit
from tracker.domain.errors import ActionNotAllowed, Forbidden, RuleViolation
from tracker.domain.permissions import Actor, Role
from tracker.services.audit import record
from tracker.services.scanning import STEP, scan_so_far
from tracker.storage import StoredFile

UPLOADERS = frozenset({Role.OFFICER, Role.HEAD, Role.SUPERVISOR})
CANCELLED = "已取消，没有入账。"


class EmptyUpload(RuleViolation):
    """这个文件是空的（0 字节）。请确认选对了文件后重新上传。"""


class NothingToAnswer(ActionNotAllowed):
    """这次上传已经处理完，不需要再选择。请刷新页面查看结果。"""


def receive_upload(
    session: Session,
    actor: Actor,
    *,
    unit_id: int,
    report_year: int | None,
    file: StoredFile,
    file_name: str,
    now: datetime,
) -> Intake:
    """Queue a stored file. The same file for the same unit that is already on its way is that upload, not another."""
    if actor.role not in UPLOADERS:
        raise Forbidden
    unit = get_unit(session, actor, unit_id)
    if file.size == 0:
        raise EmptyUpload(field="file")
    under_way = session.scalar(
        select(Intake).where(
            Intake.unit_id == unit.id,
            Intake.file_key == file.key,
            Intake.status.in_((IntakeStatus.QUEUED, IntakeStatus.READING, IntakeStatus.NEEDS_ANSWER)),
        )
    )
    if under_way is not None:
        return under_way
    intake = Intake(
        unit_id=unit.id,
        uploaded_by_id=actor.id,
        file_name=clean_file_name(file_name),
        file_key=file.key,
        file_size=file.size,
        report_year=report_year,
        status=IntakeStatus.QUEUED,
        step="queued",
        created_at=now,
    )
    session.add(intake)
    session.flush()
    record(
        session,
        actor,
        "report.upload",
        "intake",
        intake.id,
        unit_path=unit.path,
        summary=f"上传报告文件：{intake.file_name}",
        now=now,
    )
    return intake


@dataclass(frozen=True, slots=True)
class Answer:
    """What a person says to a question: ``choice`` is replace, keep_unit, move_unit, year, retry or cancel."""

    choice: str
    report_year: int | None = None
    unit_id: int | None = None


def answer_intake(session: Session, actor: Actor, intake_id: int, answer: Answer, *, now: datetime) -> Intake:
    """Take a person's answer and queue the upload again, or give it up. Nothing read is lost meanwhile."""
    if actor.role not in UPLOADERS:
        raise Forbidden
    intake = _locked(session, actor, intake_id)
    if answer.choice == "cancel":
        return _cancel(session, actor, intake, now)
    if answer.choice == "retry":
        _expect(intake, IntakeStatus.FAILED)
    else:
        _expect(intake, IntakeStatus.NEEDS_ANSWER)
        _take_in(session, actor, intake, answer)
    step = STEP if scan_so_far(intake.reading) else "queued"
    intake.status, intake.step, intake.message = IntakeStatus.QUEUED, step, None
    intake.attempts, intake.lease_until, intake.finished_at = 0, None, None
    record(
        session,
        actor,
        "report.answer",
        "intake",
        intake.id,
        unit_path=intake.unit.path,
        summary=f"答复上传：{ANSWER_LABELS.get(answer.choice, answer.choice)}",
        now=now,
        changes={"report_year": (None, answer.report_year)} if answer.report_year else None,
    )
    return intake


ANSWER_LABELS = {
    "replace": "更正原报告",
    "keep_unit": "归入所选单位",
    "move_unit": "改归署名单位",
    "year": "补充报告年度",
    "retry": "重新处理",
    "cancel": "取消",
}


def _take_in(session: Session, actor: Actor, intake: Intake, answer: Answer) -> None:
    kept = dict(intake.reading or {})
    if answer.choice == "replace":
        intake.replaces = True
    elif answer.choice == "keep_unit":
        kept["unit_accepted"] = True
    elif answer.choice == "move_unit" and answer.unit_id is not None:
        intake.unit = get_unit(session, actor, answer.unit_id)
        kept["unit_accepted"] = True
    elif answer.choice == "year" and answer.report_year is not None:
        intake.report_year = answer.report_year
    else:
        raise NothingToAnswer
    intake.reading = kept


def _cancel(session: Session, actor: Actor, intake: Intake, now: datetime) -> Intake:
    if intake.status is IntakeStatus.DONE or intake.report_id is not None:
        raise NothingToAnswer
    intake.status, intake.message, intake.finished_at = IntakeStatus.FAILED, CANCELLED, now
    intake.reading, intake.lease_until, intake.step = None, None, "cancelled"
    record(
        session,
        actor,
        "report.cancel_upload",
        "intake",
        intake.id,
        unit_path=intake.unit.path,
        summary=f"取消上传：{intake.file_name}",
        now=now,
    )
    return intake


def _locked(session: Session, actor: Actor, intake_id: int) -> Intake:
    get_intake(session, actor, intake_id)
    return session.scalars(
        select(Intake)
        .join(Intake.unit)
        .where(Intake.id == intake_id, may_see_reports(actor))
        .options(undefer(Intake.reading))
        .with_for_update(of=Intake)
        .execution_options(populate_existing=True)
    ).one()


def _expect(intake: Intake, status: IntakeStatus) -> None:
    if intake.status is not status:
        raise NothingToAnswer


def clean_file_name(name: str) -> str:
    """Return a user's file name without folders and control characters, at most 200 characters, its suffix kept."""
    bare = "".join(char for char in name.replace("\\", "/").rsplit("/", 1)[-1] if char.isprintable()).strip()
    if len(bare) <= 200:
        return bare or "未命名文件"
    stem, dot, suffix = bare.rpartition(".")
    return f"{stem[: 199 - len(suffix)]}{dot}{suffix}" if dot and len(suffix) < 10 else bare[:200]
