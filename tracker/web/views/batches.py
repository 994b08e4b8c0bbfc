"""Several reports at once: sending them, following the batch, saying whose a file is, giving the rest up."""

from __future__ import annotations

from typing import Any, BinaryIO, cast

from flask import flash, make_response, redirect, render_template, request, url_for
from werkzeug.exceptions import BadRequest
from werkzeug.wrappers import Response

from tracker.db.models import Batch, BatchStatus
from tracker.db.queries.batches import PAGE, count_files, count_retryable, get_batch, list_batches, list_files
from tracker.db.queries.reports import units_to_file_for
from tracker.domain.batches import FILE_STATES, FileState, is_junk
from tracker.domain.errors import RuleViolation
from tracker.domain.permissions import Role
from tracker.domain.photos import bundle_name, reports_of_photos
from tracker.services.batches import SentFile, cancel_batch, check_number, choose, receive_batch, retry_batch
from tracker.services.intake import WORTH_ANOTHER_TRY
from tracker.services.photos import keep_together
from tracker.storage import FileTooLarge
from tracker.web.access import current_actor, requires
from tracker.web.background import background
from tracker.web.batch_page import may_cancel, progress_of, row_of, summary_of
from tracker.web.errors import status_of
from tracker.web.forms.batches import BatchForm, ButtonForm, ChooseForm
from tracker.web.forms.reports import SUFFIXES
from tracker.web.receipts import earlier_location, keep_receipt
from tracker.web.session import reading, runtime, writing
from tracker.web.upload_limits import MEGABYTE
from tracker.web.views.reports import BATCH_READERS, blueprint


@blueprint.get("/reports/batches")
@requires(*BATCH_READERS)
def batches() -> str:
    """List the batches in scope, the newest first."""
    rows = list_batches(reading(), current_actor())
    return render_template(
        "reports/batches.html",
        rows=[(row.batch, progress_of(row.batch, row.counts), summary_of(row.batch, row.counts)) for row in rows],
        may_upload=current_actor().role is Role.SUPERVISOR,
    )


@blueprint.route("/reports/batches/new", methods=["GET", "POST"])
@requires(Role.SUPERVISOR)
def new_batch() -> Any:
    """Choose files, a folder or a zip; store them and begin to work through them in the background."""
    form = BatchForm(today=runtime().today())
    if not form.is_submitted():
        return _new_page(form), 200
    if not form.validate_on_submit():
        return _new_page(form), 400
    try:
        return _receive(form)
    except FileTooLarge:
        form.files.errors = [f"有文件超过 {runtime().settings.batch_limit_mb} MB，没有保存。"]
        return _new_page(form), 413
    except RuleViolation as refusal:
        form.refuse(refusal)
        return _new_page(form), status_of(refusal)


def _receive(form: BatchForm) -> Response:
    files = _stored(form)
    with writing() as session:
        if earlier := earlier_location(session):
            return redirect(earlier, 303)
        batch = receive_batch(
            session,
            current_actor(),
            files,
            report_year=form.report_year.data,
            most=runtime().settings.batch_files,
            now=runtime().now(),
        )
        batch_id, location = batch.id, url_for("reports.batch", batch_id=batch.id)
        keep_receipt(session, location)
    background().take_in_batch(batch_id)
    return redirect(location, 303)


def _stored(form: BatchForm) -> list[SentFile]:
    settings = runtime().settings
    sent = [upload for upload in form.sent if not is_junk(upload.filename)]
    check_number(len(sent), settings.batch_files)
    limit, storage = settings.batch_limit_mb * MEGABYTE, runtime().storage
    paths = [upload.filename.replace("\\", "/") for upload in sent]
    together = reports_of_photos(paths)
    apart = set(range(len(sent))).difference(*together)
    files = [SentFile(paths[at], storage.save(cast(BinaryIO, sent[at].stream), limit=limit)) for at in sorted(apart)]
    for places in together:
        photos = [(paths[at], cast(BinaryIO, sent[at].stream)) for at in places]
        stored = keep_together(storage, photos, limit=limit)
        files.append(SentFile(bundle_name([paths[at] for at in places]), stored))
    return files


