"""Titles that are striven for: whether the one a passage tells of is the one that was promised."""

from __future__ import annotations

from tracker.domain.matching.candidates import Clause
from tracker.domain.matching.features import Reading
from tracker.domain.matching.promises import Promise
from tracker.domain.matching.words import MatchingWords

SAME = 0.5
"""So much of a title's pairs of characters stands in the clause that tells of the same title."""
LEAST = 4
"""A title of fewer characters says too little to tell it from another."""


def wins_another(promise: Promise, reading: Reading, words: MatchingWords) -> bool:
    """Say whether the clause of the one that strove tells of another title (市级 for 省级, 美丽宜居村 for 民主法治示范村)."""
    title = title_of(promise, words)
    clause = _clause_of(promise, reading)
    won = words.signals["honours_won"].search(clause.form.plain)
    if len(title) < LEAST or won is None:
        return False
    if any(
        row in clause.form.choices and not chosen & clause.form.choices[row]
        for row, chosen in promise.form.choices.items()
    ):
        return True
    pairs = {title[at : at + 2] for at in range(len(title) - 1)}
    return sum(pair in clause.form.plain for pair in pairs) < SAME * len(pairs)


def title_of(promise: Promise, words: MatchingWords) -> str:
    """Return the title a promise strives for: what follows the last verb of striving."""
    plain = promise.form.plain
    last = max((found.end() for found in words.signals["honours"].finditer(plain)), default=len(plain))
    return words.signals["title_ends"].split(plain[last:])[0]


def _clause_of(promise: Promise, reading: Reading) -> Clause:
    """Return the clause in which the one that strives stands by name, else the one that fits best."""
    clauses = reading.claim.clauses
    name = promise.form.chunks[0].text if promise.form.chunks else ""
    if promise.is_member and name:
        return next((clause for clause in clauses if name in clause.form.plain), clauses[reading.best])
    return clauses[reading.best]
