"""Plan items before their values are read: which stretches of a plan part are tasks, and why.

A task is the smallest enumerated unit; in running reports a paragraph that opens with a lead sentence of its own.
Lead-ins, principle lists, slogans and closing appeals are none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from tracker.domain.outline import Line, Range, nest, split_title, trim
from tracker.language.enumerators import Mark, find_members
from tracker.language.lexicon import Lexicon, alternatives
from tracker.language.quantities import find_amounts
from tracker.language.sentences import split_sentences

_ITEM_TRAILING = "；，、 \n"


@dataclass(frozen=True, slots=True)
class ItemDraft:
    """A task as ranges of the folded text. ``body`` is the range without its title; ``tail`` where the group's tail
    (its responsible units) may stand."""

    label: str | None
    group: str | None
    group_range: Range | None
    title: Range | None
    span: Range
    body: Range
    confidence: float
    reasons: tuple[str, ...]
    inline: bool = False


@dataclass(frozen=True, slots=True)
class _Words:
    lead_in: re.Pattern[str]
    principles: re.Pattern[str]
    targets: re.Pattern[str]
    appeal_start: re.Pattern[str]
    appeal: re.Pattern[str]
    closing_start: re.Pattern[str]
    formal: re.Pattern[str]
    action: re.Pattern[str]
    lead_start: re.Pattern[str]


@lru_cache(maxsize=4)
def _words(lexicon: Lexicon) -> _Words:
    return _Words(
        lead_in=lexicon.pattern("statements.lead_in"),
        principles=lexicon.pattern("statements.principles"),
        targets=lexicon.pattern("statements.targets"),
        appeal_start=lexicon.pattern("statements.appeal_starts"),
        appeal=lexicon.pattern("statements.appeals"),
        closing_start=lexicon.pattern("statements.closing_starts"),
        formal=lexicon.pattern("statements.formalities"),
        action=lexicon.pattern("verbs.action"),
        lead_start=re.compile(rf"(?:继续|持续|进一步)?{alternatives(lexicon.words('verbs.action'))}"),
    )


class PlanCollector:
    """Collects the item drafts of one plan part."""

    def __init__(self, text: str, lexicon: Lexicon) -> None:
        self.text = text
        self.lexicon = lexicon
        self.words = _words(lexicon)

    def collect(self, heading: Line | None, lines: Sequence[Line]) -> list[ItemDraft]:
        """Return the drafts of a plan part in order of the text."""
        drafts: list[ItemDraft] = []
        if heading is not None and heading.has_body:
            drafts.extend(self._own_body(heading, bool(lines)))
        roots = nest(list(lines))
        plain = [line for line in roots if line.mark is None]
        marked = [line for line in roots if line.mark is not None]
        before = [line for line in plain if not marked or line.start < marked[0].start]
        drafts.extend(self._unmarked(before, None, followed=bool(marked)))
        for line in marked:
            drafts.extend(self._marked(line, None))
        return drafts

    def _own_body(self, heading: Line, has_lines: bool) -> Iterator[ItemDraft]:
        if has_lines:
            return
        yield from self._split(heading, None, heading.body, "部分标题后的正文")

    def _marked(self, line: Line, group: Line | None) -> Iterator[ItemDraft]:
        if self._is_principle_heading(line):
            return
        marked = [child for child in line.children if child.mark is not None]
        plain = [child for child in line.children if child.mark is None]
        if marked:
            before = [child for child in plain if child.start < marked[0].start]
            yield from self._targets_only(before)
            for child in marked:
                yield from self._marked(child, line)
            return
        leads = [child for child in plain if self._is_lead(child)]
        if leads:
            yield from self._unmarked(plain, line, followed=False)
            return
        yield from self._leaf(line, group, [child for child in plain if not self._is_appeal(child)])

    def _leaf(self, line: Line, group: Line | None, more: Sequence[Line]) -> Iterator[ItemDraft]:
        end = more[-1].end if more else line.end
        low = line.content[0]
        body = (line.body[0] if line.title else low, end)
        run = self._run_of_members(line, end)
        if run:
            yield from self._members(group or line, (line.start, end), run, is_group=group is not None)
            return
        members = find_members(self.text, *body)
        if members and self._is_list(body, members):
            yield from self._members(line, body, members)
            return
        if self._is_formal(low, end):
            return
        title = line.title if line.has_body or more else None
        yield self._draft(line.mark, group, title, (low, end), body, 0.95, f"编号“{_label(line.mark)}”下的一项")

    def _run_of_members(self, line: Line, end: int) -> list[Mark]:
        """Return the members of a line that is itself the first of several (一是……；二是……)."""
        members = find_members(self.text, line.start, end)
        return members if members and line.mark and members[0].start == line.start else []

    def _split(self, line: Line, group: Line | None, body: Range, why: str) -> Iterator[ItemDraft]:
        members = find_members(self.text, *body)
        if members and self._is_list(body, members):
            yield from self._members(group or line, body, members, is_group=group is not None or line.title is not None)
        elif not self._is_formal(*body):
            yield self._draft(None, group, None, body, body, 0.6, why)

    def _is_list(self, body: Range, members: Sequence[Mark]) -> bool:
        """Say whether members inside a paragraph are its substance, not an aside near its end."""
        before = members[0].start - body[0]
        return before <= 0.55 * (body[1] - body[0])

    def _members(self, owner: Line, body: Range, members: Sequence[Mark], is_group: bool = True) -> Iterator[ItemDraft]:
        if self.words.principles.search(self.text, body[0], members[0].start):
            return
        for index, mark in enumerate(members):
            stop = members[index + 1].start if index + 1 < len(members) else self._without_closing(mark.end, body[1])
            deeper = find_members(self.text, mark.end, stop)
            if deeper and self._is_list((mark.end, stop), deeper):
                inner = Line(mark.start, stop, mark, *split_title(self.text, mark.end, deeper[0].start))
                yield from self._members(inner, (mark.end, stop), deeper)
                continue
            title, rest = split_title(self.text, mark.end, stop)
            if title is not None and rest[0] >= rest[1]:
                title, rest = None, (mark.end, stop)
            yield self._draft(
                mark,
                owner if is_group else None,
                title,
                (mark.end, stop),
                rest if title else (mark.end, stop),
                0.95,
                f"列举“{_label(mark)}”的一项",
            )

    def _without_closing(self, start: int, end: int) -> int:
        """Return where the last member ends when its paragraph closes with a slogan of its own."""
        sentences = [
            span
            for span in split_sentences(self.text, start, end)
            if self.text[span[1] - 1] in "。！" or span[1] == end
        ]
        while len(sentences) > 1:
            low, high = sentences[-1]
            closes = self.words.closing_start.match(self.text, low, high) and self.words.appeal.search(
                self.text, low, high
            )
            if not closes or find_amounts(self.text, low, high, self.lexicon):
                break
            sentences.pop()
        return sentences[-1][1] if sentences else end

    def _unmarked(self, lines: Sequence[Line], group: Line | None, followed: bool) -> Iterator[ItemDraft]:
        """Yield the items among paragraphs without enumerators."""
        lines = self._joined(lines)
        leads = [line for line in lines if self._is_lead(line)]
        open_draft: ItemDraft | None = None
        for line in lines:
            if self._is_targets(line):
                yield from self._finish(open_draft)
                open_draft = None
                yield from self._targets_only([line])
            elif self._is_appeal(line) or self._is_principle(line):
                continue
            elif line in leads:
                yield from self._finish(open_draft)
                open_draft = self._draft(
                    None, group, line.title, (line.start, line.end), line.body, 0.88, "段首有自己的领起句"
                )
            elif open_draft is not None:
                open_draft = _extended(open_draft, line.end)
            elif not followed and not leads and group is None and not self._is_lead_in(line):
                yield from self._split(line, None, (line.start, line.end), "计划部分的一段")
        yield from self._finish(open_draft)

    def _finish(self, draft: ItemDraft | None) -> Iterator[ItemDraft]:
        if draft is None:
            return
        members = find_members(self.text, *draft.body)
        if members and self._is_list(draft.body, members):
            heading = Line(draft.span[0], draft.span[1], None, draft.title, draft.body)
            yield from self._members(heading, draft.body, members)
        else:
            yield draft

    def _joined(self, lines: Sequence[Line]) -> list[Line]:
        """Put a lead sentence that stands on a line of its own back before its paragraph."""
        joined: list[Line] = []
        waiting: Line | None = None
        for line in lines:
            if waiting is not None and waiting.title is not None:
                joined.append(Line(waiting.start, line.end, None, waiting.title, (line.start, line.end)))
                waiting = None
            elif line.is_heading and line.end - line.start <= 30 and self.text[line.end - 1] == "。":
                waiting = line
            else:
                joined.append(line)
        if waiting is not None:
            joined.append(waiting)
        return joined

    def _is_lead(self, line: Line) -> bool:
        if line.title is None or not line.has_body or line.title[1] - line.title[0] > 40:
            return False
        title = self.text[line.title[0] : line.title[1]]
        if self.text[line.title[1]] == "：" or self._is_appeal(line) or self._is_lead_in(line):
            return False
        if re.match(r"(?:今年|20\d\d年|各位|新的一年|当前|同时|我们|做好)", title) or re.search(
            r"是.{0,12}(?:之年|关键|的一年)|就是|，则|对.{2,20}提出了", title
        ):
            return False
        return not re.match(
            r"[^，。]{0,30}(?:我们要|我们将|我们必须|让我们)", self.text[line.body[0] : line.body[0] + 30]
        )

    def _is_lead_in(self, line: Line) -> bool:
        words = self.text[line.start : line.end]
        return words.endswith("：") or (len(words) <= 160 and bool(self.words.lead_in.search(words[-24:])))

    def _is_appeal(self, line: Line) -> bool:
        words = self.text[line.start : line.end]
        if len(words) <= 6:
            return True
        if self.words.formal.search(words) and len(words) <= 60:
            return True
        if "让我们" in words or (words.endswith("！") and self.words.appeal.search(words)):
            return True
        begins = self.words.appeal_start.match(words)
        return bool(begins and len(words) <= 150 and (self.words.appeal.search(words) or not self._is_checkable(line)))

    def _is_checkable(self, line: Line) -> bool:
        return bool(find_amounts(self.text, line.start, line.end, self.lexicon))

    def _is_principle(self, line: Line) -> bool:
        head = self.text[line.start : min(line.end, line.start + 70)]
        return bool(re.search(r"总体要求是|总体思路是|指导思想是|必须(?:牢牢)?把握|必须坚持", head))

    def _is_principle_heading(self, line: Line) -> bool:
        if line.title is None:
            return False
        title = self.text[line.title[0] : line.title[1]].strip("。")
        return bool(
            re.fullmatch(r".{0,12}(?:总体要求|指导思想|基本原则|总体思路|工作原则|基本思路)(?:和.{2,8})?", title)
        )

    def _is_formal(self, start: int, end: int) -> bool:
        low, high = trim(self.text, start, end)
        return high - low < 4 or bool(self.words.formal.match(self.text, low, high))

    def _is_targets(self, line: Line) -> bool:
        cue = self.words.targets.search(self.text, line.start, line.end)
        return cue is not None and len(find_amounts(self.text, cue.start(), line.end, self.lexicon)) >= 3

    def _targets_only(self, lines: Sequence[Line]) -> Iterator[ItemDraft]:
        """Yield the yearly figures that a lead-in paragraph lists in one breath, as one item."""
        for line in lines:
            if not self._is_targets(line):
                continue
            cue = self.words.targets.search(self.text, line.start, line.end)
            if cue is None:
                continue
            spans = split_sentences(self.text, line.start, line.end)
            first = next(span for span in spans if span[1] > cue.start())
            low = first[0]
            high = max(
                span[1]
                for span in spans
                if span == first or (span[0] >= low and find_amounts(self.text, *span, self.lexicon))
            )
            yield self._draft(None, None, None, (low, high), (low, high), 0.9, f"列出年度指标（“{cue.group()}”）")

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
        heading = group.title or group.content if group else None
        name = None
        if group is not None and heading is not None:
            name = (group.mark.label if group.mark else "") + self.text[heading[0] : heading[1]].rstrip("。：")
        return ItemDraft(
            mark.label if mark else None,
            name,
            (group.start, group.end) if group else None,
            title,
            (low, high),
            (min(body[0], high), high),
            confidence,
            (why,),
        )


def _label(mark: Mark | None) -> str:
    return mark.label if mark else ""


def _extended(draft: ItemDraft, end: int) -> ItemDraft:
    return ItemDraft(
        draft.label,
        draft.group,
        draft.group_range,
        draft.title,
        (draft.span[0], end),
        (draft.body[0], end),
        draft.confidence,
        draft.reasons,
        draft.inline,
    )
