"""Broken and hostile files of every kind: a text or a sentence comes out, never anything else, and nothing is left behind."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.readers.package import document_xml, paragraph, write_docx
from tests.support.ofd_files import write_ofd
from tests.support.raw_pdf import show, write_pdf
from tools.fuzz_readers import CHANGES, SEEDS, change, outcome, seed_files
from tracker.readers.base import Limits, UnreadableDocument
from tracker.readers.registry import read_file
from tracker.readers.sample_word import ole_bytes, word_document
from tracker.readers.sandbox import read_and_extract_in_child

WORDS = "云岭县石桥镇人民政府关于2030年度法治政府建设情况的报告"
HTML = f"<html><head><meta charset='utf-8'></head><body><div id='zoom'><p>{WORDS * 5}</p></div></body></html>"
MHT = f"MIME-Version: 1.0\nContent-Type: multipart/related; boundary=x\n\n--x\nContent-Type: text/html; charset=utf-8\n\n{HTML}\n--x--\n"
RTF = rb"{\rtf1\ansi\ansicpg936 \'d2\'bb\par}"


def made(write: Callable[[Path], Path], folder: Path) -> bytes:
    return write(folder / "making").read_bytes()


def pdf(folder: Path) -> bytes:
    return made(lambda path: write_pdf(path, [show("A report of many words.")]), folder)


def docx(folder: Path) -> bytes:
    return made(lambda path: write_docx(path, paragraph(WORDS)), folder)


def ofd(folder: Path, **parts: bytes | None) -> bytes:
    """Return an OFD file with some parts exchanged, or left out."""
    source = write_ofd(folder / "making", [WORDS])
    out = io.BytesIO()
    named = {name.replace("__", "/").replace("_xml", ".xml"): data for name, data in parts.items()}
    with zipfile.ZipFile(source) as archive, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        for name in archive.namelist():
            data = named.pop(name, archive.read(name)) if name in named else archive.read(name)
            if data is not None:
                target.writestr(name, data)
        for name, data in named.items():
            target.writestr(name, data or b"")
    return out.getvalue()


def macro() -> bytes:
    """Return a Word document with macros, as its table of contents says."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as target:
        kind = "application/vnd.ms-word.document.macroEnabled.main+xml"
        target.writestr("[Content_Types].xml", f"<Types><Override ContentType='{kind}'/></Types>")
        target.writestr("word/vbaProject.bin", b"Sub AutoOpen")
    return out.getvalue()


CONTENT = "Doc_0__Pages__Page_0__Content_xml"
XXE = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><Page>&a;</Page>'
LAUGHS = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]><Page>&b;</Page>'
DEEP = b"<Page><Content><Layer>" + b"<PageBlock>" * 250 + b"</PageBlock>" * 250 + b"</Layer></Content></Page>"


def crypt_filter(pdf_bytes: bytes) -> bytes:
    """Name an encryption that nobody has the key of."""
    locked = b"<< /Filter /Standard /V 1 /R 2 /O (" + b"o" * 32 + b") /U (" + b"u" * 32 + b") /P -4 >>"
    return pdf_bytes.replace(b"/Root 1 0 R", b"/Root 1 0 R /ID [(a) (a)] /Encrypt " + locked)


