"""The candidate that no number answers: what speaks for leaving the comparison open."""

from __future__ import annotations

from collections.abc import Sequence

from tracker.domain.matching.figuring.targets import Target
from tracker.domain.matching.figuring.ways import Scene
from tracker.domain.matching.words import MatchingWords


def open_traits(target: Target, scenes: Sequence[Scene], words: MatchingWords) -> dict[str, float]:
    """Return the features of the open comparison."""
    first = scenes[0].text if scenes else ""
    traits = {
        "open": 1.0,
        "open_growth": float(target.growth),
        "open_added": float(target.increment),
        "open_over_fulfilled": float(bool(words.signals["over_fulfilled"].search(first))),
        "open_share": float(target.share and not target.growth),
        "open_one": float(target.value == 1),
        "open_years": float(any(scene.claim.over_years for scene in scenes[:1])),
    }
    return {name: value for name, value in traits.items() if value}


def why_open(target: Target, scenes: Sequence[Scene], words: MatchingWords, *, numbers: bool) -> str:
    """Say in Chinese why the comparison stays open."""
    if any(words.signals["over_fulfilled"].search(scene.text) for scene in scenes):
        return "报告称超额完成，未给出数字"
    if target.growth:
        return "承诺的是增幅，报告给的是总量，无法直接相比" if scenes else "报告未给出数字"
    if target.increment and numbers:
        return "承诺的是新增数，报告给的是总数，无法直接相比"
    if numbers and any(scene.claim.over_years or words.signals["whole_period"].search(scene.text) for scene in scenes):
        return "报告给的是多年累计或年均数，无法与年度目标相比"
    return "报告未给出可比的数字"
