"""What every reader shares: the limits, what is known of a file before it is read, and how a refusal is said."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from tracker.domain.documents import Document

MEGABYTE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Limits:
    """What a file may cost. Sizes in bytes; ``seconds`` and ``memory_bytes`` hold for a child process only.

    ``depth`` is how deep the elements of a format without a bound of its own may nest.
    """

    file_bytes: int = 50 * MEGABYTE
    unpacked_bytes: int = 200 * MEGABYTE
    members: int = 2_000
    ratio: int = 100
    part_bytes: int = 32 * MEGABYTE
    characters: int = 1_000_000
    pages: int = 500
    depth: int = 200
    seconds: float = 10.0
    memory_bytes: int = 512 * MEGABYTE


DEFAULT_LIMITS = Limits()


@dataclass(frozen=True, slots=True)
class FileInfo:
    """A file as it stands: its name as the user gave it, its suffix (lower case, with the dot), what its bytes say it is."""

    name: str
    suffix: str
    media_type: str
    size: int
    sha256: str


class UnreadableDocument(Exception):
    """The file cannot be read. ``message`` is a Chinese sentence that says what to do, ``code`` a word for programs."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


SCANNED = "scanned"


class ScannedDocument(UnreadableDocument):
    """The file's pages are pictures without text (扫描件), so that only recognising them can read it.

    The registry then asks the readers after this one: a reader that recognises pictures accepts the same media type and stands
    further down in ``registry.READERS``. ``pages`` is how many pages there are.
    """

    def __init__(self, pages: int) -> None:
        super().__init__(
            SCANNED,
            f"这是扫描件（{pages} 页图片，没有文字），读不出其中的内容。请上传报告的 Word 原件（.docx）或带文字的 PDF。",
        )
        self.pages = pages


class Reader(Protocol):
    """Reads one kind of file. ``accepts`` declines by the media type alone; ``read`` raises UnreadableDocument."""

    @property
    def name(self) -> str:
        """The reader's short name, which the document carries."""

    def accepts(self, info: FileInfo) -> bool:
        """Say whether this reader is for such a file."""

    def read(self, path: Path, info: FileInfo, limits: Limits) -> Document:
        """Read the file; raise UnreadableDocument where it cannot be."""
