"""A thousand reports from files to readings on two cores: throughput, and the peak memory of a process."""

from __future__ import annotations

import multiprocessing
import resource
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from bench.bench_reading import long_report, sample_texts
from bench.measure import Figure
from tracker.readers.extracting import extract_file
from tracker.readers.sandbox_tasks import warm

REPORTS = 1_000
CORES = 2
MEMORY_MB = 400


def figures() -> Iterator[Figure]:
    """Measure: as many short reports as the sample county files, and long ones."""
    texts = sample_texts()
    yield from bulk("示例县的报告", texts)
    long_text = long_report(texts)
    head, body = long_text.split("\n", 1)
    yield from bulk(f"{len(long_text)} 字的报告", [f"{head}\n{number}\n{body}" for number in range(50)])


def bulk(name: str, texts: list[str]) -> Iterator[Figure]:
    """Read REPORTS files, ``texts`` over and over, in CORES processes."""
    with tempfile.TemporaryDirectory() as folder:
        paths = [Path(folder) / f"{number}.txt" for number in range(REPORTS)]
        for number, path in enumerate(paths):
            path.write_text(texts[number % len(texts)], encoding="utf-8")
        context = multiprocessing.get_context("spawn")
        with ProcessPoolExecutor(CORES, context, warm) as pool:
            list(pool.map(size_of, paths[:CORES]))  # the processes come up
            began = time.perf_counter()
            results = list(pool.map(size_of, paths, chunksize=20))
            took = time.perf_counter() - began
    items, memory = sum(found for found, _, _ in results), max(peak for _, peak, _ in results)
    each = sum(seconds for _, _, seconds in results) / REPORTS
    characters = sum(len(texts[number % len(texts)]) for number in range(REPORTS))
    detail = f"{took:.1f} 秒，{characters / took / 10_000:.1f} 万字/秒，{items} 条；处理器 {each * 1000:.0f} 毫秒/份"
    yield Figure(
        "", f"{REPORTS} 份{name}，{CORES} 个进程", REPORTS / took, "份/秒", limit=10, at_least=True, detail=detail
    )
    yield Figure("", f"{REPORTS} 份{name}，每个进程内存峰值", memory, "MB", limit=MEMORY_MB)


def size_of(path: Path) -> tuple[int, float, float]:
    """Read a file; return its number of items, this process's peak of memory in MB, and the processor time in seconds."""
    began = time.process_time()
    report = extract_file(path).to_dict()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    megabytes = peak / (1024 * 1024 if sys.platform == "darwin" else 1024)
    return len(report["items"]), megabytes, time.process_time() - began
