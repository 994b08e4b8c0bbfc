"""The letters of a PDF page with their places, as they are seen: turned pages upright, y growing downwards."""

from __future__ import annotations

import ctypes
import math
import unicodedata
from collections.abc import Callable

import pypdfium2
import pypdfium2.raw as pdfium

from tracker.readers.base import UnreadableDocument
from tracker.readers.layout.shapes import Piece

_GARBLED = 0.3  # share of letters without a meaning from which on a page is taken for a picture
_SLANT = 0.05  # radians: what is printed at more of an angle is a watermark
_PRIVATE = range(0xE000, 0xF900)
Turn = Callable[[float, float], tuple[float, float]]


def turning(page: pypdfium2.PdfPage) -> Turn:
    """Return what maps a point of the page's own system to the page as seen, its upper left corner being (0, 0)."""
    left, bottom, right, top = page.get_bbox()
    rotation = page.get_rotation() % 360
    if rotation == 90:
        return lambda x, y: (y - bottom, x - left)
    if rotation == 180:
        return lambda x, y: (right - x, y - bottom)
    if rotation == 270:
        return lambda x, y: (top - y, right - x)
    return lambda x, y: (x - left, top - y)


def pieces_of(page: pypdfium2.PdfPage, most: int) -> tuple[list[Piece], bool]:
    """Return the page's letters, and whether most of them have no meaning. More than ``most`` raise UnreadableDocument."""
    text_page = page.get_textpage()
    try:
        count = text_page.count_chars()
        if count > most:
            raise UnreadableDocument("too_long", "PDF 的文字过多，不像一份报告。请只上传报告正文。")
        return _collect(page, text_page.raw, count)
    finally:
        text_page.close()


def _collect(page: pypdfium2.PdfPage, raw: ctypes.c_void_p, count: int) -> tuple[list[Piece], bool]:
    turn = turning(page)
    upright = math.radians(page.get_rotation() % 360)
    width, height = page.get_size()
    box, x, y = pdfium.FS_RECTF(), ctypes.c_double(), ctypes.c_double()
    get_box, get_origin = pdfium.FPDFText_GetLooseCharBox, pdfium.FPDFText_GetCharOrigin
    pieces: list[Piece] = []
    unknown = 0
    high = 0
    for index in range(count):
        code = pdfium.FPDFText_GetUnicode(raw, index)
        if code < 0x21 or pdfium.FPDFText_IsGenerated(raw, index) == 1:
            continue
        if 0xD800 <= code < 0xDC00:
            high = code
            continue
        if 0xDC00 <= code < 0xE000:
            code = 0x10000 + ((high - 0xD800) << 10) + (code - 0xDC00) if high else 0xFFFD
        high = 0
        if _is_slanted(pdfium.FPDFText_GetCharAngle(raw, index), upright):
            continue
        get_box(raw, index, box)
        get_origin(raw, index, x, y)
        (ax, ay), (bx, by) = turn(box.left, box.top), turn(box.right, box.bottom)
        left, right = min(ax, bx), max(ax, bx)
        base = turn(x.value, y.value)[1]
        if right < 0 or left > width or base < 0 or base > height + 1:
            continue  # beside the page: not to be seen
        if code == 0xFFFD or code in _PRIVATE or code > 0x10FFFF:
            unknown += 1
            continue
        pieces.append(Piece(_usual(code), left, right, base, abs(by - ay) or 1.0))
    return pieces, unknown > _GARBLED * (unknown + len(pieces)) and unknown > 20


def _usual(code: int) -> str:
    """Return a letter; the radicals, doubled ideographs and ligatures that some fonts tell in its place are put right."""
    char = chr(code)
    return unicodedata.normalize("NFKC", char) if 0x2E80 <= code < 0x2FE0 or 0xF900 <= code < 0xFB07 else char


def _is_slanted(angle: float, upright: float) -> bool:
    """Say whether a letter stands at an angle on the page as seen; PDFium counts a letter's angle clockwise."""
    return angle >= 0 and abs(math.remainder(angle + upright, 2 * math.pi)) > _SLANT
