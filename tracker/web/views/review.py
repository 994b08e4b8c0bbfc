"""The review screen: the report on one side, its proposals on the other, and everything that can be done to them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from flask import flash, make_response, redirect, render_template, request, url_for
from sqlalchemy.orm import Session

from tracker.db.models import Report, Task
from tracker.db.queries.reports import get_report, last_change, owners_choosable, tasks_of_report, units_choosable_for
from tracker.db.queries.scope import get_task
from tracker.domain.errors import Conflict, Forbidden, NotFound, RuleViolation, StaleVersion
from tracker.domain.permissions import Role
from tracker.domain.proposals import split_points
from tracker.domain.tasks import TaskStatus
from tracker.services.plan_items import (
    Chosen,
    add_proposal,
    confirm_proposals,
    dismiss_proposal,
    restore_proposal,
    save_proposal,
)
from tracker.services.regrouping import merge_proposals, split_proposal
from tracker.web.access import current_actor, requires
from tracker.web.errors import status_of
from tracker.web.forms.review import AddForm, ChosenForm, DismissForm, ProposalForm, SplitForm, VersionedForm
from tracker.web.page_display import keep_choice
from tracker.web.receipts import earlier_location, keep_receipt
from tracker.web.review_cards import review_page, skeleton_of
from tracker.web.review_values import edit_values, version_rows
from tracker.web.session import reading, runtime, writing
from tracker.web.views.reports import READERS, blueprint, quoted_span

ITEM = "/reports/<int:report_id>/review/items/<int:task_id>"


@blueprint.get("/reports/<int:report_id>/review", endpoint="review")
@requires(*READERS)
def review(report_id: int) -> Any:
    """Show the report and its proposals; ``edit`` and ``split`` open a card's form."""
    return keep_choice(make_response(show_review(report_id)))


# ---- one card -----------------------------------------------------------------------------------------------------------


@blueprint.get(f"{ITEM}/edit")
@requires(Role.SUPERVISOR)
def edit_item(report_id: int, task_id: int) -> str:
    """Return a card's form alone, for the script that opens it in place."""
    report = get_report(reading(), current_actor(), report_id, text=True)
    task = _task(report_id, task_id)
    return render_template("review/_edit.html", report=report, task=task, form=_proposal_form(report, task))


@blueprint.post(f"{ITEM}/save")
@requires(Role.SUPERVISOR)
def save_item(report_id: int, task_id: int) -> Any:
    """Save a card; where another was faster both versions are shown and nothing typed is lost."""
    report = get_report(reading(), current_actor(), report_id, text=True)
    task = _task(report_id, task_id)
    form = _proposal_form(report, task, submitted=True)
    if not form.validate_on_submit():
        return show_review(report_id, edit=task_id, form=form, status=400)
    fields = form.fields(task.quantities)
    try:
        with writing() as session:
            if earlier := earlier_location(session):
                return redirect(earlier, 303)
            save_proposal(session, current_actor(), task_id, fields, version=form.seen, now=runtime().now())
            location = _card(report_id, task_id)
            keep_receipt(session, location)
    except StaleVersion:
        return _both_versions(report_id, task_id, form)
    except RuleViolation as refusal:
        let_pass(refusal)
        _beside(form, refusal)
        return show_review(report_id, edit=task_id, form=form, status=status_of(refusal))
    flash("已保存。", "success")
    return redirect(location, 303)


@blueprint.post(f"{ITEM}/establish")
@requires(Role.SUPERVISOR)
def establish_item(report_id: int, task_id: int) -> Any:
    """Confirm one proposal and go on to the next one."""

    def verb(session: Session, form: VersionedForm) -> str:
        confirm_proposals(session, current_actor(), report_id, [Chosen(task_id, form.seen)], now=runtime().now())
        return _next_card(session, report_id, task_id)

    return _act(report_id, task_id, VersionedForm(), verb, "已确认立项。")


