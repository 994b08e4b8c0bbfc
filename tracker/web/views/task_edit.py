"""Editing a task, and the comparison of both versions when another was faster."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for

from tracker.db.models import Task
from tracker.db.queries.tasks import load_history, load_task, possible_owners, supporting_ids, units_to_choose
from tracker.domain.documents import DeadlineSource
from tracker.domain.errors import Forbidden, NotFound, RuleViolation, StaleVersion
from tracker.domain.permissions import ROLE_LABELS, Role
from tracker.domain.tasks import TaskAction, TaskStatus, next_status, transition_for
from tracker.services.tasks import UNSET, TaskEdit, edit
from tracker.web.access import current_actor, requires
from tracker.web.errors import status_of
from tracker.web.filters import moment
from tracker.web.forms.areas import area_choices
from tracker.web.forms.tasks import EditForm
from tracker.web.receipts import earlier_location, keep_receipt
from tracker.web.session import reading, runtime, writing
from tracker.web.views.task_actions import add_error, form_version, task_to_act_on

MOVABLE = frozenset({TaskStatus.PROPOSED, TaskStatus.ESTABLISHED})
COMPARED = ("title", "wording", "area", "lead_unit_id", "due_on", "owner_id")


@dataclass(frozen=True, slots=True)
class Choices:
    """Units and people to choose from, read once."""

    units: list[tuple[int, str]]
    owners: list[tuple[int | None, str]]


def register_edit(blueprint: Blueprint) -> None:
    """Add the edit page."""
    roles = transition_for(TaskAction.EDIT).roles
    blueprint.add_url_rule(
        "/tasks/<int:task_id>/edit", endpoint="edit", view_func=requires(*roles)(_edit), methods=["GET", "POST"]
    )


def _edit(task_id: int) -> Any:
    """Show the edit form; save it."""
    task = task_to_act_on(task_id)
    next_status(task.status, TaskAction.EDIT)
    choices = _choices(task)
    form = _form(task, choices)
    if request.method == "GET":
        return _render(task, form, choices)
    if not form.validate_on_submit():
        return _render(task, form, choices), 400
    return _save(task, form, choices)


def _save(task: Task, form: EditForm, choices: Choices) -> Any:
    location = url_for("tasks.show", task_id=task.id)
    reason = form.reason.data if "reason" in form else None
    try:
        version = form_version(form)
        with writing() as session:
            if earlier := earlier_location(session):
                return redirect(earlier, 303)
            edit(
                session,
                current_actor(),
                task.id,
                _changes(form),
                version=version or 0,
                reason=reason,
                now=runtime().now(),
            )
            keep_receipt(session, location)
    except StaleVersion:
        return _compare(task.id, form, choices), 409
    except (NotFound, Forbidden):
        raise
    except RuleViolation as error:
        add_error(form, error)
        return _render(load_task(reading(), current_actor(), task.id), form, choices), status_of(error)
    flash("已保存。", "success")
    return redirect(location, 303)


def _changes(form: EditForm) -> TaskEdit:
    """Take what the form was allowed to hold; the rest stays as it is."""
    lead = form.lead_unit_id.data if "lead_unit_id" in form else UNSET
    moved = "lead_unit_id" in form and form.lead_unit_id.data != form.lead_unit_id.default
    return TaskEdit(
        title=form.title.data,
        wording=form.wording.data,
        area=form.area.data,
        lead_unit_id=lead,
        owner_id=UNSET if moved else form.owner_id.data,  # an owner of the former unit does not go along
        supporting_unit_ids=tuple(_supporting(form)),
        due_on=form.due_on.data if "due_on" in form else UNSET,
        confirm_due=bool(form.confirm_due.data) if "confirm_due" in form else False,
    )


def _supporting(form: EditForm) -> list[int]:
    choice = form.supporting_choice.data or ""
    if choice:
        return [int(part) for part in choice.split(",") if part.isdecimal() and int(part)]
    return list(form.supporting_unit_ids.data or ())


def _choices(task: Task) -> Choices:
    session = reading()
    owners: list[tuple[int | None, str]] = [(None, "暂不指定")]
    owners += [
        (key, f"{name}（{ROLE_LABELS[Role(role)]}）") for key, name, role in possible_owners(session, task.lead_unit_id)
    ]
    return Choices(units_to_choose(session, current_actor()), owners)


def _form(task: Task, choices: Choices) -> EditForm:
    """Build the form; on GET from the task. What may not be changed in this state is not there."""
    form = EditForm(data=_values(task) if request.method == "GET" else None)
    form.lead_unit_id.choices = choices.units
    form.lead_unit_id.default = task.lead_unit_id
    form.owner_id.choices = choices.owners
    form.area.choices = area_choices(task.area)
    form.supporting_unit_ids.choices = [unit for unit in choices.units if unit[0] != task.lead_unit_id]
    form.supporting_unit_ids.validate_choice = False  # scope is asked by the verb
    if task.status is TaskStatus.PROPOSED:
        del form.reason
    else:
        del form.due_on
    if task.status not in MOVABLE:
        del form.lead_unit_id
    if task.due_confirmed or task.due_source is DeadlineSource.TEXT or task.status is TaskStatus.PROPOSED:
        del form.confirm_due
    return form


def _values(task: Task) -> dict[str, Any]:
    return {
        "version": task.version,
        "title": task.title,
        "wording": task.wording,
        "area": task.area,
        "lead_unit_id": task.lead_unit_id,
        "due_on": task.due_on,
        "owner_id": task.owner_id,
        "supporting_unit_ids": supporting_ids(reading(), task.id),
    }


def _render(task: Task, form: EditForm, choices: Choices) -> str:
    return render_template(
        "tasks/edit.html", task=task, form=form, supporting=set(_supporting(form)), units=choices.units
    )


def _compare(task_id: int, form: EditForm, choices: Choices) -> str:
    """Show both versions side by side; what differs is chosen line by line."""
    task = load_task(reading(), current_actor(), task_id)
    theirs, yours = _values(task), {name: form[name].data for name in COMPARED if name in form}
    words = _Words(choices, _choices(task))
    rows, hidden = [], {}
    for name, value in yours.items():
        if words.same(theirs[name], value):
            hidden[name] = _plain(value)
        else:
            rows.append(words.row(name, form[name].label.text, theirs[name], value))
    mine, other = sorted(_supporting(form)), sorted(theirs["supporting_unit_ids"])
    if mine == other:
        hidden["supporting_choice"] = _joined(mine)
    else:
        rows.append(words.units_row(other, mine))
    if "reason" in form:
        hidden["reason"] = form.reason.data
    last = next(iter(load_history(reading(), task_id, limit=1)), None)
    return render_template(
        "tasks/conflict.html",
        task=task,
        rows=rows,
        hidden=hidden,
        theirs_by=last.actor_name if last else "其他人",
        theirs_at=moment(last.at if last else task.updated_at),
    )


class _Words:
    """Writes both versions of a field: what is sent, and what is read."""

    def __init__(self, before: Choices, now: Choices) -> None:
        self.units = dict(now.units)
        self.owners = dict((*before.owners, *now.owners))

    def same(self, theirs: Any, yours: Any) -> bool:
        """Say whether two values are the same once written in a form."""
        return _plain(theirs) == _plain(yours)

    def row(self, name: str, label: str, theirs: Any, yours: Any) -> dict[str, Any]:
        """Return one line of the comparison."""
        return {
            "name": name,
            "label": label,
            "theirs": _plain(theirs),
            "yours": _plain(yours),
            "theirs_text": self.text(name, theirs),
            "yours_text": self.text(name, yours),
        }

    def units_row(self, theirs: list[int], yours: list[int]) -> dict[str, Any]:
        """Return the line of the supporting units."""
        return {
            "name": "supporting_choice",
            "label": "配合单位",
            "theirs": _joined(theirs),
            "yours": _joined(yours),
            "theirs_text": "、".join(self.units.get(key, "") for key in theirs),
            "yours_text": "、".join(self.units.get(key, "") for key in yours),
        }

    def text(self, name: str, value: Any) -> str:
        """Write a value for a reader."""
        if name == "lead_unit_id":
            return self.units.get(value, "")
        if name == "owner_id":
            return self.owners.get(value, "")
        return _plain(value)


def _plain(value: Any) -> str:
    return "" if value is None else str(value).replace("\r\n", "\n").strip()


def _joined(ids: list[int]) -> str:
    return ",".join(map(str, ids)) or "0"  # never empty: an empty value would mean "as ticked"
