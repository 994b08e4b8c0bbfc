"""Handing out evidence, and withdrawing it. Adding it is one of the task's action pages."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, send_file, url_for
from werkzeug.wrappers import Response

from tracker.domain.errors import Forbidden, NotFound, RuleViolation
from tracker.domain.permissions import BUSINESS_READERS
from tracker.domain.tasks import TaskAction, next_status, transition_for
from tracker.services.evidence import find_evidence, record_download, withdraw_evidence
from tracker.web.access import current_actor, requires
from tracker.web.errors import status_of
from tracker.web.forms.tasks import WithdrawEvidenceForm
from tracker.web.receipts import earlier_location, keep_receipt
from tracker.web.session import reading, runtime, writing
from tracker.web.views.task_actions import add_error, task_to_act_on

blueprint = Blueprint("evidence", __name__)


@blueprint.get("/tasks/<int:task_id>/evidence/<int:evidence_id>")
@requires(*BUSINESS_READERS)
def download(task_id: int, evidence_id: int) -> Response:
    """Send a file of this very task, always to be saved, never shown in the page."""
    file = find_evidence(reading(), current_actor(), task_id, evidence_id)
    path = runtime().storage.path(file.file_key)
    if file.withdrawn_at is not None:
        raise NotFound("这份材料已撤回，不再提供下载。")
    if not path.is_file():
        raise NotFound("这份材料的文件不在存储中，请联系系统管理员。")
    with writing() as session:
        record_download(session, current_actor(), task_id, evidence_id, now=runtime().now())
    response = send_file(
        path, mimetype=file.media_type, as_attachment=True, download_name=file.file_name, etag=False, conditional=False
    )
    response.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return response


@blueprint.route("/tasks/<int:task_id>/evidence/<int:evidence_id>/withdraw", methods=["GET", "POST"])
@requires(*transition_for(TaskAction.WITHDRAW_EVIDENCE).roles)
def withdraw(task_id: int, evidence_id: int) -> Any:
    """Ask for the reason; mark the file as withdrawn."""
    task = task_to_act_on(task_id)
    file = find_evidence(reading(), current_actor(), task_id, evidence_id)
    form = WithdrawEvidenceForm()
    if request.method == "GET":
        next_status(task.status, TaskAction.WITHDRAW_EVIDENCE)
        return render_template("tasks/withdraw_evidence.html", task=task, file=file, form=form)
    status = 400
    if form.validate_on_submit():
        location = url_for("tasks.show", task_id=task_id)
        try:
            with writing() as session:
                if earlier := earlier_location(session):
                    return redirect(earlier, 303)
                withdraw_evidence(
                    session, current_actor(), task_id, evidence_id, reason=form.reason.data, now=runtime().now()
                )
                keep_receipt(session, location)
        except (NotFound, Forbidden):
            raise
        except RuleViolation as error:
            add_error(form, error)
            status = status_of(error)
        else:
            flash(f"已撤回“{file.file_name}”，记录保留。", "success")
            return redirect(location, 303)
    return render_template("tasks/withdraw_evidence.html", task=task, file=file, form=form), status
