"""Ways of reading a share: a part of a whole, a change between two numbers, all of them, none of them."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence

from tracker.domain.matching.figuring.counting import from_to
from tracker.domain.matching.figuring.scan import Number
from tracker.domain.matching.figuring.targets import PEOPLE, SHARES, Target
from tracker.domain.matching.figuring.vocabulary import figure_words
from tracker.domain.matching.figuring.ways import EXACT, LOOSE, SAME, Scene, Way
from tracker.domain.matching.rates import REALLY, counted_by, ideas_of
from tracker.domain.matching.units import number_text
from tracker.domain.matching.words import MatchingWords
from tracker.language.numerals import parse_number

MOST_APART = 5
"""A part stands at most so many numbers after its whole."""
_OUT_OF = re.compile(r"^[^，。；、\d]{0,8}?(?:中|里|当中)(?:有|仅有|只有|已有|，|的)?")
_NEVER_MISSED = re.compile(
    "[一1](?:次|期|场|个月|个季度|月|季|轮|讲|节)[不没]有?[落少缺漏断停]|从未间断|从不间断|雷打不动|未曾间断|未中断|(?:月月|季季|期期|场场|周周)[^，。；]{0,4}"
)
_DOUBLED = re.compile("翻[了]?一?番|增长[了]?[一1]倍|翻倍")
_HALVED = re.compile("减半|腰斩|砍掉一半|压减一半|减少一半|下降一半|缩短一半")
_FOLD = re.compile(
    r"(?:(?P<more>增长|增加|提高|提升|上升|增)[了近约超]{0,2}|(?:是|为|达|相当于)[^，。；\d]{0,8}?的?(?:近|约)?|(?:增至|扩大到|增加到|提高到)[^，。；\d]{0,6}?)(?P<fold>\d{1,2}(?:\.\d{1,2})?|[一两二三四五六七八九十])倍"
)
_BOTH = re.compile(
    r"(?<![人平年月日户件场])均(?![衡价收等匀线摊可值])|(?<!大)都(?=[\u4e00-\u9fff])(?!市)|应.{1,2}尽.|[逐挨][件案个项户份家条栋]|没有一[\u4e00-\u9fff]|无一|一[\u4e00-\u9fff]{1,2}?[不没未有]+[落少漏缺]"
)
"""Shorter ways of saying that all of them were."""
_ALL_WON = re.compile("(?:全部|均|全都|件件|悉数|都)(?:判决|予以|获|被|以)?(?:维持|驳回|胜诉)")
_HOLDS = re.compile("率|比例|占比|覆盖|比重|满意|达标|合格")


def shares(scene: Scene, target: Target, words: MatchingWords) -> Iterator[Way]:
    """Yield every way of reading a share that the sentence does not name."""
    if target.share and not target.growth:
        yield from _rates(scene, target, words)
    if target.share:
        yield from _changes(scene, target)
        yield from _points(scene, target)
        yield from _times_over(scene, target)
    yield from _all_of_them(scene, target)
    yield from _none_of_them(scene, target)


def _rates(scene: Scene, target: Target, words: MatchingWords) -> Iterator[Way]:
    counted = [one for one in scene.numbers if one.unit not in SHARES and one.value > 0]
    stem = counted_by(target.quantity.what.split("占")[0], words)
    for at, part in enumerate(counted):
        for whole in counted[max(0, at - MOST_APART) : at]:
            fit = _one_unit(whole, part)
            if not fit:
                continue
            if part.value <= whole.value:
                yield from _rate(scene, target, whole, part, fit, stem, words)
            elif _OUT_OF.search(scene.text[whole.end : whole.end + 12]) is None:
                yield from _rate(scene, target, part, whole, fit, stem, words)


def _one_unit(left: Number, right: Number) -> float:
    if left.unit == right.unit:
        return EXACT
    if left.unit in PEOPLE and right.unit in PEOPLE:
        return SAME
    return (
        LOOSE
        if {left.unit, right.unit} <= {"件", "宗", "起", "例", "案", "次", "卷", "份", "个", "家", "所", "项", "户"}
        else 0.0
    )


def _rate(
    scene: Scene, target: Target, whole: Number, part: Number, fit: float, stem: frozenset[str], words: MatchingWords
) -> Iterator[Way]:
    """Yield part by whole and, where the part may be what was not done, the rest by whole."""
    patterns = figure_words()
    near, base = _near(scene, part), _near(scene, whole)
    own = stem & ideas_of(near, words) - ideas_of(base, words)
    lost = bool(patterns["lost"].search(target.quantity.what) and patterns["lost"].search(near))
    low, high = min(whole.start, part.start), max(whole.end, part.end)
    between = scene.text[min(whole.end, part.end) : max(whole.start, part.start)]
    numbers_between = sum(low < one.start < high for one in scene.numbers) - 1
    negative = bool(patterns["negative"].search(near))
    marks = {
        "rate_own_words": float(bool(own) or lost),
        "rate_really": float(bool(REALLY.search(near))),
        "rate_out_of": float(bool(_OUT_OF.search(scene.text[whole.end : whole.end + 12]))),
        "rate_of_which": float(bool(patterns["of_which"].search(between))),
        "rate_next": float(numbers_between == 0),
        "rate_reversed": float(whole.start > part.start),
        "rate_base_of_which": float(bool(patterns["of_which"].search(base))),
        "rate_change": float(bool(from_to(scene, *sorted((whole, part), key=lambda one: one.start)))),
        "rate_negative": float(negative),
        "rate_whole_first": float(whole is scene.numbers[0]),
        "rate_stem_twice": float(bool(stem & ideas_of(base, words))),
    }
    said = f"按{number_text(whole.value)}{whole.said}中{number_text(part.value)}{part.said}"
    yield Way(round(100 * part.value / whole.value, 1), "rate", f"{said}计算", scene, low, high, fit, marks)
    if negative and part.value < whole.value:
        value = round(100 * (whole.value - part.value) / whole.value, 1)
        turned = {**marks, "rate_negative": 0.0, "rate_turned": 1.0}
        yield Way(value, "rate", f"{said}没有做到计算", scene, low, high, fit, turned)


def _near(scene: Scene, one: Number) -> str:
    return scene.before(one.start) + scene.after(one.end)


def _changes(scene: Scene, target: Target) -> Iterator[Way]:
    """Yield the change in percent between two numbers of one unit, where the sentence tells of one."""
    counted = [one for one in scene.numbers if one.unit not in SHARES]
    for one, other in itertools.pairwise(counted):
        if one.unit != other.unit or not (pair := from_to(scene, one, other)):
            continue
        before, after = pair
        if before <= 0:
            continue
        change = (before - after if target.falls else after - before) / before
        note = f"按{number_text(before)}变为{number_text(after)}计算"
        marks = {"change_level": float(not target.growth), "change_turned": float(change < 0)}
        yield Way(round(100 * change, 1), "change", note, scene, one.start, other.end, EXACT, marks)


def _points(scene: Scene, target: Target) -> Iterator[Way]:
    """Yield the points between two shares, where points are promised (由41%升至47.5%)."""
    if not target.quantity.unit.endswith("百分点") or not target.growth:
        return
    shares = [one for one in scene.numbers if one.unit == "%"]
    for one, other in itertools.pairwise(shares):
        if pair := from_to(scene, one, other):
            before, after = pair
            value = round(before - after if target.falls else after - before, 2)
            note = f"由{number_text(before)}%变为{number_text(after)}%，按百分点比较"
            marks = {"change_turned": float(value < 0), "change_in_points": 1.0}
            yield Way(value, "change", note, scene, one.start, other.end, EXACT, marks)


def _times_over(scene: Scene, target: Target) -> Iterator[Way]:
    """Yield a doubling or a halving told in words (翻番、减半)."""
    for pattern, value, falls in ((_DOUBLED, 100.0, False), (_HALVED, 50.0, True)):
        found = pattern.search(scene.text)
        if found and target.growth and target.falls == falls:
            note = f"报告称“{found.group()}”"
            yield Way(value, "change", note, scene, found.start(), found.end(), EXACT, {"change_in_words": 1.0})
    if target.growth and not target.falls:
        for found in _FOLD.finditer(scene.text):
            fold = parse_number(found.group("fold"))
            if fold:
                value = round(100 * (fold if found.group("more") else fold - 1), 1)
                note = f"报告称“{found.group()}”"
                yield Way(value, "change", note, scene, found.start(), found.end(), EXACT, {"change_in_words": 1.0})


def _all_of_them(scene: Scene, target: Target) -> Iterator[Way]:
    """Yield the whole where the sentence says that all of them were."""
    if target.growth or target.ceiling:
        return
    if target.events:
        yield from _never_missed(scene, target)
        return
    patterns = figure_words()
    for found in _first_in_each_clause(_BOTH, scene, _first_in_each_clause(patterns["all"], scene)):
        low, high = scene.clause_of(found.start())
        limited = bool(patterns["not_all"].search(scene.text, low, high))
        value = 100.0 if target.share else target.value
        marks = {
            "all_limited": float(limited),
            "all_of_a_rate": float(target.share and bool(_HOLDS.search(target.quantity.what))),
            "all_full": float(target.share and target.value == value),
            "all_of_a_count": float(not target.share),
            "all_same_number": float(any(target.scaled(one.value) == target.value for one in scene.numbers)),
        }
        yield Way(value, "all", f"报告称“{found.group()}”", scene, found.start(), found.end(), EXACT, marks)


def _never_missed(scene: Scene, target: Target) -> Iterator[Way]:
    """Yield the whole target where an event that recurs is said never to have been missed (一期不落)."""
    for found in _NEVER_MISSED.finditer(scene.text):
        marks = {"all_of_events": 1.0, "all_recurring": float(target.recurs)}
        yield Way(target.value, "all", f"报告称“{found.group()}”", scene, found.start(), found.end(), EXACT, marks)


def _first_in_each_clause(
    pattern: re.Pattern[str], scene: Scene, others: Sequence[re.Match[str]] = ()
) -> Sequence[re.Match[str]]:
    """Return the first place in each clause, after those found already; a clause that has one needs no other."""
    found = {scene.clause_of(match.start())[0]: match for match in others}
    for match in pattern.finditer(scene.text):
        found.setdefault(scene.clause_of(match.start())[0], match)
    return [found[at] for at in sorted(found)]


def _none_of_them(scene: Scene, target: Target) -> Iterator[Way]:
    """Yield nothing at all where the sentence says that none was, and none or few were promised."""
    if not target.ceiling:
        return
    for found in _first_in_each_clause(figure_words()["none"], scene):
        marks = {"none_of_zero": float(target.value == 0)}
        yield Way(0.0, "none", f"报告称“{found.group()}”", scene, found.start(), found.end(), EXACT, marks)
    yield from _nothing_lost(scene, target)


def _nothing_lost(scene: Scene, target: Target) -> Iterator[Way]:
    """Yield nothing where few lost cases were promised and the sentence tells only of those that were won."""
    lost, won = figure_words()["lost"], figure_words()["won"]
    found = won.search(scene.text)
    if found and lost.search(target.quantity.what) and not lost.search(scene.text):
        yield Way(
            0.0,
            "none",
            f"报告称“{found.group()}”",
            scene,
            found.start(),
            found.end(),
            EXACT,
            {"none_won": 1.0, "none_all_won": float(bool(_ALL_WON.search(scene.text)))},
        )
