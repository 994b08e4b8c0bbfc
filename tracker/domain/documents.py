"""The one shape that flows through: Document → Section → PlanItem → Commitment, each with its span.

All offsets are Unicode code points into ``Document.text``; ``text[span.start:span.end]`` is always the
verbatim quote. Everything here is a frozen value: no I/O, no clock, no database.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A half-open range ``[start, end)`` of code points in a document's text."""

    start: int
    end: int

    def __post_init__(self) -> None:
        if not 0 <= self.start <= self.end:
            raise ValueError(f"span out of order: {self.start}..{self.end}")

    def of(self, text: str) -> str:
        """Return the verbatim quote of this span in ``text``."""
        return text[self.start : self.end]

    def contains(self, other: Span) -> bool:
        """Say whether ``other`` lies wholly inside this span."""
        return self.start <= other.start and other.end <= self.end


@dataclass(frozen=True, slots=True)
class Block:
    """One line of the document as read: a paragraph or a table row, numbering included."""

    span: Span
    kind: str = "paragraph"  # paragraph | table_row
    style: str | None = None  # the source's own style name where it has one ("Heading 1")


@dataclass(frozen=True, slots=True)
class Document:
    """A report as read: ``text`` is its blocks joined by ``\\n``; ``pictures`` are the numbers of pages left unread."""

    text: str
    blocks: tuple[Block, ...]
    reader: str
    notices: tuple[str, ...] = ()
    pictures: tuple[int, ...] = ()


class SectionKind(StrEnum):
    """What a section speaks of; only this decides whether a statement is a promise or a claim."""

    WORK_DONE = "work_done"
    PROBLEMS = "problems"
    DUTIES = "duties"
    PLAN = "plan"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Section:
    """A heading and all that stands under it; ``span`` begins with the heading, ``reason`` (Chinese) says why its kind."""

    kind: SectionKind
    heading: str
    span: Span
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Problem:
    """One stated problem (``id`` is ``p1``, ``p2`` … in the order of the text)."""

    id: str
    text: str
    span: Span


@dataclass(frozen=True, slots=True)
class Quantity:
    """A measurable target. ``op`` is one of ``>= <= = ~ range``; ``per`` is month, quarter, half_year, year or None.

    ``value`` and ``maximum`` are plain numbers in ``unit`` (万/亿 multiplied out only where the unit says so).
    """

    what: str
    op: str
    value: float
    unit: str
    maximum: float | None = None
    per: str | None = None
    span: Span | None = None


class DeadlineSource(StrEnum):
    """Where a deadline comes from: the item's own words, or the plan year for want of any."""

    TEXT = "text"
    PLAN_YEAR = "plan_year"


@dataclass(frozen=True, slots=True)
class Deadline:
    """The last date by which something is due, and the earlier dates named beside it."""

    due_on: date
    source: DeadlineSource
    recurring: str | None = None  # month | quarter | half_year
    milestones: tuple[date, ...] = ()
    span: Span | None = None  # the words the date was read from; None when inferred


@dataclass(frozen=True, slots=True)
class Commitment:
    """One action with one object: what can be answered yes or no next year (``id`` is ``i1.1`` …)."""

    id: str
    text: str
    span: Span
    deadline: Deadline
    quantities: tuple[Quantity, ...] = ()


@dataclass(frozen=True, slots=True)
class PlanItem:
    """The smallest enumerated unit of a plan (``id`` is ``i1``, ``i2`` …), with what could be read in it.

    ``span`` and ``text`` include the title. ``reasons`` name, in Chinese, the rules that made it an item and
    gave its values, for the review screen.
    """

    id: str
    label: str | None
    group: str | None
    title: str | None
    text: str
    span: Span
    deadline: Deadline
    commitments: tuple[Commitment, ...]
    responsible: tuple[str, ...] = ()
    supporting: tuple[str, ...] = ()
    answers: tuple[str, ...] = ()
    confidence: float = 1.0
    vague: bool = False
    inline: bool = False
    reasons: tuple[str, ...] = ()
    responsible_span: Span | None = None  # where the units are named: in the item, or in its group's heading or tail
    area: str | None = None  # 类别, one of domain.areas.AREAS; None where it is unsure

    @property
    def quantities(self) -> tuple[Quantity, ...]:
        """All quantities of the item's commitments, in order."""
        return tuple(quantity for commitment in self.commitments for quantity in commitment.quantities)


@dataclass(frozen=True, slots=True)
class ReportReading:
    """Everything taken from one report. An item list that is empty is explained in ``notices``."""

    text: str
    title: str | None
    unit: str | None
    report_year: int | None
    plan_year: int | None
    sections: tuple[Section, ...] = ()
    problems: tuple[Problem, ...] = ()
    items: tuple[PlanItem, ...] = ()
    unanswered_problems: tuple[str, ...] = ()
    notices: tuple[str, ...] = ()


class Outcome(StrEnum):
    """What the later report claims of a promise."""

    DONE = "done"
    PARTIAL = "partial"
    NOT_MENTIONED = "not_mentioned"


RUNNER_UP = "备选段落，未作为依据"
"""The reason of a passage that is only shown beside those that answer, for a reader to compare."""
NOT_ENOUGH = "最接近的段落，不足以认定"
"""The reason of a passage near a promise that none answers."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """A passage of the later report that speaks of the promise; ``reasons`` are plain Chinese."""

    text: str
    span: Span
    score: float
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Figure:
    """A target against what the later report states. ``actual`` and ``met`` are None where the comparison is open."""

    what: str
    target: float
    actual: float | None
    unit: str
    met: bool | None
    note: str | None = None  # why the comparison is open, or how figures were summed


@dataclass(frozen=True, slots=True)
class Shrunk:
    """A target that came back smaller in the new plan (目标缩水)."""

    what: str
    before: float
    after: float
    unit: str


@dataclass(frozen=True, slots=True)
class Link:
    """The answer to one commitment, or (``commitment`` None) to the whole item.

    ``score`` is how sure it is that the later report speaks of the promise at all, 0..1. ``evidence`` answers the promise;
    where it is not mentioned these are the nearest passages, for a reader to judge. ``repeated_in`` are ids of items of the
    later report's own plan.
    """

    item: str
    commitment: str | None
    outcome: Outcome
    score: float
    late: bool | None = None
    evidence: tuple[Evidence, ...] = ()
    figures: tuple[Figure, ...] = ()
    contradicted_by: tuple[Evidence, ...] = ()
    repeated_in: tuple[str, ...] = ()
    shrunk: Shrunk | None = None

    @property
    def taken(self) -> tuple[Evidence, ...]:
        """The passages that answer: none where the promise is not mentioned, runners-up left out."""
        if self.outcome is Outcome.NOT_MENTIONED:
            return ()
        return tuple(passage for passage in self.evidence if RUNNER_UP not in passage.reasons)


@dataclass(frozen=True, slots=True)
class LinkReport:
    """All answers of one later report to one earlier plan, and what was done without having been planned."""

    links: tuple[Link, ...]
    unplanned: tuple[Evidence, ...] = ()
