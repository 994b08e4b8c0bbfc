"""What the review screen shows: cards, their facts in words, and what confirming or sending out will do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from tracker.db.models import PlanRemark, Report, Task, TaskSource, Unit
from tracker.db.queries.promises import lines_of_report
from tracker.db.queries.reports import sources_of, supporters_of, tasks_of_report
from tracker.domain.documents import DeadlineSource, Problem, Span
from tracker.domain.formats import reading_from_dict
from tracker.domain.permissions import Actor, Role
from tracker.domain.plan_returns import summary_of
from tracker.domain.proposals import SplitPoint, split_points
from tracker.domain.report_layout import LaidSection
from tracker.domain.tasks import TaskStatus
from tracker.services.plan_items import can_restore
from tracker.web.page_display import PageView, page_view
from tracker.web.return_page import ReturnView, return_view
from tracker.web.review_evidence import Judgement, judge
from tracker.web.same_again import SameAgain, same_again
from tracker.web.views.reports import counts_of, laid_sections, lives_on, numbers_of, own_and_kept, task_targets

OPERATOR_WORDS = {">=": "不少于", "<=": "不超过", "=": "", "~": "约", "range": ""}
PER_WORDS = {"month": "每月", "quarter": "每季度", "half_year": "每半年", "year": "每年"}


@dataclass(frozen=True, slots=True)
class Card:
    """A card: the task with its number and what is said of it in words."""

    task: Task
    number: str
    marks: tuple[str, ...]
    due_words: str
    quantities: tuple[str, ...]
    supporters: tuple[str, ...]
    unknown_names: tuple[str, ...]
    answers: tuple[tuple[str, str], ...]  # (number, text) of the problems it answers
    quotes: tuple[TaskSource, ...]
    restorable: bool = False
    points: tuple[SplitPoint, ...] = ()
    judgement: Judgement | None = None  # of open cards
    remark: PlanRemark | None = None  # what the last sending back says of it
    same: SameAgain | None = None

    @property
    def is_open(self) -> bool:
        """Whether it waits to be confirmed."""
        return self.task.status is TaskStatus.PROPOSED

    @property
    def inferred(self) -> bool:
        """Whether its deadline is inferred and nobody has confirmed it."""
        return self.task.due_source is DeadlineSource.PLAN_YEAR and not self.task.due_confirmed


@dataclass(frozen=True, slots=True)
class ReviewPage:
    """Everything on the screen."""

    sections: tuple[LaidSection, ...]
    cards: tuple[Card, ...]
    dismissed: tuple[Card, ...]
    kept: tuple[Task, ...]
    open_problems: tuple[Problem, ...]
    lacking: tuple[tuple[str, int], ...]  # how many open items lack an object, a result …
    counts: Mapping[str, int]
    may_decide: bool
    editing: Task | None
    splitting: Card | None
    sendable: int
    targets: Mapping[str, str]  # where a confirmed task's own page is
    returned: ReturnView | None  # how the last sending back of the plan stands
    view: PageView | None = None  # the original's pages, where they can be shown


def review_page(
    session: Session,
    actor: Actor,
    report: Report,
    *,
    edit: int | None = None,
    split: int | None = None,
    quote: Span | None = None,
) -> ReviewPage:
    """Read and arrange the review screen of a report; ``quote`` is a passage to be marked in the text."""
    tasks, kept = own_and_kept(report, tasks_of_report(session, report))
    sources, supporters = sources_of(session, report.id), supporters_of(session, report.id)
    problems = reading_from_dict({**report.reading, "text": report.text}).problems
    numbers, returned = numbers_of(tasks), return_view(session, actor, report)
    same = same_again(lines_of_report(session, report.id), tasks)
    cards = [
        card_of(
            task,
            report,
            numbers.get(task.id, ""),
            sources.get(task.id, []),
            supporters.get(task.id, []),
            problems,
            returned.remark_on(task.id) if returned else None,
            same.get(task.id),
        )
        for task in tasks
        if not lives_on(task)
    ]
    shown = tuple(card for card in cards if card.task.status is not TaskStatus.DISMISSED)
    may_decide = actor.role is Role.SUPERVISOR and report.superseded_at is None
    open_cards = {card.task.id: card for card in shown if card.is_open and may_decide}
    answered = {name for card in shown for name in card.task.answers} | {n for task in kept for n in task.answers}
    return ReviewPage(
        sections=laid_sections(report, tasks, sources, quote=quote),
        cards=shown,
        dismissed=tuple(card for card in cards if card.task.status is TaskStatus.DISMISSED),
        kept=tuple(kept),
        open_problems=tuple(problem for problem in problems if problem.id not in answered),
        lacking=tuple(summary_of([card.judgement.assessment for card in shown if card.judgement])),
        counts=counts_of(tasks),
        may_decide=may_decide,
        editing=open_cards[edit].task if edit in open_cards else None,
        splitting=open_cards.get(split) if split is not None else None,
        sendable=sum(card.task.status is TaskStatus.ESTABLISHED for card in shown),
        targets=task_targets(tasks, report.id),
        returned=returned,
        view=page_view(report, [task for task in tasks if not lives_on(task)], sources, numbers),
    )


def card_of(
    task: Task,
    report: Report,
    number: str,
    sources: Sequence[TaskSource],
    supporters: Sequence[Unit],
    problems: Sequence[Problem],
    remark: PlanRemark | None = None,
    same: SameAgain | None = None,
) -> Card:
    """Return the card of a task."""
    by_id = {problem.id: problem.text for problem in problems}
    quantities = tuple(quantity_words(entry) for entry in task.quantities)
    is_open = task.status is TaskStatus.PROPOSED
    return Card(
        task=task,
        number=number,
        marks=_marks(task),
        due_words=due_words(task, report),
        quantities=quantities,
        supporters=tuple(unit.short_name for unit in supporters),
        unknown_names=_unknown_names(task, supporters),
        answers=tuple((name[1:], by_id[name]) for name in task.answers if name in by_id),
        quotes=tuple(sources),
        restorable=can_restore(task, report),
        points=split_points(task.quote, task.start or 0),
        judgement=judge(task, report, problems, quantities, due_span(task, report)) if is_open else None,
        remark=remark,
        same=same,
    )


def skeleton_of(task: Task, report: Report) -> str:
    """Return how a task could be written so that it can be supervised; empty where it lacks nothing."""
    targets = tuple(quantity_words(entry) for entry in task.quantities)
    return judge(task, report, (), targets, due_span(task, report)).skeleton


def _marks(task: Task) -> tuple[str, ...]:
    marks = []
    if task.vague:
        marks.append("要求模糊")
    if task.inline:
        marks.append("正文夹带")
    if task.item_ref and task.item_ref.startswith("m"):
        marks.append("人工划出")
    if task.split_from_id is not None:
        marks.append("拆分")
    return tuple(marks)


def due_words(task: Task, report: Report) -> str:
    """Return the words of the text that the deadline was read from, or nothing where it was inferred or changed."""
    span = due_span(task, report)
    return span.of(report.text) if span else ""


def due_span(task: Task, report: Report) -> Span | None:
    """Return where the words stand that the deadline was read from."""
    if task.due_on is None or task.due_source is not DeadlineSource.TEXT:
        return None
    items = [entry for entry in report.reading["items"] if entry["id"] == task.item_ref]
    for entry in [*items, *task.commitments]:
        start, end = entry.get("deadline_start"), entry.get("deadline_end")
        if start is None:
            continue
        inside = (task.start or 0) <= start and end <= (task.end or 0)
        whole = (entry["start"], entry["end"]) == (task.start, task.end)  # its limit may stand in a bracket behind it
        if (inside or whole) and entry.get("deadline") == task.due_on.isoformat():
            return Span(start, end)
    return None


def quantity_words(entry: Mapping[str, Any]) -> str:
    """Write a target as 新增持证执法人员 不少于 6 名."""
    if entry.get("op") == "range" and entry.get("max") is not None:
        figure = f"{entry['value']}至{entry['max']}"
    else:
        figure = f"{OPERATOR_WORDS.get(entry.get('op', ''), '')} {entry['value']}".strip()
    per = PER_WORDS.get(entry.get("per") or "", "")
    return " ".join(part for part in (entry.get("what", ""), per, f"{figure} {entry.get('unit', '')}") if part).strip()


def _unknown_names(task: Task, supporters: Sequence[Unit]) -> tuple[str, ...]:
    """Return the names read in the text that are not yet a unit on the card."""
    known = [task.lead_unit, *supporters] if task.lead_unit_confirmed else list(supporters)
    names = [*task.responsible_names, *task.supporting_names]
    return tuple(
        name for name in dict.fromkeys(names) if not any(name[-3:] in f"{u.name} {u.short_name}" for u in known)
    )
