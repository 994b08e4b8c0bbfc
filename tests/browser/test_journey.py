"""The whole loop as its users walk it, in a browser: from this year's report to the locked account of its promises."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.browser.people import OpenPage, Person
from tests.support.clock import FixedClock
from tests.support.factories import PASSWORD, make_unit, make_user
from tests.support.web import LiveServer
from tracker.db.models import UnitKind
from tracker.domain.permissions import Role
from tracker.samples.docx_writer import write_docx

if TYPE_CHECKING:
    from playwright.sync_api import Locator

pytestmark = pytest.mark.browser

PLAN = """青竹镇人民政府2025年法治政府建设工作报告

青山县人民政府：

现将我镇2025年法治政府建设工作情况报告如下。

一、主要工作

（一）提升执法能力。组织执法培训2次，新增持证人员3名。

二、存在的问题

一是执法人员业务不熟。二是事项清单没有公开，群众不了解。

三、2026年工作安排

（一）加强执法培训。全年组织执法人员培训不少于4次。

（二）编制执法事项清单。6月底前完成执法事项清单编制。

（三）公开执法事项清单。6月底前在政务公开栏公布执法事项清单。

（四）深化法治宣传。12月4日前组织宪法宣传活动1场，每季度开展普法讲座1次。

青竹镇人民政府

2026年1月4日
"""

ANSWER = """青竹镇人民政府2026年法治政府建设工作报告

青山县人民政府：

现将我镇2026年法治政府建设工作情况报告如下。

一、主要工作

（一）执法能力稳步提升。全年组织执法人员培训3次，参训96人次。

（二）法治宣传有声有色。12月4日组织宪法宣传活动1场，发放资料800份。

（三）新建法治公园1处，成为群众学法的好去处。

二、存在的问题

执法事项清单编制滞后，没有按时完成。

三、2027年工作安排

（一）加强执法培训。全年组织执法人员培训不少于3次。

（二）完成执法事项清单编制，3月底前向社会公布。

青竹镇人民政府

