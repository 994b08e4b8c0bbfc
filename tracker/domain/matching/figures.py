"""Target against actual: which number of the report answers a target, and whether it was met.

Where the two cannot be compared (a level for a growth target, another unit, a total of several years, no number at
all) the figure stays open: ``actual`` or ``met`` is None and ``note`` says why.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from tracker.domain.documents import Figure, Quantity
from tracker.domain.matching.candidates import Claim, Clause
from tracker.domain.matching.comparable import RAREST, make_comparable
from tracker.domain.matching.promises import Promise
from tracker.domain.matching.scoring import Scored
from tracker.domain.matching.units import same_unit, split_unit
from tracker.domain.matching.words import MatchingWords
from tracker.language.lexicon import Lexicon
from tracker.language.quantities import Amount, find_amounts

PERIODS = {"month": 12, "quarter": 4, "half_year": 2, "year": 1}
PERIOD_NAMES = {"month": "每月", "quarter": "每季度", "half_year": "每半年", "year": "每年"}
SAME_THING = 0.5
"""Share of the target's nouns that must stand around a number for it to be the counterpart."""
IN_THE_PASSAGE = 0.3
"""The same in the sentence that answers the promise: there the number is the likely counterpart."""
TOLERANCE = 1e-9
FAR_APART = 0.04
"""Share of the target below which a number is taken to count something else."""
_RATE_NAME = 0.4
"""What it adds that the rate beside the number has the target's own name (审查率)."""


_STRETCH = re.compile("[一二三四1-4]季度|[上下]半年|[一二三四五六七八九十]{1,2}月|\\d{1,2}月")
_INCREMENT = re.compile("新增|增加|新发展|新建|新培育|新登记|新开工|新引进|净增")
_EACH = re.compile("上下半年各|春秋两季各?|四个季度各|每季度")


@dataclass(frozen=True, slots=True, eq=False)
class _Candidate:
    amount: Amount
    claim: Claim
    clause: Clause
    before: str
    fit: float
    exact_unit: bool


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
    target = yearly_target(quantity)
    what = tidy(quantity.what)
    growth = is_growth(quantity, promise, words)
    subject = f"{quantity.what}" if several or len(what) >= 4 else promise.text
    wanted = {gram: share * rarity.get(gram, RAREST) for gram, share in make_comparable(subject, words).grams.items()}
    found = [
        candidate for claim in claims for candidate in _candidates(claim, quantity, wanted, rarity, lexicon, words)
    ]
    alone = [one for one in found if one.clause is best]
    if len(alone) == 1:
        found = [replace(one, fit=one.fit + IN_THE_PASSAGE) if one is alone[0] else one for one in found]
    fitting = [one for one in found if one.fit >= (SAME_THING if one.claim is not claims[0] else IN_THE_PASSAGE)]
    comparable = [c for c in fitting if _is_growth_amount(c, words) == growth or not _is_share(quantity)]
    if not comparable and target == 1 and best is not None and _is_finished(best, words):
        return Figure(what, target, 1.0, quantity.unit, met=True, note="报告称已完成，未写数量")
    if not comparable:
        return Figure(what, target, None, quantity.unit, met=None, note=_why_open(claims, fitting, growth, words))
    return _compared(quantity, what, target, comparable, promise, words)


def _candidates(
    claim: Claim,
    quantity: Quantity,
    wanted: Mapping[str, float],
    rarity: Mapping[str, float],
    lexicon: Lexicon,
    words: MatchingWords,
) -> list[_Candidate]:
    text = claim.text
    _, base = split_unit(quantity.unit, words)
    result: list[_Candidate] = []
    at = 0
    for clause in claim.clauses:
        end = at + len(clause.text)
        for amount in find_amounts(text, at, end, lexicon):
            _, other = split_unit(amount.unit, words)
            if not same_unit(base, other, words):
                continue
            near = text[at : amount.start] + amount.what + text[amount.end : _stop(text, amount.end, end)]
            fit = _fit(wanted, near, claim, words) + _RATE_NAME * _same_rate(quantity, near)
            result.append(_Candidate(amount, claim, clause, text[at : amount.start], fit, base == other))
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


def _compared(
    quantity: Quantity,
    what: str,
    target: float,
    found: Sequence[_Candidate],
    promise: Promise,
    words: MatchingWords,
) -> Figure:
    increment = bool(_INCREMENT.search(promise.text))
    ranked = sorted(found, key=lambda c: (-_rank(c, increment, words), c.claim.start, c.amount.start))
    best = ranked[0]
    if _covers_years(best.claim, words) and not _covers_years_text(promise.text, words):
        return Figure(
            what, target, None, quantity.unit, met=None, note="报告给的是多年累计或年均数，无法与年度目标相比"
        )
    if increment and _is_stock(best, words) and not _INCREMENT.search(best.before):
        note: str | None = f"承诺的是新增数，报告给的是总数（{number_text(best.amount.value)}{best.amount.unit}）"
        return Figure(what, target, None, quantity.unit, met=None, note=note)
    actual, note = _actual(quantity, best, ranked, words)
    if target and not FAR_APART <= actual / target <= 1 / FAR_APART:
        return Figure(
            what,
            target,
            None,
            quantity.unit,
            met=None,
            note=f"报告的数字（{number_text(actual)}）与目标相差悬殊，请核对",
        )
    return Figure(what, target, actual, quantity.unit, met=_met(quantity, target, actual, best), note=note)


