"""Zips of several reports: names of every origin, and everything a person should not send."""

from __future__ import annotations

import io
import stat
import struct
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from tests.support.batches import renamed, zip_of
from tracker.readers.archive_sandbox import list_archive_in_child, read_member_in_child
from tracker.readers.archives import CLIMBS, NESTED, NO_FILE, list_members, read_member
from tracker.readers.base import Limits, UnreadableDocument

LIMITS = Limits()


def listed(path: Path, content: bytes, limits: Limits = LIMITS, most: int = 300) -> list[tuple[str, str]]:
    path.write_bytes(content)
    return [(member.path, member.refusal) for member in list_members(path, limits, most)]


def with_name(raw: bytes) -> bytes:
    """A zip whose only member has these bytes for a name, and no word on their encoding."""
    stand_in = b"n" * len(raw)
    return renamed(zip_of({stand_in.decode(): "text"}), stand_in, raw)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "sent.zip"


@pytest.mark.parametrize("encoding", ["gb18030", "gbk", "utf-8"])
def test_names_that_windows_and_others_write(path: Path, encoding: str) -> None:
    name = "全县报告/柳湾镇2025年报告.docx"
    assert listed(path, with_name(name.encode(encoding))) == [(name, "")]


def test_names_marked_as_utf_8(path: Path) -> None:
    assert listed(path, zip_of({"甲/乙.docx": "x"})) == [("甲/乙.docx", "")]


def test_names_in_the_field_of_info_zip(path: Path) -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        info = zipfile.ZipInfo("abc.txt")
        told = "柳湾镇.txt".encode()
        info.extra = struct.pack("<HHBI", 0x7075, 5 + len(told), 1, 0) + told
        archive.writestr(info, "x")
    assert listed(path, stream.getvalue()) == [("柳湾镇.txt", "")]


@pytest.mark.parametrize(
    ("name", "refusal"),
    [
        ("../外面.txt", CLIMBS),
        ("甲/../../外面.txt", CLIMBS),
        ("/etc/passwd", CLIMBS),
        ("C:\\甲.txt", CLIMBS),
        ("\\\\server\\甲.txt", CLIMBS),
        ("里面.zip", NESTED),
        ("里面.rar", NESTED),
        ("甲/里面.7z", NESTED),
        ("报告.docx", ""),
    ],
)
def test_members_that_are_refused(path: Path, name: str, refusal: str) -> None:
    assert [said for _, said in listed(path, zip_of({name: "x"}))] == [refusal]


def test_links_are_no_files(path: Path) -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        info = zipfile.ZipInfo("报告.docx")
        info.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(info, "/etc/passwd")
    assert listed(path, stream.getvalue()) == [("报告.docx", NO_FILE)]


def test_what_programs_leave_is_left_out(path: Path) -> None:
    names = {"甲/": "", "__MACOSX/甲/._a.docx": "x", "甲/.DS_Store": "x", "甲/~$a.docx": "x", "甲/Thumbs.db": "x"}
    assert listed(path, zip_of({**names, "甲/a.docx": "x"})) == [("甲/a.docx", "")]


@pytest.mark.parametrize(
    ("content", "limits", "code"),
    [
        (b"", LIMITS, "damaged"),
        (b"PK\x03\x04", LIMITS, "damaged"),
        (zip_of({"a.txt": "x" * 100})[:-30], LIMITS, "damaged"),
        (zip_of({f"{number}.txt": "x" for number in range(4)}), replace(LIMITS, members=3), "too_many_members"),
        (zip_of({"a.txt": b"0" * 20_000_000}), LIMITS, "ratio"),
        (zip_of({"a.txt": b"0" * 20_000_000}), replace(LIMITS, unpacked_bytes=10_000_000), "too_large_unpacked"),
    ],
    # The bytes hold the time of day: as names they would differ from one process to the next.
    ids=["empty", "head alone", "cut short", "members", "ratio", "unpacked"],
)
def test_zips_that_are_refused_whole(path: Path, content: bytes, limits: Limits, code: str) -> None:
    with pytest.raises(UnreadableDocument) as caught:
        listed(path, content, limits)
    assert caught.value.code == code
    assert caught.value.message.startswith("压缩包")


def test_a_zip_with_a_password(path: Path) -> None:
    content = bytearray(zip_of({"a.txt": "x"}))
    content[6] |= 1  # the flag of the member, and of its entry in the directory
    content[content.index(b"PK\x01\x02") + 8] |= 1
    with pytest.raises(UnreadableDocument, match="密码"):
        listed(path, bytes(content))


def test_more_files_than_a_batch_takes(path: Path) -> None:
    with pytest.raises(UnreadableDocument, match="一批最多 2 个"):
        listed(path, zip_of({f"{number}.txt": "x" for number in range(3)}), most=2)


def test_a_member_is_taken_out_as_it_is_and_a_large_or_broken_one_is_refused(path: Path) -> None:
    data = bytes(range(256)) * 40
    content = zip_of({"a.bin": data, "大.bin": b"x" * 3000})
    path.write_bytes(content)
    assert read_member(path, 0, LIMITS) == data
    small = replace(LIMITS, file_bytes=2000)
    assert "上限" in list_members(path, small, 9)[1].refusal
    with pytest.raises(UnreadableDocument, match="上限"):
        read_member(path, 1, small)
    path.write_bytes(content.replace(content[40:60], b"\0" * 20))
    with pytest.raises(UnreadableDocument, match="取不出来"):
        read_member(path, 0, LIMITS)


def test_both_work_in_a_child(path: Path) -> None:
    path.write_bytes(zip_of({"甲.txt": "报告", "../b.txt": "x"}))
    first, second = list_archive_in_child(path, 10, LIMITS)
    assert (first.path, first.size, second.refusal) == ("甲.txt", 6, CLIMBS)
    assert read_member_in_child(path, 0, LIMITS).decode() == "报告"
    with pytest.raises(UnreadableDocument, match="一批最多 1 个"):
        list_archive_in_child(path, 1, LIMITS)
    with pytest.raises(UnreadableDocument, match="意外"):
        read_member_in_child(path, 99, LIMITS)
