"""Reports over HTTP: uploading, following the upload, answering, the list, the page with its marks, the original."""

from __future__ import annotations

import io
import re
import zipfile

import pytest
from sqlalchemy import func, select

from tests.support.factories import TODAY, make_unit
from tests.support.scans import picture_of
from tracker.db.models import AuditEntry, Intake, Report, Task, Unit
from tracker.services.plan_items import Chosen, confirm_proposals
from tracker.web.background import background

PAYLOAD = "<script>alert(1)</script><img src=x onerror=alert(2)>\"'>"
ALERT = re.compile(r"<script>alert|<img src=x")
REPORT = """清溪县柳湾镇人民政府
2025年法治政府建设工作报告
一、主要工作
全年办理行政处罚案件10件，组织宣讲12场。
二、存在的问题
一是执法力量薄弱；二是普法形式单一。
三、2026年工作计划
（一）充实执法队伍。6月底前新增持证执法人员2名。（责任单位：镇司法所）
（二）创新普法形式。年内开展普法活动不少于4场。
（三）规范决策程序。完善重大事项公开制度。
"""


@pytest.fixture
def upload(app):
    """Upload a text and wait until it is taken in; gives the visitor on the page of the upload."""

    def send(person, content: str | bytes = REPORT, name: str = "柳湾报告.txt", **fields):
        data = content.encode() if isinstance(content, str) else content
        person.open("/reports/upload")
        person.submit("/reports/upload", file=(io.BytesIO(data), name), **fields)
        background(app).wait()
        if "/reports/intake/" in person.path:
            person.open(person.path)
        return person

    return send


def counted(runtime, model, *where) -> int:
    with runtime.database.reading() as session:
        return session.scalar(select(func.count()).select_from(model).where(*where)) or 0


# ---- uploading --------------------------------------------------------------------------------------------------------


def test_an_officer_uploads_and_finds_the_report(someone, upload, runtime):
    officer = upload(someone("officer"))
    assert officer.status == 200
    assert "已入账" in officer.text
    assert "识别出计划条目 3 条" in officer.text
    officer.open("/reports")
    assert "清溪县柳湾镇人民政府2025年法治政府建设工作报告" in officer.text
    officer.open("/reports/1")
    assert "6月底前新增持证执法人员2名" in officer.text
    assert counted(runtime, Task) == 3


def test_a_folder_that_takes_no_files_is_named_and_nothing_is_written(someone, upload, runtime):
    runtime.settings.storage_path.write_bytes(b"")  # a file where the folder should be: nothing can be stored there
    officer = upload(someone("officer"))
    assert officer.status == 503
    assert "不能读写" in officer.text
    assert counted(runtime, Intake) == 0


def test_the_page_of_an_upload_works_without_javascript(someone, app, runtime, county, monkeypatch):
    officer = someone("officer")
    monkeypatch.setattr(background(app), "take_in", lambda _id: None)
    officer.open("/reports/upload")
    officer.submit("/reports/upload", file=(io.BytesIO(REPORT.encode()), "a.txt"))
    page = officer.response.get_data(as_text=True)
    assert '<noscript><meta http-equiv="refresh" content="3"></noscript>' in page
    assert 'data-poll="/reports/intake/1/progress"' in page
    assert officer.client.get("/reports/intake/1/progress").headers["X-Done"] == "0"
    officer.open("/reports")
    assert "正在办理的上传" in officer.text


def test_the_script_is_told_where_to_go_when_the_upload_is_done(someone, upload):
    officer = upload(someone("officer"))
    answer = officer.client.get("/reports/intake/1/progress")
    assert (answer.headers["X-Done"], answer.headers["X-Location"]) == ("1", "/reports/intake/1")


@pytest.mark.parametrize(
    ("content", "name", "status", "words"),
    [
        (b"", "空的.txt", 400, "空的"),
        (REPORT.encode(), "报告.exe", 400, ".docx"),
        (REPORT.encode(), "报告", 400, ".docx"),
        (b"\xff\xd8\xff\xe0" + b"0" * 4000, "照片.docx", 200, "没有入账"),
    ],
)
def test_a_bad_file_is_told_in_a_sentence(someone, upload, runtime, content, name, status, words):
    officer = upload(someone("officer"), content, name)
    assert officer.status == status
    assert words in officer.text
    assert counted(runtime, Report) == 0


