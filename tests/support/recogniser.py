"""An intake whose pictures the recogniser for tests reads (``tests.support.scans``, which its own process loads alone)."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from tests.support.clock import FixedClock
from tests.support.scans import ENGINE
from tracker.db.session import Database
from tracker.readers.scans.scanner import ScanLimits, Scanner
from tracker.services.intake import IntakeParts, open_parts
from tracker.settings import Settings
from tracker.storage import Storage


def settings_in(folder: Path) -> Settings:
    """Settings of an installation in ``folder`` that reads no longer than ten seconds."""
    return Settings(instance_path=folder, database_url="", secret_key="x", reading_seconds=10)


def open_with_recogniser(database: Database, clock: FixedClock, folder: Path, *, pages: int) -> IntakeParts:
    """Return the parts of an intake in ``folder`` that recognises at most so many pages of a file."""
    settings = settings_in(folder)
    opened = open_parts(settings, database, Storage(folder / "files"), clock)
    return replace(opened, scanner=Scanner(settings.scan_lock_path, ScanLimits(pages=pages), ENGINE))