2026年12月25日
"""


@dataclass(frozen=True)
class Town:
    """Who takes part."""

    officer: Person
    head: Person
    supervisor: Person


@pytest.fixture
def town(live_server: LiveServer, clock: FixedClock, new_page: OpenPage) -> Town:
    """A county with a supervisor and a town with an officer and a head; the first working days of January."""
    clock.go_to(date(2026, 1, 5), 9, 0)
    with live_server.runtime.database.writing.begin() as session:
        county = make_unit(session, "青山县", kind=UnitKind.AREA, code="QS")
        unit = make_unit(session, "青竹镇人民政府", parent=county, code="QZZ")
        make_user(session, county, Role.SUPERVISOR, name="沈督办", username="supervisor")
        make_user(session, unit, Role.HEAD, name="陈镇长", username="head")
        make_user(session, unit, Role.OFFICER, name="周干事", username="officer")

    def someone(username: str) -> Person:
        return Person(new_page(), username, PASSWORD)

    return Town(someone("officer"), someone("head"), someone("supervisor"))


def test_from_a_promise_to_its_account(
    town: Town, clock: FixedClock, tmp_path: Path, screenshot: Callable[..., Path]
) -> None:
    upload(town.officer, tmp_path / "青竹镇2025年法治报告.docx", PLAN)
    town.officer.sees("识别出计划条目 4 条")
    review(town.supervisor, screenshot)
    send(town.supervisor)
    clock.go_to(date(2026, 1, 6), 9, 0)
    sign(town.officer, screenshot)
    clock.go_to(date(2026, 5, 12), 10, 0)
    report_progress(town.officer, tmp_path, screenshot)
    clock.go_to(date(2026, 12, 8), 10, 0)
    request_closure(town.officer)
    approve(town.supervisor, screenshot)
    end_the_others(town.supervisor)
    clock.go_to(date(2026, 12, 28), 9, 0)
    upload(town.officer, tmp_path / "青竹镇2026年法治报告.docx", ANSWER)
    town.officer.sees("已入账")
    confirm_links(town.supervisor, screenshot)
    explain_differences(town.supervisor, screenshot)
    confirm_by_unit(town.head)
    lock(town.supervisor, screenshot)


# ---- the steps, each as one person does it ---------------------------------------------------------------------------


def upload(officer: Person, path: Path, text: str) -> None:
    path.write_bytes(write_docx(text, numbered=True))
    officer.open("/")
    officer.go("报告")
    officer.follow("上传报告")
    officer.field("报告文件").set_input_files(path)
    officer.press("上传")
    officer.main.get_by_role("link", name="审阅条目").wait_for(timeout=30_000)


def card(supervisor: Person, title: str) -> Locator:
    """Return the card of a proposal by a part of its text."""
    return supervisor.main.get_by_role("article").filter(has_text=title).first


def review(supervisor: Person, screenshot: Callable[..., Path]) -> None:
    supervisor.open("/")
    supervisor.go("报告")
    supervisor.follow("审阅")
    supervisor.sees("待确认 4")
    screenshot(supervisor.page, "journey/1-review")
    edit_a_proposal(supervisor)
    merge_two(supervisor)
    split_one(supervisor)
    dismiss_one(supervisor)
    supervisor.sees("待确认 3")
    supervisor.follow("全部确认（3）")
    supervisor.press("确认立项 3 条")
    supervisor.sees("已立项 3")
    supervisor.sees("待确认 0")


def edit_a_proposal(supervisor: Person) -> None:
    supervisor.follow("编辑", card(supervisor, "加强执法培训"))
    supervisor.fill(标题="执法人员培训每年不少于4次")
    supervisor.press("保存")
    supervisor.sees("执法人员培训每年不少于4次")


def merge_two(supervisor: Person) -> None:
    for title in ("编制执法事项清单", "公开执法事项清单"):
        card(supervisor, title).get_by_role("checkbox").check()
    supervisor.press("合并为一条")
    supervisor.sees("待确认 3")
    merged = card(supervisor, "完成执法事项清单编制")
    assert "在政务公开栏公布执法事项清单" in merged.inner_text()


def split_one(supervisor: Person) -> None:
    supervisor.follow("拆分", card(supervisor, "宪法宣传活动"))
    supervisor.main.get_by_label(re.compile("每季度开展普法")).check()
    supervisor.press("拆分", supervisor.main.locator("form").filter(has_text="在勾选的位置拆开"))
    supervisor.sees("待确认 4")
    event = card(supervisor, "宪法宣传活动").inner_text()
    assert "2026-12-04" in event, "each part has the deadline that its own words state"
    assert "讲座" not in event


def dismiss_one(supervisor: Person) -> None:
    lectures = card(supervisor, "每季度开展普法讲座1次")
    lectures.get_by_text("忽略").first.click()
    lectures.get_by_label("忽略的原因").fill("属于日常工作，不单独立项。")
    supervisor.press("确定忽略", lectures)


def send(supervisor: Person) -> None:
    supervisor.follow("交办已立项（3）")
    supervisor.sees("周干事")
    supervisor.press("交办 3 条")
    supervisor.sees("待签收")


def sign(officer: Person, screenshot: Callable[..., Path]) -> None:
    officer.open("/")
    officer.go("提醒")
    officer.sees("待签收：执法人员培训每年不少于4次")
    officer.go("我的待办")
    screenshot(officer.page, "journey/2-work")
    for _ in range(3):
        officer.go("我的待办")
        officer.follow("签收")
        officer.press("签收")
        officer.sees("办理中")


def open_task(person: Person, words: str) -> None:
    """Find a task in the ledger by its words, and open it."""
    person.open("/")
    person.go("台账")
    person.field("搜索").fill(words)
    person.press("筛选")
    person.sees("本页 1 项")
    person.click(person.main.locator("tbody").get_by_role("link").first)


def report_progress(officer: Person, tmp_path: Path, screenshot: Callable[..., Path]) -> None:
    evidence = tmp_path / "培训签到表.docx"
    evidence.write_bytes(write_docx("培训签到表\n\n第一期32人，第二期31人。", numbered=False))
    open_task(officer, "执法人员培训")
    officer.follow("反馈进展")
    officer.fill(完成比例=50, 已完成的工作="组织培训2次，参训63人次。", 下步措施="下半年再办2次。")
    officer.field("佐证材料").set_input_files(evidence)
    officer.press("提交反馈")
    officer.sees("培训签到表.docx")
    officer.sees("组织培训2次，参训63人次。")
    screenshot(officer.page, "journey/3-task")


def request_closure(officer: Person) -> None:
    open_task(officer, "执法人员培训")
    officer.choose("申请办结")
    officer.fill(完成情况="全年组织培训4次，参训127人次，达到目标。", 实际完成日="2026-12-03")
    officer.press("提交申请")
    officer.sees("待审核")


def approve(supervisor: Person, screenshot: Callable[..., Path]) -> None:
    supervisor.open("/")
    supervisor.go("提醒")
    supervisor.press("待审核办结：执法人员培训每年不少于4次")
    supervisor.follow("审核办结")
    supervisor.sees("全年组织培训4次，参训127人次，达到目标。")
    screenshot(supervisor.page, "journey/4-approve")
    supervisor.fill(审核意见="签到表齐全，同意销号。")
    supervisor.press("同意销号")
    supervisor.sees("已办结")
    supervisor.sees("按期办结")


def end_the_others(supervisor: Person) -> None:
    open_task(supervisor, "完成执法事项清单编制")
    supervisor.choose("认定未完成")
    supervisor.main.get_by_label("主观不力").check()
    supervisor.fill(具体原因="清单只完成初稿，没有审核公布。")
    supervisor.press("认定未完成")
    supervisor.sees("没有审核公布")
    open_task(supervisor, "宪法宣传活动")
    supervisor.choose("撤销任务")
    supervisor.fill(原因="县里统一组织，乡镇不再单独开展。")
    supervisor.press("撤销任务")
    supervisor.sees("县里统一组织")


def confirm_links(supervisor: Person, screenshot: Callable[..., Path]) -> None:
    supervisor.open("/")
    supervisor.go("报告")
    supervisor.field("报告年度").select_option("2026")
    supervisor.press("筛选")
    supervisor.follow("青竹镇人民政府2026年法治政府建设工作报告")
    supervisor.follow("对照")
    supervisor.sees("待核对 2 项")
    supervisor.sees("已撤销，不再比对 1 项")
    supervisor.follow("执法人员培训")
    supervisor.sees("全年组织执法人员培训3次")
    screenshot(supervisor.page, "journey/5-links")
    for left in (2, 1):
        supervisor.sees(f"待核对 {left} 项")
        supervisor.press("确认", supervisor.main.get_by_role("region", name="承诺和报告里的话", exact=True))
    supervisor.sees("全部核对完了")
    supervisor.sees("已核对 2 项")


def open_account(person: Person) -> None:
    """Open the town's account of 2026."""
    person.go("年终对账")
    person.field("计划年度").select_option("2026")
    person.press("查看")
    person.follow("青竹镇人民政府")


