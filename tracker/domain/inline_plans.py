"""Next-step sentences outside the plan part: inside the work-done part, and where problems and plan are told together."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from tracker.domain.identity import year_in
from tracker.domain.outline import Line, Range, split_title
from tracker.domain.plan_items import ItemDraft
from tracker.language.enumerators import find_members
from tracker.language.lexicon import Lexicon, alternatives
from tracker.language.sentences import split_sentences


@lru_cache(maxsize=4)
def _next_step(lexicon: Lexicon) -> re.Pattern[str]:
    words = alternatives(lexicon.words("statements.next_step"))
    return re.compile(
        rf"(?:(?:针对|对于?)[^，。；]{{2,40}}，|对此，|为此，|同时，)?"
        rf"(?P<from>(?<=[此题足]，)我[\u4e00-\u9fff]{{1,3}}[将要拟]"
        rf"|{words}(?:工作)?(?:中|，|、|我|本|将|要|全|市|县|区|镇|乡|会))"
    )


_MEASURE = re.compile(r"(?:改进|整改|下一?步|应对|具体|工作)?(?:措施|举措|打算|计划)[：]")


_YEAR_OPENS = re.compile(
    r"(?:20\d\d年(?:度)?|新的一年里?)，?(?P<from>(?:我[\u4e00-\u9fff]{1,3}|[全本][\u4e00-\u9fff]{1,2})?(?:[^，。；：]{0,8}，)?"
    r"(?:将|拟|要|计划|继续|重点|力争|着力|一是|主要))"
)
"""A sentence that turns to the next year, where problems and measures stand together."""


@lru_cache(maxsize=4)
def _future(lexicon: Lexicon) -> re.Pattern[str]:
    return re.compile(alternatives([*lexicon.words("statements.future"), "继续", "进一步"]))


def inline_drafts(text: str, lines: Sequence[Line], lexicon: Lexicon) -> list[ItemDraft]:
    """Return the items told at the end of work-done paragraphs (下一步，我局将……)."""
    drafts: list[ItemDraft] = []
    for line in lines:
        low = _opens_at(text, *line.content, lexicon)
        if low is None:
            continue
        members = find_members(text, low, line.end)
        if len(members) >= 2:
            ends = [mark.start for mark in members[1:]] + [line.end]
            drafts.extend(_draft(text, mark.label, (mark.end, end)) for mark, end in zip(members, ends, strict=True))
        else:
            drafts.append(_draft(text, None, (low, line.end)))
    return drafts


def _opens_at(text: str, start: int, end: int, lexicon: Lexicon) -> int | None:
    """Return where the first next-step sentence of a paragraph begins, or None."""
    pattern = _next_step(lexicon)
    if not pattern.search(text, start, end):
        return None
    for low, high in split_sentences(text, start, end):
        found = _opens(text, low, high, pattern)
        if found and _future(lexicon).search(text, low, high):
            return found.start("from")
    return None


def _draft(text: str, label: str | None, span: Range) -> ItemDraft:
    low, high = span
    while high > low and text[high - 1] in "；，\n":
        high -= 1
    return ItemDraft(label, None, None, None, (low, high), (low, high), 0.75, ("工作总结里的“下一步”",), inline=True)


def _turn(text: str, line: Line, pattern: re.Pattern[str]) -> Range | None:
    """Return where a paragraph leaves its problem and where what will be done about it begins, or None."""
    for low, high in split_sentences(text, *line.content)[1:]:
        opened = _opens(text, low, high, pattern) or _YEAR_OPENS.match(text, low, high)
        if opened:
            return low, opened.start("from")
        label = _MEASURE.match(text, low, high)
        if label:
            return low, label.end()
    return None


def opens_plan(text: str, line: Line, report_year: int | None, lexicon: Lexicon) -> bool:
    """Say whether a paragraph turns to the future as a whole (下一步，我镇将……; 2024年，我局将……)."""
    if _next_step(lexicon).match(text, *line.content):
        return bool(_future(lexicon).search(text, *line.content))
    dated = _YEAR_OPENS.match(text, *line.content)
    year = year_in(dated.group()) if dated else None
    return year is not None and report_year is not None and year > report_year


_VOW = re.compile(
    r"高度重视|采取(?:有力|有效|切实|更加有力的)[\u4e00-\u9fff]{0,4}措施|加以(?:解决|克服|改进|整改)|认真(?:研究)?解决|直面问题"
)


def _opens(text: str, start: int, end: int, pattern: re.Pattern[str]) -> re.Match[str] | None:
    """Return where a sentence turns to the next step; a mere vow to deal with problems is no measure."""
    found = pattern.match(text, start, end)
    return None if found and _VOW.search(text, start, end) else found


class _Mixed:
    """Parts the lines of a part that tells problems and plan together, line by line and inside lines."""

    def __init__(self, text: str, lexicon: Lexicon) -> None:
        self.text = text
        self.pattern = _next_step(lexicon)
        self.problems: list[Line] = []
        self.plan: list[Line] = []
        self.labelled = False
        self._ahead = False
        self._measure = False  # the last line was a labelled measure: its fields may follow
        self._problem = 0  # the number of the last numbered problem

    def take(self, line: Line) -> None:
        """Put one line where it belongs, or its two halves."""
        label = _MEASURE.match(self.text, *line.content)
        if label:
            self.labelled = self._measure = True
            self.plan.append(Line(label.end(), line.end, None, *split_title(self.text, label.end(), line.end)))
            return
        if line.mark is None and self._measure:
            self.plan.append(line)
            return
        self._measure = False
        opens = bool(_opens(self.text, *line.content, self.pattern))
        if opens or (self._ahead and not self._is_next_problem(line)):
            self._ahead = True
            self.plan.append(line)
            return
        self._ahead = False
        self._problem = (line.mark.number or 0) if line.mark else self._problem
        turn = _turn(self.text, line, self.pattern)
        if turn is None:
            self.problems.append(line)
            return
        before, after = _parted(line, turn)
        self.problems.append(before)
        self.plan.append(after)

    def _is_next_problem(self, line: Line) -> bool:
        """Say whether the problems' count goes on after a measure."""
        number = line.mark.number if line.mark else None
        return number is not None and self._problem > 0 and number == self._problem + 1


def split_mixed(text: str, lines: Sequence[Line], lexicon: Lexicon) -> tuple[list[Line], list[Line], bool]:
    """Return the problems and the plan of a part that tells both, and whether labels (整改措施：) part them."""
    mixed = _Mixed(text, lexicon)
    for line in lines:
        mixed.take(line)
    return mixed.problems, mixed.plan, mixed.labelled


def split_measures(text: str, lines: Sequence[Line], lexicon: Lexicon) -> tuple[list[Line], list[Line]]:
    """Cut the numbered problems of a problems part from the measure that each is told with (下一步，我局将……)."""
    pattern = _next_step(lexicon)
    problems: list[Line] = []
    plan: list[Line] = []
    for line in lines:
        turn = _turn(text, line, pattern) if line.mark is not None else None
        if turn is None or not _future(lexicon).search(text, turn[1], line.end):
            problems.append(line)
            continue
        before, after = _parted(line, turn)
        problems.append(before)
        plan.append(after)
    return problems, plan


def _parted(line: Line, turn: Range) -> tuple[Line, Line]:
    """Return a line cut at its turn: the problem, with number and title, and the measure."""
    cut, low = turn
    title = line.title if line.title and line.title[1] <= cut else None
    before = Line(line.start, cut, line.mark, title, (min(line.body[0], cut), cut))
    return before, Line(low, line.end, None, None, (low, line.end))
