"""The year that was reconciled and locked: verdicts, explanations, the units' confirmation, the lock."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial

from tracker.db.models import Unit
from tracker.domain.reconciliation import Difference, Verdict
from tracker.samples.seed_world import World
from tracker.samples.story import ManifestError, ReportSpec, TaskSpec, YearSpec
from tracker.services.account_sheet import Json, build_sheet
from tracker.services.reconciliation import LineFields, confirm_by_unit, explain_unplanned, lock_year, set_line

OTHERWISE = "已与单位核对，情况属实。"
SPREAD = 8  # days over which the units of the county are reconciled, and locked
MORNING = 60  # minutes after the offices open


@dataclass(frozen=True, slots=True)
class Stage:
    """A stage in the reconciliation of one unit's plan year at its moment."""

    at: datetime
    happen: Callable[[datetime], None]


def stages_of(world: World, report: ReportSpec) -> Iterator[Stage]:
    """Yield the stages that the plan of ``report`` has been through by now; none where the year is still open."""
    year = world.county.years[report.offset + 1]
    if year.reconciled is None or year.locked is None:
        return
    stages = ((_reconcile, 0), (_confirm, 9))
    for tell, days in stages:
        yield from _stage(world, report, tell, _first(world, report, year, locked=False) + timedelta(days=days))
    yield from _stage(world, report, _lock, _first(world, report, year, locked=True))


def _first(world: World, report: ReportSpec, year: YearSpec, *, locked: bool) -> date:
    when = year.locked if locked else year.reconciled
    if when is None:
        raise ManifestError(f"{report.key}: its plan year was never reconciled")
    told = when.on(report.year(world.today) + 1, report.filed_on(world.today), world.today)
    return told + timedelta(days=zlib.crc32(report.unit.encode()) % SPREAD)


def _stage(
    world: World, report: ReportSpec, tell: Callable[[World, ReportSpec, datetime], None], told: date
) -> Iterator[Stage]:
    day = world.calendar.on_or_after(told)
    if day < world.today:
        yield Stage(world.moment(day, MORNING), partial(tell, world, report))


def _reconcile(world: World, report: ReportSpec, now: datetime) -> None:
    """Set a verdict on each task and explain each difference, then what was done beyond the plan."""
    unit, year = _unit(world, report), report.year(world.today) + 1
    supervisor = world.supervisor(report.unit)
    told = {world.tasks[task].id: task for task in world.county.tasks if task in world.tasks}
    sheet = build_sheet(world.session, unit, year)
    for row in sheet.rows:
        fields = _fields(row, told.get(row["task_id"]))
        set_line(world.session, supervisor, unit.id, year, row["task_id"], fields, now=now)
    unplanned = {entry["key"]: report.unplanned or OTHERWISE for entry in sheet.unplanned}
    if unplanned:
        explain_unplanned(world.session, supervisor, unit.id, year, unplanned, now=now)


def _fields(row: Json, task: TaskSpec | None) -> LineFields:
    explanation = (task.explanation if task is not None else "") or OTHERWISE
    suggested = Verdict(row["suggestion"]["verdict"]) if row["suggestion"] else Verdict.UNVERIFIABLE
    return LineFields(
        verdict=(task.verdict if task is not None else None) or suggested,
        explanations={Difference(found["kind"]): explanation for found in row["differences"]},
        handling="列入下年计划续办。" if row["next"] else "",
    )


def _confirm(world: World, report: ReportSpec, now: datetime) -> None:
    """Let the head of the unit confirm the sheet."""
    unit, year = _unit(world, report), report.year(world.today) + 1
    head = world.actor(world.county.head_of(report.unit).username)
    seen = build_sheet(world.session, unit, year).digest
    confirm_by_unit(world.session, head, unit.id, year, seen=seen, now=now)


def _lock(world: World, report: ReportSpec, now: datetime) -> None:
    """Lock the year."""
    unit, year = _unit(world, report), report.year(world.today) + 1
    seen = build_sheet(world.session, unit, year).digest
    lock_year(world.session, world.supervisor(report.unit), unit.id, year, seen=seen, now=now)


def _unit(world: World, report: ReportSpec) -> Unit:
    return world.units[report.unit]
