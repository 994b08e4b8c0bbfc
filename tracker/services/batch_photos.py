"""Photographs in a zip that are one report are taken out together and go on as one file."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from tracker.domain.photos import bundle_name, reports_of_photos
from tracker.readers.archives import Member
from tracker.readers.base import UnreadableDocument
from tracker.services.photos import keep_together
from tracker.storage import FileTooLarge, Storage, StoredFile

TakeOut = Callable[[Path, int], bytes]


@dataclass(frozen=True, slots=True)
class Photos:
    """Photographs of one report, stored as one file; ``path`` is what they are called together."""

    path: str
    stored: StoredFile


def with_photos_together(
    storage: Storage, archive: Path, members: Sequence[Member], take_out: TakeOut, *, limit: int
) -> list[Member | Photos]:
    """Return the members of a zip with the photographs of each report as one, where its first stood.

    Photographs that cannot be taken out, or are too large together, stay files of their own, each with its own refusal.
    """
    entries: dict[int, Member | Photos] = dict(enumerate(members))
    sound = [place for place, member in enumerate(members) if not member.refusal]
    for group in reports_of_photos([members[place].path for place in sound]):
        together = [members[sound[place]] for place in group]
        try:
            stored = keep_together(storage, _bytes(archive, together, take_out), limit=limit)
        except (UnreadableDocument, FileTooLarge):
            continue
        places = sorted(sound[place] for place in group)
        entries[places[0]] = Photos(bundle_name([member.path for member in together]), stored)
        for place in places[1:]:
            del entries[place]
    return list(entries.values())


def _bytes(archive: Path, members: Sequence[Member], take_out: TakeOut) -> Iterator[tuple[str, BinaryIO]]:
    for member in members:
        yield member.path, io.BytesIO(take_out(archive, member.number))
