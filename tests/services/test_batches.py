"""Several files at once: each its own way, once, whatever happens between."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from tests.support.batches import report_text, send, taken_in, zip_of
from tests.support.clock import FixedClock
from tests.support.factories import County, actor, make_county
from tracker.db.models import AuditEntry, Batch, BatchFile, BatchFileStatus, BatchStatus, Intake, Report, Task, User
from tracker.db.queries.batches import count_files, get_batch, list_batches, list_files
from tracker.db.session import Database
from tracker.domain.batches import FileState
from tracker.domain.errors import Forbidden, NotFound, RuleViolation
from tracker.readers.archives import list_members, read_member
from tracker.readers.base import Limits, UnreadableDocument
from tracker.readers.extracting import extract_file
from tracker.services.batch_runs import BatchParts, open_batch_parts, process_batch, resume_stale_batches
from tracker.services.batches import (
    BatchOver,
    Choice,
    NoFiles,
    UnknownUnitName,
    cancel_batch,
    choose,
    retry_batch,
    title_of,
)
from tracker.services.intake import open_parts, process_intake
from tracker.services.stored_files import remove_orphans
from tracker.settings import Settings
from tracker.storage import Storage

sqlite_alone = pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)  # says nothing of the database

LIUWAN, SHIDU, BUREAU = "清溪县柳湾镇人民政府", "石渡镇人民政府", "清溪县交通运输局"
THREE = {"柳湾.txt": report_text(LIUWAN), "石渡.txt": report_text(SHIDU), "交通.txt": report_text(BUREAU)}


@pytest.fixture
def county(database: Database) -> County:
    with database.writing.begin() as session:
        return make_county(session)


@pytest.fixture
def parts(database: Database, clock: FixedClock, tmp_path: Any) -> BatchParts:
    settings = Settings(instance_path=tmp_path, database_url="", secret_key="x", reading_seconds=10, batch_files=20)
    made = open_batch_parts(settings, open_parts(settings, database, Storage(tmp_path / "files"), clock))
    return in_this_process(made)


@pytest.fixture
def parts_with_children(database: Database, clock: FixedClock, tmp_path: Any) -> BatchParts:
    settings = Settings(instance_path=tmp_path, database_url="", secret_key="x", reading_seconds=10)
    return open_batch_parts(settings, open_parts(settings, database, Storage(tmp_path / "files"), clock))


def in_this_process(parts: BatchParts) -> BatchParts:
    """Read files and open zips here, which is quicker than in a child."""
    limits = Limits()
    return replace(
        parts,
        intake=replace(parts.intake, read=lambda path, name: extract_file(path, name=name, limits=limits).to_dict()),
        list_archive=lambda path: list_members(path, limits, 20),
        take_out=lambda path, number: read_member(path, number, limits),
    )


def states(parts: BatchParts, batch_id: int) -> dict[str, FileState]:
    with parts.intake.database.reading() as session:
        batch = session.get_one(Batch, batch_id)
        return {listed.file.path: listed.state for listed in list_files(session, batch, limit=500)}


def told(parts: BatchParts, batch_id: int) -> dict[str, str]:
    with parts.intake.database.reading() as session:
        rows = session.scalars(select(BatchFile).where(BatchFile.batch_id == batch_id).order_by(BatchFile.position))
        return {row.path: row.message or "" for row in rows}


def status(parts: BatchParts, batch_id: int) -> BatchStatus:
    with parts.intake.database.reading() as session:
        return session.get_one(Batch, batch_id).status


def count(parts: BatchParts, model: Any, *where: Any) -> int:
    with parts.intake.database.reading() as session:
        return session.scalar(select(func.count()).select_from(model).where(*where)) or 0


def decide(parts: BatchParts, user: User, verb: Any, *arguments: Any) -> Any:
    with parts.intake.database.writing.begin() as session:
        return verb(session, actor(user), *arguments, now=parts.intake.clock())


# ---- each file its own way --------------------------------------------------------------------------------------------


def test_each_file_goes_to_the_unit_that_signed_it(parts: BatchParts, county: County) -> None:
    batch_id = taken_in(parts, county.supervisor, THREE)
    assert set(states(parts, batch_id).values()) == {FileState.STORED}
    assert status(parts, batch_id) is BatchStatus.DONE
    with parts.intake.database.reading() as session:
        found = dict(session.execute(select(Report.unit_id, Report.report_year)).all())
        assert found == {county.township.id: 2025, county.sister.id: 2025, county.bureau.id: 2025}
        batch = get_batch(session, actor(county.supervisor), batch_id)
        assert [listed.items for listed in list_files(session, batch)] == [2, 2, 2]
        assert session.scalar(select(Intake.uploaded_by_id).limit(1)) == county.supervisor.id
    assert count(parts, Task) == 6
    assert count(parts, AuditEntry, AuditEntry.action == "report.store") == 3


@sqlite_alone
def test_a_zip_is_its_files(parts_with_children: BatchParts, county: County) -> None:
    parts = parts_with_children
    content = zip_of(
        {"全县/": "", "__MACOSX/._a": "x", "全县/~$锁.docx": "x", **{f"全县/{k}": v for k, v in THREE.items()}}
    )
    batch_id = taken_in(parts, county.supervisor, {"2025年报告.zip": content})
    assert states(parts, batch_id) == {f"2025年报告.zip/全县/{name}": FileState.STORED for name in THREE}
    with parts.intake.database.reading() as session:
        for report in session.scalars(select(Report)):
            assert parts.intake.storage.path(report.file_key).read_text(encoding="utf-8") == THREE[report.file_name]


def test_the_same_batch_again_stores_nothing_and_reads_nothing(parts: BatchParts, county: County) -> None:
    taken_in(parts, county.supervisor, THREE)

    def read(*_: Any) -> Any:
        raise AssertionError("known files are not read")

    blind = replace(parts, intake=replace(parts.intake, read=read))
    batch_id = taken_in(blind, county.supervisor, {"又一次.zip": zip_of(THREE)})
    assert set(states(parts, batch_id).values()) == {FileState.SAME}
    assert count(parts, Report) == 3
    assert all("此前已经入账" in words for words in list(told(parts, batch_id).values())[1:])


@sqlite_alone
def test_the_same_file_twice_in_a_batch_is_taken_once(parts: BatchParts, county: County) -> None:
    batch_id = taken_in(
        parts, county.supervisor, {"a/报告.txt": THREE["柳湾.txt"], "b/报告（副本）.txt": THREE["柳湾.txt"]}
    )
    assert list(states(parts, batch_id).values()) == [FileState.STORED, FileState.SAME]
    assert "a/报告.txt" in told(parts, batch_id)["b/报告（副本）.txt"]


@sqlite_alone
def test_another_file_of_the_same_unit_and_year_asks(parts: BatchParts, county: County) -> None:
    changed = THREE["柳湾.txt"].replace("2名", "3名")
    batch_id = taken_in(parts, county.supervisor, {"一.txt": THREE["柳湾.txt"], "二.txt": changed})
    assert list(states(parts, batch_id).values()) == [FileState.STORED, FileState.ATTENTION]
    assert count(parts, Report) == 1


@sqlite_alone
def test_what_cannot_be_read_says_why_and_stops_nothing(parts: BatchParts, county: County) -> None:
    files = {"空.txt": b"", "坏.docx": b"PK\x03\x04 broken", "好.txt": THREE["柳湾.txt"], "图.exe": b"MZ\0\0" * 100}
    batch_id = taken_in(parts, county.supervisor, files)
    assert list(states(parts, batch_id).values()) == [
        FileState.FAILED,
        FileState.FAILED,
        FileState.STORED,
        FileState.FAILED,
    ]
    said = told(parts, batch_id)
    assert "空的" in said["空.txt"]
    assert "损坏" in said["坏.docx"]
    assert count(parts, AuditEntry, AuditEntry.action == "report.upload_failed") == 3


@sqlite_alone
def test_a_year_chosen_for_all_wins(parts: BatchParts, county: County) -> None:
    batch_id = taken_in(parts, county.supervisor, {"a.txt": THREE["柳湾.txt"]}, year=2024)
    assert set(states(parts, batch_id).values()) == {FileState.STORED}
    with parts.intake.database.reading() as session:
        assert session.scalars(select(Report.report_year)).all() == [2024]


# ---- a person says ----------------------------------------------------------------------------------------------------


def test_an_unclear_unit_waits_and_its_text_is_not_read_again(parts: BatchParts, county: County) -> None:
    files = {"柳湾镇2025年报告.txt": report_text(""), "无名.txt": report_text("邻水县某某镇人民政府")}
    batch_id = taken_in(parts, county.supervisor, files)
    assert set(states(parts, batch_id).values()) == {FileState.ATTENTION}
    assert status(parts, batch_id) is BatchStatus.DONE
    with parts.intake.database.reading() as session:
        first, second = session.scalars(select(BatchFile).order_by(BatchFile.position)).all()
        assert (first.unit_id, second.unit_id) == (None, county.township.id)
    assert "没有找到对应的报送单位" in (first.message or "")
    choices = [Choice(first.id, "石渡镇"), Choice(second.id, "柳湾镇人民政府")]
    assert decide(parts, county.supervisor, choose, batch_id, choices) == (2, [])
    assert status(parts, batch_id) is BatchStatus.RUNNING

    def read(*_: Any) -> Any:
        raise AssertionError("kept readings are not read again")

    process_batch(replace(parts, intake=replace(parts.intake, read=read)), batch_id)
    assert set(states(parts, batch_id).values()) == {FileState.STORED}
    assert decide(parts, county.supervisor, choose, batch_id, choices) == (0, [])  # a second time changes nothing
    assert count(parts, Report) == 2


@sqlite_alone
def test_a_year_can_be_said_for_an_upload_that_asks(parts: BatchParts, county: County) -> None:
    text = report_text("清溪县柳湾镇人民政府").replace("2025年", "").replace("2026年", "下一年")
    batch_id = taken_in(parts, county.supervisor, {"a.txt": text})
    assert set(states(parts, batch_id).values()) == {FileState.ATTENTION}
    with parts.intake.database.reading() as session:
        file = session.scalars(select(BatchFile)).one()
    settled, goes_on = decide(parts, county.supervisor, choose, batch_id, [Choice(file.id, report_year=2023)])
    assert (settled, goes_on) == (1, [file.intake_id])
    process_batch(parts, batch_id)
    process_intake(parts.intake, goes_on[0])
    assert set(states(parts, batch_id).values()) == {FileState.STORED}


@sqlite_alone
def test_names_that_are_no_unit_in_sight_are_refused_whole(parts: BatchParts, county: County) -> None:
    batch_id = taken_in(parts, county.supervisor, {"a.txt": report_text(""), "b.txt": report_text("", 2024)})
    with parts.intake.database.reading() as session:
        first, second = session.scalars(select(BatchFile).order_by(BatchFile.id)).all()
    choices = [Choice(first.id, "石渡镇"), Choice(second.id, "白鹿镇人民政府")]  # the latter of another county
    with pytest.raises(UnknownUnitName, match="白鹿镇人民政府"):
        decide(parts, county.supervisor, choose, batch_id, choices)
    assert set(states(parts, batch_id).values()) == {FileState.ATTENTION}
    with pytest.raises(RuleViolation, match="页面内容不完整"):
        decide(parts, county.supervisor, choose, batch_id, [Choice(999_999, "石渡镇")])


def test_only_a_supervisor_sends_and_decides_and_others_see_nothing(parts: BatchParts, county: County) -> None:
    with pytest.raises(Forbidden):
        taken_in(parts, county.officer, THREE)
    batch_id = send(parts, county.supervisor, THREE)
    for verb, more in ((choose, ([],)), (retry_batch, ()), (cancel_batch, ())):
        with pytest.raises(Forbidden):
            decide(parts, county.auditor, verb, batch_id, *more)
        with pytest.raises(NotFound):
            decide(parts, county.other_supervisor, verb, batch_id, *more)
    with parts.intake.database.reading() as session:
        assert list_batches(session, actor(county.officer)) == []
        assert list_batches(session, actor(county.other_supervisor)) == []
        assert [listed.batch.id for listed in list_batches(session, actor(county.auditor), running=True)] == [batch_id]


@sqlite_alone
def test_a_scan_waits_for_its_unit_and_is_read_as_an_upload(parts: BatchParts, county: County) -> None:
    def scanned(*_: Any) -> Any:
        raise UnreadableDocument("scanned", "扫描件")

    batch_id = send(parts, county.supervisor, {"石渡镇报告.txt": THREE["石渡.txt"]})
    process_batch(replace(parts, intake=replace(parts.intake, read=scanned)), batch_id)
    assert "扫描件" in told(parts, batch_id)["石渡镇报告.txt"]
    with parts.intake.database.reading() as session:
        file = session.scalars(select(BatchFile)).one()
        assert (file.status, file.unit_id) == (BatchFileStatus.NEEDS_UNIT, county.sister.id)
    decide(parts, county.supervisor, choose, batch_id, [Choice(file.id, "石渡镇人民政府")])

    def read(path: Any, name: str) -> Any:
        with parts.intake.database.reading() as session:
            if session.scalars(select(BatchFile.intake_id)).one() is None:
                raise UnreadableDocument("scanned", "扫描件")
        return parts.intake.read(path, name)  # by its upload

    process_batch(replace(parts, intake=replace(parts.intake, read=read)), batch_id)
    assert set(states(parts, batch_id).values()) == {FileState.STORED}


# ---- cancelling, trying again, killed runs ----------------------------------------------------------------------------


def test_cancelling_keeps_what_is_in_the_books(parts: BatchParts, county: County) -> None:
    batch_id = send(parts, county.supervisor, THREE)
    process_batch(parts, batch_id, limit=1)
    assert decide(parts, county.supervisor, cancel_batch, batch_id) == 2
    process_batch(parts, batch_id)
    assert list(states(parts, batch_id).values()) == [FileState.STORED, FileState.CANCELLED, FileState.CANCELLED]
    assert count(parts, Report) == 1
    with pytest.raises(BatchOver):
        decide(parts, county.supervisor, cancel_batch, batch_id)


@sqlite_alone
def test_cancelled_while_a_file_is_read(parts: BatchParts, county: County) -> None:
    batch_id = send(parts, county.supervisor, THREE)

    def read(path: Any, name: str) -> Any:
        decide(parts, county.supervisor, cancel_batch, batch_id)
        return parts.intake.read(path, name)

    process_batch(replace(parts, intake=replace(parts.intake, read=read)), batch_id)
    assert set(states(parts, batch_id).values()) == {FileState.CANCELLED}
    assert count(parts, Report) == 0


@sqlite_alone
def test_what_failed_by_chance_can_be_tried_again(parts: BatchParts, county: County) -> None:
    def read(*_: Any) -> Any:
        raise UnreadableDocument("timeout", "读取超过 10 秒，已停止。")

    files = {**THREE, "空.txt": b""}
    batch_id = send(parts, county.supervisor, files)
    process_batch(replace(parts, intake=replace(parts.intake, read=read)), batch_id)
    assert set(states(parts, batch_id).values()) == {FileState.FAILED}
    process_batch(parts, batch_id)  # by itself it does not begin again
    assert count(parts, Report) == 0
    tried, goes_on = decide(parts, county.supervisor, retry_batch, batch_id)
    assert (tried, goes_on) == (4, [])
    process_batch(parts, batch_id)
    assert list(states(parts, batch_id).values()) == [*[FileState.STORED] * 3, FileState.FAILED]
    assert decide(parts, county.supervisor, retry_batch, batch_id) == (0, [])  # an empty file stays empty


class Killed(BaseException):
    """As by kill -9: nothing catches it."""


def test_a_killed_run_is_taken_up_where_it_was(parts: BatchParts, county: County, clock: FixedClock) -> None:
    batch_id = send(parts, county.supervisor, {"全县.zip": zip_of(THREE)})
    for point in ("list_archive", "take_out", "read", "take_out"):

        def die(*_: Any) -> Any:
            raise Killed

        broken = (
            replace(parts, intake=replace(parts.intake, read=die))
            if point == "read"
            else replace(parts, **{point: die})
        )
        with pytest.raises(Killed):
            process_batch(broken, batch_id)
        assert resume_stale_batches(parts) == 0  # its lease still runs
        clock.advance(minutes=10)
        assert status(parts, batch_id) is BatchStatus.RUNNING
        process_batch(parts, batch_id, limit=1)
    clock.advance(minutes=10)
    resume_stale_batches(parts)
    assert set(states(parts, batch_id).values()) == {FileState.STORED}
    assert status(parts, batch_id) is BatchStatus.DONE
    assert (count(parts, Report), count(parts, Task), count(parts, Intake)) == (3, 6, 3)


@sqlite_alone
def test_an_upload_that_a_killed_run_left_is_finished(parts: BatchParts, county: County, clock: FixedClock) -> None:
    batch_id = send(parts, county.supervisor, {"a.txt": THREE["柳湾.txt"]})
    with pytest.MonkeyPatch.context() as patch:

        def die(*_: Any) -> Any:
            raise Killed

        patch.setattr("tracker.services.batch_runs.process_text", die)  # between two steps
        with pytest.raises(Killed):
            process_batch(parts, batch_id)
    clock.advance(minutes=10)
    resume_stale_batches(parts)
    assert set(states(parts, batch_id).values()) == {FileState.STORED}
    assert status(parts, batch_id) is BatchStatus.DONE


@sqlite_alone
def test_a_file_that_kills_its_run_each_time_is_given_up(parts: BatchParts, county: County, clock: FixedClock) -> None:
    batch_id = send(parts, county.supervisor, {"a.txt": THREE["柳湾.txt"], "b.txt": THREE["石渡.txt"]})

    def die(path: Any, name: str) -> Any:
        if name == "a.txt":
            raise Killed
        return parts.intake.read(path, name)

    deadly = replace(parts, intake=replace(parts.intake, read=die))
    for _ in range(3):
        with pytest.raises(Killed):
            process_batch(deadly, batch_id)
        clock.advance(minutes=10)
    process_batch(deadly, batch_id)
    assert list(states(parts, batch_id).values()) == [FileState.FAILED, FileState.STORED]


@sqlite_alone
def test_a_batch_in_portions(parts: BatchParts, county: County) -> None:
    batch_id = send(parts, county.supervisor, THREE)
    assert process_batch(parts, batch_id, limit=2) == 2
    assert status(parts, batch_id) is BatchStatus.RUNNING
    assert resume_stale_batches(parts, limit=5) == 1  # at once: nobody has it
    assert status(parts, batch_id) is BatchStatus.DONE
    with parts.intake.database.reading() as session:
        assert count_files(session, batch_id) == {FileState.STORED: 3}


# ---- limits -----------------------------------------------------------------------------------------------------------


@sqlite_alone
def test_an_empty_choice_and_too_many_files_are_refused(parts: BatchParts, county: County) -> None:
    with pytest.raises(NoFiles):
        send(parts, county.supervisor, {"Thumbs.db": b"x"})
    with pytest.raises(RuleViolation, match="一批最多 1 个"):
        send(parts, county.supervisor, {"a.txt": b"x", "b.txt": b"y"}, most=1)


@sqlite_alone
def test_a_zip_beyond_the_limits_is_refused_as_a_whole(parts: BatchParts, county: County) -> None:
    many = zip_of({f"{number}.txt": "x" for number in range(21)})
    bomb = zip_of({"零.txt": b"0" * 30_000_000})
    batch_id = taken_in(parts, county.supervisor, {"多.zip": many, "弹.zip": bomb, "坏.zip": b"PK\x05\x06nothing"})
    said = told(parts, batch_id)
    assert set(states(parts, batch_id).values()) == {FileState.FAILED}
    assert "21 个文件" in said["多.zip"]
    assert "压缩炸弹" in said["弹.zip"]
    assert "已损坏" in said["坏.zip"]


@sqlite_alone
def test_stored_files_are_kept_as_long_as_a_batch_needs_them(
    parts: BatchParts, county: County, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    send(parts, county.supervisor, {"全县.zip": zip_of({"a.txt": report_text("")})})
    monkeypatch.setattr(Storage, "older_than", lambda storage, _: [path.name for path in storage.root.glob("??/*")])
    monkeypatch.setattr(Storage, "remove", lambda *_, **__: True)

    def orphans() -> int:
        with parts.intake.database.reading() as session:
            return remove_orphans(session, parts.intake.storage, now=clock() + timedelta(days=40))

    assert orphans() == 0
    with parts.intake.database.reading() as session:
        batch_id = session.scalars(select(Batch.id)).one()
    process_batch(parts, batch_id)
    assert orphans() == 1  # the zip: its member is taken out and waits for its unit
    assert count(parts, BatchFile, BatchFile.status == BatchFileStatus.NEEDS_UNIT) == 1


@pytest.mark.parametrize(
    ("names", "title"),
    [
        (["全县/柳湾/a.docx", "全县/b.docx"], "全县"),
        (["a.docx"], "a.docx"),
        (["a.docx", "b.docx"], "a.docx 等 2 个文件"),
        (["甲/a.docx", "b.docx"], "a.docx 等 2 个文件"),
        (["甲\\a.docx"], "甲"),
    ],
)
def test_a_batch_is_called_by_its_folder(names: list[str], title: str) -> None:
    assert title_of(names) == title
