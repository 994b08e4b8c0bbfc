"""The worker that recognises scans: what it answers, how it is stopped, and that one file at a time is read."""

from __future__ import annotations

import threading
import time
from dataclasses import replace
from pathlib import Path

import pytest

from tests.support.scans import ENGINE, PICTURE, picture_of
from tracker.readers.base import MEGABYTE, SCANNED, ScannedDocument, UnreadableDocument
from tracker.readers.registry import read_file
from tracker.readers.scans import scanner as scanner_module
from tracker.readers.scans.scanner import ScanLimits, Scanner

LIMITS = ScanLimits(pages=4, seconds=20, memory_bytes=600 * MEGABYTE)


@pytest.fixture
def scanner(tmp_path: Path) -> Scanner:
    return Scanner(tmp_path / "scans.lock", LIMITS, ENGINE)


def scan(tmp_path: Path, *pages: str) -> Path:
    path = tmp_path / "scan"
    path.write_bytes(picture_of(*pages))
    return path


def refusal_of(scanner: Scanner, path: Path, page: int = 0) -> UnreadableDocument:
    def count_and_read() -> None:
        with scanner.open() as worker:
            worker.count(path)
            worker.read(path, page)

    with pytest.raises(UnreadableDocument) as caught:
        count_and_read()
    assert caught.value.message.endswith("。")
    assert "秘密" not in caught.value.message
    return caught.value


def test_pages_are_counted_and_read_one_by_one(scanner: Scanner, tmp_path: Path) -> None:
    path = scan(tmp_path, "第一页的文字", "第二页的文字")
    with scanner.open() as worker:
        assert worker.count(path) == 2
        read = worker.read(path, 1)
    assert [line["text"] for line in read.pages[0]["lines"]] == ["第二页的文字"]
    assert read.pictures == (PICTURE,)
    assert worker._process.returncode is not None


@pytest.mark.parametrize(
    ("line", "code", "words"),
    [
        ("@abort", "crashed", "第 2 页识别程序意外中断。前面各页已保留"),
        ("@hoard", "memory", "第 2 页识别所需内存超过 600 MB"),
        ("@fail", "error", "第 2 页识别时出现意外错误，已记入日志"),
        ("@refuse", "damaged", "第 1 页无法打开。"),
    ],
)
def test_what_goes_wrong_names_the_page(scanner: Scanner, tmp_path: Path, line: str, code: str, words: str) -> None:
    refusal = refusal_of(scanner, scan(tmp_path, "好", line), page=1)
    assert refusal.code == code
    assert words in refusal.message


def test_a_page_that_takes_too_long_is_stopped(scanner: Scanner, tmp_path: Path) -> None:
    path = scan(tmp_path, "@sleep")
    began = time.monotonic()
    with scanner.open() as worker:
        worker.count(path)
        worker._connection.settimeout(0.2)
        with pytest.raises(UnreadableDocument, match="第 1 页识别超过"):
            worker.read(path, 0)
    assert worker._process.returncode is not None
    assert time.monotonic() - began < 15


def test_more_pages_than_the_limit_are_refused(scanner: Scanner, tmp_path: Path) -> None:
    refusal = refusal_of(scanner, scan(tmp_path, *["页"] * 5))
    assert refusal.code == "too_many_pages"
    assert "有 5 页，超过 4 页的上限" in refusal.message
    assert refusal_of(scanner, scan(tmp_path)).code == "no_text"


def test_one_file_at_a_time(scanner: Scanner) -> None:
    other = replace(scanner)
    entered = threading.Event()

    def second() -> None:
        with other.turn(wait=True) as free:
            assert free
            entered.set()

    with scanner.turn(wait=False) as first:
        assert first
        with other.turn(wait=False) as free:
            assert not free
        waiting = threading.Thread(target=second)
        waiting.start()
        assert not entered.wait(0.1)
    assert entered.wait(5)
    waiting.join()


def test_without_the_extra_the_sentence_says_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scanner_module, "missing_parts", lambda _: ["rapidocr"])
    with pytest.raises(UnreadableDocument, match=r"make ocr") as caught:
        Scanner().open()
    assert caught.value.code == SCANNED
    assert "离线安装包" in caught.value.message


def test_pictures_are_declined_as_scans_and_broken_ones_refused(tmp_path: Path) -> None:
    path = scan(tmp_path, "页")
    with pytest.raises(ScannedDocument):
        read_file(path, name="第1页.png")
    vast = bytearray(path.read_bytes())
    vast[16:24] = (60000).to_bytes(4) * 2
    for data, code in ((bytes(vast), "too_many_pixels"), (path.read_bytes()[:20], "damaged")):
        path.write_bytes(data)
        with pytest.raises(UnreadableDocument) as caught:
            read_file(path, name="第1页.png")
        assert caught.value.code == code
    with pytest.raises(UnreadableDocument, match=r"改为 \.jpg 或 \.png"):
        read_file(path, name="第1页.docx")
