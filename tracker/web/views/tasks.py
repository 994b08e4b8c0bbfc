"""The task page, its edit form with the comparison after a conflict, and what the ledger does to several tasks at once."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for

from tracker.db.models import Task
from tracker.db.queries.task_lights import elapsed_of, light_of
from tracker.db.queries.tasks import load_details, load_task, load_tasks
from tracker.domain.permissions import BUSINESS_READERS, Role
from tracker.domain.tasks import UNFINISHED_LABELS, TaskAction
from tracker.domain.turns import TaskFacts, next_step, possible_actions
from tracker.services.assignments import BatchOutcome, assign_many
from tracker.services.policies import load_calendar, load_light_policy
from tracker.services.urging import urge_many
from tracker.web.access import current_actor, local_path, requires
from tracker.web.forms.tasks import BatchForm
from tracker.web.receipts import earlier_location, keep_receipt
from tracker.web.session import reading, runtime, writing
from tracker.web.task_display import (
    attachments,
    history_entries,
    marks_of,
    progress_by_report,
    quantity_text,
    relative_lines,
    source_href,
    times_of,
)
from tracker.web.task_pages import BY_ACTION, STOPPED
from tracker.web.views.task_actions import register
from tracker.web.views.task_edit import register_edit

blueprint = Blueprint("tasks", __name__)
register(blueprint)
register_edit(blueprint)


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
        marks=marks_of(task, today),
        times=times_of(task),
        quantities=[quantity_text(quantity) for quantity in task.quantities],
        passages=[
            (passage, source_href(task, passage) if _shows_report(passage.report_unit_path) else None)
            for passage in details.sources
        ],
        files=progress_by_report(files, details.evidence),
        history=history_entries(details.history),
        relatives=relative_lines(details.relatives),
        unfinished_labels=UNFINISHED_LABELS,
    )


@blueprint.post("/tasks/assign", endpoint="assign_many")
@requires(Role.SUPERVISOR)
def assign_many_view() -> Any:
    """Send the chosen tasks out, after saying what will happen."""
    return _batch(TaskAction.ASSIGN)


@blueprint.post("/tasks/urge", endpoint="urge_many")
@requires(Role.SUPERVISOR)
def urge_many_view() -> Any:
    """Urge for the chosen tasks, after saying what will happen."""
    return _batch(TaskAction.URGE)


def _batch(action: TaskAction) -> Any:
    form = BatchForm()
    back = local_path(request.args.get("next")) or url_for("ledger.index")
    if not form.validate_on_submit():
        flash(next((text for _field, text in form.messages()), "没有执行，请重新勾选任务。"), "error")
        return redirect(back, 303)
    if not form.ids.data:
        flash("请先勾选任务。", "warning")
        return redirect(back, 303)
    if not form.confirm.data:
        return _confirm_batch(action, form, back)
    with writing() as session:
        if earlier := earlier_location(session):
            return redirect(earlier, 303)
        outcome = _run_batch(session, action, form)
        keep_receipt(session, back)
    _tell(action, outcome)
    return redirect(back, 303)


def _run_batch(session: Any, action: TaskAction, form: BatchForm) -> BatchOutcome:
    now = runtime().now()
    if action is TaskAction.ASSIGN:
        return assign_many(session, current_actor(), form.ids.data, now=now)
    return urge_many(session, current_actor(), form.ids.data, now=now, text=form.text.data or "")


def _confirm_batch(action: TaskAction, form: BatchForm, back: str) -> str:
    tasks = load_tasks(reading(), current_actor(), form.ids.data)
    return render_template("tasks/batch.html", page=BY_ACTION[action], tasks=tasks, form=form, back=back)


def _tell(action: TaskAction, outcome: BatchOutcome) -> None:
    done = "交办" if action is TaskAction.ASSIGN else "催办"
    if outcome.done:
        flash(f"已{done} {len(outcome.done)} 项。", "success")
    reasons: dict[str, int] = {}
    for refusal in outcome.refused:
        reasons[refusal.message] = reasons.get(refusal.message, 0) + 1
    for message, count in reasons.items():
        flash(f"{count} 项没有{done}：{message}", "warning")


def _actions(task: Task) -> tuple[Any, list[Any]]:
    """Return the one primary page of this person and the others, as (title, address, final)."""
    actor = current_actor()
    if not actor.sees(task.lead_unit.path):
        return None, []
    facts = TaskFacts(task.status, task.due_on, task.percent, task.extension_pending)
    step = next_step(facts, actor.role, runtime().today())
    links = [_link(task, action) for action in possible_actions(facts, actor.role) if action is not step]
    return (_link(task, step) if step else None), links


def _link(task: Task, action: TaskAction) -> dict[str, Any]:
    if action is TaskAction.EDIT:
        return {"title": "修改", "href": url_for("tasks.edit", task_id=task.id), "final": False}
    page = BY_ACTION[action]
    href = url_for(f"tasks.{page.slug.replace('-', '_')}", task_id=task.id)
    return {"title": page.title, "href": href, "final": page.final}


def _shows_report(unit_path: str) -> bool:
    return current_actor().sees(unit_path) and "reports.show" in current_app.view_functions
