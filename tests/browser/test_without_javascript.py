"""Everything that changes data works in a browser that runs no scripts."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.browser.people import OpenPage, Person
from tests.browser.test_journey import ANSWER, PLAN
from tests.support.browser import TELEPHONE
from tests.support.clock import FixedClock
from tests.support.factories import PASSWORD, make_task, make_unit, make_user
from tests.support.web import LiveServer
from tracker.db.models import UnitKind
from tracker.domain.permissions import Role
from tracker.domain.tasks import TaskStatus
from tracker.samples.docx_writer import write_docx

pytestmark = pytest.mark.browser


@pytest.fixture
def officer(live_server: LiveServer, new_page: OpenPage) -> Person:
    """An officer with a task to sign for, at a telephone without JavaScript; a supervisor has an account too."""
    with live_server.runtime.database.writing.begin() as session:
        county = make_unit(session, "青山县", kind=UnitKind.AREA, code="QS")
        unit = make_unit(session, "青竹镇人民政府", parent=county, code="QZZ")
        make_user(session, county, Role.SUPERVISOR, name="沈督办", username="supervisor")
        person = make_user(session, unit, Role.OFFICER, name="周干事", username="officer")
        make_task(session, unit, TaskStatus.ASSIGNED, owner=person, title="公布执法事项清单")
    return Person(new_page(javascript=False, viewport=TELEPHONE), "officer", PASSWORD)


def test_sign_for_a_task_report_progress_and_ask_for_closure(officer: Person, tmp_path: Path) -> None:
    evidence = tmp_path / "公布截图说明.docx"
    evidence.write_bytes(write_docx("公布截图说明\n\n清单已在政务公开栏公布。", numbered=False))
    officer.sign_in()
    officer.follow("签收：公布执法事项清单")
    officer.press("签收")
    officer.sees("办理中")
    officer.choose("反馈进展")
    officer.press("提交反馈")
    officer.sees("没有提交，请先看下面的问题")
    officer.fill(完成比例="100", 已完成的工作="清单已经公布，共87项。")
    officer.field("佐证材料").set_input_files(evidence)
    officer.press("提交反馈")
    officer.sees("公布截图说明.docx")
    officer.choose("申请办结")
    officer.fill(完成情况="清单已经公布。", 实际完成日="2026-06-09")
    officer.press("提交申请")
    officer.sees("待审核")


def test_upload_a_report_and_confirm_what_it_promises(
    officer: Person, new_page: OpenPage, clock: FixedClock, tmp_path: Path
) -> None:
    for year, text in ((2025, PLAN), (2026, ANSWER)):
        path = tmp_path / f"青竹镇{year}年报告.docx"
        path.write_bytes(write_docx(text, numbered=True))
        clock.advance(days=200 * (year - 2025))
        officer.open("/reports/upload")
        officer.field("报告文件").set_input_files(path)
        officer.press("上传")
        officer.main.get_by_role("link", name="审阅条目").wait_for(timeout=30_000)  # the page looks again by itself
    supervisor = Person(new_page(javascript=False), "supervisor", PASSWORD)
    supervisor.open("/reports?year=2025")
    supervisor.follow("审阅")
    supervisor.follow("编辑")
    supervisor.fill(标题="执法人员培训不少于4次")
    supervisor.press("保存")
    supervisor.sees("执法人员培训不少于4次")
    supervisor.follow("全部确认（4）")
    supervisor.press("确认立项 4 条")
    supervisor.follow("交办已立项（4）")
    supervisor.press("交办 4 条")
    supervisor.sees("待签收")
    supervisor.open("/reports?year=2026")
    supervisor.follow("青竹镇人民政府2026年")
    supervisor.follow("对照")
    supervisor.press("确认", supervisor.main.get_by_role("region", name="承诺和报告里的话", exact=True))
    supervisor.sees("已核对 1")
