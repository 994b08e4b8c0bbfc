"""Scans are recognised in a worker process, one file at a time on a server, page by page, within limits of time and memory.

The worker is started for a file and ended after it, so that its memory is free between files. Which recogniser it loads
is an argument: the tests bring their own.
"""

from __future__ import annotations

import base64
import contextlib
import fcntl
import logging
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any

import tracker
from tracker.domain.formats import Json
from tracker.readers.base import MEGABYTE, SCANNED, UnreadableDocument
from tracker.readers.children import start_child
from tracker.readers.sandbox_host import receive_frame, send_frame
from tracker.readers.scans.source import HOW_TO_INSTALL, missing_parts

log = logging.getLogger(__name__)

ENGINE = "tracker.readers.scans.engine:open_engine"
_ROOT = str(Path(tracker.__file__).resolve().parents[1])
_START = (
    "import sys; sys.path.insert(0, sys.argv[1]); from tracker.readers.scans.worker import main; "
    "main(int(sys.argv[2]), sys.argv[3], int(sys.argv[4]))"
)
_COMMAND = ("-I", "-X", "utf8", "-c", _START, _ROOT)
_POLL = 0.5


@dataclass(frozen=True, slots=True)
class ScanLimits:
    """What the recognising of one file may cost; ``seconds`` and ``memory_bytes`` hold for a page."""

    pages: int = 100
    seconds: float = 120.0
    memory_bytes: int = 3072 * MEGABYTE


@dataclass(frozen=True, slots=True)
class ScannedPages:
    """What one picture held: its pages in their JSON form, and a JPEG of each."""

    pages: tuple[Json, ...]
    pictures: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Scanner:
    """Reads scans on this server. ``lock`` is the file whose lock lets one process at a time in."""

    lock: Path | None = None
    limits: ScanLimits = field(default_factory=ScanLimits)
    engine: str = ENGINE
    python: Path | None = None  # of an environment of the recogniser's own

    def refusal(self) -> str | None:
        """Return the sentence that says why scans cannot be read here; None where they can."""
        return HOW_TO_INSTALL if self.engine == ENGINE and missing_parts(self.python) else None

    @contextlib.contextmanager
    def turn(self, *, wait: bool) -> Iterator[bool]:
        """Hold the one place for a recogniser; yields False where it is taken and the caller will not ``wait``."""
        if self.lock is None:
            yield True
            return
        self.lock.parent.mkdir(parents=True, exist_ok=True)
        with self.lock.open("ab") as file:
            while not (free := _try_lock(file.fileno())) and wait:
                time.sleep(_POLL)
            yield free

    def open(self) -> ScanWorker:
        """Start a worker; use it as a context manager. Raises UnreadableDocument where scans cannot be read here."""
        if (refusal := self.refusal()) is not None:
            raise UnreadableDocument(SCANNED, refusal)
        return ScanWorker(self.limits, self.engine, self.python)


def _try_lock(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


class ScanWorker:
    """A worker process; killed when a page takes too long, and with the end of the ``with`` block."""

    def __init__(self, limits: ScanLimits, engine: str, python: Path | None = None) -> None:
        self._limits = limits
        interpreter, memory = str(python or sys.executable), str(limits.memory_bytes)
        self._process, self._connection = start_child(
            lambda end: [interpreter, *_COMMAND, str(end), engine, memory], quiet=True
        )
        self._connection.settimeout(limits.seconds)

    def __enter__(self) -> ScanWorker:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._connection.close()
        self._process.kill()
        self._process.wait()

    def count(self, path: Path) -> int:
        """Return how many pictures a file holds; raise UnreadableDocument, also for more than the limit."""
        number = int(self._ask("count", str(path.resolve()), page=None))
        if number < 1:
            raise UnreadableDocument("no_text", "文件里没有任何一页。请检查后重新上传。")
        if number > self._limits.pages:
            raise UnreadableDocument(
                "too_many_pages",
                f"扫描件有 {number} 页，超过 {self._limits.pages} 页的上限，不像一份报告。请只上传报告正文。",
            )
        return number

    def read(self, path: Path, index: int) -> ScannedPages:
        """Read one picture; raises UnreadableDocument that names the page."""
        answer = self._ask("read", str(path.resolve()), index, page=index + 1)
        pictures = tuple(base64.b64decode(picture) for picture in answer["pictures"])
        return ScannedPages(tuple(answer["pages"]), pictures)

    def draw(self, path: Path, index: int) -> tuple[bytes, ...]:
        """Put one picture straight without reading it; returns a JPEG of each of its pages."""
        drawn = self._ask("draw", str(path.resolve()), index, page=index + 1)
        return tuple(base64.b64decode(picture) for picture in drawn)

    def _ask(self, what: str, *args: Any, page: int | None) -> Any:
        try:
            send_frame(self._connection, b"Q", {"do": what, "args": list(args)})
            frame = receive_frame(self._connection)
        except TimeoutError as error:
            raise self._refuse("timeout", page) from error
        except OSError as error:
            raise self._refuse("crashed", page) from error
        if frame is None:
            raise self._refuse("crashed", page)
        kind, data = frame
        if kind == b"R":
            return data
        if data["code"] == "error":
            log.error("a scan could not be recognised: %s", data.get("detail", ""))
        if data.get("message"):
            raise UnreadableDocument(data["code"], data["message"])
        raise self._refuse(data["code"], page)

    def _refuse(self, code: str, page: int | None) -> UnreadableDocument:
        where = f"第 {page} 页" if page else "打开文件时"
        if code == "timeout":
            seconds = f"{self._limits.seconds:g}"
            return UnreadableDocument(
                code,
                f"{where}识别超过 {seconds} 秒，已停止。前面各页已保留，可点“重新处理”接着识别；仍不成功时请重新扫描这一页。",
            )
        if code == "memory":
            most = self._limits.memory_bytes // MEGABYTE
            return UnreadableDocument(
                code,
                f"{where}识别所需内存超过 {most} MB，已停止。请用 200 dpi 左右重新扫描后上传，或请系统管理员调高上限。",
            )
        if code == "crashed":
            return UnreadableDocument(
                code, f"{where}识别程序意外中断。前面各页已保留，可点“重新处理”接着识别；仍不成功时请联系系统管理员。"
            )
        return UnreadableDocument(
            code, f"{where}识别时出现意外错误，已记入日志。请稍后点“重新处理”；仍不成功时请联系系统管理员。"
        )
