"""Making one proposal of several, and several of one. Every source span is kept; what ends names its heirs."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from tracker.db.models import SupportingUnit, Task, TaskSource
from tracker.db.queries.reports import get_report
from tracker.db.queries.scope import lock_task
from tracker.domain.documents import DeadlineSource, Span
from tracker.domain.formats import item_to_dict
from tracker.domain.passages import read_passage
from tracker.domain.permissions import Actor
from tracker.domain.proposals import (
    CannotMerge,
    DueDate,
    commitment_spans,
    commitments_within,
    cuts_a_commitment,
    deadline_of_commitments,
    joint_deadline,
    quantities_of,
    split_spans,
    title_of,
)
from tracker.domain.tasks import TaskAction, TaskStatus
from tracker.language.lexicon import load_lexicon
from tracker.services.plan_items import MERGED, SPLIT, Chosen, check_is_proposal, check_report, in_order, note_proposal
from tracker.services.reports import source_of
from tracker.services.task_changes import begin_change, finish_change


def merge_proposals(session: Session, actor: Actor, report_id: int, chosen: Sequence[Chosen], *, now: datetime) -> Task:
    """Make one proposal of several; the one that stands first in the text goes on and carries all source spans."""
    if len({entry.task_id for entry in chosen}) < 2:
        raise CannotMerge(field="chosen")
    locked = [(lock_task(session, actor, entry.task_id), entry) for entry in in_order(chosen)]
    for task, _ in locked:
        check_report(task, report_id)
        check_is_proposal(task)
    locked.sort(key=lambda pair: (pair[0].start or 0, pair[0].id))
    (heir, seen), others = locked[0], locked[1:]
    going_on = begin_change(session, actor, heir.id, TaskAction.EDIT, now=now, version=seen.version)
    supporters = set(_supporting(session, heir.id))
    _join(heir, [task for task, _ in others])
    for task, entry in others:
        ending = begin_change(session, actor, task.id, TaskAction.MERGE, now=now, version=entry.version)
        supporters.update({*_supporting(session, task.id), *([task.lead_unit_id] if task.lead_unit_confirmed else [])})
        task.merged_into_id, task.status_reason = heir.id, MERGED
        _copy_sources(session, task, heir)
        finish_change(ending, detail=f"{task.title}，并入“{heir.title}”")
    _replace_supporting(session, heir, supporters - {heir.lead_unit_id})
    return finish_change(going_on, detail=f"{heir.title}（由 {len(locked)} 条合并）")


def split_proposal(
    session: Session, actor: Actor, report_id: int, chosen: Chosen, *, offsets: Sequence[int] = (), now: datetime
) -> list[Task]:
    """Make several proposals of one: at ``offsets`` in the report, or one a commitment where none are given."""
    change = begin_change(session, actor, chosen.task_id, TaskAction.SPLIT, now=now, version=chosen.version)
    task = change.task
    check_report(task, report_id)
    start = task.start or 0
    spans = (
        split_spans(task.quote, start, offsets) if offsets else commitment_spans(task.commitments, task.quote, start)
    )
    text = get_report(session, actor, report_id, text=True).text if cuts_a_commitment(task.commitments, spans) else None
    parts = [_part(task, span, number, now) for number, span in enumerate(spans, start=1)]
    if text is not None:
        for number, part in enumerate(parts, start=1):
            _read_again(part, text, number, _due(task))
    session.add_all(parts)
    session.flush()
    supporters = _supporting(session, task.id)
    for part in parts:
        session.add(source_of(part, part.report_id or 0))
        session.add_all(SupportingUnit(task_id=part.id, unit_id=unit_id) for unit_id in supporters)
        note_proposal(session, actor, "task.split", part, f"由一条拆分而来：{part.title}", now)
    task.status_reason = SPLIT
    finish_change(change, detail=f"{task.title}，拆为 {len(parts)} 条")
    return parts


def _join(heir: Task, others: Sequence[Task]) -> None:
    everyone = [heir, *others]
    heir.wording = "\n".join(task.wording.strip() for task in everyone)
    heir.quantities = [quantity for task in everyone for quantity in task.quantities]
    heir.commitments = [entry for task in everyone for entry in task.commitments]
    for field in ("responsible_names", "supporting_names", "answers", "reasons"):
        setattr(heir, field, list(dict.fromkeys(value for task in everyone for value in getattr(task, field))))
    due = joint_deadline([_due(task) for task in everyone])
    heir.due_confirmed = all(task.due_confirmed for task in everyone)
    heir.due_on, heir.due_source, heir.recurring = due.due_on, due.source, due.recurring
    heir.milestones = list(due.milestones)
    heir.vague = all(task.vague for task in everyone)
    heir.area = next((task.area for task in everyone if task.area), None)
    heir.confidence = min(task.confidence for task in everyone)
    if heir.owner_id is None:
        heir.owner_id = next((t.owner_id for t in others if t.owner_id and t.lead_unit_id == heir.lead_unit_id), None)


def _due(task: Task) -> DueDate:
    # a date that a person has entered counts like one the text states
    source = DeadlineSource.TEXT if task.due_confirmed else task.due_source
    return DueDate(task.due_on, source, task.recurring, tuple(task.milestones))


def _part(task: Task, span: Span, number: int, now: datetime) -> Task:
    quote = task.quote[span.start - (task.start or 0) : span.end - (task.start or 0)]
    commitments = commitments_within(task.commitments, span)
    due = deadline_of_commitments(commitments, _due(task))
    return Task(
        plan_year=task.plan_year,
        report_id=task.report_id,
        unit_id=task.unit_id,
        lead_unit_id=task.lead_unit_id,
        lead_unit_confirmed=task.lead_unit_confirmed,
        owner_id=task.owner_id,
        status=TaskStatus.PROPOSED,
        label=task.label,
        group_title=task.group_title,
        title=title_of(None, quote),
        wording=quote,
        quote=quote,
        start=span.start,
        end=span.end,
        area=task.area,
        quantities=quantities_of(commitments),
        commitments=commitments,
        responsible_names=list(task.responsible_names),
        supporting_names=list(task.supporting_names),
        answers=list(task.answers),
        reasons=[f"由“{task.title}”拆分的第 {number} 条"],
        item_ref=task.item_ref,
        confidence=task.confidence,
        vague=task.vague and not quantities_of(commitments),
        inline=task.inline,
        due_on=due.due_on,
        due_source=due.source,
        recurring=due.recurring,
        milestones=list(due.milestones),
        split_from_id=task.id,
        created_at=now,
        updated_at=now,
    )


def _read_again(part: Task, text: str, number: int, whole: DueDate) -> None:
    """Take a part's commitments from its own words, where the cut goes through a commitment of the whole."""
    span = Span(part.start or 0, part.end or 0)
    item = read_passage(text, span, part.plan_year, load_lexicon(), name=f"{part.item_ref or 'm'}p{number}"[:20])
    values = item_to_dict(item)
    part.commitments, part.quantities = values["commitments"], values["quantities"]
    part.vague = item.vague
    own = item.deadline
    states_one = own.source is DeadlineSource.TEXT
    part.due_on, part.due_source = (own.due_on, own.source) if states_one else (whole.due_on, whole.source)
    part.recurring = own.recurring
    part.milestones = values["milestones"]


def _copy_sources(session: Session, task: Task, heir: Task) -> None:
    for source in session.scalars(select(TaskSource).where(TaskSource.task_id == task.id)).all():
        session.add(
            TaskSource(
                task_id=heir.id, report_id=source.report_id, start=source.start, end=source.end, quote=source.quote
            )
        )


def _supporting(session: Session, task_id: int) -> list[int]:
    return list(session.scalars(select(SupportingUnit.unit_id).where(SupportingUnit.task_id == task_id)))


def _replace_supporting(session: Session, task: Task, unit_ids: set[int]) -> None:
    session.execute(delete(SupportingUnit).where(SupportingUnit.task_id == task.id))
    session.add_all(SupportingUnit(task_id=task.id, unit_id=unit_id) for unit_id in sorted(unit_ids))
