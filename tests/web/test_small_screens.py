"""On a telephone table rows are cards: what is wide there has the card's whole width, and nothing sticks out of it."""

from __future__ import annotations

import pytest

from tests.support.browser import TELEPHONE
from tests.support.factories import PASSWORD, make_county, make_report, make_task
from tracker.domain.tasks import TaskStatus

STICKING_OUT = """() => [...document.querySelectorAll('.as-cards tbody td')].filter(cell => {
  const row = cell.closest('tr').getBoundingClientRect();
  return [cell, ...cell.children].some(part => part.getBoundingClientRect().right > row.right + 1);
}).map(cell => cell.dataset.label)"""


def sign_in(page, username: str) -> None:
    page.goto("/login")
    page.fill("[name=username]", username)
    page.fill("[name=password]", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: "/login" not in url)


@pytest.mark.parametrize("address", ["/overview/?year=2026", "/reconciliation/{unit}/2026", "/ledger/?year=2026"])
def test_nothing_sticks_out_of_a_card(new_page, live_server, address):
    with live_server.runtime.database.writing.begin() as session:
        county = make_county(session)
        report = make_report(session, county.township, county.officer)
        for status in (TaskStatus.IN_PROGRESS, TaskStatus.ASSIGNED, TaskStatus.IN_REVIEW, TaskStatus.CLOSED):
            make_task(session, county.township, status, report=report, title=f"全年组织执法培训{status}")
        address = address.format(unit=county.township.id)
    page = new_page(viewport=TELEPHONE)
    sign_in(page, "supervisor")
    page.goto(address)
    assert page.locator(".as-cards tbody tr").count()
    assert page.evaluate(STICKING_OUT) == []


def test_the_open_tab_is_in_sight(new_page, live_server):
    with live_server.runtime.database.writing.begin() as session:
        make_county(session)
    page = new_page(viewport=TELEPHONE)
    sign_in(page, "admin")
    page.goto("/readers/")
    box = page.locator(".tabs > [aria-current]").bounding_box()
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= TELEPHONE["width"]
