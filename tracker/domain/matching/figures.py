"""Target against actual: which number of the report answers a target, and whether it was met.

Where the two cannot be compared (a level for a growth target, another unit, a total of several years, no number at
all) the figure stays open: ``actual`` or ``met`` is None and ``note`` says why.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from tracker.domain.documents import Figure, Quantity
from tracker.domain.matching.amounts import (
    Counterpart,
    counterparts,
    covers_years,
    is_finished,
    is_growth,
    is_growth_amount,
    is_share,
    is_stock,
    parts_of_the_year,
    tells_of_years,
)
from tracker.domain.matching.candidates import Claim, Clause
from tracker.domain.matching.comparable import make_comparable
from tracker.domain.matching.numbers import Reckoned, in_turn, named_in_turn, part_of, times_named
from tracker.domain.matching.picking import INCREMENT, meant
from tracker.domain.matching.promises import Promise
from tracker.domain.matching.reckoning import (
    GOES_ON,
    all_but_one,
    all_of_them,
    change_told,
    documents_named,
    each_period,
    each_promised,
    is_another_rate,
    names_found,
    reckon_share,
    what_each_got,
)
from tracker.domain.matching.scoring import Scored
from tracker.domain.matching.units import number_text, same_unit, split_unit
from tracker.domain.matching.words import MatchingWords
from tracker.language.lexicon import Lexicon
from tracker.language.quantities import Amount

PERIODS = {"month": 12, "quarter": 4, "half_year": 2, "year": 1}
PERIOD_NAMES = {"month": "每月", "quarter": "每季度", "half_year": "每半年", "year": "每年"}
SAME_THING = 0.5
"""Share of the target's nouns that must stand around a number for it to be the counterpart."""
IN_THE_PASSAGE = 0.25
"""The same in the sentence that answers the promise: there the number is the likely counterpart."""
FAR = 60
"""How many characters before a number may still say how often it holds."""
IN_ANOTHER_UNIT = 0.4
"""The same there, where it is counted in another unit (个 for 间)."""
OTHERS = 0.15
"""How much better another target must fit a number to take it away."""
TOLERANCE = 1e-9
FAR_APART = 0.04
"""Share of the target below which a number is taken to count something else."""


_EACH = re.compile("(?:上下半年|春秋两季|春季、秋季|春秋)[^。；]{0,40}?各|四个季度[^。；]{0,20}?各|每季度")


def compare_figures(
    promise: Promise,
    rows: Sequence[Scored],
    rarity: Mapping[str, float],
    lexicon: Lexicon,
    words: MatchingWords,
) -> tuple[Figure, ...]:
    """Return one figure for each target of the promise, compared with the numbers of the passages ``rows``."""
    claims = list(dict.fromkeys(row.reading.claim for row in rows))
    best = rows[0].reading.claim.clauses[rows[0].reading.best] if rows else None
    several = len(promise.quantities) > 1
    return tuple(
        _figure(quantity, promise, claims, best, rarity, lexicon, words, several=several)
        for quantity in promise.quantities
    )


def not_built(quantity: Quantity) -> Figure:
    """Return the figure of a countable target whose absence the report itself admits."""
    return Figure(tidy(quantity.what), yearly_target(quantity), 0.0, quantity.unit, met=False, note="报告承认尚未做到")


def unanswered(quantity: Quantity) -> Figure:
    """Return the figure of a target that the report passes over while it speaks of the rest of the promise."""
    return Figure(tidy(quantity.what), yearly_target(quantity), None, quantity.unit, met=None, note="报告未提到这一项")


def yearly_target(quantity: Quantity) -> float:
    """Return the target of the whole year: a recurring one times its periods."""
    return quantity.value * PERIODS.get(quantity.per or "", 1)


def tidy(what: str) -> str:
    """Return the name of a target without stray punctuation."""
    return what.strip("，。；：、 ")


