"""What kind of paragraph stands in a plan: a task with its lead sentence, a lead-in, the yearly figures, a slogan.

Every rule is a list of words in ``statements.toml`` or a shape that a comment names.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from tracker.domain.outline import Line, Range, trim
from tracker.language.lexicon import Lexicon, alternatives
from tracker.language.quantities import find_amounts
from tracker.language.sentences import split_sentences

_LONGEST_LEAD = 40
_COUPLET = re.compile(r"([\u4e00-\u9fff]{4,9})，([\u4e00-\u9fff]{4,9})[。；！]")
_LONGEST_APPEAL = 150
_LONGEST_MOTTO = 32
_LEAST_TARGETS = 3
_OPENING = 200
"""Within so many characters a paragraph on the government's own conduct says that it is one."""
_LONGEST_INNER_LEAD = 20


@dataclass(frozen=True, slots=True)
class _Words:
    lead_in: re.Pattern[str]
    principles: re.Pattern[str]
    principle_heading: re.Pattern[str]
    aim_heading: re.Pattern[str]
    targets: re.Pattern[str]
    intro: re.Pattern[str]
    breaks: re.Pattern[str]
    appeal_start: re.Pattern[str]
    appeal: re.Pattern[str]
    action: re.Pattern[str]
    closing_start: re.Pattern[str]
    summing_up: re.Pattern[str]
    formal: re.Pattern[str]
    posture: re.Pattern[str]
    own_conduct: re.Pattern[str]
    not_lead: re.Pattern[str]
    not_lead_inside: re.Pattern[str]


@lru_cache(maxsize=4)
def _words(lexicon: Lexicon) -> _Words:
    def listed(name: str) -> re.Pattern[str]:
        return lexicon.pattern(f"statements.{name}")

    heading = alternatives(lexicon.words("statements.principle_headings"))
    return _Words(
        lead_in=listed("lead_in"),
        principles=listed("principles"),
        principle_heading=re.compile(rf".{{0,14}}{heading}(?:[和及、](?:主要|预期|总体)?目标)?"),
        aim_heading=listed("aim_headings"),
        targets=listed("targets"),
        intro=listed("intros"),
        breaks=listed("breaks"),
        appeal_start=listed("appeal_starts"),
        appeal=listed("appeals"),
        action=lexicon.pattern("verbs.action", "verbs.vague"),
        closing_start=listed("closing_starts"),
        summing_up=listed("summing_up"),
        formal=listed("formalities"),
        posture=listed("postures"),
        own_conduct=listed("own_conduct"),
        not_lead=re.compile(rf"(?:20\d\d年|{alternatives(lexicon.words('statements.not_lead_starts'))})"),
        not_lead_inside=re.compile(
            r"是.{0,12}(?:之年|关键|的一年|基础|根本|保障|目标|追求|最大|头等)|就是|，则|对.{2,20}提出"
        ),
    )


