"""Several reports at once over HTTP: sending, following, deciding, giving up; who may, and what is told."""

from __future__ import annotations

import io
import re

import pytest
from sqlalchemy import func, select

from tests.support.batches import report_text, zip_of
from tests.support.factories import PASSWORD, County, make_county
from tracker.db.models import Batch, BatchFile, BatchStatus, Report
from tracker.web.background import background

FILES = {"全县/柳湾.txt": report_text("清溪县柳湾镇人民政府"), "全县/石渡.txt": report_text("石渡镇人民政府")}


@pytest.fixture
def county(runtime) -> County:
    with runtime.database.writing.begin() as session:
        return make_county(session)


@pytest.fixture
def someone(visitor, county):
    def enter(username: str):
        person = visitor()
        person.sign_in(username, PASSWORD)
        return person

    return enter


@pytest.fixture
def send(app):
    """Send files as one batch and wait until it is worked through; gives the visitor on the page of the batch."""

    def go(person, files, *, wait: bool = True, **fields):
        person.open("/reports/batches/new")
        streams = [(io.BytesIO(data.encode() if isinstance(data, str) else data), name) for name, data in files.items()]
        person.submit("/reports/batches/new", files=streams, **fields)
        if wait:
            background(app).wait()
            if re.search(r"/batches/\d+$", person.path):
                person.open(person.path)
        return person

    return go


def counted(runtime, model, *where) -> int:
    with runtime.database.reading() as session:
        return session.scalar(select(func.count()).select_from(model).where(*where)) or 0


def test_a_supervisor_sends_a_folder_and_sees_each_result(someone, send, runtime):
    chief = send(someone("supervisor"), {**FILES, "全县/Thumbs.db": b"x", "全县/空.docx": b""})
    assert chief.status == 200
    assert "处理完毕" in chief.text
    assert "没有入账 1 个，已入账 2 个。" in chief.text
    assert "柳湾镇人民政府" in chief.text
    assert "文件是空的" in chief.text
    assert "Thumbs" not in chief.text
    assert chief.links()["审阅"].endswith("/review")
    assert counted(runtime, Report) == 2
    chief.open("/reports/batches")
    assert "全县" in chief.links()
