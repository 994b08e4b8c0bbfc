"""Assessment on the review screen and the way of a returned plan, over HTTP without JavaScript."""

from __future__ import annotations

import io
import re

import pytest
from sqlalchemy import func, select

from tracker.db.models import AuditEntry, Notice, PlanReturn, Report, Task
from tracker.web.background import background

REPORT = """清溪县柳湾镇人民政府
2025年法治政府建设工作报告
一、主要工作
全年办理行政处罚案件10件，组织宣讲12场。
二、存在的问题
一是执法力量薄弱；二是调解场所不足。
三、2026年工作计划
（一）充实执法队伍。6月底前新增持证执法人员2名。9月底前组织业务培训4期。（责任单位：镇司法所）
（二）创新普法形式。全年开展普法活动。
（三）规范决策程序。进一步完善重大事项公开制度，不断提升能力水平。
"""
REVIEW, RETURN = "/reports/1/review", "/reports/1/return"


@pytest.fixture
def file(someone, app):
    """File the township's report: ``file()``, or a corrected one: ``file(text)``."""

    def upload(text: str = REPORT):
        officer = someone("officer")
        officer.open("/reports/upload")
        officer.submit("/reports/upload", file=(io.BytesIO(text.encode()), "报告.txt"))
        background(app).wait()
        officer.open(officer.path)
        return officer

    return upload


@pytest.fixture
def supervisor(file, someone):
    file()
    person = someone("supervisor")
    person.open(REVIEW)
    return person


@pytest.fixture
def returned(supervisor):
    """The plan sent back as the page suggests, with a word in general."""
    supervisor.open(f"{RETURN}/new")
    supervisor.submit("/return/new", general="计划偏虚，请改。", reply_by="2026-06-20")
    assert supervisor.status == 200
    return supervisor


def counted(runtime, what, *where) -> int:
    with runtime.database.reading() as session:
        return session.scalar(select(func.count()).select_from(what).where(*where)) or 0


def page_of(person) -> str:
    return person.response.get_data(as_text=True)


# ---- the assessment on the cards ----------------------------------------------------------------------------------------


def test_each_card_says_what_is_there_and_what_is_not_in_words(supervisor):
    page = page_of(supervisor)
    cards = re.findall(r'<article class="item-card review-card.*?</article>', page, re.S)
    marks = [re.findall(r'class="aspect is-(\w+)"', card) for card in cards]
    assert marks == [
        ["present", "present", "present", "present"],
        ["present", "missing", "partial", "missing"],
        ["present", "missing", "missing", "missing"],
    ]
    for words in ("对象有", "成果缺", "时限笼统", "责任缺", "2 条缺成果，2 条缺时限，2 条缺责任单位"):
        assert words in supervisor.text, words


def test_the_reasons_stand_in_groups_each_with_its_words_in_the_report(supervisor, runtime):
    page = page_of(supervisor)
    with runtime.database.reading() as session:
        text = session.scalar(select(Report.text))
    for group in (
        "为什么列为任务",
        "能不能核查",
        "时限从哪里来",
        "责任单位从哪里来",
        "回应哪个问题",
        "还缺什么",
        "虚的词",
    ):
        assert group in supervisor.text, group
    assert "“完善”：写明修订、出台哪一份文件" in supervisor.text
    places = re.findall(r'data-place="(\d+)-(\d+)">([^<]+)</a>', page)
    shown = {words: text[int(start) : int(end)] for start, end, words in places}
    for words in ("三、2026年工作计划", "2名", "9月底前", "镇司法所"):
        assert shown[words] == words
    assert shown["问题1"].startswith("一是执法力量薄弱") or "执法力量薄弱" in shown["问题1"]


def test_a_place_is_marked_in_the_report_without_a_script(supervisor, runtime):
    start, end = re.search(r'data-place="(\d+)-(\d+)">9月底前<', page_of(supervisor)).groups()
    href = re.search(rf'href="([^"]+quote={start}-{end}[^"]*)"', page_of(supervisor))[1]
    supervisor.open(href.replace("&amp;", "&").split("#")[0])
    assert re.search(r'class="[^"]*is-quoted[^"]*"[^>]*>9月底前<', page_of(supervisor))
    for broken in ("9-1", "x", "1-999999999"):
        assert supervisor.open(f"{REVIEW}?quote={broken}").status_code == 200


