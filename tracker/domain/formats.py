"""The fixed JSON shapes of a reading and of a link report, to and fro without loss.

The keys that other programs read never change their meaning; keys are only added. Added here: ``area``, ``reasons``,
the spans of quantities and of the words a deadline was read from, and what a commitment's deadline says beyond
its date. Dates are ISO 8601, offsets are Unicode code points, whole numbers are written without a decimal point.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from tracker.domain.documents import (
    Commitment,
    Deadline,
    DeadlineSource,
    Evidence,
    Figure,
    Link,
    LinkReport,
    Outcome,
    PlanItem,
    Problem,
    Quantity,
    ReportReading,
    Section,
    SectionKind,
    Shrunk,
    Span,
)

Json = dict[str, Any]


def reading_to_dict(reading: ReportReading, *, file: str = "", sha256: str = "", reader: str = "") -> Json:
    """Return the object that ``tracker extract --json`` prints.

    ``file``, ``sha256`` and ``reader`` describe the source; a reading by itself does not know them.
    """
    return {
        "file": file,
        "sha256": sha256,
        "reader": reader,
        "title": reading.title,
        "unit": reading.unit,
        "report_year": reading.report_year,
        "plan_year": reading.plan_year,
        "text": reading.text,
        "sections": [
            {"kind": section.kind.value, "heading": section.heading, **_offsets(section.span)}
            for section in reading.sections
        ],
        "problems": [
            {"id": problem.id, "text": problem.text, **_offsets(problem.span)} for problem in reading.problems
        ],
        "items": [item_to_dict(item) for item in reading.items],
        "unanswered_problems": list(reading.unanswered_problems),
        "notices": list(reading.notices),
    }


def reading_from_dict(data: Mapping[str, Any]) -> ReportReading:
    """Return the reading that ``reading_to_dict`` wrote; keys it does not know are ignored.

    Raises KeyError or ValueError where a required key is missing or an enumerated value unknown.
    """
    return ReportReading(
        text=data["text"],
        title=data["title"],
        unit=data["unit"],
        report_year=data["report_year"],
        plan_year=data["plan_year"],
        sections=sections_from_dict(data),
        problems=tuple(Problem(entry["id"], entry["text"], _span(entry)) for entry in data["problems"]),
        items=tuple(item_from_dict(entry) for entry in data["items"]),
        unanswered_problems=tuple(data.get("unanswered_problems", ())),
        notices=tuple(data.get("notices", ())),
    )


def sections_from_dict(data: Mapping[str, Any]) -> tuple[Section, ...]:
    """Return the sections of a reading that ``reading_to_dict`` wrote."""
    return tuple(
        Section(SectionKind(entry["kind"]), entry["heading"], _span(entry)) for entry in data.get("sections", ())
    )


def item_to_dict(item: PlanItem) -> Json:
    """Return one plan item; its ``quantities`` repeat those of its commitments, in order."""
    return {
        "id": item.id,
        "label": item.label,
        "group": item.group,
        "title": item.title,
        "text": item.text,
        **_offsets(item.span),
        "confidence": item.confidence,
        "vague": item.vague,
        "inline": item.inline,
        **_deadline_to_dict(item.deadline),
        "responsible": list(item.responsible),
        "supporting": list(item.supporting),
        "answers": list(item.answers),
        "commitments": [commitment_to_dict(commitment) for commitment in item.commitments],
        "quantities": [quantity_to_dict(quantity) for quantity in item.quantities],
        "area": item.area,
        "reasons": list(item.reasons),
    }


def item_from_dict(data: Mapping[str, Any]) -> PlanItem:
    """Return the plan item that ``item_to_dict`` wrote."""
    return PlanItem(
        id=data["id"],
        label=data["label"],
        group=data["group"],
        title=data["title"],
        text=data["text"],
        span=_span(data),
        deadline=_deadline_from_dict(data),
        commitments=tuple(commitment_from_dict(entry) for entry in data["commitments"]),
        responsible=tuple(data.get("responsible", ())),
        supporting=tuple(data.get("supporting", ())),
        answers=tuple(data.get("answers", ())),
        confidence=data.get("confidence", 1.0),
        vague=data.get("vague", False),
        inline=data.get("inline", False),
        reasons=tuple(data.get("reasons", ())),
        area=data.get("area"),
    )


def commitment_to_dict(commitment: Commitment) -> Json:
    """Return one commitment."""
    return {
        "id": commitment.id,
        "text": commitment.text,
        **_offsets(commitment.span),
        **_deadline_to_dict(commitment.deadline),
        "quantities": [quantity_to_dict(quantity) for quantity in commitment.quantities],
    }


def commitment_from_dict(data: Mapping[str, Any]) -> Commitment:
    """Return the commitment that ``commitment_to_dict`` wrote."""
    return Commitment(
        id=data["id"],
        text=data["text"],
        span=_span(data),
        deadline=_deadline_from_dict(data),
        quantities=tuple(quantity_from_dict(entry) for entry in data["quantities"]),
    )


def quantity_to_dict(quantity: Quantity) -> Json:
    """Return one measurable target; ``start`` and ``end`` are null where it has no span of its own."""
    return {
        "what": quantity.what,
        "op": quantity.op,
        "value": _number(quantity.value),
        "max": _number(quantity.maximum),
        "unit": quantity.unit,
        "per": quantity.per,
        **_optional_offsets(quantity.span),
    }


def quantity_from_dict(data: Mapping[str, Any]) -> Quantity:
    """Return the quantity that ``quantity_to_dict`` wrote."""
    return Quantity(
        what=data["what"],
        op=data["op"],
        value=float(data["value"]),
        unit=data["unit"],
        maximum=_float(data.get("max")),
        per=data.get("per"),
        span=_optional_span(data),
    )


def links_to_dict(earlier: Json, later: Json, report: LinkReport) -> Json:
    """Return the object that ``tracker link --json`` prints; the readings come as ``reading_to_dict`` wrote them."""
    return {"earlier": earlier, "later": later, **link_report_to_dict(report)}


def link_report_to_dict(report: LinkReport) -> Json:
    """Return ``links`` and ``unplanned`` alone, without the two readings."""
    return {
        "links": [link_to_dict(link) for link in report.links],
        "unplanned": [_evidence_to_dict(passage) for passage in report.unplanned],
    }


def link_report_from_dict(data: Mapping[str, Any]) -> LinkReport:
    """Return the link report that ``link_report_to_dict`` or ``links_to_dict`` wrote."""
    return LinkReport(
        links=tuple(link_from_dict(entry) for entry in data["links"]),
        unplanned=tuple(_evidence_from_dict(entry) for entry in data.get("unplanned", ())),
    )


def link_to_dict(link: Link) -> Json:
    """Return one row: the answer to a commitment, or to a whole item (``commitment`` null)."""
    return {
        "item": link.item,
        "commitment": link.commitment,
        "outcome": link.outcome.value,
        "score": link.score,
        "late": link.late,
        "evidence": [_evidence_to_dict(passage) for passage in link.evidence],
        "figures": [_figure_to_dict(figure) for figure in link.figures],
        "contradicted_by": [_evidence_to_dict(passage) for passage in link.contradicted_by],
        "repeated_in": list(link.repeated_in),
        "shrunk": None if link.shrunk is None else _shrunk_to_dict(link.shrunk),
    }


def link_from_dict(data: Mapping[str, Any]) -> Link:
    """Return the row that ``link_to_dict`` wrote."""
    shrunk = data.get("shrunk")
    return Link(
        item=data["item"],
        commitment=data["commitment"],
        outcome=Outcome(data["outcome"]),
        score=data["score"],
        late=data.get("late"),
        evidence=tuple(_evidence_from_dict(entry) for entry in data.get("evidence", ())),
        figures=tuple(_figure_from_dict(entry) for entry in data.get("figures", ())),
        contradicted_by=tuple(_evidence_from_dict(entry) for entry in data.get("contradicted_by", ())),
        repeated_in=tuple(data.get("repeated_in", ())),
        shrunk=None
        if shrunk is None
        else Shrunk(shrunk["what"], float(shrunk["from"]), float(shrunk["to"]), shrunk["unit"]),
    )


def _deadline_to_dict(deadline: Deadline) -> Json:
    offsets = _optional_offsets(deadline.span)
    return {
        "deadline": deadline.due_on.isoformat(),
        "deadline_from": deadline.source.value,
        "deadline_start": offsets["start"],
        "deadline_end": offsets["end"],
        "recurring": deadline.recurring,
        "milestones": [milestone.isoformat() for milestone in deadline.milestones],
    }


def _deadline_from_dict(data: Mapping[str, Any]) -> Deadline:
    return Deadline(
        due_on=date.fromisoformat(data["deadline"]),
        source=DeadlineSource(data["deadline_from"]),
        recurring=data.get("recurring"),
        milestones=tuple(date.fromisoformat(entry) for entry in data.get("milestones", ())),
        span=_optional_span({"start": data.get("deadline_start"), "end": data.get("deadline_end")}),
    )


def _evidence_to_dict(passage: Evidence) -> Json:
    return {
        "text": passage.text,
        **_offsets(passage.span),
        "score": passage.score,
        "reasons": list(passage.reasons),
    }


def _evidence_from_dict(data: Mapping[str, Any]) -> Evidence:
    return Evidence(
        text=data["text"], span=_span(data), score=data.get("score", 0.0), reasons=tuple(data.get("reasons", ()))
    )


def _figure_to_dict(figure: Figure) -> Json:
    return {
        "what": figure.what,
        "target": _number(figure.target),
        "actual": _number(figure.actual),
        "unit": figure.unit,
        "met": figure.met,
        "note": figure.note,
    }


def _figure_from_dict(data: Mapping[str, Any]) -> Figure:
    return Figure(
        what=data["what"],
        target=float(data["target"]),
        actual=_float(data.get("actual")),
        unit=data["unit"],
        met=data.get("met"),
        note=data.get("note"),
    )


def _shrunk_to_dict(shrunk: Shrunk) -> Json:
    return {
        "what": shrunk.what,
        "from": _number(shrunk.before),
        "to": _number(shrunk.after),
        "unit": shrunk.unit,
    }


def _offsets(span: Span) -> Json:
    return {"start": span.start, "end": span.end}


def _optional_offsets(span: Span | None) -> Json:
    return {"start": None, "end": None} if span is None else _offsets(span)


def _span(data: Mapping[str, Any]) -> Span:
    return Span(data["start"], data["end"])


def _optional_span(data: Mapping[str, Any]) -> Span | None:
    start, end = data.get("start"), data.get("end")
    return None if start is None or end is None else Span(start, end)


def _number(value: float | None) -> float | int | None:
    """Write 6.0 as 6: the readers of the format compare whole numbers."""
    if value is None:
        return None
    return int(value) if float(value).is_integer() else value


def _float(value: float | int | None) -> float | None:
    return None if value is None else float(value)
