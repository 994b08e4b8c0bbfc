"""Small files with a known sentence, one of each kind that can be written in a few lines, to try the readers with."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from tracker.readers.sample_word import word_document

WORDS = "自检样本：甲乙丙丁"
PLAIN_WORDS = "Self-test 2030"  # in a PDF without a font of its own there are no Chinese letters


@dataclass(frozen=True, slots=True)
class Sample:
    """A file by its name and bytes, and the words that must be read in it."""

    name: str
    content: bytes
    words: str = WORDS


def samples() -> Mapping[str, Sample]:
    """Return the samples by media type."""
    made: dict[str, Callable[[], Sample]] = {
        "text/plain": lambda: Sample("样本.txt", WORDS.encode("gb18030")),
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document": _docx,
        "application/msword": lambda: Sample("样本.doc", word_document(WORDS + "\r")),
        "application/pdf": _pdf,
        "application/ofd": _ofd,
        "text/html": lambda: Sample(
            "样本.html", f"<!doctype html><html><head>{_CHARSET}</head>{_BODY}</html>".encode()
        ),
        "multipart/related": _mht,
        "text/rtf": _rtf,
    }
    return {media_type: make() for media_type, make in made.items()}


_CHARSET = '<meta charset="utf-8"><title>自检</title>'
_BODY = f"<body><p>{WORDS}</p></body>"


def _zip(members: Mapping[str, str]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return stream.getvalue()


def _docx() -> Sample:
    main = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument"
    members = {
        "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        f'<Override PartName="/word/document.xml" ContentType="{main}"/></Types>',
        "_rels/.rels": '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        f'<Relationship Id="r1" Type="{kind}" Target="word/document.xml"/></Relationships>',
        "word/document.xml": '<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main">'
        f"<w:body><w:p><w:r><w:t>{WORDS}</w:t></w:r></w:p></w:body></w:document>",
    }
    return Sample("样本.docx", _zip(members))


def _pdf() -> Sample:
    page = f"BT /F1 14 Tf 72 720 Td ({PLAIN_WORDS}) Tj ET"
    objects = (
        "<</Type/Catalog/Pages 2 0 R>>",
        "<</Type/Pages/Kids[3 0 R]/Count 1>>",
        "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>",
        f"<</Length {len(page)}>>stream\n{page}\nendstream",
        "<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>",
    )
    body, places = "%PDF-1.4\n", []
    for number, content in enumerate(objects, start=1):
        places.append(len(body))
        body += f"{number} 0 obj{content}endobj\n"
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    tail = f"trailer<</Size {len(objects) + 1}/Root 1 0 R>>\nstartxref\n{len(body)}\n%%EOF\n"
    return Sample(
        "样本.pdf", f"{body}xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}{tail}".encode("ascii"), PLAIN_WORDS
    )


def _ofd() -> Sample:
    space = 'xmlns:ofd="http://www.ofdspec.org/2016"'
    steps = " ".join(["5"] * (len(WORDS) - 1))
    members = {
        "OFD.xml": f'<ofd:OFD {space} Version="1.0" DocType="OFD"><ofd:DocBody><ofd:DocInfo><ofd:DocID>1</ofd:DocID>'
        "</ofd:DocInfo><ofd:DocRoot>Doc_0/Document.xml</ofd:DocRoot></ofd:DocBody></ofd:OFD>",
        "Doc_0/Document.xml": f"<ofd:Document {space}><ofd:CommonData><ofd:MaxUnitID>9</ofd:MaxUnitID><ofd:PageArea>"
        "<ofd:PhysicalBox>0 0 210 297</ofd:PhysicalBox></ofd:PageArea></ofd:CommonData><ofd:Pages>"
        '<ofd:Page ID="1" BaseLoc="Pages/Page_0/Content.xml"/></ofd:Pages></ofd:Document>',
        "Doc_0/Pages/Page_0/Content.xml": f'<ofd:Page {space}><ofd:Content><ofd:Layer ID="2" Type="Body">'
        '<ofd:TextObject ID="3" Boundary="30 30 120 8" Font="4" Size="5">'
        f'<ofd:TextCode X="0" Y="5" DeltaX="{steps}">{WORDS}</ofd:TextCode></ofd:TextObject></ofd:Layer></ofd:Content></ofd:Page>',
    }
    return Sample("样本.ofd", _zip(members))


def _mht() -> Sample:
    lines = (
        "MIME-Version: 1.0",
        'Content-Type: multipart/related; type="text/html"; boundary="----part"',
        "",
        "------part",
        'Content-Type: text/html; charset="utf-8"',
        "Content-Transfer-Encoding: 8bit",
        "",
        f"<html><head>{_CHARSET}</head>{_BODY}</html>",
        "------part--",
        "",
    )
    return Sample("样本.mht", "\r\n".join(lines).encode())


def _rtf() -> Sample:
    letters = "".join(f"\\u{ord(letter)}?" for letter in WORDS)
    return Sample("样本.rtf", f"{{\\rtf1\\ansi\\uc1\\pard {letters}\\par}}".encode("ascii"))
