"""The rules' pages over HTTP: lights, reminders with their example, working days."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select

from tests.support.factories import PASSWORD, County, make_county, make_user
from tracker.db.models import AuditEntry, CalendarDay
from tracker.domain.matching.training import fingerprint, to_toml
from tracker.domain.matching.words import load_model
from tracker.domain.permissions import Role
from tracker.services.policies import load_light_policy, load_reminder_policy, save_setting
from tracker.services.training import LAST


@pytest.fixture
def county(runtime) -> County:
    with runtime.database.writing.begin() as session:
        county = make_county(session)
        make_user(session, county.township, Role.ADMIN, username="local_admin")
        return county


@pytest.fixture
def admin(visitor, county):
    person = visitor()
    person.sign_in("admin", PASSWORD)
    return person


@pytest.fixture
def policies(runtime):
    """The rules in force."""

    def read():
        with runtime.database.reading() as session:
            return load_light_policy(session), load_reminder_policy(session)

    return read


def test_all_rules_stand_beside_their_defaults(admin):
    admin.open("/settings/")
    assert "30、15、7、3、1、0 天" in admin.text
    assert "已修改" not in admin.text


def test_lights_are_changed_and_follow_at_once(admin, visitor, runtime, policies):
    admin.open("/settings/lights")
    admin.submit("lights", working_days_left="3", behind_points="20")
    assert "已保存" in admin.text
    assert "已修改" in admin.text
    assert (policies()[0].working_days_left, policies()[0].behind_points) == (3, 20)
    with runtime.database.reading() as session:
        line = session.scalars(select(AuditEntry).where(AuditEntry.object_type == "setting")).one()
    assert line.changes == {"working_days_left": ["7", "3"], "behind_points": ["15", "20"]}
    admin.open("/settings/lights?defaults=1")
    admin.submit("lights")
    assert policies()[0].working_days_left == 7


@pytest.mark.parametrize(
    ("page", "changes", "said"),
    [
        ("lights", {"working_days_left": "-1"}, "0 到 60 之间的整数"),
        ("lights", {"working_days_left": "七"}, "0 到 60 之间的整数"),
        ("lights", {"behind_points": ""}, "1 到 100 之间的整数"),
        ("lights", {"behind_points": "99999999999999999999"}, "1 到 100 之间的整数"),
        ("lights", {"green": "1"}, "没有的字段"),
        ("reminders", {"days_before": ""}, "请填写天数"),
        ("reminders", {"days_before": "三十"}, "用顿号或逗号隔开"),
        ("reminders", {"days_before": "7、7"}, "重复的天数"),
        ("reminders", {"every_after": "3、4"}, "只填一个天数"),
        ("reminders", {"area_head_after": "5"}, "红单应晚于黄单"),
        ("reminders", {"days_before": "<script>alert(1)</script>"}, "用顿号或逗号隔开"),
    ],
)
def test_what_is_wrong_is_told_beside_its_field(admin, policies, page, changes, said):
    before = policies()
    admin.open(f"/settings/{page}")
    admin.submit(page, **changes)
    assert admin.status == 400
    assert said in admin.text
    assert "<script>alert" not in admin.response.get_data(as_text=True)
    assert policies() == before


def test_the_effect_of_steps_is_seen_before_they_are_saved(admin, policies):
    before = policies()
    admin.open("/settings/reminders")
    assert "到期前 15 天" in admin.text
    admin.submit("reminders", press="1", days_before="21、2", preview="1")
    assert admin.status == 200
    assert "到期前 21 天" in admin.text
    assert "到期前 15 天" not in admin.text
    assert "还没有保存" in admin.text
    assert policies() == before
    admin.submit("reminders")
    assert policies()[1].days_before == (21, 2)


def test_the_second_of_two_administrators_is_told_and_loses_nothing(admin, visitor, policies):
    second = visitor()
    second.sign_in("admin", PASSWORD)
    for person in (admin, second):
        person.open("/settings/reminders")
    admin.submit("reminders", every_after="4")
    second.submit("reminders", every_after="6")
    assert second.status == 409
    assert "刚刚被其他人修改过" in second.text
    assert 'value="6"' in second.response.get_data(as_text=True)
    assert policies()[1].every_after == 4
    second.submit("reminders")
    assert policies()[1].every_after == 6


def test_an_administrator_below_the_top_looks_and_changes_nothing(visitor, runtime, county):
    local = visitor()
    local.sign_in("local_admin", PASSWORD)
    local.open("/settings/")
    assert "由最上级单位的系统管理员修改" in local.text
    assert "修改提醒规则" not in local.text
    for path in ("lights", "reminders"):
        assert local.open(f"/settings/{path}").status_code == 403
    local.open("/settings/calendar")
    assert "录入调整" not in local.links()
    token = dict(local._form("logout").form_values())["csrf_token"]
    form = {"csrf_token": token, "first": "2026-06-15", "last": "", "works": "free", "note": "放假"}
    assert local.client.post("/settings/calendar/add", data=form).status_code == 403
    form = {"csrf_token": token, "first": "2026-06-15", "last": "2026-06-15"}
    assert local.client.post("/settings/calendar/remove", data=form).status_code == 403
    with runtime.database.reading() as session:
        assert session.scalars(select(CalendarDay)).all() == []


def test_days_are_entered_shown_and_taken_out(admin, runtime):
    admin.open("/settings/calendar?year=2027")
    assert "没有公布的安排" in admin.text
    admin.submit("add", first="2027-02-05", last="2027-02-11", works="free", note="春节")
    assert "2027-02-05 至 2027-02-11" in admin.text
    assert "按录入的安排" in admin.text
    with runtime.database.reading() as session:
        assert session.scalars(select(CalendarDay.day).order_by(CalendarDay.day)).all()[0] == date(2027, 2, 5)
    admin.submit("remove")
    assert "2027 年没有录入调整" in admin.text
    with runtime.database.reading() as session:
        assert session.scalars(select(CalendarDay)).all() == []
        lines = session.scalars(select(AuditEntry.summary).where(AuditEntry.object_type == "calendar")).all()
    assert lines == ["放假：2027-02-05 至 2027-02-11", "删除工作日调整：2027-02-05 至 2027-02-11"]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"first": ""}, "请填写开始日期"),
        ({"first": "2026-02-30"}, "不是有效的日期"),
        ({"last": "2026-06-14"}, "不能早于开始日期"),
        ({"last": "2026-09-15"}, "一次最多填写 31 天"),
        ({"first": "1999-01-01", "last": ""}, "应在 2025 年到 2029 年之间"),
        ({"works": "maybe"}, "不是有效的选择"),
        ({"note": " "}, "请填写说明"),
        ({"note": "长" * 61}, "不超过 60 字"),
    ],
)
def test_days_that_make_no_sense_are_told(admin, runtime, changes, said):
    admin.open("/settings/calendar")
    admin.submit("add", **({"first": "2026-06-15", "last": "2026-06-16", "works": "free", "note": "放假"} | changes))
    assert admin.status == 400
    assert said in admin.text
    with runtime.database.reading() as session:
        assert session.scalars(select(CalendarDay)).all() == []


def test_a_year_without_a_table_is_told_from_november_on(admin, clock, visitor):
    admin.open("/units/")
    assert "2027 年" not in admin.text
    clock.go_to(date(2026, 11, 2))
    person = visitor()
    person.sign_in("admin", PASSWORD)
    for page in ("/settings/reminders", "/settings/delivery", "/settings/overrides", "/settings/", "/users/"):
        assert person.open(page).get_data(as_text=True).count("还没有 2027 年的放假调休安排") == 1, page
    person.open("/settings/calendar?year=2027")
    assert "还没有 2027 年的放假调休安排" in person.text
    person.submit("add", first="2027-01-01", last="", works="free", note="元旦")
    assert "还缺春节、清明节" in person.open("/units/").get_data(as_text=True)
    for first, note in (
        ("2027-02-05", "春节"),
        ("2027-04-05", "清明节"),
        ("2027-05-03", "劳动节"),
        ("2027-06-09", "端午节"),
        ("2027-09-15", "中秋节"),
        ("2027-10-01", "国庆节"),
    ):
        person.open("/settings/calendar?year=2027")
        person.submit("add", first=first, last="", works="free", note=note)
    assert "2027 年的放假" not in person.open("/units/").get_data(as_text=True)
    officer = visitor()
    officer.sign_in("officer", PASSWORD)
    assert "2027" not in officer.text


@pytest.mark.parametrize("year", ["1", "99999", "²", "2026'", "-2026", ""])
def test_a_year_that_is_none_shows_this_one(admin, year):
    assert admin.open(f"/settings/calendar?year={year}").status_code == 200
    assert "2026 年" in admin.text


def test_the_weights_of_the_comparison_and_the_last_training(admin, runtime, clock):
    """Which are in force, what there is to learn from, how the last training ended; and why own ones are not used."""
    admin.open("/settings/")
    for words in ("比对权重", "系统自带", "还没有核对结论", "tracker train"):
        assert words in admin.text, words
    shipped, path = fingerprint(load_model()), runtime.settings.linking_model_path
    weights = to_toml(load_model(), origin={"base": shipped, "decisions": 42})
    path.write_text(weights, encoding="utf-8")
    last = {
        "at": "2026-06-09T01:00:00+00:00",
        "old": shipped,
        "new": "0123abcd",
        "learnt_from": 28,
        "measured_on": 14,
        "adopted": True,
        "measures": [{"label": "结论与核对一致", "old": [11, 14], "new": [13, 14]}],
        "auc": [0.91, None],
    }
    with runtime.database.writing.begin() as session:
        save_setting(session, LAST, last, user_id=None, now=clock())
    admin.open("/settings/")
    for words in ("由 42 条核对结论训练", "最近一次训练 2026-06-09 已采用", "13/14（92.9%）", "0.910"):
        assert words in admin.text, words
    path.write_text("nonsense = [", encoding="utf-8")
    admin.open("/settings/")
    assert "读不出来" in admin.text
    assert "系统自带" in admin.text
