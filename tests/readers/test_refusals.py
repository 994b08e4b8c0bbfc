"""Files that are refused: each by its machine word, with a Chinese sentence that says what to do."""

from __future__ import annotations

import hashlib
import io
import struct
import zipfile
from pathlib import Path

import pytest

from tests.readers.package import document_xml, paragraph, write_docx
from tracker.domain.documents import Document
from tracker.readers import registry
from tracker.readers.base import FileInfo, Limits, UnreadableDocument
from tracker.readers.registry import read_file

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 504
JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01" + bytes(range(256)) * 4


def ole(stream: str) -> bytes:
    return OLE + stream.encode("utf-16-le") + b"\0" * 64


def zip_of(**members: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(zipfile.ZipInfo(name.replace("__", "/")), data)  # no time: it is part of a test's name
    return out.getvalue()


def refusal(path: Path, *, name: str | None = None, limits: Limits = Limits()) -> UnreadableDocument:  # noqa: B008
    with pytest.raises(UnreadableDocument) as caught:
        read_file(path, name=name, limits=limits)
    assert caught.value.message.endswith("。")
    assert "！" not in caught.value.message
    return caught.value


@pytest.mark.parametrize(
    ("name", "data", "code", "words"),
    [
        ("空.docx", b"", "empty", "文件是空的"),
        ("空.txt", b"", "empty", "文件是空的"),
        ("空白.txt", "\ufeff \n\u3000\n".encode(), "no_text", "没有文字"),
        ("照片.docx", JPEG, "mismatch", "内容却是JPEG 图片"),
        ("照片.jpg", JPEG, "damaged", "图片无法打开"),
        ("照片.txt", JPEG, "mismatch", "内容却是JPEG 图片"),
        ("图.docx", b"\x89PNG\r\n\x1a\n" + b"\0" * 40, "mismatch", "PNG 图片"),
        ("旧.doc", ole("WordDocument"), "damaged", "另存为 .docx"),
        ("旧.wps", ole("WpsCustomData"), "damaged", "另存为 .docx"),
        ("旧.docx", ole("WordDocument"), "mismatch", "后缀改对"),
        ("密.docx", ole("EncryptedPackage"), "encrypted", "取消密码"),
        ("表.xls", ole("Workbook"), "unsupported", "Excel"),
        ("未知.docx", OLE, "mismatch", "旧版 Office 文件"),
        ("报告.pdf", b"%PDF-1.7\n%\xe2\xe3", "damaged", "Word 原件"),
        ("报告.docx", b"\n\n%PDF-1.7\n", "mismatch", "PDF"),
        ("报告.rtf", b"{\\rtf1\\ansi", "no_text", "没有文字"),
        ("报告.docx", b"{\\rtf1\\ansi", "mismatch", "RTF"),
        ("网页.html", b"<!DOCTYPE html><html></html>", "no_text", "没有文字"),
        ("网页.txt", b"\xef\xbb\xbf  <html><body>", "mismatch", "网页"),
        ("归档.doc", b"MIME-Version: 1.0\nContent-Type: multipart/related", "damaged", "MHT"),
        ("报告.xml", b"<?xml version='1.0'?><w/>", "unsupported", "XML"),
        ("程序.exe", b"MZ\x90\x00" + b"\0" * 80, "unsupported", "可执行程序"),
        ("乱.txt", bytes(range(256)) * 20, "mismatch", "二进制"),
        ("乱.docx", bytes(range(256)) * 20, "mismatch", "二进制"),
        ("压缩.zip", zip_of(a__b=b"x"), "unsupported", "请解压后"),
        ("压缩.docx", zip_of(a__b=b"x"), "mismatch", "压缩包"),
        ("压缩.rar", b"Rar!\x1a\x07\x01\x00", "unsupported", "请解压后"),
        ("版式.ofd", zip_of(**{"OFD.xml": b"<x/>"}), "damaged", "OFD"),
        ("文本.docx", "一、工作情况".encode(), "mismatch", "内容却是纯文本"),
        ("文本.md", "一、工作情况".encode(), "mismatch", ".md"),
        ("断.docx", zip_of(a=b"x" * 5000)[:60], "damaged", "已损坏"),
        ("头.docx", b"PK\x03\x04", "damaged", "已损坏"),
    ],
)
def test_is_refused(tmp_path: Path, name: str, data: bytes, code: str, words: str) -> None:
    path = tmp_path / "上传"
    path.write_bytes(data)
    error = refusal(path, name=name)
    assert (error.code, words in error.message) == (code, True), error.message


def content_types(kind: str) -> bytes:
    return f'<Types><Override ContentType="application/{kind}"/></Types>'.encode()


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml", "Excel 表格"),
        ("vnd.openxmlformats-officedocument.presentationml.presentation.main+xml", "PowerPoint"),
        ("vnd.ms-word.document.macroEnabled.main+xml", "带宏"),
    ],
)
def test_another_office_package(tmp_path: Path, kind: str, words: str) -> None:
    path = tmp_path / "报告.docx"
    path.write_bytes(zip_of(**{"[Content_Types].xml": content_types(kind)}))
    assert words in refusal(path).message


