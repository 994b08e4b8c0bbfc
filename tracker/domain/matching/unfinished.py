"""Signs that a promised thing is not there, or not all of it, whatever else its passage says.

Reports tell of what is under way in the words of success (完成可研评审, 率先在两镇试行, 其余三处进场施工). Each sign is a
way of saying so: a rest that is left, a trial where everywhere was promised, papers where the thing itself was promised,
a stage on the way to a title, work measured by its progress, a later day named.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import lru_cache

from tracker.domain.matching.candidates import Clause
from tracker.domain.matching.features import Reading
from tracker.domain.matching.promises import Promise
from tracker.domain.matching.words import MatchingWords
from tracker.language.lexicon import alternatives

FOLLOWING = 3
"""How many clauses after the passage may still speak of it."""
OPENING = 3
"""Within how many characters a clause says first that it speaks of later."""
_NUMBER = "[0-9一二两三四五六七八九十几]+"
_REST = re.compile(f"(?:其余|剩余|余下|剩下|尚余|还剩|还余)|(?:^|[^一-龥])(?:另外?|还|尚|仍)(?:有)?{_NUMBER}[个处所座家条村镇户项片套件名]")
_SHARE_DONE = re.compile("(?:[近超约过达到至的]|完成)[一二三四五六七八九]成|(?:进度|形象进度|工程量|完成率)[一-龥]{0,4}[0-9]{1,2}(?:\\.[0-9]+)?%")


def unfinished(promise: Promise, reading: Reading, words: MatchingWords) -> str | None:
    """Return in Chinese the sign that the promised thing is not all there, None where there is none."""
    clauses = _spoken_in(reading)
    return next((said for sign in SIGNS if (said := sign(promise, reading, clauses, words))), None)


def _spoken_in(reading: Reading) -> list[Clause]:
    return list(reading.claim.clauses[reading.first : reading.last + 1 + FOLLOWING])


def _rest_left(promise: Promise, reading: Reading, clauses: Sequence[Clause], words: MatchingWords) -> str | None:
    """其余4个村待统一实施"""
    for number, clause in enumerate(clauses):
        found = _REST.search(clause.text)
        told = clause.text[found.start() :] if found else ""
        if found and words.unfinished["open"].search(told + "".join(one.text for one in clauses[number + 1 : number + 2])):
            return "报告称还有一部分没有完成"
    return None


def _only_tried(promise: Promise, reading: Reading, clauses: Sequence[Clause], words: MatchingWords) -> str | None:
    """全面推行 and 在两个镇先行"""
    if not words.unfinished["everywhere"].search(promise.text) or words.unfinished["trial"].search(promise.text):
        return None
    told = any(words.unfinished["trial"].search(clause.text) for clause in clauses)
    return "承诺全面推开，报告只称先行试点" if told else None


def _papers_only(promise: Promise, reading: Reading, clauses: Sequence[Clause], words: MatchingWords) -> str | None:
    """建成变电站 and 完成可研评审"""
    if promise.aim not in ("finish", "project") or promise.quantities:
        return None
    clause = reading.claim.clauses[reading.best]
    found = words.unfinished["papers"].search(clause.text)
    if found is None or words.unfinished["papers_promised"].search(promise.text) or found.group() in promise.text:
        return None
    return f"报告只称有了“{found.group()}”"


def _stage_of_title(promise: Promise, reading: Reading, clauses: Sequence[Clause], words: MatchingWords) -> str | None:
    """创建卫生县城 and 通过省级技术评估"""
    if not words.signals["honours"].search(promise.text):
        return None
    text = "".join(clause.text for clause in clauses)
    found = words.unfinished["stages"].search(text)
    return f"报告只称通过“{found.group()}”" if found and not words.unfinished["titled"].search(text) else None


def _progress_measured(promise: Promise, reading: Reading, clauses: Sequence[Clause], words: MatchingWords) -> str | None:
    """土建近八成, 进度达85%"""
    if promise.aim == "start" or promise.quantities or not words.unfinished["built"].search(promise.form.plain):
        return None
    text = "".join(clause.text for clause in clauses[: 1 + reading.last - reading.first + 1])
    found = _SHARE_DONE.search(text) or words.unfinished["works"].search(text)
    return f"报告称工程还在进行（“{found.group()}”）" if found else None


def _later_day(promise: Promise, reading: Reading, clauses: Sequence[Clause], words: MatchingWords) -> str | None:
    """待补缴后方可办证, 定于明年"""
    if promise.aim not in ("finish", "project"):
        return None
    own = reading.best - reading.first
    for number, clause in enumerate(clauses):
        found = words.unfinished["later"].search(clause.text)
        if found and (number == own or found.start() <= OPENING):
            return f"报告称还要等（“{found.group()}”）"
    return None


def _only_fewer(promise: Promise, reading: Reading, clauses: Sequence[Clause], words: MatchingWords) -> str | None:
    """消除薄弱村 and 由214个减至46个"""
    if not words.unfinished["none_left"].search(promise.text):
        return None
    text = "".join(clause.text for clause in clauses)
    return "承诺全部消除，报告只称减少" if words.unfinished["fewer"].search(text) else None


Sign = Callable[[Promise, Reading, Sequence[Clause], MatchingWords], str | None]
SIGNS: tuple[Sign, ...] = (
    _rest_left, _only_tried, _papers_only, _stage_of_title, _progress_measured, _later_day, _only_fewer,
)  # fmt: skip
