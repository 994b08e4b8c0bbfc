"""Pictures of pages: how large one is before it is opened, pages of a PDF drawn through PDFium, and PNG written by hand.

What is not the recogniser's own works without the ``ocr`` extra, so that a PDF's pages can be shown on any server.
"""

from __future__ import annotations

import base64
import struct
import zlib
from pathlib import Path
from typing import Any

from tracker.readers.base import UnreadableDocument
from tracker.readers.scans.source import JPEG_MAGIC, PNG_MAGIC

MOST_PIXELS = 60_000_000
SHOWN_WIDTH = 1100
_DAMAGED = "PDF 文件已损坏，无法打开。请用原来的程序重新导出，或上传它的 Word 原件（.docx）。"
NOT_A_PICTURE = "图片无法打开，可能已损坏。请重新拍照或扫描后上传。"
_FRAMES = frozenset({*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC})
_LEVELS = 16


def check_picture(head: bytes) -> tuple[int, int]:
    """Return a picture's width and height from its first megabyte; raise UnreadableDocument where it is broken or vast."""
    head = head[: 1 << 20]
    size = _png_size(head) if head.startswith(PNG_MAGIC) else _jpeg_size(head) if head.startswith(JPEG_MAGIC) else None
    if size is None or min(size) < 1:
        raise UnreadableDocument("damaged", NOT_A_PICTURE)
    width, height = size
    if width * height > MOST_PIXELS:
        millions = width * height // 1_000_000
        raise UnreadableDocument(
            "too_many_pixels",
            f"图片有 {millions} 百万像素，超过 {MOST_PIXELS // 1_000_000} 百万的上限。请用 200 至 300 dpi 重新扫描后上传。",
        )
    if max(size) > 30 * min(size):
        raise UnreadableDocument("damaged", "图片过于狭长，不像报告的一页。请重新拍照或扫描后上传。")
    return size


def _png_size(head: bytes) -> tuple[int, int] | None:
    if len(head) < 24 or head[12:16] != b"IHDR":
        return None
    width, height = struct.unpack_from(">II", head, 16)
    return int(width), int(height)


def _jpeg_size(head: bytes) -> tuple[int, int] | None:
    at = 2
    while at + 9 < len(head):
        if head[at] != 0xFF:
            return None
        kind = head[at + 1]
        if kind == 0xFF or 0xD0 <= kind <= 0xD9 or kind == 0x01:
            at += 1 if kind == 0xFF else 2
            continue
        if kind in _FRAMES:
            height, width = struct.unpack_from(">HH", head, at + 5)
            return int(width), int(height)
        at += 2 + int.from_bytes(head[at + 2 : at + 4])
    return None


def page_count(path: Path) -> int:
    """Return how many pages a PDF has; raise UnreadableDocument where it cannot be opened."""
    document = _open(path)
    try:
        return len(document)
    finally:
        document.close()


def render_page(path: Path, index: int, dpi: int, *, longest: int) -> Any:
    """Draw a page as rows of blue, green and red (needs numpy); at most ``longest`` pixels on a side."""
    document = _open(path)
    try:
        page = document[index]
        scale = min(dpi / 72, longest / max(*page.get_size(), 1.0))
        return page.render(scale=scale).to_numpy()[:, :, :3].copy()
    except Exception as error:
        raise UnreadableDocument("damaged", f"第 {index + 1} 页无法打开，可能已损坏。请重新扫描后上传。") from error
    finally:
        document.close()


def page_png(path: str, index: int) -> dict[str, Any]:
    """Draw a page to be shown: its size and a PNG in base64. Runs in a child process."""
    document = _open(Path(path))
    try:
        if not 0 <= index < len(document):
            raise UnreadableDocument("missing", "原件没有这一页。")
        page = document[index]
        width, height = page.get_size()
        scale = min(SHOWN_WIDTH / max(width, 1.0), 3 * SHOWN_WIDTH / max(height, 1.0))
        bitmap = page.render(scale=scale, rev_byteorder=True, prefer_bgrx=True)
        pixels, wide, high = _rows(bitmap), bitmap.width, bitmap.height
    finally:
        document.close()
    return {"width": wide, "height": high, "png": base64.b64encode(_png(pixels, wide, high)).decode()}


def _open(path: Path) -> Any:
    import pypdfium2

    try:
        return pypdfium2.PdfDocument(path)
    except pypdfium2.PdfiumError as error:
        raise UnreadableDocument("damaged", _DAMAGED) from error


def _rows(bitmap: Any) -> bytes:
    """Return the pixels, four bytes each (red, green, blue, nothing), without padding between rows."""
    data, line = bytes(bitmap.buffer), bitmap.width * 4
    if bitmap.n_channels != 4:
        raise UnreadableDocument("damaged", _DAMAGED)
    if bitmap.stride == line:
        return data
    return b"".join(data[at : at + line] for at in range(0, bitmap.stride * bitmap.height, bitmap.stride))


def _png(pixels: bytes, width: int, height: int) -> bytes:
    """Write pixels as PNG: sixteen greys where the page has no colour, else true colour."""
    red, green, blue = pixels[0::4], pixels[1::4], pixels[2::4]
    if red == green == blue:
        return _wrap(_packed(red, width, height), width, height, depth=4, colour=0)
    rows = bytearray(3 * width * height)
    rows[0::3], rows[1::3], rows[2::3] = red, green, blue
    lines = b"".join(b"\0" + rows[at : at + 3 * width] for at in range(0, len(rows), 3 * width))
    return _wrap(lines, width, height, depth=8, colour=2)


def _packed(grey: bytes, width: int, height: int) -> bytes:
    """Return rows of two pixels a byte, each led by its filter's number (none)."""
    if width % 2:
        grey = b"".join(grey[at : at + width] + b"\xff" for at in range(0, len(grey), width))
    step = 256 // _LEVELS
    high = grey[0::2].translate(bytes((value // step) << 4 for value in range(256)))
    low = grey[1::2].translate(bytes(value // step for value in range(256)))
    both = (int.from_bytes(high) | int.from_bytes(low)).to_bytes(len(high))
    line = (width + 1) // 2
    return b"".join(b"\0" + both[at : at + line] for at in range(0, line * height, line))


def _wrap(lines: bytes, width: int, height: int, *, depth: int, colour: int) -> bytes:
    head = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0)
    return PNG_MAGIC + _chunk(b"IHDR", head) + _chunk(b"IDAT", zlib.compress(lines, 6)) + _chunk(b"IEND", b"")


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
