"""The lines and pictures of a PDF page: borders of tables, scans."""

from __future__ import annotations

import ctypes
from collections.abc import Iterator

import pypdfium2
import pypdfium2.raw as pdfium

from tracker.readers.layout.shapes import Rule
from tracker.readers.pdf_text import Turn, turning

_MOST_OBJECTS = 20_000
_MOST_SEGMENTS = 200_000
_THIN = 3.0  # points
_SHORT = 4.0
_FORM_DEPTH = 4
Matrix = tuple[float, float, float, float, float, float]


def picture_share(page: pypdfium2.PdfPage) -> float:
    """Return how much of the page's area pictures take (those that lie over one another counted twice)."""
    width, height = page.get_size()
    left, bottom, right, top = page.get_bbox()
    area = 0.0
    for item in _objects(page):
        if not _is_picture(item, _FORM_DEPTH):
            continue
        low_x, low_y, high_x, high_y = _bounds(item)
        area += max(0.0, min(high_x, right) - max(low_x, left)) * max(0.0, min(high_y, top) - max(low_y, bottom))
    return area / (width * height) if width * height > 0 else 0.0


def rules_of(page: pypdfium2.PdfPage) -> list[Rule]:
    """Return the level and upright lines, also the edges of boxes."""
    turn = turning(page)
    rules: list[Rule] = []
    segments = 0
    for item in _objects(page):
        if pdfium.FPDFPageObj_GetType(item) != pdfium.FPDF_PAGEOBJ_PATH:
            continue
        low_x, low_y, high_x, high_y = _bounds(item)
        if min(high_x - low_x, high_y - low_y) <= _THIN:
            if max(high_x - low_x, high_y - low_y) >= _SHORT:
                rules.append(_rule(turn, low_x, low_y, high_x, high_y))
            continue
        segments += pdfium.FPDFPath_CountSegments(item)
        if segments > _MOST_SEGMENTS:
            break
        rules.extend(_edges(item, turn))
    return rules


def _objects(page: pypdfium2.PdfPage) -> Iterator[ctypes.c_void_p]:
    for index in range(min(_MOST_OBJECTS, pdfium.FPDFPage_CountObjects(page.raw))):
        yield pdfium.FPDFPage_GetObject(page.raw, index)


def _is_picture(item: ctypes.c_void_p, depth: int) -> bool:
    kind = pdfium.FPDFPageObj_GetType(item)
    if kind == pdfium.FPDF_PAGEOBJ_FORM and depth:
        count = min(_MOST_OBJECTS, max(0, pdfium.FPDFFormObj_CountObjects(item)))
        return any(_is_picture(pdfium.FPDFFormObj_GetObject(item, index), depth - 1) for index in range(count))
    return bool(kind == pdfium.FPDF_PAGEOBJ_IMAGE)


def _bounds(item: ctypes.c_void_p) -> tuple[float, float, float, float]:
    values = [ctypes.c_float() for _ in range(4)]
    if not pdfium.FPDFPageObj_GetBounds(item, *values):
        return 0.0, 0.0, 0.0, 0.0
    return values[0].value, values[1].value, values[2].value, values[3].value


def _rule(turn: Turn, x0: float, y0: float, x1: float, y1: float) -> Rule:
    (ax, ay), (bx, by) = turn(x0, y0), turn(x1, y1)
    return Rule(min(ax, bx), min(ay, by), max(ax, bx), max(ay, by))


def _edges(item: ctypes.c_void_p, turn: Turn) -> Iterator[Rule]:
    """Yield the level and upright edges of a path of several lines."""
    matrix = _matrix(item)
    start = last = (0.0, 0.0)
    for index in range(pdfium.FPDFPath_CountSegments(item)):
        segment = pdfium.FPDFPath_GetPathSegment(item, index)
        kind = pdfium.FPDFPathSegment_GetType(segment)
        point = _point(segment, matrix)
        if kind == pdfium.FPDF_SEGMENT_MOVETO:
            start = point
        elif kind == pdfium.FPDF_SEGMENT_LINETO:
            yield from _edge(turn, last, point)
        if pdfium.FPDFPathSegment_GetClose(segment):
            yield from _edge(turn, point, start)
        last = point


def _edge(turn: Turn, one: tuple[float, float], other: tuple[float, float]) -> Iterator[Rule]:
    across, along = abs(one[0] - other[0]), abs(one[1] - other[1])
    if min(across, along) <= 1.0 and max(across, along) >= _SHORT:
        yield _rule(turn, *one, *other)


def _matrix(item: ctypes.c_void_p) -> Matrix:
    matrix = pdfium.FS_MATRIX()
    if not pdfium.FPDFPageObj_GetMatrix(item, matrix):
        return 1.0, 0.0, 0.0, 1.0, 0.0, 0.0
    return matrix.a, matrix.b, matrix.c, matrix.d, matrix.e, matrix.f


def _point(segment: ctypes.c_void_p, matrix: Matrix) -> tuple[float, float]:
    x, y = ctypes.c_float(), ctypes.c_float()
    pdfium.FPDFPathSegment_GetPoint(segment, x, y)
    a, b, c, d, e, f = matrix
    return a * x.value + c * y.value + e, b * x.value + d * y.value + f
