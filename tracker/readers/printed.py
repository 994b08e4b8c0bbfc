"""Pages of print become a document; pages that are pictures are left out, told, or put in as they were recognised."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType

from tracker.domain.documents import Document
from tracker.domain.page_map import Page as SeenPage
from tracker.readers.base import ScannedDocument
from tracker.readers.cleanup import Line, build_document
from tracker.readers.layout import Page, lines_of_pages
from tracker.readers.scans.paragraphs import scanned_lines

Recognised = Mapping[int, Sequence[SeenPage]]
"""What was seen on pages that are pictures: by the page's number in the file, from 1; two pages for a spread."""


def printed_document(
    documents: Sequence[Sequence[Page]], *, reader: str, recognised: Recognised = MappingProxyType({})
) -> Document:
    """Return the document of all pages in order; raise ScannedDocument where all of them are pictures.

    What is ``recognised`` stands in its page's place; the numbers of pages left unread are the document's ``pictures``.
    """
    pages = [page for document in documents for page in document]
    pictures = [number for number, page in enumerate(pages, start=1) if page.is_picture]
    if pictures and not any(page.pieces for page in pages):
        raise ScannedDocument(len(pages))
    lines: list[Line] = []
    told: list[str] = []
    first = 1
    for document in documents:
        found, more = lines_of_pages(document, _between(document, first, recognised))
        lines.extend(found)
        told.extend(more)
        first += len(document)
    if len(documents) > 1:
        told.append(f"文件内有 {len(documents)} 份文档，已依次读出，请核对。")
    told += _picture_notices(pictures, recognised)
    unread = [number for number in pictures if number not in recognised]
    return build_document(lines, reader=reader, notices=dict.fromkeys(told), pictures=unread)


def _between(document: Sequence[Page], first: int, recognised: Recognised) -> dict[int, list[Line]]:
    """Return the lines of each run of recognised pages, by the index of its first page in ``document``."""
    found: dict[int, list[Line]] = {}
    wanted = ((index, first + index) for index, page in enumerate(document) if page.is_picture)
    there = [(index, number) for index, number in wanted if number in recognised]
    for _, run in itertools.groupby(enumerate(there), key=lambda one: one[1][0] - one[0]):
        members = [entry for _, entry in run]
        found[members[0][0]] = scanned_lines([page for _, number in members for page in recognised[number]])
    return found


def _picture_notices(pictures: Sequence[int], recognised: Recognised) -> Iterator[str]:
    """Say which pages are pictures, and what became of each: recognised, without any text, left unread."""
    read = [number for number in pictures if any(page.lines for page in recognised.get(number, ()))]
    empty = [number for number in pictures if number in recognised and number not in read]
    unread = [number for number in pictures if number not in recognised]
    if read:
        doubtful = sum(len(line.unsure) for number in read for page in recognised[number] for line in page.lines)
        found = f"有 {doubtful} 处认得不准，已在文中标出" if doubtful else "没有认得不准的字"
        yield f"第 {_listed(read)}是图片，文字由识别得来，{found}。请对照原件核对数字和名称。"
    if empty:
        yield f"第 {_listed(empty)}是图片，没有认出文字。"
    if unread:
        yield f"第 {_listed(unread)}是图片，其中的文字没有读出，请对照原件核对。"


def _listed(numbers: Sequence[int]) -> str:
    shown = "、".join(str(number) for number in numbers[:10])
    return f"{shown} {'页等' if len(numbers) > 10 else '页'}"
