"""Draw reports as scanners and telephones deliver them: pages of type with skew, noise, seals, shadows and spreads.

Needs the `ocr` extra (Pillow, numpy, OpenCV) and a Chinese font of the system. The layout is that of an official
document: 28 characters a line, 22 lines a page, two characters' indent.

    python -m tools.draw_scans TEXT.txt OUT.pdf skew+noise 150      ends with 3 where there is no font
"""

from __future__ import annotations

import random
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

Pixels = Any
FONTS = (
    "/usr/share/fonts/opentype/noto/NotoSerifCJK-Regular.ttc",
    "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/truetype/arphic/uming.ttc",
)
SIMPLIFIED = 2  # the face within Noto's collections
COLUMNS, ROWS = 28, 22
NOT_FIRST = "，。；：、！？）》”’％"
RED = (214, 36, 32)


def find_font() -> str | None:
    """Return the first Chinese font that is installed."""
    return next((path for path in FONTS if Path(path).is_file()), None)


def typeset(text: str, width_of: Callable[[str], float] = lambda _: 1.0, columns: int = COLUMNS) -> Iterator[str]:
    """Break paragraphs into full lines; the first two lines of a report stand in the middle as its title."""
    for number, paragraph in enumerate(text.split("\n")):
        if number < 2:
            yield paragraph.center(columns, "　").rstrip("　")
            continue
        line, filled = "　　", 2.0
        for char in paragraph:
            if filled + width_of(char) > columns + 0.01 and char not in NOT_FIRST:  # such a mark hangs over the edge
                yield line
                line, filled = "", 0.0
            line, filled = line + char, filled + width_of(char)
        yield line


def draw_pages(text: str, dpi: int, font: str | None = None) -> list[Pixels]:
    """Return the pages of a report in colour (BGR), with page numbers and the seal over the last line."""
    face = _face(dpi, font or find_font() or "")
    lines = list(typeset(text, lambda char: face.getlength(char) / face.size))
    sheets = [lines[at : at + ROWS] for at in range(0, len(lines), ROWS)]
    pages = [_draw(sheet, number, dpi, face) for number, sheet in enumerate(sheets, start=1)]
    rows = len(sheets[-1])
    pages[-1] = seal(pages[-1], dpi, (0.68, (37 + 10.2 * max(rows - 1.5, 1)) / 297))
    return pages


def _face(dpi: int, font: str) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(font, round(16 / 72 * dpi), index=SIMPLIFIED if font.endswith(".ttc") else 0)


def _draw(lines: list[str], number: int, dpi: int, face: ImageFont.FreeTypeFont) -> Pixels:
    width, height = round(210 / 25.4 * dpi), round(297 / 25.4 * dpi)
    page = Image.new("RGB", (width, height), "white")
    pen = ImageDraw.Draw(page)
    left, top, pitch, cell = 28 / 25.4 * dpi, 37 / 25.4 * dpi, 28.95 / 72 * dpi, 156 / 25.4 * dpi / COLUMNS
    for row, line in enumerate(lines):
        x = left
        for char in line:
            pen.text((x, top + row * pitch), char, fill=(20, 20, 20), font=face)
            x += face.getlength(char) / face.size * cell
    pen.text((width / 2, height - 30 / 25.4 * dpi), f"— {number} —", fill=(20, 20, 20), font=face, anchor="mm")
    return cv2.cvtColor(np.array(page), cv2.COLOR_RGB2BGR)


def seal(page: Pixels, dpi: int, at: tuple[float, float]) -> Pixels:
    """Print a round red seal over what stands there, as ink does: the black below still shows."""
    height, width = page.shape[:2]
    radius = round(21 / 25.4 * dpi)
    layer = Image.new("L", (width, height), 0)
    pen = ImageDraw.Draw(layer)
    x, y = at[0] * width, at[1] * height
    pen.ellipse((x - radius, y - radius, x + radius, y + radius), outline=255, width=max(2, round(1.2 / 25.4 * dpi)))
    points = []
    for corner in range(10):
        reach = radius * (0.34 if corner % 2 == 0 else 0.14)
        angle = np.pi * (corner / 5 - 0.5)
        points.append((x + reach * np.cos(angle), y + reach * np.sin(angle)))
    pen.polygon(points, fill=255)
    ink = np.array(layer)[..., None] / 255 * 0.85
    red = np.array(RED[::-1], dtype=float) / 255
    return (page * (1 - ink + ink * red)).astype(np.uint8)


def skewed(page: Pixels, degrees: float) -> Pixels:
    """Lay the page a little askew."""
    height, width = page.shape[:2]
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1.0)
    return cv2.warpAffine(page, turn, (width, height), flags=cv2.INTER_CUBIC, borderValue=(250, 250, 250))


