"""What the later report claims: the sentences of its work part, cut into clauses, apart from its plan and problems."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tracker.domain.documents import ReportReading, SectionKind, Span
from tracker.domain.matching.comparable import Comparable, make_comparable, plain_text
from tracker.domain.matching.words import MatchingWords
from tracker.language.sentences import split_clauses, split_sentences
from tracker.language.text import Folded, fold

MOST_CLAUSES = 40
"""A sentence of more clauses is read in stretches: no passage of it is longer."""
LEAD_LONGEST = 28
"""A first sentence no longer than this, without a number, only names what its paragraph is about."""
LABEL_LONGEST = 16
"""A sentence no longer than this that counts off (一是…) is the label of the next."""
_ONE_YEAR = re.compile(r"20\d\d年(?:工作)?(?:回顾|和|及|以及|、)")
_COUNTED_OFF = re.compile("(?:[一二三四五六七八九十]{1,2}是|其[一二三四五六七八九十]，)")
_FACT = re.compile(r"(?<!^)\d(?![.、])|《")


@dataclass(frozen=True, slots=True, eq=False)
class Clause:
    """One clause of a sentence; ``start`` and ``end`` are offsets in the folded text."""

    start: int
    end: int
    text: str
    form: Comparable


@dataclass(frozen=True, slots=True, eq=False)
class Claim:
    """One sentence: its clauses, and what its heading and its paragraph's opening say of the theme.

    ``lead`` marks an opening that only names the theme; ``home`` is False outside the work part proper;
    ``over_years`` says that heading or opening speak of several years.
    """

    clauses: tuple[Clause, ...]
    context: Comparable
    lead: bool
    home: bool
    line: int
    over_years: bool = False

    @property
    def start(self) -> int:
        """Where the sentence starts in the folded text."""
        return self.clauses[0].start

    @property
    def end(self) -> int:
        """Where the sentence ends in the folded text."""
        return self.clauses[-1].end

    @property
    def text(self) -> str:
        """The sentence as folded."""
        return "".join(clause.text for clause in self.clauses)


@dataclass(frozen=True, slots=True, eq=False)
class LaterReport:
    """The later report made ready: its folded text, its claims, and the sentences of its problems part."""

    reading: ReportReading
    folded: Folded
    claims: tuple[Claim, ...]
    admissions: tuple[Claim, ...]

    def span(self, start: int, end: int) -> Span:
        """Return the span in the report's own text, white space at its ends left out."""
        while start < end and self.folded.text[start] in " \n":
            start += 1
        while start < end and self.folded.text[end - 1] in " \n":
            end -= 1
        return Span(*self.folded.source_span(start, end))


def prepare_report(reading: ReportReading, words: MatchingWords) -> LaterReport:
    """Cut the later report into claims and admissions."""
    folded = fold(reading.text)
    cutter = _Cutter(folded, reading, words)
    return LaterReport(reading, folded, tuple(cutter.claims()), tuple(cutter.admissions()))


@dataclass(frozen=True, slots=True, eq=False)
class _Zone:
    start: int
    end: int
    heading: str
    home: bool


