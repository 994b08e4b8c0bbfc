"""What speaks for or against a sentence answering a promise: numbers between 0 and 1 that a person can read."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import fsum

from tracker.domain.documents import Quantity
from tracker.domain.matching.candidates import Claim
from tracker.domain.matching.comparable import RAREST, Comparable
from tracker.domain.matching.honours import wins_another
from tracker.domain.matching.names import (
    leaves_member_unnamed,
    names_other_choice,
    names_other_title,
    names_sibling,
    puts_another_word,
    shares_title,
    shortens,
)
from tracker.domain.matching.objects import CONTEXT_SHARE, SAME_KIND, Seen, compare_objects, rare_words
from tracker.domain.matching.promises import Promise
from tracker.domain.matching.rates import counted_by, ideas_of
from tracker.domain.matching.reckoning import (
    all_of_them,
    change_told,
    is_another_rate,
    rate_from_counts,
    shares_of_counts,
)
from tracker.domain.matching.units import labelled_numbers, numbers_with
from tracker.domain.matching.words import CONCEPT_MARK, MatchingWords

TELLING = 40.0
"""How much rarity shared nouns must carry to tell everything: 基础设施 carries 12, a project's full name 40 and more."""
WORTH_ADDING = 0.08
"""Share of the promise that a neighbouring clause must add to belong to the passage."""
LEAST_NAME = 12.0
"""How much rarity a name must carry for its whole match to say everything: two characters alone do not."""
QUOTE_LONGEST = 60
"""How many characters a quote takes in beside the passage itself."""
RATES = ("率", "比例", "占比", "比重")
OTHER_THING = 0.5
"""What a number is worth that counts something else by the words around it."""
RECKONED = 0.6
"""What a number is worth that has to be worked out."""
HALF = 0.5
"""How near the target such a number must come."""
_NAMED = re.compile("《[^《》]{1,40}》")
"""A number in a title counts nothing (《开学第一课》)."""
PAPER_WITHIN = 4
"""A promised paper stands within the last so many characters of its promise."""
MOST_OF = 50.0
"""A rate from which on a share of two counts may tell it."""
NEAR_RATE = 6.0
"""How many points such a share may lie off."""
LONG = 40
"""A promise of so many characters is long."""
NEAR = 2
"""How many clauses away a clause may stand and still belong to the passage."""

