"""The overview: what waits for the supervisor, and how each unit stands."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, render_template, request, url_for
from flask_login import current_user

from tracker.db.queries.overview import Overview, Tally, UnitLine, year_overview
from tracker.domain.lights import LightPolicy, near_until
from tracker.domain.permissions import Role
from tracker.domain.tasks import TaskStatus
from tracker.services.policies import load_calendar, load_light_policy
from tracker.web.access import current_actor, requires
from tracker.web.ledger_page import read_year
from tracker.web.session import reading, runtime

blueprint = Blueprint("overview", __name__, url_prefix="/overview")

S = TaskStatus
YEARS_BACK = 5


@blueprint.get("/")
@requires(Role.SUPERVISOR, Role.AUDITOR, Role.HEAD)
def index() -> str:
    """Show a plan year at a glance."""
    session, today = reading(), runtime().today()
    year = read_year(request.args) or today.year
    policy = load_light_policy(session)
    soon = near_until(today, load_calendar(session), policy)
    overview = year_overview(session, current_actor(), year, today=today, soon=soon)
    return render_template(
        "overview/index.html",
        year=year,
        years=range(today.year + 1, today.year - YEARS_BACK, -1),
        overview=overview,
        tiles=_tiles(overview, year, policy),
        waiting=_waiting(overview, year),
        parts=_parts,
        ledger=_ledger,
    )


def _tiles(overview: Overview, year: int, policy: LightPolicy) -> list[dict[str, Any]]:
    total = overview.total
    rate = total.completion
    return [
        {"label": "立项任务", "value": total.established, "unit": "项", "href": _ledger(year)},
        {
            "label": "完成率",
            "value": "—" if rate is None else rate,
            "unit": "" if rate is None else "%",
            "note": "已办结 ÷（立项 − 撤销）",
        },
        {"label": "已办结", "value": total.closed, "unit": "项", "href": _ledger(year, focus="closed")},
        {"label": "逾期", "value": total.overdue, "unit": "项", "href": _ledger(year, focus="overdue"), "light": "red"},
        {
            "label": f"{policy.working_days_left} 个工作日内到期",
            "value": total.due_soon,
            "unit": "项",
            "href": _ledger(year, focus="due_soon"),
            "light": "yellow",
        },
    ]


def _waiting(overview: Overview, year: int) -> list[dict[str, Any]]:
    """Return what waits for the supervisor's decision, each with where to decide it."""
    if current_user.role is not Role.SUPERVISOR:
        return []
    total = overview.total
    found = [
        (
            "份退回的计划已答复，待您了结或再次退回",
            overview.answered_returns,
            url_for("reports.index", year="", state="returned"),
        ),
        (
            "份报告待确认任务",
            sum(not line.reviewed and line.report_id is not None for line in overview.units),
            "reports",
        ),
        ("项任务已立项、待交办", total.of(S.ESTABLISHED), _ledger(year, status=S.ESTABLISHED)),
        ("项办结申请待审核", total.of(S.IN_REVIEW), _ledger(year, focus="in_review")),
        ("项延期申请待审批", overview.waiting_extensions, url_for("ledger.index", focus="extension")),
        ("项任务逾期，可以催办", total.overdue, _ledger(year, focus="overdue")),
    ]
    return [
        {"count": count, "label": label, "href": url_for("reports.index") if href == "reports" else href}
        for label, count, href in found
        if count
    ]


def _parts(tally: Tally) -> list[dict[str, Any]]:
    """Return the parts of a unit's bar: struck off, running well, near, overdue, the rest."""
    running = tally.of(S.ASSIGNED, S.IN_PROGRESS, S.IN_REVIEW, S.RETURNED)
    rest = tally.established - tally.closed - running
    parts = [
        ("已办结", tally.closed, "closed_on_time"),
        ("推进中", running - tally.overdue - tally.due_soon, "green"),
        ("即将到期", tally.due_soon, "yellow"),
        ("逾期", tally.overdue, "red"),
        ("其他", rest, "grey"),
    ]
    return [{"label": label, "value": value, "kind": kind} for label, value, kind in parts]


def _ledger(year: int, **filters: Any) -> str:
    line = filters.pop("line", None)
    if isinstance(line, UnitLine):
        filters["unit"] = line.id
    return url_for("ledger.index", year=year, **filters)
