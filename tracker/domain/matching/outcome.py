"""What the report claims of a promise: rules over the passages, the figures and the list that was promised."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from tracker.domain.documents import Figure, Outcome
from tracker.domain.matching.comparable import STRONG
from tracker.domain.matching.cues import load_cues, told_of
from tracker.domain.matching.features import Reading
from tracker.domain.matching.honours import wins_another
from tracker.domain.matching.promises import Promise
from tracker.domain.matching.scoring import Scored
from tracker.domain.matching.steps import claimed_step, step_of
from tracker.domain.matching.unfinished import unfinished
from tracker.domain.matching.words import MatchingWords

NAMEABLE = ("个", "家", "处", "所", "座", "条", "村", "支", "项", "部")
"""Units of things that a report may name one by one instead of counting them."""
_EXAMPLES_OF = re.compile("(?<=[^一二三四五六七八九十\\d])等([\u4e00-\u9fff]{2,16})")
_UNDER_WAY = re.compile("正在|仍在|尚在|尚未|还在")
NAME = 4
"""A noun of so many characters names a thing of its own."""
ELEMENT_FOUND = 0.5
"""Share of a list member's pairs of characters that must stand in the passages."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """The outcome of one commitment, in Chinese the rule that decided, and that rule's name among the verdicts (``cues``)."""

    outcome: Outcome
    reason: str
    kind: str = ""


def judge(
    promise: Promise,
    rows: Sequence[Scored],
    figures: Sequence[Figure],
    words: MatchingWords,
) -> Judgement:
    """Judge a promise by the passages that answer it (at least one): by rule, weighed with how the surest one is worded."""
    verdict = judge_by_rule(promise, rows, figures, words)
    own = load_cues().verdicts.get(verdict.kind)
    if own is None:
        return verdict
    told = told_of(rows[0].reading)
    done = own + told.odds > 0
    if done == (verdict.outcome is Outcome.DONE):
        return verdict
    named = "、".join(f"“{turn}”" for turn in told.turns)
    return Judgement(
        Outcome.DONE if done else Outcome.PARTIAL,
        f"从措辞看{'已经' if done else '还没有全部'}做到" + (f"（{named}）" if named else "") + "，请核对",
        verdict.kind,
    )


def judge_by_rule(
    promise: Promise,
    rows: Sequence[Scored],
    figures: Sequence[Figure],
    words: MatchingWords,
) -> Judgement:
    """Judge a promise by rules alone."""
    short = next((figure for figure in figures if figure.met is False), None)
    if short is not None:
        return Judgement(Outcome.PARTIAL, f"“{short.what}”未达到目标", "short")
    step = claimed_step(rows[0].reading, words)
    if _is_honour(promise, words) and step not in ("finished", "failed", "imminent", "preparing"):
        return Judgement(Outcome.PARTIAL, "承诺的是称号，报告未称获评", "no_title")
    if (
        _is_honour(promise, words)
        and step == "finished"
        and wins_another(promise, rows[0].reading.claim, rows[0].reading.best, words)
    ):
        return Judgement(Outcome.PARTIAL, "报告所称获评的不是所承诺的称号", "other_title")
    met = bool(figures) and all(figure.met for figure in figures)
    if step in ("finished", None) and not met and _goes_on(rows[0].reading, words):
        return Judgement(Outcome.PARTIAL, "报告称部分完成、部分仍在推进", "goes_on")
    fewer = _names_fewer(promise, rows[0].reading, figures, words)
    if fewer:
        return Judgement(Outcome.PARTIAL, f"目标不止一个，报告只点名{fewer}个", "fewer")
    missing = () if met else missing_elements(promise, rows)
    if missing:
        return Judgement(Outcome.PARTIAL, "未见：" + "、".join(missing), "missing")
    if promise.aim in ("finish", "project") and _member_unfinished(promise, rows, words):
        return Judgement(Outcome.PARTIAL, "所列事项中有的仍在推进", "member")
    # Many counted as promised are enough; one of one, or a whole told in words, may still be under way.
    counted = met and promise.quantities and any(figure.target > 1 for figure in figures)
    sign = None if counted else unfinished(promise, rows[0].reading, words)
    if sign:
        return Judgement(Outcome.PARTIAL, sign, "sign")
    open_figures = [figure for figure in figures if figure.met is None]
    if open_figures and len(open_figures) < len(figures):
        return Judgement(Outcome.PARTIAL, f"“{open_figures[0].what}”没有可比的数字", "open")
    # One thing is named as soon as work on it begins.
    one_under_way = step == "progress" and all(figure.target == 1 for figure in figures)
    return _by_step(promise, step, rows, words, met=bool(figures) and not open_figures and not one_under_way)


def _names_fewer(promise: Promise, reading: Reading, figures: Sequence[Figure], words: MatchingWords) -> int:
    """Return how many names the passage lists where it gives no number and they are too few; 0 otherwise."""
    wanted = [figure for figure in figures if figure.met is None and figure.actual is None and figure.target >= 2]
    clause = reading.claim.clauses[reading.best]
    if len(figures) != 1 or not wanted or wanted[0].unit not in NAMEABLE or "等" in clause.text:
        return 0
    step = words.step_pattern.search(clause.text)
    if step is None or words.steps[step.group()] != "finished" or words.signals["all_done"].search(clause.text):
        return 0
    names = [name for name in re.split("[、和与]", clause.text[: step.start()]) if len(name.strip()) >= 2]
    return len(names) if 0 < len(names) < wanted[0].target and not re.search(r"\d", clause.text) else 0


def _by_step(
    promise: Promise, step: str | None, rows: Sequence[Scored], words: MatchingWords, *, met: bool
) -> Judgement:
    if step == "failed":
        return Judgement(Outcome.PARTIAL, "报告说明尚未全部做到", "failed")
    if step == "imminent":
        return Judgement(Outcome.PARTIAL, "报告称即将开展", "imminent")
    if step == "preparing" and not set(_steps_in(promise.text, words)) & {"preparing"}:
        return Judgement(Outcome.PARTIAL, "报告称尚在前期准备", "preparing")
    if promise.aim == "start":
        return Judgement(Outcome.DONE, "承诺启动，报告称已启动或更进一步", "started")
    if met:
        return Judgement(Outcome.DONE, "数值达到目标", "met")
    if promise.aim == "standing":
        if step == "progress" and not _is_concrete(rows):
            return Judgement(Outcome.PARTIAL, "报告称正在推进", "pursued")
        return Judgement(Outcome.DONE, "常态性任务，报告写明了具体做法", "doings")
    if step in ("progress", "started"):
        return Judgement(Outcome.PARTIAL, "有最终成果的任务，报告只称在推进", "under_way")
    if step == "delivered" and promise.aim == "project" and not _is_concrete(rows):
        return Judgement(Outcome.PARTIAL, "报告未称完成", "not_said")
    if step is None and words.aims["project_nouns"].search(promise.form.plain) and not _is_concrete(rows):
        return Judgement(Outcome.PARTIAL, "报告提到，但未称完成", "only_named")
    return Judgement(Outcome.DONE, "报告称已完成", "project_done" if promise.aim == "project" else "done")


def _is_honour(promise: Promise, words: MatchingWords) -> bool:
    """Say whether the promise is to win a title (创建省级文明村): trying alone does not keep it."""
    plain = promise.form.plain
    return (
        promise.aim == "finish"
        and not promise.framing
        and bool(words.signals["honours"].search(plain))
        and not words.signals["honour_activities"].match(plain)
        and bool(words.signals["title_marks"].search(plain))
    )


def _goes_on(reading: Reading, words: MatchingWords) -> bool:
    """Say whether the next clauses tell of a part that is not done (下游段正在招标) or of a part alone (部分投用)."""
    own = set(reading.promise.weights) | set(reading.claim.clauses[reading.best].form.grams)
    for clause in reading.claim.clauses[reading.best + 1 : reading.best + 3]:
        if clause.form.plain.startswith("部分"):
            return True
        if step_of(clause.text, words) not in ("progress", "preparing", "failed", "imminent"):
            continue
        if words.signals["partway"].search(clause.text):
            return True
        under_way = _UNDER_WAY.search(clause.form.plain)
        names = [
            chunk
            for chunk in clause.form.chunks
            if under_way and clause.form.plain.find(chunk.text) < under_way.start()
        ]
        if under_way and all(len(chunk.text) < NAME or own & set(chunk.grams) for chunk in names):
            return True
    return False


def _member_unfinished(promise: Promise, rows: Sequence[Scored], words: MatchingWords) -> bool:
    """Say whether a member of the promised list stands in a clause that tells of work still under way."""
    for element in promise.elements:
        steps = {
            step_of(clause.text, words)
            for row in rows
            for clause in row.reading.claim.clauses
            if element in clause.form.plain
        }
        if steps & {"progress", "preparing", "started", "imminent"} and "finished" not in steps:
            return True
    return False


def _steps_in(text: str, words: MatchingWords) -> list[str]:
    return [words.steps[match.group()] for match in words.step_pattern.finditer(text)]


def missing_elements(promise: Promise, rows: Sequence[Scored]) -> tuple[str, ...]:
    """Return the members of a promised list that no passage names; [] where the passages name none or all.

    Standing duties list examples, so nothing is missing from them.
    """
    if promise.aim == "standing" or len(promise.elements) < 2:
        return ()
    if counts_the_kind(promise, rows):
        return ()
    grams = {gram for row in rows for clause in row.reading.claim.clauses for gram in clause.form.grams}
    plain = "".join(clause.form.plain for row in rows for clause in row.reading.claim.clauses)
    shares = {element: _share(element, grams, plain) for element in promise.elements}
    missing = tuple(element for element, share in shares.items() if share < ELEMENT_FOUND)
    return missing if 0 < len(missing) < len(shares) else ()


def counts_the_kind(promise: Promise, rows: Sequence[Scored]) -> bool:
    """Say whether the promise names examples of a kind (甲、乙等背街小巷) and the passage counts that kind (7条背街小巷)."""
    named = _EXAMPLES_OF.search(promise.form.plain)
    if named is None:
        return False
    kind = named.group(1)
    pairs = {kind[at : at + 2] for at in range(len(kind) - 1)} & promise.form.grams.keys()
    strong = {pair for pair in pairs if promise.form.grams[pair] == STRONG}
    return bool(strong) and any(
        any(ch.isdigit() for ch in clause.text) and strong <= clause.form.grams.keys()
        for row in rows
        for clause in row.reading.claim.clauses
    )


def _share(element: str, grams: set[str], plain: str) -> float:
    pairs = [element[at : at + 2] for at in range(len(element) - 1)]
    if element in plain or not pairs:
        return 1.0
    return sum(pair in grams for pair in pairs) / len(pairs)


def _is_concrete(rows: Sequence[Scored]) -> bool:
    reading = rows[0].reading
    text = "".join(clause.text for clause in reading.claim.clauses[reading.first : reading.last + 3])
    return bool(re.search(r"\d|《|[一二三四五六七八九十]个|首个|率先", text))


def judge_borrowed(judgement: Judgement, figures: Sequence[Figure]) -> Judgement:
    """Judge a part that no passage answers by its figures, read from the passages of its commitment's other parts."""
    if figures and all(figure.met and figure.target > 1 for figure in figures):
        return Judgement(Outcome.DONE, "数值达到目标")
    short = next((figure for figure in figures if figure.met is False), None)
    return Judgement(Outcome.PARTIAL, f"“{short.what}”未达到目标") if short else judgement


def sum_up(links: Sequence[tuple[Promise, Outcome]], words: MatchingWords) -> Outcome:
    """Sum up several promises: what can be checked must all be done; of the rest, half answered is enough.

    A part that only says how each one is done (每轮不少于5天) and is not answered says nothing.
    """
    if all(outcome is Outcome.NOT_MENTIONED for _, outcome in links):
        return Outcome.NOT_MENTIONED
    links = [one for one in links if one[1] is not Outcome.NOT_MENTIONED or not _tells_how(one[0], words)]
    outcomes = [outcome for _, outcome in links]
    checkable = [outcome for promise, outcome in links if promise.is_checkable]
    if any(outcome is not Outcome.DONE for outcome in checkable):
        return Outcome.PARTIAL
    done = sum(outcome is Outcome.DONE for outcome in outcomes)
    return Outcome.DONE if 2 * done >= len(outcomes) else Outcome.PARTIAL


def _tells_how(promise: Promise, words: MatchingWords) -> bool:
    return bool(words.signals["each_of_them"].match(promise.text))
