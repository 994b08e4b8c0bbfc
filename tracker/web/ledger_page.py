"""What the ledger's page makes of its address: the question, the columns to show, the chips, and the addresses it offers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cached_property
from typing import Any, TypeVar
from urllib.parse import urlencode

from werkzeug.datastructures import MultiDict

from tracker.db.queries.ledger import Focus, LedgerFilter
from tracker.db.queries.ledger_order import Sort
from tracker.domain.areas import AREAS
from tracker.domain.tasks import LEDGER, STATUS_LABELS, TaskStatus

Choice = TypeVar("Choice", bound=StrEnum)

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
FIRST_YEAR, LAST_YEAR = 1990, 2200
LONGEST_SEARCH = 100
FIXED_STATES = [("", "全部状态"), *((str(s.value), STATUS_LABELS[s]) for s in TaskStatus if s in LEDGER)]
FIXED_AREAS = [("", "全部类别"), *((area, area) for area in AREAS)]
FIXED_ROLES = [("", "牵头任务"), ("supporting", "配合任务")]


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the table; ``sorts`` are its two orders where it has any."""

    key: str
    label: str
    sorts: tuple[Sort, Sort] | None = None
    num: bool = False
    fixed: bool = False
    usual: bool = True


COLUMNS = (
    Column("number", "编号", (Sort.NUMBER, Sort.NUMBER_DESC), fixed=True),
    Column("title", "任务内容", fixed=True),
    Column("unit", "牵头单位"),
    Column("owner", "责任人"),
    Column("due", "时限", (Sort.DUE, Sort.DUE_DESC)),
    Column("percent", "进度"),
    Column("status", "状态"),
    Column("light", "亮灯", fixed=True),
    Column("year", "年度", num=True, usual=False),
    Column("area", "类别", usual=False),
    Column("original", "原定时限", usual=False),
    Column("extensions", "延期次数", num=True, usual=False),
    Column("urged", "催办次数", num=True, usual=False),
    Column("progress_at", "最近反馈", usual=False),
)
CHOSEN_COLUMNS = frozenset(column.key for column in COLUMNS)


