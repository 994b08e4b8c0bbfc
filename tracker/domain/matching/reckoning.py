"""Numbers a report gives without naming them: a rate by whole and part, a change by before and after, what each got."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tracker.domain.documents import Quantity
from tracker.domain.matching.numbers import EVENTS, Reckoned
from tracker.domain.matching.units import number_text, split_unit, unit_pattern
from tracker.domain.matching.words import MatchingWords
from tracker.language.numerals import parse_number

_COUNT = re.compile(
    r"(?<![\d.第])(\d[\d,]{0,9}(?:\.\d{1,2})?)([万亿]?)(人次|场次|批次|家次|户次|[件个名人家份本处所户宗起例项次场期台套条村块批支篇部辆座栋卷])"
)
_RATE_END = re.compile(r"(?:的)?(?:比例|比重|占比|率)(?:和|及|与|、)?|[“”]")
_RATE_TAIL = 4
"""So many characters before 率 say what is counted (案卷评查合格率: 评查合格)."""
_RATE_NAME = re.compile(r"([\u4e00-\u9fff]{2})[”]?(?:率|比例|占比|比重)[^，。；]{0,4}$")
_ALIKE = (("优良", "优秀", "合格", "达标"), ("办结", "答复", "回复", "审结", "结案"), ("满意", "好评"))
"""Beginnings of rates that are often written one for the other."""
GOES_ON = re.compile(
    "均|全部|无一|已全部|已均|一律|悉数|件件|(?:实现|做到|达到)[^，。；]{0,10}(?:全覆盖|应.尽.|全部|一个不落|无一)"
)
"""What a clause begins with that goes on speaking of what stands before it."""
_REALLY = re.compile("实际|按期|按时|及时|准时")
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
_EACH_GETS = re.compile(
    r"(?P<names>[^，。；：]{2,60}?)(?:均|分别)?各(?![类项种级地界族])(?P<what>[^，。；、\d]{0,8}?)$"
)
_BETWEEN_NAMES = re.compile(r"[、和与及]")
_ACTS = re.compile("开展|组织|举办|召开|会同|联合|进行|实施")
_TIMES = re.compile(r"[月季年日]|上下半|第")
_ALL_BUT = re.compile(r"除(?P<months>[^，。；]{1,20}?)外，?[^，。；]{0,6}?(?:每个?月|逐月|月月|按月)")
_MONTH = re.compile(r"(?:\d{1,2}|[一二三四五六七八九十]{1,2})月")
_EVERY = {"month": re.compile("每个?月|逐月|月月|按月"), "quarter": re.compile("每个?季度?|逐季|按季")}
_PERIODS = {"month": 12, "quarter": 4}


@dataclass(frozen=True, slots=True)
class _Count:
    """A count in a text with the words that say what it counts."""

    value: float
    unit: str
    near: str
    ideas: frozenset[str]
    start: int


def reckon_share(text: str, passage: str, quantity: Quantity, words: MatchingWords) -> Reckoned | None:
    """Return a rate that the report gives by saying that all of them were (均, 无一例外), or by its whole and its part."""
    return all_of_them(passage, quantity) or rate_from_counts(text, quantity, words)


def is_another_rate(before: str, quantity: Quantity) -> bool:
    """Say whether the words right before a number name a rate that shares no character with the promised one."""
    found = _RATE_NAME.search(before[-14:])
    if found is None or set(found.group(1)) <= set(quantity.what):
        return False
    return not any(found.group(1) in row and any(word in quantity.what for word in row) for row in _ALIKE)


def rate_from_counts(text: str, quantity: Quantity, words: MatchingWords) -> Reckoned | None:
    """Return a rate where the report gives the whole and the part (办理523件，结案481件; 不合格3批次)."""
    names = [name[-_RATE_TAIL:] for name in _RATE_END.split(quantity.what) if name]
    pairs = frozenset[str]().union(*(_ideas(name, words) for name in names))
    counts = list(_counts(text, words))
    best: tuple[tuple[int, bool, int], _Count, _Count] | None = None
    for at, part in enumerate(counts):
        for whole in counts[:at]:
            if whole.unit != part.unit or not 0 < part.value <= whole.value:
                continue
            own = len(pairs & part.ideas - whole.ideas) or int(bool(pairs & part.ideas and _REALLY.search(part.near)))
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


def _ideas(text: str, words: MatchingWords) -> frozenset[str]:
    """Return the pairs of characters of a text and the concepts it speaks of."""
    return frozenset(text[at : at + 2] for at in range(len(text) - 1)) | {
        words.concepts[found.group()] for found in words.concept_pattern.finditer(text)
    }


def _counts(text: str, words: MatchingWords) -> Iterator[_Count]:
    at = 0
    for found in _COUNT.finditer(text):
        value = parse_number(found.group(1))
        if value is None:
            continue
        after = re.split(r"[，。；、\d]", text[found.end() : found.end() + _CLOSE])[0]
        near = text[at : found.start()] + after
        yield _Count(value, found.group(2) + found.group(3)[:1], near, _ideas(near, words), found.start())
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


def what_each_got(text: str, quantity: Quantity, words: MatchingWords) -> Reckoned | None:
    """Return the sum where several named ones each did or got so many (甲局、乙局各接收2名)."""
    base = split_unit(quantity.unit, words)[1]
    for found in unit_pattern(base, words).finditer(text):
        value = parse_number(found.group(1))
        each = _EACH_GETS.search(text[: found.start()])
        if value is None or each is None or _TIMES.search(each.group("names")[-2:]):
            continue
        number = re.search(rf"{_NUMBER}个[\u4e00-\u9fff]{{1,8}}$", each.group("names"))
        names = [name for name in _BETWEEN_NAMES.split(each.group("names")) if name]
        count = parse_number(number.group(1)) if number else float(len(names)) if len(names) > 1 else None
        acts = split_unit(quantity.unit, words)[1] in EVENTS and _ACTS.search(each.group("names"))
        if count and not acts and not any(_TIMES.search(name[-1:]) for name in names):
            return Reckoned(count * value, f"{number_text(count)}个各{number_text(value)}{quantity.unit}，合计比较")
    return None


def each_period(text: str, quantity: Quantity, words: MatchingWords) -> Reckoned | None:
    """Return how often something took place that the report says was done every month, or every month but some."""
    if quantity.per not in _PERIODS or split_unit(quantity.unit, words)[1] not in EVENTS:
        return None
    if quantity.per == "month" and (but := _ALL_BUT.search(text)):
        missed = len(_MONTH.findall(but.group("months"))) or 1
        return Reckoned((12.0 - missed) * quantity.value, f"报告称“{but.group()}”")
    every = _EVERY[quantity.per].search(text)
    return Reckoned(_PERIODS[quantity.per] * quantity.value, f"报告称“{every.group()}”") if every else None


def names_found(promise: str, elements: Sequence[str], texts: Sequence[str], quantity: Quantity) -> Reckoned | None:
    """Return how many of the names that a promise gives and counts (“甲”“乙”2个工作室) stand in the report's passages."""
    names = re.findall(r"“([^“”]{2,16})”", promise)
    names = names if len(names) > 1 else _each_named(promise) or [_LEAD.sub("", name) for name in elements]
    if len(names) < 2 or quantity.value not in (1, len(names)):
        return None
    found = [name for name in names if any(name in text for text in texts)]
    return Reckoned(float(len(found)), f"报告点名{len(found)}个：" + "、".join(found)) if found else None


