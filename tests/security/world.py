"""A small world: at five places one of everything a route can name, and an account of each role in the middle.

The accounts belong to the township. Seen from there the five places are its own unit, one below, one above, a sister,
and a unit of another county. Every text that belongs to a place carries the place's marker.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.support.factories import (
    NOW,
    PASSWORD,
    REPORT_TEXT,
    TODAY,
    make_county,
    make_evidence,
    make_report,
    make_task,
    make_user,
    read_text,
)
from tests.support.web import Visitor
from tracker.db.base import Base
from tracker.db.models import (
    Batch,
    BatchFile,
    BatchFileStatus,
    BatchStatus,
    CalendarFeed,
    FailureKind,
    Intake,
    IntakeStatus,
    LinkDecision,
    Message,
    MessageStatus,
    Notice,
    PlanRemark,
    PlanReturn,
    ProgressReport,
    Report,
    SupervisionSlip,
    Task,
    TaskLink,
    Unit,
    User,
)
from tracker.domain.documents import Outcome
from tracker.domain.permissions import Role
from tracker.domain.reminders import Channel, NoticeKind
from tracker.domain.tasks import TaskStatus
from tracker.runtime import Runtime
from tracker.services.audit import record

OWN, CHILD, PARENT, SISTER, OTHER = "own", "child", "parent", "sister", "other county"
PLACES = (OWN, CHILD, PARENT, SISTER, OTHER)
IN_SCOPE = frozenset({OWN, CHILD})
PLAN_YEAR = 2026
# What anybody can search for, and behind it what only the place itself may ever see.
BAIT, SECRETS = "白鹭衔书", {OWN: "甲子", CHILD: "乙丑", PARENT: "丙寅", SISTER: "丁卯", OTHER: "戊辰"}
QUIET = frozenset({"web_session", "sign_in_attempt", "request_receipt"})  # tables that any visit may write


def marker(place: str) -> str:
    """The words planted in every text of a place."""
    return BAIT + SECRETS[place]


@dataclass(frozen=True)
class World:
    """Ids by place and kind of object: ``ids["sister"]["task"]``; ``twin`` are further objects of the own unit."""

    ids: dict[str, dict[str, int]]
    twin: dict[str, int]
    usernames: dict[Role, str]


def build_world(runtime: Runtime, texts: dict[str, str] | None = None) -> World:
    """Make the world. ``texts`` replaces the marker of a place, for hostile ones."""
    words = {place: (texts or {}).get(place, marker(place)) for place in PLACES}
    with runtime.database.writing.begin() as session:
        county = make_county(session)
        units = dict(
            zip(
                PLACES,
                (county.township, county.section, county.area, county.sister, county.other_township),
                strict=True,
            )
        )
        ids = {place: _plant(session, runtime, unit, words[place]) for place, unit in units.items()}
        twin = _plant(session, runtime, county.township, words[OWN], report_year=2023)
        usernames = {}
        for role in Role:
            usernames[role] = f"actor-{role}"
            make_user(session, county.township, role, username=usernames[role], name=f"演员{role}")
    return World(ids, twin, usernames)


def _plant(session: Session, runtime: Runtime, unit: Unit, words: str, *, report_year: int = 2025) -> dict[str, int]:
    """Add one of everything to a unit, with ``words`` in every text; gives the ids by kind."""
    person = make_user(session, unit, name=f"{words[:30]}人", email=f"person{unit.id}-{report_year}@example.org")
    plan = _report(session, runtime, unit, person, words, report_year)
    answer = _report(session, runtime, unit, person, words, report_year + 1)
    text = f"{words}，组织执法培训不少于4次"
    values: dict[str, Any] = {"title": text, "wording": text, "plan_year": report_year + 1, "owner": person}
    task = make_task(session, unit, report=plan, **values)
    proposal = make_task(session, unit, TaskStatus.PROPOSED, report=answer, **(values | {"plan_year": report_year + 2}))
    closed = make_task(session, unit, TaskStatus.CLOSED, report=plan, **values)
    evidence = make_evidence(session, task, person, name=f"{words}.txt".replace("/", "_"))
    evidence.file_key, evidence.media_type = _store(runtime, words), "text/plain"
    session.add(ProgressReport(task_id=task.id, author_id=person.id, at=NOW, percent=30, done=text, problems=text))
    link = _link(task, answer, text)
    intake = _intake(unit, person, words, report_year)
    notice, message = _notice(task, person, text), _message(person, words)
    returned = _returned(plan, task, person, text)
    feed = CalendarFeed(user_id=person.id, unit_id=unit.id, token_digest=f"{person.id:064}", created_at=NOW)
    slip = _slip(task, unit, words)
    session.add_all((link, intake, notice, message, returned, _notice_of_report(plan, person, text), feed, slip))
    session.flush()
    session.add(_mailed(task, person, text, message))
    batch = _batch(unit, person, words, report_year)
    session.add(batch)
    session.flush()
    file = _batch_file(batch, unit, words, report_year)
    session.add(file)
    record(
        session,
        person.as_actor("127.0.0.1"),
        "task.report_progress",
        "task",
        task.id,
        unit_path=unit.path,
        summary=f"反馈进展：{text}",
        reason=text,
        changes={"done": (None, text)},
        now=NOW,
    )
    session.flush()
    return {
        "unit": unit.id,
        "user": person.id,
        "report": answer.id,
        "plan": plan.id,
        "task": task.id,
        "proposal": proposal.id,
        "closed": closed.id,
        "evidence": evidence.id,
        "link": link.id,
        "intake": intake.id,
        "notice": notice.id,
        "remark": returned.remarks[0].id,
        "feed": feed.id,
        "slip": slip.id,
        "message": message.id,
        "batch": batch.id,
        "batch_file": file.id,
    }


def _report(session: Session, runtime: Runtime, unit: Unit, person: User, words: str, report_year: int) -> Report:
    report = make_report(
        session, unit, person, report_year=report_year, text=REPORT_TEXT.replace("柳湾镇", words.replace("\n", " "))
    )
    report.title, report.file_name = f"{words}报告", f"{words}.txt".replace("/", "_")
    report.file_key = _store(runtime, words)
    return report


def _store(runtime: Runtime, words: str) -> str:
    return runtime.storage.save(io.BytesIO(words.encode()), limit=1 << 20).key


def _link(task: Task, report: Report, text: str) -> TaskLink:
    return TaskLink(
        task_id=task.id,
        report_id=report.id,
        commitment_ref="",
        outcome=Outcome.DONE,
        score=0.8,
        evidence=[],
        figures=[],
        contradicted_by=[],
        repeated_in=[],
        proposal={"outcome": "done", "evidence": [], "figures": [], "score": 0.8},
        decision=LinkDecision.PROPOSED,
        note=text,
        created_at=NOW,
    )


def _intake(unit: Unit, person: User, words: str, report_year: int) -> Intake:
    text = REPORT_TEXT.replace("柳湾镇", words.replace("\n", " "))
    return Intake(
        unit_id=unit.id,
        uploaded_by_id=person.id,
        file_name=f"{words}.docx"[:255],
        file_key=f"{report_year:064x}",
        file_size=10,
        status=IntakeStatus.NEEDS_ANSWER,
        step="ask_unit",
        message=f"报告署名与所选单位不同：{words}",
        reading={"reading": read_text(text, report_year) | {"text": text}, "notices": [words]},
        created_at=NOW,
    )


def _batch(unit: Unit, person: User, words: str, report_year: int) -> Batch:
    return Batch(
        unit_id=unit.id,
        created_by_id=person.id,
        title=words[:200],
        report_year=report_year,
        status=BatchStatus.DONE,
        created_at=NOW,
    )


def _batch_file(batch: Batch, unit: Unit, words: str, report_year: int) -> BatchFile:
    return BatchFile(
        batch_id=batch.id,
        position=0,
        path=f"{words}.docx"[:400],
        file_key=f"{report_year:064x}",
        file_size=10,
        status=BatchFileStatus.NEEDS_UNIT,
        code="ask_unit",
        message=f"署名为“{words}”，没有找到对应的报送单位。",
        unit_id=unit.id,
    )


def _returned(report: Report, task: Task, person: User, text: str) -> PlanReturn:
    remarks = [
        PlanRemark(task_id=task.id, quote=text, text=text, reply=text, replied_by_id=person.id, replied_at=NOW),
        PlanRemark(problem_ref="p1", quote=text, text=text),
    ]
    return PlanReturn(report_id=report.id, round=1, returned_by_id=person.id, returned_at=NOW, remarks=remarks)


def _notice_of_report(report: Report, person: User, text: str) -> Notice:
    return Notice(
        report_id=report.id,
        rule="plan:1:returned",
        recipient_id=person.id,
        channel=Channel.INBOX,
        kind=NoticeKind.EVENT,
        slot=TODAY,
        title=text[:300],
        reason=text[:300],
        link=f"/reports/{report.id}/return",
        created_at=NOW,
    )


def _notice(task: Task, person: User, text: str) -> Notice:
    return Notice(
        task_id=task.id,
        rule="before:7",
        recipient_id=person.id,
        channel=Channel.INBOX,
        kind=NoticeKind.DUE_SOON,
        slot=TODAY,
        title=text[:300],
        reason=text[:300],
        link=f"/tasks/{task.id}",
        created_at=NOW,
    )


def _slip(task: Task, unit: Unit, words: str) -> SupervisionSlip:
    return SupervisionSlip(
        task=task,
        area=unit,
        unit=unit,
        rung="yellow",
        colour="黄单",
        year=2026,
        serial=task.id,
        number=f"{words[:30]}督黄〔2026〕{task.id}号",
        due_version=task.due_version,
        due_on=TODAY,
        days_late=7,
        issued_on=TODAY,
        task_number=task.number or "",
        task_title=words[:300],
        task_wording=words,
        created_at=NOW,
    )


def _message(person: User, words: str) -> Message:
    return Message(
        dedupe_key=f"digest:{TODAY}:{person.id}:email",
        recipient_id=person.id,
        channel=Channel.EMAIL,
        status=MessageStatus.FAILED,
        failure=FailureKind.REFUSED,
        header_id=f"<{person.id}@ledger>",
        last_error=f"550 {words}",
        not_before=NOW,
        created_at=NOW,
        waiting_since=NOW,
        failed_at=NOW,
    )


def _mailed(task: Task, person: User, text: str, message: Message) -> Notice:
    notice = _notice(task, person, text)
    notice.channel, notice.message_id = Channel.EMAIL, message.id
    return notice


def enter(visitor: Any, username: str) -> tuple[Visitor, str]:
    """Sign somebody in; gives the visitor and a CSRF token that is good for the session."""
    person: Visitor = visitor()
    assert person.sign_in(username, PASSWORD, follow=False).status_code == 303
    person.open("/password")
    return person, str(dict(person._form("/password").form_values())["csrf_token"])


def contents(runtime: Runtime) -> dict[str, list[Any]]:
    """Everything that stands in the database, apart from what any visit may write."""
    with runtime.database.reading() as session:
        return {
            table.name: [tuple(row) for row in session.execute(select(table).order_by(*table.primary_key))]
            for table in Base.metadata.sorted_tables
            if table.name not in QUIET
        }
