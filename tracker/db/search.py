"""The search index of tasks: kept by the rows themselves, so no verb can forget it.

SQLite: an FTS5 table whose rowid is the task's id. PostgreSQL: a table with a ``tsvector`` and a GIN index. Both hold the
tokens of ``tracker.language.bigrams``.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import ColumnElement, Connection, event, inspect, text
from sqlalchemy.orm import Mapper

from tracker.db.models import Task
from tracker.language.bigrams import search_phrases, search_tokens

INDEXED = ("number", "title", "wording")


def matches(dialect: str) -> ColumnElement[bool]:
    """Return the condition on ``Task`` of containing every word looked for; the value ``search`` is a search_expression."""
    found = "SELECT rowid FROM task_search WHERE task_search MATCH :search"
    if dialect != "sqlite":
        found = "SELECT task_id FROM task_search WHERE tokens @@ to_tsquery('simple', :search)"
    return Task.id.in_(text(found).columns(Task.id))


def search_expression(query: str, dialect: str) -> str | None:
    """Return what a person typed in the index's own language; None where it holds nothing that can be looked for."""
    phrases = search_phrases(query)
    if not phrases:
        return None
    if dialect == "sqlite":
        return " AND ".join(_fts5_phrase(phrase) for phrase in phrases)
    return " & ".join(_postgresql_phrase(phrase) for phrase in phrases)


def index_tasks(connection: Connection, rows: Iterable[Any]) -> None:
    """(Re)write the index of ``rows``, which have ``id`` and the indexed fields; for rows inserted in bulk."""
    values = [{"id": row.id, "tokens": _tokens(row)} for row in rows]
    if not values:
        return
    connection.execute(text(_delete(connection)), [{"id": value["id"]} for value in values])
    connection.execute(text(_insert(connection)), values)


@event.listens_for(Task, "after_insert")
def _inserted(_mapper: Mapper[Any], connection: Connection, task: Task) -> None:
    index_tasks(connection, [task])  # a row of that id may be left of a proposal that was deleted: ids are used again


@event.listens_for(Task, "after_update")
def _updated(_mapper: Mapper[Any], connection: Connection, task: Task) -> None:
    if any(inspect(task).attrs[name].history.has_changes() for name in INDEXED):
        index_tasks(connection, [task])


def _tokens(row: Any) -> str:
    return " ".join(search_tokens(" ".join(getattr(row, name) or "" for name in INDEXED)))


def _insert(connection: Connection) -> str:
    if connection.dialect.name == "sqlite":
        return "INSERT INTO task_search (rowid, tokens) VALUES (:id, :tokens)"
    return "INSERT INTO task_search (task_id, tokens) VALUES (:id, to_tsvector('simple', :tokens))"


def _delete(connection: Connection) -> str:
    column = "rowid" if connection.dialect.name == "sqlite" else "task_id"
    return f"DELETE FROM task_search WHERE {column} = :id"  # noqa: S608  (one of two names)


def _fts5_phrase(phrase: list[str]) -> str:
    last = phrase[-1]
    words = " ".join([*phrase[:-1], last.rstrip("*")])
    return f'"{words}"' + ("*" if last.endswith("*") else "")


def _postgresql_phrase(phrase: list[str]) -> str:
    return (
        "(" + " <-> ".join(f"'{token.rstrip('*')}'" + (":*" if token.endswith("*") else "") for token in phrase) + ")"
    )
