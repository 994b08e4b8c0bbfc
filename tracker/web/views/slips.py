"""督办单: the register, each slip as a sheet to print, its Word document, and the unit's receipt."""

from __future__ import annotations

import io
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, flash, redirect, render_template, request, send_file, url_for
from sqlalchemy import select
from wtforms import HiddenField, StringField
from wtforms.validators import Length, Optional

from tracker.db.models import SupervisionSlip, Unit
from tracker.db.queries.scope import below
from tracker.db.queries.slips import SlipFilter, get_slip, slip_page
from tracker.domain.errors import Forbidden, NotFound, RuleViolation
from tracker.domain.permissions import BUSINESS_READERS, UNIT_ROLES, Role
from tracker.services.slips import facts_of, note_slip_export, receive_slip, slip_document, slip_register
from tracker.web.access import current_actor, requires
from tracker.web.errors import status_of
from tracker.web.forms.base import StrictForm
from tracker.web.receipts import earlier_location, keep_receipt
from tracker.web.session import reading, runtime, writing

blueprint = Blueprint("slips", __name__, url_prefix="/slips")

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
RUNGS = (("", "全部"), ("yellow", "第一级"), ("red", "第二级"))
STATES = (("", "全部"), ("no", "待回执"), ("yes", "已回执"))
PARAMETERS = ("year", "rung", "received", "unit")
LARGEST_ID = 2**31 - 1
MOST_UNITS = 500


class ReceiptForm(StrictForm):
    """The unit's receipt, and the version of the slip it was shown with."""

    version = HiddenField()
    note = StringField("回执说明", validators=[Optional(), Length(max=500, message="回执说明不超过 500 字。")])


@blueprint.get("/")
@requires(*BUSINESS_READERS)
def index() -> str:
    """Show the register, newest first."""
    session, wanted = reading(), _wanted()
    before = request.args.get("before", type=int)
    page = slip_page(session, current_actor(), wanted, before=before if before and 0 < before <= LARGEST_ID else None)
    units = _units()
    return render_template(
        "slips/index.html",
        page=page,
        wanted=wanted,
        years=_years(),
        rungs=RUNGS,
        states=STATES,
        units=[("", "全部单位"), *units],
        chips=_chips(wanted, dict(units)),
        next_href=_address(before=str(page.next_before)) if page.next_before else None,
        export_href=f"{url_for('slips.export')}{_query()}",
    )


@blueprint.get("/export.xlsx")
@requires(*BUSINESS_READERS)
def export() -> Response:
    """Hand out what the filter finds as a workbook."""
    actor, now = current_actor(), runtime().now()
    stream = slip_register(reading(), actor, _wanted(), now=now)
    with writing() as session:
        note_slip_export(session, actor, "登记簿", now=now)
    return send_file(stream, mimetype=XLSX, as_attachment=True, download_name="督办单登记簿.xlsx")


@blueprint.get("/<int:slip_id>")
@requires(*BUSINESS_READERS)
def show(slip_id: int) -> Any:
    """Show a slip as it is printed, and its receipt."""
    return _page(get_slip(reading(), current_actor(), slip_id), ReceiptForm(formdata=None))


@blueprint.get("/<int:slip_id>/document.docx")
@requires(*BUSINESS_READERS)
def document(slip_id: int) -> Response:
    """Hand out a slip as a Word document."""
    actor, now = current_actor(), runtime().now()
    name, data = slip_document(reading(), actor, slip_id)
    with writing() as session:
        note_slip_export(session, actor, name.removesuffix(".docx"), now=now)
    return send_file(io.BytesIO(data), mimetype=DOCX, as_attachment=True, download_name=name)


@blueprint.post("/<int:slip_id>/receipt")
@requires(Role.OFFICER, Role.HEAD)
def receipt(slip_id: int) -> Any:
    """Confirm that the unit has received the slip."""
    slip, form = get_slip(reading(), current_actor(), slip_id), ReceiptForm()
    if not form.validate_on_submit() or not (form.version.data or "").isdecimal():
        return _page(slip, form), 400
    location = url_for("slips.show", slip_id=slip_id)
    try:
        with writing() as session:
            if earlier := earlier_location(session):
                return redirect(earlier, 303)
            note, version = form.note.data or "", int(form.version.data)
            receive_slip(session, current_actor(), slip_id, note=note, version=version, now=runtime().now())
            keep_receipt(session, location)
    except (NotFound, Forbidden):
        raise
    except RuleViolation as error:
        form.refuse(error)
        return _page(get_slip(reading(), current_actor(), slip_id), form), status_of(error)
    flash("已回执，督办员会收到通知。", "success")
    return redirect(location, 303)


def _page(slip: SupervisionSlip, form: ReceiptForm) -> str:
    actor = current_actor()
    return render_template(
        "slips/show.html",
        slip=slip,
        facts=facts_of(slip),
        form=form,
        may_receive=actor.role in UNIT_ROLES and actor.unit_id == slip.unit_id and slip.received_at is None,
    )


def _wanted() -> SlipFilter:
    """Read the filter from the address; what is no valid value is left out."""
    year, unit = request.args.get("year", ""), request.args.get("unit", "")
    return SlipFilter(
        year=int(year) if year in {str(one) for one in _years()} else None,
        rung=request.args.get("rung") if request.args.get("rung") in ("yellow", "red") else None,
        received={"yes": True, "no": False}.get(request.args.get("received", "")),
        unit_id=int(unit) if unit in dict(_units()) else None,
    )


def _years() -> list[int]:
    this = runtime().today().year
    return list(range(this, this - 7, -1))


def _units() -> list[tuple[str, str]]:
    query = select(Unit.id, Unit.name).where(below(current_actor().scope_path)).order_by(Unit.path).limit(MOST_UNITS)
    return [(str(row.id), row.name) for row in reading().execute(query)]


def _query(**changes: str | None) -> str:
    kept: dict[str, str | None] = {name: request.args.get(name) for name in PARAMETERS}
    query = urlencode({name: value for name, value in (kept | changes).items() if value})
    return f"?{query}" if query else ""


def _address(**changes: str | None) -> str:
    return f"{url_for('slips.index')}{_query(**changes)}"


def _chips(wanted: SlipFilter, units: dict[str, str]) -> list[dict[str, str]]:
    found = (
        ("year", f"{wanted.year} 年" if wanted.year else ""),
        ("rung", dict(RUNGS).get(wanted.rung or "", "") if wanted.rung else ""),
        ("received", "" if wanted.received is None else "已回执" if wanted.received else "待回执"),
        ("unit", units.get(str(wanted.unit_id), "") if wanted.unit_id else ""),
    )
    return [{"label": label, "remove_href": _address(**{name: None})} for name, label in found if label]
