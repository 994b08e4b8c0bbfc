"""Where print meets a page that was read otherwise: a paragraph that goes on over the seam is put together again."""

from __future__ import annotations

from collections.abc import Iterable

from tracker.readers.cleanup import Line
from tracker.readers.layout.grid import Table
from tracker.readers.layout.text_lines import join_text
from tracker.readers.scans.paragraphs import opens_paragraph

SEAM = None
Written = str | Table | Line | None
"""A paragraph, a table, a line that others read, or a seam."""

_ENDS = tuple("。；！？：…）】”’》.;!?:)")
_LONG = 20  # characters: what is shorter may be a heading, which ends without a stop


def closed(written: Iterable[Written]) -> list[Line]:
    """Return the lines without the seams."""
    lines: list[Line] = []
    at_seam = False
    for part in written:
        if part is SEAM:
            at_seam = True
            continue
        found = part.lines() if isinstance(part, Table) else [part if isinstance(part, Line) else Line(part)]
        if at_seam and lines and found and _goes_on(lines[-1], found[0]):
            lines[-1] = Line(join_text(lines[-1].text, found[0].text))
            found = found[1:]
        lines += found
        at_seam = False
    return lines


def _goes_on(before: Line, after: Line) -> bool:
    if before.kind == "table_row" or after.kind == "table_row" or opens_paragraph(after.text):
        return False
    return len(before.text) >= _LONG and not before.text.endswith(_ENDS)
