"""Takes a scan in and is killed before its third page, as by kill -9 or a power cut. Started as a process of its own."""

from __future__ import annotations

import os
import signal
import sys
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

from config import load_settings
from tests.support.scans import ENGINE
from tracker.readers.scans.scanner import Scanner, ScanWorker
from tracker.runtime import open_runtime
from tracker.services.intake import open_parts, process_intake

LAST = 2


def main() -> None:
    """Arguments: instance folder, database URL, the upload's id, the moment."""
    folder, url, intake_id, moment = sys.argv[1:]
    at = datetime.fromisoformat(moment)
    runtime = open_runtime(load_settings({"TRACKER_INSTANCE": folder, "TRACKER_DATABASE_URL": url}), clock=lambda: at)
    parts = open_parts(runtime.settings, runtime.database, runtime.storage, runtime.clock)
    read = ScanWorker.read

    def die(self: ScanWorker, path: Path, index: int) -> Any:
        if index == LAST:
            os.kill(os.getpid(), signal.SIGKILL)
        return read(self, path, index)

    ScanWorker.read = die  # type: ignore[method-assign]
    process_intake(replace(parts, scanner=Scanner(runtime.settings.scan_lock_path, engine=ENGINE)), int(intake_id))


if __name__ == "__main__":
    main()
