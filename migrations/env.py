"""Runs the migrations, on SQLite with foreign keys off while tables are rebuilt and checked before the commit.

Alembic's batch mode copies a table, drops the original and renames the copy; with foreign keys on and ON DELETE
CASCADE the drop would delete every child row. The pragma has no effect inside a transaction, so it is set before.
"""

from __future__ import annotations

from typing import Any

from alembic import context
from sqlalchemy import Connection, Engine, create_engine, event, pool

from config import load_settings
from tracker.db.base import Base
from tracker.db.models import Task  # noqa: F401  (one import fills the metadata)

config = context.config


def _url() -> str:
    return config.get_main_option("sqlalchemy.url") or load_settings().database_url


def _include(_object: object, name: str | None, kind: str, _reflected: bool, _compare_to: object) -> bool:
    """Leave out of comparisons what the search index makes for itself."""
    return not (kind == "table" and (name or "").startswith("task_search"))


def _run(connection: Connection) -> None:
    if connection.dialect.name != "sqlite":
        _migrate(connection)
        return
    _switch_foreign_keys(connection, "OFF")
    try:
        _migrate(connection)
    finally:
        _switch_foreign_keys(connection, "ON")


def _migrate(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        render_as_batch=True,
        include_object=_include,
        transactional_ddl=True,
    )
    with context.begin_transaction():
        context.run_migrations()
        if connection.dialect.name != "sqlite":
            return
        if orphans := connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall():
            raise RuntimeError(f"the migration would leave rows without their parent: {orphans[:5]}")


def _switch_foreign_keys(connection: Connection, value: str) -> None:
    """Set the pragma on the driver's connection: ours would begin a transaction first, and inside one it is ignored."""
    driver: Any = connection.connection.driver_connection
    driver.execute(f"PRAGMA foreign_keys = {value}")
    if driver.execute("PRAGMA foreign_keys").fetchone() != (int(value == "ON"),):
        raise RuntimeError("the connection handed in for the migrations is already inside a transaction")


def run() -> None:
    """Run on the connection handed in by the caller, or on one of our own."""
    given = config.attributes.get("connection")
    if given is not None:
        _run(given)
        return
    url = _url()
    arguments = {"isolation_level": None, "timeout": 15} if url.startswith("sqlite") else {}
    engine = create_engine(url, poolclass=pool.NullPool, connect_args=arguments)
    if url.startswith("sqlite"):
        _begin_for_real(engine)
    with engine.connect() as connection:
        _run(connection)


def _begin_for_real(engine: Engine) -> None:
    """Make SQLite's schema changes transactional: the driver would commit before each of them."""

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")


run()
