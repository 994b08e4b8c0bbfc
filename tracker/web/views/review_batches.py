"""Confirming and sending out several tasks of a report: what it will do is shown first, then it is done."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for

from tracker.db.models import Report
from tracker.db.queries.reports import get_report, tasks_of_report
from tracker.db.queries.scope import get_task
from tracker.domain.errors import NotFound, RuleViolation
from tracker.domain.permissions import Role
from tracker.services.assignments import assign
from tracker.services.plan_items import Chosen, confirm_proposals
from tracker.web.access import current_actor, requires
from tracker.web.errors import status_of
from tracker.web.forms.review import ChosenForm
from tracker.web.receipts import earlier_location, keep_receipt
from tracker.web.review_batches import confirmation_of, sending_of
from tracker.web.session import reading, runtime, writing
from tracker.web.views.reports import blueprint
from tracker.web.views.review import let_pass, show_review


@blueprint.route("/reports/<int:report_id>/review/confirm", methods=["GET", "POST"])
@requires(Role.SUPERVISOR)
def confirm_items(report_id: int) -> Any:
    """Show what confirming all or the chosen proposals will do and what is lacking; do it when that was seen."""
    form, report = ChosenForm(), get_report(reading(), current_actor(), report_id)
    if request.method == "POST" and not form.validate_on_submit():
        return show_review(report_id, errors=form.messages(), status=400)
    chosen = form.selection if form.is_submitted() else None
    if not (form.go.data and chosen):
        return _confirm_page(report, chosen), 200
    try:
        with writing() as session:
            if earlier := earlier_location(session):
                return redirect(earlier, 303)
            tasks = confirm_proposals(session, current_actor(), report_id, chosen, now=runtime().now())
            location = url_for("reports.review", report_id=report_id)
            keep_receipt(session, location)
    except RuleViolation as refusal:
        let_pass(refusal)
        return _confirm_page(report, chosen, refusal), status_of(refusal)
    flash(f"已确认立项 {len(tasks)} 条。核对无误后可以交办。", "success")
    return redirect(location, 303)


@blueprint.route("/reports/<int:report_id>/review/send", methods=["GET", "POST"])
@requires(Role.SUPERVISOR)
def send_items(report_id: int) -> Any:
    """Show to whom all or the chosen established tasks would go out; send them when that was seen."""
    form, report = ChosenForm(), get_report(reading(), current_actor(), report_id)
    if request.method == "POST" and not form.validate_on_submit():
        return show_review(report_id, errors=form.messages(), status=400)
    chosen = form.selection if form.is_submitted() else None
    if not (form.go.data and chosen):
        return _send_page(report, chosen), 200
    try:
        with writing() as session:
            if earlier := earlier_location(session):
                return redirect(earlier, 303)
            for entry in sorted(chosen, key=lambda entry: entry.task_id):
                if get_task(session, current_actor(), entry.task_id).report_id != report_id:
                    raise NotFound
                assign(session, current_actor(), entry.task_id, now=runtime().now(), version=entry.version)
            location = url_for("reports.review", report_id=report_id)
            keep_receipt(session, location)
    except RuleViolation as refusal:
        let_pass(refusal)
        return _send_page(report, chosen, refusal), status_of(refusal)
    flash(f"已交办 {len(chosen)} 条，已通知牵头单位签收。", "success")
    return redirect(location, 303)


def _confirm_page(report: Report, chosen: list[Chosen] | None, refusal: RuleViolation | None = None) -> str:
    tasks = [task for task in tasks_of_report(reading(), report) if task.report_id == report.id]
    return render_template(
        "review/confirm.html", report=report, preview=confirmation_of(tasks, chosen), refusal=refusal
    )


def _send_page(report: Report, chosen: list[Chosen] | None, refusal: RuleViolation | None = None) -> str:
    tasks = [task for task in tasks_of_report(reading(), report) if task.report_id == report.id]
    preview = sending_of(reading(), tasks, chosen, today=runtime().today())
    return render_template("review/send.html", report=report, preview=preview, refusal=refusal)
