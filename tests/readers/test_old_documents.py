"""RTF and old Word documents without LibreOffice, and the conversion where it is there."""

from __future__ import annotations

import struct
import subprocess
from pathlib import Path

import pytest

from tests.readers.docx_set import DOCUMENTS
from tests.readers.package import paragraph, write_docx
from tests.support.needs import lack
from tracker.readers.base import Limits, UnreadableDocument
from tracker.readers.doc import NUMBERS_NOTICE
from tracker.readers.office import Office, find_office, may_need_office
from tracker.readers.registry import read_file
from tracker.readers.sample_word import ole_bytes, word_document
from tracker.readers.sandbox import read_and_extract_in_child

REPORT = "云岭县石桥镇人民政府\r关于2030年度法治政府建设情况的报告\r一、工作开展情况\r全年查办案件12件。\r"
TABLE = "序号\x07任务\x07\x071\x07巡查\x07\x072\x07\x07\x07表后。\r"
RTF_HEAD = (
    rb"{\rtf1\ansi\ansicpg936{\fonttbl{\f0\fcharset134 \'cb\'ce\'cc\'e5;}{\f1\fcharset0 Arial;}}{\*\generator x;}"
)


def read_doc(tmp_path: Path, data: bytes, name: str = "报告.doc"):
    path = tmp_path / "上传"
    path.write_bytes(data)
    return read_file(path, name=name)[1]


@pytest.mark.parametrize("name", ["报告.doc", "报告.wps"])
@pytest.mark.parametrize("pieces", [1, 3])
def test_the_piece_table(tmp_path: Path, name: str, pieces: int) -> None:
    document = read_doc(tmp_path, word_document(REPORT + TABLE, pieces=pieces), name)
    assert document.text.split("\n") == [*REPORT.split("\r")[:-1], "序号\t任务", "1\t巡查", "2\t", "表后。"]
    assert document.notices == (NUMBERS_NOTICE,)


def test_field_codes_are_left_out_and_their_results_kept(tmp_path: Path) -> None:
    text = "见\x13HYPERLINK http://x\x14第一章\x15。\x13 PAGE \x15\r\x01图\x08后\r"
    assert read_doc(tmp_path, word_document(text)).text == "见第一章。\n图后"


def test_a_locked_document(tmp_path: Path) -> None:
    with pytest.raises(UnreadableDocument) as caught:
        read_doc(tmp_path, word_document(REPORT, flags=0x0100))
    assert (caught.value.code, "取消密码" in caught.value.message) == ("encrypted", True)


@pytest.mark.parametrize(
    "clx", [b"", b"\x02", b"\x01\xff\xff", b"\x02" + struct.pack("<I", 0xFFFFFFFF) + b"\0" * 9, b"\x05"]
)
def test_a_piece_table_that_is_none(tmp_path: Path, clx: bytes) -> None:
    path = tmp_path / "a.doc"
    path.write_bytes(ole_bytes({"WordDocument": _fib(len(clx)), "0Table": clx or b"\0"}))
    with pytest.raises(UnreadableDocument) as caught:
        read_file(path)
    assert caught.value.code in ("damaged", "no_text")


def _fib(size: int) -> bytes:
    head = bytearray(0x400)
    struct.pack_into("<HH", head, 0, 0xA5EC, 193)
    struct.pack_into("<I", head, 0x4C, 100)
    struct.pack_into("<II", head, 0x01A2, 0, size)
    return bytes(head)


@pytest.mark.parametrize(
    ("body", "wanted"),
    [
        (rb"\f0 \'d2\'bb\'a1\'a2\'b9\'a4\'d7\'f7\par \'b6\'fe\par", "一、工作\n二"),
        (rb"\f1\uc1 \u19968?\u12289?\u24037?\par", "一、工"),
        (rb"{\uc2\u19968\'d2\'bb\u20108\'b6\'fe}\par", "一二"),
        (rb"\u-10179?\u-8704?\par", "\U0001f600"),
        (rb"A\b B\b0 C\line D\~E\_F\emdash\par", "ABC\nD E-F—"),
        (rb"{\*\unknown hidden}{\info{\title T}}{\header H}{\footnote N}X\par", "X"),
        (rb"{\v hidden}{\deleted gone}kept\par", "kept"),
        (rb"{\field{\*\fldinst HYPERLINK x}{\fldrslt link}}\par", "link"),
        (rb"{\listtext\pard 1.\tab}\'d2\'bb\par", "1.一"),
        (rb"\trowd\intbl a\cell b\par c\cell\row\pard after\par", "a\tb c\nafter"),
        (rb"\bin4 }}}}x\par", "x"),
        (rb"}}}unbalanced\par{{{", "unbalanced"),
    ],
)
def test_rtf(tmp_path: Path, body: bytes, wanted: str) -> None:
    assert read_doc(tmp_path, RTF_HEAD + body + b"}", "报告.rtf").text == wanted


