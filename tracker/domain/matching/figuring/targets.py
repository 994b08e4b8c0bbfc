"""What is looked for: a target of a promise, over the year, with all that says which numbers could answer it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tracker.domain.documents import Quantity
from tracker.domain.matching.comparable import RAREST, Comparable, make_comparable
from tracker.domain.matching.figuring.rows import name_in_row
from tracker.domain.matching.figuring.vocabulary import figure_words
from tracker.domain.matching.promises import Promise
from tracker.domain.matching.units import number_text, same_unit, split_unit
from tracker.domain.matching.words import MatchingWords

PERIODS = {"month": 12, "quarter": 4, "half_year": 2, "year": 1}
PERIOD_NAMES = {"month": "每月", "quarter": "每季度", "half_year": "每半年", "year": "每年"}
EVENTS = frozenset(("次", "场", "期", "场次", "批次", "批", "轮", "轮次", "堂", "节", "回", "讲", "课", "班次", "趟"))
PEOPLE = frozenset(("名", "人", "位"))
THINGS = frozenset(
    ("个", "处", "家", "所", "座", "条", "项", "件", "支", "间", "类", "种", "村", "部", "份", "块", "片")
)
SHARES = frozenset(("%", "个百分点", "百分点", "‰"))
TELLING_NAME = 4
"""A target's own name of so many characters says what it counts; a shorter one needs the promise's words."""
_OTHER_PERIODS = re.compile(
    r"每(?:(?P<two>两|二|2)个?月|(?P<week>周|星期)|(?P<half>半年)|(?P<quarter>季)|(?P<month>个?月))"
)
_INCREMENT = re.compile(
    "新增|新上线|新推出|新打造|新认定|新获|新取得|新组建|新评定|新引育|增加(?!到|至)|新发展|新建|新培育|新登记|新开工|新引进|净增|新设|增设|新创建|新聘|新录|新接入|新评"
)
_CEILING = re.compile("控制在|不超过|不高于|不突破|以内|压缩[至到]|缩短[至到]|压减[至到]|降[至到]")
_FALLS = re.compile("降|减|缩|压|精简|少|削|回落")
_EACH_NAMED = re.compile(
    r"(?:^|[，；：])(?:在|为|于|支持|推动)?([^，。；：\d]{2,40}?)(?:分别|均)?各[^，。；、\d一二两三]{0,4}[\d一二两三]"
)
_EACH_COUNTED = re.compile(r"(\d{1,3})个[\u4e00-\u9fff]{1,6}各[^，。；、\d一二两三不至]{0,4}[1一]")
_SHORTER = re.compile("(?:缩短|压缩|精简|压减)(?![到至])")
_THIRDS = {33.33: 33.3, 66.67: 66.7, 14.29: 14.3, 16.67: 16.7}
"""Shares in words (三分之一), as a report would round them."""
_CLAUSE = re.compile("[，；。]")
_PAID_TO_EACH = re.compile("每人|人均|户均|每户|标准|工资|补贴|津贴|补助|低保|养老金|待遇")
"""A sum of money paid so often to each is a level, nothing to add up over the year."""
_EACH_ONE = re.compile("每[个名家所村校人镇站位支项户]|各[个村镇校乡街]|人均|户均")


@dataclass(frozen=True, slots=True, eq=False)
class Target:
    """A target: ``value`` over the year in the quantity's unit (``factor`` times the plain ``base``).

    ``seasonal`` where it recurs for a part of the year only; ``wanted`` are the grams of its name by weight; ``place`` and ``row`` its place among the promise's targets in that unit.
    """

    quantity: Quantity
    promise: Promise
    value: float
    times: int
    recurs: bool
    seasonal: bool
    factor: float
    base: str
    name: Comparable
    wanted: Mapping[str, float]
    total: float
    tail: str
    growth: bool
    falls: bool
    increment: bool
    ceiling: bool
    single: bool
    place: int
    row: int

    @property
    def share(self) -> bool:
        """Say whether the target is a share."""
        return self.quantity.unit in SHARES

    @property
    def events(self) -> bool:
        """Say whether the target counts events."""
        return self.base in EVENTS

    def scaled(self, value: float) -> float:
        """Return a plain number in the target's unit."""
        return round(value / self.factor, 6)


