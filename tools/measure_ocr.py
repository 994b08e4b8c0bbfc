"""Measure the reading of scans: the sample reports are drawn as scanners and telephones deliver them, read, and compared.

    python -m tools.measure_ocr                         every fault at 150 and 200 dpi, two reports each
    python -m tools.measure_ocr --reports 6 --dpi 150 --fault skew+noise --mistakes

Needs the `ocr` extra beside the product's own packages (PYTHONPATH=.venv/lib/python3.11/site-packages .venv-ocr/bin/python -m
tools.measure_ocr) and a Chinese font of the system. Errors are counted in characters (the smallest number of
insertions, deletions and changes) after punctuation is folded; paragraphs count as right where they are exact so.
"""

from __future__ import annotations

import argparse
import random
import tempfile
import time
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rapidfuzz.distance import Levenshtein

from tools.draw_scans import FAULTS, draw_pages, find_font, scan_pdf
from tracker.domain.page_map import pages_from_json
from tracker.readers.scans.paragraphs import build_scanned
from tracker.readers.scans.scanner import Scanner, ScanWorker

REPORTS = Path(__file__).resolve().parents[1] / "tracker" / "samples" / "reports"
SEED = 2026


@dataclass(slots=True)
class Score:
    """What one fault at one resolution cost."""

    characters: int = 0
    errors: int = 0
    paragraphs: int = 0
    exact: int = 0
    doubts: int = 0
    pages: int = 0
    seconds: float = 0.0

    def line(self, name: str, dpi: int) -> str:
        """Return a row of the table."""
        rate, exact = 100 * self.errors / max(self.characters, 1), 100 * self.exact / max(self.paragraphs, 1)
        return (
            f"| {name} | {dpi} | {self.pages} | {self.characters} | {self.errors} | {rate:.2f}% | {exact:.1f}% "
            f"| {self.doubts} | {self.seconds / max(self.pages, 1):.1f} |"
        )


def folded(text: str) -> str:
    """Return the text with its punctuation folded: width and the shape of quotes and dashes do not count."""
    plain = unicodedata.normalize("NFKC", text)
    return plain.translate(str.maketrans("“”‘’–—－·", "\"\"''---.")).replace(" ", "")


def texts(number: int) -> Iterator[str]:
    """Yield sample reports as they would be printed."""
    for path in sorted(REPORTS.glob("*.txt"))[:number]:
        text = path.read_text(encoding="utf-8").replace("{Y+1}", "2025").replace("{Y}", "2024")
        yield "\n".join(line for line in text.split("\n") if line.strip() and "{" not in line)


def measure(text: str, dpi: int, fault: str, worker: ScanWorker, score: Score) -> list[tuple[str, str]]:
    """Read one report; returns the paragraphs that were not there, each with the nearest one read."""
    chance = random.Random(f"{SEED}{fault}{dpi}{len(text)}")  # noqa: S311
    sheets = draw_pages(text, dpi)
    with tempfile.NamedTemporaryFile(suffix=".pdf") as file:
        file.write(scan_pdf(FAULTS[fault](sheets, chance), dpi))
        file.flush()
        began, pages = time.perf_counter(), []
        for index in range(worker.count(Path(file.name))):
            pages += worker.read(Path(file.name), index).pages
        score.seconds += time.perf_counter() - began
    seen = pages_from_json(pages)
    document = build_scanned(seen)
    score.pages += len(sheets)
    score.doubts += sum(len(line.unsure) for page in seen for line in page.lines)
    return compare(text, document.text, score)


def compare(wanted: str, found: str, score: Score) -> list[tuple[str, str]]:
    """Count characters and paragraphs."""
    score.characters += len(folded(wanted).replace("\n", ""))
    score.errors += Levenshtein.distance(folded(wanted).replace("\n", ""), folded(found).replace("\n", ""))
    read = folded(found).split("\n")
    missing = []
    for paragraph in folded(wanted).split("\n"):
        score.paragraphs += 1
        if paragraph in read:
            score.exact += 1
        else:
            missing.append((paragraph, min(read, key=lambda one: Levenshtein.distance(one, paragraph), default="")))
    return missing


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--reports", type=int, default=2)
    parser.add_argument("--dpi", type=int, action="append")
    parser.add_argument("--fault", choices=list(FAULTS), action="append")
    parser.add_argument("--mistakes", action="store_true")
    options: Any = parser.parse_args(arguments)
    if find_font() is None:
        print("No Chinese font: apt-get install fonts-noto-cjk")  # noqa: T201
        return 1
    print("| fault | dpi | pages | characters | errors | error rate | exact paragraphs | doubts | s/page |")  # noqa: T201
    print("| --- | --- | --- | --- | --- | --- | --- | --- | --- |")  # noqa: T201
    with Scanner().open() as worker:
        for dpi in options.dpi or (150, 200):
            for fault in options.fault or FAULTS:
                score, missing = Score(), []
                for text in texts(options.reports):
                    missing += measure(text, dpi, fault, worker, score)
                print(score.line(fault, dpi), flush=True)  # noqa: T201
                for wanted, read in missing if options.mistakes else ():
                    print(f"  - {wanted}\n  + {read}")  # noqa: T201
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
