"""The judged targets of hand-judged pairs, each with every candidate for its number: what the ranker of figures learns from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tools.linking_gold import GoldLink, GoldPair, places
from tracker.domain.matching.candidates import LaterReport, clause_range, prepare_report
from tracker.domain.matching.features import quoted
from tracker.domain.matching.figures import figure_of, targets_of
from tracker.domain.matching.figuring.choosing import Candidate, candidates_for, chosen, scenes_of, sentences_after
from tracker.domain.matching.figuring.learning import Lesson
from tracker.domain.matching.figuring.targets import Target
from tracker.domain.matching.figuring.ways import Scene
from tracker.domain.matching.linking import MOST_EVIDENCE
from tracker.domain.matching.looks import look_around, looked_at_again
from tracker.domain.matching.promises import Promise, prepare_promises
from tracker.domain.matching.scoring import Scored, rarity_of, score_claims
from tracker.domain.matching.words import load_background, load_model, load_words
from tracker.language.lexicon import load_lexicon

OPEN = {"actual": None, "met": None}


@dataclass(frozen=True, slots=True)
class Case:
    """One target: its candidates, what the judge says (``gold``), whether the passages hold one of the judge's (``found``)
    and the linking finds them by itself (``accepted``)."""

    pair: str
    text: str
    gold: Mapping[str, Any]
    target: Target | None
    scenes: Sequence[Scene]
    candidates: Sequence[Candidate]
    found: bool
    accepted: bool

    def said(self, candidate: Candidate) -> tuple[float | None, bool | None]:
        """Return actual and met as a candidate has them."""
        if self.target is None:
            return None, None
        figure = figure_of(self.target, candidate, self.scenes, load_words())
        return figure.actual, figure.met

    def is_right(self, weights: Mapping[str, float]) -> bool:
        """Say whether the weights choose what the judge says."""
        return self.target is not None and self._agrees(chosen(self.candidates, weights))

    def lesson(self) -> Lesson:
        """Return which of the candidates are right."""
        right = frozenset(at for at, one in enumerate(self.candidates) if self._agrees(one))
        return Lesson([one.traits for one in self.candidates], right)

    def _agrees(self, candidate: Candidate) -> bool:
        return self.said(candidate) == (self.gold["actual"], self.gold["met"])


@dataclass(frozen=True, slots=True)
class _Part:
    """One part of a commitment with the passages to read: those accepted, else those that the judge gives."""

    promise: Promise
    rows: Sequence[Scored]
    found: bool
    accepted: bool


def cases_of(pair: GoldPair) -> Iterator[Case]:
    """Yield the targets of a pair's judged commitments."""
    words, model = load_words(), load_model()
    later = prepare_report(pair.later, words)
    rarity = rarity_of(load_background(), later.claims)
    promises = prepare_promises(pair.earlier.items, rarity, words)
    first = score_claims(promises, later.claims, rarity, model.answer, words)
    scored = [
        looked_at_again(promise, rows, around, model.calibration)
        for promise, rows, around in zip(promises, first, look_around(promises, first), strict=True)
    ]
    for link in pair.links:
        parts = [
            _part(promise, rows, link, later, pair)
            for promise, rows in zip(promises, scored, strict=True)
            if promise.commitment.id == link.commitment.id
        ]
        every = [case for part in parts for case in _of_part(part, pair.name, link, rarity, later)]
        told = any(part.found for part in parts)
        yield from (_judged(figure, every, pair.name, link, told=told) for figure in link.figures)


def _part(promise: Promise, rows: Sequence[Scored], link: GoldLink, later: LaterReport, pair: GoldPair) -> _Part:
    thresholds = load_model().thresholds
    score = rows[0].score if rows else 0.0
    least = max(thresholds["mentioned"], score * thresholds["beside"])
    accepted = [row for row in rows if row.score >= least][:MOST_EVIDENCE]
    wanted = places(pair.later.text, link.evidence)

    def hits(row: Scored) -> bool:
        span = later.span(*clause_range(row.reading.claim.clauses, *quoted(row.reading)))
        return any(min(span.end, one.end) - max(span.start, one.start) >= 0.5 * (one.end - one.start) for one in wanted)

    read = accepted or [row for row in rows if hits(row)]
    return _Part(promise, read, any(map(hits, read)), bool(accepted))


def _of_part(part: _Part, name: str, link: GoldLink, rarity: Mapping[str, float], later: LaterReport) -> Iterator[Case]:
    words, lexicon = load_words(), load_lexicon()
    if not part.rows:
        return
    after = sentences_after(later.claims, part.rows[0].reading.claim) if part.accepted else ()
    scenes = scenes_of(part.rows, lexicon, words, after=after)
    for target in targets_of(part.promise, rarity, words):
        gold = next((one for one in link.figures if one["target"] == target.value), None)
        found = candidates_for(target, scenes, rarity, words)
        text = link.commitment.text
        yield Case(name, text, gold or OPEN, target, scenes, found, part.found, part.accepted)


def _judged(figure: Mapping[str, Any], cases: Sequence[Case], name: str, link: GoldLink, *, told: bool) -> Case:
    """Return the case of a judged figure: the target of that number whose passage and name fit best."""
    fitting = [case for case in cases if case.target and case.target.value == figure["target"]]
    if not fitting:
        return Case(name, link.commitment.text, figure, None, (), (), told, accepted=False)
    best = max(fitting, key=lambda case: (case.found, _alike(case, figure)))
    return Case(name, best.text, figure, best.target, best.scenes, best.candidates, best.found, best.accepted)


def _alike(case: Case, figure: Mapping[str, Any]) -> int:
    return len(set(case.target.name.plain if case.target else "") & set(figure["what"]))
