"""Photographs of one report: kept byte for byte in one file, recognised page by page, put together in batches."""

from __future__ import annotations

import io
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from tests.services.test_scans import PAGES
from tests.support.batches import taken_in, zip_of
from tests.support.clock import FixedClock
from tests.support.factories import County, actor, make_county
from tests.support.recogniser import open_with_recogniser, settings_in
from tests.support.scans import picture_of
from tracker.db.models import BatchFile, BatchFileStatus, Intake, IntakeStatus, Report
from tracker.db.session import Database
from tracker.readers.base import DEFAULT_LIMITS, ScannedDocument, UnreadableDocument
from tracker.readers.photos import photo, photos_in
from tracker.readers.registry import read_file
from tracker.services.batch_runs import BatchParts, open_batch_parts
from tracker.services.batches import Choice, choose
from tracker.services.intake import process_intake
from tracker.services.photos import keep_together
from tracker.storage import FileTooLarge, Storage, StoredFile

pytestmark = pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)
PHOTOS = {f"{number}.jpg": picture_of(text) for number, text in zip((1, 2, 10), PAGES, strict=True)}


@pytest.fixture
def county(database: Database) -> County:
    with database.writing.begin() as session:
        return make_county(session)


@pytest.fixture
def parts(database: Database, clock: FixedClock, tmp_path: Path) -> BatchParts:
    return open_batch_parts(settings_in(tmp_path), open_with_recogniser(database, clock, tmp_path, pages=5))


def keep(storage: Storage, photos: dict[str, bytes], limit: int = 10**6) -> StoredFile:
    return keep_together(storage, [(name, io.BytesIO(data)) for name, data in photos.items()], limit=limit)


def test_they_are_kept_byte_for_byte_and_the_same_again_is_the_same_file(tmp_path: Path, dialect: str) -> None:
    storage = Storage(tmp_path / "files")
    stored = keep(storage, PHOTOS)
    assert keep(storage, PHOTOS) == stored
    with zipfile.ZipFile(storage.path(stored.key)) as archive:
        assert {name: archive.read(name) for name in archive.namelist()} == PHOTOS
    assert photos_in(storage.path(stored.key), DEFAULT_LIMITS) == ["1.jpg", "2.jpg", "10.jpg"]
    assert photo(storage.path(stored.key), "2.jpg", DEFAULT_LIMITS) == PHOTOS["2.jpg"]
    with pytest.raises(FileTooLarge):
        keep(storage, PHOTOS, limit=300)
    twins = keep(storage, {"a/1.jpg": b"x", "b/1.JPG": b"y"})
    assert zipfile.ZipFile(storage.path(twins.key)).namelist() == ["1.jpg", "2-1.JPG"]


def test_they_are_a_scan_and_a_broken_one_is_named(tmp_path: Path, dialect: str) -> None:
    storage = Storage(tmp_path)
    with pytest.raises(ScannedDocument) as caught:
        read_file(storage.path(keep(storage, PHOTOS).key), name="柳湾镇（3 张照片）.zip")
    assert caught.value.pages == 3
    broken = keep(storage, {**PHOTOS, "3.jpg": b"junk"})
    with pytest.raises(UnreadableDocument, match=r"第 3 张（3\.jpg）：图片无法打开"):
        read_file(storage.path(broken.key), name="a.zip")
    with pytest.raises(UnreadableDocument, match="内容却是一份报告的几张照片"):
        read_file(storage.path(keep(storage, PHOTOS).key), name="a.docx")
    other = tmp_path / "other.zip"
    other.write_bytes(zip_of({**PHOTOS, "说明.txt": "x"}))
    with pytest.raises(UnreadableDocument, match="请解压后"):
        read_file(other)


def rows(parts: BatchParts, batch_id: int) -> dict[str, BatchFileStatus]:
    with parts.intake.database.reading() as session:
        found = session.scalars(select(BatchFile).where(BatchFile.batch_id == batch_id).order_by(BatchFile.position))
        return {row.path: row.status for row in found}


def finish(parts: BatchParts, county: County, batch_id: int) -> Report:
    """Say whose the photographs are, and let them be recognised."""
    with parts.intake.database.writing.begin() as session:
        waiting = session.scalars(select(BatchFile.id).where(BatchFile.status == BatchFileStatus.NEEDS_UNIT)).all()
        choices = [Choice(file_id, unit_name="柳湾镇") for file_id in waiting]
        choose(session, actor(county.supervisor), batch_id, choices, now=parts.intake.clock())
    from tracker.services.batch_runs import process_batch

    process_batch(parts, batch_id)
    with parts.intake.database.reading() as session:
        intake_ids = session.scalars(select(Intake.id)).all()
    assert [process_intake(parts.intake, intake_id) for intake_id in intake_ids] == [IntakeStatus.DONE]
    with parts.intake.database.reading() as session:
        report = session.scalars(select(Report)).one()
        assert report.text == "\n".join(PAGES)
        return report


def test_photographs_in_a_folder_of_a_zip_become_one_report(parts: BatchParts, county: County) -> None:
    members: dict[str, Any] = {f"全县/柳湾镇/{name}": data for name, data in reversed(PHOTOS.items())}
    batch_id = taken_in(parts, county.supervisor, {"全县.zip": zip_of({**members, "全县/空.txt": ""})})
    assert rows(parts, batch_id) == {
        "全县.zip": BatchFileStatus.UNPACKED,
        "全县.zip/全县/柳湾镇/柳湾镇（3 张照片）.zip": BatchFileStatus.NEEDS_UNIT,
        "全县.zip/全县/空.txt": BatchFileStatus.FAILED,
    }
    report = finish(parts, county, batch_id)
    with zipfile.ZipFile(parts.intake.storage.path(report.file_key)) as archive:
        assert {name: archive.read(name) for name in archive.namelist()} == PHOTOS
    again = taken_in(parts, county.supervisor, {"又一次.zip": zip_of(members)})
    assert list(rows(parts, again).values()) == [BatchFileStatus.UNPACKED, BatchFileStatus.SAME]


def test_photographs_that_are_too_large_together_stay_apart(parts: BatchParts, county: County) -> None:
    small = replace(parts, member_limit=600)
    batch_id = taken_in(
        small, county.supervisor, {"全县.zip": zip_of({f"镇/{name}": data for name, data in PHOTOS.items()})}
    )
    assert len(rows(small, batch_id)) == 4


def test_a_bundle_is_taken_in_as_it_is(parts: BatchParts, county: County) -> None:
    stored = keep(parts.intake.storage, PHOTOS)
    content = parts.intake.storage.path(stored.key).read_bytes()
    batch_id = taken_in(parts, county.supervisor, {"全县/柳湾镇/柳湾镇（3 张照片）.zip": content})
    assert finish(parts, county, batch_id).file_name == "柳湾镇（3 张照片）.zip"
