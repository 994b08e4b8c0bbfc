"""The sheet of a unit's plan year put together: each duty with its three accounts, its differences and its verdict.

Everything on it is plain JSON values, so that the locked year keeps exactly what the page showed.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from tracker.db.models import LinkDecision, ReconciliationSheet, Report, Task, TaskLink, Unit
from tracker.db.queries.reconciliation import (
    AccountRow,
    NextTask,
    TaskAccounts,
    UnitYear,
    answering_report,
    count_proposals,
    evidence_of,
    get_sheet,
    next_year_tasks,
    task_accounts,
)
from tracker.domain.calendar import LOCAL_ZONE
from tracker.domain.documents import DeadlineSource, Figure, Outcome, Shrunk
from tracker.domain.reconciliation import (
    VERDICT_LABELS,
    Accounts,
    Counts,
    Difference,
    LedgerAccount,
    LineState,
    Obstacle,
    ReportAccount,
    Verdict,
    count,
    effective_status,
    find_differences,
    find_obstacles,
    suggest_verdict,
    total,
)
from tracker.domain.tasks import OPEN, STATUS_LABELS, UNFINISHED_LABELS, TaskStatus
from tracker.services.links import OUTCOME_LABELS

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Sheet:
    """A unit's plan year. ``rows`` and ``unplanned`` are JSON; of a locked year they are what was frozen."""

    unit: Unit
    year: int
    stored: ReconciliationSheet | None
    report: Json | None
    rows: Sequence[Json]
    unplanned: Sequence[Json]
    counts: Counts
    proposals: int
    digest: str

    @property
    def locked(self) -> bool:
        """Whether nothing moves any more."""
        return self.stored is not None and self.stored.locked_at is not None

    @property
    def confirmed(self) -> bool:
        """Whether the unit confirmed what stands now."""
        return self.stored is not None and self.stored.unit_confirmed_digest == self.digest

    @property
    def confirmed_before(self) -> bool:
        """Whether the unit confirmed something that has changed since."""
        return self.stored is not None and self.stored.unit_confirmed_at is not None and not self.confirmed

    @property
    def with_differences(self) -> list[Json]:
        """The rows that have a difference."""
        return [row for row in self.rows if row["differences"]]

    @property
    def without_differences(self) -> list[Json]:
        """The rows on which the accounts agree."""
        return [row for row in self.rows if not row["differences"]]

    @property
    def undecided_links(self) -> int:
        """How many answers of the report nobody has looked at."""
        return sum(row["report"] is not None and not row["report"]["decided"] for row in self.rows)

    @property
    def not_compared(self) -> int:
        """How many duties were not compared with the report that is there."""
        return sum(row["report"] is None for row in self.rows) if self.report is not None else 0

    @property
    def obstacles(self) -> tuple[Obstacle, ...]:
        """What keeps the year from being locked."""
        lines = [_line_state(row) for row in self.rows]
        unexplained = sum(not entry["explanation"] for entry in self.unplanned)
        return find_obstacles(lines, proposals=self.proposals, unplanned=unexplained)

    @property
    def open_differences(self) -> int:
        """How many differences have no explanation yet."""
        return sum(_unexplained(row["differences"]) for row in self.rows) + _unexplained(self.unplanned)


def build_sheet(session: Session, unit: Unit, year: int) -> Sheet:
    """Put the sheet of a unit's plan year together; of a locked year it is the frozen one."""
    stored = get_sheet(session, unit.id, year)
    if stored is not None and stored.locked_at is not None and stored.snapshot is not None:
        return _frozen(unit, year, stored, stored.snapshot)
    report = answering_report(session, unit.id, year)
    evidence = evidence_of(session, unit.id, year)
    following = next_year_tasks(session, unit.id, year)
    rows, counts = [], []
    for entry in task_accounts(session, unit.id, year):
        files = evidence.get(entry.task.id, [])
        accounts = accounts_of(entry.task, entry.link, len(files))
        rows.append(_row(entry, accounts, files, following))
        counts.append(count(accounts))
    unplanned = _unplanned(report, stored)
    return Sheet(
        unit=unit,
        year=year,
        stored=stored,
        report=_report(report),
        rows=rows,
        unplanned=unplanned,
        counts=total(counts),
        proposals=count_proposals(session, unit.id, year),
        digest=digest_of(rows, unplanned),
    )


