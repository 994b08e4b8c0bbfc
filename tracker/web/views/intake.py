"""Uploading a report, following it on its way into the books, and answering what the reading could not decide."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, BinaryIO, cast

from flask import flash, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from tracker.db.models import Intake, IntakeStatus, Unit
from tracker.db.models.reports import UNDER_WAY
from tracker.db.queries.batches import batch_of_intake
from tracker.db.queries.reports import current_report, earlier_tasks, get_intake, units_to_file_for
from tracker.domain.documents import ReportReading
from tracker.domain.errors import RuleViolation
from tracker.domain.formats import reading_from_dict
from tracker.domain.photos import bundle_name
from tracker.services.intake import WORTH_ANOTHER_TRY
from tracker.services.photos import keep_together
from tracker.services.reports import replacement_for, signed_unit
from tracker.services.scanning import is_scan, progress_of
from tracker.services.uploads import Answer, answer_intake, receive_upload
from tracker.storage import FileTooLarge, StoredFile
from tracker.web.access import current_actor, requires
from tracker.web.background import background
from tracker.web.errors import status_of
from tracker.web.forms.reports import READABLE, SUFFIXES, AnswerForm, UploadForm
from tracker.web.receipts import earlier_location, keep_receipt
from tracker.web.session import reading, runtime, writing
from tracker.web.upload_limits import MEGABYTE
from tracker.web.views.reports import BATCH_READERS, READERS, UPLOADERS, blueprint


@blueprint.route("/reports/upload", methods=["GET", "POST"])
@requires(*UPLOADERS)
def upload() -> Any:
    """Choose a unit and a file; store the file and begin to read it in the background."""
    actor = current_actor()
    units = units_to_file_for(reading(), actor)
    form = UploadForm(units=[(unit.id, unit.name) for unit in units], today=runtime().today())
    if form.unit_id.data is None:
        form.unit_id.data = _default_unit(units, request.args.get("unit", type=int) or actor.unit_id)
    if not form.is_submitted():
        return _upload_page(form, units), 200
    if not form.validate_on_submit():
        return _upload_page(form, units), 400
    try:
        return _receive(form)
    except FileTooLarge:
        form.file.errors = [_too_large()]
        return _upload_page(form, units), 413
    except RuleViolation as refusal:
        target = form.file if refusal.field in (None, "file") else form[refusal.field]
        target.errors = [*target.errors, refusal.message]
        return _upload_page(form, units), status_of(refusal)


def _receive(form: UploadForm) -> Response:
    stored, name = _stored(form)
    with writing() as session:
        if earlier := earlier_location(session):
            return redirect(earlier, 303)
        intake = receive_upload(
            session,
            current_actor(),
            unit_id=form.unit_id.data,
            report_year=form.report_year.data,
            file=stored,
            file_name=name,
            now=runtime().now(),
        )
        location = url_for("reports.intake", intake_id=intake.id)
        keep_receipt(session, location)
        intake_id = intake.id
    background().take_in(intake_id)
    return redirect(location, 303)


def _stored(form: UploadForm) -> tuple[StoredFile, str]:
    """Store what was sent, several photographs as one file; returns it and its name."""
    storage, limit = runtime().storage, runtime().settings.upload_limit_mb * MEGABYTE
    photos = [(upload.filename, cast(BinaryIO, upload.stream)) for upload in form.sent]
    if len(photos) > 1:
        return keep_together(storage, photos, limit=limit), bundle_name([name for name, _ in photos])
    name, stream = photos[0]
    return storage.save(stream, limit=limit), name


@blueprint.get("/reports/intake/<int:intake_id>")
@requires(*READERS)
def intake(intake_id: int) -> Any:
    """Show how far an upload has come; what waits for an answer asks for it here."""
    return _progress_page(intake_id), 200


@blueprint.get("/reports/intake/<int:intake_id>/progress")
@requires(*READERS)
def intake_progress(intake_id: int) -> Response:
    """Return the progress line alone, for the script that asks again and again."""
    row = get_intake(reading(), current_actor(), intake_id)
    moving = row.status in UNDER_WAY
    if moving:
        background().resume_later(row, runtime().now())
    may_answer = current_actor().role in UPLOADERS
    response = make_response(
        render_template(
            "reports/_progress.html", intake=row, steps=steps_of(row), scan=scan_of(row), may_answer=may_answer
        )
    )
    response.headers["X-Done"] = "0" if moving else "1"
    if not moving:  # questions, refusals and results have a page of their own
        response.headers["X-Location"] = url_for("reports.intake", intake_id=intake_id)
    return response


@blueprint.post("/reports/intake/<int:intake_id>/answer", endpoint="answer_intake")
@requires(*UPLOADERS)
def answer_intake_page(intake_id: int) -> Any:
    """Take the person's answer and go on with the upload, or give it up."""
    form = AnswerForm()
    if not form.validate_on_submit():
        return _progress_page(intake_id, errors=[text for _, text in form.messages()]), 400
    reply = Answer(form.choice.data, form.report_year.data, form.unit_id.data)
    try:
        with writing() as session:
            if earlier := earlier_location(session):
                return redirect(earlier, 303)
            intake = answer_intake(session, current_actor(), intake_id, reply, now=runtime().now())
            location = url_for("reports.intake", intake_id=intake.id)
            keep_receipt(session, location)
            goes_on = intake.status is IntakeStatus.QUEUED
    except RuleViolation as refusal:
        if refusal.field is None and status_of(refusal) in (403, 404):
            raise
        return _progress_page(intake_id, errors=[refusal.message]), status_of(refusal)
    if goes_on:
        background().take_in(intake_id)
        return redirect(location, 303)
    flash("已取消这次上传，没有入账任何内容。", "info")
    return redirect(url_for("reports.index"), 303)


