"""The parts of a report: where each begins, what it speaks of, and why."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from tracker.domain.documents import SectionKind
from tracker.domain.headings import (
    HeadingVerdict,
    classify_heading,
    is_chrome,
    is_glossary,
    is_standalone,
    is_statistics,
    without_annex,
)
from tracker.domain.outline import Line, trim, without_footer, without_signature
from tracker.domain.tables import CELL, is_column
from tracker.domain.voice import voice_of
from tracker.language.enumerators import MarkStyle, find_members
from tracker.language.lexicon import Lexicon
from tracker.language.numerals import parse_number
from tracker.language.periods import five_year_plan_end


@dataclass(frozen=True, slots=True)
class Part:
    """A section as ranges of lines: ``heading`` is a line or None, ``lines`` what stands under it."""

    kinds: tuple[SectionKind, ...]
    heading: Line | None
    lines: tuple[Line, ...]
    parent: Line | None
    reason: str
    horizon: date | None = None
    five_years: bool = False
    aside: bool = False  # measures told beside their problems, while the plan has a part of its own

    @property
    def kind(self) -> SectionKind:
        """The (first) kind."""
        return self.kinds[0]


@dataclass(slots=True)
class _Start:
    index: int
    line: Line
    verdict: HeadingVerdict
    level: int  # 0 top, 1 below a top heading
    reason: str = ""


def find_parts(text: str, lines: list[Line], report_year: int | None, lexicon: Lexicon) -> list[Part]:
    """Return the parts of the report in order; text before the first heading belongs to no part."""
    lines = list(body_lines(text, lines, lexicon))
    starts = _starts(text, lines, report_year, lexicon)
    parts: list[Part] = []
    for position, start in enumerate(starts):
        stop = starts[position + 1].index if position + 1 < len(starts) else len(lines)
        under = tuple(lines[start.index + 1 : stop])
        parent = _parent(starts, position)
        horizon = _horizon(text, start.line, parent)
        five_years = bool(_FIVE_YEARS.search(_title(text, start.line)))
        parts.append(Part(start.verdict.kinds, start.line, under, parent, start.reason, horizon, five_years))
    return _settle(text, _with_inner_kind(parts), lexicon)


def _with_inner_kind(parts: list[Part]) -> list[Part]:
    """Give a heading that does not say what it is about the kind of the headings right under it, and their lines."""
    result: list[Part] = []
    for part in parts:
        above = result[-1] if result else None
        adopted = (
            above is not None and above.heading is part.parent and part.parent is not None and part.heading is not None
        )
        if above is not None and adopted and part.heading is not None:
            if not above.kinds and not above.lines and part.kinds:
                result[-1] = replace(above, kinds=part.kinds, lines=(part.heading, *part.lines))
                continue
            if above.kinds == part.kinds and above.lines:
                result[-1] = replace(above, lines=(*above.lines, part.heading, *part.lines))
                continue
        result.append(part)
    return result


def body_lines(text: str, lines: list[Line], lexicon: Lexicon) -> tuple[Line, ...]:
    """Return the lines without signature, list of annexes, glossary and page chrome."""
    kept = _without_annex_list(text, without_footer(text, _without_tail(text, lines, lexicon), lexicon))
    # The annex may be named after the signature or before it.
    return tuple(_without_annex_list(text, _without_signers(text, without_signature(text, kept))))


_MOST_SIGNERS = 3
_SIGNER = re.compile(r"[\u4e00-\u9fff（）]{2,30}(?:人民政府|委员会|管委会|办事处|[局厅委办院]|党组)")


def _without_signers(text: str, lines: list[Line]) -> list[Line]:
    """Drop the names of units that close a report without a date, each on a line of its own or several on one."""
    at = len(lines)
    while at > 1 and len(lines) - at < _MOST_SIGNERS and _names_units(text, lines[at - 1]):
        at -= 1
    ends_before = at > 1 and text[lines[at - 1].end - 1] in "。！；"
    return lines[:at] if ends_before else lines


def _names_units(text: str, line: Line) -> bool:
    words = text[line.start : line.end].split()
    return line.mark is None and all(map(_SIGNER.fullmatch, words))


def _without_tail(text: str, lines: list[Line], lexicon: Lexicon) -> list[Line]:
    """Drop glossaries and page chrome after the text."""
    for index, line in enumerate(lines):
        words = text[line.start : line.end]
        ends = is_glossary(words, lexicon) or is_chrome(words, lexicon) or is_statistics(words)
        if index > len(lines) // 4 and ends:
            later = [
                other
                for other in lines[index + 1 :]
                if other.is_heading and is_standalone(_title(text, other), lexicon)
            ]
            return lines[:index] + (lines[lines.index(later[0]) :] if later else [])
    return lines


def _without_annex_list(text: str, lines: list[Line]) -> list[Line]:
    """Drop lines that only announce annexes: 附件：某清单 whose own title stands further down, 附件：1.某表 and what follows."""
    titles = {text[line.start : line.end] for line in lines}
    kept: list[Line] = []
    listing = False
    for line in lines:
        words = text[line.start : line.end]
        bare = without_annex(words)
        if _ANNEX_LIST.match(words):
            listing = True
            continue
        if line is lines[-1] and _ANNEX_NAMED.fullmatch(words):
            continue
        listing = listing and line.mark is not None and len(words) <= _LONGEST_ANNEX and words[-1] not in "。；"
        if not listing and bare and (bare not in titles or bare == words):
            kept.append(line)
    return kept


_ANNEX_LIST = re.compile(r"附[件表]：?(?:1|一)[.、．]|附[件表]：$|相关附件：?$|附件下载：?$")
_ANNEX_NAMED = re.compile(r"附[件表]?[一二三\d]?：[^。；]{2,50}")
_LONGEST_ANNEX = 50
_FARTHEST_MEMBER = 300  # lines: no member of a list is longer


def _title(text: str, line: Line) -> str:
    low, high = line.title or line.content
    if line.mark is not None and line.mark.style is MarkStyle.DASH and _is_bare(text, line):
        return text[low : line.end]  # ●直面短板：存在的主要问题
    return text[low : line.end if text[low:high].startswith("附") and line.end - low <= 40 else high]


def _parent(starts: list[_Start], position: int) -> Line | None:
    if starts[position].level == 0:
        return None
    return next((starts[at].line for at in range(position - 1, -1, -1) if starts[at].level == 0), None)


def _starts(text: str, lines: list[Line], report_year: int | None, lexicon: Lexicon) -> list[_Start]:
    top = _top_style(text, lines, report_year, lexicon)
    starts: list[_Start] = []
    inner = 0
    for index, line in enumerate(lines):
        verdict = _verdict(text, line, report_year, lexicon) if line.content[0] < line.end else None
        if verdict is None:
            continue
        style = line.mark.style if line.mark else None
        if style is None:
            if _is_unnumbered_heading(text, lines, index, verdict, top, lexicon):
                line.title, line.body = trim(text, line.start, line.end), (line.end, line.end)
                starts.append(_Start(index, line, verdict, 0, "标题行"))
                inner = 0
        elif style is MarkStyle.PART or style is top:
            if style is MarkStyle.DASH:
                line.title, line.body = trim(text, *line.content), (line.end, line.end)
            if _is_slip(lines, index, starts, verdict):
                continue
            inner = _inner_number(starts, line, verdict, inner)
            if not inner:
                starts.append(_Start(index, line, verdict, 0, "一级标题"))
        elif verdict.pure and verdict.kinds and starts and _differs(verdict, starts) and not _is_labelled(text, line):
            starts.append(_Start(index, line, verdict, 1, "下级标题"))
    return starts


def _is_unnumbered_heading(
    text: str, lines: list[Line], index: int, verdict: HeadingVerdict, top: MarkStyle | None, lexicon: Lexicon
) -> bool:
    """Say whether a line without a number opens a section: a customary heading.

    Where no section is numbered, also a short line without a stop that names one (还有哪些短板).
    """
    line = lines[index]
    words = text[line.start : line.end]
    if _is_in_table(text, lines, index, lexicon):
        return False
    if is_standalone(words, lexicon):
        return True
    if not verdict.kinds or index < 1 or not line.is_heading or len(words) > _LONGEST_BARE_HEADING:
        return False
    speaks = verdict.pure and verdict.kinds[0] in (SectionKind.PROBLEMS, SectionKind.PLAN)
    return (speaks and words[-1] == "：") or (top is None and words[-1] not in "。：；！？，、")


def _is_labelled(text: str, line: Line) -> bool:
    """Say whether the title is only a label before a sentence (问题：执法频次不够), no heading."""
    if line.title is None or not line.has_body or text[line.title[1]] != "：":
        return False
    return not find_members(text, *line.body)


def _is_in_table(text: str, lines: list[Line], index: int, lexicon: Lexicon) -> bool:
    """Say whether a line stands beside the name of a table's column, and so is one itself, not the table's title."""
    if lines[index].end - lines[index].start > _LONGEST_COLUMN:
        return False
    beside = [lines[at] for at in (index - 1, index + 1) if 0 <= at < len(lines)]
    return any(is_column(text[line.start : line.end], lexicon) for line in beside)


def _is_slip(lines: list[Line], index: int, starts: list[_Start], verdict: HeadingVerdict) -> bool:
    """Say whether a section's number is a slip for a member's (……五）……六、……), and put it right.

    It goes on with the members' count, and not with the sections'.
    """
    line = lines[index]
    above = next((start for start in reversed(starts) if start.level == 0), None)
    number = line.mark.number if line.mark else None
    if above is None or above.line.mark is None or number is None or (verdict.pure and verdict.kinds):
        return False
    marks = (lines[at].mark for at in range(index - 1, max(above.index, index - _FARTHEST_MEMBER), -1))
    members = (mark.number for mark in marks if mark is not None and mark.style is MarkStyle.BRACKETED_CHINESE)
    last = next(members, None)
    if (
        line.mark is None
        or line.mark.style is not MarkStyle.CHINESE
        or last is None
        or number != last + 1
        or number == (above.line.mark.number or 0) + 1
    ):
        return False
    line.mark = replace(line.mark, style=MarkStyle.BRACKETED_CHINESE)
    return True


def _inner_number(starts: list[_Start], line: Line, verdict: HeadingVerdict, inner: int) -> int:
    """Return the number of a member of a list that wears the style of the sections, or 0 where the line is a section.

    Such a list starts again at one right under a heading, and ends where the sections' own count goes on.
    """
    above = next((start for start in reversed(starts) if start.level == 0), None)
    number = line.mark.number or 0 if line.mark else 0
    if above is None or above.line.mark is None:
        return 1 if above is not None and above.line.mark is None and not (verdict.pure and verdict.kinds) else 0
    outer = above.line.mark.number or 0
    if inner:
        goes_on = number == outer + 1 and (number != inner + 1 or bool(verdict.kinds))
        return 0 if goes_on or (verdict.pure and verdict.kinds) else max(number, 1)
    restarts = above.line.is_heading and number == 1 and not (verdict.pure and verdict.kinds)
    return 1 if restarts else 0


def _verdict(text: str, line: Line, report_year: int | None, lexicon: Lexicon) -> HeadingVerdict | None:
    if line.title is None or CELL in text[line.start : line.end]:
        return None
    return classify_heading(without_annex(_title(text, line)), report_year, lexicon)


def _top_style(text: str, lines: list[Line], report_year: int | None, lexicon: Lexicon) -> MarkStyle | None:
    """Return the style of the section headings: the outermost whose headings name sections."""
    seen: dict[MarkStyle, int] = {}
    for line in lines:
        if line.mark is None or line.title is None or line.mark.style > MarkStyle.ARABIC:
            continue
        verdict = _verdict(text, line, report_year, lexicon)
        if verdict and verdict.kinds and (verdict.pure or line.is_heading):
            seen[line.mark.style] = seen.get(line.mark.style, 0) + 1
    unnumbered = sum(
        1 for line in lines if line.mark is None and line.title and is_standalone(text[line.start : line.end], lexicon)
    )
    for style in _TOP_STYLES:
        if seen.get(style, 0) >= 1:
            return None if unnumbered >= 2 and seen[style] <= unnumbered // 2 else style
    return _outermost(text, lines) if not unnumbered else None


def _outermost(text: str, lines: list[Line]) -> MarkStyle | None:
    """Return the style that comes first where its lines are headings over text, and none of them names a section."""
    first = next((line.mark.style for line in lines if line.mark is not None), None)
    marked = [line for line in lines if line.mark is not None and line.mark.style is first]
    headings = [line for line in marked if line.is_heading or _is_bare(text, line)]
    enough = len(headings) >= _LEAST_BARE_HEADINGS and len(headings) >= 0.8 * len(marked)
    return first if enough else None


_TOP_STYLES = (
    MarkStyle.PART,
    MarkStyle.CHINESE,
    MarkStyle.BRACKETED_CHINESE,
    MarkStyle.ORDINAL,
    MarkStyle.ARABIC,
)
_LEAST_BARE_HEADINGS = 3
_LONGEST_HEADING = 34


def _is_bare(text: str, line: Line) -> bool:
    """Say whether a line is short and has no full stop: a heading, a colon inside notwithstanding."""
    return line.end - line.start <= _LONGEST_HEADING and not any(stop in text[line.start : line.end] for stop in "。；")


def _differs(verdict: HeadingVerdict, starts: list[_Start]) -> bool:
    """Say whether a lower heading opens a part of its own: another kind than the one it stands in."""
    above = starts[-1].verdict.kinds
    if len(above) == 1 and starts[-1].level != 1:
        return verdict.kinds[0] is not above[0] and verdict.kinds[0] in (SectionKind.PROBLEMS, SectionKind.PLAN)
    return verdict.kinds != above


def _horizon(text: str, line: Line, parent: Line | None) -> date | None:
    """Return the last day of the five-year plan that a heading or the one above it names."""
    named = (five_year_end(_title(text, heading)) for heading in (line, parent) if heading is not None)
    return next((day for day in named if day is not None), None)


def five_year_end(heading: str) -> date | None:
    """Return the last day of the five-year plan that a heading names (“十四五”时期主要目标任务)."""
    found = re.search(r"十([一二三四五六七八九])五|第十([一二三四五六七八九])个五年", heading)
    number = parse_number(found.group(1) or found.group(2)) if found else None
    return five_year_plan_end(10 + int(number)) if number else None


_LONGEST_BARE_HEADING = 20
_LONGEST_COLUMN = 10
_FIVE_YEARS = re.compile(r"(?:今后|未来)五年")


def _settle(text: str, parts: list[Part], lexicon: Lexicon) -> list[Part]:
    """Give a kind to the parts whose heading does not say: by their place and by what their sentences speak of."""
    settled: list[Part] = []
    for index, part in enumerate(parts):
        if _only_sounds_like_plan(text, part, parts[:index], parts[index + 1 :], lexicon):
            reason = "后面另有问题和计划，句子讲的是已做的"
            settled.append(replace(part, kinds=(SectionKind.WORK_DONE,), reason=reason))
            continue
        if part.kinds:
            settled.append(replace(part, reason=f"{part.reason}含“{_words(text, part)}”"))
            continue
        before = [other.kind for other in settled]
        later = [kind for other in parts[index + 1 :] for kind in other.kinds]
        settled.append(_by_place(text, part, before, later, lexicon))
    return settled


def _only_sounds_like_plan(
    text: str, part: Part, before: Sequence[Part], later: Sequence[Part], lexicon: Lexicon
) -> bool:
    """Say whether a part that is headed like a plan tells of what was done (自身建设, before the problems and the plan)."""
    if part.kinds != (SectionKind.PLAN,) or any(SectionKind.PLAN in other.kinds for other in before):
        return False
    kinds = [kind for other in later for kind in other.kinds]
    if SectionKind.PROBLEMS not in kinds or SectionKind.PLAN not in kinds[kinds.index(SectionKind.PROBLEMS) :]:
        return False
    return not voice_of(text, part.heading, part.lines, lexicon).looks_ahead


def _words(text: str, part: Part) -> str:
    return _title(text, part.heading)[:24] if part.heading else ""


def _by_place(text: str, part: Part, before: list[SectionKind], later: list[SectionKind], lexicon: Lexicon) -> Part:
    voice = voice_of(text, part.heading, part.lines, lexicon)
    if SectionKind.PLAN in before:
        title = _words(text, part)
        if any(word in title for word in lexicon.words("headings.plan_continues")) or voice.looks_ahead:
            return replace(part, kinds=(SectionKind.PLAN,), reason="计划之后的部分，句子讲的是将来")
        return replace(part, kinds=(SectionKind.OTHER,), reason="计划之后的部分，没有任务")
    if voice.admits and SectionKind.PROBLEMS not in (*before, *later):
        return replace(part, kinds=(SectionKind.PROBLEMS,), reason="句子讲的是不足")
    if SectionKind.PROBLEMS in before and SectionKind.PLAN not in later and not voice.looks_back:
        return replace(part, kinds=(SectionKind.PLAN,), reason="问题之后没有别的计划，句子讲的是将来")
    if not later and SectionKind.PLAN not in before and before and voice.looks_ahead:
        return replace(part, kinds=(SectionKind.PLAN,), reason="最后一部分，句子讲的是将来")
    return replace(part, kinds=(SectionKind.WORK_DONE,), reason="计划之前的部分，标题没有点明")
