"""The patterns that find amounts, built from the lists of units and words."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from tracker.language.lexicon import Lexicon, alternatives

_ARABIC = r"(?:\d{1,3}(?:,\d{3}){1,4}(?:\.\d{1,4})?|\d{1,12}(?:\.\d{1,4})?)(?!\d)"
_CHINESE = r"[一二两三四五六七八九十百千]{1,9}"
_MAGNITUDE = r"(?:万亿|千亿|百亿|十亿|亿|千万|百万|十万|万|千|百)"
_RANGE = r"(?:-|—{1,2}|～|至|到)"


@dataclass(frozen=True, slots=True)
class Grammar:
    """Compiled patterns; ``ops_*`` say which direction a word gives, ``recurring_kind`` which period."""

    number: re.Pattern[str]
    before: re.Pattern[str]
    after: re.Pattern[str]
    ops_before: dict[str, str]
    ops_after: dict[str, str]
    within: re.Pattern[str]
    times: frozenset[str]
    measures: frozenset[str]
    references: re.Pattern[str]
    idioms: re.Pattern[str]
    one_before: re.Pattern[str]
    counting: re.Pattern[str]
    phase_after: re.Pattern[str]
    phase_before: re.Pattern[str]
    name_after: re.Pattern[str]
    bare: re.Pattern[str]
    strip_front: re.Pattern[str]
    strip_back: re.Pattern[str]
    recurring: re.Pattern[str]
    recurring_kind: dict[str, str]


@lru_cache(maxsize=4)
def grammar_of(lexicon: Lexicon) -> Grammar:
    """Return the patterns for a lexicon."""
    countable = lexicon.words("units.countable")
    times = lexicon.words("units.time_units")
    units = alternatives([*countable, *lexicon.words("units.measure"), *times])
    stop = alternatives(lexicon.words("units.not_units"))
    number = re.compile(
        rf"百分之(?P<share>{_ARABIC}|{_CHINESE})"
        rf"|(?P<half>一半|半数)|(?P<tenth>[一二三四五六七八九])成(?=以上|以下|以内|左右|[，。；、\n]|$)"
        rf"|(?P<den>[二三四五六七八九十])分之(?P<num>[一二三四五六七八九])"
        rf"|(?<![\d.])(?P<a>{_ARABIC})(?P<am>{_MAGNITUDE})?(?P<ap>%)?(?:{_RANGE}(?P<b>{_ARABIC})(?P<bm>{_MAGNITUDE})?)?"
        rf"(?P<more>余|多)?(?!{stop}(?!次))(?P<unit>%|‰|个百分点|[万亿]?{units})?"
        rf"|(?<![第十百千万几数好这那每唯统同新上下首某万零一二三四五六七八九])(?P<c>{_CHINESE})(?:至(?P<d>{_CHINESE}))?(?P<cmore>余|多)?(?P<cm>[万亿])?(?P<cunit>{alternatives([*countable, *times])})"
    )
    ops_before = {word: op for op in (">=", "<=", "~") for word in lexicon.words(f"units.comparisons.{op}")}
    ops_after = {
        **dict.fromkeys(lexicon.words("units.ceilings"), "<="),
        **dict.fromkeys(lexicon.words("units.floors"), ">="),
        **dict.fromkeys(lexicon.words("units.abouts"), "~"),
    }
    kinds = {
        word: kind
        for kind in ("month", "quarter", "half_year", "year", "week")
        for word in lexicon.words(f"periods.recurring.{kind}")
    }
    front = alternatives(
        [*lexicon.words("units.what_front"), *lexicon.words("periods.year_words"), *kinds, *ops_before]
    )
    back = alternatives([*lexicon.words("units.what_back"), *ops_before, *kinds])
    return Grammar(
        number=number,
        before=re.compile(rf"(?P<word>{alternatives(ops_before)}|(?<![公合条契违预节特签制])约).?$"),
        after=re.compile(alternatives(ops_after)),
        within=re.compile(rf"{alternatives(lexicon.words('units.ceilings'))}|内"),
        times=frozenset(times),
        measures=frozenset([*lexicon.words("units.measure"), *lexicon.words("units.areas")]),
        references=re.compile(rf"{alternatives(lexicon.words('units.references.words'))}$"),
        ops_before=ops_before,
        ops_after=ops_after,
        idioms=lexicon.pattern("units.idioms.words"),
        one_before=re.compile(
            rf"(?:{alternatives([*lexicon.words('units.one_after'), *ops_before, *kinds])}).{{0,2}}$"
        ),
        counting=re.compile(alternatives([*lexicon.words("units.one_after"), *kinds])),
        phase_after=lexicon.pattern("units.phases_after"),
        phase_before=re.compile(rf"{alternatives(lexicon.words('units.phases_before'))}$"),
        name_after=lexicon.pattern("units.name_after"),
        bare=re.compile(
            rf"(?:[每各再共均].{{0,2}}|街道|村|镇|社区)?{alternatives([*lexicon.words('units.bare'), *lexicon.words('units.what_back')])}"
        ),
        strip_front=re.compile(rf"(?:{front}|\d{{1,2}}月)+"),
        strip_back=re.compile(rf"(?:{back}|(?<![公合条契违预节特签制])约)$"),
        recurring=re.compile(alternatives(kinds)),
        recurring_kind=kinds,
    )
