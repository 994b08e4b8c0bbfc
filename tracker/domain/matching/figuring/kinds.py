"""What the words around a number say of its kind: a stock or what was added, last year's, a part, a whole, a growth."""

from __future__ import annotations

import re
from collections.abc import Sequence

from tracker.domain.matching.figuring.counting import is_under_way
from tracker.domain.matching.figuring.nearby import Around, became, form_of, share_of_name, tail_share
from tracker.domain.matching.figuring.scan import Number
from tracker.domain.matching.figuring.targets import Target
from tracker.domain.matching.figuring.vocabulary import endings, figure_words
from tracker.domain.matching.figuring.ways import Scene, Way, unit_fit
from tracker.domain.matching.reckoning import is_another_rate

WHOLE = re.compile(r"^[^，。；、\d]{0,10}?(?:中|里|之中|当中)(?:，|有|仅|已|$|[^，。；、心间央国期学等])")
_FELL = re.compile("降|减|缩|压|少|精简|回落|下滑")
_ROSE = re.compile("增|升|提高|涨|多了|反弹")
_EPSILON = 1e-9
CHANGE_WITHIN = 4
"""Within how many characters before a number it is told whether it is a change."""
STAGE_WITHIN = 12
"""Within how many characters before a number it is told whether it counts what was begun or what came to its end."""
NAMED = 0.5
"""So much of a target's name says that it is meant."""
CLOSE = 7
"""So many characters right before or after a number name what it counts."""
SPLIT = 20
"""So many characters lie at most between two numbers that share out what was promised."""


def what_number(way: Way, number: Number, around: Around) -> dict[str, float]:
    """Return what the words around a number say of its kind."""
    target, scene = around.target, way.scene
    before, after = scene.before(number.start), scene.after(way.end)
    ends, has = endings(), figure_words()
    further = scene.text[number.end : scene.clause_of(number.start)[1]]
    stock = bool(ends["stock"].search(before)) or bool(has["stock"].search(before[-12:]))
    new = bool(has["new"].search(before[-14:] + after))
    traits = {
        "stock_for_added": float(target.increment and stock and not has["new"].search(before[-6:])),
        "stock_for_level": float(not target.increment and stock),
        "added_for_added": float(target.increment and new),
        "added_for_level": float(not target.increment and new and not target.share),
        "of_which": float(bool(has["of_which"].search(before))),
        "last_years": float(bool(ends["prior"].search(before)) and not (target.growth and _changed(before))),
        "was_before": float(_was_before(scene, number)),
        "became": float(became(scene, number) is not None),
        "lost_case": float(bool(has["lost"].search(before + after)) and bool(has["lost"].search(target.quantity.what))),
        "part_of_year": float(bool(has["stretch"].search(before)) and target.quantity.per is None),
        "part_of_recurring": float(bool(has["stretch"].search(before)) and target.quantity.per is not None),
        "share_follows": float(way.kind == "number" and _share_follows(scene, number)),
        "became_for_added": float(target.increment and became(scene, number) is not None),
        "total_said": float(bool(ends["sum"].search(before))),
        "average": float(bool(has["average"].search(before[-10:])) and not target.single),
        "average_for_each": float(bool(has["average"].search(before[-10:])) and target.single),
        "least_for_each": float(bool(has["least"].search(before[-12:])) and target.single),
        "total_for_each": float(
            target.single and not has["average"].search(before[-10:]) and not has["least"].search(before[-12:])
        ),
        "rule_said": float(bool(ends["limit"].search(before)) and target.ceiling),
        "left_over": float(bool(has["rest"].search(before[-6:]))),
        "whole_of_a_part": float(_is_whole(scene, number)),
        "all_after": float(bool(has["all"].search(further))),
        "one_in_words": float(number.in_words and number.value == 1),
        "share_in_words": float(number.in_words and number.unit == "%"),
        "so_many": float(bool(ends["near"].search(before)) and not ends["sum"].search(before)),
        "points_for_share": float(number.unit in ("个百分点", "百分点") and target.quantity.unit == "%"),
        "parts_follow": float(_parts_follow(scene, number, target, around)),
    }
    if target.value and way.value:
        traits["so_many_at_target"] = traits["so_many"] * float(abs(way.value - target.value) < _EPSILON)
    traits.update(_kind_of_share(way, before, target, around))
    traits.update(_beside(scene, number, target, around))
    traits.update(_turn(scene, number, target, around))
    return traits


def _changed(before: str) -> bool:
    """Say whether the words right before a number say that it is a change (比上年减少18.4%), not last year's number."""
    return bool(_FELL.search(before[-CHANGE_WITHIN:]) or _ROSE.search(before[-CHANGE_WITHIN:]))


def _parts_follow(scene: Scene, number: Number, target: Target, around: Around) -> bool:
    """Say whether the next number of the kind is smaller and stands after 其中, so that this one is the whole of it."""
    for one in scene.numbers:
        if one.start > number.end and unit_fit(target, one.unit, around.words):
            between = scene.text[number.end : one.start]
            return one.value < number.value and bool(figure_words()["of_which"].search(between))
    return False


