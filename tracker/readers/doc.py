"""Old Word and WPS documents (.doc, .wps): the text by the piece table, without what Word counts by itself.

The fallback where LibreOffice is not installed: paragraphs and cells are exact, automatic numbers are missing.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator
from pathlib import Path

import olefile

from tracker.domain.documents import Document
from tracker.readers.base import FileInfo, Limits, UnreadableDocument
from tracker.readers.cleanup import Line, build_document
from tracker.readers.sniffing import DOC

NUMBERS_NOTICE = (
    "本机没有用 LibreOffice 转换这份文件：自动编号（如“（一）”“1.”）没有读出，修订痕迹未区分。请对照原件核对，"
    "或在 Word、WPS 中另存为 .docx 后重新上传。"
)
_DAMAGED = "文件已损坏，读不出文字。请在 Word 或 WPS 中打开，另存为 .docx 后重新上传。"
_ENCRYPTED = "文件设有打开密码，无法读取。请在 Word 或 WPS 中取消密码，另存为 .docx 后重新上传。"
_WORD = 0xA5EC
_WORD_6 = 0xA5DC
_FIRST_WITH_PIECES = 105  # nFib: versions before Word 97 keep plain bytes
_ENCRYPTED_BIT, _TABLE_BIT, _COMPRESSED = 0x0100, 0x0200, 0x40000000
_FIELD = re.compile("\x13[^\x13\x14\x15]*(?:\x14|(?=\x15))")
_DROPPED = str.maketrans(dict.fromkeys(map(ord, "\x01\x02\x03\x04\x05\x08\x15\x1f"), None) | {0x1E: "-", 0x0C: "\r"})
_FAULTS = (
    OSError,
    struct.error,
    ValueError,
    IndexError,
    KeyError,
    TypeError,
    AttributeError,
    OverflowError,
    RecursionError,
)


class DocReader:
    """Reads ``.doc`` and ``.wps``."""

    name = "doc"

    def accepts(self, info: FileInfo) -> bool:
        """Accept old Word documents only."""
        return info.media_type == DOC

    def read(self, path: Path, info: FileInfo, limits: Limits) -> Document:
        """Read the main text; raise UnreadableDocument where the file is damaged or locked."""
        try:
            text = _main_text(path, limits)
        except _FAULTS as error:
            raise UnreadableDocument("damaged", _DAMAGED) from error
        return build_document(_lines(text), reader=self.name, notices=[NUMBERS_NOTICE])


def _main_text(path: Path, limits: Limits) -> str:
    with olefile.OleFileIO(str(path)) as ole:
        word = ole.openstream("WordDocument").read(limits.file_bytes)
        magic, version = struct.unpack_from("<HH", word, 0)
        flags = struct.unpack_from("<H", word, 0x0A)[0]
        if magic not in (_WORD, _WORD_6):
            raise UnreadableDocument("damaged", _DAMAGED)
        if flags & _ENCRYPTED_BIT:
            raise UnreadableDocument("encrypted", _ENCRYPTED)
        if version < _FIRST_WITH_PIECES:
            start, end = struct.unpack_from("<II", word, 0x18)
            return str(word[start:end], "gb18030", "replace")
        at, size = struct.unpack_from("<II", word, 0x01A2)
        table = ole.openstream("1Table" if flags & _TABLE_BIT else "0Table").read(limits.file_bytes)
    length = struct.unpack_from("<I", word, 0x4C)[0]
    if length > limits.characters * 2:
        raise UnreadableDocument(
            "too_long", f"文字超过 {limits.characters // 10_000} 万字，不像一份报告。请只上传报告正文。"
        )
    return "".join(_pieces(word, table[at : at + size], length))


def _pieces(word: bytes, clx: bytes, length: int) -> Iterator[str]:
    """Yield the text piece by piece, as the table lists them, up to the end of the main text."""
    at = 0
    while clx[at] == 1:  # formatting, which is not looked at
        at += 3 + struct.unpack_from("<H", clx, at + 1)[0]
    if clx[at] != 2:
        raise ValueError("no piece table")
    size = struct.unpack_from("<I", clx, at + 1)[0]
    table = clx[at + 5 : at + 5 + size]
    count = (len(table) - 4) // 12
    places = struct.unpack_from(f"<{count + 1}I", table, 0)
    for index in range(count):
        start, end = places[index], min(places[index + 1], length)
        if end <= start:
            continue
        where = struct.unpack_from("<I", table, 4 * (count + 1) + 8 * index + 2)[0]
        if where & _COMPRESSED:
            begin = (where & ~_COMPRESSED) // 2
            yield word[begin : begin + end - start].decode("cp1252", errors="replace")
        else:
            yield word[where : where + 2 * (end - start)].decode("utf-16-le", errors="replace")


def _lines(text: str) -> Iterator[Line]:
    """Yield paragraphs and rows: a cell ends with U+0007, a row with one more."""
    before = ""
    while before != text:  # fields inside fields, from the innermost outwards
        before, text = text, _FIELD.sub("", text)
    parts = text.translate(_DROPPED).split("\x07")
    cells: list[str] = []
    width = at = 0
    while at < len(parts):
        if not cells and width and at + width < len(parts) and not parts[at + width]:
            yield from _row([_one_line(part) for part in parts[at : at + width]])  # as wide as the row before
            at += width + 1
            continue
        *paragraphs, last = parts[at].split("\r")
        if at and not parts[at]:  # an end of cell right after another: the row's
            yield from _row(cells)
            width, cells = len(cells), []
        elif cells:
            cells.append(_one_line(parts[at]))
        else:
            yield from (Line(paragraph) for paragraph in paragraphs)
            width, cells = 0 if paragraphs else width, [last]
        at += 1
    yield from _row(cells)


def _one_line(part: str) -> str:
    return " ".join(part.split("\r")).strip()


def _row(cells: list[str]) -> Iterator[Line]:
    if len(cells) > 1:
        yield Line("\t".join(cells), "table_row")
    elif cells:
        yield Line(cells[0])
