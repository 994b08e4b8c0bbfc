"""Journeys around a task over HTTP: the whole life, roles and scope, repeats, conflicts, hostile text, files."""

from __future__ import annotations

import io
import re
from datetime import date, timedelta

import pytest
from lxml import html
from sqlalchemy import func, select

from tests.support.factories import (
    TODAY,
    make_evidence,
    make_report,
    make_task,
    make_user,
    pdf_bytes,
)
from tracker.db.models import AuditEntry, EvidenceFile, ProgressReport, Task, User
from tracker.db.queries.work import WORK_LIMIT
from tracker.domain.documents import DeadlineSource
from tracker.domain.permissions import Role
from tracker.domain.reminders import NoticeKind
from tracker.domain.tasks import TRANSITIONS, TaskStatus, UnfinishedReason
from tracker.services.notices import notify
from tracker.web.task_pages import PAGES

PAYLOAD = "<script>alert(1)</script><img src=x onerror=alert(2)>\"'>"
FILE_PAYLOAD = "<script>alert(1)<img src=x onerror=alert(2)>"  # a slash would end the name's path
ALERT = re.compile(r"<script>alert|<img src=x")


@pytest.fixture
def add(runtime, county):
    """Add a task of the township: ``add(TaskStatus.ASSIGNED, title=…)`` gives its id."""

    def make(status=TaskStatus.IN_PROGRESS, *, unit=None, **values) -> int:
        with runtime.database.writing.begin() as session:
            unit = session.merge(unit or county.township)
            for name in ("owner", "lead_unit", "report"):
                if values.get(name) is not None:
                    values[name] = session.merge(values[name])
            return make_task(session, unit, status, **values).id

    return make


@pytest.fixture
def read(runtime):
    """Look at a task as it stands: ``read(id).status``."""

    def get(task_id: int) -> Task:
        with runtime.database.reading() as session:
            return session.get_one(Task, task_id)

    return get


def count(runtime, model) -> int:
    with runtime.database.reading() as session:
        return session.scalar(select(func.count()).select_from(model)) or 0


# the whole life


def test_a_task_from_proposal_to_closure(runtime, county, add, someone, read):
    with runtime.database.writing.begin() as session:
        report = make_report(session, session.merge(county.township), session.merge(county.officer))
    task_id = add(
        TaskStatus.PROPOSED,
        report=report,
        quantities=[{"what": "专题培训", "op": ">=", "value": 4, "unit": "次", "per": None}],
    )
    page = f"/tasks/{task_id}"
    chief, clerk = someone("supervisor"), someone("officer")

    chief.open(page)
    assert "确认立项" in chief.links()
    chief.open(f"{page}/establish")
    assert "原定时限" in chief.text
    chief.submit()
    assert "已立项，编号 LWZ-2026-001，时限 2026-09-30。" in chief.text
    chief.open(f"{page}/assign")
    assert "2026-06-12" in chief.text  # what 交办 will do is shown before it is done
    chief.submit()
    assert "已交办柳湾镇，请其于 2026-06-12 前签收。" in chief.text

    clerk.open("/work")
    assert "待签收 1 项" in clerk.text
    clerk.open(page)
    assert "三、2026年工作安排" in clerk.text  # the paragraph before the quote
    assert "（二）抓好普法宣传" in clerk.text  # the paragraph after it
    assert "专题培训 不少于 4 次" in clerk.text
    clerk.open(f"{page}/sign")
    clerk.submit(planned_on="2026-10-01")
    assert clerk.status == 400
    assert "计划完成日不能晚于时限 2026-09-30" in clerk.text
    clerk.submit(planned_on="2026-08-31")
    assert "已签收，办理时限 2026-09-30。" in clerk.text
    assert (read(task_id).owner_id, read(task_id).due_on) == (county.officer.id, date(2026, 9, 30))

    clerk.open(f"{page}/progress")
    clerk.submit(percent="100", done="四次培训全部完成", files=[(pdf_bytes(), "签到表.pdf")])
    assert "完成比例 100%" in clerk.text
    assert "签到表.pdf" in clerk.links()
    assert "申请办结" in clerk.links()
    clerk.open(f"{page}/closure")
    clerk.submit(statement="四次培训均已完成", completed_on="2026-06-05")
    assert "已申请办结，等待督办员审核。" in clerk.text

    chief.open(page)
    assert "审核办结" in chief.links()
    chief.open(f"{page}/approve")
    assert "四次培训均已完成" in chief.text
    assert "签到表.pdf" in chief.links()
    chief.submit(verdict="材料齐全，同意销号")
    assert "已销号，实际完成日 2026-06-05。" in chief.text
    assert "按期办结" in chief.text
    assert (read(task_id).status, read(task_id).completed_on) == (TaskStatus.CLOSED, date(2026, 6, 5))
    for word in ("确认立项", "交办", "签收", "反馈进展", "申请办结", "销号", "待审核 → 已办结"):
        assert word in chief.text