# ---- what the pages show ------------------------------------------------------------------------------------------------


def _upload_page(form: UploadForm, units: Any) -> str:
    return render_template(
        "reports/upload.html",
        form=form,
        units=units,
        suffixes=",".join(SUFFIXES),
        readable=READABLE,
        limit_mb=runtime().settings.upload_limit_mb,
    )


def _too_large() -> str:
    limit = runtime().settings.upload_limit_mb
    return f"文件超过 {limit} MB 的上限，没有保存。请压缩图片，或另存为只含正文的 .docx 后重新上传。"


def _default_unit(units: Any, own_unit_id: int) -> int | None:
    ids = [unit.id for unit in units]
    return own_unit_id if own_unit_id in ids else ids[0] if len(ids) == 1 else None


def _progress_page(intake_id: int, errors: list[str] | None = None) -> str:
    intake = get_intake(reading(), current_actor(), intake_id, reading=True)
    if intake.status in UNDER_WAY:
        background().resume_later(intake, runtime().now())
    return render_template(
        "reports/intake.html",
        intake=intake,
        steps=steps_of(intake),
        scan=scan_of(intake),
        moving=intake.status in UNDER_WAY,
        question=_question(intake) if intake.status is IntakeStatus.NEEDS_ANSWER else None,
        errors=[{"field": None, "message": message} for message in errors or []],
        may_answer=current_actor().role in UPLOADERS,
        batch=batch_of_intake(reading(), intake.id) if current_actor().role in BATCH_READERS else None,
        may_retry=intake.step in WORTH_ANOTHER_TRY,
        suggested_year=runtime().today().year - 1,
    )


@dataclass(frozen=True, slots=True)
class StepLine:
    """A step of the progress line as the page shows it."""

    label: str
    state: str
    note: str = ""


def steps_of(intake: Intake) -> list[StepLine]:
    """Return the steps 上传 → 读取 → 识别 → 入账 → 对照 with their states."""
    labels = ("上传", "读取", "识别", "入账", "对照上年计划")
    done, current = _progress_of(intake)
    steps = []
    for index, label in enumerate(labels):
        state = "done" if index < done else current if index == done else "waiting"
        note = _note_of(intake) if state == "current" else ""
        steps.append(StepLine(label, state, note))
    return steps


@dataclass(frozen=True, slots=True)
class ScanLine:
    """How far the recognising of a scan has come: ``pages`` is 0 while it waits for its turn."""

    done: int = 0
    pages: int = 0


def scan_of(intake: Intake) -> ScanLine | None:
    """Return the progress of a scan, None for any other upload."""
    if not is_scan(intake):
        return None
    return ScanLine(*(progress_of(intake) or (0, 0)))


def _note_of(intake: Intake) -> str:
    """Return what the step under way says of itself."""
    if intake.step == "linking":
        return "正在与上年计划比对"
    if (counted := progress_of(intake)) is not None:
        done, pages = counted
        return f"第 {min(done + 1, pages)} 页，共 {pages} 页"
    return ""


def _progress_of(intake: Intake) -> tuple[int, str]:
    """Return how many steps are done and the state of the next one."""
    match intake.status:
        case IntakeStatus.QUEUED | IntakeStatus.READING:
            return 4 if intake.step == "linking" else 1, "current"
        case IntakeStatus.NEEDS_ANSWER:
            return 3, "current"
        case IntakeStatus.DONE:
            return 5, "done"
        case IntakeStatus.FAILED:
            return (3 if intake.step.startswith("ask_") or intake.step == "cancelled" else 1), "failed"


@dataclass(frozen=True, slots=True)
class QuestionView:
    """What the page of a question shows."""

    code: str
    written_unit: str | None = None
    found_unit: Unit | None = None
    current_id: int | None = None
    current_title: str = ""
    kept: tuple[str, ...] = ()
    replaced: tuple[str, ...] = ()
    proposed: tuple[str, ...] = ()
    known: int = 0
    left_out: int = 0


def _question(intake: Intake) -> QuestionView:
    read = reading_from_dict((intake.reading or {})["reading"])
    if intake.step == "ask_unit":
        return QuestionView(
            intake.step, written_unit=read.unit, found_unit=signed_unit(reading(), current_actor(), read.unit)
        )
    if intake.step == "ask_version":
        return _version_question(intake, read)
    return QuestionView(intake.step)


def _version_question(intake: Intake, read: ReportReading) -> QuestionView:
    year = intake.report_year or read.report_year or 0
    current = current_report(reading(), intake.unit_id, year)
    plan = replacement_for(reading(), intake.unit_id, year, read.items)
    titles = {task.id: task.title for task, _ in earlier_tasks(reading(), intake.unit_id, year)}
    return QuestionView(
        intake.step,
        current_id=current.id if current else None,
        current_title=current.title if current else "",
        kept=tuple(titles[task_id] for task_id in plan.kept),
        replaced=tuple(titles[task_id] for task_id in plan.replaced),
        proposed=tuple(item.title or item.text[:60] for item in plan.proposed),
        known=len(plan.known),
        left_out=len(plan.left_out),
    )
