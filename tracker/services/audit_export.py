"""Taking the audit log home as a workbook; that, too, leaves a line."""

from __future__ import annotations

from datetime import datetime
from typing import BinaryIO

from sqlalchemy.orm import Session

from tracker.db.models import AuditEntry
from tracker.db.queries.audit import AuditFilter, audit_rows
from tracker.domain.audit_words import OBJECT_WORDS, action_word, change_lines
from tracker.domain.calendar import local_date
from tracker.domain.permissions import Actor
from tracker.exports.audit import write_audit_log
from tracker.services.audit import record

MOST_ROWS = 100_000


def export_audit_log(session: Session, actor: Actor, wanted: AuditFilter, *, asked: str, now: datetime) -> BinaryIO:
    """Return an open workbook with what the filter finds, newest first, at most ``MOST_ROWS`` lines.

    ``asked`` says in words what was filtered for.
    """
    rows = (_cells(entry) for entry in audit_rows(session, actor, wanted, limit=MOST_ROWS))
    who = f"{actor.name} 于 {local_date(now)} 导出"
    return write_audit_log(rows, note=f"{who}，条件：{asked}。最多 {MOST_ROWS} 条，超出请缩小日期范围。")


def note_audit_export(session: Session, actor: Actor, *, asked: str, now: datetime) -> None:
    """Leave the line of an export."""
    summary = f"导出操作记录，条件：{asked}"
    record(session, actor, "audit.export", "audit", None, unit_path=actor.scope_path, summary=summary, now=now)


def _cells(entry: AuditEntry) -> tuple[object, ...]:
    changes = "；".join(f"{field}：{before} → {after}" for field, before, after in change_lines(entry.changes))
    return (
        entry.at,
        entry.actor_name,
        entry.address,
        action_word(entry.action),
        OBJECT_WORDS.get(entry.object_type, entry.object_type),
        entry.summary,
        entry.reason,
        changes,
    )
