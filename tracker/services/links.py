"""Deciding what a report says of a promise: 确认, 否定, 另选原文, 撤回核对. The supervisor's answer stands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.db.models import LinkDecision, TaskLink
from tracker.db.queries.links import get_link, is_withdrawn, locked_year, report_text
from tracker.db.queries.reports import get_report
from tracker.db.queries.scope import lock_unit
from tracker.domain.documents import Outcome, Span
from tracker.domain.errors import ActionNotAllowed, Forbidden, RuleViolation, StaleVersion
from tracker.domain.formats import sections_from_dict
from tracker.domain.link_proposals import answering, check_outcome, item_of, passage_of
from tracker.domain.permissions import Actor, Role
from tracker.domain.proposals import find_quote
from tracker.domain.task_rules import check_year_open, optional_text
from tracker.services.audit import differences, record
from tracker.services.linking import promise_of

Json = dict[str, Any]
MOST_EVIDENCE = 8
LONGEST_PASSAGE = 1_000
WORTH_A_LOOK = 0.02
"""Below that a passage near a promise that is not mentioned is shown to nobody: it would only cost time."""
CHOSEN_BY_HAND = "人工选取"

OUTCOME_LABELS: dict[Outcome, str] = {
    Outcome.DONE: "已完成",
    Outcome.PARTIAL: "部分完成",
    Outcome.NOT_MENTIONED: "未提及",
}


DECISION_LABELS: dict[LinkDecision, str] = {
    LinkDecision.PROPOSED: "待核对",
    LinkDecision.CONFIRMED: "已确认",
    LinkDecision.REJECTED: "已否定",
}


class OldVersion(ActionNotAllowed):
    """这是已被更正的旧版报告，不能再核对。请打开现行版本。"""


class PromiseWithdrawn(ActionNotAllowed):
    """这项任务已撤销，不再与报告核对。"""


class NothingToReopen(ActionNotAllowed):
    """这一项还没有核对结论，不需要撤回。"""


class TooManyPassages(RuleViolation):
    """一项任务最多保留 8 段依据，请先去掉不需要的。"""


@dataclass(frozen=True, slots=True)
class FigureEdit:
    """What a person makes of one comparison of figures; ``met`` None leaves it open."""

    actual: float | None
    met: bool | None


@dataclass(frozen=True, slots=True)
class NextPlan:
    """What a person leaves standing of the next plan: the items that write the promise again, the smaller target."""

    repeated: Sequence[str] = ()
    shrunk: bool = False


@dataclass(frozen=True, slots=True)
class LinkAnswer:
    """A person's answer. ``evidence`` None keeps all passages; ``figures`` None keeps the figures as they are.

    ``parts`` maps the ids of the answers to single commitments to their outcome. ``again`` says what the next plan does.
    """

    outcome: Outcome
    evidence: Sequence[Span] | None = None
    figures: Sequence[FigureEdit] | None = None
    parts: Mapping[int, Outcome] = field(default_factory=dict)
    note: str = ""
    again: NextPlan | None = None


def confirm_link(
    session: Session,
    actor: Actor,
    report_id: int,
    link_id: int,
    answer: LinkAnswer,
    *,
    now: datetime,
    version: int | None = None,
) -> TaskLink:
    """Confirm what the report says of a promise, with the outcome, passages and figures as edited."""
    link, before = _begin(session, actor, report_id, link_id, version)
    evidence = _chosen(link, answer.evidence)
    check_outcome(answer.outcome, evidence)
    link.outcome = answer.outcome
    link.evidence = [] if answer.outcome is Outcome.NOT_MENTIONED else evidence
    if answer.figures is not None:
        link.figures = _edited_figures(link.figures, answer.figures)
    _keep_next_plan(link, answer.again)
    link.note = optional_text(answer.note, "核对说明", "note", limit=500) or None
    _decide(link, LinkDecision.CONFIRMED, actor, now)
    _settle_parts(session, link, answer.parts, LinkDecision.CONFIRMED, actor, now)
    return _finish(session, actor, link, before, "link.confirm", f"确认报告对应：{OUTCOME_LABELS[link.outcome]}", now)


def reject_link(
    session: Session,
    actor: Actor,
    report_id: int,
    link_id: int,
    *,
    now: datetime,
    note: str = "",
    again: NextPlan | None = None,
    version: int | None = None,
) -> TaskLink:
    """Find that none of the passages speaks of the promise: the report does not mention it."""
    link, before = _begin(session, actor, report_id, link_id, version)
    _empty(link)
    _keep_next_plan(link, again)
    link.note = optional_text(note, "核对说明", "note", limit=500) or None
    _decide(link, LinkDecision.REJECTED, actor, now)
    for part in _undecided_parts(session, link):
        _empty(part)
        _decide(part, LinkDecision.REJECTED, actor, now)
        part.version += 1
    return _finish(session, actor, link, before, "link.reject", "否定报告对应：报告未提及", now)


def choose_evidence(
    session: Session,
    actor: Actor,
    report_id: int,
    link_id: int,
    *,
    quote: str,
    at: Span | None = None,
    now: datetime,
    version: int | None = None,
) -> TaskLink:
    """Put another passage of the report first, verbatim; the decision is still to be made.

    ``at`` is where it was selected on the page. Raises QuoteNotVerbatim.
    """
    link, before = _begin(session, actor, report_id, link_id, version)
    text, raw = report_text(session, report_id)
    span = find_quote(text, quote, at)
    if span.end - span.start > LONGEST_PASSAGE:
        raise RuleViolation(f"一段依据不超过 {LONGEST_PASSAGE} 字，请只选说到这项任务的句子。", field="quote")
    others = [passage for passage in link.evidence if (passage["start"], passage["end"]) != (span.start, span.end)]
    if len(others) >= MOST_EVIDENCE:
        raise TooManyPassages(field="quote")
    link.evidence = [passage_of(text, span, sections_from_dict(raw), [CHOSEN_BY_HAND]), *others]
    if link.outcome is Outcome.NOT_MENTIONED:
        link.outcome = Outcome.PARTIAL  # something was found: how far it goes is said when it is confirmed
    link.decision, link.decided_by_id, link.decided_at = LinkDecision.PROPOSED, None, None
    return _finish(session, actor, link, before, "link.choose", "另选报告原文作为依据", now)


def reopen_decision(
    session: Session, actor: Actor, report_id: int, link_id: int, *, now: datetime, version: int | None = None
) -> TaskLink:
    """Take a decision back. A confirmed answer stays as it was edited, a rejected one is the matcher's again."""
    link, before = _begin(session, actor, report_id, link_id, version)
    if link.decision is LinkDecision.PROPOSED:
        raise NothingToReopen
    for one in (link, *_parts(session, link)):
        if one.decision is LinkDecision.REJECTED or not one.evidence:
            _restore(one)
        one.decision, one.decided_by_id, one.decided_at = LinkDecision.PROPOSED, None, None
        one.version += one is not link
    return _finish(session, actor, link, before, "link.reopen", "撤回报告对应的核对结论", now)


