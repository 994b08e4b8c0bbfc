"""The three accounts of a task from its rows, and what an area's lines still lack."""

from __future__ import annotations

import hashlib

from tracker.db.models import LinkDecision, Task, TaskLink
from tracker.db.queries.reconciliation import AccountRow, UnitYear
from tracker.domain.documents import Figure, Outcome, Shrunk
from tracker.domain.reconciliation import (
    Accounts,
    LedgerAccount,
    ReportAccount,
    effective_status,
    find_differences,
)


def accounts_of(task: Task | AccountRow, link: TaskLink | AccountRow | None, evidence: int) -> Accounts:
    """Return the three accounts of a task."""
    ledger = LedgerAccount(
        status=effective_status(task.status, task.archived_from),
        percent=task.percent,
        due_on=task.due_on,
        original_due_on=task.original_due_on,
        completed_on=task.completed_on,
    )
    return Accounts(ledger, _report_account(link) if link is not None else None, evidence)


def accounts_of_row(row: AccountRow) -> Accounts:
    """Return the accounts of a row of an area; its evidence is not counted."""
    return accounts_of(row, row if row.outcome is not None else None, 0)


def _report_account(link: TaskLink | AccountRow) -> ReportAccount:
    rejected = link.decision is LinkDecision.REJECTED
    shrunk = link.shrunk
    return ReportAccount(
        outcome=Outcome.NOT_MENTIONED if rejected or link.outcome is None else link.outcome,
        decided=link.decision is not LinkDecision.PROPOSED,
        late=link.late,
        figures=tuple(
            Figure(f["what"], f["target"], f["actual"], f["unit"], f["met"], f.get("note")) for f in link.figures or ()
        ),
        shrunk=Shrunk(shrunk["what"], shrunk["from"], shrunk["to"], shrunk["unit"]) if shrunk else None,
        admitted=bool(link.contradicted_by),
    )


def open_differences_of(row: AccountRow) -> int:
    """Count the differences of a row of an area that have no explanation yet."""
    explained = row.explanations or {}
    return sum(not explained.get(found.kind.value) for found in find_differences(accounts_of_row(row)))


def open_unplanned_of(unit: UnitYear) -> int:
    """Count the unplanned achievements of a unit that have no explanation yet."""
    explained = unit.explained or {}
    return sum(not explained.get(unplanned_key(passage["text"])) for passage in unit.unplanned or ())


def unplanned_key(text: str) -> str:
    """Return the key by which the explanation of an unplanned achievement is kept; a corrected report keeps it."""
    return hashlib.sha256(text.encode()).hexdigest()[:16]
