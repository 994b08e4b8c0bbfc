"""Pictures of pages put right before they are read: seals taken out, shadows evened, spreads parted, pages set straight.

Runs in the worker only; OpenCV and numpy come with the ``ocr`` extra.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import cv2
import numpy as np

Pixels = Any
"""A picture as OpenCV keeps it: rows of blue, green, red."""

LONGEST = 2400  # more than this brings nothing but time
SHORTEST = 1400  # smaller pages are enlarged: their characters would be too small
PICTURE_WIDTH = 1100
PICTURE_QUALITY = 60
_STEEPEST = 8.0  # degrees
_SMALL = 700  # the angle is looked for in a picture this wide


def from_bytes(data: bytes) -> Pixels | None:
    """Return the picture of a JPEG or PNG file, upright as its camera says; None where it cannot be opened."""
    return cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)


def straight_pages(picture: Pixels) -> Iterator[tuple[Pixels, Pixels]]:
    """Yield the pages of a picture, each as it is to be shown and as it is to be read."""
    for page in split_spread(resized(picture)):
        even = evened(without_seal(page))
        angle = skew_of(even)
        yield rotated(page, angle), rotated(even, angle)


def quarter_turned(page: Pixels) -> Pixels:
    """Turn a page that lies on its side by a quarter; which end is up is known only when it is read."""
    return cv2.rotate(page, cv2.ROTATE_90_CLOCKWISE)


def smaller(page: Pixels, longest: int) -> Pixels:
    """Return a page of at most ``longest`` pixels on a side."""
    scale = longest / max(page.shape[:2])
    return page if scale >= 1 else cv2.resize(page, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)


def turned_over(page: Pixels) -> Pixels:
    """Turn a page that stands on its head."""
    return cv2.rotate(page, cv2.ROTATE_180)


def resized(picture: Pixels) -> Pixels:
    """Bring a picture to a size at which characters are read well."""
    height, width = picture.shape[:2]
    spread = width > height * 1.2
    longest, shortest = (LONGEST * 1.5, SHORTEST * 1.3) if spread else (LONGEST, SHORTEST)
    longer = max(height, width)
    scale = longest / longer if longer > longest else shortest / longer if longer < shortest else 1.0
    if scale == 1.0:
        return picture
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    return cv2.resize(picture, None, fx=scale, fy=scale, interpolation=how)


def without_seal(page: Pixels) -> Pixels:
    """Return the page with round red seals bleached; red letters of a letterhead stay."""
    blue, green, red = (page[:, :, channel].astype(np.int16) for channel in range(3))
    mask = ((red - np.maximum(blue, green)) > 35).astype(np.uint8)
    if not mask.any():
        return page
    width = mask.shape[1]
    reach = max(width // 120, 3)
    joined = cv2.morphologyEx(mask, cv2.MORPH_CLOSE, np.ones((reach, reach), np.uint8))
    count, _, stats, _ = cv2.connectedComponentsWithStats(joined)
    bleached = page.copy()
    for label in range(1, count):
        x, y, wide, high, area = stats[label]
        is_seal = wide > width * 0.08 and 0.6 < wide / max(high, 1) < 1.7 and area > wide * high * 0.05
        if not is_seal:
            continue
        part = bleached[y : y + high, x : x + wide]
        ink = cv2.dilate(mask[y : y + high, x : x + wide], np.ones((3, 3), np.uint8)).astype(bool)
        light = part[:, :, 2]  # red ink is as bright as paper in the red channel, black type is not
        part[ink] = np.repeat(light[ink][:, None], 3, axis=1)
    return bleached


def evened(page: Pixels) -> Pixels:
    """Return the page in grey with an even background: shadows go, faint paper becomes white, specks are smoothed."""
    grey = cv2.cvtColor(page, cv2.COLOR_BGR2GRAY)
    small = cv2.resize(grey, None, fx=0.25, fy=0.25, interpolation=cv2.INTER_AREA)
    paper = cv2.medianBlur(cv2.dilate(small, np.ones((9, 9), np.uint8)), 31)
    paper = cv2.resize(paper, (grey.shape[1], grey.shape[0]))
    even = cv2.divide(grey, np.maximum(paper, 1), scale=250)
    if _speckled(even):
        even = cv2.medianBlur(even, 3)
    return cv2.cvtColor(even, cv2.COLOR_GRAY2BGR)


def _speckled(grey: Pixels) -> bool:
    """Say whether single dark points are strewn over the paper."""
    dark = (grey < 110).astype(np.uint8)
    count, _, stats, _ = cv2.connectedComponentsWithStats(dark)
    if count < 2:
        return False
    tiny = int((stats[1:, cv2.CC_STAT_AREA] <= 2).sum())
    return tiny > int(grey.size) * 0.0002


def _ink(page: Pixels) -> Pixels:
    grey = cv2.cvtColor(page, cv2.COLOR_BGR2GRAY) if page.ndim == 3 else page
    scale = min(1.0, _SMALL / grey.shape[1])
    small = cv2.resize(grey, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    return cv2.threshold(small, 0, 1, cv2.THRESH_BINARY_INV | cv2.THRESH_OTSU)[1].astype(np.float32)


def skew_of(page: Pixels) -> float:
    """Return by how many degrees the page must be turned for its lines to lie level."""
    ink = _ink(page)
    if ink.mean() < 0.001:
        return 0.0
    coarse = max(np.arange(-_STEEPEST, _STEEPEST + 0.1, 0.5), key=lambda angle: _levelness(ink, float(angle)))
    fine = max(np.arange(coarse - 0.5, coarse + 0.55, 0.1), key=lambda angle: _levelness(ink, float(angle)))
    return float(fine) if abs(fine) >= 0.2 else 0.0


def _levelness(ink: Pixels, angle: float) -> float:
    height, width = ink.shape
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), angle, 1.0)
    rows = cv2.warpAffine(ink, turn, (width, height), flags=cv2.INTER_NEAREST)[:, width // 10 : -width // 10].sum(
        axis=1
    )
    return float(np.square(np.diff(rows)).sum())


def rotated(page: Pixels, angle: float) -> Pixels:
    """Turn a page about its middle; what comes in at the corners is white."""
    if angle == 0.0:
        return page
    height, width = page.shape[:2]
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), angle, 1.0)
    return cv2.warpAffine(page, turn, (width, height), flags=cv2.INTER_CUBIC, borderValue=(255, 255, 255))


def split_spread(picture: Pixels) -> list[Pixels]:
    """Part two pages that lie side by side: a picture wider than high whose middle holds a strip without type."""
    height, width = picture.shape[:2]
    if width < height * 1.2:
        return [picture]
    ink = _ink(evened(picture))
    columns = ink[ink.shape[0] // 20 : -ink.shape[0] // 20].sum(axis=0)
    wide = len(columns)
    strip = max(wide // 40, 1)
    sums = np.convolve(columns, np.ones(strip), mode="valid")
    low, high = int(wide * 0.42), int(wide * 0.58) - strip
    at = low + int(np.argmin(sums[low:high]))
    typed = np.percentile(sums, 75)
    if typed <= 0 or sums[at] > typed * 0.06:
        return [picture]
    cut = round((at + strip / 2) / wide * width)
    return [picture[:, :cut], picture[:, cut:]]


def to_jpeg(page: Pixels) -> tuple[bytes, float]:
    """Return a page as a picture to be shown, and its scale against the page."""
    scale = min(1.0, PICTURE_WIDTH / page.shape[1])
    shown = cv2.resize(page, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA) if scale < 1 else page
    return cv2.imencode(".jpg", shown, [cv2.IMWRITE_JPEG_QUALITY, PICTURE_QUALITY])[1].tobytes(), scale
