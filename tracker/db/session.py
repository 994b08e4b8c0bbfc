"""Engines and the two sessionmakers: one that reads, one that writes.

Why two: on SQLite a transaction that begins by reading and then writes fails at once when another writer was
first, whatever the busy timeout. So a writing transaction takes the write lock when it begins (``BEGIN
IMMEDIATE``), and a reading one can never write (``query_only``). On PostgreSQL the reading one is ``READ ONLY``,
and the writing one is ended by the server when its process stands still within it: its locks would hold up all others.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.orm import Session, SessionTransaction, sessionmaker

import tracker.db.search  # noqa: F401  (keeps the search index of tasks from the first write on)

BUSY_TIMEOUT_MS = 15_000
SYNCHRONOUS = "FULL"  # what a page says is saved outlives a power cut
IDLE_WRITER_SECONDS = 60.0  # less than the clock's successor waits
LONGEST_WRITE_SECONDS = 600.0


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
    database = Database(
        reading_engine=reading,
        writing_engine=writing,
        reading=sessionmaker(reading, autoflush=False, expire_on_commit=False),
        writing=sessionmaker(writing, expire_on_commit=False),
    )
    if database.dialect == "postgresql":
        event.listen(database.writing, "after_begin", _end_when_idle)
        event.listen(writing, "after_cursor_execute", _arm_again)
    return database


def _end_when_idle(_session: Session, transaction: SessionTransaction, connection: Connection) -> None:
    """Give the transaction's locks back when nothing more is said in it for a while (a frozen process or machine)."""
    if transaction.nested:
        return
    limits = {"idle_in_transaction_session_timeout": IDLE_WRITER_SECONDS}
    if (connection.dialect.server_version_info or ()) >= (17,):
        limits["transaction_timeout"] = LONGEST_WRITE_SECONDS  # for who is frozen in the middle of a pipeline
    settings = ", ".join(f"set_config('{name}', '{1000 * limit:.0f}', true)" for name, limit in limits.items())
    connection.exec_driver_sql(f"SELECT {settings}")


def _arm_again(_connection: Connection, cursor: Any, _sql: str, _values: Any, _context: Any, many: bool) -> None:
    """Say something plain after many statements: the flush that ends psycopg's pipeline stops the server's idle timer."""
    if many:
        cursor.connection.execute("SELECT 1")


def _sqlite_engine(url: str, *, writes: bool) -> Engine:
    # autocommit mode hands the BEGIN to us; the driver's own would be deferred.
    engine = create_engine(url, connect_args={"timeout": BUSY_TIMEOUT_MS / 1000, "isolation_level": None})

    @event.listens_for(engine, "connect")
    def _set_pragmas(connection: DBAPIConnection, _record: Any) -> None:
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")
        cursor.execute("PRAGMA journal_mode = WAL")
        cursor.execute(f"PRAGMA synchronous = {SYNCHRONOUS}")
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