FEATURES = (
    "bias", "cover", "scattered", "sentence", "objects", "heads", "qualifiers", "rare_missing", "longest", "chars", "short_name",
    "elements", "title", "title_other", "contrast", "sibling", "unnamed", "verb", "unit", "unit_missing", "number", "lead", "concrete",
    "theme", "rival", "reverse", "reverse_best", "size", "away", "told", "framing", "replaced", "title_missing", "rate_missing", "growth_missing", "thing_missing", "soft", "concepts", "verb_other", "head_missing",
    "paragraph", "paragraph_cover", "rare_told", "rare_untold", "length", "ratio", "topic", "topic_clause", "honour_other", "paper_missing",
)  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class Reading:
    """A promise held against one sentence: the passage (clauses ``first`` to ``last``) and the features."""

    promise: Promise
    claim: Claim
    first: int
    last: int
    best: int
    features: Mapping[str, float]
    shared: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What stands around a claim: how much better another promise of the plan fits it, how like its paragraph is to the
    promise's item, how much of the promise stands anywhere in that paragraph, and how surely the sentence, or a clause or
    two of it, speaks of what is promised (each 0..1)."""

    rival: float
    likeness: float
    cover: float
    topic: float
    topic_clause: float


def read_against(
    promise: Promise, claim: Claim, around: Surroundings, rarity: Mapping[str, float], words: MatchingWords
) -> Reading:
    """Hold a promise against a claim."""
    first, last, best = _passage(promise, claim, words)
    passage = [clause.form for clause in claim.clauses[first : last + 1]]
    found = {gram for form in passage for gram in form.grams}
    anywhere = found.union(*(clause.form.grams for clause in claim.clauses))
    context = claim.context.grams
    seen = Seen(found, anywhere, context, {pair for form in passage for pair in form.skips})
    objects = compare_objects(promise, seen, rarity)
    features = {
        "bias": 1.0,
        "cover": _cover(promise, found),
        "scattered": _cover(promise, found) - _cover(promise, set(claim.clauses[best].form.grams)),
        "sentence": _cover(promise, anywhere) + CONTEXT_SHARE * _context_cover(promise, anywhere, context),
        "objects": objects.cover,
        "heads": objects.heads,
        "qualifiers": objects.qualifiers,
        "rare_missing": objects.rare_missing,
        "longest": min(objects.longest, 5 * RAREST) / (5 * RAREST),
        "chars": _chars(promise, passage, rarity),
        "short_name": float(shortens(promise.form, passage)),
        "elements": _elements(promise, claim),
        "title": float(shares_title(promise.form, passage)),
        "title_other": float(names_other_title(promise.form, passage)),
        "contrast": float(names_other_choice(promise, claim, first, last)),
        "sibling": float(names_sibling(promise.form, passage)),
        "unnamed": float(leaves_member_unnamed(promise, claim)),
        "verb": float(any(promise.form.verbs & form.verbs for form in passage)),
        **_unit_features(promise, claim, first, last, words),
        "lead": float(claim.lead),
        "concrete": float(any(ch.isdigit() for clause in claim.clauses[first : last + 1] for ch in clause.text)),
        "theme": _theme(promise, anywhere, context, rarity),
        "rival": around.rival,
        "reverse": _reverse(promise, passage, rarity),
        "reverse_best": _reverse_best(promise, passage, rarity),
        "size": min(promise.total, 60.0) / 60.0,
        "away": 0.0 if claim.home else 1.0,
        "told": min(objects.told, TELLING) / TELLING,
        "framing": float(promise.is_framing),
        "replaced": puts_another_word(promise.form, passage, rarity),
        **_missing(promise, claim, passage, seen, words),
        "soft": objects.soft,
        "concepts": _concepts(promise, found, rarity),
        "verb_other": float(_does_something_else(promise.form, claim.clauses[best].form)),
        "head_missing": _head_missing(promise, seen),
        "paragraph": around.likeness,
        "paragraph_cover": around.cover,
        **rare_words(promise, seen, rarity),
        "length": min(len(promise.text), LONG) / LONG,
        "ratio": _ratio(promise, claim, words),
        "honour_other": float(wins_another(promise, claim, best, words)),
        "paper_missing": float(_lacks_paper(promise, claim, words)),
        "topic": around.topic,
        "topic_clause": around.topic_clause,
    }
    return Reading(promise, claim, first, last, best, features, objects.shared)


def _passage(promise: Promise, claim: Claim, words: MatchingWords) -> tuple[int, int, int]:
    """Return the first and last clause that belong to the answer, and the one that fits best."""
    weights, clauses = promise.weights, claim.clauses
    # Exact sums: what a set is gone through in must not decide between clauses that fit alike.
    own = [fsum(weights[gram] for gram in weights.keys() & clause.form.grams.keys()) for clause in clauses]
    best = max(range(len(clauses)), key=lambda number: (own[number], -number))
    found = set(clauses[best].form.grams)
    first = last = best
    for number in sorted(range(len(clauses)), key=lambda number: -own[number]):
        new = weights.keys() & (clauses[number].form.grams.keys() - found)
        worth = fsum(weights[gram] for gram in new) / promise.total
        counts = _has_unit(promise, clauses[number].text, words) and (
            own[number] >= WORTH_ADDING * promise.total
            or (abs(number - best) == 1 and not _has_unit(promise, clauses[best].text, words))
        )
        if (worth >= WORTH_ADDING or counts) and first - NEAR <= number <= last + NEAR:
            first, last = min(first, number), max(last, number)
            found |= clauses[number].form.grams.keys()
    return first, last, best


def quoted(reading: Reading) -> tuple[int, int]:
    """Return the first and last clause to quote: the passage, and what follows or leads in where it is short.

    The clause that names a thing often stands beside the one that tells what became of it.
    """
    clauses, first, last = reading.claim.clauses, reading.first, reading.last
    length = sum(len(clause.text) for clause in clauses[first : last + 1])
    while last + 1 < len(clauses) and length + len(clauses[last + 1].text) <= QUOTE_LONGEST:
        last += 1
        length += len(clauses[last].text)
    while first and length + len(clauses[first - 1].text) <= QUOTE_LONGEST:
        first -= 1
        length += len(clauses[first].text)
    return first, last


def _has_unit(promise: Promise, text: str, words: MatchingWords) -> bool:
    return any(numbers_with(quantity.unit, text, words) for quantity in promise.quantities)


def _cover(promise: Promise, found: set[str]) -> float:
    return sum(weight for gram, weight in promise.weights.items() if gram in found) / promise.total


def _context_cover(promise: Promise, found: set[str], context: Mapping[str, float]) -> float:
    only = promise.weights.keys() & (context.keys() - found)
    return fsum(promise.weights[gram] for gram in only) / promise.total


def _missing(
    promise: Promise, claim: Claim, passage: Sequence[Comparable], seen: Seen, words: MatchingWords
) -> dict[str, float]:
    """Return what the passage should name and does not: the document, the rate, the growth, the thing to be made."""
    text = "".join(clause.text for clause in claim.clauses)
    rate = next((quantity.what for quantity in promise.quantities if quantity.unit == "%"), "")
    grows = bool(rate) and bool(words.signals["growth"].search(rate[-4:]))
    named = rate[-3:-1] in "".join(form.plain for form in passage) if rate.endswith("率") else True
    thing = promise.form.chunks[-1] if promise.aim == "finish" and promise.form.chunks else None
    return {
        "title_missing": float(
            bool(promise.form.titles | promise.form.quoted) and not shares_title(promise.form, passage)
        ),
        "rate_missing": float(bool(rate) and not grows and not named) * 0.5,
        "growth_missing": float(grows and not words.signals["growth"].search(text)),
        "thing_missing": float(thing is not None and seen.share(thing, len(thing.grams) - 1) < SAME_KIND),
    }


def _concepts(promise: Promise, found: set[str], rarity: Mapping[str, float]) -> float:
    """Return the share of the promise's concepts that the passage speaks of."""
    own = [gram for gram in promise.form.grams if gram.startswith(CONCEPT_MARK)]
    total = sum(rarity.get(gram, RAREST) for gram in own)
    return sum(rarity.get(gram, RAREST) for gram in own if gram in found) / total if total else 0.0


