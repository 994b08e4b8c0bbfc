"""Which problem an item answers: rare words that both share, and shared themes where the words differ."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from math import log

from tracker.domain.documents import PlanItem, Problem
from tracker.language.lexicon import Lexicon
from tracker.language.similarity import Rarity, bigrams, learn_rarity

_HEADING, _BODY = 3.0, 1.0
"""A shared word counts more where it stands in the item's heading."""
_THEME_IN_HEADING, _THEME_IN_BODY = 0.5, 0.45
_SAME_PLACE = 0.12
"""Plans often go through the problems in their order: the first item for the first problem."""
_SMOOTHING = 0.6
_LEAST = 0.15
_MOST_PAIRS = 20_000
_NEAR_ITEMS_BEST, _NEAR_PROBLEMS_BEST = 0.7, 0.55


@dataclass(frozen=True, slots=True)
class Answer:
    """Problem ``problem`` (an index) is answered; ``reason`` names what is shared, in Chinese."""

    problem: int
    score: float
    reason: str


@dataclass(frozen=True, slots=True)
class _Side:
    """What an item offers: the words and themes of its heading and of its body."""

    head_words: frozenset[str]
    words: frozenset[str]
    head_themes: Mapping[str, int]
    themes: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class _Need:
    """What a problem asks for: its words with their weight and sum, its themes with their share."""

    words: Mapping[str, float]
    total: float
    themes: Mapping[str, float]


def match_answers(
    problems: Sequence[str], items: Sequence[tuple[str, str]], passages: Sequence[str], lexicon: Lexicon
) -> list[list[Answer]]:
    """Return for each item (heading words, text) the problems it answers, best first.

    ``passages`` are the lines of the report; they say which words are common in it. Nothing is matched where there are
    more pairs than any report has.
    """
    if not problems or not items or len(problems) * len(items) > _MOST_PAIRS:
        return [[] for _ in items]
    rarity = learn_rarity(passages)
    sides = [_side(head, body, lexicon) for head, body in items]
    spread = Counter(theme for side in sides for theme in {*side.head_themes, *side.themes})
    needs = [_need(problem, rarity, spread, len(sides), lexicon) for problem in problems]
    scored = [[_score(need, side) for need in needs] for side in sides]
    for index, row in enumerate(scored):
        if index < len(problems) and len(items) >= len(problems):
            score, reason = row[index]
            row[index] = (score + _SAME_PLACE / (1 if len(items) == len(problems) else 2), reason)
    best = [max(row[problem][0] for row in scored) for problem in range(len(problems))]
    return [_chosen(row, best) for row in scored]


def _chosen(row: Sequence[tuple[float, str]], best: Sequence[float]) -> list[Answer]:
    top = max(score for score, _ in row)
    kept = [
        Answer(problem, round(score, 3), reason)
        for problem, (score, reason) in enumerate(row)
        if score >= _LEAST and score >= _NEAR_ITEMS_BEST * top and score >= _NEAR_PROBLEMS_BEST * best[problem]
    ]
    return sorted(kept, key=lambda answer: -answer.score)


def _side(head: str, body: str, lexicon: Lexicon) -> _Side:
    return _Side(_words(head, lexicon), _words(body, lexicon), _themes(head, lexicon), _themes(body, lexicon))


def _need(problem: str, rarity: Rarity, spread: Mapping[str, int], items: int, lexicon: Lexicon) -> _Need:
    """Weigh a problem's words by their rarity, its themes by how few items speak of them."""
    words = {gram: rarity.weight(gram) for gram in _words(problem, lexicon)}
    themes = _themes(problem, lexicon)
    most = max(themes.values(), default=1)
    shares = {
        theme: hits / most * log(1 + items / spread[theme]) / log(1 + items)
        for theme, hits in themes.items()
        if theme in spread
    }
    return _Need(words, sum(words.values()), shares)


def _score(need: _Need, side: _Side) -> tuple[float, str]:
    shared = {
        gram: weight * (_HEADING if gram in side.head_words else _BODY)
        for gram, weight in need.words.items()
        if gram in side.head_words or gram in side.words
    }
    score = sum(shared.values()) / (_SMOOTHING + need.total)
    gain, theme = _theme_gain(need, side)
    if gain > score:
        return score + gain, f"都讲“{theme}”"
    telling = sorted(shared, key=lambda gram: (-need.words[gram], gram))[:3]
    return score + gain, f"都提到“{'、'.join(telling)}”"


def _theme_gain(need: _Need, side: _Side) -> tuple[float, str]:
    best, name = 0.0, ""
    for theme, share in need.themes.items():
        gain = 0.0
        if theme in side.head_themes:
            gain = share * _THEME_IN_HEADING
        elif theme in side.themes:
            gain = share * _THEME_IN_BODY * min(1.0, side.themes[theme] / 2 + 0.5)
        if gain > best:
            best, name = gain, theme
    return best, name


def _themes(words: str, lexicon: Lexicon) -> dict[str, int]:
    """Return the themes of a passage with the number of their words that stand in it."""
    counts = {theme.name: sum(word in words for word in theme.words) for theme in lexicon.themes}
    return {name: count for name, count in counts.items() if count}


def _words(passage: str, lexicon: Lexicon) -> frozenset[str]:
    return frozenset(bigrams(passage) - _generic(lexicon))


@lru_cache(maxsize=4)
def _generic(lexicon: Lexicon) -> frozenset[str]:
    """Return the bigrams of words that every report uses."""
    words = (*lexicon.words("themes.generic"), *lexicon.words("statements.problem_words"))
    return frozenset(gram for word in words for gram in bigrams(word))


def with_answers(
    text: str, items: list[PlanItem], problems: list[Problem], lexicon: Lexicon
) -> tuple[list[PlanItem], tuple[str, ...]]:
    """Return the items with the problems they answer, and the ids of the problems that no item answers."""
    if not items or not problems:
        return items, tuple(problem.id for problem in problems) if items else ()
    pairs = [(f"{item.group or ''}{item.title or ''}", item.text) for item in items]
    matched = match_answers([problem.text for problem in problems], pairs, text.split("\n"), lexicon)
    ends = [problem.span.end for problem in problems]
    first = min((item.span.start for item in items if not item.inline), default=len(text))
    interleaved = problems[0].span.start < first < problems[-1].span.start
    result: list[PlanItem] = []
    for item, answers in zip(items, matched, strict=True):
        told = _told_with(text, item, problems, ends, interleaved)
        ids: tuple[str, ...]
        why: tuple[str, ...]
        if told is not None:
            ids, why = (told.id,), (f"回应问题 {told.id}：与问题写在一起",)
        else:
            ids = tuple(problems[answer.problem].id for answer in answers)
            why = tuple(f"回应问题 {problems[answer.problem].id}：{answer.reason}" for answer in answers)
        result.append(replace(item, answers=ids, reasons=item.reasons + why))
    answered = {name for item in result for name in item.answers}
    return result, tuple(problem.id for problem in problems if problem.id not in answered)


def _told_with(
    text: str, item: PlanItem, problems: list[Problem], ends: list[int], interleaved: bool
) -> Problem | None:
    """Return the problem an item is told with: the last one before it in its own paragraph.

    Where problems and measures take turns, the last one before it anywhere. ``ends`` are the problems' ends.
    """
    before = bisect_right(ends, item.span.start)
    if not before:
        return None
    low = text.rfind("\n", 0, item.span.start) + 1
    problem = problems[before - 1]
    return problem if problem.span.start >= low or (interleaved and not item.inline) else None
