"""What the sheet of a unit's year shows to whom: which rows need looking at, which one is open, what its form holds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tracker.domain.permissions import Actor, Role
from tracker.services.account_sheet import Json, Sheet, suggestions_digest, takeable
from tracker.web.forms.reconciliation import VERDICTS, LineForm


@dataclass(frozen=True, slots=True)
class SheetPage:
    """Everything on the page beside the sheet itself."""

    attention: Sequence[Json]
    agreed: Sequence[Json]
    open_row: int | None
    values: Mapping[str, Any]
    may_decide: bool
    may_confirm: bool
    without_verdict: int
    offered: int
    offered_digest: str
    verdicts: Sequence[tuple[str, str]]


def sheet_page(sheet: Sheet, actor: Actor, *, row: int | None = None, form: LineForm | None = None) -> SheetPage:
    """Arrange the page. Without ``row`` the first task that needs a verdict or an explanation is open."""
    may_decide = actor.role is Role.SUPERVISOR and not sheet.locked
    known = {one["task_id"] for one in sheet.rows}
    chosen = row if row in known else None
    if chosen is None and may_decide and row is None:
        chosen = next((one["task_id"] for one in sheet.rows if _is_waiting(one)), None)
    opened = next((one for one in sheet.rows if one["task_id"] == chosen), None)
    offered = takeable(sheet)
    without = sum(one["verdict"] is None for one in sheet.rows)
    own_head = actor.role is Role.HEAD and actor.unit_id == sheet.unit.id
    return SheetPage(
        attention=[one for one in sheet.rows if one["differences"] or one["is_open"]],
        agreed=[one for one in sheet.rows if not one["differences"] and not one["is_open"]],
        open_row=chosen if may_decide else None,
        values=_values(opened, form),
        may_decide=may_decide,
        may_confirm=own_head and not sheet.locked and not sheet.confirmed and bool(sheet.rows) and without == 0,
        without_verdict=without,
        offered=len(offered) if may_decide else 0,
        offered_digest=suggestions_digest(offered),
        verdicts=VERDICTS,
    )


def next_row(sheet: Sheet, task_id: int) -> int | None:
    """Return the task to go on with after one was saved: the next that waits, in the order of the page."""
    ids = [one["task_id"] for one in sheet.rows]
    at = ids.index(task_id) if task_id in ids else 0
    following = [*sheet.rows[at + 1 :], *sheet.rows[:at]]
    return next((one["task_id"] for one in following if _is_waiting(one)), None)


def _is_waiting(row: Json) -> bool:
    """Whether a finished task with differences still lacks its verdict or an explanation."""
    if row["is_open"] or not row["differences"]:
        return False
    return row["verdict"] is None or any(not one["explanation"] for one in row["differences"])


def _values(row: Json | None, form: LineForm | None) -> dict[str, Any]:
    """Return what the form of the open row shows: as typed, else as it stands, else as suggested."""
    if row is None:
        return {}
    if form is not None:
        return {name: field.data or "" for name, field in form._fields.items()}
    suggestion = row["suggestion"]
    explanations = {f"explanation_{one['kind']}": one["explanation"] for one in row["differences"]}
    return {
        "verdict": row["verdict"] or (suggestion["verdict"] if suggestion else ""),
        "shortfall": row["shortfall"],
        "handling": row["handling"],
        **explanations,
    }
