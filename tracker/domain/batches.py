"""Several files at once: what becomes of each file of a batch, and the names a person never meant to send."""

from __future__ import annotations

from enum import StrEnum
from pathlib import PurePosixPath

ARCHIVE = ".zip"
OTHER_ARCHIVES = frozenset({".rar", ".7z", ".tar", ".gz", ".tgz", ".bz2", ".xz"})
_JUNK_NAMES = frozenset({"thumbs.db", "desktop.ini", ".ds_store"})
_JUNK_FOLDERS = frozenset({"__macosx"})
_JUNK_STARTS = ("~$", ".~", "._")
LONGEST_PATH = 400


class FileState(StrEnum):
    """How a file of a batch stands, as the page tells it."""

    WAITING = "waiting"
    ATTENTION = "attention"
    FAILED = "failed"
    STORED = "stored"
    SAME = "same"
    CANCELLED = "cancelled"


FILE_STATES: dict[FileState, str] = {
    FileState.WAITING: "等待处理",
    FileState.ATTENTION: "需要确认",
    FileState.FAILED: "没有入账",
    FileState.STORED: "已入账",
    FileState.SAME: "此前已有",
    FileState.CANCELLED: "已取消",
}


def is_junk(path: str) -> bool:
    """Say whether a file was left by a program and not written by a person (lock files, thumbnails, system folders)."""
    parts = [part.lower() for part in path.replace("\\", "/").split("/") if part]
    if not parts:
        return True
    return parts[-1] in _JUNK_NAMES or parts[-1].startswith(_JUNK_STARTS) or not _JUNK_FOLDERS.isdisjoint(parts[:-1])


def is_archive(path: str) -> bool:
    """Say by the name whether a file is a zip, which is opened for what is in it."""
    return PurePosixPath(path).suffix.lower() == ARCHIVE


def is_nested_archive(path: str) -> bool:
    """Say by the name whether a member of a zip is itself a container of files, which is not opened."""
    return is_archive(path) or PurePosixPath(path).suffix.lower() in OTHER_ARCHIVES


def clean_path(name: str) -> str:
    """Return a file's place as the page shows it: folders kept, without control characters, drives, "." and "..".

    It is shown and searched for unit names, never opened. Too long a path loses its outer folders.
    """
    bare = "".join(char for char in name.replace("\\", "/") if char.isprintable())
    parts = [part.strip() for part in bare.split("/")]
    kept = [part for part in parts if part not in ("", ".", "..") and not part.endswith(":")]
    while len(kept) > 1 and len("/".join(kept)) > LONGEST_PATH:
        kept.pop(0)
    path = "/".join(kept) or "未命名文件"
    return path if len(path) <= LONGEST_PATH else path[-LONGEST_PATH:]
