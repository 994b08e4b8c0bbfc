"""``tracker extract`` and ``tracker link``: what a report promises, and what the next one answers. No database."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click

if TYPE_CHECKING:
    from tracker.readers.extracting import ReadReport
    from tracker.readers.scans.scanner import Scanner

UNREADABLE = 2
"""Exit code for a file that cannot be read."""
OCR_VARIABLE = "TRACKER_OCR_PYTHON"
LEXICON_VARIABLE = "TRACKER_LEXICON_FOLDER"
OFFICE_VARIABLE = "TRACKER_OFFICE"


@click.command(
    "extract",
    help="读出一份报告的标题、章节、问题和计划事项。FILE 是 Word、WPS、PDF、OFD、网页、文本文件，或扫描的 PDF、图片。",
)
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="输出 JSON（UTF-8）")
def extract_command(file: Path, *, as_json: bool) -> None:
    """Print the reading of one report; exit 2 where it cannot be read."""
    report = read_or_exit(file)
    if as_json:
        print_json(report.to_dict())
        return
    from tracker.cli.tables import print_reading

    print_reading(report.reading, file.name)


@click.command("link", help="用下一年的报告（LATER）逐条对照上一年的计划（EARLIER）。")
@click.argument("earlier", type=click.Path(path_type=Path))
@click.argument("later", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="输出 JSON（UTF-8）")
def link_command(earlier: Path, later: Path, *, as_json: bool) -> None:
    """Print what the later report says of each promise of the earlier one; exit 2 where one cannot be read."""
    promised, answered = read_or_exit(earlier), read_or_exit(later)
    from tracker.domain.matching import link_reports
    from tracker.readers.extracting import lexicon

    report = link_reports(promised.reading, answered.reading, lexicon())
    if as_json:
        from tracker.domain.formats import links_to_dict

        print_json(links_to_dict(promised.to_dict(), answered.to_dict(), report))
        return
    from tracker.cli.tables import print_links

    print_links(promised.reading, answered.reading, report)


def read_or_exit(file: Path) -> ReadReport:
    """Return a file's reading, or print one line on standard error and exit 2."""
    from tracker.readers.base import SCANNED, UnreadableDocument
    from tracker.readers.extracting import extract_file
    from tracker.readers.office import find_office
    from tracker.readers.scans.source import can_be_scanned

    use_edited_lists()
    try:
        report = extract_file(file, office=find_office(os.environ.get(OFFICE_VARIABLE)))
        return with_pictures(file, report) if report.pictures else report
    except UnreadableDocument as error:
        if error.code == SCANNED and can_be_scanned(file):
            return scan_or_exit(file)
        fail(f"{file}：{error.message}")


def scan_or_exit(file: Path) -> ReadReport:
    """Return the reading of a scan, its pages recognised one by one, or print one line on standard error and exit 2."""
    from tracker.readers.base import UnreadableDocument
    from tracker.readers.scans.extracting import extract_scan

    try:
        return extract_scan(file, open_scanner(), tell_page)
    except UnreadableDocument as error:
        fail(f"{file}：{error.message}")


def with_pictures(file: Path, report: ReadReport) -> ReadReport:
    """Return a report with the text of its pages that are pictures, where it can be recognised."""
    from tracker.readers.scans.mixed import extract_rest

    return extract_rest(file, report, open_scanner(), tell_page)


def open_scanner() -> Scanner:
    """Return the recogniser that the environment names, else the one that ``make ocr`` installed."""
    from tracker.readers.scans.scanner import Scanner
    from tracker.readers.scans.source import own_python

    python = os.environ.get(OCR_VARIABLE)
    return Scanner(python=Path(python) if python else own_python())


def tell_page(done: int, pages: int) -> None:
    """Say on standard error which page is being recognised."""
    click.echo(f"识别文字：第 {done + 1} 页，共 {pages} 页", err=True)


def use_edited_lists() -> None:
    """Read the word lists that the environment names; exit 2 where they cannot be used."""
    folder = os.environ.get(LEXICON_VARIABLE)
    if not folder:
        return
    from tracker.domain.word_lists import WordListsUnusable, use_word_lists
    from tracker.language.word_files import word_folder

    if word_folder() == Path(folder).resolve():
        return
    try:
        use_word_lists(Path(folder))
    except WordListsUnusable as error:
        fail(str(error))


def fail(message: str) -> NoReturn:
    """Print one line on standard error and exit 2."""
    click.echo(" ".join(message.split()), err=True)
    sys.exit(UNREADABLE)


def print_json(data: Mapping[str, Any]) -> None:
    """Write one JSON object to standard output, in UTF-8 whatever the terminal's encoding."""
    text = json.dumps(data, ensure_ascii=False, indent=2) + "\n"
    sys.stdout.buffer.write(text.encode("utf-8"))
    sys.stdout.buffer.flush()
