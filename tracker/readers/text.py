"""Plain text: UTF-8, UTF-16 or GB18030, with or without a byte order mark."""

from __future__ import annotations

from pathlib import Path

from tracker.domain.documents import Document
from tracker.readers.base import FileInfo, Limits, UnreadableDocument
from tracker.readers.cleanup import Line, build_document
from tracker.readers.encodings import UndecodableText, decode
from tracker.readers.sniffing import TEXT

_MOST_BYTES_A_CHARACTER = 4
_NO_TEXT = "文件不是文字内容，无法读取。请上传报告的 Word 文档（.docx）或纯文本（.txt）。"


class TextReader:
    """Reads ``.txt``."""

    name = "text"

    def accepts(self, info: FileInfo) -> bool:
        """Accept plain text only."""
        return info.media_type == TEXT

    def read(self, path: Path, info: FileInfo, limits: Limits) -> Document:
        """Decode and clean the file; raise UnreadableDocument for what is no text."""
        if info.size > limits.characters * _MOST_BYTES_A_CHARACTER:
            raise UnreadableDocument(
                "too_long", f"文字超过 {limits.characters // 10_000} 万字，不像一份报告。请只上传报告正文。"
            )
        try:
            text, notice = decode(path.read_bytes())
        except UndecodableText as error:
            raise UnreadableDocument(
                "encoding", "文字编码无法识别。请用记事本打开，另存为 UTF-8 编码的 .txt 后重新上传。"
            ) from error
        controls = sum(char < " " and char not in "\t\n\r\x0b\x0c\x1a" for char in text)
        if controls * 50 > len(text):
            raise UnreadableDocument("binary", _NO_TEXT)
        return build_document([Line(text)], reader=self.name, notices=[notice] if notice else [])
