"""Admissions: sentences of the problems part which say that a promise was not kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tracker.domain.documents import Span
from tracker.domain.matching.candidates import Claim, LaterReport
from tracker.domain.matching.features import Reading
from tracker.domain.matching.promises import Promise
from tracker.domain.matching.repetition import Repetition
from tracker.domain.matching.scoring import Scored, probability, score_claims
from tracker.domain.matching.steps import step_of
from tracker.domain.matching.words import LinkModel, MatchingWords


def find_admissions(
    promises: Sequence[Promise],
    report: LaterReport,
    repetitions: Sequence[Sequence[Repetition]],
    rarity: Mapping[str, float],
    model: LinkModel,
    words: MatchingWords,
) -> list[list[Scored]]:
    """Return for each promise the sentences of the problems part that may speak of it as not done, the surest first.

    A problem that a repeated item of the new plan answers is the more likely to speak of the same promise.
    """
    found: list[list[Scored]] = []
    for rows, again in zip(
        score_claims(promises, report.admissions, rarity, model.admit, words), repetitions, strict=True
    ):
        kept = [one for one in again if one.score >= model.thresholds["repeated"]]
        bridged = problems_answered(report, kept)
        scored = [
            Scored(row.reading, probability(model.admit, admission_features(row.reading, report, bridged, words)))
            for row in rows
        ]
        found.append(sorted(scored, key=lambda row: (-row.score, row.reading.claim.start)))
    return found


def problems_answered(report: LaterReport, repetitions: Sequence[Repetition]) -> list[Span]:
    """Return where the problems stand that the repeated items answer."""
    answered = {problem for repetition in repetitions for problem in repetition.item.answers}
    return [problem.span for problem in report.reading.problems if problem.id in answered]


def admission_features(
    reading: Reading, report: LaterReport, bridged: Sequence[Span], words: MatchingWords
) -> dict[str, float]:
    """Return the features of a reading with the words of failure (未, 滞后; 不够 says less) and the bridge over the new plan."""
    clauses = reading.claim.clauses
    here = {_failure(clause.text, words) for clause in clauses[reading.first : reading.last + 1]}
    near = {_failure(clause.text, words) for clause in clauses[max(0, reading.first - 2) : reading.last + 3]}
    bridge = any(_near(report, reading.claim, span.start, span.end) for span in bridged)
    return {
        **reading.features,
        "failed": float("failed" in here),
        "failed_near": float("failed" in near and "failed" not in here),
        "weak": float("weakness" in here and "failed" not in near),
        "weak_near": float("weakness" in near - here and "failed" not in near),
        "bridge": float(bridge),
    }


def _failure(text: str, words: MatchingWords) -> str | None:
    """Return how plainly a clause tells of something not done."""
    if step_of(text, words) == "failed":
        return "failed"
    return "weakness" if any(words.steps[word] == "weakness" for word in words.step_pattern.findall(text)) else None


def _near(report: LaterReport, claim: Claim, start: int, end: int) -> bool:
    """Say whether the sentence is the problem or stands in the same paragraph right after it."""
    span = report.span(claim.start, claim.end)
    if span.start < end and start < span.end:
        return True
    between = report.reading.text[end : span.start] if span.start >= end else "\n"
    return "\n" not in between and len(between) <= 60
