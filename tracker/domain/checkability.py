"""Whether a reader can tell next year if an item was done: a number, a date, a named result or a named event."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from tracker.domain.documents import Deadline, DeadlineSource, Quantity, Span
from tracker.language.lexicon import Lexicon, alternatives

_NAMED = re.compile(r"《[^》]{2,60}》")


@dataclass(frozen=True, slots=True)
class Result:
    """A checkable result that a text names: its words, where they stand (None for a figure kept apart), and why it counts."""

    words: str
    span: Span | None
    reason: str


def is_whole_year(text: str, deadline: Deadline, lexicon: Lexicon) -> bool:
    """Say whether the deadline only says that something goes on all year."""
    return deadline.span is not None and deadline.span.of(text) in lexicon.words("verbs.whole_year")


@lru_cache(maxsize=4)
def _delivery(lexicon: Lexicon) -> re.Pattern[str]:
    verbs = alternatives(lexicon.words("verbs.delivering"))
    things = alternatives(lexicon.words("verbs.deliverable"))
    return re.compile(rf"{verbs}[^，。；！？\n]{{0,30}}{things}")


def find_result(text: str, start: int, end: int, quantities: tuple[Quantity, ...], lexicon: Lexicon) -> Result | None:
    """Return the first checkable result in ``text[start:end]``: a figure, a named document, a named event, a thing made."""
    if quantities:
        first = quantities[0]
        words = f"{first.value:g}{first.unit}"
        return Result(words, first.span, f"有量化指标：{words}")
    patterns = ((_NAMED, "成果"), (lexicon.pattern("verbs.events"), "事项"), (_delivery(lexicon), "成果"))
    for pattern, kind in patterns:
        if found := pattern.search(text, start, end):
            return Result(found.group(), Span(*found.span()), f"有具体{kind}：{found.group()}")
    return None


def is_vague(
    text: str, start: int, end: int, deadline: Deadline, quantities: tuple[Quantity, ...], lexicon: Lexicon
) -> tuple[bool, str]:
    """Return whether ``text[start:end]`` promises no checkable result, and why (Chinese)."""
    result = find_result(text, start, end, quantities, lexicon)
    if result and quantities:
        return False, result.reason
    if deadline.source is DeadlineSource.TEXT and not is_whole_year(text, deadline, lexicon):
        return False, "写明了时限"
    if deadline.milestones:
        return False, "写明了时间节点"
    if result:
        return False, result.reason
    hollow = lexicon.pattern("verbs.vague").findall(text[start:end])
    words = "、".join(dict.fromkeys(hollow)) or "无具体动作"
    return True, f"没有数字、时限、具体成果，只有“{words[:24]}”这类说法"