@blueprint.get("/reports/batches/<int:batch_id>")
@requires(*BATCH_READERS)
def batch(batch_id: int) -> Any:
    """Show a batch: how far it is, what became of each file, what waits for the person."""
    return _batch_page(batch_id), 200


@blueprint.get("/reports/batches/<int:batch_id>/progress")
@requires(*BATCH_READERS)
def batch_progress(batch_id: int) -> Response:
    """Return the part of the page that changes, for the script that asks again and again."""
    row = get_batch(reading(), current_actor(), batch_id)
    background().resume_batch_later(row, runtime().now())
    response = make_response(render_template("reports/_batch_files.html", **_shown(row)))
    moving = row.status is BatchStatus.RUNNING
    response.headers["X-Done"] = "0" if moving else "1"
    if not moving:
        response.headers["X-Location"] = url_for("reports.batch", batch_id=batch_id)
    return response


@blueprint.post("/reports/batches/<int:batch_id>/choose")
@requires(Role.SUPERVISOR)
def choose_units(batch_id: int) -> Any:
    """Take the units and years that were said, and go on with those files."""
    form = ChooseForm(today=runtime().today())
    get_batch(reading(), current_actor(), batch_id)
    if not form.validate_on_submit():
        return _batch_page(batch_id, errors=[text for _, text in form.messages()], typed=form.typed), 400
    try:
        with writing() as session:
            if earlier := earlier_location(session):
                return redirect(earlier, 303)
            settled, goes_on = choose(session, current_actor(), batch_id, form.choices, now=runtime().now())
            location = url_for("reports.batch", batch_id=batch_id)
            keep_receipt(session, location)
    except RuleViolation as refusal:
        if status_of(refusal) in (403, 404):
            raise
        return _batch_page(batch_id, errors=[refusal.message], typed=form.typed), status_of(refusal)
    _go_on(batch_id, settled, goes_on)
    flash(
        f"已选定 {settled} 个文件，正在入账。" if settled else "没有需要处理的选择。", "success" if settled else "info"
    )
    return redirect(location, 303)


@blueprint.post("/reports/batches/<int:batch_id>/retry", endpoint="retry_batch")
@requires(Role.SUPERVISOR)
def retry_batch_page(batch_id: int) -> Any:
    """Try once more what failed by chance."""
    get_batch(reading(), current_actor(), batch_id)
    form = ButtonForm()
    if not form.validate_on_submit():
        return _batch_page(batch_id, errors=[text for _, text in form.messages()]), 400
    with writing() as session:
        if earlier := earlier_location(session):
            return redirect(earlier, 303)
        tried, goes_on = retry_batch(session, current_actor(), batch_id, now=runtime().now())
        location = url_for("reports.batch", batch_id=batch_id)
        keep_receipt(session, location)
    _go_on(batch_id, tried, goes_on)
    flash(f"正在重新处理 {tried} 个文件。" if tried else "没有可以重新处理的文件。", "info")
    return redirect(location, 303)


@blueprint.route("/reports/batches/<int:batch_id>/cancel", methods=["GET", "POST"], endpoint="cancel_batch")
@requires(Role.SUPERVISOR)
def cancel_batch_page(batch_id: int) -> Any:
    """Say what giving up means; give up when that was seen."""
    form = ButtonForm()
    row = get_batch(reading(), current_actor(), batch_id)
    if not form.is_submitted():
        return _cancel_page(row, []), 200
    if not form.validate_on_submit():
        return _cancel_page(row, [text for _, text in form.messages()]), 400
    try:
        with writing() as session:
            if earlier := earlier_location(session):
                return redirect(earlier, 303)
            number = cancel_batch(session, current_actor(), batch_id, now=runtime().now())
            location = url_for("reports.batch", batch_id=batch_id)
            keep_receipt(session, location)
    except RuleViolation as refusal:
        if status_of(refusal) in (403, 404):
            raise
        return _cancel_page(row, [refusal.message]), status_of(refusal)
    flash(f"已取消，{number} 个文件不再处理。已入账的报告保留。", "info")
    return redirect(location, 303)


