"""What was answered is on the disk: the one setting that the other tests do without."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

FULL = "2"
ASK = """
import sys
from sqlalchemy import text
from tracker.db.session import open_database
database = open_database(sys.argv[1])
for engine in (database.writing_engine, database.reading_engine):
    with engine.connect() as connection:
        print(connection.scalar(text("PRAGMA synchronous")), connection.scalar(text("PRAGMA journal_mode")))
"""


def test_each_commit_waits_for_the_disk(tmp_path: Path) -> None:
    command = [sys.executable, "-c", ASK, f"sqlite:///{tmp_path / 'tracker.db'}"]
    told = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
    assert told == [FULL, "wal"] * 2