CASES: dict[str, tuple[str, Callable[[Path], bytes], set[str]]] = {
    "PDF 只有开头": ("a.pdf", lambda f: b"%PDF-1.7\n", {"damaged"}),
    "PDF 截断": ("a.pdf", lambda f: pdf(f)[:300], {"damaged", "no_text", ""}),
    "PDF 缺交叉引用": ("a.pdf", lambda f: pdf(f).replace(b"startxref", b"startxxxx"), {"damaged", ""}),
    "PDF 加密": ("a.pdf", lambda f: crypt_filter(pdf(f)), {"encrypted"}),
    "PDF 页面指向自己": (
        "a.pdf",
        lambda f: pdf(f).replace(b"/Kids [10 0 R]", b"/Kids [2 0 R ]"),
        {"damaged", "no_text", ""},
    ),
    "PDF 页数是假的": (
        "a.pdf",
        lambda f: pdf(f).replace(b"/Count 1", b"/Count 9"),
        {"damaged", "no_text", "too_many_pages", ""},
    ),
    "PDF 页数很大": (
        "a.pdf",
        lambda f: pdf(f).replace(b"/Count 1 >>", b"/Count 99999999 >>"),
        {"damaged", "too_many_pages", ""},
    ),
    "PDF 内容流坏": ("a.pdf", lambda f: pdf(f).replace(b"BT /F1", b"\xff\xff\xff\xff"), {"no_text", "damaged", ""}),
    "PDF 嵌套数组": ("a.pdf", lambda f: pdf(f).replace(b"/Type /Catalog", b"/X " + b"[" * 5000), {"damaged", ""}),
    "PDF 带脚本": (
        "a.pdf",
        lambda f: made(
            lambda p: write_pdf(
                p, [show("Some words here.")], extra=b"/OpenAction << /S /JavaScript /JS (app.alert(1)) >>"
            ),
            f,
        ),
        {""},
    ),
    "PDF 前有垃圾": ("a.pdf", lambda f: b"junk\n" * 20 + pdf(f), {"", "damaged"}),
    "PDF 名叫 docx": ("a.docx", pdf, {"mismatch"}),
    "PDF 名叫 txt": ("a.txt", pdf, {"mismatch"}),
    "PDF 尾接 zip": ("a.pdf", lambda f: pdf(f) + docx(f), {""}),
    "PDF 尾接 zip 名叫 docx": ("a.docx", lambda f: pdf(f) + docx(f), {"mismatch"}),
    "docx 截断": ("a.docx", lambda f: docx(f)[:200], {"damaged"}),
    "docx 名叫 pdf": ("a.pdf", docx, {"mismatch"}),
    "docx 名叫 doc": ("a.doc", docx, {""}),
    "docx 实体": ("a.docx", lambda f: made(lambda p: write_docx(p, document=XXE), f), {"forbidden_xml"}),
    "docx 空文档": ("a.docx", lambda f: made(lambda p: write_docx(p, ""), f), {"no_text"}),
    "docx 宏": ("a.docm", lambda f: macro(), {"unsupported"}),
    "docx 宏名叫 docx": ("a.docx", lambda f: macro(), {"mismatch"}),
    "docx 炸弹": (
        "a.docx",
        lambda f: made(lambda p: write_docx(p, paragraph("x"), extra={"b": b"\0" * 20_000_000}), f),
        {"ratio"},
    ),
    "docx 深嵌套": (
        "a.docx",
        lambda f: made(lambda p: write_docx(p, document=document_xml("<w:p>" * 400 + "</w:p>" * 400)), f),
        {"damaged"},
    ),
    "OFD 截断": ("a.ofd", lambda f: ofd(f)[:150], {"damaged"}),
    "OFD 缺文档": ("a.ofd", lambda f: ofd(f, Doc_0__Document_xml=None), {"damaged"}),
    "OFD 缺页面": ("a.ofd", lambda f: ofd(f, **{CONTENT: None}), {"damaged"}),
    "OFD 空页面": ("a.ofd", lambda f: ofd(f, **{CONTENT: b"<Page/>"}), {"no_text"}),
    "OFD 外部实体": ("a.ofd", lambda f: ofd(f, **{CONTENT: XXE}), {"forbidden_xml"}),
    "OFD 实体膨胀": ("a.ofd", lambda f: ofd(f, **{CONTENT: LAUGHS}), {"forbidden_xml"}),
    "OFD 深嵌套": ("a.ofd", lambda f: ofd(f, **{CONTENT: DEEP}), {"too_deep", "damaged", "no_text"}),
    "OFD 不是 XML": ("a.ofd", lambda f: ofd(f, **{CONTENT: b"\xff\xfe\x00"}), {"damaged"}),
    "OFD 加密": ("a.ofd", lambda f: ofd(f, **{CONTENT: b"\x00\x01", "Encryptions_xml": b"<x/>"}), {"encrypted"}),
    "OFD 路径出格": (
        "a.ofd",
        lambda f: ofd(f).replace(b"Doc_0/Document.xml", b"../../../../../e.xml")[:],
        {"damaged", ""},
    ),
    "OFD 无根": ("a.ofd", lambda f: ofd(f, OFD_xml=b"<OFD/>"), {"damaged"}),
    "OFD 炸弹": ("a.ofd", lambda f: ofd(f, Big_xml=b"\0" * 20_000_000), {"ratio"}),
    "OFD 名叫 pdf": ("a.pdf", ofd, {"mismatch"}),
    "OFD 怪数": (
        "a.ofd",
        lambda f: ofd(
            f,
            **{
                CONTENT: b"<Page><Content><Layer><TextObject Size='1e999' Boundary='nan inf 1 2'><TextCode X='x' DeltaX='g 99999999999 1e400'>abc</TextCode></TextObject></Layer></Content></Page>"
            },
        ),
        {"no_text", ""},
    ),
    "网页 空": ("a.html", lambda f: b"<html></html>", {"no_text"}),
    "网页 只有脚本": ("a.html", lambda f: b"<html><script>alert('x')</script></html>", {"no_text"}),
    "网页 深嵌套": ("a.html", lambda f: b"<html>" + b"<div>" * 20_000 + "深".encode(), {"too_deep", "no_text", ""}),
    "网页 实体": (
        "a.html",
        lambda f: b"<!DOCTYPE html [<!ENTITY a SYSTEM 'file:///etc/passwd'>]><html><body>&a;x",
        {""},
    ),
    "网页 大跨格": ("a.html", lambda f: b"<html><table><tr><td rowspan=999999 colspan=999999>a<td>b</table>", {""}),
    "网页 假编码": ("a.html", lambda f: HTML.replace("utf-8", "no-such-code").encode(), {""}),
    "网页 UTF-7": ("a.html", lambda f: b"<html><meta charset='utf-7'><body>+ADw-script+AD4-</body>", {""}),
    "网页 名叫 docx": ("a.docx", lambda f: HTML.encode(), {"mismatch"}),
    "网页 名叫 doc": ("a.doc", lambda f: HTML.encode(), {""}),
    "网页 空字节": ("a.html", lambda f: HTML.replace("<p>", "<p>\0").encode(), {""}),
    "归档 无正文": (
        "a.mht",
        lambda f: b"MIME-Version: 1.0\nContent-Type: multipart/related; boundary=x\n\n",
        {"damaged"},
    ),
    "归档 坏 base64": (
        "a.mht",
        lambda f: MHT.replace("charset=utf-8\n", "charset=utf-8\nContent-Transfer-Encoding: base64\n", 1).encode(),
        {"damaged", "no_text", ""},
    ),
    "归档 深嵌套": (
        "a.mht",
        lambda f: b"".join(
            b"MIME-Version: 1.0\nContent-Type: multipart/related; boundary=b%d\n\n--b%d\n" % (n, n) for n in range(500)
        ),
        {"damaged", "no_text"},
    ),
    "归档 部件过多": ("a.mht", lambda f: MHT.encode() + b"\n--x\n\n" * 3_000, {"too_many_members"}),
    "归档 假编码": ("a.mht", lambda f: MHT.replace("charset=utf-8", "charset=no-such", 1).encode(), {""}),
    "RTF 截断": ("a.rtf", lambda f: RTF[:9], {"no_text"}),
    "RTF 深嵌套": ("a.rtf", lambda f: RTF[:-1] + b"{" * 100_000, {"too_deep"}),
    "RTF 大 bin": ("a.rtf", lambda f: RTF[:-1] + rb"\bin9999999999 x}", {""}),
    "RTF 大 u": ("a.rtf", lambda f: RTF[:-1] + rb"\u9999999999 x\u-1 ?}", {""}),
    "RTF 假代码页": ("a.rtf", lambda f: RTF.replace(b"936", b"31337"), {""}),
    "RTF 带对象": ("a.rtf", lambda f: RTF[:-1] + rb"{\object\objdata 4d5a9000}}", {""}),
    "RTF 名叫 doc": ("a.doc", lambda f: RTF, {""}),
    "RTF 名叫 pdf": ("a.pdf", lambda f: RTF, {"mismatch"}),
    "doc 只有头": ("a.doc", lambda f: word_document(WORDS)[:600], {"damaged", "unsupported", "mismatch"}),
    "doc 截断": ("a.doc", lambda f: word_document(WORDS)[:3000], {"damaged", "unsupported", "mismatch"}),
    "doc 加密": ("a.doc", lambda f: word_document(WORDS, flags=0x100), {"encrypted"}),
    "doc 有宏": (
        "a.doc",
        lambda f: ole_bytes({"WordDocument": b"\xec\xa5" + b"\0" * 2000, "Macros": b"Sub AutoOpen"}),
        {"damaged", "no_text"},
    ),
    "doc 名叫 docx": ("a.docx", lambda f: word_document(WORDS), {"mismatch"}),
    "doc 名叫 txt": ("a.txt", lambda f: word_document(WORDS), {"mismatch"}),
    "doc 链成环": (
        "a.doc",
        lambda f: word_document(WORDS).replace(b"\x02\0\0\0\x03\0\0\0", b"\x02\0\0\0\x01\0\0\0", 1),
        {"damaged", "no_text", ""},
    ),
    "xls 名叫 doc": ("a.doc", lambda f: ole_bytes({"Workbook": b"x"}), {"mismatch"}),
    "加密 Office": ("a.docx", lambda f: ole_bytes({"EncryptedPackage": b"x"}), {"encrypted"}),
    "空文件": ("a.pdf", lambda f: b"", {"empty"}),
    "全零": ("a.doc", lambda f: b"\0" * 5000, {"mismatch"}),
    "图片名叫 pdf": ("a.pdf", lambda f: b"\x89PNG\r\n\x1a\n" + b"\0" * 99, {"mismatch"}),
    "压缩包名叫 ofd": ("a.ofd", lambda f: made(lambda p: write_docx(p, "x", main="x.xml"), f), {"mismatch"}),
}