def _is_whole(scene: Scene, number: Number) -> bool:
    """Say whether a number is the whole of which the next one is a part (两名调查员中，一名…)."""
    return bool(WHOLE.search(scene.text[number.end : number.end + 14]))


def _was_before(scene: Scene, number: Number) -> bool:
    """Say whether the next number is what became of this one."""
    at = scene.numbers.index(number)
    return at + 1 < len(scene.numbers) and became(scene, scene.numbers[at + 1]) is number


def _share_follows(scene: Scene, number: Number) -> bool:
    """Say whether only a share of the number is meant by the words after it (已有三分之二)."""
    at = scene.numbers.index(number)
    after = scene.numbers[at + 1] if at + 1 < len(scene.numbers) else None
    return after is not None and after.in_words and after.unit == "%" and "占" not in scene.before(after.start)


def _beside(scene: Scene, number: Number, target: Target, around: Around) -> dict[str, float]:
    """Return what the other numbers of the kind in the sentence say: part of a list, this year's share of a stock."""
    others = [one for one in scene.numbers if one is not number and unit_fit(target, one.unit, around.words)]
    new, stock = figure_words()["new"], figure_words()["stock"]
    own, lost = scene.before(number.start)[-12:], figure_words()["lost"]
    fresh = any(new.search(scene.before(one.start)[-8:]) and one.value < number.value for one in others)
    older = any(stock.search(scene.before(one.start)[-12:]) and one.value > number.value for one in others)
    spans = [(one.start, one.end) for one in scene.numbers]
    at = scene.numbers.index(number)
    joined = any(
        scene.numbers[other].unit == number.unit
        and scene.text[min(spans[at][1], spans[other][1]) : max(spans[at][0], spans[other][0])].startswith("、")
        for other in (at - 1, at + 1)
        if 0 <= other < len(spans)
    )
    former = scene.numbers[at - 1] if at else None
    return {
        "of_which_named": float(former is not None and _names_better(scene, number, former, target, around)),
        "stock_beside_new": float(bool(stock.search(own)) and fresh),
        "new_beside_stock": float(bool(new.search(own)) and older),
        "in_a_list": float(joined),
        "rest_follows": float(_is_target(number, target) and _rest_follows(scene, number, others)),
        "less_follows": float(_is_target(number, target) and _next_is_less(number, others)),
        "restated": float(_is_target(number, target) and _is_restated(scene, number, others, target)),
        "under_way": float(not target.share and is_under_way(scene, number)),
        "after_the_target": float(_after_the_target(number, others, target)),
        "not_lost": float(bool(lost.search(target.quantity.what)) and not lost.search(own + scene.after(number.end))),
        "after_its_whole": float(at > 0 and _is_whole(scene, scene.numbers[at - 1])),
        "list_of_others": float(joined and not _touches(scene, number, target, around)),
        "one_of_a_split": float(_one_of_a_split(scene, number, others, target)),
        **_stage(scene, number, others, target),
    }


def _one_of_a_split(scene: Scene, number: Number, others: Sequence[Number], target: Target) -> bool:
    """Say whether a number is one of several that share out what was promised (省级的3个、市级的2个)."""
    words, tail = figure_words(), target.tail[-2:]
    beside = [one for one in others if one.unit == number.unit and abs(one.start - number.start) <= SPLIT]
    for one in beside:
        first, last = sorted((number, one), key=lambda each: each.start)
        between = scene.text[first.end : last.start]
        other = any(words[name].search(between) for name in ("of_which", "prior", "up", "down", "sum", "rest", "stock"))
        if not other and "。" not in between and tail not in between + scene.after(last.end)[:CLOSE]:
            return True
    return False


def _stage(scene: Scene, number: Number, others: Sequence[Number], target: Target) -> dict[str, float]:
    """Return whether a number counts only what was begun while another counts what came to its end (开工200户、竣工176户)."""
    own = _stage_of(scene, number, target)
    later = [one for one in others if one.start > number.start and one.value <= number.value]
    earlier = [one for one in others if one.start < number.start and one.value >= number.value]
    return {
        "only_begun": float(own == "begun" and any(_stage_of(scene, one, target) == "ended" for one in later)),
        "ended_of_begun": float(own == "ended" and any(_stage_of(scene, one, target) == "begun" for one in earlier)),
    }


def _stage_of(scene: Scene, number: Number, target: Target) -> str | None:
    """Return whether the words around a number tell of a beginning or an end; a beginning that was promised is an end."""
    words = figure_words()
    near = scene.before(number.start)[-STAGE_WITHIN:] + "_" + scene.after(number.end)[:CLOSE]
    if words["ended"].search(near):
        return "ended"
    begun = words["begun"].search(near)
    promised = target.promise.text
    meant = begun is not None and begun.group() in promised and not words["ended"].search(promised)
    return "begun" if begun and not meant else None


