"""The recogniser of the ``ocr`` extra: pages of a PDF or a photograph in, lines with their boxes out.

Runs in the worker only. The models come with the package and nothing is fetched.
"""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

import numpy as np

from tracker.domain.formats import Json
from tracker.domain.page_map import Page, pages_to_json
from tracker.readers.base import UnreadableDocument
from tracker.readers.scans import imaging
from tracker.readers.scans.lines import Seen, to_line
from tracker.readers.scans.pictures import NOT_A_PICTURE, check_picture, page_count, render_page
from tracker.readers.scans.source import is_pdf

DPI = 200
_SETTINGS: dict[str, Any] = {
    "Global.log_level": "critical",
    "Global.text_score": 0.0,  # what is doubtful is shown as doubtful, never dropped
    "Global.max_side_len": 2400,
    "Det.limit_type": "max",
    "Det.limit_side_len": 1280,
}


class Engine:
    """Reads pages one by one; the models are loaded with the first."""

    def __init__(self) -> None:
        self._recogniser: Any = None

    def count(self, path: str) -> int:
        """Return how many pictures there are: the pages of a PDF, or one."""
        return page_count(Path(path)) if is_pdf(Path(path)) else 1

    def read(self, path: str, index: int) -> Json:
        """Read one picture: its pages (two of a spread) and a JPEG of each in base64."""
        pages, pictures = [], []
        for shown, read in imaging.straight_pages(_picture(Path(path), index)):
            page, jpeg = self._page(shown, read)
            pages.append(page)
            pictures.append(base64.b64encode(jpeg).decode())
        return {"pages": pages_to_json(pages), "pictures": pictures}

    def draw(self, path: str, index: int) -> list[str]:
        """Return the pages of one picture as they are shown, JPEGs in base64, without reading them."""
        shown = [page for page, _ in imaging.straight_pages(_picture(Path(path), index))]
        return [base64.b64encode(imaging.to_jpeg(page)[0]).decode() for page in shown]

    def _page(self, shown: imaging.Pixels, read: imaging.Pixels) -> tuple[Page, bytes]:
        seen = self._recognise(read)
        if _lies_on_its_side(seen):
            shown, read = imaging.quarter_turned(shown), imaging.quarter_turned(read)
            seen = self._recognise(read)
        jpeg, scale = imaging.to_jpeg(shown)
        height, width = shown.shape[:2]
        scaled = [
            Seen(one.text, one.scores, (round(x0 * scale), round(y0 * scale), round(x1 * scale), round(y1 * scale)))
            for one in seen
            for x0, y0, x1, y1 in [one.box]
        ]
        lines = tuple(line for line in map(to_line, scaled) if line.text)
        return Page(0, round(width * scale), round(height * scale), lines), jpeg

    def _recognise(self, page: imaging.Pixels) -> list[Seen]:
        if self._recogniser is None:
            from rapidocr import RapidOCR

            self._recogniser = RapidOCR(params=_SETTINGS)
        found = self._recogniser(page, return_word_box=True, return_single_char_box=True)
        if found.txts is None or found.boxes is None:
            return []
        words = found.word_results if len(found.word_results) == len(found.txts) else [()] * len(found.txts)
        return [_seen(*one) for one in zip(found.txts, found.scores, found.boxes, words, strict=True)]


def open_engine() -> Engine:
    """Return the recogniser."""
    return Engine()


def _picture(path: Path, index: int) -> imaging.Pixels:
    if is_pdf(path):
        return render_page(path, index, DPI, longest=imaging.LONGEST * 2)
    check_picture(path)
    picture = imaging.from_bytes(path.read_bytes())
    if picture is None:
        raise UnreadableDocument("damaged", NOT_A_PICTURE)
    return picture


def _seen(text: str, score: float, corners: Any, words: Any) -> Seen:
    """Give each character its own score where the recogniser tells it, else the line's."""
    x, y = np.asarray(corners)[:, 0], np.asarray(corners)[:, 1]
    box = (int(x.min()), int(y.min()), int(np.ceil(x.max())), int(np.ceil(y.max())))
    by_char = [(char, float(sure)) for word, sure, _ in words for char in word]
    if "".join(char for char, _ in by_char) != text:
        by_char = [(char, float(score)) for char in text]
    return Seen(text, tuple(sure for _, sure in by_char), box)


def _lies_on_its_side(seen: list[Seen]) -> bool:
    """Say whether most stretches of text are higher than wide."""
    long = [one.box for one in seen if len(one.text) > 3]
    upright = sum((box[3] - box[1]) > 1.5 * (box[2] - box[0]) for box in long)
    return len(long) > 2 and upright * 2 > len(long)
