"""Numbers a report gives without naming them, as far as they tell whether a passage speaks of a promise at all.

Which number answers a target is chosen among all ways of reading one (``figuring``).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from tracker.domain.documents import Quantity
from tracker.domain.matching.rates import REALLY, counted_by, ideas_of
from tracker.domain.matching.units import number_text
from tracker.domain.matching.words import MatchingWords
from tracker.language.numerals import parse_number

_COUNT = re.compile(
    r"(?<![\d.第])(\d[\d,]{0,9}(?:\.\d{1,2})?)([万亿]?)(人次|场次|批次|家次|户次|[件个名人家份本处所户宗起例项次场期台套条村块批支篇部辆座栋卷])"
)
_RATE_NAME = re.compile(r"([\u4e00-\u9fff]{2})[”]?(?:率|比例|占比|比重)[^，。；]{0,4}$")
_ALIKE = (("优良", "优秀", "合格", "达标"), ("办结", "答复", "回复", "审结", "结案"), ("满意", "好评"))
"""Beginnings of rates that are often written one for the other."""
_NOT = re.compile(r"[不未无]$|没有$")
_CLOSE = 10
"""How many characters after a number still say what it counts."""
_ALL = re.compile(
    r"全部|(?<![人平年月])均(?![衡价收等匀线摊可])|无一(?:例外|遗漏|逾期|延误|超期)|一个不落|全覆盖|件件|逐[件案个项户份一]|应.尽.|悉数|一律|无一不|按期办结"
)
_NOT_ALL = re.compile(r"基本|大部分|多数|部分|未能|尚未|[^，。；]{0,6}除外|仍有|还有|其余|近|一半")
_NUMBER = r"(\d[\d,]{0,11}(?:\.\d{1,4})?|[一二两三四五六七八九十百]{1,4})"
_UNIT = r"([万亿]?[\u4e00-\u9fff%]{0,3}?)"
_UP = "增加|增长|提高|提升|上升|增|扩大|升|攀升|增多|扩"
_DOWN = "减少|下降|降低|降|压减|压缩|压降|减|缩短|回落|精简|下滑"
_FROM_TO = re.compile(
    rf"(?:由|从)[^，。；\d]{{0,10}}?{_NUMBER}{_UNIT}(?:，)?(?:{_UP}|{_DOWN})[^，。；\d]{{0,2}}?(?:到|至|为|成)?[^，。；\d]{{0,3}}?{_NUMBER}"
)
_AGAINST = re.compile(
    rf"{_NUMBER}([万亿]?[\u4e00-\u9fff]{{1,2}}?)，?[（(]?(?:而|比|较|与|和|对比)?(?:上年同期|去年同期|上年|去年|前一年|20\d\d年|同期)(?:同期)?(?:的|为|是|共|有)?{_NUMBER}\2"
)
_BY = re.compile(
    rf"{_NUMBER}([\u4e00-\u9fff]{{1,2}})，?(?:同比|(?:比|较)(?:上年同期|去年同期|上年|去年|同期)[^，。；\d]{{0,3}}?)(?P<turn>{_UP}|{_DOWN})[了]?{_NUMBER}\2"
)
_FALLS = re.compile("降|减|缩|压")


@dataclass(frozen=True, slots=True)
class Reckoned:
    """A number worked out from what a report says, and how."""

    value: float
    note: str


@dataclass(frozen=True, slots=True)
class _Count:
    """A count in a text with the words that say what it counts."""

    value: float
    unit: str
    near: str
    ideas: frozenset[str]
    start: int


def is_another_rate(before: str, quantity: Quantity) -> bool:
    """Say whether the words right before a number name a rate that shares no character with the promised one."""
    found = _RATE_NAME.search(before[-14:])
    if found is None or set(found.group(1)) <= set(quantity.what):
        return False
    return not any(found.group(1) in row and any(word in quantity.what for word in row) for row in _ALIKE)


def rate_from_counts(text: str, quantity: Quantity, words: MatchingWords) -> Reckoned | None:
    """Return a rate where the report gives the whole and the part (办理523件，结案481件; 不合格3批次)."""
    pairs = counted_by(quantity.what, words)
    counts = list(_counts(text, words))
    best: tuple[tuple[int, bool, int], _Count, _Count] | None = None
    for at, part in enumerate(counts):
        for whole in counts[:at]:
            if whole.unit != part.unit or not 0 < part.value <= whole.value:
                continue
            own = len(pairs & part.ideas - whole.ideas) or int(bool(pairs & part.ideas and REALLY.search(part.near)))
            worth = (own, not whole.near.lstrip("，").startswith("其中"), whole.start)
            if own and (best is None or worth > best[0]):
                best = worth, whole, part
    if best is None:
        return None
    _, whole, part = best
    said = next((part.near.find(pair) for pair in sorted(pairs & part.ideas - whole.ideas) if pair in part.near), 0)
    left = bool(_NOT.search(part.near[:said]))
    value = round(100 * ((whole.value - part.value) if left else part.value) / whole.value, 1)
    note = f"按{number_text(whole.value)}{whole.unit}中{number_text(part.value)}{part.unit}计算"
    return Reckoned(value, note)


def shares_of_counts(text: str) -> list[float]:
    """Return what share, in percent, a later count of a sentence is of an earlier one of the same unit."""
    counts = [
        (value, found.group(2) + found.group(3)[:1])
        for found in _COUNT.finditer(text)
        if (value := parse_number(found.group(1)))
    ]
    return [
        100.0 * part / whole
        for at, (part, unit) in enumerate(counts)
        for whole, other in counts[:at]
        if unit == other and 0 < part <= whole
    ]


def _counts(text: str, words: MatchingWords) -> Iterator[_Count]:
    at = 0
    for found in _COUNT.finditer(text):
        value = parse_number(found.group(1))
        if value is None:
            continue
        after = re.split(r"[，。；、\d]", text[found.end() : found.end() + _CLOSE])[0]
        near = text[at : found.start()] + after
        yield _Count(value, found.group(2) + found.group(3)[:1], near, ideas_of(near, words), found.start())
        at = found.end()


def all_of_them(passage: str, quantity: Quantity) -> Reckoned | None:
    """Return 100 where a rate is promised and the passage says that every one of them was."""
    if quantity.op == "<=" or not quantity.what.endswith(("率", "比例", "占比", "覆盖")):
        return None
    found = _ALL.search(passage)
    if found is None or _NOT_ALL.search(passage):
        return None
    return Reckoned(100.0, f"报告称“{found.group()}”")


def change_told(text: str, promise: str) -> Reckoned | None:
    """Return a growth or decline in percent where the report gives the numbers before and after (由41项减少到17项)."""
    falls = bool(_FALLS.search(promise))
    for before, after in _changes(text):
        if before:
            change = (before - after if falls else after - before) / before
            return Reckoned(round(100 * change, 1), f"按{number_text(before)}变为{number_text(after)}计算")
    return None


def _changes(text: str) -> Iterator[tuple[float, float]]:
    for found in _FROM_TO.finditer(text):
        before, after = parse_number(found.group(1)), parse_number(found.group(3))
        if before is not None and after is not None:
            yield before, after
    for found in _AGAINST.finditer(text):
        after, before = parse_number(found.group(1)), parse_number(found.group(3))
        if before is not None and after is not None:
            yield before, after
    for found in _BY.finditer(text):
        after, by = parse_number(found.group(1)), parse_number(found.group(4))
        if after is not None and by is not None:
            yield after + by if _FALLS.search(found.group("turn")) else after - by, after
