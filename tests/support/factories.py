"""Small makers of rows: units, accounts, reports and tasks in any state, with lifelike Chinese of our own."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from itertools import count
from typing import Any

from sqlalchemy.orm import Session
from werkzeug.security import generate_password_hash

from tracker.db.models import ClosureRequest, EvidenceFile, Report, Task, TaskSource, Unit, UnitKind, User
from tracker.domain.documents import DeadlineSource, Document
from tracker.domain.extraction import read_report
from tracker.domain.formats import reading_to_dict
from tracker.domain.permissions import Actor, Role
from tracker.domain.tasks import OPEN, TaskStatus
from tracker.language.lexicon import load_lexicon

NOW = datetime(2026, 6, 10, 1, 0, tzinfo=UTC)  # 09:00 in China, the moment of the clock fixture
TODAY = date(2026, 6, 10)
PASSWORD = "Qingxi-2026-shu"
DIGEST = "0" * 64

PLAN_SENTENCE = "组织执法人员专题培训不少于4次，6月底前完成行政执法证件清理。"
REPORT_TEXT = "\n".join(
    (
        "柳湾镇2025年法治政府建设工作报告",
        "一、主要工作",
        "全年受理行政复议案件3件，开展普法宣讲12场。",
        "二、存在的问题",
        "执法队伍力量不足，部分人员对新规定掌握不够。",
        "三、2026年工作安排",
        "（一）加强执法队伍建设。" + PLAN_SENTENCE,
        "（二）抓好普法宣传。结合民法典宣传月走进村社开展宣讲。",
        "（三）规范重大决策程序。年内完成决策事项目录编制并公布。",
    )
)
_numbers = count(1)


@lru_cache(maxsize=1)
def password_hash() -> str:
    """The hash of PASSWORD, with fewer rounds than a real one: hashing is slow on purpose."""
    return generate_password_hash(PASSWORD, method="scrypt:1024:8:1")


def make_unit(
    session: Session,
    name: str | None = None,
    *,
    parent: Unit | None = None,
    kind: UnitKind = UnitKind.TOWNSHIP,
    code: str | None = None,
    is_active: bool = True,
) -> Unit:
    """Add a unit below ``parent`` (None: a root) with its path."""
    unit = _unit(name, kind, code, is_active=is_active)
    unit.parent_id = parent.id if parent else None
    session.add(unit)
    session.flush()
    unit.path = f"{parent.path if parent else ''}{unit.id}/"
    session.flush()
    return unit


def _unit(name: str | None, kind: UnitKind, code: str | None, *, is_active: bool = True) -> Unit:
    """Return a unit that is in no session; its path holds its id, and can only be told once it has one."""
    number = next(_numbers)
    name = name or f"第{number}镇人民政府"
    return Unit(
        path=f"new{number}/",
        name=name,
        short_name=name.replace("人民政府", "")[:40],
        code=code or f"U{number}",
        kind=kind,
        position=10,  # sisters stand by their age
        is_active=is_active,
        created_at=NOW,
    )


def make_user(
    session: Session,
    unit: Unit,
    role: Role = Role.OFFICER,
    *,
    name: str | None = None,
    username: str | None = None,
    email: str | None = None,
    is_active: bool = True,
) -> User:
    """Add an account; its password is PASSWORD and need not be changed."""
    user = _user(unit, role, username, name, email=email, is_active=is_active)
    session.add(user)
    session.flush()
    return user


def _user(
    unit: Unit,
    role: Role,
    username: str | None,
    name: str | None,
    *,
    email: str | None = None,
    is_active: bool = True,
) -> User:
    """Return an account that is in no session."""
    number = next(_numbers)
    return User(
        username=username or f"user{number}",
        name=name or f"张{number}",
        role=role,
        unit=unit,
        email=email,
        password_hash=password_hash(),
        must_change_password=False,
        is_active=is_active,
        created_at=NOW,
    )


@lru_cache(maxsize=32)
def read_text(text: str, report_year: int) -> dict[str, Any]:
    """Everything taken from a report's text, as it is stored with it."""
    read = read_report(Document(text, (), "text"), load_lexicon(), report_year=report_year)
    return {name: value for name, value in reading_to_dict(read, reader="text").items() if name != "text"}


