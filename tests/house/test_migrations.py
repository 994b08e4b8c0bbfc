"""Migrations: one numbered line, no drift from the models, and no row lost on the way up or down."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine

from tests.support.databases import DIALECTS
from tests.support.rows import SEARCH_INDEX, count_rows, fill_empty_tables, own_tables
from tracker.db.base import Base
from tracker.db.migrate import alembic_config, downgrade, is_current, upgrade
from tracker.db.session import open_database

FILE_NAME = re.compile(r"^(\d{4})_[a-z0-9_]+\.py$")


def scripts() -> ScriptDirectory:
    """The project's migrations."""
    return ScriptDirectory.from_config(alembic_config("sqlite://"))


def revisions() -> list[str]:
    """The ids of all migrations, first to last."""
    return [script.revision for script in scripts().walk_revisions()][::-1]


@pytest.fixture
def empty_url(dialect: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a database without any table, on each kind in turn."""
    if dialect == "sqlite":
        yield f"sqlite:///{tmp_path / 'empty.db'}"
        return
    cluster = request.getfixturevalue("postgres_cluster")
    url = cluster.create_database(template="template0")
    yield url
    cluster.drop_database(url)


@contextmanager
def as_in_production(url: str) -> Iterator[Engine]:
    """The engine that the application writes with: foreign keys are enforced."""
    database = open_database(url)
    try:
        yield database.writing_engine
    finally:
        database.dispose()


def rows_of(url: str) -> dict[str, int]:
    """How many rows each table holds; fails where a row has lost what it refers to."""
    with as_in_production(url) as engine, engine.begin() as connection:
        assert_no_orphans(connection)
        return count_rows(connection)


def fill(url: str) -> None:
    """Give every empty table rows."""
    with as_in_production(url) as engine, engine.begin() as connection:
        fill_empty_tables(connection)


def assert_no_orphans(connection: Connection) -> None:
    """Every reference that is not null finds its row."""
    for table in own_tables(connection):
        for constraint in table.foreign_key_constraints:
            (column,), target = constraint.columns, constraint.elements[0].column
            parent = target.table.alias()
            missing = (
                sa.select(sa.func.count())
                .select_from(table)
                .where(column.is_not(None), ~sa.exists().where(parent.c[target.name] == column))
            )
            assert connection.scalar(missing) == 0, f"{table.name}.{column.name}"


def assert_kept(before: dict[str, int], after: dict[str, int]) -> None:
    """No table that is there before and after holds fewer or more rows."""
    common = before.keys() & after.keys()
    assert {name: after[name] for name in common} == {name: before[name] for name in common}


def test_files_are_numbered_in_one_line_with_one_head():
    names = sorted(path.name for path in Path(scripts().versions).glob("*.py"))
    matches = [FILE_NAME.match(name) for name in names]
    assert all(matches), names
    numbers = [match.group(1) for match in matches if match]
    assert numbers == [f"{number:04}" for number in range(1, len(names) + 1)]
    assert revisions() == numbers
    assert len(scripts().get_heads()) == 1


def test_a_migrated_database_is_what_the_models_say(database):
    def is_ours(_object: object, name: str | None, kind: str, *_rest: object) -> bool:
        return not (kind in {"table", "index"} and (name or "").startswith(SEARCH_INDEX))

    with database.writing_engine.connect() as connection:
        options = {"compare_type": True, "compare_server_default": True, "include_object": is_ours}
        context = MigrationContext.configure(connection, opts=options)
        assert compare_metadata(context, Base.metadata) == []
        inspector = sa.inspect(connection)
        for table in Base.metadata.sorted_tables:
            expected = {
                str(constraint.name) for constraint in table.constraints if isinstance(constraint, sa.CheckConstraint)
            }
            assert {check["name"] for check in inspector.get_check_constraints(table.name)} == expected, table.name


def test_every_migration_goes_up_down_and_up_again_with_rows_in_every_table(empty_url):
    first, *later = revisions()
    upgrade(empty_url, first)
    fill(empty_url)
    previous = first
    for revision in later:
        before = rows_of(empty_url)
        upgrade(empty_url, revision)
        assert_kept(before, rows_of(empty_url))
        fill(empty_url)
        filled = rows_of(empty_url)
        downgrade(empty_url, previous)
        assert_kept(filled, rows_of(empty_url))
        upgrade(empty_url, revision)
        assert_kept(before, rows_of(empty_url))
        fill(empty_url)
        previous = revision
    assert min(rows_of(empty_url).values()) >= 2
    with as_in_production(empty_url) as engine:
        assert is_current(engine, empty_url)
    downgrade(empty_url, "base")
    assert rows_of(empty_url) == {}
    upgrade(empty_url)
    with as_in_production(empty_url) as engine:
        assert is_current(engine, empty_url)


REBUILD = '''"""Rebuild a table that others refer to."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "9999"
down_revision = {down!r}
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Widen a column, which copies the whole table on SQLite."""
    with op.batch_alter_table("unit", recreate="auto") as batch:
        batch.alter_column("name", type_=sa.String(300), existing_type=sa.String(100), existing_nullable=False)


def downgrade() -> None:
    """Narrow it again."""
    with op.batch_alter_table("unit", recreate="auto") as batch:
        batch.alter_column("name", type_=sa.String(100), existing_type=sa.String(300), existing_nullable=False)
'''


@pytest.fixture
def with_a_rebuild(tmp_path: Path) -> Callable[[str], Config]:
    """Alembic's configuration with one migration more, which rebuilds a table that half of the others refer to."""
    folder = tmp_path / "migrations"
    shutil.copytree(scripts().dir, folder, ignore=shutil.ignore_patterns("__pycache__"))
    (folder / "versions" / "9999_rebuild.py").write_text(REBUILD.format(down=revisions()[-1]), encoding="utf-8")

    def configure(url: str) -> Config:
        config = alembic_config(url)
        config.set_main_option("script_location", str(folder))
        return config

    return configure


@pytest.mark.parametrize("dialect", DIALECTS, indirect=True)
@pytest.mark.parametrize("on_the_applications_connection", [False, True])
def test_rebuilding_a_table_deletes_none_of_its_children(empty_url, with_a_rebuild, on_the_applications_connection):
    upgrade(empty_url)
    fill(empty_url)
    before = rows_of(empty_url)
    config = with_a_rebuild(empty_url)
    with as_in_production(empty_url) as engine:
        for go, target in ((command.upgrade, "9999"), (command.downgrade, revisions()[-1])):
            with engine.connect() as connection:
                if on_the_applications_connection:
                    config.attributes["connection"] = connection
                go(config, target)
            assert rows_of(empty_url) == before
