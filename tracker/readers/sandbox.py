"""Untrusted files are read, and reports linked, in child processes with limits of memory and time.

A host process (``tracker.readers.sandbox_host``) is started once, at the first call or by ``start_sandbox``, and forks a child
for each call: some milliseconds each. Any number of threads may call; a process that forks gets a host of its own.
It needs a system with fork (Linux, macOS); macOS does not hold a process to its memory limit.
"""

from __future__ import annotations

import logging
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import tracker
from tracker.domain.formats import Json
from tracker.language.word_files import word_folder
from tracker.readers.base import DEFAULT_LIMITS, MEGABYTE, Limits, ScannedDocument, UnreadableDocument
from tracker.readers.children import start_child
from tracker.readers.office import CONVERTED, Office, may_need_office
from tracker.readers.sandbox_host import receive_frame, send_frame

log = logging.getLogger(__name__)

_ROOT = str(Path(tracker.__file__).resolve().parents[1])
_START = "import sys; sys.path.insert(0, sys.argv[1]); from tracker.readers.sandbox_host import main; main(int(sys.argv[2]), *sys.argv[3:])"
_PRELOAD = "tracker.readers.sandbox_tasks:warm"
_HOST_SECONDS = 30.0  # for a cold host to come up on a busy machine, on top of the child's own time
_CHILDREN = max(2, os.cpu_count() or 1)
_LIMIT_SIGNALS = frozenset({signal.SIGALRM, signal.SIGXCPU})


class ChildFailed(Exception):
    """The child gave no result. ``code``: timeout, memory, crashed, error, or the code of an error that has its own.

    ``message`` is the error's own sentence, else "". ``detail`` (kind and place of an unexpected error) is for the log,
    ``facts`` are the numbers that an error of its own carries.
    """

    def __init__(
        self, code: str, message: str = "", *, kind: str = "", detail: str = "", facts: Mapping[str, int] | None = None
    ) -> None:
        super().__init__(message or code)
        self.code = code
        self.message = message
        self.kind = kind
        self.detail = detail
        self.facts = facts or {}


def read_and_extract_in_child(
    path: Path, name: str, limits: Limits = DEFAULT_LIMITS, office: Office | None = None
) -> Json:
    """Read a file in a child and return its reading as ``tracker extract --json`` prints it.

    ``name`` is what the user called the file; ``office`` converts old Word documents and RTF first, where it is installed.
    Raises UnreadableDocument, also for timeout, memory and crash.
    """
    arguments = [str(path.resolve()), name, asdict(limits)]
    result: Json
    is_old = office is not None and may_need_office(path)
    if office is None or not is_old or _read(f"{_TASKS}:media_type", arguments, limits) not in CONVERTED:
        result = _read(f"{_TASKS}:read_and_extract", arguments, limits)
        return result
    with office.converted(path) as made:
        result = _read(f"{_TASKS}:read_and_extract", [*arguments, str(made) if made else None], limits)
    return result


def _read(function: str, arguments: list[Any], limits: Limits) -> Any:
    try:
        return run_in_child(function, arguments, limits)
    except ChildFailed as error:
        if error.kind == ScannedDocument.__name__:
            raise ScannedDocument(int(error.facts.get("pages", 0))) from error
        if error.kind == UnreadableDocument.__name__:
            raise UnreadableDocument(error.code, error.message) from error
        raise UnreadableDocument(error.code, _sentence(error.code, limits)) from error


def extract_scanned_in_child(pages: Sequence[Json], name: str, sha256: str, limits: Limits = DEFAULT_LIMITS) -> Json:
    """Extract a report from the pages of a scan in a child. Raises UnreadableDocument."""
    try:
        result: Json = run_in_child(f"{_TASKS}:extract_scanned", [list(pages), name, sha256], limits)
    except ChildFailed as error:
        raise UnreadableDocument(error.code, error.message or _sentence(error.code, limits)) from error
    return result


def extract_mixed_in_child(
    path: Path, name: str, seen: Sequence[tuple[int, Sequence[Json]]], limits: Limits = DEFAULT_LIMITS
) -> Json:
    """Read a file again with what was seen on pages of it that are pictures (by number). Raises UnreadableDocument."""
    pages = [[number, list(found)] for number, found in seen]
    result: Json = _read(f"{_TASKS}:extract_mixed", [str(path.resolve()), name, asdict(limits), pages], limits)
    return result


def link_in_child(earlier: Json, later: Json, limits: Limits = DEFAULT_LIMITS, model: str | None = None) -> Json:
    """Link two readings (in their JSON form) in a child; return ``links``, ``unplanned`` and the ``model`` used.

    ``model`` is the text of other weights than the shipped ones. Raises ChildFailed.
    """
    result: Json = run_in_child(f"{_TASKS}:link", [earlier, later, model], limits)
    return result


