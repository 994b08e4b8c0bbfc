"""Web archives (MHT): the page that the archive begins with, whatever its encoding for transport."""

from __future__ import annotations

import email
import email.policy
from email.message import Message
from pathlib import Path

from tracker.domain.documents import Document
from tracker.readers.base import FileInfo, Limits, UnreadableDocument
from tracker.readers.cleanup import build_document
from tracker.readers.html import read_page
from tracker.readers.sniffing import MHT

_MOST_PARTS = 2_000
_DAMAGED = "网页归档文件（MHT）已损坏，读不出其中的网页。请在浏览器或 Word 中打开，另存为 .docx 后重新上传。"


class MhtReader:
    """Reads ``.mht`` and archives exported under other names."""

    name = "mht"

    def accepts(self, info: FileInfo) -> bool:
        """Accept web archives only."""
        return info.media_type == MHT

    def read(self, path: Path, info: FileInfo, limits: Limits) -> Document:
        """Read the archive's page; raise UnreadableDocument where there is none."""
        if path.read_bytes().count(b"\n--") > _MOST_PARTS:
            raise UnreadableDocument(
                "too_many_members", "网页归档文件内含的部件过多，已拒绝读取。请另存为 .docx 后重新上传。"
            )
        try:
            message = email.message_from_bytes(path.read_bytes(), policy=email.policy.compat32)
            part = _page(message)
            data = part.get_payload(decode=True) if part is not None else None
        except (RecursionError, ValueError, LookupError, UnicodeError) as error:
            raise UnreadableDocument("damaged", _DAMAGED) from error
        if part is None or not isinstance(data, bytes) or not data.strip():
            raise UnreadableDocument("damaged", _DAMAGED)
        lines, notices = read_page(data, limits, part.get_content_charset())
        return build_document(lines, reader=self.name, notices=notices)


def _page(message: Message) -> Message | None:
    """Return the part that ``start`` names where it is a page, else the first page."""
    pages = [part for part in message.walk() if part.get_content_type() in ("text/html", "application/xhtml+xml")]
    start = message.get_param("start")
    for part in pages:
        if start and str(part.get("Content-ID") or "").strip() == str(start).strip():
            return part
    return pages[0] if pages else None
