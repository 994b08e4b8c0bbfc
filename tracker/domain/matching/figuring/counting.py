"""Ways of reading a count: the number itself, a sum of several, so many each, what was added, what is left over."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence

from tracker.domain.matching.comparable import make_comparable
from tracker.domain.matching.figuring.scan import Number
from tracker.domain.matching.figuring.targets import Target
from tracker.domain.matching.figuring.vocabulary import figure_words
from tracker.domain.matching.figuring.ways import EXACT, LOOSE, SAME, Scene, Way, fitting, unit_fit
from tracker.domain.matching.steps import step_of
from tracker.domain.matching.units import number_text
from tracker.domain.matching.words import MatchingWords
from tracker.language.numerals import parse_number

MOST_IN_A_SUM = 6
MOST_PASSAGES = 3
BETWEEN = 30
"""So many characters may lie between the parts of a sum."""
CLOSE = 16
"""So many characters before or after a number may say that it is last year's."""
_PRIOR_TO = re.compile("(?:上年|去年|前一年|同期|年初|原先|原来|此前|以往|(?<!同)比|较)(?=[^，。；]{0,10}$)")
"""What says, between two numbers, that the second one is last year's or what it changed by."""
_LEFT_OVER = re.compile("其余|剩余|余下|剩下|还剩")
_BOTH_ACTS = re.compile(
    "新[（(]?改[）)]?[扩]?建|新建[^，。；、]{0,2}[和及、与或（][^，。；]{0,3}(?:改|扩|修)|改建[^，。；、]{0,2}[和及、与]新建"
)
"""Two acts promised with one number (新改建40座): a report tells of each with its own."""
_ACT = re.compile("[新改扩][改扩]*建|改造|提升|修缮|翻修|改扩")
UNDER_WAY_WITHIN = 6
"""Within how many characters before a number it is told that what it counts is not there yet."""
_FELL_BY = re.compile("(?:下降|降低|减少|回落|下滑|微降|负增长|收缩)[了约近]?$")
_ROSE_BY = re.compile("(?:上升|增加|增长|提高|攀升|回升|反弹)[了约近]?$")
TURNED_WITHIN = 5
"""Within how many characters before a change its direction is told."""
_CONVERTED = {
    ("公顷", "亩"): 15.0, ("公顷", "平方米"): 10000.0, ("平方公里", "公顷"): 100.0, ("公里", "米"): 1000.0, ("千米", "米"): 1000.0,
    ("米", "公里"): 0.001, ("小时", "分钟"): 60.0,
}  # fmt: skip
_YEAR = re.compile(r"20\d\d年(?:同期)?(?:的|为|是|共|有)")
_MORE_THAN_PLANNED = re.compile(
    r"(?:比|超|较)[^，。；\d]{0,6}(?:计划|目标|任务|预期)[^，。；\d]{0,4}?(?:多|超|增)?[^，。；\d]{0,4}$|(?:超额|超出)[^，。；\d]{0,6}$"
)
_SHARE_OF_PLAN = re.compile(r"(?:任务|目标|计划|承诺)[^，。；\d]{0,6}(?:的|率)?[^，。；\d]{0,4}$")
_ORDINAL = re.compile(r"第(?P<number>\d{1,3}|[一二三四五六七八九十百]{1,4})(?P<unit>[\u4e00-\u9fff])")
_BARE_SHARE = re.compile(r"(?:完成|实现)[了已]?(?:任务|进度|工程量)?(?:的|过|率|达|达到|约|近)?$")
_NAMES_EACH = re.compile(r"(?P<names>[^，。；：\d]{2,60}?)(?:均|分别)?各(?![类项种级地界族])[^，。；、\d]{0,10}$")
_COUNTED_EACH = re.compile(
    r"(?P<count>\d{1,3}|[一二两三四五六七八九十]{1,3})(?:个|家|所|名|支|条|处|类|大|[期次场批轮班节讲](?=[^。；\d]{0,10}每[期次场批轮班节讲]))[^。；\d]{0,14}?(?:均|分别|各|每)[^，。；、\d]{0,12}$"
)
_BETWEEN_NAMES = re.compile(r"[、和与及]")
_TIMES = re.compile(r"[月季年日]|上下?半|第|上$|下$")


