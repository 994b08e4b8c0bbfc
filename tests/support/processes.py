"""Real processes that start at once: forked from a server that has imported what they need, so that kill -9 is cheap."""

from __future__ import annotations

import multiprocessing
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing.process import BaseProcess
from typing import Any

_context = multiprocessing.get_context("forkserver")
_context.set_forkserver_preload(["tests.jobs.clocks"])


def start(target: Callable[..., None], *arguments: Any) -> BaseProcess:
    """Start ``target(*arguments)`` in a process of its own; both must be importable and picklable."""
    process = _context.Process(target=target, args=arguments, daemon=True)
    process.start()
    return process


def run(target: Callable[..., None], *arguments: Any, seconds: float = 60) -> int:
    """Run ``target`` to its end; gives the exit code, negative for a signal."""
    process = start(target, *arguments)
    process.join(seconds)
    if process.exitcode is None:
        process.kill()
        process.join()
        raise AssertionError("the process did not end")
    return process.exitcode


@contextmanager
def running(*processes: BaseProcess) -> Iterator[None]:
    """End processes after the block, whatever happened, even one that is stopped."""
    try:
        yield
    finally:
        for process in processes:
            process.kill()
            process.join(10)


def was_killed(code: int | None) -> bool:
    """Whether a process ended by SIGKILL."""
    return code == -signal.SIGKILL


def wait_until(condition: Callable[[], Any], seconds: float = 60, *, every: float = 0.05) -> float:
    """Wait for ``condition``; gives the seconds it took, fails where it did not come."""
    began = time.monotonic()
    while not condition():
        if time.monotonic() - began > seconds:
            raise AssertionError(f"not within {seconds} s")
        let_pass(every)
    return time.monotonic() - began


def let_pass(seconds: float) -> None:
    """Let time pass in which other processes go on: to see that something does not happen."""
    threading.Event().wait(seconds)
