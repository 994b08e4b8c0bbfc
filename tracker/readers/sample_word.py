"""Compound files (OLE) and old Word documents written by hand, just enough of either to be read: for trials and tests."""

from __future__ import annotations

import struct

_SECTOR = 512
_FREE, _END, _FAT = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD


def ole_bytes(streams: dict[str, bytes]) -> bytes:
    """Return a compound file with these streams, each long enough to have sectors of its own."""
    sectors: list[bytes] = []
    fat: list[int] = []

    def store(data: bytes) -> int:
        data = data.ljust(max(4096, -(-len(data) // _SECTOR) * _SECTOR), b"\0")
        first = len(sectors)
        count = len(data) // _SECTOR
        sectors.extend(data[at : at + _SECTOR] for at in range(0, len(data), _SECTOR))
        fat.extend([*range(first + 1, first + count), _END])
        return first

    entries = [_entry("Root Entry", 5, child=1)]
    for number, (name, data) in enumerate(streams.items(), start=1):
        following = number + 1 if number < len(streams) else _FREE
        entries.append(_entry(name, 2, start=store(data), size=max(4096, len(data)), right=following))
    directory = b"".join(entries).ljust(4096, b"\0")
    directory_at = store(directory)
    fat_at = len(sectors)
    fat.append(_FAT)
    packed = struct.pack(f"<{len(fat)}I", *fat)
    if len(packed) > _SECTOR:
        raise ValueError("too much for one sector of allocation")
    sectors.append(packed.ljust(_SECTOR, b"\xff"))
    header = struct.pack(
        "<8s16sHHHHH6xIIIIIIIII",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"", 0x3E, 3, 0xFFFE, 9, 6, 0, 1, directory_at, 0, 4096, _END, 0, _END, 0,
    )  # fmt: skip
    return header + struct.pack("<I", fat_at) + b"\xff" * (_SECTOR - len(header) - 4) + b"".join(sectors)


def _entry(name: str, kind: int, *, start: int = _END, size: int = 0, child: int = _FREE, right: int = _FREE) -> bytes:
    encoded = name.encode("utf-16-le") + b"\0\0"
    return (
        encoded.ljust(64, b"\0")
        + struct.pack("<HBBIII", len(encoded), kind, 1, _FREE, right, child)
        + b"\0" * 36
        + struct.pack("<IQ", start, size)
    )


def word_document(text: str, *, pieces: int = 1, flags: int = 0) -> bytes:
    """Return a Word 97 document with this main text, kept in so many pieces."""
    size = -(-len(text) // pieces)
    parts = [text[at : at + size] for at in range(0, len(text), size)]
    head = bytearray(0x400)
    struct.pack_into("<HH", head, 0, 0xA5EC, 193)
    struct.pack_into("<H", head, 0x0A, flags)
    struct.pack_into("<I", head, 0x4C, len(text))
    body = bytearray(head)
    places, descriptors = [0], b""
    for part in parts:
        descriptors += struct.pack("<HIH", 0, len(body), 0)
        body += part.encode("utf-16-le")
        places.append(places[-1] + len(part))
    table = struct.pack(f"<{len(places)}I", *places) + descriptors
    clx = b"\x01" + struct.pack("<H", 2) + b"\0\0" + b"\x02" + struct.pack("<I", len(table)) + table
    struct.pack_into("<II", body, 0x01A2, 0, len(clx))
    return ole_bytes({"WordDocument": bytes(body), "0Table": clx})
