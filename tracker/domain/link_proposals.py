"""What the matcher is asked, and what is kept of its answer: promises as the ledger has them, passages that are verbatim.

A decision that a person made on an earlier version of a report stands for its correction where the words it rests on
are still there; otherwise the promise is looked at again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from tracker.domain.documents import RUNNER_UP, Outcome, Section, Span
from tracker.domain.errors import RuleViolation
from tracker.domain.passage_view import place_of
from tracker.domain.proposals import comparable

Json = dict[str, Any]
WHOLE = "whole"
"""The id of the commitment that stands for an item without any; it gets no row of its own."""
_QUANTITY = ("what", "op", "value", "max", "unit", "per")


class EvidenceNeeded(RuleViolation):
    """认定“已完成”或“部分完成”，至少要保留一段报告原文作为依据；报告没有写到的，请选“未提及”。"""


@dataclass(frozen=True, slots=True)
class LedgerPromise:
    """A task as it now stands in the ledger, as far as the matcher asks. Lists are those of the task's row."""

    task_id: int
    label: str | None
    group: str | None
    title: str
    wording: str
    due_on: date | None
    due_source: str
    recurring: str | None
    milestones: Sequence[str]
    commitments: Sequence[Json]
    quantities: Sequence[Json]
    plan_year: int


def item_of(promise: LedgerPromise) -> Json:
    """Return the promise as a plan item in the form of ``tracker extract --json``; its id is the task's."""
    due = promise.due_on or date(promise.plan_year, 12, 31)
    deadline: Json = {
        "deadline": due.isoformat(),
        "deadline_from": promise.due_source,
        "recurring": promise.recurring,
        "milestones": list(promise.milestones),
    }
    return {
        "id": str(promise.task_id),
        "label": promise.label,
        "group": promise.group,
        "title": promise.title if promise.title in promise.wording else None,
        "text": promise.wording,
        "start": 0,
        "end": len(promise.wording),
        **deadline,
        "commitments": _commitments(promise, deadline),
    }


def earlier_reading(promises: Iterable[LedgerPromise], plan_year: int) -> Json:
    """Return a reading that holds nothing but the promises of a plan year."""
    return {
        "text": "",
        "title": None,
        "unit": None,
        "report_year": plan_year - 1,
        "plan_year": plan_year,
        "sections": [],
        "problems": [],
        "items": [item_of(promise) for promise in promises],
    }


def _commitments(promise: LedgerPromise, deadline: Json) -> list[Json]:
    """Return the commitments that still stand in the wording, with the targets as people edited them."""
    wording = comparable(promise.wording)
    kept: dict[str, Json] = {}
    for entry in promise.commitments:
        if comparable(entry["text"]) in wording:
            kept.setdefault(entry["id"], entry)
    if len(kept) < len(promise.commitments) or not kept:
        # the wording was changed: what is left of the old pieces would leave the new words unasked
        whole = {"id": WHOLE, "text": promise.wording, "start": 0, "end": len(promise.wording), **deadline}
        return [{**whole, "quantities": [_loose(quantity) for quantity in promise.quantities]}]
    targets = _share_out(promise.quantities, list(kept.values()))
    return [_due(entry, deadline) | {"quantities": targets[entry["id"]]} for entry in kept.values()]


def _due(entry: Json, deadline: Json) -> Json:
    """A piece without a date of its own is due with the whole."""
    return {**entry, **(deadline if entry.get("deadline_from") != "text" else {})}


def _share_out(quantities: Sequence[Json], commitments: Sequence[Json]) -> dict[str, list[Json]]:
    """Give each target of the task to the commitment it came from, an edited one to the piece that names its figure."""
    shared: dict[str, list[Json]] = {entry["id"]: [] for entry in commitments}
    for quantity in quantities:
        owner = next((e for e in commitments if any(_same(quantity, own) for own in e["quantities"])), None)
        if owner is None:
            figure = f"{quantity.get('value'):.12g}"
            owner = next((e for e in commitments if figure in e["text"]), commitments[-1])
            quantity = _loose(quantity)
        shared[owner["id"]].append(quantity)
    return shared


