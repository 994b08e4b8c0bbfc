"""How far a thing has come by the words of a passage: prepared, started, under way, finished, failed."""

from __future__ import annotations

import re
from functools import lru_cache

from tracker.domain.matching.candidates import Clause
from tracker.domain.matching.features import Reading
from tracker.domain.matching.words import MatchingWords
from tracker.language.lexicon import alternatives

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
    if reading.last + 1 < len(clauses) and _has_no_subject(clauses[reading.last + 1], words):
        order.append(reading.last + 1)
    for number in order:
        step = step_of(_without_name(clauses[number].text, reading.promise.text, words), words)
        if step is not None:
            return step
    return None


def _has_no_subject(clause: Clause, words: MatchingWords) -> bool:
    """Say whether a clause starts with its verb (已投入使用, 预计明年上线), so that it speaks of what stands before it."""
    chunks = clause.form.chunks
    if not chunks or clause.form.plain.find(chunks[0].text) >= VERB_FIRST:
        return True
    opening = words.signals["step_openers"].match(clause.form.plain)
    return bool(opening and words.step_pattern.search(clause.form.plain))


@lru_cache(maxsize=2)
def _not_done(words: MatchingWords) -> re.Pattern[str]:
    """Return the pattern of a verb of getting something done that is denied (未按期建成, 没有举办)."""
    verbs = [word for word, step in words.steps.items() if step in ("finished", "delivered", "started")]
    denied, manner = words.signals["step_denied"].pattern, words.signals["step_manner"].pattern
    return re.compile(f"{denied}(?:{manner})?{alternatives(verbs)}")


def _bare(text: str, words: MatchingWords) -> str:
    """Return a text without titles and without words that only look like a step (模拟, 待遇, 填补空白)."""
    bare = re.sub(r"《[^《》]{1,60}》", "", text)
    return words.signals["step_lookalikes"].sub(lambda found: "_" * len(found.group()), bare)


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
    bare = _bare(text, words)
    found = [(match.end(), words.steps[match.group()]) for match in words.step_pattern.finditer(bare)]
    found += [(match.end(), "finished") for match in _PASSED.finditer(bare)]
    found += [(match.end(), "failed") for match in _not_done(words).finditer(bare)]
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
