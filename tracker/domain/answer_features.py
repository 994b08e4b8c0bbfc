"""What a problem and an item have in common, as numbers: the features of ``answers``.

Grams are pairs of neighbouring characters, synonyms of the field made one, without the words every report uses.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from functools import lru_cache
from math import log, sqrt

from tracker.domain.matching.words import MatchingWords, load_background, load_words
from tracker.language.lexicon import Lexicon
from tracker.language.similarity import bigrams

Features = dict[str, float]

FEATURES = (
    "bias",
    "head",  # share of the problem's words that stand in the item's heading
    "cover",  # … anywhere in the item
    "reverse",  # share of the heading's words that the problem has
    "told",  # share of the heading's words that the problem's own paragraph has
    "cosine",  # likeness of the problem's paragraph and the whole item
    "theme_head",  # a theme of the problem in the heading
    "theme_body",  # … in the body
    "best_item",  # how near this pair comes to the best item for the problem
    "best_problem",  # … to the best problem for the item
    "both",
    "place",  # plans often go through the problems in their order
    "same_place",  # as many items as problems, and the same rank
    "same_rank",  # the same rank where the numbers differ
    "items",
    "problems",
)
_RAREST = 6.5
"""Weight (inverse document frequency) of a pair of characters that reports hardly ever use."""
_SMOOTHING = 0.5


@dataclass(frozen=True, slots=True)
class Need:
    """A problem: its own words, and the passage it opens."""

    text: str
    context: str


@dataclass(frozen=True, slots=True)
class Offer:
    """An item: the words of its group and title, and its text."""

    head: str
    body: str


@dataclass(frozen=True, slots=True)
class _Problem:
    grams: frozenset[str]
    told: frozenset[str]
    themes: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class _Item:
    head: frozenset[str]
    grams: frozenset[str]
    head_themes: Mapping[str, int]
    themes: Mapping[str, int]


def pair_features(needs: Sequence[Need], offers: Sequence[Offer], lexicon: Lexicon) -> list[list[Features]]:
    """Return a row of features an item, one entry a problem."""
    words = load_words()
    problems = [_problem(need, words, lexicon) for need in needs]
    items = [_item(offer, words, lexicon) for offer in offers]
    weigh = _Weigher(items)
    rarity = _theme_rarity(items)
    asked = [(problem, weigh(problem.grams), weigh(problem.told)) for problem in problems]
    rows = []
    for item in items:
        named, whole = weigh(item.head), weigh(item.grams)
        rows.append(
            [_alone(_Pair(problem, own, told, item, named, whole), weigh, rarity) for problem, own, told in asked]
        )
    likeness = [[_likeness(features) for features in row] for row in rows]
    best_for_problem = [max(column) for column in zip(*likeness, strict=True)]
    for index, row in enumerate(rows):
        best_for_item = max(likeness[index], default=0.0)
        for at, features in enumerate(row):
            here = likeness[index][at]
            best_item = here / (best_for_problem[at] + 0.05)
            best_problem = here / (best_for_item + 0.05)
            features.update(best_item=best_item, best_problem=best_problem, both=best_item * best_problem)
            features.update(_order(index, len(items), at, len(problems)))
    return rows


def _likeness(f: Features) -> float:
    return 1.5 * f["head"] + f["cover"] + 0.5 * (f["reverse"] + f["told"] + f["theme_head"]) + f["cosine"]


def _problem(need: Need, words: MatchingWords, lexicon: Lexicon) -> _Problem:
    own, told = _grams(need.text, words, lexicon), _grams(need.context, words, lexicon)
    return _Problem(own, told, _themes(need.text, lexicon))


def _item(offer: Offer, words: MatchingWords, lexicon: Lexicon) -> _Item:
    head = _grams(offer.head, words, lexicon)
    whole = head | _grams(offer.body, words, lexicon)
    return _Item(head, whole, _themes(offer.head, lexicon), _themes(offer.body, lexicon))


class _Weigher:
    """Sums the weights of grams: rare in reports at large, and telling among the items of this plan."""

    def __init__(self, items: Sequence[_Item]) -> None:
        self._background = load_background()
        self._spread = Counter(gram for item in items for gram in item.grams)
        self._items = len(items)
        self._scale = log(1 + len(items) / 0.3)
        self._known: dict[str, float] = {}

    def __call__(self, grams: Iterable[str]) -> float:
        known = self._known
        return sum(known[gram] if gram in known else self._weight(gram) for gram in grams)

    def _weight(self, gram: str) -> float:
        here = log(1 + self._items / (self._spread.get(gram, 0) + 0.3)) / self._scale if self._items > 1 else 1.0
        weight = self._known[gram] = here * self._background.get(gram, _RAREST) / _RAREST
        return weight


@dataclass(frozen=True, slots=True)
class _Pair:
    """A problem with the weights of its own words and of its paragraph, an item with those of its heading and whole."""

    problem: _Problem
    asked: float
    told: float
    item: _Item
    named: float
    whole: float


def _theme_rarity(items: Sequence[_Item]) -> Mapping[str, float]:
    spread = Counter(theme for item in items for theme in {*item.head_themes, *item.themes})
    return {theme: log(1 + len(items) / count) / log(1 + len(items)) for theme, count in spread.items()}


def _alone(pair: _Pair, weigh: _Weigher, rarity: Mapping[str, float]) -> Features:
    """Return what a pair shows by itself."""
    problem, item = pair.problem, pair.item
    asked, named = pair.asked + _SMOOTHING, pair.named + _SMOOTHING
    headed = weigh(problem.grams & item.head)
    shares = _theme_shares(problem, rarity)
    return {
        "bias": 1.0,
        "head": headed / asked,
        "cover": weigh(problem.grams & item.grams) / asked,
        "reverse": headed / named,
        "told": weigh(problem.told & item.head) / named,
        "cosine": weigh(problem.told & item.grams) / sqrt((pair.told + _SMOOTHING) * (pair.whole + _SMOOTHING)),
        "theme_head": max((share for theme, share in shares.items() if theme in item.head_themes), default=0.0),
        "theme_body": max(
            (share * min(1.0, item.themes[theme] / 2 + 0.5) for theme, share in shares.items() if theme in item.themes),
            default=0.0,
        ),
    }


def _theme_shares(problem: _Problem, rarity: Mapping[str, float]) -> Mapping[str, float]:
    most = max(problem.themes.values(), default=1)
    return {theme: hits / most * rarity[theme] for theme, hits in problem.themes.items() if theme in rarity}


def _order(item: int, items: int, problem: int, problems: int) -> Features:
    """Return where a pair stands in the order of the text."""
    return {
        "place": 1.0 - abs((item + 0.5) / items - (problem + 0.5) / problems),
        "same_place": float(items == problems and item == problem),
        "same_rank": float(items != problems and item == problem),
        "items": log(items) / 3,
        "problems": log(problems) / 3,
    }


def offered_bigrams(offer: Offer, lexicon: Lexicon) -> set[str]:
    """Return the character pairs of an item that can name what it shares with a problem."""
    return bigrams(f"{offer.head}。{offer.body}") - _generic(lexicon)


def shared_words(need: Need, offered: Set[str], most: int = 3) -> list[str]:
    """Return the longest words of a problem that stand in an item's ``offered`` pairs, in the problem's own form."""
    runs: list[str] = []
    at = 0
    while at < len(need.text) - 1:
        stop = at
        while need.text[stop : stop + 2] in offered:
            stop += 1
        if stop > at:
            runs.append(need.text[at : stop + 1])
        at = max(stop, at + 1)
    return sorted(dict.fromkeys(runs), key=lambda run: -len(run))[:most]


def _themes(words: str, lexicon: Lexicon) -> dict[str, int]:
    """Return the themes of a passage with the number of their words that stand in it."""
    counts = {theme.name: sum(word in words for word in theme.words) for theme in lexicon.themes}
    return {name: count for name, count in counts.items() if count}


def _grams(passage: str, words: MatchingWords, lexicon: Lexicon) -> frozenset[str]:
    uniform = words.synonym_pattern.sub(lambda found: words.synonyms[found.group()], passage)
    return frozenset(bigrams(uniform) - _generic(lexicon))


@lru_cache(maxsize=4)
def _generic(lexicon: Lexicon) -> frozenset[str]:
    """Return the bigrams of words that every report uses."""
    words = (*lexicon.words("themes.generic"), *lexicon.words("statements.problem_words"))
    return frozenset(gram for word in words for gram in bigrams(word))
