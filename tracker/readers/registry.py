"""The readers that are known, and the one way to read a file."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path

from tracker.domain.documents import Document
from tracker.readers.base import DEFAULT_LIMITS, MEGABYTE, FileInfo, Limits, Reader, UnreadableDocument
from tracker.readers.doc import DocReader
from tracker.readers.docx import ConvertedReader, DocxReader
from tracker.readers.html import HtmlReader
from tracker.readers.images import ImageReader
from tracker.readers.mht import MhtReader
from tracker.readers.ofd import OfdReader
from tracker.readers.pdf import PdfReader
from tracker.readers.rtf import RtfReader
from tracker.readers.sniffing import check_agreement, sniff
from tracker.readers.text import TextReader

READERS: tuple[Reader, ...] = (
    DocxReader(),
    PdfReader(),
    OfdReader(),
    HtmlReader(),
    MhtReader(),
    DocReader(),
    RtfReader(),
    ImageReader(),
    TextReader(),
)
"""Asked in this order; the first that accepts a file and can read it wins."""

READER_NAMES = {
    "docx": "按 Word 文档读",
    "office": "用 LibreOffice 转换后读",
    "doc": "直接取文字",
    "rtf": "按 RTF 读",
    "pdf": "按 PDF 的文字读",
    "ofd": "按 OFD 的文字读",
    "html": "按网页读",
    "mht": "按网页归档读",
    "image": "按图片读",
    "text": "按纯文本读",
}
"""What the user is told a reader does; one that is not listed goes by its own name."""


def read_file(
    path: Path, *, name: str | None = None, limits: Limits = DEFAULT_LIMITS, converted: Path | None = None
) -> tuple[FileInfo, Document]:
    """Read a file; ``name`` is what the user called it where that differs from ``path``.

    ``converted`` is the same document as .docx, made by ``tracker.readers.office``: it is read in the file's place, and the
    file itself only where that fails.

    Raises UnreadableDocument with a sentence for the user; where several readers tried, it tells each attempt.
    """
    info = inspect_file(path, name=name, limits=limits)
    notice = check_agreement(info.suffix, info.media_type)
    failures: list[tuple[str, UnreadableDocument]] = []
    attempts = [(reader, path) for reader in READERS if reader.accepts(info)]
    if converted is not None:
        attempts.insert(0, (ConvertedReader(), converted))
    for reader, source in attempts:
        try:
            document = reader.read(source, info, limits)
        except UnreadableDocument as error:
            failures.append((reader.name, error))
            continue
        if notice:
            document = replace(document, notices=(notice, *document.notices))
        return info, checked(document, limits)
    raise _refusal(failures)


def inspect_file(path: Path, *, name: str | None = None, limits: Limits = DEFAULT_LIMITS) -> FileInfo:
    """Return what a file is; raise UnreadableDocument for one that is missing, empty, too large or a bad container."""
    called = Path(name).name if name else path.name
    try:
        if not path.is_file():
            raise UnreadableDocument("missing", f"找不到文件：{called}。请检查文件名和所在文件夹。")
        size = path.stat().st_size
        if size == 0:
            raise UnreadableDocument("empty", "文件是空的，没有任何内容。请检查后重新上传。")
        if size > limits.file_bytes:
            most = limits.file_bytes // MEGABYTE
            raise UnreadableDocument(
                "too_large", f"文件有 {size / MEGABYTE:.0f} MB，超过 {most} MB 的上限。请删去图片等附带内容后重新上传。"
            )
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        media_type = sniff(path, limits)
    except OSError as error:
        raise UnreadableDocument("missing", f"无法打开文件：{called}。请检查文件权限后重试。") from error
    return FileInfo(called, Path(called).suffix.lower(), media_type, size, digest)


def checked(document: Document, limits: Limits) -> Document:
    """Return a document that has text, and no more than a report has; raise UnreadableDocument for another."""
    if not document.text:
        raise UnreadableDocument(
            "no_text", "文件里没有文字，可能是空白的，或只有图片。请上传含有文字的 Word 原件（.docx）。"
        )
    if len(document.text) > limits.characters:
        raise UnreadableDocument(
            "too_long", f"文字超过 {limits.characters // 10_000} 万字，不像一份报告。请只上传报告正文。"
        )
    return document


def _refusal(failures: list[tuple[str, UnreadableDocument]]) -> UnreadableDocument:
    if not failures:
        return UnreadableDocument(
            "unsupported", "没有能读取这种文件的程序。请在 Word 或 WPS 中另存为 .docx 后重新上传。"
        )
    if len(failures) == 1:
        return failures[0][1]
    told = "；".join(f"{READER_NAMES.get(name, name)}：{error.message.rstrip('。')}" for name, error in failures)
    return UnreadableDocument(failures[0][1].code, f"逐一尝试后都未能读取。{told}。")