# ---- steps ----------------------------------------------------------------------------------------------------------


def _begin(
    session: Session, actor: Actor, report_id: int, link_id: int, version: int | None
) -> tuple[TaskLink, dict[str, Any]]:
    if actor.role is not Role.SUPERVISOR:
        raise Forbidden
    lock_unit(session, get_report(session, actor, report_id).unit_id)  # a lock of the year waits, or is waited for
    link = get_link(session, actor, report_id, link_id, lock=True)
    if link.report.superseded_at is not None:
        raise OldVersion
    task = link.task
    if is_withdrawn(task):
        raise PromiseWithdrawn
    check_year_open(locked=locked_year(session, task.unit_id, task.plan_year), plan_year=task.plan_year)
    if version is not None and version != link.version:
        raise StaleVersion
    return link, _said(link)


def _finish(
    session: Session,
    actor: Actor,
    link: TaskLink,
    before: Mapping[str, Any],
    action: str,
    summary: str,
    now: datetime,
) -> TaskLink:
    link.version += 1
    session.flush()
    record(
        session,
        actor,
        action,
        "task",
        link.task_id,
        unit_path=link.task.lead_unit.path,
        summary=f"{summary}（{link.report.report_year} 年度报告）",
        reason=link.note,
        now=now,
        changes=differences(before, _said(link)),
    )
    return link


def _said(link: TaskLink) -> dict[str, Any]:
    """Return what the audit line compares, in words: it stands in the task's history."""
    return {
        "link_decision": DECISION_LABELS[link.decision],
        "link_outcome": OUTCOME_LABELS[link.outcome],
        "link_evidence": "；".join(passage["text"] for passage in link.evidence)[:500],
        "link_repeated": len(link.repeated_in),
        "link_figures": "；".join(figure_words(f) for f in link.figures)[:500],
    }


