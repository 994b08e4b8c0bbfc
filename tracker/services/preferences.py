"""What each person sets about reminders: channels, the hour of the digest, absence with a deputy.

The inbox and what an administrator has made mandatory cannot be turned off.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, object_session

from tracker.db.models import Preference, User
from tracker.domain.calendar import local_date
from tracker.domain.delivery import read_hour
from tracker.domain.errors import RuleViolation, StaleVersion
from tracker.domain.permissions import BUSINESS_READERS, Actor
from tracker.domain.reminders import CHANNEL_LABELS, Channel
from tracker.services.audit import differences, record
from tracker.services.policies import load_delivery_policy, saved_settings
from tracker.services.sending_hours import within

LONGEST_ABSENCE = 366
NOT_OFFERED = "所选的渠道没有启用，请刷新页面后重选。"
NEEDS_PHONE = frozenset({Channel.WEBHOOK})


class PreferenceRefused(RuleViolation):
    """提醒设置不合适，请核对后重新填写。"""


@dataclass(frozen=True, slots=True)
class PreferenceDraft:
    """What a person filled in; ``channels`` besides the inbox, an empty hour is the usual one."""

    channels: frozenset[Channel]
    hour: str = ""
    absent_from: date | None = None
    absent_until: date | None = None
    deputy_id: int | None = None


@dataclass(frozen=True, slots=True)
class ChannelChoice:
    """A channel as the person's page offers it. ``fixed`` says why it cannot be turned off, ``missing`` why not on."""

    channel: Channel
    label: str
    chosen: bool
    fixed: str = ""
    missing: str = ""


def chosen_channels(person: User) -> tuple[Channel, ...]:
    """Return the channels a person is reached by, the inbox first."""
    session = object_session(person)
    if session is None:
        return (Channel.INBOX, Channel.EMAIL) if person.email else (Channel.INBOX,)
    saved = person.preference.channels if person.preference is not None else None
    wanted = {Channel.EMAIL.value} if saved is None else set(saved)
    wanted |= set(load_delivery_policy(session).mandatory)
    offered = offered_channels(session)
    return (
        Channel.INBOX,
        *(channel for channel in offered if channel.value in wanted and not missing_for(person, channel)),
    )


def offered_channels(session: Session) -> tuple[Channel, ...]:
    """Return the channels besides the inbox that people may choose: e-mail, and what an administrator has turned on."""
    saved = saved_settings(session, "channel.")
    enabled = {name for name, value in saved.items() if isinstance(value, dict) and value.get("enabled")}
    return tuple(channel for channel in Channel if channel is Channel.EMAIL or channel.value in enabled)


def missing_for(person: User, channel: Channel) -> str:
    """Say what a person's account lacks to be reached by a channel; empty where nothing."""
    if channel is Channel.EMAIL and not person.email:
        return "账号没有填写邮箱"
    return "账号没有填写电话" if channel in NEEDS_PHONE and not person.phone else ""


def channel_choices(session: Session, person: User) -> list[ChannelChoice]:
    """Return the channels as the person's page shows them."""
    mandatory, chosen = load_delivery_policy(session).mandatory, chosen_channels(person)
    saved = person.preference.channels if person.preference is not None else None
    found = [ChannelChoice(Channel.INBOX, CHANNEL_LABELS[Channel.INBOX], True, "始终保留，不能关闭")]
    for channel in offered_channels(session):
        wanted = channel in chosen or (saved is not None and channel.value in saved)
        fixed = "单位规定，不能关闭" if channel.value in mandatory else ""
        found.append(ChannelChoice(channel, CHANNEL_LABELS[channel], wanted, fixed, missing_for(person, channel)))
    return found


def stand_in(person: User, day: date) -> User | None:
    """Return who gets a person's messages on ``day``: the deputy during an absence, unless that one is away as well."""
    if object_session(person) is None:
        return None
    preference = person.preference
    if not _is_absent(preference, day) or preference is None or preference.deputy is None:
        return None
    deputy = preference.deputy
    fits = deputy.is_active and deputy.role in BUSINESS_READERS and person.unit.path.startswith(deputy.unit.path)
    return deputy if fits and not _is_absent(deputy.preference, day) else None