@blueprint.post(f"{ITEM}/dismiss")
@requires(Role.SUPERVISOR)
def dismiss_item(report_id: int, task_id: int) -> Any:
    """Leave a proposal out, with the reason, and go on to the next one."""

    def verb(session: Session, form: DismissForm) -> str:
        chosen, reason = Chosen(task_id, form.seen), form.reason.data
        dismiss_proposal(session, current_actor(), report_id, chosen, reason=reason, now=runtime().now())
        return _next_card(session, report_id, task_id)

    return _act(report_id, task_id, DismissForm(), verb, "已忽略。需要时可在页面下方恢复。")


@blueprint.post(f"{ITEM}/restore")
@requires(Role.SUPERVISOR)
def restore_item(report_id: int, task_id: int) -> Any:
    """Take a dismissal back."""

    def verb(session: Session, form: VersionedForm) -> str:
        restore_proposal(session, current_actor(), report_id, Chosen(task_id, form.seen), now=runtime().now())
        return _card(report_id, task_id)

    return _act(report_id, task_id, VersionedForm(), verb, "已恢复为待确认。")


@blueprint.post(f"{ITEM}/split")
@requires(Role.SUPERVISOR)
def split_item(report_id: int, task_id: int) -> Any:
    """Make several proposals of one."""
    task = _task(report_id, task_id)
    form = SplitForm([(point.offset, point.after) for point in split_points(task.quote, task.start or 0)])

    def verb(session: Session, form: SplitForm) -> str:
        offsets = form.offsets.data if form.how.data == "points" else ()
        chosen = Chosen(task_id, form.seen)
        parts = split_proposal(session, current_actor(), report_id, chosen, offsets=offsets, now=runtime().now())
        return _card(report_id, parts[0].id)

    return _act(report_id, task_id, form, verb, "已拆分，请逐条核对时限和牵头单位。", split=task_id)


# ---- several cards --------------------------------------------------------------------------------------------------------


@blueprint.post("/reports/<int:report_id>/review/merge")
@requires(Role.SUPERVISOR)
def merge_items(report_id: int) -> Any:
    """Make one proposal of several."""

    def verb(session: Session, form: ChosenForm) -> str:
        heir = merge_proposals(session, current_actor(), report_id, form.selection, now=runtime().now())
        return _card(report_id, heir.id)

    return _act(report_id, None, ChosenForm(), verb, "已合并为一条，各条的原文出处都已保留。")


@blueprint.post("/reports/<int:report_id>/review/add")
@requires(Role.SUPERVISOR)
def add_item(report_id: int) -> Any:
    """Add a proposal for a passage of the report, which must stand there verbatim."""
    form = AddForm()

    def verb(session: Session, form: AddForm) -> str:
        task = add_proposal(session, current_actor(), report_id, form.quote.data, span=form.span, now=runtime().now())
        return _card(report_id, task.id)

    return _act(report_id, None, form, verb, "已添加为待确认条目，请补充牵头单位和时限。", add=form)


# ---- parts ------------------------------------------------------------------------------------------------------------------


def _act(
    report_id: int, task_id: int | None, form: Any, verb: Callable[[Session, Any], str], done: str, **shown: Any
) -> Any:
    """Run a verb on a valid form; a broken rule is shown beside the card it concerns."""
    if not form.validate_on_submit():
        return show_review(report_id, errors=form.messages(), problem=task_id, status=400, **shown)
    try:
        with writing() as session:
            if earlier := earlier_location(session):
                return redirect(earlier, 303)
            location = verb(session, form)
            keep_receipt(session, location)
    except RuleViolation as refusal:
        let_pass(refusal)
        message = refusal.message
        if isinstance(refusal, Conflict):
            message = "这一条刚刚被其他人修改过，下面是最新内容。请核对后再操作。"
        return show_review(report_id, errors=[("", message)], problem=task_id, status=status_of(refusal), **shown)
    flash(done, "success")
    return redirect(location, 303)


