"""The review screen in a browser: keys, editing in place, a passage selected in the text; and the same without scripts."""

from __future__ import annotations

import io
import re
import shutil
from typing import Any

import pytest
from sqlalchemy import select

from tests.support.browser import TELEPHONE
from tests.support.clock import FixedClock
from tests.support.county import PRESENT, with_county
from tests.support.factories import PASSWORD, make_county
from tests.support.web import SECRET, Visitor
from tracker.application import create_app
from tracker.db.models import Report, Task
from tracker.settings import Settings
from tracker.web.background import background

pytestmark = pytest.mark.browser

REPORT = """清溪县柳湾镇人民政府
2025年法治政府建设工作报告
一、主要工作
全年办理行政处罚案件10件。组织宣讲12场，发放手册3000册。
二、存在的问题
一是执法力量薄弱；二是调解场所不足。
三、2026年工作计划
（一）充实执法队伍。6月底前新增持证执法人员2名。9月底前组织业务培训4期。（责任单位：镇司法所）
（二）创新普法形式。年内开展普法活动不少于4场。
（三）规范决策程序。完善重大事项公开制度。
"""

SELECT = """([words, kind]) => {
  const sentence = [...document.querySelectorAll("#report .sentence")].find((one) => one.textContent.includes(words));
  const block = sentence.closest("[data-start]"), range = document.createRange();
  if (kind === "inside") { range.setStart(sentence.lastChild, 2); range.setEnd(sentence.lastChild, 6); }
  if (kind === "sentence") { range.selectNodeContents(sentence); }
  if (kind === "line") { range.setStart(block.querySelector(".sentence").firstChild, 0); range.setEnd(block.nextElementSibling || block.parentElement.nextElementSibling, 0); }
  if (kind === "item") { range.selectNodeContents(block); }
  const selection = getSelection(); selection.removeAllRanges(); selection.addRange(range);
}"""


def enter(page: Any, username: str) -> None:
    page.goto("/login")
    page.fill("#username", username)
    page.fill("#password", PASSWORD)
    page.click("main button[type=submit]")


@pytest.fixture(scope="module")
def county_with_report(sqlite_template, tmp_path_factory):
    """An instance folder in which the county's township has filed its report; copy it, do not write to it."""
    folder = tmp_path_factory.mktemp("filed")
    shutil.copyfile(sqlite_template, folder / "tracker.db")
    app = create_app(Settings(folder, f"sqlite:///{folder / 'tracker.db'}", SECRET), clock=FixedClock(PRESENT))
    runtime = app.extensions["tracker"]
    with runtime.database.writing.begin() as session:
        make_county(session)
    officer = Visitor(app)
    officer.sign_in("officer", PASSWORD)
    officer.open("/reports/upload")
    officer.submit(file=(io.BytesIO(REPORT.encode()), "报告.txt"))
    background(app).wait()
    runtime.database.dispose()
    return folder


@pytest.fixture
def settings(settings, county_with_report):
    """An installation with a copy of that folder."""
    return with_county(settings, county_with_report)


@pytest.fixture
def filed(live_server):
    """The running server on it."""
    return live_server


def states(house) -> list[str]:
    with house.runtime.database.reading() as session:
        return [task.status.value for task in session.scalars(select(Task).order_by(Task.start, Task.id))]


def test_the_progress_line_leads_to_the_result(filed, new_page):
    report = REPORT.replace("2025年", "2024年").replace("2026年", "2025年")
    page = new_page()
    enter(page, "officer")
    page.goto("/reports/upload")
    page.set_input_files("#file", {"name": "报告.txt", "mimeType": "text/plain", "buffer": report.encode()})
    page.click("main button[type=submit]")
    page.get_by_role("link", name="审阅条目").wait_for()
    assert page.locator(".steps .is-done").count() >= 4


def test_keys_go_through_the_cards(filed, new_page, screenshot):
    page = new_page()
    enter(page, "supervisor")
    page.goto("/reports/1/review")
    page.keyboard.press("j")
    assert page.evaluate("document.activeElement.id") == "item-1"
    page.keyboard.press("j")
    page.keyboard.press("k")
    assert page.locator("#span-1.is-active").count() == 1
    screenshot(page, "review")
    page.keyboard.press("c")
    page.wait_for_url(re.compile(r"#item-2$"))
    assert states(filed) == ["established", "proposed", "proposed"]
    assert page.evaluate("document.activeElement.id") == "item-2"
    page.keyboard.press("x")
    page.keyboard.type("口号性表述")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"#item-3$"))
    assert states(filed) == ["established", "dismissed", "proposed"]
    page.keyboard.press("Enter")
    page.fill("[data-edit-form] [name=title]", "建立公开目录")
    page.click("[data-edit-form] button[type=submit]")
    page.get_by_text("已保存").wait_for()
    assert page.locator("#item-3").get_by_text("建立公开目录").count() == 1


