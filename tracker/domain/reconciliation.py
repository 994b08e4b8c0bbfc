"""Year-end reconciliation: the verdicts, the kinds of difference between the accounts, and the rates."""

from __future__ import annotations

from enum import StrEnum


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