def make_report(
    session: Session,
    unit: Unit,
    uploaded_by: User,
    *,
    report_year: int = 2025,
    text: str = REPORT_TEXT,
    reading: dict[str, Any] | None = None,
) -> Report:
    """Add a current report of ``unit`` for ``report_year``; its ``reading`` is what can be read in ``text``."""
    report = Report(
        unit=unit,
        report_year=report_year,
        plan_year=report_year + 1,
        title=f"{unit.name}{report_year}年法治政府建设工作报告",
        file_name="report.txt",
        file_key=DIGEST,
        file_size=len(text.encode()),
        content_digest=f"{next(_numbers):064x}",
        reader="text",
        text=text,
        reading=read_text(text, report_year) if reading is None else reading,
        uploaded_by_id=uploaded_by.id,
        created_at=NOW,
    )
    session.add(report)
    session.flush()
    return report


def make_task(
    session: Session,
    unit: Unit,
    status: TaskStatus = TaskStatus.IN_PROGRESS,
    *,
    lead_unit: Unit | None = None,
    owner: User | None = None,
    report: Report | None = None,
    title: str = "组织执法人员专题培训",
    due_on: date | None = date(2026, 9, 30),
    plan_year: int = 2026,
    **values: Any,
) -> Task:
    """Add a task of ``unit`` in any state, with the values that state needs; ``values`` win over the rest."""
    established = status not in {TaskStatus.PROPOSED, TaskStatus.DISMISSED}
    assigned = status in OPEN - {TaskStatus.ESTABLISHED} or status is TaskStatus.CLOSED
    fields: dict[str, Any] = {
        "number": f"{unit.code}-{plan_year}-T{next(_numbers)}" if established else None,
        "plan_year": plan_year,
        "report_id": report.id if report else None,
        "unit": unit,
        "lead_unit": lead_unit or unit,
        "owner": owner,
        "status": status,
        "title": title,
        "wording": PLAN_SENTENCE,
        "quote": PLAN_SENTENCE,
        "due_on": due_on,
        "due_source": DeadlineSource.TEXT,
        "created_at": NOW - timedelta(days=60),
        "updated_at": NOW - timedelta(days=60),
    }
    if report is not None and PLAN_SENTENCE in report.text:
        fields["start"] = report.text.index(PLAN_SENTENCE)
        fields["end"] = fields["start"] + len(PLAN_SENTENCE)
    if established:
        fields |= {"original_due_on": due_on, "established_at": NOW - timedelta(days=50)}
    if assigned:
        fields |= {"assigned_at": NOW - timedelta(days=45), "sign_due_on": TODAY - timedelta(days=43)}
    if status is TaskStatus.ASSIGNED:
        fields |= {"assigned_at": NOW - timedelta(days=1), "sign_due_on": TODAY + timedelta(days=1)}
    if status is TaskStatus.CLOSED:
        fields |= {"completed_on": TODAY - timedelta(days=5), "closed_at": NOW - timedelta(days=2), "percent": 100}
    task = Task(**(fields | values))
    session.add(task)
    session.flush()
    if report is not None and task.start is not None and task.end is not None:
        session.add(TaskSource(task_id=task.id, report_id=report.id, start=task.start, end=task.end, quote=task.quote))
    if status is TaskStatus.IN_REVIEW:
        asker = owner or make_user(session, task.lead_unit)
        session.add(
            ClosureRequest(
                task_id=task.id,
                requested_by_id=asker.id,
                requested_at=NOW - timedelta(days=1),
                statement="四次培训均已办结，签到表和课件齐全。",
                completed_on=TODAY - timedelta(days=3),
                no_evidence_reason="材料为纸质，存于镇司法所",
            )
        )
    session.flush()
    return task


