"""Sending a plan back to its unit (退回计划): how it stands, and what a remark on an item or a problem says to begin with."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from enum import StrEnum

from tracker.domain.assessment import ASPECT_LABELS, AspectKind, Assessment
from tracker.domain.errors import ActionNotAllowed, RuleViolation

LONGEST_REMARK = 1_000
LONGEST_REPLY = 1_000


class ReturnState(StrEnum):
    """How a returned plan stands; derived, never stored."""

    RETURNED = "returned"
    ANSWERED = "answered"
    CORRECTED = "corrected"
    CLOSED = "closed"


RETURN_LABELS: dict[ReturnState, str] = {
    ReturnState.RETURNED: "已退回",
    ReturnState.ANSWERED: "已答复",
    ReturnState.CORRECTED: "已更正",
    ReturnState.CLOSED: "已了结",
}


class AlreadyReturned(ActionNotAllowed):
    """这份计划已经退回，单位还没有答复完，不能重复退回。可以等单位答复，或先了结上一次退回。"""


class NothingReturned(ActionNotAllowed):
    """这份计划没有等待办理的退回，请刷新页面查看最新状态。"""


class NoRemark(RuleViolation):
    """请至少勾选一条意见并写明要改什么，或填写总的意见。"""


class NoReply(RuleViolation):
    """请至少答复一条意见，或上传更正后的报告。"""


class NobodyToCorrect(RuleViolation):
    """报送单位没有在用的承办人或负责人账号，退回后没有人能看到。请先由系统管理员建立账号。"""


def state_of(*, closed: bool, superseded: bool, answered: Sequence[bool]) -> ReturnState:
    """Return how a return stands: ``answered`` says of each remark whether the unit has answered it."""
    if closed:
        return ReturnState.CLOSED
    if superseded:
        return ReturnState.CORRECTED
    return ReturnState.ANSWERED if answered and all(answered) else ReturnState.RETURNED


def check_reply_day(reply_by: date | None, today: date) -> None:
    """Raise where the answer is asked for by a day that is over."""
    if reply_by is not None and reply_by < today:
        raise RuleViolation("答复期限不能早于今天。", field="reply_by")


_ASKED = {
    AspectKind.OBJECT: "具体对象",
    AspectKind.RESULT: "可核查的成果",
    AspectKind.DATE: "完成时限",
    AspectKind.OWNER: "责任单位",
}


def remark_on_item(assessment: Assessment, skeleton: str) -> str:
    """Return a remark that asks for what an item lacks; empty where it lacks nothing."""
    lacking = assessment.lacking
    if not lacking:
        return ""
    asked = "、".join(_ASKED[aspect.kind] for aspect in lacking)
    advice = [f"“{word.word}”：{word.instead}" for word in assessment.vague_words if word.instead.startswith("写明")]
    hints = f"其中{'；'.join(advice[:2])}。" if advice and AspectKind.RESULT in {a.kind for a in lacking} else ""
    return f"请写明{asked}。{hints}" + (f"可以写成：{skeleton}" if skeleton else "")


def remark_on_problem() -> str:
    """Return a remark that asks for an answer to a problem."""
    return "报告提出了这个问题，计划里没有一条措施回应。请补充措施，写明成果、时限和责任单位。"


def is_pressing(assessment: Assessment) -> bool:
    """Say whether an item should be remarked on unless the supervisor thinks otherwise: nobody could check it."""
    return AspectKind.RESULT in {aspect.kind for aspect in assessment.lacking} or assessment.vague


def summary_of(assessments: Sequence[Assessment]) -> list[tuple[str, int]]:
    """Count, aspect by aspect, how many items lack it; aspects that none lacks are left out."""
    names = {**ASPECT_LABELS, AspectKind.OWNER: "责任单位"}
    counts = [
        (names[kind], sum(kind in {aspect.kind for aspect in one.lacking} for one in assessments))
        for kind in AspectKind
    ]
    return [(label, number) for label, number in counts if number]
