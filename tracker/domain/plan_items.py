"""Plan items before their values are read: which stretches of a plan part are tasks, and why.

A task is the smallest enumerated unit; in running reports a paragraph that opens with a lead sentence of its own.
Lead-ins, principle lists, slogans and closing appeals are none.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest

from tracker.domain.outline import Line, Range, nest, split_title, trim
from tracker.domain.paragraphs import ParagraphKinds
from tracker.domain.tables import TableRow, table_rows
from tracker.language.enumerators import Mark, find_members
from tracker.language.lexicon import Lexicon
from tracker.language.organisations import names_field
from tracker.language.quantities import find_amounts

_ITEM_TRAILING = "；，、 \n"
_LONGEST_LEAD_LINE = 36
_LONGEST_GROUP = 200
_LEADS_OF_THEIR_OWN = 2
"""So many paragraphs with lead sentences before a numbered list are tasks too, not its introduction."""
_MOSTLY = 0.55
"""A list inside a paragraph is its substance when it begins before so much of the paragraph."""


@dataclass(frozen=True, slots=True)
class ItemDraft:
    """A task as ranges of the folded text: ``span`` with the title, ``body`` without it, ``group_range`` its group."""

    label: str | None
    group: str | None
    group_range: Range | None
    title: Range | None
    span: Range
    body: Range
    confidence: float
    reasons: tuple[str, ...]
    trail: str = ""
    inline: bool = False
    row: TableRow | None = None


class PlanCollector:
    """Collects the item drafts of the plan parts of one folded text."""

    def __init__(self, text: str, lexicon: Lexicon) -> None:
        self.text = text
        self.lexicon = lexicon
        self.kinds = ParagraphKinds(text, lexicon)

    def collect(self, heading: Line | None, lines: Sequence[Line]) -> list[ItemDraft]:
        """Return the drafts of a plan part in the order of the text."""
        rows, lines = table_rows(self.text, lines, self.lexicon)
        roots = nest(list(lines))
        if heading is not None and self.kinds.is_principle_heading(heading):
            return list(self._targets([line for line in lines if line.mark is None]))
        drafts: list[ItemDraft] = []
        if heading is not None and heading.has_body and (not lines or self._list_in(heading.body)):
            drafts.extend(self._paragraph(heading, None, heading.body, "部分标题后的正文"))
        first = next((line.start for line in roots if line.mark is not None), None)
        before = [line for line in roots if line.mark is None and (first is None or line.start < first)]
        drafts.extend(self._before_members(before, None) if first is not None else self._running(before, None))
        for line in roots:
            if line.mark is not None:
                drafts.extend(self._marked(line, None))
        drafts.extend(self._row(row, heading) for row in rows)
        return sorted(drafts, key=lambda draft: draft.span)

    def _row(self, row: TableRow, heading: Line | None) -> ItemDraft:
        span = (row.name[0] if row.name else row.task[0], row.task[1])
        draft = self._draft(None, heading, row.name, span, row.task, 0.92, "任务表里的一行")
        label = self.text[slice(*row.label)] if row.label else None
        return replace(draft, label=label, row=row)

    def _marked(self, line: Line, group: Line | None) -> Iterator[ItemDraft]:
        """Yield the items of an enumerated line and what stands under it."""
        plain = [child for child in line.children if child.mark is None]
        marked = [child for child in line.children if child.mark is not None]
        if self.kinds.is_principle_heading(line):
            return
        if marked:
            yield from self._before_members([child for child in plain if child.start < marked[0].start], line)
            for child in marked:
                yield from self._marked(child, line)
            return
        paragraphs = self._joined(plain)
        if paragraphs and self.kinds.is_peroration(paragraphs[-1]):
            paragraphs.pop()
        leads = sum(self.kinds.is_lead(child) for child in paragraphs)
        if leads:
            # A figure in the heading's own text makes it a task; else it leads in to what follows.
            if leads < _LEADS_OF_THEIR_OWN and find_amounts(self.text, *line.body, self.lexicon):
                yield from self._leaf(line, group, [])
            yield from self._running(paragraphs, line)
            return
        own, rest = self._continuations(paragraphs)
        yield from self._leaf(line, group, own)
        if rest:
            yield from self._running(rest, None)

    def _before_members(self, lines: Sequence[Line], group: Line | None) -> Iterator[ItemDraft]:
        """Yield the items among the paragraphs before a numbered list: most often none but the yearly figures."""
        leads = sum(self.kinds.is_lead(line) for line in self._joined(lines))
        yield from self._running(lines, group) if leads >= _LEADS_OF_THEIR_OWN else self._targets(lines)

    def _continuations(self, paragraphs: Sequence[Line]) -> tuple[list[Line], list[Line]]:
        """Part the paragraphs after an item into those that continue it and those that turn to something else."""
        own: list[Line] = []
        for index, line in enumerate(paragraphs):
            if self.kinds.breaks_off(line) or (own and self._has_list(line)):
                return own, list(paragraphs[index:])
            if self.kinds.is_appeal(line) or (self.kinds.is_slogan(line) and (index or self.kinds.is_flourish(line))):
                return own, list(paragraphs[index + 1 :])
            own.append(line)
        return own, []

    def _leaf(self, line: Line, group: Line | None, more: Sequence[Line]) -> Iterator[ItemDraft]:
        end = more[-1].end if more else line.end
        low = line.content[0]
        run = find_members(self.text, line.start, end)
        if run and run[0].start == line.start:
            yield from self._members(group, (line.start, end), run)
            return
        title = line.title if line.has_body or more else None
        body = (line.body[0] if title else low, end)
        members = self._list_in(body)
        if members:
            yield from self._members(line, body, members)
        elif not self.kinds.is_formal((low, end)):
            label = line.mark.label if line.mark else ""
            yield self._draft(line.mark, group, title, (low, end), body, 0.95, f"编号“{label}”下的一项")

    def _list_in(self, span: Range) -> list[Mark]:
        """Return the members of a list that is the substance of ``span``, not an aside near its end."""
        members = find_members(self.text, *span)
        return members if members and members[0].start - span[0] <= _MOSTLY * (span[1] - span[0]) else []

    def _has_list(self, line: Line) -> bool:
        return len(self._list_in((line.start, line.end))) >= 3

    def _members(self, owner: Line | None, body: Range, members: Sequence[Mark]) -> Iterator[ItemDraft]:
        """Yield the members of a list inside a paragraph; ``owner`` is the heading they stand under."""
        if self.kinds.announces_principles((body[0], members[0].start)):
            return
        for index, mark in enumerate(members):
            last = index + 1 == len(members)
            stop = self.kinds.without_closing(mark.end, body[1]) if last else members[index + 1].start
            deeper = self._list_in((mark.end, stop))
            if deeper:
                inner = Line(mark.start, stop, mark, *split_title(self.text, mark.end, deeper[0].start))
                yield from self._members(inner, (mark.end, stop), deeper)
                continue
            title, rest = split_title(self.text, mark.end, stop)
            if title is None or rest[0] >= rest[1]:
                title, rest = None, (mark.end, stop)
            yield self._draft(mark, owner, title, (mark.end, stop), rest, 0.95, f"列举“{mark.label}”的一项")

    def _running(self, lines: Sequence[Line], group: Line | None) -> Iterator[ItemDraft]:
        """Yield the items among paragraphs without enumerators."""
        lines = self._joined(lines)
        labelled = sum(self.kinds.ends_in_colon(line) for line in lines) >= 2

        def is_lead(line: Line) -> bool:
            return self.kinds.is_lead(line) or (labelled and self.kinds.ends_in_colon(line))

        has_leads = any(is_lead(line) for line in lines)
        has_targets = any(self.kinds.targets(line) for line in lines)
        current: ItemDraft | None = None
        for line in lines:
            if self.kinds.targets(line):
                yield from self._closed(current)
                current = None
                yield from self._targets([line])
            elif (conduct := self.kinds.own_conduct(line)) is not None:
                yield from self._closed(current)
                current = None
                yield self._draft(None, None, None, conduct, conduct, 0.8, "讲政府自身建设的一段")
            elif self.kinds.is_intro(line) and not is_lead(line) and self._has_list(line):
                yield from self._closed(current)
                current = None
                yield from self._paragraph(line, group, (line.start, line.end), "引子后面列举的任务")
            elif self.kinds.is_appeal(line) or (self.kinds.is_intro(line) and not is_lead(line)):
                continue
            elif is_lead(line):
                yield from self._closed(current)
                current = self._draft(
                    None, group, line.title, (line.start, line.end), line.body, 0.88, "段首有自己的领起句"
                )
            elif current is not None and not self.kinds.breaks_off(line) and not self._has_list(line):
                if not self.kinds.is_slogan(line):
                    current = replace(current, span=(current.span[0], line.end), body=(current.body[0], line.end))
            elif not self.kinds.is_lead_in(line) and (current is not None or not (has_leads or has_targets or group)):
                yield from self._closed(current)
                current = None
                yield from self._paragraph(line, None, (line.start, line.end), "计划部分的一段")
        yield from self._closed(current)

    def _closed(self, draft: ItemDraft | None) -> Iterator[ItemDraft]:
        """Yield a paragraph's draft, or the members of the list that is its substance."""
        if draft is None:
            return
        members = self._list_in(draft.body)
        if members and self.kinds.announces_principles((draft.span[0], members[0].start)):
            return
        if members:
            heading = Line(draft.span[0], draft.span[1], None, draft.title, draft.body)
            yield from self._members(heading, draft.body, members)
        else:
            yield draft

    def _paragraph(self, line: Line, group: Line | None, span: Range, why: str) -> Iterator[ItemDraft]:
        members = self._list_in(span)
        if members:
            named = split_title(self.text, span[0], members[0].start)[0]
            heading = Line(span[0], span[1], None, named, span) if named and line.mark is None else None
            yield from self._members(group or heading or (line if line.mark else None), span, members)
        elif not self.kinds.is_formal(span):
            yield self._draft(None, group, None, span, span, 0.6, why)

    def _joined(self, lines: Sequence[Line]) -> list[Line]:
        """Put a lead sentence that stands on a line of its own back before its paragraph."""
        whole = self._with_fields(lines)
        joined: list[Line] = []
        waiting: Line | None = None
        for line, after in zip_longest(whole, whole[1:]):
            if waiting is not None and self._belongs_below(line, waiting, after):
                joined.append(
                    Line(
                        waiting.start,
                        line.end,
                        None,
                        trim(self.text, waiting.start, waiting.end),
                        (line.start, line.end),
                    )
                )
                waiting = None
                continue
            if waiting is not None:
                joined.append(waiting)
                waiting = None
            if (
                _is_short(line)
                and not self.kinds.is_lead_in(line)
                and not self.kinds.is_appeal(line)
                and not line.has_body
            ):
                waiting = line
            else:
                joined.append(line)
        return [*joined, waiting] if waiting is not None else joined

    def _belongs_below(self, line: Line, heading: Line, after: Line | None) -> bool:
        """Say whether a paragraph is what the short line above it promises.

        One whose first sentence could be a lead of its own is, where the line above is a sentence and speaks of it alone:
        the next paragraph has its own line above it. Several such paragraphs in a row have their own leads.
        """
        if _is_short(line):
            return False
        if not self.kinds.is_lead(line):
            return True
        return self.text[heading.start : heading.end].rstrip().endswith("。") and (after is None or _is_short(after))

    def _with_fields(self, lines: Sequence[Line]) -> list[Line]:
        """Put lines that only say who and by when (责任股室：…) to the paragraph before them."""
        whole: list[Line] = []
        for line in lines:
            field = names_field(self.text, line.start, line.end, self.lexicon)
            if field and whole:
                last = whole[-1]
                body = last.body if last.has_body else (last.start, last.end)
                title = last.title if last.has_body else None
                whole[-1] = Line(last.start, line.end, last.mark, title, (body[0], line.end))
            else:
                whole.append(line)
        return whole

    def _targets(self, lines: Sequence[Line]) -> Iterator[ItemDraft]:
        """Yield the yearly figures that a paragraph lists in one breath, as one item."""
        for line in lines:
            found = self.kinds.targets(line)
            if found:
                span, words = found
                yield self._draft(None, None, None, span, span, 0.9, f"列出年度指标（“{words}”）")

    def _draft(
        self,
        mark: Mark | None,
        group: Line | None,
        title: Range | None,
        span: Range,
        body: Range,
        confidence: float,
        why: str,
    ) -> ItemDraft:
        low, high = span
        while high > low and self.text[high - 1] in _ITEM_TRAILING:
            high -= 1
        name = None
        if group is not None:
            start, end = group.title or group.content
            name = (group.mark.label if group.mark else "") + self.text[
                start : min(end, start + _LONGEST_GROUP)
            ].rstrip("。：")
        return ItemDraft(
            label=mark.label if mark else None,
            group=name,
            group_range=(group.start, group.end) if group else None,
            title=title,
            span=(low, high),
            body=(min(body[0], high), high),
            confidence=confidence,
            reasons=(why,),
            trail=self._trail(group),
        )

    def _trail(self, group: Line | None) -> str:
        """Return the titles of a group and of the headings above it: they may name the year or the period."""
        titles: list[str] = []
        while group is not None:
            titles.append(self.text[slice(*(group.title or group.content))][:40])
            group = group.parent
        return "｜".join(reversed(titles))


def _is_short(line: Line) -> bool:
    """Say whether a line is short enough to be a lead sentence by itself."""
    return line.end - line.start <= _LONGEST_LEAD_LINE
