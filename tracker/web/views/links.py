"""The linking screen: what became of last year's plan, promise by promise, in the words of the next report."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from sqlalchemy.orm import Session

from tracker.db.models import Report, Task, TaskLink
from tracker.db.queries.links import get_link
from tracker.db.queries.reports import get_report
from tracker.domain.documents import Outcome
from tracker.domain.errors import Forbidden, NotFound, RuleViolation, StaleVersion
from tracker.domain.permissions import Role
from tracker.readers.sandbox import ChildFailed
from tracker.services.linking import link_report
from tracker.services.linking_model import comparer
from tracker.services.links import LinkAnswer, choose_evidence, confirm_link, reject_link, reopen_decision
from tracker.web.access import current_actor, requires
from tracker.web.errors import status_of
from tracker.web.forms.base import StrictForm
from tracker.web.forms.links import MET, OUTCOMES, AnswerForm, PassageForm, RejectForm
from tracker.web.forms.review import VersionedForm
from tracker.web.link_page import link_page, next_open, outcome_of
from tracker.web.receipts import earlier_location, keep_receipt
from tracker.web.session import reading, runtime, writing
from tracker.web.views.reports import href_if_known

log = logging.getLogger(__name__)
blueprint = Blueprint("links", __name__)

READERS = (Role.OFFICER, Role.HEAD, Role.SUPERVISOR, Role.AUDITOR)
ROOT = "/reports/<int:report_id>/links"
ONE = f"{ROOT}/<int:link_id>"
Verb = Callable[[Session, Any], TaskLink]


@blueprint.get(ROOT)
@requires(*READERS)
def index(report_id: int) -> Any:
    """Show the promises of the year and what the report says of one of them; ``task`` names it, ``pick`` opens the text."""
    return _page(report_id, request.args.get("task", type=int), pick="pick" in request.args)


@blueprint.post(f"{ROOT}/compare")
@requires(Role.SUPERVISOR)
def compare(report_id: int) -> Any:
    """Compare again: what was decided stays, what is open follows the promises as they now stand."""
    report = get_report(reading(), current_actor(), report_id)
    form = StrictForm()
    if not form.validate_on_submit():
        flash("没有比对，请刷新页面后重试。", "error")
        return redirect(_location(report.id), 303)
    try:
        compare = comparer(runtime().settings.linking_model_path)
        stored = link_report(runtime().database, report.id, now=runtime().now(), compare=compare)
    except ChildFailed:
        log.exception("report %s could not be compared", report.id)
        flash("比对没有完成，已核对的结论不受影响。请稍后重试；仍不成功时请联系系统管理员。", "error")
        return redirect(_location(report.id), 303)
    done = sum(one.tasks for one in stored)
    flash(f"已比对 {done} 项任务，已核对的结论保持不变。" if done else "没有可以比对的任务。", "success")
    return redirect(_location(report.id), 303)


@blueprint.post(f"{ONE}/confirm")
@requires(Role.SUPERVISOR)
def confirm(report_id: int, link_id: int) -> Any:
    """Confirm what the report says of a promise and go on to the next one."""

    def verb(session: Session, form: AnswerForm) -> TaskLink:
        answer = LinkAnswer(
            outcome=Outcome(form.outcome.data),
            evidence=form.spans,
            figures=form.figures or None,
            parts=form.parts,
            note=form.note.data or "",
            again=form.again,
        )
        actor, now = current_actor(), runtime().now()
        return confirm_link(session, actor, report_id, link_id, answer, now=now, version=form.seen)

    return _decide(report_id, link_id, AnswerForm(), verb, "已确认")


@blueprint.post(f"{ONE}/reject")
@requires(Role.SUPERVISOR)
def reject(report_id: int, link_id: int) -> Any:
    """Find that no passage speaks of the promise and go on to the next one."""

    def verb(session: Session, form: RejectForm) -> TaskLink:
        note, now = form.note.data or "", runtime().now()
        return reject_link(
            session, current_actor(), report_id, link_id, note=note, again=form.again, now=now, version=form.seen
        )

    return _decide(report_id, link_id, RejectForm(), verb, "已否定，按报告未提及处理")


@blueprint.post(f"{ONE}/passage")
@requires(Role.SUPERVISOR)
def choose(report_id: int, link_id: int) -> Any:
    """Put another passage first; the promise stays in sight to be decided."""

    def verb(session: Session, form: PassageForm) -> TaskLink:
        actor, now, quote = current_actor(), runtime().now(), form.quote.data
        return choose_evidence(session, actor, report_id, link_id, quote=quote, at=form.at, now=now, version=form.seen)

    return _decide(report_id, link_id, PassageForm(), verb, "已加入依据，请核对结论后确认", stay=True, pick=True)


@blueprint.post(f"{ONE}/reopen")
@requires(Role.SUPERVISOR)
def reopen(report_id: int, link_id: int) -> Any:
    """Take a decision back."""

    def verb(session: Session, form: VersionedForm) -> TaskLink:
        return reopen_decision(session, current_actor(), report_id, link_id, now=runtime().now(), version=form.seen)

    return _decide(report_id, link_id, VersionedForm(), verb, "已撤回核对结论", stay=True)


# ---- steps ----------------------------------------------------------------------------------------------------------


def _decide(
    report_id: int, link_id: int, form: Any, verb: Verb, done: str, *, stay: bool = False, pick: bool = False
) -> Any:
    """Call a verb on one answer; what is wrong is said beside the form, and nothing typed is lost."""
    task_id = get_link(reading(), current_actor(), report_id, link_id).task_id
    if not form.validate_on_submit():
        return _page(report_id, task_id, form=form, status=400, pick=pick)
    try:
        with writing() as session:
            if earlier := earlier_location(session):
                return redirect(earlier, 303)
            link = verb(session, form)
            number = link.task.number or "这一项"
            report = get_report(session, current_actor(), report_id)
            location = _location(report_id, task_id if stay else next_open(session, report, task_id))
            keep_receipt(session, location)
    except StaleVersion as refusal:
        return _page(report_id, task_id, form=form, status=409, refusal=refusal, pick=pick)
    except RuleViolation as refusal:
        if isinstance(refusal, NotFound | Forbidden):
            raise
        return _page(report_id, task_id, form=form, status=status_of(refusal), refusal=refusal, pick=pick)
    flash(f"{number}：{done}。", "success")
    return redirect(location, 303)


def _page(
    report_id: int,
    task_id: int | None,
    *,
    form: Any = None,
    status: int = 200,
    refusal: RuleViolation | None = None,
    pick: bool = False,
) -> Any:
    report: Report = get_report(reading(), current_actor(), report_id, text=True)
    page = link_page(reading(), current_actor(), report, task_id=task_id, pick=pick)
    errors = [{"field": name or None, "message": text} for name, text in (form.messages() if form else ())]
    if refusal is not None and status != 409:
        errors.append({"field": refusal.field, "message": refusal.message})
    answer = form if isinstance(form, AnswerForm) else None
    return (
        render_template(
            "links/index.html",
            report=report,
            page=page,
            errors=errors,
            conflict=status == 409,
            values=_values(page.chosen.line.link if page.chosen else None, answer),
            passage=form if isinstance(form, PassageForm) else None,
            picking=bool(page.sections),
            outcomes=OUTCOMES,
            met_choices=MET,
            outcome_of=outcome_of,
            years_href=lambda task: _years_href(report, task),
            sheet_href=href_if_known("reconciliation.show", unit_id=report.unit_id, year=report.report_year),
        ),
        status,
    )


def _values(link: TaskLink | None, form: AnswerForm | None) -> dict[str, Any]:
    """Return what the form of an answer shows: as typed, else as it stands."""
    if form is not None:
        return {
            "outcome": form.outcome.data,
            "evidence": set(form.evidence.data or []),
            "actual": form.figure_actual.data or [],
            "met": form.figure_met.data or [],
            "parts": {number: outcome.value for number, outcome in form.parts.items()} if not form.part.errors else {},
            "note": form.note.data or "",
            "repeated": set(form.repeated.data or []),
            "shrunk": bool(form.shrunk.data),
        }
    if link is None:
        return {}
    words = {True: "yes", False: "no", None: "open"}
    return {
        "outcome": link.outcome.value,
        "evidence": {f"{entry['start']}-{entry['end']}" for entry in link.evidence},
        "actual": ["" if figure["actual"] is None else f"{figure['actual']:.15g}" for figure in link.figures],
        "met": [words[figure["met"]] for figure in link.figures],
        "parts": {},
        "note": link.note or "",
        "repeated": set(link.repeated_in),
        "shrunk": link.shrunk is not None,
    }


def _years_href(report: Report, task: Task | None) -> str:
    """Return the address of a promise's history, or of the unit's list of such."""
    if task is not None:
        return url_for("years.task", task_id=task.id)
    return url_for("years.unit", unit_id=report.unit_id)


def _location(report_id: int, task_id: int | None = None) -> str:
    return url_for("links.index", report_id=report_id, task=task_id)
