"""Where a column of print begins and ends, how far its lines lie apart, whether its paragraphs are indented."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from tracker.readers.layout.shapes import TextLine, median

_CLOSE = 0.3  # of an ideograph's width
_ENOUGH_LINES = 8
_SHIFTED = 0.6
_MIDDLE = 0.3


@dataclass(frozen=True, slots=True)
class Frame:
    """The edges of a column."""

    left: float
    right: float

    def indent(self, line: TextLine) -> float:
        """Return how far a line is moved in, in ideographs."""
        return (line.x0 - self.left) / line.em

    def is_centred(self, line: TextLine) -> bool:
        """Say whether a line stands in the middle, with space on both sides."""
        before, after = (line.x0 - self.left) / line.em, (self.right - line.x1) / line.em
        return min(before, after) > _CLOSE and abs(before - after) <= _MIDDLE

    def is_in_the_middle(self, line: TextLine) -> bool:
        """Say whether a line, however long, has as much space before as after it."""
        return abs((line.x0 - self.left) - (self.right - line.x1)) <= line.em


@dataclass(frozen=True, slots=True)
class Style:
    """How a document's paragraphs are set."""

    pitch: float  # from one line to the next, in ideographs
    indented: bool


def frame_of(lines: Sequence[TextLine], fallback: Frame | None = None) -> Frame:
    """Return the frame of a column; ``fallback`` counts unless there are lines enough that are as wide, but stand elsewhere."""
    own = Frame(_left(lines), _right(lines))
    if fallback is None:
        return own
    as_wide = abs((own.right - own.left) - (fallback.right - fallback.left)) <= _SHIFTED * (lines[0].em if lines else 0)
    return own if len(lines) >= _ENOUGH_LINES and as_wide else fallback


def _left(lines: Sequence[TextLine]) -> float:
    """Return the leftmost place at which more than a chance line begins."""
    edges = sorted((line.x0, line.em) for line in lines)
    if not edges:
        return 0.0
    needed = 2 if len(edges) >= 5 else 1
    for x, em in edges:
        if sum(1 for other, _ in edges if abs(other - x) <= _CLOSE * em) >= needed:
            return x
    return edges[0][0]


def _right(lines: Sequence[TextLine]) -> float:
    """Return the rightmost place that more than a chance line reaches, closing punctuation hanging out disregarded."""
    edges = sorted(((line.x1 - line.hang, line.x1, line.em) for line in lines), reverse=True)
    if not edges:
        return 0.0
    needed = 2 if len(edges) >= 5 else 1
    ends = sorted([x1 for _, x1, _ in edges], reverse=True)
    for bare, full, em in edges:
        exact = [x for x in ends if abs(x - full) <= 0.1 * em]
        if len(exact) >= 3 and len(exact) >= 0.2 * len(edges):
            return full
        if sum(1 for x in ends if x >= bare - em) >= needed:
            return (
                max(bare, *(x for x in ends if x <= bare + 0.3 * em))
                if any(x <= bare + 0.3 * em for x in ends)
                else bare
            )
    return edges[0][0]


def style_of(columns: Iterable[tuple[Frame, Sequence[TextLine]]]) -> Style:
    """Return how the paragraphs are set: the usual distance of lines, and whether first lines are moved in."""
    gaps: list[float] = []
    flush = moved = 0
    for frame, lines in columns:
        for line, following in pairwise(lines):
            if following.page == line.page and following.y > line.y and abs(following.em - line.em) < 0.1 * line.em:
                gaps.append((following.y - line.y) / line.em)
        indents = [frame.indent(line) for line in lines]
        flush += sum(abs(indent) <= 0.5 for indent in indents)
        moved += sum(1.4 <= indent <= 2.7 for indent in indents)
    gaps.sort()
    # spaces between paragraphs only make gaps wider, so the usual distance is at the lower end
    pitch = median(gaps[: max(1, int(len(gaps) * 0.6))], 1.5) if gaps else 1.5
    return Style(pitch, moved >= 3 and moved >= 0.15 * (flush + moved))
