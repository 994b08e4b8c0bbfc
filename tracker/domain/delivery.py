"""When and how reminders leave: the hour, the window people may choose in, days of silence, what nobody may turn off."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

from tracker.domain.errors import RuleViolation
from tracker.domain.reminders import CHANNEL_LABELS, Channel

HOUR = re.compile(r"([01]?[0-9]|2[0-3]):([0-5][0-9])")  # not \d: it takes digits of other scripts, which are no hour
SEPARATORS = re.compile(r"[\s,、;]+")
UNTIL = re.compile(r"(?<!\s)\s*[至到~]\s*")
MOST_QUIET = 40
LONGEST_QUIET = 31


class DeliveryRefused(RuleViolation):
    """发送时间或静默日的写法不对，请核对后重新填写。"""


@dataclass(frozen=True, slots=True)
class DeliveryPolicy:
    """Hours are local, as ``08:30``; a quiet entry is a day or ``first/last``; ``mandatory`` are channels besides the inbox."""

    hour: str = "08:30"
    window_from: str = "08:00"
    window_until: str = "18:00"
    quiet: tuple[str, ...] = ()
    mandatory: tuple[str, ...] = ()

    def is_quiet(self, day: date) -> bool:
        """Say whether nothing is sent on ``day``; what falls on it goes out on the next working day."""
        return lies_in(self.quiet, day)


DELIVERY_LABELS: dict[str, str] = {
    "hour": "发送时间",
    "window_from": "个人可选时间从",
    "window_until": "个人可选时间到",
    "quiet": "静默日",
    "mandatory": "不能关闭的渠道",
}


def read_hour(text: str, *, field: str) -> str:
    """Read an hour such as ``8:30`` or ``8：30`` as ``08:30``; raises DeliveryRefused."""
    match = HOUR.fullmatch(unicodedata.normalize("NFKC", text).strip())
    if match is None:
        raise DeliveryRefused("请按 08:30 的样子填写时间。", field=field)
    return f"{int(match.group(1)):02}:{match.group(2)}"


def read_quiet(text: str) -> tuple[str, ...]:
    """Read typed days such as ``2026-10-08、2026-12-30至2026-12-31``; raises DeliveryRefused."""
    plain = UNTIL.sub("至", unicodedata.normalize("NFKC", text))
    found = []
    for part in (part for part in SEPARATORS.split(plain) if part):
        first, until, last = part.partition("至")
        try:
            start, end = date.fromisoformat(first), date.fromisoformat(last if until else first)
        except ValueError as error:
            raise DeliveryRefused(f"“{part[:30]}”不是日期，请按 2026-10-08 的样子填写。", field="quiet") from error
        if end < start or (end - start).days >= LONGEST_QUIET:
            raise DeliveryRefused(f"“{part[:30]}”起止不合适：先早后晚，一段不超过 {LONGEST_QUIET} 天。", field="quiet")
        found.append(start.isoformat() if start == end else f"{start.isoformat()}/{end.isoformat()}")
    if len(found) > MOST_QUIET:
        raise DeliveryRefused(f"静默日最多 {MOST_QUIET} 段。", field="quiet")
    return tuple(sorted(set(found)))


def write_quiet(entries: Iterable[str]) -> str:
    """Write quiet days as they are typed."""
    return "、".join(entry.replace("/", "至") for entry in entries)


def quiet_span(entry: str) -> tuple[date, date]:
    """Return the first and last day of a quiet entry."""
    first, _, last = entry.partition("/")
    return date.fromisoformat(first), date.fromisoformat(last or first)


def lies_in(entries: Iterable[str], day: date) -> bool:
    """Say whether a day is among quiet entries."""
    return any(first <= day <= last for first, last in map(quiet_span, entries))


def checked_delivery(policy: DeliveryPolicy) -> DeliveryPolicy:
    """Return the policy if it makes sense; raises DeliveryRefused."""
    if policy.window_until <= policy.window_from:
        raise DeliveryRefused("可选时间的终点应晚于起点。", field="window_until")
    if not policy.window_from <= policy.hour <= policy.window_until:
        raise DeliveryRefused("发送时间应在个人可选时间之内。", field="hour")
    known = {channel.value for channel in CHANNEL_LABELS if channel is not Channel.INBOX}
    if not set(policy.mandatory) <= known:
        raise DeliveryRefused("请从列表中选择渠道。", field="mandatory")
    return replace(policy, mandatory=tuple(sorted(set(policy.mandatory))))


def delivery_written(policy: DeliveryPolicy) -> dict[str, str]:
    """Return each value of the policy as words, by the name of its field."""
    channels = (CHANNEL_LABELS[Channel(name)] for name in policy.mandatory)
    return {
        "hour": policy.hour,
        "window_from": policy.window_from,
        "window_until": policy.window_until,
        "quiet": write_quiet(policy.quiet) or "无",
        "mandatory": "、".join((CHANNEL_LABELS[Channel.INBOX], *channels)),
    }
