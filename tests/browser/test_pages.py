"""Every page of the sample county, as each role sees it: drawn without a fault on an office screen and on a telephone."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.browser.inspect_page import barriers, overflow, structure
from tests.browser.people import OpenPage, Person
from tests.support.browser import DESKTOP, TELEPHONE
from tests.support.county import with_county
from tracker.samples.seed import SAMPLE_PASSWORD
from tracker.settings import Settings

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser

PEOPLE = {
    "supervisor": "duban",
    "officer": "liuwan.clerk",
    "bureau": "scjg.clerk",
    "head": "liuwan.head",
    "auditor": "shenji",
    "admin": "admin",
}
DOWNLOADS = re.compile(r"/(?:export|evidence/\d+|original|download|file)\b|\.(?:xlsx|docx)")
FEWEST_PAGES = {"supervisor": 20, "officer": 12, "bureau": 12, "head": 12, "auditor": 8, "admin": 8}
MOST_PAGES = 60
FIRST_VISIT, LATER_VISIT = 300_000, 60_000  # bytes


@pytest.fixture
def settings(settings: Settings, county_template: Path) -> Settings:
    """An installation with the sample county."""
    return with_county(settings, county_template)


def kind_of(path: str) -> str:
    """Return what sort of page an address leads to: its numbers and its arguments' values do not count."""
    bare, _, query = path.partition("?")
    names = sorted(part.split("=")[0] for part in query.split("&") if part)
    return re.sub(r"\d+", "N", bare) + ("?" + "&".join(names) if names else "")


# Asked of the page itself: a selector of the driver's has it load a script of its own into every page first.
LINKS = """() => [...document.querySelectorAll("a[href^='/']")].map(a => a.getAttribute('href'))"""


def links_of(page: Page) -> list[str]:
    """Return the local addresses a page links to, without their fragments."""
    found = page.evaluate(LINKS)
    return [href.split("#")[0] for href in found if not DOWNLOADS.search(href)]


def walk(person: Person, look: Callable[[str], None] = lambda _path: None) -> list[str]:
    """Visit one page of each kind that can be reached by links; gives their addresses in the order found.

    ``look`` is called with each address while its page is open.
    """
    person.open("/")
    waiting, seen, found = deque(["/" + person.page.url.split("/", 3)[3]]), set[str](), list[str]()
    while waiting and len(found) < MOST_PAGES:
        path = waiting.popleft()
        if kind_of(path) in seen:
            continue
        seen.add(kind_of(path))
        response = person.page.goto(path)
        assert response is not None
        assert response.status == 200, f"{person.username}: {path} answered {response.status}"
        found.append(path)
        waiting.extend(links_of(person.page))
        look(path)
    return found


@pytest.fixture(scope="module")
def coloured() -> set[str]:
    """Pages whose colours have been looked at: they are the same whoever looks, whatever the arguments choose to show."""
    return set()


@pytest.mark.parametrize("role", PEOPLE)
def test_each_page_is_drawn_without_a_fault(
    role: str, new_page: OpenPage, screenshot: Callable[..., Path], coloured: set[str]
) -> None:
    person = Person(new_page(), PEOPLE[role], SAMPLE_PASSWORD)
    faults: list[str] = []

    def look(path: str) -> None:
        page, bare = person.page, kind_of(path.partition("?")[0])
        screenshot(page, f"pages/{role}/{file_name(path)}-desktop")
        found = overflow(page) + structure(page) + barriers(page, contrast=bare not in coloured)
        coloured.add(bare)
        page.set_viewport_size(TELEPHONE)
        screenshot(page, f"pages/{role}/{file_name(path)}-telephone")
        found += [f"on a telephone: {fault}" for fault in overflow(page)]
        page.set_viewport_size(DESKTOP)
        faults.extend(f"{path}: {fault}" for fault in found)

    pages = walk(person, look)
    assert len(pages) >= FEWEST_PAGES[role], pages
    assert faults == [], f"{len(faults)} faults on {len(pages)} pages\n" + "\n".join(faults)


def file_name(path: str) -> str:
    """Return how a page's pictures are called."""
    return kind_of(path).strip("/").replace("/", "-").replace("?", "_").replace("&", "_") or "home"


FETCHED = """() => Object.fromEntries(
  [...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')]
    .map(entry => [entry.name, entry.transferSize]))"""


def fetched(page: Page) -> dict[str, int]:
    """Return what the open page had the browser fetch, address by address, in bytes; what it had kept counts nothing."""
    return dict(page.evaluate(FETCHED))


def test_pages_are_light(new_page: OpenPage) -> None:
    page = new_page()
    page.goto("/login")
    first = fetched(page)
    person = Person(page, "duban", SAMPLE_PASSWORD)
    person.sign_in()
    home = fetched(page)
    assert 10_000 < sum(first.values()) < FIRST_VISIT, first
    assert sum(first.values()) + sum(home.values()) < FIRST_VISIT, (first, home)
    heavy = []

    def weigh(path: str) -> None:
        page.goto(path)  # its styles and scripts may have been new: the second visit is the later one
        if not 0 < sum(fetched(page).values()) <= LATER_VISIT:
            heavy.append((path, fetched(page)))

    assert len(walk(person, weigh)) >= FEWEST_PAGES["supervisor"]
    assert heavy == []
