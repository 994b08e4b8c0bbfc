"""Why a card says what it says: its reasons by group, each with the words of the report they stand on."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from tracker.db.models import Report, Task
from tracker.domain.assessment import AspectKind, Assessment, KnownFacts, assess
from tracker.domain.documents import DeadlineSource, Problem, SectionKind, Span
from tracker.domain.formats import sections_from_dict
from tracker.domain.reason_groups import GROUP_LABELS, ReasonGroup, grouped
from tracker.domain.rewriting import skeleton
from tracker.language.lexicon import load_lexicon

_PROBLEM = re.compile(r"(?<=回应问题) p(\d+)")  # the screen counts problems without the letter of their ids
NEAR = 400  # how far before an item its group's heading may name the units
AFTER = 160  # how far behind an item a bracket with its units may stand


@dataclass(frozen=True, slots=True)
class Place:
    """Words of the report and where they stand; ``anchor`` is what the page has nearest to them."""

    words: str
    start: int
    end: int
    anchor: str


@dataclass(frozen=True, slots=True)
class Ground:
    """One group of reasons, with the places they stand on."""

    label: str
    lines: tuple[str, ...]
    places: tuple[Place, ...]


@dataclass(frozen=True, slots=True)
class Judgement:
    """What the screen says of an open card: the four aspects, how it could be written, and why."""

    assessment: Assessment
    skeleton: str
    grounds: tuple[Ground, ...]


def judge(
    task: Task, report: Report, problems: Sequence[Problem], targets: tuple[str, ...], due: Span | None
) -> Judgement:
    """Return what is said of a task as it stands; ``due`` is where the report names its deadline."""
    facts = facts_of(task, targets, due.of(report.text) if due else "")
    assessment = assess(task.wording, facts, load_lexicon())
    return Judgement(
        assessment,
        skeleton(task.wording, assessment, facts, load_lexicon()),
        _grounds(task, report, problems, assessment, due),
    )


def facts_of(task: Task, targets: tuple[str, ...], due_words: str) -> KnownFacts:
    """Return what is known of a task beside its wording."""
    named = tuple(task.responsible_names)
    return KnownFacts(
        plan_year=task.plan_year,
        due_on=task.due_on,
        due_stated=task.due_source is DeadlineSource.TEXT,
        due_confirmed=task.due_confirmed,
        due_words=due_words,
        owners=(task.lead_unit.short_name,) if task.lead_unit_confirmed else named,
        targets=targets,
    )


def _grounds(
    task: Task, report: Report, problems: Sequence[Problem], assessment: Assessment, due: Span | None
) -> tuple[Ground, ...]:
    lines = grouped(task.reasons)
    places = {
        ReasonGroup.ITEM: _of_item(task, report, lines.get(ReasonGroup.ITEM, ())),
        ReasonGroup.RESULT: _of_result(task, report, assessment),
        ReasonGroup.DATE: [_place(report, due, f"span-{task.id}")] if due else [],
        ReasonGroup.OWNER: _of_owner(task, report),
        ReasonGroup.ANSWERS: [
            Place(f"问题{problem.id[1:]}", problem.span.start, problem.span.end, f"problem-{problem.id}")
            for problem in problems
            if problem.id in task.answers
        ],
    }
    return tuple(
        Ground(GROUP_LABELS[group], tuple(_PROBLEM.sub(r"\1", line) for line in lines.get(group, ())), tuple(found))
        for group, found in places.items()
        if found or group in lines
    )


def _place(report: Report, span: Span, anchor: str) -> Place:
    words = " ".join(span.of(report.text).split())
    return Place(words if len(words) <= 24 else f"{words[:22]}…", span.start, span.end, anchor)


def _of_item(task: Task, report: Report, reasons: Iterable[str]) -> list[Place]:
    """Return the heading whose words made the part a plan, and the item's own label or beginning."""
    if task.start is None or task.end is None:
        return []
    found = []
    over = [
        section
        for section in sections_from_dict(report.reading)
        if section.kind is SectionKind.PLAN and section.span.start <= task.start < section.span.end and section.heading
    ]
    if over:
        start = over[-1].span.start
        at = report.text.find(over[-1].heading, start, over[-1].span.end)
        at = start if at < 0 else at
        found.append(_place(report, Span(at, min(at + len(over[-1].heading), len(report.text))), f"c{start}"))
    label = task.label or ""
    low = task.start - len(label) if label and report.text.startswith(label, task.start - len(label)) else task.start
    found.append(_place(report, Span(max(low, 0), task.end), f"span-{task.id}"))
    return found


def _of_result(task: Task, report: Report, assessment: Assessment) -> list[Place]:
    """Return the figures where they stand in the report, else the result that the wording names."""
    anchor = f"span-{task.id}"
    spans = [Span(row["start"], row["end"]) for row in task.quantities if row.get("start") is not None]
    result = assessment.of(AspectKind.RESULT)
    if not spans and (span := _in_report(task, result.words)):
        spans = [span]
    hollow = [] if spans else [_in_report(task, word.word) for word in assessment.vague_words]
    return [_place(report, span, anchor) for span in (*spans, *(span for span in hollow if span))]


def _in_report(task: Task, words: str) -> Span | None:
    """Return where words of the wording stand in the item as the report has it."""
    at = task.quote.find(words) if words else -1
    return (
        Span((task.start or 0) + at, (task.start or 0) + at + len(words))
        if at >= 0 and task.start is not None
        else None
    )


def _of_owner(task: Task, report: Report) -> list[Place]:
    """Return where the units are named: behind the item, in it, or in its group's heading before it."""
    found = []
    for name in dict.fromkeys([*task.responsible_names, *task.supporting_names]):
        start, end = task.start or 0, task.end or 0
        at = report.text.find(name, start, end + AFTER)
        at = at if at >= 0 else report.text.rfind(name, max(0, start - NEAR), start)
        if at >= 0:
            found.append(_place(report, Span(at, at + len(name)), f"span-{task.id}"))
    return found