def test_photographs_chosen_together_are_one_upload(someone, runtime, app, monkeypatch):
    monkeypatch.setattr(background(app), "take_in", lambda _id: None)
    officer = someone("officer")
    officer.open("/reports/upload")
    photos = [(io.BytesIO(picture_of(name)), name) for name in ("10.jpg", "2.png", "1.jpg")]
    officer.submit("/reports/upload", file=photos)
    with runtime.database.reading() as session:
        intake = session.scalars(select(Intake)).one()
        assert intake.file_name == "1（3 张照片）.zip"
        with zipfile.ZipFile(runtime.storage.path(intake.file_key)) as archive:
            assert archive.namelist() == ["1.jpg", "2.png", "10.jpg"]


def test_other_files_are_sent_one_by_one(someone, runtime):
    officer = someone("officer")
    officer.open("/reports/upload")
    officer.submit("/reports/upload", file=[(io.BytesIO(b"x"), name) for name in ("1.jpg", "报告.docx")])
    assert officer.status == 400
    assert "一次上传一份报告，只有同一份报告的几张照片" in officer.text
    assert counted(runtime, Intake) == 0


def test_a_file_that_is_too_large_is_told_and_not_kept(someone, upload, runtime):
    officer = someone("officer")
    officer.open("/reports/upload")
    officer.submit("/reports/upload", file=(io.BytesIO(b"0" * (50 * 1024 * 1024 + 10)), "大.txt"))
    assert officer.status == 413
    assert "50 MB" in officer.text
    officer.open("/reports/upload")
    officer.submit("/reports/upload", file=(io.BytesIO(b"0" * (60 * 1024 * 1024)), "更大.txt"))
    assert officer.status == 413
    assert "文件太大" in officer.text
    assert counted(runtime, Intake) == 0
    assert not [path for path in runtime.storage.root.rglob("*") if path.is_file()]


def test_no_file_keeps_what_was_chosen(someone, county):
    supervisor = someone("supervisor")
    supervisor.open("/reports/upload")
    supervisor.submit("/reports/upload", unit_id=str(county.sister.id), report_year="2024")
    assert supervisor.status == 400
    assert "请选择要上传的文件" in supervisor.text
    assert 'value="2024"' in supervisor.response.get_data(as_text=True)
    supervisor.submit("/reports/upload", file=(io.BytesIO(b"x"), "a.txt"), report_year="1890")
    assert "年度应在" in supervisor.text


def test_a_unit_out_of_scope_or_an_unknown_field_is_refused(someone, county, runtime):
    officer = someone("officer")
    officer.open("/reports/upload")
    officer.submit("/reports/upload", unit_id=str(county.sister.id), file=(io.BytesIO(REPORT.encode()), "a.txt"))
    assert officer.status == 400
    officer.open("/reports/upload")
    officer.submit("/reports/upload", uploaded_by_id="1", file=(io.BytesIO(REPORT.encode()), "a.txt"))
    assert officer.status == 400
    assert counted(runtime, Intake) == 0


def test_the_same_form_twice_is_one_upload(someone, app, runtime):
    officer = someone("officer")
    page = officer.open("/reports/upload").get_data(as_text=True)
    values = dict(re.findall(r'name="(csrf_token|request_key|unit_id)" value="([^"]+)"', page))
    values.setdefault("unit_id", re.search(r'<option value="(\d+)" selected', page)[1] if "<option" in page else "")
    places = set()
    for _ in range(2):
        data = values | {"report_year": "", "file": (io.BytesIO(REPORT.encode()), "a.txt")}
        sent = officer.client.post(
            "/reports/upload", data=data, content_type="multipart/form-data", headers={"Referer": "http://localhost/"}
        )
        places.add((sent.status_code, sent.headers["Location"]))
    background(app).wait()
    assert places == {(303, "/reports/intake/1")}
    assert counted(runtime, Intake) == 1


# ---- answering ----------------------------------------------------------------------------------------------------------


