"""A promise over the years (承诺年轮): one promise year by year, and a unit's promises that it writes year after year."""

from __future__ import annotations

from flask import Blueprint, render_template

from tracker.db.queries.promise_years import chains_of, told_of
from tracker.db.queries.scope import get_unit
from tracker.db.queries.tasks import load_task
from tracker.domain.permissions import BUSINESS_READERS
from tracker.domain.promise_chain import years_of
from tracker.web.access import current_actor, requires
from tracker.web.session import reading
from tracker.web.years_page import MOST_CHAINS, lines_of_unit, rings_of, years_of_promise

blueprint = Blueprint("years", __name__)
LEAST_YEARS = 2


@blueprint.get("/tasks/<int:task_id>/years")
@requires(*BUSINESS_READERS)
def task(task_id: int) -> str:
    """Show one promise year by year."""
    session, actor = reading(), current_actor()
    shown = load_task(session, actor, task_id)
    chains = chains_of(session, actor, shown.unit_id)
    told = told_of(session, [one.task_id for one in chains.history(task_id)] or [task_id])
    years = years_of_promise(chains, told, task_id, actor)
    return render_template(
        "years/task.html",
        task=shown,
        years=years,
        rings=rings_of(year.ring for year in years),
        unit_seen=actor.sees(shown.unit.path),
    )


@blueprint.get("/units/<int:unit_id>/years")
@requires(*BUSINESS_READERS)
def unit(unit_id: int) -> str:
    """Show the promises a unit wrote two years in a row and more, the worst first."""
    session, actor = reading(), current_actor()
    shown = get_unit(session, actor, unit_id)
    found = chains_of(session, actor, unit_id).repeated(LEAST_YEARS)
    chains = found[:MOST_CHAINS]
    told = told_of(session, {one.task_id for chain in chains for one in chain}) if chains else {}
    return render_template(
        "years/unit.html",
        unit=shown,
        lines=lines_of_unit(chains, told),
        more=len(found) - len(chains),
        longest=max((years_of(chain) for chain in found), default=0),
    )
