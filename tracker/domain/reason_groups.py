"""The reasons that a reading gives for an item, put in order for the reader: why it is one, by when, how to check it, who, and why."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum


class ReasonGroup(StrEnum):
    """What a reason speaks of, in the order they are shown."""

    ITEM = "item"
    RESULT = "result"
    DATE = "date"
    OWNER = "owner"
    ANSWERS = "answers"


GROUP_LABELS: dict[ReasonGroup, str] = {
    ReasonGroup.ITEM: "为什么列为任务",
    ReasonGroup.RESULT: "能不能核查",
    ReasonGroup.DATE: "时限从哪里来",
    ReasonGroup.OWNER: "责任单位从哪里来",
    ReasonGroup.ANSWERS: "回应哪个问题",
}

_BEGINNINGS: tuple[tuple[str, ReasonGroup], ...] = (
    ("时限取自", ReasonGroup.DATE),
    ("没有写明时限", ReasonGroup.DATE),
    ("有的句子没有时限", ReasonGroup.DATE),
    ("有量化指标", ReasonGroup.RESULT),
    ("有具体", ReasonGroup.RESULT),
    ("写明了时", ReasonGroup.RESULT),
    ("没有数字", ReasonGroup.RESULT),
    ("责任单位", ReasonGroup.OWNER),
    ("回应问题", ReasonGroup.ANSWERS),
)
"""How each kind of reason begins; what begins otherwise says why a passage is an item."""


def group_of(reason: str) -> ReasonGroup:
    """Return what a reason speaks of."""
    return next((group for beginning, group in _BEGINNINGS if reason.startswith(beginning)), ReasonGroup.ITEM)


def grouped(reasons: Iterable[str]) -> dict[ReasonGroup, tuple[str, ...]]:
    """Return the reasons by group, each once, in the order of the groups; groups without a reason are left out."""
    found: dict[ReasonGroup, list[str]] = {}
    for reason in dict.fromkeys(reasons):
        found.setdefault(group_of(reason), []).append(reason)
    return {group: tuple(found[group]) for group in ReasonGroup if group in found}
