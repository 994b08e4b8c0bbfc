"""The task page: what was promised, where it stands, what this person can do."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, current_app, render_template, url_for

from tracker.db.models import Task
from tracker.db.queries.task_details import load_details
from tracker.db.queries.task_lights import elapsed_of, light_of
from tracker.db.queries.tasks import load_task
from tracker.domain.permissions import BUSINESS_READERS, Role
from tracker.domain.policy_book import LEVEL_LABELS
from tracker.domain.tasks import OPEN, UNFINISHED_LABELS, TaskAction
from tracker.domain.turns import TaskFacts, next_step, possible_actions
from tracker.services.policies import load_calendar, load_light_policy
from tracker.services.task_level import level_of
from tracker.web.access import current_actor, requires
from tracker.web.same_again import written_marks
from tracker.web.session import reading, runtime
from tracker.web.task_display import (
    attachments,
    history_entries,
    marks_of,
    progress_by_report,
    quantity_text,
    relative_lines,
    reminder_lines,
    source_href,
    times_of,
)
from tracker.web.task_pages import BY_ACTION, STOPPED
from tracker.web.views.task_actions import register
from tracker.web.views.task_edit import register_edit
from tracker.web.views.task_level import register_level
from tracker.web.views.task_reminders import register_reminders

blueprint = Blueprint("tasks", __name__)
register(blueprint)
register_edit(blueprint)
register_level(blueprint)
register_reminders(blueprint)


@blueprint.get("/tasks/<int:task_id>")
@requires(*BUSINESS_READERS)
def show(task_id: int) -> str:
    """Show one task: what was promised, where it stands, and what this person can do."""
    session, actor, today = reading(), current_actor(), runtime().today()
    task = load_task(session, actor, task_id)
    details = load_details(session, task)
    primary, others = _actions(task)
    files = attachments(task.id, details.evidence)
    return render_template(
        "tasks/show.html",
        task=task,
        details=details,
        light=light_of(task, today, load_calendar(session), load_light_policy(session)),
        elapsed=elapsed_of(task, today),
        running=task.status not in STOPPED,
        primary=primary,
        others=others,
        marks=[*marks_of(task, today), *written_marks(details.years_before)],
        same_href=_same_href(task) if details.years_before else None,
        times=times_of(task),
        quantities=[quantity_text(quantity) for quantity in task.quantities],
        passages=[
            (passage, source_href(task, passage) if _shows_report(passage.report_unit_path) else None)
            for passage in details.sources
        ],
        files=progress_by_report(files, details.evidence),
        history=history_entries(details.history),
        relatives=relative_lines(details.relatives),
        reminders=reminder_lines(details.reminders),
        unfinished_labels=UNFINISHED_LABELS,
        level=level_of(task),
        level_labels=LEVEL_LABELS,
        may_set_level=actor.role is Role.SUPERVISOR and actor.sees(task.lead_unit.path) and task.status in OPEN,
    )


def _actions(task: Task) -> tuple[Any, list[Any]]:
    """Return the one primary page of this person and the others, as (title, address, final)."""
    actor = current_actor()
    if not actor.sees(task.lead_unit.path):
        return None, []
    facts = TaskFacts(task.status, task.due_on, task.percent, task.extension_pending)
    step = next_step(facts, actor.role, runtime().today())
    links = [_link(task, action) for action in possible_actions(facts, actor.role) if action is not step]
    if step is TaskAction.ESTABLISH and task.report_id and "reports.review" in current_app.view_functions:
        review = {"title": "在审阅页处理", "href": url_for("reports.review", report_id=task.report_id), "final": False}
        links.insert(0, review)
    return (_link(task, step) if step else None), links


def _link(task: Task, action: TaskAction) -> dict[str, Any]:
    if action is TaskAction.EDIT:
        return {"title": "修改", "href": url_for("tasks.edit", task_id=task.id), "final": False}
    page = BY_ACTION[action]
    href = url_for(f"tasks.{page.slug.replace('-', '_')}", task_id=task.id)
    return {"title": page.title, "href": href, "final": page.final}


def _same_href(task: Task) -> str | None:
    if task.report_id is None or not _shows_report(task.unit.path):
        return None
    return url_for("reports.same", report_id=task.report_id, task_id=task.id)


def _shows_report(unit_path: str) -> bool:
    return current_actor().sees(unit_path) and "reports.show" in current_app.view_functions
