"""Signs that a promised thing is not there, or not all of it, whatever else its passage says.

Reports tell of what is under way in the words of success (完成可研评审, 率先在两镇试行, 其余三处进场施工). Each sign is a
way of saying so: a rest that is left, a trial where everywhere was promised, papers where the thing itself was promised,
a stage on the way to a title, work measured by its progress, a later day named, fewer where none were to be left.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tracker.domain.matching.candidates import Clause
from tracker.domain.matching.features import Reading
from tracker.domain.matching.promises import Promise
from tracker.domain.matching.words import MatchingWords
from tracker.language.numerals import parse_number

FOLLOWING = 3
"""How many clauses after the passage may still speak of it."""
OPENING = 3
"""Within how many characters a clause says first that it speaks of later."""
SUBJECT = 8
"""A clause after the passage that begins with more characters than these names a work of its own."""
_NUMBER = "(?<![0-9一二两三四五六七八九十几])[0-9一二两三四五六七八九十几]{1,6}"
_COUNTED = f"{_NUMBER}[个处所座家条村镇乡户项片套件名宗份台]"
_REST = re.compile(
    f"其余|其他{_COUNTED}|剩余|余下|剩下|尚余|还剩|还余|(?:^|[^一-龥])(?:另外?|还|尚|仍)有?{_COUNTED}|[仍还尚]有{_COUNTED}"
    f"|(?:^|[，；])另[一外][个处所座家条]?"
)
_LEFT = re.compile("(?:剩余|尚余|还剩|还差|余下)[^，。；]{0,4}?[0-9.]+(?:公里|米|亩|万|亿|%|万元|亿元|吨)")
"""A measured rest that is left says by itself that it is not done."""
_OF_THEM = re.compile(
    f"({_NUMBER})(?:个|家|所|处|座|条|村|镇|乡|乡镇|街道|社区|户|支|台|套|项|宗|栋)[^，。；0-9]{{0,12}}?"
    f"(?:中|里|当中)(?:的|，|有|已有|已|仅有|仅|只有|共有)*({_NUMBER})(?:个|家|所|处|座|条|村|镇|乡|户|支|台|套|项|宗|栋)"
)
_SHARE_DONE = re.compile(
    r"(?:[近超约过达到至的]|完成)[一二三四五六七八九]成|(?:进度|工程量|完成率)[一-龥]{0,4}[0-9]{1,2}(?:\.[0-9]+)?%"
)


@dataclass(frozen=True, slots=True)
class _Told:
    """A promise, the clauses that may speak of it, and which of them fits best."""

    promise: Promise
    clauses: Sequence[Clause]
    best: int
    last: int
    words: MatchingWords

    @property
    def text(self) -> str:
        return "".join(clause.text for clause in self.clauses)

    def says(self, kind: str, text: str) -> re.Match[str] | None:
        return self.words.unfinished[kind].search(text)


def unfinished(promise: Promise, reading: Reading, words: MatchingWords) -> str | None:
    """Return in Chinese the sign that the promised thing is not all there, None where there is none."""
    first, end = reading.first, reading.last + 1
    clauses = reading.claim.clauses[first : end + FOLLOWING]
    told = _Told(promise, clauses, reading.best - first, end - first, words)
    return next((said for sign in _SIGNS if (said := sign(told))), None)


def _rest_left(told: _Told) -> str | None:
    """其余4个村待统一实施, 左洞剩余640米"""
    if _LEFT.search(told.text):
        return "报告称还有一部分没有完成"
    for at, clause in enumerate(told.clauses):
        found = _REST.search(clause.text)
        if found is None or told.says("settled", clause.text[found.start() :]):
            continue
        after = "".join(one.text for one in told.clauses[at + 1 : at + 2])
        if told.says("open", clause.text[found.start() :] + after):
            return "报告称还有一部分没有完成"
    return None


def _so_many_of_them(told: _Told) -> str | None:
    """推动司法所统一标识 and 15个司法所中13个换上"""
    if told.promise.quantities:
        return None  # how many of how many is told by its figures
    for clause in told.clauses[told.best : told.last + 1]:
        found = _OF_THEM.search(clause.text)
        whole, part = (parse_number(found.group(at)) for at in (1, 2)) if found else (None, None)
        if found and whole and part and part < whole:
            return f"报告只称做到一部分（“{found.group()}”）"
    return None


def _only_tried(told: _Told) -> str | None:
    """全面推行 and 在两个镇先行"""
    promised = told.promise.text
    if told.says("trial", promised) or told.says("trial_promised", promised):
        return None
    if told.says("everywhere", promised):
        return "承诺全面推开，报告只称先行试点" if told.says("trial", told.text) else None
    found = told.says("trial_alone", told.clauses[told.best].text)
    return f"报告只称先行试点（“{found.group()}”）" if found else None


def _papers_only(told: _Told) -> str | None:
    """建成变电站 and 完成可研评审"""
    promise = told.promise
    found = told.says("papers", told.clauses[told.best].text)
    if found is None or promise.aim not in ("finish", "project") or promise.quantities:
        return None
    promised = told.says("papers_promised", promise.text) or found.group() in promise.text
    return None if promised else f"报告只称有了“{found.group()}”"


def _stage_of_title(told: _Told) -> str | None:
    """创建卫生县城 and 通过省级技术评估; 推动学院更名为大学 and 通过专家组考察"""
    promised = told.promise.text
    if not (told.words.signals["honours"].search(promised) or told.says("granted", promised)):
        return None
    found = told.says("stages", told.text)
    return f"报告只称到了“{found.group()}”" if found and not told.says("titled", told.text) else None


def _progress_measured(told: _Told) -> str | None:
    """土建近八成, 进度达85%"""
    promise = told.promise
    if promise.aim == "start" or promise.quantities or not told.says("built", promise.form.plain):
        return None
    for at, clause in enumerate(told.clauses[: told.last + 1]):
        found = _SHARE_DONE.search(clause.text) or told.says("works", clause.text)
        if found and (at <= told.best or found.start() <= SUBJECT):  # else of another work, told of after it
            return f"报告称工程还在进行（“{found.group()}”）"
    return None


def _later_day(told: _Told) -> str | None:
    """待补缴后方可办证, 定于明年"""
    if told.promise.aim not in ("finish", "project"):
        return None
    for at, clause in enumerate(told.clauses):
        found = told.says("later", clause.text)
        if found and (at == told.best or found.start() <= OPENING):
            return f"报告称还要等（“{found.group()}”）"
    return None


def _almost_there(told: _Told) -> str | None:
    """老人们入住的日子越来越近"""
    found = told.says("almost", told.text)
    return f"报告只称快了（“{found.group()}”）" if found and not told.says("almost", told.promise.text) else None


def _not_begun(told: _Told) -> str | None:
    """开工建设新院区 and 春节后即可开工"""
    found = told.says("soon_begun", told.text)
    return f"报告称还没有开工（“{found.group()}”）" if found and told.promise.aim == "start" else None


def _only_fewer(told: _Told) -> str | None:
    """消除薄弱村 and 由214个减至46个"""
    if not told.says("none_left", told.promise.text):
        return None
    return "承诺全部消除，报告只称减少" if told.says("fewer", told.text) else None


_SIGNS: tuple[Callable[[_Told], str | None], ...] = (
    _rest_left,
    _so_many_of_them,
    _only_tried,
    _papers_only,
    _stage_of_title,
    _progress_measured,
    _later_day,
    _almost_there,
    _not_begun,
    _only_fewer,
)
