"""Files that nothing refers to go after a day; whatever a row refers to stays."""

from __future__ import annotations

import io
import os
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from tests.support.factories import NOW, make_county, make_evidence, make_report, make_task
from tracker.db.models import Intake, IntakeStatus
from tracker.services.stored_files import remove_orphans
from tracker.storage import Storage


@pytest.fixture
def storage(tmp_path: Path) -> Storage:
    return Storage(tmp_path / "files")


def stored(storage: Storage, words: str, *, days: float = 2) -> str:
    key = storage.save(io.BytesIO(words.encode()), limit=1000).key
    moment = (NOW - timedelta(days=days)).timestamp()
    os.utime(storage.path(key), (moment, moment))
    return key


def test_only_old_files_without_a_row_go(session: Session, storage: Storage) -> None:
    county = make_county(session)
    report = make_report(session, county.township, county.officer)
    evidence = make_evidence(session, make_task(session, county.township), county.officer)
    report.file_key, evidence.file_key = stored(storage, "报告"), stored(storage, "佐证")
    uploads = {}
    for status, days in ((IntakeStatus.QUEUED, 90), (IntakeStatus.FAILED, 3), (IntakeStatus.FAILED, 90)):
        uploads[status, days] = stored(storage, f"{status}{days}", days=days)
        session.add(
            Intake(
                unit_id=county.township.id,
                uploaded_by_id=county.officer.id,
                file_name="a.txt",
                file_key=uploads[status, days],
                file_size=1,
                status=status,
                created_at=NOW,
                finished_at=NOW - timedelta(days=days) if status is IntakeStatus.FAILED else None,
            )
        )
    session.flush()
    young, old = stored(storage, "刚存的", days=0.5), stored(storage, "无主的")
    broken = storage.root / ".incoming-x"
    broken.write_bytes(b"half")
    os.utime(broken, (0, 0))

    assert remove_orphans(session, storage, now=NOW) == 2
    assert not storage.exists(old)
    assert not storage.exists(uploads[IntakeStatus.FAILED, 90])
    assert not broken.exists()
    for key in (
        young,
        report.file_key,
        evidence.file_key,
        uploads[IntakeStatus.QUEUED, 90],
        uploads[IntakeStatus.FAILED, 3],
    ):
        assert storage.exists(key)


def test_a_file_stored_again_meanwhile_stays(storage: Storage) -> None:
    key = stored(storage, "又来了")
    listed = list(storage.older_than(NOW - timedelta(days=1)))
    stored(storage, "又来了", days=0)
    assert listed == [key]
    assert not storage.remove(key, unless_newer_than=NOW - timedelta(days=1))
    assert storage.exists(key)


def test_an_empty_storage_is_no_error(session: Session, storage: Storage) -> None:
    assert remove_orphans(session, storage, now=NOW) == 0
