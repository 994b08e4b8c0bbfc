"""Photographs and scanned pictures: told from others here, read by the recogniser of ``readers.scans`` alone."""

from __future__ import annotations

from pathlib import Path

from tracker.domain.documents import Document
from tracker.readers.base import FileInfo, Limits, ScannedDocument
from tracker.readers.scans.pictures import check_picture
from tracker.readers.sniffing import IMAGES


class ImageReader:
    """Declines every JPEG and PNG as a scan; raises another refusal for a broken or vast one."""

    name = "image"

    def accepts(self, info: FileInfo) -> bool:
        """Accept JPEG and PNG only."""
        return info.media_type in IMAGES

    def read(self, path: Path, info: FileInfo, limits: Limits) -> Document:
        """Raise ScannedDocument, or UnreadableDocument where the picture cannot be read by anything."""
        with path.open("rb") as file:
            check_picture(file.read(1 << 20))
        raise ScannedDocument(1)
