"""Takes one upload in and is killed on the way, as by kill -9 or a power cut. Started as a process of its own."""

from __future__ import annotations

import os
import signal
import sys
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Engine, event

from config import load_settings
from tracker.runtime import open_runtime
from tracker.services.intake import open_parts, process_intake


def kill_at(statement: int) -> None:
    """Kill this process before its ``statement``-th statement, or with the statement done and not committed."""
    seen = [0]

    def strike(*_: Any) -> None:
        seen[0] += 1
        if seen[0] == statement:
            os.kill(os.getpid(), signal.SIGKILL)

    event.listen(Engine, "after_cursor_execute", strike)


def main() -> None:
    """Arguments: instance folder, database URL, the upload's id, the moment, where to die (a number or ``reading``)."""
    folder, url, intake_id, moment, where = sys.argv[1:]
    at = datetime.fromisoformat(moment)
    runtime = open_runtime(load_settings({"TRACKER_INSTANCE": folder, "TRACKER_DATABASE_URL": url}), clock=lambda: at)
    parts = open_parts(runtime.settings, runtime.database, runtime.storage, runtime.clock)
    if where == "reading":

        def die(*_: Any) -> Any:
            os.kill(os.getpid(), signal.SIGKILL)

        parts = replace(parts, read=die)
    else:
        kill_at(int(where))
    process_intake(parts, int(intake_id))


if __name__ == "__main__":
    main()
