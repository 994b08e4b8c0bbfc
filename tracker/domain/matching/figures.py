"""Target against actual: which number of the report answers a target, and whether it was met.

Every way of reading a number is a candidate; a small learned ranker chooses one of them or leaves the comparison open
(``figuring``). An open figure has neither ``actual`` nor ``met``, and its ``note`` says why.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from tracker.domain.documents import Figure, Quantity
from tracker.domain.matching.candidates import Claim
from tracker.domain.matching.figuring.choosing import Candidate, candidates_for, chosen, figure_model, scenes_of
from tracker.domain.matching.figuring.openings import why_open
from tracker.domain.matching.figuring.targets import PERIOD_NAMES, Target, target_of, yearly_target
from tracker.domain.matching.figuring.vocabulary import endings
from tracker.domain.matching.figuring.ways import Scene, Way
from tracker.domain.matching.figuring.wording import worded_targets
from tracker.domain.matching.promises import Promise
from tracker.domain.matching.scoring import Scored
from tracker.domain.matching.units import number_text
from tracker.domain.matching.words import MatchingWords
from tracker.language.lexicon import Lexicon

TOLERANCE = 1e-9
ABOUT = 0.985
"""A target of about so much is met by this share of it."""
MOST_BORROWED = 4
_HONOUR = re.compile("争创|创建|创成|申创|申报|荣获|获评")

__all__ = [
    "borrow_figures",
    "compare_figures",
    "count_members",
    "figure_of",
    "not_built",
    "targets_of",
    "tidy",
    "unanswered",
    "yearly_target",
]


def compare_figures(
    promise: Promise,
    rows: Sequence[Scored],
    rarity: Mapping[str, float],
    lexicon: Lexicon,
    words: MatchingWords,
    after: Sequence[Claim] = (),
) -> tuple[Figure, ...]:
    """Return one figure for each target of the promise, compared with the numbers of the passages ``rows``.

    ``after`` are the sentences that follow the surest passage in its paragraph.
    """
    scenes = scenes_of(rows, lexicon, words, after=after)
    weights = figure_model()
    figures: list[Figure] = []
    for target in targets_of(promise, rarity, words):
        figure = figure_of(target, chosen(candidates_for(target, scenes, rarity, words), weights), scenes, words)
        if target.quantity in promise.quantities or figure.met is not None:
            figures.append(figure)
    return tuple(figures)


def borrow_figures(
    promise: Promise,
    rows: Sequence[Scored],
    rarity: Mapping[str, float],
    lexicon: Lexicon,
    words: MatchingWords,
) -> tuple[Figure, ...]:
    """Return the figures of a part that no passage answers, read from passages that answer its commitment's other parts."""
    scenes = scenes_of(rows[:MOST_BORROWED], lexicon, words, borrowed=True)
    figures: list[Figure] = []
    for target in targets_of(promise, rarity, words):
        candidate = chosen(candidates_for(target, scenes, rarity, words), figure_model())
        if candidate.way is not None:
            figures.append(figure_of(target, candidate, scenes, words))
        elif target.quantity in promise.quantities:
            figures.append(unanswered(target.quantity))
    return tuple(figures)


def count_members(members: Sequence[Promise], done: Sequence[Promise]) -> Figure | None:
    """Return how many members of a promised list were done, where the promise counts them (甲、乙两个中心镇) or is a title."""
    promise = members[0]
    size = len(members)
    kept = [one.what for each in members for one in each.quantities]
    counted = next((q for q in promise.commitment.quantities if q.value == size and q.what not in kept), None)
    if size < 2 or (counted is None and not _HONOUR.search(promise.commitment.text)):
        return None
    what, unit = (tidy(counted.what), counted.unit) if counted else ("所列各项", "个")
    note = f"所列{size}个中，报告称做到{len(done)}个"
    return Figure(what, float(size), float(len(done)), unit, met=len(done) == size, note=note)


def targets_of(promise: Promise, rarity: Mapping[str, float], words: MatchingWords) -> list[Target]:
    """Return the targets of a promise, those in its wording alone among them (零败诉, 全覆盖, 翻番)."""
    quantities = [*promise.quantities, *worded_targets(promise)]
    return [target_of(quantity, promise, rarity, words) for quantity in quantities]


def not_built(quantity: Quantity) -> Figure:
    """Return the figure of a countable target whose absence the report itself admits."""
    return Figure(tidy(quantity.what), yearly_target(quantity), 0.0, quantity.unit, met=False, note="报告承认尚未做到")


def unanswered(quantity: Quantity) -> Figure:
    """Return the figure of a target that the report passes over while it speaks of the rest of the promise."""
    return Figure(tidy(quantity.what), yearly_target(quantity), None, quantity.unit, met=None, note="报告未提到这一项")


def tidy(what: str) -> str:
    """Return the name of a target without stray punctuation."""
    return what.strip("，。；：、 “")


def figure_of(target: Target, candidate: Candidate, scenes: Sequence[Scene], words: MatchingWords) -> Figure:
    """Return the figure that a candidate makes of a target."""
    quantity, way = target.quantity, candidate.way
    what = tidy(quantity.what)
    if target.seasonal:
        return Figure(
            what, quantity.value, None, quantity.unit, met=None, note="目标只管一年中的一段，不能折成全年比较"
        )
    if way is None:
        numbers = any(scene.numbers for scene in scenes)
        note = why_open(target, scenes, words, numbers=numbers)
        return Figure(what, target.value, None, quantity.unit, met=None, note=note)
    return Figure(what, target.value, way.value, quantity.unit, met=_met(target, way), note=_note(target, way))


def _note(target: Target, way: Way) -> str | None:
    notes = [way.note] if way.note else []
    if target.quantity.per and target.times > 1:
        per, value = PERIOD_NAMES[target.quantity.per], number_text(target.quantity.value)
        notes.append(f"目标{per}{value}{target.quantity.unit}，按全年相加比较")
    elif target.times > 1:
        notes.append(
            f"目标每次{number_text(target.quantity.value)}{target.quantity.unit}，全年{target.times}次合计比较"
        )
    if way.kind == "number" and _about(way):
        notes.append("报告所述为约数")
    return "；".join(notes) or None


def _about(way: Way) -> bool:
    return bool(endings()["near"].search(way.scene.before(way.start)))


def _met(target: Target, way: Way) -> bool:
    value, wanted = way.value, target.value
    if way.scene.before(way.start).endswith("近") and value <= wanted + TOLERANCE:
        return target.ceiling
    if target.ceiling:
        return value <= wanted + TOLERANCE
    if target.quantity.op == "=":
        return abs(value - wanted) < TOLERANCE
    if target.quantity.op == "~":
        return value >= wanted * ABOUT
    return value >= wanted - TOLERANCE
