"""Names: the same one, a short form of it, its sibling, or another choice of the same kind."""

from __future__ import annotations

import re
from collections.abc import Sequence

from tracker.domain.matching.candidates import Claim
from tracker.domain.matching.comparable import Comparable
from tracker.domain.matching.promises import Promise

_GENERIC_FRONT = re.compile("^(?:县城|全县|全市|全镇|全乡|城区|农村|县级|市级|县|市|镇)+(?=.{2})")
SIBLINGS = "一二三四五六七八九十东西南北"
"""Characters by which things of one family are told apart."""


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
        name in other.plain or any(name in title or title in name for title in other.titles)
        for name in names
        for other in passage
    )


def names_other_title(form: Comparable, passage: Sequence[Comparable]) -> bool:
    """Say whether both name a document and not the same one."""
    others = {title for other in passage for title in other.titles}
    return bool(form.titles and others) and not shares_title(form, passage)


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
    """Say whether a member of a promised list is not named: its fellows' sentence does not answer it."""
    if not promise.is_member or not promise.form.chunks:
        return False
    name = _GENERIC_FRONT.sub("", promise.form.chunks[0].text)[:2]
    return not any(name in clause.form.plain for clause in claim.clauses)


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