def test_rtf_named_doc_is_read_with_a_notice(tmp_path: Path) -> None:
    document = read_doc(tmp_path, RTF_HEAD + rb"\ls1 x\par}", "报告.doc")
    assert document.notices == ("文件名以 .doc 结尾，内容是RTF 文档，已按内容读取。", NUMBERS_NOTICE)


def test_rtf_nested_without_end(tmp_path: Path) -> None:
    path = tmp_path / "a.rtf"
    path.write_bytes(RTF_HEAD + b"{" * 5_000)
    with pytest.raises(UnreadableDocument) as caught:
        read_file(path)
    assert caught.value.code == "too_deep"


def fake_office(folder: Path, script: str) -> Office:
    program = folder / "soffice"
    program.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    program.chmod(0o755)
    return Office(program, seconds=1.0)


def test_the_converted_document_is_read_in_the_files_place(tmp_path: Path) -> None:
    made = write_docx(tmp_path / "made.docx", paragraph("（一）带编号的正文"))
    office = fake_office(tmp_path, f"for last; do :; done; mkdir -p out; cp {made} out/report.docx")
    path = tmp_path / "上传"
    path.write_bytes(word_document(REPORT))
    data = read_and_extract_in_child(path, "报告.doc", office=office)
    assert (data["reader"], data["text"], data["notices"][:1]) == ("office", "（一）带编号的正文", data["notices"][:1])
    assert NUMBERS_NOTICE not in data["notices"]


@pytest.mark.parametrize("script", ["exit 3", "mkdir -p out; echo junk > out/report.docx", "sleep 60 & sleep 60"])
def test_a_conversion_that_fails_or_hangs_leaves_the_piece_table(tmp_path: Path, script: str) -> None:
    path = tmp_path / "上传"
    path.write_bytes(word_document(REPORT))
    data = read_and_extract_in_child(path, "报告.doc", office=fake_office(tmp_path, script))
    assert data["reader"] == "doc"
    assert NUMBERS_NOTICE in data["notices"]
    assert data["report_year"] == 2030


def test_nothing_is_left_in_the_temporary_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(scratch))
    with fake_office(tmp_path, "sleep 60").converted(write_docx(tmp_path / "a.docx", paragraph("x"))) as made:
        assert made is None
    assert list(scratch.iterdir()) == []


def test_only_old_documents_are_converted(tmp_path: Path) -> None:
    path = write_docx(tmp_path / "a.docx", paragraph("正文"))
    assert not may_need_office(path)
    data = read_and_extract_in_child(path, "报告.docx", office=fake_office(tmp_path, "exit 9"))
    assert data["reader"] == "docx"


def test_finding_the_program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = fake_office(tmp_path, "exit 0").program
    monkeypatch.setenv("PATH", str(tmp_path))
    assert find_office() == Office(program)
    assert find_office(str(program), 5).seconds == 5
    assert find_office("off") is None
    assert find_office(str(tmp_path / "没有")) is None


@pytest.fixture
def libreoffice() -> Office:
    """The LibreOffice of this machine."""
    return find_office() or lack("LibreOffice", "在 Debian 上以 root 执行 apt-get install libreoffice-writer-nogui")


def test_with_libreoffice_itself(tmp_path: Path, libreoffice: Office) -> None:
    path = tmp_path / "a.rtf"
    path.write_bytes(RTF_HEAD + rb"\f0 \'d2\'bb\'a1\'a2\'b9\'a4\'d7\'f7\par}")
    with libreoffice.converted(path) as made:
        assert made is not None
        _, document = read_file(path, converted=made, limits=Limits())
    assert (document.reader, document.text) == ("office", "一、工作")


def test_libreoffice_tells_the_numbers_that_an_old_document_only_counts(tmp_path: Path, libreoffice: Office) -> None:
    made = DOCUMENTS["levels"](tmp_path / "made.docx")
    command = [str(libreoffice.program), f"-env:UserInstallation=file://{tmp_path}/profile", "--headless"]
    subprocess.run([*command, "--convert-to", "doc", "--outdir", str(tmp_path), str(made)], check=True, timeout=120)
    with_numbers = read_and_extract_in_child(tmp_path / "made.doc", "报告.doc", office=libreoffice)
    bare = read_and_extract_in_child(tmp_path / "made.doc", "报告.doc")
    assert (with_numbers["reader"], bare["reader"]) == ("office", "doc")
    assert with_numbers["text"] == read_file(made)[1].text
    assert (NUMBERS_NOTICE in with_numbers["notices"], NUMBERS_NOTICE in bare["notices"]) == (False, True)
