"""Telling what became of a promise: each step of its story through the verb that a person would use."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from io import BytesIO

from tracker.db.models import Task
from tracker.domain.calendar import local_date
from tracker.domain.errors import RuleViolation
from tracker.domain.lights import elapsed_share
from tracker.domain.permissions import Actor
from tracker.domain.task_rules import AlreadyUrged
from tracker.domain.tasks import UnfinishedReason
from tracker.samples.files import build_evidence_file
from tracker.samples.seed_world import World
from tracker.samples.story import Evidence, ManifestError, PersonSpec, StepKind, StepSpec, TaskSpec
from tracker.services.assignments import assign, decline, sign
from tracker.services.closures import ClosureFields, approve, reopen, request_closure, return_task
from tracker.services.evidence import AcceptedFile, accept_file
from tracker.services.extensions import approve_extension, refuse_extension, request_extension
from tracker.services.outcomes import carry_over, mark_unfinished, resume, suspend, withdraw
from tracker.services.plan_items import Chosen, ProposalFields, confirm_proposals, dismiss_proposal, save_proposal
from tracker.services.progress import ProgressFields, report_progress
from tracker.services.tasks import TaskEdit, edit, supporting_units
from tracker.services.urging import urge

EVIDENCE_MB = 1
BETWEEN_STEPS = 6  # minutes at least between two steps of one task on one day
# Minutes after the offices open at which a step is usually taken.
USUAL: dict[StepKind, int] = {
    StepKind.ESTABLISH: 60,
    StepKind.DISMISS: 70,
    StepKind.ASSIGN: 110,
    StepKind.SIGN: 340,
    StepKind.REPORT_PROGRESS: 400,
    StepKind.REQUEST_CLOSURE: 430,
    StepKind.URGE: 45,
}
OTHERWISE = 90
SPREAD = 70  # minutes over which the same step of different tasks is strewn


@dataclass(frozen=True, slots=True)
class Scene:
    """One step of one story at its moment; ``number`` is its place among all steps told of the task."""

    at: datetime
    task: TaskSpec
    step: StepSpec
    number: int


def scenes_of(world: World, task: TaskSpec) -> Iterator[Scene]:
    """Yield what has happened to a task, in order, on working days, at the hours at which offices do such things."""
    plan_year = world.today.year + world.county.plan_offset(task)
    strewn = zlib.crc32(f"{task.report} {task.item}".encode()) % SPREAD
    told_sign = any(step.kind is StepKind.SIGN for step in task.steps)
    last: tuple[date, int] = (date.min, 0)
    asked, sent = False, world.today
    for number, (step, told) in enumerate(world.county.timeline(task, world.today)):
        asked = asked or step.kind is StepKind.REQUEST_CLOSURE
        # A promise cannot be kept before its year has begun, which only a story told in January might try.
        day = world.working_day(max(told, date(plan_year, 1, 1)) if asked else told)
        if step.kind is StepKind.ASSIGN:
            sent = day
        if step.kind is StepKind.SIGN and not told_sign:  # on the next working day or the one after it
            day = min(day, world.calendar.add(sent, 1 + strewn % 2))
        minutes = USUAL.get(step.kind, OTHERWISE) + strewn
        if day == last[0]:
            minutes = max(minutes, last[1] + BETWEEN_STEPS)
        last = (day, minutes)
        yield Scene(world.moment(day, minutes), task, step, number)


def play(world: World, scene: Scene) -> None:
    """Take the step of a scene; raises ManifestError where the rules refuse what the story tells."""
    try:
        _Teller(world, scene).tell()
    except RuleViolation as error:
        place = f"{scene.task.report} {scene.task.item}, {scene.step.kind} on {scene.at:%Y-%m-%d}"
        raise ManifestError(f"{place}: {error.message}") from error


class _Teller:
    """Takes one step of one story; the day and the people follow from the story."""

    def __init__(self, world: World, scene: Scene) -> None:
        self.world, self.spec, self.step, self.now = world, scene.task, scene.step, scene.at
        self.number = scene.number
        self.session, self.county = world.session, world.county
        self.report = self.county.reports[self.spec.report]
        self.plan_year = world.today.year + self.county.plan_offset(self.spec)
        self.lead = self.spec.lead or self.report.unit
        self.task = self._task()

    def tell(self) -> None:
        """Take the step."""
        verbs: dict[StepKind, Callable[[], object]] = {
            StepKind.ESTABLISH: self._establish,
            StepKind.DISMISS: self._dismiss,
            StepKind.ASSIGN: lambda: assign(self.session, self._supervisor(), self.task.id, now=self.now),
            StepKind.SIGN: lambda: sign(self.session, self._officer(), self.task.id, now=self.now),
            StepKind.DECLINE: self._decline,
            StepKind.REPORT_PROGRESS: self._report_progress,
            StepKind.REQUEST_CLOSURE: self._request_closure,
            StepKind.APPROVE: self._approve,
            StepKind.RETURN: self._return,
            StepKind.REQUEST_EXTENSION: self._request_extension,
            StepKind.GRANT_EXTENSION: self._grant_extension,
            StepKind.REFUSE_EXTENSION: self._refuse_extension,
            StepKind.URGE: self._urge,
            StepKind.SUSPEND: self._suspend,
            StepKind.RESUME: lambda: resume(self.session, self._supervisor(), self.task.id, now=self.now),
            StepKind.WITHDRAW: self._withdraw,
            StepKind.REOPEN: self._reopen,
            StepKind.MARK_UNFINISHED: self._mark_unfinished,
            StepKind.CARRY_OVER: self._carry_over,
        }
        verbs[self.step.kind]()

    # ---- who and when ---------------------------------------------------------------------------------------------

    def _task(self) -> Task:
        if self.spec not in self.world.tasks:
            raise ManifestError(f"{self.spec.report} {self.spec.item}: nothing has become of its predecessor yet")
        return self.world.tasks[self.spec]

    def _supervisor(self) -> Actor:
        return self.world.supervisor(self.report.unit)

    def _owner(self) -> PersonSpec:
        return self.county.people[self.spec.owner] if self.spec.owner else self.county.officer_of(self.lead)

    def _officer(self) -> Actor:
        return self.world.actor(self._owner().username)

    def _day(self, when: date) -> date:
        return max(when, date(self.plan_year, 1, 1))

    def _to(self) -> date:
        if self.step.to is None:
            raise ManifestError(f"{self.spec.report} {self.spec.item}: {self.step.kind} names no day")
        return self.step.to.on(self.plan_year, self.report.filed_on(self.world.today), self.world.today)

    def _steps_so_far(self) -> tuple[StepSpec, ...]:
        return self.county.all_steps(self.spec)[: self.number]

    # ---- the steps ------------------------------------------------------------------------------------------------

    def _establish(self) -> None:
        self._prepare()
        chosen = Chosen(self.task.id, self.task.version)
        confirm_proposals(self.session, self._supervisor(), self._report_id(), [chosen], now=self.now)

    def _prepare(self) -> None:
        """Change the proposal where a person had to: lead unit, supporting units, owner, deadline."""
        task, spec = self.task, self.spec
        supporting = tuple(sorted(unit.id for unit in supporting_units(self.session, task.id)))
        wanted = tuple(sorted(self.world.units[key].id for key in spec.supporting)) or supporting
        lead = self.world.units[self.lead].id
        owner = self.world.people[spec.owner].id if spec.owner else None
        due = self._due() or task.due_on or date(self.plan_year, 12, 31)
        if (lead, wanted, owner, due) == (task.lead_unit_id, supporting, None, task.due_on):
            return
        fields = ProposalFields(
            title=task.title,
            wording=task.wording,
            due_on=due,
            lead_unit_id=lead,
            supporting_unit_ids=wanted,
            owner_id=owner,
            area=task.area,
            recurring=task.recurring,
            vague=task.vague,
            answers=tuple(task.answers),
        )
        save_proposal(self.session, self._supervisor(), task.id, fields, version=task.version, now=self.now)

    def _due(self) -> date | None:
        if self.spec.due is None:
            return None
        filed_on, today = self.report.filed_on(self.world.today), self.world.today
        return self._day(self.spec.due.on(self.plan_year, filed_on, today))

    def _report_id(self) -> int:
        return self.world.reports[self.spec.report].id

    def _dismiss(self) -> None:
        chosen = Chosen(self.task.id, self.task.version)
        dismiss_proposal(
            self.session, self._supervisor(), self._report_id(), chosen, reason=self.step.reason, now=self.now
        )

    def _decline(self) -> None:
        head = self.world.actor(self.county.head_of(self.lead).username)
        decline(self.session, head, self.task.id, reason=self.step.reason, now=self.now)

    def _report_progress(self) -> None:
        begun = local_date(self.task.assigned_at) if self.task.assigned_at else None
        elapsed = elapsed_share(begun, self.task.due_on, local_date(self.now))
        fields = ProgressFields(self.step.percent_at(elapsed), self.step.done, self.step.problems, self.step.next_step)
        files = [self._evidence(evidence) for evidence in self.step.files]
        report_progress(self.session, self._officer(), self.task.id, fields, now=self.now, files=files)

    def _evidence(self, evidence: Evidence) -> AcceptedFile:
        name, content = build_evidence_file(evidence.name, evidence.content)
        return accept_file(self.world.storage, name, BytesIO(content), limit_mb=EVIDENCE_MB)

    def _request_closure(self) -> None:
        reported = [step for step in self._steps_so_far() if step.kind is StepKind.REPORT_PROGRESS]
        statement = self.step.done or (reported[-1].done if reported else self.step.reason)
        reason = self.step.reason if not any(step.files for step in reported) else None
        fields = ClosureFields(statement, self._completed_on(), reason)
        files = [self._evidence(evidence) for evidence in self.step.files]
        request_closure(self.session, self._officer(), self.task.id, fields, now=self.now, files=files)

    def _completed_on(self) -> date:
        """Return the day of completion that the unit states: the one its closure will be granted for, else today's."""
        asked_on = local_date(self.now)
        later = self.county.all_steps(self.spec)[self.number + 1 :]
        decided = next((step for step in later if step.kind in {StepKind.APPROVE, StepKind.RETURN}), None)
        if decided is None or decided.completed is None:
            return asked_on
        filed_on, today = self.report.filed_on(self.world.today), self.world.today
        return min(asked_on, self._day(decided.completed.on(self.plan_year, filed_on, today)))

    def _approve(self) -> None:
        approve(self.session, self._supervisor(), self.task.id, verdict=self.step.reason or "同意销号。", now=self.now)

    def _return(self) -> None:
        return_task(self.session, self._supervisor(), self.task.id, reason=self.step.reason, now=self.now)

    def _request_extension(self) -> None:
        officer, reason = self._officer(), self.step.reason
        request_extension(self.session, officer, self.task.id, new_due_on=self._to(), reason=reason, now=self.now)

    def _grant_extension(self) -> None:
        approve_extension(self.session, self._supervisor(), self.task.id, now=self.now, note=self.step.reason)

    def _refuse_extension(self) -> None:
        refuse_extension(self.session, self._supervisor(), self.task.id, reason=self.step.reason, now=self.now)

    def _urge(self) -> None:
        with suppress(AlreadyUrged):  # two of a story's days may be one, early in the year
            urge(self.session, self._supervisor(), self.task.id, now=self.now, text=self.step.reason)

    def _suspend(self) -> None:
        supervisor, day, reason = self._supervisor(), self._to(), self.step.reason
        suspend(self.session, supervisor, self.task.id, reason=reason, review_on=day, now=self.now)

    def _withdraw(self) -> None:
        withdraw(self.session, self._supervisor(), self.task.id, reason=self.step.reason, now=self.now)

    def _reopen(self) -> None:
        reopen(self.session, self._supervisor(), self.task.id, reason=self.step.reason, now=self.now)

    def _mark_unfinished(self) -> None:
        cause = self.step.cause or UnfinishedReason.OTHER
        mark_unfinished(
            self.session,
            self._supervisor(),
            self.task.id,
            reason_class=cause,
            reason=self.step.reason,
            now=self.now,
        )

    def _carry_over(self) -> None:
        heir = self._heir()
        year = self.plan_year + 1
        due = date(year, 12, 31)
        if heir is not None and heir.due is not None:
            due = heir.due.on(year, self.report.filed_on(self.world.today), self.world.today)
        supervisor = self._supervisor()
        successor = carry_over(self.session, supervisor, self.task.id, due_on=due, now=self.now)
        if heir is None:
            return
        self.world.tasks[heir] = successor
        if heir.item not in self.spec.item:  # only a part of it was left to do
            edit(
                self.session,
                supervisor,
                successor.id,
                TaskEdit(title=heir.item),
                now=self.now,
                version=successor.version,
                reason="只结转上年未完成的部分",
            )

    def _heir(self) -> TaskSpec | None:
        """Return the story of what this task was carried over into: it names a passage of the same promise."""
        heirs = [task for task in self.county.tasks if task.successor and task.report == self.spec.report]
        return next((heir for heir in heirs if heir.item in self.task.quote), None)
