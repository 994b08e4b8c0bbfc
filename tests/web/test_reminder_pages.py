"""Pages around reminders over HTTP: exceptions, delivery, levels of tasks, the preview for a task, slips and the record."""

from __future__ import annotations

import io
from datetime import date, datetime

import pytest
from docx import Document
from openpyxl import load_workbook
from sqlalchemy import select

from tests.support.clock import CHINA
from tests.support.factories import PASSWORD, County, make_county, make_task, make_user
from tracker.db.models import AuditEntry, ReminderOverride, SupervisionSlip, Task
from tracker.domain.permissions import Role
from tracker.services.alarms import reset_alarms
from tracker.services.policies import load_delivery_policy, load_policy_book
from tracker.services.reminders import plan_reminders_batch

YELLOW = datetime(2026, 5, 29, 8, 30, tzinfo=CHINA)


@pytest.fixture
def county(runtime) -> County:
    with runtime.database.writing.begin() as session:
        county = make_county(session)
        make_user(session, county.township, Role.ADMIN, username="local_admin")
        return county


@pytest.fixture
def task_id(runtime, county) -> int:
    """A task that is late enough for a slip."""
    with runtime.database.writing.begin() as session:
        task = make_task(
            session, county.township, owner=county.officer, due_on=date(2026, 5, 20), number="LWZ-2026-001"
        )
        reset_alarms(session, task, now=datetime(2026, 5, 6, 9, 0, tzinfo=CHINA))
        plan_reminders_batch(session, now=YELLOW)
        return task.id


@pytest.fixture
def enter(visitor, county):
    def sign_in(username: str):
        person = visitor()
        person.sign_in(username, PASSWORD)
        return person

    return sign_in


# ---- rules ----------------------------------------------------------------------------------------------------------------


def test_the_preview_says_for_one_task_what_goes_to_whom_and_what_would_change(enter, task_id):
    admin = enter("admin")
    admin.open("/settings/reminders")
    admin.submit(
        "reminders", press="1", task_number="LWZ-2026-001", every_after="2", supervisor_slip="橙单", preview="1"
    )
    assert admin.status == 200
    assert "逾期后重复提醒32" in admin.text
    assert "第一级督办单颜色黄单橙单" in admin.text
    assert "承办人李文（系统内提醒、邮件）" in admin.text
    assert "单位负责人周正（系统内提醒）" in admin.text
    assert "红单，逾期 15 个工作日" in admin.text
    assert "专题培训" not in admin.text  # an administrator learns nothing of its content


@pytest.mark.parametrize(("every_after", "today"), [("3", False), ("7", True)])
def test_the_preview_leaves_out_what_todays_round_has_written(enter, clock, task_id, every_after, today):
    clock.set(YELLOW)  # whose round has written the first slip; a step of every seven days would fall on it too
    admin = enter("admin")
    admin.open("/settings/reminders")
    admin.submit("reminders", press="1", task_number="LWZ-2026-001", every_after=every_after, preview="1")
    assert ("2026-05-29 08:30" in admin.text) is today


@pytest.mark.parametrize(
    ("number", "said"),
    [("LWZ-2026-999", "没有找到这个编号"), ("云岭", "没有找到这个编号"), ("x" * 61, "不超过 60 个字符")],
)
def test_a_number_that_is_none_is_told(enter, number, said):
    admin = enter("admin")
    admin.open("/settings/reminders")
    admin.submit("reminders", press="1", task_number=number, preview="1")
    assert said in admin.text


def test_an_exception_is_seen_saved_changed_and_taken_away(enter, runtime, county):
    admin = enter("admin")
    admin.open("/settings/overrides")
    assert "没有例外规则" in admin.text
    admin.open("/settings/overrides/new")
    admin.submit(-1, press="1", unit_id=str(county.township.id), level="key", every_after="1", preview="1")
    assert "还没有保存" in admin.text
    assert "逾期后重复提醒31" in admin.text
    admin.submit(-1)
    assert "柳湾镇人民政府及下级单位的重点任务" in admin.text
    admin.open(f"/settings/overrides/{override(runtime).id}")
    admin.submit(-1, every_after="2", area_head_to="supervisor_area_head")
    with runtime.database.reading() as session:
        policy = load_policy_book(session).of(county.section.path, "key")
        assert (policy.every_after, policy.area_head_to) == (2, "supervisor_area_head")
        assert load_policy_book(session).of(county.section.path, None).every_after == 3
    admin.open("/settings/overrides")
    admin.submit("delete")
    assert "没有例外规则" in admin.text
    with runtime.database.reading() as session:
        lines = session.scalars(select(AuditEntry.summary).where(AuditEntry.action == "setting.override")).all()
    assert [line[:2] for line in lines] == ["新增", "修改", "删除"]