def target_of(quantity: Quantity, promise: Promise, rarity: Mapping[str, float], words: MatchingWords) -> Target:
    """Make one target of a promise ready."""
    factor, base = split_unit(quantity.unit, words)
    what = quantity.what.strip("，。；：、 ")
    several = len(promise.quantities) > 1
    row = [one for one in promise.quantities if same_unit(base, split_unit(one.unit, words)[1], words)]
    place = next((at for at, one in enumerate(row) if one is quantity), 0)
    what = _own_name(promise, row, place) or what
    name = make_comparable(what if several or len(what) >= TELLING_NAME else promise.text, words)
    wanted = {gram: share * rarity.get(gram, RAREST) for gram, share in name.grams.items()}
    before = words_before(promise, quantity)
    times = periods_of(quantity, promise) * each_promised(promise.text, quantity)
    return Target(
        quantity=quantity,
        promise=promise,
        value=_THIRDS.get(quantity.value, quantity.value) * times,
        times=times,
        recurs=periods_of(quantity, promise) > 1,
        seasonal=periods_of(quantity, promise) > 1 and bool(figure_words()["season"].search(before)),
        factor=factor,
        base=base,
        name=name,
        wanted=wanted,
        total=sum(wanted.values()),
        tail=name.chunks[-1].text[-4:] if name.chunks else "\n",
        growth=is_growth(quantity, promise, words),
        falls=bool(_FALLS.search(before[-8:] + quantity.what[-4:])),
        increment=bool(_INCREMENT.search(before)),
        ceiling=quantity.op == "<=" or bool(_CEILING.search(before[-6:])),
        single=bool(_EACH_ONE.search(before)),
        place=place,
        row=len(row),
    )


def _own_name(promise: Promise, row: Sequence[Quantity], place: int) -> str | None:
    """Return the name of a target that stands in a row of them (甲率、乙率分别达90%、96%)."""
    home, spans = promise.commitment.span, [one.span for one in row]
    if len(row) < 2 or "分别" not in promise.commitment.text or len({one.what for one in row}) > 1:
        return None
    if any(span is None or not home.contains(span) for span in spans):
        return None
    first = min(span.start for span in spans if span) - home.start
    return name_in_row(promise.commitment.text, first, place, len(row))


def yearly_target(quantity: Quantity) -> float:
    """Return the target of the whole year: a recurring one times its periods; what is paid to each so often is a level."""
    return (
        quantity.value
        if _is_paid_to_each(quantity, quantity.what)
        else quantity.value * PERIODS.get(quantity.per or "", 1)
    )


def _is_paid_to_each(quantity: Quantity, before: str) -> bool:
    return quantity.unit.endswith("元") and bool(_PAID_TO_EACH.search(before))


def periods_of(quantity: Quantity, promise: Promise) -> int:
    """Return how many times a year the target is promised; 1 for one that does not recur."""
    before = words_before(promise, quantity)
    if quantity.per == "half_year" and "学期" in before and _EACH_ONE.search(before):
        return 1  # so many lessons of each teacher a term: reports tell of terms, not of the year
    if quantity.per and _is_paid_to_each(quantity, before):
        return 1
    if quantity.per:
        return PERIODS[quantity.per]
    if split_unit_plain(quantity.unit) not in EVENTS:
        return 1
    found = _OTHER_PERIODS.search(before)
    if found is None:
        return 1
    kinds = {"two": 6, "week": 52, "half": 2, "quarter": 4, "month": 12}
    return kinds[found.lastgroup or "month"]


def split_unit_plain(unit: str) -> str:
    """Return a unit without 万 or 亿 before it."""
    return unit.lstrip("万亿")


def words_before(promise: Promise, quantity: Quantity) -> str:
    """Return the words of a promise before a target's number, back to the clause's beginning."""
    text, span, home = promise.text, quantity.span, promise.commitment.span
    if span is not None and home.contains(span):
        before = promise.commitment.text[: span.start - home.start]
        return _CLAUSE.split(before)[-1]
    mark = f"{number_text(quantity.value)}"
    at = text.find(f"{mark}{quantity.unit}")
    if at < 0:
        at = text.find(mark)
    if at < 0:
        tail = re.search(rf"[一二两三四五六七八九十百千]+(?:{re.escape(quantity.unit)})", text)
        at = tail.start() if tail else len(text)
    return _CLAUSE.split(text[:at])[-1]


def is_growth(quantity: Quantity, promise: Promise, words: MatchingWords) -> bool:
    """Say whether the target is a rate of growth or decline, not a level."""
    if quantity.unit not in SHARES:
        return False
    before = words_before(promise, quantity)[-8:]
    if words.signals["levels"].search(before):
        return False
    return bool(words.signals["growth"].search(before + quantity.what[-4:]) or _SHORTER.search(before))


def each_promised(promise: str, quantity: Quantity) -> int:
    """Return how many named or counted ones are each promised the target of one; 1 where it is one target for all."""
    if quantity.value != 1 or quantity.per is not None or quantity.unit in SHARES:
        return 1
    counted = _EACH_COUNTED.search(promise)
    if counted:
        return int(counted.group(1))
    return max(len(each_named(promise)), 1)


def each_named(promise: str) -> Sequence[str]:
    """Return the names that each are to get something (城关四小、马坡中学各建1个), [] where there are none."""
    found = _EACH_NAMED.search(promise)
    names = re.split("[、和与及]", found.group(1)) if found else []
    return names if len(names) > 1 and all(2 <= len(name) <= 12 for name in names) else []
