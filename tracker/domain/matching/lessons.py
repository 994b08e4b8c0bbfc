"""What people's decisions teach, and how well a model agrees with them.

A case is one report with the promises it was held against and what people decided on them. The readings are the ones
the matcher itself makes, so a lesson is always about what it would have seen.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256

from tracker.domain.documents import Outcome, PlanItem, ReportReading, Span
from tracker.domain.matching.candidates import LaterReport, clause_range, prepare_report
from tracker.domain.matching.features import quoted
from tracker.domain.matching.linking import link_items
from tracker.domain.matching.logistic import Row
from tracker.domain.matching.promises import prepare_promises
from tracker.domain.matching.repetition import Repetition, find_repetitions
from tracker.domain.matching.scoring import Scored, rarity_of, score_claims
from tracker.domain.matching.training import Lessons, Readings
from tracker.domain.matching.words import LinkModel, load_background, load_words
from tracker.domain.scores import area_under_curve
from tracker.language.lexicon import Lexicon

ENOUGH = 0.5
"""The share of a confirmed passage that a reading must hold to be the same passage."""
MEASURES = ("mentioned", "outcome", "evidence_at_1", "repeated")


@dataclass(frozen=True, slots=True)
class Judged:
    """What a person decided on one promise: the outcome, the passages, the items of the new plan that repeat it."""

    outcome: Outcome
    evidence: tuple[Span, ...] = ()
    repeated: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Case:
    """A report, the promises it answers, and the decisions by the promise's id; ``group`` is what is never parted."""

    group: str
    items: tuple[PlanItem, ...]
    plan_year: int
    later: ReportReading
    judged: Mapping[str, Judged]


def lessons_of(case: Case, model: LinkModel) -> Lessons:
    """Return the lessons of a case; ``model`` says which of several parts a passage answers best."""
    words = load_words()
    later = prepare_report(case.later, words)
    rarity = rarity_of(load_background(), later.claims)
    promises = prepare_promises(case.items, rarity, words)
    scored = score_claims(promises, later.claims, rarity, model.answer, words)
    again = find_repetitions(promises, case.later.items, rarity, model.repeat, words)
    answers: list[Row] = []
    repeats: list[Row] = []
    mentioned: dict[int, bool] = {}
    for item_id, judged in case.judged.items():
        numbers = [number for number, promise in enumerate(promises) if promise.item.id == item_id]
        own = _ItemLessons(later, judged, [scored[number] for number in numbers])
        for part, number in enumerate(numbers):
            rows, told = own.rows(part)
            answers += rows
            if told is not None:
                mentioned[number] = told
        repeats += _repeats([again[number] for number in numbers], judged)
    readings = Readings(promises, [[row.reading for row in rows] for rows in scored], mentioned)
    return Lessons(tuple(answers), tuple(repeats), (readings,))


class _ItemLessons:
    """The readings of an item's parts held against the passages a person confirmed for the whole of it."""

    def __init__(self, later: LaterReport, judged: Judged, parts: Sequence[Sequence[Scored]]) -> None:
        self.later, self.judged, self.parts = later, judged, parts
        self.owners: dict[Span, tuple[float, int]] = {}
        for part, rows in enumerate(parts):
            for row in rows:
                for span in self._held(row):
                    best = self.owners.get(span)
                    if best is None or row.score > best[0]:
                        self.owners[span] = (row.score, part)

    def rows(self, part: int) -> tuple[tuple[Row, ...], bool | None]:
        """Return a part's rows and whether the report speaks of it.

        A passage that another part of the item answers better says neither yes nor no of this one.
        """
        rows: list[Row] = []
        unsure = False
        for row in self.parts[part]:
            held = self._held(row)
            if held and not any(self.owners[span][1] == part for span in held):
                unsure = True
            else:
                rows.append((row.reading.features, int(bool(held))))
        told = any(label for _, label in rows)
        return tuple(rows), None if unsure and not told else told

    def _held(self, row: Scored) -> list[Span]:
        """Return the confirmed passages that a reading holds."""
        reading = row.reading
        own = self.later.span(*clause_range(reading.claim.clauses, *quoted(reading)))
        return [span for span in self.judged.evidence if _same_passage(own, span)]


def _same_passage(own: Span, wanted: Span) -> bool:
    """Say whether a reading and a confirmed passage are the same: most of the shorter one lies in the other."""
    shorter = min(own.end - own.start, wanted.end - wanted.start)
    return min(own.end, wanted.end) - max(own.start, wanted.start) >= ENOUGH * shorter


def _repeats(parts: Iterable[Sequence[Repetition]], judged: Judged) -> Iterable[Row]:
    """Yield the readings of the new plan's items: of a repeated one its best reading is right, the others tell nothing."""
    best: dict[str, Repetition] = {}
    for rows in parts:
        for one in rows:
            if one.item.id not in best or one.score > best[one.item.id].score:
                best[one.item.id] = one
    for item_id, one in best.items():
        yield one.reading.features, int(item_id in judged.repeated)


# ---- measuring ------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class Agreement:
    """How far a model agrees with people: right and all, by measure, and the scores of mentioned and other promises."""

    right: dict[str, int] = field(default_factory=lambda: dict.fromkeys(MEASURES, 0))
    total: dict[str, int] = field(default_factory=lambda: dict.fromkeys(MEASURES, 0))
    mentioned: list[float] = field(default_factory=list)
    silent: list[float] = field(default_factory=list)

    @property
    def auc(self) -> float | None:
        """How well the score parts what is mentioned from what is not."""
        return area_under_curve(self.mentioned, self.silent)

    def note(self, measure: str, *, good: bool) -> None:
        """Count one answer."""
        self.right[measure] += good
        self.total[measure] += 1

    def is_better_than(self, other: Agreement) -> bool:
        """Say whether nothing is worse and something is better."""
        if any(self.right[measure] < other.right[measure] for measure in MEASURES):
            return False
        auc, before = self.auc or 0.0, other.auc or 0.0
        return auc >= before and (self.right != other.right or auc > before)


def agreement(cases: Iterable[Case], model: LinkModel, lexicon: Lexicon) -> Agreement:
    """Link the cases with ``model`` and hold the answers against the decisions."""
    result = Agreement()
    for case in cases:
        answer = link_items(case.items, case.plan_year, case.later, lexicon, model)
        for link in answer.links:
            judged = case.judged.get(link.item)
            if link.commitment is not None or judged is None:
                continue
            spoken = judged.outcome is not Outcome.NOT_MENTIONED
            (result.mentioned if spoken else result.silent).append(link.score)
            result.note("mentioned", good=(link.outcome is not Outcome.NOT_MENTIONED) == spoken)
            result.note("outcome", good=link.outcome is judged.outcome)
            if spoken and judged.evidence:
                first = link.evidence[:1]
                found = any(_same_passage(one.span, span) for one in first for span in judged.evidence)
                result.note("evidence_at_1", good=found)
            result.note("repeated", good=set(link.repeated_in) == judged.repeated)
    return result


def part_cases(cases: Sequence[Case]) -> tuple[list[Case], list[Case]]:
    """Part cases into those to learn from and those to measure on: every third group, in an order their names decide."""
    groups = sorted({case.group for case in cases}, key=_shuffled)
    aside = set(groups[::3]) if len(groups) > 1 else set()
    return [case for case in cases if case.group not in aside], [case for case in cases if case.group in aside]


def _shuffled(name: str) -> tuple[str, str]:

    return sha256(name.encode()).hexdigest(), name
