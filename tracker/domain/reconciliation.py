"""Year-end reconciliation: three accounts side by side, what differs between them, the verdicts and the rates.

The accounts are never merged: what the unit said in the ledger, what its next report says, what evidence there is. A
difference is derived from them and must be explained before the year is locked; a verdict may be suggested and is only
ever set by a person.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from tracker.domain.documents import Figure, Outcome, Shrunk
from tracker.domain.tasks import FINAL, LEDGER, OPEN, STATUS_LABELS, TaskStatus


class Verdict(StrEnum):
    """核查结论, the supervisor's own finding."""

    DONE = "done"
    MOSTLY_DONE = "mostly_done"
    PARTLY_DONE = "partly_done"
    NOT_DONE = "not_done"
    NOT_STARTED = "not_started"
    CANCELLED = "cancelled"
    UNVERIFIABLE = "unverifiable"


VERDICT_LABELS: dict[Verdict, str] = {
    Verdict.DONE: "已完成",
    Verdict.MOSTLY_DONE: "基本完成",
    Verdict.PARTLY_DONE: "部分完成",
    Verdict.NOT_DONE: "未完成",
    Verdict.NOT_STARTED: "未开展",
    Verdict.CANCELLED: "已调整取消",
    Verdict.UNVERIFIABLE: "无法核实",
}


class Difference(StrEnum):
    """Where two accounts do not agree; labels in DIFFERENCE_LABELS."""

    CLOSED_NOT_REPORTED = "closed_not_reported"
    REPORTED_NOT_CLOSED = "reported_not_closed"
    FIGURES = "figures"
    DEADLINE = "deadline"
    SHRUNK = "shrunk"
    UNPLANNED = "unplanned"


DIFFERENCE_LABELS: dict[Difference, str] = {
    Difference.CLOSED_NOT_REPORTED: "台账办结·报告未提",
    Difference.REPORTED_NOT_CLOSED: "报告称完成·台账未办结",
    Difference.FIGURES: "数值不符",
    Difference.DEADLINE: "时限不符",
    Difference.SHRUNK: "目标缩水",
    Difference.UNPLANNED: "计划外完成",
}


@dataclass(frozen=True, slots=True)
class LedgerAccount:
    """单位自报: where the ledger has the task. ``status`` is the final state where the year has been locked."""

    status: TaskStatus
    percent: int = 0
    due_on: date | None = None
    original_due_on: date | None = None
    completed_on: date | None = None

    @property
    def is_closed(self) -> bool:
        """Whether it was struck off."""
        return self.status is TaskStatus.CLOSED

    @property
    def kept_deadline(self) -> bool | None:
        """Whether it was completed by the current deadline; None where it was not closed."""
        return _by(self.completed_on, self.due_on) if self.is_closed else None

    @property
    def kept_original_deadline(self) -> bool | None:
        """Whether it was completed by the original deadline; None where it was not closed."""
        return _by(self.completed_on, self.original_due_on) if self.is_closed else None


@dataclass(frozen=True, slots=True)
class ReportAccount:
    """报告所述: what the next report says, as confirmed by a person (``decided``) or as proposed."""

    outcome: Outcome
    decided: bool = False
    late: bool | None = None
    figures: Sequence[Figure] = ()
    shrunk: Shrunk | None = None
    admitted: bool = False  # the report's own problems say that it was not done

    @property
    def unmet(self) -> tuple[Figure, ...]:
        """The targets that were not reached by the report's own figures."""
        return tuple(figure for figure in self.figures if figure.met is False)

    @property
    def mentions(self) -> bool:
        """Whether the report speaks of the task."""
        return self.outcome is not Outcome.NOT_MENTIONED


@dataclass(frozen=True, slots=True)
class Accounts:
    """The three accounts of one task. ``report`` None: no report to ask, or the task was not compared with it."""

    ledger: LedgerAccount
    report: ReportAccount | None = None
    evidence: int = 0


@dataclass(frozen=True, slots=True)
class FoundDifference:
    """A difference with what differs, in a sentence."""

    kind: Difference
    detail: str

    @property
    def label(self) -> str:
        """Its name in Chinese."""
        return DIFFERENCE_LABELS[self.kind]


def effective_status(status: TaskStatus, archived_from: str | None) -> TaskStatus:
    """Return the state a task counts by: of an archived one, that in which the year was locked."""
    return TaskStatus(archived_from) if status is TaskStatus.ARCHIVED and archived_from else status