def counts(scene: Scene, target: Target, words: MatchingWords) -> Iterator[Way]:
    """Yield every way of reading a count or a level in a sentence."""
    found = list(fitting(scene, target, words))
    for one, fit in found:
        note = None if one.said == target.quantity.unit else f"报告按“{one.said}”计"
        value = one.high if one.high and target.ceiling else one.value
        if target.growth and _turned(scene, one, target):
            note = f"承诺{'下降' if target.falls else '增长'}，报告所述相反"
            yield Way(-target.scaled(value), "number", note, scene, one.start, one.end, fit, {"turned_told": 1.0})
            continue
        yield Way(target.scaled(value), "number", note, scene, one.start, one.end, fit)
    yield from _converted(scene, target)
    if target.share:
        return
    yield from _sums(scene, target, found)
    yield from _so_many_each(scene, target, found)
    yield from _gains(scene, target, found)
    yield from _left_over(scene, target, found)
    yield from _parts(scene, target, found)
    yield from _not_yet(scene, target, words)
    yield from _reached(scene, target, words)
    yield from _beyond(scene, target, found)
    yield from _of_the_target(scene, target)


def _turned(scene: Scene, one: Number, target: Target) -> bool:
    """Say whether the words before a change tell of the other direction than was promised (增长8% and 同比下降2.3%)."""
    close = scene.before(one.start)[-TURNED_WITHIN:]
    falls, rises = _FELL_BY.search(close), _ROSE_BY.search(close)
    return bool(rises and not falls) if target.falls else bool(falls and not rises)


def _converted(scene: Scene, target: Target) -> Iterator[Way]:
    """Yield the numbers in a unit that converts into the target's (16.2公顷 for 15万平方米)."""
    for one in scene.numbers:
        rate = _CONVERTED.get((one.unit, target.base))
        if rate:
            note = f"按1{one.unit}={number_text(rate)}{target.base}换算"
            yield Way(target.scaled(round(one.value * rate, 6)), "number", note, scene, one.start, one.end, SAME)


def _sums(scene: Scene, target: Target, found: Sequence[tuple[Number, float]]) -> Iterator[Way]:
    """Yield the sums of numbers of one unit that follow each other (上半年5次，下半年4次)."""
    for first in range(len(found)):
        run = [found[first][0]]
        for other, fit in found[first + 1 : first + MOST_IN_A_SUM]:
            between = scene.text[run[-1].end : other.start]
            if other.unit != run[0].unit or len(between) > BETWEEN or "。" in between or _LEFT_OVER.search(between):
                break
            run.append(other)
            yield _sum_of(run, scene, target, fit, whole=first == 0 and len(run) == len(found))


def _sum_of(run: Sequence[Number], scene: Scene, target: Target, fit: float, *, whole: bool) -> Way:
    words = figure_words()
    between = [scene.text[one.end : other.start] for one, other in itertools.pairwise(run)]
    joined = "".join(between)
    marks = {
        "sum_list": float(all(text.lstrip().startswith(("、", "和", "，", "；")) for text in between)),
        "sum_whole": float(whole),
        "sum_of_which": float(bool(words["of_which"].search(joined))),
        "sum_total_said": float(bool(words["sum"].search(joined) or words["stock"].search(joined))),
        "sum_change": float(
            bool(words["prior"].search(joined) or words["up"].search(joined) or words["down"].search(joined))
        ),
        "sum_same_words": _alike(run, scene),
        "sum_of_places": float(
            not any(target.tail[-2:] in (scene.before(one.start)[-7:] + scene.after(one.end)[:7]) for one in run)
        ),
        "sum_after_the_first": float(_named_once(run, scene, target)),
        "sum_both_acts": float(_tells_both_acts(run, scene, target)),
        "sum_under_way": float(any(is_under_way(scene, one) for one in run)),
        "sum_of_stretches": float(all(words["stretch"].search(scene.before(one.start)) for one in run)),
    }
    said = "＋".join(number_text(one.value) for one in run)
    value = target.scaled(sum(one.value for one in run))
    return Way(value, "sum", f"{said}，合计比较", scene, run[0].start, run[-1].end, fit, marks)


def _tells_both_acts(run: Sequence[Number], scene: Scene, target: Target) -> bool:
    """Say whether two acts were promised with one number and each of two numbers tells of one act (新建22座，改造21座)."""
    if len(run) != 2 or not _BOTH_ACTS.search(target.promise.text):
        return False
    before = [scene.before(one.start) for one in run]
    return all(_ACT.search(text) for text in before) and not _BOTH_ACTS.search(before[0])


def is_under_way(scene: Scene, one: Number) -> bool:
    """Say whether a number counts what is not there yet (在建2所, 3个进入装修)."""
    under_way = figure_words()["under_way"]
    return bool(under_way.search(scene.before(one.start)[-UNDER_WAY_WITHIN:] + "_" + scene.after(one.end)[:CLOSE]))


