"""The numbers of a passage that could answer a target, and what each one is: a growth, a stock, a part of the year."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tracker.domain.documents import Quantity
from tracker.domain.matching.candidates import Claim, Clause
from tracker.domain.matching.comparable import make_comparable
from tracker.domain.matching.promises import Promise
from tracker.domain.matching.units import number_text, same_unit, split_unit
from tracker.domain.matching.words import MatchingWords
from tracker.language.lexicon import Lexicon
from tracker.language.quantities import Amount, find_amounts

_RATE_NAME = 0.4
"""What it adds that the rate beside the number has the target's own name (审查率)."""
_STRETCH = re.compile("[一二三四1-4]季度|[上下]半年|[一二三四五六七八九十]{1,2}月|\\d{1,2}月")


@dataclass(frozen=True, slots=True, eq=False)
class Counterpart:
    """A number that may answer a target: where it stands and how well the words around it fit (about 0..1)."""

    amount: Amount
    claim: Claim
    clause: Clause
    before: str
    fit: float
    exact_unit: bool


def counterparts(
    claim: Claim,
    quantity: Quantity,
    wanted: Mapping[str, float],
    lexicon: Lexicon,
    words: MatchingWords,
) -> list[Counterpart]:
    """Return the numbers of a claim that count what the target counts, by unit; ``wanted`` weighs its nouns."""
    text = claim.text
    _, base = split_unit(quantity.unit, words)
    result: list[Counterpart] = []
    at = 0
    for clause in claim.clauses:
        end = at + len(clause.text)
        for amount in find_amounts(text, at, end, lexicon):
            _, other = split_unit(amount.unit, words)
            if not same_unit(base, other, words):
                continue
            near = text[at : amount.start] + amount.what + text[amount.end : _stop(text, amount.end, end)]
            fit = _fit(wanted, near, claim, words) + _RATE_NAME * _same_rate(quantity, near)
            result.append(Counterpart(amount, claim, clause, text[at : amount.start], fit, base == other))
        at = end
    return result


def _same_rate(quantity: Quantity, near: str) -> bool:
    return quantity.what.endswith("率") and quantity.what[-3:] in near


def _stop(text: str, start: int, end: int) -> int:
    for at in range(start, end):
        if text[at] in "，、；。" or text[at].isdigit():
            return at
    return end


def _fit(wanted: Mapping[str, float], near: str, claim: Claim, words: MatchingWords) -> float:
    """Return how much of the target's nouns stand beside the number; the rest of the sentence counts half."""
    total = sum(wanted.values())
    if not total:
        return 0.0
    close = make_comparable(near, words).grams
    around = {gram for clause in claim.clauses for gram in clause.form.grams}
    context = claim.context.grams
    score = 0.0
    for gram, weight in wanted.items():
        score += weight * (1.0 if gram in close else 0.5 if gram in around else 0.3 if gram in context else 0.0)
    return score / total


def parts_of_the_year(best: Counterpart, ranked: Sequence[Counterpart]) -> list[Counterpart]:
    """Return the numbers that each belong to a stretch of the year of their own (一季度…、下半年…), or []."""
    parts: dict[str, Counterpart] = {}
    for candidate in ranked:
        stretch = _STRETCH.findall(re.split("[、，]", candidate.before)[-1])
        if stretch and candidate.fit >= best.fit - 0.25:
            parts.setdefault(stretch[-1], candidate)
    return list(parts.values()) if len(parts) > 1 and best in parts.values() else []


def is_growth(quantity: Quantity, promise: Promise, words: MatchingWords) -> bool:
    """Say whether the target is a rate of growth or decline, not a level."""
    if not is_share(quantity):
        return False
    text = promise.text
    mark = f"{number_text(quantity.value)}{quantity.unit}"
    at = text.find(mark)
    before = text[max(0, at - 8) : at] if at >= 0 else quantity.what
    if words.signals["levels"].search(before):
        return False
    return bool(words.signals["growth"].search(before + quantity.what[-4:]))


def is_finished(clause: Clause, words: MatchingWords) -> bool:
    """Say whether a clause tells of something finished."""
    return any(words.steps[found.group()] == "finished" for found in words.step_pattern.finditer(clause.text))


def is_share(quantity: Quantity) -> bool:
    """Say whether the target is a share."""
    return quantity.unit in ("%", "个百分点", "百分点", "‰")


def is_growth_amount(candidate: Counterpart, words: MatchingWords) -> bool:
    """Say whether the number is a growth or decline."""
    before = candidate.before[-6:]
    return bool(words.signals["growth"].search(before)) and not words.signals["levels"].search(before)


def is_stock(candidate: Counterpart, words: MatchingWords) -> bool:
    """Say whether the number is a total reached, not what was added."""
    return bool(words.signals["so_far"].search(candidate.before)) or candidate.before.endswith(("达到", "达"))


def claim_covers_years(claim: Claim, words: MatchingWords) -> bool:
    """Say whether the sentence, or its paragraph, speaks of several years."""
    return bool(words.signals["whole_period"].search(claim.text + claim.context.plain))


def covers_years(text: str, words: MatchingWords) -> bool:
    """Say whether a text speaks of several years."""
    return bool(words.signals["whole_period"].search(text))
