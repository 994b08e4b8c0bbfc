"""Saved web pages: the body of a government site's page without navigation, links and index tables.

Also what office systems export as a web page and name .doc.
"""

from __future__ import annotations

import re
from pathlib import Path

from lxml import etree

from tracker.domain.documents import Document
from tracker.readers.base import FileInfo, Limits, UnreadableDocument
from tracker.readers.cleanup import Line, build_document
from tracker.readers.encodings import UndecodableText, decode
from tracker.readers.html_body import find_body, page_title
from tracker.readers.html_lines import lines_of
from tracker.readers.sniffing import HTML

_CHARSET = re.compile(rb"""charset\s*=\s*["']?\s*([A-Za-z0-9_\-]{2,20})""", re.IGNORECASE)
_DECLARATION = re.compile(r"^\s*<\?xml[^>]{0,200}\?>")
_ALIASES = {"gb2312": "gb18030", "gbk": "gb18030", "gb_2312-80": "gb18030", "x-gbk": "gb18030", "unicode": "utf-16"}
_LOST = 0.01
_NOTHING = "网页里没有读到正文。请把正文复制到 Word 中，另存为 .docx 后上传。"


class HtmlReader:
    """Reads ``.html`` and pages exported under other names."""

    name = "html"

    def accepts(self, info: FileInfo) -> bool:
        """Accept web pages only."""
        return info.media_type == HTML

    def read(self, path: Path, info: FileInfo, limits: Limits) -> Document:
        """Read the page's body; raise UnreadableDocument where it has none."""
        data = path.read_bytes()
        lines, notices = read_page(data, limits)
        return build_document(lines, reader=self.name, notices=notices)


def read_page(data: bytes, limits: Limits, charset: str | None = None) -> tuple[list[Line], list[str]]:
    """Return a page's lines and what the user should know; ``charset`` is what came with it, if anything did."""
    if len(data) > limits.part_bytes:
        raise UnreadableDocument("too_large_unpacked", "网页内容过大。请只保存报告正文后重新上传。")
    text, notice = _decode(data, charset)
    root = _parse(text)
    if root is None:
        raise UnreadableDocument("no_text", _NOTHING)
    etree.strip_elements(root, "script", "style", "noscript", "template", with_tail=False)
    body, is_known = find_body(root)
    lines = lines_of(body, limits, drop_links=not is_known)
    title = page_title(root)
    if title and title not in re.sub(r"\s", "", "".join(line.text for line in lines[:8])):
        lines.insert(0, Line(title))
    return lines, [notice] if notice else []


def _decode(data: bytes, charset: str | None) -> tuple[str, str | None]:
    """Decode by byte order mark, by what came with the page, by what it says of itself, by what it reads like."""
    found = _CHARSET.search(data[:4096])
    for name in (charset, found.group(1).decode("ascii") if found else None):
        encoding = _ALIASES.get((name or "").lower(), name)
        if (
            not encoding
            or encoding.lower().startswith("utf-7")
            or data.startswith((b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff"))
        ):
            continue
        try:
            text = data.decode(encoding, errors="replace")
        except LookupError:
            continue
        if text.count("\ufffd") <= _LOST * len(text) / 4:
            return text, None
    try:
        return decode(data)
    except UndecodableText as error:
        raise UnreadableDocument(
            "encoding", "网页的文字编码无法识别。请把正文复制到 Word 中，另存为 .docx 后上传。"
        ) from error


def _parse(text: str) -> etree._Element | None:
    parser = etree.HTMLParser(no_network=True, remove_comments=True, remove_pis=True, huge_tree=False)
    try:
        root: etree._Element | None = etree.fromstring(_DECLARATION.sub("", text.replace("\0", "")), parser)
    except (etree.XMLSyntaxError, ValueError):
        return None
    return root
