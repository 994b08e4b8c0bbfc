"""The channels' pages: secrets go in and never come out, addresses keep to the list, tests say what came of them."""

from __future__ import annotations

import dataclasses

import pytest
from sqlalchemy import select

from tests.support.factories import PASSWORD, make_county, make_user
from tests.support.far_end import FarEnd
from tracker.channels.outgoing import UNREACHABLE
from tracker.db.models import AuditEntry, Setting
from tracker.domain.permissions import Role
from tracker.domain.reminders import Channel
from tracker.services.channels import channels_in_use
from tracker.settings import Settings

TOKEN, SECRET = "token-of-the-robot", "SEC0123456789abcdef"


@pytest.fixture
def settings(settings: Settings, far_end: FarEnd) -> Settings:
    return dataclasses.replace(settings, outgoing_hosts=(far_end.host,))


@pytest.fixture
def admin(visitor, runtime):
    with runtime.database.writing.begin() as session:
        county = make_county(session)
        county.admin.phone = "13900000000"
        make_user(session, county.township, Role.ADMIN, username="local_admin")
    person = visitor()
    person.sign_in("admin", PASSWORD)
    return person


def in_use(runtime):
    with runtime.database.reading() as session:
        return set(channels_in_use(session, runtime.settings))


def test_a_robot_is_set_up_tested_and_used(admin, runtime, far_end):
    admin.open("/settings/channels/")
    assert "未启用" in admin.text
    admin.open("/settings/channels/dingtalk")
    admin.submit("dingtalk", base_url=far_end.url, token=TOKEN, secret=SECRET, per_minute="10", enabled="y")
    assert admin.status == 200
    assert "已保存" in admin.text
    assert "已设置，不再显示" in admin.text
    assert in_use(runtime) == {Channel.DINGTALK}
    admin.submit("test")
    assert "测试消息已发出" in admin.text
    assert far_end.received[0].query["access_token"] == TOKEN
    assert far_end.received[0].body["at"]["atMobiles"] == ["13900000000"]


def test_secrets_are_sealed_and_never_shown_again(admin, runtime, far_end):
    admin.open("/settings/channels/dingtalk")
    admin.submit("dingtalk", base_url=far_end.url, token=TOKEN, secret=SECRET, enabled="y")
    pages = [admin.open(path).get_data(as_text=True) for path in ("/settings/channels/", "/settings/channels/dingtalk")]
    with runtime.database.reading() as session:
        saved = session.scalars(select(Setting.value).where(Setting.name == "channel.dingtalk")).one()
        lines = session.scalars(select(AuditEntry).where(AuditEntry.action == "channel.change")).all()
    told = [str(saved), *pages, *(f"{line.summary} {line.changes}" for line in lines)]
    assert [text for text in told if TOKEN in text or SECRET in text] == []
    assert lines[0].changes["机器人令牌"] == [None, "已设置"]


def test_a_secret_left_empty_stays_and_an_optional_one_can_be_deleted(admin, runtime, far_end):
    admin.open("/settings/channels/dingtalk")
    admin.submit("dingtalk", base_url=far_end.url, token=TOKEN, secret=SECRET, enabled="y")
    admin.submit("dingtalk", per_minute="5", enabled="y")
    admin.submit("test")
    assert "sign" in far_end.received[-1].query
    admin.submit("dingtalk", forget_secret="y", enabled="y")
    admin.submit("test")
    assert "sign" not in far_end.received[-1].query
    assert far_end.received[-1].query["access_token"] == TOKEN


@pytest.mark.parametrize(
    ("name", "fields", "said"),
    [
        ("wecom", {"base_url": "http://169.254.169.254", "token": "x", "enabled": "y"}, "不在允许的范围内"),
        ("wecom", {"base_url": "http://localhost", "token": "x"}, "不在允许的范围内"),
        ("wecom", {"base_url": "", "token": "x", "enabled": "y"}, "不在允许的范围内"),
        ("wecom", {"enabled": "y"}, "启用前请填写机器人密钥"),
        ("wecom", {"token": "x", "per_minute": "-1"}, "应在 0 到 6000 之间"),
        ("wecom", {"token": "x", "per_minute": ""}, "请填写条数"),
        ("webhook", {"secret": "short", "enabled": "y"}, "至少 16 个字符"),
        ("wecom", {"token": "x", "admin": "1"}, "没有的字段"),
        ("email", {"base_url": "http://x"}, "环境变量"),
    ],
)
def test_what_is_wrong_is_told_and_nothing_saved(admin, runtime, far_end, name, fields, said):
    admin.open("/settings/channels/wecom" if name == "email" else f"/settings/channels/{name}")
    token = dict(admin._form("logout").form_values())["csrf_token"]
    form = {"csrf_token": token, "version": "0", "base_url": far_end.url, "per_minute": "20"} | fields
    answer = admin.client.post(f"/settings/channels/{name}", data=form)
    assert answer.status_code == 400
    assert said in answer.get_data(as_text=True)
    with runtime.database.reading() as session:
        assert session.scalars(select(Setting)).all() == []


def test_a_failed_test_says_no_more_than_that(admin, far_end):
    admin.open("/settings/channels/wecom")
    admin.submit("wecom", base_url=far_end.url, token=TOKEN)
    far_end.status = 302
    admin.submit("test")
    assert UNREACHABLE in admin.text
    far_end.status, far_end.answer = 200, {"errcode": 93000, "errmsg": "<script>alert(1)</script>"}
    admin.submit("test")
    assert "机器人地址或密钥无效" in admin.text
    assert "alert(1)" not in admin.response.get_data(as_text=True)


def test_the_second_of_two_administrators_is_told(admin, visitor, far_end):
    second = visitor()
    second.sign_in("admin", PASSWORD)
    for person in (admin, second):
        person.open("/settings/channels/feishu")
    admin.submit("feishu", base_url=far_end.url, token="one")
    second.submit("feishu", base_url=far_end.url, token="two")
    assert second.status == 409
    assert "刚刚被其他人修改过" in second.text


def test_an_environments_secret_wins_and_is_not_asked_for(app, admin, runtime, far_end):
    object.__setattr__(runtime, "settings", dataclasses.replace(runtime.settings, wecom_key="of-the-environment"))
    admin.open("/settings/channels/wecom")
    assert "取自环境变量" in admin.text
    admin.submit("wecom", base_url=far_end.url, enabled="y")
    admin.submit("test")
    assert far_end.received[0].query["key"] == "of-the-environment"


def test_another_key_makes_saved_secrets_unreadable_and_says_so(admin, runtime, far_end):
    admin.open("/settings/channels/wecom")
    admin.submit("wecom", base_url=far_end.url, token=TOKEN, enabled="y")
    object.__setattr__(runtime, "settings", dataclasses.replace(runtime.settings, secrets_key="another"))
    assert in_use(runtime) == set()
    admin.open("/settings/channels/wecom")
    assert "无法解开" in admin.text
    admin.open("/settings/channels/")
    assert "不能使用" in admin.text
    admin.open("/health")
    assert "企业微信已启用但不能使用" in admin.text


def test_a_local_administrator_and_unknown_channels(visitor, admin):
    local = visitor()
    local.sign_in("local_admin", PASSWORD)
    assert local.open("/settings/channels/").status_code == 200
    assert local.open("/settings/channels/wecom").status_code == 403
    assert admin.open("/settings/channels/inbox").status_code == 404
    assert admin.open("/settings/channels/pigeon").status_code == 404