def find_differences(accounts: Accounts) -> tuple[FoundDifference, ...]:
    """Return where the accounts of a task do not agree, in the order of DIFFERENCE_LABELS."""
    ledger, report = accounts.ledger, accounts.report
    if report is None:
        return ()
    found: list[FoundDifference] = []
    if ledger.is_closed and not report.mentions:
        found.append(FoundDifference(Difference.CLOSED_NOT_REPORTED, "台账已办结，报告没有写到这一项。"))
    if report.outcome is Outcome.DONE and not ledger.is_closed:
        label = STATUS_LABELS[ledger.status]
        found.append(FoundDifference(Difference.REPORTED_NOT_CLOSED, f"报告称已完成，台账为“{label}”。"))
    if report.unmet and (ledger.is_closed or report.outcome is Outcome.DONE):
        found.append(FoundDifference(Difference.FIGURES, "；".join(_figure(one) for one in report.unmet) + "。"))
    if (detail := _deadline_detail(ledger, report)) is not None:
        found.append(FoundDifference(Difference.DEADLINE, detail))
    if report.shrunk is not None:
        found.append(FoundDifference(Difference.SHRUNK, _shrunk(report.shrunk)))
    return tuple(found)


def _deadline_detail(ledger: LedgerAccount, report: ReportAccount) -> str | None:
    """Compare when the ledger and the report say it was done, against the deadline that was promised."""
    if report.late is None or ledger.kept_original_deadline is None or ledger.completed_on is None:
        return None
    if report.late != ledger.kept_original_deadline:
        return None
    done, promised = ledger.completed_on.isoformat(), ledger.original_due_on
    says = "晚于" if report.late else "不晚于"
    return f"台账记 {done} 完成，报告写明的日期{says}原定时限 {promised}。"


def _figure(figure: Figure) -> str:
    actual = "未写明" if figure.actual is None else f"{figure.actual:.12g} {figure.unit}"
    return f"{figure.what}：承诺 {figure.target:.12g} {figure.unit}，报告 {actual}"


def _shrunk(shrunk: Shrunk) -> str:
    return f"{shrunk.what}：由 {shrunk.before:.12g} {shrunk.unit}降为 {shrunk.after:.12g} {shrunk.unit}。"


def _by(day: date | None, deadline: date | None) -> bool | None:
    return None if day is None or deadline is None else day <= deadline


# ---- suggesting a verdict -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A verdict the accounts suggest, with the reason; a person sets it or another."""

    verdict: Verdict
    reason: str


MOSTLY = 90
"""A task not struck off that its unit reported as done to this share and more counts as 基本完成."""


def suggest_verdict(accounts: Accounts) -> Suggestion | None:
    """Return what the accounts suggest; None while the task is still open."""
    ledger, report = accounts.ledger, accounts.report
    if ledger.status is TaskStatus.WITHDRAWN:
        return Suggestion(Verdict.CANCELLED, "台账已撤销")
    if ledger.status not in FINAL:
        return None
    return _of_closed(report, accounts.evidence) if ledger.is_closed else _of_unfinished(ledger, report)


def _of_closed(report: ReportAccount | None, evidence: int) -> Suggestion:
    if report is not None and report.admitted:
        return Suggestion(Verdict.PARTLY_DONE, "台账已办结，报告的问题部分承认没有做到")
    if report is not None and report.unmet:
        return Suggestion(Verdict.PARTLY_DONE, "台账已办结，报告的数值没有达到承诺")
    if report is not None and report.outcome is Outcome.PARTIAL:
        return Suggestion(Verdict.MOSTLY_DONE, "台账已办结，报告只写到部分完成")
    if report is not None and report.outcome is Outcome.DONE:
        return Suggestion(Verdict.DONE, "台账已办结，报告也写到已完成")
    if evidence:
        return Suggestion(Verdict.DONE, f"台账已办结，有 {evidence} 件佐证")
    return Suggestion(Verdict.UNVERIFIABLE, "台账已办结，报告没有写到，也没有佐证")