def test_an_extension_over_the_pages(add, someone, read):
    task_id = add(due_on=date(2026, 6, 1))
    clerk, chief = someone("officer"), someone("supervisor")
    clerk.open(f"/tasks/{task_id}/extension")
    clerk.submit(new_due_on="2026-05-01", reason="人手不足")
    assert (clerk.status, "新时限必须晚于现时限 2026-06-01。" in clerk.text) == (400, True)
    assert "人手不足" in clerk.text  # nothing typed is lost
    clerk.submit(new_due_on="2026-07-31", reason="人手不足")
    assert "本次为逾期后申请" in clerk.text
    assert read(task_id).due_on == date(2026, 6, 1)
    clerk.open(f"/tasks/{task_id}")
    assert "申请延期" not in clerk.links()
    chief.open(f"/tasks/{task_id}")
    assert "审核延期" in chief.links()
    chief.open(f"/tasks/{task_id}/approve-extension")
    assert "2026-07-31" in chief.text
    assert "逾期后申请" in chief.text
    chief.submit(note="同意")
    task = read(task_id)
    assert (task.due_on, task.original_due_on, task.extension_count) == (date(2026, 7, 31), date(2026, 6, 1), 1)
    assert "原定 2026-06-01" in chief.text


def test_unfinished_and_carried_over_over_the_pages(add, someone, read):
    task_id = add()
    chief = someone("supervisor")
    chief.open(f"/tasks/{task_id}/unfinished")
    chief.submit(reason="经费未到位")
    assert "请选择原因类别。" in chief.text
    chief.submit(reason_class="funding", reason="经费未到位")
    assert read(task_id).unfinished_reason is UnfinishedReason.FUNDING
    assert "经费：经费未到位" in chief.text
    chief.open(f"/tasks/{task_id}/carry-over")
    chief.submit(due_on="2027-06-30")
    assert "已结转 2027 年，新编号 LWZ-2027-001。" in chief.text
    assert "LWZ-2027-001" in chief.links()
    chief.open(chief.links()["LWZ-2027-001"])
    assert "第 2 年写入" in chief.text
    assert "上年任务" in chief.text


