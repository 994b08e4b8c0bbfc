"""What a supervisor made of the next report's answers: confirmed, corrected or rejected, as the story has it."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.db.models import LinkDecision, Report, TaskLink
from tracker.domain.documents import Outcome, Span
from tracker.samples.seed_world import World
from tracker.samples.story import LinkSpec, ManifestError, ReportSpec, TaskSpec
from tracker.services.links import LinkAnswer, candidates_of, choose_evidence, confirm_link, reject_link

BEGUN = (1, 19)  # month and day of the year after: by then the reports are in
TAKES = 24  # days over which the answers of the county are gone through
AFTERNOON = 300  # minutes after the offices open


@dataclass(frozen=True, slots=True)
class Answer:
    """A decision on the answer of ``report`` to ``task`` at its moment."""

    at: datetime
    task: TaskSpec
    report: ReportSpec
    link: LinkSpec


def answers_of(world: World, task: TaskSpec) -> Iterator[Answer]:
    """Yield the decision on a task's answer, if it was made by now. A unit's answers are gone through in one day."""
    offset = world.county.plan_offset(task)
    unit = world.county.reports[task.report].unit
    report = next((r for r in world.county.reports.values() if (r.unit, r.offset) == (unit, offset)), None)
    if report is None or task.link is None or task.link.decision is LinkDecision.PROPOSED:
        return
    first = date(report.year(world.today) + 1, *BEGUN)
    day = world.calendar.on_or_after(first + timedelta(days=zlib.crc32(unit.encode()) % TAKES))
    if day < world.today:
        minutes = AFTERNOON + zlib.crc32(task.item.encode()) % 200
        yield Answer(world.moment(day, minutes), task, report, task.link)


def decide(world: World, answer: Answer) -> None:
    """Make a decision as the supervisor in charge of the unit."""
    if answer.task not in world.tasks:
        return
    report = world.reports[answer.report.key]
    supervisor = world.supervisor(answer.report.unit)
    link = _link(world.session, world.tasks[answer.task].id, report.id)
    if answer.link.decision is LinkDecision.REJECTED:
        reject_link(world.session, supervisor, report.id, link.id, now=answer.at)
        return
    chosen: list[Span] | None = None
    if answer.link.quote is not None and answer.link.outcome is not Outcome.NOT_MENTIONED:
        passage = _passage(link, answer.link.quote)
        if passage is None:
            choose_evidence(
                world.session, supervisor, report.id, link.id, quote=_sentence(report, answer.link.quote), now=answer.at
            )
            passage = _passage(link, answer.link.quote)
        if passage is None:
            raise ManifestError(f"{answer.task.report} {answer.task.item}: {answer.link.quote} is not in the report")
        chosen = [passage]
    parts = {part.id: answer.link.outcome for part in _parts(world.session, link)}
    confirm_link(
        world.session,
        supervisor,
        report.id,
        link.id,
        LinkAnswer(answer.link.outcome, evidence=chosen, parts=parts if answer.link.outcome is Outcome.DONE else {}),
        now=answer.at,
    )


def _link(session: Session, task_id: int, report_id: int) -> TaskLink:
    whole = TaskLink.commitment_ref == ""
    return session.scalars(
        select(TaskLink).where(TaskLink.task_id == task_id, TaskLink.report_id == report_id, whole)
    ).one()


def _parts(session: Session, link: TaskLink) -> list[TaskLink]:
    query = select(TaskLink).where(TaskLink.task_id == link.task_id, TaskLink.report_id == link.report_id)
    return list(session.scalars(query.where(TaskLink.commitment_ref != "")))


def _passage(link: TaskLink, quote: str) -> Span | None:
    """Return the first passage on the page that holds ``quote``."""
    found = (passage for passage in candidates_of(link) if quote in passage["text"])
    return next((Span(passage["start"], passage["end"]) for passage in found), None)


def _sentence(report: Report, quote: str) -> str:
    """Return the sentence around ``quote``, as a person would select it; the quote itself where it is not found."""
    at = report.text.find(quote)
    if at < 0:
        return quote
    start = max(report.text.rfind(mark, 0, at) for mark in "。；\n") + 1
    ends = [place for mark in "。；\n" if (place := report.text.find(mark, at + len(quote))) >= 0]
    return report.text[start : min(ends, default=len(report.text))].strip()
