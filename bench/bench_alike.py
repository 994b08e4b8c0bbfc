"""The same promise again: one report of 30 items against 200,000 stored ones, beside a plain scan and a small store.

The plain scan compares each item with every stored one by rapidfuzz (token order kept, C++), as one would without an index.
"""

from __future__ import annotations

import random
import resource
import shutil
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from rapidfuzz import fuzz, process
from sqlalchemy import func, insert, select

from bench.measure import Figure, milliseconds, timed
from bench.promises import ITEMS_A_PLAN, item, report_row, reworded, store_of
from bench.world import NOW
from tracker.db.models import Promise, PromiseMatch, PromiseRun, Report
from tracker.db.session import Database, open_database
from tracker.services.promises import compare_promises

ROOT = Path(__file__).resolve().parents[1]
STORED, FEW = 200_000, 10_000
ROUNDS = 11
SCANNED = 3  # items that the plain scan is measured on; it takes the same for each
YEAR = 2026


def figures() -> Iterator[Figure]:
    """Measure."""
    for stored in (FEW, STORED):  # in a process of its own, for its memory is none of the comparison's
        make = f"from bench.promises import store_of; store_of({stored})"
        subprocess.run([sys.executable, "-c", make], cwd=ROOT, check=True)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with tempfile.TemporaryDirectory() as folder:
        few, many = uploads(Path(folder), FEW), uploads(Path(folder), STORED)
        path = Path(folder) / f"{STORED}.db"
        memory = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
        detail = f"处理器用时 {milliseconds(many.processor)}"
        yield Figure("", f"{ITEMS_A_PLAN} 条与 {STORED} 条比对并入库", many.wall * 1000, "ms", limit=500, detail=detail)
        detail = f"{milliseconds(many.processor)} / {milliseconds(few.processor)}（{FEW} 条）"
        ratio = many.processor / few.processor
        yield Figure("P17", "存量为 20 倍时的处理器用时之比", ratio, limit=4, detail=detail)
        database = open_database(f"sqlite:///{path}")
        scan = plain_scan(database) * ITEMS_A_PLAN / SCANNED
        detail = f"{milliseconds(scan)}（{SCANNED} 条折算）"
        yield Figure("", "逐条扫描 ÷ 本方法", scan / many.wall, "倍", limit=15, at_least=True, detail=detail)
        yield Figure("", "每份报告找到的雷同", many.found / (ROUNDS + 1), "条")
        yield Figure("", "内存增加", memory, "MB", limit=100)
        yield Figure("", "索引大小", index_size(path), "MB")
        database.dispose()


@dataclass(frozen=True)
class Uploads:
    """The middle durations of one comparison by the clock and by the processor, and the matches of all."""

    wall: float
    processor: float
    found: int


def uploads(folder: Path, stored: int) -> Uploads:
    """Compare new reports of several units, one a round."""
    path = folder / f"{stored}.db"
    shutil.copyfile(store_of(stored), path)
    database = open_database(f"sqlite:///{path}")
    wall, processor = [], []
    for number in range(ROUNDS + 1):
        report_id = new_report(database, unit=2 + number, seed=number)
        began = time.process_time()
        wall.append(timed(lambda one=report_id: compare_promises(database, one, now=NOW)))  # type: ignore[misc]
        processor.append(time.process_time() - began)
    with database.reading() as session:
        found = session.scalar(select(func.count()).select_from(PromiseMatch)) or 0
    database.dispose()
    return Uploads(statistics.median(wall[1:]), statistics.median(processor[1:]), found)


def new_report(database: Database, unit: int, seed: int) -> int:
    """Store the next year's report of a unit: nine items of its last one again, six of other units', the rest new."""
    dice = random.Random(seed)
    with database.writing.begin() as session:
        last = session.scalars(select(Promise.text).where(Promise.unit_id == unit, Promise.plan_year == YEAR)).all()
        others = session.scalars(
            select(Promise.text).where(Promise.unit_id == unit + 7, Promise.plan_year == YEAR).limit(6)
        ).all()
        texts = [reworded(one, dice) for one in [*last[:9], *others]]
        texts += [item(dice) for _ in range(ITEMS_A_PLAN - len(texts))]
        report_id = (session.scalar(select(func.max(Report.id))) or 0) + 1
        session.execute(insert(Report), [report_row(report_id, unit, YEAR, texts)])
        session.add(PromiseRun(report_id=report_id))
    return report_id


def plain_scan(database: Database) -> float:
    """Seconds that comparing SCANNED items with every stored one takes."""
    with database.reading() as session:
        texts = session.scalars(select(Promise.text)).all()
    queries = texts[-SCANNED:]
    return timed(lambda: [process.extract(one, texts, scorer=fuzz.ratio, score_cutoff=60, limit=50) for one in queries])


def index_size(path: Path) -> float:
    """Megabytes of the marks in the database's file."""
    with sqlite3.connect(path) as connection:
        (size,) = connection.execute("SELECT sum(pgsize) FROM dbstat WHERE name = 'promise_mark'").fetchone()
    return float(size) / 1e6
