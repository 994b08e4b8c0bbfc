"""The ledger: filter, sort, search, page, choose columns, urge or send out the chosen ones, take it home as a workbook."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any, TypeVar
from urllib.parse import urlencode

from flask import Blueprint, flash, redirect, render_template, request, send_file, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response
from wtforms import HiddenField, SelectMultipleField

from tracker.db.queries.ledger import (
    Focus,
    LedgerFilter,
    Sort,
    ledger_count,
    ledger_page,
    units_for_filter,
)
from tracker.db.queries.task_lights import elapsed_of, light_of
from tracker.domain.areas import AREAS
from tracker.domain.lights import LightVerdict
from tracker.domain.permissions import BUSINESS_READERS, Role
from tracker.domain.tasks import LEDGER, OPEN, STATUS_LABELS, TaskStatus
from tracker.services.assignments import BatchOutcome, assign_many
from tracker.services.ledger import export_ledger
from tracker.services.policies import load_calendar, load_light_policy
from tracker.services.urging import urge_many
from tracker.web.access import current_actor, local_path, requires
from tracker.web.forms.base import StrictForm
from tracker.web.receipts import earlier_location, keep_receipt
from tracker.web.session import reading, runtime, writing

Choice = TypeVar("Choice", bound=StrEnum)

blueprint = Blueprint("ledger", __name__, url_prefix="/ledger")

FOCUS_LABELS = {
    Focus.ALL: "全部",
    Focus.OPEN: "在办",
    Focus.OVERDUE: "逾期",
    Focus.DUE_SOON: "即将到期",
    Focus.UNSIGNED: "待签收",
    Focus.IN_REVIEW: "待审核",
    Focus.EXTENSION: "申请延期",
    Focus.CLOSED: "已办结",
}
YEARS_BACK = 6
PARAMETERS = ("year", "unit", "status", "area", "focus", "q", "role", "sort", "columns")


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the table; ``sorts`` are its two orders where it has any."""

    key: str
    label: str
    sorts: tuple[Sort, Sort] | None = None
    num: bool = False
    fixed: bool = False
    shown: bool = True


COLUMNS = (
    Column("number", "编号", (Sort.NUMBER, Sort.NUMBER_DESC), fixed=True),
    Column("title", "任务内容", fixed=True),
    Column("unit", "牵头单位"),
    Column("owner", "责任人"),
    Column("due", "时限", (Sort.DUE, Sort.DUE_DESC)),
    Column("percent", "进度"),
    Column("status", "状态"),
    Column("light", "亮灯", fixed=True),
    Column("year", "年度", num=True, shown=False),
    Column("area", "类别", shown=False),
    Column("original", "原定时限", shown=False),
    Column("extensions", "延期次数", num=True, shown=False),
    Column("urged", "催办次数", num=True, shown=False),
    Column("progress_at", "最近反馈", shown=False),
)


class ChosenForm(StrictForm):
    """The tasks that were ticked, and where to go back to."""

    ids = SelectMultipleField(coerce=int, validate_choice=False)
    back = HiddenField()


@dataclass(frozen=True, slots=True)
class _Line:
    """A row of the page: the query's columns, its light and the elapsed share of its time."""

    row: Any
    light: LightVerdict
    elapsed: int | None

    @property
    def id(self) -> int:
        """The task's id, for the tick box."""
        return int(self.row.id)

    @property
    def title(self) -> str:
        """What the tick box is called."""
        return str(self.row.title)


@blueprint.get("/")
@requires(*BUSINESS_READERS)
def index() -> str:
    """Show a page of the ledger."""
    session, actor, today = reading(), current_actor(), runtime().today()
    units = units_for_filter(session, actor)
    calendar, policy = load_calendar(session), load_light_policy(session)
    wanted = _filter(today, calendar.add(today, policy.working_days_left), {str(unit.id): unit.path for unit in units})
    sort = _enum(Sort, request.args.get("sort")) or Sort.DUE
    page = ledger_page(session, actor, wanted, sort, cursor=request.args.get("at"))
    total, capped = ledger_count(session, actor, wanted)
    rows = [_Line(row, light_of(row, today, calendar, policy), elapsed_of(row, today)) for row in page.rows]
    return render_template(
        "ledger/index.html",
        rows=rows,
        page=page,
        total=total,
        capped=capped,
        wanted=wanted,
        sort=sort,
        columns=_columns(sort),
        shown=_shown(),
        chips=_chips(units),
        keep=_keep,
        address=_address,
        tabs=_tabs(),
        choices=_choices(units, today),
        running=OPEN,
    )


@blueprint.get("/export.xlsx")
@requires(*BUSINESS_READERS)
def export() -> Response:
    """Give the filtered ledger as a workbook with the columns of the 督办台账."""
    session, actor, today = reading(), current_actor(), runtime().today()
    units = {str(unit.id): unit.path for unit in units_for_filter(session, actor)}
    calendar, policy = load_calendar(session), load_light_policy(session)
    wanted = _filter(today, calendar.add(today, policy.working_days_left), units)
    stream = export_ledger(session, actor, wanted)
    return send_file(
        stream,
        mimetype="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        as_attachment=True,
        download_name=f"督办台账{wanted.plan_year or ''}_{today:%Y%m%d}.xlsx",
    )


@blueprint.post("/urge")
@requires(Role.SUPERVISOR)
def urge() -> Response:
    """Urge the chosen tasks."""
    return _batch("催办", lambda session, ids: urge_many(session, current_actor(), ids, now=runtime().now()))


@blueprint.post("/assign")
@requires(Role.SUPERVISOR)
def assign() -> Response:
    """Send the chosen tasks out."""
    return _batch("交办", lambda session, ids: assign_many(session, current_actor(), ids, now=runtime().now()))