def show_review(report_id: int, *, status: int = 200, **shown: Any) -> tuple[str, int]:
    """Render the review screen: with ``edit`` or ``split`` a card's form open, with ``errors`` beside the card ``problem``."""
    actor = current_actor()
    report = get_report(reading(), actor, report_id, text=True)
    edit, split_id = shown.get("edit") or _number("edit"), shown.get("split") or _number("split")
    page = review_page(reading(), actor, report, edit=edit, split=split_id, quote=quoted_span(len(report.text)))
    form = shown.get("form")
    if form is None and page.editing is not None:
        form = _proposal_form(report, page.editing)
    return (
        render_template(
            "review/index.html",
            page=page,
            report=report,
            form=form,
            add=shown.get("add"),
            conflict=shown.get("conflict"),
            problem=shown.get("problem"),
            errors=_summary(shown.get("errors") or [], shown.get("problem")),
        ),
        status,
    )


def _number(name: str) -> int | None:
    value = request.args.get(name, "")
    return int(value) if value.isdecimal() and len(value) < 10 else None


def _summary(errors: Sequence[tuple[str, str]], task_id: int | None) -> list[dict[str, Any]]:
    return [{"field": f"item-{task_id}" if task_id else None, "message": message} for _, message in errors]


def _task(report_id: int, task_id: int) -> Task:
    task = get_task(reading(), current_actor(), task_id)
    if task.report_id != report_id:
        raise NotFound
    return task


def _proposal_form(report: Report, task: Task, *, submitted: bool = False) -> ProposalForm:
    units = units_choosable_for(reading(), current_actor(), report.unit)
    owners = owners_choosable(reading(), [unit.id for unit in units])
    names = {unit.id: unit.short_name for unit in units}
    values = {} if submitted else edit_values(reading(), task)
    if request.args.get("fill") == "skeleton" and (written := skeleton_of(task, report)):
        values["wording"] = written
    return ProposalForm(
        units=[(unit.id, unit.name) for unit in units],
        owners=[(str(person.id), f"{names[person.unit_id]}　{person.name}", person.unit_id) for person in owners],
        problems=[(entry["id"], f"{entry['id'][1:]}. {entry['text'][:60]}") for entry in report.reading["problems"]],
        area=task.area,
        formdata=request.form if submitted else None,
        data=None if submitted else values,
    )


def _both_versions(report_id: int, task_id: int, form: ProposalForm) -> Any:
    """Show the form as it was typed beside what was saved meanwhile; saving again is by the newer version."""
    task = _task(report_id, task_id)
    last = last_change(reading(), task_id)
    rows = version_rows(edit_values(reading(), task), form)
    form.version.data = str(task.version)
    conflict = {"rows": rows, "by": last.actor_name if last else "", "at": last.at if last else task.updated_at}
    return show_review(report_id, edit=task_id, form=form, conflict=conflict, status=409)


def _beside(form: ProposalForm, refusal: RuleViolation) -> None:
    field = form._fields.get(refusal.field or "")
    if field is None:
        form.form_errors.append(refusal.message)
    else:
        field.errors = [*field.errors, refusal.message]


def let_pass(refusal: RuleViolation) -> None:
    """Raise what has a page of its own: not found, and not allowed."""
    if isinstance(refusal, NotFound) or type(refusal) is Forbidden:
        raise refusal


def _card(report_id: int, task_id: int) -> str:
    return url_for("reports.review", report_id=report_id, _anchor=f"item-{task_id}")


def _next_card(session: Session, report_id: int, task_id: int) -> str:
    """Return the place of the proposal that follows in the text, or of the card itself when none is left."""
    report = get_report(session, current_actor(), report_id)
    tasks = [task for task in tasks_of_report(session, report) if task.report_id == report_id]
    ids = [task.id for task in tasks]
    after = [*tasks[ids.index(task_id) :], *tasks[: ids.index(task_id)]] if task_id in ids else tasks
    following = next((task.id for task in after if task.status is TaskStatus.PROPOSED), task_id)
    return _card(report_id, following)
