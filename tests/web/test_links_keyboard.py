"""The linking screen in a browser: through the promises by keyboard, another passage by selecting it in the report."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from tests.services.test_links import ANSWER, PLAN, file_report
from tests.support.factories import NOW, PASSWORD, make_county
from tests.support.web import LiveServer
from tracker.db.models import LinkDecision, TaskLink
from tracker.services.linking import propose_links


@pytest.fixture
def report_id(live_server: LiveServer) -> int:
    with live_server.runtime.database.writing.begin() as session:
        county = make_county(session)
        file_report(session, county.township, county.officer, PLAN, 2025, propose=True)
        report = file_report(session, county.township, county.officer, ANSWER, 2026)
        propose_links(session, report, now=NOW)
        return report.id


@pytest.fixture
def at_work(page: Any, report_id: int) -> Any:
    page.goto("/login")
    page.fill("[name=username]", "supervisor")
    page.fill("[name=password]", PASSWORD)
    page.click("main button[type=submit]")
    page.goto(f"/reports/{report_id}/links")
    return page


def press(page: Any, key: str) -> None:
    with page.expect_navigation():
        page.keyboard.press(key)


def current(page: Any) -> str:
    return str(page.locator(".promise.is-current .promise-text").inner_text())


def decisions(live_server: LiveServer) -> list[LinkDecision]:
    with live_server.runtime.database.reading() as session:
        return list(session.scalars(select(TaskLink.decision).where(TaskLink.commitment_ref == "")))


def test_by_keyboard(at_work: Any, live_server: LiveServer) -> None:
    """j and k go through the promises, y confirms and goes on, n finds that no passage answers it."""
    first = current(at_work)
    press(at_work, "j")
    assert current(at_work) != first
    press(at_work, "k")
    assert current(at_work) == first
    press(at_work, "y")
    assert "已确认" in at_work.inner_text(".notice-success")
    assert current(at_work) != first
    assert decisions(live_server).count(LinkDecision.CONFIRMED) == 1
    while not at_work.locator("button[data-reject]").count():
        press(at_work, "j")
    press(at_work, "n")
    assert decisions(live_server).count(LinkDecision.REJECTED) == 1


def test_keys_typed_into_a_field_are_letters(at_work: Any, live_server: LiveServer) -> None:
    at_work.locator("details.note-edit > summary").click()
    at_work.locator("textarea[name=note]").press_sequentially("yn jk")
    assert at_work.input_value("textarea[name=note]") == "yn jk"
    assert set(decisions(live_server)) == {LinkDecision.PROPOSED}


def test_the_outcome_follows_the_passages(at_work: Any) -> None:
    """Without any passage ticked the outcome is 未提及; with one it is something again."""
    for box in at_work.locator("input[name=evidence]").all():
        box.uncheck()
    assert at_work.is_checked("input[name=outcome][value=not_mentioned]")
    at_work.locator("input[name=evidence]").first.check()
    assert at_work.is_checked("input[name=outcome][value=partial]")


def test_another_passage_by_selecting_it(at_work: Any, live_server: LiveServer) -> None:
    """What is selected in the report is taken with its place, word for word."""
    from playwright.sync_api import expect

    at_work.click("text=在报告中另选一段")
    at_work.wait_for_url(re.compile("pick=1"))
    at_work.locator(".report-text .sentence", has_text="涉企执法扫码").first.wait_for()
    at_work.wait_for_load_state("load")
    at_work.evaluate(
        """() => {
            const sentence = [...document.querySelectorAll('.report-text .sentence')]
                .find((one) => one.textContent.includes('涉企执法扫码'));
            const range = document.createRange();
            range.selectNodeContents(sentence);
            const selection = window.getSelection();
            selection.removeAllRanges();
            selection.addRange(range);
        }"""
    )
    expect(at_work.locator("#quote")).to_have_value(re.compile("涉企执法扫码"))
    at_work.click("#passage-form button[type=submit]")
    at_work.wait_for_selector(".answer-form")
    assert "人工选取" in at_work.inner_text("#answer")
    start = ANSWER.index("建立涉企执法扫码登记制度")
    with live_server.runtime.database.reading() as session:
        chosen = [link.evidence[0] for link in session.scalars(select(TaskLink)) if link.evidence]
    assert (start, "人工选取") in {(one["start"], (one["reasons"] or [""])[0]) for one in chosen}


def test_the_screen_fits_a_telephone(new_page: Callable[..., Any], report_id: int) -> None:
    """Nothing runs out of a window of 390 px, and the promise's form can be reached."""
    page = new_page(viewport={"width": 390, "height": 844})
    page.goto("/login")
    page.fill("[name=username]", "supervisor")
    page.fill("[name=password]", PASSWORD)
    page.click("main button[type=submit]")
    for path in (f"/reports/{report_id}/links", "/reconciliation?year=2026", f"/reports/{report_id}/links?pick=1"):
        page.goto(path)
        assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"), path


