"""Setting how closely a task is watched; the form stands on the task's page."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, url_for
from wtforms import HiddenField, SelectField
from wtforms.validators import InputRequired

from tracker.domain.errors import RuleViolation
from tracker.domain.permissions import Role
from tracker.domain.policy_book import LEVEL_LABELS, TaskLevel
from tracker.services.task_level import set_level
from tracker.web.access import current_actor, requires
from tracker.web.forms.base import StrictForm
from tracker.web.receipts import earlier_location, keep_receipt
from tracker.web.session import runtime, writing
from tracker.web.views.task_actions import task_to_act_on


class LevelForm(StrictForm):
    """The level, and the version of the task it was shown with."""

    version = HiddenField(validators=[InputRequired("页面内容不完整，请刷新后重试。")])
    level = SelectField(
        "督办级别", choices=[(level.value, label) for level, label in LEVEL_LABELS.items()], validate_choice=False
    )


def register_level(blueprint: Blueprint) -> None:
    """Add the address to the tasks' blueprint."""
    blueprint.add_url_rule("/tasks/<int:task_id>/level", endpoint="level", view_func=change_level, methods=["POST"])


@requires(Role.SUPERVISOR)
def change_level(task_id: int) -> Any:
    """Set the level and go back to the task."""
    task_to_act_on(task_id)
    form = LevelForm()
    if not form.validate_on_submit() or not (form.version.data or "").isdecimal():
        raise RuleViolation("提交的内容不完整，请刷新页面后重试。")
    location = url_for("tasks.show", task_id=task_id)
    with writing() as session:
        if earlier := earlier_location(session):
            return redirect(earlier, 303)
        task = set_level(
            session,
            current_actor(),
            task_id,
            form.level.data or "",
            version=int(form.version.data),
            now=runtime().now(),
        )
        label = LEVEL_LABELS[TaskLevel(task.level or TaskLevel.ROUTINE)]
        keep_receipt(session, location)
    flash(f"已设为{label}任务，之后的提醒按这一级别的规则安排。", "success")
    return redirect(location, 303)