def test_the_skeleton_goes_into_the_form_and_its_blanks_must_be_filled(supervisor, runtime):
    assert f'href="{REVIEW}?edit=2&amp;fill=skeleton#item-2"' in page_of(supervisor)
    supervisor.open(f"{REVIEW}?edit=2&fill=skeleton")
    assert "由【牵头单位】于【×月底前】开展普法活动，形成【数量或成果】" in supervisor.text
    supervisor.submit("/save")
    assert supervisor.status == 400
    assert "任务内容里还有没填的空：【牵头单位】、【×月底前】、【数量或成果】" in supervisor.text
    assert counted(runtime, Task, Task.version > 1) == 0
    supervisor.submit("/save", wording="创新普法形式。由镇司法所于9月底前开展普法活动4场。", title="创新普法形式")
    assert supervisor.status == 200
    with runtime.database.reading() as session:
        task = session.scalars(select(Task).where(Task.version > 1)).one()
        assert (task.vague, task.quote) == (False, "创新普法形式。全年开展普法活动。")
    cards = re.findall(r'<article class="item-card review-card.*?</article>', page_of(supervisor), re.S)
    assert re.findall(r'class="aspect is-(\w+)"', cards[1]) == ["present"] * 4


def test_what_a_person_says_of_vagueness_wins_over_the_words(supervisor, runtime):
    supervisor.open(f"{REVIEW}?edit=3")
    supervisor.submit("/save", wording="完善公开制度，印发《公开办法》。", vague=None)
    with runtime.database.reading() as session:
        assert session.get_one(Task, 3).vague is False
    supervisor.open(f"{REVIEW}?edit=3")
    supervisor.submit("/save", wording="完善公开制度，印发《公开办法》1份。", vague="y")
    with runtime.database.reading() as session:
        assert session.get_one(Task, 3).vague is True


def test_the_page_to_edit_alone_takes_the_skeleton_too(supervisor):
    page = supervisor.open(f"{REVIEW}/items/3/edit?fill=skeleton").get_data(as_text=True)
    assert "【牵头单位】" in page
    assert "【牵头单位】" not in supervisor.open(f"{REVIEW}/items/3/edit").get_data(as_text=True)


# ---- sending back ---------------------------------------------------------------------------------------------------------


def test_the_page_suggests_what_to_send_and_says_who_will_hear(supervisor):
    supervisor.open(f"{RETURN}/new")
    page = page_of(supervisor)
    assert "退回后通知：李文、周正" in supervisor.text
    assert re.findall(r'name="chosen" value="([^"]+)" checked', page) == ["p:p2", "t2:1", "t3:1"]
    assert 'value="t1:1"' in page
    assert "请写明可核查的成果、完成时限、责任单位。其中“完善”：写明修订、出台哪一份文件" in supervisor.text
    assert "没有发现缺项的条目" in supervisor.text


def test_a_plan_goes_back_and_everyone_sees_how_it_stands(returned, someone, runtime):
    assert "已退回，已通知报送单位" in returned.text
    assert "4 条待答复" in returned.text
    returned.open("/reports?year=2025")
    assert "计划已退回" in returned.text
    returned.open(REVIEW)
    assert "计划已退回修改，4 条意见待答复" in returned.text
    assert page_of(returned).count('class="remark"') == 2
    officer = someone("officer")
    officer.open("/work")
    assert "2026 年计划被退回修改，4 条意见待答复" in officer.text
    officer.open("/inbox/")
    assert "计划退回修改：柳湾镇 2026 年计划" in officer.text
    officer.submit("/open")
    assert officer.path == RETURN
    assert officer.status == 200
    officer.open("/reports/1")
    assert "计划偏虚，请改。" in officer.text
    for person in ("head", "auditor"):
        assert someone(person).open(RETURN).status_code == 200
    assert counted(runtime, AuditEntry, AuditEntry.action == "plan.return") == 1


def test_only_what_is_chosen_goes_out_as_it_was_typed(supervisor, runtime):
    supervisor.open(f"{RETURN}/new")
    supervisor.submit("/return/new", chosen=["t3:1"], remark=["", "", "请写明哪一份办法。", ""])
    with runtime.database.reading() as session:
        remarks = session.scalars(select(PlanReturn)).one().remarks
        assert [(row.task_id, row.text) for row in remarks] == [(3, "请写明哪一份办法。")]


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"chosen": []}, "请至少勾选一条意见"),
        ({"remark": [" ", " ", " ", " "]}, "勾选了的每一条都要写明意见"),
        ({"remark": ["只有一条"]}, "页面内容不完整"),
        ({"chosen": ["t99:1"]}, "页面内容不完整"),
        ({"about": ["x", "t2:1", "t3:1", "t1:1"]}, "页面内容不完整"),
        ({"general": "长" * 1001}, "不超过 1000 字"),
        ({"reply_by": "2026-06-01"}, "不能早于今天"),
        ({"reply_by": "下周"}, ""),
        ({"is_admin": "1"}, "没有的字段"),
    ],
)
def test_what_cannot_be_sent_is_said_and_what_was_typed_is_kept(supervisor, runtime, fields, words):
    supervisor.open(f"{RETURN}/new")
    supervisor.submit("/return/new", **({"general": "请改"} | {"general": ""} if "chosen" in fields else {}) | fields)
    assert supervisor.status == 400
    assert words in supervisor.text
    assert counted(runtime, PlanReturn) == counted(runtime, Notice) == 0


