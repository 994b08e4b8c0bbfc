"""The second look: how sure it is that the report speaks of a promise at all, given its readings and what stands around them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from tracker.domain.matching.promises import Promise
from tracker.domain.matching.scoring import Scored, log_odds, sigmoid

BOUND = 8.0
"""Odds beyond this (logarithm) say no more."""
LOOKED_AT = (
    "size", "number", "unit_missing", "replaced", "title_missing", "rate_missing", "thing_missing", "scattered", "contrast", "framing", "lead", "theme", "told", "objects", "heads", "reverse",
    "concepts", "soft", "concrete", "title", "away", "head_missing", "paragraph", "rare_told", "rare_untold", "length", "ratio", "topic", "topic_clause", "honour_other", "paper_missing",
)  # fmt: skip
"""The features of the surest reading that the second look takes in again."""
STANDING = (
    "concepts",
    "soft",
    "told",
    "chars",
    "reverse",
    "paragraph",
    "head_missing",
    "rare_told",
    "size",
    "length",
    "topic",
)
"""Of these, what they say besides where a standing duty was promised: words of the same kind may answer it."""
LOOKS = (
    "bias", "odds", "margin", "company", "taken", "contested", "counted", "standing", "member", *LOOKED_AT,
    *(f"standing_{name}" for name in STANDING),
)  # fmt: skip
"""All that the second look takes in."""


@dataclass(frozen=True, slots=True)
class Around:
    """What the other promises say of a promise's readings.

    ``company``: for each reading, how surely its paragraph answers another promise of the same item, for what an item
    promises together is often reported together. ``taken``: how surely the surest sentence is the surest answer to
    another commitment; ``contested``: how much surer it answers another commitment than this one.
    """

    company: tuple[float, ...]
    taken: float
    contested: float


def look_around(promises: Sequence[Promise], scored: Sequence[Sequence[Scored]]) -> list[Around]:
    """Return for each promise what the others say of its readings."""
    items: dict[str, list[tuple[int, int, float]]] = {}
    sentences: dict[int, list[tuple[str, float, bool]]] = {}
    for number, (promise, rows) in enumerate(zip(promises, scored, strict=True)):
        if rows:
            items.setdefault(promise.item.id, []).append((number, rows[0].reading.claim.line, rows[0].score))
        for place, row in enumerate(rows):
            sentences.setdefault(row.reading.claim.start, []).append((promise.commitment.id, row.score, place == 0))
    return [
        _around(promise, number, rows, items.get(promise.item.id, ()), sentences)
        for number, (promise, rows) in enumerate(zip(promises, scored, strict=True))
    ]


def _around(
    promise: Promise,
    number: int,
    rows: Sequence[Scored],
    siblings: Sequence[tuple[int, int, float]],
    sentences: Mapping[int, Sequence[tuple[str, float, bool]]],
) -> Around:
    company = tuple(
        max(
            (score for other, line, score in siblings if other != number and line == row.reading.claim.line),
            default=0.0,
        )
        for row in rows
    )
    if not rows:
        return Around(company, 0.0, 0.0)
    others = [one for one in sentences[rows[0].reading.claim.start] if one[0] != promise.commitment.id]
    taken = max((score for _, score, first in others if first), default=0.0)
    return Around(company, taken, max((score for _, score, _ in others), default=0.0) - rows[0].score)


def second_look(promise: Promise, rows: Sequence[Scored], around: Around) -> dict[str, float]:
    """Return what speaks for the report speaking of the promise at all, given its readings, the surest first."""
    first, standing = rows[0].reading.features, promise.aim == "standing" and not promise.quantities
    odds = log_odds(rows[0].score)
    other = log_odds(rows[1].score) if len(rows) > 1 else -BOUND
    return {
        "bias": 1.0,
        "odds": max(-BOUND, min(BOUND, odds)),
        "margin": min(max(odds - other, 0.0), BOUND) / BOUND,
        "company": around.company[0],
        "taken": around.taken,
        "contested": around.contested,
        "counted": float(bool(promise.quantities)),
        "standing": float(standing),
        "member": float(promise.is_member),
        **{name: first[name] for name in LOOKED_AT},
        **({f"standing_{name}": first[name] for name in STANDING} if standing else {}),
    }


def looked_at_again(
    promise: Promise,
    rows: Sequence[Scored],
    around: Around,
    weights: Mapping[str, float],
    handicap: float = 0.0,
) -> list[Scored]:
    """Return the readings with calibrated scores: how sure it is that the report speaks of the promise there."""
    if not rows:
        return []
    look = second_look(promise, rows, around)
    rest = sum(weights.get(name, 0.0) * value for name, value in look.items() if name not in ("odds", "company"))
    rest += handicap
    again = [
        replace(row, score=sigmoid(weights["odds"] * max(-BOUND, min(BOUND, log_odds(row.score))) + with_ + rest))
        for row, with_ in zip(rows, (weights.get("company", 0.0) * value for value in around.company), strict=True)
    ]
    # What a rule tells apart (another member of the list, a sibling's name) the company it stands in does not bring back.
    firm = [
        replace(row, score=min(row.score, before.score)) if _told_apart(row) else row
        for row, before in zip(again, rows, strict=True)
    ]
    return sorted(firm, key=lambda row: (-row.score, row.reading.claim.start))


def _told_apart(row: Scored) -> bool:
    return bool(row.reading.features["unnamed"] or row.reading.features["sibling"])
