"""A supervisor drops a folder, or chooses a zip, and follows the batch to what became of each file."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.browser.inspect_page import barriers, overflow
from tests.browser.people import Person
from tests.support.batches import report_text, zip_of
from tests.support.browser import TELEPHONE
from tests.support.factories import PASSWORD, make_county
from tests.support.scans import ENGINE, picture_of
from tests.support.web import LiveServer
from tracker.readers.scans.scanner import ScanLimits, Scanner
from tracker.web.background import background

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser

REPORTS: dict[str, str | bytes] = {
    "全县/柳湾镇.txt": report_text("清溪县柳湾镇人民政府"),
    "全县/石渡镇.txt": report_text("石渡镇人民政府"),
    "全县/空白.docx": "",
    "全县/交通局/第1页.jpg": picture_of("清溪县交通运输局\n2025年法治政府建设工作报告\n一、主要工作\n全年办案10件。"),
    "全县/交通局/第2页.jpg": picture_of("二、2026年工作计划\n（一）充实执法队伍。6月底前新增持证执法人员2名。"),
}


@pytest.fixture
def gate(live_server: LiveServer, tmp_path: Path) -> Iterator[threading.Semaphore]:
    """Files are read one by one, each when the semaphore lets it; pictures by the tests' own recogniser."""
    with live_server.runtime.database.writing.begin() as session:
        make_county(session)
    pool = background(live_server.app)
    let_in = threading.Semaphore(0)

    def read(path: Path, name: str) -> Any:
        assert let_in.acquire(timeout=30)
        return pool.parts.read(path, name)

    scanner = Scanner(tmp_path / "scans.lock", ScanLimits(), ENGINE)
    pool.parts = replace(pool.parts, scanner=scanner)
    pool.batches = replace(pool.batches, intake=replace(pool.parts, read=read))
    yield let_in
    let_in.release(99)
    pool.wait()


@pytest.fixture
def chief(new_page: Callable[..., Page], gate: threading.Semaphore) -> Person:
    """The supervisor, on the page where a batch is sent."""
    person = Person(new_page(), "supervisor", PASSWORD)
    person.sign_in()
    person.open("/reports/batches/new")
    return person


def drop(page: Page, folder: Path) -> None:
    """Drop a folder from the desktop on the fields."""
    page.locator("[data-batch-drop]").scroll_into_view_if_needed()
    box = page.locator("[data-batch-drop]").bounding_box()
    assert box is not None
    place = {"x": box["x"] + box["width"] / 2, "y": box["y"] + 20}
    data = {"items": [], "files": [str(folder)], "dragOperationsMask": 1}
    session = page.context.new_cdp_session(page)
    for kind in ("dragEnter", "dragOver", "drop"):
        session.send("Input.dispatchDragEvent", {"type": kind, **place, "data": data})


def rows(page: Page) -> dict[str, str]:
    """What became of each file, by its name."""
    found = {}
    for row in page.locator("#files tbody tr").all():
        name = row.locator(".batch-name").inner_text()
        found[name] = " ".join(row.locator(".batch-result").inner_text().split())
    return found


def test_a_dropped_folder_is_followed_to_the_result_of_each_file(
    chief: Person, gate: threading.Semaphore, tmp_path: Path, screenshot: Callable[..., Path]
) -> None:
    for name, content in REPORTS.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    page = chief.page
    drop(page, tmp_path / "全县")
    page.get_by_text(re.compile("已选 5 个文件")).wait_for()
    screenshot(page, "batch-chosen")
    chief.press("上传")
    page.wait_for_url(re.compile(r"/reports/batches/\d+$"))
    gate.release()
    page.get_by_text(re.compile("已处理 [12] 个|[12] / 4|正在")).first.wait_for()
    assert page.locator(".working progress").count() == 1
    screenshot(page, "batch-under-way")
    gate.release(9)
    page.get_by_text("有 1 个文件等您确认").wait_for()  # the page asks by itself, nobody reloads it
    result = rows(page)
    assert set(result) == {"柳湾镇.txt", "石渡镇.txt", "空白.docx", "交通局（2 张照片）.zip"}
    assert result["柳湾镇.txt"].startswith("已入账")
    assert result["空白.docx"].startswith("没有入账")
    assert "文件是空的" in result["空白.docx"]
    assert "扫描件或照片" in result["交通局（2 张照片）.zip"]
    assert (overflow(page), barriers(page)) == ([], [])
    screenshot(page, "batch-asks")
    page.get_by_label("交通局（2 张照片）.zip 的单位").fill("清溪县交通运输局")
    chief.press("按填写的入账")
    page.get_by_text("处理完毕").wait_for()
    assert rows(page)["交通局（2 张照片）.zip"].startswith("已入账")
    page.set_viewport_size(TELEPHONE)
    assert overflow(page) == []
    screenshot(page, "batch-telephone")
    chief.follow("审阅", page.locator("#files tr", has_text="交通局"))
    assert "充实执法队伍" in chief.main.inner_text()


def test_a_chosen_zip_is_sent_and_its_files_are_listed(chief: Person, gate: threading.Semaphore) -> None:
    gate.release(99)
    texts = {name: content for name, content in REPORTS.items() if name.endswith(".txt")}
    file = {"name": "全县.zip", "mimeType": "application/zip", "buffer": zip_of(texts)}
    chief.page.set_input_files("#files", file)
    chief.page.get_by_text("已选 1 个文件").wait_for()
    chief.press("上传")
    chief.page.get_by_text("处理完毕").wait_for()
    assert {name: told[:3] for name, told in rows(chief.page).items()} == {
        "柳湾镇.txt": "已入账",
        "石渡镇.txt": "已入账",
    }
    assert "已入账 2 个" in chief.main.inner_text()
