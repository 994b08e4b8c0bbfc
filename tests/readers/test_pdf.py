"""PDF files: paragraphs as they were written, whatever the layout; scans, locked and endless files declined."""

from __future__ import annotations

import difflib
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.support.pdf_layouts import TUNED, blocks_of, draw, expected, html_of, tidied
from tests.support.raw_pdf import show, write_pdf
from tracker.readers.base import Limits, ScannedDocument, UnreadableDocument
from tracker.readers.registry import read_file
from tracker.readers.sandbox import read_and_extract_in_child

if TYPE_CHECKING:
    from playwright.sync_api import Browser

SHORT_FORM = (*TUNED[:6], 17, 25, 28)


@pytest.mark.browser
def test_generated_layouts(chromium: Browser, tmp_path: Path) -> None:
    page = chromium.new_page()
    exact = every = 0
    for seed in SHORT_FORM:
        layout = draw(seed)
        path = tmp_path / f"{seed}.pdf"
        page.set_content(html_of(layout, blocks_of(layout)))
        page.pdf(path=path, prefer_css_page_size=True, print_background=True)
        wanted = expected(blocks_of(layout))
        found = [tidied(line) for line in read_file(path)[1].text.split("\n")]
        matcher = difflib.SequenceMatcher(None, wanted, found, autojunk=False)
        exact += sum(block.size for block in matcher.get_matching_blocks())
        every += max(len(wanted), len(found))
    page.close()
    assert exact >= 0.99 * every, f"{exact} of {every}"


def refused(path: Path, limits: Limits = Limits()) -> UnreadableDocument:  # noqa: B008
    with pytest.raises(UnreadableDocument) as caught:
        read_file(path, limits=limits)
    assert caught.value.message.endswith("。")
    return caught.value


def test_lines_of_a_paragraph_are_joined_and_page_numbers_dropped(tmp_path: Path) -> None:
    lines = (
        "The quick brown fox jumps over the lazy dog and runs",
        "away into the dark and silent wood behind the old hill",
        "it came from.",
    )
    footer = show("- 1 -", x=280, y=40)
    path = write_pdf(tmp_path / "a.pdf", [show(*lines) + b" " + footer])
    assert read_file(path)[1].text == " ".join(lines)


def test_a_scan_is_declined_with_its_pages(tmp_path: Path) -> None:
    error = refused(write_pdf(tmp_path / "a.pdf", [show("3"), b"", b""], picture=True))
    assert isinstance(error, ScannedDocument)
    assert (error.code, error.pages, "扫描件（3 页" in error.message) == ("scanned", 3, True)


def test_a_scan_is_declined_across_the_sandbox_as_well(tmp_path: Path) -> None:
    path = write_pdf(tmp_path / "a.pdf", [b"", b""], picture=True)
    with pytest.raises(ScannedDocument) as caught:
        read_and_extract_in_child(path, "报告.pdf")
    assert caught.value.pages == 2


def test_pictures_beside_text_are_told(tmp_path: Path) -> None:
    path = write_pdf(tmp_path / "a.pdf", [show("A report of many words."), b"q 595 0 0 842 0 0 cm /P1 Do Q"])
    _, document = read_file(path)
    assert document.text == "A report of many words."
    assert document.notices == ("第 2 页是图片，其中的文字没有读出，请对照原件核对。",)


def test_text_over_a_picture_is_read(tmp_path: Path) -> None:
    path = write_pdf(tmp_path / "a.pdf", [show("Words over a picture of the page.")], picture=True)
    assert read_file(path)[1].text == "Words over a picture of the page."


@pytest.mark.parametrize(
    ("rotate", "matrix"), [(0, ""), (90, "0 1 -1 0 100 72"), (180, "-1 0 0 -1 500 700"), (270, "0 -1 1 0 400 700")]
)
def test_turned_pages_are_read_upright(tmp_path: Path, rotate: int, matrix: str) -> None:
    path = write_pdf(tmp_path / "a.pdf", [show("First line here.", "Second line.", matrix=matrix)], rotate=rotate)
    assert read_file(path)[1].text.replace("\n", " ") == "First line here. Second line."


def test_watermarks_and_text_beside_the_page_are_left_out(tmp_path: Path) -> None:
    watermark = show("SECRET", matrix="0.7 0.7 -0.7 0.7 200 300", size=60)
    beside = show("Unseen", x=900, y=300)
    path = write_pdf(tmp_path / "a.pdf", [b" ".join((show("A line of the report."), watermark, beside))])
    assert read_file(path)[1].text == "A line of the report."


def test_five_thousand_pages(tmp_path: Path) -> None:
    error = refused(write_pdf(tmp_path / "a.pdf", [b""] * 5_000))
    assert (error.code, "5000 页，超过 500 页" in error.message) == ("too_many_pages", True)


def test_empty_pages_have_no_text(tmp_path: Path) -> None:
    assert refused(write_pdf(tmp_path / "a.pdf", [b"", b""])).code == "no_text"


def test_too_much_text(tmp_path: Path) -> None:
    path = write_pdf(tmp_path / "a.pdf", [show("words " * 100)])
    assert refused(path, Limits(characters=100)).code == "too_long"
