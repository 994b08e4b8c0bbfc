"""The same promise again: which items of the new plan take it up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tracker.domain.documents import Commitment, PlanItem
from tracker.domain.matching.candidates import Claim, Clause
from tracker.domain.matching.comparable import make_comparable
from tracker.domain.matching.features import Reading
from tracker.domain.matching.promises import Promise, commitments_of
from tracker.domain.matching.scoring import log_odds, score_claims
from tracker.domain.matching.words import MatchingWords
from tracker.language.sentences import split_clauses

NEARLY = 1.0
"""How much less sure (logarithm of the odds) another item may be."""
EVENLY = 0.3
"""How much less sure it may be where different parts of one commitment bring forward different items."""


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
    claims = _plan_claims(plan, words)
    found: list[list[Repetition]] = []
    for rows in score_claims(promises, claims, rarity, weights, words):
        best: dict[str, Repetition] = {}
        for row in rows:
            item = plan[row.reading.claim.line]
            if item.id not in best or best[item.id].score < row.score:
                best[item.id] = Repetition(item, row.score, row.reading)
        found.append(sorted(best.values(), key=lambda one: (-one.score, one.item.span.start)))
    return found


def taken_up(again: Sequence[Repetition], threshold: float, nearly: float = NEARLY) -> tuple[Repetition, ...]:
    """Return the items that take a promise up again: the surest, and those that are nearly as sure."""
    least = log_odds(max(one.score for one in again)) - nearly if again else 0.0
    return tuple(one for one in again if one.score >= threshold and log_odds(one.score) >= least)


def _plan_claims(plan: Sequence[PlanItem], words: MatchingWords) -> list[Claim]:
    """Put the new plan's commitments in the shape of claims; the paragraph of each is its item, by number."""
    claims: list[Claim] = []
    for number, item in enumerate(plan):
        context = make_comparable(f"{item.group or ''}，{item.title or ''}", words)
        claims += [
            Claim(_clauses(commitment, words), context, lead=False, home=True, line=number)
            for commitment in commitments_of(item)
        ]
    return claims


def _clauses(commitment: Commitment, words: MatchingWords) -> tuple[Clause, ...]:
    at, text = commitment.span.start, commitment.text
    cuts = split_clauses(text, 0, len(text)) or [(0, len(text))]
    return tuple(
        Clause(at + low, at + high, text[low:high], make_comparable(text[low:high], words)) for low, high in cuts
    )
