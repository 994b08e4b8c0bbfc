"""Which files may serve as evidence, and how a file's first bytes must look for its suffix."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from pathlib import PurePosixPath

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ZIP = b"PK\x03\x04"
HEAD_BYTES = 4096
LONGEST_NAME = 120


@dataclass(frozen=True, slots=True)
class EvidenceKind:
    """One accepted suffix: its media type, the icon's word, its possible first bytes, and a member its zip must hold."""

    media_type: str
    kind: str
    signatures: tuple[bytes, ...] = ()
    member: str | None = None


_OFFICE = "application/vnd.openxmlformats-officedocument."
KINDS: dict[str, EvidenceKind] = {
    "pdf": EvidenceKind("application/pdf", "pdf", (b"%PDF-",)),
    "doc": EvidenceKind("application/msword", "word", (OLE,)),
    "docx": EvidenceKind(f"{_OFFICE}wordprocessingml.document", "word", (ZIP,), "word/document.xml"),
    "xls": EvidenceKind("application/vnd.ms-excel", "excel", (OLE,)),
    "xlsx": EvidenceKind(f"{_OFFICE}spreadsheetml.sheet", "excel", (ZIP,), "xl/workbook.xml"),
    "pptx": EvidenceKind(f"{_OFFICE}presentationml.presentation", "other", (ZIP,), "ppt/presentation.xml"),
    "wps": EvidenceKind("application/vnd.ms-works", "word", (OLE, ZIP)),
    "et": EvidenceKind("application/vnd.ms-excel", "excel", (OLE, ZIP)),
    "ofd": EvidenceKind("application/ofd", "pdf", (ZIP,), "ofd.xml"),
    "jpg": EvidenceKind("image/jpeg", "image", (b"\xff\xd8\xff",)),
    "jpeg": EvidenceKind("image/jpeg", "image", (b"\xff\xd8\xff",)),
    "png": EvidenceKind("image/png", "image", (b"\x89PNG\r\n\x1a\n",)),
    "txt": EvidenceKind("text/plain", "text"),
    "zip": EvidenceKind("application/zip", "zip", (ZIP,)),
}
ACCEPTED = "、".join(KINDS)
ACCEPT_ATTRIBUTE = ",".join(f".{suffix}" for suffix in KINDS)


def suffix_of(name: str) -> str:
    """Return the suffix of a file name in lower case, without its dot."""
    return PurePosixPath(name.replace("\\", "/")).suffix.lower().lstrip(".")


def looks_right(suffix: str, head: bytes) -> bool:
    """Say whether a file's first bytes fit its suffix. Text must hold no zero byte."""
    kind = KINDS[suffix]
    if not kind.signatures:
        return b"\x00" not in head
    return head.startswith(kind.signatures)


def clean_name(name: str) -> str:
    """Return a user's file name as it is kept and shown: no path, no control characters, at most 120 characters."""
    base = PurePosixPath(name.replace("\\", "/")).name
    shown = "".join(char for char in base if unicodedata.category(char)[0] != "C").strip(" .")
    if not shown:
        return "未命名"
    stem, dot, suffix = shown.rpartition(".")
    if not dot:
        return shown[:LONGEST_NAME]
    return f"{stem[: LONGEST_NAME - len(suffix) - 1]}.{suffix}"