def outcome(page: Any) -> str:
    return str(page.locator("input[name=outcome]:checked").get_attribute("value"))


def test_outcome_and_passages_by_keyboard(at_work: Any) -> None:
    """d and p say how far it goes, a digit ticks a passage; nothing is sent by them."""
    at_work.keyboard.press("d")
    assert outcome(at_work) == "done"
    at_work.keyboard.press("p")
    assert outcome(at_work) == "partial"
    boxes = at_work.locator("input[name=evidence]")
    before = boxes.first.is_checked()
    at_work.keyboard.press("1")
    assert boxes.first.is_checked() is not before
    at_work.keyboard.press("1")
    at_work.keyboard.press("5")
    assert boxes.first.is_checked() is before


def test_silent_by_keyboard(at_work: Any, live_server: LiveServer) -> None:
    """m confirms 未提及; n does so as well where no passage is offered."""
    press(at_work, "m")
    with live_server.runtime.database.reading() as session:
        decided = session.scalars(
            select(TaskLink).where(TaskLink.commitment_ref == "", TaskLink.decision == LinkDecision.CONFIRMED)
        ).one()
    assert (decided.outcome.value, decided.evidence) == ("not_mentioned", [])
    while at_work.locator("button[data-reject]").count():
        press(at_work, "j")
    press(at_work, "n")
    assert decisions(live_server).count(LinkDecision.CONFIRMED) == 2


def test_a_whole_unit_without_the_mouse(at_work: Any, live_server: LiveServer) -> None:
    """One key a promise, and the next one is there."""
    for number in range(1, 5):
        press(at_work, "y")
        assert f"{number}/4 已核对" in at_work.inner_text("#promises")
    assert "全部核对完了" in at_work.inner_text("#promises")
    assert decisions(live_server).count(LinkDecision.CONFIRMED) == 4


def test_another_passage_by_keyboard(at_work: Any, live_server: LiveServer) -> None:
    """c opens the report, the arrows select sentences, Shift several, Enter takes them, Escape goes back."""
    from playwright.sync_api import expect

    press(at_work, "c")
    press(at_work, "Escape")
    assert "pick" not in at_work.url
    press(at_work, "c")
    wanted, field = "建立涉企执法扫码登记制度", at_work.locator("#quote")
    for _ in range(40):
        at_work.keyboard.press("ArrowDown")
        expect(field).not_to_have_value("")  # the browser tells of a selection a moment later
        at_work.wait_for_timeout(30)
        if wanted in field.input_value():
            break
    sentence = field.input_value()
    at_work.keyboard.press("ArrowUp")
    expect(field).not_to_have_value(re.compile(wanted))
    at_work.keyboard.press("Shift+ArrowDown")
    expect(field).to_have_value(re.compile(f".{{10,}}{wanted}", re.DOTALL))
    at_work.keyboard.press("ArrowDown")
    at_work.keyboard.press("ArrowUp")
    expect(field).to_have_value(sentence)
    press(at_work, "Enter")
    assert "人工选取" in at_work.inner_text("#answer")
    with live_server.runtime.database.reading() as session:
        chosen = [link.evidence[0] for link in session.scalars(select(TaskLink)) if link.evidence]
    assert ANSWER.index(sentence) in {one["start"] for one in chosen if "人工选取" in one["reasons"]}
