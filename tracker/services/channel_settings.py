"""Setting up the channels that leave the house: addresses, secrets, rates, a test, and how each one does."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tracker.channels.base import DeliveryError, MessageChannel, OutgoingMessage
from tracker.channels.email import email_channel
from tracker.channels.outgoing import AddressRefused, checked_url
from tracker.channels.saved import KINDS, build_channel, context_of, open_saved, secret_of
from tracker.channels.sealing import CannotOpen, box_of
from tracker.db.models import ChannelState, Message, MessageStatus, User
from tracker.domain.errors import NotFound, RuleViolation, StaleVersion
from tracker.domain.permissions import Actor
from tracker.domain.reminders import CHANNEL_LABELS, Channel
from tracker.services.audit import record
from tracker.services.channels import PREFIX, saved_channels
from tracker.services.policies import save_setting
from tracker.services.rules import check_may_change_rules, lock_rules
from tracker.settings import Settings

SHORTEST_SECRET = 16
MOST_PER_MINUTE = 6000


class ChannelRefused(RuleViolation):
    """渠道设置不完整，请核对后重新填写。"""


@dataclass(frozen=True, slots=True)
class ChannelDraft:
    """What an administrator filled in. A secret left empty stays as it is; ``forget`` names those to be deleted."""

    enabled: bool
    base_url: str
    per_minute: int
    secrets: Mapping[str, str]
    forget: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class SecretState:
    """What may be told of a secret: ``environment``, ``saved``, ``unreadable`` or ``missing``."""

    name: str
    label: str
    hint: str
    required: bool
    state: str


@dataclass(frozen=True, slots=True)
class ChannelStatus:
    """How a channel stands: what is set, and how it does."""

    channel: Channel
    label: str
    in_use: bool
    enabled: bool
    base_url: str
    per_minute: int
    version: int
    secrets: tuple[SecretState, ...]
    failures: int
    open_until: datetime | None
    last_error: str | None
    last_failed_at: datetime | None
    last_sent_at: datetime | None
    waiting: int

    @property
    def unusable(self) -> bool:
        """Whether it is turned on and cannot be used all the same."""
        return self.enabled and not self.in_use


def channel_of(name: str) -> Channel:
    """Return a channel that leaves the house by its name; raises NotFound."""
    if name not in {channel.value for channel in Channel} or name == Channel.INBOX:
        raise NotFound("没有这个发送渠道。")
    return Channel(name)


def channel_states(session: Session, settings: Settings) -> list[ChannelStatus]:
    """Return how each channel stands."""
    saved = saved_channels(session)
    states = {state.channel: state for state in session.scalars(select(ChannelState))}
    counted = select(Message.channel, func.count()).where(
        Message.status.in_((MessageStatus.PENDING, MessageStatus.SENDING))
    )
    waiting = {row[0]: row[1] for row in session.execute(counted.group_by(Message.channel))}
    return [
        _status(settings, channel, saved.get(channel, {}), states.get(channel), waiting.get(channel, 0))
        for channel in Channel
        if channel is not Channel.INBOX
    ]


def channel_status(session: Session, settings: Settings, channel: Channel) -> ChannelStatus:
    """Return how one channel stands."""
    return next(status for status in channel_states(session, settings) if status.channel is channel)


def save_channel(
    session: Session,
    settings: Settings,
    actor: Actor,
    channel: Channel,
    draft: ChannelDraft,
    *,
    version: int,
    now: datetime,
) -> None:
    """Save a channel; its secrets are sealed. Raises ChannelRefused, AddressRefused, StaleVersion."""
    check_may_change_rules(actor)
    lock_rules(session)
    if channel not in KINDS:
        raise ChannelRefused("邮件由运维人员在环境变量中设置，不在页面上修改。")
    before = dict(saved_channels(session).get(channel, {}))
    if int(before.get("version", 0)) != version:
        raise StaleVersion
    after = _checked(settings, channel, before, draft) | {"version": version + 1}
    save_setting(session, f"{PREFIX}{channel.value}", after, user_id=actor.id, now=now)
    if before.get("base_url") != after["base_url"] or _replaced(draft):
        _close_circuit(session, channel)
    record(
        session,
        actor,
        "channel.change",
        "channel",
        None,
        unit_path=actor.scope_path,
        summary=f"修改发送渠道：{CHANNEL_LABELS[channel]}",
        changes=_told(channel, before, after, draft),
        now=now,
    )


def try_channel(
    session: Session, settings: Settings, channel: Channel, person: User, *, to_address: str
) -> tuple[MessageChannel, OutgoingMessage]:
    """Return the channel as saved and a message that says it is a test. Raises ChannelRefused where it is not complete."""
    if channel is Channel.EMAIL:
        sender = email_channel(settings.mail)
    else:
        sender = build_channel(settings, channel, saved_channels(session).get(channel, {}))
    if sender is None:
        raise ChannelRefused("这个渠道还没有设置完整，不能测试。")
    address = to_address.strip() or (person.email if channel is Channel.EMAIL else person.phone) or ""
    if not address and channel in (Channel.EMAIL, Channel.WEBHOOK):
        missing = "邮箱" if channel is Channel.EMAIL else "电话"
        raise ChannelRefused(f"您的账号没有填写{missing}，请填写接收测试的{missing}。", field="to_address")
    return sender, OutgoingMessage(
        to_address=address,
        to_name=person.name,
        subject=f"【{settings.product_name}】测试消息，不必处理",
        text=f"{person.name}，您好：\n\n这是从“发送渠道”页面发出的测试消息，收到即说明渠道可用。\n",
        header_id=f"<test-{secrets.token_hex(12)}@ledger>",
    )


def note_test(session: Session, actor: Actor, channel: Channel, error: DeliveryError | None, *, now: datetime) -> None:
    """Note in the log that a channel was tried, and what came of it; a channel that works again is used at once."""
    check_may_change_rules(actor)
    if error is None:
        _close_circuit(session, channel)
    record(
        session,
        actor,
        "channel.test",
        "channel",
        None,
        unit_path=actor.scope_path,
        summary=f"测试发送渠道：{CHANNEL_LABELS[channel]}，{'已发出' if error is None else '未发出'}",
        reason=error.reason if error else None,
        now=now,
    )


def _checked(settings: Settings, channel: Channel, before: Mapping[str, Any], draft: ChannelDraft) -> dict[str, Any]:
    after: dict[str, Any] = {"enabled": draft.enabled, "base_url": draft.base_url.strip().rstrip("/")}
    if after["base_url"] or draft.enabled:
        try:
            checked_url(after["base_url"], settings.outgoing_hosts)
        except AddressRefused as error:
            raise AddressRefused(field="base_url") from error
    if not 0 <= draft.per_minute <= MOST_PER_MINUTE:
        raise ChannelRefused(f"每分钟条数应在 0 到 {MOST_PER_MINUTE} 之间，0 表示不限。", field="per_minute")
    after["per_minute"] = draft.per_minute
    for name, need in KINDS[channel].needs.items():
        after |= _sealed(settings, channel, name, before, draft)
        if channel is Channel.WEBHOOK and draft.secrets.get(name) and len(draft.secrets[name]) < SHORTEST_SECRET:
            raise ChannelRefused(f"{need.label}至少 {SHORTEST_SECRET} 个字符。", field=name)
        if draft.enabled and need.required and _secret_state(settings, channel, name, after) != "known":
            raise ChannelRefused(f"启用前请填写{need.label}。", field=name)
    return after


def _sealed(
    settings: Settings, channel: Channel, name: str, before: Mapping[str, Any], draft: ChannelDraft
) -> dict[str, str]:
    given = draft.secrets.get(name, "").strip()
    if given:
        return {name: box_of(settings).seal(given, context_of(channel, name))}
    kept = before.get(name)
    return {name: kept} if isinstance(kept, str) and name not in draft.forget else {}


def _secret_state(settings: Settings, channel: Channel, name: str, saved: Mapping[str, Any]) -> str:
    try:
        return "known" if secret_of(settings, channel, name, saved) else "missing"
    except CannotOpen:
        return "unreadable"


def _status(
    settings: Settings, channel: Channel, saved: Mapping[str, Any], state: ChannelState | None, waiting: int
) -> ChannelStatus:
    kind = KINDS.get(channel)
    in_use = (
        email_channel(settings.mail) is not None if kind is None else open_saved(channel, settings, saved) is not None
    )
    rate = settings.mail.per_minute if kind is None else saved.get("per_minute", kind.usual_rate)
    return ChannelStatus(
        channel=channel,
        label=CHANNEL_LABELS[channel],
        in_use=in_use,
        enabled=in_use if kind is None else bool(saved.get("enabled")),
        base_url="" if kind is None else str(saved.get("base_url", kind.usual_address)),
        per_minute=int(rate),
        version=int(saved.get("version", 0)),
        secrets=() if kind is None else tuple(_secrets(settings, channel, saved)),
        failures=state.failures if state else 0,
        open_until=state.open_until if state else None,
        last_error=state.last_error if state else None,
        last_failed_at=state.last_failed_at if state else None,
        last_sent_at=state.last_sent_at if state else None,
        waiting=waiting,
    )


def _secrets(settings: Settings, channel: Channel, saved: Mapping[str, Any]) -> list[SecretState]:
    found = []
    for name, need in KINDS[channel].needs.items():
        state = "environment" if getattr(settings, need.setting) else _secret_state(settings, channel, name, saved)
        found.append(SecretState(name, need.label, need.hint, need.required, "saved" if state == "known" else state))
    return found


def _replaced(draft: ChannelDraft) -> bool:
    return any(value.strip() for value in draft.secrets.values())


def _told(
    channel: Channel, before: Mapping[str, Any], after: Mapping[str, Any], draft: ChannelDraft
) -> dict[str, tuple[Any, Any]]:
    """Return the changes for the log; of a secret only that it was set or deleted."""
    names = {"enabled": "启用", "base_url": "地址", "per_minute": "每分钟条数"}
    told: dict[str, tuple[Any, Any]] = {
        label: (before.get(name), after[name]) for name, label in names.items() if before.get(name) != after[name]
    }
    for name, need in KINDS[channel].needs.items():
        if draft.secrets.get(name, "").strip():
            told[need.label] = ("已设置" if before.get(name) else None, "已更换" if before.get(name) else "已设置")
        elif before.get(name) and not after.get(name):
            told[need.label] = ("已设置", None)
    return told


def _close_circuit(session: Session, channel: Channel) -> None:
    state = session.get(ChannelState, channel, with_for_update=True)
    if state is not None:
        state.failures, state.open_until = 0, None
