"""Plain text in every encoding that offices save, tidied alike."""

from __future__ import annotations

import codecs
from pathlib import Path

import pytest

from tracker.domain.documents import Document
from tracker.readers.base import UnreadableDocument
from tracker.readers.cleanup import Line, build_document
from tracker.readers.registry import read_file

REPORT = (
    "云岭县石桥镇人民政府关于2030年度法治政府建设情况的报告\n一、工作开展情况\n全年查办市容案件12件，"
    "开展普法宣传8场次。\n二、下一步工作计划\n（一）充实巡查力量。6月底前增配持证巡查员不少于3名；"
    "（二）改进普法方式，全年进厂区不少于6场。"
)
LOSSY = "个别文字无法识别，已用“�”代替，请对照原件核对。"


def read(tmp_path: Path, data: bytes) -> Document:
    path = tmp_path / "报告.txt"
    path.write_bytes(data)
    return read_file(path)[1]


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(REPORT.encode(), id="UTF-8"),
        pytest.param(codecs.BOM_UTF8 + REPORT.encode(), id="UTF-8 with mark"),
        pytest.param(REPORT.encode("gb18030"), id="GB18030"),
        pytest.param(REPORT.encode("utf-16"), id="UTF-16 with mark"),
        pytest.param(codecs.BOM_UTF16_BE + REPORT.encode("utf-16-be"), id="UTF-16 big end first with mark"),
        pytest.param(REPORT.encode("utf-16-le"), id="UTF-16 without mark"),
        pytest.param(REPORT.encode("utf-16-be"), id="UTF-16 big end first without mark"),
        pytest.param(REPORT.encode("utf-32"), id="UTF-32 with mark"),
        pytest.param(b"\x84\x31\x95\x33" + REPORT.encode("gb18030"), id="GB18030 with mark"),
        pytest.param(REPORT.replace("\n", "\r\n").encode(), id="CRLF"),
        pytest.param(REPORT.replace("\n", "\r").encode("gb18030"), id="CR"),
        pytest.param(REPORT.replace("\n", "\u2028").encode(), id="line separators"),
        pytest.param(REPORT.replace("\n", "\n\n\u3000\u3000").encode(), id="blank lines and indents"),
        pytest.param((REPORT + "\x1a").encode("gb18030"), id="end-of-file sign"),
    ],
)
def test_reads_the_same_text(tmp_path: Path, data: bytes) -> None:
    document = read(tmp_path, data)
    assert document.text == REPORT
    assert document.notices == ()
    assert document.reader == "text"


def test_traditional_chinese_in_big5(tmp_path: Path) -> None:
    text = "關於法治政府建設情況的報告。一、工作開展情況：全年辦理行政處罰案件十二件，開展普法宣傳八場次。" * 6
    assert read(tmp_path, text.encode("big5")).text == text


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_one_broken_byte_is_read_with_a_notice(tmp_path: Path, encoding: str) -> None:
    data = bytearray(REPORT.encode(encoding))
    data[len("云岭县".encode(encoding))] = 0xFF
    document = read(tmp_path, bytes(data))
    assert document.notices == (LOSSY,)
    assert "�" in document.text
    assert "6月底前增配持证巡查员不少于3名" in document.text


def test_a_cut_file_is_read_with_a_notice(tmp_path: Path) -> None:
    document = read(tmp_path, REPORT.encode()[:-1])
    assert document.notices == (LOSSY,)


@pytest.mark.parametrize(
    "data",
    [
        codecs.BOM_UTF16_LE + b"\x00\xd8" * 500,
        bytes(range(0x80, 0xFF)) * 8 + b"\xff\xff\xfe" * 400,
        ("正文" * 40 + "\x01\x02\x03\x04\x05\x06\x07\x08" * 10).encode(),
    ],
)
def test_what_is_no_text_is_refused(tmp_path: Path, data: bytes) -> None:
    with pytest.raises(UnreadableDocument) as caught:
        read(tmp_path, data)
    assert caught.value.code in ("encoding", "binary", "mismatch")


def test_control_characters_beyond_the_first_page(tmp_path: Path) -> None:
    with pytest.raises(UnreadableDocument) as caught:
        read(tmp_path, ("正文。" * 2_000 + "\x01" * 4_000).encode())
    assert caught.value.code == "binary"


@pytest.mark.parametrize(
    ("line", "cleaned"),
    [
        ("[bookmark: _GoBack]（一）主要做法", "（一）主要做法"),
        ("（一）[bookmark: _Toc12345]主要做法", "（一）主要做法"),
        ("\u3000\u3000一、工作情况  ", "一、工作情况"),
        ("法\u200b治\u2060政\ufeff府", "法治政府"),
        ("正文&nbsp;", "正文"),
        ("- 3 -", None),
        ("— 12 —", None),
        ("－\uff12－", None),
        ("-3℃", "-3℃"),
        ("12", "12"),
        ("见错误!未找到引用源。", "见"),
        ("\x07表格\x0b换行", "表格\n换行"),
        ("新（改、扩）建［１］", "新（改、扩）建［１］"),
    ],
)
def test_junk_goes_and_words_stay(line: str, cleaned: str | None) -> None:
    assert build_document([Line(line)], reader="text").text == (cleaned or "")


def test_blocks_follow_the_lines() -> None:
    document = build_document([Line("甲\n\n乙", style="正文"), Line("序号\t任务", "table_row")], reader="text")
    assert document.text == "甲\n乙\n序号\t任务"
    assert [(block.span.of(document.text), block.kind, block.style) for block in document.blocks] == [
        ("甲", "paragraph", "正文"),
        ("乙", "paragraph", "正文"),
        ("序号\t任务", "table_row", None),
    ]
