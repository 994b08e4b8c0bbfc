"""The sheet of a unit's plan year put together: each duty with its three accounts, its differences and its verdict.

Everything on it is plain JSON values, so that the locked year keeps exactly what the page showed.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from tracker.db.models import ReconciliationSheet, Unit
from tracker.db.queries.reconciliation import (
    answering_report,
    count_proposals,
    evidence_of,
    get_sheet,
    next_year_tasks,
    task_accounts,
)
from tracker.domain.reconciliation import (
    Counts,
    Difference,
    LineState,
    Obstacle,
    Verdict,
    count,
    find_obstacles,
    total,
)
from tracker.domain.tasks import TaskStatus
from tracker.services.account_rows import day_of, duty_row, report_row, unplanned_rows
from tracker.services.accounts import accounts_of

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
    def without_differences(self) -> list[Json]:
        """The rows on which the accounts agree."""
        return [row for row in self.rows if not row["differences"]]

    @property
    def undecided_links(self) -> int:
        """How many answers of the report nobody has looked at."""
        asked = (row["report"] for row in self.rows if row["status"] != TaskStatus.WITHDRAWN.value)
        return sum(report is not None and not report["decided"] for report in asked)

    @property
    def not_compared(self) -> int:
        """How many duties were not compared with the report that is there."""
        if self.report is None:
            return 0
        return sum(row["report"] is None and row["status"] != TaskStatus.WITHDRAWN.value for row in self.rows)

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
        rows.append(duty_row(entry, accounts, files, following))
        counts.append(count(accounts))
    unplanned = unplanned_rows(report, stored)
    return Sheet(
        unit=unit,
        year=year,
        stored=stored,
        report=report_row(report),
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
        "confirmed_on": day_of(confirmed.unit_confirmed_at) if confirmed else None,
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