def _named_once(run: Sequence[Number], scene: Scene, target: Target) -> bool:
    """Say whether only the first number is said to count the promised thing and the others leave it out (示范点6个，省厅命名2个)."""
    tail = target.tail[-2:]
    return tail in scene.before(run[0].start)[-7:] + scene.after(run[0].end)[:7] and not any(
        tail in scene.text[one.end : other.start] + scene.after(other.end)[:7] for one, other in itertools.pairwise(run)
    )


def _alike(run: Sequence[Number], scene: Scene) -> float:
    """Return 1 where what follows each of the numbers is the same, so that they count one thing in several places."""
    after = {scene.after(one.end)[:2] for one in run}
    return float(len(after) == 1)


def _so_many_each(scene: Scene, target: Target, found: Sequence[tuple[Number, float]]) -> Iterator[Way]:
    """Yield so many for each of several named or counted ones (甲局、乙局各接收2名), with and without what follows."""
    for number, (one, fit) in enumerate(found):
        low = max(0, one.start - 80)
        before = re.split("[。；]", scene.text[low : one.start])[-1]
        count = _each_count(before)
        if not count:
            continue
        value = count * one.value
        note = f"{number_text(count)}个各{number_text(one.value)}{one.said}，合计比较"
        yield Way(target.scaled(value), "each", note, scene, one.start, one.end, fit)
        if number + 1 < len(found) and found[number + 1][0].start - one.end <= BETWEEN:
            more = found[number + 1][0]
            yield Way(
                target.scaled(value + more.value), "each", note, scene, one.start, more.end, fit, {"each_and_more": 1.0}
            )


def _each_count(before: str) -> float | None:
    counted = _COUNTED_EACH.search(before)
    if counted:
        return parse_number(counted.group("count"))
    each = _NAMES_EACH.search(before)
    if each is None:
        return None
    names = [name for name in _BETWEEN_NAMES.split(each.group("names")) if name]
    if len(names) < 2 or any(_TIMES.search(name[-1:]) for name in names):
        return None
    return float(len(names))


def _gains(scene: Scene, target: Target, found: Sequence[tuple[Number, float]]) -> Iterator[Way]:
    """Yield what was added or taken away between two numbers (由14间增至46间)."""
    for (one, fit), (other, _) in itertools.pairwise(found):
        if one.unit == other.unit and (pair := from_to(scene, one, other)):
            before, after = pair
            note = f"由{number_text(before)}变为{number_text(after)}，按差数比较"
            yield Way(target.scaled(abs(after - before)), "gain", note, scene, one.start, other.end, fit)


def from_to(scene: Scene, one: Number, other: Number) -> tuple[float, float] | None:
    """Return the numbers before and after where two tell of a change, None where they do not."""
    words = figure_words()
    ahead = scene.text[max(0, one.start - CLOSE) : one.start]
    ahead = re.split("[，。；]", ahead)[-1]
    between = scene.text[one.end : other.start]
    if len(between) > BETWEEN or "。" in between or words["of_which"].search(between):
        return None
    by = _FELL_BY.search(ahead) or _ROSE_BY.search(ahead)  # 同比减少9.4%: by so much, no level from which it went on
    prior_first = None if by else words["prior"].search(ahead)
    prior_second = _PRIOR_TO.search(between) or _YEAR.search(between)
    turn = words["up"].search(between) or words["down"].search(between) or words["now"].search(between)
    if prior_first and turn and not prior_second:
        return one.value, other.value
    if not prior_second:
        return None
    rest = between[prior_second.end() :]
    falls = bool(words["down"].search(rest))
    if (falls or words["up"].search(rest)) and not words["to"].search(rest[-2:]):
        # 全年3605件，较上年少了515件
        return (one.value + other.value if falls else one.value - other.value), one.value
    return (other.value, one.value) if not falls else None


def _left_over(scene: Scene, target: Target, found: Sequence[tuple[Number, float]]) -> Iterator[Way]:
    """Yield the whole, named or promised, less what is left over (另1件进入司法程序)."""
    rest = figure_words()["rest"]
    for number, (one, fit) in enumerate(found):
        if not rest.search(scene.before(one.start)[-8:]):
            continue
        if target.value > one.value:
            note = f"报告称还有{number_text(one.value)}{one.said}未做到"
            yield Way(
                target.scaled(target.value * target.factor - one.value),
                "rest",
                note,
                scene,
                one.start,
                one.end,
                fit,
                {"rest_of_target": 1.0},
            )
        for whole, _ in found[max(0, number - 2) : number]:
            if whole.value > one.value:
                note = f"{number_text(whole.value)}减去余下的{number_text(one.value)}"
                yield Way(target.scaled(whole.value - one.value), "rest", note, scene, whole.start, one.end, fit)