@pytest.mark.parametrize(
    ("status", "slug", "fields", "expected", "sentence"),
    [
        (TaskStatus.IN_REVIEW, "return", {"reason": "缺少签到表"}, TaskStatus.RETURNED, "这是第 1 次退回"),
        (
            TaskStatus.IN_PROGRESS,
            "suspend",
            {"reason": "等上位法", "review_on": "2026-08-01"},
            TaskStatus.SUSPENDED,
            "2026-08-01 复核",
        ),
        (TaskStatus.SUSPENDED, "resume", {}, TaskStatus.IN_PROGRESS, "已恢复办理"),
        (TaskStatus.ESTABLISHED, "withdraw", {"reason": "上级文件废止"}, TaskStatus.WITHDRAWN, "已撤销"),
        (TaskStatus.CLOSED, "reopen", {"reason": "抽查不实"}, TaskStatus.IN_PROGRESS, "已重新办理"),
        (TaskStatus.PROPOSED, "dismiss", {"reason": "属于口号"}, TaskStatus.DISMISSED, "已忽略"),
    ],
)
def test_a_supervisors_small_pages(add, someone, read, status, slug, fields, expected, sentence):
    task_id = add(status)
    chief = someone("supervisor")
    chief.open(f"/tasks/{task_id}/{slug}")
    assert chief.status == 200
    if "reason" in fields:
        chief.submit(**{**fields, "reason": " "})
        assert chief.status == 400
        assert read(task_id).status is status
    chief.submit(**fields)
    assert sentence in chief.text
    assert read(task_id).status is expected


def test_declining_and_naming_an_owner_are_the_heads(county, add, someone, read):
    task_id = add(TaskStatus.ASSIGNED)
    head = someone("head")
    head.open(f"/tasks/{task_id}/owner")
    head.submit(owner_id=str(county.officer.id))
    assert "责任人已改为 李文。" in head.text
    head.open(f"/tasks/{task_id}/decline")
    head.submit(reason="属县交通运输局职责")
    assert read(task_id).status is TaskStatus.ESTABLISHED
    assert "牵头单位退回交办" in head.text


def test_urging_twice_a_day_says_so(add, someone, read):
    task_id = add(due_on=TODAY - timedelta(days=3))
    chief = someone("supervisor")
    chief.open(f"/tasks/{task_id}")
    assert "催办" in chief.links()
    for _ in range(2):
        chief.open(f"/tasks/{task_id}/urge")
        chief.submit(text="请本周反馈")
    assert (chief.status, "今天已经催办过这项任务" in chief.text) == (400, True)
    assert read(task_id).urge_count == 1


# who may open what


@pytest.mark.parametrize(
    ("username", "role", "stranger"),
    [
        ("officer", Role.OFFICER, False),
        ("head", Role.HEAD, False),
        ("supervisor", Role.SUPERVISOR, False),
        ("auditor", Role.AUDITOR, False),
        ("admin", Role.ADMIN, False),
        ("sister", Role.OFFICER, True),
        ("sister_head", Role.HEAD, True),
        ("other_supervisor", Role.SUPERVISOR, True),
    ],
)
def test_every_action_page_by_role_and_scope(add, someone, read, username, role, stranger):
    person = someone(username)
    for page in PAGES:
        transition = next(row for row in TRANSITIONS if row.action is page.action)
        status = sorted(transition.sources)[0]
        task_id = add(status, extension_pending="-extension" in page.slug)
        expected = 403 if role not in transition.roles else 404 if stranger else 200
        assert person.open(f"/tasks/{task_id}/{page.slug}").status_code == expected, page.slug
        assert read(task_id).status is status


@pytest.mark.parametrize(
    ("username", "status"),
    [
        ("officer", 200),
        ("head", 200),
        ("supervisor", 200),
        ("auditor", 200),
        ("area_head", 200),
        ("admin", 403),
        ("sister", 404),
        ("section", 404),  # a unit below does not see its parent's
        ("other_supervisor", 404),
        ("other_officer", 404),
    ],
)
def test_who_sees_a_task(add, someone, username, status):
    task_id = add()
    assert someone(username).open(f"/tasks/{task_id}").status_code == status


