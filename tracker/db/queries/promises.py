"""Reads on stored promises: candidates by sketch, a unit's own, and what a person may see of what is alike.

One rule for every page and program: another unit's name and text are given only where that unit is in the person's scope;
otherwise its share alone counts.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, CompoundSelect, Integer, bindparam, func, literal_column, or_, select, union_all
from sqlalchemy.orm import Session, aliased

from tracker.db.models import Promise, PromiseMark, PromiseMatch, PromiseRun, Report, Task, Unit
from tracker.domain.permissions import Actor
from tracker.domain.promise_search import POSTINGS, StoredPromise
from tracker.domain.tasks import TaskStatus

BATCH = 100
Other = aliased(Promise, name="other")
OtherReport = aliased(Report, name="other_report")


def waiting_reports(session: Session, *, limit: int, most_attempts: int) -> Sequence[int]:
    """Return reports whose items have not been compared, the oldest first."""
    return session.scalars(
        select(PromiseRun.report_id)
        .where(PromiseRun.compared_at.is_(None), PromiseRun.attempts < most_attempts)
        .order_by(PromiseRun.report_id)
        .limit(limit)
    ).all()


def promises_of_unit(session: Session, unit_id: int) -> list[StoredPromise]:
    """Return the items of all reports in force of a unit."""
    rows = session.execute(
        select(Promise.id, Promise.unit_id, Promise.plan_year, Promise.text)
        .join(Promise.report)
        .where(Promise.unit_id == unit_id, Report.superseded_at.is_(None))
        .order_by(Promise.plan_year, Promise.id)
    )
    return [StoredPromise(*row) for row in rows]


def same_promises_of_unit(session: Session, unit_id: int) -> list[tuple[int, int]]:
    """Return the pairs of a unit's items, in reports in force, that are the same promise; each pair both ways."""
    rows = session.execute(
        select(PromiseMatch.promise_id, PromiseMatch.other_id)
        .join(Promise, Promise.id == PromiseMatch.promise_id)
        .where(Promise.unit_id == unit_id, PromiseMatch.again.is_(True))
    )
    return [(one, other) for one, other in rows]


# ---- candidates -----------------------------------------------------------------------------------------------------


def postings_of(session: Session, marks: Iterable[int]) -> dict[int, list[int]]:
    """Return, for each number of a sketch, the newest items that have it too, at most POSTINGS."""
    found: dict[int, list[int]] = {}
    for batch in _batches(marks, BATCH):
        values: dict[str, int | None] = dict.fromkeys((f"m{place}" for place in range(BATCH)), None)
        values.update((f"m{place}", mark) for place, mark in enumerate(batch))
        for mark, promise_id in session.execute(_postings(), values):
            found.setdefault(mark, []).append(promise_id)
    return found


def _batches(numbers: Iterable[int], size: int) -> Iterator[list[int]]:
    ordered = sorted(set(numbers))
    return (ordered[at : at + size] for at in range(0, len(ordered), size))


@lru_cache(maxsize=1)
def _postings() -> CompoundSelect[Any]:
    """One short search of the index a number; a join could not stop at the newest few of each."""
    searches = [
        select(
            select(PromiseMark.mark, PromiseMark.promise_id)
            .where(PromiseMark.mark == bindparam(f"m{place}", type_=Integer))
            .order_by(PromiseMark.promise_id.desc())
            .limit(literal_column(str(POSTINGS)))
            .subquery(f"t{place}")
        )
        for place in range(BATCH)
    ]
    return union_all(*searches)


def stored_promises(session: Session, ids: Iterable[int], *, not_of: int) -> dict[int, StoredPromise]:
    """Return items of other units' reports in force by id."""
    found: dict[int, StoredPromise] = {}
    for batch in _batches(ids, 500):
        rows = session.execute(
            select(Promise.id, Promise.unit_id, Promise.plan_year, Promise.text)
            .join(Report, Report.id == Promise.report_id)
            .where(Promise.id.in_(batch), Promise.unit_id != not_of, Report.superseded_at.is_(None))
        )
        found.update((row.id, StoredPromise(*row)) for row in rows)
    return found


# ---- what pages show ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class PromiseLine:
    """An item in one line: in which years it was promised before, how many units have it, the greatest share."""

    id: int
    task_id: int | None
    task_report_id: int | None  # another one where an earlier version's task lives on
    text: str
    size: int
    written: int
    years: tuple[int, ...]
    units: int
    share: float


def lines_of_report(session: Session, report_id: int) -> list[PromiseLine]:
    """Return the items of a report with what was found for each. Counting takes in units out of scope; no name, no text."""
    return _lines(session, Promise.report_id == report_id)


def lines_of_task(session: Session, task: Task) -> list[PromiseLine]:
    """Return the items a task stands on, those of tasks merged into it and of the one it was split from included."""
    own = select(Task.id).where(or_(Task.id == task.id, Task.merged_into_id == task.id))
    ids: ColumnElement[bool] = Promise.task_id.in_(own)
    if task.split_from_id is not None:
        ids = or_(ids, Promise.task_id == task.split_from_id)
    return _lines(session, ids)


