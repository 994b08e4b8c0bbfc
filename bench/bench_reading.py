"""Reading a report against the time jieba needs to cut the same text once; growth with length; from file to proposals (P16).

jieba and its dictionary are loaded beforehand; its cache lies in the temporary folder.
"""

from __future__ import annotations

import dataclasses
import logging
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from sqlalchemy import select

from bench.measure import Figure, alternate, milliseconds, ratio
from bench.world import NOW
from config import load_settings
from tracker.db.migrate import upgrade
from tracker.db.models import Intake, IntakeStatus, Unit, UnitKind, User
from tracker.domain.documents import Block, Document, ReportReading, Span
from tracker.domain.extraction import read_report
from tracker.domain.matching import link_reports
from tracker.domain.permissions import Role
from tracker.language.lexicon import load_lexicon
from tracker.runtime import Runtime, open_runtime
from tracker.samples.when import render
from tracker.services.intake import open_parts, process_intake

ROOT = Path(__file__).resolve().parents[1]
REPORTS = ROOT / "tracker" / "samples" / "reports"
LENGTH = 16_000
INTAKES = 24


def figures() -> Iterator[Figure]:
    """Measure."""
    import jieba

    jieba.setLogLevel(logging.WARNING)
    jieba.initialize()
    texts = sample_texts()
    long_text = long_report(texts)
    cut = lambda: [list(jieba.cut(text)) for text in texts]  # noqa: E731
    yield ratio("", "识别示例报告 ÷ 分词一遍", lambda: [read(text) for text in texts], cut, limit=3)
    cut_long = lambda: list(jieba.cut(long_text))  # noqa: E731
    yield ratio("", f"识别 {len(long_text)} 字 ÷ 分词一遍", lambda: read(long_text), cut_long, limit=3)
    yield from growth(texts[0])
    earlier, later = read(year_text("liuwan_2")), read(year_text("liuwan_3"))
    both = earlier.text + later.text
    lexicon = load_lexicon()
    link = lambda: link_reports(earlier, later, lexicon)  # noqa: E731
    yield ratio("P15", "对照一对报告 ÷ 两份各分词一遍", link, lambda: list(jieba.cut(both)), limit=10)
    yield from intake_figures(long_text)
    yield start_figure()


def sample_texts() -> list[str]:
    """The sample county's reports as they stand today."""
    return [year_text(path.stem) for path in sorted(REPORTS.glob("*.txt"))]


def year_text(name: str) -> str:
    """One of them."""
    return render((REPORTS / f"{name}.txt").read_text(encoding="utf-8"), 2025)


def long_report(texts: list[str]) -> str:
    """A report of LENGTH characters: the paragraphs of the samples before one plan."""
    head, plan = texts[0].split("\n", 1)
    body = "\n".join(text.split("\n", 1)[1] for text in texts[1:])
    return f"{head}\n{body[: LENGTH - len(texts[0])]}\n{plan}"


def read(text: str) -> ReportReading:
    """Read a text as the text reader would hand it over."""
    blocks, start = [], 0
    for line in text.split("\n"):
        blocks.append(Block(Span(start, start + len(line))))
        start += len(line) + 1
    return read_report(Document(text, tuple(blocks), "text"), load_lexicon())


def growth(text: str) -> Iterator[Figure]:
    """How much longer a tenfold and a hundredfold text take per character than the text itself."""
    tenfold, hundredfold = ("\n".join([text] * times) for times in (10, 100))
    samples = alternate(lambda: read(text), lambda: read(tenfold), lambda: read(hundredfold), rounds=5, warm_up=1)
    one, ten, hundred = (sample.median for sample in samples)
    for times, many in ((10, ten), (100, hundred)):
        detail = f"{milliseconds(one)} → {milliseconds(many)}"
        yield Figure("", f"文本加长 {times} 倍，每字用时之比", many / one / times, limit=2, detail=detail)


