"""Admissions: sentences of the problems part which say that a promise was not kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tracker.domain.matching.candidates import Claim, LaterReport
from tracker.domain.matching.features import Reading, read_against
from tracker.domain.matching.outcome import step_of
from tracker.domain.matching.promises import Promise
from tracker.domain.matching.repetition import Repetition
from tracker.domain.matching.words import MatchingWords


def find_admissions(
    promise: Promise,
    report: LaterReport,
    repetitions: Sequence[Repetition],
    rarity: Mapping[str, float],
    thresholds: Mapping[str, float],
    words: MatchingWords,
) -> list[tuple[Reading, float]]:
    """Return the sentences of the problems part that speak of the promise as not done, with a score, best first.

    A problem that a repeated item of the new plan answers is the more likely to speak of the same promise.
    """
    answered = {problem for repetition in repetitions for problem in repetition.item.answers}
    bridged = [problem.span for problem in report.reading.problems if problem.id in answered]
    found: list[tuple[Reading, float]] = []
    for claim in report.admissions:
        steps = [step_of(clause.text, words) for clause in claim.clauses]
        if not {"failed", "weakness"} & set(steps):
            continue
        reading = read_against(promise, claim, 0.0, rarity, words)
        bridge = any(_near(report, claim, span.start, span.end) for span in bridged)
        score = _score(reading, bridge=bridge, step=steps[reading.best])
        if score >= thresholds["admission"]:
            found.append((reading, round(min(score, 1.0), 4)))
    return sorted(found, key=lambda pair: (-pair[1], pair[0].claim.start))[:3]


def _score(reading: Reading, *, bridge: bool, step: str | None) -> float:
    """Weigh shared nouns, the words of failure (未, 滞后; 不够 says less) and the bridge over the new plan."""
    features = reading.features
    said = {"failed": 0.15, "weakness": 0.0}.get(step or "", -0.1)
    score = 0.75 * features["objects"] + 0.15 * features["heads"] + said + 0.2 * bridge
    score -= 0.5 * features["contrast"] * (1.0 - bridge)
    return score if features["objects"] >= 0.3 and _shares_a_name(reading) else 0.0


def _shares_a_name(reading: Reading) -> bool:
    return any(len(text) >= 4 for text in reading.shared) or reading.features["objects"] >= 0.6


def _near(report: LaterReport, claim: Claim, start: int, end: int) -> bool:
    """Say whether the sentence is the problem or stands in the same paragraph right after it."""
    span = report.span(claim.start, claim.end)
    if span.start < end and start < span.end:
        return True
    between = report.reading.text[end : span.start] if span.start >= end else "\n"
    return "\n" not in between and len(between) <= 60
