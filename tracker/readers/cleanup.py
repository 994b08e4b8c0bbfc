"""The last step of every reader: lines freed from junk, then laid out as one document.

Junk is what a program left in the text and no person wrote: bookmark marks, invisible signs, control characters,
page numbers on a line of their own. Words are never changed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from tracker.domain.documents import Block, Document, Span

_MARKS = re.compile(r"\[bookmark:[^\]\n]{0,80}\]|&nbsp;|错误[!！]未(?:找到引用源|定义书签)。")
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff\ufff9-\ufffc]")
_CONTROL = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f]")
_ODD = re.compile(f"\\[bookmark:|&nbsp;|错误|{_INVISIBLE.pattern}|{_CONTROL.pattern}")
_LINE_BREAK = re.compile("\r\n|[\r\n\x0b\x0c\x85\u2028\u2029]")
_PAGE_NUMBER = re.compile(r"[-—–－―]{1,2}[ \u3000]{0,4}[0-9\uff10-\uff19]{1,4}[ \u3000]{0,4}[-—–－―]{1,2}")
_PAGE_NUMBER_LENGTH = 16
_PADDING = " \t\u3000\xa0\u2002\u2003\u2009"


@dataclass(frozen=True, slots=True)
class Line:
    """One paragraph or table row as a reader found it, before cleaning."""

    text: str
    kind: str = "paragraph"  # paragraph | table_row
    style: str | None = None


def _is_tidy(text: str) -> bool:
    """Say whether ``text`` surely holds no junk: no break, no invisible sign and nothing of what programs leave."""
    return text.isprintable() and not ("[" in text or "&" in text or "\ufffc" in text or "错误" in text)


def clean_line(text: str) -> str:
    """Return ``text`` (no line breaks) without junk and without padding at its ends."""
    if not _is_tidy(text) and _ODD.search(text):
        text = _CONTROL.sub("", _INVISIBLE.sub("", _MARKS.sub("", text)))
    text = text.strip(_PADDING)
    return "" if len(text) <= _PAGE_NUMBER_LENGTH and _PAGE_NUMBER.fullmatch(text) else text


def _clean_row(text: str) -> str:
    """Clean cell by cell: an empty cell keeps its tab, so that columns stay where they are."""
    cells = [clean_line(cell) for cell in text.split("\t")]
    return "\t".join(cells) if any(cells) else ""


def split_lines(text: str) -> list[str]:
    """Split at every kind of line break, the vertical tab, form feed and Unicode's own included."""
    return [text] if text.isprintable() or not _LINE_BREAK.search(text) else _LINE_BREAK.split(text)


def build_document(
    lines: Iterable[Line], *, reader: str, notices: Iterable[str] = (), pictures: Iterable[int] = ()
) -> Document:
    """Return the document of all lines that are not empty once cleaned; one block a line."""
    blocks: list[Block] = []
    texts: list[str] = []
    start = 0
    for line in lines:
        for part in split_lines(line.text):
            text = _clean_row(part) if line.kind == "table_row" else clean_line(part)
            if text:
                blocks.append(Block(Span(start, start + len(text)), line.kind, line.style))
                texts.append(text)
                start += len(text) + 1
    return Document("\n".join(texts), tuple(blocks), reader, tuple(notices), tuple(pictures))
