"""The same promise again: which items of the new plan take it up, and whether the target came back smaller."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tracker.domain.documents import Commitment, DeadlineSource, Figure, PlanItem, Quantity, Shrunk
from tracker.domain.matching.candidates import Claim, Clause
from tracker.domain.matching.comparable import make_comparable
from tracker.domain.matching.features import Reading
from tracker.domain.matching.figures import tidy, yearly_target
from tracker.domain.matching.promises import Promise, commitments_of
from tracker.domain.matching.scoring import log_odds, score_claims
from tracker.domain.matching.units import same_unit, split_unit
from tracker.domain.matching.words import MatchingWords
from tracker.language.sentences import split_clauses

LIKE = 0.6
"""How alike the names of two targets must be to be the same target."""
SURE = 0.7
"""How sure it must be that an item repeats a promise for their dates to be compared."""
TOLERANCE = 1e-9
NEARLY = 1.0
"""How much less sure (logarithm of the odds) another item may be."""
_REST = re.compile("剩余|余下|其余|剩下|未完成的")


@dataclass(frozen=True, slots=True)
class Repetition:
    """An item of the new plan that takes a promise up again, and how sure that is."""

    item: PlanItem
    score: float
    reading: Reading


def find_repetitions(
    promises: Sequence[Promise],
    plan: Sequence[PlanItem],
    rarity: Mapping[str, float],
    weights: Mapping[str, float],
    words: MatchingWords,
) -> list[list[Repetition]]:
    """Return for each promise the items of the new plan, one reading each, the surest first."""
    claims, owner = _plan_claims(plan, words)
    found: list[list[Repetition]] = []
    for rows in score_claims(promises, claims, rarity, weights, words):
        best: dict[str, Repetition] = {}
        for row in rows:
            item = owner[row.reading.claim.line]
            if item.id not in best or best[item.id].score < row.score:
                best[item.id] = Repetition(item, row.score, row.reading)
        found.append(sorted(best.values(), key=lambda one: (-one.score, one.item.span.start)))
    return found


def taken_up(again: Sequence[Repetition], threshold: float) -> tuple[Repetition, ...]:
    """Return the items that take a promise up again: the surest, and those that are nearly as sure."""
    least = log_odds(again[0].score) - NEARLY if again else 0.0
    return tuple(one for one in again if one.score >= threshold and log_odds(one.score) >= least)


def _plan_claims(plan: Sequence[PlanItem], words: MatchingWords) -> tuple[list[Claim], list[PlanItem]]:
    """Put the new plan's commitments in the shape of claims; ``line`` is a number into the list of their items."""
    claims: list[Claim] = []
    owners: list[PlanItem] = []
    for item in plan:
        context = make_comparable(f"{item.group or ''}，{item.title or ''}", words)
        for commitment in commitments_of(item):
            claims.append(Claim(_clauses(commitment, words), context, lead=False, home=True, line=len(owners)))
            owners.append(item)
    return claims, owners


def _clauses(commitment: Commitment, words: MatchingWords) -> tuple[Clause, ...]:
    at, text = commitment.span.start, commitment.text
    cuts = split_clauses(text, 0, len(text)) or [(0, len(text))]
    return tuple(
        Clause(at + low, at + high, text[low:high], make_comparable(text[low:high], words)) for low, high in cuts
    )


def find_shrunk(
    promise: Promise, repetitions: Sequence[Repetition], figures: Sequence[Figure], words: MatchingWords
) -> Shrunk | None:
    """Return the target that came back smaller, or the date that came back later in the year.

    A plain remainder of what was not yet done is none.
    """
    for quantity in promise.quantities:
        actual = next((figure.actual for figure in figures if figure.what == tidy(quantity.what)), None)
        for repetition in repetitions:
            for other in repetition.item.quantities:
                if _is_same_target(quantity, other, words):
                    shrunk = _compare(quantity, other, actual, repetition.item, words)
                    if shrunk is not None:
                        return shrunk
    return next((late for one in repetitions if (late := _put_off(promise, one)) is not None), None)


def _compare(
    before: Quantity, after: Quantity, actual: float | None, item: PlanItem, words: MatchingWords
) -> Shrunk | None:
    factor = split_unit(after.unit, words)[0] / split_unit(before.unit, words)[0]
    if before.per == after.per:
        was, value = before.value, round(after.value * factor, 6)
    else:
        was, value = yearly_target(before), round(yearly_target(after) * factor, 6)
    smaller = value > was if before.op == "<=" else value < was
    if not smaller or (before.op == "<=") != (after.op == "<="):
        return None
    if actual and was - actual > 0 and abs(value - (was - actual)) < TOLERANCE:
        return None
    if _REST.search(item.text):
        return None
    return Shrunk(tidy(before.what), was, value, before.unit)


def _put_off(promise: Promise, repetition: Repetition) -> Shrunk | None:
    """Return the month in which the promise was due and the later one of the new plan, both by the plans' own words."""
    before, claim = promise.commitment.deadline, repetition.reading.claim
    after = next(
        (one.deadline for one in repetition.item.commitments if one.span.start == claim.start), repetition.item.deadline
    )
    own = before.source is DeadlineSource.TEXT and after.source is DeadlineSource.TEXT
    if not own or before.recurring or after.recurring or before.due_on is None or after.due_on is None:
        return None
    if repetition.score < SURE or not promise.is_checkable or after.due_on.month <= before.due_on.month:
        return None
    return Shrunk("完成时限", float(before.due_on.month), float(after.due_on.month), "月")


def _is_same_target(left: Quantity, right: Quantity, words: MatchingWords) -> bool:
    if not same_unit(split_unit(left.unit, words)[1], split_unit(right.unit, words)[1], words):
        return False
    one, two = make_comparable(left.what, words), make_comparable(right.what, words)
    shared = sum(min(one.grams[gram], two.grams[gram]) for gram in one.grams.keys() & two.grams.keys())
    smaller = min(sum(one.grams.values()), sum(two.grams.values()))
    contrast = any(row in two.choices and not choices & two.choices[row] for row, choices in one.choices.items())
    return smaller > 0 and shared / smaller >= LIKE and not contrast
