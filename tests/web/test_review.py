"""The review screen over HTTP, without JavaScript: cards edited, merged, split, added, confirmed and sent out."""

from __future__ import annotations

import io
import re

import pytest
from sqlalchemy import func, select

from tests.support.factories import make_user
from tracker.db.models import AuditEntry, Notice, ReminderOverride, SupportingUnit, Task, TaskSource
from tracker.domain.permissions import Role
from tracker.domain.tasks import TaskStatus
from tracker.web.background import background

PAYLOAD = "<script>alert(1)</script><img src=x onerror=alert(2)>\"'>"
ALERT = re.compile(r"<script>alert|<img src=x")
REPORT = """清溪县柳湾镇人民政府
2025年法治政府建设工作报告
一、主要工作
全年办理行政处罚案件10件，组织宣讲12场。
二、存在的问题
一是执法力量薄弱；二是调解场所不足。
三、2026年工作计划
（一）充实执法队伍。6月底前新增持证执法人员2名。9月底前组织业务培训4期。（责任单位：镇司法所）
（二）创新普法形式。年内开展普法活动不少于4场。
（三）规范决策程序。完善重大事项公开制度。（责任单位：水利站）
"""
REVIEW = "/reports/1/review"


@pytest.fixture
def supervisor(someone, app):
    """The supervisor on the review screen of the township's report, just filed."""
    officer = someone("officer")
    officer.open("/reports/upload")
    officer.submit("/reports/upload", file=(io.BytesIO(REPORT.encode()), "报告.txt"))
    background(app).wait()
    person = someone("supervisor")
    person.open(REVIEW)
    return person


@pytest.fixture
def tasks(runtime):
    """All tasks as they stand, in the order of the text."""

    def read() -> list[Task]:
        with runtime.database.reading() as session:
            return list(session.scalars(select(Task).order_by(Task.start, Task.id)))

    return read


def open_edit(person, task_id: int) -> None:
    person.open(f"{REVIEW}?edit={task_id}")


def state(tasks) -> list[str]:
    return [task.status.value for task in tasks()]


# ---- the screen -----------------------------------------------------------------------------------------------------------


def test_the_screen_shows_text_and_cards_that_point_at_each_other(supervisor, tasks):
    page = supervisor.response.get_data(as_text=True)
    for task in tasks():
        assert f'id="span-{task.id}"' in page
        assert f'href="#item-{task.id}"' in page
        assert f'id="item-{task.id}"' in page
    for words in (
        "待确认 3",
        "取自“年内”",
        "持证执法人员 不少于 2 名",
        "报告写的单位水利站",
        "未对应到单位",
        "推定",
        "要求模糊",
        "回应问题",
        "有 1 个问题没有条目回应",
        "识别依据",
        "下一条",
    ):
        assert words in supervisor.text, words


@pytest.mark.parametrize("who", ["officer", "head", "auditor"])
def test_others_see_the_same_screen_without_its_buttons(supervisor, someone, who):
    person = someone(who)
    page = person.open(REVIEW).get_data(as_text=True)
    assert "3 条待督办员确认" in person.text
    assert 'method="post"' not in page.split("<main", 1)[1]
    assert 'name="chosen"' not in page


ACTIONS = (
    *(f"items/1/{verb}" for verb in ("save", "establish", "dismiss", "restore", "split")),
    *("merge", "add", "confirm", "send"),
)


@pytest.mark.parametrize("who", ["officer", "head", "auditor", "admin"])
def test_only_a_supervisor_acts(supervisor, someone, tasks, who):
    person = someone(who)
    token = re.search(r'name="csrf_token" value="([^"]+)"', person.open("/password").get_data(as_text=True))[1]
    data = {"csrf_token": token, "version": "1", "reason": "口号", "chosen": "1:1", "quote": "组织宣讲12场", "go": "1"}
    for path in ACTIONS:
        answer = person.client.post(f"{REVIEW}/{path}", data=data, headers={"Referer": "http://localhost/"})
        assert answer.status_code == 403, path
    assert state(tasks) == ["proposed"] * 3


def test_another_county_finds_nothing(supervisor, someone, tasks):
    stranger = someone("other_supervisor")
    token = re.search(r'name="csrf_token" value="([^"]+)"', stranger.open("/password").get_data(as_text=True))[1]
    for path in ACTIONS:
        data = {
            "csrf_token": token,
            "version": "1",
            "chosen": "1:1",
            "quote": "组织宣讲12场",
            "reason": "口号",
            "how": "commitments",
            "go": "1",
        }
        sent = stranger.client.post(f"{REVIEW}/{path}", data=data, headers={"Referer": "http://localhost/"})
        assert sent.status_code == 404, path
    assert stranger.open(f"{REVIEW}/items/1/edit").status_code == 404
    assert state(tasks) == ["proposed"] * 3