def frozen_values(sheet: Sheet, *, locked_by: str, locked_on: date) -> Json:
    """Return what a locked year keeps: everything the page and the workbook show."""
    confirmed = sheet.stored if sheet.confirmed else None
    return {
        "unit": {"id": sheet.unit.id, "name": sheet.unit.name},
        "year": sheet.year,
        "report": sheet.report,
        "rows": list(sheet.rows),
        "unplanned": list(sheet.unplanned),
        "counts": {name: getattr(sheet.counts, name) for name in Counts.__slots__},
        "locked_by": locked_by,
        "locked_on": locked_on.isoformat(),
        "confirmed_by": confirmed.unit_confirmed_by.name if confirmed and confirmed.unit_confirmed_by else None,
        "confirmed_on": _day(confirmed.unit_confirmed_at) if confirmed else None,
        "digest": sheet.digest,
    }


def _frozen(unit: Unit, year: int, stored: ReconciliationSheet, snapshot: Json) -> Sheet:
    return Sheet(
        unit=unit,
        year=year,
        stored=stored,
        report=snapshot["report"],
        rows=snapshot["rows"],
        unplanned=snapshot["unplanned"],
        counts=Counts(**snapshot["counts"]),
        proposals=0,
        digest=snapshot["digest"],
    )


# ---- accounts -------------------------------------------------------------------------------------------------------


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


# ---- rows -----------------------------------------------------------------------------------------------------------


def _row(
    entry: TaskAccounts, accounts: Accounts, files: Sequence[tuple[int, str]], following: Iterable[NextTask]
) -> Json:
    task, line = entry.task, entry.line
    explanations = line.explanations if line is not None else {}
    suggestion = suggest_verdict(accounts)
    return {
        "task_id": task.id,
        "number": task.number,
        "title": task.title,
        "quote": task.quote,
        "wording": task.wording,
        "lead_unit": task.lead_unit.name,
        "due_on": _iso(task.due_on),
        "original_due_on": _iso(task.original_due_on),
        "due_inferred": task.due_source is DeadlineSource.PLAN_YEAR and not task.due_confirmed,
        "status": accounts.ledger.status.value,
        "status_label": STATUS_LABELS[accounts.ledger.status],
        "percent": task.percent,
        "completed_on": _iso(task.completed_on),
        "closing_note": task.verdict,
        "status_reason": _status_reason(task, accounts.ledger.status),
        "is_open": accounts.ledger.status in OPEN,
        "evidence": [{"id": file_id, "name": name} for file_id, name in files],
        "report": _report_side(entry.link, accounts.report),
        "differences": [
            {
                "kind": found.kind.value,
                "label": found.label,
                "detail": found.detail,
                "explanation": explanations.get(found.kind.value, ""),
            }
            for found in find_differences(accounts)
        ],
        "suggestion": None
        if suggestion is None
        else {
            "verdict": suggestion.verdict.value,
            "label": VERDICT_LABELS[suggestion.verdict],
            "reason": suggestion.reason,
        },
        "verdict": line.verdict.value if line is not None and line.verdict is not None else None,
        "verdict_label": VERDICT_LABELS[line.verdict] if line is not None and line.verdict is not None else None,
        "shortfall": (line.shortfall if line is not None else None) or _task_shortfall(task),
        "handling": line.handling if line is not None else "",
        "decided_by": line.decided_by.name if line is not None and line.decided_by is not None else None,
        "decided_on": _day(line.decided_at) if line is not None else None,
        "line_version": line.version if line is not None else 0,
        "next": _next_numbers(task, entry.link, following),
    }


