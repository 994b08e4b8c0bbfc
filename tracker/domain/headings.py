"""What a heading says its section is about: decided by the head noun, which in Chinese stands last."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from tracker.domain.documents import SectionKind
from tracker.domain.identity import YEAR, year_in
from tracker.language.lexicon import Lexicon, alternatives

KINDS = (SectionKind.PLAN, SectionKind.PROBLEMS, SectionKind.WORK_DONE, SectionKind.DUTIES, SectionKind.OTHER)
_JOINERS = re.compile(r"以及|及其|及|和|与|、|暨")
_STOPS = "。：；，、 （）()*※【】“”"
_HEAD_NOUN_SLACK = 3
_NOTE = re.compile(r"注[：:]|[\[〔【]\d{1,3}[\]〕】]")
_TASK_LIST = re.compile(
    r"[^，。；：]{0,24}(?:任务|重点|项目|责任|措施|事项)(?:清单|分解表|分工表|一览表|安排表|计划表|明细表)(?:（[^（）]{1,8}）)?"
)
"""The title of an annexed list of tasks, with whatever stands before it (某局2024年法治政府建设重点任务清单)."""
_REMARK = re.compile(r"（(?![^（）]*20\d\d年)[^（）]{1,14}）?$")
"""A remark behind a heading; the year in one says what the heading is about."""
_STATISTICS = re.compile(r"[^，。；：]{2,44}(?:统计|数据|情况|指标)(?:数据|情况|汇总)?(?:表|年报|汇总表|一览表|统计表)")
_ANNEX = re.compile(r"^附[件表]?[一二三四五六\d]{0,2}[：]?")


@dataclass(frozen=True, slots=True)
class HeadingVerdict:
    """Kinds in the order the heading names them (more than one: a mixed section), and the words that said so."""

    kinds: tuple[SectionKind, ...]
    words: tuple[str, ...]
    pure: bool


@dataclass(frozen=True, slots=True)
class _Patterns:
    duties: re.Pattern[str]
    phrases: dict[str, SectionKind | None]  # None: the year must say
    longest: int
    plan_anywhere: re.Pattern[str]
    review_anywhere: re.Pattern[str]
    ambiguous: re.Pattern[str]
    known: re.Pattern[str]
    standalone: re.Pattern[str]
    work_starts: re.Pattern[str]
    glossary: re.Pattern[str]
    chrome: re.Pattern[str]


@lru_cache(maxsize=4)
def _patterns(lexicon: Lexicon) -> _Patterns:
    phrases: dict[str, SectionKind | None] = {
        word: kind for kind in reversed(KINDS) for word in lexicon.words(f"headings.{kind.value}")
    }
    phrases |= dict.fromkeys(lexicon.words("headings.ambiguous"))
    keys = [f"headings.{kind.value}" for kind in KINDS]
    year = r"(?:20\d{2}年(?:度)?|今年|全年)?(?:全[县市区镇乡省]|我[县市区镇乡局])?"
    lines = "|".join(re.escape(line).replace(re.escape("{年}"), year) for line in lexicon.words("headings.standalone"))
    glossary = alternatives(lexicon.words("headings.glossary"))
    chrome = alternatives(lexicon.words("headings.chrome"))
    return _Patterns(
        lexicon.pattern("headings.duties"),
        phrases,
        max(map(len, phrases)),
        lexicon.pattern("headings.plan_anywhere"),
        lexicon.pattern("headings.review_anywhere"),
        lexicon.pattern("headings.ambiguous"),
        lexicon.pattern(*keys, "headings.ambiguous", "headings.fillers"),
        re.compile(rf"(?:{lines})[：。]?"),
        re.compile(alternatives(lexicon.words("headings.work_starts"))),
        re.compile(rf"[*※【（\[]?{glossary}[*※】）\]]?[：]?|[*※]{{0,2}}(?:附[：:])?{glossary}[：:]?"),
        re.compile(rf"[【\[]?(?:{chrome})(?:[：:].{{0,90}}|[】\]].{{0,40}}|.{{0,12}})"),
    )


def is_standalone(words: str, lexicon: Lexicon) -> bool:
    """Say whether a whole unnumbered line is a customary section heading, alone or after 附件N."""
    if len(words) > 40:
        return False
    bare = without_annex(words).strip(_STOPS)
    return bool(_patterns(lexicon).standalone.fullmatch(bare) or _TASK_LIST.fullmatch(bare))


def without_annex(words: str) -> str:
    """Return a heading without 附件1：before it."""
    return _ANNEX.sub("", words)


def is_glossary(words: str, lexicon: Lexicon) -> bool:
    """Say whether a line opens a glossary of notes."""
    if _NOTE.match(words):
        return True
    return len(words) <= 14 and bool(_patterns(lexicon).glossary.fullmatch(words.replace(" ", "")))


def is_statistics(words: str) -> bool:
    """Say whether a line is the title of an annexed table of figures."""
    return bool(_STATISTICS.fullmatch(words))


def is_chrome(words: str, lexicon: Lexicon) -> bool:
    """Say whether a line opens what the web page put round the text."""
    return len(words) <= 110 and bool(_patterns(lexicon).chrome.fullmatch(words))


def classify_heading(title: str, report_year: int | None, lexicon: Lexicon) -> HeadingVerdict:
    """Return what the section under ``title`` is about; no kinds where the heading does not say."""
    patterns = _patterns(lexicon)
    plain = _REMARK.sub("", title.strip(_STOPS)) or title.strip(_STOPS)
    duties = patterns.duties.search(plain)
    if duties and len(plain) <= 45:
        return HeadingVerdict((SectionKind.DUTIES,), (duties.group(),), True)
    kinds: list[SectionKind] = []
    words: list[str] = []
    last_year: int | None = None
    for part in _JOINERS.split(plain):
        last_year = year_in(part) or last_year
        kind, word = _head_noun(part, patterns)
        if kind is None:
            kind, word = _by_year(part, last_year, report_year, patterns)
        if kind is not None and kind not in kinds:
            kinds.append(kind)
            words.append(word)
    later = patterns.plan_anywhere.search(plain)
    if later and SectionKind.PLAN not in kinds and len(plain) <= 40:
        kinds = [*(kind for kind in kinds if kind is not SectionKind.WORK_DONE), SectionKind.PLAN]
        words.append(later.group())
    if later and {SectionKind.WORK_DONE, SectionKind.PLAN} <= set(kinds) and not patterns.review_anywhere.search(plain):
        kinds.remove(SectionKind.WORK_DONE)
    return HeadingVerdict(tuple(kinds), tuple(words), _is_pure(plain, patterns))


def _head_noun(part: str, patterns: _Patterns) -> tuple[SectionKind | None, str]:
    """Return the kind of the longest known phrase at the end of ``part`` (or nearly there)."""
    for slack in range(_HEAD_NOUN_SLACK + 1):
        stop = len(part) - slack
        for length in range(min(patterns.longest, stop), 0, -1):
            phrase = part[stop - length : stop]
            if phrase in patterns.phrases:
                return patterns.phrases[phrase], phrase
    return None, ""


def _by_year(
    part: str, named: int | None, report_year: int | None, patterns: _Patterns
) -> tuple[SectionKind | None, str]:
    """Resolve 2024年重点工作 and its like by the year: after the report's year it is a plan."""
    ambiguous = patterns.ambiguous.search(part)
    if not ambiguous or named is None or report_year is None or year_in(part) is None:
        return None, ""
    return (SectionKind.PLAN if named > report_year else SectionKind.WORK_DONE), f"{named}年{ambiguous.group()}"


def _is_pure(plain: str, patterns: _Patterns) -> bool:
    """Say whether a heading is made of section words alone, and is no piece of work (制定工作计划)."""
    if len(plain) > 26 or patterns.work_starts.match(plain):
        return False
    rest = YEAR.sub("", plain)
    left = patterns.known.sub("", rest)
    return len(left) <= 0.2 * len(rest)
