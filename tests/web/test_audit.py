"""The log over HTTP: who reads what, filters, pages, details, the workbook."""

from __future__ import annotations

import io
import re
from datetime import timedelta

import openpyxl
import pytest
from sqlalchemy import select

from tests.support.factories import NOW, County, actor, make_county, make_task, make_user
from tracker.db.models import AuditEntry
from tracker.domain.audit_words import ACTION_WORDS, OBJECT_WORDS
from tracker.domain.permissions import Role
from tracker.services.audit import record

PAYLOAD = "<script>alert(1)</script>"


@pytest.fixture
def county(runtime) -> County:
    with runtime.database.writing.begin() as session:
        county = make_county(session)
        make_user(session, county.township, Role.AUDITOR, username="local_auditor", name="许审")
        return county


@pytest.fixture
def note(runtime):
    """Add a line: ``note(person, "task.sign", "task", 5, "签收：…", unit)``."""

    def add(person, action, kind, object_id, summary, unit, *, at=NOW, **more):
        with runtime.database.writing.begin() as session:
            record(
                session, actor(person), action, kind, object_id, unit_path=unit.path, summary=summary, now=at, **more
            )

    return add


@pytest.fixture
def lines(note, county) -> None:
    note(county.officer, "task.sign", "task", 1, "签收：柳湾培训", county.township)
    note(county.sister_officer, "task.sign", "task", 2, "签收：石渡培训", county.sister)
    note(county.other_officer, "task.sign", "task", 3, "签收：白鹿培训", county.other_township)
    note(
        county.admin, "user.edit", "user", 1, "修改账号：liwen", county.township, changes={"role": ("officer", "head")}
    )
    note(county.supervisor, "reconciliation.export", "unit", 2, "导出对账表：柳湾培训", county.township)
    note(county.admin, "setting.light", "setting", None, "修改亮灯规则", county.area)


@pytest.mark.parametrize("role", ["officer", "head", "supervisor"])
def test_the_log_is_for_auditors_and_administrators(someone, role):
    person = someone(role)
    assert person.open("/audit/").status_code == 403
    assert person.open("/audit/export.xlsx").status_code == 403


def test_an_auditor_reads_everything_in_scope_and_nothing_else(someone, lines):
    person = someone("auditor")
    person.open("/audit/")
    for shown in ("柳湾培训", "石渡培训", "liwen", "修改亮灯规则"):
        assert shown in person.text
    assert "白鹿" not in person.text
    local = someone("local_auditor")
    local.open("/audit/")
    assert "柳湾培训" in local.text
    assert "石渡" not in local.text
    assert "修改亮灯规则：" not in local.text


def test_an_administrator_reads_the_systems_lines_and_no_business(someone, lines):
    person = someone("admin")
    person.open("/audit/")
    assert "liwen" in person.text
    assert "承办人" in person.text
    assert "培训" not in person.text
    for query in ("action=task.sign", "object=task", "q=培训", "object=task&id=1"):
        person.open(f"/audit/?{query}")
        assert "柳湾培训" not in person.text, query


def test_a_failed_sign_in_of_nobody_is_seen_at_the_top_alone(someone, visitor, county):
    stranger = visitor()
    stranger.sign_in("no-such-name", "wrong-one")
    top = someone("auditor")
    top.open("/audit/?action=user.sign_in_failed")
    assert "no…（没有这个账号）" in top.text
    assert "127.0.0.1" in top.text
    local = someone("local_auditor")
    local.open("/audit/?action=user.sign_in_failed")
    assert "没有这个账号" not in local.text


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("person=李文", ["今天"]),
        ("person=李", []),
        ("action=task.sign", ["今天", "昨天"]),
        ("object=task&id=8", ["昨天"]),
        ("from=2026-06-10", ["今天"]),
        ("to=2026-06-09", ["昨天"]),
        ("from=2026-06-09&to=2026-06-10&q=昨", ["昨天"]),
        ("q=%25", []),
        ("from=2026-13-40&to=x&action=nonsense&object=nonsense&id=x", ["今天", "昨天"]),
        ("id=99999999999999999999", ["今天", "昨天"]),
    ],
)
def test_lines_are_filtered(someone, note, county, query, found):
    person = someone("auditor")
    note(county.officer, "task.sign", "task", 7, "签收：今天", county.township)
    note(county.head, "task.sign", "task", 8, "签收：昨天", county.township, at=NOW - timedelta(hours=9, minutes=1))
    person.open(f"/audit/?{query}")
    assert person.status == 200
    main = person.text
    assert [word for word in ("今天", "昨天") if f"签收 {word}" in main] == found