def test_a_parent_acts_for_a_unit_below_and_a_supporting_unit_only_looks_on(county, add, someone, read):
    below = add(TaskStatus.ASSIGNED, unit=county.section)
    clerk = someone("officer")
    clerk.open(f"/tasks/{below}/sign")
    clerk.submit()
    assert read(below).status is TaskStatus.IN_PROGRESS
    assert read(below).owner_id is None  # an owner belongs to the lead unit
    task_id = add()
    chief = someone("supervisor")
    chief.open(f"/tasks/{task_id}/edit")
    chief.submit(supporting_unit_ids=[str(county.sister.id)], reason="补充配合单位")
    assert "石渡镇人民政府" in chief.text
    sister = someone("sister")
    assert sister.open(f"/tasks/{task_id}").status_code == 200
    assert "反馈进展" not in sister.links()
    assert sister.open(f"/tasks/{task_id}/progress").status_code == 403


def test_an_auditor_reads_and_is_offered_nothing(add, someone):
    auditor = someone("auditor")
    auditor.open(f"/tasks/{add()}")
    assert not {"催办", "修改", "反馈进展"} & set(auditor.links())


def test_an_action_out_of_its_state_is_explained(add, someone):
    task_id = add(TaskStatus.CLOSED)
    clerk = someone("officer")
    clerk.open(f"/tasks/{task_id}/progress")
    assert (clerk.status, "任务当前为“已办结”" in clerk.text) == (400, True)
    assert clerk.open("/tasks/999999").status_code == 404


# the same form again, and two people at once


def test_the_same_form_sent_twice_reports_once(runtime, add, someone):
    task_id = add()
    clerk = someone("officer")
    clerk.open(f"/tasks/{task_id}/progress")
    form = clerk.response
    clerk.submit(percent="30", done="办了一次")
    clerk._keep(form)
    clerk.submit(percent="30", done="办了一次")
    assert clerk.status == 200
    assert count(runtime, ProgressReport) == 1


def test_a_decision_on_a_changed_task_is_shown_what_changed(add, someone, read):
    task_id = add(TaskStatus.IN_REVIEW)
    first, second = someone("supervisor"), someone("supervisor")
    second.open(f"/tasks/{task_id}/approve")
    first.open(f"/tasks/{task_id}/edit")
    first.submit(title="更准确的名称", reason="表述更准确")
    second.submit(verdict="同意销号，材料齐全")
    assert second.status == 409
    assert "陈督 于" in second.text
    assert "同意销号，材料齐全" in second.text
    assert read(task_id).status is TaskStatus.IN_REVIEW
    second.submit(verdict="同意销号，材料齐全")
    assert read(task_id).status is TaskStatus.CLOSED


def test_two_editors_and_nothing_typed_is_lost(county, add, someone, read):
    task_id = add(title="旧名称", area="普法工作")
    first, second = someone("supervisor"), someone("supervisor")
    first.open(f"/tasks/{task_id}/edit")
    second.open(f"/tasks/{task_id}/edit")
    first.submit(title="先保存的名称", reason="更正", supporting_unit_ids=[str(county.bureau.id)])
    second.submit(title="后保存的名称", area="行政执法", reason="也要更正", owner_id=str(county.officer.id))
    assert second.status == 409
    for word in ("先保存的名称", "后保存的名称", "普法工作", "行政执法", "李文", "清溪县交通运输局"):
        assert word in second.text
    assert read(task_id).title == "先保存的名称"
    # the comparison offers both; the person keeps the own name but the other's supporting units
    second.submit("edit", title="后保存的名称", area="行政执法", supporting_choice=str(county.bureau.id))
    assert second.status == 200, second.text
    task = read(task_id)
    assert (task.title, task.area, task.owner_id, task.version) == ("后保存的名称", "行政执法", county.officer.id, 3)
    assert "清溪县交通运输局" in second.text


def test_an_area_is_one_of_the_eight_or_what_the_task_bears(add, someone, read):
    task_id = add(area="本县特色")
    chief = someone("supervisor")
    chief.open(f"/tasks/{task_id}/edit")
    assert all(f">{area}</option>" in chief.response.text for area in ("不归类", "数字政府", "本县特色"))
    chief.submit(title="题目", reason="更正")
    assert read(task_id).area == "本县特色"
    chief.open(f"/tasks/{task_id}/edit")
    chief.submit(area="没有这一类", reason="更正")
    assert chief.status == 400
    assert read(task_id).area == "本县特色"
    chief.open(f"/tasks/{task_id}/edit")
    chief.submit(area="", reason="更正")
    assert read(task_id).area is None


