"""P1–P4, P8, P9, P20: pages over 100,000 tasks against their own bare SQL.

For scale: a ticket system that offices install takes 89–137 ms for its list, 101–508 ms for its overdue filter and
66–186 ms for one ticket over as many rows on two cores.
"""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import event

from bench.measure import Figure, alternate, milliseconds, ratio, timed
from bench.world import NOW, PASSWORD, county
from config import load_settings
from tracker.application import create_app
from tracker.runtime import Runtime

ROOT = Path(__file__).resolve().parents[1]
HOST = "http://127.0.0.1"
PEER = {"P1": 89, "P2": 101, "P3": 66}  # milliseconds, the faster end of the peer's range
TIMES_FASTER = {"P1": 8, "P2": 10, "P3": 10}
MOST_STATEMENTS = 6


def figures() -> Iterator[Figure]:
    """Measure."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "tracker.db"
        shutil.copyfile(county(), path)
        settings = load_settings({"TRACKER_INSTANCE": folder, "TRACKER_DATABASE_URL": f"sqlite:///{path}"})
        app = create_app(settings, clock=lambda: NOW)
        client = app.test_client()
        sign_in(client)
        runtime: Runtime = app.extensions["tracker"]
        task = newest_task(path)
        for goal, name, address in (
            ("P1", "台账第一页", "/ledger/?year=2026"),
            ("P2", "逾期清单", "/ledger/?focus=overdue"),
            ("P3", "任务页", f"/tasks/{task}"),
            ("", "总览", "/overview/"),
        ):
            yield from page_figures(runtime, client, path, goal, name, address)
        yield deep_page(client)
        yield from update_figures(client, task)
    yield first_page_after_start()


def page_figures(
    runtime: Runtime, client: FlaskClient, path: Path, goal: str, name: str, address: str
) -> Iterator[Figure]:
    """A page against its own statements run by the bare driver, and against the peer."""
    statements = statements_of(runtime, client, address)
    bare = bare_sql(path, statements)
    page = ratio("P8", f"{name}：页面用时 ÷ 其 SQL 用时", getter(client, address), bare, limit=10)
    yield page
    yield Figure("P8", f"{name}：语句数", len(statements), "条", limit=MOST_STATEMENTS)
    for scanned in scans(path, statements):
        yield Figure("P8", f"{name}：整表扫描 {scanned}", 1, "处", limit=0)
    if goal:
        (sample,) = alternate(getter(client, address))
        faster = PEER[goal] / (sample.median * 1000)
        detail = f"{milliseconds(sample.median)}，参照 {PEER[goal]} ms"
        yield Figure(
            goal, f"{name}：比参照系统快", faster, "倍", limit=TIMES_FASTER[goal], at_least=True, detail=detail
        )


def deep_page(client: FlaskClient) -> Figure:
    """Page 200 against page 1, by following the links."""
    address = "/ledger/"
    for _ in range(199):
        address = next_link(client.get(address, base_url=HOST).get_data(as_text=True))
    return ratio("P9", "第 200 页 ÷ 第 1 页", getter(client, address), getter(client, "/ledger/"), limit=1.5)


def update_figures(client: FlaskClient, task: int) -> Iterator[Figure]:
    """A change with its history, audit line and messages."""
    address = f"/tasks/{task}/urge"
    page = client.get(address, base_url=HOST)
    if page.status_code != 200:
        return
    fields = hidden_fields(page.get_data(as_text=True))
    seconds = timed(lambda: client.post(address, data=fields, base_url=HOST))
    yield Figure("P4", "催办一次（含履历、审计、消息）", seconds * 1000, "ms", detail="参照系统约 60 ms 以上")


def first_page_after_start() -> Figure:
    """From starting the server to its first page."""
    with tempfile.TemporaryDirectory() as folder:
        import os

        from tracker.db.migrate import upgrade

        environment = {**os.environ, "TRACKER_INSTANCE": folder}
        upgrade(f"sqlite:///{folder}/tracker.db")
        started = time.perf_counter()
        server = subprocess.Popen(
            [sys.executable, "-m", "tracker.cli", "serve", "--port", "5197"],
            env=environment,
            cwd=ROOT,
            stderr=subprocess.DEVNULL,
        )
        try:
            wait_for("http://127.0.0.1:5197/login", 20)
            seconds = time.perf_counter() - started
        finally:
            server.terminate()
            server.wait(10)
    return Figure("P20", "启动到第一页", seconds, "秒", limit=3)


def wait_for(address: str, seconds: float) -> None:
    """Ask until there is an answer."""
    import urllib.error
    import urllib.request

    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            urllib.request.urlopen(address, timeout=1).read()
            return
        except (urllib.error.URLError, OSError):
            time.sleep(0.02)
    raise TimeoutError(address)


def sign_in(client: FlaskClient) -> None:
    """Sign the supervisor in."""
    page = client.get("/login", base_url=HOST).get_data(as_text=True)
    fields = hidden_fields(page) | {"username": "supervisor", "password": PASSWORD}
    answer = client.post("/login", data=fields, base_url=HOST)
    if answer.status_code != 303:
        raise RuntimeError("the sign-in failed")


def hidden_fields(page: str) -> dict[str, str]:
    """The hidden inputs of the last form of a page."""
    import re

    form = page.split("<main")[-1]
    found = re.findall(r'<input[^>]*type="hidden"[^>]*name="([^"]+)"[^>]*value="([^"]*)"', form)
    return dict(found)


def getter(client: FlaskClient, address: str) -> Callable[[], object]:
    """An action that gets a page and insists on 200."""

    def get() -> None:
        answer = client.get(address, base_url=HOST)
        if answer.status_code != 200:
            raise RuntimeError(f"{address}: {answer.status_code}")

    return get


def statements_of(runtime: Runtime, client: FlaskClient, address: str) -> list[tuple[str, Any]]:
    """The statements that a page runs, with their parameters."""
    found: list[tuple[str, Any]] = []

    def note(_c: Any, _cursor: Any, statement: str, parameters: Any, _context: Any, _many: bool) -> None:
        if statement.lstrip().upper().startswith(("SELECT", "WITH", "UPDATE", "INSERT")):
            found.append((statement, parameters))

    client.get(address, base_url=HOST)  # caches warm, the session's minute noted
    for engine in (runtime.database.reading_engine, runtime.database.writing_engine):
        event.listen(engine, "before_cursor_execute", note)
    client.get(address, base_url=HOST)
    for engine in (runtime.database.reading_engine, runtime.database.writing_engine):
        event.remove(engine, "before_cursor_execute", note)
    return found


def bare_sql(path: Path, statements: list[tuple[str, Any]]) -> Callable[[], object]:
    """An action that runs the same statements by the bare driver and fetches all rows."""
    connection = sqlite3.connect(path)

    def run() -> None:
        for statement, parameters in statements:
            connection.execute(statement, parameters).fetchall()

    return run


def scans(path: Path, statements: list[tuple[str, Any]]) -> list[str]:
    """Whole scans of the task table in the plans of the statements."""
    connection = sqlite3.connect(path)
    found = []
    for statement, parameters in statements:
        plan = connection.execute(f"EXPLAIN QUERY PLAN {statement}", parameters)
        found.extend(statement[:60] for row in plan if row[3] == "SCAN task")
    return found


def newest_task(path: Path) -> int:
    """A task of the current year that is under way."""
    connection = sqlite3.connect(path)
    query = "SELECT id FROM task WHERE status = 'in_progress' AND plan_year = 2026 ORDER BY id LIMIT 1"
    return int(connection.execute(query).fetchone()[0])


def next_link(page: str) -> str:
    """The address behind 下一页."""
    import html
    import re

    return html.unescape(re.findall(r'rel="next" href="([^"]+)"', page)[0])
