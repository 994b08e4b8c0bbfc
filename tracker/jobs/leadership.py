"""The clock's lock: on SQLite a file's, on PostgreSQL an advisory one on a connection of its own. Both end with the process."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from tracker.runtime import Runtime

ADVISORY_LOCK = 0x7472_6163  # any number all clocks agree on


@dataclass(frozen=True, slots=True)
class Seat:
    """Whether the lock is held, and the connection it lives on (none for a file's)."""

    held: bool
    connection: Connection | None = None

    def still_held(self) -> bool:
        """Say whether nothing has ended the lock since; without one (taken over from who stands still) that is true."""
        if self.connection is None:
            return True
        try:
            self.connection.execute(text("SELECT 1"))
        except DBAPIError:
            return False
        return True


@contextmanager
def leadership(runtime: Runtime) -> Iterator[Seat]:
    """Hold the clock's lock for the block, if it is free; yields whether it is held."""
    with _file_lock(runtime) if runtime.settings.is_sqlite else _advisory_lock(runtime) as seat:
        yield seat


@contextmanager
def _file_lock(runtime: Runtime) -> Iterator[Seat]:
    path = runtime.settings.instance_path / "clock.lock"
    with path.open("a") as stream:
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield Seat(held=False)
            return
        yield Seat(held=True)


@contextmanager
def _advisory_lock(runtime: Runtime) -> Iterator[Seat]:
    connection = runtime.database.writing_engine.connect().execution_options(isolation_level="AUTOCOMMIT")
    try:
        held = bool(connection.scalar(text("SELECT pg_try_advisory_lock(:key)"), {"key": ADVISORY_LOCK}))
        try:
            yield Seat(held, connection if held else None)
        finally:
            if held and not connection.invalidated:
                with suppress(DBAPIError):
                    connection.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": ADVISORY_LOCK})
    finally:
        with suppress(DBAPIError):
            connection.close()
