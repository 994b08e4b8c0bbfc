"""Pages of an original as pictures beside its text: where each line stands, and the picture of a page.

Both are made from the original in a child process when first asked for, and kept beside it; they can be made again at
any time. Who may see the report may see them.
"""

from __future__ import annotations

import base64
import json
import logging
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from tracker.db.models import Report
from tracker.domain.page_map import Page, pages_from_json, printed_number
from tracker.readers.base import Limits, UnreadableDocument
from tracker.readers.sandbox import ChildFailed, run_in_child
from tracker.readers.scans.paragraphs import READER as SCAN
from tracker.readers.scans.scanner import Scanner
from tracker.readers.scans.source import picture_index
from tracker.services.scanning import picture_name
from tracker.storage import Storage

log = logging.getLogger(__name__)

PDF = "pdf"
_TASKS = "tracker.readers.sandbox_tasks"
Run = Callable[[str, Sequence[Any], Limits], Any]


def has_pages(report: Report) -> bool:
    """Say whether the pages of a report's original can be shown."""
    return report.reader in (PDF, SCAN) or bool(report.reading.get("pages"))


def scanned_pages(report: Report) -> tuple[Page, ...]:
    """Return the pages of a report that were recognised, with the place of every line."""
    return pages_from_json(report.reading.get("pages", ()))


def pages_of_report(storage: Storage, report: Report, limits: Limits, run: Run = run_in_child) -> tuple[Page, ...]:
    """Return the pages of a report's original with the place of every line; none where there are no pages to show.

    ``report`` has its text loaded.
    """
    if report.reader != PDF:
        return scanned_pages(report)
    name = f"lines-{report.content_digest[:16]}.json"
    kept = storage.derived(report.file_key, name)
    if kept.is_file():
        return pages_from_json(json.loads(kept.read_bytes()))
    path = storage.path(report.file_key)
    pages = _in_child(
        run, "pdf_pages_placed", [str(path.resolve()), report.text, report.reading.get("pages", [])], limits
    )
    if pages is None:
        return ()
    storage.keep_derived(report.file_key, name, json.dumps(pages, ensure_ascii=False).encode())
    return pages_from_json(pages)


def page_picture(storage: Storage, report: Report, number: int, limits: Limits, scanner: Scanner) -> Path | None:
    """Return the file of the picture of a page (from 1), drawn now where it is not kept; None where there is none."""
    recognised = scanned_pages(report)
    seen = [page.number for page in recognised]
    if number in seen:
        kept = storage.derived(report.file_key, picture_name(seen.index(number) + 1))
        return kept if kept.is_file() else _scan_again(storage, report, kept, recognised, scanner)
    if report.reader != PDF:
        return None
    number = printed_number(recognised, number)
    kept = storage.derived(report.file_key, f"page-{number}.png")
    if kept.is_file():
        return kept
    path = storage.path(report.file_key)
    if not path.is_file():
        return None
    drawn = _in_child(run_in_child, "draw_page", [str(path.resolve()), number - 1], limits)
    return storage.keep_derived(report.file_key, kept.name, base64.b64decode(drawn["png"])) if drawn else None


def _scan_again(
    storage: Storage, report: Report, wanted: Path, recognised: Sequence[Page], scanner: Scanner
) -> Path | None:
    """Put the pages of a scan straight once more, as when they were read: their pictures were lost with a restore."""
    path = storage.path(report.file_key)
    only = sorted({page.of for page in recognised if page.of is not None})
    first = at = 0
    try:
        with scanner.turn(wait=False) as free:
            if not free or not path.is_file():
                return None
            with scanner.open() as worker:
                while not wanted.is_file() and at < (len(only) or worker.count(path)):
                    for picture in worker.draw(path, picture_index(worker, path, only, at) if only else at):
                        first += 1
                        storage.keep_derived(report.file_key, picture_name(first), picture)
                    at += 1
    except UnreadableDocument as error:
        log.warning("the pages of report %s could not be drawn again: %s", report.id, error.code)
    return wanted if wanted.is_file() else None


def _in_child(run: Run, task: str, arguments: Sequence[Any], limits: Limits) -> Any:
    try:
        return run(f"{_TASKS}:{task}", arguments, limits)
    except (ChildFailed, UnreadableDocument) as error:
        log.warning("%s failed: %s", task, error.code)
        return None
