"""The accounts' pages over HTTP: the list, the one-time password, changing, disabling."""

from __future__ import annotations

import json
import re

import pytest
from sqlalchemy import func, select

from tests.support.factories import PASSWORD, make_task, make_unit, make_user
from tracker.db.models import AuditEntry, User, WebSession
from tracker.domain.permissions import Role

ONE_TIME = re.compile(r"(?:[a-z2-9]{4}-){3}[a-z2-9]{4}")
PAYLOAD = "<img src=x onerror=alert(1)>"


@pytest.fixture
def admin(visitor, county):
    person = visitor()
    person.sign_in("admin", PASSWORD)
    return person


@pytest.fixture
def read(runtime):
    """Look at an account as it stands."""

    def look(username: str) -> User:
        with runtime.database.reading() as session:
            return session.scalars(select(User).where(User.username == username)).one()

    return look


def filled(county, **changes) -> dict[str, str]:
    return {
        "username": "Xinren",
        "name": "新来",
        "unit_id": str(county.bureau.id),
        "role": "officer",
        "email": "xinren@example.org",
        "phone": "0731-5550123",
    } | changes


def test_a_new_account_gets_a_password_that_is_shown_once_and_opens_the_door(admin, visitor, runtime, county, read):
    admin.open("/users/new")
    form = dict(admin._form(0).form_values()) | filled(county)
    answer = admin.client.post("/users/new", data=form)
    assert answer.status_code == 200
    password = ONE_TIME.search(answer.get_data(as_text=True)).group()
    user = read("xinren")
    assert (user.unit_id, user.role, user.must_change_password) == (county.bureau.id, Role.OFFICER, True)

    again = admin.client.post("/users/new", data=form)  # the browser's "send again"
    assert again.status_code == 303
    page = admin.open(again.headers["Location"]).get_data(as_text=True)
    assert password not in page
    assert "一次性密码只显示一次" in page
    with runtime.database.reading() as session:
        kept = [json.dumps(row.data, ensure_ascii=False) for row in session.scalars(select(WebSession))]
        kept += [f"{line.summary}{line.changes}" for line in session.scalars(select(AuditEntry))]
    assert all(password not in text for text in kept)

    newcomer = visitor()
    newcomer.sign_in("xinren", password)
    assert "请先修改密码" in newcomer.text


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"username": ""}, "请填写账号名"),
        ({"username": "a"}, "2 到 64 个字符"),
        ({"username": "张三"}, "小写字母、数字"),
        ({"username": "a b"}, "小写字母、数字"),
        ({"username": "OFFICER"}, "这个账号名已被使用"),
        ({"name": " "}, "请填写姓名"),
        ({"name": "长" * 41}, "不超过 40 字"),
        ({"role": "root"}, "不是有效的选择"),
        ({"unit_id": "other"}, "不是有效的选择"),
        ({"unit_id": "999999"}, "不是有效的选择"),
        ({"email": "not an address"}, "电子邮箱格式不对"),
        ({"email": "a@example.org\r\nBcc: all@example.org"}, "电子邮箱格式不对"),
        ({"email": "a@example.org, b@example.org"}, "电子邮箱格式不对"),
        ({"phone": "abc"}, "电话只能是数字"),
        ({"password": "Kettle-93-blue"}, "没有的字段"),
        ({"must_change_password": ""}, "没有的字段"),
        ({"is_active": "y"}, "没有的字段"),
    ],
)
def test_what_is_wrong_is_told_and_nothing_typed_is_lost(admin, runtime, county, changes, said):
    admin.open("/users/new")
    values = filled(county, **changes)
    if values["unit_id"] == "other":
        values["unit_id"] = str(county.other_township.id)
    admin.submit(**values)
    assert admin.status == 400
    assert said in admin.text
    if "phone" not in changes:
        assert 'value="0731-5550123"' in admin.response.get_data(as_text=True)
    with runtime.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(User)) == 11


def test_a_change_is_saved_and_a_stale_one_is_shown_beside_what_was_saved(admin, visitor, county, read):
    second = visitor()
    second.sign_in("admin", PASSWORD)
    for person in (admin, second):
        person.open(f"/users/{county.officer.id}/edit")
    admin.submit("edit", phone="12")
    assert admin.status == 400  # too short
    admin.submit("edit", phone="0731-5550001")
    assert "已保存" in admin.text
    second.submit("edit", phone="0731-5550002", role="head")
    assert second.status == 409
    assert "0731-5550001" in second.text
    assert 'value="0731-5550002"' in second.response.get_data(as_text=True)
    assert read("officer").role is Role.OFFICER
    second.submit("edit")
    assert (read("officer").phone, read("officer").role) == ("0731-5550002", Role.HEAD)