@dataclass(frozen=True)
class Asked:
    """What an address of the ledger asks for; whatever in it is no valid value is left out."""

    base: str  # the address without parameters
    units: Sequence[Any]
    year: int | None
    unit: Any | None  # a row of ``units``
    status: TaskStatus | None
    area: str | None
    focus: Focus
    search: str
    supporting: bool
    sort: Sort
    columns: tuple[str, ...]  # as chosen; empty: the usual ones

    def filter(self, today: date, soon: date) -> LedgerFilter:
        """Return the question to the database."""
        return LedgerFilter(
            today=today,
            due_soon_until=soon,
            plan_year=self.year,
            unit_path=self.unit.path if self.unit is not None else None,
            status=self.status,
            area=self.area,
            focus=self.focus,
            search=self.search,
            supporting=self.supporting,
        )

    @cached_property
    def parameters(self) -> dict[str, str | tuple[str, ...]]:
        """Return the parameters that say the same, those left at their usual value excepted."""
        found: dict[str, str | tuple[str, ...]] = {
            "year": str(self.year or ""),
            "unit": str(self.unit.id) if self.unit is not None else "",
            "status": self.status or "",
            "area": self.area or "",
            "focus": "" if self.focus is Focus.ALL else self.focus,
            "q": self.search,
            "role": "supporting" if self.supporting else "",
            "sort": "" if self.sort is Sort.DUE else self.sort,
            "columns": self.columns,
        }
        return {name: value for name, value in found.items() if value}

    @property
    def narrowed(self) -> bool:
        """Say whether anything is filtered by."""
        return bool(self.parameters.keys() - {"sort", "columns"})

    def address(self, *, base: str | None = None, **changes: str | None) -> str:
        """Return the page's address with some parameters changed; None removes one. The place in the list is not kept."""
        kept = {name: value for name, value in {**self.parameters, **changes}.items() if value is not None}
        return f"{base or self.base}?{urlencode(kept, doseq=True)}" if kept else base or self.base

    def keep(self, *names: str) -> dict[str, str | tuple[str, ...]]:
        """Return the parameters of these names that a form of the page must send along."""
        return {name: value for name, value in self.parameters.items() if name in names}

    def shown(self) -> list[str]:
        """Return the keys of the columns to show: as chosen, or the usual ones."""
        return [
            column.key
            for column in COLUMNS
            if column.fixed or (column.key in self.columns if self.columns else column.usual)
        ]

    def heads(self) -> list[dict[str, Any]]:
        """Return all columns as the table's head and the choice of columns draw them."""
        shown = set(self.shown())
        return [
            {
                "key": column.key,
                "label": column.label,
                "num": column.num,
                "fixed": column.fixed,
                "shown": column.key in shown,
                "class": "grow" if column.key == "title" else None,
                **self._sorting(column),
            }
            for column in COLUMNS
        ]

    def _sorting(self, column: Column) -> dict[str, str | None]:
        if column.sorts is None:
            return {}
        rising, falling = column.sorts
        wanted = falling if self.sort is rising else rising
        direction = {rising: "asc", falling: "desc"}.get(self.sort)
        return {"sort_href": self.address(sort=wanted), "direction": direction}

    def tabs(self) -> list[dict[str, Any]]:
        """Return the ready-made selections."""
        return [
            {
                "label": label,
                "href": self.address(focus=None if focus is Focus.ALL else focus),
                "active": focus is self.focus,
            }
            for focus, label in FOCUS_LABELS.items()
        ]

    def chips(self) -> list[dict[str, str]]:
        """Return what is filtered by, each with the address without it."""
        found = {
            "year": f"{self.year} 年" if self.year else "",
            "unit": self.unit.short_name if self.unit is not None else "",
            "status": STATUS_LABELS[self.status] if self.status else "",
            "area": self.area or "",
            "role": "配合任务" if self.supporting else "",
            "q": f"“{self.search[:20]}{'…' if len(self.search) > 20 else ''}”" if self.search else "",
        }
        return [{"label": label, "remove_href": self.address(**{name: None})} for name, label in found.items() if label]

    def choices(self, today: date) -> dict[str, list[tuple[str, str]]]:
        """Return the options of the filters."""
        years = range(today.year + 1, today.year - YEARS_BACK, -1)
        return {
            "year": [("", "全部年度"), *((str(year), f"{year} 年") for year in years)],
            "unit": [("", "全部单位"), *((str(unit.id), unit.short_name) for unit in self.units)],
            "status": FIXED_STATES,
            "area": FIXED_AREAS,
            "role": FIXED_ROLES,
        }


def read_address(arguments: MultiDict[str, str], base: str, units: Sequence[Any]) -> Asked:
    """Read what is asked for from the parameters of an address; ``units`` are those in scope."""
    by_id = {str(unit.id): unit for unit in units}
    status = one_of(TaskStatus, arguments.get("status"))
    area = arguments.get("area")
    return Asked(
        base=base,
        units=units,
        year=read_year(arguments),
        unit=by_id.get(arguments.get("unit", "")),
        status=status if status in LEDGER else None,
        area=area if area in AREAS else None,
        focus=one_of(Focus, arguments.get("focus")) or Focus.ALL,
        search=arguments.get("q", "").strip()[:LONGEST_SEARCH],
        supporting=arguments.get("role") == "supporting",
        sort=one_of(Sort, arguments.get("sort")) or Sort.DUE,
        columns=tuple(key for key in dict.fromkeys(arguments.getlist("columns")) if key in CHOSEN_COLUMNS),
    )


def read_year(arguments: Mapping[str, str]) -> int | None:
    """Read the plan year; None where there is none, or none a plan can have."""
    written = arguments.get("year", "")
    if not (written.isascii() and written.isdigit() and len(written) == 4):
        return None
    return int(written) if FIRST_YEAR <= int(written) <= LAST_YEAR else None


def one_of(kind: type[Choice], value: str | None) -> Choice | None:
    """Return the member of this value, or None."""
    return kind(value) if value is not None and value in kind._value2member_map_ else None
