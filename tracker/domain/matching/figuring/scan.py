"""The numbers of a sentence: value, unit and place; with no regard yet to what they could answer."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from tracker.domain.matching.words import MatchingWords
from tracker.language.lexicon import Lexicon, alternatives
from tracker.language.numerals import parse_number

MOST_NUMBERS = 24
"""A sentence of more numbers is a table gone wrong: the rest is left out."""
SHARE_IN_WORDS = re.compile(
    r"百分之(?P<percent>[一二三四五六七八九十百]{1,4}|\d{1,3}(?:\.\d{1,2})?)"
    r"|(?P<tenth>[一二两三四五六七八九])成(?P<more>[一二三四五六七八九半])?(?![立为效果本都熟])"
    r"|(?P<under>[二三四五六七八九十])分之(?P<over>[一二三四五六七八九])|(?P<half>一半|半数|过半)"
)
_ORDINAL = re.compile(
    r"(?:没有|未有|并无)$|(?<!每)(?<!个)月$|(?<![每全当近])年$|[无没第每逐同统唯这那某上下首〔（(]$|第[一二三四五六七八九十]*$"
)
_TIMES = ("次", "场", "轮")
"""Units of what was done so often, also right after a month (5月和11月两次)."""
_NOT_ONE = re.compile("[不没未][落少漏缺剩留差]")
"""What follows one of something that is not missing (一家不落): all of them are meant."""
_HALF = re.compile(r"半(?![天日年径数途])")
_TITLE = re.compile(r"《[^《》\n]{1,60}》|〔20\d\d〕\d+号|［\d+］|\[\d+\]|〔\d+〕")


@dataclass(frozen=True, slots=True)
class Number:
    """A number: ``value`` in plain ``unit`` (万 and 亿 multiplied out), ``said`` the unit as written, ``loose`` where only about so many,
    ``high`` the end of a range (4至5个工作日)."""

    value: float
    unit: str
    said: str
    start: int
    end: int
    loose: bool
    in_words: bool
    high: float | None = None


@lru_cache(maxsize=8)
def _pattern(lexicon: Lexicon, words: MatchingWords) -> re.Pattern[str]:
    names = {
        *lexicon.words("units.countable"),
        *lexicon.words("units.measure"),
        *lexicon.words("units.time_units"),
        *words.unit_kinds,
        "%", "‰", "学时", "个半天", "半天", "度", "遍", "卷", "宗",
    } - {"亿元", "万元", "亿美元", "万千瓦", "成"}  # fmt: skip
    plain = {name for name in names if name[:1] not in "万亿" and name not in ("个村", "行政村", "个行政村", "村")}
    return re.compile(
        rf"(?P<number>(?<![\d.,A-Za-z])\d[\d,]{{0,14}}(?:\.\d{{1,4}})?|[一二两三四五六七八九十百千零]{{1,7}})"
        rf"(?:[至到—～-](?P<high>\d[\d,]{{0,9}}(?:\.\d{{1,4}})?))?(?P<scale>万亿|千亿|百亿|千万|百万|十万|[万亿]|千(?!克|米|瓦|焦|卡|伏))?(?P<more>[余多几])?(?P<half>个半(?!天|日))?(?P<unit>{alternatives(plain)})"
    )


@lru_cache(maxsize=2048)
def numbers_of(text: str, lexicon: Lexicon, words: MatchingWords) -> tuple[Number, ...]:
    """Return the numbers of a sentence in order; those in titles, dates and names are none."""
    closed = [found.span() for found in _TITLE.finditer(text)]
    found = list(_shares(text))
    closed += [(one.start, one.end) for one in found]
    for match in _pattern(lexicon, words).finditer(text):
        if any(low < match.end() and match.start() < high for low, high in closed):
            continue
        number = _number(text, match, words, lexicon)
        if number is not None:
            found.append(number)
    return tuple(sorted(found, key=lambda one: one.start)[:MOST_NUMBERS])


def _number(text: str, match: re.Match[str], words: MatchingWords, lexicon: Lexicon) -> Number | None:
    digits = match.group("number")
    value = parse_number(digits)
    arabic = digits[0].isdigit()
    before = text[max(0, match.start() - 3) : match.start()]
    ordinal = _ORDINAL.search(before) and not (before.endswith("月") and match.group("unit") in _TIMES)
    if value is None or (not arabic and (ordinal or _is_idiom(text, match, lexicon))):
        return None
    if not arabic and value == 1 and _NOT_ONE.match(text, match.end()):
        return None
    if before.endswith("第") or (match.group("unit") == "日" and before.endswith("月")):
        return None
    scale = words.scales.get(match.group("scale") or "", 1.0)
    if match.group("half") or _HALF.match(text, match.end()):
        value += 0.5
    high = parse_number(match.group("high")) if match.group("high") else None
    said = (match.group("scale") or "") + match.group("unit")
    return Number(
        value * scale,
        match.group("unit"),
        said,
        match.start(),
        match.end(),
        bool(match.group("more")),
        in_words=not arabic,
        high=high * scale if high else None,
    )


def _is_idiom(text: str, match: re.Match[str], lexicon: Lexicon) -> bool:
    low = max(0, match.start() - 2)
    return any(
        idiom.start() <= match.start() < idiom.end()
        for idiom in lexicon.pattern("units.idioms.words").finditer(text, low, min(len(text), match.end() + 6))
    )


def _shares(text: str) -> list[Number]:
    found: list[Number] = []
    for match in SHARE_IN_WORDS.finditer(text):
        value = share_of(match)
        if value is not None:
            found.append(Number(value, "%", "%", match.start(), match.end(), loose=True, in_words=True))
    return found


def share_of(match: re.Match[str]) -> float | None:
    """Return a share in words as a percentage."""
    if match.group("percent"):
        return parse_number(match.group("percent"))
    if match.group("tenth"):
        return 10 * (parse_number(match.group("tenth")) or 0) + (
            5 if match.group("more") == "半" else parse_number(match.group("more") or "零") or 0
        )
    if match.group("half"):
        return 50.0
    over, under = parse_number(match.group("over")), parse_number(match.group("under"))
    return round(100 * over / under, 1) if over and under else None