def test_the_screen_takes_few_statements_whatever_it_shows(supervisor, statements):
    with statements() as seen:
        supervisor.open(REVIEW)
    assert len(seen) <= 8, seen


# ---- one card ---------------------------------------------------------------------------------------------------------------


def test_a_card_is_edited_and_saved(supervisor, tasks, county, runtime):
    card = tasks()[2]
    open_edit(supervisor, card.id)
    with runtime.database.writing.begin() as session:
        session.add(make_user(session, session.merge(county.section), name="新承办"))
    open_edit(supervisor, card.id)
    supervisor.submit(
        f"items/{card.id}/save",
        title="建立公开目录",
        wording="3月底前编制公开目录1份。",
        due_on="2026-03-31",
        lead_unit_id=str(county.section.id),
        supporting=[str(county.township.id), str(county.bureau.id)],
        answers=["p1"],
        area="监督制约",
        quantity_what=["公开目录", ""],
        quantity_op=["=", ">="],
        quantity_value=["1", ""],
        quantity_max=["", ""],
        quantity_unit=["份", ""],
        quantity_per=["", ""],
        vague=None,
    )
    assert supervisor.status == 200
    assert "已保存" in supervisor.text
    saved = tasks()[2]
    assert (saved.title, saved.due_on.isoformat(), saved.due_confirmed) == ("建立公开目录", "2026-03-31", True)
    assert (saved.lead_unit_id, saved.answers) == (county.section.id, ["p1"])
    assert saved.quantities == [
        {"what": "公开目录", "op": "=", "value": 1, "max": None, "unit": "份", "per": None, "start": None, "end": None}
    ]
    assert saved.area == "监督制约"
    assert saved.quote == "规范决策程序。完善重大事项公开制度。"
    with runtime.database.reading() as session:
        assert set(session.scalars(select(SupportingUnit.unit_id))) == {county.township.id, county.bureau.id}


def test_a_quantity_that_was_left_alone_keeps_its_place_in_the_text(supervisor, tasks):
    before = tasks()[0].quantities
    open_edit(supervisor, tasks()[0].id)
    supervisor.submit("/save", title="充实执法力量")
    assert tasks()[0].answers == ["p1"]
    assert tasks()[0].title == "充实执法力量"
    assert tasks()[0].quantities == before
    assert before[0]["start"] is not None


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"title": ""}, "请填写标题"),
        ({"wording": ""}, "请填写任务内容"),
        ({"wording": "长" * 4001}, "不超过 4000 字"),
        ({"due_on": ""}, "请填写完成时限"),
        ({"due_on": "2036-01-01"}, "请核对年份"),
        ({"quantity_value": ["三", ""]}, "每项指标要写全"),
        ({"owner_id": "99999"}, ""),
    ],
)
def test_what_was_typed_is_kept_beside_the_error(supervisor, tasks, changes, words):
    card = tasks()[1]
    open_edit(supervisor, card.id)
    supervisor.submit("/save", **({"title": "改了标题"} | changes))
    assert supervisor.status == 400
    assert words in supervisor.text
    if "title" not in changes:
        assert 'value="改了标题"' in supervisor.response.get_data(as_text=True)
    assert tasks()[1].version == card.version


def test_two_people_at_one_card_see_both_versions(supervisor, someone, tasks, runtime, county):
    with runtime.database.writing.begin() as session:
        make_user(session, session.merge(county.area), Role.SUPERVISOR, username="second", name="赵二")
    card = tasks()[1]
    open_edit(supervisor, card.id)
    second = someone("second")
    open_edit(second, card.id)
    second.submit("/save", title="赵二的标题", due_on="2026-05-31")
    supervisor.submit("/save", title="陈督的标题")
    assert supervisor.status == 409
    for words in ("已被别人修改", "赵二 于", "赵二的标题", "2026-05-31"):
        assert words in supervisor.text, words
    assert 'value="陈督的标题"' in supervisor.response.get_data(as_text=True)
    assert tasks()[1].title == "赵二的标题"
    supervisor.submit("/save")
    assert supervisor.status == 200
    assert tasks()[1].title == "陈督的标题"


def test_confirming_goes_on_to_the_next_card(supervisor, tasks):
    first, second, third = tasks()
    sent = supervisor.submit(f"items/{second.id}/establish", follow=False)
    assert (sent.status_code, sent.headers["Location"]) == (303, f"{REVIEW}#item-{third.id}")
    supervisor.open(REVIEW)
    assert state(tasks) == ["proposed", "established", "proposed"]
    assert tasks()[1].number
    assert "交办已立项（1）" in supervisor.text
    assert first.id != third.id


