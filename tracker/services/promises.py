"""The same promise again: keeping what plans promise, and finding what is alike, once for each report.

Three short transactions: the report's items and their sketches are stored; what is alike is looked for, which takes the
time; what was found is stored with the moment. Items are stored before anything is looked for, so of two reports that come at
once at least one sees the other. A run that is cut off leaves the report waiting, and the next one does the same again.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, insert, select, update
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import Session, undefer

from tracker.db.models import Promise, PromiseMark, PromiseMatch, PromiseRun, Report, Task
from tracker.db.queries.promises import (
    postings_of,
    promises_of_unit,
    same_promises_of_unit,
    stored_promises,
    waiting_reports,
)
from tracker.db.queries.reports import earlier_tasks
from tracker.db.queries.scope import lock_unit
from tracker.db.session import Database
from tracker.domain.promise_search import (
    Folds,
    Match,
    StoredPromise,
    earlier_years,
    find_again,
    find_alike,
    rank_candidates,
)
from tracker.domain.proposals import comparable
from tracker.domain.tasks import TaskStatus
from tracker.language.folding import fold, sketch
from tracker.language.lexicon import load_lexicon

log = logging.getLogger(__name__)

MOST_ATTEMPTS = 3

Row = dict[str, Any]


def await_comparison(session: Session, report_id: int) -> None:
    """Let a report wait for its comparison, in the transaction that stores it or adds an item to it."""
    run = session.get(PromiseRun, report_id)
    if run is None:
        session.add(PromiseRun(report_id=report_id))
    else:
        run.compared_at, run.attempts = None, 0


def compare_promises(database: Database, report_id: int, *, now: datetime) -> int:
    """Store a report's items, look for what is alike and store that; returns the number of rows found."""
    with database.writing.begin() as session:
        if not index_promises(session, report_id):
            return 0
    with database.reading() as session:
        matches = find_matches(session, report_id)
    with database.writing.begin() as session:
        store_matches(session, report_id, matches, now=now)
    return len(matches)


def compare_promises_within(session: Session, report_id: int, *, now: datetime) -> None:
    """The same within one transaction, for sample data and tests."""
    session.flush()
    if index_promises(session, report_id):
        store_matches(session, report_id, find_matches(session, report_id), now=now)


def compare_waiting(database: Database, *, now: datetime, limit: int = 100) -> int:
    """Compare reports that wait: stored before this was kept, or left by a run that was cut off; returns how many."""
    with database.reading() as session:
        waiting = waiting_reports(session, limit=limit, most_attempts=MOST_ATTEMPTS)
    done = 0
    for report_id in waiting:
        try:
            compare_promises(database, report_id, now=now)
            done += 1
        except Exception:
            log.exception("report %s: its promises could not be compared", report_id)
    return done


def is_waiting(session: Session) -> bool:
    """Say whether a report still waits and has not failed too often."""
    return bool(waiting_reports(session, limit=1, most_attempts=MOST_ATTEMPTS))


def forget_comparisons(session: Session) -> int:
    """Let every report in force wait again, with no sketch and no match kept: after set phrases were edited."""
    session.execute(delete(PromiseMatch))
    session.execute(delete(PromiseMark))
    session.execute(update(Promise).values(size=0))
    waiting = update(PromiseRun).values(compared_at=None, attempts=0).returning(PromiseRun.report_id)
    return len(session.scalars(waiting).all())


# ---- storing items --------------------------------------------------------------------------------------------------


def index_promises(session: Session, report_id: int) -> bool:
    """Store the items of a report that are not there yet, with their sketches; False where there is nothing to compare."""
    run = session.get(PromiseRun, report_id, with_for_update=True)
    report = session.get(Report, report_id, options=[undefer(Report.reading)])
    if run is None or report is None or run.compared_at is not None:
        return False
    run.attempts += 1
    if report.superseded_at is not None:
        run.compared_at = report.superseded_at
        return False
    known = {one.item_ref: one for one in session.scalars(select(Promise).where(Promise.report_id == report_id))}
    items = _items_of(session, report)
    tasks = _tasks_of(session, report)
    fresh = [_promise(report, item, tasks) for item in items if item["id"][:20] not in known]
    session.add_all(fresh)
    session.flush()
    _sketch(session, [*fresh, *(one for one in known.values() if not one.size)])
    return True


def _items_of(session: Session, report: Report) -> list[Row]:
    """Return the items read in a report and those a person added."""
    read = [item for item in report.reading.get("items", ()) if item["end"] > item["start"]]
    added = session.scalars(select(Task).where(Task.report_id == report.id, Task.item_ref.like("m%")).order_by(Task.id))
    first: dict[str, Row] = {}
    for task in added:
        if task.start is not None and task.end is not None and task.split_from_id is None:
            first.setdefault(
                task.item_ref or "", {"id": task.item_ref, "text": task.quote, "start": task.start, "end": task.end}
            )
    return [*read, *first.values()]


