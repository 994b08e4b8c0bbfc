"""Taking the ledger home as a workbook; that leaves a line in the log."""

from __future__ import annotations

from datetime import datetime
from typing import BinaryIO

from sqlalchemy.orm import Session

from tracker.db.queries.ledger import LedgerFilter, ledger_ids
from tracker.db.queries.ledger_export import export_rows
from tracker.domain.permissions import Actor
from tracker.exports.ledger import write_ledger
from tracker.services.audit import record
from tracker.services.policies import load_calendar, load_light_policy


def export_ledger(session: Session, actor: Actor, wanted: LedgerFilter) -> BinaryIO:
    """Return an open workbook file with all that the filter finds, in the order of the numbers; memory stays flat."""
    calendar, policy = load_calendar(session), load_light_policy(session)
    batches = (
        export_rows(session, ids, today=wanted.today, calendar=calendar, policy=policy)
        for ids in ledger_ids(session, actor, wanted)
    )
    return write_ledger((row for batch in batches for row in batch), made_on=wanted.today)


def note_ledger_export(session: Session, actor: Actor, *, asked: str, now: datetime) -> None:
    """Leave the line of an export; ``asked`` says in words what was filtered for."""
    summary = f"导出督办台账，条件：{asked}"
    record(session, actor, "ledger.export", "ledger", None, unit_path=actor.scope_path, summary=summary, now=now)
