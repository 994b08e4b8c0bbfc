"""Zips of several reports: what is in them, under which names, and one member's bytes. Runs in a child process.

Nothing is ever written under a member's name, so a path that climbs out of its folder can do no harm; such a zip is no
person's work all the same, and its member is refused.
"""

from __future__ import annotations

import base64
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tracker.domain.batches import clean_path, is_junk, is_nested_archive
from tracker.readers.base import MEGABYTE, Limits, UnreadableDocument
from tracker.readers.container import Container

_UTF8_NAME = 0x800
_UNICODE_PATH = 0x7075
DAMAGED_ARCHIVE = "压缩包已损坏，无法打开。请重新压缩后上传，或直接选择文件夹。"
NESTED = "压缩包里又有压缩包，没有打开。请解压后把其中的报告放在文件夹里上传。"
ENCRYPTED_ARCHIVE = "压缩包设有密码，无法打开。请去掉密码后重新上传。"
CLIMBS = "压缩包内的路径不正常（指向压缩包以外），已拒绝。"
NO_FILE = "压缩包里的这一项不是文件（是链接或设备），已拒绝。"


@dataclass(frozen=True, slots=True)
class Member:
    """A file in a zip: its number, its path as the page shows it, its size, and why it is refused ("" where it is not)."""

    number: int
    path: str
    size: int
    refusal: str = ""


def list_members(path: Path, limits: Limits, most: int) -> list[Member]:
    """Return the files of a zip, without what programs leave; raise UnreadableDocument for one beyond the limits.

    ``most``: how many files it may hold.
    """
    found = list(_members(path, limits))
    if len(found) > most:
        raise UnreadableDocument(
            "too_many_files", f"压缩包里有 {len(found)} 个文件，一批最多 {most} 个。请分成几批上传。"
        )
    return found


def read_member(path: Path, number: int, limits: Limits) -> bytes:
    """Return the bytes of the member with this number; raise UnreadableDocument where it cannot be had."""
    with _opened(path, limits) as archive:
        info = archive.infolist()[number]
        if info.file_size > limits.file_bytes:
            raise UnreadableDocument("too_large", _too_large(info.file_size, limits))
        try:
            with archive.open(info) as member:
                return member.read(limits.file_bytes)
        except (
            zipfile.BadZipFile,
            zlib.error,
            EOFError,
            OSError,
            NotImplementedError,
            RuntimeError,
            ValueError,
        ) as error:
            raise UnreadableDocument(
                "damaged", "这个文件在压缩包里已损坏，取不出来。请单独上传，或重新压缩后上传。"
            ) from error


def list_task(path: str, limits: dict[str, Any], most: int) -> list[list[Any]]:
    """``list_members`` with JSON values in and out."""
    members = list_members(Path(path), Limits(**limits), most)
    return [[member.number, member.path, member.size, member.refusal] for member in members]


def read_task(path: str, number: int, limits: dict[str, Any]) -> str:
    """``read_member`` with JSON values in and out: its bytes in base 64."""
    return base64.b64encode(read_member(Path(path), number, Limits(**limits))).decode("ascii")


def _members(path: Path, limits: Limits) -> Iterator[Member]:
    with _opened(path, limits) as archive:
        for number, info in enumerate(archive.infolist()):
            name = member_name(info)
            if not info.is_dir() and not name.endswith(("/", "\\")) and not is_junk(name):
                yield Member(number, clean_path(name), info.file_size, _refusal(name, info, limits))


def _opened(path: Path, limits: Limits) -> zipfile.ZipFile:
    """Open a zip whose directory keeps to the limits."""
    try:
        with Container(path, limits):
            pass
        return zipfile.ZipFile(path)
    except UnreadableDocument as error:
        raise UnreadableDocument(
            error.code, _ARCHIVE_WORDS.get(error.code, "").format(limits=_words(limits))
        ) from error
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise UnreadableDocument("damaged", DAMAGED_ARCHIVE) from error


_ARCHIVE_WORDS = {
    "damaged": DAMAGED_ARCHIVE,
    "encrypted": ENCRYPTED_ARCHIVE,
    "too_many_members": "压缩包内的文件和文件夹超过 {limits[members]} 个，没有打开。请分成几批上传。",
    "too_large_unpacked": "压缩包解开后超过 {limits[unpacked]} MB，没有打开。请分成几批上传。",
    "ratio": "压缩包的压缩比超过 {limits[ratio]} 倍，可能是压缩炸弹，没有打开。",
}


def _words(limits: Limits) -> dict[str, int]:
    return {"members": limits.members, "unpacked": limits.unpacked_bytes // MEGABYTE, "ratio": limits.ratio}


def _refusal(name: str, info: zipfile.ZipInfo, limits: Limits) -> str:
    parts = name.replace("\\", "/").split("/")
    if ".." in parts or name.startswith(("/", "\\")) or parts[0].endswith(":"):
        return CLIMBS
    kind = stat.S_IFMT(info.external_attr >> 16)
    if kind not in (0, stat.S_IFREG):
        return NO_FILE
    if is_nested_archive(name):
        return NESTED
    return _too_large(info.file_size, limits) if info.file_size > limits.file_bytes else ""


def _too_large(size: int, limits: Limits) -> str:
    return f"文件有 {size / MEGABYTE:.0f} MB，超过 {limits.file_bytes // MEGABYTE} MB 的上限。"


def member_name(info: zipfile.ZipInfo) -> str:
    """Return a member's name: as UTF-8 where the zip says so or it is, else as GB18030, which Windows writes here."""
    if info.flag_bits & _UTF8_NAME:
        return info.orig_filename
    if (told := _unicode_path(info.extra)) is not None:
        return told
    try:
        raw = info.orig_filename.encode("cp437")
    except UnicodeEncodeError:
        return info.orig_filename
    for encoding in ("utf-8", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return info.orig_filename


def _unicode_path(extra: bytes) -> str | None:
    """Return the name from Info-ZIP's extra field, where there is one."""
    at = 0
    while at + 4 <= len(extra):
        kind, length = struct.unpack_from("<HH", extra, at)
        if kind == _UNICODE_PATH and length > 5:
            try:
                return extra[at + 9 : at + 4 + length].decode("utf-8")
            except UnicodeDecodeError:
                return None
        at += 4 + length
    return None
