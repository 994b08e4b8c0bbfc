"""Taking in a report: wholly or not at all, once, whatever happens on the way."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, event, func, select

from tests.support.clock import FixedClock
from tests.support.factories import County, actor, make_county, make_unit
from tracker.db.models import (
    AuditEntry,
    Intake,
    IntakeStatus,
    ReconciliationSheet,
    Report,
    SupportingUnit,
    Task,
    TaskSource,
    Unit,
    UnitKind,
    User,
)
from tracker.db.session import Database
from tracker.domain.documents import DeadlineSource
from tracker.domain.errors import Forbidden, NotFound
from tracker.domain.tasks import TaskStatus
from tracker.services.assignments import assign
from tracker.services.intake import IntakeParts, open_parts, process_intake, resume_stale_intakes
from tracker.services.plan_items import Chosen, confirm_proposals, dismiss_proposal
from tracker.services.uploads import (
    Answer,
    EmptyUpload,
    NothingToAnswer,
    answer_intake,
    clean_file_name,
    receive_upload,
)
from tracker.settings import Settings
from tracker.storage import Storage

REPORT = """清溪县柳湾镇人民政府
2025年法治政府建设工作报告
一、主要工作
全年办理行政处罚案件10件，组织宣讲12场。
二、存在的问题
一是执法力量薄弱；二是普法形式单一。
三、2026年工作计划
（一）充实执法队伍。6月底前新增持证执法人员2名。（责任单位：镇司法所）
（二）创新普法形式。年内开展普法活动不少于4场。（牵头单位：县交通运输局；配合单位：镇司法所、水利站）
（三）规范决策程序。完善重大事项公开制度。
"""
CORRECTED = REPORT.replace("2名", "3名").replace("（三）规范", "（三）建立法律顾问台账。\n（四）规范")


@pytest.fixture
def county(database: Database) -> County:
    with database.writing.begin() as session:
        return make_county(session)


@pytest.fixture
def parts(database: Database, clock: FixedClock, tmp_path: Any) -> IntakeParts:
    settings = Settings(instance_path=tmp_path, database_url="", secret_key="x", reading_seconds=10)
    return open_parts(settings, database, Storage(tmp_path / "files"), clock)


def upload(
    parts: IntakeParts,
    user: User,
    content: bytes | str,
    *,
    name: str = "报告.txt",
    unit: Unit | None = None,
    year: int | None = None,
) -> int:
    data = content.encode() if isinstance(content, str) else content
    stored = parts.storage.save(io.BytesIO(data), limit=10**9)
    with parts.database.writing.begin() as session:
        intake = receive_upload(
            session,
            actor(user),
            unit_id=unit.id if unit else user.unit_id,
            report_year=year,
            file=stored,
            file_name=name,
            now=parts.clock(),
        )
        return intake.id


def taken_in(parts: IntakeParts, user: User, content: bytes | str, **how: Any) -> Intake:
    intake_id = upload(parts, user, content, **how)
    process_intake(parts, intake_id)
    return intake_of(parts, intake_id)


def intake_of(parts: IntakeParts, intake_id: int) -> Intake:
    with parts.database.reading() as session:
        return session.get_one(Intake, intake_id)


def answer(parts: IntakeParts, user: User, intake_id: int, reply: Answer) -> Intake:
    with parts.database.writing.begin() as session:
        answer_intake(session, actor(user), intake_id, reply, now=parts.clock())
    process_intake(parts, intake_id)
    return intake_of(parts, intake_id)


def rows(parts: IntakeParts, *where: Any) -> list[Task]:
    with parts.database.reading() as session:
        return list(session.scalars(select(Task).where(*where).order_by(Task.report_id, Task.start)))


def count(parts: IntakeParts, model: Any, *where: Any) -> int:
    with parts.database.reading() as session:
        return session.scalar(select(func.count()).select_from(model).where(*where)) or 0


# ---- a report comes in ----------------------------------------------------------------------------------------------


def test_a_report_becomes_proposals_with_their_sources(parts: IntakeParts, county: County) -> None:
    intake = taken_in(parts, county.officer, REPORT)
    assert (intake.status, intake.step) == (IntakeStatus.DONE, "stored")
    assert "3 条" in (intake.message or "")
    with parts.database.reading() as session:
        report = session.get_one(Report, intake.report_id)
        assert (report.report_year, report.plan_year, report.unit_id) == (2025, 2026, county.township.id)
        assert report.text.startswith("清溪县柳湾镇人民政府")
        assert "text" not in report.reading
        assert [entry["kind"] for entry in report.reading["sections"]] == ["work_done", "problems", "plan"]
        first, second, third = session.scalars(select(Task).order_by(Task.start)).all()
        assert {task.status for task in (first, second, third)} == {TaskStatus.PROPOSED}
        assert (first.title, first.due_on, first.due_source) == ("充实执法队伍", date(2026, 6, 30), DeadlineSource.TEXT)
        assert first.quantities[0]["value"] == 2
        assert first.area == "行政执法"
        assert any(reason.startswith("类别") for reason in first.reasons)
        assert (third.due_on, third.due_source, third.due_confirmed) == (
            date(2026, 12, 31),
            DeadlineSource.PLAN_YEAR,
            False,
        )
        for task in (first, second, third):
            source = session.scalars(select(TaskSource).where(TaskSource.task_id == task.id)).one()
            assert report.text[source.start : source.end] == source.quote == task.quote
            assert task.original_due_on is None


def test_names_become_units_where_they_are_known(parts: IntakeParts, county: County) -> None:
    taken_in(parts, county.officer, REPORT)
    first, second, third = rows(parts)
    assert (first.lead_unit_id, first.lead_unit_confirmed) == (county.section.id, True)
    assert (second.lead_unit_id, second.lead_unit_confirmed) == (county.bureau.id, True)
    assert (third.lead_unit_id, third.lead_unit_confirmed) == (county.township.id, False)
    assert second.supporting_names == ["镇司法所", "水利站"]
    with parts.database.reading() as session:
        supporters = session.execute(select(SupportingUnit.task_id, SupportingUnit.unit_id)).all()
    assert [tuple(row) for row in supporters] == [(second.id, county.section.id)]


@pytest.mark.parametrize(("who", "unit"), [("officer", "township"), ("head", "section"), ("supervisor", "sister")])
def test_people_upload_for_units_in_their_scope(parts: IntakeParts, county: County, who: str, unit: str) -> None:
    assert upload(parts, getattr(county, who), REPORT, unit=getattr(county, unit)) > 0


@pytest.mark.parametrize(
    ("who", "unit", "error"),
    [
        ("officer", "sister", NotFound),
        ("officer", "area", NotFound),
        ("supervisor", "other_township", NotFound),
        ("auditor", "township", Forbidden),
        ("admin", "township", Forbidden),
    ],
)
def test_nobody_uploads_elsewhere(
    parts: IntakeParts, county: County, who: str, unit: str, error: type[Exception]
) -> None:
    with pytest.raises(error):
        upload(parts, getattr(county, who), REPORT, unit=getattr(county, unit))
    assert count(parts, Intake) == 0


def test_a_report_without_a_plan_is_kept_and_says_so(parts: IntakeParts, county: County) -> None:
    intake = taken_in(parts, county.officer, REPORT.split("三、")[0])
    assert intake.status is IntakeStatus.DONE
    with parts.database.reading() as session:
        report = session.get_one(Report, intake.report_id)
        assert any("计划" in notice for notice in report.notices)
        assert report.reviewed_at is not None
    assert rows(parts) == []


# ---- the same again ---------------------------------------------------------------------------------------------------


def test_the_same_report_again_is_recognised_by_its_text(parts: IntakeParts, county: County) -> None:
    first = taken_in(parts, county.officer, REPORT)
    again = taken_in(parts, county.officer, REPORT)
    other_file = taken_in(parts, county.supervisor, REPORT.encode("gb18030"), name="再传.txt", unit=county.township)
    for intake in (again, other_file):
        assert (intake.status, intake.step, intake.report_id) == (IntakeStatus.DONE, "same", first.report_id)
        assert "没有重复登记" in (intake.message or "")
    assert count(parts, Report) == 1
    assert len(rows(parts)) == 3


def test_the_same_file_on_its_way_is_one_upload(parts: IntakeParts, county: County) -> None:
    assert upload(parts, county.officer, REPORT) == upload(parts, county.head, REPORT)
    assert count(parts, Intake) == 1


def test_an_upload_is_processed_once(parts: IntakeParts, county: County) -> None:
    intake_id = upload(parts, county.officer, REPORT)
    assert process_intake(parts, intake_id) is IntakeStatus.DONE
    assert process_intake(parts, intake_id) is None
    assert process_intake(parts, 999_999) is None
    assert len(rows(parts)) == 3


# ---- a corrected version ------------------------------------------------------------------------------------------------


def confirm_first(parts: IntakeParts, county: County, *, send: bool = False) -> Task:
    task = rows(parts)[0]
    with parts.database.writing.begin() as session:
        confirm_proposals(
            session, actor(county.supervisor), task.report_id or 0, [Chosen(task.id, task.version)], now=parts.clock()
        )
        if send:
            assign(session, actor(county.supervisor), task.id, now=parts.clock())
    return task


def test_another_text_for_the_same_year_asks_first(parts: IntakeParts, county: County) -> None:
    taken_in(parts, county.officer, REPORT)
    before = count(parts, AuditEntry)
    intake = taken_in(parts, county.officer, CORRECTED)
    assert (intake.status, intake.step) == (IntakeStatus.NEEDS_ANSWER, "ask_version")
    assert count(parts, Report) == 1
    assert len(rows(parts)) == 3
    assert count(parts, AuditEntry) == before + 1  # only that a file was uploaded


def test_a_correction_keeps_confirmed_work_and_replaces_proposals(parts: IntakeParts, county: County) -> None:
    first = taken_in(parts, county.officer, REPORT)
    kept = confirm_first(parts, county, send=True)
    asked = taken_in(parts, county.officer, CORRECTED)
    done = answer(parts, county.officer, asked.id, Answer("replace"))
    assert done.status is IntakeStatus.DONE
    with parts.database.reading() as session:
        old, new = session.get_one(Report, first.report_id), session.get_one(Report, done.report_id)
        assert (old.superseded_by_id, old.superseded_at is not None, new.superseded_at) == (new.id, True, None)
        same = session.get_one(Task, kept.id)
        assert (same.status, same.report_id, same.quote) == (TaskStatus.ASSIGNED, old.id, kept.quote)
        assert session.scalar(select(func.count()).where(TaskSource.task_id == kept.id)) == 1
    replaced = rows(parts, Task.report_id == first.report_id, Task.id != kept.id)
    assert {task.status for task in replaced} == {TaskStatus.DISMISSED}
    assert all("更正" in (task.status_reason or "") for task in replaced)
    proposed = rows(parts, Task.report_id == done.report_id)
    # the first item now says 3 instead of 2: it is proposed beside the confirmed one, for a person to judge
    assert [task.title for task in proposed] == ["充实执法队伍", "创新普法形式", "建立法律顾问台账", "规范决策程序"]


def test_a_correction_does_not_propose_what_lives_already(parts: IntakeParts, county: County) -> None:
    taken_in(parts, county.officer, REPORT)
    confirm_first(parts, county)
    asked = taken_in(parts, county.officer, REPORT.replace("（三）规范", "（三）严格规范"))
    done = answer(parts, county.officer, asked.id, Answer("replace"))
    titles = [task.title for task in rows(parts, Task.report_id == done.report_id)]
    assert titles == ["创新普法形式", "严格规范决策程序"]


def test_what_a_person_left_out_stays_out_of_the_corrected_version(parts: IntakeParts, county: County) -> None:
    taken_in(parts, county.officer, REPORT)
    slogan = rows(parts)[2]
    with parts.database.writing.begin() as session:
        chosen = Chosen(slogan.id, slogan.version)
        dismiss_proposal(
            session, actor(county.supervisor), slogan.report_id or 0, chosen, reason="口号", now=parts.clock()
        )
    asked = taken_in(parts, county.officer, CORRECTED)
    done = answer(parts, county.officer, asked.id, Answer("replace"))
    there = rows(parts, Task.report_id == done.report_id)
    assert [(task.title, task.status_reason) for task in there if task.status is TaskStatus.DISMISSED] == [
        ("规范决策程序", "口号")
    ]
    assert sum(task.status is TaskStatus.PROPOSED for task in there) == 3
    assert count(parts, TaskSource, TaskSource.report_id == done.report_id) == 4


def test_a_correction_given_up_changes_nothing(parts: IntakeParts, county: County) -> None:
    taken_in(parts, county.officer, REPORT)
    asked = taken_in(parts, county.officer, CORRECTED)
    given_up = answer(parts, county.officer, asked.id, Answer("cancel"))
    assert (given_up.status, given_up.step) == (IntakeStatus.FAILED, "cancelled")
    assert count(parts, Report) == 1
    with pytest.raises(NothingToAnswer):
        answer(parts, county.officer, asked.id, Answer("replace"))


def test_a_locked_year_is_not_corrected(parts: IntakeParts, county: County) -> None:
    taken_in(parts, county.officer, REPORT)
    with parts.database.writing.begin() as session:
        now = parts.clock()
        session.add(
            ReconciliationSheet(
                unit_id=county.township.id, plan_year=2026, locked_at=now, created_at=now, locked_on=now.date()
            )
        )
    asked = taken_in(parts, county.officer, CORRECTED)
    refused = answer(parts, county.officer, asked.id, Answer("replace"))
    assert refused.status is IntakeStatus.FAILED
    assert "已锁定" in (refused.message or "")
    assert count(parts, Report) == 1


# ---- what only a person can say -----------------------------------------------------------------------------------------


def test_a_report_of_another_unit_asks_whose_it_is(parts: IntakeParts, county: County) -> None:
    intake = taken_in(parts, county.supervisor, REPORT, unit=county.sister)
    assert (intake.status, intake.step) == (IntakeStatus.NEEDS_ANSWER, "ask_unit")
    assert intake.message == "该报告署名为“清溪县柳湾镇人民政府”，您选择的是“石渡镇人民政府”。"
    moved = answer(parts, county.supervisor, intake.id, Answer("move_unit", unit_id=county.township.id))
    assert (moved.status, moved.unit_id) == (IntakeStatus.DONE, county.township.id)
    assert {task.unit_id for task in rows(parts)} == {county.township.id}


def test_the_chosen_unit_may_be_kept(parts: IntakeParts, county: County) -> None:
    intake = taken_in(parts, county.supervisor, REPORT, unit=county.sister)
    kept = answer(parts, county.supervisor, intake.id, Answer("keep_unit"))
    assert kept.status is IntakeStatus.DONE
    assert {task.unit_id for task in rows(parts)} == {county.sister.id}


def test_a_report_is_moved_within_scope_only(parts: IntakeParts, county: County) -> None:
    intake = taken_in(parts, county.supervisor, REPORT, unit=county.sister)
    with pytest.raises(NotFound):
        answer(parts, county.supervisor, intake.id, Answer("move_unit", unit_id=county.other_township.id))
    with pytest.raises(NotFound):
        answer(parts, county.other_supervisor, intake.id, Answer("keep_unit"))
    with pytest.raises(Forbidden):
        answer(parts, county.auditor, intake.id, Answer("keep_unit"))


UNDATED = "\n".join(line.replace("2025年", "").replace("2026年", "下一年") for line in REPORT.splitlines())


def test_a_report_without_a_year_asks_and_reads_its_dates_by_the_answer(parts: IntakeParts, county: County) -> None:
    intake = taken_in(parts, county.officer, UNDATED)
    assert (intake.status, intake.step) == (IntakeStatus.NEEDS_ANSWER, "ask_year")
    done = answer(parts, county.officer, intake.id, Answer("year", report_year=2024))
    assert done.status is IntakeStatus.DONE
    first = rows(parts)[0]
    assert (first.plan_year, first.due_on) == (2025, date(2025, 6, 30))


def test_the_chosen_year_wins_and_its_difference_is_noted(parts: IntakeParts, county: County) -> None:
    intake = taken_in(parts, county.officer, REPORT, year=2024)
    assert intake.status is IntakeStatus.DONE
    with parts.database.reading() as session:
        report = session.get_one(Report, intake.report_id)
        assert report.report_year == 2024
        assert any("2025" in notice and "2024" in notice for notice in report.notices)


def test_a_year_to_come_asks(parts: IntakeParts, county: County) -> None:
    intake = taken_in(parts, county.officer, REPORT.replace("2025", "2035").replace("2026", "2036"))
    assert (intake.status, intake.step) == (IntakeStatus.NEEDS_ANSWER, "ask_year")
    assert "2035" in (intake.message or "")


# ---- files that cannot be read ------------------------------------------------------------------------------------------


def bomb() -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("word/document.xml", b"<a>" + b"0" * 30_000_000 + b"</a>")
    return stream.getvalue()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("照片.docx", b"\xff\xd8\xff\xe0" + b"0" * 5000),
        ("压缩.docx", bomb()),
        ("坏的.docx", b"PK\x03\x04" + b"\0" * 100),
        ("空白.txt", b" \n \n"),
        ("表格.docx", b"%PDF-1.4 ..."),
    ],
)
def test_a_bad_file_fails_with_a_sentence_and_leaves_nothing(
    parts: IntakeParts, county: County, name: str, content: bytes
) -> None:
    intake = taken_in(parts, county.officer, content, name=name)
    assert intake.status is IntakeStatus.FAILED
    assert intake.message
    assert intake.message.endswith("。")
    assert any(char > "一" for char in intake.message)
    assert (count(parts, Report), len(rows(parts))) == (0, 0)
    assert count(parts, AuditEntry, AuditEntry.action == "report.upload_failed") == 1


def test_an_empty_file_is_refused_at_the_door(parts: IntakeParts, county: County) -> None:
    with pytest.raises(EmptyUpload):
        upload(parts, county.officer, b"")
    assert count(parts, Intake) == 0


def test_a_failed_upload_can_be_tried_again(parts: IntakeParts, county: County) -> None:
    def broken(*_: Any) -> Any:
        raise RuntimeError("out of luck")

    intake = taken_in(replace(parts, read=broken), county.officer, REPORT)
    assert intake.status is IntakeStatus.FAILED
    assert "重新处理" in (intake.message or "")
    assert answer(parts, county.officer, intake.id, Answer("retry")).status is IntakeStatus.DONE


@pytest.mark.parametrize(
    ("name", "clean"),
    [
        ("报告.docx", "报告.docx"),
        (r"C:\文档\报告.docx", "报告.docx"),
        ("../../etc/passwd", "passwd"),
        ("a\r\nb\0.txt", "ab.txt"),
        ("", "未命名文件"),
        ("长" * 300 + ".docx", "长" * 195 + ".docx"),
        ("x" * 300, "x" * 200),
    ],
)
def test_a_file_name_is_only_a_name(name: str, clean: str) -> None:
    assert clean_file_name(name) == clean


# ---- killed on the way --------------------------------------------------------------------------------------------------


class Killed(BaseException):
    """The process ends here."""


@contextmanager
def killed_at(statement: int) -> Iterator[list[int]]:
    """End the process before its ``statement``-th statement inside the block."""
    seen = [0]

    def strike(*_: Any) -> None:
        seen[0] += 1
        if seen[0] == statement:
            raise Killed

    event.listen(Engine, "before_cursor_execute", strike)
    try:
        yield seen
    finally:
        event.remove(Engine, "before_cursor_execute", strike)


def test_a_kill_at_any_statement_leaves_all_or_nothing_and_the_next_run_finishes(
    parts: IntakeParts, county: County, clock: FixedClock
) -> None:
    body = REPORT.split("\n", 1)[1]
    points = 0
    for point in range(1, 80):
        with parts.database.writing.begin() as session:
            unit = make_unit(
                session, f"第{point}街道", parent=session.get(Unit, county.area.id), kind=UnitKind.SUBDISTRICT
            )
        intake_id = upload(parts, county.supervisor, body, unit=unit)
        with killed_at(point) as seen, suppress(Killed):
            process_intake(parts, intake_id)
        stored = count(parts, Report, Report.unit_id == unit.id)
        assert count(parts, Task, Task.unit_id == unit.id) == 3 * stored
        assert (
            count(parts, TaskSource, TaskSource.task_id.in_(select(Task.id).where(Task.unit_id == unit.id)))
            == 3 * stored
        )
        clock.advance(minutes=10)
        resume_stale_intakes(parts)
        assert intake_of(parts, intake_id).status is IntakeStatus.DONE
        assert count(parts, Report, Report.unit_id == unit.id) == 1
        assert count(parts, Task, Task.unit_id == unit.id) == 3
        if seen[0] < point:  # it ended before it could be killed
            points = point - 1
            break
    assert points >= 15


@pytest.mark.parametrize("where", ["read", "compare"])
def test_a_kill_while_reading_or_comparing_is_taken_up_again(
    parts: IntakeParts, county: County, clock: FixedClock, where: str
) -> None:
    def dies(*_: Any) -> Any:
        raise Killed

    taken_in(parts, county.officer, REPORT.replace("2025", "2024").replace("2026", "2025"))
    confirm_first(parts, county)
    intake_id = upload(parts, county.officer, REPORT)
    with pytest.raises(Killed):
        process_intake(replace(parts, **{where: dies}), intake_id)
    assert intake_of(parts, intake_id).status is IntakeStatus.READING
    assert count(parts, Report) == (1 if where == "read" else 2)
    assert resume_stale_intakes(parts) == 0  # the lease still runs
    clock.advance(minutes=10)
    assert resume_stale_intakes(parts) == 1
    assert intake_of(parts, intake_id).status is IntakeStatus.DONE
    assert count(parts, Report) == 2


def test_a_file_that_kills_its_reader_is_given_up(parts: IntakeParts, county: County, clock: FixedClock) -> None:
    def dies(*_: Any) -> Any:
        raise Killed

    deadly = replace(parts, read=dies)
    intake_id = upload(parts, county.officer, REPORT)
    for _ in range(5):
        with suppress(Killed):
            process_intake(deadly, intake_id)
        clock.advance(minutes=10)
    intake = intake_of(parts, intake_id)
    assert (intake.status, intake.attempts) == (IntakeStatus.FAILED, 3)


def test_a_queued_upload_that_nobody_took_is_taken(parts: IntakeParts, county: County, clock: FixedClock) -> None:
    intake_id = upload(parts, county.officer, REPORT)
    assert resume_stale_intakes(parts) == 0
    clock.advance(timedelta(minutes=2))
    assert resume_stale_intakes(parts) == 1
    assert intake_of(parts, intake_id).status is IntakeStatus.DONE