def test_progress_is_taken_beside_an_edit(runtime, add, someone):
    task_id = add()
    clerk, chief = someone("officer"), someone("supervisor")
    clerk.open(f"/tasks/{task_id}/progress")
    chief.open(f"/tasks/{task_id}/edit")
    chief.submit(title="改过的名称", reason="更正")
    clerk.submit(percent="20", done="推进中")
    assert clerk.status == 200
    assert count(runtime, ProgressReport) == 1


# editing by state


def test_what_the_edit_form_offers_depends_on_the_state(add, someone):
    chief = someone("supervisor")
    offered = {
        TaskStatus.PROPOSED: ({"due_on", "lead_unit_id"}, {"reason"}),
        TaskStatus.ESTABLISHED: ({"lead_unit_id", "reason"}, {"due_on"}),
        TaskStatus.IN_PROGRESS: ({"reason"}, {"due_on", "lead_unit_id"}),
    }
    for status, (there, absent) in offered.items():
        chief.open(f"/tasks/{add(status)}/edit")
        names = set(re.findall(r'name="(\w+)"', chief.response.get_data(as_text=True)))
        assert there <= names
        assert not absent & names


def test_a_field_the_page_does_not_offer_is_refused(add, someone, read):
    task_id = add()
    chief = someone("supervisor")
    for extra in ({"due_on": "2026-12-31"}, {"lead_unit_id": "1"}, {"status": "closed"}, {"closed_at": "x"}):
        chief.open(f"/tasks/{task_id}/edit")
        chief.submit(reason="更正", **extra)
        assert (chief.status, "没有的字段" in chief.text) == (400, True)
    assert read(task_id).due_on == date(2026, 9, 30)


def test_an_inferred_deadline_is_marked_until_confirmed(add, someone, read):
    task_id = add(due_source=DeadlineSource.PLAN_YEAR, due_on=date(2026, 12, 31))
    chief = someone("supervisor")
    chief.open(f"/tasks/{task_id}")
    assert "推定" in chief.text
    chief.open(f"/tasks/{task_id}/edit")
    chief.submit(confirm_due="y", reason="已与单位核对")
    assert read(task_id).due_confirmed
    chief.open(f"/tasks/{task_id}")
    assert "推定 " not in chief.text.split("报告原文")[0]


def test_ids_in_the_body_are_asked_for_scope(county, add, someone, read):
    chief = someone("supervisor")
    proposal = add(TaskStatus.PROPOSED)
    chief.open(f"/tasks/{proposal}/edit")
    chief.submit(lead_unit_id=str(county.other_township.id))
    assert chief.status == 400  # not among the choices
    chief.open(f"/tasks/{proposal}/edit")
    chief.submit(supporting_unit_ids=[str(county.other_township.id)])
    assert chief.status == 404
    chief.open(f"/tasks/{proposal}/edit")
    chief.submit(supporting_choice=str(county.other_township.id))
    assert chief.status == 404
    task_id = add(TaskStatus.ASSIGNED)
    head = someone("head")
    head.open(f"/tasks/{task_id}/owner")
    head.submit(owner_id=str(county.sister_officer.id))
    assert head.status == 400
    assert read(task_id).owner_id is None


# evidence


