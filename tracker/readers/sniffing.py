"""What a file is by its bytes, and what to tell a user who brought the wrong kind.

The suffix never decides; it must only agree with the bytes.
"""

from __future__ import annotations

import mmap
from collections.abc import Mapping
from pathlib import Path

from tracker.readers.base import Limits, UnreadableDocument
from tracker.readers.container import Container
from tracker.readers.encodings import utf16_without_mark
from tracker.readers.photos import only_photos

TEXT = "text/plain"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
PDF = "application/pdf"
OFD = "application/ofd"
HTML = "text/html"
MHT = "multipart/related"
RTF = "text/rtf"
DOC = "application/msword"
IMAGES = frozenset({"image/jpeg", "image/png"})
"""Pictures that may be a photograph or a scan of a page."""
PHOTOS = "application/x-photographs"
"""A zip that holds nothing but such pictures."""
ENCRYPTED_OFFICE = "application/x-encrypted-office"
UNKNOWN_BINARY = "application/octet-stream"

NAMES: Mapping[str, str] = {
    TEXT: "纯文本",
    DOCX: "Word 文档（.docx）",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "Excel 表格",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation": "PowerPoint 演示文稿",
    "application/vnd.ms-word.document.macroEnabled": "带宏的 Word 文档（.docm）",
    "application/vnd.oasis.opendocument": "OpenDocument 文档",
    OFD: "OFD 版式文件",
    "application/epub+zip": "电子书",
    "application/zip": "压缩包",
    "application/x-rar": "压缩包",
    "application/x-7z": "压缩包",
    "application/gzip": "压缩包",
    PDF: "PDF 文件",
    DOC: "旧版 Word 或 WPS 文档（.doc、.wps）",
    "application/vnd.ms-excel": "旧版 Excel 表格",
    "application/vnd.ms-powerpoint": "旧版 PowerPoint 演示文稿",
    "application/x-ole": "旧版 Office 文件",
    ENCRYPTED_OFFICE: "加密的 Office 文档",
    RTF: "RTF 文档",
    HTML: "网页文件",
    MHT: "网页归档文件（MHT）",
    "text/xml": "XML 文件",
    "image/jpeg": "JPEG 图片",
    "image/png": "PNG 图片",
    PHOTOS: "一份报告的几张照片（.jpg、.png）",
    "image/gif": "GIF 图片",
    "image/bmp": "BMP 图片",
    "image/tiff": "TIFF 图片",
    "image/webp": "WebP 图片",
    "application/x-executable": "可执行程序",
    UNKNOWN_BINARY: "无法识别的二进制文件",
}

SUFFIXES: Mapping[str, frozenset[str]] = {
    TEXT: frozenset({"", ".txt", ".text"}),
    DOCX: frozenset({"", ".docx"}),
    DOC: frozenset({"", ".doc", ".wps"}),
    RTF: frozenset({"", ".rtf"}),
    PDF: frozenset({"", ".pdf"}),
    OFD: frozenset({"", ".ofd"}),
    HTML: frozenset({"", ".html", ".htm", ".shtml", ".xhtml"}),
    MHT: frozenset({"", ".mht", ".mhtml"}),
    "image/jpeg": frozenset({"", ".jpg", ".jpeg"}),
    "image/png": frozenset({"", ".png"}),
}
"""Media types that are read, and the suffixes that agree with them."""

HARMLESS: Mapping[str, frozenset[str]] = {
    DOCX: frozenset({".doc", ".wps"}),
    DOC: frozenset({".rtf"}),
    RTF: frozenset({".doc", ".wps"}),
    HTML: frozenset({".doc", ".wps", ".mht"}),
    MHT: frozenset({".doc", ".wps", ".html", ".htm"}),
}
"""Suffixes under which office systems export such files all the same: read, with a notice."""

READABLE = (
    "Word、WPS 文档（.docx、.doc、.wps、.rtf）、PDF、OFD、网页（.html、.mht）、纯文本（.txt）和扫描图片（.jpg、.png）"
)
_SAVE_AS = "请在 Word 或 WPS 中打开，另存为 .docx 后重新上传。"
_UNPACK = "请解压后上传其中的报告文件。"
_ADVICE: Mapping[str, str] = {
    "application/zip": _UNPACK,
    "application/x-rar": _UNPACK,
    "application/x-7z": _UNPACK,
    "application/gzip": _UNPACK,
}
_DOCUMENTS = frozenset(
    {"application/vnd.ms-word.document.macroEnabled", "application/vnd.oasis.opendocument", "text/xml"}
)

_MAGIC: tuple[tuple[bytes, str], ...] = (
    (b"%PDF-", PDF),
    (b"{\\rtf", RTF),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"II*\x00", "image/tiff"),
    (b"MM\x00*", "image/tiff"),
    (b"Rar!\x1a\x07", "application/x-rar"),
    (b"7z\xbc\xaf\x27\x1c", "application/x-7z"),
    (b"\x1f\x8b\x08", "application/gzip"),
    (b"\x7fELF", "application/x-executable"),
)
_LETTER = (b"mime-version:", b"from:", b"subject:", b"date:", b"content-", b"snapshot-", b"message-id:", b"x-")
_PAGE = (b"<!doctype html", b"<head", b"<body", b"<meta", b"<div", b"<table", b"<p>", b"<p ")
_STREAMS: tuple[tuple[str, str], ...] = (
    ("EncryptedPackage", ENCRYPTED_OFFICE),
    ("WordDocument", DOC),
    ("WpsCustomData", DOC),
    ("Workbook", "application/vnd.ms-excel"),
    ("PowerPoint Document", "application/vnd.ms-powerpoint"),
)

