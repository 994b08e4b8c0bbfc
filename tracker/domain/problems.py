"""The stated problems: each enumerated member, or each sentence, of the problems part or of a passage that admits some."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from tracker.domain.outline import Line, Range, nest, split_title, trim
from tracker.language.enumerators import find_members
from tracker.language.lexicon import Lexicon
from tracker.language.sentences import split_sentences

_COLON = re.compile(r"[：]")


def problems_of_part(text: str, heading: Line | None, lines: Sequence[Line], lexicon: Lexicon) -> list[Range]:
    """Return the ranges of the problems of a problems part."""
    found: list[Range] = []
    if heading is not None and heading.has_body:
        found.extend(_paragraph(text, heading.body, lexicon))
    roots = nest([line for line in lines if not _is_closing(text, line.start, line.end, lexicon)])
    marked = any(line.mark for line in roots)
    for line in roots:
        if line.mark is not None:
            found.extend(_member(text, line, lexicon))
        elif not marked or find_members(text, line.start, line.end):
            found.extend(_paragraph(text, (line.start, line.end), lexicon))
    return found


def problems_admitted(text: str, lines: Sequence[Line], lexicon: Lexicon) -> list[Range]:
    """Return the problems that a review admits in passing (我们也清醒认识到……), outside any problems part."""
    cue = lexicon.pattern("statements.problem_cues")
    found: list[Range] = []
    for line in lines:
        admitted = cue.search(text, line.start, min(line.end, line.start + 160))
        if admitted and line.end - line.start > 40:
            found.extend(_paragraph(text, (admitted.start(), line.end), lexicon))
    return found


def _member(text: str, line: Line, lexicon: Lexicon) -> Iterator[Range]:
    deeper = [child for child in line.children if child.mark is not None]
    if deeper:
        for child in deeper:
            yield from _member(text, child, lexicon)
        return
    low = line.content[0]
    members = find_members(text, line.start, line.end)
    if members:
        yield from _members(text, members, line.end, lexicon)
        return
    yield _first_statement(text, low, line.end)


def _members(text: str, members: Sequence[object], end: int, lexicon: Lexicon) -> Iterator[Range]:
    marks = list(members)
    for index, mark in enumerate(marks):
        stop = marks[index + 1].start if index + 1 < len(marks) else end  # type: ignore[attr-defined]
        yield _first_statement(text, mark.end, stop)  # type: ignore[attr-defined]


def _first_statement(text: str, start: int, end: int) -> Range:
    """Return the title, else the first sentence."""
    title, _ = split_title(text, start, end)
    if title is not None:
        return title
    spans = split_sentences(text, start, end)
    return trim(text, *(spans[0] if spans else (start, end)))


def _paragraph(text: str, span: Range, lexicon: Lexicon) -> Iterator[Range]:
    members = find_members(text, *span)
    if members:
        yield from _members(text, members, span[1], lexicon)
        return
    start, end = span
    colon = _COLON.search(text, start, min(end, start + 140))
    low = colon.end() if colon else start
    words = lexicon.pattern("statements.problem_words")
    cue = lexicon.pattern("statements.problem_cues")
    for sentence in split_sentences(text, low, end):
        if _is_closing(text, *sentence, lexicon):
            continue
        if not words.search(text, *sentence) or (sentence[0] == start and cue.search(text, *sentence) and not colon):
            continue
        yield trim(text, *sentence)


def _is_closing(text: str, start: int, end: int, lexicon: Lexicon) -> bool:
    return end - start < 90 and bool(lexicon.pattern("statements.problem_closings").match(text, start, end))
