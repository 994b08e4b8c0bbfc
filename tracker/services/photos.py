"""Photographs sent as one report are kept as one file: a zip of their bytes as they came, the same for the same photographs."""

from __future__ import annotations

import shutil
import tempfile
import zipfile
from collections.abc import Iterable
from pathlib import PurePosixPath
from typing import BinaryIO, cast

from tracker.domain.batches import clean_path
from tracker.storage import FileTooLarge, Storage, StoredFile

_IN_MEMORY = 8 << 20
_ANY_DAY = (1980, 1, 1, 0, 0, 0)
_PLAIN_FILE = 0o100644 << 16
_UNIX = 3


def keep_together(storage: Storage, photos: Iterable[tuple[str, BinaryIO]], *, limit: int) -> StoredFile:
    """Store photographs (name and bytes) as one zip, not packed. Raises FileTooLarge beyond ``limit``."""
    with tempfile.SpooledTemporaryFile(_IN_MEMORY) as made:
        taken: set[str] = set()
        with zipfile.ZipFile(made, "w", zipfile.ZIP_STORED) as archive:
            for number, (name, stream) in enumerate(photos, start=1):
                info = zipfile.ZipInfo(_free_name(name, number, taken), _ANY_DAY)
                info.external_attr, info.create_system = _PLAIN_FILE, _UNIX
                with archive.open(info, "w") as member:
                    shutil.copyfileobj(stream, member)
                if made.tell() > limit:
                    raise FileTooLarge
        made.seek(0)
        return storage.save(cast(BinaryIO, made), limit=limit)


def _free_name(name: str, number: int, taken: set[str]) -> str:
    """Return a photograph's own name, with its place before it where another is called the same."""
    bare = clean_path(PurePosixPath(name.replace("\\", "/")).name)
    free = bare if bare.lower() not in taken else f"{number}-{bare}"
    taken.add(free.lower())
    return free
