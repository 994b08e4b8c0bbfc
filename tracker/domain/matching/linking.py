"""Linking a plan with the next report: one answer for each commitment, one that sums up each item."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from tracker.domain.documents import (
    NOT_ENOUGH,
    RUNNER_UP,
    Evidence,
    Figure,
    Link,
    LinkReport,
    Outcome,
    PlanItem,
    ReportReading,
    Shrunk,
    Span,
)
from tracker.domain.matching.admissions import find_admissions
from tracker.domain.matching.candidates import Claim, LaterReport, clause_range, prepare_report
from tracker.domain.matching.features import Reading, Surroundings, quoted, read_against
from tracker.domain.matching.figures import (
    borrow_figures,
    compare_figures,
    count_members,
    not_built,
    unanswered,
)
from tracker.domain.matching.figuring.choosing import sentences_after
from tracker.domain.matching.lateness import is_late
from tracker.domain.matching.looks import look_around, looked_at_again
from tracker.domain.matching.outcome import Judgement, counts_the_kind, judge, judge_borrowed, sum_up
from tracker.domain.matching.promises import Promise, prepare_promises, side_parts
from tracker.domain.matching.reasons import explain
from tracker.domain.matching.repetition import EVENLY, Repetition, find_repetitions, taken_up
from tracker.domain.matching.scoring import Scored, rarity_of, score_claims
from tracker.domain.matching.shrinking import find_shrunk
from tracker.domain.matching.unplanned import find_unplanned
from tracker.domain.matching.words import LinkModel, MatchingWords, load_background, load_model, load_words
from tracker.domain.matching.works import all_done, list_of_works
from tracker.language.lexicon import Lexicon

MOST_EVIDENCE = 5
MOST_NEAREST = 3
"""How many passages a promise is shown that none of them answers: a reader decides in a glance whether that is so."""
LEAST_RUNNER_UP = 0.02
"""How sure a passage must be at least to be shown beside those that answer."""
MOST_ADMISSIONS = 3
MINOR = 0.7
"""What it costs a part (logarithm of the odds) that its commitment promises something firmer beside it."""
WHOLE_LIST = 0.65
"""How sure it is that a work is done whose list the report calls done as a whole."""
_COUNTED_THINGS = ("个", "处", "所", "座", "家", "条", "套", "部", "项", "支", "名", "人")


def link_reports(
    earlier: ReportReading, later: ReportReading, lexicon: Lexicon, model: LinkModel | None = None
) -> LinkReport:
    """Say what the later report tells of each promise of the earlier one's plan."""
    return link_items(earlier.items, _plan_year(earlier, later), later, lexicon, model)


def link_items(
    items: Sequence[PlanItem],
    plan_year: int,
    later: ReportReading,
    lexicon: Lexicon,
    model: LinkModel | None = None,
) -> LinkReport:
    """Say what the later report tells of each of ``items``, promised for ``plan_year``.

    The items may come from the ledger, as people merged, split or reworded them. An item without commitments is
    answered as a whole. Evidence spans are offsets in ``later.text``.
    """
    return _Linker(items, plan_year, later, lexicon, model or load_model()).report()


def answers_of(
    earlier: ReportReading, later: ReportReading, lexicon: Lexicon, model: LinkModel | None = None
) -> list[Answer]:
    """Return the answer to each part of each commitment, before they are summed up: what the outcome is taught by."""
    return _Linker(earlier.items, _plan_year(earlier, later), later, lexicon, model or load_model()).answers()


