"""催办履历: the record of every message about a task, on a page of its own."""

from __future__ import annotations

from flask import Blueprint, render_template, request

from tracker.db.queries.reminder_record import reminder_record
from tracker.db.queries.slips import SlipFilter, slip_page
from tracker.db.queries.tasks import load_task
from tracker.domain.permissions import BUSINESS_READERS
from tracker.domain.reminders import CHANNEL_LABELS
from tracker.web.access import current_actor, requires
from tracker.web.session import reading

LARGEST_ID = 2**31 - 1


def register_reminders(blueprint: Blueprint) -> None:
    """Add the address to the tasks' blueprint."""
    blueprint.add_url_rule("/tasks/<int:task_id>/reminders", endpoint="reminders", view_func=show_reminders)


@requires(*BUSINESS_READERS)
def show_reminders(task_id: int) -> str:
    """Show every message about a task: to whom, by which channel, what came of it, when it was read."""
    session, actor = reading(), current_actor()
    task = load_task(session, actor, task_id)
    before = request.args.get("before", type=int)
    lines, following = reminder_record(session, task.id, before=before if before and 0 < before <= LARGEST_ID else None)
    return render_template(
        "tasks/reminders.html",
        task=task,
        lines=lines,
        following=following,
        channels=CHANNEL_LABELS,
        slips=slip_page(session, actor, SlipFilter(task_id=task.id)).slips,
    )