def test_an_exception_of_times_is_seen_saved_and_told_to_its_people(enter, runtime, county):
    admin = enter("admin")
    admin.open("/settings/overrides/new")
    admin.submit(
        -1, press="1", unit_id=str(county.township.id), hour="14：00", quiet="2026-07-16、2026-08-03", preview="1"
    )
    assert "还没有保存" in admin.text
    assert "发送时间08:3014:00" in admin.text
    assert "静默日无另加 2026-07-16、2026-08-03" in admin.text
    assert "由静默日 2026-07-16 顺延" in admin.text
    assert "这些单位的人 14:00 起收到；静默日：2026-07-16、2026-08-03。" in admin.text
    admin.submit(-1)
    assert "另加 2026-07-16、2026-08-03" in admin.text
    admin.open("/settings/delivery")
    admin.submit("delivery", window_until="12:00")
    assert admin.status == 400
    assert "有一条例外规则的发送时间是 14:00" in admin.text
    officer = enter("officer")
    officer.open("/me/reminders")
    assert "不填就是 14:00。" in officer.text
    admin.open("/settings/overrides/new")
    admin.submit(-1, unit_id=str(county.township.id), level="key", hour="08:15")
    officer.open("/me/reminders")
    assert "不填就是 14:00（有重点任务时 08:15）。" in officer.text
    sister = enter("sister")
    sister.open("/me/reminders")
    assert "不填就是 08:30。" in sister.text


def test_the_effect_of_a_changed_exception_is_shown_without_what_it_was_before(enter, runtime, county):
    admin = enter("admin")
    admin.open("/settings/overrides/new")
    admin.submit(-1, unit_id=str(county.township.id), hour="14:00", quiet="2026-07-16")
    admin.open(f"/settings/overrides/{override(runtime).id}")
    admin.submit(-1, press="1", level="key", hour="", quiet="2026-08-03", preview="1")
    assert "这些单位的人 08:30 起收到；静默日：2026-08-03。" in admin.text
    assert "由静默日 2026-07-16 顺延" not in admin.text


def test_an_exception_that_could_not_be_saved_has_no_effect_to_show(enter, county):
    admin = enter("admin")
    admin.open("/settings/overrides/new")
    admin.submit(-1, unit_id=str(county.township.id), hour="14:00")
    admin.open("/settings/overrides/new")
    admin.submit(-1, press="1", unit_id=str(county.township.id), quiet="2026-08-03", preview="1")
    assert "这个单位和级别已有一条例外规则，请修改那一条。" in admin.text
    admin.submit(-1, press="1", unit_id="", preview="1")
    assert "请选择单位或任务级别，至少一项" in admin.text
    assert "还没有保存" not in admin.text


def override(runtime) -> ReminderOverride:
    with runtime.database.reading() as session:
        return session.scalars(select(ReminderOverride)).one()


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"unit_id": "", "level": "", "every_after": "1"}, "请选择单位或任务级别"),
        ({"level": "key"}, "请至少填写一项"),
        ({"level": "key", "every_after": "零"}, "请填写天数"),
        ({"level": "key", "supervisor_after": "20"}, "红单应晚于黄单"),
        ({"level": "highest", "every_after": "1"}, "不是有效的选择"),
        ({"unit_id": "999999", "every_after": "1"}, "不是有效的选择"),
        ({"level": "key", "hour": "7:00"}, "个人可选时间（08:00 到 18:00）之内"),
        ({"level": "key", "quiet": "三月三"}, "不是日期"),
    ],
)
def test_an_exception_that_makes_no_sense_is_told(enter, runtime, fields, said):
    admin = enter("admin")
    admin.open("/settings/overrides/new")
    admin.submit(-1, **fields)
    assert admin.status == 400
    assert said in admin.text
    with runtime.database.reading() as session:
        assert session.scalars(select(ReminderOverride)).all() == []


def test_rules_must_fit_their_exceptions(enter):
    admin = enter("admin")
    admin.open("/settings/overrides/new")
    admin.submit(-1, level="key", area_head_after="9")
    admin.open("/settings/reminders")
    admin.submit("reminders", supervisor_after="10")
    assert admin.status == 400
    assert "与一条例外规则不能同时成立" in admin.text


