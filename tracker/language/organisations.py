"""Responsible units as reports name them: in brackets of every kind, on their own line, with or without a label."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache

from tracker.language.lexicon import Lexicon, alternatives


@dataclass(frozen=True, slots=True)
class Assignment:
    """Who is named where: ``start``/``end`` cover the whole bracket or line; ``due`` is the text of a named limit."""

    lead: tuple[str, ...]
    support: tuple[str, ...]
    owners: tuple[str, ...]
    due: str | None
    due_start: int
    start: int
    end: int


@dataclass(slots=True)
class _Roles:
    lead: list[str] = field(default_factory=list)
    support: list[str] = field(default_factory=list)
    owner: list[str] = field(default_factory=list)
    due: list[tuple[str, int]] = field(default_factory=list)


_BRACKETS = re.compile(r"（([^（）\n]{2,160})）|〔([^〔〕\n]{2,160})〕|\[([^\[\]\n]{2,160})\]|【([^【】\n]{2,160})】")
_SEPARATORS = re.compile(r"[、，,；;/\s]|(?<=[局办所委室队镇乡道院心会站部校])(?:和|及|与)")


@lru_cache(maxsize=4)
def _labels(lexicon: Lexicon) -> tuple[re.Pattern[str], dict[str, str], re.Pattern[str], re.Pattern[str]]:
    kinds = {
        word: kind for kind in ("lead", "support", "owner", "due") for word in lexicon.words(f"organisations.{kind}")
    }
    label = re.compile(rf"(?P<label>{alternatives(kinds)})(?:及责任人|和责任人)?[：:为]")
    verbs = alternatives([*lexicon.words("organisations.lead_verbs"), *lexicon.words("organisations.support_verbs")])
    tails = alternatives(lexicon.words("organisations.tails"))
    unlabelled = re.compile(
        rf"(?:^|(?<=[，；。、]))(?:由)?(?P<units>[^，；。：]{{1,60}}?(?:{tails})(?:等)?)(?P<verb>{verbs})(?=$|[，；。])"
    )
    own_line = re.compile(rf"^(?:{alternatives(kinds)})(?:及责任人|和责任人)?[：:]")
    return label, kinds, unlabelled, own_line


def find_assignments(text: str, start: int, end: int, lexicon: Lexicon) -> list[Assignment]:
    """Return the assignments in ``text[start:end]``: bracketed ones, and a range that is one labelled line."""
    label, _, _, own_line = _labels(lexicon)
    line = text[start:end]
    if own_line.match(line):
        found = read_assignment(text, start, end, start, end, lexicon)
        return [found] if found else []
    found_all: list[Assignment] = []
    for bracket in _BRACKETS.finditer(text, start, end):
        group = next(index for index in range(1, 5) if bracket.group(index) is not None)
        found = read_assignment(text, bracket.start(group), bracket.end(group), bracket.start(), bracket.end(), lexicon)
        if found:
            found_all.append(found)
    if not found_all:
        tail = label.search(text, max(start, end - 120), end)
        if tail and (tail.start() == start or text[tail.start() - 1] in "。；\n") and tail.group("label"):
            found = read_assignment(text, tail.start(), end, tail.start(), end, lexicon)
            found_all = [found] if found else []
    return found_all or _closing_sentence(text, start, end, lexicon)


_CLOSING = re.compile(
    r"由?(?P<lead>[^，。；：（）\n]{2,60}?)(?:牵头负责|牵头抓总|牵头落实|牵头|具体负责|负责落实|负责)"
    r"(?:，由?(?P<support>[^。；：（）\n]{2,90}?)(?:协同配合|配合落实|按职责配合|配合|参与|协助|协同))?(?:抓好)?(?:落实|实施)?[。；]?"
)


def _closing_sentence(text: str, start: int, end: int, lexicon: Lexicon) -> list[Assignment]:
    """Return who the last sentence names when it does nothing else (由综合行政执法队牵头，林草站配合。)."""
    low = max(start, *(text.rfind(stop, start, end - 1) + 1 for stop in "。；\n"))
    found = _CLOSING.fullmatch(text, low, end) if low > start else None
    if not found:
        return []
    tails = lexicon.words("organisations.tails")
    lead = split_units(found.group("lead"))
    support = split_units(found.group("support") or "")
    if not lead or not all(unit.endswith(tails) for unit in (*lead, *support)):
        return []
    return [Assignment(tuple(lead), tuple(support), (), None, 0, low, end)]


def names_field(text: str, start: int, end: int, lexicon: Lexicon) -> bool:
    """Say whether a line is one labelled field (责任股室：……, 完成时限：……)."""
    return bool(_labels(lexicon)[3].match(text[start:end]))


def read_assignment(text: str, low: int, high: int, start: int, end: int, lexicon: Lexicon) -> Assignment | None:
    """Read the inside ``text[low:high]`` of a bracket or line; None where it names nobody and no limit."""
    label, kinds, unlabelled, _ = _labels(lexicon)
    roles = _Roles()
    labels = list(label.finditer(text, low, high))
    for index, found in enumerate(labels):
        stop = labels[index + 1].start() if index + 1 < len(labels) else high
        _put(roles, kinds[found.group("label")], text, found.end(), stop)
    if not labels:
        supporters = lexicon.words("organisations.support_verbs")
        for found in unlabelled.finditer(text[low:high]):
            target = roles.support if found.group("verb") in supporters else roles.lead
            target.extend(split_units(found.group("units")))
    due = roles.due[0] if roles.due else (None, 0)
    if not (roles.lead or roles.support or roles.owner or roles.due):
        return None
    return Assignment(tuple(roles.lead), tuple(roles.support), tuple(roles.owner), due[0], due[1], start, end)


def _put(roles: _Roles, kind: str, text: str, start: int, stop: int) -> None:
    value = text[start:stop]
    if kind == "due":
        roles.due.append((value.strip("，；。 "), start))
        return
    getattr(roles, kind).extend(split_units(value))


def split_units(words: str) -> list[str]:
    """Return the unit names in a list such as 镇司法所、综治中心，党政办。"""
    parts = (part.strip("。；，、 “”等") for part in _SEPARATORS.split(words))
    return [part for part in parts if 1 < len(part) <= 30]
