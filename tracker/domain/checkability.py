"""Whether a reader can tell next year if an item was done: a number, a date, a named result or a named event."""

from __future__ import annotations

import re
from functools import lru_cache

from tracker.domain.documents import Deadline, DeadlineSource, Quantity
from tracker.language.lexicon import Lexicon, alternatives

_NAMED = re.compile(r"《[^》]{2,60}》")


def _is_whole_year(text: str, deadline: Deadline, lexicon: Lexicon) -> bool:
    """Say whether the deadline only says that something goes on all year."""
    return deadline.span is not None and deadline.span.of(text) in lexicon.words("verbs.whole_year")


@lru_cache(maxsize=4)
def _delivery(lexicon: Lexicon) -> re.Pattern[str]:
    verbs = alternatives(lexicon.words("verbs.delivering"))
    things = alternatives(lexicon.words("verbs.deliverable"))
    return re.compile(rf"{verbs}[^，。；！？\n]{{0,30}}{things}")


def is_vague(
    text: str, start: int, end: int, deadline: Deadline, quantities: tuple[Quantity, ...], lexicon: Lexicon
) -> tuple[bool, str]:
    """Return whether ``text[start:end]`` promises no checkable result, and why (Chinese)."""
    if quantities:
        return False, f"有量化指标：{quantities[0].value:g}{quantities[0].unit}"
    if deadline.source is DeadlineSource.TEXT and not _is_whole_year(text, deadline, lexicon):
        return False, "写明了时限"
    if deadline.milestones:
        return False, "写明了时间节点"
    named = _NAMED.search(text, start, end)
    if named:
        return False, f"有具体成果：{named.group()}"
    event = lexicon.pattern("verbs.events").search(text, start, end)
    if event:
        return False, f"有具体事项：{event.group()}"
    delivered = _delivery(lexicon).search(text, start, end)
    if delivered:
        return False, f"有具体成果：{delivered.group()}"
    hollow = lexicon.pattern("verbs.vague").findall(text[start:end])
    words = "、".join(dict.fromkeys(hollow)) or "无具体动作"
    return True, f"没有数字、时限、具体成果，只有“{words[:24]}”这类说法"
