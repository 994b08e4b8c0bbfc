"""The tree of units: look, add, change, move, close."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from sqlalchemy.orm import Session

from tracker.db.models import Unit
from tracker.db.queries.scope import get_unit
from tracker.db.queries.units import Branch, UnitFilter, branch_of, choosable_units, count_lacking, unit_tree
from tracker.domain.errors import Forbidden, NotFound, RuleViolation, StaleVersion
from tracker.domain.permissions import Role
from tracker.services.units import create_unit, edit_unit, set_unit_active
from tracker.web.access import current_actor, requires
from tracker.web.errors import status_of
from tracker.web.forms.units import KIND_LABELS, ConfirmForm, UnitForm
from tracker.web.receipts import earlier_location, keep_receipt
from tracker.web.session import reading, runtime, writing

blueprint = Blueprint("units", __name__, url_prefix="/units")


@blueprint.get("/")
@requires(Role.ADMIN)
def index() -> str:
    """Show the tree; say where accounts are missing."""
    actor, session = current_actor(), reading()
    under = get_unit(session, actor, number) if (number := _number("under")) is not None else None
    wanted = UnitFilter(
        under=under.path if under else None,
        search=request.args.get("q", "")[:100].strip(),
        missing=request.args.get("missing") == "1",
        closed=request.args.get("closed") == "1",
    )
    return render_template(
        "units/index.html",
        tree=unit_tree(session, actor, wanted),
        wanted=wanted,
        under=under,
        lacking=count_lacking(session, actor),
        kinds=KIND_LABELS,
    )


@blueprint.route("/new", methods=["GET", "POST"])
@requires(Role.ADMIN)
def new() -> Any:
    """Add a unit."""
    form = _form()
    if request.method == "GET":
        form.files_reports.data = True
        form.parent_id.data = _number("parent") or current_actor().unit_id
        return _page(form)
    if not form.validate_on_submit():
        return _page(form), 400
    try:
        with writing() as session:
            if earlier := earlier_location(session):
                return redirect(earlier, 303)
            now = runtime().now()
            unit = create_unit(session, current_actor(), form.parent_id.data, form.fields(), now=now)
            location = url_for("units.index", _anchor=f"unit-{unit.id}")
            keep_receipt(session, location)
    except (NotFound, Forbidden):
        raise
    except RuleViolation as error:
        form.refuse(error)
        return _page(form), status_of(error)
    flash(f"已新增单位：{unit.name}。下一步：为它新建账号。", "success")
    return redirect(location, 303)


@blueprint.route("/<int:unit_id>/edit", methods=["GET", "POST"])
@requires(Role.ADMIN)
def edit(unit_id: int) -> Any:
    """Change a unit; what a move would do is shown before it is done."""
    unit = get_unit(reading(), current_actor(), unit_id)
    form = _form(unit)
    if request.method == "GET":
        return _page(form, unit)
    if not form.validate_on_submit():
        return _page(form, unit), 400
    if _moves(form, unit) and not form.go.data:
        return _move_page(form, unit)
    try:
        with writing() as session:
            if earlier := earlier_location(session):
                return redirect(earlier, 303)
            _edit(session, form, unit_id)
            location = url_for("units.index", _anchor=f"unit-{unit_id}")
            keep_receipt(session, location)
    except (NotFound, Forbidden):
        raise
    except RuleViolation as error:
        form.refuse(error)
        fresh = get_unit(reading(), current_actor(), unit_id)
        return _page(form, fresh, stale=isinstance(error, StaleVersion)), status_of(error)
    flash("已保存。", "success")
    return redirect(location, 303)


@blueprint.route("/<int:unit_id>/close", methods=["GET", "POST"])
@requires(Role.ADMIN)
def close(unit_id: int) -> Any:
    """Close a unit that nothing hangs on any more."""
    return _set_active(unit_id, active=False)


@blueprint.route("/<int:unit_id>/reopen", methods=["GET", "POST"])
@requires(Role.ADMIN)
def reopen(unit_id: int) -> Any:
    """Open a closed unit again."""
    return _set_active(unit_id, active=True)


def _set_active(unit_id: int, *, active: bool) -> Any:
    unit, form = get_unit(reading(), current_actor(), unit_id), ConfirmForm()
    if request.method == "GET":
        return _active_page(unit, form, active)
    if not form.validate_on_submit():
        return _active_page(unit, form, active), 400
    try:
        with writing() as session:
            if earlier := earlier_location(session):
                return redirect(earlier, 303)
            now = runtime().now()
            set_unit_active(session, current_actor(), unit_id, active=active, version=form.seen, now=now)
            location = url_for("units.index", closed=1, _anchor=f"unit-{unit_id}")
            keep_receipt(session, location)
    except (NotFound, Forbidden):
        raise
    except RuleViolation as error:
        form.refuse(error)
        return _active_page(get_unit(reading(), current_actor(), unit_id), form, active), status_of(error)
    flash(f"已{'启用' if active else '停用'}：{unit.name}。", "success")
    return redirect(location, 303)


def _form(unit: Unit | None = None) -> UnitForm:
    form = UnitForm(obj=unit if request.method == "GET" else None)
    form.parent_id.choices = choosable_units(reading(), current_actor(), without=unit.path if unit else None)
    if unit is not None and _is_top(unit):
        del form.parent_id
    elif unit is not None and request.method == "GET":
        form.parent_id.data = unit.parent_id
    return form


def _edit(session: Session, form: UnitForm, unit_id: int) -> None:
    version = request.form.get("version", "")
    if not (version.isascii() and version.isdigit() and len(version) < 10):
        raise StaleVersion
    edit_unit(
        session,
        current_actor(),
        unit_id,
        form.fields(),
        parent_id=form.parent_id.data if "parent_id" in form else None,
        version=int(version),
        now=runtime().now(),
    )


def _moves(form: UnitForm, unit: Unit) -> bool:
    return "parent_id" in form and form.parent_id.data != unit.parent_id


def _is_top(unit: Unit) -> bool:
    return unit.path == current_actor().scope_path


def _number(name: str) -> int | None:
    value = request.args.get(name, "")
    return int(value) if value.isascii() and value.isdigit() and len(value) < 10 else None


def _page(form: UnitForm, unit: Unit | None = None, *, stale: bool = False) -> str:
    return render_template("units/form.html", form=form, unit=unit, stale=stale, kinds=KIND_LABELS)


def _move_page(form: UnitForm, unit: Unit) -> str:
    """Show what moves along and who will see it, before anything is done."""
    session, actor = reading(), current_actor()
    old = get_unit(session, actor, unit.parent_id) if unit.parent_id else None
    new_parent = get_unit(session, actor, form.parent_id.data)
    sent = {name: value for name, value in request.form.items() if name not in {"csrf_token", "request_key", "go"}}
    return render_template(
        "units/move.html", unit=unit, old=old, new_parent=new_parent, branch=branch_of(session, unit.path), sent=sent
    )


def _active_page(unit: Unit, form: ConfirmForm, active: bool) -> str:
    branch: Branch = branch_of(reading(), unit.path)
    return render_template("units/active.html", unit=unit, form=form, active=active, branch=branch)
