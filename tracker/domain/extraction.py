"""Reading a report: sections, problems, plan items with deadline, quantities and units, each with its span and reason."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date

from tracker.domain.answers import with_answers
from tracker.domain.classification import OPENING, with_areas
from tracker.domain.documents import Document, Problem, ReportReading, Section, SectionKind
from tracker.domain.identity import read_identity, year_in
from tracker.domain.inline_plans import inline_drafts, opens_plan, split_measures, split_mixed
from tracker.domain.item_values import Placed, Source, read_items
from tracker.domain.outline import Line, Range, contiguous, read_lines
from tracker.domain.plan_items import PlanCollector
from tracker.domain.problems import problems_admitted, problems_of_part
from tracker.domain.responsible import assign
from tracker.domain.sections import Part, body_lines, find_parts
from tracker.language.lexicon import Lexicon
from tracker.language.text import fold


def read_report(document: Document, lexicon: Lexicon, *, report_year: int | None = None) -> ReportReading:
    """Return everything that can be taken from ``document``; offsets are code points of ``document.text``.

    ``report_year`` is what a person says of it and wins over what is read.
    """
    folded = fold(document.text)
    source = Source(folded, document.text)
    text = folded.text
    lines = read_lines(text)
    identity = read_identity(text, lines, lexicon)
    if report_year is not None:
        identity = replace(identity, report_year=report_year)
    parts = _unmixed(text, find_parts(text, lines, identity.report_year, lexicon), lexicon)
    parts = _with_untitled_plan(text, parts, lines, identity.report_year, lexicon)
    plan_year, notices = _plan_year(text, parts, identity.report_year)
    problems = _problems(source, parts, lines, lexicon)
    drafts = _drafts(text, parts, plan_year, lexicon)
    items = read_items(source, drafts, plan_year, lexicon) if plan_year is not None else []
    items, unanswered = with_answers(document.text, items, problems, lexicon)
    items = with_areas(items, identity.title or text[:OPENING], lexicon)
    if not any(part.kind is SectionKind.PLAN for part in parts):
        notices.append("没有找到下一年工作计划部分。请核对报告是否写有下一步打算，或在审阅页上手工划出。")
    elif not items:
        notices.append("计划部分没有识别出任务。请在审阅页上手工划出。")
    return ReportReading(
        text=document.text,
        title=identity.title,
        unit=identity.unit,
        report_year=identity.report_year,
        plan_year=plan_year,
        sections=tuple(_sections(source, parts)),
        problems=tuple(problems),
        items=tuple(items),
        unanswered_problems=unanswered,
        notices=(*document.notices, *identity.notices, *notices),
    )


def _unmixed(text: str, parts: list[Part], lexicon: Lexicon) -> list[Part]:
    """Cut mixed parts: a mixed heading over sub-headings gives way to them; problems and plan told together are parted.

    Where the plan has a part of its own, what is told beside the problems is an aside.
    """
    result: list[Part] = []
    planned = any(part.kinds == (SectionKind.PLAN,) for part in parts)
    for index, part in enumerate(parts):
        follower = parts[index + 1] if index + 1 < len(parts) else None
        if part.kinds == (SectionKind.PROBLEMS,) and planned:
            problems, plan = split_measures(text, part.lines, lexicon)
            result.append(replace(part, lines=tuple(problems)))
            if plan:
                result.append(_measures(part, plan, aside=True))
        elif len(part.kinds) == 1:
            result.append(part)
        elif follower is not None and follower.parent is part.heading and not part.lines:
            continue
        elif SectionKind.PROBLEMS in part.kinds and SectionKind.PLAN in part.kinds:
            problems, plan, labelled = split_mixed(text, part.lines, lexicon)
            result.append(replace(part, kinds=(SectionKind.PROBLEMS,), lines=tuple(problems)))
            if plan:
                result.append(_measures(part, plan, aside=planned and not labelled))
        else:
            result.append(replace(part, kinds=(part.kinds[0],)))
    return result


def _measures(part: Part, plan: list[Line], *, aside: bool) -> Part:
    """Return the part that the measures told in a problems part make."""
    return replace(part, kinds=(SectionKind.PLAN,), heading=None, parent=part.heading, lines=tuple(plan), aside=aside)


def _with_untitled_plan(
    text: str, parts: list[Part], lines: list[Line], report_year: int | None, lexicon: Lexicon
) -> list[Part]:
    """Find the plan of a report that gives it no heading: in the paragraphs that turn to the future.

    Such paragraphs close the last part, or a report without any headings.
    """
    if any(part.kind is SectionKind.PLAN for part in parts):
        return parts
    if parts and parts[-1].kind not in (SectionKind.PROBLEMS, SectionKind.OTHER):
        return parts
    last = (
        parts[-1] if parts else Part((SectionKind.WORK_DONE,), None, body_lines(text, lines, lexicon), None, "没有标题")
    )
    cut = next((at for at, line in enumerate(last.lines) if opens_plan(text, line, report_year, lexicon)), None)
    if cut is None:
        parted = split_mixed(text, last.lines, lexicon) if last.kind is SectionKind.PROBLEMS else ([], [], False)
        problems, plan = parted[:2]
    else:
        problems, plan = list(last.lines[:cut]), list(last.lines[cut:])
    if not plan:
        return parts
    ahead = replace(
        last, kinds=(SectionKind.PLAN,), heading=None, parent=last.heading, lines=tuple(plan), reason="段落转入下一步"
    )
    behind = [replace(last, lines=tuple(problems))] if problems or last.heading else []
    return [*parts[:-1], *behind, ahead]


def _plan_year(text: str, parts: list[Part], report_year: int | None) -> tuple[int | None, list[str]]:
    """Return the year the plan is for: the year its heading or first lines name, else the year after the report's."""
    expected = report_year + 1 if report_year is not None else None
    named: list[int] = []
    for part in parts:
        if part.kind is not SectionKind.PLAN or part.aside or part.horizon is not None or part.five_years:
            continue
        heading = part.heading
        year = year_in(text[slice(*(heading.title or heading.content))]) if heading else None
        if year is None and part.lines:
            year = year_in(text[part.lines[0].start : part.lines[0].start + 30])
        if year is not None:
            named.append(year)
    if not named:
        return expected, []
    best = Counter(named).most_common(1)[0][0]
    if expected is None or expected in named:
        return (expected if expected in named else best), []
    if report_year is not None and (best <= report_year or best > report_year + 2):
        return expected, [
            f"计划部分写的年份是 {best} 年，与报告年度 {report_year} 年对不上，按 {expected} 年计。请核对。"
        ]
    return best, []


