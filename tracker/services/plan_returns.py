"""Sending a plan back with remarks (退回计划), the unit's answer in words, and the end of it.

Everything is done under the lock of the reporting unit, which the taking-in of a corrected report holds as well; tasks are only read.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.db.models import PlanRemark, PlanReturn, Report, Task, Unit, User
from tracker.db.queries.plan_returns import last_round, open_return
from tracker.db.queries.reports import get_report, tasks_of_report
from tracker.db.queries.scope import lock_unit
from tracker.domain.calendar import local_date
from tracker.domain.errors import ActionNotAllowed, Forbidden, NotFound, StaleVersion
from tracker.domain.permissions import UNIT_ROLES, Actor, Role
from tracker.domain.plan_returns import (
    LONGEST_REMARK,
    LONGEST_REPLY,
    AlreadyReturned,
    NobodyToCorrect,
    NoRemark,
    NoReply,
    NothingReturned,
    check_reply_day,
)
from tracker.domain.task_rules import check_year_open, optional_text, required_text
from tracker.domain.tasks import STATUS_LABELS, TaskStatus
from tracker.services.audit import record
from tracker.services.notices import notify_of_report
from tracker.services.recipients import staff, supervisors_of
from tracker.services.task_changes import is_year_locked

ROLE_OF_UNIT = (Role.OFFICER, Role.HEAD)


@dataclass(frozen=True, slots=True)
class Remark:
    """What a supervisor asks for: on a proposal as it was seen (``task_id``, ``version``), or on a problem of the report."""

    text: str
    task_id: int | None = None
    version: int | None = None
    problem: str | None = None


def send_back(
    session: Session,
    actor: Actor,
    report_id: int,
    remarks: Sequence[Remark],
    *,
    general: str = "",
    reply_by: date | None = None,
    now: datetime,
) -> PlanReturn:
    """Send a report's plan back to its unit. Only proposals and problems that no item answers can be remarked on.

    What an earlier return asked for must be answered first; sending again then ends that one.
    """
    if actor.role is not Role.SUPERVISOR:
        raise Forbidden
    report = _locked(session, actor, report_id)
    _check_in_force(session, report)
    check_reply_day(reply_by, local_date(now))
    rows = [*_general(general), *_on_items(session, report, remarks), *_on_problems(session, report, remarks)]
    if not rows:
        raise NoRemark
    told = told_of(session, report)
    if not told:
        raise NobodyToCorrect
    _end_earlier(session, actor, report, now)
    found = PlanReturn(
        report_id=report.id,
        round=last_round(session, report.id) + 1,
        returned_by_id=actor.id,
        returned_at=now,
        reply_by=reply_by,
        remarks=rows,
    )
    session.add(found)
    session.flush()
    by = f"，请于 {reply_by} 前答复" if reply_by else ""
    _tell(session, found, report, told, "returned", f"计划退回修改：{_plan(report)}", f"{len(rows)} 条意见{by}", now)
    _note(session, actor, "plan.return", report, f"退回{_plan(report)}，{len(rows)} 条意见", now, remarks=rows)
    return found


def answer_return(
    session: Session, actor: Actor, report_id: int, replies: Mapping[int, str], *, version: int, now: datetime
) -> PlanReturn:
    """Answer remarks in words; an answer may be put right until the return is ended. Blank ones are left as they are."""
    if actor.role not in UNIT_ROLES:
        raise Forbidden
    report = _locked(session, actor, report_id)
    found = _open(session, report, version)
    by_id = {remark.id: remark for remark in found.remarks}
    if not set(replies) <= set(by_id):
        raise NotFound
    changed = []
    for remark_id, words in replies.items():
        text = optional_text(words.replace("\r\n", "\n"), "答复", f"reply-{remark_id}", limit=LONGEST_REPLY)
        if text and text != by_id[remark_id].reply:
            remark = by_id[remark_id]
            remark.reply, remark.replied_by_id, remark.replied_at = text, actor.id, now
            changed.append(remark)
    if not changed:
        raise NoReply
    found.version += 1
    left = sum(remark.replied_at is None for remark in found.remarks)
    reason = f"{actor.name}答复 {len(changed)} 条，" + (f"还有 {left} 条没有答复" if left else "已全部答复")
    people = _supervisors(session, found, report)
    _tell(session, found, report, people, f"answered{found.version}", f"退回意见有答复：{_plan(report)}", reason, now)
    _note(
        session, actor, "plan.answer", report, f"答复{_plan(report)}的退回意见 {len(changed)} 条", now, replies=changed
    )
    return found


def settle_return(
    session: Session, actor: Actor, report_id: int, *, version: int, note: str = "", now: datetime
) -> PlanReturn:
    """End a return: the answers will do, or it was a mistake. The proposals can be confirmed as they are."""
    if actor.role is not Role.SUPERVISOR:
        raise Forbidden
    report = _locked(session, actor, report_id)
    found = _open(session, report, version)
    note = optional_text(note, "说明", "note", limit=LONGEST_REMARK)
    _close(found, actor, note, now)
    people = told_of(session, report)
    _tell(session, found, report, people, "settled", f"退回意见已了结：{_plan(report)}", note or "不用再改", now)
    _note(session, actor, "plan.settle", report, f"了结{_plan(report)}的退回", now, reason=note)
    return found


def note_correction(session: Session, actor: Actor, old: Report, new: Report, *, now: datetime) -> None:
    """Tell the supervisor that a report whose plan was sent back has been corrected. Called where ``new`` replaces ``old``."""
    found = open_return(session, old.id)
    if found is None:
        return
    title = f"退回的计划已更正：{_plan(new)}"
    people = _supervisors(session, found, old)
    link = f"/reports/{new.id}/review"
    rule = f"plan:{found.id}:corrected"
    notify_of_report(session, new, rule=rule, title=title, recipients=people, now=now, link=link, reason="请重新审阅")
    _note(session, actor, "plan.correct", new, f"按退回意见更正{_plan(new)}", now)


def told_of(session: Session, report: Report) -> list[User]:
    """Return who is told that a plan was sent back: the unit's officers and heads."""
    return staff(session, report.unit_id, *ROLE_OF_UNIT)