def _lines(session: Session, condition: ColumnElement[bool]) -> list[PromiseLine]:
    counted = (
        select(
            PromiseMatch.promise_id,
            func.count(Other.unit_id.distinct()).label("units"),
            func.max(PromiseMatch.share).label("share"),
        )
        .join(Promise, Promise.id == PromiseMatch.promise_id)
        .join(Other, Other.id == PromiseMatch.other_id)
        .join(OtherReport, OtherReport.id == Other.report_id)
        .where(
            condition,
            PromiseMatch.again.is_(False),
            OtherReport.superseded_at.is_(None),
        )
        .group_by(PromiseMatch.promise_id)
        .subquery()
    )
    rows = session.execute(
        select(Promise, Task.report_id, counted.c.units, counted.c.share)
        .join(Report, Report.id == Promise.report_id)
        .outerjoin(Task, Task.id == Promise.task_id)
        .outerjoin(counted, counted.c.promise_id == Promise.id)
        .where(condition, Report.superseded_at.is_(None))
        .order_by(Promise.start, Promise.id)
    )
    return [
        PromiseLine(
            promise.id,
            promise.task_id,
            task_report_id,
            promise.text,
            promise.size,
            promise.written,
            tuple(year for year, _ in promise.earlier),
            units or 0,
            share or 0.0,
        )
        for promise, task_report_id, units, share in rows
    ]


@dataclass(frozen=True, slots=True)
class SeenPromise:
    """Another item with everything a person in whose scope it is may see."""

    id: int
    unit_name: str
    report_id: int
    plan_year: int
    text: str
    start: int
    end: int
    share: float
    task_id: int | None
    task_number: str | None
    status: TaskStatus | None
    status_reason: str | None
    archived_from: str | None
    due_on: date | None


@dataclass(frozen=True, slots=True)
class Likeness:
    """What is alike: the own unit's other years, other units in scope, and the bare shares of those out of scope."""

    earlier: tuple[SeenPromise, ...]
    later: tuple[SeenPromise, ...]
    alike: tuple[SeenPromise, ...]
    hidden: tuple[float, ...]


def likeness_of(session: Session, actor: Actor, promise_id: int) -> Likeness:
    """Return what is alike to an item of a unit in scope. What lies out of scope gives its share, no name and no text."""
    promise = session.get_one(Promise, promise_id)
    chain = [one for _, one in promise.earlier]
    seen = {one.id: one for one in _seen(session, promise, chain)}
    matches = session.execute(
        select(PromiseMatch.other_id, PromiseMatch.again, PromiseMatch.share, Other.plan_year, Unit.path)
        .join(Other, Other.id == PromiseMatch.other_id)
        .join(OtherReport, OtherReport.id == Other.report_id)
        .join(Unit, Unit.id == Other.unit_id)
        .where(PromiseMatch.promise_id == promise_id, OtherReport.superseded_at.is_(None))
        .order_by(PromiseMatch.share.desc(), Other.id)
    ).all()
    visible = [row.other_id for row in matches if not row.again and actor.sees(row.path)]
    later = [row.other_id for row in matches if row.again and row.plan_year > promise.plan_year]
    found = {one.id: one for one in _seen(session, promise, [*visible, *later])}
    return Likeness(
        earlier=tuple(seen[one] for one in chain if one in seen),
        later=tuple(sorted((found[one] for one in later if one in found), key=lambda one: one.plan_year)),
        alike=tuple(found[one] for one in visible if one in found),
        hidden=tuple(row.share for row in matches if not row.again and not actor.sees(row.path)),
    )


def _seen(session: Session, promise: Promise, ids: Sequence[int]) -> list[SeenPromise]:
    """Return the items with the task each has become: the one it was merged into, where it was."""
    if not ids:
        return []
    heir = aliased(Task)
    rows = session.execute(
        select(Promise, Unit.name, PromiseMatch.share, Task, heir)
        .join(Unit, Unit.id == Promise.unit_id)
        .outerjoin(PromiseMatch, (PromiseMatch.other_id == Promise.id) & (PromiseMatch.promise_id == promise.id))
        .outerjoin(Task, Task.id == Promise.task_id)
        .outerjoin(heir, heir.id == Task.merged_into_id)
        .where(Promise.id.in_(ids))
    )
    return [_seen_promise(one, name, share or 0.0, merged or task) for one, name, share, task, merged in rows]


def _seen_promise(promise: Promise, unit_name: str, share: float, task: Task | None) -> SeenPromise:
    return SeenPromise(
        promise.id,
        unit_name,
        promise.report_id,
        promise.plan_year,
        promise.text,
        promise.start,
        promise.end,
        share,
        task.id if task else None,
        task.number if task else None,
        task.status if task else None,
        task.status_reason if task else None,
        task.archived_from if task else None,
        task.due_on if task else None,
    )