@pytest.mark.parametrize("name", CASES)
def test_is_read_or_refused_with_a_sentence(tmp_path: Path, name: str) -> None:
    called, make, codes = CASES[name]
    data = make(tmp_path)
    path = tmp_path / "上传"
    path.write_bytes(data)
    assert outcome(path, called) in codes
    assert {entry.name for entry in tmp_path.iterdir()} <= {"上传", "making"}


def test_there_are_cases_enough() -> None:
    assert len(CASES) >= 60


@pytest.mark.parametrize(
    "name", ["PDF 嵌套数组", "OFD 深嵌套", "网页 深嵌套", "RTF 深嵌套", "doc 链成环", "归档 深嵌套"]
)
def test_the_sandbox_says_the_same(tmp_path: Path, name: str) -> None:
    called, make, codes = CASES[name]
    path = tmp_path / "上传"
    path.write_bytes(make(tmp_path))
    try:
        code = "" if read_and_extract_in_child(path, called)["text"] else "no text"
    except UnreadableDocument as error:
        code = error.code if error.message.endswith("。") else "no sentence"
    assert code in codes


@pytest.mark.parametrize("kind", SEEDS)
def test_changed_files(tmp_path: Path, kind: str) -> None:
    """The short form of ``make fuzz``."""
    data = seed_files(tmp_path)[kind]
    path = tmp_path / "上传"
    for seed in range(25):
        path.write_bytes(change(data, seed))
        outcome(path, f"a.{kind}")
    assert len(CHANGES) >= 4


def test_every_attempt_is_told_where_conversion_failed_too(tmp_path: Path) -> None:
    path = tmp_path / "上传"
    path.write_bytes(ole_bytes({"WordDocument": b"\0" * 3000}))
    with pytest.raises(UnreadableDocument) as caught:
        read_file(
            path, name="a.doc", converted=write_docx(tmp_path / "made.docx", document=b"<broken"), limits=Limits()
        )
    assert caught.value.message.startswith("逐一尝试后都未能读取。用 LibreOffice 转换后读：")
    assert "直接取文字：" in caught.value.message