def test_evidence_is_sent_as_a_file_and_only_under_its_own_task(runtime, add, someone):
    task_id, neighbour = add(), add()
    clerk = someone("officer")
    clerk.open(f"/tasks/{task_id}/evidence")
    clerk.submit(files=[(pdf_bytes(), "签到表; a=b.pdf")], note="第一次培训")
    with runtime.database.reading() as session:
        file_id = session.scalars(select(EvidenceFile.id)).one()
    with runtime.database.writing.begin() as session:
        session.get_one(EvidenceFile, file_id).file_name = '签到"表; a=b.pdf'
    answer = clerk.open(f"/tasks/{task_id}/evidence/{file_id}")
    assert answer.status_code == 200
    assert answer.data.startswith(b"%PDF")
    assert answer.headers["Content-Disposition"].startswith("attachment;")
    assert "\n" not in answer.headers["Content-Disposition"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert clerk.open(f"/tasks/{neighbour}/evidence/{file_id}").status_code == 404
    assert clerk.open(f"/tasks/{neighbour}/evidence/{file_id}/withdraw").status_code == 404
    for username, status in (("auditor", 200), ("sister", 404), ("other_officer", 404), ("admin", 403)):
        assert someone(username).open(f"/tasks/{task_id}/evidence/{file_id}").status_code == status
    with runtime.database.reading() as session:
        downloads = select(func.count()).where(AuditEntry.action == "evidence.download")
        assert session.scalar(downloads) == 2


def test_a_refused_file_keeps_what_was_typed_and_writes_nothing(runtime, add, someone):
    task_id = add()
    clerk = someone("officer")
    clerk.open(f"/tasks/{task_id}/progress")
    clerk.submit(percent="30", done="办了一次培训", files=[(io.BytesIO(b"MZ"), "木马.exe")])
    assert clerk.status == 400
    assert "“木马.exe”的格式不在可用范围内" in clerk.text
    assert "办了一次培训" in clerk.text
    assert count(runtime, ProgressReport) == count(runtime, EvidenceFile) == 0


def test_files_chosen_once_are_kept_over_a_faulty_attempt(runtime, add, someone):
    task_id = add()
    clerk, other = someone("officer"), someone("head")
    clerk.open(f"/tasks/{task_id}/progress")
    clerk.submit(percent="130", done="办了一次培训", files=[(pdf_bytes(), "签到表.pdf")])
    assert clerk.status == 400
    assert "已上传，提交时一并保存：签到表.pdf" in clerk.text
    token = re.search(r'name="kept_files"[^>]*value="([^"]+)"', clerk.response.get_data(as_text=True)).group(1)
    other.open(f"/tasks/{task_id}/progress")
    other.submit(percent="10", done="借来的凭据", kept_files=token)  # signed for another person: worth nothing
    clerk.submit(percent="30")
    assert clerk.status == 200
    with runtime.database.reading() as session:
        file = session.scalars(select(EvidenceFile)).one()
    assert (file.file_name, file.uploaded_by_id) == ("签到表.pdf", runtime_user(runtime, "officer"))


def runtime_user(runtime, username: str) -> int:
    with runtime.database.reading() as session:
        return session.scalars(select(User.id).where(User.username == username)).one()


def test_withdrawing_evidence_over_the_page(runtime, add, someone):
    task_id = add()
    clerk = someone("officer")
    clerk.open(f"/tasks/{task_id}/evidence")
    clerk.submit(files=[(pdf_bytes(), "签到表.pdf")])
    with runtime.database.reading() as session:
        file_id = session.scalars(select(EvidenceFile.id)).one()
    clerk.open(f"/tasks/{task_id}/evidence/{file_id}/withdraw")
    clerk.submit(reason="传错了")
    assert "已撤回“签到表.pdf”" in clerk.text
    assert "签到表.pdf" not in clerk.links()
    assert clerk.open(f"/tasks/{task_id}/evidence/{file_id}").status_code == 404
    clerk.open(f"/tasks/{task_id}/closure")
    clerk.submit(statement="已完成", completed_on="2026-06-01")
    assert (clerk.status, "至少要有一份佐证材料" in clerk.text) == (400, True)
    clerk.submit(statement="已完成", completed_on="2026-06-01", files=[(pdf_bytes("再"), "正确的.pdf")])
    assert "已申请办结" in clerk.text


def test_a_missing_file_is_explained(runtime, county, add, someone):
    task_id = add()
    with runtime.database.writing.begin() as session:
        file_id = make_evidence(session, session.get_one(Task, task_id), session.merge(county.officer)).id
    clerk = someone("officer")
    clerk.open(f"/tasks/{task_id}/evidence/{file_id}")
    assert (clerk.status, "文件不在存储中" in clerk.text) == (404, True)


# my work


def test_my_work_in_the_order_of_urgency(county, add, someone):
    add(title="甲逾期", due_on=TODAY - timedelta(days=1), owner=county.officer)
    add(title="乙今日", due_on=TODAY, owner=county.officer)
    add(title="丙七日", due_on=TODAY + timedelta(days=7), owner=county.officer)
    add(TaskStatus.ASSIGNED, title="丁待签")
    add(TaskStatus.RETURNED, title="戊退回", owner=county.officer, status_reason="缺少签到表")
    add(title="己其余", owner=county.officer)
    add(TaskStatus.IN_REVIEW, title="庚待审", owner=county.officer)
    add(title="辛他人", owner=county.head)
    add(title="壬邻镇", unit=county.sister)
    add(TaskStatus.CLOSED, title="癸办结", owner=county.officer)
    clerk = someone("officer")
    clerk.open("/work")
    text = clerk.text
    order = [text.index(title) for title in ("甲逾期", "乙今日", "丙七日", "丁待签", "戊退回", "己其余", "庚待审")]
    assert order == sorted(order)
    assert "退回原因：缺少签到表" in text
    for title in ("辛他人", "壬邻镇", "癸办结"):
        assert title not in text
    clerk.open("/work?show=unit")
    assert "辛他人" in clerk.text
    assert "壬邻镇" not in clerk.text


def test_a_head_sees_the_whole_unit_and_what_has_no_owner(runtime, county, add, someone):
    with runtime.database.writing.begin() as session:
        gone = make_user(session, session.merge(county.township), name="退岗", is_active=False)
    add(title="没有责任人")
    add(title="责任人已停用", owner=gone)
    add(title="有责任人", owner=county.officer)
    head = someone("head")
    head.open("/work")
    assert "2 项没有责任人，或责任人账号已停用" in head.text
    assert "未定责任人" in head.text
    assert "责任人退岗的账号已停用" in head.text
    assert "有责任人" in head.text


def test_nothing_to_do_says_what_this_is_for(someone):
    clerk = someone("officer")
    clerk.open("/work")
    assert "您手上没有待办" in clerk.text
    clerk.open("/work?show=unit")
    assert "本单位没有在办任务" in clerk.text


def test_more_duties_than_are_shown_on_six_statements(runtime, county, someone, statements):
    with runtime.database.writing.begin() as session:
        unit, owner = session.merge(county.township), session.merge(county.officer)
        for number in range(WORK_LIMIT + 20):
            make_task(session, unit, title=f"第{number}项", owner=owner, due_on=TODAY + timedelta(days=number))
    clerk = someone("officer")
    with statements() as seen:
        clerk.open("/work")
    assert len(seen) <= 6, seen
    assert f"只列出时限最近的 {WORK_LIMIT} 项" in clerk.text


def test_the_task_page_costs_the_same_with_much_history(runtime, county, add, someone, statements):
    clerk = someone("officer")
    few, many = add(), add()
    for number in range(12):
        clerk.open(f"/tasks/{many}/progress")
        clerk.submit(percent=str(number), done=f"第{number}次", files=[(pdf_bytes(str(number)), f"{number}.pdf")])
    with statements() as first:
        clerk.open(f"/tasks/{few}")
    with statements() as second:
        clerk.open(f"/tasks/{many}")
    assert len(first) == len(second) <= 16, second


# hostile and long text


def test_hostile_text_is_shown_as_text_everywhere(runtime, county, add, someone):
    task_id = add(title=PAYLOAD, wording=PAYLOAD, quote=PAYLOAD, area="<b>", status_reason=PAYLOAD)
    clerk, chief = someone("officer"), someone("supervisor")
    clerk.open(f"/tasks/{task_id}/progress")
    clerk.submit(
        percent="10", done=PAYLOAD, problems=PAYLOAD, next_step=PAYLOAD, files=[(pdf_bytes(), f"{FILE_PAYLOAD}.pdf")]
    )
    clerk.open(f"/tasks/{task_id}/extension")
    clerk.submit(new_due_on="2026-12-31", reason=PAYLOAD)
    clerk.open(f"/tasks/{task_id}/closure")
    clerk.submit(statement=PAYLOAD, completed_on="2026-06-01")
    chief.open(f"/tasks/{task_id}/return")
    chief.submit(reason=PAYLOAD)
    for person, path in (
        (clerk, "/work"),
        (clerk, f"/tasks/{task_id}"),
        (clerk, f"/tasks/{task_id}/closure"),
        (chief, f"/tasks/{task_id}/edit"),
        (chief, f"/tasks/{task_id}/urge"),
        (chief, f"/tasks/{task_id}/approve-extension"),
    ):
        page = person.open(path).get_data(as_text=True)
        assert person.status == 200
        assert "&lt;script&gt;" in page, (path, page)
        assert not ALERT.search(page), path


def test_a_title_of_three_hundred_characters_and_texts_over_the_limit(add, someone, read):
    task_id = add(title="长" * 300)
    chief = someone("supervisor")
    assert chief.open(f"/tasks/{task_id}").status_code == 200
    chief.open(f"/tasks/{task_id}/edit")
    chief.submit(title="长" * 301, reason="更正")
    assert (chief.status, "任务名称不能超过 300 字。" in chief.text) == (400, True)
    chief.submit(wording="字" * 4001, title="短", reason="更正")
    assert (chief.status, "不能超过 4000 字" in chief.text) == (400, True)
    assert read(task_id).title == "长" * 300


def remind(runtime, task_id: int, *people: User, days: int) -> None:
    """Write an overdue reminder of each of the last ``days`` days, the newest last."""
    with runtime.database.writing.begin() as session:
        task = session.get_one(Task, task_id)
        for number in range(1, days + 1):
            notify(
                session,
                task,
                rule=f"overdue:{number}",
                kind=NoticeKind.OVERDUE,
                title=f"{task.number} {task.title}（时限 2026-09-30，已逾期 {number} 天）",
                recipients=people,
                now=runtime.now() - timedelta(days=days - number),
            )


def test_a_long_record_is_folded_to_its_newest_lines(add, someone, runtime, county):
    task_id = add(TaskStatus.IN_PROGRESS, title="整治久拖不决的积案", owner=county.officer)
    remind(runtime, task_id, county.officer, county.head, days=40)
    page = html.fromstring(someone("officer").open(f"/tasks/{task_id}").get_data(as_text=True))
    (section,) = page.xpath("//section[@id='reminders']")
    shown = [" ".join(line.text_content().split()) for line in section.xpath("./ul/li | ./div/ul/li")]
    assert len(shown) == 5
    assert shown[0].startswith("逾期 40 个工作日 李文、周正")  # one line for both, and not the task's title again
    assert "整治久拖不决的积案" not in section.text_content()
    assert section.xpath("string(.//details[@class='older']/summary)") == "更早的 35 次"
    assert len(section.xpath(".//details[@class='older']//li")) == 35


def test_a_short_record_has_nothing_to_unfold(add, someone, runtime, county):
    task_id = add(TaskStatus.IN_PROGRESS)
    remind(runtime, task_id, county.officer, days=5)
    assert not html.fromstring(someone("officer").open(f"/tasks/{task_id}").get_data(as_text=True)).xpath(
        "//details[@class='older']"
    )