def test_chosen_cards_show_what_can_be_done_with_them(filed, new_page):
    page = new_page()
    enter(page, "supervisor")
    page.goto("/reports/1/review")
    assert not page.locator("#selection").is_visible()
    page.keyboard.press("j")
    page.keyboard.press("m")
    assert page.get_by_text("已选 1 条").is_visible()
    assert not page.get_by_role("button", name="合并为一条").is_visible()
    page.keyboard.press("j")
    page.keyboard.press("m")
    page.get_by_role("button", name="合并为一条").click()
    page.get_by_text("已合并为一条").wait_for()
    assert states(filed) == ["proposed", "dismissed", "proposed"]


@pytest.mark.parametrize(
    ("words", "kind", "quote"),
    [
        ("组织宣讲12场", "inside", "宣讲12"),
        ("组织宣讲12场", "sentence", "组织宣讲12场，发放手册3000册。"),
        ("全年办理", "line", "全年办理行政处罚案件10件。组织宣讲12场，发放手册3000册。"),
    ],
)
def test_a_selected_passage_becomes_a_card(filed, new_page, words, kind, quote):
    page = new_page()
    enter(page, "supervisor")
    page.goto("/reports/1/review")
    page.evaluate(SELECT, [words, kind])
    page.get_by_role("button", name="添加为条目").click()
    page.get_by_text("已添加为待确认条目").wait_for()
    with filed.runtime.database.reading() as session:
        added = session.scalars(select(Task).order_by(Task.id.desc())).first()
        text = session.scalar(select(Report.text))
    assert added.quote == text[added.start : added.end] == quote


def test_numbers_in_the_margin_are_no_part_of_a_selection(filed, new_page):
    from playwright.sync_api import expect

    page = new_page()
    enter(page, "supervisor")
    page.goto("/reports/1/review")
    page.evaluate(SELECT, ["创新普法形式", "item"])
    expect(page.locator("#add-form [name=quote]")).not_to_have_value("")
    start, end = (int(page.input_value(f"#add-form [name={name}]")) for name in ("start", "end"))
    quote = page.input_value("#add-form [name=quote]")
    with filed.runtime.database.reading() as session:
        text = session.scalar(select(Report.text))
    assert text[start:end] == quote == "（二）创新普法形式。年内开展普法活动不少于4场。"


def test_everything_works_without_scripts(filed, new_page):
    page = new_page(javascript=False)
    enter(page, "supervisor")
    page.goto("/reports/1/review")
    page.locator("#item-1").get_by_role("link", name="编辑").click()
    page.fill("[name=title]", "充实执法力量")
    page.get_by_role("button", name="保存").click()
    assert page.get_by_text("已保存").count() == 1
    page.locator("#item-1").get_by_role("link", name="拆分").click()
    page.get_by_role("button", name="拆分", exact=True).click()
    assert page.get_by_text("已拆分").count() == 1
    page.get_by_role("link", name=re.compile("全部确认")).click()
    page.get_by_role("button", name=re.compile("确认立项")).click()
    page.get_by_role("link", name=re.compile("交办已立项")).click()
    page.get_by_role("button", name=re.compile("^交办")).click()
    assert page.get_by_text("已交办 4 条").count() == 1
    assert sorted(states(filed)) == ["assigned"] * 4 + ["dismissed"]


def test_nothing_runs_over_the_edge_of_a_telephone(filed, new_page):
    page = new_page(viewport=TELEPHONE)
    enter(page, "supervisor")
    for path in ("/reports", "/reports/1", "/reports/1/review", "/reports/1/review?edit=1", "/reports/upload"):
        page.goto(path)
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), path


MARKED = """() => [...(CSS.highlights.get("place") || [])].map((range) => range.toString()).join("|")"""


def test_the_words_a_card_stands_on_are_marked_without_leaving_it(filed, new_page):
    page = new_page()
    enter(page, "supervisor")
    page.goto("/reports/1/review")
    page.locator("#item-1 summary", has_text="识别依据").click()
    for words in ("9月底前", "2名", "镇司法所"):
        page.locator("#item-1 [data-place]", has_text=words).first.click()
        assert page.evaluate(MARKED) == words
    assert "quote=" not in page.url
    page.locator("#item-1 [data-place]", has_text="三、2026年工作计划").click()
    assert page.evaluate(MARKED) == "三、2026年工作计划"


def test_the_skeleton_goes_into_the_form_in_place(filed, new_page):
    page = new_page()
    enter(page, "supervisor")
    page.goto("/reports/1/review")
    card = page.locator("#item-3")
    card.locator("summary", has_text="改写骨架").click()
    card.get_by_text("用骨架改写").click()
    wording = card.locator("[name=wording]")
    wording.wait_for()
    assert "【牵头单位】" in wording.input_value()
    wording.fill("先改成这样")
    card.get_by_text("用骨架改写").click()  # the form that is open takes it
    assert "【牵头单位】" in wording.input_value()
