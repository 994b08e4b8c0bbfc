"""What an OFD page draws: letters with their places, borders, the area of pictures."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from lxml import etree

from tracker.readers.base import UnreadableDocument
from tracker.readers.layout.shapes import Piece, Rule
from tracker.readers.layout.text_lines import is_cjk
from tracker.readers.wordml import local

POINTS = 72 / 25.4  # to a millimetre
_SLANT = 0.05
_MOST_RULES = 4_000
_SHORT = 1.5  # millimetres
_LEVEL = 0.3
_NUMBER = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?")
_PATH = re.compile(rf"[A-Za-z]|{_NUMBER.pattern}")
_CONTAINERS = frozenset({"Page", "Content", "Layer", "PageBlock", "CompositeGraphicUnit"})
_DEEP = "OFD 的页面嵌套过深，已拒绝读取。请上传它的 Word 原件（.docx）。"
Matrix = tuple[float, float, float, float, float, float]
_SAME: Matrix = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)


@dataclass(slots=True)
class Scene:
    """What has been drawn of a page so far. Lengths come in millimetres and are kept in points."""

    left: float
    top: float
    width: float
    height: float
    units: Mapping[str, etree._Element]
    depth: int
    pieces: list[Piece] = field(default_factory=list)
    rules: list[Rule] = field(default_factory=list)
    picture_area: float = 0.0
    picture: str = ""  # the number of the largest picture's resource
    _largest: float = 0.0

    def see_picture(self, resource: str, area: float) -> None:
        """Count a picture in."""
        self.picture_area += area
        if area > self._largest:
            self.picture, self._largest = resource, area

    def points(self, millimetres: float) -> float:
        """Return a length in points."""
        return millimetres * POINTS


def numbers(text: str) -> list[float]:
    """Return the finite numbers in a text."""
    return [value for value in map(float, _NUMBER.findall(text)) if math.isfinite(value)]


def draw(root: etree._Element, scene: Scene) -> None:
    """Draw a page or a template."""
    _draw(root, scene, _SAME, scene.depth)


def _draw(parent: etree._Element, scene: Scene, matrix: Matrix, depth: int) -> None:
    if depth <= 0:
        raise UnreadableDocument("too_deep", _DEEP)
    for element in parent:
        name = local(element)
        if name in _CONTAINERS:
            _draw(element, scene, matrix, depth - 1)
        elif name == "TextObject" and element.get("Visible") != "false":
            _text(element, scene, _times(matrix, _own(element)))
        elif name == "PathObject" and len(scene.rules) < _MOST_RULES:
            scene.rules.extend(_borders(element, scene, _times(matrix, _own(element))))
        elif name == "ImageObject":
            box = numbers(element.get("Boundary") or "")
            scene.see_picture(element.get("ResourceID") or "", box[2] * box[3] if len(box) == 4 else 0.0)
        elif name == "CompositeObject" and (unit := scene.units.get(element.get("ResourceID") or "")) is not None:
            _draw(unit, scene, _times(matrix, _own(element)), depth - 10)


def _own(element: etree._Element) -> Matrix:
    """Return what maps an object's own system to that of what holds it: its CTM, then its place."""
    ctm = numbers(element.get("CTM") or "")
    box = numbers(element.get("Boundary") or "")
    a, b, c, d, e, f = ctm if len(ctm) == 6 else _SAME
    return (a, b, c, d, e + box[0], f + box[1]) if len(box) == 4 else (a, b, c, d, e, f)


def _times(outer: Matrix, inner: Matrix) -> Matrix:
    a, b, c, d, e, f = inner
    m, n, o, p, q, r = outer
    return (m * a + o * b, n * a + p * b, m * c + o * d, n * c + p * d, m * e + o * f + q, n * e + p * f + r)


