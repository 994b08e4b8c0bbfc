"""Photographs of one report's pages in one zip: their order, and the bytes of each."""

from __future__ import annotations

from pathlib import Path

from tracker.domain.batches import is_junk
from tracker.domain.photos import is_photo, page_order
from tracker.readers.base import MEGABYTE, Limits, UnreadableDocument
from tracker.readers.container import Container

MOST_PHOTO_BYTES = 30 * MEGABYTE
_DAMAGED = "照片无法打开，可能已损坏。请重新拍照或扫描后上传。"


def only_photos(names: list[str]) -> list[str]:
    """Return the pictures among a zip's members, in the order of pages; none where it holds anything else."""
    files = [name for name in names if not name.endswith(("/", "\\")) and not is_junk(name)]
    return sorted(files, key=page_order) if all(map(is_photo, files)) else []


def photos_in(path: Path, limits: Limits) -> list[str]:
    """Return the members of a zip of photographs, in the order of pages. Raises UnreadableDocument."""
    with Container(path, limits) as container:
        return only_photos(container.names)


def photo(path: Path, member: str, limits: Limits, *, cut: bool = False) -> bytes:
    """Return the bytes of a photograph, with ``cut`` only its beginning. Raises UnreadableDocument."""
    with Container(path, limits) as container:
        data = container.read(member, MEGABYTE if cut else MOST_PHOTO_BYTES, cut=cut)
    if data is None:
        raise UnreadableDocument("damaged", _DAMAGED)
    return data
