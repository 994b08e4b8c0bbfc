"""PDF files that carry their text: pages through PDFium, then paragraphs by geometry.

PDFium is not safe for threads: one lock holds it. Untrusted files are read in the sandbox's child only.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pypdfium2
import pypdfium2.raw as pdfium

from tracker.domain.documents import Document
from tracker.readers.base import FileInfo, Limits, UnreadableDocument
from tracker.readers.layout import Page
from tracker.readers.pdf_shapes import picture_share, rules_of
from tracker.readers.pdf_text import pieces_of
from tracker.readers.printed import printed_document
from tracker.readers.sniffing import PDF

_LOCK = threading.Lock()
_FEW = 8  # characters: a page number on a scan is no text
_PICTURE = 0.3  # of the page's area
_DAMAGED = "PDF 文件已损坏，无法打开。请用原来的程序重新导出，或上传它的 Word 原件（.docx）。"
_ENCRYPTED = "PDF 设有打开密码，无法读取。请取消密码后重新上传，或上传它的 Word 原件（.docx）。"


class PdfReader:
    """Reads PDF files with text; raises ScannedDocument for those that are pictures only."""

    name = "pdf"

    def accepts(self, info: FileInfo) -> bool:
        """Accept PDF only."""
        return info.media_type == PDF

    def read(self, path: Path, info: FileInfo, limits: Limits) -> Document:
        """Read the text; raise UnreadableDocument where the file is damaged, locked, too long or a scan."""
        return printed_document([list(pdf_pages(path, limits))], reader=self.name)


def pdf_pages(path: Path, limits: Limits) -> Iterator[Page]:
    """Yield the pages with their pieces of text and rules; raise UnreadableDocument. One document at a time."""
    with _LOCK:
        document = _open(path)
        try:
            count = len(document)
            if count > limits.pages:
                raise too_many_pages(count, limits)
            left = limits.characters * 2
            for number in range(count):
                page = _page(document, number, left)
                left -= len(page.pieces)
                yield page
        finally:
            document.close()


def too_many_pages(count: int, limits: Limits) -> UnreadableDocument:
    """Return the refusal of a document with more pages than a report has."""
    return UnreadableDocument(
        "too_many_pages", f"文件有 {count} 页，超过 {limits.pages} 页的上限，不像一份报告。请只上传报告正文。"
    )


def _open(path: Path) -> pypdfium2.PdfDocument:
    try:
        return pypdfium2.PdfDocument(path)
    except pypdfium2.PdfiumError as error:
        if error.err_code in (pdfium.FPDF_ERR_PASSWORD, pdfium.FPDF_ERR_SECURITY):
            raise UnreadableDocument("encrypted", _ENCRYPTED) from error
        raise UnreadableDocument("damaged", _DAMAGED) from error


def _page(document: pypdfium2.PdfDocument, index: int, most: int) -> Page:
    """Return one page; one that PDFium cannot load is empty."""
    try:
        loaded = document[index]
    except pypdfium2.PdfiumError:
        return Page(index + 1, 0.0, 0.0)
    try:
        width, height = loaded.get_size()
        page = Page(index + 1, width, height)
        page.pieces, garbled = pieces_of(loaded, most)
        few = sum(len(piece.text.strip()) for piece in page.pieces) < _FEW
        if garbled or (few and picture_share(loaded) >= _PICTURE):
            page.pieces, page.is_picture = [], True
        else:
            page.rules = rules_of(loaded)
        return page
    except pypdfium2.PdfiumError:
        return Page(index + 1, 0.0, 0.0)
    finally:
        loaded.close()
