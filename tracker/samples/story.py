"""What is told of the sample county: units, people, reports, and what became of each promise. Frozen values only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from pathlib import Path

from tracker.db.models.links import LinkDecision
from tracker.db.models.units import UnitKind
from tracker.domain.documents import Outcome
from tracker.domain.permissions import Role
from tracker.domain.reconciliation import Verdict
from tracker.domain.tasks import TaskAction, TaskStatus, UnfinishedReason, next_status
from tracker.samples.when import When, render

REPORTS = Path(__file__).parent / "reports"


class ManifestError(ValueError):
    """The manifest contradicts itself or the life cycle; the message names the entry."""


class StepKind(StrEnum):
    """What may happen to a task: the actions of the life cycle, and what leaves its state alone."""

    ESTABLISH = "establish"
    DISMISS = "dismiss"
    ASSIGN = "assign"
    SIGN = "sign"
    DECLINE = "decline"
    REPORT_PROGRESS = "report_progress"
    REQUEST_CLOSURE = "request_closure"
    APPROVE = "approve"
    RETURN = "return"
    REQUEST_EXTENSION = "request_extension"
    GRANT_EXTENSION = "grant_extension"
    REFUSE_EXTENSION = "refuse_extension"
    URGE = "urge"
    SUSPEND = "suspend"
    RESUME = "resume"
    WITHDRAW = "withdraw"
    REOPEN = "reopen"
    MARK_UNFINISHED = "mark_unfinished"
    CARRY_OVER = "carry_over"


STATELESS = frozenset({StepKind.URGE, StepKind.GRANT_EXTENSION, StepKind.REFUSE_EXTENSION})
NEEDS_REASON = frozenset(
    {
        StepKind.DISMISS,
        StepKind.DECLINE,
        StepKind.RETURN,
        StepKind.REQUEST_EXTENSION,
        StepKind.REFUSE_EXTENSION,
        StepKind.SUSPEND,
        StepKind.WITHDRAW,
        StepKind.REOPEN,
        StepKind.MARK_UNFINISHED,
    }
)
# The states that a task has not yet left its first steps in.
EARLY = {
    TaskStatus.PROPOSED: (),
    TaskStatus.DISMISSED: (),
    TaskStatus.ESTABLISHED: (StepKind.ESTABLISH,),
    TaskStatus.ASSIGNED: (StepKind.ESTABLISH, StepKind.ASSIGN),
}
PREFIX = (StepKind.ESTABLISH, StepKind.ASSIGN, StepKind.SIGN)


@dataclass(frozen=True, slots=True)
class UnitSpec:
    """A unit of the county; ``parent`` is the key of the unit above, None for the area itself."""

    key: str
    name: str
    short_name: str
    code: str
    kind: UnitKind
    parent: str | None
    files_reports: bool


@dataclass(frozen=True, slots=True)
class PersonSpec:
    """An account. ``post`` is what the person does in the office, for reading only."""

    username: str
    name: str
    role: Role
    unit: str
    email: str
    post: str


@dataclass(frozen=True, slots=True)
class Evidence:
    """A file handed in as evidence: its name and the line that stands in it."""

    name: str
    content: str


@dataclass(frozen=True, slots=True)
class StepSpec:
    """One event in the life of a task; which fields are filled depends on ``kind``.

    ``percent`` is a number, or with ``pace`` true an offset in points to the elapsed share of the time.
    """

    kind: StepKind
    at: When
    percent: int | None = None
    pace: bool = False
    done: str = ""
    problems: str = ""
    next_step: str = ""
    files: tuple[Evidence, ...] = ()
    reason: str = ""  # why, or for an approval the reviewer's opinion
    to: When | None = None  # the new deadline asked for, or the day a suspension is reviewed
    completed: When | None = None  # actual completion, at an approval
    cause: UnfinishedReason | None = None

    def percent_at(self, elapsed: int | None) -> int:
        """Return the percent to report when ``elapsed`` percent of the time is gone (None: unknown, taken as half)."""
        if not self.pace:
            return self.percent or 0
        return max(0, min(95, (50 if elapsed is None else elapsed) + (self.percent or 0)))


@dataclass(frozen=True, slots=True)
class LinkSpec:
    """What a person makes of the next report's answer; ``quote`` is a passage of it, None where it is silent."""

    decision: LinkDecision
    outcome: Outcome
    quote: str | None


@dataclass(frozen=True, slots=True)
class TaskSpec:
    """What became of one promise. ``item`` is a passage that only this item of the report has.

    ``successor`` tells of the task carried over into the next year instead of the promise itself. ``ends`` is the
    state after all steps, before a year is locked.
    """

    report: str
    item: str
    ends: TaskStatus
    lead: str | None = None
    supporting: tuple[str, ...] = ()
    owner: str | None = None
    due: When | None = None
    steps: tuple[StepSpec, ...] = ()
    link: LinkSpec | None = None
    verdict: Verdict | None = None
    explanation: str = ""
    successor: bool = False

    @property
    def is_relative(self) -> bool:
        """Say whether the story moves with the day of building."""
        return bool(self.due and self.due.is_relative) or any(step.at.is_relative for step in self.steps)