def _go_on(batch_id: int, number: int, intake_ids: list[int]) -> None:
    if number:
        for intake_id in intake_ids:
            background().take_in(intake_id)
        background().take_in_batch(batch_id)


# ---- what the pages show ------------------------------------------------------------------------------------------------


def _new_page(form: BatchForm) -> str:
    settings = runtime().settings
    return render_template(
        "reports/batch_new.html",
        form=form,
        accept=",".join((".zip", *SUFFIXES)),
        most=settings.batch_files,
        limit_mb=settings.batch_limit_mb,
        each_mb=settings.upload_limit_mb,
    )


def _batch_page(batch_id: int, errors: list[str] | None = None, typed: dict[int, str] | None = None) -> str:
    row = get_batch(reading(), current_actor(), batch_id)
    background().resume_batch_later(row, runtime().now())
    shown = _shown(row, typed)
    asks = any(file.ask for file in shown["files"])
    return render_template(
        "reports/batch.html",
        **shown,
        errors=[{"field": None, "message": message} for message in errors or []],
        retryable=count_retryable(reading(), row.id, WORTH_ANOTHER_TRY) if shown["may_decide"] else 0,
        may_cancel=shown["may_decide"] and may_cancel(row, shown["counts"]),
        units=units_to_file_for(reading(), current_actor()) if asks and shown["asking"] else (),
    )


def _shown(row: Batch, typed: dict[int, str] | None = None) -> dict[str, Any]:
    """Return what the changing part of the page needs. While the batch runs nothing is asked: the page moves on by itself."""
    actor, state, after = current_actor(), _state(), request.args.get("after", -1, type=int)
    counts = count_files(reading(), row.id)
    listed = list_files(reading(), row, state=state, after=after)
    progress = progress_of(row, counts)
    may_decide = actor.role is Role.SUPERVISOR
    return {
        "batch": row,
        "counts": counts,
        "progress": progress,
        "summary": summary_of(row, counts),
        "files": [row_of(one, actor) for one in listed[:PAGE]],
        "tabs": _tabs(row.id, counts, state),
        "state": state,
        "typed": typed or {},
        "may_decide": may_decide,
        "asking": may_decide and not progress.running,
        "first_href": _href(row.id, state) if after >= 0 else None,
        "next_href": _href(row.id, state, listed[PAGE - 1].file.position) if len(listed) > PAGE else None,
        "poll_href": url_for("reports.batch_progress", batch_id=row.id, **_arguments(state, after)),
    }


def _cancel_page(row: Batch, errors: list[str]) -> str:
    counts = count_files(reading(), row.id)
    return render_template(
        "reports/batch_cancel.html",
        batch=row,
        kept=counts.get(FileState.STORED, 0) + counts.get(FileState.SAME, 0),
        left=counts.get(FileState.WAITING, 0) + counts.get(FileState.ATTENTION, 0),
        errors=[{"field": None, "message": message} for message in errors],
    )


def _state() -> FileState | None:
    value = request.args.get("state", "")
    if value and value not in set(FileState):
        raise BadRequest
    return FileState(value) if value else None


def _arguments(state: FileState | None, after: int = -1) -> dict[str, Any]:
    values: dict[str, Any] = {"state": state.value} if state else {}
    return values | ({"after": after} if after >= 0 else {})


def _href(batch_id: int, state: FileState | None, after: int = -1) -> str:
    return url_for("reports.batch", batch_id=batch_id, **_arguments(state, after))


def _tabs(batch_id: int, counts: dict[FileState, int], chosen: FileState | None) -> list[dict[str, Any]]:
    tabs = [{"label": "全部", "href": _href(batch_id, None), "active": chosen is None, "count": sum(counts.values())}]
    return tabs + [
        {"label": label, "href": _href(batch_id, state), "active": state is chosen, "count": counts.get(state, 0)}
        for state, label in FILE_STATES.items()
        if counts.get(state) or state is chosen
    ]
