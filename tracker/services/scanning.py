"""Scans on their way into the books: recognised page by page, each page kept in the upload's row as soon as it is read.

A run that is killed, stopped or refused leaves its pages behind; the next one begins with the page after them.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from tracker.db.models import Intake
from tracker.db.models.reports import UNDER_WAY
from tracker.readers.base import UnreadableDocument
from tracker.readers.scans.scanner import ScannedPages, Scanner, ScanWorker
from tracker.readers.scans.source import picture_index
from tracker.storage import Storage

log = logging.getLogger(__name__)

Json = dict[str, Any]

STEP = "scan"
"""What the step of an upload begins with from the moment it is known to be a scan until its text is read."""


@dataclass(frozen=True, slots=True)
class ScanSoFar:
    """What is kept of a scan: how many pictures it holds (0: not counted yet), and the pages of those that are read.

    ``attempt`` is the run that read the last of them: only runs that bring nothing count as tries. ``only`` are the numbers
    of the pages that are pictures in a file whose other pages have text; ``unit_accepted`` is kept for what follows.
    """

    sources: int = 0
    done: tuple[tuple[Json, ...], ...] = field(default=())
    attempt: int = 0
    only: tuple[int, ...] = ()
    unit_accepted: bool = False

    @property
    def pages(self) -> list[Json]:
        """All pages, in order."""
        return [page for pages in self.done for page in pages]

    @property
    def seen(self) -> list[tuple[int, Sequence[Json]]]:
        """The pages of each picture that could be read, beside its number in the file."""
        return [(number, pages) for number, pages in zip(self.only, self.done, strict=False) if pages]

    def with_next(self, pages: Sequence[Json], attempt: int) -> ScanSoFar:
        """Return what is kept once one picture more is read."""
        return replace(self, done=(*self.done, tuple(pages)), attempt=attempt)

    def to_json(self) -> Json:
        """Return what an upload's row keeps."""
        done = [list(pages) for pages in self.done]
        entry: Json = {"sources": self.sources, "done": done, "attempt": self.attempt}
        if self.only:
            entry |= {"only": list(self.only), "unit_accepted": self.unit_accepted}
        return {STEP: entry}


def scan_so_far(kept: Json | None) -> ScanSoFar | None:
    """Return what an upload's row keeps of its scan; None for what is no scan, or one whose text is read."""
    if not kept or STEP not in kept:
        return None
    entry = kept[STEP]
    done = tuple(tuple(pages) for pages in entry["done"])
    only = tuple(entry.get("only", ()))
    return ScanSoFar(entry["sources"], done, entry["attempt"], only, bool(entry.get("unit_accepted")))


def scan_of_pictures(kept: Json, scanner: Scanner, attempt: int) -> ScanSoFar | None:
    """Return what is to be recognised of a file that was read and has pages left unread; None where nothing can be."""
    pictures = tuple(kept["reading"].get("picture_pages", ()))
    if not pictures or len(pictures) > scanner.limits.pages or scanner.refusal() is not None:
        return None
    return ScanSoFar(len(pictures), (), attempt, pictures, bool(kept.get("unit_accepted")))


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

    Returns None where it said no. Raises UnreadableDocument; in a file that has text besides, a picture that cannot be read
    is passed over.
    """
    while not so_far.sources or len(so_far.done) < so_far.sources:
        try:
            with scanner.open() as worker:
                for newer in _going_on(worker, storage, key, so_far, attempt):
                    if not note(newer):
                        return None
                    so_far = newer
        except UnreadableDocument as refusal:
            if not so_far.only:
                raise
            log.warning("page %s is left unread: %s", so_far.only[len(so_far.done)], refusal.code)
            so_far = so_far.with_next((), attempt)
            if not note(so_far):
                return None
    return so_far


def _going_on(worker: ScanWorker, storage: Storage, key: str, so_far: ScanSoFar, attempt: int) -> Iterator[ScanSoFar]:
    path = storage.path(key)
    if not so_far.sources:
        so_far = ScanSoFar(worker.count(path), (), attempt)
        yield so_far
    for at in range(len(so_far.done), so_far.sources):
        index = picture_index(worker, path, so_far.only, at) if so_far.only else at
        read = _read(worker, storage, key, index, first=len(so_far.pages) + 1)
        so_far = so_far.with_next(read.pages, attempt)
        yield so_far


def _read(worker: ScanWorker, storage: Storage, key: str, index: int, *, first: int) -> ScannedPages:
    read = worker.read(storage.path(key), index)
    for number, picture in enumerate(read.pictures, start=first):
        storage.keep_derived(key, picture_name(number), picture)
    return read


def picture_name(number: int) -> str:
    """Return the name under which the picture of a scan's page is kept."""
    return f"scan-{number}.jpg"
