"""What the linking screen shows: the promises on the left, and what the report says of the chosen one on the right."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import url_for
from markupsafe import Markup
from sqlalchemy.orm import Session

from tracker.db.models import LinkDecision, Report, Task, TaskLink
from tracker.db.queries.links import answer_before, is_withdrawn, links_of, locked_year, promises_of
from tracker.domain.documents import Outcome, Section, Span
from tracker.domain.formats import reading_from_dict
from tracker.domain.link_proposals import wording_mark
from tracker.domain.passage_view import shared_words, surroundings
from tracker.domain.permissions import Actor, Role
from tracker.domain.report_layout import LaidSection, Mark, lay_out
from tracker.services.linking import promise_of
from tracker.services.links import candidates_of

Json = Mapping[str, Any]
NOT_SEEN = "未见："


@dataclass(frozen=True, slots=True)
class PromiseLine:
    """A promise in the list on the left."""

    task: Task
    link: TaskLink | None
    stale: bool  # the promise was changed after it was compared

    @property
    def withdrawn(self) -> bool:
        """Whether the promise was withdrawn: the report is not asked for it."""
        return is_withdrawn(self.task)

    @property
    def is_open(self) -> bool:
        """Whether a person still has to decide."""
        return not self.withdrawn and self.link is not None and self.link.decision is LinkDecision.PROPOSED

    @property
    def look_again(self) -> str:
        """Why a decision is to be made again, or nothing."""
        return str(self.link.proposal.get("look_again", "")) if self.link is not None else ""


@dataclass(frozen=True, slots=True)
class Passage:
    """A candidate: its words with those shared with the promise marked, and where it stands."""

    key: str
    text: Markup
    before: str
    after: str
    where: str
    score: float | None
    reasons: tuple[str, ...]
    href: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class Part:
    """One commitment of the promise with its own answer."""

    link: TaskLink
    text: str


@dataclass(frozen=True, slots=True)
class Repeated:
    """An item of the next plan that writes the promise again; ``standing`` unless a person struck it out."""

    key: str
    text: str
    href: str
    standing: bool


@dataclass(frozen=True, slots=True)
class Before:
    """What the report of the year before said of a carried-over promise."""

    task: Task
    link: TaskLink
    quote: str
    href: str


@dataclass(frozen=True, slots=True)
class Chosen:
    """The promise that is looked at with everything said of it; ``wording`` has the words marked that a passage shares.

    ``missing`` are members of a promised list that the report does not name, ``before`` what the last report said of the
    task that this one was carried over from.
    """

    line: PromiseLine
    wording: Markup
    passages: tuple[Passage, ...]
    contradictions: tuple[Passage, ...]
    parts: tuple[Part, ...]
    repeated: tuple[Repeated, ...]
    written: int | None
    quote_href: str | None
    missing: tuple[str, ...] = ()
    before: Before | None = None


@dataclass(frozen=True, slots=True)
class LinkPage:
    """Everything on the screen."""

    open: tuple[PromiseLine, ...]
    decided: tuple[PromiseLine, ...]
    missing: tuple[PromiseLine, ...]
    withdrawn: tuple[PromiseLine, ...]
    chosen: Chosen | None
    previous_id: int | None
    next_id: int | None
    unplanned: tuple[Passage, ...]
    may_decide: bool
    may_compare: bool
    locked: bool
    sections: tuple[LaidSection, ...]

    @property
    def total(self) -> int:
        """How many promises there are to look at."""
        return len(self.open) + len(self.decided) + len(self.missing)

    @property
    def any(self) -> bool:
        """Whether there is anything to show."""
        return bool(self.total or self.withdrawn)

    @property
    def stale(self) -> int:
        """How many promises were changed after they were compared, or never were."""
        return len(self.missing) + sum(line.stale for line in self.open)


def link_page(
    session: Session, actor: Actor, report: Report, *, task_id: int | None = None, pick: bool = False
) -> LinkPage:
    """Read and arrange the screen of a report with its text. ``task_id`` is the promise to show, else the first open one."""
    links = links_of(session, report.id)
    locked = locked_year(session, report.unit_id, report.report_year)
    lines = [_line(task, links.get(task.id, {}).get("")) for task in _promises(session, report)]
    ordered = sorted(lines, key=lambda line: (line.withdrawn, line.link is None, not line.is_open))
    at = next((index for index, line in enumerate(ordered) if line.task.id == task_id), 0)
    shown = ordered[at] if ordered else None
    read = reading_from_dict({**report.reading, "text": report.text})
    may_decide = actor.role is Role.SUPERVISOR and report.superseded_at is None and not locked
    picking = pick and may_decide and shown is not None and shown.link is not None and not shown.withdrawn
    asked = [line for line in ordered if not line.withdrawn]
    return LinkPage(
        open=tuple(line for line in asked if line.is_open),
        decided=tuple(line for line in asked if line.link is not None and not line.is_open),
        missing=tuple(line for line in asked if line.link is None),
        withdrawn=tuple(line for line in ordered if line.withdrawn),
        chosen=_chosen(session, shown, links.get(shown.task.id, {}), report, read.sections) if shown else None,
        previous_id=ordered[at - 1].task.id if at > 0 else None,
        next_id=ordered[at + 1].task.id if at + 1 < len(ordered) else None,
        unplanned=tuple(
            _passage(entry, report, read.sections, "", chosen=False) for entry in report.reading.get("unplanned", ())
        ),
        may_decide=may_decide,
        may_compare=may_decide and bool(asked),
        locked=locked,
        sections=_text(report, read.sections, shown.link) if picking and shown and shown.link else (),
    )


def next_open(session: Session, report: Report, task_id: int) -> int:
    """Return the promise to go on with after one was decided: the next open one in order, else the same one."""
    links = links_of(session, report.id)
    tasks = _promises(session, report)
    ids = [task.id for task in tasks]
    at = ids.index(task_id) if task_id in ids else 0
    for task in [*tasks[at + 1 :], *tasks[:at]]:
        link = links.get(task.id, {}).get("")
        if PromiseLine(task, link, stale=False).is_open:
            return task.id
    return task_id


def _promises(session: Session, report: Report) -> Sequence[Task]:
    return promises_of(session, report.unit_id, report.report_year)


def _line(task: Task, link: TaskLink | None) -> PromiseLine:
    stale = link is not None and link.proposal.get("mark") not in (None, wording_mark(promise_of(task)))
    return PromiseLine(task, link, stale)


def _chosen(
    session: Session,
    line: PromiseLine,
    links: Mapping[str, TaskLink],
    report: Report,
    sections: Sequence[Section],
) -> Chosen:
    task, link = line.task, line.link
    quote_href = None
    if task.report_id is not None and task.start is not None:
        quote = f"{task.start}-{task.end}"
        quote_href = url_for("reports.show", report_id=task.report_id, quote=quote, _anchor=f"span-{task.id}")
    before = _before(session, task)
    if link is None:
        return Chosen(line, Markup("{}").format(task.wording), (), (), (), (), None, quote_href, before=before)
    standing = {(entry["start"], entry["end"]) for entry in link.evidence}
    shared = "\n".join(entry["text"] for entry in link.evidence or candidates_of(link)[:1])
    return Chosen(
        line=line,
        wording=marked_words(task.wording, shared),
        passages=tuple(
            _passage(entry, report, sections, task.wording, chosen=(entry["start"], entry["end"]) in standing)
            for entry in candidates_of(link)
        ),
        contradictions=tuple(
            _passage(entry, report, sections, task.wording, chosen=False) for entry in link.contradicted_by
        ),
        parts=_parts(task, links),
        repeated=_repeated(link, report),
        written=link.proposal.get("written") if link.repeated_in else None,
        quote_href=quote_href,
        missing=missing_members(entry for one in links.values() for entry in one.evidence),
        before=before,
    )


def _before(session: Session, task: Task) -> Before | None:
    """Return what the last report said of the promise this one was carried over from."""
    found = answer_before(session, task.predecessor_id) if task.predecessor_id is not None else None
    if found is None:
        return None
    quote = found.evidence[0]["text"] if found.evidence else ""
    href = url_for("links.index", report_id=found.report_id, task=found.task_id)
    return Before(found.task, found, quote, href)


def missing_members(passages: Iterable[Json]) -> tuple[str, ...]:
    """Return the members of a promised list that the matcher did not find, as its reasons name them."""
    notes = [reason for passage in passages for reason in passage.get("reasons", ()) if reason.startswith(NOT_SEEN)]
    return tuple(dict.fromkeys(name for note in notes for name in note.removeprefix(NOT_SEEN).split("、")))


def _repeated(link: TaskLink, report: Report) -> tuple[Repeated, ...]:
    """Return the items of the next plan that the matcher took for the same promise."""
    found = set(link.proposal.get("repeated_in", ()))
    return tuple(
        Repeated(
            key=item["id"],
            text=item["text"],
            href=url_for("reports.show", report_id=report.id, quote=f"{item['start']}-{item['end']}"),
            standing=item["id"] in link.repeated_in,
        )
        for item in report.reading.get("items", ())
        if item["id"] in found
    )


def _parts(task: Task, links: Mapping[str, TaskLink]) -> tuple[Part, ...]:
    """Return the answers to the commitments, where there is more than one."""
    parts = [Part(links[entry["id"]], entry["text"]) for entry in task.commitments if entry["id"] in links]
    return tuple(parts) if len(parts) > 1 else ()


def _passage(entry: Json, report: Report, sections: Sequence[Section], promise: str, *, chosen: bool) -> Passage:
    span = Span(entry["start"], entry["end"])
    around = surroundings(report.text, span, sections)
    key = f"{span.start}-{span.end}"
    return Passage(
        key=key,
        text=marked_words(entry["text"], promise),
        before=around.before,
        after=around.after,
        where=around.where,
        score=entry.get("score"),
        reasons=tuple(entry.get("reasons", ())),
        href=url_for("reports.show", report_id=report.id, quote=key, _anchor=f"c{around.anchor}"),
        chosen=chosen,
    )


def marked_words(passage: str, promise: str) -> Markup:
    """Return a passage with the words it shares with the promise in <b>; everything else is escaped."""
    return Markup("").join(
        Markup("<b>{}</b>").format(words) if shared else Markup("{}").format(words)
        for words, shared in shared_words(passage, promise)
    )


def _text(report: Report, sections: Sequence[Section], link: TaskLink) -> tuple[LaidSection, ...]:
    """Return the report's text for choosing another passage, with the candidates marked."""
    marks = [Mark("quote", "quote", Span(entry["start"], entry["end"])) for entry in candidates_of(link)]
    return lay_out(report.text, sections, marks)


def outcome_of(link: TaskLink) -> Outcome:
    """Return what the report claims, as the page says it: a rejected answer is 未提及."""
    return Outcome.NOT_MENTIONED if link.decision is LinkDecision.REJECTED else link.outcome
