"""How well a reading agrees with a hand-made annotation.

The rules, chosen so that a merged, split or cut item counts as an error:

* **item**: its span covers at least 80% of the annotated body (characters, punctuation not counted), at least 80%
  of it lies within the annotated whole (number, title, body, remark on responsible units), and it covers half or more
  of no other annotated body. One to one, the best overlap first.
* **problem**: its span covers at least 80% of the annotated words, begins at most 12 characters before them, and
  covers half or more of no other annotated problem. It may run on into an explanation.
* **section**: same kind and same heading. Annotations know work_done, problems and plan; ``duties`` is accepted where
  they say work_done, and sections of kind duties or other are otherwise not counted.
* **deadline, deadline_from, responsible, supporting, vague, inline, area**: over matched items, where the annotation
  speaks of them; lists of units are compared as sets, names by their characters.
* **quantity**: in a matched item, see ``quantity_scores``. **answer**: the same pair of item and problem. Those of
  unmatched items count as missed or as superfluous.

An annotation of a part of the plan says where the part begins and ends (``from``, ``to``: the first words of it and
the first words after it); what was read outside of it is not judged.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tracker.domain.documents import PlanItem, Problem, ReportReading, Section, Span
from tracker.domain.gold import (
    AnchoredText,
    GoldItem,
    annotated_part,
    content_length,
    find_each,
    fold_quote,
    overlap,
    place_items,
)
from tracker.domain.quantity_scores import score_quantities
from tracker.domain.scores import Ratio, Tally

COVERS = 0.8
"""Share of the annotated words that a span must cover, and share of the span that must lie within them."""
MERGED = 0.5
"""Share of another annotation from which on a span counts as merged with it."""
_LEAD = 12
_WITHIN = 0.5

Gold = Mapping[str, Any]


@dataclass(slots=True)
class ReadingScore:
    """The scores of one report. ``item_ids`` maps the annotation's item ids to the reading's; ``mistakes`` is Chinese."""

    tallies: dict[str, Tally] = field(default_factory=dict)
    ratios: dict[str, Ratio] = field(default_factory=dict)
    item_ids: dict[str, str] = field(default_factory=dict)
    mistakes: list[str] = field(default_factory=list)


def score_reading(reading: ReportReading, gold: Gold) -> ReadingScore:
    """Compare a reading with an annotation; keys that the annotation does not have are not scored."""
    score = ReadingScore()
    anchored = AnchoredText(reading.text)
    _score_head(reading, gold, score)
    _score_sections(reading.sections, gold.get("sections"), score)
    problem_ids = _score_problems(reading, gold, anchored, score)
    part = annotated_part(anchored, gold)
    items = [item for item in reading.items if part is None or _share(reading.text, part, item.span) >= _WITHIN]
    after = part.start if part else _section_start(gold, anchored, "plan")
    pairs = _score_items(items, gold, anchored, after, score)
    _score_values(pairs, gold, score)
    tallies, mistakes = score_quantities(items, pairs, gold.get("items", ()))
    score.tallies.update(tallies)
    score.mistakes += mistakes
    if any("answers" in entry for entry in gold.get("items", ())):
        _score_answers(items, reading.unanswered_problems, gold, problem_ids, score)
    return score


def _score_head(reading: ReportReading, gold: Gold, score: ReadingScore) -> None:
    for key, found in (
        ("unit", reading.unit),
        ("report_year", reading.report_year),
        ("plan_year", reading.plan_year),
    ):
        if key in gold:
            _judge(score, key, "", gold[key], found)


def _score_sections(sections: Sequence[Section], entries: Sequence[Gold] | None, score: ReadingScore) -> None:
    if entries is None:
        return
    left = list(sections)
    matched = 0
    for entry in entries:
        kinds = {entry["kind"], "duties"} if entry["kind"] == "work_done" else {entry["kind"]}
        found = next((s for s in left if s.kind in kinds and _same_words(s.heading, entry["heading"])), None)
        if found is None:
            score.mistakes.append(f"章节漏：{entry['heading']}（{entry['kind']}）")
            continue
        left.remove(found)
        matched += 1
    extra = [section for section in left if section.kind not in ("duties", "other")]
    score.mistakes += [f"章节多：{section.heading}（{section.kind}）" for section in extra]
    score.tallies["sections"] = Tally(matched, matched + len(extra), len(entries))


def _score_problems(reading: ReportReading, gold: Gold, anchored: AnchoredText, score: ReadingScore) -> dict[str, str]:
    """Score the problems and return the annotation's ids mapped to the reading's."""
    entries = gold.get("problems")
    if entries is None:
        return {}
    after = _section_start(gold, anchored, "problems")
    places = find_each(anchored, [str(entry["text"]) for entry in entries], after)
    ids: dict[str, str] = {}
    left = list(reading.problems)
    for entry, place in zip(entries, places, strict=True):
        others = [other for other in places if other is not None and other is not place]
        found = place and next((p for p in left if _is_problem(anchored.text, p, place, others)), None)
        if found:
            left.remove(found)
            ids[entry["id"]] = found.id
        else:
            score.mistakes.append(f"问题漏：{entry['id']} {_short(entry['text'])}")
    score.mistakes += [f"问题多：{problem.id} {_short(problem.text)}" for problem in left]
    score.tallies["problems"] = Tally(len(ids), len(reading.problems), len(entries))
    return ids


def _is_problem(text: str, problem: Problem, place: Span, others: Sequence[Span]) -> bool:
    early = content_length(text[problem.span.start : place.start])
    return (
        early <= _LEAD
        and _share(text, problem.span, place) >= COVERS
        and all(_share(text, problem.span, other) < MERGED for other in others)
    )


Pair = tuple[GoldItem, PlanItem]


def _score_items(
    items: Sequence[PlanItem], gold: Gold, anchored: AnchoredText, after: int, score: ReadingScore
) -> list[Pair]:
    entries = gold.get("items")
    if entries is None:
        return []
    placed = place_items(anchored, entries, after)
    pairs = match_items(anchored.text, placed, items)
    score.item_ids = {item.id: found.id for item, found in pairs}
    taken = {found.id for _, found in pairs}
    for entry in entries:
        if entry["id"] not in score.item_ids:
            score.mistakes.append(f"事项漏：{entry['id']} {entry.get('label') or ''}{_short(entry['starts'])}")
    score.mistakes += [f"事项多：{item.id} {_short(item.text)}" for item in items if item.id not in taken]
    score.tallies["items"] = Tally(len(pairs), len(items), len(entries))
    return pairs


def match_items(text: str, gold: Sequence[GoldItem], items: Sequence[PlanItem]) -> list[Pair]:
    """Return the pairs of annotated and found items, one to one, in the order of the annotation."""
    candidates: list[tuple[float, int, int]] = []
    for number, expected in enumerate(gold):
        for index, item in enumerate(items):
            covered = _share(text, item.span, expected.body)
            within = _share(text, expected.whole, item.span)
            if covered < COVERS or within < COVERS:
                continue
            others = (other.body for other in gold if other is not expected)
            if all(_share(text, item.span, other) < MERGED for other in others):
                candidates.append((-covered * within, number, index))
    chosen: dict[int, int] = {}
    for _, number, index in sorted(candidates):
        if number not in chosen and index not in chosen.values():
            chosen[number] = index
    return [(gold[number], items[chosen[number]]) for number in sorted(chosen)]


def _score_values(pairs: Sequence[Pair], gold: Gold, score: ReadingScore) -> None:
    entries = gold.get("items", ())
    marks_vague = any("vague" in entry for entry in entries)
    marks_inline = any("inline" in entry for entry in entries)
    milestones = Tally()
    for expected, found in pairs:
        entry = expected.entry
        if "deadline" in entry:
            _judge(score, "deadline", expected.id, entry["deadline"], found.deadline.due_on.isoformat())
        if "deadline_from" in entry:
            _judge(score, "deadline_from", expected.id, entry["deadline_from"], found.deadline.source.value)
        if "responsible" in entry:
            _judge(score, "responsible", expected.id, _names(entry["responsible"]), _names(found.responsible))
            supporting = _names(entry.get("supporting", ()))
            _judge(score, "supporting", expected.id, supporting, _names(found.supporting))
        if marks_vague:
            _judge(score, "vague", expected.id, bool(entry.get("vague")), found.vague)
        if marks_inline:
            _judge(score, "inline", expected.id, bool(entry.get("inline")), found.inline)
        if "area" in entry:
            _judge(score, "area", expected.id, entry["area"], found.area)
        dates = {milestone.isoformat() for milestone in found.deadline.milestones}
        wanted = set(entry.get("milestones", ()))
        milestones += Tally(len(dates & wanted), len(dates), len(wanted))
        if dates != wanted:
            score.mistakes.append(f"节点：{expected.id} 应为 {_list(wanted)}，识别为 {_list(dates)}")
    if entries:
        score.tallies["milestones"] = milestones


def _score_answers(
    items: Sequence[PlanItem],
    unanswered: Sequence[str],
    gold: Gold,
    problem_ids: Mapping[str, str],
    score: ReadingScore,
) -> None:
    wanted = {(entry["id"], problem) for entry in gold["items"] for problem in entry.get("answers", ())}
    found = {(item.id, problem) for item in items for problem in item.answers}
    names = {(score.item_ids.get(item), problem_ids.get(problem)): (item, problem) for item, problem in wanted}
    hits = {pair for pair in names if pair in found}
    score.tallies["answers"] = Tally(len(hits), len(found), len(wanted))
    score.mistakes += [f"对应漏：{item}→{problem}" for pair, (item, problem) in names.items() if pair not in hits]
    back = {found_id: gold_id for gold_id, found_id in score.item_ids.items()}
    extra = sorted((back.get(item, f"多出的{item}"), problem) for item, problem in found - hits)
    score.mistakes += [f"对应多：{item}→{problem}" for item, problem in extra]
    if "unanswered_problems" in gold:
        open_ids = {problem_ids.get(problem) for problem in gold["unanswered_problems"]}
        both = open_ids & set(unanswered)
        score.tallies["unanswered_problems"] = Tally(len(both), len(unanswered), len(gold["unanswered_problems"]))


_NAMES: Mapping[str, str] = {
    "unit": "单位",
    "report_year": "报告年度",
    "plan_year": "计划年度",
    "deadline": "时限",
    "deadline_from": "时限来源",
    "responsible": "责任单位",
    "supporting": "配合单位",
    "vague": "笼统",
    "inline": "文中事项",
    "area": "类别",
}


def _judge(score: ReadingScore, key: str, owner: str, expected: object, found: object) -> None:
    same: Callable[[object, object], bool] = (
        _same_name if key in ("unit", "area") else (lambda left, right: left == right)
    )
    right = same(expected, found)
    score.ratios[key] = score.ratios.get(key, Ratio()) + Ratio(int(right), 1)
    if not right:
        score.mistakes.append(
            f"{_NAMES[key]}：{owner + ' ' if owner else ''}应为 {_list(expected)}，识别为 {_list(found)}"
        )


def _section_start(gold: Gold, anchored: AnchoredText, kind: str) -> int:
    headings = [str(entry["heading"]) for entry in gold.get("sections") or () if entry["kind"] == kind]
    places = [place.start for place in (anchored.find(heading) for heading in headings) if place]
    return min(places, default=0)


def _share(text: str, span: Span, of: Span) -> float:
    """Return the share of ``of`` that ``span`` covers, by content."""
    total = content_length(of.of(text))
    return overlap(text, span, of) / total if total else 0.0


def _same_words(left: str, right: str) -> bool:
    return _content(left) == _content(right)


def _same_name(expected: object, found: object) -> bool:
    """Compare names by their characters; a list names every form that is right (None: not named)."""
    if isinstance(expected, (list, tuple)):
        return any(_same_name(name, found) for name in expected)
    if expected is None or found is None:
        return expected is found
    return _content(str(expected)) == _content(str(found))


def _content(text: str) -> str:
    return "".join(char for char in fold_quote(text) if char.isalnum())


def _names(names: Iterable[str]) -> frozenset[str]:
    return frozenset(_content(name) for name in names)


def _short(text: object) -> str:
    line = " ".join(str(text).split())
    return line if len(line) <= 24 else line[:24] + "…"


def _list(value: object) -> str:
    if isinstance(value, (set, frozenset)):
        return "、".join(sorted(map(str, value))) or "无"
    if isinstance(value, bool):
        return "是" if value else "否"
    return "无" if value is None else str(value)
