"""What a correction of a report leaves as it was: the answers, decided or not, that move along without being asked again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.orm import Session

from tracker.db.models import Report, TaskLink
from tracker.db.queries.links import answers_to_version_before, links_of, readings_of
from tracker.domain.documents import ReportReading
from tracker.domain.formats import reading_from_dict
from tracker.domain.proposals import comparable
from tracker.domain.relinking import Changes, changes_between, is_touched, moved_answer, moved_passages

Json = dict[str, Any]
Texts = Mapping[int, Mapping[str, str]]
"""The words of the plan items of reports, by report and item."""


@dataclass(frozen=True, slots=True)
class Moved:
    """An answer to the version before, with its proposal and what stands of it at their places in the new one."""

    before: TaskLink
    proposal: Json
    standing: Json

    def write(self, link: TaskLink) -> None:
        """Make ``link`` say what was said, and keep who decided it when."""
        before = self.before
        link.outcome, link.score, link.late = before.outcome, before.score, before.late
        link.evidence, link.contradicted_by = self.standing["evidence"], self.standing["contradicted_by"]
        link.repeated_in, link.shrunk = self.standing["repeated_in"], before.shrunk
        link.figures, link.proposal, link.note = before.figures, self.proposal, before.note
        link.decision, link.decided_by_id, link.decided_at = before.decision, before.decided_by_id, before.decided_at


@dataclass(frozen=True, slots=True)
class Kept:
    """The answers that stay, by task; ``nothing_new`` where the correction says nothing else outside the plan."""

    answers: Mapping[int, tuple[Moved, ...]] = field(default_factory=dict)
    nothing_new: bool = False
    unplanned: Sequence[Json] = ()


NOTHING_KEPT = Kept()


def kept_answers(session: Session, report: Report, marks: Mapping[int, str], wordings: Mapping[int, str]) -> Kept:
    """Return the answers that a corrected report leaves as they were; nothing where it was compared before.

    A promise that was changed after it was compared (``marks``) is asked for again.
    """
    if links_of(session, report.id):
        return NOTHING_KEPT
    earlier, links = answers_to_version_before(session, report)
    if earlier is None:
        return NOTHING_KEPT
    old, new = (reading_from_dict({**one.reading, "text": one.text}) for one in (earlier, report))
    changes = changes_between(old, new)
    by_task: dict[int, list[TaskLink]] = {}
    for link in links:
        by_task.setdefault(link.task_id, []).append(link)
    answers: dict[int, tuple[Moved, ...]] = {}
    for task_id, mark in marks.items():
        rows = by_task.get(task_id, [])
        if any(not link.commitment_ref and link.proposal.get("mark") == mark for link in rows):
            moved = _moved(wordings[task_id], rows, changes, new)
            if moved is not None:
                answers[task_id] = moved
    unplanned = moved_passages(earlier.reading.get("unplanned", ()), new)
    same = changes.claims_nothing_new and unplanned is not None and "unplanned" in earlier.reading
    return Kept(answers, same, unplanned or ())


def _moved(
    wording: str, links: Sequence[TaskLink], changes: Changes, reading: ReportReading
) -> tuple[Moved, ...] | None:
    if is_touched(wording, [link.proposal for link in links], changes):
        return None
    found = []
    for link in links:
        standing: Json = {
            "evidence": link.evidence,
            "contradicted_by": link.contradicted_by,
            "repeated_in": link.repeated_in,
        }
        proposal, now = moved_answer(link.proposal, changes, reading), moved_answer(standing, changes, reading)
        if proposal is None or now is None:
            return None
        found.append(Moved(link, proposal, now))
    return tuple(found)


def plan_texts(session: Session, report: Report, before: Iterable[TaskLink]) -> Texts:
    """Return the words of the plan items of a report and of the versions that decisions were made on."""
    others = {link.report_id for link in before if link.proposal.get("repeated_in")}
    readings = {report.id: report.reading, **(readings_of(session, others) if others else {})}
    return {
        report_id: {item["id"]: comparable(item["text"]) for item in reading.get("items", ())}
        for report_id, reading in readings.items()
    }


def struck_out(report_id: int, before: TaskLink, proposal: Json, texts: Texts) -> tuple[list[str], Json | None]:
    """Return what stands of a new finding on the next plan (of ``report_id``) after what a person struck out of the old one."""
    words = texts.get(before.report_id, {})
    struck = {words.get(item, "") for item in before.proposal.get("repeated_in", ()) if item not in before.repeated_in}
    own = texts.get(report_id, {})
    repeated = [item for item in proposal["repeated_in"] if own.get(item) not in struck]
    shrunk = proposal["shrunk"] if repeated and not (before.proposal.get("shrunk") and before.shrunk is None) else None
    return repeated, shrunk
