"""The recogniser of the ``ocr`` extra: pages of a PDF or a photograph in, lines with their boxes out.

Runs in the worker only. The models come with the package and nothing is fetched.
"""

from __future__ import annotations

import base64
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from tracker.domain.formats import Json
from tracker.domain.page_map import Box, Page, pages_to_json
from tracker.readers.base import DEFAULT_LIMITS, UnreadableDocument
from tracker.readers.ofd import ofd_picture, ofd_pictures
from tracker.readers.photos import photo, photos_in
from tracker.readers.scans import imaging
from tracker.readers.scans.lines import Seen, to_line
from tracker.readers.scans.pictures import NOT_A_PICTURE, check_picture, page_count, render_page
from tracker.readers.scans.source import is_pdf, is_zip

DPI = 200
_SURE_OF_TURN = 0.9
_SMALL = 800  # pixels: enough to see which way the lines run
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
        self._members: dict[Path, list[str]] = {}
        self._photos: list[str] = []

    def count(self, path: str) -> int:
        """Return how many pictures there are: the pages of a PDF, those of an OFD that hold one, photographs, or one."""
        file = Path(path)
        if is_pdf(file):
            return page_count(file)
        return len(self._pictures_of(file)) if is_zip(file) else 1

    def read(self, path: str, index: int) -> Json:
        """Read one picture: its pages (two of a spread) and a JPEG of each in base64."""
        pages, pictures = [], []
        for shown, read in imaging.straight_pages(self._upright(self._picture(Path(path), index))):
            page, jpeg = self._page(shown, read)
            pages.append(page)
            pictures.append(base64.b64encode(jpeg).decode())
        return {"pages": pages_to_json(pages), "pictures": pictures}

    def draw(self, path: str, index: int) -> list[str]:
        """Return the pages of one picture as they are shown, JPEGs in base64, without keeping what they say."""
        return list(self.read(path, index)["pictures"])

    def _picture(self, path: Path, index: int) -> imaging.Pixels:
        if is_pdf(path):
            return render_page(path, index, DPI, longest=imaging.LONGEST * 2)
        data = self._member(path, self._pictures_of(path)[index]) if is_zip(path) else path.read_bytes()
        check_picture(data)
        picture = imaging.from_bytes(data)
        if picture is None:
            raise UnreadableDocument("damaged", NOT_A_PICTURE)
        return picture

    def _pictures_of(self, path: Path) -> list[str]:
        if path not in self._members:
            self._photos = photos_in(path, DEFAULT_LIMITS)
            self._members[path] = self._photos or ofd_pictures(path, DEFAULT_LIMITS)
        return self._members[path]

    def _member(self, path: Path, member: str) -> bytes:
        take_out = photo if member in self._photos else ofd_picture
        return take_out(path, member, DEFAULT_LIMITS)

    def _upright(self, picture: imaging.Pixels) -> imaging.Pixels:
        """Turn a picture that lies on its side: most of the stretches of text in it are higher than wide."""
        small = imaging.smaller(picture, _SMALL)
        found = self._loaded()(small, use_det=True, use_cls=False, use_rec=False)
        boxes = [_box(corners) for corners in (found.boxes if found.boxes is not None else ())]
        long = [box for box in boxes if max(_sides(box)) > 3 * min(_sides(box))]
        upright = sum(height > width for width, height in map(_sides, long))
        return imaging.quarter_turned(picture) if len(long) > 2 and upright * 2 > len(long) else picture

    def _loaded(self) -> Any:
        if self._recogniser is None:
            self._recogniser = _recogniser()
        return self._recogniser

    def _page(self, shown: imaging.Pixels, read: imaging.Pixels) -> tuple[Page, bytes]:
        seen, on_its_head = self._recognise(read)
        height, width = shown.shape[:2]
        if on_its_head:  # the recogniser turned each line by itself: only the places are still those of the picture
            shown = imaging.turned_over(shown)
            seen = [replace(one, box=_over(one.box, width, height)) for one in seen]
        jpeg, scale = imaging.to_jpeg(shown)
        scaled = [replace(one, box=_scaled(one.box, scale)) for one in seen]
        lines = tuple(line for line in map(to_line, scaled) if any(map(str.isalnum, line.text)))
        return Page(0, round(width * scale), round(height * scale), lines), jpeg

    def _recognise(self, page: imaging.Pixels) -> tuple[list[Seen], bool]:
        """Return what stands on a page, and whether most of its lines stand on their heads."""
        recogniser = self._loaded()
        found = recogniser(
            page, use_det=True, use_cls=True, use_rec=True, return_word_box=True, return_single_char_box=True
        )
        if found.txts is None or found.boxes is None:
            return [], False
        words = found.word_results if len(found.word_results) == len(found.txts) else [()] * len(found.txts)
        seen = [_seen(*one) for one in zip(found.txts, found.scores, found.boxes, words, strict=True)]
        return seen, bool(recogniser.over)


def _recogniser() -> Any:
    """Load the recogniser; it asks all lines of a page together whether they stand on their heads, and says so.

    Asked alone, one line in some hundreds is turned over wrongly and lost.
    """
    from rapidocr import RapidOCR

    class Noting(RapidOCR):  # type: ignore[misc]
        over = False

        def cls_and_rotate(self, img: Any) -> Any:
            _, result = super().cls_and_rotate(list(img))
            labels = [label for label, score in result.cls_res or () if score > _SURE_OF_TURN]
            self.over = labels.count("180") * 2 > len(img)
            result.img_list = [imaging.turned_over(part) for part in img] if self.over else list(img)
            return result.img_list, result

    return Noting(params=_SETTINGS)


def _over(box: Box, width: int, height: int) -> Box:
    return (width - box[2], height - box[3], width - box[0], height - box[1])


def _scaled(box: Box, scale: float) -> Box:
    return (round(box[0] * scale), round(box[1] * scale), round(box[2] * scale), round(box[3] * scale))


def open_engine() -> Engine:
    """Return the recogniser."""
    return Engine()


def _seen(text: str, score: float, corners: Any, words: Any) -> Seen:
    """Give each character its own score where the recogniser tells it, else the line's."""
    by_char = [(char, float(sure)) for word, sure, _ in words for char in word]
    if "".join(char for char, _ in by_char) != text:
        by_char = [(char, float(score)) for char in text]
    return Seen(text, tuple(sure for _, sure in by_char), _box(corners))


def _box(corners: Any) -> Box:
    x, y = np.asarray(corners)[:, 0], np.asarray(corners)[:, 1]
    return (int(x.min()), int(y.min()), int(np.ceil(x.max())), int(np.ceil(y.max())))


def _sides(box: Box) -> tuple[int, int]:
    return max(box[2] - box[0], 1), max(box[3] - box[1], 1)
