"""Photographs and scanned pictures: told from others here, read by the recogniser of ``readers.scans`` alone."""

from __future__ import annotations

from pathlib import Path

from tracker.domain.batches import clean_path
from tracker.domain.documents import Document
from tracker.readers.base import FileInfo, Limits, ScannedDocument, UnreadableDocument
from tracker.readers.photos import photo, photos_in
from tracker.readers.scans.pictures import check_picture
from tracker.readers.sniffing import IMAGES, PHOTOS


class ImageReader:
    """Declines every JPEG and PNG, and every zip of them, as a scan; raises another refusal for a broken or vast one."""

    name = "image"

    def accepts(self, info: FileInfo) -> bool:
        """Accept JPEG, PNG and zips of these only."""
        return info.media_type in IMAGES or info.media_type == PHOTOS

    def read(self, path: Path, info: FileInfo, limits: Limits) -> Document:
        """Raise ScannedDocument, or UnreadableDocument where a picture cannot be read by anything."""
        if info.media_type == PHOTOS:
            raise ScannedDocument(_check_photos(path, limits))
        with path.open("rb") as file:
            check_picture(file.read(1 << 20))
        raise ScannedDocument(1)


def _check_photos(path: Path, limits: Limits) -> int:
    """Return how many photographs a zip holds; raise UnreadableDocument that names one which cannot be read."""
    members = photos_in(path, limits)
    for number, member in enumerate(members, start=1):
        try:
            check_picture(photo(path, member, limits, cut=True))
        except UnreadableDocument as error:
            raise UnreadableDocument(error.code, f"第 {number} 张（{clean_path(member)}）：{error.message}") from error
    return len(members)
