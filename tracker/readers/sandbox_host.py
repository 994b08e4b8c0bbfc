"""The process that forks a child for each piece of untrusted work. Run by ``tracker.readers.sandbox`` only.

It has loaded the readers and the rules beforehand, so a fork is all a piece of work costs. It holds no secrets: it is
started with an empty environment and talks over one socket. Its parent sends it one end of a socket pair for each
request; the child reads the request from there and answers there. Messages are JSON.

A child lives under limits of memory, processor time and wall-clock time that the kernel enforces, writes no files and leads
a process group of its own, which is killed as soon as the child has ended.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import json
import math
import os
import resource
import select
import signal
import socket
import struct
import traceback
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NoReturn

from tracker.language.word_files import use_word_folder

REQUEST_SECONDS = 30.0  # for the request to arrive, before the request's own limit is known
HEADER = struct.Struct("!cQ")
"""A frame: its kind (Q request, R result, E error, X ended without an answer), its length, then JSON."""
_OPEN_FILES = 64
_READ_BYTES = 1 << 16


def send_frame(connection: socket.socket, kind: bytes, data: object) -> None:
    """Send one frame."""
    _send(connection, kind, encode(data))


def encode(data: object) -> bytes:
    """Return ``data`` as JSON; raises TypeError or ValueError for what JSON cannot say."""
    return json.dumps(data, ensure_ascii=False, allow_nan=False).encode()


def _send(connection: socket.socket, kind: bytes, payload: bytes) -> None:
    connection.sendall(HEADER.pack(kind, len(payload)))
    connection.sendall(payload)


def receive_frame(connection: socket.socket) -> tuple[bytes, Any] | None:
    """Return the next frame's kind and content; None where the other end closed before it was complete."""
    head = _receive(connection, HEADER.size)
    if head is None:
        return None
    kind, length = HEADER.unpack(head)
    payload = _receive(connection, length)
    return None if payload is None else (kind, json.loads(payload))


def _receive(connection: socket.socket, length: int) -> bytes | None:
    pieces = bytearray()
    while len(pieces) < length:
        piece = connection.recv(min(_READ_BYTES, length - len(pieces)))
        if not piece:
            return None
        pieces += piece
    return bytes(pieces)


def main(control_fd: int, preload: str, words: str) -> NoReturn:
    """Load ``preload`` (``module:function``, called once), then fork a child for every socket that arrives.

    ``words`` is the folder of edited word lists, empty where the shipped ones are in force.
    """
    use_word_folder(Path(words) if words else None)
    module, name = preload.split(":")
    getattr(importlib.import_module(module), name)()
    gc.collect()
    gc.freeze()  # the children share these pages; a collection in a child must not copy them
    host = _Host(socket.socket(fileno=control_fd))
    host.serve()


class _Host:
    def __init__(self, control: socket.socket) -> None:
        self._control = control
        self._children: dict[int, socket.socket] = {}
        self._wake, self._woken = socket.socketpair()
        for end in (self._wake, self._woken):
            end.setblocking(False)

    def serve(self) -> NoReturn:
        """Fork and reap until the parent closes its end; then kill what is left."""
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(self._woken.fileno(), warn_on_full_buffer=False)
        while True:
            ready, _, _ = select.select([self._control, self._wake], [], [])
            if self._wake in ready:
                with contextlib.suppress(BlockingIOError):
                    self._wake.recv(_READ_BYTES)
            self._reap()
            if self._control in ready:
                self._accept()

    def _accept(self) -> None:
        data, fds, _, _ = socket.recv_fds(self._control, 1, 1)
        if not data:
            for pid in self._children:
                _kill_group(pid)
            os._exit(0)
        for fd in fds:
            self._fork(socket.socket(fileno=fd))

    def _fork(self, connection: socket.socket) -> None:
        pid = os.fork()
        if pid:
            self._children[pid] = connection
            return
        code = 1
        try:
            os.setsid()
            signal.set_wakeup_fd(-1)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            for other in (self._control, self._wake, self._woken, *self._children.values()):
                other.close()
            _work(connection)
            code = 0
        finally:
            os._exit(code)

    def _reap(self) -> None:
        while self._children:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if pid == 0:
                return
            _kill_group(pid)
            connection = self._children.pop(pid)
            with contextlib.suppress(OSError), connection:
                connection.setblocking(False)
                if status:
                    ended_by = os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0
                    send_frame(connection, b"X", {"signal": ended_by})


def _kill_group(pid: int) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGKILL)


def _work(connection: socket.socket) -> None:
    """Read the request, do it under its limits, answer. An exception is an answer as well."""
    signal.setitimer(signal.ITIMER_REAL, REQUEST_SECONDS)
    frame = receive_frame(connection)
    if frame is None:
        return
    request = frame[1]
    _limit(request)
    try:
        module, name = str(request["function"]).split(":")
        result = getattr(importlib.import_module(module), name)(*request["args"])
        payload = encode(result)
    except MemoryError:
        send_frame(connection, b"E", {"code": "memory"})
    except Exception as error:
        send_frame(connection, b"E", _describe(error))
    else:
        _send(connection, b"R", payload)


def _describe(error: Exception) -> Mapping[str, object]:
    """Return the error's own code and sentence where it has them, else its kind and place, never the text it met."""
    code, message = getattr(error, "code", None), getattr(error, "message", None)
    if isinstance(code, str) and isinstance(message, str):
        facts = {name: value for name, value in vars(error).items() if isinstance(value, int)}
        return {"code": code, "message": message, "kind": type(error).__name__, "facts": facts}
    return {"code": "error", "detail": f"{type(error).__name__}\n{''.join(traceback.format_tb(error.__traceback__))}"}


def _limit(request: Mapping[str, Any]) -> None:
    """Let the kernel hold this process to the request's limits; the alarm's default action ends it."""
    seconds = float(request["seconds"])
    signal.setitimer(signal.ITIMER_REAL, seconds)
    processor = math.ceil(seconds) + 1
    wanted = {
        resource.RLIMIT_CPU: processor,
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_FSIZE: 0,
        resource.RLIMIT_NOFILE: _OPEN_FILES,
    }
    size = _address_space()
    if size is not None:
        wanted[resource.RLIMIT_AS] = size + int(request["memory_bytes"])
    for kind, most in wanted.items():
        hard = resource.getrlimit(kind)[1]
        most = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(kind, (most, most))


def _address_space() -> int | None:
    """Return this process's address space in bytes; None where the system does not tell."""
    try:
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
    except (OSError, ValueError):
        return None
    return pages * resource.getpagesize()
