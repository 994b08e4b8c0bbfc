"""Make a screenshot small: a truecolour PNG becomes one with a palette of its most frequent colours.

Enough for pictures of pages, whose colours are few; standard library only. Reads what Chromium writes: eight bits a
channel, not interlaced.
"""

from __future__ import annotations

import struct
import zlib
from collections import Counter
from pathlib import Path

SIGNATURE = b"\x89PNG\r\n\x1a\n"
CHANNELS = {2: 3, 6: 4}
MOST = 256
Colour = tuple[int, int, int]


def shrink(path: Path) -> None:
    """Rewrite the file in place."""
    width, height, pixels = _read(path.read_bytes())
    counted = Counter(pixels)
    palette = [colour for colour, _ in counted.most_common(MOST)]
    known = {colour: index for index, colour in enumerate(palette)}
    index_of = {colour: known.get(colour) for colour in counted}
    for colour, index in index_of.items():
        if index is None:
            index_of[colour] = _nearest(colour, palette)
    lines = bytearray()
    for row in range(height):
        lines.append(0)
        lines += bytes(index_of[colour] or 0 for colour in pixels[row * width : (row + 1) * width])
    header = struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)
    table = b"".join(bytes(colour) for colour in palette)
    body = zlib.compress(bytes(lines), 9)
    chunks = [(b"IHDR", header), (b"PLTE", table), (b"IDAT", body), (b"IEND", b"")]
    path.write_bytes(SIGNATURE + b"".join(_chunk(kind, data) for kind, data in chunks))


def _nearest(colour: Colour, palette: list[Colour]) -> int:
    red, green, blue = colour
    return min(
        range(len(palette)),
        key=lambda i: (palette[i][0] - red) ** 2 + (palette[i][1] - green) ** 2 + (palette[i][2] - blue) ** 2,
    )


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def _read(content: bytes) -> tuple[int, int, list[Colour]]:
    """Return width, height and the pixels, row by row, without their transparency."""
    if not content.startswith(SIGNATURE):
        raise ValueError("not a PNG")
    width, height, depth, kind, _, _, interlaced = struct.unpack(">IIBBBBB", content[16:29])
    if depth != 8 or kind not in CHANNELS or interlaced:
        raise ValueError("not a screenshot of Chromium")
    data, place = b"", len(SIGNATURE)
    while place < len(content):
        (length,) = struct.unpack(">I", content[place : place + 4])
        if content[place + 4 : place + 8] == b"IDAT":
            data += content[place + 8 : place + 8 + length]
        place += length + 12
    size = CHANNELS[kind]
    raw = _unfiltered(zlib.decompress(data), width * size, height, size)
    return width, height, [(raw[i], raw[i + 1], raw[i + 2]) for i in range(0, len(raw), size)]


def _unfiltered(data: bytes, stride: int, height: int, size: int) -> bytearray:
    """Undo the five filters of PNG (RFC 2083, section 6)."""
    out, above = bytearray(), bytearray(stride)
    for row in range(height):
        start = row * (stride + 1)
        line = bytearray(data[start + 1 : start + 1 + stride])
        _undo(data[start], line, above, size)
        out += line
        above = line
    return out


def _undo(kind: int, line: bytearray, above: bytearray, size: int) -> None:
    for i in range(len(line)):
        left = line[i - size] if i >= size else 0
        if kind == 1:
            line[i] = (line[i] + left) & 255
        elif kind == 2:
            line[i] = (line[i] + above[i]) & 255
        elif kind == 3:
            line[i] = (line[i] + (left + above[i]) // 2) & 255
        elif kind == 4:
            line[i] = (line[i] + _paeth(left, above[i], above[i - size] if i >= size else 0)) & 255


def _paeth(left: int, above: int, corner: int) -> int:
    guess = left + above - corner
    distances = (abs(guess - left), abs(guess - above), abs(guess - corner))
    return (left, above, corner)[distances.index(min(distances))]
