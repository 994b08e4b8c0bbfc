"""How far a thing has come by the words of a passage: prepared, started, under way, finished, failed."""

from __future__ import annotations

import re

from tracker.domain.matching.candidates import Clause
from tracker.domain.matching.features import Reading
from tracker.domain.matching.words import MatchingWords

_PASSED = re.compile("(?<!待)通过[^，。；、]{1,20}(?:验收|评审|复核|认定|考核|评估)")
_PUSHED = re.compile(
    "(?:加快|加速|加紧|强力|大力|大力度|着力|全力|统筹|协调|持续)(?:推进|推动|实施|建设)|(?:推进|实施|建设)(?:顺利|提速)"
)
"""A clause that tells only how a thing is pushed forward (大力度推进, 加快实施) has not come to its end."""
VERB_FIRST = 2
"""How many characters of a verb a clause without a subject begins with at least."""


def claimed_step(reading: Reading, words: MatchingWords) -> str | None:
    """Return how far the passage says the thing has come: the clause that fits best decides, then its neighbours."""
    clauses = reading.claim.clauses
    order = [reading.best, *range(reading.best + 1, reading.last + 1), *range(reading.best - 1, reading.first - 1, -1)]
    if reading.last + 1 < len(clauses) and _has_no_subject(clauses[reading.last + 1]):
        order.append(reading.last + 1)
    for number in order:
        step = step_of(_without_name(clauses[number].text, reading.promise.text, words), words)
        if step is not None:
            return step
    return None


def _has_no_subject(clause: Clause) -> bool:
    """Say whether a clause starts with its verb (已投入使用), so that it speaks of what stands before it."""
    chunks = clause.form.chunks
    return not chunks or clause.form.plain.find(chunks[0].text) >= VERB_FIRST


def _without_name(text: str, promise: str, words: MatchingWords) -> str:
    """Return a clause without the verbs that only stand inside the promised thing's name (生态修复基地)."""
    for found in words.step_pattern.finditer(text):
        low, high = found.start(), found.end()
        if low > 0 and high < len(text) and text[low - 1 : high + 1] in promise and text[low - 1] not in "，、。；":
            left, right = text[max(0, low - 2) : high], text[low : high + 2]
            if left in promise and right in promise and len(left) + len(right) > 2 * (high - low) + 3:
                text = text[:low] + "_" * (high - low) + text[high:]
    return text


def step_of(text: str, words: MatchingWords) -> str | None:
    """Return the step a clause speaks of, None where it names none."""
    bare = re.sub(r"《[^《》]{1,60}》", "", text)
    found = [(match.end(), words.steps[match.group()]) for match in words.step_pattern.finditer(bare)]
    found += [(match.end(), "finished") for match in _PASSED.finditer(bare)]
    steps = {step for _, step in found}
    if not found:
        return "progress" if _PUSHED.search(bare) else None
    for step in ("failed", "imminent"):
        if step in steps and not words.signals["negations"].match(bare):
            return step
    if "正在" in bare:
        return "progress"
    last_progress = max((end for end, step in found if step == "progress"), default=-1)
    last_finish = max((end for end, step in found if step == "finished"), default=-1)
    if last_progress >= 0 and last_progress > last_finish:
        return "progress"
    for step in ("finished", "started", "preparing"):
        if step in steps:
            return step
    if _PUSHED.search(bare):
        return "progress"
    return next((step for step in ("delivered", "progress") if step in steps), None)