def _does_something_else(promise: Comparable, clause: Comparable) -> bool:
    """Say whether both name what is done and not the same kind of doing (拍摄, 发放)."""
    return bool(promise.verbs and clause.verbs) and not promise.verbs & clause.verbs


def _head_missing(promise: Promise, seen: Seen) -> float:
    """Return 1 where the last word of the promised thing is neither said nor meant, less where it is near."""
    if not promise.form.chunks:
        return 0.0
    chunk = promise.form.chunks[-1]
    return 1.0 - seen.share(chunk, len(chunk.grams) - 1)


def _chars(promise: Promise, passage: Sequence[Comparable], rarity: Mapping[str, float]) -> float:
    """Return the share of the promise's single characters in the passage: it sees through abbreviations."""
    there = {char for form in passage for char in form.plain}
    total = sum(rarity.get(char, RAREST) for char in promise.form.chars)
    hit = sum(rarity.get(char, RAREST) for char in promise.form.chars if char in there)
    return hit / total if total else 0.0


def _elements(promise: Promise, claim: Claim) -> float:
    """Return the share of the promised list's members that the sentence names in full."""
    if not promise.elements:
        return 0.0
    plain = "".join(clause.form.plain for clause in claim.clauses)
    return sum(element in plain for element in promise.elements) / len(promise.elements)


def _ratio(promise: Promise, claim: Claim, words: MatchingWords) -> float:
    """Return 1 where two counts of one unit in the sentence stand to each other as a promised rate says (59件, 56件; 93%).

    The sentence must speak of what the rate counts.
    """
    named = [quantity for quantity in promise.quantities if quantity.unit == "%" and quantity.value >= MOST_OF]
    if not named:
        return 0.0
    ideas = ideas_of(claim.text, words)
    rates = [one.value for one in named if not (stem := counted_by(one.what, words)) or stem & ideas]
    told = shares_of_counts(claim.text)
    return float(any(abs(share - rate) <= NEAR_RATE for rate in rates for share in told))


