"""Zip containers, opened only after their directory has been found modest.

The size that a member's directory entry states is a hard bound: ``zipfile`` never hands out more than that, so a
sum of stated sizes within the limits cannot unpack to more.
"""

from __future__ import annotations

import struct
import zipfile
import zlib
from pathlib import Path
from types import TracebackType

from tracker.readers.base import MEGABYTE, Limits, UnreadableDocument

_END = b"PK\x05\x06"
_END_SIZE = 22
_ENTRY_BYTES = 1024  # more than a directory entry with a long name takes
_SMALL = MEGABYTE  # an archive that unpacks to less is never a bomb, however well it packs
_FAULTS = (
    zipfile.BadZipFile,
    zipfile.LargeZipFile,
    zlib.error,
    KeyError,
    OSError,
    EOFError,
    ValueError,
    NotImplementedError,
    RuntimeError,
    struct.error,
)
DAMAGED = "文件已损坏，无法打开。请在 Word 或 WPS 中重新打开原件，另存为 .docx 后重新上传。"


class Container:
    """An opened zip whose members can be read one by one. Use as a context manager."""

    def __init__(self, path: Path, limits: Limits) -> None:
        """Open ``path``; raise UnreadableDocument where it is damaged, encrypted or goes beyond the limits."""
        _check_directory(path, limits)
        try:
            self._zip = zipfile.ZipFile(path)
        except _FAULTS as error:
            raise UnreadableDocument("damaged", DAMAGED) from error
        try:
            _check_members(self._zip.infolist(), path.stat().st_size, limits)
        except UnreadableDocument:
            self._zip.close()
            raise

    def __enter__(self) -> Container:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._zip.close()

    @property
    def names(self) -> list[str]:
        """The members' names as stored."""
        return self._zip.namelist()

    def find(self, name: str) -> str | None:
        """Return the stored name of a member, upper and lower case and a leading slash disregarded."""
        wanted = name.lstrip("/").lower()
        return next((stored for stored in self.names if stored.replace("\\", "/").lstrip("/").lower() == wanted), None)

    def read(self, name: str, most: int, *, cut: bool = False) -> bytes | None:
        """Return a member's bytes, None where there is none.

        More than ``most`` bytes raise UnreadableDocument, or with ``cut`` are left unread.
        """
        stored = self.find(name)
        if stored is None:
            return None
        if not cut and self._zip.getinfo(stored).file_size > most:
            raise UnreadableDocument(
                "too_large_unpacked",
                f"文档内容过大（单个部件超过 {most // MEGABYTE} MB）。请删去与报告无关的内容后重新上传。",
            )
        try:
            with self._zip.open(stored) as member:
                return member.read(most)
        except _FAULTS as error:
            raise UnreadableDocument("damaged", DAMAGED) from error


def _check_directory(path: Path, limits: Limits) -> None:
    """Refuse a huge directory before ``zipfile`` builds an object for each of its entries."""
    size = path.stat().st_size
    with path.open("rb") as file:
        file.seek(max(0, size - _END_SIZE - 0xFFFF))
        tail = file.read()
    at = tail.rfind(_END)
    if at < 0 or len(tail) - at < _END_SIZE:
        raise UnreadableDocument("damaged", DAMAGED)
    count, directory_bytes = struct.unpack_from("<HI", tail, at + 10)
    if count > limits.members or directory_bytes > limits.members * _ENTRY_BYTES:
        raise _too_many(limits)


def _check_members(members: list[zipfile.ZipInfo], packed: int, limits: Limits) -> None:
    if len(members) > limits.members:
        raise _too_many(limits)
    if any(member.flag_bits & 0x1 for member in members):
        raise UnreadableDocument("encrypted", "文件设有打开密码，无法读取。请取消密码后重新上传。")
    unpacked = sum(member.file_size for member in members)
    if unpacked > limits.unpacked_bytes:
        megabytes = limits.unpacked_bytes // MEGABYTE
        raise UnreadableDocument(
            "too_large_unpacked", f"文件解压后超过 {megabytes} MB，已拒绝读取。请删去图片等附带内容后重新上传。"
        )
    if unpacked > _SMALL and unpacked > limits.ratio * packed:
        raise UnreadableDocument(
            "ratio",
            f"文件压缩比超过 {limits.ratio} 倍，可能是压缩炸弹，已拒绝读取。请在 Word 或 WPS 中另存为 .docx 后重新上传。",
        )


def _too_many(limits: Limits) -> UnreadableDocument:
    return UnreadableDocument(
        "too_many_members",
        f"文件内含的部件超过 {limits.members} 个，已拒绝读取。请在 Word 或 WPS 中另存为 .docx 后重新上传。",
    )