def _tasks_of(session: Session, report: Report) -> Mapping[str, int]:
    """Return the task of each item, by its id and by its words; words lead to what an earlier version left standing too."""
    found: dict[str, int] = {}
    for task, quotes in earlier_tasks(session, report.unit_id, report.report_year):
        if task.split_from_id is not None:
            continue
        if task.report_id == report.id:
            found[task.item_ref or ""] = task.id
        elif task.status not in (TaskStatus.DISMISSED, TaskStatus.PROPOSED):
            found.update((comparable(quote), task.id) for quote in quotes)
    return found


def _promise(report: Report, item: Row, tasks: Mapping[str, int]) -> Promise:
    return Promise(
        report_id=report.id,
        unit_id=report.unit_id,
        task_id=tasks.get(item["id"][:20]) or tasks.get(comparable(item["text"])),
        plan_year=report.plan_year,
        item_ref=item["id"][:20],
        text=item["text"],
        start=item["start"],
        end=item["end"],
        size=0,
    )


def _sketch(session: Session, promises: Sequence[Promise]) -> None:
    """Fill the index for items that are not in it; ``size`` says which are."""
    lexicon, rows = load_lexicon(), []
    for promise in promises:
        folded = fold(promise.text, lexicon)
        promise.size = max(folded.size, 1)
        rows += [{"mark": mark, "promise_id": promise.id} for mark in sketch(folded)]
    if rows:
        session.execute(insert(PromiseMark), sorted(rows, key=lambda row: row["mark"]))


# ---- finding --------------------------------------------------------------------------------------------------------


def find_matches(session: Session, report_id: int) -> list[Match]:
    """Look for what is alike to the items of a report; writes nothing."""
    report = session.get_one(Report, report_id)
    of_unit = promises_of_unit(session, report.unit_id)
    own = _own(session, report_id, of_unit)
    folds = Folds(load_lexicon(), {})
    ids = {promise.id for promise in own}
    matches = find_again(own, [one for one in of_unit if one.id not in ids], folds)
    sketches = {promise.id: sketch(folds.of(promise)) for promise in own}
    postings = postings_of(session, (mark for marks in sketches.values() for mark in marks))
    ranked = {promise.id: rank_candidates(sketches[promise.id], postings) for promise in own}
    others = stored_promises(session, (one for found in ranked.values() for one in found), not_of=report.unit_id)
    for promise in own:
        matches += find_alike(promise, (others[one] for one in ranked[promise.id] if one in others), folds)
    return matches


def _own(session: Session, report_id: int, of_unit: Sequence[StoredPromise]) -> list[StoredPromise]:
    ids = set(session.scalars(select(Promise.id).where(Promise.report_id == report_id)))
    return [promise for promise in of_unit if promise.id in ids]


# ---- storing what was found -----------------------------------------------------------------------------------------


def store_matches(session: Session, report_id: int, matches: Sequence[Match], *, now: datetime) -> None:
    """Store what was found, tell the unit's items anew in which years they were promised, and note the moment."""
    run = session.get(PromiseRun, report_id, with_for_update=True)
    report = session.get(Report, report_id)
    if run is None or report is None:
        return
    lock_unit(session, report.unit_id)
    rows = [
        {"promise_id": one.promise_id, "other_id": one.other_id, "again": one.again, "share": round(one.share, 4)}
        for one in sorted(matches, key=lambda one: (one.promise_id, one.other_id))
    ]
    if rows:
        dialect = session.get_bind().dialect.name
        into = sqlite_insert if dialect == "sqlite" else postgresql_insert
        session.execute(into(PromiseMatch).on_conflict_do_nothing(), rows)
    tell_years(session, report.unit_id)
    run.compared_at = now


def tell_years(session: Session, unit_id: int) -> None:
    """Write into each item of a unit's reports in force in which earlier plans the same promise stood."""
    links: dict[int, list[int]] = {}
    promises = {
        one.id: one
        for one in session.scalars(
            select(Promise).join(Promise.report).where(Promise.unit_id == unit_id, Report.superseded_at.is_(None))
        )
    }
    for one, other in same_promises_of_unit(session, unit_id):
        if one in promises and other in promises:
            links.setdefault(one, []).append(other)
    year_of = {one.id: one.plan_year for one in promises.values()}
    for promise in promises.values():
        earlier = [[year, one] for year, one in earlier_years(promise.id, links, year_of)]
        if promise.earlier != earlier:
            promise.earlier, promise.written = earlier, len(earlier) + 1
