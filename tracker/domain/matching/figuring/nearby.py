"""The words beside a number: those of its own, and those it takes over from the number or the name it belongs to."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from tracker.domain.matching.comparable import Comparable, make_comparable, plain_text
from tracker.domain.matching.figuring.counting import from_to
from tracker.domain.matching.figuring.rows import name_in_row, row_members
from tracker.domain.matching.figuring.scan import Number
from tracker.domain.matching.figuring.targets import SHARES, Target
from tracker.domain.matching.figuring.vocabulary import figure_words
from tracker.domain.matching.figuring.ways import Scene, Way
from tracker.domain.matching.words import MatchingWords

_ONLY_GROWS = re.compile(
    r"(?:同比|比上年|较上年|比去年|较去年|可比|实际|分别|名义|均)*(?:增长|下降|增|降|提高|增加|减少|上升|回落|增幅|增速)?(?:了|约|达到|达|为)?"
)


@dataclass(frozen=True, slots=True, eq=False)
class Around:
    """What is the same for all candidates of one target: rarity, rivals, word lists."""

    target: Target
    rivals: Sequence[Target]
    rarity: Mapping[str, float]
    words: MatchingWords


@lru_cache(maxsize=8192)
def form_of(text: str, words: MatchingWords) -> Comparable:
    """Return the comparable form of a stretch of words, remembered."""
    return make_comparable(text, words)


def near_words(way: Way, words: MatchingWords) -> str:
    """Return the words beside what was read: before it, within it and right after it."""
    scene = way.scene
    near = scene.before(way.start) + scene.text[way.start : way.end] + scene.after(way.end)
    if way.kind != "number":
        return near
    number = next(one for one in scene.numbers if one.start == way.start)
    if former := became(scene, number):
        return scene.before(former.start) + near
    return (name_of_number(scene, number) or subject_before(scene, number) or whole_before(scene, number, words)) + near


def whole_before(scene: Scene, number: Number, words: MatchingWords) -> str:
    """Return what the number before counts, where this one is a part of it without a noun of its own (其中年内新批复19个)."""
    at, before = scene.numbers.index(number), scene.before(number.start)
    if not at or not figure_words()["of_which"].search(before):
        return ""
    if form_of(before, words).chunks and not figure_words()["new"].search(before):
        return ""
    former = scene.numbers[at - 1]
    return scene.before(former.start) + scene.after(former.end)


def subject_before(scene: Scene, number: Number) -> str:
    """Return what the clause before is about, where a growth or share has no name of its own (收入8.9亿元，同比增长29%)."""
    at = scene.numbers.index(number)
    low, _ = scene.clause_of(number.start)
    if (
        number.unit not in SHARES
        or not at
        or scene.numbers[at - 1].end > low
        or not _ONLY_GROWS.fullmatch(scene.text[low : number.start])
    ):
        return ""
    former = scene.numbers[at - 1]
    return scene.before(former.start) + scene.after(former.end)


def became(scene: Scene, number: Number) -> Number | None:
    """Return the number that this one was before (由0.38%降至0.21%), None where it tells of no change."""
    at = scene.numbers.index(number)
    former = scene.numbers[at - 1] if at else None
    if former is None or former.unit != number.unit:
        return None
    pair = from_to(scene, former, number)
    return former if pair == (former.value, number.value) else None


def name_of_number(scene: Scene, number: Number) -> str | None:
    """Return the name that belongs to a number in a row of them (甲、乙分别达到90%、96%), None where it stands in none."""
    spans = [(one.start, one.end) for one in scene.numbers]
    at = scene.numbers.index(number)
    members = row_members(spans, at, scene.text)
    if len(members) < 2:
        return None
    return name_in_row(scene.text, spans[members[0]][0], members.index(at), len(members))


def share_of_name(target: Target, text: str, words: MatchingWords) -> float:
    """Return how much of a target's name a text holds, by the weight of its nouns."""
    if not target.total:
        return 0.0
    grams = form_of(text, words).grams
    return sum(weight for gram, weight in target.wanted.items() if gram in grams) / target.total


def tail_share(target: Target, near: str, words: MatchingWords) -> float:
    """Return how much of the last word of a target's name stands in a text (蔬菜样品 in 农产品样品: a third)."""
    plain = plain_text(near, words)
    pairs = [target.tail[at : at + 2] for at in range(len(target.tail) - 1)]
    return sum(pair in plain for pair in pairs) / len(pairs) if pairs else 0.0
