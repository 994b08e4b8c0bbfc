"""What a text says is to be done, and to what: the verb and the object of each clause, and what of it is hollow.

Without a parser: a clause begins with words of manner and degree, then comes the verb, and what follows up to a figure or the
clause's end is its object. A clause without a verb (a heading such as 法治广场建设) is an object by itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache

from tracker.domain.documents import Span
from tracker.language.lexicon import Lexicon, alternatives
from tracker.language.sentences import split_clauses

_LONGEST_ADVERBS = 6
_SHORTEST_NAME = 4
_EDGES = " \t\n，。；：、！？（）"
_TIME_FRONT = re.compile(
    r"(?:\d{4}年|今年|明年|年内|年底之?前?|[一二三半\d]年内|到?年底|全年|每年|每半年|每季度|每[个月周]月?|[上下]半年|第?[一二三四1-4]季度[末前]?"
    r"|[\d一二三四五六七八九十]{1,3}月(?:至[\d一二三四五六七八九十]{1,3}月)?(?:\d{1,2}日)?(?:[上中下]旬|底|末|份)?[之以]?前?|[，、：:|｜])+"
)


class Grade(IntEnum):
    """How much an object says: nothing, too wide to check, something definite."""

    HOLLOW = 0
    BROAD = 1
    DEFINITE = 2


@dataclass(frozen=True, slots=True)
class Action:
    """The verb and object of one clause; ``core`` is the object without what is said of anything (工作, 水平)."""

    verb: str
    verb_span: Span | None
    words: str
    span: Span
    core: str
    grade: Grade


@dataclass(frozen=True, slots=True)
class _Grammar:
    adverbs: re.Pattern[str]
    manner: re.Pattern[str]
    before: re.Pattern[str]
    before_words: frozenset[str]
    doing: re.Pattern[str]
    verb: re.Pattern[str]
    limits: tuple[str, ...]
    hollow: tuple[str, ...]
    hollow_start: re.Pattern[str]
    broad: frozenset[str]


@lru_cache(maxsize=4)
def _grammar(lexicon: Lexicon) -> _Grammar:
    adverbs, manners = lexicon.words("checkability.adverbs"), lexicon.words("checkability.manners")
    before = lexicon.words("checkability.before_verb")
    left_out = {*adverbs, *manners, *before, "化", "动态", "对", "要"}
    named = (*lexicon.words("verbs.action"), *lexicon.words("verbs.delivering"), *lexicon.words("verbs.plain"))
    verbs = [word for word in (*named, *instead_of(lexicon)) if word not in left_out]
    hollow = lexicon.words("checkability.hollow")
    return _Grammar(
        adverbs=re.compile(
            rf"(?:{alternatives([*adverbs, '要', '将', '并', '拟', '地'])}[、，和]?){{1,{_LONGEST_ADVERBS}}}"
        ),
        manner=re.compile(alternatives(manners)),
        before=re.compile(rf"{alternatives(before)}([^，。；]{{2,24}}?)({alternatives(verbs)})"),
        before_words=frozenset(before),
        doing=re.compile(alternatives([word for word in verbs if len(word) > 1])),
        verb=re.compile(alternatives(verbs)),
        limits=tuple(sorted(lexicon.words("checkability.limits"), key=len, reverse=True)),
        hollow=tuple(sorted(hollow, key=len, reverse=True)),
        hollow_start=re.compile(rf"(?:{alternatives(hollow)})+"),
        broad=frozenset(lexicon.words("checkability.broad")),
    )


@lru_cache(maxsize=4)
def instead_of(lexicon: Lexicon) -> dict[str, tuple[str, str]]:
    """Return for each vague verb what to ask instead and the half sentence that a rewriting goes on with."""
    prefix = "checkability.instead."
    return {key[len(prefix) :]: (words[0], words[-1]) for key, words in lexicon.lists.items() if key.startswith(prefix)}


def find_actions(text: str, figures: Sequence[Span], lexicon: Lexicon) -> list[Action]:
    """Return the actions of ``text`` in order; ``figures`` are the spans of its amounts."""
    grammar = _grammar(lexicon)
    return [
        action
        for low, high in split_clauses(text, 0, len(text))
        for action in _of_clause(text, low, high, figures, grammar)
    ]


def _of_clause(text: str, low: int, high: int, figures: Sequence[Span], grammar: _Grammar) -> Iterator[Action]:
    at = _skip(text, low, high, grammar)
    if turned := grammar.before.match(text, at, high):
        yield _action(text, (turned.start(2), turned.end(2)), Span(turned.start(1), turned.end(1)), grammar)
        return
    verb = grammar.verb.match(text, at, high)
    by_manner = grammar.manner.match(text, at, high)
    if (
        verb is None or by_manner
    ):  # 结合宪法日开展宣讲, 每所学校聘请顾问: what is done comes later in the clause, if at all
        verb = grammar.doing.search(text, at, high)
        if verb is not None and _object(text, verb.end(), high, figures, grammar) is None:
            verb = None  # a name that ends in a verb: 法治文化广场建设
    if verb is None and not by_manner:
        at += 1 if text[at : at + 1] in grammar.before_words else 0
        words, counted = _object(text, at, high, figures, grammar), figures_in(Span(at, high), figures)
        if words is not None and words.end - words.start >= _SHORTEST_NAME:
            yield _action(text, None, words, grammar, counted=counted)
    if verb is None:
        return
    while following := grammar.verb.match(text, _skip(text, verb.end(), high, grammar), high):
        if _object(text, following.end(), high, figures, grammar) is None:
            break
        verb = following  # 组织开展普法宣传: the last verb has the object
    words = _object(text, verb.end(), high, figures, grammar)
    counted = figures_in(Span(verb.end(), high), figures)
    yield _action(text, verb.span(), words or Span(verb.end(), verb.end()), grammar, counted=counted)


def _skip(text: str, at: int, high: int, grammar: _Grammar) -> int:
    """Return where a clause goes on behind words of time and degree."""
    while found := _TIME_FRONT.match(text, at, high) or grammar.adverbs.match(text, at, high):
        if found.end() == at:
            break
        at = found.end()
    return at


def _object(text: str, start: int, high: int, figures: Sequence[Span], grammar: _Grammar) -> Span | None:
    """Return what stands up to the first figure, or behind it where it opens the object (新增2名执法人员)."""
    figure = next((span for span in figures if start <= span.start < high), None)
    if figure is None:
        return _trimmed(text, start, high)
    stop = _without_end(text, start, figure.start, grammar.limits)
    return _trimmed(text, start, stop) or _trimmed(text, figure.end, high)


def _without_end(text: str, low: int, high: int, endings: tuple[str, ...]) -> int:
    """Return where ``text[low:high]`` ends without any of ``endings``, however many stand there."""
    while ending := next((word for word in endings if text.endswith(word, low, high)), None):
        high -= len(ending)
    return high


def figures_in(span: Span, figures: Sequence[Span]) -> bool:
    """Say whether a figure stands in ``span``."""
    return any(span.start <= figure.start < span.end for figure in figures)


def _trimmed(text: str, low: int, high: int) -> Span | None:
    words = text[low:high].rstrip(_EDGES)
    bare = words.lstrip(_EDGES)
    return Span(low + len(words) - len(bare), low + len(words)) if bare else None


def _action(text: str, verb: tuple[int, int] | None, span: Span, grammar: _Grammar, *, counted: bool = False) -> Action:
    words = span.of(text)
    front = grammar.hollow_start.match(words)
    start = front.end() if front else 0
    core = words[start : _without_end(words, start, len(words), grammar.hollow)]
    if counted and len(words) > 1:
        grade = Grade.DEFINITE  # what is counted is something
    elif len(core) < 2:
        grade = Grade.HOLLOW
    else:
        grade = Grade.BROAD if core in grammar.broad or words in grammar.broad else Grade.DEFINITE
    return Action(text[verb[0] : verb[1]] if verb else "", Span(*verb) if verb else None, words, span, core, grade)