def figure_words(figure: Json) -> str:
    """Write a comparison of figures as 持证执法人员 承诺 6 实际 4 名."""
    actual = "未写明" if figure["actual"] is None else f"{figure['actual']:.15g}"
    return f"{figure['what']} 承诺 {figure['target']:.15g} 实际 {actual} {figure['unit']}".strip()


def _decide(link: TaskLink, decision: LinkDecision, actor: Actor, now: datetime) -> None:
    link.decision, link.decided_by_id, link.decided_at = decision, actor.id, now
    link.proposal = {name: value for name, value in link.proposal.items() if name not in ("look_again", "asked")}
    if not link.commitment_ref:  # what the decision was about, whatever becomes of the task: it is learnt from later
        link.proposal = {**link.proposal, "asked": item_of(promise_of(link.task))}


def _empty(link: TaskLink) -> None:
    link.outcome, link.evidence, link.figures, link.late = Outcome.NOT_MENTIONED, [], [], None


def _restore(link: TaskLink) -> None:
    proposal = link.proposal
    link.outcome, link.late = Outcome(proposal["outcome"]), proposal["late"]
    link.evidence, link.figures = answering(proposal), proposal["figures"]
    link.repeated_in, link.shrunk = proposal["repeated_in"], proposal["shrunk"]


def _keep_next_plan(link: TaskLink, again: NextPlan | None) -> None:
    """Leave standing what was ticked of the matcher's findings on the next plan."""
    if again is None:
        return
    link.repeated_in = [item for item in link.proposal.get("repeated_in", ()) if item in set(again.repeated)]
    link.shrunk = link.proposal.get("shrunk") if again.shrunk and link.repeated_in else None


def _chosen(link: TaskLink, spans: Sequence[Span] | None) -> list[Json]:
    """Return the passages that were ticked, in the order shown; one that was not on the page is refused."""
    if spans is None:
        return list(link.evidence)
    known = {(passage["start"], passage["end"]): passage for passage in candidates_of(link)}
    if any((span.start, span.end) not in known for span in spans):
        raise RuleViolation("所选段落不在候选之中，请刷新页面后重新选择。", field="evidence")
    wanted = {(span.start, span.end) for span in spans}
    return [passage for key, passage in known.items() if key in wanted]


def candidates_of(link: TaskLink) -> list[Json]:
    """Return the passages to choose from: what stands now, then what the matcher found beside it."""
    found = {(passage["start"], passage["end"]): passage for passage in link.evidence}
    proposal = link.proposal
    silent = proposal.get("outcome") == Outcome.NOT_MENTIONED.value
    for passage in proposal.get("evidence", ()):
        if silent and passage["score"] < WORTH_A_LOOK:
            continue
        found.setdefault((passage["start"], passage["end"]), passage)
    return list(found.values())


def _edited_figures(figures: Sequence[Json], edits: Sequence[FigureEdit]) -> list[Json]:
    if len(edits) != len(figures):
        raise StaleVersion
    return [
        {**figure, "actual": edit.actual, "met": edit.met}
        if (figure["actual"], figure["met"]) != (edit.actual, edit.met)
        else figure
        for figure, edit in zip(figures, edits, strict=True)
    ]


def _parts(session: Session, link: TaskLink) -> Sequence[TaskLink]:
    """Return the answers to the commitments of the task, where ``link`` is that of the whole."""
    if link.commitment_ref:
        return ()
    return session.scalars(
        select(TaskLink)
        .where(TaskLink.task_id == link.task_id, TaskLink.report_id == link.report_id, TaskLink.commitment_ref != "")
        .order_by(TaskLink.id)
    ).all()


def _undecided_parts(session: Session, link: TaskLink) -> list[TaskLink]:
    return [part for part in _parts(session, link) if part.decision is LinkDecision.PROPOSED]


def _settle_parts(
    session: Session,
    link: TaskLink,
    outcomes: Mapping[int, Outcome],
    decision: LinkDecision,
    actor: Actor,
    now: datetime,
) -> None:
    """Confirm the answers to the commitments with the whole: as chosen, else as proposed."""
    parts = {part.id: part for part in _parts(session, link)}
    if set(outcomes) - set(parts):
        raise RuleViolation("提交的分项不属于这项任务，请刷新页面后重试。")
    for part in parts.values():
        wanted = outcomes.get(part.id)
        if wanted is None and part.decision is not LinkDecision.PROPOSED:
            continue
        if wanted is not None and wanted is not part.outcome:
            part.outcome = wanted
            part.evidence = part.evidence if wanted is not Outcome.NOT_MENTIONED else []
        _decide(part, decision, actor, now)
        part.version += 1
