"""Files whose pages have text but for some that are pictures: read again with what was recognised on those."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from tracker.domain.formats import Json
from tracker.domain.page_map import Page, pages_from_json, pages_to_json, place_lines, with_recognised
from tracker.readers.base import DEFAULT_LIMITS, Limits, UnreadableDocument
from tracker.readers.extracting import ReadReport, report_of
from tracker.readers.layout import Page as PrintedPage
from tracker.readers.ofd import OfdReader, ofd_documents
from tracker.readers.pdf import PdfReader, pdf_pages
from tracker.readers.pdf_lines import lines_on
from tracker.readers.printed import Recognised, printed_document
from tracker.readers.registry import checked, inspect_file
from tracker.readers.scans.paragraphs import in_reading_order
from tracker.readers.scans.scanner import Scanner
from tracker.readers.scans.source import picture_index
from tracker.readers.sniffing import OFD, check_agreement


@dataclass(frozen=True, slots=True)
class MixedReport:
    """A report, and where its recognised pages' lines stand in its text."""

    report: ReadReport
    pages: tuple[Page, ...]

    def to_dict(self) -> Json:
        """Return what ``tracker extract --json`` prints, with ``pages`` beside it."""
        return {**replace(self.report, pictures=()).to_dict(), "pages": pages_to_json(self.pages)}


def read_mixed(
    path: Path, seen: Mapping[int, Sequence[Json]], *, name: str | None = None, limits: Limits = DEFAULT_LIMITS
) -> MixedReport:
    """Read a PDF or an OFD with what was ``seen`` on its picture pages, by their numbers. Raises UnreadableDocument."""
    info = inspect_file(path, name=name, limits=limits)
    notice = check_agreement(info.suffix, info.media_type)
    is_ofd = info.media_type == OFD
    documents = ofd_documents(path, limits) if is_ofd else [list(pdf_pages(path, limits))]
    recognised = {
        number: [replace(page, of=number) for page in in_reading_order(pages_from_json(pages))]
        for number, pages in seen.items()
    }
    document = printed_document(documents, reader=OfdReader.name if is_ofd else PdfReader.name, recognised=recognised)
    if notice:
        document = replace(document, notices=(notice, *document.notices))
    report = report_of(info, checked(document, limits))
    placed = _placed(report.reading.text, [page for pages in documents for page in pages], recognised)
    # the pages of an OFD are not drawn: only those recognised are shown, numbered by themselves
    pages = [replace(page, number=at) if is_ofd else page for at, page in enumerate(placed, start=1)]
    return MixedReport(report, tuple(pages))


def _placed(text: str, printed: Sequence[PrintedPage], recognised: Recognised) -> list[Page]:
    """Return the recognised pages with their numbers among all and the place of each line in the text."""
    lines = [replace(lines_on(page), number=number) for number, page in enumerate(printed, start=1)]
    whole = with_recognised(lines, [page for pages in recognised.values() for page in pages])
    return [page for page in place_lines(text, whole) if page.of is not None]


def extract_rest(path: Path, report: ReadReport, scanner: Scanner, tell: Callable[[int, int], None]) -> ReadReport:
    """Return a report with the text of its picture pages where they can be recognised, the report itself where not."""
    if not report.pictures or len(report.pictures) > scanner.limits.pages or scanner.refusal() is not None:
        return report
    seen: dict[int, Sequence[Json]] = {}
    try:
        with scanner.turn(wait=True), scanner.open() as worker:
            for done, number in enumerate(report.pictures):
                tell(done, len(report.pictures))
                index = picture_index(worker, path, report.pictures, done)
                seen[number] = worker.read(path, index).pages
    except UnreadableDocument:
        if not seen:
            return report
    return read_mixed(path, seen, name=report.info.name).report
