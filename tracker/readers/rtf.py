"""RTF: groups, control words and letters, read straight through; what only describes the look is skipped."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from pathlib import Path

from tracker.domain.documents import Document
from tracker.readers.base import FileInfo, Limits, UnreadableDocument
from tracker.readers.cleanup import Line, build_document
from tracker.readers.doc import NUMBERS_NOTICE
from tracker.readers.sniffing import RTF

_TOKEN = re.compile(
    rb"\\([a-zA-Z]{1,32})(-?\d{1,10})? ?|\\'([0-9a-fA-F]{2})|\\([^a-zA-Z])|([{}])|[\r\n]+|([^\\{}\r\n]+)|\\"
)
_SKIPPED = frozenset(
    b"colortbl stylesheet info pict object header headerl headerr headerf footer footerl footerr footerf footnote annotation "
    b"listtable listoverridetable revtbl rsidtbl themedata colorschememapping latentstyles datastore xmlnstbl generator shp "
    b"fldinst nonshppict bkmkstart bkmkend pgptbl filetbl atnid atnauthor atrfstart atrfend".split()
)
_KEPT = frozenset((b"shppict", b"listtext", b"pntext", b"fldrslt", b"field"))
_BREAKS = frozenset((b"par", b"line", b"sect", b"page", b"column", b"softline"))
_SIGNS = {
    b"tab": "\t",
    b"emdash": "—",
    b"endash": "–",
    b"lquote": "‘",
    b"rquote": "’",
    b"ldblquote": "“",
    b"rdblquote": "”",
    b"bullet": "•",
    b"emspace": " ",
    b"enspace": " ",
}
_CHARSETS = {0: "cp1252", 1: "gb18030", 128: "cp932", 129: "cp949", 134: "gb18030", 136: "big5", 204: "cp1251"}
_DEEP = "RTF 文件的层次嵌套过深，已拒绝读取。请在 Word 或 WPS 中打开，另存为 .docx 后重新上传。"


class RtfReader:
    """Reads ``.rtf`` and what office systems export as RTF."""

    name = "rtf"

    def accepts(self, info: FileInfo) -> bool:
        """Accept RTF only."""
        return info.media_type == RTF

    def read(self, path: Path, info: FileInfo, limits: Limits) -> Document:
        """Read the text; raise UnreadableDocument where groups nest without end or nothing is there."""
        data = path.read_bytes()
        walk = _Walk(limits.depth)
        walk.read(data)
        numbered = b"\\listtext" in data or b"\\pntext" in data or b"\\ls" not in data
        return build_document(walk.lines, reader=self.name, notices=[] if numbered else [NUMBERS_NOTICE])


@dataclass(frozen=True, slots=True)
class _State:
    """What holds inside a group."""

    skipped: bool = False
    fonts: bool = False  # inside the table of fonts
    number: bool = False  # inside the printed number of a list
    unicode_skip: int = 1
    encoding: str = "gb18030"
    hidden: bool = False


@dataclass(slots=True)
class _Walk:
    depth: int
    lines: list[Line] = field(default_factory=list)
    state: _State = field(default_factory=_State)
    stack: list[_State] = field(default_factory=list)
    page: str = "gb18030"
    fonts: dict[int, str] = field(default_factory=dict)
    font: int = 0
    pieces: list[str] = field(default_factory=list)
    raw: bytearray = field(default_factory=bytearray)
    cells: list[str] = field(default_factory=list)
    in_table: bool = False
    starred: bool = False
    pending: int = 0  # letters to pass over after a \\u

    def read(self, data: bytes) -> None:
        """Read the whole file."""
        at = 0
        while (match := _TOKEN.match(data, at)) is not None:
            at = match.end()
            word, number, code, sign, brace, text = match.groups()
            if word is not None:
                value = int(number) if number else None
                if word == b"bin":
                    at += max(0, value or 0)
                self.word(word, value)
            elif code is not None:
                self.letters(bytes([int(code, 16)]))
            elif brace is not None:
                self.brace(brace)
            elif text is not None:
                self.letters(text)
            elif sign is not None:
                self.sign(sign)
        self.paragraph()
        self.row()

    def brace(self, brace: bytes) -> None:
        """Begin or end a group."""
        self.decode()
        self.starred, self.pending = False, 0
        if brace == b"{":
            if len(self.stack) >= self.depth:
                raise UnreadableDocument("too_deep", _DEEP)
            self.stack.append(self.state)
        elif self.stack:
            self.state = self.stack.pop()

    def word(self, word: bytes, value: int | None) -> None:
        """Take in a control word."""
        if word == b"u" and value is not None:
            self.unicode(value)
            return
        self.decode()
        if self.starred and word not in _KEPT:
            self.state = replace(self.state, skipped=True)
        self.starred = False
        if word in _SKIPPED:
            self.state = replace(self.state, skipped=True)
        elif word in _BREAKS or word in _SIGNS or word in (b"cell", b"nestcell", b"row", b"nestrow"):
            self.mark(word)
        else:
            self.setting(word, value)

    def setting(self, word: bytes, value: int | None) -> None:
        """Take in a control word that changes how letters are read."""
        if word == b"ansicpg" and value:
            self.page = {936: "gb18030", 54936: "gb18030", 950: "big5", 65001: "utf-8"}.get(value, f"cp{value}")
            self.state = replace(self.state, encoding=self.page)
        elif word == b"fonttbl":
            self.state = replace(self.state, fonts=True)
        elif word == b"f" and value is not None:
            self.font = value
            if not self.state.fonts:
                self.state = replace(self.state, encoding=self.fonts.get(value, self.page))
        elif word == b"fcharset" and value is not None and self.state.fonts and len(self.fonts) < 10_000:
            self.fonts[self.font] = _CHARSETS.get(value, self.page)
        elif word == b"uc" and value is not None:
            self.state = replace(self.state, unicode_skip=max(0, min(value, 8)))
        elif word in (b"v", b"deleted"):
            self.state = replace(self.state, hidden=value != 0)
        elif word == b"plain":
            self.state = replace(self.state, hidden=False)
        elif word in (b"intbl", b"pard"):
            self.in_table = word == b"intbl"
        elif word in (b"listtext", b"pntext"):
            self.state = replace(self.state, number=True)

    def mark(self, word: bytes) -> None:
        """Take in what ends a paragraph, a cell or a row, or stands for a sign."""
        if self.state.skipped or self.state.fonts:
            return
        if word in _SIGNS:
            if not (word == b"tab" and self.state.number):
                self.pieces.append(_SIGNS[word])
        elif word in (b"cell", b"nestcell"):
            self.cells.append("".join(self.pieces).replace("\t", " ").replace("\n", " ").strip())
            self.pieces.clear()
        elif word in (b"row", b"nestrow"):
            self.row()
        elif self.cells or self.in_table:
            self.pieces.append("\n")
        else:
            self.paragraph()

    def sign(self, sign: bytes) -> None:
        """Take in a control symbol."""
        self.decode()
        if sign == b"*":
            self.starred = True
        elif sign in b"\r\n":
            self.mark(b"par")
        elif sign in b"\\{}":
            self.letters(sign)
        elif sign in (b"~", b"_"):
            self.letters(b" " if sign == b"~" else b"-")

    def unicode(self, value: int) -> None:
        """Take in a letter by its number in Unicode; what follows for old programs is passed over."""
        self.decode()
        self.starred = False
        if not self._is_dropped():
            self.pieces.append(chr(value % 0x10000))
        self.pending = self.state.unicode_skip

    def letters(self, data: bytes) -> None:
        """Take in letters in the code page in force."""
        if self.pending:
            passed = min(self.pending, len(data))
            self.pending -= passed
            data = data[passed:]
        if data and not self._is_dropped():
            self.raw += data

    def decode(self) -> None:
        """Turn the bytes so far into text: a Chinese letter takes two, each written apart."""
        if self.raw:
            self.pieces.append(_decoded(bytes(self.raw), self.state.encoding))
            self.raw.clear()

    def paragraph(self) -> None:
        """End a paragraph."""
        self.decode()
        self.lines.append(Line(_joined(self.pieces)))
        self.pieces.clear()

    def row(self) -> None:
        """End a row of a table."""
        if self.cells:
            cells = [_joined([cell]) for cell in self.cells]
            self.lines.append(Line("\t".join(cells), "table_row") if len(cells) > 1 else Line(cells[0]))
        self.cells.clear()
        self.in_table = False

    def _is_dropped(self) -> bool:
        return self.state.skipped or self.state.fonts or self.state.hidden


def _decoded(data: bytes, encoding: str) -> str:
    try:
        return data.decode(encoding, errors="replace")
    except LookupError:
        return data.decode("gb18030", errors="replace")


def _joined(pieces: list[str]) -> str:
    """Put pieces together; halves of a letter beyond the first plane, given one after the other, make one."""
    return "".join(pieces).encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