def test_a_correction_shows_what_will_happen_before_it_happens(someone, upload, app, runtime, county):
    officer = upload(someone("officer"))
    with runtime.database.writing.begin() as session:
        first = session.scalars(select(Task).order_by(Task.start)).first()
        confirm_proposals(
            session, county.supervisor.as_actor(), 1, [Chosen(first.id, first.version)], now=runtime.now()
        )
    upload(officer, REPORT.replace("4场", "6场"), "更正.txt")
    for words in (
        "需要您来确定",
        "已立项的 1 条保持不变",
        "待确认的 2 条由新版本替代",
        "新提出待确认 2 条",
        "另有 1 条",
    ):
        assert words in officer.text
    officer.submit("/answer", choice="replace")
    background(app).wait()
    officer.open("/reports/intake/2")
    assert "更正版已入账" in officer.text
    officer.open("/reports/2")
    assert "原版本已立项，保持不变" in officer.text
    assert "历次版本" in officer.text
    officer.open("/reports/1")
    assert "这是已被更正的旧版本" in officer.text


def test_the_same_report_again_leads_to_the_first(someone, upload, runtime):
    officer = upload(upload(someone("officer")), name="又一次.txt")
    assert "没有重复登记" in officer.text
    assert officer.links()["查看报告"] == "/reports/1"
    assert counted(runtime, Report) == 1


def test_a_report_of_another_unit_is_moved_by_its_signature(someone, upload, app, county, runtime):
    supervisor = upload(someone("supervisor"), unit_id=str(county.sister.id))
    assert "该报告署名为“清溪县柳湾镇人民政府”，您选择的是“石渡镇人民政府”。" in supervisor.text
    assert "改归 柳湾镇人民政府" in supervisor.text
    supervisor.submit("/answer")
    background(app).wait()
    with runtime.database.reading() as session:
        assert session.scalar(select(Report.unit_id)) == county.township.id


def test_an_upload_without_a_year_asks_for_it(someone, upload, app, runtime):
    officer = upload(someone("officer"), REPORT.replace("2025年", "").replace("2026年", "下一步"))
    assert "这是哪一年度的报告" in officer.text
    officer.submit("/answer", report_year="")
    assert officer.status == 400
    officer.open("/reports/intake/1")
    officer.submit("/answer", report_year="2025")
    background(app).wait()
    officer.open("/reports/intake/1")
    assert "已入账" in officer.text


def test_an_upload_can_be_given_up(someone, upload, county, runtime):
    undated, unit = REPORT.replace("2025年", "").replace("2026年", "下一步"), str(county.township.id)
    supervisor = upload(someone("supervisor"), undated, unit_id=unit)
    supervisor.submit(1)
    assert "已取消这次上传" in supervisor.text
    assert counted(runtime, Report) == 0


# ---- who sees what ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("who", "status"),
    [
        ("officer", 200),
        ("head", 200),
        ("supervisor", 200),
        ("auditor", 200),
        ("area_head", 200),
        ("section", 404),
        ("sister", 404),
        ("other_supervisor", 404),
        ("other_officer", 404),
        ("admin", 403),
    ],
)
def test_reports_and_uploads_are_seen_in_scope_only(someone, upload, who, status):
    upload(someone("officer"))
    person = someone(who)
    for path in (
        "/reports/1",
        "/reports/1/file",
        "/reports/intake/1",
        "/reports/intake/1/progress",
        "/reports/1/review",
    ):
        assert person.open(path).status_code == status, path


def test_the_list_shows_only_what_is_in_scope(someone, upload):
    upload(someone("officer"))
    for who, seen in (("officer", True), ("supervisor", True), ("sister", False), ("other_supervisor", False)):
        person = someone(who)
        person.open("/reports?year=")
        assert ("柳湾镇" in person.text) is seen, who


@pytest.mark.parametrize("who", ["auditor", "admin"])
def test_who_only_reads_uploads_nothing(someone, who):
    assert someone(who).open("/reports/upload").status_code == 403


# ---- the list -------------------------------------------------------------------------------------------------------------


