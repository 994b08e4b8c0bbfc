"""Rows: several names, then 分别 and as many numbers (甲、乙分别达到90%、96%): which number belongs to which name."""

from __future__ import annotations

import re

_AND = r"(?:、|和|与|以及|(?<!普)及(?!格|时|早|其))"
_SPLIT = re.compile(_AND)
_RESPECTIVELY = re.compile(r"分别|各自")
_BACK = re.compile(r"[，。；：]")
_BRACKETS = re.compile(r"（[^（）]*）")


def row_members(spans: list[tuple[int, int]], at: int, text: str) -> list[int]:
    """Return the places of the numbers that stand in one list with number ``at`` (、 or 和 between them)."""
    low = high = at
    while low > 0 and _is_join(text[spans[low - 1][1] : spans[low][0]]):
        low -= 1
    while high + 1 < len(spans) and _is_join(text[spans[high][1] : spans[high + 1][0]]):
        high += 1
    return list(range(low, high + 1))


def _is_join(between: str) -> bool:
    return bool(between) and bool(re.fullmatch(rf"{_AND}(?:增长|下降)?", between))


def name_in_row(text: str, start: int, place: int, size: int) -> str | None:
    """Return the name that belongs to number ``place`` of a row of ``size`` numbers beginning at ``start``, None without one.

    The names stand before 分别 or before the numbers, in this clause or an earlier one of the sentence; what follows the
    last of them (…普及率) belongs to all.
    """
    before = _BRACKETS.sub("", text[:start])
    said = list(_RESPECTIVELY.finditer(before))
    heads = [before[: one.start()] for one in reversed(said)] or [before]
    for head in heads:
        for clause in reversed([one for one in _BACK.split(head) if one]):
            names = [one for one in _SPLIT.split(clause) if one]
            if len(names) == size and all(len(one) >= 2 for one in names):
                tail = names[-1][-4:] if len(names[-1]) > 4 else ""
                own = names[place]
                return own if place == size - 1 or not tail else f"{own}{tail}"
    return None
