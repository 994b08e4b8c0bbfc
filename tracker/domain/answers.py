"""Which problem an item answers: rare words that both share, and shared themes where the words differ."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import log

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
