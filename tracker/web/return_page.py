"""What pages show of a plan that was sent back: how it stands, its remarks, and what the person may do about it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from tracker.db.models import PlanRemark, PlanReturn, Report
from tracker.db.queries.plan_returns import return_state, returns_so_far
from tracker.domain.permissions import UNIT_ROLES, Actor, Role
from tracker.domain.plan_returns import RETURN_LABELS, ReturnState

STATE_KINDS = {
    ReturnState.RETURNED: "back",
    ReturnState.ANSWERED: "waiting",
    ReturnState.CORRECTED: "done",
    ReturnState.CLOSED: "stopped",
}


@dataclass(frozen=True, slots=True)
class Round:
    """One sending back."""

    row: PlanReturn
    state: ReturnState

    @property
    def label(self) -> str:
        """How it stands, in words."""
        return RETURN_LABELS[self.state]

    @property
    def kind(self) -> str:
        """The look of its badge."""
        return STATE_KINDS[self.state]

    @property
    def unanswered(self) -> int:
        """How many remarks wait for an answer."""
        return sum(remark.replied_at is None for remark in self.row.remarks)

    @property
    def is_open(self) -> bool:
        """Whether something is still to be done about it."""
        return self.state in (ReturnState.RETURNED, ReturnState.ANSWERED)


@dataclass(frozen=True, slots=True)
class ReturnView:
    """The last sending back of a report or of the version before it, and those before that one."""

    report: Report
    last: Round
    earlier: tuple[Round, ...]
    may_answer: bool
    may_settle: bool

    @property
    def of_this_version(self) -> bool:
        """Whether it is this version of the report that was sent back."""
        return self.last.row.report_id == self.report.id

    def remark_on(self, task_id: int) -> PlanRemark | None:
        """Return what the last sending back says of an item, unless it was ended."""
        if self.last.state is ReturnState.CLOSED:
            return None
        return next((remark for remark in self.last.row.remarks if remark.task_id == task_id), None)


def return_view(session: Session, actor: Actor, report: Report) -> ReturnView | None:
    """Return the returns of a report and its earlier versions as the actor sees them; None where there is none."""
    return view_of(actor, report, returns_so_far(session, report))


def view_of(actor: Actor, report: Report, returns: Sequence[PlanReturn]) -> ReturnView | None:
    """Arrange returns, the newest first; None where there is none."""
    if not returns:
        return None
    rounds = [Round(row, return_state(row)) for row in returns]
    last = rounds[0]
    is_open = last.is_open and last.row.report_id == report.id
    return ReturnView(
        report=report,
        last=last,
        earlier=tuple(rounds[1:]),
        may_answer=is_open and actor.role in UNIT_ROLES,
        may_settle=is_open and actor.role is Role.SUPERVISOR,
    )
