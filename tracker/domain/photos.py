"""Photographs of a report's pages: which belong together, in which order, and what they are called together."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Sequence
from pathlib import PurePosixPath

from tracker.language.numerals import parse_number

PHOTO_SUFFIXES = frozenset({".jpg", ".jpeg", ".png"})
MOST_DIGITS = 15  # a longer run is a moment or an identifier: compared as it stands
_CHINESE = "[一二三四五六七八九十百]+"
_NUMBER = re.compile(rf"\d+|(?<=第){_CHINESE}|{_CHINESE}(?=[页张.)]|$)")
_BUNDLE = re.compile(r"（\d+ 张照片）\.zip$")
_LONGEST_STEM = 100

PageOrder = tuple[tuple[int, int, str], ...]


def is_photo(path: str) -> bool:
    """Say by the name whether a file is a picture that may be a page."""
    return PurePosixPath(path.replace("\\", "/")).suffix.lower() in PHOTO_SUFFIXES


def page_order(name: str) -> PageOrder:
    """Return what names of pages are sorted by: numbers in them, Arabic or Chinese, count as numbers (2 before 10).

    >>> sorted(["第十页", "第2页", "第一页", "第11页"], key=page_order)
    ['第一页', '第2页', '第十页', '第11页']
    """
    folded = _folded(name)
    parts: list[tuple[int, int, str]] = []
    at = 0
    for found in _NUMBER.finditer(folded):
        parts += [(1, 0, folded[at : found.start()])] if found.start() > at else []
        value = parse_number(found.group()) if len(found.group()) <= MOST_DIGITS else None
        parts.append((0, int(value), "") if value is not None else (1, 0, found.group()))
        at = found.end()
    return (*parts, (1, 0, folded[at:]), (2, 0, name))


def reports_of_photos(paths: Sequence[str]) -> list[list[int]]:
    """Return which of the files of a folder or a zip are photographs of one report: their places, in the order of pages.

    All photographs in a sub-folder are one report; where all lie side by side, those whose names differ by a number only.
    A photograph that stands alone is none of these.
    """
    root = _common_folder(paths)
    groups: dict[tuple[str, str], list[int]] = defaultdict(list)
    for place, path in enumerate(paths):
        if is_photo(path):
            folder, _, name = path.rpartition("/")
            groups[folder, "" if folder != root else _NUMBER.sub("#", _folded(name))].append(place)
    found = [sorted(places, key=lambda place: page_order(paths[place])) for places in groups.values()]
    return [places for places in found if len(places) > 1]


def _folded(name: str) -> str:
    return unicodedata.normalize("NFKC", name).lower()


def _common_folder(paths: Sequence[str]) -> str:
    folders = [path.rpartition("/")[0].split("/") for path in paths]
    shared: list[str] = []
    for parts in zip(*folders, strict=False):
        if len(set(parts)) > 1:
            break
        shared.append(parts[0])
    return "/".join(shared)


def bundle_name(paths: Sequence[str]) -> str:
    """Return what photographs of one report are called together: by their folder, else by the first.

    >>> bundle_name(["柳湾镇/1.jpg", "柳湾镇/2.jpg"]), bundle_name(["柳湾镇1.jpg", "柳湾镇2.jpg"])
    ('柳湾镇/柳湾镇（2 张照片）.zip', '柳湾镇1（2 张照片）.zip')
    """
    folder, _, first = paths[0].rpartition("/")
    stem = folder.rpartition("/")[2] or PurePosixPath(first).stem
    name = f"{stem[:_LONGEST_STEM]}（{len(paths)} 张照片）.zip"
    return f"{folder}/{name}" if folder else name


def is_bundle(path: str) -> bool:
    """Say by the name whether a zip is photographs of one report that were put together here."""
    return _BUNDLE.search(path) is not None