def test_nobody_makes_himself_more_than_he_is(admin, county, read):
    admin.open(f"/users/{county.admin.id}/edit")
    admin.submit("edit", role="supervisor")
    assert admin.status == 400
    assert "不能修改自己的角色" in admin.text
    assert read("admin").role is Role.ADMIN
    admin.open(f"/users/{county.admin.id}/disable")
    admin.submit("disable")
    assert admin.status == 400
    assert read("admin").is_active


def test_disabling_tells_what_becomes_of_the_duties(admin, visitor, runtime, county, read):
    with runtime.database.writing.begin() as session:
        make_task(session, session.merge(county.township), owner=session.merge(county.officer))
    admin.open(f"/users/{county.officer.id}/disable")
    assert "名下 1 项在办任务保留" in admin.text
    admin.submit("disable")
    assert not read("officer").is_active
    person = visitor()
    person.sign_in("officer", PASSWORD)
    assert person.status == 401
    admin.open(f"/users/{county.officer.id}/enable")
    admin.submit("enable")
    assert read("officer").is_active


def test_a_reset_shows_a_password_once_and_spoils_the_old_one(admin, visitor, county):
    admin.open(f"/users/{county.officer.id}/reset")
    form = dict(admin._form("reset").form_values())
    answer = admin.client.post(f"/users/{county.officer.id}/reset", data=form)
    password = ONE_TIME.search(answer.get_data(as_text=True)).group()
    assert admin.client.post(f"/users/{county.officer.id}/reset", data=form).status_code == 303
    old, new = visitor(), visitor()
    old.sign_in("officer", PASSWORD)
    assert old.status == 401
    new.sign_in("officer", password)
    assert "请先修改密码" in new.text


def test_a_reset_of_a_page_that_is_out_of_date_is_refused(admin, county, read):
    admin.open(f"/users/{county.officer.id}/reset")
    before = read("officer").password_hash
    admin.submit("reset", version="0")
    assert admin.status == 409
    assert read("officer").password_hash == before


def test_where_an_account_is_signed_in_is_shown_and_ended(admin, visitor, county):
    person = visitor()
    person.sign_in("officer", PASSWORD)
    admin.open(f"/users/{county.officer.id}")
    assert "1 处" in admin.text
    assert "127.0.0.1" in admin.text
    admin.open(f"/users/{county.officer.id}/end-sessions")
    admin.submit("end-sessions")
    assert "已退出 1 处登录" in admin.text
    assert person.open("/password").status_code == 401


def test_accounts_of_another_county_do_not_exist(admin, county):
    for user in (county.other_officer, county.other_supervisor):
        for path in ("", "/edit", "/disable", "/enable", "/reset", "/end-sessions"):
            assert admin.open(f"/users/{user.id}{path}").status_code == 404, path
    assert "other_officer" not in admin.open("/users/").get_data(as_text=True)
    assert admin.open(f"/users/?unit={county.other_area.id}").status_code == 404


def test_the_list_is_filtered_and_tells_what_is_active(admin, county):
    admin.open("/users/?role=supervisor")
    assert "陈督" in admin.text
    assert "李文" not in admin.text
    admin.open(f"/users/?unit={county.township.id}&q=何")
    assert "何所" in admin.text
    assert "周正" not in admin.text
    assert "柳湾镇及下级" in admin.text
    admin.open("/users/?q=%25&role=emperor&state=x")
    assert "没有符合条件的账号" in admin.text


def test_pages_lead_on_and_back(admin, runtime, county):
    with runtime.database.writing.begin() as session:
        unit = session.merge(county.bureau)
        for number in range(110):
            make_user(session, unit, username=f"u{number:03}")
    admin.open("/users/")
    assert "共 119 个账号" in admin.text
    forward = admin.links()["下一页"]
    admin.open(forward)
    assert "u090" in admin.text
    back = admin.links()["上一页"]
    admin.open(back)
    assert "area_head" in admin.text
    assert admin.open("/users/?at=%3E%27%22").status_code == 200


def test_names_are_text_wherever_they_stand(admin, runtime, county):
    admin.open("/users/new")
    admin.submit(**filled(county, name=PAYLOAD))
    with runtime.database.reading() as session:
        user_id = session.scalars(select(User.id).where(User.username == "xinren")).one()
    for path in ("/users/", f"/users/{user_id}", f"/users/{user_id}/edit", f"/users/{user_id}/disable", "/audit/"):
        assert "<img" not in admin.open(path).get_data(as_text=True), path


def test_the_page_of_an_account_asks_few_questions(admin, runtime, county, statements):
    with runtime.database.writing.begin() as session:
        for number in range(60):
            make_user(session, make_unit(session, f"第{number}局", parent=session.merge(county.area)))
    for path in ("/users/", f"/users/{county.officer.id}", f"/users/{county.officer.id}/edit"):
        with statements() as seen:
            admin.open(path)
        assert len(seen) <= 6, (path, seen)
