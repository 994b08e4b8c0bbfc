"""A report laid out for a page: sections, lines and the marked stretches in them, with an anchor at every sentence.

Marks may overlap and may cross lines; each stretch shows the innermost one and names the others.
"""

from __future__ import annotations

import itertools
import re
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from tracker.domain.documents import Section, SectionKind, Span

SECTION_LABELS: dict[SectionKind, str] = {
    SectionKind.WORK_DONE: "工作开展",
    SectionKind.PROBLEMS: "存在问题",
    SectionKind.DUTIES: "第一责任人",
    SectionKind.PLAN: "下步计划",
    SectionKind.OTHER: "其他",
}

_SENTENCE_END = re.compile(r"[。！？；][”’》）]{0,3}")


@dataclass(frozen=True, slots=True)
class Mark:
    """A stretch to be shown: ``kind`` is ``item``, ``problem``, ``quote`` or ``unsure``; ``key`` names what it belongs to."""

    kind: str
    key: str
    span: Span
    number: str = ""
    dismissed: bool = False


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of one sentence with the same marks throughout. ``first`` says that the item's mark begins here."""

    text: str
    start: int
    item: str | None = None
    number: str = ""
    first: bool = False
    dismissed: bool = False
    also: tuple[str, ...] = ()  # other items that cover it too
    problem: str | None = None
    problem_number: str = ""
    quoted: bool = False
    unsure: str | None = None  # where words that were hard to read stand in the original


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of a line; ``start`` is its anchor."""

    start: int
    segments: tuple[Segment, ...]


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the report; ``heading`` says that it opens a section."""

    start: int
    sentences: tuple[Sentence, ...]
    heading: bool = False


@dataclass(frozen=True, slots=True)
class LaidSection:
    """A section with its lines. ``label`` is the kind in Chinese, empty for what stands before the first section."""

    kind: str
    label: str
    lines: tuple[Line, ...]


def lay_out(text: str, sections: Sequence[Section], marks: Iterable[Mark]) -> tuple[LaidSection, ...]:
    """Return the whole ``text`` in order, cut where sections, lines, sentences and marks begin and end."""
    cutter = _Cutter(text, tuple(marks))
    return tuple(
        LaidSection(
            kind.value if kind else "preamble",
            SECTION_LABELS[kind] if kind else "",
            tuple(
                cutter.line(start, end, heading=kind is not None and index == 0 and bool(heading))
                for index, (start, end) in enumerate(_lines(text, low, high))
            ),
        )
        for kind, heading, low, high in _stretches(text, sections)
    )


def _stretches(text: str, sections: Sequence[Section]) -> list[tuple[SectionKind | None, str, int, int]]:
    """Cover the text without a gap or an overlap: a section inside another one interrupts it."""
    found: list[tuple[SectionKind | None, str, int, int]] = []
    open_sections: list[Section] = []
    edges = sorted({0, len(text), *(s.span.start for s in sections), *(s.span.end for s in sections)})
    for low, high in itertools.pairwise(edges):
        open_sections = [s for s in sections if s.span.start <= low and s.span.end >= high]
        inner = max(open_sections, key=lambda s: (s.span.start, -s.span.end), default=None)
        if not text[low:high].strip():
            continue
        heading = inner.heading if inner is not None and inner.span.start == low else ""
        found.append((inner.kind if inner else None, heading, low, high))
    return found


def _lines(text: str, low: int, high: int) -> list[tuple[int, int]]:
    lines: list[tuple[int, int]] = []
    start = low
    while start < high:
        end = text.find("\n", start, high)
        end = high if end < 0 else end
        if text[start:end].strip():
            lines.append((start, end))
        start = end + 1
    return lines


class _Cutter:
    """Cuts lines into sentences and segments; marks are looked up by where they begin."""

    def __init__(self, text: str, marks: tuple[Mark, ...]) -> None:
        self.text = text
        self.marks = sorted(marks, key=lambda mark: (mark.span.start, -mark.span.end))
        self.starts = [mark.span.start for mark in self.marks]
        self.shown: set[str] = set()

    def line(self, start: int, end: int, *, heading: bool) -> Line:
        sentences: list[Sentence] = []
        low = start
        for found in _SENTENCE_END.finditer(self.text, start, end):
            sentences.append(self._sentence(low, found.end()))
            low = found.end()
        if low < end:
            sentences.append(self._sentence(low, end))
        return Line(start, tuple(sentences), heading)

    def _sentence(self, low: int, high: int) -> Sentence:
        near = [mark for mark in self.marks[: bisect_right(self.starts, high)] if mark.span.end > low]
        near = [mark for mark in near if mark.span.start < high]
        edges = {low, high}
        for mark in near:
            edges.update(edge for edge in (mark.span.start, mark.span.end) if low < edge < high)
        ordered = sorted(edges)
        return Sentence(low, tuple(self._segment(a, b, near) for a, b in itertools.pairwise(ordered)))

    def _segment(self, low: int, high: int, near: list[Mark]) -> Segment:
        covering = [mark for mark in near if mark.span.start <= low and mark.span.end >= high]
        items = sorted(
            (mark for mark in covering if mark.kind == "item"),
            key=lambda mark: (mark.dismissed, mark.span.end - mark.span.start),
        )
        problem = next((mark for mark in covering if mark.kind == "problem"), None)
        item = items[0] if items else None
        first = item is not None and item.key not in self.shown
        if item is not None:
            self.shown.add(item.key)
        return Segment(
            text=self.text[low:high],
            start=low,
            item=item.key if item else None,
            number=item.number if item and first else "",
            first=first,
            dismissed=bool(item and item.dismissed),
            also=tuple(mark.key for mark in items[1:]),
            problem=problem.key if problem else None,
            problem_number=problem.number if problem and problem.span.start == low else "",
            quoted=any(mark.kind == "quote" for mark in covering),
            unsure=next((mark.key for mark in covering if mark.kind == "unsure"), None),
        )
