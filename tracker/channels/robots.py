"""Robots of 企业微信, 钉钉 and 飞书: a line in a group that says to whom something is due, and where to look.

A group is read by others too, so a robot says how many of what and names the person; what the tasks are stays behind
the sign-in. The hosts are settings: offices run relays of their own.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar
from urllib.parse import quote, quote_plus

from tracker.channels.base import DeliveryError, OutgoingMessage
from tracker.channels.envelope import one_line
from tracker.channels.outgoing import post

OK = 200
JSON = {"Content-Type": "application/json; charset=utf-8", "User-Agent": "ledger"}


@dataclass(frozen=True, slots=True)
class Robot:
    """What the three have in common: where to, with what, and what may be called."""

    base_url: str
    token: str
    secret: str
    home: str  # the address people sign in at
    allowed: tuple[str, ...]
    timeout: float = 10.0
    clock: Callable[[], float] = time.time

    name: ClassVar[str] = ""
    code: ClassVar[str] = "errcode"
    reasons: ClassVar[Mapping[int, str]] = {}

    def send(self, message: OutgoingMessage) -> None:
        """Send one line; raises DeliveryError."""
        url, body = self.request(message)
        data = json.dumps(body, ensure_ascii=False).encode()
        answer = post(url, data, JSON, allowed=self.allowed, timeout=self.timeout)
        if answer.status != OK:
            raise DeliveryError(f"{self.name}答复 {answer.status}", retryable=True, of_channel=True)
        try:
            code = int(json.loads(answer.body)[self.code])
        except (ValueError, KeyError, TypeError) as error:
            raise DeliveryError(f"{self.name}的答复不能识别", retryable=True, of_channel=True) from error
        if code != 0:
            why = self.reasons.get(code)
            words = f"{self.name}答复错误 {code}{f'（{why}）' if why else ''}"
            raise DeliveryError(words, retryable=True, of_channel=True)

    def close(self) -> None:
        """Nothing is kept open."""

    def request(self, message: OutgoingMessage) -> tuple[str, dict[str, Any]]:
        """Return the address and the body of the request."""
        raise NotImplementedError

    def words(self, message: OutgoingMessage) -> str:
        """Return what the robot says."""
        return f"{one_line(message.to_name)}：{one_line(message.subject)}。请登录办理：{self.home}"


@dataclass(frozen=True, slots=True)
class WecomRobot(Robot):
    """企业微信: the key in the address is all there is."""

    name: ClassVar[str] = "企业微信"
    reasons: ClassVar[Mapping[int, str]] = {93000: "机器人地址或密钥无效", 45009: "超过发送频率", -1: "对方系统繁忙"}

    def request(self, message: OutgoingMessage) -> tuple[str, dict[str, Any]]:
        """Return the address and a text that mentions the person by telephone number."""
        mentioned = [message.to_address] if message.to_address else []
        text = {"content": self.words(message), "mentioned_mobile_list": mentioned}
        return f"{self.base_url}/cgi-bin/webhook/send?key={quote(self.token, safe='')}", {
            "msgtype": "text",
            "text": text,
        }


@dataclass(frozen=True, slots=True)
class DingtalkRobot(Robot):
    """钉钉: the moment and a signature of it go along in the address."""

    name: ClassVar[str] = "钉钉"
    reasons: ClassVar[Mapping[int, str]] = {
        310000: "签名、关键词或来源地址不符",
        300005: "令牌无效",
        410100: "超过发送频率",
    }

    def request(self, message: OutgoingMessage) -> tuple[str, dict[str, Any]]:
        """Return the signed address and a text that mentions the person by telephone number."""
        query = f"access_token={quote(self.token, safe='')}"
        if self.secret:
            moment = str(round(self.clock() * 1000))
            query += f"&timestamp={moment}&sign={quote_plus(dingtalk_sign(moment, self.secret))}"
        mobiles = [message.to_address] if message.to_address else []
        content = {"content": self.words(message) + (f" @{message.to_address}" if mobiles else "")}
        body = {"msgtype": "text", "text": content, "at": {"atMobiles": mobiles, "isAtAll": False}}
        return f"{self.base_url}/robot/send?{query}", body


@dataclass(frozen=True, slots=True)
class FeishuRobot(Robot):
    """飞书: moment and signature stand in the body."""

    name: ClassVar[str] = "飞书"
    code: ClassVar[str] = "code"
    reasons: ClassVar[Mapping[int, str]] = {
        19021: "签名不符或时间相差太多",
        19001: "机器人地址无效",
        19022: "来源地址不符",
        19024: "关键词不符",
        11232: "超过发送频率",
        9499: "超过发送频率",
    }

    def request(self, message: OutgoingMessage) -> tuple[str, dict[str, Any]]:
        """Return the address and the signed body; the group's robot knows nobody's telephone number, so it names the person."""
        body: dict[str, Any] = {"msg_type": "text", "content": {"text": self.words(message)}}
        if self.secret:
            moment = str(int(self.clock()))
            body |= {"timestamp": moment, "sign": feishu_sign(moment, self.secret)}
        return f"{self.base_url}/open-apis/bot/v2/hook/{quote(self.token, safe='')}", body


def dingtalk_sign(moment: str, secret: str) -> str:
    """Sign the moment (milliseconds) as 钉钉 asks: the secret is the key, moment and secret the text."""
    return _base64(hmac.digest(secret.encode(), f"{moment}\n{secret}".encode(), hashlib.sha256))


def feishu_sign(moment: str, secret: str) -> str:
    """Sign the moment (seconds) as 飞书 asks: moment and secret are the key, the text is empty."""
    return _base64(hmac.digest(f"{moment}\n{secret}".encode(), b"", hashlib.sha256))


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode()