def _figure(
    quantity: Quantity,
    promise: Promise,
    claims: Sequence[Claim],
    best: Clause | None,
    rarity: Mapping[str, float],
    lexicon: Lexicon,
    words: MatchingWords,
    *,
    several: bool,
) -> Figure:
    target = yearly_target(quantity) * each_promised(promise.text, quantity)
    what = tidy(quantity.what)
    growth = is_growth(quantity, promise, words)
    subject = f"{quantity.what}" if several or len(what) >= 4 else promise.text
    name = make_comparable(subject, words)
    found = [one for claim in claims for one in counterparts(claim, quantity, name, rarity, lexicon, words)]
    found = _without_others(found, quantity, promise, rarity, lexicon, words)
    alone = [one for one in found if one.clause is best]
    first = [one for one in found if one.claim is claims[0]]
    if not alone and len(first) == 1:
        alone = first
    if len(alone) == 1 and (alone[0].named or not any(one.named or one.fit > alone[0].fit for one in first)):
        found = [replace(one, fit=one.fit + IN_THE_PASSAGE) if one is alone[0] else one for one in found]
    fitting = [one for one in found if one.fit >= _least_fit(one, claims)]
    comparable = [c for c in fitting if is_growth_amount(c, words) == growth or not is_share(quantity)]
    reckoned = _reckoned(quantity, promise, claims, best, comparable, lexicon, words)
    if reckoned is not None:
        return _figure_of(quantity, what, target, reckoned)
    if not comparable and target == 1 and best is not None and is_finished(best, words):
        return Figure(what, target, 1.0, quantity.unit, met=True, note="报告称已完成，未写数量")
    if not comparable:
        return Figure(what, target, None, quantity.unit, met=None, note=_why_open(claims, fitting, growth, words))
    return _compared(quantity, what, target, comparable, found, promise, words)


def _least_fit(candidate: Counterpart, claims: Sequence[Claim]) -> float:
    """Return how well a number must fit: in the answering sentence less, in another unit more."""
    if candidate.claim is not claims[0]:
        return SAME_THING
    return IN_THE_PASSAGE if candidate.exact_unit else IN_ANOTHER_UNIT


def _without_others(
    found: Sequence[Counterpart],
    quantity: Quantity,
    promise: Promise,
    rarity: Mapping[str, float],
    lexicon: Lexicon,
    words: MatchingWords,
) -> list[Counterpart]:
    """Leave out numbers that answer another target of the same item better."""
    base = split_unit(quantity.unit, words)[1]
    rivals = [
        one
        for one in promise.item.quantities
        if one.what != quantity.what and same_unit(base, split_unit(one.unit, words)[1], words)
    ]
    best: dict[int, float] = {}
    for claim in dict.fromkeys(one.claim for one in found) if rivals else ():
        for rival in rivals:
            name = make_comparable(rival.what, words)
            for other in counterparts(claim, rival, name, rarity, lexicon, words):
                place = other.claim.start + other.amount.start
                if _nearness(quantity, other, words) >= 2 * _nearness(rival, other, words):
                    continue
                best[place] = max(best.get(place, 0.0), other.fit)
    return [one for one in found if best.get(one.claim.start + one.amount.start, 0.0) < one.fit + OTHERS]


def _nearness(quantity: Quantity, candidate: Counterpart, words: MatchingWords) -> float:
    """Return how near a number comes to a target: 1 where it is the same."""
    value, target = _in_unit_of(quantity, candidate.amount, words), yearly_target(quantity)
    return min(value, target) / max(value, target, TOLERANCE)


def _reckoned(
    quantity: Quantity,
    promise: Promise,
    claims: Sequence[Claim],
    best: Clause | None,
    comparable: Sequence[Counterpart],
    lexicon: Lexicon,
    words: MatchingWords,
) -> Reckoned | None:
    """Return the number that the sentence gives otherwise than by naming it; None where it names one."""
    if not claims or best is None:
        return None
    text = claims[0].text
    value = in_turn(text, promise.quantities, quantity, lexicon)
    if value is not None:
        return Reckoned(value, "按“分别”后的次序对应")
    if times := times_named(text, quantity, words) or what_each_got(best.text, quantity, words):
        return times
    growth = is_growth(quantity, promise, words)
    if is_share(quantity) and not growth and not any(one.clause is best for one in comparable):
        every = all_of_them(_from(best, claims[0]), quantity)
        if every is not None and quantity.value == every.value:
            return every
    if is_share(quantity) and not growth and all(is_another_rate(one.before, quantity) for one in comparable):
        passage = _from(best, claims[0])
        told = (reckon_share(claim.text, passage, quantity, words) for claim in claims)
        return next((one for one in told if one is not None), None)
    if comparable:
        return None
    if growth:
        return change_told(text, promise.text)
    return (
        names_found(promise.text, promise.elements, [claim.text for claim in claims], quantity)
        or each_period(text, quantity, words)
        or documents_named(best.text, quantity)
        or all_but_one(text, quantity)
        or named_in_turn(best.text, quantity, words)
    )


def _from(best: Clause, claim: Claim) -> str:
    """Return the text of a clause and of the one after it that goes on speaking of the same (均…, 全部…)."""
    at = claim.clauses.index(best)
    after = claim.clauses[at + 1].text if at + 1 < len(claim.clauses) else ""
    return best.text + (after if GOES_ON.match(after) else "")


def _figure_of(quantity: Quantity, what: str, target: float, reckoned: Reckoned) -> Figure:
    met = reckoned.value <= target if quantity.op == "<=" else reckoned.value >= target - TOLERANCE
    return Figure(what, target, reckoned.value, quantity.unit, met=met, note=reckoned.note)