def _plan_year(earlier: ReportReading, later: ReportReading) -> int:
    return earlier.plan_year or later.report_year or (earlier.report_year or 0) + 1


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to one promise before it becomes a row."""

    promise: Promise
    judgement: Judgement
    score: float
    accepted: tuple[Scored, ...]
    nearest: tuple[Scored, ...]
    figures: tuple[Figure, ...]
    late: bool | None
    admissions: tuple[tuple[Reading, float], ...]
    repetitions: tuple[Repetition, ...]
    shrunk: Shrunk | None


class _Linker:
    """One run: the later report made ready, the scores of all promises, then the answers one by one."""

    def __init__(
        self, items: Sequence[PlanItem], plan_year: int, later: ReportReading, lexicon: Lexicon, model: LinkModel
    ) -> None:
        self.words: MatchingWords = load_words()
        self.items, self.plan_year, self.lexicon, self.model = items, plan_year, lexicon, model
        self.later: LaterReport = prepare_report(later, self.words)
        self.rarity = rarity_of(load_background(), self.later.claims)
        self.promises = prepare_promises(items, self.rarity, self.words)

    def answers(self) -> list[Answer]:
        """Answer each part, and each part without a passage from those of its commitment's other parts."""
        return self._answers()[1]

    def _answers(self) -> tuple[list[list[Scored]], list[Answer]]:
        minor = side_parts(self.promises)
        first = score_claims(self.promises, self.later.claims, self.rarity, self.model.answer, self.words)
        scored = [
            looked_at_again(promise, rows, around, self.model.calibration, -MINOR if promise in minor else 0.0)
            for promise, rows, around in zip(self.promises, first, look_around(self.promises, first), strict=True)
        ]
        again = find_repetitions(self.promises, self.later.reading.items, self.rarity, self.model.repeat, self.words)
        admitted = find_admissions(self.promises, self.later, again, self.rarity, self.model, self.words)
        answers = [
            self._answer(promise, rows, repetitions, admissions)
            for promise, rows, repetitions, admissions in zip(self.promises, scored, again, admitted, strict=True)
        ]
        return scored, self._with_whole_lists(self._with_borrowed(answers))

    def report(self) -> LinkReport:
        scored, answers = self._answers()
        links: list[Link] = []
        for item in self.items:
            own = [answer for answer in answers if answer.promise.item is item]
            links.extend(
                self._row(item.id, commitment.id, [one for one in own if one.promise.commitment is commitment])
                for commitment in item.commitments
            )
            links.append(self._row(item.id, None, own))
        unplanned = find_unplanned(self.later, scored, self.model.thresholds["unplanned"], self.words)
        return LinkReport(tuple(links), unplanned)

    def _answer(
        self, promise: Promise, rows: Sequence[Scored], again: Sequence[Repetition], admitted: Sequence[Scored]
    ) -> Answer:
        thresholds = self.model.thresholds
        score = rows[0].score if rows else 0.0
        repetitions = taken_up(again, thresholds["repeated"])
        accepted = tuple(
            row for row in rows if row.score >= thresholds["mentioned"] and row.score >= score * thresholds["beside"]
        )[:MOST_EVIDENCE]
        figures: tuple[Figure, ...] = ()
        late: bool | None = None
        judgement = Judgement(Outcome.NOT_MENTIONED, "报告未提及")
        if accepted:
            after = sentences_after(self.later.claims, accepted[0].reading.claim)
            figures = compare_figures(promise, accepted, self.rarity, self.lexicon, self.words, after)
            judgement = judge(promise, accepted, figures, self.words)
            late = is_late(promise, accepted[0].reading, self.plan_year, self.lexicon)
        kept = judgement.outcome is Outcome.DONE
        admissions = tuple(
            (row.reading, round(row.score, 4))
            for row in admitted
            if row.score >= thresholds["kept" if kept else "admission"]
        )[:MOST_ADMISSIONS]
        texts = [row.reading.claim.text for row in accepted]
        shrunk = find_shrunk(promise, repetitions, figures, texts, self.words)
        if admissions and not accepted:
            figures = self._admitted_figures(promise, admitted[:MOST_ADMISSIONS])
        nearest = tuple(row for row in rows if row not in accepted)[:MOST_NEAREST]
        return Answer(promise, judgement, score, accepted, nearest, figures, late, admissions, repetitions, shrunk)

    def _admitted_figures(self, promise: Promise, admitted: Sequence[Scored]) -> tuple[Figure, ...]:
        """Return how far it came by what the report admits (没有达到计划，全年培训24名); of things to count, none otherwise."""
        told = compare_figures(promise, admitted, self.rarity, self.lexicon, self.words)
        found: list[Figure] = []
        for quantity in promise.quantities:
            nothing = not_built(quantity)
            said = next((one for one in told if one.target == nothing.target and one.actual and one.met is False), None)
            if said is not None and said.unit == quantity.unit:
                found.append(said)
            elif quantity.unit in _COUNTED_THINGS:
                found.append(nothing)
        return tuple(found)

    def _with_borrowed(self, answers: Sequence[Answer]) -> list[Answer]:
        """Look for the targets of parts without a passage of their own in the passages of their commitment's other parts."""
        found: list[Answer] = []
        for answer in answers:
            own = answer.promise.commitment
            rows = [
                row
                for other in answers
                if other is not answer and other.promise.commitment is own
                for row in other.accepted
            ]
            if rows and not answer.accepted and not answer.figures:
                figures = borrow_figures(answer.promise, rows, self.rarity, self.lexicon, self.words)
                answer = replace(answer, figures=figures, judgement=judge_borrowed(answer.judgement, figures))
            found.append(answer)
        return found

    def _with_whole_lists(self, answers: Sequence[Answer]) -> list[Answer]:
        """Answer the works of a list that have no passage of their own by the sentence that calls the whole list done."""
        told = {
            item.id: all_done(works, self.later.claims, self.words)
            for item in self.items
            if (works := list_of_works(item)) is not None
        }
        return [
            self._done_with_its_list(answer, *place)
            if (place := told.get(answer.promise.item.id)) and not answer.accepted and not answer.admissions
            else answer
            for answer in answers
        ]

    def _done_with_its_list(self, answer: Answer, claim: Claim, clause: int) -> Answer:
        alone = Surroundings(rival=0.0, likeness=0.0, cover=0.0, topic=0.0, topic_clause=0.0)
        reading = read_against(answer.promise, claim, alone, self.rarity, self.words)
        return replace(
            answer,
            judgement=Judgement(Outcome.DONE, "报告称整份清单已全部完成，没有单独说到这一件，请核对", "whole_list"),
            score=WHOLE_LIST,
            accepted=(Scored(replace(reading, first=clause, last=clause, best=clause), WHOLE_LIST),),
            figures=tuple(map(unanswered, answer.promise.quantities)),
        )

    def _row(self, item: str, commitment: str | None, answers: Sequence[Answer]) -> Link:
        """Sum up the answers to the parts of a commitment, or to all of an item's."""
        lates = [answer.late for answer in answers if answer.late is not None]
        return Link(
            item=item,
            commitment=commitment,
            outcome=sum_up([(one.promise, one.judgement.outcome) for one in _without_examples(answers)], self.words),
            score=round(max((answer.score for answer in answers), default=0.0), 4),
            late=any(lates) if lates else None,
            evidence=self._best_evidence(answers),
            figures=(*_figures(answers), *_member_figures(answers)),
            contradicted_by=self._contradictions(answers),
            repeated_in=_ordered(_taken_up(answers)),
            shrunk=next((answer.shrunk for answer in answers if answer.shrunk), None),
        )

    def _best_evidence(self, answers: Sequence[Answer]) -> tuple[Evidence, ...]:
        """Return the best passage of each part first, then the seconds, without saying one twice.

        Where no part is answered they are the nearest passages, and where few are, those that came next, with a reason that
        says so.
        """
        found: list[Evidence] = []
        told = [answer for answer in answers if answer.accepted]
        ranked = sorted(told or answers, key=lambda answer: -answer.score)
        for place in range(MOST_EVIDENCE if told else MOST_NEAREST):
            for answer in ranked:
                rows = answer.accepted or answer.nearest
                if place < len(rows):
                    self._add(self._evidence(rows[place], answer, told=bool(told)), found)
        return (*found[: MOST_EVIDENCE if told else MOST_NEAREST], *(self._runners_up(ranked, found) if told else ()))

    def _runners_up(self, answers: Sequence[Answer], found: Sequence[Evidence]) -> list[Evidence]:
        """Return the passages that came next, where fewer than three answer."""
        rest = sorted(
            ((row, answer) for answer in answers for row in answer.nearest if row.score >= LEAST_RUNNER_UP),
            key=lambda pair: (-pair[0].score, pair[0].reading.claim.start),
        )
        added: list[Evidence] = []
        for row, answer in rest:
            evidence = self._evidence(row, answer, told=True)
            if len(found) + len(added) < MOST_NEAREST and not any(_overlap(evidence, one) for one in (*found, *added)):
                added.append(evidence)
        return added

    def _add(self, evidence: Evidence, found: list[Evidence]) -> None:
        """Append a passage, or join it to the one beside it in the same sentence."""
        for number, other in enumerate(found):
            if _overlap(evidence, other) or self._touch(evidence, other):
                start = min(evidence.span.start, other.span.start)
                end = max(evidence.span.end, other.span.end)
                reasons = tuple(dict.fromkeys((*other.reasons, *evidence.reasons)))
                text = self.later.reading.text[start:end]
                found[number] = Evidence(text, Span(start, end), other.score, reasons)
                return
        found.append(evidence)

    def _touch(self, left: Evidence, right: Evidence) -> bool:
        between = self.later.reading.text[min(left.span.end, right.span.end) : max(left.span.start, right.span.start)]
        ends = self.later.reading.text[min(left.span.end, right.span.end) - 1]
        return not between.strip() and "\n" not in between and ends not in "。；！？"

    def _evidence(self, row: Scored, answer: Answer, *, told: bool) -> Evidence:
        reading = row.reading
        span = self.later.span(*clause_range(reading.claim.clauses, *quoted(reading)))
        verdict = answer.judgement.reason if answer.accepted and answer.accepted[0] is row else None
        taken = row in answer.accepted
        if not taken:
            verdict = RUNNER_UP if told else NOT_ENOUGH
        reasons = explain(reading, row.score if taken else None, verdict)
        return Evidence(span.of(self.later.reading.text), span, round(row.score, 4), reasons)

    def _contradictions(self, answers: Sequence[Answer]) -> tuple[Evidence, ...]:
        found: list[Evidence] = []
        pairs = [pair for answer in answers for pair in answer.admissions]
        told = {reading.claim.line for reading, _ in pairs if not reading.claim.lead}
        for reading, score in pairs:
            if reading.claim.lead and reading.claim.line in told:
                continue
            span = self.later.span(reading.claim.start, reading.claim.end)
            evidence = Evidence(span.of(self.later.reading.text), span, score, ("问题部分承认没有做到",))
            if not any(_overlap(evidence, other) for other in found):
                found.append(evidence)
        return tuple(found)