# ---- parts ------------------------------------------------------------------------------------------------------------


def _locked(session: Session, actor: Actor, report_id: int) -> Report:
    """Return a report in scope as it stands under the lock of its unit."""
    report = get_report(session, actor, report_id, text=True)
    lock_unit(session, report.unit_id)
    session.refresh(report, ["superseded_at"])
    return report


def _check_in_force(session: Session, report: Report) -> None:
    if report.superseded_at is not None:
        raise ActionNotAllowed("这是已被更正的旧版本，不能再退回。请到现行版本上审阅。")
    locked = is_year_locked(session, report.unit_id, report.plan_year)
    check_year_open(locked=locked, plan_year=report.plan_year)


def _general(words: str) -> list[PlanRemark]:
    text = optional_text(words, "总的意见", "general", limit=LONGEST_REMARK)
    return [PlanRemark(text=text)] if text else []


def _on_items(session: Session, report: Report, remarks: Sequence[Remark]) -> list[PlanRemark]:
    wanted = {remark.task_id: remark for remark in remarks if remark.task_id is not None}
    query = select(Task).where(Task.id.in_(wanted), Task.report_id == report.id).order_by(Task.start, Task.id)
    tasks = session.scalars(query.execution_options(populate_existing=True)).all()
    if len(tasks) != len(wanted):
        raise NotFound
    rows = []
    for task in tasks:
        remark = wanted[task.id]
        if task.status is not TaskStatus.PROPOSED:
            raise ActionNotAllowed(f"“{task.title}”已是“{STATUS_LABELS[task.status]}”，只能对待确认的条目提意见。")
        if remark.version != task.version:
            raise StaleVersion(f"“{task.title}”刚刚被其他人修改过，请核对后再退回。")
        text = required_text(remark.text, "意见", f"remark-t{task.id}", limit=LONGEST_REMARK)
        rows.append(PlanRemark(task_id=task.id, quote=task.quote, text=text))
    return rows