def _map(matrix: Matrix, x: float, y: float, scene: Scene) -> tuple[float, float]:
    a, b, c, d, e, f = matrix
    return (a * x + c * y + e - scene.left) * POINTS, (b * x + d * y + f - scene.top) * POINTS


def _text(element: etree._Element, scene: Scene, matrix: Matrix) -> None:
    size = next(iter(numbers(element.get("Size") or "")), 0.0)
    wide = next(iter(numbers(element.get("HScale") or "")), 1.0)
    a, b, _, d, _, _ = matrix
    if size <= 0 or abs(math.atan2(b, a)) > _SLANT:
        return
    stretch = math.hypot(a, b) * wide
    height = size * abs(d or a) * POINTS
    x = y = 0.0
    for code in element:
        if local(code) != "TextCode" or not code.text:
            continue
        text = code.text.strip("\r\n\t")
        x = next(iter(numbers(code.get("X") or "")), x)
        y = next(iter(numbers(code.get("Y") or "")), y)
        steps = _deltas(code.get("DeltaX"), len(text)), _deltas(code.get("DeltaY"), len(text))
        at_x, at_y = x, y
        for index, char in enumerate(text):
            left, base = _map(matrix, at_x, at_y, scene)
            step = steps[0][index] if index < len(steps[0]) else None
            width = size * (1.0 if is_cjk(char) else 0.5) * stretch * POINTS
            if step is not None and 0 < step * math.hypot(a, b) * POINTS < width:
                width = step * math.hypot(a, b) * POINTS
            if char > " " and 0 <= left <= scene.width * POINTS and 0 <= base <= scene.height * POINTS + 1:
                scene.pieces.append(Piece(char, left, left + width, base, height))
            at_y += steps[1][index] if index < len(steps[1]) else 0.0
            at_x += step if step is not None else (0.0 if steps[1] else size * (1.0 if is_cjk(char) else 0.5) * wide)


def _deltas(text: str | None, most: int) -> list[float]:
    """Return the steps from letter to letter; ``g 3 5`` stands for 5 three times."""
    values: list[float] = []
    words = iter((text or "").split())
    for word in words:
        if len(values) >= most:
            break
        if word.lower() == "g":
            count, step = numbers(next(words, "")), numbers(next(words, ""))
            if count and step:
                values.extend([step[0]] * max(0, min(int(count[0]), most - len(values))))
        else:
            values.extend(numbers(word)[:1])
    return values


def _borders(element: etree._Element, scene: Scene, matrix: Matrix) -> Iterator[Rule]:
    """Yield the level and upright lines of a path."""
    data = next((one.text or "" for one in element if local(one) == "AbbreviatedData"), "")
    start = last = (0.0, 0.0)
    for command, values in _commands(data[:100_000]):
        if command in "SM" and len(values) >= 2:
            start = last = (values[-2], values[-1])
        elif command == "L" and len(values) >= 2:
            point = (values[-2], values[-1])
            yield from _rule(scene, matrix, last, point)
            last = point
        elif command == "C":
            yield from _rule(scene, matrix, last, start)
            last = start
        elif len(values) >= 2:  # curves
            last = (values[-2], values[-1])


def _commands(data: str) -> Iterator[tuple[str, Sequence[float]]]:
    command = ""
    values: list[float] = []
    for word in _PATH.findall(data):
        if word.isalpha() and len(word) == 1:
            if command:
                yield command, values
            command = word.upper()
            values = []
        else:
            values.append(float(word))
    if command:
        yield command, values


def _rule(scene: Scene, matrix: Matrix, one: tuple[float, float], other: tuple[float, float]) -> Iterator[Rule]:
    (ax, ay), (bx, by) = _map(matrix, *one, scene), _map(matrix, *other, scene)
    across, along = abs(ax - bx), abs(ay - by)
    if min(across, along) <= _LEVEL * POINTS and max(across, along) >= _SHORT * POINTS:
        yield Rule(min(ax, bx), min(ay, by), max(ax, bx), max(ay, by))
