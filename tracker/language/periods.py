"""Periods and deadlines in running text, each by a small table of its own form.

A year that is not named is the plan year. What is found says whether it is a last day (``due``), a named day
(``milestone``), something that recurs, or an open end.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

from borax.calendars.festivals2 import LunarFestival, TermFestival

from tracker.language.lexicon import Lexicon, NamedDay, alternatives
from tracker.language.numerals import parse_number


@dataclass(frozen=True, slots=True)
class Period:
    """A time found in a text. ``kind`` is due, milestone, recurring or open; ``rule`` names the form in Chinese."""

    kind: str
    due_on: date | None
    recurring: str | None
    start: int
    end: int
    rule: str


_N = r"(?:\d{1,2}|[一二三四五六七八九十]{1,3})"
_YEAR = r"(?:(?P<year>20\d{2}|二〇[一二三四五六七八九〇]{2})年|(?P<this>今年|本年|当年|明年|来年))?"
_BEFORE = r"(?:之前|以前|前(?!后))?"
_MONTH = re.compile(
    rf"(?<![\d.一二三四五六七八九十])(?:{_N}月?(?:-|—|～|至|到))?{_YEAR}(?P<month>{_N})月(?!度|均|报|薪|饼|球|一)(?:份)?(?:(?P<day>{_N})[日号]|(?P<part>上旬|中旬|下旬|初|中|底|末))?{_BEFORE}"
)
_QUARTER = re.compile(rf"{_YEAR}第?(?P<quarter>[一二三四1-4])季度(?:末|底|结束)?{_BEFORE}")
_HALF = re.compile(rf"{_YEAR}(?P<half>上半年|下半年|年中(?=前|底|之前|以前))(?:末|底)?{_BEFORE}")
_WHOLE_YEAR = re.compile(
    r"(?<![\d.\-—～至])(?P<year>20\d{2}|二〇[一二三四五六七八九〇]{2})年(?!以来|初|前三|[—\-～至]|来|版|起|度)(?P<end>内|底|末)?(?:之前|以前|前)?"
)
_WITHIN = re.compile(rf"(?<!\d)(?P<n>半|{_N})(?P<u>个月|年|个季度)(?:之内|以内|内)")
_FIVE_YEAR = re.compile(
    r"[“]?(?:十(?P<plan>[一二三四五六七八九])五)[”]?(?:规划)?(?:时期)?(?:末|期末|收官|结束)(?:之?前)?"
)
_LONGEST_PLAN = 5
_VISTAS = ("锚定", "面向", "展望", "着眼")
_QUARTER_ENDS = {1: (3, 31), 2: (6, 30), 3: (9, 30), 4: (12, 31)}


def month_end(year: int, month: int) -> date:
    """Return the last day of a month."""
    return date(year, month, monthrange(year, month)[1])


def five_year_plan_end(number: int) -> date:
    """Return the last day of the N-th five-year plan (十四五 is the 14th and ends in 2025)."""
    return date(2025 + 5 * (number - 14), 12, 31)


def find_periods(text: str, start: int, end: int, year: int, lexicon: Lexicon) -> list[Period]:
    """Return the periods in ``text[start:end]`` in order, longest first where they overlap."""
    candidates = [period for form in _FORMS for period in form(text, start, end, year, lexicon)]
    candidates.sort(key=lambda period: (period.start, -period.end))
    kept: list[Period] = []
    for period in candidates:
        if not kept or period.start >= kept[-1].end:
            kept.append(period)
    return kept


def _year_of(found: re.Match[str], year: int) -> int:
    named = found.group("year")
    if not named:
        return year
    value = parse_number(named)
    return int(value) if value is not None else year


def _number(text: str) -> int:
    value = parse_number(text)
    return int(value) if value is not None else 0


def _months(text: str, start: int, end: int, year: int, _: Lexicon) -> Iterator[Period]:
    # cut out first: the item's own number before the month ("2.6月底前") must not make it a fraction
    for found in _MONTH.finditer(text[start:end]):
        month = _number(found.group("month"))
        if not 1 <= month <= 12:
            continue
        of = _year_of(found, year)
        last = month_end(of, month)
        day, part = found.group("day"), found.group("part")
        due = last
        if day:
            due = date(of, month, min(max(_number(day), 1), last.day))
        elif part in ("上旬", "初"):
            due = date(of, month, 10)
        elif part in ("中旬", "中"):
            due = date(of, month, 20 if part == "中旬" else 15)
        elif found.group().endswith("前") and not part:
            due = date(of, month, 1) - timedelta(days=1) if found.group().endswith("月前") else last
        low, high = start + found.start(), start + found.end()
        if text[high : high + 1] in ("起", "以") or _is_quoted_name(text, low, high):
            continue
        about = text.startswith(("前后", "左右"), high) or bool(day and _NAMED_BESIDE.match(text, high))
        yield Period("milestone" if about else "due", due, None, low, high, "月份")


_NAMED_BESIDE = re.compile(r"[，（]?(?:第.{1,4}个)?(?:全国|国际|世界|全民)?[“”\u4e00-\u9fff·\d]{1,14}?(?:日|周|节)[”）]{0,2}(?:当天|当日|前后|期间|活动|来临|到来|之际|，|、|启动|开展|组织|举办|集中)")
"""The name of a day right after its date (3月22日“世界水日”当天): when it happens, not by when."""


def _is_quoted_name(text: str, low: int, high: int) -> bool:
    """Say whether a month is only part of a short quoted name (“三月三”歌节)."""
    opened = text.rfind("“", max(0, low - 4), low)
    return opened >= 0 and "”" not in text[opened:high] and text[high : high + 3].find("”") > 0


def _quarters(text: str, start: int, end: int, year: int, _: Lexicon) -> Iterator[Period]:
    for found in _QUARTER.finditer(text, start, end):
        if text[max(0, found.start() - 1) : found.start()] == "每":
            continue
        month, day = _QUARTER_ENDS[_number(found.group("quarter"))]
        yield Period("due", date(_year_of(found, year), month, day), None, found.start(), found.end(), "季度")


def _halves(text: str, start: int, end: int, year: int, _: Lexicon) -> Iterator[Period]:
    for found in _HALF.finditer(text, start, end):
        month, day = (12, 31) if found.group("half") == "下半年" else (6, 30)
        yield Period("due", date(_year_of(found, year), month, day), None, found.start(), found.end(), "半年")


def _years(text: str, start: int, end: int, year: int, lexicon: Lexicon) -> Iterator[Period]:
    for found in _WHOLE_YEAR.finditer(text, start, end):
        of = _year_of(found, year)
        if of < year or (of > year and _is_far_view(text, found, year)):
            continue
        yield Period("due", date(of, 12, 31), None, found.start(), found.end(), "年份")
    for found in lexicon.pattern("periods.year_words").finditer(text, start, end):
        yield Period("due", date(year, 12, 31), None, found.start(), found.end(), "年内")
    for found in lexicon.pattern("periods.next_year_words").finditer(text, start, end):
        yield Period("due", date(year, 12, 31), None, found.start(), found.end(), "年内")


def _is_far_view(text: str, found: re.Match[str], year: int) -> bool:
    """Say whether a later year is only a vista (锚定2035年, 2035年远景目标), no date of this plan."""
    far = _year_of(found, year) > year + _LONGEST_PLAN
    return far or text[max(0, found.start() - 2) : found.start()] in _VISTAS or text.startswith("远景", found.end())


def _within(text: str, start: int, end: int, year: int, _: Lexicon) -> Iterator[Period]:
    for found in _WITHIN.finditer(text, start, end):
        n, unit = found.group("n"), found.group("u")
        if n == "半":
            due = date(year, 6, 30)
        else:
            count = _number(n)
            if not 1 <= count <= 30:
                continue
            if unit == "年":
                due = date(year + count - 1, 12, 31)
            else:
                months = count * (3 if unit == "个季度" else 1)
                due = month_end(year + (months - 1) // 12, (months - 1) % 12 + 1)
        yield Period("due", due, None, found.start(), found.end(), "期限")


def _five_years(text: str, start: int, end: int, _: int, __: Lexicon) -> Iterator[Period]:
    for found in _FIVE_YEAR.finditer(text, start, end):
        plan = 10 + _number(found.group("plan"))
        yield Period("due", five_year_plan_end(plan), None, found.start(), found.end(), "五年规划")


def _recurring(text: str, start: int, end: int, year: int, lexicon: Lexicon) -> Iterator[Period]:
    for kind in ("month", "quarter", "half_year", "year", "week"):
        for found in lexicon.pattern(f"periods.recurring.{kind}").finditer(text, start, end):
            named = kind if kind in ("month", "quarter", "half_year") else None
            yield Period("recurring", date(year, 12, 31), named, found.start(), found.end(), "周期")


def _open(text: str, start: int, end: int, _: int, lexicon: Lexicon) -> Iterator[Period]:
    for found in lexicon.pattern("periods.open_ended").finditer(text, start, end):
        yield Period("open", None, None, found.start(), found.end(), "长期")


@lru_cache(maxsize=4)
def _days(lexicon: Lexicon) -> tuple[re.Pattern[str], dict[str, NamedDay], frozenset[str], frozenset[str]]:
    by_word = {word: day for day in (*lexicon.named_days, *lexicon.seasons, *lexicon.stretches) for word in day.words}
    seasons = frozenset(word for day in lexicon.seasons for word in day.words)
    pattern = re.compile(
        rf"(?P<day>{alternatives(by_word)})(?:期间|假期)?(?P<before>(?:来临前|到来前|之前|以前|前)(?!后|夕))?"
    )
    stretches = frozenset(word for day in lexicon.stretches for word in day.words)
    return pattern, by_word, seasons, stretches


def _named(text: str, start: int, end: int, year: int, lexicon: Lexicon) -> Iterator[Period]:
    pattern, by_word, seasons, stretches = _days(lexicon)
    matches = list(pattern.finditer(text, start, end))
    for index, found in enumerate(matches):
        word = found.group("day")
        before = bool(found.group("before")) or word.endswith("前") or _shares_before(text, matches, index)
        if (word in seasons and not before) or (word in stretches and text[found.start() - 1 : found.start()] == "寒"):
            continue
        on = _resolve(by_word[word], year)
        if before and word not in seasons:
            on -= timedelta(days=1)
        yield Period("due" if before or word in stretches else "milestone", on, None, found.start(), found.end(), word)


def _shares_before(text: str, matches: list[re.Match[str]], index: int) -> bool:
    """Say whether 前 stands only after the last of several days (春节、国庆节前)."""
    if index + 1 >= len(matches):
        return False
    after = matches[index + 1]
    return bool(after.group("before")) and text[matches[index].end() : after.start()] in (
        "、",
        "和",
        "及",
        "与",
        "以及",
    )


@lru_cache(maxsize=512)
def _resolve(day: NamedDay, year: int) -> date:
    """Return the day of ``year``; lunar festivals by the lunar calendar (1900 to 2100)."""
    festival = None
    if day.lunar is not None:
        festival = LunarFestival(month=day.lunar[0], day=day.lunar[1])
    elif day.solar_term is not None:
        festival = TermFestival(name=day.solar_term)
    if festival is not None:
        found = festival.list_days(start_date=date(year, 1, 1), end_date=date(year, 12, 31))
        solar: date = found[0].solar if found else date(year, 12, 31)
        return solar
    return date(year, day.month or 1, day.day or 1)


_FORMS: tuple[Callable[[str, int, int, int, Lexicon], Iterator[Period]], ...] = (
    _months,
    _quarters,
    _halves,
    _years,
    _within,
    _five_years,
    _recurring,
    _open,
    _named,
)