def _on_problems(session: Session, report: Report, remarks: Sequence[Remark]) -> list[PlanRemark]:
    wanted = {remark.problem: remark for remark in remarks if remark.problem is not None}
    if not wanted:
        return []
    live = [task for task in tasks_of_report(session, report) if task.status is not TaskStatus.DISMISSED]
    answered = {name for task in live for name in task.answers}
    texts = {entry["id"]: str(entry["text"]) for entry in report.reading["problems"]}
    if not set(wanted) <= set(texts):
        raise NotFound
    if taken := sorted(answered & set(wanted)):
        raise ActionNotAllowed(f"问题“{texts[taken[0]][:30]}”已有条目回应，请刷新页面后再退回。")
    return [
        PlanRemark(
            problem_ref=name,
            quote=text,
            text=required_text(wanted[name].text, "意见", f"remark-{name}", limit=LONGEST_REMARK),
        )
        for name, text in texts.items()
        if name in wanted
    ]


def _end_earlier(session: Session, actor: Actor, report: Report, now: datetime) -> None:
    earlier = open_return(session, report.id)
    if earlier is None:
        return
    if any(remark.replied_at is None for remark in earlier.remarks):
        raise AlreadyReturned
    _close(earlier, actor, "再次退回", now)
    session.flush()  # only then is there room for another one that is open


def _close(found: PlanReturn, actor: Actor, note: str, now: datetime) -> None:
    found.closed_at, found.closed_by_id, found.closing_note = now, actor.id, note or None
    found.version += 1


def _open(session: Session, report: Report, version: int) -> PlanReturn:
    found = open_return(session, report.id)
    if found is None:
        raise NothingReturned
    if report.superseded_at is not None:
        raise NothingReturned("报告已经更正，不用再办理这次退回。")
    session.refresh(found)
    if found.version != version:
        raise StaleVersion
    return found


def _supervisors(session: Session, found: PlanReturn, report: Report) -> list[User]:
    sender = session.get_one(User, found.returned_by_id)
    return [sender] if sender.is_active else supervisors_of(session, session.get_one(Unit, report.unit_id))


def _plan(report: Report) -> str:
    return f"{report.unit.short_name} {report.plan_year} 年计划"


def _tell(
    session: Session,
    found: PlanReturn,
    report: Report,
    people: Sequence[User],
    event: str,
    title: str,
    reason: str,
    now: datetime,
) -> None:
    rule, link = f"plan:{found.id}:{event}", f"/reports/{report.id}/return"
    notify_of_report(session, report, rule=rule, title=title, recipients=people, now=now, link=link, reason=reason)


def _note(
    session: Session,
    actor: Actor,
    action: str,
    report: Report,
    summary: str,
    now: datetime,
    *,
    reason: str = "",
    remarks: Sequence[PlanRemark] = (),
    replies: Sequence[PlanRemark] = (),
) -> None:
    """Write the audit line, with every remark or answer in it."""
    changes: dict[str, tuple[object, object]] = {}
    if remarks:
        changes["remarks"] = (None, [f"{(row.quote or '总的意见')[:40]}：{row.text}" for row in remarks])
    if replies:
        changes["replies"] = (None, [f"{(row.quote or '总的意见')[:40]}：{row.reply}" for row in replies])
    path = report.unit.path
    record(
        session,
        actor,
        action,
        "report",
        report.id,
        unit_path=path,
        summary=summary,
        reason=reason,
        now=now,
        changes=changes,
    )
