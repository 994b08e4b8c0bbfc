"""P7, P17: a round of reminders over all open tasks of which some need something today, an idle round, and the mails.

For scale: a ticket system that offices install sends 4 reminder mails a second and reads all its tickets each time.
"""

from __future__ import annotations

import multiprocessing
import resource
import shutil
import sqlite3
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from bench import measure
from bench.measure import Figure, alternate, milliseconds, timed
from bench.reminder_world import TODAY, open_house, reminder_county
from tracker.jobs.handlers import plan_reminders
from tracker.jobs.sending import send_messages

PEER_MAILS = 4.0  # a second
TIMES_FASTER = 20
MOST_IDLE = 5.0  # milliseconds
GROWTH = 1.2
FIND = """
SELECT a.*, t.*, u.path, p.name FROM alarm a JOIN task t ON t.id = a.task_id JOIN unit u ON u.id = t.lead_unit_id
LEFT JOIN user_account p ON p.id = t.owner_id WHERE a.fire_on <= ? ORDER BY a.fire_on, a.task_id, a.ladder
"""


def figures() -> Iterator[Figure]:
    """Measure."""
    tasks, due, people = (1_000_000, 20_000, 10_000) if measure.large else (50_000, 1_000, 500)
    with copy_of(tasks, due, people) as path:
        yield from round_figures(path, tasks, due)
        yield from mail_figures(path, people)
        yield from idle_figures(path, tasks)


@contextmanager
def copy_of(tasks: int, due: int, people: int) -> Iterator[Path]:
    """A county's database of our own."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "tracker.db"
        shutil.copyfile(reminder_county(tasks, due, people), path)
        yield path


def round_figures(path: Path, tasks: int, due: int) -> Iterator[Figure]:
    """The round that finds what needs something today, in a process of its own, against the bare SQL that finds it."""
    bare = min(timed(lambda: find(path)) for _ in range(3))
    receiver, sender = multiprocessing.get_context("spawn").Pipe(duplex=False)
    process = multiprocessing.get_context("spawn").Process(target=one_round, args=(str(path), sender))
    process.start()
    sender.close()  # so that the end of a child that fails is heard
    seconds, megabytes, outcome = receiver.recv()
    process.join()
    detail = f"{outcome}；其 SQL {milliseconds(bare)}"
    yield Figure("P17", f"{tasks:,} 项在办、{due:,} 项到点的一轮", seconds, "秒", detail=detail)
    yield Figure("P17", "　其中每秒处理到点任务", due / seconds, "项")
    yield Figure("P17", "　一轮用时 ÷ 找出它们的 SQL", seconds / bare)
    yield Figure("P17", "　一轮的内存峰值", megabytes, "MB", limit=512)


def find(path: Path) -> int:
    """How many tasks need something today, by the driver alone."""
    with sqlite3.connect(path) as connection:
        return len(connection.execute(FIND, (TODAY.isoformat(),)).fetchall())


def one_round(path: str, sender: Any) -> None:
    """Plan in a process of its own; sends seconds, peak memory and what it says of itself."""
    house = open_house(Path(path), mail_port=25)
    began = time.perf_counter()
    outcome = plan_reminders(house)
    seconds = time.perf_counter() - began
    sender.send((seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, outcome))


def mail_figures(path: Path, people: int) -> Iterator[Figure]:
    """All digests of the day through a mail server on this machine."""
    with sink() as port:
        house = open_house(path, mail_port=port)
        seconds = timed(lambda: send_messages(house))
        with sqlite3.connect(path) as connection:
            sent, ids = connection.execute(
                "SELECT count(*), count(DISTINCT header_id) FROM message WHERE status = 'sent'"
            ).fetchone()
    if sent != ids or sent < people:
        raise RuntimeError(f"{sent} of {people} digests were sent")
    detail = f"{sent} 封，{seconds:.1f} 秒；参照每秒 {PEER_MAILS:g} 封"
    yield Figure("P7", "每人一封汇总邮件", sent / seconds, "封/秒", detail=detail)
    yield Figure("P7", "　比参照系统快", sent / seconds / PEER_MAILS, "倍", limit=TIMES_FASTER, at_least=True)


def idle_figures(path: Path, tasks: int) -> Iterator[Figure]:
    """A round with nothing to do, over all tasks and over few."""
    few = max(tasks // 100, 1000)
    with copy_of(few, 20, 20) as small:
        large_house, small_house = open_house(path, mail_port=25), open_house(small, mail_port=25)
        for house in (large_house, small_house):
            plan_reminders(house)
        many, less = alternate(lambda: plan_reminders(large_house), lambda: plan_reminders(small_house), rounds=41)
    yield Figure("P17", "无事可做的一轮", many.median * 1000, "毫秒", limit=MOST_IDLE)
    detail = f"{milliseconds(many.median)} / {milliseconds(less.median)}"
    name = f"　{tasks:,} 项时 ÷ {few:,} 项时"
    yield Figure("P17", name, many.median / less.median, limit=GROWTH, detail=detail)


@contextmanager
def sink() -> Iterator[int]:
    """A mail server in a process of its own; gives its port."""
    context = multiprocessing.get_context("spawn")
    receiver, sender = context.Pipe(duplex=False)
    process = context.Process(target=serve_mail, args=(sender,), daemon=True)
    process.start()
    try:
        yield int(receiver.recv())
    finally:
        process.kill()
        process.join()


def serve_mail(sender: Any) -> None:
    """Take mail in until killed; forgets it at once."""
    from tests.support.mail import MailSink, start_sink

    class Forgetful(MailSink):
        """Keeps nothing."""

        def keep(self, envelope: Any) -> None:
            """Let it go."""

    mails = Forgetful()
    start_sink(mails)
    sender.send(mails.port)
    while True:
        time.sleep(3600)
