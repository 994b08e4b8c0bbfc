"""The process in which scans are recognised. Run by ``tracker.readers.scans.scanner`` only.

It keeps the models between the pages of one file, lives under a limit of memory, writes no files and ends when its parent
closes the socket. Requests and answers are the frames of ``sandbox_host``; its parent counts the time and kills it.
"""

from __future__ import annotations

import contextlib
import importlib
import os
import resource
import socket
import traceback
from typing import Any, NoReturn

from tracker.readers.sandbox_host import receive_frame, send_frame

_OPEN_FILES = 256
_NO_MEMORY = ("bad_alloc", "Failed to allocate", "Insufficient memory", "OutOfMemory")


def main(fd: int, engine: str, memory_bytes: int) -> NoReturn:
    """Answer requests until the parent hangs up. ``engine`` is ``module:function`` of what opens the recogniser."""
    connection = socket.socket(fileno=fd)
    with contextlib.suppress(OSError):
        os.nice(5)  # people wait for pages of the site; nobody waits for this second by second
    _limit(memory_bytes)
    module, name = engine.split(":")
    opened: Any = None
    while (frame := receive_frame(connection)) is not None:
        request = frame[1]
        try:
            if opened is None:
                opened = getattr(importlib.import_module(module), name)()
            answer = getattr(opened, str(request["do"]))(*request["args"])
        except MemoryError:
            send_frame(connection, b"E", {"code": "memory"})
        except Exception as error:
            send_frame(connection, b"E", _describe(error))
        else:
            send_frame(connection, b"R", answer)
    os._exit(0)


def _describe(error: Exception) -> dict[str, str]:
    code, message = getattr(error, "code", None), getattr(error, "message", None)
    if isinstance(code, str) and isinstance(message, str):
        return {"code": code, "message": message}
    if any(word in str(error) for word in _NO_MEMORY):
        return {"code": "memory"}
    return {"code": "error", "detail": f"{type(error).__name__}\n{''.join(traceback.format_tb(error.__traceback__))}"}


def _limit(memory_bytes: int) -> None:
    for kind, most in (
        (resource.RLIMIT_AS, memory_bytes),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_NOFILE, _OPEN_FILES),
    ):
        hard = resource.getrlimit(kind)[1]
        most = most if hard == resource.RLIM_INFINITY else min(most, hard)
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(kind, (most, most))
