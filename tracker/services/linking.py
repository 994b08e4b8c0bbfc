"""Comparing a plan with the next report: what is asked of the matcher, and how its answers are stored.

The comparison itself takes a while and runs in a child process, between two transactions: one reads what to compare, the
other stores the answer if the report is still the one in force. Decided answers are never overwritten.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.db.models import LinkDecision, Report, Task, TaskLink
from tracker.db.queries.links import (
    LINKABLE,
    earlier_decisions,
    is_withdrawn,
    links_in_reports,
    links_of,
    locked_year,
    promises_of,
    with_reading,
)
from tracker.db.queries.reports import current_report
from tracker.db.queries.scope import lock_unit
from tracker.db.session import Database
from tracker.domain.documents import Outcome, Section
from tracker.domain.formats import link_report_to_dict, reading_from_dict, sections_from_dict
from tracker.domain.link_proposals import (
    WHOLE,
    Decision,
    LedgerPromise,
    answering,
    carried_evidence,
    checked_link,
    earlier_reading,
    verbatim,
    wording_mark,
)
from tracker.domain.matching import link_items
from tracker.domain.matching.training import fingerprint
from tracker.domain.matching.words import load_model
from tracker.language.lexicon import load_lexicon
from tracker.readers.sandbox import link_in_child
from tracker.services.audit import record
from tracker.services.relinking import NOTHING_KEPT, Kept, kept_answers, plan_texts, struck_out

Json = dict[str, Any]
Compare = Callable[[Json, Json], Json]

LOOK_AGAIN = "报告已更正，原先确认的依据在新版本中找不到原句，请重新核对。"
NOT_SAID = frozenset({"look_again", "model", "asked"})
"""What a proposal carries besides the matcher's answer: why to look again, whose weights, what a person was asked."""
UNASKED: Json = {"links": [], "unplanned": [], "model": None}
NEW_CANDIDATE = "报告已更正，出现了新的候选段落，请重新核对。"


@dataclass(frozen=True, slots=True)
class Comparison:
    """A plan and a later report made ready for the matcher: the promises as a reading, and the report's own.

    ``kept`` holds the answers that a correction of the report leaves as they were; there is nothing to ask the matcher
    where ``nothing_new``.
    """

    report_id: int
    unit_id: int
    plan_year: int
    earlier: Json
    later: Json
    marks: Mapping[int, str]
    kept: Kept = NOTHING_KEPT

    @property
    def nothing_new(self) -> bool:
        """Whether every promise keeps the answer it has."""
        return self.kept.nothing_new and self.kept.answers.keys() == self.marks.keys()


@dataclass(frozen=True, slots=True)
class Proposed:
    """What a run stored: promises answered, those the report speaks of, decisions kept, decisions to be made again.

    ``unchanged`` are the promises that a correction of the report did not touch: their answers moved along.
    """

    tasks: int = 0
    mentioned: int = 0
    kept: int = 0
    look_again: int = 0
    unchanged: int = 0

    @property
    def compared(self) -> int:
        """How many promises were held against the report anew."""
        return self.tasks - self.unchanged


# ---- a run ----------------------------------------------------------------------------------------------------------


def link_report(
    database: Database, report_id: int, *, now: datetime, compare: Compare = link_in_child
) -> tuple[Proposed, ...]:
    """Compare everything that a report makes comparable: the plan it answers, and its own plan with a later report.

    Raises what ``compare`` raises; nothing is stored then.
    """
    with database.reading() as session:
        comparisons = comparisons_for(session, report_id)
    stored = []
    for comparison in comparisons:
        answer = UNASKED if comparison.nothing_new else compare(comparison.earlier, comparison.later)
        with database.writing.begin() as session:
            stored.append(store_links(session, comparison, answer, now=now))
    return tuple(stored)


def propose_links(session: Session, report: Report, *, now: datetime) -> tuple[Proposed, ...]:
    """The same within one transaction and in this process, for sample data and tests; a door uses ``link_report``."""
    session.flush()
    stored = []
    for one in comparisons_for(session, report.id):
        answer = UNASKED if one.nothing_new else compare_here(one.earlier, one.later)
        stored.append(store_links(session, one, answer, now=now))
    return tuple(stored)


def compare_here(earlier: Json, later: Json) -> Json:
    """Compare in this process; loads the matcher's word lists."""
    promised, model = reading_from_dict(earlier), load_model()
    answer = link_items(promised.items, promised.plan_year or 0, reading_from_dict(later), load_lexicon(), model)
    return {**link_report_to_dict(answer), "model": fingerprint(model)}