def _figures(answers: Sequence[Answer]) -> tuple[Figure, ...]:
    """Return the figures of all parts; where some are answered, each target of the others is named as open."""
    told = any(answer.accepted for answer in answers)
    return tuple(
        figure
        for answer in answers
        for figure in answer.figures or (map(unanswered, answer.promise.quantities) if told else ())
    )


def _member_figures(answers: Sequence[Answer]) -> Iterator[Figure]:
    """Yield, for each list of things, how many of the promised ones were done."""
    lists: dict[str, list[Answer]] = {}
    for answer in answers:
        if answer.promise.is_member:
            lists.setdefault(answer.promise.commitment.id, []).append(answer)
    for members in lists.values():
        done = [answer.promise for answer in members if answer.judgement.outcome is Outcome.DONE]
        figure = count_members([answer.promise for answer in members], done)
        if figure and any(answer.accepted for answer in members):
            yield figure


def _without_examples(answers: Sequence[Answer]) -> list[Answer]:
    """Leave out the unanswered members of a list that only gives examples of a kind, where the report counts the kind."""
    counted = {
        answer.promise.commitment.id
        for answer in answers
        if answer.promise.is_member and answer.accepted and counts_the_kind(answer.promise, answer.accepted)
    }
    return [
        one for one in answers if one.accepted or not one.promise.is_member or one.promise.commitment.id not in counted
    ]


def _taken_up(answers: Sequence[Answer]) -> list[Repetition]:
    """Return the items of the new plan that take the commitments up again: of each commitment the surest."""
    commitments: dict[str, list[Repetition]] = {}
    for answer in answers:
        commitments.setdefault(answer.promise.commitment.id, []).extend(answer.repetitions)
    return [one for again in commitments.values() for one in taken_up(again, 0.0, EVENLY)]


def _overlap(left: Evidence, right: Evidence) -> bool:
    return left.span.start < right.span.end and right.span.start < left.span.end


def _ordered(repetitions: Sequence[Repetition]) -> tuple[str, ...]:
    """Return the ids of the items, each once, in the order of the new plan."""
    items = {one.item.id: one.item.span.start for one in repetitions}
    return tuple(sorted(items, key=lambda item: items[item]))
