"""Pages of a PDF that carries text: where its lines stand, and a picture of the page that fits them."""

from __future__ import annotations

import base64
import struct
import zlib
from pathlib import Path

import pytest

from tests.support.raw_pdf import show, write_pdf
from tracker.domain.documents import Span
from tracker.domain.page_map import boxes_of, place_lines
from tracker.readers.base import Limits, UnreadableDocument
from tracker.readers.pdf_lines import pdf_page_lines
from tracker.readers.registry import read_file
from tracker.readers.scans.pictures import page_png

FIRST = ("A plan of the township for the coming year", "One law lecture is given in each quarter of it")
SECOND = ("Two officers are to be hired before the summer",)


@pytest.fixture
def report(tmp_path: Path) -> Path:
    return write_pdf(tmp_path / "report.pdf", [show(*FIRST), show(*SECOND)])


def test_lines_are_placed_in_the_text_that_the_reader_gives(report: Path) -> None:
    text = read_file(report)[1].text
    pages = place_lines(text, pdf_page_lines(report, Limits()))
    assert [len(page.lines) for page in pages] == [2, 1]
    assert all(line.span for page in pages for line in page.lines)
    start = text.index("Two officers")
    ((left, top, right, bottom),) = boxes_of(pages[1], Span(start, start + len("Two officers")))
    assert 0 < left < right < pages[1].width / 2
    assert 0 < top < bottom < pages[1].height / 4


def test_the_picture_shows_type_where_the_lines_say(report: Path) -> None:
    page = pdf_page_lines(report, Limits())[0]
    drawn = page_png(str(report), 0)
    assert abs(drawn["width"] - page.width) <= 1
    assert abs(drawn["height"] - page.height) <= 1
    rows = grey_rows(base64.b64decode(drawn["png"]))
    assert len(rows) == drawn["height"]
    left, top, right, bottom = page.lines[0].box
    inside = b"".join(row[left // 2 : right // 2] for row in rows[top:bottom])
    above = b"".join(row[left // 2 : right // 2] for row in rows[: top - 4])
    assert any(byte < 0x88 for byte in inside)
    assert set(above) == {0xFF}


def grey_rows(png: bytes) -> list[bytes]:
    """Return the rows of a picture of sixteen greys, two pixels a byte."""
    width, height, depth, colour = struct.unpack(">IIBB", png[16:26])
    assert (depth, colour) == (4, 0)
    at, packed = 8, b""
    while at < len(png):
        length = int.from_bytes(png[at : at + 4])
        packed += png[at + 8 : at + 8 + length] if png[at + 4 : at + 8] == b"IDAT" else b""
        at += length + 12
    data, line = zlib.decompress(packed), (width + 1) // 2 + 1
    return [data[row * line + 1 : (row + 1) * line] for row in range(height)]


def test_a_page_in_colour_keeps_it(tmp_path: Path) -> None:
    red = b"1 0 0 rg 100 500 200 100 re f"
    png = base64.b64decode(page_png(str(write_pdf(tmp_path / "red.pdf", [red])), 0)["png"])
    assert png[24:26] == bytes((8, 2))


def test_a_page_that_is_not_there_and_a_broken_file_are_refused(report: Path, tmp_path: Path) -> None:
    with pytest.raises(UnreadableDocument, match="没有这一页"):
        page_png(str(report), 2)
    broken = tmp_path / "broken.pdf"
    broken.write_bytes(report.read_bytes()[:60])
    with pytest.raises(UnreadableDocument, match="已损坏"):
        page_png(str(broken), 0)
