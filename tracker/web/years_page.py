"""What the pages of a promise over the years show: year by year the wording, the target, the ledger, the report, the verdict."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import url_for

from tracker.db.models import LinkDecision, Task
from tracker.db.queries.promise_years import Told
from tracker.domain.documents import Outcome
from tracker.domain.permissions import Actor
from tracker.domain.promise_chain import TIE_LABELS, Chains, Promised
from tracker.domain.reconciliation import VERDICT_LABELS, Verdict, effective_status
from tracker.domain.tasks import TaskStatus
from tracker.domain.wording_changes import Piece, changed_kinds, wording_changes
from tracker.web.task_display import quantity_text

CHANGE_LABELS = {"number": "数字有变", "date": "时间有变", "words": "措辞有变"}
OUTCOME_LABELS = {Outcome.DONE: "报告称已完成", Outcome.PARTIAL: "报告称部分完成", Outcome.NOT_MENTIONED: "报告未提及"}
KEPT = frozenset({Verdict.DONE, Verdict.MOSTLY_DONE})
HALF = frozenset({Verdict.PARTLY_DONE, Verdict.UNVERIFIABLE})
RUNNING = "running"
MOST_CHAINS = 200


@dataclass(frozen=True, slots=True)
class Ring:
    """One year of a promise as a ring: ``kind`` is kept, half, missed, running or dropped; ``label`` says it in words."""

    year: int
    kind: str
    label: str


@dataclass(frozen=True, slots=True)
class Claim:
    """What the report of a year says of a promise; ``decided`` unless it still waits for a person."""

    outcome: Outcome
    decided: bool
    quote: str
    href: str | None
    figures: Sequence[Mapping[str, Any]]
    late: bool
    shrunk: Mapping[str, Any] | None


@dataclass(frozen=True, slots=True)
class Year:
    """A promise in one of its years. ``claim`` is None where no report was held against it, or it is not this person's to see."""

    task: Task
    status: TaskStatus
    pieces: tuple[Piece, ...]
    changes: tuple[str, ...]
    ties: tuple[str, ...]
    targets: tuple[str, ...]
    claim: Claim | None
    verdict: str | None
    ring: Ring
    is_asked: bool


@dataclass(frozen=True, slots=True)
class Line:
    """A promise in the list of a unit: its newest wording, its years, how many of them were not kept."""

    task_id: int
    number: str | None
    wording: str
    years: int
    missed: int
    rings: tuple[Ring, ...]

    @property
    def span(self) -> str:
        """The first and the last plan year."""
        return f"{self.rings[0].year}—{self.rings[-1].year}"


def years_of_promise(chains: Chains, told: Mapping[int, Told], task_id: int, actor: Actor) -> list[Year]:
    """Return a promise year by year, the first plan first."""
    chain = [one for one in chains.history(task_id) if one.task_id in told]
    years = []
    for one in chain:
        earlier = [before.task_id for before in chain if before.plan_year < one.plan_year]
        years.append(_year(told[one.task_id], chains, earlier, told, actor, is_asked=one.task_id == task_id))
    return years


def _year(
    own: Told,
    chains: Chains,
    earlier: Sequence[int],
    told: Mapping[int, Told],
    actor: Actor,
    *,
    is_asked: bool,
) -> Year:
    task = own.task
    ties = chains.ties_between(earlier, task.id)
    before = told[ties[-1].earlier].task.wording if ties else None
    pieces = (Piece(task.wording),) if before is None else wording_changes(before, task.wording)
    names = [TIE_LABELS[tie.kind] + ("" if tie.sure else "（待核对）") for tie in ties]
    return Year(
        task=task,
        status=effective_status(task.status, task.archived_from),
        pieces=pieces,
        changes=tuple(CHANGE_LABELS[kind] for kind in changed_kinds(pieces)),
        ties=tuple(dict.fromkeys(names)),
        targets=tuple(quantity_text(quantity) for quantity in task.quantities),
        claim=_claim(own) if actor.sees(task.unit.path) else None,
        verdict=VERDICT_LABELS[own.verdict] if own.verdict is not None else None,
        ring=ring_of(own),
        is_asked=is_asked,
    )


def _claim(own: Told) -> Claim | None:
    link = own.link
    if link is None:
        return None
    silent = link.decision is LinkDecision.REJECTED or link.outcome is Outcome.NOT_MENTIONED
    first = None if silent or not link.evidence else link.evidence[0]
    href = None
    if first is not None:
        place = f"{first['start']}-{first['end']}"
        href = url_for("reports.show", report_id=link.report_id, quote=place)
    return Claim(
        outcome=Outcome.NOT_MENTIONED if silent else link.outcome,
        decided=link.decision is not LinkDecision.PROPOSED,
        quote=first["text"] if first is not None else "",
        href=href,
        figures=() if silent else link.figures,
        late=bool(link.late),
        shrunk=link.shrunk,
    )


def ring_of(own: Told) -> Ring:
    """Return a year as a ring: the verdict says how it ended, before there is one the ledger and the report do."""
    task, link = own.task, own.link
    status = effective_status(task.status, task.archived_from)
    if own.verdict is Verdict.CANCELLED or status is TaskStatus.WITHDRAWN:
        return Ring(task.plan_year, "dropped", "已撤销")
    if own.verdict is not None:
        kind = "kept" if own.verdict in KEPT else "half" if own.verdict in HALF else "missed"
        return Ring(task.plan_year, kind, f"核查结论：{VERDICT_LABELS[own.verdict]}")
    if link is not None:
        silent = link.decision is LinkDecision.REJECTED
        outcome = Outcome.NOT_MENTIONED if silent else link.outcome
        kind = {Outcome.DONE: "kept", Outcome.PARTIAL: "half", Outcome.NOT_MENTIONED: "missed"}[outcome]
        return Ring(task.plan_year, kind, OUTCOME_LABELS[outcome])
    if status is TaskStatus.CLOSED:
        return Ring(task.plan_year, "kept", "台账已办结")
    if status in {TaskStatus.UNFINISHED, TaskStatus.CARRIED_OVER}:
        return Ring(task.plan_year, "missed", "台账未完成")
    return Ring(task.plan_year, RUNNING, "还没有结果")


def rings_of(parts: Iterable[Ring]) -> tuple[Ring, ...]:
    """Return one ring a year: of several tasks in one year the one that ended worst."""
    order = ("kept", "dropped", RUNNING, "half", "missed")
    worst: dict[int, Ring] = {}
    for ring in parts:
        if ring.year not in worst or order.index(ring.kind) > order.index(worst[ring.year].kind):
            worst[ring.year] = ring
    return tuple(worst[year] for year in sorted(worst))


def lines_of_unit(chains: Sequence[Sequence[Promised]], told: Mapping[int, Told]) -> list[Line]:
    """Return a unit's promises of several years: the longest first, among them those that were kept least."""
    lines = []
    for chain in chains:
        rings = rings_of(ring_of(told[one.task_id]) for one in chain if one.task_id in told)
        last = told.get(chain[-1].task_id)
        if last is not None and rings:
            missed = sum(ring.kind in ("missed", "half") for ring in rings)
            lines.append(Line(last.task.id, last.task.number, last.task.wording, len(rings), missed, rings))
    return sorted(lines, key=lambda line: (-line.years, -line.missed, line.task_id))
