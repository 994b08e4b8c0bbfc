"""Starting a child process that is talked to over a socket: nothing of ours comes along but its end of it."""

from __future__ import annotations

import os
import socket
import subprocess
from collections.abc import Callable, Sequence


def start_child(
    command: Callable[[int], Sequence[str]], *, quiet: bool = False
) -> tuple[subprocess.Popen[bytes], socket.socket]:
    """Start ``command`` (given the number of the child's end) in a session of its own; returns it with our end.

    ``quiet``: what it says on its standard error is dropped.
    """
    ours, theirs = socket.socketpair()
    with theirs:
        process = subprocess.Popen(
            command(theirs.fileno()),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL if quiet else None,
            env={"PATH": os.defpath, "LANG": "C.UTF-8"},
            cwd="/",
            pass_fds=[theirs.fileno()],
            start_new_session=True,
        )
    return process, ours