def deputies_for(session: Session, person: User) -> list[User]:
    """Return who may stand in: active accounts of the person's own unit; whoever works above is out of sight."""
    query = (
        select(User)
        .where(
            User.unit_id == person.unit_id,
            User.is_active.is_(True),
            User.role.in_(BUSINESS_READERS),
            User.id != person.id,
        )
        .order_by(User.name)
    )
    return list(session.scalars(query))


def get_preference(session: Session, person_id: int) -> Preference | None:
    """Return what a person has set, if anything."""
    return session.scalar(
        select(Preference).where(Preference.user_id == person_id).options(joinedload(Preference.deputy))
    )


def save_preference(
    session: Session, actor: Actor, draft: PreferenceDraft, *, version: int, now: datetime
) -> Preference:
    """Save the acting person's own settings. Raises PreferenceRefused beside its field, StaleVersion."""
    person = session.scalars(select(User).where(User.id == actor.id).with_for_update(of=User)).one()
    row = get_preference(session, person.id)
    if (row.version if row else 0) != version:
        raise StaleVersion
    hour = _checked_hour(session, draft.hour)
    deputy = _checked_absence(session, person, draft, local_date(now))
    channels = _checked_channels(session, person, draft.channels)
    before = _words(row)
    row = row or Preference(user_id=person.id, version=0)
    row.channels, row.hour, row.deputy = channels, hour, deputy
    row.absent_from, row.absent_until = draft.absent_from, draft.absent_until
    row.version, row.updated_at = row.version + 1, now
    session.add(row)
    session.flush()
    record(
        session,
        actor,
        "user.preferences",
        "user",
        person.id,
        unit_path=person.unit.path,
        summary="修改本人的提醒设置",
        changes=differences(before, _words(row)),
        now=now,
    )
    return row


def _checked_channels(session: Session, person: User, wanted: frozenset[Channel]) -> list[str]:
    mandatory = load_delivery_policy(session).mandatory
    for channel in offered_channels(session):
        if channel.value in mandatory and channel not in wanted and not missing_for(person, channel):
            raise PreferenceRefused(f"{CHANNEL_LABELS[channel]}是单位规定的渠道，不能关闭。", field="channels")
        if channel in wanted and (missing := missing_for(person, channel)):
            raise PreferenceRefused(
                f"{CHANNEL_LABELS[channel]}不能选用：{missing}，请先由系统管理员补上。", field="channels"
            )
    offered = set(offered_channels(session))
    if not wanted <= offered:
        raise PreferenceRefused(NOT_OFFERED, field="channels")
    return sorted(channel.value for channel in wanted)


def _checked_hour(session: Session, text: str) -> str | None:
    if not text.strip():
        return None
    policy, hour = load_delivery_policy(session), read_hour(text, field="hour")
    if within(hour, policy) != hour:
        raise PreferenceRefused(f"时间应在 {policy.window_from} 到 {policy.window_until} 之间。", field="hour")
    return hour


def _checked_absence(session: Session, person: User, draft: PreferenceDraft, today: date) -> User | None:
    first, last = draft.absent_from, draft.absent_until
    if first is None and last is None and draft.deputy_id is None:
        return None
    if first is None or last is None:
        raise PreferenceRefused("请填写外出的起止日期。", field="absent_from" if first is None else "absent_until")
    if last < first:
        raise PreferenceRefused("结束日期不能早于开始日期。", field="absent_until")
    if last < today:
        raise PreferenceRefused("外出的结束日期已经过去，请清空或改为以后的日期。", field="absent_until")
    if (last - first).days >= LONGEST_ABSENCE:
        raise PreferenceRefused("一次外出不超过一年。", field="absent_until")
    deputy = next((other for other in deputies_for(session, person) if other.id == draft.deputy_id), None)
    if deputy is None:
        raise PreferenceRefused("请选择代收人：本单位在用的账号。", field="deputy_id")
    return deputy


def _is_absent(preference: Preference | None, day: date) -> bool:
    if preference is None or preference.absent_from is None or preference.absent_until is None:
        return False
    return preference.absent_from <= day <= preference.absent_until


def _words(row: Preference | None) -> dict[str, str | None]:
    if row is None:
        return dict.fromkeys(("渠道", "时间", "外出", "代收人"))
    channels = None if row.channels is None else "、".join(CHANNEL_LABELS[Channel(name)] for name in row.channels)
    absence = f"{row.absent_from} 至 {row.absent_until}" if row.absent_from else None
    return {"渠道": channels, "时间": row.hour, "外出": absence, "代收人": row.deputy.name if row.deputy else None}
