"""Which steps hold for which task: the rules of the installation, and exceptions by level of task and by unit."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from enum import StrEnum

from tracker.domain.reminders import ReminderPolicy
from tracker.domain.rules import checked_reminders, from_written, written


class TaskLevel(StrEnum):
    """How closely a task is watched (督办级别)."""

    ROUTINE = "routine"
    KEY = "key"


LEVEL_LABELS: dict[TaskLevel, str] = {TaskLevel.ROUTINE: "一般", TaskLevel.KEY: "重点"}
FIELDS = tuple(field.name for field in dataclasses.fields(ReminderPolicy))


@dataclasses.dataclass(frozen=True, slots=True)
class Override:
    """Other values for the tasks led at or below ``unit_path``, or of ``level``, or of both; as they are typed."""

    id: int
    unit_path: str | None
    level: str | None
    values: Mapping[str, str]

    @property
    def weight(self) -> tuple[int, int]:
        """Where several fit, the nearer unit wins; at the same unit the one that also names the level."""
        return (self.unit_path or "").count("/"), 1 if self.level else 0

    def fits(self, unit_path: str, level: str) -> bool:
        """Say whether a task led by the unit at ``unit_path``, of ``level``, falls under it."""
        return self.level in (None, level) and (self.unit_path is None or unit_path.startswith(self.unit_path))


class PolicyBook:
    """Finds the steps of a task; works each kind out once."""

    def __init__(self, base: ReminderPolicy, overrides: Sequence[Override] = ()) -> None:
        """``base`` holds where no exception does."""
        self.base = base
        self.overrides = tuple(sorted(overrides, key=lambda override: override.weight))
        self._known: dict[tuple[str, str], ReminderPolicy] = {}

    def of(self, unit_path: str, level: str | None) -> ReminderPolicy:
        """Return the steps of a task led by the unit at ``unit_path``; no level is the routine one."""
        if not self.overrides:
            return self.base
        key = (unit_path, level or TaskLevel.ROUTINE.value)
        if key not in self._known:
            values: dict[str, str] = {}
            for override in self.overrides:
                if override.fits(*key):
                    values |= override.values
            self._known[key] = changed(self.base, values)
        return self._known[key]


def changed(base: ReminderPolicy, values: Mapping[str, str]) -> ReminderPolicy:
    """Return ``base`` with other values, as typed; a value of a field that is no more is left out."""
    known = {name: value for name, value in values.items() if name in FIELDS}
    return from_written(ReminderPolicy, written(base) | known)


def checked_override(base: ReminderPolicy, typed: Mapping[str, str]) -> dict[str, str]:
    """Return the steps of an exception, in their proper form, as they differ from nothing: empty ones are inherited.

    Raises RuleRefused beside the field that makes no sense together with ``base``.
    """
    given = {name: value.strip() for name, value in typed.items() if name in FIELDS and value.strip()}
    if not given:
        return {}
    policy = written(checked_reminders(changed(base, given)))
    return {name: policy[name] for name in FIELDS if name in given}
