"""A scan over HTTP: its progress, its pages beside the cards, and who may see the pictures."""

from __future__ import annotations

import io
from dataclasses import replace

import pytest

from tests.services.test_scans import PAGES
from tests.support.processes import wait_until
from tests.support.scans import ENGINE, PICTURE, picture_of
from tracker.db.models import Intake, IntakeStatus
from tracker.readers.scans import scanner as scanner_module
from tracker.readers.scans.scanner import Scanner
from tracker.services.scanning import STEP
from tracker.web.background import background


@pytest.fixture
def scans(app, tmp_path) -> Scanner:
    """The test's own recogniser in place of the real one."""
    pool = background(app)
    scanner = Scanner(tmp_path / "scans.lock", engine=ENGINE)
    pool.parts = replace(pool.parts, scanner=scanner)
    return scanner


def upload(person, *pages: str, name: str = "扫描件.png"):
    person.open("/reports/upload")
    return person.submit("/reports/upload", file=(io.BytesIO(picture_of(*pages)), name))


def test_the_pages_stand_beside_the_cards_with_the_places_marked(app, someone, scans) -> None:
    officer = someone("officer")
    upload(officer, *PAGES)
    background(app).wait()
    supervisor = someone("supervisor")
    text = supervisor.open("/reports/1/review").text
    assert "有 1 处认得不准" in text
    assert 'class="span is-unsure"' in text
    assert "view=pages&amp;page=2" in text
    second = supervisor.open("/reports/1/review?view=pages&page=2").text
    assert "第 2 页，共 3 页" in second
    assert '<image href="/reports/1/pages/2"' in second
    assert 'id="span-1"' in second
    assert 'id="span-2"' in second
    assert 'id="span-3"' not in second
    assert "view=pages&amp;item=3#span-3" in second
    assert '<mark class="is-unsure">2名</mark>' in second
    by_item = supervisor.open("/reports/1/review?view=pages&item=3").text
    assert "第 3 页，共 3 页" in by_item
    assert supervisor.open("/reports/1/review?view=pages&page=99&item=x").status_code == 200
    picture = supervisor.open("/reports/1/pages/2")
    assert (picture.data, picture.mimetype) == (PICTURE, "image/jpeg")
    assert picture.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
    for wrong in ("/reports/1/pages/0", "/reports/1/pages/9999", "/reports/9/pages/1"):
        assert supervisor.client.get(wrong).status_code == 404


def test_pictures_are_for_those_who_may_see_the_report(app, someone, scans) -> None:
    upload(someone("officer"), *PAGES)
    background(app).wait()
    assert someone("sister").client.get("/reports/1/pages/1").status_code == 404
    assert someone("admin").client.get("/reports/1/pages/1").status_code == 403
    assert someone("auditor").client.get("/reports/1/pages/1").status_code == 200


def _waits_for_its_turn(runtime) -> bool:
    with runtime.database.reading() as session:
        intake = session.get_one(Intake, 1)
        return intake.status is IntakeStatus.QUEUED and intake.step == STEP


def test_progress_is_told_page_by_page_and_can_be_cancelled(app, runtime, someone, scans) -> None:
    officer = someone("officer")
    with scans.turn(wait=False):
        upload(officer, *PAGES)
        waiting = officer.open("/reports/intake/1").text
        assert "取消识别" in waiting or "正在读取并识别" in waiting
        wait_until(lambda: _waits_for_its_turn(runtime))
        with runtime.database.writing.begin() as session:
            intake = session.get_one(Intake, 1)
            intake.status, intake.step = IntakeStatus.READING, "scan:2/12"
            intake.lease_until = runtime.now().replace(year=2099)
        told = officer.client.get("/reports/intake/1/progress").text
        assert "第 3 页，共 12 页" in told
        assert '<progress max="12" value="2"' in told
        page = officer.open("/reports/intake/1")
        assert "取消识别" in page.text
        officer.submit("/reports/intake/1/answer", choice="cancel")
    background(app).wait()
    with runtime.database.reading() as session:
        assert session.get_one(Intake, 1).step == "cancelled"


def test_without_the_extra_the_page_says_how_to_install_it(app, someone, monkeypatch) -> None:
    monkeypatch.setattr(scanner_module, "missing_parts", lambda _: ["rapidocr"])
    officer = someone("officer")
    upload(officer, *PAGES)
    background(app).wait()
    assert "make ocr" in officer.open("/reports/intake/1").text
