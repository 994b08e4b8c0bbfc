"""Files kept by their content: uploaded originals and evidence, addressed by SHA-256.

A file is written beside its final place, flushed to the disk and then renamed, so it is wholly there or not at all.
The same content is stored once. A key never contains a user's file name.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

CHUNK = 1 << 20


class FileTooLarge(Exception):
    """文件超过大小上限。"""


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file in the storage: its key (the SHA-256 in hexadecimal) and its size in bytes."""

    key: str
    size: int


@dataclass(frozen=True, slots=True)
class Storage:
    """A folder of files named by their content."""

    root: Path

    def path(self, key: str) -> Path:
        """Return where ``key`` lies; raises ValueError for anything that is no key."""
        if len(key) != 64 or any(char not in "0123456789abcdef" for char in key):
            raise ValueError("not a storage key")
        return self.root / key[:2] / key

    def save(self, stream: BinaryIO, *, limit: int) -> StoredFile:
        """Store a stream of at most ``limit`` bytes; raises FileTooLarge and leaves nothing behind when it is longer."""
        digest, size = hashlib.sha256(), 0
        with self._incoming() as (target, temporary):
            for chunk in _chunks(stream):
                size += len(chunk)
                if size > limit:
                    raise FileTooLarge
                digest.update(chunk)
                target.write(chunk)
            target.flush()
            os.fsync(target.fileno())
            final = self.path(digest.hexdigest())
            final.parent.mkdir(exist_ok=True)
            temporary.replace(final)
        return StoredFile(key=digest.hexdigest(), size=size)

    @contextmanager
    def _incoming(self) -> Iterator[tuple[BinaryIO, Path]]:
        """Open a file to write on; it is deleted at the end unless it was renamed. ``older_than`` finds what a kill leaves."""
        self.root.mkdir(parents=True, exist_ok=True)
        descriptor, name = tempfile.mkstemp(prefix=".incoming-", dir=self.root)
        temporary = Path(name)
        try:
            with os.fdopen(descriptor, "wb") as target:
                yield target, temporary
        finally:
            temporary.unlink(missing_ok=True)

    def older_than(self, moment: datetime) -> Iterator[str]:
        """Yield the keys of the files last written before ``moment``; leftovers of broken uploads of that age are deleted."""
        limit = moment.timestamp()
        for leftover in self.root.glob(".incoming-*"):
            if leftover.stat().st_mtime < limit:
                leftover.unlink(missing_ok=True)
        for path in self.root.glob("??/*"):
            if path.stat().st_mtime < limit:
                yield path.name

    def remove(self, key: str, *, unless_newer_than: datetime) -> bool:
        """Delete a file, unless it was stored again meanwhile; says whether it was deleted."""
        path = self.path(key)
        if not path.is_file() or path.stat().st_mtime >= unless_newer_than.timestamp():
            return False
        path.unlink(missing_ok=True)
        shutil.rmtree(self._derived_folder(key), ignore_errors=True)
        return True

    def derived(self, key: str, name: str) -> Path:
        """Return where something made from a file lies (a picture of its page): it can be made again and is not backed up."""
        if not name.replace(".", "").replace("-", "").isalnum() or name.startswith("."):
            raise ValueError("not a derived file's name")
        return self._derived_folder(key) / name

    def keep_derived(self, key: str, name: str, data: bytes) -> Path:
        """Keep what was made from a file, wholly or not at all."""
        final = self.derived(key, name)
        final.parent.mkdir(parents=True, exist_ok=True)
        with self._incoming() as (target, temporary):
            target.write(data)
            target.flush()
            temporary.replace(final)
        return final

    def _derived_folder(self, key: str) -> Path:
        return self.root / "derived" / self.path(key).relative_to(self.root)

    def exists(self, key: str) -> bool:
        """Say whether the file is there."""
        return self.path(key).is_file()


def _chunks(stream: BinaryIO) -> Iterator[bytes]:
    while chunk := stream.read(CHUNK):
        yield chunk
