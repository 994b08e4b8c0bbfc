"""Sending a plan back: the page of remarks to send, the page of what was sent with the unit's answers (which prints well)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from sqlalchemy.orm import Session

from tracker.db.models import Report
from tracker.db.queries.reports import get_report
from tracker.domain.assessment import Assessment
from tracker.domain.errors import Conflict, NotFound, RuleViolation, StaleVersion
from tracker.domain.permissions import Role
from tracker.domain.plan_returns import is_pressing, remark_on_item, remark_on_problem
from tracker.services.plan_returns import answer_return, send_back, settle_return, told_of
from tracker.web.access import current_actor, requires
from tracker.web.errors import status_of
from tracker.web.forms.plan_returns import AnswerReturnForm, SendBackForm, SettleForm, subject_of
from tracker.web.receipts import earlier_location, keep_receipt
from tracker.web.return_page import return_view
from tracker.web.review_cards import review_page
from tracker.web.session import reading, runtime, writing
from tracker.web.views.reports import READERS, blueprint
from tracker.web.views.review import let_pass

PAGE = "/reports/<int:report_id>/return"
CHANGED = "这份计划刚刚有了新的情况，下面是最新内容。您填写的内容还在，请核对后再提交。"


@dataclass(frozen=True, slots=True)
class Draft:
    """A remark that can be sent, as the page offers it: on an item, or on a problem (``number`` empty)."""

    key: str
    number: str
    title: str
    quote: str
    text: str
    checked: bool
    assessment: Assessment | None = None


@blueprint.get(PAGE)
@requires(*READERS)
def plan_return(report_id: int) -> Any:
    """Show what was sent back and how it stands."""
    return _return_page(report_id), 200


@blueprint.route(f"{PAGE}/new", methods=["GET", "POST"], endpoint="send_back")
@requires(Role.SUPERVISOR)
def send_back_page(report_id: int) -> Any:
    """Show the remarks as the assessment suggests them; send those that were chosen."""
    form = SendBackForm()
    if not form.is_submitted():
        return _drafts_page(report_id, form), 200
    if not form.validate_on_submit():
        get_report(reading(), current_actor(), report_id)
        return _drafts_page(report_id, form), 400

    def verb(session: Session) -> str:
        send_back(
            session,
            current_actor(),
            report_id,
            form.remarks,
            general=form.general.data or "",
            reply_by=form.reply_by.data,
            now=runtime().now(),
        )
        return url_for("reports.plan_return", report_id=report_id)

    return _act(verb, form, "已退回，已通知报送单位。", lambda: _drafts_page(report_id, form))


@blueprint.post(f"{PAGE}/answer", endpoint="answer_return")
@requires(Role.OFFICER, Role.HEAD)
def answer_return_page(report_id: int) -> Any:
    """Take the unit's answers."""
    form = AnswerReturnForm()
    if not form.validate_on_submit():
        return _return_page(report_id, form), 400

    def verb(session: Session) -> str:
        answer_return(session, current_actor(), report_id, form.replies, version=form.seen, now=runtime().now())
        return url_for("reports.plan_return", report_id=report_id)

    return _act(verb, form, "已答复，已通知督办员。", lambda: _return_page(report_id, form))


@blueprint.post(f"{PAGE}/settle", endpoint="settle_return")
@requires(Role.SUPERVISOR)
def settle_return_page(report_id: int) -> Any:
    """End a return."""
    form = SettleForm()
    if not form.validate_on_submit():
        return _return_page(report_id, form), 400

    def verb(session: Session) -> str:
        note, now = form.note.data or "", runtime().now()
        settle_return(session, current_actor(), report_id, version=form.seen, note=note, now=now)
        return url_for("reports.review", report_id=report_id)

    return _act(verb, form, "已了结，可以继续审阅。", lambda: _return_page(report_id, form))


# ---- parts ------------------------------------------------------------------------------------------------------------


def _act(verb: Callable[[Session], str], form: Any, done: str, page: Callable[[], str]) -> Any:
    """Run a verb on a valid form; a broken rule is shown on the page with everything that was typed."""
    try:
        with writing() as session:
            if earlier := earlier_location(session):
                return redirect(earlier, 303)
            location = verb(session)
            keep_receipt(session, location)
    except RuleViolation as refusal:
        let_pass(refusal)
        form.form_errors.append(CHANGED if type(refusal) is StaleVersion and _is_bare(refusal) else refusal.message)
        return page(), status_of(refusal)
    flash(done, "success")
    return redirect(location, 303)


def _is_bare(refusal: Conflict) -> bool:
    return refusal.message == StaleVersion().message


def _return_page(report_id: int, form: Any = None) -> str:
    actor = current_actor()
    report = get_report(reading(), actor, report_id)
    view = return_view(reading(), actor, report)
    if view is None:
        raise NotFound("这份报告的计划没有退回过。")
    return render_template(
        "review/return.html",
        report=report,
        view=view,
        form=form,
        typed=form.replies if isinstance(form, AnswerReturnForm) else {},
        note=form.note.data if isinstance(form, SettleForm) else "",
        errors=[{"field": None, "message": text} for _, text in form.messages()] if form else [],
    )


def _drafts_page(report_id: int, form: SendBackForm) -> str:
    actor = current_actor()
    report = get_report(reading(), actor, report_id, text=True)
    drafts = _drafts(reading(), report, form)
    return render_template(
        "review/send_back.html",
        report=report,
        form=form,
        drafts=[draft for draft in drafts if draft.text or draft.checked],
        faultless=[draft for draft in drafts if not (draft.text or draft.checked)],
        told=told_of(reading(), report),
        returned=return_view(reading(), actor, report),
        errors=[{"field": name or None, "message": text} for name, text in form.messages()],
    )


def _drafts(session: Session, report: Report, form: SendBackForm) -> list[Draft]:
    """Return the remarks that can be made: as typed where the form was sent, else as the assessment suggests them."""
    page = review_page(session, current_actor(), report)
    typed, picked, again = form.typed, form.picked, request.method == "POST"
    found = []
    for problem in page.open_problems:
        key = f"p:{problem.id}"
        text = typed.get(key, remark_on_problem())
        found.append(Draft(key, "", f"问题{problem.id[1:]}", problem.text, text, key in picked if again else True))
    for card in page.cards:
        if card.judgement is None:
            continue
        key, judged = f"t{card.task.id}:{card.task.version}", card.judgement
        text = typed.get(subject_of(key), remark_on_item(judged.assessment, judged.skeleton))
        checked = subject_of(key) in picked if again else is_pressing(judged.assessment)
        found.append(Draft(key, card.number, card.task.title, card.task.wording, text, checked, judged.assessment))
    return found
