"""A passage as a page shows it: where it stands, what stands around it, and the words it shares with the promise."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from tracker.domain.documents import Section, Span
from tracker.domain.report_layout import SECTION_LABELS

AROUND = 80
_SHORTEST = 2
_SENTENCE_END = re.compile(r"[。！？；][”’》）]{0,3}")
_WORD = re.compile(r"[\w%％]+")
# Words that any two reports share: marking them would hide the ones that matter.
_COMMON = frozenset(
    [
        "开展",
        "全年",
        "工作",
        "加强",
        "组织",
        "进行",
        "推进",
        "落实",
        "完成",
        "不少",
        "少于",
        "不少于",
        "及时",
        "进一步",
        "积极",
        "扎实",
        "持续",
        "有效",
        "建立",
        "全面",
        "相关",
        "情况",
    ]
)


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What stands before and after a passage in its own paragraph, where that is, and its sentence's anchor."""

    before: str
    after: str
    where: str
    anchor: int


def surroundings(text: str, span: Span, sections: Sequence[Section], *, around: int = AROUND) -> Surroundings:
    """Return the surroundings of ``span`` in ``text``; cut paragraphs end in an ellipsis."""
    line_start = text.rfind("\n", 0, span.start) + 1
    line_end = text.find("\n", span.end)
    line_end = len(text) if line_end < 0 else line_end
    low, high = max(line_start, span.start - around), min(line_end, span.end + around)
    before = ("…" if low > line_start else "") + text[low : span.start]
    after = text[span.end : high] + ("…" if high < line_end else "")
    return Surroundings(before, after, place_of(text, span, sections), _sentence_start(text, line_start, span.start))


def place_of(text: str, span: Span, sections: Sequence[Section]) -> str:
    """Name the section of a passage and the paragraph in it, as 工作开展“一、主要工作”第 2 段."""
    inner = [section for section in sections if section.span.start <= span.start < section.span.end]
    if not inner:
        return ""
    section = max(inner, key=lambda one: (one.span.start, -one.span.end))
    lines = [line for line in text[section.span.start : span.start + 1].split("\n") if line.strip()]
    number = len(lines) - (1 if section.heading else 0)
    heading = section.heading if len(section.heading) <= 18 else section.heading[:17] + "…"
    place = f"“{heading}”" if heading else ""
    return f"{SECTION_LABELS[section.kind]}{place}" + (f"第 {number} 段" if number > 0 else "")


def _sentence_start(text: str, low: int, high: int) -> int:
    start = low
    for found in _SENTENCE_END.finditer(text, low, high):
        start = found.end()
    return start


def shared_words(passage: str, promise: str) -> tuple[tuple[str, bool], ...]:
    """Cut ``passage`` into stretches: those that also stand in ``promise`` (two characters and more), and the rest."""
    marked = [False] * len(passage)
    for word in _WORD.finditer(passage):
        start = word.start()
        while start < word.end():
            end = _longest(passage, start, word.end(), promise)
            if end - start >= _SHORTEST and passage[start:end] not in _COMMON:
                marked[start:end] = [True] * (end - start)
            start = max(end, start + 1)
    pieces: list[tuple[str, bool]] = []
    at = 0
    for index in range(1, len(passage) + 1):
        if index == len(passage) or marked[index] != marked[at]:
            pieces.append((passage[at:index], marked[at]))
            at = index
    return tuple(pieces)


def _longest(passage: str, start: int, end: int, promise: str) -> int:
    """Return the end of the longest stretch from ``start`` that also stands in ``promise``."""
    high = start
    while high < end and passage[start : high + 1] in promise:
        high += 1
    return high
