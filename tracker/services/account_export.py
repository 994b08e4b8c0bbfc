"""Handing out the 对账表 as a workbook: of a unit, of an area. Every export leaves an audit line."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from typing import BinaryIO

from sqlalchemy.orm import Session

from tracker.db.models import Unit
from tracker.db.queries.reconciliation import all_units_of_year, count_area
from tracker.db.queries.reminder_record import COLUMNS, reminder_records
from tracker.db.queries.scope import get_unit
from tracker.domain.permissions import Actor
from tracker.domain.reconciliation_rows import SheetTable
from tracker.exports.reconciliation import write_area, write_sheet
from tracker.services.account_sheet import Sheet, build_sheet
from tracker.services.audit import record

RecordCells = tuple[object, ...]


def note_export(session: Session, actor: Actor, year: int, *, unit_id: int, whole_area: bool, now: datetime) -> Unit:
    """Leave the audit line of an export and return the unit; raises NotFound out of scope."""
    unit = get_unit(session, actor, unit_id)
    record(
        session,
        actor,
        "reconciliation.export",
        "unit",
        unit.id,
        unit_path=unit.path,
        summary=f"导出对账表：{unit.name} {year} 年" + ("（含所属单位）" if whole_area else ""),
        now=now,
    )
    return unit


def export_sheet(session: Session, actor: Actor, unit_id: int, year: int, *, today: date) -> BinaryIO:
    """Return an open workbook with one unit's sheet; the caller closes it."""
    sheet = build_sheet(session, get_unit(session, actor, unit_id), year)
    return write_sheet(table_of(sheet), made_on=today, record_columns=COLUMNS, record=_record_of(session, sheet))


def export_area(session: Session, actor: Actor, year: int, *, today: date) -> BinaryIO:
    """Return an open workbook with the sheets of all units in scope; the caller closes it."""
    area = get_unit(session, actor, actor.unit_id).name
    total = count_area(session, actor, year)
    accounts = _accounts(session, actor, year)
    return write_area(accounts, area=area, year=year, total=total, made_on=today, record_columns=COLUMNS)


def _accounts(session: Session, actor: Actor, year: int) -> Iterator[tuple[SheetTable, Iterator[RecordCells]]]:
    """Yield one unit after the other and let go of its rows, so that a province needs no more memory than a county."""
    for entry in all_units_of_year(session, actor, year):
        sheet = build_sheet(session, session.get_one(Unit, entry.unit_id), year)
        yield table_of(sheet), _record_of(session, sheet)
        session.expunge_all()


def _record_of(session: Session, sheet: Sheet) -> Iterator[RecordCells]:
    return (line.cells() for line in reminder_records(session, [int(row["task_id"]) for row in sheet.rows]))


def table_of(sheet: Sheet) -> SheetTable:
    """Return a sheet as the workbook takes it."""
    stored = sheet.stored
    snapshot = (stored.snapshot if stored is not None and sheet.locked else None) or {}
    confirmed = stored.unit_confirmed_by if stored is not None and sheet.confirmed else None
    return SheetTable(
        unit=sheet.unit.name,
        year=sheet.year,
        rows=sheet.rows,
        unplanned=sheet.unplanned,
        counts=sheet.counts,
        has_report=sheet.report is not None,
        state=state_words(sheet),
        confirmed_by=snapshot.get("confirmed_by") or (confirmed.name if confirmed else None),
        locked_by=snapshot.get("locked_by"),
        locked_on=snapshot.get("locked_on"),
    )


def state_words(sheet: Sheet) -> str:
    """Say where a sheet stands: 对账中, 单位已确认 or 已锁定 with its day."""
    if sheet.locked and sheet.stored is not None:
        return f"已锁定（{sheet.stored.locked_on}）"
    return "单位已确认" if sheet.confirmed else "对账中"
