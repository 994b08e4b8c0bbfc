"""The year-end reconciliation: the area at a glance, the sheet of a unit, its lock, its workbook."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, send_file, url_for
from sqlalchemy.orm import Session
from werkzeug.exceptions import BadRequest, NotFound
from werkzeug.wrappers import Response

from tracker.db.queries.reconciliation import PAGE, account_rows, count_area, units_of_year
from tracker.db.queries.scope import get_unit
from tracker.domain.errors import Forbidden, RuleViolation, StaleVersion
from tracker.domain.errors import NotFound as TaskNotFound
from tracker.domain.permissions import Role
from tracker.domain.reconciliation import RATES, count, total
from tracker.domain.reconciliation_rows import rate_words
from tracker.services.account_export import export_area, export_sheet, note_export, state_words
from tracker.services.account_sheet import Sheet, build_sheet
from tracker.services.accounts import accounts_of_row, open_differences_of, open_unplanned_of
from tracker.services.reconciliation import (
    accept_suggestions,
    confirm_by_unit,
    explain_unplanned,
    lock_year,
    set_line,
)
from tracker.web.access import current_actor, requires
from tracker.web.errors import status_of
from tracker.web.forms.reconciliation import LineForm, SeenForm, UnplannedForm
from tracker.web.headers import LARGEST_ID
from tracker.web.receipts import earlier_location, keep_receipt
from tracker.web.session import reading, runtime, writing
from tracker.web.sheet_page import next_row, sheet_page

blueprint = Blueprint("reconciliation", __name__, url_prefix="/reconciliation")

READERS = (Role.OFFICER, Role.HEAD, Role.SUPERVISOR, Role.AUDITOR)
ONE = "/<int:unit_id>/<int:year>"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
FIRST_YEAR, LAST_YEAR = 1990, 2200
YEARS_BACK = 8


@blueprint.get("")
@requires(*READERS)
def index() -> str:
    """Show a year over all units in scope: numbers, rates with their definitions, what is still to be explained."""
    actor, year = current_actor(), _wanted_year()
    after = _cursor(request.args.get("after"))
    units = units_of_year(reading(), actor, year, after=after)
    shown, more = units[:PAGE], len(units) > PAGE
    by_unit: dict[int, list[Any]] = {unit.unit_id: [] for unit in shown}
    for row in account_rows(reading(), list(by_unit), year) if shown else ():
        by_unit[row.unit_id].append(row)
    last = shown[-1] if more else None
    return render_template(
        "reconciliation/index.html",
        year=year,
        years=_years(year),
        rows=[
            {
                "unit": unit,
                "counts": total(count(accounts_of_row(row)) for row in by_unit[unit.unit_id]),
                "open": sum(open_differences_of(row) for row in by_unit[unit.unit_id]) + open_unplanned_of(unit),
                "without_verdict": sum(row.verdict is None for row in by_unit[unit.unit_id]),
            }
            for unit in shown
        ],
        total=count_area(reading(), actor, year),
        rates=RATES,
        rate_words=rate_words,
        next_href=url_for("reconciliation.index", year=year, after=f"{last.position},{last.unit_id}") if last else None,
        first_href=url_for("reconciliation.index", year=year) if after else None,
    )


@blueprint.get(ONE)
@requires(*READERS)
def show(unit_id: int, year: int) -> Any:
    """Show a unit's sheet; ``row`` names the task whose verdict is being filled in."""
    return _page(unit_id, year, row=request.args.get("row", type=int))


@blueprint.post(f"{ONE}/tasks/<int:task_id>")
@requires(Role.SUPERVISOR)
def save_line(unit_id: int, year: int, task_id: int) -> Any:
    """Set the verdict on a task and go on to the next one that needs it."""
    form = LineForm()
    if not form.validate_on_submit():
        return _page(unit_id, year, row=task_id, form=form, status=400)
    try:
        with writing() as session:
            if earlier := earlier_location(session):
                return redirect(earlier, 303)
            actor, now, fields = current_actor(), runtime().now(), form.fields()
            set_line(session, actor, unit_id, year, task_id, fields, version=form.seen, now=now)
            following = next_row(build_sheet(session, get_unit(session, actor, unit_id), year), task_id)
            location = _location(unit_id, year, following)
            keep_receipt(session, location)
    except (TaskNotFound, Forbidden):
        raise
    except RuleViolation as refusal:
        conflict = isinstance(refusal, StaleVersion)
        return _page(unit_id, year, row=task_id, form=form, refusal=refusal, conflict=conflict)
    flash("已保存核查结论。", "success")
    return redirect(location, 303)


@blueprint.post(f"{ONE}/accept")
@requires(Role.SUPERVISOR)
def accept(unit_id: int, year: int) -> Any:
    """Take over the suggested verdicts of the tasks on which nothing differs."""

    def verb(session: Session, form: SeenForm) -> str:
        actor, now = current_actor(), runtime().now()
        taken = accept_suggestions(session, actor, unit_id, year, seen=form.seen.data, now=now)
        return f"已采纳 {taken} 项建议结论。" if taken else "没有可以采纳的建议结论。"

    return _act(unit_id, year, SeenForm(), verb)


@blueprint.post(f"{ONE}/unplanned")
@requires(Role.SUPERVISOR)
def unplanned(unit_id: int, year: int) -> Any:
    """Explain what was done without a plan."""

    def verb(session: Session, form: UnplannedForm) -> str:
        explain_unplanned(session, current_actor(), unit_id, year, form.explanations, now=runtime().now())
        return "已保存计划外完成的说明。"

    return _act(unit_id, year, UnplannedForm(), verb)


