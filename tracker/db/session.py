"""Engines and the two sessionmakers: one that reads, one that writes.

Why two: on SQLite a transaction that begins by reading and then writes fails at once when another writer was
first, whatever the busy timeout. So a writing transaction takes the write lock when it begins (``BEGIN
IMMEDIATE``), and a reading one can never write (``query_only``). On PostgreSQL the reading one is ``READ ONLY``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.orm import Session, sessionmaker

import tracker.db.search  # noqa: F401  (keeps the search index of tasks from the first write on)

BUSY_TIMEOUT_MS = 15_000


@dataclass(frozen=True, slots=True)
class Database:
    """The engines and sessionmakers of one installation. Sessions never autoflush into a reader."""

    reading_engine: Engine
    writing_engine: Engine
    reading: sessionmaker[Session]
    writing: sessionmaker[Session]

    @property
    def dialect(self) -> str:
        """``sqlite`` or ``postgresql``."""
        return self.writing_engine.dialect.name

    def dispose(self) -> None:
        """Close all pooled connections."""
        self.reading_engine.dispose()
        self.writing_engine.dispose()


def open_database(url: str, *, pool_size: int = 10) -> Database:
    """Build both engines for ``url`` (``sqlite:///…`` or ``postgresql+psycopg://…``); connects lazily."""
    if make_url(url).get_backend_name() == "sqlite":
        reading, writing = _sqlite_engine(url, writes=False), _sqlite_engine(url, writes=True)
    else:
        writing = create_engine(url, pool_size=pool_size, max_overflow=pool_size, pool_pre_ping=True)
        reading = writing.execution_options(postgresql_readonly=True)
    return Database(
        reading_engine=reading,
        writing_engine=writing,
        reading=sessionmaker(reading, autoflush=False, expire_on_commit=False),
        writing=sessionmaker(writing, expire_on_commit=False),
    )


def _sqlite_engine(url: str, *, writes: bool) -> Engine:
    # autocommit mode hands the BEGIN to us; the driver's own would be deferred.
    engine = create_engine(url, connect_args={"timeout": BUSY_TIMEOUT_MS / 1000, "isolation_level": None})

    @event.listens_for(engine, "connect")
    def _set_pragmas(connection: DBAPIConnection, _record: Any) -> None:
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")
        cursor.execute("PRAGMA journal_mode = WAL")
        cursor.execute("PRAGMA synchronous = FULL")
        cursor.execute("PRAGMA foreign_keys = ON")
        cursor.execute("PRAGMA cache_size = -16000")
        if not writes:
            cursor.execute("PRAGMA query_only = ON")
        cursor.close()

    begin = "BEGIN IMMEDIATE" if writes else "BEGIN"

    @event.listens_for(engine, "begin")
    def _begin(connection: Any) -> None:
        connection.exec_driver_sql(begin)

    return engine
