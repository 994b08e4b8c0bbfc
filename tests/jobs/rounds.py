"""One clock of several: waits for the others, then runs rounds as fast as it can. Started as a process of its own."""

from __future__ import annotations

import sys
from datetime import datetime
from pathlib import Path
from time import monotonic

from config import load_settings
from tracker.jobs.handlers import plan_reminders
from tracker.runtime import open_runtime


def main() -> None:
    """Arguments: instance folder, database URL, number of rounds, the moment, number of clocks, this one's number."""
    folder, url, rounds, moment, clocks, number = sys.argv[1:]
    settings = load_settings(
        {"TRACKER_INSTANCE": folder, "TRACKER_DATABASE_URL": url, "TRACKER_MAIL_TRANSPORT": "file"}
    )
    at = datetime.fromisoformat(moment)
    runtime = open_runtime(settings, clock=lambda: at)
    Path(folder, f"ready-{number}").touch()
    deadline = monotonic() + 60
    while len(list(Path(folder).glob("ready-*"))) < int(clocks):  # the barrier
        if monotonic() > deadline:
            raise SystemExit("the other clocks did not come")
    for _ in range(int(rounds)):
        plan_reminders(runtime)
    runtime.database.dispose()


if __name__ == "__main__":
    main()