def test_a_stale_card_is_not_confirmed(supervisor, tasks):
    first = tasks()[0]
    sent = supervisor.submit(f"items/{first.id}/establish", version="7")
    assert sent.status_code == 409
    assert "刚刚被其他人修改过" in supervisor.text
    assert state(tasks)[0] == "proposed"


def test_a_form_sent_twice_confirms_once(supervisor, tasks, runtime):
    page = supervisor.response.get_data(as_text=True)
    form = re.search(rf'action="({REVIEW}/items/1/establish)">(.*?)</form>', page)
    data = dict(re.findall(r'name="(\w+)" value="([^"]+)"', form[2]))
    answers = {
        supervisor.client.post(form[1], data=data, headers={"Referer": "http://localhost/"}).headers["Location"]
        for _ in range(2)
    }
    assert len(answers) == 1
    with runtime.database.reading() as session:
        assert session.scalar(select(func.count()).where(AuditEntry.action == "task.establish")) == 1


def test_a_dismissal_needs_a_reason_and_can_be_taken_back(supervisor, tasks):
    card = tasks()[2]
    supervisor.submit(f"items/{card.id}/dismiss")
    assert supervisor.status == 400
    assert "请填写忽略的原因" in supervisor.text
    supervisor.submit(f"items/{card.id}/dismiss", reason=PAYLOAD)
    assert "已忽略" in supervisor.text
    assert not ALERT.search(supervisor.response.get_data(as_text=True))
    assert "不予立项 1 条" in supervisor.text
    supervisor.submit(f"items/{card.id}/restore")
    assert state(tasks) == ["proposed"] * 3


def test_a_card_is_split_by_commitments_or_at_a_place(supervisor, tasks, runtime):
    first, second, _ = tasks()
    supervisor.open(f"{REVIEW}?split={first.id}")
    assert "按具体承诺拆成 2 条" in supervisor.text
    supervisor.submit("/split", how="commitments")
    assert state(tasks).count("dismissed") == 1
    parts = [task for task in tasks() if task.split_from_id == first.id]
    assert "".join(part.quote for part in parts) == first.quote
    supervisor.open(f"{REVIEW}?split={second.id}")
    supervisor.submit(f"items/{second.id}/split", how="points")
    assert supervisor.status == 400
    assert "至少勾选一处" in supervisor.text
    supervisor.open(f"{REVIEW}?split={second.id}")
    supervisor.submit(f"items/{second.id}/split", how="points", offsets=[str((second.start or 0) + 7)])
    assert supervisor.status == 200
    assert len([task for task in tasks() if task.split_from_id == second.id]) == 2
    with runtime.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(TaskSource)) == 3 + 2 + 2


# ---- several cards ----------------------------------------------------------------------------------------------------------


def choices(tasks, *numbers: int) -> list[str]:
    return [f"{task.id}:{task.version}" for index, task in enumerate(tasks()) if index in numbers]


def post_selection(person, action: str, chosen: list[str]):
    person.open(REVIEW)
    page = person.response.get_data(as_text=True)
    form = re.search(r'<form class="pane-foot"[^>]*>(.*?)</form>', page, re.S)[1]
    data = dict(re.findall(r'name="(\w+)" value="([^"]+)"', form)) | {"chosen": chosen}
    sent = person.client.post(
        f"{REVIEW}/{action}", data=data, headers={"Referer": f"http://localhost{REVIEW}"}, follow_redirects=True
    )
    person._keep(sent)
    return sent


def test_chosen_cards_become_one_with_all_their_sources(supervisor, tasks):
    post_selection(supervisor, "merge", choices(tasks, 0, 1))
    assert "已合并为一条" in supervisor.text
    assert state(tasks) == ["proposed", "dismissed", "proposed"]
    page = supervisor.response.get_data(as_text=True)
    heir = tasks()[0]
    assert heir.area == "行政执法"
    assert page.count(f'data-span="{heir.id}"') >= 2
    assert "报告原文（2 处）" in supervisor.text


@pytest.mark.parametrize(("numbers", "status"), [((), 400), ((0,), 400)])
def test_one_card_is_no_merge(supervisor, tasks, numbers, status):
    assert post_selection(supervisor, "merge", choices(tasks, *numbers)).status_code == status
    assert "至少选择两条" in supervisor.text
    assert state(tasks) == ["proposed"] * 3


@pytest.mark.parametrize("chosen", ["1", "a:b", "1:", "1:1;drop", "9" * 30 + ":1"])
def test_a_broken_choice_is_refused(supervisor, tasks, chosen):
    assert post_selection(supervisor, "merge", [chosen, "2:1"]).status_code == 400
    assert state(tasks) == ["proposed"] * 3


