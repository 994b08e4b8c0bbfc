"""A process that recognises a scan is killed between two pages: the next one goes on with the page that was due."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

from tests.services.test_intake import intake_of
from tests.services.test_scans import PAGES, county, parts, scan_of
from tests.support.factories import County
from tracker.db.models import Intake, IntakeStatus, Report
from tracker.services.intake import IntakeParts, resume_stale_intakes
from tracker.services.scanning import progress_of

ROOT = Path(__file__).resolve().parents[2]
__all__ = ["county", "parts"]  # fixtures


def test_killed_between_pages_the_next_run_goes_on(parts: IntakeParts, county: County, tmp_path: Path) -> None:
    """A process of its own is killed by kill -9 while it reads the third page."""
    intake_id = scan_of(parts, county, *PAGES)
    url = parts.database.writing.kw["bind"].url.render_as_string(hide_password=False)
    command = [sys.executable, "-m", "tests.services.dying_scan", str(tmp_path), url, str(intake_id)]
    done = subprocess.run([*command, parts.clock().isoformat()], cwd=ROOT, timeout=60, capture_output=True, check=False)
    assert done.returncode == -signal.SIGKILL, done.stderr.decode()
    stopped = intake_of(parts, intake_id)
    assert (stopped.status, progress_of(stopped)) == (IntakeStatus.READING, (2, 3))
    parts.clock.advance(minutes=10)  # type: ignore[attr-defined]
    assert resume_stale_intakes(parts) == 1
    finished = intake_of(parts, intake_id)
    assert finished.status is IntakeStatus.DONE
    with parts.database.reading() as session:
        assert session.query(Report).count() == 1
        assert session.query(Intake).count() == 1
