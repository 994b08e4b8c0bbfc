"""Channels an administrator sets up: what each needs, and how it is opened from what was saved.

What is saved is a mapping: ``enabled``, ``base_url``, ``per_minute``, and sealed under ``token`` and ``secret`` what
the page never shows again. A secret in the environment wins over a saved one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tracker.channels.base import ChannelLimits, MessageChannel, OpenChannel
from tracker.channels.outgoing import AddressRefused, checked_url
from tracker.channels.robots import DingtalkRobot, FeishuRobot, Robot, WecomRobot
from tracker.channels.sealing import CannotOpen, box_of
from tracker.channels.webhook import WebhookChannel
from tracker.domain.reminders import Channel
from tracker.settings import Settings

SECRETS = ("token", "secret")


@dataclass(frozen=True, slots=True)
class Need:
    """A secret of a channel: its label, what it is, whether the channel works without it, and its setting."""

    label: str
    hint: str
    required: bool
    setting: str


@dataclass(frozen=True, slots=True)
class Kind:
    """A channel an administrator sets up."""

    address_hint: str
    usual_address: str
    usual_rate: int
    needs: Mapping[str, Need]


KINDS: dict[Channel, Kind] = {
    Channel.WECOM: Kind(
        "企业微信或其内网代理的网址，不带后面的路径。",
        "https://qyapi.weixin.qq.com",
        20,
        {"token": Need("机器人密钥", "机器人地址里 key= 后面的部分。", True, "wecom_key")},
    ),
    Channel.DINGTALK: Kind(
        "钉钉、专有钉钉或其内网代理的网址，不带后面的路径。",
        "https://oapi.dingtalk.com",
        20,
        {
            "token": Need("机器人令牌", "机器人地址里 access_token= 后面的部分。", True, "dingtalk_token"),
            "secret": Need("加签密钥", "安全设置里选“加签”时得到的 SEC 开头的密钥。", False, "dingtalk_secret"),
        },
    ),
    Channel.FEISHU: Kind(
        "飞书或其内网代理的网址，不带后面的路径。",
        "https://open.feishu.cn",
        60,
        {
            "token": Need("机器人标识", "机器人地址里 hook/ 后面的部分。", True, "feishu_token"),
            "secret": Need("签名密钥", "安全设置里选“签名校验”时得到的密钥。", False, "feishu_secret"),
        },
    ),
    Channel.WEBHOOK: Kind(
        "短信网关接收请求的完整网址。",
        "",
        60,
        {"secret": Need("签名密钥", "与网关约定的密钥，至少 16 个字符。请求按它签名。", True, "webhook_secret")},
    ),
}
ROBOTS: dict[Channel, type[Robot]] = {
    Channel.WECOM: WecomRobot,
    Channel.DINGTALK: DingtalkRobot,
    Channel.FEISHU: FeishuRobot,
}


def context_of(channel: Channel, name: str) -> str:
    """Return what a sealed secret is bound to."""
    return f"channel.{channel.value}.{name}"


def secret_of(settings: Settings, channel: Channel, name: str, saved: Mapping[str, Any]) -> str:
    """Return a secret, from the environment or as saved; empty where there is none. Raises CannotOpen."""
    need = KINDS[channel].needs.get(name)
    if need is None:
        return ""
    own: str | None = getattr(settings, need.setting)
    if own:
        return own
    sealed = saved.get(name)
    return box_of(settings).open(sealed, context_of(channel, name)) if isinstance(sealed, str) and sealed else ""


def build_channel(settings: Settings, channel: Channel, saved: Mapping[str, Any]) -> MessageChannel | None:
    """Return the channel as saved, in use or not; None where something it needs is missing or cannot be opened."""
    address = str(saved.get("base_url") or "").rstrip("/")
    try:
        checked_url(address, settings.outgoing_hosts)
        secrets = {name: secret_of(settings, channel, name, saved) for name in SECRETS}
    except (AddressRefused, CannotOpen):
        return None
    if any(need.required and not secrets[name] for name, need in KINDS[channel].needs.items()):
        return None
    if channel is Channel.WEBHOOK:
        return WebhookChannel(address, secrets["secret"], settings.base_url, settings.outgoing_hosts)
    robot = ROBOTS[channel]
    return robot(address, secrets["token"], secrets["secret"], settings.base_url, settings.outgoing_hosts)


def open_saved(channel: Channel, settings: Settings, saved: Mapping[str, Any]) -> OpenChannel | None:
    """Return the channel ready for use; None where it is off or not complete."""
    sender = build_channel(settings, channel, saved) if saved.get("enabled") else None
    if sender is None:
        return None
    rate = saved.get("per_minute")
    limits = ChannelLimits(per_minute=rate if isinstance(rate, int) else KINDS[channel].usual_rate)
    return OpenChannel(sender, limits, needs_address=channel is Channel.WEBHOOK)