def _problems(source: Source, parts: list[Part], lines: list[Line], lexicon: Lexicon) -> list[Problem]:
    text = source.folded.text
    ranges: list[Range] = []
    for part in parts:
        if part.kind is SectionKind.PROBLEMS:
            ranges.extend(problems_of_part(text, part.heading, part.lines, lexicon))
    if not ranges:
        first_plan = next(
            (part.heading.start for part in parts if part.kind is SectionKind.PLAN and part.heading), len(text)
        )
        ranges = problems_admitted(text, [line for line in lines if line.start < first_plan], lexicon)
    problems: list[Problem] = []
    for low, high in ranges:
        if high - low >= 4:
            span = source.span(low, high)
            problems.append(Problem(f"p{len(problems) + 1}", source.quote(span), span))
    return problems


def _last_day(part: Part, plan_year: int | None) -> date | None:
    """Return the last day of a five-year part, or None where the plan year's end rules."""
    if part.horizon is None and part.five_years and plan_year is not None:
        return date(plan_year + 4, 12, 31)
    return part.horizon


def _drafts(text: str, parts: list[Part], plan_year: int | None, lexicon: Lexicon) -> list[Placed]:
    placed: list[Placed] = []
    collector = PlanCollector(text, lexicon)
    for part in parts:
        if part.kind is SectionKind.PLAN:
            runs = [part.lines] if part.heading is not None else contiguous(part.lines)
            found = [draft for run in runs for draft in collector.collect(part.heading, run)]
            if part.aside:
                found = [replace(draft, inline=True) for draft in found]
        elif part.kind in (SectionKind.WORK_DONE, SectionKind.DUTIES):
            found = inline_drafts(text, part.lines, lexicon)
        else:
            continue
        placed.extend(
            Placed(draft, who, _last_day(part, plan_year), part.reason) for draft, who in assign(text, found, lexicon)
        )
    return placed


def _sections(source: Source, parts: list[Part]) -> list[Section]:
    sections: list[Section] = []
    for part in (part for part in parts if not part.aside):
        lines = [line for line in (part.heading, *part.lines) if line is not None]
        span = source.span(lines[0].start, lines[-1].end)
        heading = part.heading or part.parent
        words = ""
        if heading is not None:
            end = heading.title[1] if heading.title else heading.end
            words = source.quote(source.span(heading.start, end))
        sections.append(Section(part.kind, words, span, part.reason))
    return sections
