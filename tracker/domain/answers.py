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


def match_answers(
    problems: Sequence[str], items: Sequence[tuple[str, str]], passages: Sequence[str], lexicon: Lexicon
) -> list[list[Answer]]:
    """Return for each item (heading words, text) the problems it answers, best first.

    ``passages`` are the lines of the report; they say which words are common in it.
    """
    if not problems or not items:
        return [[] for _ in items]
    rarity = learn_rarity(passages)
    sides = [_side(head, body, lexicon) for head, body in items]
    spread = Counter(theme for side in sides for theme in {*side.head_themes, *side.themes})
    scored = [[_score(problem, side, rarity, spread, len(sides), lexicon) for problem in problems] for side in sides]
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


def _score(
    problem: str, side: _Side, rarity: Rarity, spread: Mapping[str, int], items: int, lexicon: Lexicon
) -> tuple[float, str]:
    words = _words(problem, lexicon)
    shared = {gram: _HEADING if gram in side.head_words else _BODY for gram in words & (side.head_words | side.words)}
    weight = sum(rarity.weight(gram) * factor for gram, factor in shared.items())
    score = weight / (_SMOOTHING + sum(rarity.weight(gram) for gram in words))
    theme_score, theme = _theme(problem, side, spread, items, lexicon)
    telling = sorted(shared, key=lambda gram: (-rarity.weight(gram), gram))[:3]
    reason = f"都讲“{theme}”" if theme_score > score else f"都提到“{'、'.join(telling)}”"
    return score + theme_score, reason


def _theme(problem: str, side: _Side, spread: Mapping[str, int], items: int, lexicon: Lexicon) -> tuple[float, str]:
    """Return the gain of the best shared theme; a theme that most items share tells little."""
    themes = _themes(problem, lexicon)
    most = max(themes.values(), default=1)
    best, name = 0.0, ""
    for theme, hits in themes.items():
        if theme not in spread:
            continue
        weight = hits / most * log(1 + items / spread[theme]) / log(1 + items)
        if theme in side.head_themes:
            gain = weight * _THEME_IN_HEADING
        else:
            gain = (
                weight * _THEME_IN_BODY * min(1.0, side.themes.get(theme, 0) / 2 + 0.5) if theme in side.themes else 0.0
            )
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
