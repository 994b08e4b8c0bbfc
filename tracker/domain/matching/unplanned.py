"""Done without having been planned: the clearest claims of the later report that answer no promise."""

from __future__ import annotations

import re
from collections.abc import Sequence

from tracker.domain.documents import Evidence
from tracker.domain.matching.candidates import Claim, LaterReport
from tracker.domain.matching.scoring import Scored
from tracker.domain.matching.steps import step_of
from tracker.domain.matching.words import MatchingWords

MOST = 5
_NAMED = re.compile("《|“|获评|荣获|被评为|获得|首个|率先|表彰|试点")


def find_unplanned(
    report: LaterReport, scored: Sequence[Sequence[Scored]], threshold: float, words: MatchingWords
) -> tuple[Evidence, ...]:
    """Return up to five finished, concrete claims that come near no promise, in the order of the text."""
    nearest: dict[int, float] = {}
    for rows in scored:
        for row in rows:
            start = row.reading.claim.start
            worth = max(row.score, row.reading.features["cover"], row.reading.features["objects"])
            nearest[start] = max(nearest.get(start, 0.0), worth)
    clear = [
        (_clearness(claim, words), claim)
        for claim in report.claims
        if claim.home and not claim.lead and nearest.get(claim.start, 0.0) < threshold
    ]
    best = sorted((pair for pair in clear if pair[0] >= 2), key=lambda pair: (-pair[0], pair[1].start))[:MOST]
    return tuple(_evidence(report, claim) for _, claim in sorted(best, key=lambda pair: pair[1].start))


def _clearness(claim: Claim, words: MatchingWords) -> int:
    steps = {step_of(clause.text, words) for clause in claim.clauses}
    if "finished" not in steps and "started" not in steps:
        return 0
    return 1 + bool(re.search(r"\d", claim.text)) + bool(_NAMED.search(claim.text))


def _evidence(report: LaterReport, claim: Claim) -> Evidence:
    span = report.span(claim.start, claim.end)
    return Evidence(span.of(report.reading.text), span, 1.0, ("报告写明已完成，上年计划中没有对应的任务",))