def _rank(candidate: _Candidate, increment: bool, words: MatchingWords) -> float:
    rank = candidate.fit + 0.1 * candidate.exact_unit
    if increment and _is_stock(candidate, words):
        rank -= 0.5
    return rank


def _actual(
    quantity: Quantity, best: _Candidate, ranked: Sequence[_Candidate], words: MatchingWords
) -> tuple[float, str | None]:
    """Return the number in the target's unit, over the year where the target recurs."""
    value = _in_unit_of(quantity, best.amount, words)
    notes: list[str] = []
    if quantity.per and best.amount.per == quantity.per:
        value *= PERIODS[quantity.per]
        notes.append(f"报告按{PERIOD_NAMES[quantity.per]}计，已折算为全年")
    elif parts := _parts_of_the_year(best, ranked):
        value = sum(_in_unit_of(quantity, part.amount, words) for part in parts)
        notes.append("全年各次相加")
    elif each := _EACH.search(best.before):
        value *= 4 if "季" in each.group() and "春秋" not in each.group() else 2
        notes.append(f"报告称“{each.group()}”，已折算为全年")
    if quantity.per and best.amount.per != quantity.per:
        notes.append(f"目标{PERIOD_NAMES[quantity.per]}{number_text(quantity.value)}{quantity.unit}，按全年相加比较")
    if best.amount.op == "~":
        notes.append("报告所述为约数")
    if best.amount.unit != quantity.unit and not notes:
        notes.append(f"报告按“{best.amount.unit}”计")
    return value, "；".join(notes) or None


def _parts_of_the_year(best: _Candidate, ranked: Sequence[_Candidate]) -> list[_Candidate]:
    """Return the numbers that each belong to a stretch of the year of their own (一季度…、下半年…), or []."""
    parts: dict[str, _Candidate] = {}
    for candidate in ranked:
        stretch = _STRETCH.findall(re.split("[、，]", candidate.before)[-1])
        if stretch and candidate.fit >= best.fit - 0.25:
            parts.setdefault(stretch[-1], candidate)
    return list(parts.values()) if len(parts) > 1 and best in parts.values() else []


def _in_unit_of(quantity: Quantity, amount: Amount, words: MatchingWords) -> float:
    wanted, _ = split_unit(quantity.unit, words)
    given, _ = split_unit(amount.unit, words)
    return round(amount.value * given / wanted, 6)


def _met(quantity: Quantity, target: float, actual: float, best: _Candidate) -> bool:
    if best.before.endswith("近") and actual <= target + TOLERANCE:
        return quantity.op == "<="
    if quantity.op == "<=":
        return actual <= target + TOLERANCE
    if quantity.op == "=":
        return abs(actual - target) < TOLERANCE
    if quantity.op == "~":
        return actual >= target * 0.95
    return actual >= target - TOLERANCE


def is_growth(quantity: Quantity, promise: Promise, words: MatchingWords) -> bool:
    """Say whether the target is a rate of growth or decline, not a level."""
    if not _is_share(quantity):
        return False
    text = promise.text
    mark = f"{number_text(quantity.value)}{quantity.unit}"
    at = text.find(mark)
    before = text[max(0, at - 8) : at] if at >= 0 else quantity.what
    if words.signals["levels"].search(before):
        return False
    return bool(words.signals["growth"].search(before + quantity.what[-4:]))


def _is_finished(clause: Clause, words: MatchingWords) -> bool:
    return any(words.steps[found.group()] == "finished" for found in words.step_pattern.finditer(clause.text))


def _is_share(quantity: Quantity) -> bool:
    return quantity.unit in ("%", "个百分点", "百分点", "‰")


def _is_growth_amount(candidate: _Candidate, words: MatchingWords) -> bool:
    before = candidate.before[-6:]
    return bool(words.signals["growth"].search(before)) and not words.signals["levels"].search(before)


def _is_stock(candidate: _Candidate, words: MatchingWords) -> bool:
    return bool(words.signals["so_far"].search(candidate.before)) or candidate.before.endswith(("达到", "达"))


def _covers_years(claim: Claim, words: MatchingWords) -> bool:
    return bool(words.signals["whole_period"].search(claim.text + claim.context.plain))


def _covers_years_text(text: str, words: MatchingWords) -> bool:
    return bool(words.signals["whole_period"].search(text))


def _why_open(
    claims: Sequence[Claim],
    fitting: Sequence[_Candidate],
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


def number_text(value: float) -> str:
    """Return a number without a needless decimal point."""
    return str(int(value)) if value == int(value) else str(value)
