"""The ledger: filter, sort, search, page, choose columns, act on the chosen ones, take it home as a workbook."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import Blueprint, render_template, request, send_file, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from tracker.db.queries.ledger import LedgerFilter, ledger_count, ledger_page, units_for_filter
from tracker.db.queries.task_lights import elapsed_of, light_of
from tracker.domain.documents import DeadlineSource
from tracker.domain.lights import LightVerdict, near_until
from tracker.domain.permissions import BUSINESS_READERS, Actor
from tracker.domain.tasks import RUNNING
from tracker.services.ledger import export_ledger, note_ledger_export
from tracker.services.policies import load_calendar, load_light_policy
from tracker.web.access import current_actor, requires
from tracker.web.ledger_page import Asked, read_address
from tracker.web.session import reading, runtime, writing
from tracker.web.views.ledger_batch import register

blueprint = Blueprint("ledger", __name__, url_prefix="/ledger")
register(blueprint)


@dataclass(frozen=True, slots=True)
class _Line:
    """A row of the page: the query's columns and what is derived from them."""

    row: Any
    href: str
    light: LightVerdict
    elapsed: int | None  # while the clock runs: the share of the time gone, in percent
    running: bool
    inferred: bool

    def __getitem__(self, name: str) -> Any:
        """Return a column, for the tick box of the table."""
        return getattr(self.row, name)


@blueprint.get("/")
@requires(*BUSINESS_READERS)
def index() -> str:
    """Show a page of the ledger."""
    session, actor, today = reading(), current_actor(), runtime().today()
    asked = _asked(session, actor)
    wanted = _filter(session, asked, today)
    page = ledger_page(session, actor, wanted, asked.sort, cursor=request.args.get("at"))
    total, capped = ledger_count(session, actor, wanted)
    return render_template(
        "ledger/index.html",
        rows=_lines(session, page.rows, today),
        page=page,
        total=total,
        capped=capped,
        asked=asked,
        columns=asked.heads(),
        shown=asked.shown(),
        choices=asked.choices(today),
        back=asked.address(at=request.args.get("at")),
    )


@blueprint.get("/export.xlsx")
@requires(*BUSINESS_READERS)
def export() -> Response:
    """Give the filtered ledger as a workbook with the columns of the 督办台账; the export itself is noted in the log."""
    session, actor, today = reading(), current_actor(), runtime().today()
    asked = _asked(session, actor)
    words = "、".join(chip["label"] for chip in asked.chips()) or "全部"
    stream = export_ledger(session, actor, _filter(session, asked, today))
    with writing() as session:
        note_ledger_export(session, actor, asked=words, now=runtime().now())
    return send_file(
        stream,
        mimetype="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        as_attachment=True,
        download_name=f"督办台账{asked.year or ''}_{today:%Y%m%d}.xlsx",
    )


def _asked(session: Session, actor: Actor) -> Asked:
    return read_address(request.args, url_for("ledger.index"), units_for_filter(session, actor))


def _filter(session: Session, asked: Asked, today: date) -> LedgerFilter:
    return asked.filter(today, near_until(today, load_calendar(session), load_light_policy(session)))


def _lines(session: Session, rows: Any, today: date) -> list[_Line]:
    calendar, policy = load_calendar(session), load_light_policy(session)
    prefix = url_for("tasks.show", task_id=0).removesuffix("0")  # one address worked out, not one a row
    return [
        _Line(
            row=row,
            href=f"{prefix}{row.id}",
            light=light_of(row, today, calendar, policy),
            elapsed=elapsed_of(row, today) if row.status in RUNNING else None,
            running=row.status in RUNNING,
            inferred=row.due_source is DeadlineSource.PLAN_YEAR and not row.due_confirmed,
        )
        for row in rows
    ]