def _unit_features(promise: Promise, claim: Claim, first: int, last: int, words: MatchingWords) -> dict[str, float]:
    text = _NAMED.sub("", "".join(clause.text for clause in claim.clauses[first : last + 1]))
    whole = claim.text
    counted = [quantity for quantity in promise.quantities if not _is_one_thing(quantity)]
    closeness = [
        _closeness(quantity, promise, text, words) or _reckoned(quantity, promise, whole, text, words)
        for quantity in counted
    ]
    if not closeness:
        return {"unit": 0.0, "unit_missing": 0.0, "number": 0.0}
    best = max(closeness)
    all_done = words.signals["all_done"].search(text) or words.signals["over_fulfilled"].search(text)
    return {
        "unit": float(best > 0),
        "unit_missing": float(best == 0 and not all_done),
        "number": best,
    }


def _lacks_paper(promise: Promise, claim: Claim, words: MatchingWords) -> bool:
    """Say whether a paper was promised (制定巡查办法) and the sentence names none and tells of none made."""
    if promise.aim != "finish" or not words.signals["papers"].search(promise.form.plain[-PAPER_WITHIN:]):
        return False
    return not words.signals["papers_told"].search(claim.text)


def _is_one_thing(quantity: Quantity) -> bool:
    """Say whether the target is one thing (建成实验室1间): a report names it and does not count it."""
    return quantity.value == 1 and quantity.per is None and quantity.unit not in ("%", "天", "日", "个工作日", "工作日")


def _closeness(quantity: Quantity, promise: Promise, text: str, words: MatchingWords) -> float:
    """Return 1 where the very number stands in the text with its unit, less where another does, 0 for none.

    A number that counts something else by the words around it is worth half, a rate of another name nothing.
    """
    rate, share = quantity.what.endswith(RATES), quantity.unit == "%"
    best = 0.0
    for one in labelled_numbers(quantity.unit, text, words):
        if rate and is_another_rate(one.before, quantity):
            continue
        ratio = min(one.value, quantity.value) / max(one.value, quantity.value, 1e-9)
        near = 1.0 if ratio > 0.999 else 0.7 if ratio >= 0.6 else 0.4 if ratio >= 0.25 else 0.1
        best = max(best, near if share or _counts_it(promise, one.before + one.after) else OTHER_THING * near)
    return best


def _counts_it(promise: Promise, label: str) -> bool:
    """Say whether the words around a number hold the last word of one of the promised things."""
    return not promise.form.chunks or any(chunk.grams[-1] in label for chunk in promise.form.chunks)


def _reckoned(quantity: Quantity, promise: Promise, sentence: str, passage: str, words: MatchingWords) -> float:
    """Return the same for a rate or a change that the sentence gives by its counts (受理19件，均在期限内答复)."""
    if quantity.unit != "%":
        return 0.0
    told = (
        rate_from_counts(sentence, quantity, words)
        or change_told(passage, promise.text)
        or all_of_them(passage, quantity)
    )
    if told is None:
        return 0.0
    ratio = min(told.value, quantity.value) / max(told.value, quantity.value, 1e-9)
    return RECKONED if ratio >= HALF else 0.0


def _theme(promise: Promise, anywhere: set[str], context: Mapping[str, float], rarity: Mapping[str, float]) -> float:
    grams = promise.theme.grams
    total = sum(share * rarity.get(gram, RAREST) for gram, share in grams.items())
    if not total:
        return 0.0
    hit = sum(share * rarity.get(gram, RAREST) for gram, share in grams.items() if gram in context or gram in anywhere)
    return hit / total


def _reverse(promise: Promise, passage: Sequence[Comparable], rarity: Mapping[str, float]) -> float:
    """Return the share of the passage's nouns that the promise or its item speaks of."""
    total = hit = 0.0
    for form in passage:
        for gram, share in form.grams.items():
            weight = share * rarity.get(gram, RAREST)
            total += weight
            if gram in promise.weights or gram in promise.theme.grams:
                hit += weight
    return hit / total if total else 0.0


def _reverse_best(promise: Promise, passage: Sequence[Comparable], rarity: Mapping[str, float]) -> float:
    """Return the same of the passage's name that fits best: in a list only one member need be meant."""
    best = 0.0
    for form in passage:
        for chunk in form.chunks:
            size = sum(rarity.get(gram, RAREST) for gram in chunk.grams)
            hit = sum(rarity.get(gram, RAREST) for gram in chunk.grams if gram in promise.weights)
            best = max(best, hit / max(size, LEAST_NAME))
    return best
