"""What speaks for or against each candidate: features a person can read, by name."""

from __future__ import annotations

import math
import re

from tracker.domain.matching.figuring.kinds import what_number
from tracker.domain.matching.figuring.nearby import Around, form_of, near_words, share_of_name, tail_share
from tracker.domain.matching.figuring.targets import Target
from tracker.domain.matching.figuring.ways import LOOSE, SAME, Way
from tracker.domain.matching.names import puts_another_word

FARTHEST = 3.0
"""Beyond so many times e the distance of a number from the target says no more."""
FAR_APART = 25.0
"""So many times the target, or so small a share of it, counts something else."""


_EPSILON = 1e-9
_PROPORTION = re.compile("占比|比重|比例|占.{0,8}$")
POINTS = 20.0
"""So many points apart are far for a share."""


def traits_of(way: Way, around: Around) -> dict[str, float]:
    """Return the features of one candidate; what is not named is nothing."""
    traits = {f"kind_{way.kind}": 1.0, **way.marks}
    traits.update(_words_shared(way, around))
    traits.update(_place(way))
    traits.update(_size(way, around.target))
    traits.update(_years(way, around.target, around))
    if way.fit == SAME:
        traits["unit_same_kind"] = 1.0
    elif way.fit == LOOSE:
        traits["unit_loose"] = 1.0
    number = next((one for one in way.scene.numbers if one.start == way.start), None)
    if way.kind == "gain":
        traits["gain_for_added"] = float(around.target.increment)
    if number is not None and way.kind in ("number", "sum", "part", "each"):
        traits.update(what_number(way, number, around))
    return {name: value for name, value in traits.items() if value}


def _words_shared(way: Way, around: Around) -> dict[str, float]:
    target, scene = around.target, way.scene
    near = near_words(way, around.words)
    low, high = scene.clause_of(way.start)
    here = share_of_name(target, near, around.words)
    clause = share_of_name(target, scene.text[low:high], around.words)
    sentence = share_of_name(target, scene.text, around.words)
    before = share_of_name(target, scene.text[: way.start], around.words)
    rival = max((share_of_name(one, near, around.words) for one in around.rivals), default=0.0)
    traits = {
        "near": here,
        "clause": max(clause - here, 0.0),
        "topic": max(before - here, 0.0),
        "sentence": max(sentence - max(clause, here), 0.0),
        "tail": tail_share(target, near, around.words),
        "rival": max(rival - here, 0.0),
        "another_word": float(puts_another_word(target.name, [form_of(near, around.words)], around.rarity)),
    }
    if target.quantity.what.endswith("率"):
        traits["rate_name"] = float(target.quantity.what[-3:] in near)
    elif _PROPORTION.search(target.quantity.what[-4:]):
        traits["rate_name"] = float(bool(_PROPORTION.search(scene.before(way.start))))
    return traits


def _place(way: Way) -> dict[str, float]:
    scene = way.scene
    low, _high = scene.clause_of(way.start)
    answering = scene.low < scene.high
    return {
        "answering_clause": float(answering and scene.low <= way.start < scene.high),
        "answering_next": float(answering and low == scene.high),
        "other_sentence": float(scene.rank > 0 and not scene.beside),
        "next_sentence": float(scene.beside),
        "later_sentence": min(scene.rank, 4) / 4,
    }


def _size(way: Way, target: Target) -> dict[str, float]:
    if target.share:
        apart = min(abs(way.value - target.value) / POINTS, FARTHEST)
        return {
            "equal": float(way.value == target.value),
            "growth_apart" if target.growth else "share_apart": apart,
            "above_all": float(not target.growth and way.value > 100),
        }
    if target.value == 0 or way.value <= 0:
        return {"equal": float(way.value == target.value), "distance": FARTHEST / 2 * (way.value != target.value)}
    distance = abs(math.log(way.value / target.value))
    return {
        "equal": float(distance < _EPSILON),
        "distance": min(distance, FARTHEST),
        "far_apart": float(distance > math.log(FAR_APART)),
        "not_whole": float(target.factor == 1.0 and way.value != round(way.value)),
    }


def _years(way: Way, target: Target, around: Around) -> dict[str, float]:
    signals, scene = around.words.signals, way.scene
    if signals["whole_period"].search(target.promise.text):
        return {}
    before = scene.text[: way.start]
    if way.kind == "change" and signals["averages"].search(scene.text):
        return {"over_years": 1.0}
    if signals["averages"].search(before[-12:]):
        return {"over_years": 1.0}
    if signals["one_year"].search(before):
        return {}
    level = target.share and not target.growth
    years = bool(signals["whole_period"].search(before) or scene.claim.over_years)
    return {"over_years": float(years and not level)}
