"""What the review screen shows: cards, their facts in words, and what confirming or sending out will do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from tracker.db.models import Report, Task, TaskSource, Unit, User
from tracker.db.queries.reports import owners_choosable, sources_of, supporters_of, tasks_of_report
from tracker.domain.documents import DeadlineSource, Problem
from tracker.domain.errors import RuleViolation
from tracker.domain.formats import reading_from_dict
from tracker.domain.permissions import Actor, Role
from tracker.domain.proposals import SplitPoint, split_points
from tracker.domain.report_layout import LaidSection
from tracker.domain.task_rules import check_establishment
from tracker.domain.tasks import TaskStatus
from tracker.services.plan_items import RECURRING_LABELS, Chosen, can_restore
from tracker.services.policies import load_calendar, load_reminder_policy
from tracker.services.tasks import supporting_units
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
    counts: Mapping[str, int]
    may_decide: bool
    editing: Task | None
    splitting: Card | None
    sendable: int
    targets: Mapping[str, str]  # where a confirmed task's own page is


def review_page(
    session: Session, actor: Actor, report: Report, *, edit: int | None = None, split: int | None = None
) -> ReviewPage:
    """Read and arrange the review screen of a report."""
    tasks, kept = own_and_kept(report, tasks_of_report(session, report))
    sources, supporters = sources_of(session, report.id), supporters_of(session, report.id)
    problems = reading_from_dict({**report.reading, "text": report.text}).problems
    numbers = numbers_of(tasks)
    cards = [
        card_of(task, report, numbers.get(task.id, ""), sources.get(task.id, []), supporters.get(task.id, []), problems)
        for task in tasks
        if not lives_on(task)
    ]
    shown = tuple(card for card in cards if card.task.status is not TaskStatus.DISMISSED)
    may_decide = actor.role is Role.SUPERVISOR and report.superseded_at is None
    open_cards = {card.task.id: card for card in shown if card.is_open and may_decide}
    answered = {name for card in shown for name in card.task.answers} | {n for task in kept for n in task.answers}
    return ReviewPage(
        sections=laid_sections(report, tasks, sources),
        cards=shown,
        dismissed=tuple(card for card in cards if card.task.status is TaskStatus.DISMISSED),
        kept=tuple(kept),
        open_problems=tuple(problem for problem in problems if problem.id not in answered),
        counts=counts_of(tasks),
        may_decide=may_decide,
        editing=open_cards[edit].task if edit in open_cards else None,
        splitting=open_cards.get(split) if split is not None else None,
        sendable=sum(card.task.status is TaskStatus.ESTABLISHED for card in shown),
        targets=task_targets(tasks, report.id),
    )


def card_of(
    task: Task,
    report: Report,
    number: str,
    sources: Sequence[TaskSource],
    supporters: Sequence[Unit],
    problems: Sequence[Problem],
) -> Card:
    """Return the card of a task."""
    by_id = {problem.id: problem.text for problem in problems}
    return Card(
        task=task,
        number=number,
        marks=_marks(task),
        due_words=due_words(task, report),
        quantities=tuple(quantity_words(entry) for entry in task.quantities),
        supporters=tuple(unit.short_name for unit in supporters),
        unknown_names=_unknown_names(task, supporters),
        answers=tuple((name[1:], by_id[name]) for name in task.answers if name in by_id),
        quotes=tuple(sources),
        restorable=can_restore(task, report),
        points=split_points(task.quote, task.start or 0),
    )


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
    if task.due_on is None or task.due_source is not DeadlineSource.TEXT:
        return ""
    items = [entry for entry in report.reading["items"] if entry["id"] == task.item_ref]
    for entry in [*items, *task.commitments]:
        start, end = entry.get("deadline_start"), entry.get("deadline_end")
        inside = start is not None and (task.start or 0) <= start and end <= (task.end or 0)
        if inside and entry.get("deadline") == task.due_on.isoformat():
            return report.text[start:end]
    return ""


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


# ---- the form of a card -----------------------------------------------------------------------------------------------------


def edit_values(session: Session, task: Task) -> dict[str, Any]:
    """Return a task's values under the names of the form."""
    rows = task.quantities
    return {
        "version": str(task.version),
        "title": task.title,
        "wording": task.wording,
        "due_on": task.due_on,
        "recurring": task.recurring or "",
        "lead_unit_id": task.lead_unit_id,
        "owner_id": str(task.owner_id or ""),
        "supporting": [unit.id for unit in supporting_units(session, task.id)],
        "answers": list(task.answers),
        "vague": task.vague,
        "quantity_what": [str(row.get("what") or "") for row in rows],
        "quantity_op": [str(row.get("op") or ">=") for row in rows],
        "quantity_value": [_figure(row.get("value")) for row in rows],
        "quantity_max": [_figure(row.get("max")) for row in rows],
        "quantity_unit": [str(row.get("unit") or "") for row in rows],
        "quantity_per": [str(row.get("per") or "") for row in rows],
    }


def _figure(value: float | None) -> str:
    return "" if value is None else f"{value:.12g}"


COMPARED = (
    ("title", "标题"),
    ("wording", "任务内容"),
    ("due_on", "完成时限"),
    ("recurring", "周期"),
    ("lead_unit_id", "牵头单位"),
    ("owner_id", "责任人"),
    ("supporting", "配合单位"),
    ("answers", "回应的问题"),
    ("vague", "要求模糊"),
)


