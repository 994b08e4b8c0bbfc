"""A card's values under the names of its form, and two versions of them side by side."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from tracker.db.models import Task
from tracker.services.tasks import supporting_units
from tracker.web.review_cards import quantity_words


def edit_values(session: Session, task: Task) -> dict[str, Any]:
    """Return a task's values under the names of the form."""
    rows = task.quantities
    return {
        "version": str(task.version),
        "title": task.title,
        "wording": task.wording,
        "due_on": task.due_on,
        "recurring": task.recurring or "",
        "lead_unit_id": task.lead_unit_id,
        "owner_id": str(task.owner_id or ""),
        "area": task.area or "",
        "supporting": [unit.id for unit in supporting_units(session, task.id)],
        "answers": list(task.answers),
        "vague": task.vague,
        "quantity_what": [str(row.get("what") or "") for row in rows],
        "quantity_op": [str(row.get("op") or ">=") for row in rows],
        "quantity_value": [_figure(row.get("value")) for row in rows],
        "quantity_max": [_figure(row.get("max")) for row in rows],
        "quantity_unit": [str(row.get("unit") or "") for row in rows],
        "quantity_per": [str(row.get("per") or "") for row in rows],
    }


def _figure(value: float | None) -> str:
    return "" if value is None else f"{value:.12g}"


COMPARED = (
    ("title", "标题"),
    ("wording", "任务内容"),
    ("due_on", "完成时限"),
    ("recurring", "周期"),
    ("lead_unit_id", "牵头单位"),
    ("owner_id", "责任人"),
    ("area", "类别"),
    ("supporting", "配合单位"),
    ("answers", "回应的问题"),
    ("vague", "要求模糊"),
)


def version_rows(saved: Mapping[str, Any], form: Any) -> list[dict[str, str]]:
    """Return label, what was saved meanwhile and what was typed, for the fields that differ."""
    rows = []
    for name, label in COMPARED:
        field = form[name]
        theirs, yours = _in_words(field, saved[name]), _in_words(field, field.data)
        if theirs != yours:
            rows.append({"label": label, "before": theirs or "（空）", "after": yours or "（空）"})
    theirs, yours = _quantities_in_words(saved), _quantities_in_words({n: form[n].data for n in QUANTITY_FIELDS})
    if theirs != yours:
        rows.append({"label": "量化指标", "before": theirs or "（空）", "after": yours or "（空）"})
    return rows


QUANTITY_FIELDS = tuple(f"quantity_{part}" for part in ("what", "op", "value", "max", "unit", "per"))


def _in_words(field: Any, value: Any) -> str:
    choices = {str(key): str(label) for key, label in getattr(field, "choices", None) or ()}
    if isinstance(value, list | tuple):
        return "；".join(choices.get(str(one), str(one)) for one in sorted(value, key=str))
    if isinstance(value, bool):
        return "是" if value else "否"
    if value is None or value == "":
        return ""
    text = value.isoformat() if isinstance(value, date) else str(value).replace("\r\n", "\n").strip()
    return choices.get(text, text)


def _quantities_in_words(values: Mapping[str, Any]) -> str:
    rows = zip(*(values[name] or [] for name in QUANTITY_FIELDS), strict=False)
    words = (
        quantity_words({"what": what, "op": op, "value": value, "max": top or None, "unit": unit, "per": per})
        for what, op, value, top, unit, per in rows
        if str(what).strip()
    )
    return "；".join(words)