def noisy(page: Pixels, chance: random.Random) -> Pixels:
    """Grey paper, grain, specks and a soft lens."""
    rng = np.random.default_rng(chance.randrange(1 << 30))
    grey = cv2.GaussianBlur(page, (3, 3), 0.7).astype(float) * 0.92 + 8
    grey += rng.normal(0, 9, page.shape[:2])[..., None]
    specks = rng.random(page.shape[:2])
    grey[specks < 0.0012] = 40
    grey[specks > 0.9988] = 255
    return np.clip(grey, 0, 255).astype(np.uint8)


def photographed(page: Pixels, chance: random.Random) -> Pixels:
    """A telephone's picture: a shadow across, a slight slant, edges that do not run parallel."""
    height, width = page.shape[:2]
    slide = 0.012 * width
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], dtype=np.float32)
    moved = corners + np.array([[chance.uniform(0, slide) for _ in range(2)] for _ in range(4)], dtype=np.float32)
    bent = cv2.warpPerspective(
        page, cv2.getPerspectiveTransform(corners, moved), (width, height), borderValue=(90, 95, 100)
    )
    shade = np.linspace(0.55, 1.0, width)[None, :, None] * np.linspace(1.0, 0.8, height)[:, None, None]
    return np.clip(cv2.GaussianBlur(bent, (3, 3), 0.6) * shade, 0, 255).astype(np.uint8)


def spread(left: Pixels, right: Pixels) -> Pixels:
    """Two pages side by side with the shadow of the fold."""
    both = np.hstack([left, right]).astype(float)
    middle, reach = left.shape[1], left.shape[1] * 0.04
    fall = 1 - 0.45 * np.exp(-(((np.arange(both.shape[1]) - middle) / reach) ** 2))
    return np.clip(both * fall[None, :, None], 0, 255).astype(np.uint8)


def jpeg(page: Pixels, quality: int = 70) -> bytes:
    """Return the page as a JPEG file."""
    return bytes(cv2.imencode(".jpg", page, [cv2.IMWRITE_JPEG_QUALITY, quality])[1].tobytes())


def scan_pdf(pages: list[Pixels], dpi: int, quality: int = 70) -> bytes:
    """Return a PDF of page pictures and nothing else, as a scanner writes it."""
    objects: list[bytes] = [b"", b""]
    kids = []
    for page in pages:
        height, width = page.shape[:2]
        w, h = width / dpi * 72, height / dpi * 72
        data, draw = jpeg(page, quality), f"q {w:.2f} 0 0 {h:.2f} 0 0 cm /P Do Q".encode()
        picture = f"/Type/XObject/Subtype/Image/Width {width}/Height {height}/ColorSpace/DeviceRGB/BitsPerComponent 8/Filter/DCTDecode"
        objects.append(f"<<{picture}/Length {len(data)}>>stream\n".encode() + data + b"\nendstream")
        objects.append(f"<</Length {len(draw)}>>stream\n".encode() + draw + b"\nendstream")
        at = len(objects)
        resources = f"/Resources<</XObject<</P {at - 1} 0 R>>>>"
        objects.append(
            f"<</Type/Page/Parent 2 0 R/MediaBox[0 0 {w:.2f} {h:.2f}]{resources}/Contents {at} 0 R>>".encode()
        )
        kids.append(f"{at + 1} 0 R")
    objects[0] = b"<</Type/Catalog/Pages 2 0 R>>"
    objects[1] = f"<</Type/Pages/Count {len(kids)}/Kids[{' '.join(kids)}]>>".encode()
    return _assemble(objects)


def _assemble(objects: list[bytes]) -> bytes:
    out, places = bytearray(b"%PDF-1.4\n"), []
    for number, body in enumerate(objects, start=1):
        places.append(len(out))
        out += f"{number} 0 obj".encode() + body + b"\nendobj\n"
    table = len(out)
    out += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n".encode()
    out += b"".join(f"{place:010d} 00000 n \n".encode() for place in places)
    out += f"trailer<</Size {len(objects) + 1}/Root 1 0 R>>\nstartxref\n{table}\n%%EOF".encode()
    return bytes(out)


Fault = Callable[[list[Pixels], random.Random], list[Pixels]]
FAULTS: dict[str, Fault] = {
    "clean": lambda pages, _: pages,
    "skew": lambda pages, chance: [skewed(page, chance.uniform(-3, 3)) for page in pages],
    "noise": lambda pages, chance: [noisy(page, chance) for page in pages],
    "skew+noise": lambda pages, chance: [noisy(skewed(page, chance.uniform(-2, 2)), chance) for page in pages],
    "photo": lambda pages, chance: [photographed(page, chance) for page in pages],
    "spread": lambda pages, _: [
        spread(pages[at], pages[at + 1]) if at + 1 < len(pages) else pages[at] for at in range(0, len(pages), 2)
    ],
}
"""What may have happened to the pages on their way, by name."""


def main(arguments: list[str]) -> int:
    """Draw one report."""
    text, out, fault, dpi = arguments
    if find_font() is None:
        return 3
    pages = draw_pages(Path(text).read_text(encoding="utf-8"), int(dpi))
    Path(out).write_bytes(scan_pdf(FAULTS[fault](pages, random.Random(2026)), int(dpi)))  # noqa: S311
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
