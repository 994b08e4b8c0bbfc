"""Draw the pictures of docs/images anew from the sample county, at a fixed day so that they change only when pages do.

    python -m tools.take_screenshots            all of them
    python -m tools.take_screenshots review     only those named

Needs the development environment and a Chromium.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser.people import Person
from tests.support.browser import FLAGS
from tests.support.clock import CHINA, FixedClock
from tests.support.county import fill
from tests.support.web import free_port, serving
from tools.shrink_png import shrink
from tools.system_packages import find_chromium
from tracker.application import create_app
from tracker.db.migrate import upgrade
from tracker.samples.seed import SAMPLE_PASSWORD
from tracker.settings import Settings

IMAGES = Path(__file__).resolve().parent.parent / "docs" / "images"
PRESENT = datetime(2026, 11, 20, 9, 30, tzinfo=CHINA)
LARGEST = 150_000  # bytes
SCREEN = {"width": 1200, "height": 720}
TELEPHONE = {"width": 390, "height": 760}


@dataclass(frozen=True)
class Picture:
    """A picture: its file's name, who is at the screen, and what that person does to get there."""

    name: str
    username: str
    go: Callable[[Person], Any]
    viewport: dict[str, int]


def at(path: str) -> Callable[[Person], Any]:
    """Go to an address."""
    return through(path)


def through(path: str, *links: str) -> Callable[[Person], Any]:
    """Go to an address and follow links from there."""

    def go(person: Person) -> None:
        person.open(path)
        for link in links:
            person.follow(link)
        person.page.wait_for_load_state("networkidle")

    return go


PICTURES = (
    Picture("overview", "duban", at("/overview/"), SCREEN),
    Picture("review", "duban", through("/reports?year=2025", "审阅"), SCREEN),
    Picture("links", "duban", through("/reports?year=2025&q=住房", "青岚县住房和城乡建设局2025年", "对照"), SCREEN),
    Picture(
        "years",
        "duban",
        through(
            "/reports?year=2025&q=住房", "青岚县住房和城乡建设局2025年", "对照", "承诺年轮", "全年指导成立业主委员会"
        ),
        SCREEN,
    ),
    Picture("reconciliation", "duban", through("/reconciliation/?year=2025", "青岚县柳湾镇人民政府"), SCREEN),
    Picture("locked", "shenji", through("/reconciliation/?year=2024", "青岚县柳湾镇人民政府"), SCREEN),
    Picture("work", "liuwan.clerk", at("/"), SCREEN),
    Picture("task", "liuwan.clerk", through("/", "建成法治文化长廊"), SCREEN),
    Picture("telephone", "liuwan.clerk", at("/"), TELEPHONE),
    Picture("unit", "liuwan.head", through("/", "本单位全部"), SCREEN),
    Picture("audit", "shenji", at("/audit/"), SCREEN),
    Picture("accounts", "admin", at("/users/"), SCREEN),
    Picture("settings", "admin", at("/settings/"), SCREEN),
)


@contextmanager
def county() -> Iterator[str]:
    """Serve the sample county as of PRESENT; gives the address."""
    with tempfile.TemporaryDirectory() as name:
        instance = Path(name)
        url = f"sqlite:///{instance / 'tracker.db'}"
        upgrade(url)
        fill(instance, PRESENT)
        port = free_port()
        settings = Settings(instance, url, "for pictures alone", base_url=f"http://127.0.0.1:{port}")
        app = create_app(settings, clock=FixedClock(PRESENT))
        with serving(app, port) as address:
            yield address
        app.extensions["tracker"].database.dispose()


def draw(browser: Browser, address: str, picture: Picture) -> Path:
    """Draw one picture."""
    context = browser.new_context(
        base_url=address,
        viewport=picture.viewport,
        locale="zh-CN",
        timezone_id="Asia/Shanghai",  # type: ignore[arg-type]
    )
    page: Page = context.new_page()
    picture.go(Person(page, picture.username, SAMPLE_PASSWORD))
    path = IMAGES / f"{picture.name}.png"
    page.screenshot(path=path)
    shrink(path)
    context.close()
    return path


def main(names: list[str]) -> int:
    """Draw the pictures named, or all; the exit code says whether each is small enough."""
    chromium = find_chromium()
    if chromium is None:
        sys.stdout.write("没有找到 Chromium。\n")
        return 1
    IMAGES.mkdir(exist_ok=True)
    too_large = False
    with county() as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium, args=[*FLAGS, "--lang=zh-CN"], env={"LANGUAGE": "zh_CN.UTF-8"}
        )
        for picture in PICTURES:
            if not names or picture.name in names:
                size = draw(browser, address, picture).stat().st_size
                too_large = too_large or size > LARGEST
                sys.stdout.write(f"{picture.name}.png {size // 1000} kB{'，太大' if size > LARGEST else ''}\n")
        browser.close()
    return int(too_large)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
