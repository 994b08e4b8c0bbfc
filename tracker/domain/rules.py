"""The rules an administrator may set: what values make sense, how a list of days is typed, and what it will mean."""

from __future__ import annotations

import dataclasses
import re
import unicodedata
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from tracker.domain.calendar import WorkingCalendar
from tracker.domain.errors import RuleViolation
from tracker.domain.lights import LightPolicy
from tracker.domain.reminders import ClockFacts, Ladder, NoticeKind, ReminderPolicy, Step, steps_until
from tracker.domain.tasks import TaskStatus

MOST_STEPS = 12
PREVIEW_DAYS = 60
SEPARATORS = re.compile(r"[\s,、;]+")
RANGES: dict[str, tuple[int, int]] = {
    "working_days_left": (0, 60),
    "behind_points": (1, 100),
    "days_before": (0, 180),
    "first_after": (1, 30),
    "every_after": (1, 60),
    "supervisor_after": (1, 120),
    "area_head_after": (2, 240),
    "area_head_every": (1, 60),
    "signing_working_days": (0, 30),
    "signing_after": (0, 60),
    "signing_every": (1, 60),
    "progress_every": (1, 60),
    "review_working_days": (1, 60),
    "review_every": (1, 60),
}
SLIPS = ("白单", "蓝单", "黄单", "橙单", "红单")
CHOICES: dict[str, dict[str, str]] = {
    "supervisor_to": {"supervisor": "督办员", "unit_supervisor": "责任人、单位负责人和督办员"},
    "supervisor_slip": {name: name for name in SLIPS},
    "area_head_to": {"area_head": "督办单位负责人", "supervisor_area_head": "督办员和督办单位负责人"},
    "area_head_slip": {name: name for name in SLIPS},
}
"""What may be chosen for each value that is no number."""
"""Least and greatest value of each number, by the name of its field."""
LABELS: dict[str, str] = {
    "working_days_left": "临近时限",
    "behind_points": "进度落后",
    "days_before": "到期前提醒",
    "first_after": "逾期后首次提醒",
    "every_after": "逾期后重复提醒",
    "supervisor_after": "第一级督办单",
    "supervisor_to": "第一级发给",
    "supervisor_slip": "第一级督办单颜色",
    "area_head_after": "第二级督办单",
    "area_head_every": "第二级重复",
    "area_head_to": "第二级发给",
    "area_head_slip": "第二级督办单颜色",
    "signing_working_days": "签收期限",
    "signing_after": "未签收提醒",
    "signing_every": "未签收重复提醒",
    "progress_every": "未反馈重复提醒",
    "review_working_days": "审核期限",
    "review_every": "未审核重复提醒",
}


class RuleRefused(RuleViolation):
    """这个取值不合适，请核对后重新填写。"""


def parse_days(text: str, *, field: str) -> tuple[int, ...]:
    """Read a typed list of days such as ``30、15，7`` or ``30 15 7``; raises RuleRefused beside ``field``."""
    numbers = [part for part in SEPARATORS.split(unicodedata.normalize("NFKC", text).replace("天", " ")) if part]
    if not numbers or not all(number.isascii() and number.isdigit() and len(number) <= 4 for number in numbers):
        raise RuleRefused("请填写天数，用顿号或逗号隔开，例如 30、15、7、3、1、0。", field=field)
    return tuple(int(number) for number in numbers)


def write_days(days: tuple[int, ...]) -> str:
    """Write a list of days as it is typed."""
    return "、".join(str(number) for number in days)


def checked_lights(policy: LightPolicy) -> LightPolicy:
    """Return the thresholds if they make sense; raises RuleRefused."""
    for name in ("working_days_left", "behind_points"):
        _check_range(name, getattr(policy, name))
    return policy


def checked_reminders(policy: ReminderPolicy) -> ReminderPolicy:
    """Return the steps in their proper order if they make sense; raises RuleRefused."""
    for field in dataclasses.fields(policy):
        value = getattr(policy, field.name)
        if field.name in CHOICES:
            _check_choice(field.name, value)
            continue
        for number in value if isinstance(value, tuple) else (value,):
            _check_range(field.name, number)
        if isinstance(value, tuple):
            _check_list(field.name, value)
    if policy.supervisor_after < policy.first_after:
        raise RuleRefused("第一级督办单（黄单）不能早于逾期后首次提醒。", field="supervisor_after")
    if policy.area_head_after <= policy.supervisor_after:
        raise RuleRefused("第二级督办单应晚于第一级（红单应晚于黄单）。", field="area_head_after")
    if policy.supervisor_slip == policy.area_head_slip:
        raise RuleRefused("两级督办单的颜色不能相同。", field="area_head_slip")
    return dataclasses.replace(
        policy,
        days_before=tuple(sorted(policy.days_before, reverse=True)),
        signing_after=tuple(sorted(policy.signing_after)),
    )


def written(policy: LightPolicy | ReminderPolicy) -> dict[str, str]:
    """Return each value of a policy as words, by the name of its field."""
    values = {field.name: getattr(policy, field.name) for field in dataclasses.fields(policy)}
    return {name: write_days(value) if isinstance(value, tuple) else str(value) for name, value in values.items()}


def shown(name: str, value: str) -> str:
    """Return a written value as people read it: a choice by its words."""
    return CHOICES.get(name, {}).get(value, value)


def from_written(policy: type[ReminderPolicy], typed: Mapping[str, str]) -> ReminderPolicy:
    """Read a policy from typed words; raises RuleRefused beside the field that cannot be read."""
    values: dict[str, Any] = {}
    for field in dataclasses.fields(policy):
        if field.name in CHOICES:
            values[field.name] = typed.get(field.name, "")
            continue
        days = parse_days(typed.get(field.name, ""), field=field.name)
        if isinstance(field.default, tuple):
            values[field.name] = days
        elif len(days) == 1:
            values[field.name] = days[0]
        else:
            raise RuleRefused("这里只填一个天数，例如 3。", field=field.name)
    return policy(**values)


def example_steps(
    ladder: Ladder, policy: ReminderPolicy, calendar: WorkingCalendar, day: date, *, days_after: int = PREVIEW_DAYS
) -> tuple[Step, ...]:
    """Return the steps of a task whose deadline (or last day for signing) is ``day``, up to ``days_after`` days after."""
    facts = ClockFacts(
        status=TaskStatus.ASSIGNED if ladder is Ladder.SIGNING else TaskStatus.IN_PROGRESS,
        due_on=day,
        since=day - timedelta(days=366),
        sign_due_on=day,
    )
    steps = steps_until(ladder, facts, day + timedelta(days=days_after), calendar, policy)
    if ladder is Ladder.SIGNING:
        steps = tuple(step for step in steps if step.kind is NoticeKind.SIGNING)
    return steps


def _check_range(name: str, number: int) -> None:
    least, most = RANGES[name]
    if not least <= number <= most:
        raise RuleRefused(f"{LABELS[name]}应在 {least} 到 {most} 之间。", field=name)


def _check_choice(name: str, value: str) -> None:
    if value not in CHOICES[name]:
        raise RuleRefused(f"{LABELS[name]}请从列表中选择。", field=name)


def _check_list(name: str, days: tuple[int, ...]) -> None:
    if len(days) > MOST_STEPS:
        raise RuleRefused(f"{LABELS[name]}最多 {MOST_STEPS} 次。", field=name)
    if len(set(days)) != len(days):
        raise RuleRefused(f"{LABELS[name]}里有重复的天数。", field=name)