class ParagraphKinds:
    """Tells the kinds of the paragraphs of one folded text."""

    def __init__(self, text: str, lexicon: Lexicon) -> None:
        self.text = text
        self.lexicon = lexicon
        self.words = _words(lexicon)

    def is_lead(self, line: Line) -> bool:
        """Say whether a paragraph opens with a short lead sentence of its own, which names its task."""
        if line.title is None or not line.has_body or line.title[1] - line.title[0] > _LONGEST_LEAD:
            return False
        title = self.text[line.title[0] : line.title[1]]
        if self.ends_in_colon(line) or self.is_appeal(line) or self.is_lead_in(line):
            return False
        if self.words.not_lead.match(title) or self.words.not_lead_inside.search(title):
            return False
        return not re.match(
            r"[^，。]{0,30}(?:我们要|我们将|我们必须|我们一定|让我们)", self.text[line.body[0] : line.body[0] + 40]
        )

    def ends_in_colon(self, line: Line) -> bool:
        """Say whether the title is a label with a colon (管住“预付费”：……); several in a row are leads."""
        return line.title is not None and line.has_body and self.text[line.title[1] : line.title[1] + 1] == "："

    def is_lead_in(self, line: Line) -> bool:
        """Say whether a paragraph only announces the list that follows."""
        words = self.text[line.start : line.end]
        return words.endswith("：") or (len(words) <= 160 and bool(self.words.lead_in.search(words[-24:])))

    def is_intro(self, line: Line) -> bool:
        """Say whether a paragraph speaks of the year's meaning or of the guiding thought."""
        return bool(self.words.intro.search(self.text, line.start, min(line.end, line.start + 130)))

    def is_appeal(self, line: Line) -> bool:
        """Say whether a paragraph is a salutation, an appeal, a slogan or a formality."""
        words = self.text[line.start : line.end]
        if len(words) <= 6 or (self.words.formal.search(words) and len(words) <= 60):
            return True
        if "让我们" in words or (words.endswith("！") and self.words.appeal.search(words)):
            return True
        if self.is_posture(line):
            return True
        if len(words) <= _LONGEST_APPEAL and self.words.summing_up.match(words) and self.words.appeal.search(words):
            return not self.has_amounts(line)
        begins = self.words.appeal_start.match(words)
        return bool(
            begins and len(words) <= _LONGEST_APPEAL and (self.words.appeal.search(words) or not self.has_amounts(line))
        )

    def own_conduct(self, line: Line) -> Range | None:
        """Return what a paragraph promises of the government's own conduct, behind its salutation; None where it is none.

        It opens like an appeal (各位代表！……对政府自身建设提出了更高要求) and goes on with several leads in a row, each a short
        sentence (严格依法行政。……): the part that other reports put under a heading (加强政府自身建设).
        """
        if not self.words.own_conduct.search(self.text, line.start, min(line.end, line.start + _OPENING)):
            return None
        sentences = list(split_sentences(self.text, line.start, line.end))
        leads = [start for start, end in sentences[1:-1] if self._is_inner_lead(self.text[start:end].strip())]
        return (leads[0], line.end) if len(leads) >= 2 else None

    def _is_inner_lead(self, sentence: str) -> bool:
        return 4 < len(sentence) <= _LONGEST_INNER_LEAD and sentence.endswith("。") and sentence.count("，") <= 1

    def is_slogan(self, line: Line) -> bool:
        """Say whether a paragraph that follows a task is only its closing flourish (……我们要……！)."""
        words = self.text[line.start : line.end]
        if self.is_posture(line):
            return True
        spoken = words.endswith("！") or re.search(r"我们(?:要|将|必须|一定)|全[市县区省镇]上下", words)
        return bool(spoken and len(words) <= _LONGEST_APPEAL and not self.has_amounts(line))

    def is_flourish(self, line: Line) -> bool:
        """Say whether a paragraph speaks of the year's meaning, or in the words of appeals."""
        return self.is_intro(line) or bool(self.words.appeal.search(self.text, line.start, line.end))

    def is_peroration(self, line: Line) -> bool:
        """Say whether the last paragraph after a list is rhetoric: a couplet, or resolve without figure or date."""
        words = self.text[line.start : line.end]
        if len(words) > _LONGEST_APPEAL or self.has_amounts(line):
            return False
        couplet = _COUPLET.match(words)
        if couplet is not None and len(couplet.group(1)) == len(couplet.group(2)):
            return not self.words.action.match(words)
        return not self.is_lead(line) and bool(self.words.appeal.search(words) and re.search(r"将|我们", words))

    def is_posture(self, line: Line) -> bool:
        """Say whether a paragraph without figures only declares resolve (我局将以更加昂扬的姿态……)."""
        speaks = re.search(
            r"[我全][\u4e00-\u9fff]{0,8}将|我们|全体干部|将以|将在|越要", self.text[line.start : line.end]
        )
        short = line.end - line.start <= _LONGEST_APPEAL
        motto = line.end - line.start <= _LONGEST_MOTTO
        return bool(
            short and (speaks or motto) and self.words.posture.search(self.text, line.start, line.end)
        ) and not self.has_amounts(line)

    def breaks_off(self, line: Line) -> bool:
        """Say whether a paragraph turns away from the task before it (各位代表…, 同时…)."""
        return bool(self.words.breaks.match(self.text, line.start, line.end))

    def has_amounts(self, line: Line) -> bool:
        """Say whether any amount stands in the paragraph."""
        return bool(find_amounts(self.text, line.start, line.end, self.lexicon))

    def is_principle_heading(self, line: Line) -> bool:
        """Say whether a heading announces requirements and principles (总体要求, 指导思想)."""
        low, high = line.title or (line.start, line.start)
        title = self.text[low:high].strip("。：")
        if self.words.principle_heading.fullmatch(title):
            return True
        # An aim without a figure is a wish; its figures would be the yearly targets.
        return bool(self.words.aim_heading.fullmatch(title)) and not any(
            self.has_amounts(each) for each in (line, *line.children)
        )

    def announces_principles(self, span: Range) -> bool:
        """Say whether what stands before a list makes it one of principles (必须把握以下四点)."""
        return bool(self.words.principles.search(self.text, *span))

    def is_formal(self, span: Range) -> bool:
        """Say whether a range is too short to be a task, or a formality."""
        low, high = trim(self.text, *span)
        return high - low < 4 or bool(self.words.formal.match(self.text, low, high))

    def targets(self, line: Line) -> tuple[Range, str] | None:
        """Return the sentences of a paragraph that list the yearly figures, and the words that announce them."""
        cue = self.words.targets.search(self.text, line.start, line.end)
        if cue is None or len(find_amounts(self.text, cue.start(), line.end, self.lexicon)) < _LEAST_TARGETS:
            return None
        spans = split_sentences(self.text, line.start, line.end)
        low = next(span for span in spans if span[1] > cue.start())[0]
        high = max(
            span[1]
            for span in spans
            if span[0] == low or (span[0] > low and find_amounts(self.text, *span, self.lexicon))
        )
        return (low, high), cue.group()

    def without_closing(self, start: int, end: int) -> int:
        """Return where the last member of a list ends when its paragraph closes with a slogan of its own."""
        spans = split_sentences(self.text, start, end)
        stop = len(spans)
        while stop > 1:
            low, high = spans[stop - 1]
            closes = self.words.closing_start.match(self.text, low, high) and self.words.appeal.search(
                self.text, low, high
            )
            if self.text[spans[stop - 2][1] - 1] not in "。！" or not closes:
                break
            if find_amounts(self.text, low, high, self.lexicon):
                break
            stop -= 1
        return spans[stop - 1][1] if spans else end
