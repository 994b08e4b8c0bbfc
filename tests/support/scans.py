"""A recogniser for tests: a picture file whose pages are text behind a picture's head, read without looking at anything.

Behind the end of a PDF (``pdf_of``) and as a picture within an OFD the texts stand likewise.

A line that begins with ``@`` makes the recogniser misbehave: ``@sleep``, ``@abort``, ``@hoard``, ``@fail``, ``@refuse``.
"""

from __future__ import annotations

import base64
import json
import os
import struct
from pathlib import Path
from typing import Any

from tests.support.raw_pdf import write_pdf
from tracker.readers.base import DEFAULT_LIMITS, UnreadableDocument
from tracker.readers.ofd import ofd_picture, ofd_pictures
from tracker.readers.photos import photo, photos_in
from tracker.readers.scans.source import is_zip, missing_parts, own_python

ENGINE = "tests.support.scans:open_engine"
HEAD = b"\x89PNG\r\n\x1a\n" + struct.pack(">I4sII", 13, b"IHDR", 1240, 1754)
PICTURE = b"\xff\xd8\xff\xe0 a page"
EM, TOP, LEFT, PITCH = 40, 300, 160, 60
COLUMNS = 23


def picture_of(*pages: str) -> bytes:
    """Return a file that is a picture to every reader and holds ``pages`` for this recogniser."""
    return HEAD + json.dumps(pages).encode()


PDF_MARK = b"\n%pictures "


def pdf_of(path: Path, *pages: str | bytes) -> Path:
    """Write a PDF: a page of bytes is a content stream, one of text is a picture that this recogniser reads so."""
    contents = [page if isinstance(page, bytes) else b"q 595 0 0 842 0 0 cm /P1 Do Q" for page in pages]
    write_pdf(path, contents)
    texts = [page if isinstance(page, str) else "" for page in pages]
    path.write_bytes(path.read_bytes() + PDF_MARK + json.dumps(texts).encode())
    return path


def page_of(text: str, *, doubtful: str = "") -> dict[str, Any]:
    """Return a page as a recogniser sees it: its paragraphs set in lines, every occurrence of ``doubtful`` badly read."""
    lines, top = [], TOP
    for paragraph in text.split("\n"):
        rest, indent = paragraph, 2
        while rest:
            part, rest = rest[: COLUMNS - indent], rest[COLUMNS - indent :]
            left = LEFT + indent * EM
            line: dict[str, Any] = {"text": part, "box": [left, top, left + len(part) * EM, top + 36]}
            if doubtful and doubtful in part:
                line["unsure"] = [[part.index(doubtful), part.index(doubtful) + len(doubtful)]]
            lines.append(line)
            top, indent = top + PITCH, 0
    return {"number": 0, "width": 1240, "height": 1754, "lines": lines}


class Engine:
    """Reads what ``picture_of`` wrote."""

    def count(self, path: str) -> int:
        """Return how many pages there are."""
        return len(_pages(path))

    def read(self, path: str, index: int) -> Any:
        """Return a page, or misbehave."""
        text = _pages(path)[index]
        for line in text.split("\n"):
            if line.startswith("@"):
                _misbehave(line[1:])
        return {"pages": [page_of(text, doubtful="2名")], "pictures": [base64.b64encode(PICTURE).decode()]}


def open_engine() -> Engine:
    """Return the recogniser."""
    return Engine()


def _pages(path: str) -> list[str]:
    data = Path(path).read_bytes()
    if is_zip(Path(path)) and (photos := photos_in(Path(path), DEFAULT_LIMITS)):
        return [
            page for member in photos for page in json.loads(photo(Path(path), member, DEFAULT_LIMITS)[len(HEAD) :])
        ]
    if is_zip(Path(path)):
        members = ofd_pictures(Path(path), DEFAULT_LIMITS)
        return [ofd_picture(Path(path), member, DEFAULT_LIMITS).decode() for member in members]
    pages: list[str] = json.loads(data.rpartition(PDF_MARK)[2] if PDF_MARK in data else data[len(HEAD) :])
    return pages


def _misbehave(how: str) -> None:
    if how == "sleep":
        os.read(os.pipe()[0], 1)
    if how == "abort":
        os.abort()
    if how == "hoard":
        raise MemoryError(len([bytearray(1 << 26) for _ in range(1000)]))
    if how == "fail":
        raise ValueError("秘密")
    if how == "refuse":
        raise UnreadableDocument("damaged", "第 1 页无法打开。")


def recogniser_python() -> Path:
    """Return a Python that has the real recogniser; skips the test where there is none."""
    from tests.support.needs import lack  # the worker loads this file too, and needs no pytest

    given = os.environ.get("TRACKER_OCR_PYTHON")
    python = Path(given) if given else own_python()
    if python is None or missing_parts(python):
        lack("文字识别组件（OCR）", "请执行 make ocr")
    return python
