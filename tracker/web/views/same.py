"""The page of a promise beside what is alike: the unit's own other years, and other units' plans."""

from __future__ import annotations

from flask import render_template

from tracker.db.queries.reports import get_report
from tracker.db.queries.scope import get_task
from tracker.domain.errors import NotFound
from tracker.web.access import current_actor, requires
from tracker.web.same_again import PAIRS_OPEN, change_labels, promise_parts
from tracker.web.session import reading
from tracker.web.views.reports import READERS, blueprint


@blueprint.get("/reports/<int:report_id>/review/items/<int:task_id>/same")
@requires(*READERS)
def same(report_id: int, task_id: int) -> str:
    """Show an item beside the same promise of other years and what other units write in the same words."""
    actor = current_actor()
    report = get_report(reading(), actor, report_id)
    task = get_task(reading(), actor, task_id)
    if task.report_id != report_id:
        raise NotFound
    return render_template(
        "reports/same.html",
        report=report,
        task=task,
        parts=promise_parts(reading(), actor, task),
        change_labels=change_labels(),
        pairs_open=PAIRS_OPEN,
    )