def _batch(name: str, work: Callable[[Session, list[int]], BatchOutcome]) -> Response:
    form = ChosenForm()
    back = local_path(request.form.get("back")) or url_for("ledger.index")
    if not form.validate_on_submit():
        flash("提交的内容不完整，请刷新页面后重试。", "error")
        return redirect(back, 303)
    if not form.ids.data:
        flash(f"没有勾选任务。请先勾选要{name}的任务。", "warning")
        return redirect(back, 303)
    with writing() as session:
        if earlier := earlier_location(session):
            return redirect(earlier, 303)
        outcome = work(session, form.ids.data)
        keep_receipt(session, back)
        numbers = [task.number or task.title for task in outcome.done]
    _tell(name, numbers, outcome)
    return redirect(back, 303)


def _tell(name: str, numbers: list[str], outcome: BatchOutcome) -> None:
    if numbers:
        flash(f"已{name} {len(numbers)} 项：{'、'.join(numbers[:5])}{' 等' if len(numbers) > 5 else ''}。", "success")
    if outcome.refused:
        reasons = sorted({refusal.message for refusal in outcome.refused})
        flash(f"{len(outcome.refused)} 项没有{name}：{'；'.join(reasons[:3])}", "warning")


def _filter(today: date, soon: date, units: Mapping[str, str]) -> LedgerFilter:
    """Read the filter from the address; what is no valid value is left out."""
    arguments = request.args
    return LedgerFilter(
        today=today,
        due_soon_until=soon,
        plan_year=arguments.get("year", type=int),
        unit_path=units.get(arguments.get("unit", "")),
        status=_status(arguments.get("status")),
        area=arguments.get("area") if arguments.get("area") in AREAS else None,
        focus=_enum(Focus, arguments.get("focus")) or Focus.ALL,
        search=arguments.get("q", "")[:100].strip(),
        supporting=arguments.get("role") == "supporting",
    )


def _status(value: str | None) -> TaskStatus | None:
    status = _enum(TaskStatus, value)
    return status if status in LEDGER else None


def _enum(kind: type[Choice], value: str | None) -> Choice | None:
    return kind(value) if value in set(kind) else None


def _kept() -> dict[str, list[str]]:
    """Return the parameters of the page that its links keep (all but the place in it)."""
    return {name: [value for value in request.args.getlist(name) if value] for name in PARAMETERS}


def _address(**changes: str | None) -> str:
    """Return this page's address with some parameters changed; None removes one. The place is not kept."""
    kept = _kept()
    for name, value in changes.items():
        kept[name] = [] if value is None else [value]
    query = urlencode([(name, value) for name, values in kept.items() for value in values])
    return f"{url_for('ledger.index')}{'?' + query if query else ''}"


def _keep(*names: str) -> dict[str, list[str]]:
    kept = _kept()
    return {name: kept[name] for name in names if kept.get(name)}


def _shown() -> list[str]:
    """Return the keys of the columns to show: as chosen, or the usual ones."""
    chosen = request.args.getlist("columns")
    return [column.key for column in COLUMNS if column.fixed or (column.key in chosen if chosen else column.shown)]


def _columns(sort: Sort) -> list[dict[str, Any]]:
    shown = _shown()
    return [
        {
            "key": column.key,
            "label": column.label,
            "num": column.num,
            "fixed": column.fixed,
            "shown": column.key in shown,
            "class": "grow" if column.key == "title" else None,
            "sort_href": _sort_address(column.sorts, sort) if column.sorts else None,
            "direction": _direction(column.sorts, sort) if column.sorts else None,
        }
        for column in COLUMNS
    ]


def _sort_address(sorts: tuple[Sort, Sort], now: Sort) -> str:
    return _address(sort=sorts[1] if now is sorts[0] else sorts[0])


def _direction(sorts: tuple[Sort, Sort], now: Sort) -> str | None:
    return {sorts[0]: "asc", sorts[1]: "desc"}.get(now)


def _tabs() -> list[dict[str, Any]]:
    now = _enum(Focus, request.args.get("focus")) or Focus.ALL
    return [
        {"label": label, "href": _address(focus=None if focus is Focus.ALL else focus), "active": focus is now}
        for focus, label in FOCUS_LABELS.items()
    ]


def _choices(units: Sequence[Any], today: date) -> dict[str, list[tuple[str, str]]]:
    years = range(today.year + 1, today.year - YEARS_BACK, -1)
    return {
        "year": [("", "全部年度"), *((str(year), f"{year} 年") for year in years)],
        "unit": [("", "全部单位"), *((str(unit.id), unit.short_name) for unit in units)],
        "status": [("", "全部状态"), *((str(s.value), STATUS_LABELS[s]) for s in TaskStatus if s in LEDGER)],
        "area": [("", "全部类别"), *((area, area) for area in AREAS)],
        "role": [("", "牵头任务"), ("supporting", "配合任务")],
    }


def _chips(units: Sequence[Any]) -> list[dict[str, str]]:
    """Return what is filtered by, each with the address without it."""
    names = {str(unit.id): unit.short_name for unit in units}
    arguments = request.args
    found = []
    if year := arguments.get("year", type=int):
        found.append(("year", f"{year} 年"))
    if (unit := arguments.get("unit", "")) in names:
        found.append(("unit", names[unit]))
    if status := _status(arguments.get("status")):
        found.append(("status", STATUS_LABELS[status]))
    if (area := arguments.get("area", "")) in AREAS:
        found.append(("area", area))
    if arguments.get("role") == "supporting":
        found.append(("role", "配合任务"))
    if search := arguments.get("q", "").strip():
        found.append(("q", f"“{search[:20]}”"))
    return [{"label": label, "remove_href": _address(**{name: None})} for name, label in found]
