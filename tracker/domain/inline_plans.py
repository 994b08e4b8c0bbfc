"""Next-step sentences outside the plan part: inside the work-done part, and where problems and plan are told together."""

from __future__ import annotations

import re
from collections.abc import Sequence

from tracker.domain.outline import Line, Range
from tracker.domain.plan_items import ItemDraft
from tracker.language.enumerators import find_members
from tracker.language.lexicon import Lexicon, alternatives
from tracker.language.sentences import split_sentences


def _next_step(lexicon: Lexicon) -> re.Pattern[str]:
    return re.compile(
        rf"(?:同时，)?{alternatives(lexicon.words('statements.next_step'))}(?:工作)?(?:中|，|、|我|本|将|要|全)"
    )


def inline_drafts(text: str, lines: Sequence[Line], lexicon: Lexicon) -> list[ItemDraft]:
    """Return the items told at the end of work-done paragraphs (下一步，我局将……)."""
    pattern = _next_step(lexicon)
    drafts: list[ItemDraft] = []
    for line in lines:
        if not pattern.search(text, line.start, line.end):
            continue
        opened: Range | None = None
        for low, high in split_sentences(text, line.start, line.end):
            if (
                opened is None
                and pattern.match(text, low, high)
                and re.search(r"将|要|拟|力争|计划|继续|进一步", text[low:high])
            ):
                opened = (low, line.end)
        if opened is None:
            continue
        members = find_members(text, *opened)
        if len(members) >= 2:
            ends = [mark.start for mark in members[1:]] + [opened[1]]
            for mark, end in zip(members, ends, strict=True):
                drafts.append(_draft(text, mark.label, (mark.end, end)))
        else:
            drafts.append(_draft(text, None, opened))
    return drafts


def _draft(text: str, label: str | None, span: Range) -> ItemDraft:
    low, high = span
    while high > low and text[high - 1] in "；，\n":
        high -= 1
    return ItemDraft(label, None, None, None, (low, high), (low, high), 0.75, ("工作总结里的“下一步”",), inline=True)


def split_mixed(text: str, lines: Sequence[Line], lexicon: Lexicon) -> tuple[list[Line], list[Line]]:
    """Cut the lines of a part that tells problems and plan together into both, line by line and inside lines."""
    pattern = _next_step(lexicon)
    problems: list[Line] = []
    plan: list[Line] = []
    in_plan = False
    for line in lines:
        opens = pattern.match(text, *line.content)
        if opens:
            in_plan = True
        if in_plan:
            plan.append(line)
            continue
        cut = next(
            (
                low
                for low, high in split_sentences(text, *line.content)
                if low > line.content[0] and pattern.match(text, low, high)
            ),
            None,
        )
        if cut is None:
            problems.append(line)
            continue
        problems.append(
            Line(
                line.start,
                cut,
                line.mark,
                line.title if line.title and line.title[1] <= cut else None,
                (min(line.body[0], cut), cut),
            )
        )
        plan.append(Line(cut, line.end, None, None, (cut, line.end)))
    return problems, plan
