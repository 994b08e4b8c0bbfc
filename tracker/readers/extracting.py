"""From a file to what stands in it: the reader, then the extraction, in this process."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from tracker.domain.documents import Document, ReportReading
from tracker.domain.extraction import read_report
from tracker.domain.formats import Json, reading_to_dict
from tracker.language.lexicon import Lexicon, load_lexicon
from tracker.readers.base import DEFAULT_LIMITS, FileInfo, Limits
from tracker.readers.office import Office, may_need_office
from tracker.readers.registry import read_file


@dataclass(frozen=True, slots=True)
class ReadReport:
    """A file and its reading; the reading's notices include what the reader had to say.

    ``pictures`` are the numbers of pages that are pictures and were left unread.
    """

    info: FileInfo
    reader: str
    reading: ReportReading
    pictures: tuple[int, ...] = ()

    def to_dict(self) -> Json:
        """Return the object that ``tracker extract --json`` prints."""
        data = reading_to_dict(self.reading, file=self.info.name, sha256=self.info.sha256, reader=self.reader)
        return {**data, "picture_pages": list(self.pictures)} if self.pictures else data


def extract_file(
    path: Path,
    *,
    name: str | None = None,
    limits: Limits = DEFAULT_LIMITS,
    converted: Path | None = None,
    office: Office | None = None,
) -> ReadReport:
    """Read a file (or what it was ``converted`` to, or what ``office`` makes of it) and extract its report.

    Raises UnreadableDocument.
    """
    if converted is None and office is not None and may_need_office(path):
        with office.converted(path) as made:
            return extract_file(path, name=name, limits=limits, converted=made)
    return report_of(*read_file(path, name=name, limits=limits, converted=converted))


def report_of(info: FileInfo, document: Document) -> ReadReport:
    """Return what stands in a document."""
    reading = read_report(document, lexicon())
    missing = tuple(notice for notice in document.notices if notice not in reading.notices)
    return ReadReport(info, document.reader, replace(reading, notices=missing + reading.notices), document.pictures)


def lexicon() -> Lexicon:
    """Return the word lists in force, read once a process."""
    return load_lexicon()