def explain_differences(supervisor: Person, screenshot: Callable[..., Path]) -> None:
    open_account(supervisor)
    supervisor.sees("数值不符")
    screenshot(supervisor.page, "journey/6-reconciliation")
    supervisor.follow("锁定年度")
    supervisor.sees("还不能锁定，请先处理")
    supervisor.follow("返回对账表")
    for _ in range(3):
        link = supervisor.main.get_by_role("link", name=re.compile("^填写"))
        if link.count():
            supervisor.click(link.first)
        form = supervisor.page.locator("#line-form")
        form.wait_for()
        for box in form.get_by_label(re.compile("^说明")).all():
            box.fill("报告统计口径到11月，12月另办1期，有签到表为证。")
        form.get_by_label("部分完成", exact=True).check()
        supervisor.press("保存并看下一项", form)
    for box in supervisor.main.get_by_label(re.compile("^说明：")).all():
        box.fill("属日常工作")
        supervisor.press("保存说明")
    supervisor.sees("未填核查结论 0 项")


def confirm_by_unit(head: Person) -> None:
    head.open("/")
    open_account(head)
    head.press("单位确认")
    head.sees("陈镇长")


def lock(supervisor: Person, screenshot: Callable[..., Path]) -> None:
    supervisor.page.reload()
    supervisor.follow("锁定年度")
    supervisor.press("锁定年度，不能撤回")
    supervisor.sees("以下是锁定时的内容")
    screenshot(supervisor.page, "journey/7-locked")
    open_task(supervisor, "执法人员培训")
    supervisor.sees("已归档")
    assert supervisor.main.get_by_role("link", name="反馈进展").count() == 0
