"""Which problem an item answers: a small trained model over features a person can read, each answer with its reason.

Features compare the words of a problem, and of the sentences told with it, with an item's heading and body; words are
weighted by how rare they are in reports at large and among the items of this plan. Weights are data
(``data/answers.toml``, written by ``tools/train_answers.py``).
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence, Set
from dataclasses import dataclass, replace

from tracker.domain.answer_features import FEATURES, Need, Offer, offered_bigrams, pair_features, shared_words
from tracker.domain.answer_model import AnswerModel, load_answer_model
from tracker.domain.documents import PlanItem, Problem
from tracker.language.lexicon import Lexicon

_MOST_PAIRS = 20_000
_LONGEST_CONTEXT = 220
_NEAR_LINES = 3
_LINE_BREAK = re.compile("\n")


@dataclass(frozen=True, slots=True)
class Answer:
    """Problem ``problem`` (an index) is answered with probability ``score``; ``reason`` names what is shared, in Chinese."""

    problem: int
    score: float
    reason: str


def match_answers(
    needs: Sequence[Need], offers: Sequence[Offer], lexicon: Lexicon, model: AnswerModel | None = None
) -> list[list[Answer]]:
    """Return for each item the problems it answers, best first.

    Nothing is matched where there are more pairs than any report has.
    """
    if not needs or not offers or len(needs) * len(offers) > _MOST_PAIRS:
        return [[] for _ in offers]
    model = model or load_answer_model()
    rows = pair_features(needs, offers, lexicon)
    return [
        _chosen([model.probability(features) for features in row], needs, offer, model, lexicon)
        for row, offer in zip(rows, offers, strict=True)
    ]


def _chosen(
    scores: Sequence[float], needs: Sequence[Need], offer: Offer, model: AnswerModel, lexicon: Lexicon
) -> list[Answer]:
    top = max(scores)
    offered = offered_bigrams(offer, lexicon)
    kept = [
        Answer(index, round(score, 3), _reason(needs[index], offered))
        for index, score in enumerate(scores)
        if score >= model.least and score >= model.near_best * top
    ]
    return sorted(kept, key=lambda answer: -answer.score)


def _reason(need: Need, offered: Set[str]) -> str:
    words = shared_words(need, offered)
    return f"都提到“{'、'.join(words)}”" if words else "次序相对应"


def contexts_of(text: str, problems: Sequence[Problem], item_starts: Sequence[int]) -> list[str]:
    """Return each problem with what is told after it: up to the next problem or item, at most a few sentences."""
    edges = sorted([*(problem.span.start for problem in problems), *item_starts, len(text)])
    contexts: list[str] = []
    for problem in problems:
        stop = edges[bisect_right(edges, problem.span.start)] if problem.span.start < len(text) else len(text)
        contexts.append(
            text[problem.span.start : max(problem.span.end, min(stop, problem.span.end + _LONGEST_CONTEXT))]
        )
    return contexts


def with_answers(
    text: str, items: list[PlanItem], problems: list[Problem], lexicon: Lexicon
) -> tuple[list[PlanItem], tuple[str, ...]]:
    """Return the items with the problems they answer, and the ids of the problems that no item answers."""
    if not items or not problems:
        return items, tuple(problem.id for problem in problems) if items else ()
    offers = [Offer(f"{item.group or ''}。{item.title or ''}", item.text) for item in items]
    contexts = contexts_of(text, problems, [item.span.start for item in items])
    needs = [Need(problem.text, context) for problem, context in zip(problems, contexts, strict=True)]
    matched = match_answers(needs, offers, lexicon)
    ends = [problem.span.end for problem in problems]
    first = min((item.span.start for item in items if not item.inline), default=len(text))
    interleaved = problems[0].span.start < first < problems[-1].span.start
    breaks = [found.start() for found in _LINE_BREAK.finditer(text)]
    result: list[PlanItem] = []
    for item, answers in zip(items, matched, strict=True):
        told = _told_with(breaks, item, problems, ends, interleaved)
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
    breaks: list[int], item: PlanItem, problems: list[Problem], ends: list[int], interleaved: bool
) -> Problem | None:
    """Return the problem an item is told with: the last one before it in its own paragraph.

    Where problems and measures take turns, the last one before it anywhere; after the last problem its own measure
    stands close by, and what is farther away is a plan of its own. ``ends`` are the problems' ends, ``breaks`` the offsets
    of the line breaks.
    """
    before = bisect_right(ends, item.span.start)
    if not before:
        return None
    line = bisect_left(breaks, item.span.start)
    low = breaks[line - 1] + 1 if line else 0
    problem = problems[before - 1]
    if problem.span.start >= low:
        return problem
    beside = before < len(problems) or line - bisect_left(breaks, problem.span.end) <= _NEAR_LINES
    return problem if interleaved and beside and not item.inline else None


__all__ = ["FEATURES", "Answer", "Need", "Offer", "contexts_of", "match_answers", "with_answers"]