@blueprint.post(f"{ONE}/confirm")
@requires(Role.HEAD)
def confirm(unit_id: int, year: int) -> Any:
    """Confirm the sheet for the unit."""

    def verb(session: Session, form: SeenForm) -> str:
        confirm_by_unit(session, current_actor(), unit_id, year, seen=form.seen.data, now=runtime().now())
        return "已确认本单位的对账结果。"

    return _act(unit_id, year, SeenForm(), verb)


@blueprint.get(f"{ONE}/lock")
@requires(Role.SUPERVISOR)
def lock(unit_id: int, year: int) -> Any:
    """Show what locking the year will do, or what is still to be done before it."""
    return _lock_page(_sheet(unit_id, year))


@blueprint.post(f"{ONE}/lock", endpoint="lock_now")
@requires(Role.SUPERVISOR)
def lock_now(unit_id: int, year: int) -> Any:
    """Lock the year."""
    form = SeenForm()
    sheet = _sheet(unit_id, year)
    if not form.validate_on_submit():
        return _lock_page(sheet, form.messages()[0][1]), 400
    location = _location(unit_id, year)
    try:
        with writing() as session:
            if earlier := earlier_location(session):
                return redirect(earlier, 303)
            lock_year(session, current_actor(), unit_id, year, seen=form.seen.data, now=runtime().now())
            keep_receipt(session, location)
    except (TaskNotFound, Forbidden):
        raise
    except RuleViolation as refusal:
        return _lock_page(_sheet(unit_id, year), refusal.message), status_of(refusal)
    flash(f"{sheet.unit.name} {year} 年度已锁定，{len(sheet.rows)} 项任务已归档。", "success")
    return redirect(location, 303)


@blueprint.get(f"{ONE}/export.xlsx")
@requires(*READERS)
def export_unit(unit_id: int, year: int) -> Response:
    """Hand out a unit's 对账表."""
    _check_year(year)
    with writing() as session:
        unit = note_export(session, current_actor(), year, unit_id=unit_id, whole_area=False, now=runtime().now())
        name = f"{unit.name}{year}年度对账表.xlsx"
    stream = export_sheet(reading(), current_actor(), unit_id, year, today=runtime().today())
    return send_file(stream, mimetype=XLSX, as_attachment=True, download_name=name)


@blueprint.get("/export.xlsx")
@requires(*READERS)
def export_all() -> Response:
    """Hand out the 对账表 of all units in scope."""
    year, actor = _wanted_year(), current_actor()
    with writing() as session:
        unit = note_export(session, actor, year, unit_id=actor.unit_id, whole_area=True, now=runtime().now())
        name = f"{unit.name}{year}年度对账表（全部单位）.xlsx"
    stream = export_area(reading(), actor, year, today=runtime().today())
    return send_file(stream, mimetype=XLSX, as_attachment=True, download_name=name)


# ---- steps ----------------------------------------------------------------------------------------------------------


def _act(unit_id: int, year: int, form: Any, verb: Callable[[Session, Any], str]) -> Any:
    """Call a verb on the whole sheet; what is wrong is said on the sheet."""
    if not form.validate_on_submit():
        return _page(unit_id, year, form=form, status=400)
    location = _location(unit_id, year)
    try:
        with writing() as session:
            if earlier := earlier_location(session):
                return redirect(earlier, 303)
            sentence = verb(session, form)
            keep_receipt(session, location)
    except (TaskNotFound, Forbidden):
        raise
    except RuleViolation as refusal:
        return _page(unit_id, year, form=form, refusal=refusal)
    flash(sentence, "success")
    return redirect(location, 303)


def _sheet(unit_id: int, year: int) -> Sheet:
    _check_year(year)
    return build_sheet(reading(), get_unit(reading(), current_actor(), unit_id), year)


def _page(
    unit_id: int,
    year: int,
    *,
    row: int | None = None,
    form: Any = None,
    refusal: RuleViolation | None = None,
    conflict: bool = False,
    status: int = 200,
) -> Any:
    sheet = _sheet(unit_id, year)
    errors = [{"field": name or None, "message": text} for name, text in (form.messages() if form else ())]
    if refusal is not None and not conflict:
        errors.append({"field": refusal.field, "message": refusal.message})
    line_form = form if isinstance(form, LineForm) else None
    body = render_template(
        "reconciliation/show.html",
        sheet=sheet,
        page=sheet_page(sheet, current_actor(), row=row, form=line_form),
        state=state_words(sheet),
        errors=errors,
        conflict=conflict,
        unplanned_typed=form.explanations if isinstance(form, UnplannedForm) else {},
        rates=RATES,
        rate_words=rate_words,
    )
    return body, status_of(refusal) if refusal is not None else status


def _lock_page(sheet: Sheet, message: str | None = None) -> str:
    return render_template("reconciliation/lock.html", sheet=sheet, message=message, rates=RATES, rate_words=rate_words)


def _location(unit_id: int, year: int, row: int | None = None) -> str:
    anchor = f"row-{row}" if row is not None else None
    return url_for("reconciliation.show", unit_id=unit_id, year=year, row=row, _anchor=anchor)


def _check_year(year: int) -> None:
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise NotFound


def _wanted_year() -> int:
    year = request.args.get("year", default=runtime().today().year - 1, type=int)
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise BadRequest
    return year


def _years(chosen: int) -> list[int]:
    latest = runtime().today().year
    return sorted({*range(latest - YEARS_BACK, latest + 1), chosen}, reverse=True)


def _cursor(value: str | None) -> tuple[int, int] | None:
    if not value:
        return None
    first, _, second = value.partition(",")
    if not (first.lstrip("-").isdecimal() and second.isdecimal() and len(value) < 40):
        raise BadRequest
    if max(abs(int(first)), int(second)) > LARGEST_ID:
        raise BadRequest
    return int(first), int(second)
