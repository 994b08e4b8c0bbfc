"""Work for a child process that does what an evil document might make a reader do. Called by name."""

from __future__ import annotations

import ctypes
import os
import resource
import subprocess
import sys
from pathlib import Path
from typing import Any, NoReturn


def echo(value: Any) -> Any:
    """Return what came in."""
    return value


def spin() -> NoReturn:
    """Never end."""
    while True:
        pass


def wait_in_a_call() -> None:
    """Wait where no Python code runs."""
    os.read(os.pipe()[0], 1)


def hoard() -> int:
    """Take more memory than allowed."""
    hoard = [bytearray(1 << 24) for _ in range(200)]
    return len(hoard)


def abort() -> NoReturn:
    """Die the way a fault in a C library makes a process die."""
    os.abort()


def fault() -> None:
    """Touch memory that is not there."""
    ctypes.string_at(0)


def leave() -> NoReturn:
    """Exit without an answer."""
    os._exit(0)


def leave_a_child_behind(pid_file: int) -> NoReturn:
    """Start a process that never ends, tell its number through a pipe, then never end."""
    child = subprocess.Popen([sys.executable, "-c", "import signal; signal.pause()"])
    os.write(pid_file, str(child.pid).encode())
    spin()


def child_and_result() -> int:
    """Start a process that never ends and return its number."""
    return subprocess.Popen([sys.executable, "-c", "import signal; signal.pause()"]).pid


def surroundings() -> dict[str, Any]:
    """Return what a child can see."""
    return {
        "environment": sorted(os.environ),
        "initial": Path("/proc/self/environ").read_bytes().decode(),
        "folder": str(Path.cwd()),
        "files": len(list(Path("/proc/self/fd").iterdir())),
        "main": getattr(sys.modules["__main__"], "__file__", None),
        "pytest": "pytest" in sys.modules,
    }


def limits() -> dict[str, int]:
    """Return the limits in force."""
    return {
        "core": resource.getrlimit(resource.RLIMIT_CORE)[0],
        "file": resource.getrlimit(resource.RLIMIT_FSIZE)[0],
        "processor": resource.getrlimit(resource.RLIMIT_CPU)[0],
        "memory": resource.getrlimit(resource.RLIMIT_AS)[0],
    }


def write(path: str) -> None:
    """Write a file."""
    Path(path).write_text("x" * 100_000, encoding="ascii")


def fail(secret: str) -> NoReturn:
    """Raise an unexpected error that carries text of a document."""
    raise ValueError(secret)


def bad_result() -> object:
    """Return what is no JSON."""
    return object()