def _of_unfinished(ledger: LedgerAccount, report: ReportAccount | None) -> Suggestion:
    if report is not None and report.outcome is Outcome.DONE and not report.unmet:
        return Suggestion(Verdict.UNVERIFIABLE, "报告称已完成，台账没有办结")
    if ledger.percent >= MOSTLY:
        return Suggestion(Verdict.MOSTLY_DONE, f"台账没有办结，完成比例 {ledger.percent}%")
    if ledger.percent or (report is not None and report.mentions):
        return Suggestion(Verdict.PARTLY_DONE, f"台账没有办结，完成比例 {ledger.percent}%")
    return Suggestion(Verdict.NOT_STARTED, "台账没有进展，报告也没有写到")


# ---- rates ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Counts:
    """The numbers the rates are made of; they add up over units."""

    established: int = 0
    withdrawn: int = 0
    closed: int = 0
    on_time: int = 0
    on_time_original: int = 0
    mentioned: int = 0

    def __add__(self, other: Counts) -> Counts:
        """Return the sums."""
        return Counts(*(getattr(self, name) + getattr(other, name) for name in self.__slots__))

    @property
    def completion(self) -> float | None:
        """完成率, 0..1; None where nothing counts."""
        return _share(self.closed, self.established - self.withdrawn)

    @property
    def punctual(self) -> float | None:
        """按期率 by the current deadlines."""
        return _share(self.on_time, self.closed)

    @property
    def punctual_original(self) -> float | None:
        """按期率 by the original deadlines."""
        return _share(self.on_time_original, self.established - self.withdrawn)

    @property
    def mention(self) -> float | None:
        """报告提及率."""
        return _share(self.mentioned, self.established)


RATES: tuple[tuple[str, str, str], ...] = (
    ("completion", "完成率", "办结 ÷（立项 − 撤销）"),
    ("punctual", "按期率（现时限）", "在现时限内办结 ÷ 办结"),
    ("punctual_original", "按期率（原时限）", "在原定时限内办结 ÷（立项 − 撤销）"),
    ("mention", "报告提及率", "有已确认报告依据的任务 ÷ 立项"),
)
"""Name, label and definition of each rate; the page shows the definitions."""


def count(accounts: Accounts) -> Counts:
    """Return what one task adds to the counts; a proposal adds nothing."""
    ledger, report = accounts.ledger, accounts.report
    if ledger.status not in LEDGER:
        return Counts()
    return Counts(
        established=1,
        withdrawn=int(ledger.status is TaskStatus.WITHDRAWN),
        closed=int(ledger.is_closed),
        on_time=int(ledger.kept_deadline is True),
        on_time_original=int(ledger.kept_original_deadline is True),
        mentioned=int(report is not None and report.decided and report.mentions),
    )


def total(counts: Iterable[Counts]) -> Counts:
    """Return the sum of ``counts``."""
    result = Counts()
    for one in counts:
        result = result + one
    return result


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole > 0 else None


# ---- locking --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class LineState:
    """What the lock asks of one task."""

    name: str  # 编号
    status: TaskStatus
    verdict: Verdict | None
    unexplained: tuple[Difference, ...] = ()


@dataclass(frozen=True, slots=True)
class Obstacle:
    """Something that keeps a year from being locked; ``names`` are the tasks (or passages) it is about."""

    reason: str
    names: tuple[str, ...] = field(default=())

    @property
    def sentence(self) -> str:
        """Say it in one sentence, naming at most ten."""
        if not self.names:
            return self.reason
        shown = "、".join(self.names[:10]) + (f" 等 {len(self.names)} 项" if len(self.names) > 10 else "")
        return f"{self.reason}：{shown}"


def find_obstacles(lines: Sequence[LineState], *, proposals: int, unplanned: int) -> tuple[Obstacle, ...]:
    """Return what must be done before the year can be locked.

    ``proposals`` is how many plan items wait to be confirmed, ``unplanned`` how many unplanned achievements have no
    explanation.
    """
    found = []
    if proposals:
        found.append(Obstacle(f"还有 {proposals} 条计划条目待确认，请先确认立项或忽略"))
    if still_open := tuple(line.name for line in lines if line.status in OPEN):
        found.append(Obstacle("还没有办结、撤销或认定未完成", still_open))
    if without := tuple(line.name for line in lines if line.verdict is None):
        found.append(Obstacle("还没有核查结论", without))
    if unexplained := tuple(line.name for line in lines if line.unexplained):
        found.append(Obstacle("差异还没有说明", unexplained))
    if unplanned:
        found.append(Obstacle(f"计划外完成还有 {unplanned} 项没有说明"))
    return tuple(found)
