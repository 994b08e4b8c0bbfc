"""When reminders leave for whom: the installation's hour and quiet days, and exceptions by unit and by level of task.

Quiet days hold back a task's steps by the unit that leads it, and a person's messages by the person's own unit. A person
gets one message a day, so of several hours the earliest counts.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time

from tracker.domain.delivery import (
    DELIVERY_LABELS,
    DeliveryPolicy,
    DeliveryRefused,
    lies_in,
    read_hour,
    read_quiet,
    write_quiet,
)
from tracker.domain.policy_book import FIELDS as STEP_FIELDS
from tracker.domain.policy_book import Override, TaskLevel, checked_override
from tracker.domain.reminders import ReminderPolicy
from tracker.domain.rules import LABELS, RuleRefused, shown

NOT_QUIET = "无"  # as a value of ``quiet``: what is quiet for others is not so here
TIME_FIELDS = ("hour", "quiet")
EXCEPTION_FIELDS = (*STEP_FIELDS, *TIME_FIELDS)
EXCEPTION_LABELS: dict[str, str] = LABELS | {name: DELIVERY_LABELS[name] for name in TIME_FIELDS}


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one exception says about a day: quiet or not for the units at or below ``unit_path``, for tasks of ``level``."""

    unit_path: str | None
    level: str | None
    quiet: bool


class DeliveryBook:
    """Finds the hour and the quiet days that hold for a unit and a level of task."""

    def __init__(self, base: DeliveryPolicy, overrides: Sequence[Override] = ()) -> None:
        """``base`` holds where no exception does; exceptions that say nothing about times do not count."""
        named = (override for override in overrides if any(name in override.values for name in TIME_FIELDS))
        self.base = base
        self._nearest_first = tuple(sorted(named, key=lambda override: override.weight, reverse=True))

    @property
    def exceptions(self) -> int:
        """How many exceptions say something about times."""
        return len(self._nearest_first)

    @property
    def has_hours(self) -> bool:
        """Say whether the hour is not the same for everybody."""
        return any("hour" in override.values for override in self._nearest_first)

    @property
    def first_hour(self) -> str:
        """The hour at which the day's round begins, as ``08:30``: the earliest of all."""
        hours = (override.values["hour"] for override in self._nearest_first if "hour" in override.values)
        return min((self.base.hour, *hours))

    @property
    def begins(self) -> time:
        """The same as a time of day."""
        return time.fromisoformat(self.first_hour)

    def hour(self, unit_path: str, levels: Iterable[str | None] = (None,)) -> str:
        """Return from when a message goes to a person of the unit that is about tasks of ``levels``, as ``08:30``."""
        return min(
            (self._hour(unit_path, level or TaskLevel.ROUTINE.value) for level in levels), default=self.base.hour
        )

    def verdicts(self, day: date) -> tuple[Verdict, ...]:
        """Return what exceptions say about ``day``, the nearest first; for whom none fits, the installation's rule holds."""
        said = ((override, _says(override.values.get("quiet"), day)) for override in self._nearest_first)
        return tuple(
            Verdict(override.unit_path, override.level, quiet) for override, quiet in said if quiet is not None
        )

    def is_quiet(self, day: date, unit_path: str, level: str | None = None) -> bool:
        """Say whether nothing is sent on ``day`` about a task of ``level``, to or led by the unit."""
        for override in self._nearest_first:
            quiet = _says(override.values.get("quiet"), day)
            if quiet is not None and override.fits(unit_path, level or TaskLevel.ROUTINE.value):
                return quiet
        return self.base.is_quiet(day)

    def is_quiet_for_all(self, day: date) -> bool:
        """Say whether nobody at all is sent anything on ``day``."""
        return self.base.is_quiet(day) and all(verdict.quiet for verdict in self.verdicts(day))

    def quiet_words(self, unit_path: str, level: str | None) -> str:
        """Write all quiet days that hold for a unit and a level."""
        entries: list[str] = []
        for override in self._nearest_first:
            value = override.values.get("quiet")
            if value is None or not override.fits(unit_path, level or TaskLevel.ROUTINE.value):
                continue
            if value == NOT_QUIET:
                break
            entries += read_quiet(value)
        else:
            entries += self.base.quiet
        return write_quiet(sorted(set(entries))) or NOT_QUIET

    def _hour(self, unit_path: str, level: str) -> str:
        fitting = (
            override.values["hour"]
            for override in self._nearest_first
            if override.fits(unit_path, level) and "hour" in override.values
        )
        return next(fitting, self.base.hour)


def checked_exception(steps: ReminderPolicy, delivery: DeliveryPolicy, typed: Mapping[str, str]) -> dict[str, str]:
    """Return the values of an exception in their proper form; empty ones are inherited and left out.

    Raises RuleRefused or DeliveryRefused beside the field that makes no sense together with the rules in force.
    """
    values = checked_override(steps, typed) | checked_times(delivery, typed)
    if not values:
        raise RuleRefused("请至少填写一项与现行规则不同的取值。")
    return values


def checked_times(delivery: DeliveryPolicy, typed: Mapping[str, str]) -> dict[str, str]:
    """Return the hour and the quiet days of an exception in their proper form; raises DeliveryRefused."""
    values, hour, quiet = {}, typed.get("hour", "").strip(), typed.get("quiet", "").strip()
    if hour:
        values["hour"] = read_hour(hour, field="hour")
        if not delivery.window_from <= values["hour"] <= delivery.window_until:
            window = f"{delivery.window_from} 到 {delivery.window_until}"
            raise DeliveryRefused(f"发送时间应在个人可选时间（{window}）之内。", field="hour")
    days = NOT_QUIET if quiet == NOT_QUIET else write_quiet(read_quiet(quiet))
    return values | ({"quiet": days} if days else {})


def shown_exception(name: str, value: str) -> str:
    """Return a value of an exception as people read it."""
    if name != "quiet":
        return shown(name, value)
    return "无，静默日也照常提醒" if value == NOT_QUIET else f"另加 {value}"


def _says(quiet: str | None, day: date) -> bool | None:
    """Return what typed quiet days say about a day; None where they leave it to a wider rule."""
    if quiet is None:
        return None
    if quiet == NOT_QUIET:
        return False
    return True if lies_in(read_quiet(quiet), day) else None
