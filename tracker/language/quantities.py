"""Measurable amounts in running text: value, unit, direction, period and what is counted.

Numbers inside dates, ordinals, document numbers, quotes, book titles and set phrases are none.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from tracker.language.lexicon import Lexicon, alternatives
from tracker.language.numerals import parse_number


@dataclass(frozen=True, slots=True)
class Amount:
    """An amount found in a text. ``op`` is one of ``>= <= = ~ range``; ``per`` month, quarter, half_year, year, None."""

    what: str
    op: str
    value: float
    maximum: float | None
    unit: str
    per: str | None
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class _Grammar:
    number: re.Pattern[str]
    before: re.Pattern[str]
    after: re.Pattern[str]
    ops_before: dict[str, str]
    ops_after: dict[str, str]
    idioms: re.Pattern[str]
    strip_front: re.Pattern[str]
    strip_back: re.Pattern[str]
    recurring: re.Pattern[str]
    recurring_kind: dict[str, str]


_ARABIC = r"\d{1,3}(?:,\d{3}){1,4}(?:\.\d{1,4})?|\d{1,12}(?:\.\d{1,4})?"
_CHINESE = r"[一二两三四五六七八九十百千零〇]{1,9}"
_MAGNITUDE = r"(?:万亿|千亿|百亿|十亿|亿|千万|百万|十万|万|千|百)"
_RANGE = r"(?:-|—{1,2}|～|~|至|到)"
_COMPARE_GAP = 3
"""How many characters (约, 以…) may stand between a comparison word and its number."""


@lru_cache(maxsize=4)
def _grammar(lexicon: Lexicon) -> _Grammar:
    countable = lexicon.words("units.countable")
    measure = lexicon.words("units.measure")
    units = alternatives([*countable, *measure])
    stop = alternatives(lexicon.words("units.not_units"))
    number = re.compile(
        rf"百分之(?P<share>{_ARABIC}|{_CHINESE})"
        rf"|(?P<a>{_ARABIC})(?P<am>{_MAGNITUDE})?(?P<ap>%)?(?:{_RANGE}(?P<b>{_ARABIC})(?P<bm>{_MAGNITUDE})?)?(?P<more>余|多)?"
        rf"(?!{stop}(?!次))(?P<unit>%|‰|个百分点|[万亿]?{units})?"
        rf"|(?<![第十百千万几数好这那每唯统同万零])(?P<c>{_CHINESE})(?P<cmore>余|多)?(?P<cm>[万亿])?(?P<cunit>{alternatives(countable)})"
    )
    ops_before = {word: op for op in (">=", "<=", "~") for word in lexicon.words(f"units.comparisons.{op}")}
    ops_after = dict.fromkeys(lexicon.words("units.ceilings"), "<=")
    ops_after |= dict.fromkeys(lexicon.words("units.floors"), ">=")
    ops_after |= dict.fromkeys(lexicon.words("units.abouts"), "~")
    kinds = {
        word: kind
        for kind in ("month", "quarter", "half_year", "year", "week")
        for word in lexicon.words(f"periods.recurring.{kind}")
    }
    year_words = [*lexicon.words("periods.year_words"), "上半年", "下半年"]
    verbs = [
        w
        for w in lexicon.words("verbs.action")
        if w
        not in (
            "新增",
            "增加",
            "培训",
            "宣传",
            "学习",
            "服务",
            "监督",
            "管理",
            "建设",
            "检查",
            "评查",
            "审查",
            "调解",
            "对",
            "为",
            "以",
            "从",
            "化",
            "把",
            "将",
        )
    ]
    front = alternatives(
        [
            *year_words,
            *kinds,
            *verbs,
            *ops_before,
            "将",
            "全市",
            "全县",
            "全镇",
            "全省",
            "全区",
            "全乡",
            "预计",
            "组织",
            "分别",
            "均",
            "各",
            "共",
            "不断",
            "其中",
            "累计",
            "总",
            "到",
            "底",
            "前",
            "末",
            "和",
            "及",
            "并",
        ]
    )
    back = alternatives(
        [
            *ops_before,
            *kinds,
            "不少于",
            "分别",
            "均",
            "各",
            "为",
            "在",
            "共",
            "共计",
            "达",
            "总数",
            "数量",
            "至",
            "到",
            "组织",
            "开展",
        ]
    )
    return _Grammar(
        number=number,
        before=re.compile(alternatives(ops_before) + rf".{{0,{_COMPARE_GAP}}}$"),
        after=re.compile(alternatives(ops_after)),
        ops_before=ops_before,
        ops_after=ops_after,
        idioms=re.compile(alternatives(lexicon.words("units.idioms.words"))),
        strip_front=re.compile(rf"(?:{front}|[0-9]{{1,2}}月|，)+"),
        strip_back=re.compile(rf"(?:{back})$"),
        recurring=re.compile(alternatives(kinds)),
        recurring_kind=kinds,
    )


def find_amounts(text: str, start: int, end: int, lexicon: Lexicon) -> list[Amount]:
    """Return the amounts in ``text[start:end]``, in order."""
    grammar = _grammar(lexicon)
    closed = _closed_ranges(text, start, end)
    found: list[Amount] = []
    for match in grammar.number.finditer(text, start, end):
        if any(low <= match.start() < high for low, high in closed):
            continue
        amount = _amount(text, start, end, match, grammar)
        if amount is not None:
            found.append(amount)
    return found


_TITLES = re.compile(r"《[^《》\n]{1,60}》|“[^“”\n]{1,14}”|『[^』\n]{1,14}』|[A-Za-z]+-?\d{1,5}")


def _closed_ranges(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """Return the book titles and short quotes, in which numbers are part of a name."""
    return [found.span() for found in _TITLES.finditer(text, start, end)]


def _amount(text: str, start: int, end: int, match: re.Match[str], grammar: _Grammar) -> Amount | None:
    if _is_part_of_name(text, match, grammar):
        return None
    value, maximum, unit = _value(match)
    if value is None or not unit:
        return None
    clause_start = _clause_start(text, start, match.start())
    before = text[clause_start : match.start()]
    after = text[match.end() : min(end, match.end() + 6)]
    op, tail = _operator(before, after, maximum, grammar)
    if maximum is not None:
        op = "range"
    stop = match.end() + tail
    what, per = _what(text, clause_start, match.start(), stop, end, grammar)
    return Amount(what, op, value, maximum, unit, per, match.start(), stop)


def _is_part_of_name(text: str, match: re.Match[str], grammar: _Grammar) -> bool:
    if match.start() and text[match.start() - 1] in "第.·+＋":
        return True
    if match.start() > 1 and text[match.start() - 1] == "-" and text[match.start() - 2].isalnum():
        return True
    if (
        match.group("a")
        and (match.group("unit") or match.group("ap") or "") in ("", "天", "周")
        and not match.group("am")
    ):
        return True
    low = max(0, match.start() - 2)
    for idiom in grammar.idioms.finditer(text, low, min(len(text), match.end() + 6)):
        if idiom.start() <= match.start() < idiom.end():
            return True
    return False


def _value(match: re.Match[str]) -> tuple[float | None, float | None, str]:
    if match.group("share"):
        return parse_number(match.group("share")), None, "%"
    if match.group("c"):
        return parse_number(match.group("c")), None, (match.group("cm") or "") + match.group("cunit")
    magnitude = match.group("bm") or match.group("am") or ""
    unit = match.group("unit") or ("%" if match.group("ap") else "")
    maximum = parse_number(match.group("b")) if match.group("b") else None
    return parse_number(match.group("a")), maximum, magnitude + unit


def _clause_start(text: str, start: int, at: int) -> int:
    low = max(start, at - 60)
    cut = max(text.rfind(mark, low, at) for mark in "，。；：！？\n（")
    return max(low, cut + 1)


def _operator(before: str, after: str, maximum: float | None, grammar: _Grammar) -> tuple[str, int]:
    tail = grammar.after.match(after)
    head = grammar.before.search(before[-9:])
    if tail:
        return grammar.ops_after[tail.group()], tail.end()
    if head:
        word = next(w for w in sorted(grammar.ops_before, key=len, reverse=True) if head.group().startswith(w))
        return grammar.ops_before[word], 0
    return ">=", 0


_NOUN_END = re.compile(r"[，。；：！？、\n（）“”%\d]|以上|以内|左右")


def _what(text: str, clause_start: int, at: int, stop: int, end: int, grammar: _Grammar) -> tuple[str, str | None]:
    """Return what is counted (the noun after the unit, else the words before the number) and the period."""
    before = text[clause_start:at]
    recurring = grammar.recurring.search(before)
    per = grammar.recurring_kind[recurring.group()] if recurring else None
    noun_end = _NOUN_END.search(text, stop, min(end, stop + 24))
    after = text[stop : noun_end.start() if noun_end else min(end, stop + 24)]
    head = grammar.recurring.sub("", before)
    opening = grammar.strip_front.match(head)
    head = head[opening.end() :] if opening else head
    while trimmed := grammar.strip_back.search(head):
        head = head[: trimmed.start()]
    if len(after) >= 2 and not after.startswith(("以", "的", "和", "及", "，", "并")):
        return _noun(after), per if per != "week" else None
    return head.strip("、，“”") or after, per if per != "week" else None


def _noun(words: str) -> str:
    return words.strip("的")
