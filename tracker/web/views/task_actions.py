"""One view for every row of ``web.task_pages``: GET shows what will change, POST does it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for

from tracker.db.models import Task
from tracker.db.queries.tasks import (
    load_closures,
    load_evidence,
    load_extensions,
    load_history,
    load_task,
    possible_owners,
)
from tracker.domain.errors import Forbidden, NotFound, RuleViolation, StaleVersion
from tracker.domain.evidence_kinds import ACCEPT_ATTRIBUTE
from tracker.domain.permissions import ROLE_LABELS, Actor, Role
from tracker.domain.tasks import TaskAction, next_status, transition_for
from tracker.services.evidence import AcceptedFile
from tracker.services.policies import load_calendar, load_policy_book
from tracker.web.access import current_actor, requires
from tracker.web.errors import status_of
from tracker.web.forms.base import StrictForm
from tracker.web.forms.tasks import ClosureForm, files_hint
from tracker.web.receipts import earlier_location, keep_receipt
from tracker.web.session import reading, runtime, writing
from tracker.web.task_display import attachments, quantity_text
from tracker.web.task_pages import (
    BY_ACTION,
    CHOOSES_OWNER,
    COUNTERPART,
    PAGES,
    SHOWS_CLOSURE,
    SHOWS_EVIDENCE,
    SHOWS_EXTENSION,
    SHOWS_PROMISE,
    ActionPage,
    Facts,
)
from tracker.web.task_verbs import Submission
from tracker.web.uploads import gather_files


def register(blueprint: Blueprint) -> None:
    """Add the address of every action page, each with the roles of the life cycle."""
    for page in PAGES:
        blueprint.add_url_rule(
            f"/tasks/<int:task_id>/{page.slug}",
            endpoint=page.slug.replace("-", "_"),
            view_func=_view(page),
            methods=["GET", "POST"],
        )


def _view(page: ActionPage) -> Callable[[int], Any]:
    def view(task_id: int) -> Any:
        task = task_to_act_on(task_id)
        form = _form(page, task)
        if request.method == "GET":
            next_status(task.status, page.action)
            return _render(page, task, form)
        gathered = gather_files(form)
        valid = form.validate_on_submit()
        if gathered.refusal is not None:
            add_error(form, gathered.refusal)
        if not valid or gathered.refusal is not None:
            return _render(page, task, form, files=gathered.files), 400
        return submit(page, task, form, gathered.files)

    return requires(*transition_for(page.action).roles)(view)


def task_to_act_on(task_id: int) -> Task:
    """Return a task the person may act on; raises NotFound out of scope, Forbidden where the unit only looks on."""
    actor = current_actor()
    task = load_task(reading(), actor, task_id)
    if not actor.sees(task.lead_unit.path):
        raise Forbidden(f"这项任务由{task.lead_unit.name}牵头，您所在单位可以查看，不能办理。")
    return task


def submit(page: ActionPage, task: Task, form: StrictForm, files: Sequence[AcceptedFile]) -> Any:
    """Call the page's verb; a broken rule is told beside the form with everything typed kept."""
    location = url_for("tasks.show", task_id=task.id)
    try:
        with writing() as session:
            if earlier := earlier_location(session):
                return redirect(earlier, 303)
            sentence = page.run(
                Submission(session, current_actor(), task.id, form, files, form_version(form), runtime().now())
            )
            keep_receipt(session, location)
    except (NotFound, Forbidden):
        raise
    except RuleViolation as error:
        add_error(form, error)
        fresh = load_task(reading(), current_actor(), task.id)
        return _render(page, fresh, form, files=files, stale=isinstance(error, StaleVersion)), status_of(error)
    flash(sentence, "success")
    return redirect(location, 303)


def add_error(form: StrictForm, error: RuleViolation) -> None:
    """Put a broken rule beside its field, or above the form where it has none."""
    field = form[error.field] if error.field and error.field in form else None
    if field is None:
        form.form_errors.append(error.message)
    else:
        field.errors = [*field.errors, error.message]


def form_version(form: StrictForm) -> int | None:
    """Return the version the form was opened with; a form that edits needs one."""
    if "version" not in form:
        return None
    value = str(form.version.data or "")
    if not value.isdecimal():
        raise StaleVersion
    return int(value)


def _form(page: ActionPage, task: Task) -> StrictForm:
    form = page.form()
    if "version" in form and request.method == "GET":
        form.version.data = task.version
    if page.action in CHOOSES_OWNER and "owner_id" in form:
        _offer_owners(page, task, form)
    if isinstance(form, ClosureForm) and request.method == "GET" and task.planned_on is None:
        form.completed_on.data = runtime().today()
    if "files" in form:
        form.files.description = files_hint(runtime().settings.upload_limit_mb)
    if page.action is TaskAction.REPORT_PROGRESS and request.method == "GET":
        form.percent.data = task.percent
    return form


def _offer_owners(page: ActionPage, task: Task, form: StrictForm) -> None:
    """Fill in who may own the task; an officer signs for himself alone."""
    actor = current_actor()
    if page.action is TaskAction.SIGN and actor.role is Role.OFFICER:
        del form.owner_id
        return
    people = possible_owners(reading(), task.lead_unit_id)
    choices: list[tuple[int | None, str]] = [
        (key, f"{name}（{ROLE_LABELS[Role(role)]}）") for key, name, role in people
    ]
    form.owner_id.choices = [(None, "请选择" if form.owner_id.flags.required else "暂不指定"), *choices]
    if request.method == "GET":
        form.owner_id.data = task.owner_id or _default_owner(page, actor, [key for key, _name, _role in people])


def _default_owner(page: ActionPage, actor: Actor, people: list[int]) -> int | None:
    return actor.id if page.action is TaskAction.SIGN and actor.id in people else None


def _render(
    page: ActionPage, task: Task, form: StrictForm, *, files: Sequence[AcceptedFile] = (), stale: bool = False
) -> str:
    session, today = reading(), runtime().today()
    closure = load_closures(session, task.id) if page.action in SHOWS_CLOSURE else []
    extension = load_extensions(session, task.id) if page.action in SHOWS_EXTENSION else []
    facts = Facts(
        task,
        today,
        closure=next((request for request in closure if request.decision is None), None),
        extension=next((request for request in extension if request.decision is None), None),
        sign_due_on=_sign_due_on(task) if page.action is TaskAction.ASSIGN else None,
    )
    if stale and "version" in form:
        form.version.data = task.version
    return render_template(
        "tasks/action.html",
        page=page,
        shows_promise=page.action in SHOWS_PROMISE,
        task=task,
        form=form,
        facts=facts,
        rows=page.rows(facts) if task.status in transition_for(page.action).sources else [],
        evidence=attachments(task.id, load_evidence(session, task.id)) if page.action in SHOWS_EVIDENCE else [],
        quantities=[quantity_text(quantity) for quantity in task.quantities],
        counterpart=BY_ACTION.get(COUNTERPART.get(page.action, TaskAction.LOCK)),
        last_change=next(iter(load_history(session, task.id, limit=1)), None) if stale else None,
        accept=ACCEPT_ATTRIBUTE,
        multipart="files" in form,
        kept=files,
    )


def _sign_due_on(task: Task) -> Any:
    session = reading()
    policy = load_policy_book(session).of(task.lead_unit.path, task.level)
    return load_calendar(session).add(runtime().today(), policy.signing_working_days)
