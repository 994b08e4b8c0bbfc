"""From the recognised pages of a scan to its report, with the place of every line."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from tracker.domain.documents import ReportReading
from tracker.domain.extraction import read_report
from tracker.domain.formats import Json, reading_to_dict
from tracker.domain.page_map import Page, pages_from_json, pages_to_json, place_lines
from tracker.language.lexicon import load_lexicon
from tracker.readers.base import UnreadableDocument
from tracker.readers.extracting import ReadReport
from tracker.readers.registry import inspect_file
from tracker.readers.scans.paragraphs import READER, build_scanned, in_reading_order
from tracker.readers.scans.scanner import Scanner

NO_TEXT = "没有在图片中认出文字。请确认页面清晰、没有倒置后重新扫描；有 Word 原件（.docx）的，请直接上传原件。"


def extract_pages(data: Sequence[Json], *, name: str, sha256: str) -> Json:
    """Return what ``tracker extract --json`` prints for recognised pages, and ``pages`` beside it."""
    pages = in_reading_order(replace(page, number=at) for at, page in enumerate(pages_from_json(data), start=1))
    reading = _read(pages)
    source = {"file": name, "sha256": sha256, "reader": READER}
    return {**reading_to_dict(reading, **source), "pages": pages_to_json(place_lines(reading.text, pages))}


def _read(pages: Sequence[Page]) -> ReportReading:
    document = build_scanned(pages, notices=[_notice(pages)])
    if not document.text:
        raise UnreadableDocument("no_text", NO_TEXT)
    reading = read_report(document, load_lexicon())
    notices = (*document.notices, *(notice for notice in reading.notices if notice not in document.notices))
    return replace(reading, notices=notices)


def _notice(pages: Sequence[Page]) -> str:
    doubtful = sum(len(line.unsure) for page in pages for line in page.lines)
    found = f"有 {doubtful} 处认得不准，已在文中标出" if doubtful else "没有认得不准的字"
    return f"文字由扫描件识别得来，共 {len(pages)} 页，{found}。请对照页面图片核对数字和名称。"


def extract_scan(path: Path, scanner: Scanner, tell: Callable[[int, int], None]) -> ReadReport:
    """Recognise a file in a worker and return its report; ``tell`` hears how many pictures are done, of how many.

    Raises UnreadableDocument.
    """
    info = inspect_file(path)
    pages: list[Json] = []
    with scanner.turn(wait=True), scanner.open() as worker:
        number = worker.count(path)
        for index in range(number):
            tell(index, number)
            pages += worker.read(path, index).pages
    return ReadReport(info, READER, _read(in_reading_order(pages_from_json(pages))))