def test_details_show_before_after_and_the_reason(someone, note, county, runtime):
    with runtime.database.writing.begin() as session:
        task_id = make_task(session, session.merge(county.township)).id
    changes = {
        "percent": (20, 60),
        "status": ("in_progress", "in_review"),
        "owner": (None, "李文"),
        "due_confirmed": (False, True),
    }
    note(
        county.officer,
        "task.request_closure",
        "task",
        task_id,
        "申请办结：培训",
        county.township,
        reason="已办结",
        changes=changes,
    )
    person = someone("auditor")
    person.open("/audit/?object=task")
    assert "完成比例20%60%" in person.text
    assert "状态办理中待审核" in person.text
    assert "责任人（空）李文" in person.text
    assert "时限已确认否是" in person.text
    assert "原因：已办结" in person.text
    assert f"/tasks/{task_id}" in person.links().values()


def test_pages_follow_each_other_without_gap_or_repeat(someone, note, runtime, county):
    person = someone("auditor")
    with runtime.database.writing.begin() as session:
        who = actor(county.officer)
        for number in range(1030):  # many at the same moment
            moment = NOW - timedelta(minutes=number // 40)
            record(
                session,
                who,
                "task.sign",
                "task",
                1,
                unit_path=county.township.path,
                summary=f"第{number}行",
                now=moment,
            )
    seen: list[str] = []
    person.open("/audit/?action=task.sign")
    assert "共 1000+ 条" in person.text
    while True:
        seen += re.findall(r"第(\d+)行", person.text)
        if "下一页" not in person.links():
            break
        person.open(person.links()["下一页"])
    assert len(seen) == len(set(seen)) == 1030
    person.open(person.links()["上一页"])
    assert "第" in person.text
    for at in (">x", "<2026~1", ">2026-06-10T01:00:00~5", ">~", "x" * 500):
        assert person.open(f"/audit/?at={at}").status_code == 200


def test_the_workbook_holds_what_the_filter_finds_as_text_and_is_noted(someone, note, lines, county, runtime):
    note(county.officer, "task.sign", "task", 1, '=HYPERLINK("http://evil.example")', county.township, reason="+1+1")
    person = someone("auditor")
    answer = person.open("/audit/export.xlsx?action=task.sign")
    assert answer.mimetype.endswith("spreadsheetml.sheet")
    sheet = openpyxl.load_workbook(io.BytesIO(answer.get_data())).active
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert rows[0] == ["时间", "操作人", "网络地址", "操作", "对象", "内容", "原因", "变更"]
    assert [row[5] for row in rows[1:4]] == ['=HYPERLINK("http://evil.example")', "签收：石渡培训", "签收：柳湾培训"]
    assert "条件：签收" in rows[-1][0]
    assert {cell.data_type for row in sheet.iter_rows() for cell in row} <= {"s", "n"}
    assert all(cell.data_type != "f" for row in sheet.iter_rows() for cell in row)
    with runtime.database.reading() as session:
        line = session.scalars(select(AuditEntry).where(AuditEntry.action == "audit.export")).one()
    assert line.summary == "导出操作记录，条件：签收"


def test_the_administrators_workbook_holds_no_business(someone, lines):
    sheet = openpyxl.load_workbook(io.BytesIO(someone("admin").open("/audit/export.xlsx").get_data())).active
    text = str([[cell.value for cell in row] for row in sheet.iter_rows()])
    assert "liwen" in text
    assert "培训" not in text


def test_lines_are_text(someone, note, county):
    note(
        county.officer,
        "task.sign",
        "task",
        1,
        PAYLOAD,
        county.township,
        reason=PAYLOAD,
        changes={PAYLOAD: (PAYLOAD, PAYLOAD)},
    )
    person = someone("auditor")
    for path in ("/audit/", f"/audit/?q={PAYLOAD}&person={PAYLOAD}"):
        assert "<script>alert" not in person.open(path).get_data(as_text=True)


def test_a_page_asks_the_same_few_questions_however_many_lines(someone, note, county, statements):
    person = someone("auditor")
    person.open("/audit/")
    with statements() as few:
        person.open("/audit/")
    for number in range(40):
        note(county.officer, "task.sign", "task", number, "签收", county.township)
    with statements() as many:
        person.open("/audit/")
    assert len(few) == len(many) <= 6


def test_every_action_that_is_recorded_has_a_name():
    from pathlib import Path

    services = Path(__file__).resolve().parents[2] / "tracker" / "services"
    kinds = "|".join([*OBJECT_WORDS, "link", "reconciliation"])
    pattern = re.compile(rf'"((?:{kinds})\.[a-z_]+)"')
    used = {name for path in services.rglob("*.py") for name in pattern.findall(path.read_text(encoding="utf-8"))}
    unnamed = sorted(name for name in used if name not in ACTION_WORDS)
    assert unnamed == [], f"give these a name in tracker/domain/audit_words.py: {unnamed}"