def version_rows(saved: Mapping[str, Any], form: Any) -> list[dict[str, str]]:
    """Return label, what was saved meanwhile and what was typed, for the fields that differ."""
    rows = []
    for name, label in COMPARED:
        field = form[name]
        theirs, yours = _in_words(field, saved[name]), _in_words(field, field.data)
        if theirs != yours:
            rows.append({"label": label, "before": theirs or "（空）", "after": yours or "（空）"})
    theirs, yours = _quantities_in_words(saved), _quantities_in_words({n: form[n].data for n in QUANTITY_FIELDS})
    if theirs != yours:
        rows.append({"label": "量化指标", "before": theirs or "（空）", "after": yours or "（空）"})
    return rows


QUANTITY_FIELDS = tuple(f"quantity_{part}" for part in ("what", "op", "value", "max", "unit", "per"))


def _in_words(field: Any, value: Any) -> str:
    choices = {str(key): str(label) for key, label in getattr(field, "choices", None) or ()}
    if isinstance(value, list | tuple):
        return "；".join(choices.get(str(one), str(one)) for one in sorted(value, key=str))
    if isinstance(value, bool):
        return "是" if value else "否"
    if value is None or value == "":
        return ""
    text = value.isoformat() if isinstance(value, date) else str(value).replace("\r\n", "\n").strip()
    return choices.get(text, text)


def _quantities_in_words(values: Mapping[str, Any]) -> str:
    rows = zip(*(values[name] or [] for name in QUANTITY_FIELDS), strict=False)
    words = (
        quantity_words({"what": what, "op": op, "value": value, "max": top or None, "unit": unit, "per": per})
        for what, op, value, top, unit, per in rows
        if str(what).strip()
    )
    return "；".join(words)


# ---- before it is done: confirming and sending out -----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Confirmation:
    """What confirming will do: the tasks that can be, those that cannot with what they lack, and what to look at."""

    ready: tuple[Task, ...]
    blocked: tuple[tuple[Task, str], ...]
    inferred: int
    assumed_lead: int
    vague: int
    recurring_words: Mapping[str, str]


def confirmation_of(tasks: Sequence[Task], chosen: Sequence[Chosen] | None) -> Confirmation:
    """Arrange what confirming all (``chosen`` None) or the chosen proposals would do."""
    wanted = None if chosen is None else {entry.task_id for entry in chosen}
    ready, blocked = [], []
    for task in tasks:
        if task.status is not TaskStatus.PROPOSED or (wanted is not None and task.id not in wanted):
            continue
        lack = _what_it_lacks(task)
        if lack:
            blocked.append((task, lack))
        else:
            ready.append(task)
    return Confirmation(
        ready=tuple(ready),
        blocked=tuple(blocked),
        inferred=sum(t.due_source is DeadlineSource.PLAN_YEAR and not t.due_confirmed for t in ready),
        assumed_lead=sum(not t.lead_unit_confirmed for t in ready),
        vague=sum(t.vague for t in ready),
        recurring_words=RECURRING_LABELS,
    )


def _what_it_lacks(task: Task) -> str:
    try:
        check_establishment(task.title, task.wording, task.due_on, task.plan_year)
    except RuleViolation as refusal:
        return refusal.message
    return "" if task.lead_unit.is_active else f"{task.lead_unit.name}已停用，请改选牵头单位。"


@dataclass(frozen=True, slots=True)
class Parcel:
    """The tasks that go to one unit, and who is told."""

    unit: Unit
    tasks: tuple[Task, ...]
    people: tuple[User, ...]


@dataclass(frozen=True, slots=True)
class Sending:
    """What sending out will do."""

    parcels: tuple[Parcel, ...]
    blocked: tuple[Parcel, ...]  # units where nobody has an account
    sign_by: date
    past_due: int  # how many of the tasks that go out are overdue already

    @property
    def count(self) -> int:
        """How many tasks go out."""
        return sum(len(parcel.tasks) for parcel in self.parcels)


def sending_of(session: Session, tasks: Sequence[Task], chosen: Sequence[Chosen] | None, *, today: date) -> Sending:
    """Arrange to whom all (``chosen`` None) or the chosen established tasks would go, by unit."""
    wanted = None if chosen is None else {entry.task_id for entry in chosen}
    by_unit: dict[int, list[Task]] = {}
    for task in tasks:
        if task.status is TaskStatus.ESTABLISHED and (wanted is None or task.id in wanted):
            by_unit.setdefault(task.lead_unit_id, []).append(task)
    staff: dict[int, list[User]] = {}
    for person in owners_choosable(session, list(by_unit)):
        staff.setdefault(person.unit_id, []).append(person)
    parcels = [
        Parcel(theirs[0].lead_unit, tuple(theirs), _told(theirs, staff.get(unit_id, [])))
        for unit_id, theirs in by_unit.items()
    ]
    calendar, policy = load_calendar(session), load_reminder_policy(session)
    leaving = tuple(parcel for parcel in parcels if parcel.people)
    return Sending(
        parcels=leaving,
        blocked=tuple(parcel for parcel in parcels if not parcel.people),
        sign_by=calendar.add(today, policy.signing_working_days),
        past_due=sum(t.due_on is not None and t.due_on < today for parcel in leaving for t in parcel.tasks),
    )


def _told(tasks: Sequence[Task], people: Sequence[User]) -> tuple[User, ...]:
    """Return who gets the notice: the unit's officers and the named owners, else its head."""
    officers = [person for person in people if person.role is Role.OFFICER]
    owners = [task.owner for task in tasks if task.owner is not None and task.owner.is_active]
    told = [*officers, *owners] if officers or owners else list(people)
    return tuple({person.id: person for person in told}.values())
