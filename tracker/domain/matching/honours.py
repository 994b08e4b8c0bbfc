"""Titles that are striven for: whether the one a passage tells of is the one that was promised."""

from __future__ import annotations

import re

from tracker.domain.matching.candidates import Claim, Clause
from tracker.domain.matching.promises import Promise
from tracker.domain.matching.words import MatchingWords

SAME = 0.5
"""So much of a title's pairs of characters stands in the clause that tells of the same title."""
_HOLDER = re.compile("示范[^，。、；]{0,4}?(县城|社区|县|市|区|镇|乡|村|街道|单位|机关|学校|企业|基地|户|岗|窗口)")
"""Who holds a title of an example: a 示范社区 is not the 示范县 that was promised."""
LEAST = 4
"""A title of fewer characters says too little to tell it from another."""


def wins_another(promise: Promise, claim: Claim, best: int, words: MatchingWords) -> bool:
    """Say whether the clause of the one that strove tells of another title (市级 for 省级, 美丽宜居村 for 民主法治示范村).

    ``best`` is the clause of the sentence that fits best.
    """
    clause = _clause_of(promise, claim, best)
    if not words.signals["honours_won"].search(clause.form.plain):
        return False
    title = title_of(promise, words)
    if len(title) < LEAST or not words.signals["title_marks"].search(title):
        return False
    if any(
        row in clause.form.choices and not chosen & clause.form.choices[row]
        for row, chosen in promise.form.choices.items()
    ):
        return True
    if (own := _HOLDER.search(title)) and (other := _HOLDER.search(clause.form.plain)) and own[1] != other[1]:
        return True
    pairs = {title[at : at + 2] for at in range(len(title) - 1)}
    return sum(pair in clause.form.plain for pair in pairs) < SAME * len(pairs)


def title_of(promise: Promise, words: MatchingWords) -> str:
    """Return the title a promise strives for: what follows the last verb of striving, else a thing named with a title's mark."""
    plain = promise.form.plain
    if not words.signals["honours"].search(plain):
        named = (chunk.text for chunk in promise.form.chunks if words.signals["title_marks"].search(chunk.text))
        return next(named, "")
    last = max((found.end() for found in words.signals["honours"].finditer(plain)), default=len(plain))
    return words.signals["title_ends"].split(plain[last:])[0]


def _clause_of(promise: Promise, claim: Claim, best: int) -> Clause:
    """Return the clause in which the one that strives stands by name, else the one that fits best."""
    clauses = claim.clauses
    name = promise.form.chunks[0].text if promise.form.chunks else ""
    if promise.is_member and name:
        return next((clause for clause in clauses if name in clause.form.plain), clauses[best])
    return clauses[best]