def _names_better(scene: Scene, number: Number, former: Number, target: Target, around: Around) -> bool:
    """Say whether a part (其中蔬菜样品420个) has the target's noun and its whole (农产品样品650个) has not."""
    before = scene.before(number.start)
    if target.growth or not figure_words()["of_which"].search(before):
        return False  # a change is told of what was named before it, so its own words name nothing to compare
    own = tail_share(target, before + scene.after(number.end), around.words)
    whole = tail_share(target, scene.before(former.start) + scene.after(former.end), around.words)
    return own > whole


def _rest_follows(scene: Scene, number: Number, others: Sequence[Number]) -> bool:
    """Say whether the next number of the unit tells what of this one, the promised one, is left over (12件积案…，剩余1件)."""
    after = next((one for one in others if one.start > number.start), None)
    if after is None or after.unit != number.unit or after.value >= number.value:
        return False
    return bool(figure_words()["rest"].search(scene.before(after.start)[-8:]))


def _is_target(number: Number, target: Target) -> bool:
    return target.scaled(number.value) == target.value


def _next_is_less(number: Number, others: Sequence[Number]) -> bool:
    """Say whether the next number of the unit is less: of the promised ones so many were done (26宗图斑整改24宗)."""
    after = next((one for one in others if one.start > number.start), None)
    return after is not None and after.unit == number.unit and after.value < number.value


def _is_restated(scene: Scene, number: Number, others: Sequence[Number], target: Target) -> bool:
    """Say whether a number only says again how many were promised, and the next less one how many are there (3所，已有2所竣工).

    Where a beginning was promised (组织12名参加考试) what came of it is another thing.
    """
    words, promised = figure_words(), target.promise.text
    if words["begun"].search(promised) and not words["ended"].search(promised):
        return False
    after = next((one for one in others if one.start > number.start), None)
    if after is None or after.unit != number.unit or after.value >= number.value:
        return False
    near = scene.before(after.start)[-STAGE_WITHIN:] + "_" + scene.after(after.end)[:CLOSE]
    return bool(words["ended"].search(near)) and not words["of_which"].search(near)


def _after_the_target(number: Number, others: Sequence[Number], target: Target) -> bool:
    """Say whether the number of the unit before this one is the promised one, and this is not more."""
    before = next((one for one in reversed(others) if one.start < number.start), None)
    return (
        before is not None
        and before.unit == number.unit
        and _is_target(before, target)
        and number.value <= before.value
    )


def _touches(scene: Scene, number: Number, target: Target, around: Around) -> bool:
    """Say whether a noun of the target stands right before or after a number (示范校3所, not 走进社区19次)."""
    close = scene.before(number.start)[-CLOSE:], scene.after(number.end)[:CLOSE]
    last = target.name.chunks[-1].grams[-3:] if target.name.chunks else ()
    return any(gram in form_of(text, around.words).grams for text in close for gram in last)


def _kind_of_share(way: Way, before: str, target: Target, around: Around) -> dict[str, float]:
    if not target.share:
        return {}
    signals = around.words.signals
    close = before[-8:]
    grows = bool(signals["growth"].search(close)) and not signals["levels"].search(close)
    turned = (target.falls and _ROSE.search(close)) or (not target.falls and _FELL.search(close))
    return {
        "growth_for_growth": float(grows and target.growth),
        "growth_for_level": float(grows and not target.growth),
        "level_for_growth": float(not grows and target.growth),
        # Below nothing it is read as what it is already: a change the other way.
        "turned_round": float(bool(turned) and target.growth and way.value >= 0),
        "rate_other": float(is_another_rate(before, target.quantity)),
        "share_of_others": float(bool(re.search("占", close))),
        "part_of_growth": float(target.growth and grows and _is_growth_of_a_part(before, target, around)),
    }


def _is_growth_of_a_part(before: str, target: Target, around: Around) -> bool:
    """Say whether a change is told of a part (其中越级访降幅达24%) that is not the promised thing itself."""
    part = bool(figure_words()["of_which"].search(before))
    return part and share_of_name(target, before, around.words) < NAMED


def _turn(scene: Scene, number: Number, target: Target, around: Around) -> dict[str, float]:
    """Return whether a number stands in the place of a row (分别…) that the target has in its own."""
    low = number.start
    row = [one for one in scene.numbers if unit_fit(target, one.unit, around.words)]
    at = row.index(number) if number in row else -1
    said = scene.text.rfind("分别", max(0, low - 40), low)
    if target.row < 2 or at < 0:
        return {}
    if said < 0:
        alike = [one for one in row if one.unit == number.unit]
        if len(alike) != target.row:
            return {}
        fits = alike.index(number) == target.place
        if "分别" in target.promise.commitment.text:
            return {"in_turn": float(fits), "out_of_turn": float(not fits)}
        return {"in_order": float(fits)}
    first = next((place for place, one in enumerate(row) if one.start > said), at)
    return {"in_turn": float(at - first == target.place), "out_of_turn": float(at - first != target.place)}