def test_a_docx_renamed_to_txt(tmp_path: Path) -> None:
    path = write_docx(tmp_path / "报告.txt", paragraph("正文"))
    assert refusal(path).code == "mismatch"


def test_no_such_file_and_a_folder(tmp_path: Path) -> None:
    assert refusal(tmp_path / "没有.docx").code == "missing"
    assert refusal(tmp_path).code == "missing"


def test_a_file_beyond_50_megabytes_is_not_even_read(tmp_path: Path) -> None:
    path = tmp_path / "大.docx"
    with path.open("wb") as file:
        file.truncate(60 * 1024 * 1024)
    error = refusal(path)
    assert (error.code, "60 MB，超过 50 MB" in error.message) == ("too_large", True)


def test_text_beyond_the_limit(tmp_path: Path) -> None:
    path = tmp_path / "长.txt"
    path.write_text("工作" * 600, encoding="utf-8")
    assert refusal(path, limits=Limits(characters=1_000)).code == "too_long"
    path.write_text("工作" * 3_000, encoding="utf-8")
    assert refusal(path, limits=Limits(characters=1_000)).code == "too_long"


def test_zip_bomb_by_ratio(tmp_path: Path) -> None:
    path = write_docx(tmp_path / "弹.docx", paragraph("正文"), extra={"word/media/x.bin": b"\0" * 20_000_000})
    assert refusal(path).code == "ratio"


def test_zip_bomb_by_size(tmp_path: Path) -> None:
    path = write_docx(tmp_path / "弹.docx", paragraph("正文"), extra={"a": b"\0" * 3_000_000})
    assert refusal(path, limits=Limits(unpacked_bytes=2_000_000)).code == "too_large_unpacked"


def test_zip_bomb_by_members(tmp_path: Path) -> None:
    path = write_docx(tmp_path / "弹.docx", paragraph("正文"), extra={f"a{number}": b"" for number in range(2_000)})
    assert refusal(path).code == "too_many_members"


def test_a_directory_that_hides_its_count(tmp_path: Path) -> None:
    """The end record says one member; the directory's own size gives it away."""
    path = write_docx(tmp_path / "弹.docx", paragraph("正文"), extra={"a" * 600 + str(n): b"" for n in range(60)})
    data = bytearray(path.read_bytes())
    at = data.rfind(b"PK\x05\x06")
    struct.pack_into("<HH", data, at + 8, 1, 1)
    path.write_bytes(data)
    assert refusal(path, limits=Limits(members=20)).code == "too_many_members"


def test_a_member_that_unpacks_to_more_than_it_says(tmp_path: Path) -> None:
    path = write_docx(tmp_path / "假.docx", paragraph("正文" * 5_000))
    data = bytearray(path.read_bytes())
    at = data.find(b"PK\x01\x02")
    while at >= 0:
        if b"word/document.xml" in data[at : at + 80]:
            struct.pack_into("<I", data, at + 24, 100)
        at = data.find(b"PK\x01\x02", at + 4)
    path.write_bytes(data)
    assert refusal(path).code == "damaged"