def make_evidence(session: Session, task: Task, uploaded_by: User, *, name: str = "签到表.pdf") -> EvidenceFile:
    """Add a row of evidence; no file lies in the storage for it."""
    file = EvidenceFile(
        task_id=task.id,
        file_name=name,
        file_key=f"{next(_numbers):064x}",
        file_size=2048,
        media_type="application/pdf",
        uploaded_by_id=uploaded_by.id,
        uploaded_at=NOW,
    )
    session.add(file)
    session.flush()
    return file


@dataclass(frozen=True)
class County:
    """Two counties: in the first an area with a township (and its section), a sister and a bureau, with accounts."""

    area: Unit
    township: Unit
    section: Unit
    sister: Unit
    bureau: Unit
    other_area: Unit
    other_township: Unit
    officer: User
    head: User
    supervisor: User
    auditor: User
    admin: User
    area_head: User
    sister_officer: User
    sister_head: User
    section_officer: User
    other_supervisor: User
    other_officer: User


def make_county(session: Session) -> County:
    """Add the units and accounts that scope and role tests need, in few flushes: thousands of tests ask for it."""
    area, other_area = _unit("清溪县", UnitKind.AREA, "QX"), _unit("云岭县", UnitKind.AREA, "YL")
    township = _unit("柳湾镇人民政府", UnitKind.TOWNSHIP, "LWZ")
    sister = _unit("石渡镇人民政府", UnitKind.TOWNSHIP, "SDZ")
    bureau = _unit("清溪县交通运输局", UnitKind.BUREAU, "JTJ")
    other_township = _unit("白鹿镇人民政府", UnitKind.TOWNSHIP, "BLZ")
    section = _unit("柳湾镇司法所", UnitKind.SECTION, "LWSFS")
    _add_level(session, {area: None, other_area: None})
    _add_level(session, {township: area, sister: area, bureau: area, other_township: other_area})
    _add_level(session, {section: township})
    county = County(
        area=area,
        township=township,
        section=section,
        sister=sister,
        bureau=bureau,
        other_area=other_area,
        other_township=other_township,
        officer=_user(township, Role.OFFICER, "officer", "李文", email="liwen@example.org"),
        head=_user(township, Role.HEAD, "head", "周正"),
        supervisor=_user(area, Role.SUPERVISOR, "supervisor", "陈督"),
        auditor=_user(area, Role.AUDITOR, "auditor", "吴审"),
        admin=_user(area, Role.ADMIN, "admin", "郑管"),
        area_head=_user(area, Role.HEAD, "area_head", "钱县"),
        sister_officer=_user(sister, Role.OFFICER, "sister", "孙渡"),
        sister_head=_user(sister, Role.HEAD, "sister_head", "冯石"),
        section_officer=_user(section, Role.OFFICER, "section", "何所"),
        other_supervisor=_user(other_area, Role.SUPERVISOR, "other_supervisor", "王岭"),
        other_officer=_user(other_township, Role.OFFICER, "other_officer", "赵鹿"),
    )
    session.add_all(person for person in vars(county).values() if isinstance(person, User))
    session.flush()
    return county


def _add_level(session: Session, parents: Mapping[Unit, Unit | None]) -> None:
    """Add units to which others are known that stand above them."""
    for unit, parent in parents.items():
        unit.parent_id = parent.id if parent else None
        session.add(unit)
    session.flush()
    for unit, parent in parents.items():
        unit.path = f"{parent.path if parent else ''}{unit.id}/"


def actor(user: User) -> Actor:
    """The acting person, as a door hands it to a service."""
    return user.as_actor("127.0.0.1")


def pdf_bytes(text: str = "") -> io.BytesIO:
    """A file that begins as a PDF does."""
    return io.BytesIO(b"%PDF-1.4\n" + text.encode() + b"\n%%EOF\n")


def zip_bytes(*members: str) -> io.BytesIO:
    """A zip with empty members of these names."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for member in members:
            archive.writestr(member, "x")
    stream.seek(0)
    return stream
