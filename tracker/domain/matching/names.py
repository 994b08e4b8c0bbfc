"""Names: the same one, a short form of it, its sibling, or another choice of the same kind."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from tracker.domain.matching.candidates import Claim
from tracker.domain.matching.comparable import RAREST, Chunk, Comparable
from tracker.domain.matching.promises import Promise, name_of

SIBLINGS = "一二三四五六七八九十东西南北"
"""Characters by which things of one family are told apart."""

NAMED = 5
"""A quoted name of so many characters is known by its first two, which tell it from others of its kind."""
TITLE_TAIL = 6
"""By so many last characters a document's title is known where the report shortens it (案件办理规程)."""


def shortens(form: Comparable, passage: Sequence[Comparable]) -> bool:
    """Say whether one side uses a short form of the other's name (定检率 for 定期检验率)."""
    return any(
        is_short_form(one.text, other.text) or is_short_form(other.text, one.text)
        for one in form.chunks
        for text in passage
        for other in text.chunks
    )


def is_short_form(short: str, long: str) -> bool:
    """Say whether ``short`` keeps characters of ``long`` in order, the first and the last among them."""
    if not 3 <= len(short) < len(long) <= 4 * len(short) or short in long:
        return False
    if short[0] != long[0] or short[-1] != long[-1]:
        return False
    at = 0
    for char in short:
        at = long.find(char, at) + 1
        if not at:
            return False
    return True


def shares_title(form: Comparable, passage: Sequence[Comparable]) -> bool:
    """Say whether a title or quoted name of the promise stands in the passage."""
    names = form.titles | form.quoted
    return any(
        name in other.plain
        or any(name in title or title in name for title in other.titles)
        or (name in form.titles and len(name) > TITLE_TAIL and name[-TITLE_TAIL:] in other.plain)
        for name in names
        for other in passage
    )


def names_other_title(form: Comparable, passage: Sequence[Comparable]) -> bool:
    """Say whether both name a document or activity and not the same one (“宪法进农村”, 文艺进农村)."""
    others = {title for other in passage for title in other.titles}
    if shares_title(form, passage):
        return False
    plain = "".join(other.plain for other in passage)
    return bool(form.titles and others) or any(
        len(name) >= NAMED and name[2:] in plain and name[:2] not in plain for name in form.quoted
    )


def names_other_choice(promise: Promise, claim: Claim, first: int, last: int) -> bool:
    """Say whether the passage names another choice of some kind (城区 for 农村) and not the promised one."""
    said: dict[int, set[int]] = {}
    for clause in claim.clauses[first : last + 1]:
        for row, choices in clause.form.choices.items():
            said.setdefault(row, set()).update(choices)
    for row, choices in promise.form.choices.items():
        known = claim.context.choices.get(row, frozenset())
        if row in said and not said[row] & choices and not known & choices:
            return True
    return False


def leaves_member_unnamed(promise: Promise, claim: Claim) -> bool:
    """Say whether a sentence names fellows of a listed thing and not the thing itself: it does not answer it."""
    if not promise.is_member or not promise.form.chunks:
        return False
    plain = "".join(clause.form.plain for clause in claim.clauses)
    return name_of(promise.form.chunks[0].text) not in plain and any(name in plain for name in promise.fellows)


def names_sibling(form: Comparable, passage: Sequence[Comparable]) -> bool:
    """Say whether the passage names a thing that differs by one ordinal or direction only (双泉二中 for 双泉一中)."""
    for chunk in form.chunks:
        name = chunk.text
        marks = [at for at, char in enumerate(name) if char in SIBLINGS]
        if len(name) < 3 or not marks or any(name in other.plain for other in passage):
            continue
        for at in marks:
            left, right = name[max(0, at - 1) : at], name[at + 1 : at + 2]
            pattern = f"{re.escape(left)}([{SIBLINGS}]){re.escape(right)}"
            if (
                left
                and right
                and any(found.group(1) != name[at] for other in passage for found in re.finditer(pattern, other.plain))
            ):
                return True
    return False


def puts_another_word(form: Comparable, passage: Sequence[Comparable], rarity: Mapping[str, float]) -> float:
    """Return how telling the word is that the passage replaces beside a shared one (图书馆新馆, 文化馆新馆); 0 for none.

    A word that the passage leaves out replaces nothing, and one that stands elsewhere in it is not missing.
    """
    there = {gram for other in passage for gram in other.grams} | {pair for other in passage for pair in other.skips}
    worst = 0.0
    for chunk in form.chunks:
        shared = _longest_shared(chunk, [other for one in passage for other in one.chunks])
        if shared is None:
            continue
        text, at, size, other, place = shared
        for own, their in (
            (text[max(0, at - 2) : at], other[max(0, place - 2) : place]),
            (text[at + size : at + size + 2], other[place + size : place + size + 2]),
        ):
            if len(own) == len(their) == 2 and own not in there and their not in form.grams and not _alike(own, their):
                worst = max(worst, rarity.get(own, RAREST))
    return worst / RAREST


def _alike(own: str, their: str) -> bool:
    return bool(set(own) & set(their))


def _longest_shared(chunk: Chunk, others: Sequence[Chunk]) -> tuple[str, int, int, str, int] | None:
    """Return the longest stretch that a name shares with one of the passage's: where it stands in both."""
    best: tuple[str, int, int, str, int] | None = None
    for other in others:
        for at in range(len(chunk.text) - 1):
            size = best[2] + 1 if best else 2
            while at + size <= len(chunk.text):
                place = other.text.find(chunk.text[at : at + size])
                if place < 0:
                    break
                best = (chunk.text, at, size, other.text, place)
                size += 1
    return best