def _parts(scene: Scene, target: Target, found: Sequence[tuple[Number, float]]) -> Iterator[Way]:
    """Yield the share of a number where only a share of it is meant (27件积案，啃下三分之二)."""
    for one, fit in found:
        for share in scene.numbers:
            if share.unit == "%" and one.end <= share.start <= one.end + 2 * BETWEEN and share.value < 100:
                value = round(one.value * share.value / 100, 1)
                marks = {
                    "part_in_words": float(share.in_words),
                    "part_of_others": float("占" in scene.before(share.start)[-8:]),
                }
                note = f"按{number_text(one.value)}{one.said}的{scene.text[share.start : share.end]}折算"
                yield Way(target.scaled(value), "part", note, scene, one.start, share.end, fit, marks)


def _not_yet(scene: Scene, target: Target, words: MatchingWords) -> Iterator[Way]:
    """Yield none of them where the answering clause only tells of what comes before (完成选址和方案设计)."""
    if target.ceiling or target.events or scene.low >= scene.high:
        return
    step = step_of(scene.text[scene.low : scene.high], words)
    if step in ("preparing", "imminent", "failed"):
        marks = {"not_yet_one": float(target.value == 1), "not_yet_failed": float(step == "failed")}
        yield Way(0.0, "not_yet", "报告称尚在前期准备，没有做成的", scene, scene.low, scene.high, EXACT, marks)


def _reached(scene: Scene, target: Target, words: MatchingWords) -> Iterator[Way]:
    """Yield the ordinal that the last one has (编发至第13期)."""
    for one in _ORDINAL.finditer(scene.text):
        value, fit = parse_number(one.group("number")), unit_fit(target, one.group("unit"), words)
        if value and fit:
            marks = {"ordinal_reached": float(bool(figure_words()["reached"].search(scene.before(one.start())[-4:])))}
            note = f"报告称已到“{one.group()}”"
            yield Way(target.scaled(value), "ordinal", note, scene, one.start(), one.end(), fit, marks)


def _beyond(scene: Scene, target: Target, found: Sequence[tuple[Number, float]]) -> Iterator[Way]:
    """Yield so many more than promised (比年初计划多12场)."""
    for one, fit in found:
        if _MORE_THAN_PLANNED.search(scene.before(one.start)):
            note = f"报告称比计划多{number_text(one.value)}{one.said}"
            yield Way(target.value + target.scaled(one.value), "beyond", note, scene, one.start, one.end, fit)


def _of_the_target(scene: Scene, target: Target) -> Iterator[Way]:
    """Yield a share of the target where the sentence tells what share of it was done (完成年度任务的96%)."""
    for one in scene.numbers:
        if one.unit == "%" and _SHARE_OF_PLAN.search(scene.before(one.start)):
            value = round(target.value * one.value / 100, 1)
            note = f"报告称完成目标的{number_text(one.value)}%"
            yield Way(value, "of_target", note, scene, one.start, one.end, EXACT)
        elif one.unit == "%" and not target.ceiling and _BARE_SHARE.search(scene.before(one.start)):
            value = round(target.value * one.value / 100, 1)
            note = f"报告称完成{scene.text[one.start : one.end]}，按目标折算"
            yield Way(value, "of_target", note, scene, one.start, one.end, EXACT, {"of_target_bare": 1.0})


def in_passages(scenes: Sequence[Scene], target: Target, words: MatchingWords) -> Iterator[Way]:
    """Yield the sum of a number of one passage and one of another (组建17个 … 另组建11个)."""
    if target.share or target.ceiling:
        return
    found = [
        [(one, fit) for one, fit in fitting(scene, target, words) if fit > LOOSE] for scene in scenes[:MOST_PASSAGES]
    ]
    for at, own in enumerate(found):
        for other in found[at + 1 :]:
            for one, fit in own:
                for more, _ in other:
                    if one.unit == more.unit:
                        scene, value = scenes[at], target.scaled(one.value + more.value)
                        note = f"两处合计：{number_text(one.value)}＋{number_text(more.value)}"
                        marks = {"passages_other_near": name_share(target, scenes, more, words)}
                        yield Way(value, "passages", note, scene, one.start, one.end, fit, marks)


def name_share(target: Target, scenes: Sequence[Scene], number: Number, words: MatchingWords) -> float:
    """Return how much of a target's name stands in the sentence of a number, up to it."""
    scene = next(one for one in scenes if any(each is number for each in one.numbers))
    grams = make_comparable(scene.text[: number.end] + scene.after(number.end), words).grams
    return sum(weight for gram, weight in target.wanted.items() if gram in grams) / (target.total or 1.0)