class _Cutter:
    """Cuts one report; keeps the folded text at hand."""

    def __init__(self, folded: Folded, reading: ReportReading, words: MatchingWords) -> None:
        self.folded, self.reading, self.words = folded, reading, words
        self.text = folded.text
        self.closed = [
            (self.at(item.span.start), self.at(item.span.end))
            for item in reading.items
            if item.span.start < item.span.end
        ]

    def at(self, offset: int) -> int:
        """Return the place in the folded text of an offset of the report's text."""
        return min(bisect_left(self.folded.origins, offset), len(self.text))

    def claims(self) -> Iterator[Claim]:
        for zone in self._work_zones():
            for claim in self._sentences(zone):
                if not self._looks_ahead(claim) and not self._is_plan(claim):
                    yield claim

    def admissions(self) -> Iterator[Claim]:
        seen = [
            (self.at(section.span.start), self.at(section.span.end))
            for section in self.reading.sections
            if section.kind is SectionKind.PROBLEMS
        ]
        for problem in self.reading.problems:
            low, high = self.at(problem.span.start), self.at(problem.span.end)
            if not any(start <= low and high <= end for start, end in seen):
                seen.append((low, high))
        for start, end in seen:
            for claim in self._sentences(_Zone(start, end, "", True)):
                if not self._is_plan(claim):
                    yield claim

    def _work_zones(self) -> Iterator[_Zone]:
        """Yield what is neither plan nor problems; what no section covers counts up to the first plan."""
        covered = sorted(
            (self.at(section.span.start), self.at(section.span.end), section) for section in self.reading.sections
        )
        at, plan_seen = 0, False
        for start, end, section in covered:
            if start > at and not plan_seen:
                yield _Zone(at, start, "", False)
            plan_seen = plan_seen or section.kind is SectionKind.PLAN
            if section.kind in (SectionKind.WORK_DONE, SectionKind.DUTIES):
                yield _Zone(start, end, section.heading, True)
            elif section.kind is SectionKind.OTHER and not plan_seen:
                yield _Zone(start, end, section.heading, False)
            at = max(at, end)
        if not covered:
            yield _Zone(0, len(self.text), "", False)

    def _sentences(self, zone: _Zone) -> Iterator[Claim]:
        problems = [(self.at(p.span.start), self.at(p.span.end)) for p in self.reading.problems] if zone.heading else []
        line_start = zone.start
        for line in self.text[zone.start : zone.end].split("\n"):
            line_end = line_start + len(line)
            opening = ""
            sentences = self._with_labels(split_sentences(self.text, line_start, line_end))
            for number, (start, end) in enumerate(sentences):
                sentence = self.text[start:end]
                if len(sentence.strip()) < 4 or any(_overlaps(start, end, low, high) for low, high in problems):
                    continue
                lead = number == 0 < len(sentences) - 1 and len(sentence) <= LEAD_LONGEST and not _FACT.search(sentence)
                clauses = self._clauses(start, end)
                context = make_comparable(f"{zone.heading}，{opening}", self.words)
                over_years = self._speaks_of_years(zone.heading) or self._speaks_of_years(opening)
                for at in range(0, len(clauses), MOST_CLAUSES):
                    yield Claim(clauses[at : at + MOST_CLAUSES], context, lead, zone.home, line_start, over_years)
                opening = sentence if lead or not opening else opening
            line_start = line_end + 1

    def _with_labels(self, sentences: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
        """Join a label that only names what is told next (一是老旧小区。) to the sentence that tells it."""
        joined: list[tuple[int, int]] = []
        label: int | None = None
        for start, end in sentences:
            is_label = self._is_label(start, end)
            if label is not None and is_label:
                joined.append((label, start))
                label = None
            if is_label and (start, end) != sentences[-1]:
                label = start
            else:
                joined.append((start if label is None else label, end))
                label = None
        return joined

    def _is_label(self, start: int, end: int) -> bool:
        text = self.text[start:end].strip()
        return len(text) <= LABEL_LONGEST and bool(_COUNTED_OFF.match(text)) and not _FACT.search(text)

    def _clauses(self, start: int, end: int) -> tuple[Clause, ...]:
        return tuple(
            Clause(low, high, self.text[low:high], make_comparable(self.text[low:high], self.words))
            for low, high in split_clauses(self.text, start, end)
        )

    def _speaks_of_years(self, text: str) -> bool:
        """Say whether a heading or an opening speaks of several years and not of one as well (2025年和“十四五”时期)."""
        plain = plain_text(text, self.words)
        return bool(self.words.signals["whole_period"].search(plain)) and not _ONE_YEAR.search(plain)

    def _looks_ahead(self, claim: Claim) -> bool:
        text = claim.text.lstrip(" 　（一二三四五六七八九十）、")
        return text.startswith(self.words.future_openings) or bool(self.words.future_pattern.search(text))

    def _is_plan(self, claim: Claim) -> bool:
        return any(low <= claim.start and claim.end <= high for low, high in self.closed)


def _overlaps(start: int, end: int, low: int, high: int) -> bool:
    """Say whether at least a third of ``[start, end)`` lies in ``[low, high)``."""
    return 3 * (min(end, high) - max(start, low)) >= end - start


def clause_range(clauses: Sequence[Clause], first: int, last: int) -> tuple[int, int]:
    """Return the offsets in the folded text from clause ``first`` to clause ``last``."""
    return clauses[first].start, clauses[last].end