def intake_figures(text: str) -> Iterator[Figure]:
    """From a stored file to stored proposals, in the reading child and with its two transactions."""
    with tempfile.TemporaryDirectory() as folder:
        settings = load_settings({"TRACKER_INSTANCE": folder})
        upgrade(settings.database_url)
        runtime = dataclasses.replace(open_runtime(settings), clock=lambda: NOW)
        ids = uploads(runtime, text)
        parts = open_parts(settings, runtime.database, runtime.storage, runtime.clock)
        process_intake(parts, ids.pop())  # the reading host starts with the first
        seconds = []
        for intake in ids[: INTAKES // 2]:
            began = time.perf_counter()
            process_intake(parts, intake)
            seconds.append(time.perf_counter() - began)
        median = sorted(seconds)[len(seconds) // 2]
        yield Figure("P16", f"{LENGTH} 字报告从文件到入账", median * 1000, "ms", limit=150)
        began = time.perf_counter()
        with ThreadPoolExecutor(2) as pool:
            list(pool.map(lambda intake: process_intake(parts, intake), ids[INTAKES // 2 :]))
        rate = len(ids[INTAKES // 2 :]) / (time.perf_counter() - began)
        yield Figure("P16", "两路并行每秒入账", rate, "份/秒", limit=10, at_least=True)
        with runtime.database.reading() as session:
            left = session.scalars(select(Intake.status).where(Intake.status != IntakeStatus.DONE)).all()
        if left:
            raise RuntimeError(f"not every report was taken in: {left}")
        runtime.database.dispose()


def uploads(runtime: Runtime, text: str) -> list[int]:
    """Store a differing report for each of many units; returns the ids of their intakes."""
    with runtime.database.writing.begin() as session:
        area = Unit(path="1/", name="青岚县", short_name="青岚县", code="A", kind=UnitKind.AREA, created_at=NOW)
        session.add(area)
        session.flush()
        person = User(
            username="duban", name="督办员", role=Role.SUPERVISOR, unit=area, password_hash="-", created_at=NOW
        )
        session.add(person)
        ids = []
        for number in range(INTAKES + 1):
            name = f"青岚县第{number}镇人民政府"
            unit = Unit(
                parent_id=area.id,
                path=f"new{number}/",
                name=name,
                short_name=f"第{number}镇",
                code=f"U{number}",
                kind=UnitKind.TOWNSHIP,
                created_at=NOW,
            )
            session.add(unit)
            session.flush()
            unit.path = f"{area.path}{unit.id}/"
            content = f"{name}\n2025年法治政府建设工作报告\n{text.split(chr(10), 2)[2]}".encode()
            with tempfile.TemporaryFile() as stream:
                stream.write(content)
                stream.seek(0)
                stored = runtime.storage.save(stream, limit=10_000_000)
            intake = Intake(
                unit_id=unit.id,
                uploaded_by=person,
                file_name=f"{number}.txt",
                file_key=stored.key,
                file_size=stored.size,
                report_year=2025,
                status=IntakeStatus.QUEUED,
                created_at=NOW,
            )
            session.add(intake)
            session.flush()
            ids.append(intake.id)
    return ids


def start_figure() -> Figure:
    """Starting ``tracker extract --json`` on a small report against starting Python with lxml."""
    with tempfile.NamedTemporaryFile("w", suffix=".txt", encoding="utf-8") as file:
        file.write(year_text("liuwan_1"))
        file.flush()
        extract = [sys.executable, "-m", "tracker.cli", "extract", file.name, "--json"]
        bare = [sys.executable, "-c", "import lxml.etree, tomllib, json, re, dataclasses"]
        return ratio(
            "",
            "tracker extract --json ÷ 空的 Python",
            lambda: subprocess.run(extract, check=True, stdout=subprocess.DEVNULL, cwd=ROOT),
            lambda: subprocess.run(bare, check=True),
            rounds=7,
        )