def test_a_supervisor_sees_who_has_not_filed(someone, upload):
    upload(someone("officer"))
    supervisor = someone("supervisor")
    supervisor.open("/reports")  # the year that is due
    for words in ("应报送", "已报送", "未报送", "有待确认条目", "代为上传"):
        assert words in supervisor.text
    supervisor.open("/reports?year=2025&state=missing")
    assert "柳湾镇人民政府 2025" not in supervisor.text
    assert "石渡镇人民政府" in supervisor.text
    supervisor.open("/reports?year=2025&state=to_review")
    assert "石渡镇人民政府" not in supervisor.text
    supervisor.open("/reports?year=2025&q=柳湾镇人民")
    assert "本页 1 条" in supervisor.text
    supervisor.open("/reports?year=2025&q=没有的单位")
    assert "没有符合条件的报告" in supervisor.text


@pytest.mark.parametrize("query", ["year=20x5", "state=nonsense&year=2025", "year=2025&after=1", "year=2025&after=a,b"])
def test_a_broken_address_is_refused(someone, query):
    assert someone("supervisor").open(f"/reports?{query}").status_code == 400


def test_five_hundred_units_are_paged_with_the_same_few_statements(someone, runtime, county, statements):
    with runtime.database.writing.begin() as session:
        area = session.get_one(Unit, county.area.id)
        for number in range(500):
            make_unit(session, f"第{number}乡人民政府", parent=area)
    supervisor = someone("supervisor")
    supervisor.open("/reports")
    with statements() as seen:
        supervisor.open("/reports")
    assert len(seen) <= 6, seen
    names, pages = set(), 0
    while True:
        pages += 1
        page = supervisor.response.get_data(as_text=True)
        names.update(re.findall(r'<td class="card-title nowrap">([^<]+)', page))
        following = re.search(r'rel="next" href="([^"]+)"', page)
        if not following:
            break
        supervisor.open(following[1].replace("&amp;", "&"))
    assert len(names) == 505
    assert pages == 11


# ---- the page -----------------------------------------------------------------------------------------------------------


def test_the_text_has_an_anchor_at_each_sentence_and_marks_a_quote(someone, upload, runtime):
    officer = upload(someone("officer"))
    with runtime.database.reading() as session:
        text = session.scalar(select(Report.text))
    at = text.index("年内开展")
    page = officer.open(f"/reports/1?quote={at}-{at + 4}").get_data(as_text=True)
    assert f'id="c{at}"' in page
    assert re.search(r'class="[^"]*is-quoted[^"]*"[^>]*>年内开展<', page)
    for broken in ("5-2", "0-99999999", "x-y", "-", "9999999999-1"):
        assert officer.open(f"/reports/1?quote={broken}").status_code == 200


def test_the_page_of_a_report_takes_few_statements(someone, upload, statements):
    officer = upload(someone("officer"))
    officer.open("/reports/1")
    with statements() as seen:
        officer.open("/reports/1")
    assert len(seen) <= 7, seen


def test_the_original_comes_back_byte_for_byte_and_never_opens_in_the_browser(someone, upload, runtime):
    content = ("\ufeff" + REPORT).encode("utf-8")
    officer = upload(someone("officer"), content, "报告 <b>.txt")
    answer = officer.client.get("/reports/1/file")
    assert answer.data == content
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert counted(runtime, AuditEntry, AuditEntry.action == "report.download") == 1


def test_hostile_text_is_shown_as_text(someone, upload, runtime):
    hostile = (
        REPORT.replace("组织宣讲12场", PAYLOAD).replace("6月底前", f"6月底前{PAYLOAD}").replace("执法力量薄弱", PAYLOAD)
    )
    officer = upload(someone("officer"), hostile, "<img src=x onerror=alert(3)>.txt")
    assert counted(runtime, Report) == 1, officer.text
    supervisor = someone("supervisor")
    for path in (
        "/reports",
        "/reports?year=2025",
        "/reports/1",
        "/reports/1/review",
        "/reports/1/review?edit=1",
        "/reports/1/review/confirm",
    ):
        page = supervisor.open(path).get_data(as_text=True)
        assert not ALERT.search(page), path
    for path in ("/reports/intake/1", "/reports/1"):
        assert not ALERT.search(officer.open(path).get_data(as_text=True)), path


def test_today_is_a_day_on_which_reports_are_due():
    assert TODAY.year == 2026  # the list's default year, 2025, is the one that REPORT is of
