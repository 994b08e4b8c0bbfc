"""Ways of reading how often something took place: months and quarters named, so often in each of them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tracker.domain.matching.figuring.targets import PERIODS, Target
from tracker.domain.matching.figuring.ways import EXACT, Scene, Way, fitting
from tracker.domain.matching.units import number_text
from tracker.domain.matching.words import MatchingWords
from tracker.language.numerals import parse_number

_NUMERAL = r"(?:十[一二]|[一二三四五六七八九十]|\d{1,2})"
_QUARTERS = rf"第?{_NUMERAL}(?:、第?{_NUMERAL}){{0,3}}(?:[和及]第?{_NUMERAL})?季度"
_STRETCH = re.compile(
    rf"前[两二三]个?季度|{_QUARTERS}|上、?下半年|[上下]半年|{_NUMERAL}月(?!\d)|春季|夏季|秋季|冬季|春秋两季|年[初中末底]"
)
_RANGE = re.compile(rf"第?({_NUMERAL})(?:季度)?[至到—-]第?({_NUMERAL})季度|({_NUMERAL})(?:月)?[至到—-]({_NUMERAL})月")
_ROW = re.compile(
    rf"(?:{_STRETCH.pattern})(?:份|初|底|末|中旬|上旬|下旬)?(?:[、和及与](?:{_STRETCH.pattern})(?:份|初|底|末)?)*"
)
_EACH = re.compile(r"(?:分别|均|各|每季度?|每月)[^，。；]{0,12}?")
_EVERY = re.compile(
    r"(?P<month>每个?月|逐月|月月|按月|月均|一月(?=一[次期场讲节]))|(?P<quarter>每个?季度?|逐季|按季|季季|一季度?(?=一[次期场讲节]))|(?P<half>每半年|半年(?=一[次期场轮]))|(?P<two>每[两二2]个?月|隔月|逢单月|逢双月|双月|[两二]个?月(?=一[次期场]))|(?P<week>每周|每星期)|(?P<alone>(?:^|[，、])[一1]月(?=[一二两三四\d]))"
)
_TIMES = {"month": 12, "quarter": 4, "half": 2, "two": 6, "week": 52, "alone": 12}
_OWN = {"month": "month", "quarter": "quarter", "half": "half_year"}
_ALL_BUT = re.compile(
    r"(?:除|仅|只有|只缺)(?P<months>[^，。；]{1,20}?)(?:外|空缺|空档|缺席|暂停|停办|未开展|没有开展|未办|没办)，?[^，。；]{0,8}?(?:每个?月|逐月|月月|按月|其余|其他|各月)"
)
_MONTH = re.compile(rf"{_NUMERAL}月")
FAR = 40
"""So many characters after the months may name the number that each of them had."""


def times(scene: Scene, target: Target, words: MatchingWords) -> Iterator[Way]:
    """Yield every way of reading how often an event took place by the parts of the year."""
    if not target.events:
        return
    yield from _every_period(scene, target, words)
    yield from _rows(scene, target, words)
    yield from _one_by_one(scene, target)


def _every_period(scene: Scene, target: Target, words: MatchingWords) -> Iterator[Way]:
    """Yield so often every month or quarter over the year; with no number, once."""
    found = list(fitting(scene, target, words))
    if but := _ALL_BUT.search(scene.text):
        missed = len(_MONTH.findall(but.group("months"))) or 1
        yield Way(
            12.0 - missed, "every", f"报告称“{but.group()}”", scene, but.start(), but.end(), EXACT, {"every_but": 1.0}
        )
    for every in _EVERY.finditer(scene.text):
        count = _TIMES[every.lastgroup or "month"]
        own = float(target.quantity.per is not None and PERIODS.get(target.quantity.per) == count)
        note = f"报告称“{every.group().lstrip('，、')}”，已折算为全年"
        after = [(one, fit) for one, fit in found if every.end() <= one.start <= every.end() + FAR]
        for one, fit in after[:1]:
            value = target.scaled(count * one.value)
            yield Way(
                value, "every", note, scene, every.start(), one.end, fit, {"every_counted": 1.0, "every_own": own}
            )
        once = float(count) * (target.quantity.value if own else 1.0)
        yield Way(once, "every", note, scene, every.start(), every.end(), EXACT, {"every_own": own, "every_bare": 1.0})


def _rows(scene: Scene, target: Target, words: MatchingWords) -> Iterator[Way]:
    """Yield the number of months or quarters in a row, and that times what each of them had (4月、10月分别组织一次)."""
    found = list(fitting(scene, target, words))
    for row in _rows_of(scene.text):
        count = row_length(row.group())
        if not count:
            continue
        after = [(one, fit) for one, fit in found if row.end() <= one.start <= row.end() + FAR]
        each = bool(_EACH.search(scene.text[row.end() : after[0][0].start if after else row.end() + FAR]))
        if count > 1:
            note = f"报告逐次写明时段（{row.group()}），按次数合计"
            yield Way(
                float(count), "row", note, scene, row.start(), row.end(), EXACT, {"row_counted_too": float(bool(after))}
            )
        if not after or not each:
            continue
        one, fit = after[0]
        note = f"{row.group()}各{number_text(one.value)}{one.said}，合计比较"
        value = count * one.value
        yield Way(target.scaled(value), "row_each", note, scene, row.start(), one.end, fit)
        if len(after) > 1:
            more = after[1][0]
            between = scene.text[one.end : more.start]
            if _STRETCH.search(between):
                yield Way(
                    target.scaled(value + more.value),
                    "row_each",
                    note,
                    scene,
                    row.start(),
                    more.end,
                    fit,
                    {"row_and_more": 1.0},
                )


def _rows_of(text: str) -> Iterator[re.Match[str]]:
    at = 0
    while True:
        ranged, row = _RANGE.search(text, at), _ROW.search(text, at)
        first = min((one for one in (ranged, row) if one), key=lambda one: (one.start(), -one.end()), default=None)
        if first is None:
            return
        yield first
        at = first.end()


def row_length(text: str) -> int:
    """Return how many months, quarters or halves a row of them names (一、二、三季度: 3; 一至三季度: 3)."""
    ranged = _RANGE.fullmatch(text)
    if ranged:
        low, high = (parse_number(one) for one in ranged.groups() if one)
        return max(int(high - low) + 1, 0) if low is not None and high is not None else 0
    count = 0
    for part in _STRETCH.finditer(text):
        if part.group().startswith("前"):
            count += 2 if part.group()[1] in "两二" else 3
        elif part.group().endswith("季度"):
            count += len(re.findall(_NUMERAL, part.group()))
        else:
            count += 2 if part.group() in ("上、下半年", "上下半年", "春秋两季") else 1
    return count


def _one_by_one(scene: Scene, target: Target) -> Iterator[Way]:
    """Yield how many parts of a sentence begin with a part of the year of their own (一季度…，二季度…)."""
    parts = [one for one in re.split("[、，；]", scene.text) if _STRETCH.match(one.strip())]
    if len(parts) >= 2:
        yield Way(
            float(len(parts)),
            "row",
            "报告逐次写明时段，按次数合计",
            scene,
            0,
            len(scene.text),
            EXACT,
            {"row_by_clause": 1.0},
        )