def _report_side(link: TaskLink | None, account: ReportAccount | None) -> Json | None:
    """Return 报告所述: the outcome, the passages with their places, the figures, and how far a person has looked."""
    if link is None or account is None:
        return None
    return {
        "report_id": link.report_id,
        "outcome": account.outcome.value,
        "outcome_label": OUTCOME_LABELS[account.outcome],
        "decision": link.decision.value,
        "decided": account.decided,
        "score": link.score,
        "late": link.late,
        "passages": [
            {"text": p["text"], "start": p["start"], "end": p["end"], "where": p.get("where", "")}
            for p in link.evidence
        ],
        "admitted": [p["text"] for p in link.contradicted_by],
        "figures": list(link.figures),
        "written": link.proposal.get("written"),
        "note": link.note,
    }


def _status_reason(task: Task, status: TaskStatus) -> str:
    if status in {TaskStatus.UNFINISHED, TaskStatus.CARRIED_OVER, TaskStatus.WITHDRAWN, TaskStatus.SUSPENDED}:
        return task.status_reason or ""
    return ""


def _task_shortfall(task: Task) -> str:
    """Return why the task was found unfinished, as 客观条件：…."""
    if task.unfinished_reason is None:
        return ""
    label = UNFINISHED_LABELS[task.unfinished_reason]
    return f"{label}：{task.status_reason}" if task.status_reason else label


def _next_numbers(task: Task, link: TaskLink | None, following: Iterable[NextTask]) -> list[Json]:
    """Return 下年编号: the successor, and the tasks of the next plan that write the promise again."""
    repeated = set(link.repeated_in) if link is not None else set()
    return [
        {"id": one.id, "number": one.number}
        for one in following
        if one.predecessor_id == task.id
        or (link is not None and one.report_id == link.report_id and one.item_ref in repeated)
    ]


def _unplanned(report: Report | None, stored: ReconciliationSheet | None) -> list[Json]:
    """Return what the report tells beyond the plan, each with its explanation."""
    if report is None:
        return []
    explanations = (stored.unplanned if stored is not None else None) or {}
    return [
        {
            "key": (key := unplanned_key(passage["text"])),
            "report_id": report.id,
            "text": passage["text"],
            "start": passage["start"],
            "end": passage["end"],
            "where": passage.get("where", ""),
            "explanation": explanations.get(key, ""),
        }
        for passage in report.reading.get("unplanned", ())
    ]


def unplanned_key(text: str) -> str:
    """Return the key by which the explanation of an unplanned achievement is kept; a corrected report keeps it."""
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _report(report: Report | None) -> Json | None:
    if report is None:
        return None
    return {"id": report.id, "title": report.title, "file_name": report.file_name}


def digest_of(rows: Sequence[Json], unplanned: Sequence[Json]) -> str:
    """Return the SHA-256 of what a sheet says; a unit's confirmation and a lock name it."""
    said = json.dumps([rows, unplanned], ensure_ascii=False, sort_keys=True, default=str)
    return hashlib.sha256(said.encode()).hexdigest()


def suggestions_digest(rows: Iterable[Mapping[str, Any]]) -> str:
    """Return a short digest of which verdicts would be taken over, for the form that offers them."""
    pairs = [[row["task_id"], row["suggestion"]["verdict"], row["line_version"]] for row in rows]
    return hashlib.sha256(json.dumps(pairs).encode()).hexdigest()[:16]


def takeable(sheet: Sheet) -> list[Json]:
    """Return the rows without a difference whose suggestion may be taken over as it is."""
    return [
        row
        for row in sheet.without_differences
        if row["verdict"] is None and row["suggestion"] is not None and not row["is_open"]
    ]


def _line_state(row: Json) -> LineState:
    return LineState(
        name=row["number"] or row["title"],
        status=TaskStatus(row["status"]),
        verdict=Verdict(row["verdict"]) if row["verdict"] else None,
        unexplained=tuple(Difference(d["kind"]) for d in row["differences"] if not d["explanation"]),
    )


def _unexplained(entries: Iterable[Json]) -> int:
    return sum(not entry["explanation"] for entry in entries)


def _iso(value: date | None) -> str | None:
    return value.isoformat() if value is not None else None


def _day(value: datetime | None) -> str | None:
    return value.astimezone(LOCAL_ZONE).date().isoformat() if value is not None else None
