"""Who is responsible for an item: named in it, or in the heading or tail of its group and inherited."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from tracker.domain.plan_items import ItemDraft
from tracker.language.lexicon import Lexicon
from tracker.language.organisations import Assignment, find_assignments, split_units


@dataclass(frozen=True, slots=True)
class Responsibility:
    """Units and limit named for an item; ``inherited`` where its group's heading or tail names them."""

    lead: tuple[str, ...] = ()
    support: tuple[str, ...] = ()
    due: tuple[str, int] | None = None
    source: tuple[int, int] | None = None
    inherited: bool = False


def assign(text: str, drafts: Sequence[ItemDraft], lexicon: Lexicon) -> list[tuple[ItemDraft, Responsibility]]:
    """Return the drafts without their trailing assignment, each with who is responsible."""
    own = [_of_row(text, draft) if draft.row else _own(text, draft, lexicon) for draft in drafts]
    groups: dict[tuple[int, int], list[tuple[ItemDraft, Responsibility]]] = {}
    for draft, responsibility in own:
        if draft.group_range is not None and draft.row is None:
            groups.setdefault(draft.group_range, []).append((draft, responsibility))
    shared = {group: _of_group(text, group, members, lexicon) for group, members in groups.items()}
    return [
        (draft, shared.get(draft.group_range, found) if found.source is None and draft.group_range else found)
        for draft, found in own
    ]


def _of_row(text: str, draft: ItemDraft) -> tuple[ItemDraft, Responsibility]:
    row = draft.row
    if row is None:
        return draft, Responsibility()
    lead = tuple(split_units(text[slice(*row.lead)])) if row.lead else ()
    support = tuple(split_units(text[slice(*row.support)])) if row.support else ()
    due = (text[slice(*row.due)], row.due[0]) if row.due else None
    return draft, Responsibility(lead, support, due, row.lead or row.support or row.due)


def _own(text: str, draft: ItemDraft, lexicon: Lexicon) -> tuple[ItemDraft, Responsibility]:
    start, end = draft.span
    found: list[Assignment] = []
    low = start
    while low < end:
        stop = text.find("\n", low, end)
        stop = end if stop < 0 else stop
        found.extend(find_assignments(text, low, stop, lexicon))
        low = stop + 1
    if not found:
        return draft, Responsibility()
    tail = end
    for assignment in reversed(found):
        if text[assignment.end : tail].strip("。；，\n ") == "":
            tail = assignment.start
    while tail > start and text[tail - 1] in "\n；，、 ":
        tail -= 1
    first = found[0]
    lead = tuple(dict.fromkeys(unit for each in found for unit in each.lead))
    support = tuple(dict.fromkeys(unit for each in found for unit in each.support if unit not in lead))
    due = next(((each.due, each.due_start) for each in found if each.due), None)
    shortened = _cut(draft, tail) if tail > start else draft
    return shortened, Responsibility(lead, support, due, (first.start, found[-1].end))


def _cut(draft: ItemDraft, end: int) -> ItemDraft:
    """Return the draft ending at ``end``; a title that would be left without a body is the body."""
    start = draft.span[0]
    if draft.body[0] >= end:
        return replace(draft, span=(start, end), title=None, body=(start, end))
    return replace(draft, span=(start, end), body=(draft.body[0], end))


def _of_group(
    text: str, group: tuple[int, int], members: Sequence[tuple[ItemDraft, Responsibility]], lexicon: Lexicon
) -> Responsibility:
    """Return what a group's heading names, or its tail: the last member's, where no other member names anyone."""
    heading_end = min(member.span[0] for member, _ in members)
    heading = find_assignments(text, group[0], min(heading_end, group[1]), lexicon)
    if heading:
        first = heading[0]
        due = (first.due, first.due_start) if first.due else None
        return Responsibility(first.lead, first.support, due, (first.start, first.end), inherited=True)
    named = [found for _, found in members if found.source is not None]
    last = members[-1][1]
    if len(named) == 1 and last.source is not None and len(members) > 1 and text[last.source[0] - 1] in "。\n；":
        return replace(last, inherited=True)
    return Responsibility()