def test_a_part_too_large_to_parse(tmp_path: Path) -> None:
    path = write_docx(tmp_path / "大.docx", paragraph("正文" * 2_000))
    assert refusal(path, limits=Limits(part_bytes=1_000)).code == "too_large_unpacked"


def test_encrypted_members(tmp_path: Path) -> None:
    path = write_docx(tmp_path / "密.docx", paragraph("正文"))
    data = bytearray(path.read_bytes())
    for magic, offset in ((b"PK\x01\x02", 8), (b"PK\x03\x04", 6)):
        at = data.find(magic)
        while at >= 0:
            data[at + offset] |= 1
            at = data.find(magic, at + 4)
    path.write_bytes(data)
    assert refusal(path).code == "encrypted"


DOCTYPE = '<!DOCTYPE w:document [<!ENTITY a "机密">]>'


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_a_doctype_is_refused(tmp_path: Path, encoding: str) -> None:
    xml = document_xml(paragraph("<w:r><w:t>&a;</w:t></w:r>"))
    xml = xml.replace('<?xml version="1.0" encoding="UTF-8"?>', f'<?xml version="1.0" encoding="{encoding}"?>{DOCTYPE}')
    path = write_docx(tmp_path / "实体.docx", document=xml.encode(encoding))
    assert refusal(path).code == "forbidden_xml"


@pytest.mark.parametrize(
    "document",
    [
        b"",
        b"<w:document",
        b"<a/>",
        document_xml("<w:p>" * 400 + "</w:p>" * 400).encode(),
        document_xml("<w:p>&undefined;</w:p>").encode(),
        document_xml("正文").encode("gb18030"),
    ],
)
def test_a_main_part_that_is_no_document(tmp_path: Path, document: bytes) -> None:
    assert refusal(write_docx(tmp_path / "坏.docx", document=document)).code == "damaged"


def test_a_package_without_its_main_part(tmp_path: Path) -> None:
    good = write_docx(tmp_path / "好.docx", paragraph("正文"))
    path = tmp_path / "缺.docx"
    with zipfile.ZipFile(good) as source, zipfile.ZipFile(path, "w") as target:
        for name in source.namelist():
            if name != "word/document.xml":
                target.writestr(name, source.read(name))
    assert refusal(path).code == "damaged"


def test_only_pictures(tmp_path: Path) -> None:
    assert refusal(write_docx(tmp_path / "图.docx", "<w:p><w:r><w:drawing/></w:r></w:p>")).code == "no_text"


class _Refusing:
    def __init__(self, name: str, sentence: str) -> None:
        self.name, self._sentence = name, sentence

    def accepts(self, info: FileInfo) -> bool:
        return info.media_type == "text/plain"

    def read(self, path: Path, info: FileInfo, limits: Limits) -> Document:
        raise UnreadableDocument("damaged", self._sentence)


def test_every_attempt_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "READERS", (_Refusing("甲", "第一种读法失败。"), _Refusing("乙", "第二种读法失败。")))
    path = tmp_path / "报告.txt"
    path.write_text("正文", encoding="utf-8")
    assert refusal(path).message == "逐一尝试后都未能读取。甲：第一种读法失败；乙：第二种读法失败。"


def test_the_next_reader_is_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "READERS", (_Refusing("甲", "失败。"), *registry.READERS))
    path = tmp_path / "报告.TXT"
    path.write_text("正文", encoding="utf-8")
    info, document = read_file(path)
    assert (document.reader, document.text, info.suffix) == ("text", "正文", ".txt")


def test_info_of_a_file(tmp_path: Path) -> None:
    path = tmp_path / "f3a9"
    path.write_text("正文", encoding="utf-8")
    info, _ = read_file(path, name="C:/报告/法治 报告.txt")
    assert (info.name, info.suffix, info.media_type, info.size) == ("法治 报告.txt", ".txt", "text/plain", 6)
    assert info.sha256 == hashlib.sha256("正文".encode()).hexdigest()
