"""Lines of print to paragraphs: a line goes on with the one before where that one was full and nothing says otherwise."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from tracker.readers.layout.frames import Frame, Style
from tracker.readers.layout.shapes import TextLine
from tracker.readers.layout.text_lines import is_cjk, join_text

_MARKER = re.compile(
    r"第?[一二三四五六七八九十]{1,3}[、．.]|[（(][一二三四五六七八九十\d]{1,3}[）)]|\d{1,2}[、．.）)](?!\d)|第[一二三四五六七八九十百]{1,4}[章节条部]|[①-⑳●•·■◆▪○◦▲★➢☑□√\-–]|[a-zA-Z][.)]"
)
_SENTENCE_END = re.compile(r"[。；：！？…;:!?]['”’」』）)]?$")
_CLOSED = ("）", ")")
_FONT = 0.12
_BETWEEN = 0.25  # ideographs: some programs put so much space between Chinese and Latin letters
_FLUSH = 0.4
_UNFINISHED = 4.0  # ideographs: room after a line whose sentence goes on at the column's edge
_USUAL = 0.12  # ideographs: so near two a first line is moved in, not centred
_GAP = 1.28
_SMALL_GAP = 1.08
_SAME = 0.6  # of an ideograph: lines that begin so near begin at one place
_RIGHT_SIDE = 3.5


@dataclass(slots=True)
class _Open:
    """The paragraph that is being put together."""

    lines: list[TextLine] = field(default_factory=list)
    frames: list[Frame] = field(default_factory=list)
    text: str = ""


def join_lines(lines: Iterable[tuple[TextLine, Frame]], style: Style) -> list[str]:
    """Return the paragraphs' texts."""
    done: list[str] = []
    current = _Open()
    for line, frame in lines:
        if current.lines and _begins(current, line, frame, style):
            done.append(current.text)
            current = _Open()
        current.text = join_text(current.text, line.text)
        current.lines.append(line)
        current.frames.append(frame)
    return [*done, current.text] if current.lines else done


def _begins(current: _Open, line: TextLine, frame: Frame, style: Style) -> bool:
    """Say whether a line begins a new paragraph."""
    last, last_frame = current.lines[-1], current.frames[-1]
    if abs(last.em - line.em) > _FONT * max(last.em, line.em):
        return True
    gap = _gap(last, line)
    if gap is not None and (gap > _GAP * style.pitch or gap < 0.3):
        return True
    ends = bool(_SENTENCE_END.search(last.text))
    flush = style.indented and abs(frame.indent(line)) <= _FLUSH and not ends
    if not is_full(last, last_frame, line, spare=_UNFINISHED if flush else 0.0 if ends else line.glued_width / line.em):
        return True
    spaced = gap is not None and gap > _SMALL_GAP * style.pitch and ends
    return _begins_by_indent(current, line, frame, style, ends=ends, spaced=spaced)


def _begins_by_indent(current: _Open, line: TextLine, frame: Frame, style: Style, *, ends: bool, spaced: bool) -> bool:
    first, last = current.lines[0], current.lines[-1]
    first_indent, last_indent = current.frames[0].indent(first), current.frames[-1].indent(last)
    indent = frame.indent(line)
    marked = not style.indented and (ends or last.text.endswith(_CLOSED)) and bool(_MARKER.match(line.text))
    if frame.is_centred(line) and not ends and current.frames[-1].is_in_the_middle(last):
        return False
    if len(current.lines) > 1:
        return abs(indent - last_indent) > _SAME or marked or (spaced and not style.indented)
    if first_indent > _RIGHT_SIDE:
        return True
    if indent < first_indent - _SAME:
        return False
    if indent > first_indent + _SAME:
        return not _MARKER.match(first.text) or (style.indented and ends)
    return (style.indented and first_indent >= 1.2) or marked or spaced


def is_full(line: TextLine, frame: Frame, following: TextLine, spare: float = 0.0) -> bool:
    """Say whether the next line's first word would not have fitted at this line's end.

    ``spare`` is how much room, in ideographs, may have been left all the same.
    """
    room = frame.right - line.x1
    if frame.is_centred(line) and abs(frame.indent(line) - 2) > _USUAL:
        room += line.x0 - frame.left
    between = _BETWEEN if is_cjk(line.text[-1]) != is_cjk(following.text[0]) else 0.0
    return room < max(following.first_width + (0.15 + between) * line.em, spare * line.em)


def _gap(last: TextLine, line: TextLine) -> float | None:
    """Return the distance of two lines in ideographs; None where they stand in different columns."""
    if last.page != line.page or line.y <= last.y:
        return None
    return (line.y - last.y) / max(last.em, line.em)
