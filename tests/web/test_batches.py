"""Several reports at once over HTTP: sending, following, deciding, giving up; who may, and what is told."""

from __future__ import annotations

import io
import re
import zipfile

import pytest
from sqlalchemy import func, select

from tests.support.batches import report_text, zip_of
from tests.support.scans import picture_of
from tracker.db.models import Batch, BatchFile, BatchStatus, Report
from tracker.web.background import background

FILES = {"全县/柳湾.txt": report_text("清溪县柳湾镇人民政府"), "全县/石渡.txt": report_text("石渡镇人民政府")}


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


def test_a_zip_is_opened_and_unclear_ones_are_settled_in_one_go(someone, send, app, runtime):
    texts = {"石渡镇报告.txt": report_text(""), "别县.txt": report_text("邻水县航天局")}
    chief = send(someone("supervisor"), {"全县.zip": zip_of(texts)})
    assert "有 2 个文件等您确认" in chief.text
    page = chief.response.get_data(as_text=True)
    assert 'value="石渡镇人民政府" aria-label="石渡镇报告.txt 的单位"' in page
    chief.submit("/choose", unit=["石渡镇人民政府", "没有的镇"])
    assert chief.status == 400
    assert "没有找到这些单位：没有的镇" in chief.text
    assert 'value="没有的镇"' in chief.response.get_data(as_text=True)
    chief.submit("/choose", unit=["石渡镇人民政府", "柳湾镇"])
    background(app).wait()
    chief.open(chief.path)
    assert "处理完毕已入账 2 个。" in chief.text
    assert counted(runtime, Report) == 2


def test_the_year_is_asked_on_the_page_of_the_batch(someone, send, app, runtime):
    text = report_text("清溪县柳湾镇人民政府").replace("2025年", "").replace("2026年", "下一年")
    chief = send(someone("supervisor"), {"a.txt": text})
    chief.submit("/choose", year=["1890"])
    assert (chief.status, "年度应在" in chief.text) == (400, True)
    chief.submit("/choose", year=["2023"])
    background(app).wait()
    assert counted(runtime, Report, Report.report_year == 2023) == 1


def test_a_batch_is_given_up_after_seeing_what_that_means(someone, send, app, runtime, monkeypatch):
    chief = someone("supervisor")
    monkeypatch.setattr(background(app), "take_in_batch", lambda _id: None)
    send(chief, FILES, wait=False)
    assert "共 2 个文件，正在打开" in chief.text
    assert '<noscript><meta http-equiv="refresh" content="5"></noscript>' in chief.response.get_data(as_text=True)
    answer = chief.client.get(f"{chief.path}/progress")
    assert (answer.status_code, answer.headers["X-Done"]) == (200, "0")
    chief.open("/reports")
    assert "批量处理中" in chief.text
    chief.open(chief.links()["全县"])
    chief.open(chief.links()["停止处理"])
    assert "2 个不再处理" in chief.text
    chief.submit("/cancel")
    assert "已取消，2 个文件不再处理" in chief.text
    assert counted(runtime, Batch, Batch.status == BatchStatus.CANCELLED) == 1
    assert chief.client.get(f"{chief.path}/progress").headers["X-Location"] == chief.path
    chief.open(f"{chief.path}/cancel")
    chief.submit("/cancel")
    assert (chief.status, "已经结束" in chief.text) == (400, True)


def test_the_same_form_twice_is_one_batch(someone, app, runtime):
    chief = someone("supervisor")
    chief.open("/reports/batches/new")
    fields = dict(chief._form("/reports/batches/new").form_values())
    for _ in range(2):
        data = {**fields, "files": (io.BytesIO(FILES["全县/柳湾.txt"].encode()), "a.txt")}
        answer = chief.client.post("/reports/batches/new", data=data, headers={"Referer": "http://localhost/"})
        assert (answer.status_code, answer.headers["Location"]) == (303, "/reports/batches/1")
    background(app).wait()
    assert (counted(runtime, Batch), counted(runtime, BatchFile)) == (1, 1)


def test_nothing_and_too_much_are_refused(someone, send, runtime):
    chief = someone("supervisor")
    send(chief, {})
    assert (chief.status, "没有可以处理的文件" in chief.text) == (400, True)
    send(chief, {f"{number}.txt": "x" for number in range(301)})
    assert (chief.status, "一批最多 300 个" in chief.text) == (400, True)
    send(chief, {"a.txt": "x"}, report_year="1890")
    assert (chief.status, "年度应在" in chief.text) == (400, True)
    assert counted(runtime, Batch) == 0


def test_a_batch_may_be_larger_than_a_single_upload(someone, send, app, runtime):
    limit = app.config["MAX_CONTENT_LENGTH"]
    chief = send(someone("supervisor"), {"大.zip": b"PK\x05\x06" + b"\0" * limit})
    assert chief.status == 200
    assert "压缩包已损坏" in chief.text


def test_an_auditor_looks_on_and_others_have_no_such_page(someone, send):
    chief = send(someone("supervisor"), {**FILES, "全县/无名.txt": report_text("")})
    auditor = someone("auditor")
    auditor.open(chief.path)
    assert "已入账" in auditor.text
    assert "按填写的入账" not in auditor.text
    assert "再传一批" not in auditor.text
    assert someone("officer").open("/reports/batches").status_code == 403
    assert someone("other_supervisor").open(chief.path).status_code == 404


def test_a_unit_that_left_the_scope_is_not_named(someone, send, runtime, county):
    chief = send(someone("supervisor"), FILES)
    with runtime.database.writing.begin() as session:
        unit = session.get_one(type(county.sister), county.sister.id)
        unit.path = f"{county.other_area.path}{unit.id}/"
    chief.open(chief.path)
    assert "已不在您的查看范围内" in chief.text
    assert "石渡镇人民政府" not in chief.text


def test_an_upload_of_a_batch_leads_back_to_it(someone, send):
    chief = send(someone("supervisor"), FILES)
    changed = {"柳湾2.txt": FILES["全县/柳湾.txt"].replace("2名", "3名")}
    send(chief, changed)
    batch = chief.path
    chief.open(chief.links()["去确认"])
    assert chief.links()["批量上传：柳湾2.txt"] == batch
    chief.open("/reports")
    assert "等待答复" not in chief.text  # the batch tells of it


def test_filter_and_nonsense_in_the_address(someone, send):
    chief = send(someone("supervisor"), {**FILES, "全县/空.txt": b""})
    path = chief.path
    chief.open(f"{path}?state=failed")
    assert "空.txt" in chief.text
    assert "柳湾.txt" not in chief.text
    chief.open(f"{path}?state=same")
    assert "没有这样的文件" in chief.text
    assert chief.open(f"{path}?state=nonsense").status_code == 400
    assert chief.open(f"{path}?after=x").status_code == 200


def test_photographs_of_a_sub_folder_are_one_file_of_the_batch(someone, send, runtime):
    photos = {f"全县/柳湾镇/{number}.jpg": picture_of(f"第{number}页。") for number in (10, 9, 1)}
    chief = send(someone("supervisor"), {**FILES, **photos})
    assert "柳湾镇（3 张照片）.zip" in chief.text
    with runtime.database.reading() as session:
        key = session.scalar(select(BatchFile.file_key).where(BatchFile.path.like("%照片%")))
    with zipfile.ZipFile(runtime.storage.path(key)) as archive:
        assert archive.namelist() == ["1.jpg", "9.jpg", "10.jpg"]