def _compared(
    quantity: Quantity,
    what: str,
    target: float,
    comparable: Sequence[Counterpart],
    found: Sequence[Counterpart],
    promise: Promise,
    words: MatchingWords,
) -> Figure:
    increment = bool(INCREMENT.search(promise.text))
    ranked = sorted(comparable, key=lambda c: (-_rank(c, increment, words), c.claim.start, c.amount.start))
    if not covers_years(promise.text, words):
        yearly = [one for one in ranked if not tells_of_years(one, words)]
        if not yearly:
            note = "报告给的是多年累计或年均数，无法与年度目标相比"
            return Figure(what, target, None, quantity.unit, met=None, note=note)
        ranked = yearly
    best = meant(ranked[0], found, increment, words)
    if increment and is_stock(best, words) and not INCREMENT.search(best.before):
        note = f"承诺的是新增数，报告给的是总数（{number_text(best.amount.value)}{best.amount.unit}）"
        return Figure(what, target, None, quantity.unit, met=None, note=note)
    if not is_share(quantity) and (part := part_of(best.claim.text, best.amount)):
        return _figure_of(quantity, what, target, part)
    actual, because = _actual(quantity, best, ranked, words)
    if target and not FAR_APART <= actual / target <= 1 / FAR_APART:
        note = f"报告的数字（{number_text(actual)}）与目标相差悬殊，请核对"
        return Figure(what, target, None, quantity.unit, met=None, note=note)
    return Figure(what, target, actual, quantity.unit, met=_met(quantity, target, actual, best), note=because)


def _rank(candidate: Counterpart, increment: bool, words: MatchingWords) -> float:
    rank = candidate.fit + 0.1 * candidate.exact_unit
    if increment and is_stock(candidate, words):
        rank -= 0.5
    return rank


def _actual(
    quantity: Quantity, best: Counterpart, ranked: Sequence[Counterpart], words: MatchingWords
) -> tuple[float, str | None]:
    """Return the number in the target's unit, over the year where the target recurs."""
    value = _in_unit_of(quantity, best.amount, words)
    notes: list[str] = []
    if quantity.per and best.amount.per == quantity.per:
        value *= PERIODS[quantity.per]
        notes.append(f"报告按{PERIOD_NAMES[quantity.per]}计，已折算为全年")
    elif parts := parts_of_the_year(best, ranked):
        value = sum(_in_unit_of(quantity, part.amount, words) for part in parts)
        notes.append("全年各次相加")
    elif each := _EACH.search(_sentence_before(best)):
        value *= 4 if "季" in each.group() and "春秋" not in each.group() else 2
        notes.append(f"报告称“{each.group()}”，已折算为全年")
    if quantity.per and best.amount.per != quantity.per:
        notes.append(f"目标{PERIOD_NAMES[quantity.per]}{number_text(quantity.value)}{quantity.unit}，按全年相加比较")
    if best.amount.op == "~":
        notes.append("报告所述为约数")
    if best.amount.unit != quantity.unit and not notes:
        notes.append(f"报告按“{best.amount.unit}”计")
    return value, "；".join(notes) or None


def _sentence_before(best: Counterpart) -> str:
    """Return the words of the sentence before the number, as far as they bear on it."""
    return re.split("[。；]", best.claim.text[max(0, best.amount.start - FAR) : best.amount.start])[-1]


def _in_unit_of(quantity: Quantity, amount: Amount, words: MatchingWords) -> float:
    wanted, _ = split_unit(quantity.unit, words)
    given, _ = split_unit(amount.unit, words)
    return round(amount.value * given / wanted, 6)


def _met(quantity: Quantity, target: float, actual: float, best: Counterpart) -> bool:
    if best.before.endswith("近") and actual <= target + TOLERANCE:
        return quantity.op == "<="
    if quantity.op == "<=":
        return actual <= target + TOLERANCE
    if quantity.op == "=":
        return abs(actual - target) < TOLERANCE
    if quantity.op == "~":
        return actual >= target * 0.985
    return actual >= target - TOLERANCE


def _why_open(
    claims: Sequence[Claim],
    fitting: Sequence[Counterpart],
    growth: bool,
    words: MatchingWords,
) -> str:
    if growth:
        return "承诺的是增幅，报告给的是总量，无法直接相比" if claims else "报告未给出数字"
    if fitting:
        return "承诺的是水平，报告给的是增幅，无法直接相比"
    if any(words.signals["over_fulfilled"].search(claim.text) for claim in claims):
        return "报告称超额完成，未给出数字"
    return "报告未给出可比的数字"
