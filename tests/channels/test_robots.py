"""Robots and the signed webhook: signatures as the far end checks them, answers told apart, nothing private in a group."""

from __future__ import annotations

import base64
import hashlib
import hmac

import pytest

from tests.support.far_end import FarEnd
from tracker.channels.base import DeliveryError, OutgoingMessage
from tracker.channels.robots import DingtalkRobot, FeishuRobot, WecomRobot, dingtalk_sign, feishu_sign
from tracker.channels.webhook import WebhookChannel

MOMENT = 1_780_000_000.5
SECRET = "SEC0123456789abcdef"
HOME = "https://ledger.qingxi.example"
MESSAGE = OutgoingMessage(
    to_address="13800000000",
    to_name="李文",
    subject="【法治建设督办台账】逾期 2 项，今日到期 1 项",
    text="■ 逾期\n1. LWZ-2026-001 组织执法人员专题培训",
    header_id="<0123@ledger>",
)


def robot(kind, far_end: FarEnd, secret: str = SECRET):
    return kind(far_end.url, "key/?&=1", secret, HOME, (far_end.host,), clock=lambda: MOMENT)


def test_wecom_gets_its_key_and_mentions_the_person(far_end):
    robot(WecomRobot, far_end).send(MESSAGE)
    (request,) = far_end.received
    assert (request.path, request.query) == ("/cgi-bin/webhook/send", {"key": "key/?&=1"})
    assert request.body["msgtype"] == "text"
    assert request.body["text"]["mentioned_mobile_list"] == ["13800000000"]
    assert request.body["text"]["content"] == f"李文：{MESSAGE.subject}。请登录办理：{HOME}"


def test_dingtalk_signs_the_moment(far_end):
    robot(DingtalkRobot, far_end).send(MESSAGE)
    (request,) = far_end.received
    moment = request.query["timestamp"]
    expected = hmac.new(SECRET.encode(), f"{moment}\n{SECRET}".encode(), hashlib.sha256).digest()
    assert moment == "1780000000500"
    assert base64.b64decode(request.query["sign"]) == expected
    assert request.query["access_token"] == "key/?&=1"
    assert request.body["at"] == {"atMobiles": ["13800000000"], "isAtAll": False}


def test_feishu_signs_with_moment_and_secret_as_the_key(far_end):
    robot(FeishuRobot, far_end).send(MESSAGE)
    (request,) = far_end.received
    key = f"{request.body['timestamp']}\n{SECRET}".encode()
    assert request.body["timestamp"] == "1780000000"
    assert base64.b64decode(request.body["sign"]) == hmac.new(key, b"", hashlib.sha256).digest()
    assert request.path == "/open-apis/bot/v2/hook/key%2F%3F%26%3D1"


@pytest.mark.parametrize("sign", [dingtalk_sign, feishu_sign])
def test_a_signature_depends_on_moment_and_secret(sign):
    assert len(base64.b64decode(sign("1", "secret"))) == 32
    assert len({sign("1", "secret"), sign("2", "secret"), sign("1", "other")}) == 3


def test_without_a_secret_nothing_is_signed(far_end):
    robot(DingtalkRobot, far_end, "").send(MESSAGE)
    robot(FeishuRobot, far_end, "").send(MESSAGE)
    first, second = far_end.received
    assert "sign" not in first.query
    assert "sign" not in second.body


@pytest.mark.parametrize("kind", [WecomRobot, DingtalkRobot, FeishuRobot])
def test_a_group_learns_no_task(far_end, kind):
    robot(kind, far_end).send(MESSAGE)
    assert "执法人员专题培训" not in far_end.received[0].raw.decode()
    assert "逾期 2 项" in far_end.received[0].raw.decode()


@pytest.mark.parametrize(
    ("kind", "status", "answer", "said"),
    [
        (
            WecomRobot,
            200,
            {"errcode": 93000, "errmsg": "key=abc invalid"},
            "企业微信答复错误 93000（机器人地址或密钥无效）",
        ),
        (DingtalkRobot, 200, {"errcode": 310000}, "钉钉答复错误 310000（签名、关键词或来源地址不符）"),
        (FeishuRobot, 200, {"code": 19021}, "飞书答复错误 19021（签名不符或时间相差太多）"),
        (FeishuRobot, 200, {"code": 4}, "飞书答复错误 4"),
        (WecomRobot, 200, {"nothing": 1}, "企业微信的答复不能识别"),
        (WecomRobot, 200, [], "企业微信的答复不能识别"),
        (WecomRobot, 502, {"errcode": 0}, "企业微信答复 502"),
    ],
)
def test_a_robot_that_says_no_is_the_channels_fault(far_end, kind, status, answer, said):
    far_end.status, far_end.answer = status, answer
    with pytest.raises(DeliveryError) as raised:
        robot(kind, far_end).send(MESSAGE)
    assert raised.value.reason == said
    assert raised.value.retryable
    assert raised.value.of_channel


def gateway(far_end: FarEnd) -> WebhookChannel:
    return WebhookChannel(f"{far_end.url}/sms?area=1", SECRET, HOME, (far_end.host,), clock=lambda: MOMENT)


def test_the_webhook_signs_moment_id_and_body(far_end):
    gateway(far_end).send(MESSAGE)
    (request,) = far_end.received
    signed = f"{request.headers['X-Ledger-Timestamp']}.{request.headers['X-Ledger-Id']}.".encode() + request.raw
    digest = hmac.new(SECRET.encode(), signed, hashlib.sha256).hexdigest()
    assert request.headers["X-Ledger-Signature"] == f"v1={digest}"
    assert request.headers["X-Ledger-Id"] == "0123@ledger"
    assert request.query == {"area": "1"}
    assert (request.body["to"], request.body["name"]) == ("13800000000", "李文")
    assert "执法人员专题培训" not in request.raw.decode()


@pytest.mark.parametrize(
    ("status", "retryable", "of_channel"),
    [
        (400, False, False),
        (422, False, False),
        (401, True, True),
        (403, True, True),
        (429, True, True),
        (500, True, True),
    ],
)
def test_the_gateways_answers_are_told_apart(far_end, status, retryable, of_channel):
    far_end.status = status
    with pytest.raises(DeliveryError) as raised:
        gateway(far_end).send(MESSAGE)
    assert (raised.value.retryable, raised.value.of_channel) == (retryable, of_channel)
    assert raised.value.reason == f"短信网关答复 {status}"


def test_line_breaks_go_nowhere(far_end):
    nasty = OutgoingMessage("1\r\nX-Evil: 1", "李\r\n文", "主\n题", "", "<1@ledger>")
    gateway(far_end).send(nasty)
    assert "X-Evil" not in far_end.received[0].headers
    assert far_end.received[0].body["name"] == "李 文"