def run_in_child(function: str, args: Sequence[Any], limits: Limits = DEFAULT_LIMITS) -> Any:
    """Call ``function`` (``package.module:name``) with JSON values in a child and return its JSON result.

    Raises ChildFailed. The child is killed with all it started when ``limits.seconds`` have passed.
    """
    state = _state
    with state.slots:
        connection = state.host.connect()
        with connection:
            connection.settimeout(limits.seconds + _HOST_SECONDS)
            request = {
                "function": function,
                "args": list(args),
                "seconds": limits.seconds,
                "memory_bytes": limits.memory_bytes,
            }
            try:
                send_frame(connection, b"Q", request)
                frame = receive_frame(connection)
            except TimeoutError as error:
                raise ChildFailed("timeout") from error
            except OSError as error:
                raise ChildFailed("crashed") from error
    return _result(function, frame)


def start_sandbox() -> None:
    """Start the host ahead of the first call; returns at once, while it is still loading."""
    _state.host.start()


def stop_sandbox() -> None:
    """End this process's host and its children; the next call starts another."""
    _state.host.stop()


def _result(function: str, frame: tuple[bytes, Any] | None) -> Any:
    if frame is None:
        raise ChildFailed("crashed")
    kind, data = frame
    if kind == b"R":
        return data
    if kind == b"X":
        raise ChildFailed("timeout" if data["signal"] in _LIMIT_SIGNALS else "crashed")
    if data["code"] == "error":
        log.error("%s failed in its child process: %s", function, data.get("detail", ""))
    raise ChildFailed(
        data["code"],
        data.get("message", ""),
        kind=data.get("kind", ""),
        detail=data.get("detail", ""),
        facts=data.get("facts"),
    )


def _sentence(code: str, limits: Limits) -> str:
    if code == "timeout":
        return f"读取超过 {limits.seconds:g} 秒，已停止。文件可能结构异常，请在 Word 或 WPS 中另存为 .docx 后重新上传。"
    if code == "memory":
        most = limits.memory_bytes // MEGABYTE
        return f"读取所需内存超过 {most} MB，已停止。请删去图片、附表等与报告正文无关的内容后重新上传。"
    if code == "crashed":
        return "读取程序意外中断。请在 Word 或 WPS 中另存为 .docx 后重新上传；仍不成功时请联系系统管理员。"
    return "读取时出现意外错误，已记入日志。请稍后重试；仍不成功时请联系系统管理员。"


class _HostProcess:
    """This process's host: started when first needed, started again when it is gone."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._control: socket.socket | None = None

    def start(self) -> None:
        """Make sure that a host runs."""
        with self._lock:
            self._ensure()

    def stop(self) -> None:
        """Close the host's socket, which ends it, and wait for its end."""
        with self._lock:
            if self._control is not None:
                self._control.close()
            if self._process is not None:
                self._process.wait(timeout=_HOST_SECONDS)
            self._process = self._control = None

    def forget(self) -> None:
        """Let go of a host that belongs to the process this one was forked from."""
        if self._control is not None:
            self._control.close()

    def connect(self) -> socket.socket:
        """Return our end of a connection to a new child."""
        ours, theirs = socket.socketpair()
        with self._lock, theirs:
            for last_try in (False, True):
                control = self._ensure()
                try:
                    socket.send_fds(control, [b"+"], [theirs.fileno()])
                except OSError:
                    self._process = None
                    if last_try:
                        ours.close()
                        raise
                else:
                    break
        return ours

    def _ensure(self) -> socket.socket:
        alive = self._process is not None and self._process.poll() is None
        if not alive or self._control is None:
            self._control = self._spawn()
        return self._control

    def _spawn(self) -> socket.socket:
        if self._control is not None:
            self._control.close()
        words = str(word_folder() or "")
        self._process, ours = start_child(
            lambda end: [sys.executable, "-I", "-X", "utf8", "-c", _START, _ROOT, str(end), _PRELOAD, words]
        )
        return ours


_TASKS = "tracker.readers.sandbox_tasks"


class _State:
    """What a process keeps: its host, and how many children it may have at once."""

    def __init__(self) -> None:
        self.host = _HostProcess()
        self.slots = threading.BoundedSemaphore(_CHILDREN)


_state = _State()


def _forget_after_fork() -> None:
    """A forked process starts afresh: locks may be held by threads that it does not have, the host is its parent's."""
    global _state
    _state.host.forget()
    _state = _State()


os.register_at_fork(after_in_child=_forget_after_fork)
