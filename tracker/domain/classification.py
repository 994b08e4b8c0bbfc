"""Which of the eight first-level areas (类别) a plan item belongs to, by the words in it, or none when that is unsure.

Each area has words of three weights (``areas.toml``). A word counts once, in the title more than in the text; the
longest word at a place is taken, and words that name an office count for nothing. The best area must reach a threshold
and leave the second behind. A report that is not about 法治政府建设 has to say it more clearly.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from tracker.domain.areas import AREAS
from tracker.domain.documents import PlanItem
from tracker.language.lexicon import Lexicon

WEIGHTS = {"strong": 3.0, "usual": 2.0, "weak": 1.0}
_TITLE, _GROUP, _BODY = 2.0, 1.25, 1.0


@dataclass(frozen=True, slots=True)
class _Demand:
    """What an area must reach: its score, how many times the second's, and within how much of the item's text."""

    least: float
    lead: float
    longest: int


_LONGEST_HEADING = 60
_LAW_REPORT = _Demand(2.0, 1.15, 300)
_OTHER_REPORT = _Demand(6.0, 1.8, 40)
"""Elsewhere most tasks lie outside the eight areas: the opening words must say it, not one of many clauses."""
_SHOWN = 3
OPENING = 200
"""So much of a text stands for its title where none was read."""


@dataclass(frozen=True, slots=True)
class Classification:
    """The area that was found, None when unsure, with the words that decided, the weightiest first."""

    area: str | None
    words: tuple[str, ...] = ()

    @property
    def reason(self) -> str:
        """The sentence for the review screen; empty where no area was found."""
        return f"类别“{self.area}”据“{'、'.join(self.words)}”" if self.area else ""


@dataclass(frozen=True, slots=True)
class _Table:
    """Every word with its areas and weights, and the words by their first character, the longest first.

    A pattern of so many alternatives takes five times as long as looking them up.
    """

    weights: dict[str, tuple[tuple[str, float], ...]]
    by_first: dict[str, tuple[str, ...]]

    def words_in(self, text: str) -> set[str]:
        """Return the words that occur in ``text``; where one begins inside another, the earlier and longer one."""
        found: set[str] = set()
        at = 0
        while at < len(text):
            word = next((word for word in self.by_first.get(text[at], ()) if text.startswith(word, at)), None)
            if word is not None:
                found.add(word)
            at += len(word) if word else 1
        return found


@lru_cache(maxsize=4)
def _table(lexicon: Lexicon) -> _Table:
    weights: dict[str, list[tuple[str, float]]] = {word: [] for word in lexicon.words("areas.neutral")}
    for area in AREAS:
        for level, weight in WEIGHTS.items():
            for word in lexicon.words(f"areas.{area}.{level}"):
                entry = weights.setdefault(word, [])
                if all(known != area for known, _ in entry):
                    entry.append((area, weight))
    for word in lexicon.words("areas.neutral"):
        weights[word] = []
    by_first: dict[str, list[str]] = {}
    for word in sorted(weights, key=len, reverse=True):
        by_first.setdefault(word[0], []).append(word)
    return _Table(
        {word: tuple(entry) for word, entry in weights.items()},
        {first: tuple(words) for first, words in by_first.items()},
    )


def classify(
    title: str | None, group: str | None, text: str, lexicon: Lexicon, *, law_report: bool = True
) -> Classification:
    """Return the area of an item with ``title`` and ``group`` (its heading) and the rest of its words."""
    table, demand = _table(lexicon), _LAW_REPORT if law_report else _OTHER_REPORT
    found: dict[str, dict[str, float]] = {area: {} for area in AREAS}
    headings = ((title, _TITLE, _LONGEST_HEADING), (group, _GROUP, _LONGEST_HEADING))
    for words, factor, longest in (*headings, (text, _BODY, demand.longest)):
        for word in table.words_in((words or "")[:longest]):
            for area, weight in table.weights[word]:
                found[area][word] = max(found[area].get(word, 0.0), weight * factor)
    ranked = sorted(AREAS, key=lambda area: -sum(found[area].values()))
    best, second = (sum(found[area].values()) for area in ranked[:2])
    if best < demand.least or best < demand.lead * second:
        return Classification(None)
    decisive = sorted(found[ranked[0]].items(), key=lambda pair: (-pair[1], pair[0]))
    return Classification(ranked[0], tuple(word for word, _ in decisive[:_SHOWN]))


def with_areas(items: Sequence[PlanItem], title: str, lexicon: Lexicon) -> list[PlanItem]:
    """Return the items of the report called ``title`` with their areas, and the reason beside the others."""
    law = lexicon.pattern("areas.report_titles").search(title) is not None
    return [_with_area(item, lexicon, law) for item in items]


def _with_area(item: PlanItem, lexicon: Lexicon, law: bool) -> PlanItem:
    found = classify(item.title, item.group, _own_words(item), lexicon, law_report=law)
    if found.area is None:
        return item
    return replace(item, area=found.area, reasons=(*item.reasons, found.reason))


def _own_words(item: PlanItem) -> str:
    """Return the item's first words without its title and without the remark on responsible units."""
    text, units = item.text, item.responsible_span
    if units is not None and item.span.contains(units):
        text = text[: units.start - item.span.start] + text[units.end - item.span.start :]
    text = text[: 2 * _LAW_REPORT.longest]  # white space goes next
    return "".join((text.replace(item.title, "", 1) if item.title else text).split())
