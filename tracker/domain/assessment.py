"""Whether an item can be supervised (可督办性): object, result, date and owner, each with the words that show it or what is lacking.

A function of the wording as it stands and of what is known beside it, so that it follows every edit of a card.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from tracker.domain.actions import Action, Grade, find_actions, instead_of
from tracker.domain.checkability import find_result, is_vague, is_whole_year
from tracker.domain.deadlines import PlanTime, decide_deadline
from tracker.domain.documents import Deadline, DeadlineSource, Quantity, Span
from tracker.language.lexicon import Lexicon
from tracker.language.organisations import Assignment, find_assignments
from tracker.language.periods import Period, find_periods
from tracker.language.quantities import find_amounts
from tracker.language.text import fold

_TITLE = re.compile(
    r"(?:[（(]?[\d一二三四五六七八九十]{1,3}(?:[.．]\d{1,2})?[、.．）) ]+)?(?P<name>[^。，；\n]{2,24})[。\n]"
)
_DATED = re.compile(r"\d|月|季度|半年|年内|年底")


class AspectKind(StrEnum):
    """What a task needs before anybody can be held to it."""

    OBJECT = "object"
    RESULT = "result"
    DATE = "date"
    OWNER = "owner"


ASPECT_LABELS: dict[AspectKind, str] = {
    AspectKind.OBJECT: "对象",
    AspectKind.RESULT: "成果",
    AspectKind.DATE: "时限",
    AspectKind.OWNER: "责任",
}


class Presence(StrEnum):
    """``partial`` is there but cannot be held against anybody: too wide an object, 全年 for a date."""

    PRESENT = "present"
    PARTIAL = "partial"
    MISSING = "missing"


@dataclass(frozen=True, slots=True)
class Aspect:
    """One of the four: ``words`` and ``span`` (in the wording) show it; ``note`` says in a sentence what was found or lacks."""

    kind: AspectKind
    presence: Presence
    note: str
    words: str = ""
    span: Span | None = None

    @property
    def label(self) -> str:
        """What it is called."""
        return ASPECT_LABELS[self.kind]


@dataclass(frozen=True, slots=True)
class VagueWord:
    """A word that nobody can check, where it stands, and what to write instead."""

    word: str
    span: Span
    instead: str


@dataclass(frozen=True, slots=True)
class KnownFacts:
    """What is known of an item beside its wording. ``owners`` are units named in the report or chosen by a person;
    ``due_words`` are words of the report outside the wording; ``targets`` stand in the table of targets."""

    plan_year: int
    due_on: date | None = None
    due_stated: bool = False
    due_confirmed: bool = False
    due_words: str = ""
    owners: tuple[str, ...] = ()
    targets: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Assessment:
    """The whole verdict: the four aspects in order, the vague words, and whether there is nothing to check at all."""

    aspects: tuple[Aspect, ...]
    vague_words: tuple[VagueWord, ...]
    vague: bool
    actions: tuple[Action, ...] = field(default=(), repr=False)

    def of(self, kind: AspectKind) -> Aspect:
        """Return one aspect."""
        return next(aspect for aspect in self.aspects if aspect.kind is kind)

    @property
    def lacking(self) -> tuple[Aspect, ...]:
        """Return the aspects that are not wholly there."""
        return tuple(aspect for aspect in self.aspects if aspect.presence is not Presence.PRESENT)


def assess(wording: str, facts: KnownFacts, lexicon: Lexicon) -> Assessment:
    """Return what ``wording`` has and lacks; all spans are offsets in it."""
    folded = fold(wording)
    text = folded.text
    amounts = find_amounts(text, 0, len(text), lexicon)
    quantities = tuple(Quantity(a.what, a.op, a.value, a.unit, a.maximum, a.per, Span(a.start, a.end)) for a in amounts)
    assignments = find_assignments(text, 0, len(text), lexicon)
    end = _without_assignment(text, assignments)
    body = title_end(text)
    periods = find_periods(text, body, end, facts.plan_year, lexicon)
    time = PlanTime(facts.plan_year, date(facts.plan_year, 12, 31))
    deadline, _ = decide_deadline(text, body, end, periods, time)
    actions = find_actions(text, [Span(a.start, a.end) for a in amounts], lexicon)
    vague, _ = is_vague(text, 0, len(text), deadline, quantities, lexicon)
    found = (
        _object(actions),
        _result(text, quantities, facts, lexicon),
        _date(text, deadline, periods, facts, lexicon),
        _owner(assignments, facts),
    )
    return Assessment(
        aspects=tuple(_placed(aspect, folded.source_span) for aspect in found),
        vague_words=_vague_words(text, lexicon, folded.source_span),
        vague=vague and not facts.targets and not facts.due_stated,
        actions=tuple(actions),
    )


def title_end(text: str) -> int:
    """Return where a short first sentence ends that only names the matter; 0 where the text has none."""
    found = _TITLE.match(text)
    stop = found.end() if found else 0
    rest = text[stop:]
    if found is None or not rest.strip() or _DATED.search(found.group("name")):
        return 0
    return stop + len(rest) - len(rest.lstrip())


Back = Callable[[int, int], tuple[int, int]]


def _placed(aspect: Aspect, back: Back) -> Aspect:
    if aspect.span is None:
        return aspect
    return Aspect(
        aspect.kind, aspect.presence, aspect.note, aspect.words, Span(*back(aspect.span.start, aspect.span.end))
    )


def _object(actions: Sequence[Action]) -> Aspect:
    best = max(actions, key=lambda action: action.grade, default=None)
    if best is None:
        return Aspect(AspectKind.OBJECT, Presence.MISSING, "没有写明对谁、对什么做")
    if best.grade is Grade.DEFINITE:
        return Aspect(AspectKind.OBJECT, Presence.PRESENT, f"写明了对象“{best.words}”", best.words, best.span)
    if best.grade is Grade.BROAD:
        return Aspect(AspectKind.OBJECT, Presence.PARTIAL, f"“{best.words}”太宽，写明具体对象", best.words, best.span)
    note = f"“{best.words}”没有说是什么，写明具体对象" if best.words else f"“{best.verb}”后面没有对象"
    return Aspect(AspectKind.OBJECT, Presence.MISSING, note, best.words, best.span if best.words else best.verb_span)


def _result(text: str, quantities: tuple[Quantity, ...], facts: KnownFacts, lexicon: Lexicon) -> Aspect:
    result = find_result(text, 0, len(text), quantities, lexicon)
    if result is not None:
        return Aspect(AspectKind.RESULT, Presence.PRESENT, result.reason, result.words, result.span)
    if facts.targets:
        return Aspect(AspectKind.RESULT, Presence.PRESENT, f"指标栏写有“{facts.targets[0]}”", facts.targets[0])
    return Aspect(AspectKind.RESULT, Presence.MISSING, "没有数字、文件或者做得出来的东西，年底没法核对")


def _date(text: str, deadline: Deadline, periods: Sequence[Period], facts: KnownFacts, lexicon: Lexicon) -> Aspect:
    kind, span = AspectKind.DATE, deadline.span
    if deadline.source is DeadlineSource.TEXT and span is not None and not is_whole_year(text, deadline, lexicon):
        return Aspect(kind, Presence.PRESENT, f"写明了“{span.of(text)}”", span.of(text), span)
    if facts.due_confirmed and facts.due_on is not None:
        return Aspect(kind, Presence.PRESENT, f"时限 {facts.due_on} 已经人工核定", facts.due_on.isoformat())
    if facts.due_stated and facts.due_words and facts.due_words not in text:
        return Aspect(kind, Presence.PRESENT, f"条目外面标注了“{facts.due_words}”", facts.due_words)
    whole_year = lexicon.words("verbs.whole_year")
    dated = [
        period for period in periods if period.due_on is not None and text[period.start : period.end] not in whole_year
    ]
    if dated:
        words, where = text[dated[0].start : dated[0].end], Span(dated[0].start, dated[0].end)
        if dated[0].kind == "milestone":
            return Aspect(kind, Presence.PRESENT, f"写明了时间节点“{words}”", words, where)
        return Aspect(kind, Presence.PARTIAL, f"只有一部分写了时限“{words}”，其余按年底推定", words, where)
    if span is not None:
        return Aspect(kind, Presence.PARTIAL, f"只写了“{span.of(text)}”，没有截止日", span.of(text), span)
    return Aspect(kind, Presence.MISSING, "没有写明，按年底推定")


def _without_assignment(text: str, assignments: Sequence[Assignment]) -> int:
    """Return where the text ends that says what is done: before a closing bracket that names the units."""
    end = len(text)
    for assignment in reversed(assignments):
        end = assignment.start if not text[assignment.end : end].strip("。；，\n ") else end
    return end


def _owner(assignments: Sequence[Assignment], facts: KnownFacts) -> Aspect:
    for assignment in assignments:
        if assignment.lead:
            words = "、".join(assignment.lead)
            span = Span(assignment.start, assignment.end)
            return Aspect(AspectKind.OWNER, Presence.PRESENT, f"写明了“{words}”", words, span)
    if facts.owners:
        words = "、".join(facts.owners)
        return Aspect(AspectKind.OWNER, Presence.PRESENT, f"已明确“{words}”", words)
    return Aspect(AspectKind.OWNER, Presence.MISSING, "没有写明责任单位，暂记报送单位")


def _vague_words(text: str, lexicon: Lexicon, back: Back) -> tuple[VagueWord, ...]:
    """Return each vague word once, at its first place, with what to write instead."""
    ask, found = instead_of(lexicon), dict[str, VagueWord]()
    for match in lexicon.pattern("verbs.vague").finditer(text):
        word = match.group()
        advice = ask[word][0] if word in ask else "只表程度，可以删去"
        found.setdefault(word, VagueWord(word, Span(*back(*match.span())), advice))
    return tuple(found.values())