_LEAD = re.compile(r"^(?:结合|围绕|依托|利用|借助|抓住|针对|聚焦|通过)(?=.{2})")
_DOCUMENTS = ("件", "部", "项", "个", "份")
_EACH_NAMED = re.compile(
    r"(?:^|[，；：])(?:在|为|于|支持|推动)?([^，。；：\d]{2,40}?)(?:分别|均)?各[^，。；、\d一二两三]{0,4}[\d一二两三]"
)
_ANOTHER = re.compile(
    r"另(?:外)?(?:一|1)[个处座所家名件条][^。；]{0,24}?(?:尚未|未|没有|正在|选址|补考|暂缓|搁置|协商|停|推迟|筹备|待)"
)


def _each_named(promise: str) -> list[str]:
    """Return the names that each are to get something (城关四小、马坡中学各建1个), [] where there are none."""
    found = _EACH_NAMED.search(promise)
    names = re.split("[、和与及]", found.group(1)) if found else []
    return names if len(names) > 1 and all(2 <= len(name) <= 12 for name in names) else []


def each_promised(promise: str, quantity: Quantity) -> int:
    """Return how many named ones are each promised the target; 1 where it is one target for all."""
    one = quantity.value == 1 and quantity.per is None and quantity.unit != "%"
    return max(len(_each_named(promise)), 1) if one else 1


def documents_named(clause: str, quantity: Quantity) -> Reckoned | None:
    """Return how many documents a clause names, where their number was promised (对《甲》《乙》组织后评估)."""
    titles = re.findall(r"《[^《》]{2,40}》", clause)
    if quantity.unit not in _DOCUMENTS or not titles or "等" in clause or len(titles) > quantity.value:
        return None
    return Reckoned(float(len(titles)), f"报告点名{len(titles)}件")


def all_but_one(text: str, quantity: Quantity) -> Reckoned | None:
    """Return one less than the target of two where the report says that the other one is not done (另一处尚未施工)."""
    if quantity.value != 2 or not (found := _ANOTHER.search(text)):
        return None
    return Reckoned(1.0, f"报告称“{found.group()}”")