def comparisons_for(session: Session, report_id: int) -> tuple[Comparison, ...]:
    """Return what a report makes comparable now; nothing for a superseded one, a locked year or a year without tasks.

    A withdrawn promise is not asked for.
    """
    report = with_reading(session, report_id)
    if report is None or report.superseded_at is not None:
        return ()
    found = [_comparison(session, report)]
    later = current_report(session, report.unit_id, report.plan_year)
    if later is not None and later.id != report.id:
        found.append(_comparison(session, with_reading(session, later.id)))
    return tuple(one for one in found if one is not None)


def _comparison(session: Session, report: Report | None) -> Comparison | None:
    if report is None or locked_year(session, report.unit_id, report.report_year):
        return None
    tasks = promises_of(session, report.unit_id, report.report_year)
    promises = [promise_of(task) for task in tasks if not is_withdrawn(task)]
    if not promises:
        return None
    marks = {promise.task_id: wording_mark(promise) for promise in promises}
    return Comparison(
        report_id=report.id,
        unit_id=report.unit_id,
        plan_year=report.report_year,
        earlier=earlier_reading(promises, report.report_year),
        later={**report.reading, "text": report.text},
        marks=marks,
        kept=kept_answers(session, report, marks, {promise.task_id: promise.wording for promise in promises}),
    )


def promise_of(task: Task) -> LedgerPromise:
    """Return a task as the matcher asks for it."""
    return LedgerPromise(
        task_id=task.id,
        label=task.label,
        group=task.group_title,
        title=task.title,
        wording=task.wording,
        due_on=task.due_on,
        due_source=task.due_source.value,
        recurring=task.recurring,
        milestones=task.milestones,
        commitments=task.commitments,
        quantities=task.quantities,
        plan_year=task.plan_year,
    )


# ---- storing --------------------------------------------------------------------------------------------------------


def store_links(session: Session, comparison: Comparison, answer: Json, *, now: datetime) -> Proposed:
    """Store the matcher's rows: new ones are proposed, undecided ones follow, decided ones stay as they are.

    Passages that are not verbatim in the report are dropped. Nothing is stored for a report that was superseded
    meanwhile, nor for a year that was locked. What was done without having been planned is kept with the report.
    """
    lock_unit(session, comparison.unit_id)
    report = with_reading(session, comparison.report_id)
    if report is None or report.superseded_at is not None:
        return Proposed()
    if locked_year(session, comparison.unit_id, comparison.plan_year):
        return Proposed()
    sections = sections_from_dict(report.reading)
    run = _Run(session, report, comparison, sections, now)
    run.keep()
    for key, row in _rows(answer):
        if key[0] in run.tasks and key not in run.wanted and key[0] not in comparison.kept.answers:
            run.take(key, checked_link(row, report.text, sections) | {"model": answer.get("model")})
    run.drop_others()
    unplanned = comparison.kept.unplanned if comparison.nothing_new else answer["unplanned"]
    report.reading = {**report.reading, "unplanned": verbatim(unplanned, report.text, sections)}
    session.flush()
    run.note()
    return run.counts()


def _rows(answer: Json) -> Iterable[tuple[tuple[int, str], Json]]:
    """Yield the matcher's rows by task and commitment."""
    for row in answer["links"]:
        if row["commitment"] != WHOLE:
            yield (int(row["item"]), (row["commitment"] or "")[:20]), row