def _same(left: Json, right: Json) -> bool:
    return all(left.get(key) == right.get(key) for key in _QUANTITY)


def _loose(quantity: Json) -> Json:
    """A target without its place: its offsets belong to the report, not to the wording."""
    return {**quantity, "start": None, "end": None}


def wording_mark(promise: LedgerPromise) -> str:
    """Return a short mark of everything the matcher was asked about a promise; it changes when an edit does."""
    asked = repr((promise.wording, promise.quantities, promise.commitments, promise.due_on, promise.recurring))
    return hashlib.sha256(asked.encode()).hexdigest()[:12]


# ---- the answer -----------------------------------------------------------------------------------------------------


def verbatim(passages: Iterable[Json], text: str, sections: Sequence[Section]) -> list[Json]:
    """Return the passages that stand word for word where they say, each with its section and paragraph (``where``).

    The others are dropped without a trace.
    """
    return [
        {**passage, "where": place_of(text, Span(passage["start"], passage["end"]), sections)}
        for passage in passages
        if passage["text"].strip() and text[passage["start"] : passage["end"]] == passage["text"]
    ]


def taken(passages: Iterable[Json]) -> list[Json]:
    """Return the passages that the matcher took for an answer, the runners-up left out."""
    return [passage for passage in passages if RUNNER_UP not in passage.get("reasons", ())]


def checked_link(link: Json, text: str, sections: Sequence[Section]) -> Json:
    """Return a row of the matcher with its passages checked; without any passage left it says 未提及."""
    evidence = verbatim(link["evidence"], text, sections)
    admitted = verbatim(link["contradicted_by"], text, sections)
    checked = {**link, "evidence": evidence, "contradicted_by": admitted}
    if not taken(evidence) and link["outcome"] != Outcome.NOT_MENTIONED.value:
        checked |= {"outcome": Outcome.NOT_MENTIONED.value, "figures": [], "late": None}
    return checked


@dataclass(frozen=True, slots=True)
class Decision:
    """What a person decided on an earlier version: ``confirmed`` or not, on which passages, of which candidates."""

    confirmed: bool
    evidence: Sequence[Json]
    candidates: Sequence[str]


def carried_evidence(
    decision: Decision, proposal: Mapping[str, Any], text: str, sections: Sequence[Section]
) -> list[Json] | None:
    """Return the passages of a decision as they stand in ``text``, the correction; None where it must be made again.

    A confirmed one needs every passage word for word; a rejected one that nothing new was found.
    """
    if not decision.confirmed:
        known = set(decision.candidates)
        return [] if all(passage["text"] in known for passage in answering(proposal)) else None
    moved = []
    for passage in decision.evidence:
        start = nearest(text, passage["text"], passage["start"])
        if start is None:
            return None
        moved.append({**passage, "start": start, "end": start + len(passage["text"])})
    return verbatim(moved, text, sections)


def answering(proposal: Mapping[str, Any]) -> list[Json]:
    """Return the passages that answer a promise; none where it is not mentioned and the passages are only the nearest."""
    return [] if proposal["outcome"] == Outcome.NOT_MENTIONED.value else taken(proposal["evidence"])


def nearest(text: str, words: str, around: int) -> int | None:
    """Return where ``words`` stand in ``text``, the place nearest to ``around``; None where they do not."""
    places = []
    at = text.find(words) if words else -1
    while at >= 0:
        places.append(at)
        at = text.find(words, at + 1)
    return min(places, key=lambda place: abs(place - around), default=None)


def passage_of(text: str, span: Span, sections: Sequence[Section], reasons: Sequence[str] = ()) -> Json:
    """Return a passage that a person chose, in the form of the matcher's."""
    return {
        "text": span.of(text),
        "start": span.start,
        "end": span.end,
        "score": None,
        "reasons": list(reasons),
        "where": place_of(text, span, sections),
    }


def check_outcome(outcome: Outcome, passages: Sequence[Json]) -> None:
    """Raise EvidenceNeeded where an outcome claims something that no passage shows."""
    if outcome is not Outcome.NOT_MENTIONED and not passages:
        raise EvidenceNeeded(field="evidence")
