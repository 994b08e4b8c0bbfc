"""The stated problems: each enumerated member, or each sentence, of the problems part or of a passage that admits some."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from tracker.domain.outline import Line, Range, nest, split_title, trim
from tracker.language.enumerators import Mark, find_members
from tracker.language.lexicon import Lexicon
from tracker.language.sentences import split_clauses, split_sentences

_LONGEST_CLOSING = 90
_NEAR_COLON = 140
_ANNOUNCES = re.compile(
    r"(?:面临|存在|有)(?:着|了)?(?:不少|一些|许多|诸多|很多|以下|较多)[^，。；：]{0,14}(?:困难|问题|挑战|不足|短板|差距|弱项|薄弱环节|方面)[^，。；]{0,4}[。；：]?$"
)
_LEAST_FAILINGS = 5
_CHARACTERS_A_FAILING = 32
_PRAISES = re.compile(r"取得|成效|成绩|相比|对照.{0,12}要求|虽然")
_ROW = re.compile(
    r"(?:存在|面临)(?:着|了)?(?P<row>[^。；：]{10,200}?)等(?:方面的?)?(?:问题|困难|不足|短板|情况)"
    r"|主要(?:表现|体现)(?:为|在)(?:于)?[：]?(?P<shown>[^。；：]{10,200})"
)
_LABEL = re.compile(r"(?:存在的?)?(?:主要)?问题[：]")
_PARAGRAPHS_APART = 3
"""So many paragraphs without numbers in a problems part are a problem each, told in its first sentence."""
_EXISTS = "存在"
_SHORTEST_NAMED = 6
_SHORTEST_ADMISSION = 18
_RUNNING_CLAUSES = 3
"""A single sentence with so many clauses that each name a failing is a list without numbers."""


def problems_of_part(text: str, heading: Line | None, lines: Sequence[Line], lexicon: Lexicon) -> list[Range]:
    """Return the ranges of the problems of a problems part."""
    found: list[Range] = []
    if heading is not None and heading.has_body:
        found.extend(_paragraph(text, heading.body, lexicon, in_part=True))
    roots = nest([line for line in lines if not _is_closing(text, line.start, line.end, lexicon)])
    marked = any(line.mark for line in roots)
    bare = [line for line in roots if line.mark is None and not find_members(text, line.start, line.end)]
    titled = len(roots) > 1 and all(line.title and line.has_body for line in roots)
    apart = not marked and len(bare) == len(roots) >= _PARAGRAPHS_APART
    for line in roots:
        if _tells_causes(text, line):
            continue
        if line.mark is None and apart:
            statement = _first_statement(text, line.start, line.end)
            if text[line.end - 1] != "：" and not _ANNOUNCES.search(text[slice(*statement)]):
                found.append(statement)
        elif line.mark is None and titled and line.title:
            found.append(line.title)
        elif line.mark is not None:
            found.extend(_member(text, line))
        elif not marked or find_members(text, line.start, line.end):
            found.extend(_paragraph(text, (line.start, line.end), lexicon, in_part=True))
    return found


def _tells_causes(text: str, line: Line) -> bool:
    """Say whether a heading with a list below it tells why there are problems (产生的原因), not which."""
    if not line.children or line.title is None:
        return False
    title = text[slice(*line.title)]
    return "原因" in title and "问题" not in title.replace("问题的原因", "").replace("问题产生", "")


def problems_admitted(text: str, lines: Sequence[Line], lexicon: Lexicon) -> list[Range]:
    """Return the problems that a review admits in passing (我们也清醒认识到……), outside any problems part."""
    cue = lexicon.pattern("statements.problem_cues")
    found: list[Range] = []
    for line in lines:
        admitted = cue.search(text, line.start, min(line.end, line.start + 160))
        if admitted and line.end - line.start > _SHORTEST_ADMISSION:
            low = admitted.end() - len(_EXISTS) * admitted.group().endswith(
                _EXISTS
            )  # the row of 存在甲、乙等问题 begins with it
            found.extend(_paragraph(text, (low, line.end), lexicon))
    return found or _densest(text, lines, lexicon)


def _densest(text: str, lines: Sequence[Line], lexicon: Lexicon) -> list[Range]:
    """Return the problems of the last paragraph that is full of failings, where no customary words announce them."""
    words = lexicon.pattern("statements.problem_words")
    for line in reversed(lines):
        hits = len(words.findall(text, line.start, line.end))
        if hits >= _LEAST_FAILINGS and hits * _CHARACTERS_A_FAILING >= line.end - line.start:
            return list(_paragraph(text, (line.start, line.end), lexicon))
    return []


def _member(text: str, line: Line) -> Iterator[Range]:
    deeper = [child for child in line.children if child.mark is not None]
    if deeper:
        for child in deeper:
            yield from _member(text, child)
        return
    members = find_members(text, line.start, line.end)
    if members:
        yield from _members(text, members, line.end)
        return
    yield _first_statement(text, line.content[0], line.end)


def _members(text: str, members: Sequence[Mark], end: int) -> Iterator[Range]:
    for index, mark in enumerate(members):
        stop = members[index + 1].start if index + 1 < len(members) else end
        yield _first_statement(text, mark.end, stop)


def _first_statement(text: str, start: int, end: int) -> Range:
    """Return the title, else the first sentence, without 问题：before it."""
    label = _LABEL.match(text, start, end)
    start = label.end() if label else start
    title, _ = split_title(text, start, end)
    if title is not None:
        return title
    spans = split_sentences(text, start, end)
    return trim(text, *(spans[0] if spans else (start, end)))


def _paragraph(text: str, span: Range, lexicon: Lexicon, in_part: bool = False) -> Iterator[Range]:
    """Yield the problems of running text: its list, else its sentences, else the clauses of its only sentence.

    Inside a problems part every sentence is one, unless it praises or announces.
    """
    members = find_members(text, *span)
    if members:
        yield from _members(text, members, span[1])
        return
    start, end = span
    colon = text.find("：", start, min(end, start + _NEAR_COLON))
    low = colon + 1 if colon >= 0 else start
    words = lexicon.pattern("statements.problem_words")
    kept: list[Range] = []
    for sentence in split_sentences(text, low, end):
        if _is_closing(text, *sentence, lexicon) or _ANNOUNCES.search(text[slice(*sentence)]):
            continue
        if colon >= 0 or words.search(text, *sentence) or (in_part and not _PRAISES.search(text, *sentence)):
            kept.append(trim(text, *sentence))
    if len(kept) == 1:
        kept = _named_in_a_row(text, kept[0]) or _clauses(text, kept[0], words)
    yield from (kept_range for kept_range in kept if kept_range[1] - kept_range[0] >= 4)


def _named_in_a_row(text: str, sentence: Range) -> list[Range]:
    """Return the problems of 存在甲、乙、丙等问题."""
    row = _ROW.search(text, *sentence)
    if not row:
        return []
    name = "row" if row.group("row") else "shown"
    cuts = [row.start(name)]
    depth = 0
    for at in range(row.start(name), row.end(name)):
        depth += (text[at] in "“（《") - (text[at] in "”）》")
        if text[at] == "、" and depth <= 0 and at - cuts[-1] >= _SHORTEST_NAMED:
            cuts.append(at + 1)
    ends = [*(cut - 1 for cut in cuts[1:]), row.end(name)]
    return [trim(text, low, high) for low, high in zip(cuts, ends, strict=True)] if len(cuts) > 1 else []


def _clauses(text: str, sentence: Range, words: re.Pattern[str]) -> list[Range]:
    """Return the clauses of a list without numbers; a clause that names no failing belongs to the next one."""
    cut: list[Range] = []
    at = sentence[0]
    for low, high in split_clauses(text, *sentence):
        if words.search(text, low, high):
            cut.append(trim(text, at, high))
            at = high
    if at < sentence[1] and cut:
        cut[-1] = trim(text, cut[-1][0], sentence[1])
    return cut if len(cut) >= _RUNNING_CLAUSES else [sentence]


def _is_closing(text: str, start: int, end: int, lexicon: Lexicon) -> bool:
    return end - start < _LONGEST_CLOSING and bool(
        lexicon.pattern("statements.problem_closings").match(text, start, end)
    )
