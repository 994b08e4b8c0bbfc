"""A plan of the county that was sent back: the remarks that the assessment suggests, and the first answer of the unit."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from functools import partial

from tracker.db.models import Task
from tracker.db.queries.plan_returns import open_return
from tracker.db.queries.reports import tasks_of_report
from tracker.domain.assessment import AspectKind, KnownFacts, assess
from tracker.domain.documents import DeadlineSource
from tracker.domain.plan_returns import remark_on_item, remark_on_problem
from tracker.domain.rewriting import skeleton
from tracker.domain.tasks import TaskStatus
from tracker.language.lexicon import load_lexicon
from tracker.samples.seed_reconciliation import Stage
from tracker.samples.seed_world import World
from tracker.samples.story import ReportSpec
from tracker.samples.when import When
from tracker.services.plan_returns import Remark, answer_return, send_back

MINUTES = 90  # after the offices open
GENERAL = "计划写得偏虚，请对照意见改好后再报。"


def returns_of(world: World, report: ReportSpec) -> Iterator[Stage]:
    """Yield the sending back of a report's plan and its answer, where they are told of and have come."""
    stages: tuple[tuple[When | None, Callable[[World, ReportSpec, datetime], None]], ...] = (
        (report.returned, _return),
        (report.answered, _answer),
    )
    for number, (when, tell) in enumerate(stages, start=1):
        if when is None:
            continue
        day = when.on(report.year(world.today) + 1, report.filed_on(world.today), world.today)
        at = world.moment(world.working_day(day), MINUTES * number)
        if at <= world.until:
            yield Stage(at, partial(tell, world, report))


def _return(world: World, spec: ReportSpec, now: datetime) -> None:
    report = world.reports[spec.key]
    tasks = [task for task in tasks_of_report(world.session, report) if task.status is TaskStatus.PROPOSED]
    answered = {name for task in tasks for name in task.answers}
    remarks = [remark for task in tasks if (remark := _remark(task)) is not None]
    problems = [entry["id"] for entry in report.reading["problems"] if entry["id"] not in answered]
    remarks += [Remark(remark_on_problem(), problem=name) for name in problems]
    send_back(world.session, world.supervisor(spec.unit), report.id, remarks, general=GENERAL, now=now)


def _remark(task: Task) -> Remark | None:
    stated = task.due_source is DeadlineSource.TEXT
    facts = KnownFacts(task.plan_year, task.due_on, due_stated=stated, owners=tuple(task.responsible_names))
    found = assess(task.wording, facts, load_lexicon())
    if not {AspectKind.RESULT, AspectKind.DATE} & {aspect.kind for aspect in found.lacking}:
        return None
    text = remark_on_item(found, skeleton(task.wording, found, facts, load_lexicon()))
    return Remark(text, task_id=task.id, version=task.version)


def _answer(world: World, spec: ReportSpec, now: datetime) -> None:
    report = world.reports[spec.key]
    found = open_return(world.session, report.id)
    if found is not None:
        first = found.remarks[0]
        replies = {first.id: "已收到，正与各站所核对数字，改好后上传更正版。"}
        answer_return(world.session, world.actor(spec.uploader), report.id, replies, version=found.version, now=now)