@dataclass(frozen=True, slots=True)
class ReportSpec:
    """A report: ``offset`` is its year against today's (-3, -2, -1), so its plan is for ``offset + 1``."""

    key: str
    unit: str
    offset: int
    file: str
    format: str  # docx | txt
    encoding: str
    numbered: bool  # docx: let Word number the headings
    upload_name: str
    filed: When
    uploader: str
    unplanned: str  # explanation given to what was done without having been planned
    returned: When | None = None  # when its plan was sent back, and when the unit answered the first remark
    answered: When | None = None

    def year(self, today: date) -> int:
        """Return the year the report is about."""
        return today.year + self.offset

    def text(self, today: date) -> str:
        """Return the report's text with real years."""
        return render((REPORTS / self.file).read_text(encoding="utf-8"), self.year(today)).strip()

    def filed_on(self, today: date) -> date:
        """Return the day the report was filed, never after ``today``."""
        plan_year = self.year(today) + 1
        return min(today, self.filed.on(plan_year, date(plan_year, 1, 1), today))


@dataclass(frozen=True, slots=True)
class YearSpec:
    """A plan year: how its tasks begin, and when it was reconciled and locked, if it was."""

    offset: int
    first_steps: Mapping[StepKind, When]
    relative_first_steps: Mapping[StepKind, When]
    reconciled: When | None
    locked: When | None


@dataclass(frozen=True, slots=True)
class County:
    """The whole manifest."""

    units: Mapping[str, UnitSpec]
    people: Mapping[str, PersonSpec]
    years: Mapping[int, YearSpec]
    reports: Mapping[str, ReportSpec]
    tasks: tuple[TaskSpec, ...]
    showcase: tuple[str, ...] = field(default=())  # the accounts to print at the end of a first start

    def officer_of(self, unit: str) -> PersonSpec:
        """Return the person who handles a unit's tasks: its first officer, else that of the unit above."""
        for person in self.people.values():
            if person.unit == unit and person.role is Role.OFFICER:
                return person
        parent = self.units[unit].parent
        if parent is None:
            raise ManifestError(f"{unit}: no officer in it or above it")
        return self.officer_of(parent)

    def head_of(self, unit: str) -> PersonSpec:
        """Return the head of a unit, else that of the unit above."""
        for person in self.people.values():
            if person.unit == unit and person.role is Role.HEAD:
                return person
        parent = self.units[unit].parent
        if parent is None:
            raise ManifestError(f"{unit}: no head in it or above it")
        return self.head_of(parent)

    def tasks_of(self, report: str) -> tuple[TaskSpec, ...]:
        """Return the stories of one report's promises, successors apart."""
        return tuple(task for task in self.tasks if task.report == report and not task.successor)

    def plan_offset(self, task: TaskSpec) -> int:
        """Return the plan year of a task against today's year."""
        return self.reports[task.report].offset + (2 if task.successor else 1)

    def all_steps(self, task: TaskSpec) -> tuple[StepSpec, ...]:
        """Return a task's whole life: the first steps of its year, then its own. A successor is born established."""
        year = self.years[self.plan_offset(task)]
        days = year.relative_first_steps if task.is_relative else year.first_steps
        own = {step.kind for step in task.steps}
        kinds = EARLY.get(task.ends, PREFIX)
        if task.successor:
            kinds = kinds[1:]
        return tuple(StepSpec(kind, days[kind]) for kind in kinds if kind not in own) + task.steps

    def timeline(self, task: TaskSpec, today: date) -> tuple[tuple[StepSpec, date], ...]:
        """Return what has happened to a task up to ``today``, each step with its day, the days in order.

        A story told in calendar days goes only as far as today; one told relative to today is always told whole.
        """
        report = self.reports[task.report]
        plan_year, filed_on = today.year + self.plan_offset(task), report.filed_on(today)
        told: list[tuple[StepSpec, date]] = []
        last = filed_on
        for step in self.all_steps(task):
            last = max(last, step.at.on(plan_year, filed_on, today))
            if last > today:
                break
            told.append((step, last))
        return tuple(told)


def replay(steps: tuple[StepSpec, ...], start: TaskStatus = TaskStatus.PROPOSED) -> TaskStatus:
    """Return the state after ``steps``; raises the domain's ActionNotAllowed where the life cycle has no such way."""
    status = start
    for step in steps:
        if step.kind not in STATELESS:
            status = next_status(status, TaskAction(step.kind.value))
    return status
