"""Read and check ``county.toml``, whose schema is described at its top, into the values of ``story``."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

from tracker.db.models.links import LinkDecision
from tracker.db.models.units import UnitKind
from tracker.domain.documents import Outcome
from tracker.domain.errors import ActionNotAllowed
from tracker.domain.permissions import Role
from tracker.domain.reconciliation import Verdict
from tracker.domain.tasks import TaskStatus, UnfinishedReason
from tracker.samples.story import (
    NEEDS_REASON,
    PREFIX,
    REPORTS,
    County,
    Evidence,
    LinkSpec,
    ManifestError,
    PersonSpec,
    ReportSpec,
    StepKind,
    StepSpec,
    TaskSpec,
    UnitSpec,
    YearSpec,
    replay,
)
from tracker.samples.when import parse_when

COUNTY = Path(__file__).parent / "county.toml"


def load_county(path: Path = COUNTY) -> County:
    """Read and check the manifest; raises ManifestError."""
    raw = tomllib.loads(path.read_text(encoding="utf-8"))
    try:
        county = County(
            units={key: _unit(key, row) for key, row in raw["unit"].items()},
            people={name: _person(name, row) for name, row in raw["person"].items()},
            years={int(offset): _year(int(offset), row) for offset, row in raw["year"].items()},
            reports={key: _report(key, row) for key, row in raw["report"].items()},
            tasks=tuple(_task(row) for row in raw["task"]),
            showcase=tuple(raw["showcase"]),
        )
    except (KeyError, TypeError) as error:
        raise ManifestError(f"{path.name}: missing or unknown key {error}") from error
    _check(county)
    return county


def _unit(key: str, row: dict[str, Any]) -> UnitSpec:
    kind = UnitKind(row["kind"])
    return UnitSpec(
        key=key,
        name=row["name"],
        short_name=row["short"],
        code=row["code"],
        kind=kind,
        parent=row.get("parent"),
        files_reports=row.get("files_reports", kind not in {UnitKind.AREA, UnitKind.SECTION}),
    )


def _person(username: str, row: dict[str, Any]) -> PersonSpec:
    email = row.get("email", f"{username}@qinglan.example")
    return PersonSpec(username, row["name"], Role(row["role"]), row["unit"], email, row.get("post", ""))


def _year(offset: int, row: dict[str, Any]) -> YearSpec:
    first = {kind: parse_when(row[kind.value]) for kind in PREFIX}
    relative = {kind: parse_when(row.get("relative", row)[kind.value]) for kind in PREFIX}
    reconciled, locked = (parse_when(row[key]) if key in row else None for key in ("reconciled", "locked"))
    return YearSpec(offset, first, relative, reconciled, locked)


def _report(key: str, row: dict[str, Any]) -> ReportSpec:
    return ReportSpec(
        key=key,
        unit=row["unit"],
        offset=row["offset"],
        file=f"{key}.txt",
        format=row["format"],
        encoding=row.get("encoding", "utf-8"),
        numbered=row.get("numbered", True),
        upload_name=row["upload_name"],
        filed=parse_when(row["filed"]),
        uploader=row["uploader"],
        unplanned=row.get("unplanned", ""),
        returned=parse_when(row["returned"]) if "returned" in row else None,
        answered=parse_when(row["answered"]) if "answered" in row else None,
    )


def _task(row: dict[str, Any]) -> TaskSpec:
    try:
        link = row.get("link")
        return TaskSpec(
            report=row["report"],
            item=row["item"],
            ends=TaskStatus(row["ends"]),
            lead=row.get("lead"),
            supporting=tuple(row.get("supporting", ())),
            owner=row.get("owner"),
            due=parse_when(row["due"]) if "due" in row else None,
            steps=tuple(_step(step) for step in row.get("steps", ())),
            link=LinkSpec(LinkDecision(link["decision"]), Outcome(link["outcome"]), link.get("quote"))
            if link
            else None,
            verdict=Verdict(row["verdict"]) if "verdict" in row else None,
            explanation=row.get("explanation", ""),
            successor=row.get("successor", False),
        )
    except ValueError as error:
        raise ManifestError(f"{row.get('report')} {row.get('item')}: {error}") from error


def _step(row: dict[str, Any]) -> StepSpec:
    percent = str(row.get("percent", ""))
    pace = percent.startswith("pace")
    return StepSpec(
        kind=StepKind(row["do"]),
        at=parse_when(row["at"]),
        percent=int(percent.removeprefix("pace") or 0) if percent else None,
        pace=pace,
        done=row.get("done", ""),
        problems=row.get("problems", ""),
        next_step=row.get("next", ""),
        files=tuple(Evidence(name, content) for name, content in row.get("files", ())),
        reason=row.get("reason", ""),
        to=parse_when(row["to"]) if "to" in row else None,
        completed=parse_when(row["completed"]) if "completed" in row else None,
        cause=UnfinishedReason(row["cause"]) if "cause" in row else None,
    )


def _check(county: County) -> None:
    for unit in county.units.values():
        _require(unit.parent is None or unit.parent in county.units, f"{unit.key}: unknown unit {unit.parent}")
    for person in county.people.values():
        _require(person.unit in county.units, f"{person.username}: unknown unit {person.unit}")
    for report in county.reports.values():
        _require(report.unit in county.units, f"{report.key}: unknown unit {report.unit}")
        _require(report.uploader in county.people, f"{report.key}: unknown person {report.uploader}")
        _require((REPORTS / report.file).is_file(), f"{report.key}: no text")
        _require(report.offset + 1 in county.years, f"{report.key}: no plan year")
    for task in county.tasks:
        _check_task(county, task)
    for username in county.showcase:
        _require(username in county.people, f"showcase: unknown person {username}")


def _check_task(county: County, task: TaskSpec) -> None:
    name = f"{task.report} {task.item}"
    _require(task.report in county.reports, f"{name}: unknown report")
    for unit in (task.lead, *task.supporting):
        _require(unit is None or unit in county.units, f"{name}: unknown unit {unit}")
    _require(task.owner is None or task.owner in county.people, f"{name}: unknown person {task.owner}")
    start = TaskStatus.ESTABLISHED if task.successor else TaskStatus.PROPOSED
    try:
        ends = replay(county.all_steps(task), start)
    except ActionNotAllowed as error:
        raise ManifestError(f"{name}: {error}") from error
    _require(ends is task.ends, f"{name}: ends {ends}, not {task.ends}")
    mixed = task.is_relative and not all(step.at.is_relative for step in task.steps)
    _require(not mixed, f"{name}: tell it in calendar days or relative to today, not both")
    for step in task.steps:
        _check_step(name, step)


def _check_step(name: str, step: StepSpec) -> None:
    place = f"{name}, {step.kind}"
    _require(bool(step.reason) or step.kind not in NEEDS_REASON, f"{place}: a reason is needed")
    if step.kind is StepKind.REPORT_PROGRESS:
        _require(step.percent is not None and bool(step.done), f"{place}: percent and done are needed")
    if step.kind in {StepKind.REQUEST_EXTENSION, StepKind.SUSPEND}:
        _require(step.to is not None, f"{place}: a day is needed")
    if step.kind is StepKind.APPROVE:
        _require(step.completed is not None, f"{place}: the day of completion is needed")
    if step.kind is StepKind.MARK_UNFINISHED:
        _require(step.cause is not None, f"{place}: the class of the reason is needed")


def _require(condition: bool, message: str) -> None:
    if not condition:
        raise ManifestError(message)