_TEXT_CONTROLS = frozenset({9, 10, 11, 12, 13, 0x1A, 0x1B})


def sniff(path: Path, limits: Limits) -> str:
    """Return the media type that the bytes of a file that is not empty speak of.

    Raises UnreadableDocument for a container that is damaged, encrypted or beyond the limits.
    """
    with path.open("rb") as file:
        head = file.read(4096)
        if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
            return _sniff_zip(path, limits)
        if head.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
            with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
                return _sniff_ole(data)
    return _sniff_head(head)


def _sniff_head(head: bytes) -> str:
    for magic, media_type in _MAGIC:
        if head.startswith(magic):
            return media_type
    if head.startswith(b"RIFF") and head[8:12] == b"WEBP":
        return "image/webp"
    if head.startswith(b"BM") and head[6:10] == b"\0\0\0\0":
        return "image/bmp"
    if head.startswith(b"MZ") and b"\0" in head[:64]:
        return "application/x-executable"
    if b"%PDF-" in head[:1024]:
        return PDF
    return _sniff_markup(head) or (TEXT if _may_be_text(head) else UNKNOWN_BINARY)


def _sniff_markup(head: bytes) -> str | None:
    """Tell web pages and archives of them by how they begin, also in UTF-16; None for what is neither."""
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        head = head.replace(b"\0", b"")[2:]
    lower = head.removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    if b"multipart/related" in lower and b"mime-version:" in lower and lower.startswith(_LETTER):
        return MHT
    if not lower.startswith(b"<"):
        return MHT if lower.startswith(b"mime-version:") else None
    if b"<html" in lower or lower.startswith(_PAGE):
        return HTML
    return "text/xml" if lower.startswith(b"<?xml") else None


def _may_be_text(head: bytes) -> bool:
    """Decline what is mostly control characters; UTF-16 is told by its mark or by what it reads like."""
    if head.startswith((b"\xff\xfe", b"\xfe\xff")) or utf16_without_mark(head):
        return True
    controls = sum(head.count(byte) for byte in range(32) if byte not in _TEXT_CONTROLS)
    return controls * 50 <= len(head)


def _sniff_zip(path: Path, limits: Limits) -> str:
    """Tell the kinds of zip apart by the names in them."""
    with Container(path, limits) as container:
        names = {name.lower() for name in container.names}
        photos = only_photos(container.names)
        kind = container.read("[Content_Types].xml", 100_000, cut=True) or b""
    if b"macroEnabled.main" in kind and b"ms-word" in kind:
        return "application/vnd.ms-word.document.macroEnabled"
    for part in ("wordprocessingml.document", "spreadsheetml.sheet", "presentationml.presentation"):
        if part.encode() + b".main+xml" in kind:
            return f"application/vnd.openxmlformats-officedocument.{part}"
    if "ofd.xml" in {name.replace("\\", "/").removeprefix("./").lstrip("/") for name in names}:
        return OFD
    if "content.xml" in names and "mimetype" in names:
        return "application/vnd.oasis.opendocument"
    if photos:
        return PHOTOS
    return "application/epub+zip" if "meta-inf/container.xml" in names else "application/zip"


def _sniff_ole(data: mmap.mmap) -> str:
    """Tell the old Office formats apart by the names of their streams, which stand in the file in UTF-16."""
    for name, media_type in _STREAMS:
        if data.find(name.encode("utf-16-le")) >= 0:
            return media_type
    return "application/x-ole"


def check_agreement(suffix: str, media_type: str) -> str | None:
    """Return a notice where suffix and bytes differ harmlessly, None where they agree.

    Raises UnreadableDocument where the kind is not read here or the suffix says something else than the bytes.
    """
    if media_type == ENCRYPTED_OFFICE:
        raise UnreadableDocument(
            "encrypted", "文件设有打开密码，无法读取。请在 Word 或 WPS 中取消密码，另存为 .docx 后重新上传。"
        )
    known = NAMES.get(media_type, media_type)
    if media_type == PHOTOS and suffix in ("", ".zip"):
        return None
    if media_type in SUFFIXES:
        if suffix in SUFFIXES[media_type]:
            return None
        if suffix in HARMLESS.get(media_type, ()):
            return f"文件名以 {suffix} 结尾，内容是{known}，已按内容读取。"
        if media_type in IMAGES:
            raise UnreadableDocument(
                "mismatch",
                f"文件名以 {suffix} 结尾，内容却是{known}，两者不一致。请把文件名的结尾改为 .jpg 或 .png 后重新上传。",
            )
        raise UnreadableDocument(
            "mismatch",
            f"文件名以 {suffix} 结尾，内容却是{known}，两者不一致。请核对是否选错了文件；没有选错的，请把文件名的后缀改对后重新上传。",
        )
    if any(suffix and suffix in suffixes for suffixes in SUFFIXES.values()):
        raise UnreadableDocument("mismatch", f"文件名以 {suffix} 结尾，内容却是{known}。{_advice(media_type)}")
    raise UnreadableDocument("unsupported", f"这是{known}，不能读取；能读取的有{READABLE}。{_advice(media_type)}")


def _advice(media_type: str) -> str:
    if media_type in _ADVICE:
        return _ADVICE[media_type]
    if media_type in _DOCUMENTS:
        return _SAVE_AS
    return "请上传报告的 Word 文档（.docx）。"
