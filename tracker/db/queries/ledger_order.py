"""The orders of the ledger and the places in them: keyset paging, so that page 200 costs what page 1 does."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Integer, and_, bindparam, or_

from tracker.db.models import Task

LARGEST_ID = 2**31 - 1
LONGEST_NUMBER = 40


class Sort(StrEnum):
    """Orders of the ledger; each is unique through the id."""

    DUE = "due"
    DUE_DESC = "-due"
    NUMBER = "number"
    NUMBER_DESC = "-number"
    UPDATED_DESC = "-updated"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page begins: beyond the row with this value and id, looking on or back."""

    backwards: bool
    value: Any
    id: int


@dataclass(frozen=True, slots=True)
class Order:
    """An order by one column and the id. A place in it is written ``>value~id`` (go on) or ``<value~id`` (go back)."""

    sort: Sort
    column: Any
    descending: bool
    parse: Callable[[str], Any]

    def by(self, backwards: bool) -> tuple[Any, ...]:
        """Return the columns to order by."""
        down = self.descending != backwards
        return (self.column.desc(), Task.id.desc()) if down else (self.column.asc(), Task.id.asc())

    def beyond(self, backwards: bool) -> ColumnElement[bool]:
        """Return the condition of coming after a place; its values are those of ``values``."""
        value, identity = bindparam("at_value", type_=self.column.type), bindparam("at_id", type_=Integer)
        column = self.column
        if self.descending != backwards:
            return and_(column <= value, or_(column < value, Task.id < identity))
        return and_(column >= value, or_(column > value, Task.id > identity))

    def values(self, place: Place | None) -> dict[str, Any]:
        """Return the values of ``beyond``."""
        return {} if place is None else {"at_value": place.value, "at_id": place.id}

    def key(self, row: Any) -> str:
        """Return the place of a row as it stands in an address, without its direction."""
        value = getattr(row, self.column.key)
        return f"{value.isoformat() if isinstance(value, date | datetime) else value}~{row.id}"

    def place(self, cursor: str | None) -> Place | None:
        """Read a place from an address; None where it is none (somebody edited it)."""
        if not cursor or cursor[0] not in "<>":
            return None
        written, _, identity = cursor[1:].rpartition("~")
        try:
            place = Place(cursor[0] == "<", self.parse(written), int(identity))
        except ValueError:
            return None
        return place if 0 < place.id <= LARGEST_ID else None


def _moment(written: str) -> datetime:
    moment = datetime.fromisoformat(written)
    if moment.tzinfo is None:
        raise ValueError("a moment without its zone")
    return moment.astimezone(UTC)


def _number(written: str) -> str:
    if not written.isprintable() or not 0 < len(written) <= LONGEST_NUMBER:
        raise ValueError("not a number of a task")
    return written


ORDERS: dict[Sort, Order] = {
    Sort.DUE: Order(Sort.DUE, Task.due_on, False, date.fromisoformat),
    Sort.DUE_DESC: Order(Sort.DUE_DESC, Task.due_on, True, date.fromisoformat),
    Sort.NUMBER: Order(Sort.NUMBER, Task.number, False, _number),
    Sort.NUMBER_DESC: Order(Sort.NUMBER_DESC, Task.number, True, _number),
    Sort.UPDATED_DESC: Order(Sort.UPDATED_DESC, Task.updated_at, True, _moment),
}
