"""Text made comparable: widths and quotes gone, synonyms folded, each pair of characters weighed.

A *gram* is a pair of neighbouring characters. Grams of verbs, manners, dates and amounts weigh little: what a
promise is about stands in its nouns.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from tracker.domain.matching.words import MatchingWords
from tracker.language.numerals import DIGITS

STRONG, MIXED, WEAK = 1.0, 0.4, 0.1
CONCEPT = 0.6
"""The share of a concept: the same kind of thing in other words."""
RAREST = 9.0
"""The inverse document frequency of a pair that the background never saw."""

_ROMAN = {0x2160 + i: digit for i, digit in enumerate("一二三四五六七八九")}
"""Roman numerals as one character each: 国III and 国三 are the same."""
_DROP = "“”‘’\"'「」『』《》〈〉（）()[]［］【】<> 　\t"
_TABLE = str.maketrans({**{chr(0xFF01 + i): chr(0x21 + i) for i in range(94)}, **dict.fromkeys(_DROP, "")}) | _ROMAN
_FOOTNOTE = re.compile(r"[\[［【〔]\d{1,3}[\]］】〕]")
_AMOUNT = re.compile(
    rf"(?<![a-z\d])\d[\d,.]{{0,15}}(?:[-—～至]\d[\d,.]{{0,15}})?[万亿千百]{{0,4}}[余多]?(?:%|个百分点|人次|场次|平方米|公里|[年月日号个名次场期件项家处所座条台套部份篇轮辆亩支人户堂批元吨起宗例])?"
    rf"|[{''.join(DIGITS)}十百]{{1,8}}(?:个|名|次|场|期|件|项|家|处|所|座|条|月)(?!性|级|体)"
)
_TITLE = re.compile(r"《([^《》\n]{2,40})》")
_QUOTED = re.compile(r"“([^“”\n]{2,20})”")
_RATE = re.compile(r"[\u4e00-\u9fff]{2}率")
"""A rate is a thing even where its first characters are a verb (审查率)."""
_KIND = re.compile(r"(?<=[\u4e00-\u9fff]{4})(?:建设项目|项目|工程|地块|任务|系统)(?![\u4e00-\u9fff]{0,2}率)")
"""What only says of what kind a long name is: 春天小镇项目 is 春天小镇."""
_NUMBERED = re.compile(r"\d{1,4}(?:号线|号楼|号桥|号井|号院|号地|国道|省道|县道|乡道)")
"""A number that belongs to a name: 12号线 is not 17号线. So is one behind a letter (g331)."""
_STOP = re.compile(r"[，,。；;：:！!？?、/|｜\n—\-·.…]+")


@dataclass(frozen=True, slots=True, eq=False)
class Chunk:
    """A noun phrase: its text, its grams in order, and the concept each gram belongs to ("" for none)."""

    text: str
    grams: tuple[str, ...]
    concepts: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Comparable:
    """One piece of text, ready to be compared.

    ``grams`` maps each pair to its share (1 noun … 0.1 verb) and each concept to ``CONCEPT``; ``skips`` are the pairs
    with one or two characters between them (夜巡 in 夜间巡查).
    """

    plain: str
    chars: frozenset[str]
    grams: Mapping[str, float]
    chunks: tuple[Chunk, ...]
    titles: frozenset[str]
    quoted: frozenset[str]
    choices: Mapping[int, frozenset[int]]
    verbs: frozenset[int]
    skips: frozenset[str]


@lru_cache(maxsize=1024)  # a promise's pieces are asked for again and again
def make_comparable(text: str, words: MatchingWords) -> Comparable:
    """Return the comparable form of ``text``."""
    plain = plain_text(text, words)
    marks = _marks(plain, words)
    concepts = _concepts(plain, words)
    return Comparable(
        plain=plain,
        chars=frozenset(char for char, mark in zip(plain, marks, strict=True) if mark == 0),
        grams=_grams(plain, marks) | dict.fromkeys(concepts.values(), CONCEPT),
        chunks=_chunks(plain, marks, concepts),
        titles=frozenset(plain_text(found, words) for found in _TITLE.findall(text)),
        quoted=frozenset(plain_text(found, words) for found in _QUOTED.findall(text)),
        choices=_choices(plain, words),
        verbs=frozenset(words.verbs[found.group()] for found in words.verb_pattern.finditer(plain)),
        skips=_skips(plain, marks),
    )


@lru_cache(maxsize=8192)
def plain_text(text: str, words: MatchingWords) -> str:
    """Return ``text`` without quotes, brackets and footnote marks, in one width, synonyms replaced."""
    bare = _FOOTNOTE.sub("", text).translate(_TABLE).lower()
    return words.synonym_pattern.sub(lambda found: words.synonyms[found.group()], bare)


def _marks(plain: str, words: MatchingWords) -> bytearray:
    """Return for each character 0 (noun), 1 (weak word), 2 (amount or date) or 3 (stop)."""
    marks = bytearray(len(plain))
    for found in words.weak_pattern.finditer(plain):
        if found.group() in words.weak:
            _fill(marks, found, 1)
    for found in _KIND.finditer(plain):
        _fill(marks, found, 1)
    for found in _RATE.finditer(plain):
        _fill(marks, found, 0)
    for found in _AMOUNT.finditer(plain):
        _fill(marks, found, 2)
    for found in _NUMBERED.finditer(plain):
        _fill(marks, found, 0)
    for found in _STOP.finditer(plain):
        _fill(marks, found, 3)
    return marks


def _fill(marks: bytearray, found: re.Match[str], value: int) -> None:
    marks[found.start() : found.end()] = bytes((value,)) * (found.end() - found.start())


def _grams(plain: str, marks: bytearray) -> dict[str, float]:
    grams: dict[str, float] = {}
    for at in range(len(plain) - 1):
        left, right = marks[at], marks[at + 1]
        if left > 1 or right > 1:
            continue
        share = (STRONG, MIXED, WEAK)[left + right]
        pair = plain[at : at + 2]
        if share > grams.get(pair, 0.0):
            grams[pair] = share
    return grams


def _skips(plain: str, marks: bytearray) -> frozenset[str]:
    """Return the pairs of characters that one or two others part, within one stretch of words."""
    found: set[str] = set()
    for at in range(len(plain) - 2):
        if marks[at] > 1 or marks[at + 1] > 1 or marks[at + 2] > 1:
            continue
        found.add(plain[at] + plain[at + 2])
        if at + 3 < len(plain) and marks[at + 3] <= 1:
            found.add(plain[at] + plain[at + 3])
    return frozenset(found)


def _concepts(plain: str, words: MatchingWords) -> dict[int, str]:
    """Return the concept of each pair of characters, by the place of its first one."""
    return {
        at: words.concepts[found.group()]
        for found in words.concept_pattern.finditer(plain)
        for at in range(found.start(), found.end() - 1)
    }


def _chunks(plain: str, marks: bytearray, concepts: Mapping[int, str]) -> tuple[Chunk, ...]:
    chunks: list[Chunk] = []
    start = -1
    for at in range(len(plain) + 1):
        inside = at < len(plain) and marks[at] == 0
        if inside and start < 0:
            start = at
        elif not inside and start >= 0:
            if at - start >= 2:
                places = range(start, at - 1)
                grams = tuple(plain[i : i + 2] for i in places)
                chunks.append(Chunk(plain[start:at], grams, tuple(concepts.get(i, "") for i in places)))
            start = -1
    return tuple(chunks)


def _choices(plain: str, words: MatchingWords) -> dict[int, frozenset[int]]:
    """Return, for each kind of difference the text speaks of, the choices it names."""
    choices: dict[int, set[int]] = {}
    for found in words.contrast_pattern.finditer(plain):
        row, choice = words.contrasts[found.group()]
        choices.setdefault(row, set()).add(choice)
    return {row: frozenset(found) for row, found in choices.items()}
