"""The real recogniser on a drawn scan: askew, noisy, with a seal over the last line. Needs what `make ocr` installs."""

from __future__ import annotations

import io
import subprocess
from pathlib import Path

import pypdfium2
import pytest
from rapidfuzz.distance import Levenshtein

from tests.support.needs import lack
from tests.support.ofd_files import write_scanned_ofd
from tests.support.raw_pdf import show, write_pdf
from tests.support.scans import recogniser_python
from tracker.domain.page_map import pages_from_json
from tracker.readers.extracting import extract_file
from tracker.readers.scans.mixed import extract_rest
from tracker.readers.scans.paragraphs import build_scanned
from tracker.readers.scans.scanner import Scanner, ScanWorker
from tracker.services.photos import keep_together
from tracker.storage import Storage

ROOT = Path(__file__).resolve().parents[2]
TEXT = """清溪县柳湾镇人民政府
2025年法治政府建设工作报告
一、主要工作
全年办理行政处罚案件10件，组织宣讲12场，覆盖群众4.3万人次，群众满意率98.6%；修订“三项制度”，清理规范性文件27份。
二、2026年工作计划
（一）充实执法队伍。6月底前新增持证执法人员2名。（责任单位：镇司法所）
（二）创新普法形式。年内开展普法活动不少于4场。
清溪县柳湾镇人民政府"""


@pytest.fixture(scope="module")
def scan(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A one-page scan at 150 dpi, drawn in the recogniser's environment."""
    folder = tmp_path_factory.mktemp("scan")
    (folder / "text.txt").write_text(TEXT, encoding="utf-8")
    command = [
        recogniser_python(),
        "-m",
        "tools.draw_scans",
        folder / "text.txt",
        folder / "scan.pdf",
        "skew+noise",
        "150",
    ]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    if done.returncode == 3:
        lack("中文字体", "请安装 fonts-noto-cjk")
    assert done.returncode == 0, done.stderr
    return folder / "scan.pdf"


@pytest.fixture(scope="module")
def worker(scan: Path):
    with Scanner(python=recogniser_python()).open() as opened:
        yield opened


def test_a_noisy_scan_is_read_without_an_error_in_a_hundred(worker: ScanWorker, scan: Path) -> None:
    assert worker.count(scan) == 1
    read = worker.read(scan, 0)
    document = build_scanned(pages_from_json(read.pages))
    errors = Levenshtein.distance(document.text, TEXT)
    assert errors <= len(TEXT) // 100, document.text
    page = read.pages[0]
    assert 600 < page["width"] < page["height"] < 2000
    assert read.pictures[0].startswith(b"\xff\xd8\xff")
    assert worker.draw(scan, 0) == read.pictures


def test_pictures_in_an_ofd_file_are_read(worker: ScanWorker, scan: Path, tmp_path: Path) -> None:
    path = write_scanned_ofd(tmp_path / "scan.ofd", *worker.draw(scan, 0))
    assert worker.count(path) == 1
    document = build_scanned(pages_from_json(worker.read(path, 0).pages))
    assert Levenshtein.distance(document.text, TEXT) <= len(TEXT) // 50, document.text


def test_photographs_of_one_report_are_read_in_their_order(worker: ScanWorker, scan: Path, tmp_path: Path) -> None:
    (picture,) = worker.draw(scan, 0)
    stored = keep_together(Storage(tmp_path), [(f"{n}.jpg", io.BytesIO(picture)) for n in (2, 10)], limit=10**8)
    path = Storage(tmp_path).path(stored.key)
    assert worker.count(path) == 2
    document = build_scanned(pages_from_json(worker.read(path, 1).pages))
    assert Levenshtein.distance(document.text, TEXT) <= len(TEXT) // 50, document.text


def test_a_scanned_page_among_printed_ones_is_read_in_its_place(scan: Path, tmp_path: Path) -> None:
    whole, printed = pypdfium2.PdfDocument.new(), write_pdf(tmp_path / "printed.pdf", [show("Printed words.")])
    for part in (printed, scan, printed):
        whole.import_pages(pypdfium2.PdfDocument(part))
    path = tmp_path / "whole.pdf"
    whole.save(path)
    scanner = Scanner(python=recogniser_python())
    text = extract_rest(path, extract_file(path), scanner, lambda *_: None).reading.text
    assert text.startswith("Printed words.\n")
    assert text.endswith("\nPrinted words.")
    between = text.removeprefix("Printed words.\n").removesuffix("\nPrinted words.")
    assert Levenshtein.distance(between, TEXT) <= len(TEXT) // 100, between


def test_a_broken_picture_is_refused_with_a_sentence(worker: ScanWorker, tmp_path: Path) -> None:
    from tests.support.scans import HEAD
    from tracker.readers.base import UnreadableDocument

    broken = tmp_path / "broken"
    broken.write_bytes(HEAD + b"not a picture")
    with pytest.raises(UnreadableDocument, match="图片无法打开"):
        worker.read(broken, 0)