class _Run:
    """One storing: the rows that are there, the decisions of earlier versions, and what has been done."""

    def __init__(
        self, session: Session, report: Report, comparison: Comparison, sections: Sequence[Section], now: datetime
    ) -> None:
        self.session, self.report, self.comparison = session, report, comparison
        self.sections, self.now = sections, now
        ids = list(comparison.marks)
        rows = session.scalars(select(Task).where(Task.id.in_(ids), Task.status.in_(LINKABLE)))
        self.tasks = {task.id: task for task in rows}
        self.existing = {
            (task_id, ref): link for task_id, refs in links_of(session, report.id).items() for ref, link in refs.items()
        }
        self.before = earlier_decisions(session, report)
        self.texts = plan_texts(session, report, self.before.values())
        self.years = years_written(session, list(self.tasks.values()))
        self.wanted: set[tuple[int, str]] = set()
        self.mentioned = self.kept = self.look_again = self.unchanged = 0

    def keep(self) -> None:
        """Store the answers that a correction left as they were, decided or not, at their new places."""
        for task_id, answers in self.comparison.kept.answers.items():
            if task_id not in self.tasks:
                continue
            self.unchanged += 1
            for answer in answers:
                key = (task_id, answer.before.commitment_ref)
                self.wanted.add(key)
                link = self.existing.get(key)
                if link is None:
                    link = self._new(key)
                    answer.write(link)
                if not key[1]:
                    self.mentioned += link.proposal["outcome"] != Outcome.NOT_MENTIONED.value
                    self.kept += link.decision is not LinkDecision.PROPOSED

    def take(self, key: tuple[int, str], row: Json) -> None:
        """Store one row, or leave a decided one alone."""
        whole = not key[1]
        self.wanted.add(key)
        self.mentioned += whole and row["outcome"] != Outcome.NOT_MENTIONED.value
        link = self.existing.get(key)
        if link is not None and link.decision is not LinkDecision.PROPOSED:
            self.kept += whole
            return
        proposal = row | {"mark": self.comparison.marks[key[0]]}
        if row["repeated_in"]:
            proposal["written"] = self.years[key[0]] + 1
        if link is None:
            link = self._new(key)
            _fill(link, proposal)
            self._carry_over(link, proposal, whole=whole)
        elif not _says_the_same(link, proposal):
            link.version += 1
            _fill(link, proposal)
        else:  # the same answer from other weights: what a person added meanwhile stays
            link.proposal = {**link.proposal, "model": proposal["model"]}

    def _new(self, key: tuple[int, str]) -> TaskLink:
        link = TaskLink(
            task_id=key[0],
            report_id=self.report.id,
            commitment_ref=key[1],
            decision=LinkDecision.PROPOSED,
            created_at=self.now,
            version=1,
        )
        self.session.add(link)
        return link

    def _carry_over(self, link: TaskLink, proposal: Json, *, whole: bool) -> None:
        """Let the decision made on an earlier version stand, where the words it rests on are still there."""
        before = self.before.get((link.task_id, link.commitment_ref))
        if before is None:
            return
        confirmed = before.decision is LinkDecision.CONFIRMED
        candidates = [passage["text"] for passage in before.proposal.get("evidence", ())]
        decision = Decision(confirmed, before.evidence, candidates)
        evidence = carried_evidence(decision, proposal, self.report.text, self.sections)
        if evidence is None:
            link.proposal = {**proposal, "look_again": LOOK_AGAIN if confirmed else NEW_CANDIDATE}
            self.look_again += whole
            return
        link.decision, link.decided_by_id, link.decided_at = before.decision, before.decided_by_id, before.decided_at
        link.outcome, link.evidence, link.figures = before.outcome, evidence, before.figures
        link.late, link.note = before.late, before.note
        link.repeated_in, link.shrunk = struck_out(self.report.id, before, proposal, self.texts)
        if "asked" in before.proposal:
            link.proposal = {**proposal, "asked": before.proposal["asked"]}
        self.kept += whole

    def drop_others(self) -> None:
        """Delete undecided rows of promises and commitments that are no more."""
        for key, link in self.existing.items():
            if key not in self.wanted and link.decision is LinkDecision.PROPOSED:
                self.session.delete(link)

    def note(self) -> None:
        """Leave the audit line."""
        summary = f"比对上年计划：{len(self.tasks)} 项任务，报告提及 {self.mentioned} 项"
        if self.unchanged:
            summary += f"，更正没有涉及的 {self.unchanged} 项沿用"
        if self.look_again:
            summary += f"，{self.look_again} 项需要重新核对"
        record(
            self.session,
            None,
            "link.propose",
            "report",
            self.report.id,
            unit_path=self.report.unit.path,
            summary=summary,
            now=self.now,
        )

    def counts(self) -> Proposed:
        """Return what was done."""
        return Proposed(len(self.tasks), self.mentioned, self.kept, self.look_again, self.unchanged)


def _fill(link: TaskLink, proposal: Json) -> None:
    link.outcome, link.score, link.late = Outcome(proposal["outcome"]), proposal["score"], proposal["late"]
    link.evidence, link.figures = answering(proposal), proposal["figures"]
    link.contradicted_by, link.repeated_in = proposal["contradicted_by"], proposal["repeated_in"]
    link.shrunk, link.proposal = proposal["shrunk"], proposal


def _says_the_same(link: TaskLink, proposal: Json) -> bool:
    """Say whether a new run found what the last one did; what a person added meanwhile stays then."""
    return _said(link.proposal) == _said(proposal)


def _said(proposal: Json) -> Json:
    return {name: value for name, value in proposal.items() if name not in NOT_SAID}


def years_written(session: Session, tasks: Sequence[Task]) -> dict[int, int]:
    """Return, for each task, in how many plans in a row its promise has stood so far (第 N 年写入)."""
    sources = {task.report_id for task in tasks if task.report_id is not None}
    repeated: dict[tuple[int, str], int] = {}
    for link in links_in_reports(session, sorted(sources)):
        for item in link.repeated_in:
            key = (link.report_id, item)
            repeated[key] = max(repeated.get(key, 1), int(link.proposal.get("written", 2)))
    return {
        task.id: max(repeated.get((task.report_id or 0, task.item_ref or ""), 1), 1 + task.years_carried)
        for task in tasks
    }