def test_a_pasted_sentence_becomes_a_card_only_if_it_is_verbatim(supervisor, tasks):
    supervisor.submit("/review/add", quote="组织宣讲13场")
    assert supervisor.status == 400
    assert "不一致" in supervisor.text
    assert ">组织宣讲13场</textarea>" in re.sub(r">\s+", ">", supervisor.response.get_data(as_text=True))
    supervisor.submit("/review/add", quote="组织宣讲12场")
    assert "已添加为待确认条目" in supervisor.text
    assert "人工划出" in supervisor.text
    assert next(task.quote for task in tasks()) == "组织宣讲12场"


def test_a_selected_passage_is_taken_where_it_was_selected(supervisor, tasks):
    at = REPORT.index("执法力量薄弱")
    supervisor.submit("/review/add", quote="执法力量薄弱", start=str(at), end=str(at + 6))
    assert next(task.start for task in tasks()) == at


# ---- confirming all and sending out -----------------------------------------------------------------------------------------


def test_confirming_all_is_shown_before_it_is_done(supervisor, tasks, runtime):
    with runtime.database.writing.begin() as session:
        blocked = session.scalars(select(Task).order_by(Task.start)).all()[1]
        blocked.due_on = blocked.due_on.replace(year=2040)
    supervisor.open(f"{REVIEW}/confirm")
    for words in ("确认立项 2 条", "有 1 条还不能确认", "请核对年份", "1 条的时限是推定的", "1 条没有写明牵头单位"):
        assert words in supervisor.text, words
    assert state(tasks) == ["proposed"] * 3
    supervisor.submit("/confirm")
    assert "已确认立项 2 条" in supervisor.text
    assert state(tasks) == ["established", "proposed", "established"]


def test_a_change_meanwhile_stops_the_whole_batch(supervisor, tasks, runtime):
    supervisor.open(f"{REVIEW}/confirm")
    with runtime.database.writing.begin() as session:
        session.scalars(select(Task).order_by(Task.start)).all()[1].version += 1
    supervisor.submit("/confirm")
    assert supervisor.status == 409
    assert "一条也没有改动" in supervisor.text
    assert state(tasks) == ["proposed"] * 3


def test_sending_out_names_who_is_told_before_anybody_is(supervisor, tasks, runtime):
    supervisor.open(f"{REVIEW}/confirm")
    supervisor.submit("/confirm")
    supervisor.open(f"{REVIEW}/send")
    for words in ("交办 3 条", "通知 何所", "通知 李文", "2026-06-12 前签收"):
        assert words in supervisor.text, words
    with runtime.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Notice)) == 0
    supervisor.submit("/send")
    assert "已交办 3 条" in supervisor.text
    assert state(tasks) == ["assigned"] * 3
    with runtime.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Notice)) > 0


def test_sending_out_tells_each_units_own_days_for_signing(supervisor, tasks, runtime, county):
    supervisor.open(f"{REVIEW}/confirm")
    supervisor.submit("/confirm")
    with runtime.database.writing.begin() as session:
        values = {"signing_working_days": "1"}
        session.add(ReminderOverride(unit_id=county.section.id, values=values, updated_at=runtime.now()))
    supervisor.open(f"{REVIEW}/send")
    assert "在 2026-06-11 至 2026-06-12 前（按各自单位、级别的规则）签收" in supervisor.text
    supervisor.submit("/send")
    assert {str(task.sign_due_on) for task in tasks()} == {"2026-06-11", "2026-06-12"}


def test_a_unit_without_accounts_gets_nothing_and_is_named(supervisor, tasks, runtime, county):
    with runtime.database.writing.begin() as session:
        session.merge(county.section_officer).is_active = False
    post_selection(supervisor, "confirm", choices(tasks, 0))
    supervisor.submit("/confirm")
    supervisor.open(f"{REVIEW}/send")
    assert "没有在用的承办人或负责人账号" in supervisor.text
    assert "没有可以交办的任务" in supervisor.text


def test_a_long_title_and_hostile_words_stay_text(supervisor, tasks):
    card = tasks()[1]
    open_edit(supervisor, card.id)
    supervisor.submit("/save", title="题" * 300, wording=PAYLOAD * 10)
    assert supervisor.status == 200
    for path in (
        REVIEW,
        f"{REVIEW}?edit={card.id}",
        f"{REVIEW}?split={card.id}",
        f"{REVIEW}/confirm",
        f"{REVIEW}/items/{card.id}/edit",
    ):
        assert not ALERT.search(supervisor.open(path).get_data(as_text=True)), path
    assert tasks()[1].status is TaskStatus.PROPOSED


def test_a_report_without_items_says_how_to_begin(someone, app):
    officer = someone("officer")
    officer.open("/reports/upload")
    officer.submit("/reports/upload", file=(io.BytesIO(REPORT.split("三、")[0].encode()), "a.txt"))
    background(app).wait()
    supervisor = someone("supervisor")
    supervisor.open(REVIEW)
    assert "没有识别出条目" in supervisor.text
    assert "选中一段文字" in supervisor.text
