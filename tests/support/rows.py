"""Fills the tables of any schema with rows that keep its constraints, as it stands in a database."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Column, Connection, MetaData, Table

ENUMERATION = re.compile(r"^\(*\"?(\w+)\"?\)*(?:::[\w ]+)?\s*(?:IN|= ANY)\s*\(")
LITERAL = re.compile(r"'((?:[^']|'')*)'")
FIRST_DAY = date(2026, 1, 5)
UNTOUCHED = ("alembic_version", "sqlite_")
SEARCH_INDEX = "task_search"  # kept by triggers or by the search itself


_reflected: dict[tuple[str, str], list[Table]] = {}
"""The tables by kind of database and revision: to look them up takes a second, and is done dozens of times."""


def own_tables(connection: Connection) -> list[Table]:
    """The tables of the application as they stand in the database, parents before children."""
    key = (connection.dialect.name, str(connection.scalar(sa.text("SELECT version_num FROM alembic_version"))))
    if key not in _reflected:
        _reflected[key] = _reflect(connection)
    return _reflected[key]


def _reflect(connection: Connection) -> list[Table]:
    metadata = MetaData()
    metadata.reflect(connection)
    return [table for table in metadata.sorted_tables if not table.name.startswith((*UNTOUCHED, SEARCH_INDEX))]


def count_rows(connection: Connection) -> dict[str, int]:
    """How many rows each table of the application holds."""
    return {
        table.name: connection.scalar(sa.select(sa.func.count()).select_from(table)) or 0
        for table in own_tables(connection)
    }


def fill_empty_tables(connection: Connection, rows: int = 2) -> None:
    """Give every empty table ``rows`` rows. Every column has a value, every reference a row it points to.

    Columns in the order of the table get rising numbers and days, other ones in each row, so that "end > start" and the like hold.
    """
    for table in own_tables(connection):
        if connection.scalar(sa.select(sa.func.count()).select_from(table)):
            continue
        choices = _enumerations(connection, table.name)
        for number in range(1, rows + 1):
            values = {
                column.name: _value(connection, column, position, number, choices)
                for position, column in enumerate(table.columns)
            }
            connection.execute(table.insert().values(values))


def _enumerations(connection: Connection, table: str) -> dict[str, list[str]]:
    """The values that CHECK constraints allow, by column; constraints over several columns are left aside."""
    found: dict[str, list[str]] = {}
    for constraint in sa.inspect(connection).get_check_constraints(table):
        text = str(constraint["sqltext"])
        match = ENUMERATION.match(text)
        if match and " OR " not in text:
            found[match.group(1)] = LITERAL.findall(text)
    return found


def _value(
    connection: Connection, column: Column[Any], position: int, number: int, choices: dict[str, list[str]]
) -> Any:
    if column.foreign_keys:
        return _reference(connection, column, number)
    if column.name in choices:
        return choices[column.name][(number - 1) % len(choices[column.name])]
    return _plain_value(column, position, number)


def _reference(connection: Connection, column: Column[Any], number: int) -> Any:
    """The key of the number-th row of the table referred to; the first row of a tree has no parent."""
    target = next(iter(column.foreign_keys)).column
    if target.table is column.table:
        number -= 1
    keys = connection.scalars(sa.select(target).order_by(target)).all()
    return keys[number - 1] if 0 < number <= len(keys) else None


def _plain_value(column: Column[Any], position: int, number: int) -> Any:
    kind: Any = column.type
    if isinstance(kind, sa.Boolean):
        return True
    if isinstance(kind, sa.DateTime):
        moment = datetime(2026, 1, 5, 1, 0, tzinfo=UTC) + timedelta(days=10 * position + number)
        return moment if kind.timezone else moment.replace(tzinfo=None)
    if isinstance(kind, sa.Date):
        return FIRST_DAY + timedelta(days=10 * position + number)
    if isinstance(kind, sa.JSON):
        return {"number": number}
    if isinstance(kind, sa.Float | sa.Numeric):
        return 0.5
    if isinstance(kind, sa.Integer):
        return _number(column, position, number)
    if isinstance(kind, sa.LargeBinary):
        return b"\x00" * number
    text = f"{number}/" if column.name == "path" else f"{number}{column.name}"
    return text[: getattr(kind, "length", None) or len(text)]


def _number(column: Column[Any], position: int, number: int) -> int:
    if column.name.endswith("year"):
        return 2025 + number
    return number if column.primary_key else position + number
