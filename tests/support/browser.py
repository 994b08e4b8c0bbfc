"""A headless Chromium that notices what a user would not: errors in scripts and calls to foreign hosts."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest

from tests.support.needs import PHASES, lack
from tools.system_packages import find_chromium, has_chinese_font

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

    from tests.support.web import LiveServer

ARTIFACTS = Path(__file__).resolve().parents[1] / "artifacts"
DESKTOP = {"width": 1366, "height": 768}
TELEPHONE = {"width": 390, "height": 844}
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """The browser of this test process."""
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        lack("playwright", "请执行 make test，它会自动安装")
    path = find_chromium()
    if path is None:
        lack("Chromium 浏览器", "请安装 chromium（Debian：apt-get install chromium），或用 TRACKER_CHROMIUM 指明路径")
    if not has_chinese_font():
        lack("中文字体", "请安装 fonts-noto-cjk（Debian：apt-get install fonts-noto-cjk）")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def new_page(
    request: pytest.FixtureRequest, chromium: Browser, live_server: LiveServer
) -> Iterator[Callable[..., Page]]:
    """Open pages on the running server, each with cookies of its own (``javascript=False``, ``viewport=TELEPHONE``).

    The test fails in the end if a script threw, the console showed an error, or a page asked a foreign host.
    """
    watched: list[tuple[Page, list[str]]] = []

    def open_page(*, viewport: Any = DESKTOP, javascript: bool = True) -> Page:
        context = chromium.new_context(
            base_url=live_server.url,
            viewport=viewport,
            locale="zh-CN",
            timezone_id="Asia/Shanghai",
            java_script_enabled=javascript,
        )
        context.set_default_timeout(10_000)
        page = context.new_page()
        watched.append((page, _watch(page, live_server.url)))
        return page

    yield open_page
    failed = _has_failed(request.node)
    for number, (page, _complaints) in enumerate(watched):
        if failed and not page.is_closed():
            page.screenshot(path=artifact(f"failed/{_slug(request.node.nodeid)}-{number}.png"), full_page=True)
        page.context.close()
    complaints = [complaint for _page, found in watched for complaint in found]
    assert failed or not complaints, "\n".join(complaints)


@pytest.fixture
def page(new_page: Callable[..., Page]) -> Page:
    """A page of 1366 × 768 on the running server."""
    return new_page()


@pytest.fixture
def screenshot() -> Callable[..., Path]:
    """``screenshot(page, "ledger")`` keeps a picture of the whole page in tests/artifacts.

    Only where somebody will look at it (``make browser-test``): hundreds of pictures cost minutes.
    """

    def take(page: Page, name: str, *, full_page: bool = True) -> Path:
        path = artifact(f"{name}.png")
        if os.environ.get("SCREENSHOTS"):
            page.screenshot(path=path, full_page=full_page)
        return path

    return take


def artifact(name: str) -> Path:
    """A path in tests/artifacts, whose folder exists."""
    path = ARTIFACTS / name
    path.parent.mkdir(parents=True, exist_ok=True)
    return path


def _watch(page: Page, home: str) -> list[str]:
    """Collect what goes wrong on ``page``; an answer of 4xx to a form is the server's word, not a fault."""
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(f"script error on {page.url}: {error}"))
    page.on("request", lambda request: _check_host(request.url, home, complaints))
    page.on("console", lambda message: _check_console(message, page, complaints))
    return complaints


def _check_host(url: str, home: str, complaints: list[str]) -> None:
    parts = urlsplit(url)
    if parts.scheme in {"http", "https", "ws", "wss"} and parts.netloc != urlsplit(home).netloc:
        complaints.append(f"a page asked a foreign host: {url}")


def _check_console(message: Any, page: Page, complaints: list[str]) -> None:
    if message.type == "error" and not message.text.startswith("Failed to load resource"):
        complaints.append(f"console on {page.url}: {message.text}")


def _has_failed(node: pytest.Item) -> bool:
    phases = node.stash.get(PHASES, {})
    return any(report.failed for report in phases.values())


def _slug(nodeid: str) -> str:
    return re.sub(r"[^\w.-]+", "-", nodeid.removeprefix("tests/")).strip("-")
