"""The processes that ``tracker run`` keeps: started together, watched, stopped together, each with a log file.

A child holds the reading end of a pipe whose other end only the parent has. However the parent ends, even by
``kill -9``, the pipe closes, and the child stops by itself (``stop_with_parent``).
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

LAST_LINES = 15
LARGEST_LOG = 5 * 1024 * 1024
STOP_SECONDS = 10.0


class ChildEnded(Exception):
    """A child ended by itself; the message tells which, with the end of its log."""


@dataclass(frozen=True, slots=True)
class Child:
    """A running child: what it is called in messages, its process, and where it writes what it has to say."""

    name: str
    process: subprocess.Popen[bytes]
    log: Path

    def check(self) -> None:
        """Raise ChildEnded where the process is gone."""
        code = self.process.poll()
        if code is None:
            return
        lines = self.log.read_text(encoding="utf-8", errors="replace").splitlines()[-LAST_LINES:]
        raise ChildEnded(
            "\n".join([f"{self.name}意外退出（代码 {code}），已全部停止。日志 {self.log} 的最后几行：", *lines])
        )


def start_child(name: str, arguments: Sequence[str], log: Path, environment: Mapping[str, str]) -> Child:
    """Start ``tracker`` with ``arguments`` as a child that ends with this process."""
    log.parent.mkdir(parents=True, exist_ok=True)
    _turn_over(log)
    with log.open("ab") as stream:
        process = subprocess.Popen(
            [sys.executable, "-m", "tracker.cli", *arguments, "--stop-with-parent"],
            stdin=subprocess.PIPE,
            stdout=stream,
            stderr=stream,
            env=dict(environment),
            start_new_session=True,  # Ctrl+C is for the parent, which stops its children in order
        )
    return Child(name, process, log)


def stop_children(children: Sequence[Child]) -> None:
    """Ask the children to end, and after a while make them."""
    for child in children:
        if child.process.poll() is None:
            child.process.terminate()
    deadline = time.monotonic() + STOP_SECONDS
    for child in children:
        try:
            child.process.wait(timeout=max(0.1, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            child.process.kill()
            child.process.wait()


def stop_with_parent() -> None:
    """End this process, as SIGTERM does, once the pipe on its standard input has closed."""
    threading.Thread(target=_wait_for_end, name="stop-with-parent", daemon=True).start()


def _wait_for_end() -> None:
    descriptor = sys.stdin.fileno()
    while os.read(descriptor, 1024):
        pass
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(STOP_SECONDS)
    os._exit(1)  # whatever hung must not outlive its parent


def _turn_over(log: Path) -> None:
    """Begin a new log where the old one has grown large; one old one is kept."""
    if log.exists() and log.stat().st_size > LARGEST_LOG:
        log.replace(log.with_name(f"{log.name}.1"))