def test_an_item_that_changed_meanwhile_is_shown_anew_with_what_was_typed(supervisor, someone, runtime):
    supervisor.open(f"{RETURN}/new")
    other = someone("supervisor")
    other.open(f"{REVIEW}?edit=3")
    other.submit("/save", title="改过的标题")
    supervisor.submit("/return/new", remark=["一", "二", "三号意见", "四"])
    assert supervisor.status == 409
    assert "刚刚被其他人修改过" in supervisor.text
    assert "三号意见" in supervisor.text
    assert 'value="t3:2" checked' in page_of(supervisor)
    supervisor.submit("/return/new")
    assert supervisor.status == 200
    assert counted(runtime, PlanReturn) == 1


def test_a_form_sent_twice_returns_once_and_a_second_return_waits(supervisor, runtime):
    supervisor.open(f"{RETURN}/new")
    first = supervisor.response
    supervisor.submit("/return/new", follow=False)
    supervisor.response = first
    supervisor.submit("/return/new", follow=False)
    assert supervisor.status == 303
    assert counted(runtime, PlanReturn) == 1
    supervisor.open(f"{RETURN}/new")
    assert "已经退回，等待单位答复" in supervisor.text
    supervisor.response = first
    supervisor.submit("/return/new", request_key="another")
    assert supervisor.status == 400
    assert counted(runtime, PlanReturn) == 1


# ---- answering, correcting, ending ----------------------------------------------------------------------------------------


def test_the_unit_answers_and_the_supervisor_ends_it(returned, someone, runtime):
    officer = someone("officer")
    officer.open(RETURN)
    officer.submit("/answer", reply=["已改。", "", "", ""])
    assert "3 条待答复" in officer.text
    officer.submit("/answer", reply=["已改。", "二季度增设调解室。", "改为4场。", "印发办法。"])
    assert "已答复" in officer.text
    returned.open("/")
    assert "份退回的计划已答复" in returned.text
    returned.open(RETURN)
    assert "改为4场。" in returned.text
    assert "再次退回" in returned.text
    returned.submit("/settle", note="按答复立项。")
    assert "已了结，可以继续审阅" in returned.text
    assert 'class="remark"' not in page_of(returned)
    officer.open(RETURN)
    assert "已了结" in officer.text
    assert "按答复立项。" in officer.text
    assert 'name="reply"' not in page_of(officer)


def test_two_officers_at_one_answer_see_the_latest(returned, someone, runtime):
    one, other = someone("officer"), someone("head")
    one.open(RETURN)
    other.open(RETURN)
    other.submit("/answer", reply=["先答的。", "", "", ""])
    one.submit("/answer", reply=["", "后答的。", "", ""])
    assert one.status == 409
    assert "刚刚有了新的情况" in one.text
    assert "后答的。" in one.text
    one.submit("/answer")
    assert one.status == 200
    one.open(RETURN)
    one.submit("/answer", reply=["", "", "", ""])
    assert one.status == 400
    assert "请至少答复一条意见" in one.text


def test_a_corrected_report_ends_the_return_and_leads_the_supervisor_to_it(returned, file, someone):
    officer = file(REPORT.replace("全年开展普法活动", "年底前开展普法活动4场"))
    officer.submit("/answer", press="replace", choice="replace")
    returned.open("/inbox/")
    if "退回的计划已更正" not in returned.text:  # the upload is read in the background
        background(officer.client.application).wait()
        returned.open("/inbox/")
    assert "退回的计划已更正：柳湾镇 2026 年计划" in returned.text
    returned.open("/reports/2/review")
    assert "这是按退回意见更正的版本" in returned.text
    returned.open(RETURN)
    assert "已更正" in returned.text
    assert "见更正后的报告" in returned.text
    assert returned.open(f"{RETURN}/new").status_code == 200
    assert "这是已被更正的旧版本" in returned.text


def test_a_report_that_was_never_sent_back_has_no_such_page(supervisor):
    assert supervisor.open(RETURN).status_code == 404


@pytest.mark.parametrize("path", ["", "/new"])
def test_another_county_finds_nothing(returned, someone, path):
    assert someone("other_supervisor").open(f"{RETURN}{path}").status_code == 404


def test_the_pages_take_few_statements_whatever_they_show(returned, statements):
    for path, most in ((REVIEW, 8), (RETURN, 4), ("/reports/1", 8), ("/reports?year=2025", 6)):
        returned.open(path)
        with statements() as seen:
            returned.open(path)
        assert len(seen) <= most, (path, seen)
