"""How well the measurable targets of a reading agree with an annotation.

* ``quantities``: equal op, value, maximum, unit and period, and a name that shares a third of its character pairs with
  the annotated one or contains it. What the annotation leaves out (name, op, period) is not compared.
* ``quantity_values``: equal value and unit, whatever the rest: what was promised was seen.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from tracker.domain.documents import PlanItem, Quantity
from tracker.domain.gold import GoldItem, fold_quote
from tracker.domain.scores import Tally

Gold = Mapping[str, Any]


def score_quantities(
    items: Sequence[PlanItem], pairs: Sequence[tuple[GoldItem, PlanItem]], entries: Sequence[Gold]
) -> tuple[dict[str, Tally], list[str]]:
    """Return the tallies of quantities and the mistakes in Chinese; none where the annotation has no quantities."""
    if not any("quantities" in entry for entry in entries):
        return {}, []
    mistakes: list[str] = []
    matched = values = 0
    for expected, item in pairs:
        wanted = expected.entry.get("quantities", ())
        missed, extra = _paired(wanted, item.quantities, _same_quantity)
        matched += len(wanted) - len(missed)
        values += len(wanted) - len(_paired(wanted, item.quantities, _same_value)[0])
        mistakes += [f"指标漏：{expected.id} {_entry_words(entry)}" for entry in missed]
        mistakes += [
            f"指标多：{expected.id} {q.what}{q.op}{q.value:g}{q.unit}{'/' + q.per if q.per else ''}" for q in extra
        ]
    predicted = sum(len(item.quantities) for item in items)
    total = sum(len(entry.get("quantities", ())) for entry in entries)
    tallies = {"quantities": Tally(matched, predicted, total), "quantity_values": Tally(values, predicted, total)}
    return tallies, mistakes


def _paired(
    wanted: Sequence[Gold], found: Sequence[Quantity], same: Callable[[Gold, Quantity], bool]
) -> tuple[list[Gold], list[Quantity]]:
    """Return what is missing and what is left over, each quantity taken at most once, in the order of the text."""
    left = list(found)
    missed: list[Gold] = []
    for entry in wanted:
        match = next((quantity for quantity in left if same(entry, quantity)), None)
        if match is None:
            missed.append(entry)
        else:
            left.remove(match)
    return missed, left


def _same_value(entry: Gold, found: Quantity) -> bool:
    return close(float(entry["value"]), found.value) and same_unit(str(entry.get("unit", "")), found.unit)


def _same_quantity(entry: Gold, found: Quantity) -> bool:
    return (
        _same_value(entry, found)
        and entry.get("op", found.op) == found.op
        and ("op" not in entry or _same_maximum(entry.get("max"), found.maximum))
        and ("op" not in entry or (entry.get("per") or None) == (found.per or None))
        and ("what" not in entry or alike(str(entry["what"]), found.what))
    )


def _same_maximum(expected: float | None, found: float | None) -> bool:
    return expected is found if expected is None or found is None else close(float(expected), found)


def alike(left: str, right: str) -> bool:
    """Say whether two names of a thing are one: one contains the other, or they share a third of their character pairs."""
    first, second = _content(left), _content(right)
    if not first or not second or first in second or second in first:
        return bool(first and second) or first == second
    pairs, others = _pairs(first), _pairs(second)
    return 2 * len(pairs & others) >= (len(pairs) + len(others)) / 3


def _pairs(text: str) -> set[str]:
    return {text[index : index + 2] for index in range(len(text) - 1)}


_UNITS = {"场次": "场", "％": "%", "人次": "人", "名": "人"}


def same_unit(left: str, right: str) -> bool:
    """Say whether two counter words count the same (场 and 场次, 名 and 人)."""
    return _UNITS.get(left, left) == _UNITS.get(right, right)


def close(left: float, right: float) -> bool:
    """Compare two numbers as written in a text: equal up to one in a million."""
    return abs(left - right) <= 1e-6 * max(1.0, abs(left), abs(right))


def _content(text: str) -> str:
    return "".join(char for char in fold_quote(text) if char.isalnum())


def _entry_words(entry: Gold) -> str:
    per = f"/{entry['per']}" if entry.get("per") else ""
    return f"{entry.get('what', '')}{entry.get('op', '')}{entry['value']}{entry.get('unit', '')}{per}"
