"""Scans on their way into the books: recognised page by page, each page kept in the upload's row as soon as it is read.

A run that is killed, stopped or refused leaves its pages behind; the next one begins with the page after them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tracker.db.models import Intake
from tracker.db.models.reports import UNDER_WAY
from tracker.readers.scans.scanner import ScannedPages, Scanner, ScanWorker
from tracker.storage import Storage

Json = dict[str, Any]

STEP = "scan"
"""What the step of an upload begins with from the moment it is known to be a scan until its text is read."""


@dataclass(frozen=True, slots=True)
class ScanSoFar:
    """What is kept of a scan: how many pictures it holds (0: not counted yet), and the pages of those that are read.

    ``attempt`` is the run that read the last of them: only runs that bring nothing count as tries.
    """

    sources: int = 0
    done: tuple[tuple[Json, ...], ...] = field(default=())
    attempt: int = 0

    @property
    def pages(self) -> list[Json]:
        """All pages, in order."""
        return [page for pages in self.done for page in pages]

    def to_json(self) -> Json:
        """Return what an upload's row keeps."""
        done = [list(pages) for pages in self.done]
        return {STEP: {"sources": self.sources, "done": done, "attempt": self.attempt}}


def scan_so_far(kept: Json | None) -> ScanSoFar | None:
    """Return what an upload's row keeps of its scan; None for what is no scan, or one whose text is read."""
    if not kept or STEP not in kept:
        return None
    entry = kept[STEP]
    return ScanSoFar(entry["sources"], tuple(tuple(pages) for pages in entry["done"]), entry["attempt"])


def is_scan(intake: Intake) -> bool:
    """Say whether an upload waits to be recognised or is being recognised."""
    return intake.step.startswith(STEP) and intake.status in UNDER_WAY


def step_of(so_far: ScanSoFar) -> str:
    """Return the step of an upload: ``scan:3/12`` says that three pictures of twelve are read."""
    return f"{STEP}:{len(so_far.done)}/{so_far.sources}" if so_far.sources else STEP


def progress_of(intake: Intake) -> tuple[int, int] | None:
    """Return how many pictures of an upload are read, of how many; None where nothing is counted yet."""
    done, _, sources = intake.step.partition(":")[2].partition("/")
    return (int(done), int(sources)) if is_scan(intake) and done.isdecimal() and sources.isdecimal() else None


def recognise(
    scanner: Scanner, storage: Storage, key: str, so_far: ScanSoFar, note: Callable[[ScanSoFar], bool], attempt: int
) -> ScanSoFar | None:
    """Read the pictures that are not yet read; ``note`` keeps each and says whether to go on.

    Returns None where it said no. Raises UnreadableDocument.
    """
    if so_far.sources and len(so_far.done) == so_far.sources:
        return so_far
    path = storage.path(key)
    with scanner.open() as worker:
        if not so_far.sources:
            so_far = ScanSoFar(worker.count(path), (), attempt)
            if not note(so_far):
                return None
        for index in range(len(so_far.done), so_far.sources):
            read = _read(worker, storage, key, index, first=len(so_far.pages) + 1)
            so_far = ScanSoFar(so_far.sources, (*so_far.done, read.pages), attempt)
            if not note(so_far):
                return None
    return so_far


def _read(worker: ScanWorker, storage: Storage, key: str, index: int, *, first: int) -> ScannedPages:
    read = worker.read(storage.path(key), index)
    for number, picture in enumerate(read.pictures, start=first):
        storage.keep_derived(key, picture_name(number), picture)
    return read


def picture_name(number: int) -> str:
    """Return the name under which the picture of a scan's page is kept."""
    return f"scan-{number}.jpg"