def test_delivery_is_changed_and_what_is_wrong_told(enter, runtime):
    admin = enter("admin")
    admin.open("/settings/delivery")
    admin.submit("delivery", hour="9:00", quiet="2026-10-08", mandatory="email")
    assert "已保存" in admin.text
    with runtime.database.reading() as session:
        policy = load_delivery_policy(session)
    assert (policy.hour, policy.quiet, policy.mandatory) == ("09:00", ("2026-10-08",), ("email",))
    for fields, said in (
        ({"hour": "7点"}, "08:30 的样子"),
        ({"hour": "07:00"}, "之内"),
        ({"quiet": "国庆"}, "不是日期"),
    ):
        admin.open("/settings/delivery")
        admin.submit("delivery", **fields)
        assert admin.status == 400
        assert said in admin.text


def test_a_local_administrator_looks_on(enter):
    local = enter("local_admin")
    assert local.open("/settings/overrides").status_code == 200
    assert local.open("/settings/delivery").status_code == 200
    assert "由最上级单位的系统管理员修改" in local.text
    assert local.open("/settings/overrides/new").status_code == 403


def test_a_supervisor_sets_the_level_of_a_task(enter, runtime, task_id):
    supervisor = enter("supervisor")
    supervisor.open(f"/tasks/{task_id}")
    supervisor.submit("level")
    assert "已设为重点任务" in supervisor.text
    with runtime.database.reading() as session:
        assert session.get_one(Task, task_id).level == "key"
    supervisor.submit("level")
    assert "已设为一般任务" in supervisor.text
    officer = enter("officer")
    officer.open(f"/tasks/{task_id}")
    assert "改为重点任务" not in officer.text


# ---- slips and the record -------------------------------------------------------------------------------------------------


def test_a_slip_is_found_printed_handed_out_and_received(enter, runtime, task_id):
    officer = enter("officer")
    officer.open("/slips/?received=no")
    assert "清溪县督黄〔2026〕1号" in officer.text
    officer.open(officer.links()["清溪县督黄〔2026〕1号"])
    assert "已逾期 7 个工作日" in officer.text
    path = officer.links()["下载 Word"]
    document = officer.client.get(path)
    assert Document(io.BytesIO(document.get_data())).paragraphs[0].text == "清溪县督办单"
    officer.submit("receipt", note="已安排专人")
    assert "已回执" in officer.text
    assert "李文" in officer.text
    supervisor = enter("supervisor")
    assert "督办单已回执" in supervisor.open("/inbox/").get_data(as_text=True)
    book = load_workbook(io.BytesIO(supervisor.client.get("/slips/export.xlsx").get_data()))
    assert [cell.value for cell in book.active[3]][9:] == ["李文", "2026-06-10 09:00", "已安排专人"]
    assert "没有符合条件" in supervisor.open("/slips/?received=no").get_data(as_text=True)


def test_a_long_note_is_told_and_nothing_received(enter, runtime, task_id):
    officer = enter("officer")
    officer.open("/slips/")
    officer.open(officer.links()["清溪县督黄〔2026〕1号"])
    officer.submit("receipt", note="长" * 501)
    assert officer.status == 400
    with runtime.database.reading() as session:
        assert session.scalars(select(SupervisionSlip.received_at)).one() is None


@pytest.mark.parametrize(
    "query", ["year=1", "rung=blue", "received=perhaps", "unit=0'", "before=-1", "before=99999999999"]
)
def test_a_filter_that_is_none_shows_all(enter, task_id, query):
    supervisor = enter("supervisor")
    assert supervisor.open(f"/slips/?{query}").status_code == 200
    assert "清溪县督黄〔2026〕1号" in supervisor.text


def test_the_record_of_a_task_names_each_message(enter, task_id):
    officer = enter("officer")
    officer.open(f"/tasks/{task_id}/reminders")
    assert "黄单，逾期 7 个工作日" in officer.text
    assert "陈督" in officer.text
    assert "清溪县督黄〔2026〕1号" in officer.text
    assert enter("sister").open(f"/tasks/{task_id}/reminders").status_code == 404


def test_the_record_goes_along_with_the_reconciliation(enter, task_id, county):
    supervisor = enter("supervisor")
    answer = supervisor.client.get(f"/reconciliation/{county.township.id}/2026/export.xlsx")
    sheet = load_workbook(io.BytesIO(answer.get_data()))["催办履历"]
    rows = list(sheet.iter_rows(values_only=True))
    assert rows[0][2] == "提醒"
    assert {row[5] for row in rows[1:]} >= {"李文", "周正", "陈督"}
