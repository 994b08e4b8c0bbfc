"""The numbers of a passage that could answer a target, and what each one is: a growth, a stock, a part of the year."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tracker.domain.documents import Quantity
from tracker.domain.matching.candidates import Claim, Clause
from tracker.domain.matching.comparable import RAREST, Comparable, make_comparable, plain_text
from tracker.domain.matching.names import puts_another_word
from tracker.domain.matching.numbers import numbers_in
from tracker.domain.matching.outcome import step_of
from tracker.domain.matching.promises import Promise
from tracker.domain.matching.units import number_text, split_unit
from tracker.domain.matching.words import MatchingWords
from tracker.language.lexicon import Lexicon
from tracker.language.quantities import Amount

_RATE_NAME = 0.4
"""What it adds that the rate beside the number has the target's own name (审查率)."""
_TAIL = 0.15
"""What it adds that the last words of the target's name stand beside the number."""
_REPLACED = 0.15
"""What it takes away that another thing stands beside the number (农产品样品 for 蔬菜样品)."""
_EXACT = 0.1
"""What it adds that the number is the promised one."""
TOPIC, TOPIC_HELD, LATER = 0.6, 0.85, 0.4
"""What a noun counts that the sentence names before the number, more where the number's own words go on with it (诉讼12件，败诉2件),
and one that it names only after it."""
TELLING = 4.0
"""How much rarity a noun beside the number must carry to go on with the topic."""
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
    named: bool


def counterparts(
    claim: Claim,
    quantity: Quantity,
    target: Comparable,
    rarity: Mapping[str, float],
    lexicon: Lexicon,
    words: MatchingWords,
) -> list[Counterpart]:
    """Return the numbers of a claim that count what the target counts, by unit; ``target`` is what it is called."""
    wanted = {gram: share * rarity.get(gram, RAREST) for gram, share in target.grams.items()}
    text = claim.text
    _, base = split_unit(quantity.unit, words)
    tail = target.chunks[-1].text[-4:] if target.chunks else "\n"
    result: list[Counterpart] = []
    at = 0
    for clause in claim.clauses:
        end = at + len(clause.text)
        found = numbers_in(text, at, end, quantity, lexicon, words)
        for number, amount in enumerate(found):
            low = found[number - 1].end if number else at
            near = text[low : amount.start] + amount.what + text[amount.end : _stop(text, amount.end, end)]
            fit = _fit(wanted, near, text[:low], claim, words) + _RATE_NAME * _same_rate(quantity, near)
            other = puts_another_word(target, [make_comparable(near, words)], rarity)
            named = tail in plain_text(near, words)
            fit += _TAIL * named - _REPLACED * other
            fit += _EXACT * (abs(amount.value - quantity.value) < 1e-9)
            exact = base == split_unit(amount.unit, words)[1]
            result.append(Counterpart(amount, claim, clause, text[at : amount.start], fit, exact, named))
        at = end
    return result


def _same_rate(quantity: Quantity, near: str) -> bool:
    return quantity.what.endswith("率") and quantity.what[-3:] in near


def _stop(text: str, start: int, end: int) -> int:
    for at in range(start, end):
        if text[at] in "，、；。" or text[at].isdigit():
            return at
    return end


def _fit(wanted: Mapping[str, float], near: str, before: str, claim: Claim, words: MatchingWords) -> float:
    """Return how much of the target's nouns stand beside the number.

    What the sentence said before still holds (its topic); what it says only later counts least.
    """
    total = sum(wanted.values())
    if not total:
        return 0.0
    close = make_comparable(near, words).grams
    topic = make_comparable(before, words).grams
    around = {gram for clause in claim.clauses for gram in clause.form.grams}
    context = claim.context.grams
    held = TOPIC_HELD if any(gram in close and weight >= TELLING for gram, weight in wanted.items()) else TOPIC
    score = 0.0
    for gram, weight in wanted.items():
        score += weight * (
            1.0
            if gram in close
            else held
            if gram in topic
            else LATER
            if gram in around
            else 0.3
            if gram in context
            else 0.0
        )
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
    return step_of(clause.text, words) == "finished"


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


def tells_of_years(candidate: Counterpart, words: MatchingWords) -> bool:
    """Say whether a number is a total or an average of several years: by the words before it, or its paragraph's opening.

    A level that was reached (达到95%) holds at the end of the period as well, and a sentence may name the year alone.
    """
    claim = candidate.claim
    at = candidate.clause.start - claim.start + len(candidate.before)
    before = claim.text[: max(at, 0)]
    if words.signals["averages"].search(candidate.before[-12:]):
        return True
    if words.signals["one_year"].search(before) or (
        candidate.amount.unit == "%" and not is_growth_amount(candidate, words)
    ):
        return False
    return bool(words.signals["whole_period"].search(before) or claim.over_years)


def covers_years(text: str, words: MatchingWords) -> bool:
    """Say whether a text speaks of several years."""
    return bool(words.signals["whole_period"].search(text))
