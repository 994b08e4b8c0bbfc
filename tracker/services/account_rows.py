"""A line of the reconciliation as plain JSON values: what the page shows, the workbook takes and the lock freezes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

from tracker.db.models import ReconciliationSheet, Report, Task, TaskLink
from tracker.db.queries.reconciliation import NextTask, TaskAccounts
from tracker.domain.calendar import LOCAL_ZONE
from tracker.domain.documents import DeadlineSource
from tracker.domain.reconciliation import VERDICT_LABELS, Accounts, ReportAccount, find_differences, suggest_verdict
from tracker.domain.tasks import OPEN, STATUS_LABELS, UNFINISHED_LABELS, TaskStatus
from tracker.services.accounts import unplanned_key
from tracker.services.links import OUTCOME_LABELS

Json = dict[str, Any]


def duty_row(
    entry: TaskAccounts, accounts: Accounts, files: Sequence[tuple[int, str]], following: Iterable[NextTask]
) -> Json:
    task, line = entry.task, entry.line
    explanations = line.explanations if line is not None else {}
    suggestion = suggest_verdict(accounts)
    return {
        "task_id": task.id,
        "number": task.number,
        "title": task.title,
        "quote": task.quote,
        "wording": task.wording,
        "lead_unit": task.lead_unit.name,
        "due_on": iso(task.due_on),
        "original_due_on": iso(task.original_due_on),
        "due_inferred": task.due_source is DeadlineSource.PLAN_YEAR and not task.due_confirmed,
        "status": accounts.ledger.status.value,
        "status_label": STATUS_LABELS[accounts.ledger.status],
        "percent": task.percent,
        "completed_on": iso(task.completed_on),
        "closing_note": task.verdict,
        "status_reason": _status_reason(task, accounts.ledger.status),
        "is_open": accounts.ledger.status in OPEN,
        "evidence": [{"id": file_id, "name": name} for file_id, name in files],
        "report": _report_side(entry.link, accounts.report),
        "differences": [
            {
                "kind": found.kind.value,
                "label": found.label,
                "detail": found.detail,
                "explanation": explanations.get(found.kind.value, ""),
            }
            for found in find_differences(accounts)
        ],
        "suggestion": None
        if suggestion is None
        else {
            "verdict": suggestion.verdict.value,
            "label": VERDICT_LABELS[suggestion.verdict],
            "reason": suggestion.reason,
        },
        "verdict": line.verdict.value if line is not None and line.verdict is not None else None,
        "verdict_label": VERDICT_LABELS[line.verdict] if line is not None and line.verdict is not None else None,
        "shortfall": (line.shortfall if line is not None else None) or _task_shortfall(task),
        "handling": line.handling if line is not None else "",
        "decided_by": line.decided_by.name if line is not None and line.decided_by is not None else None,
        "decided_on": day_of(line.decided_at) if line is not None else None,
        "line_version": line.version if line is not None else 0,
        "next": _next_numbers(task, entry.link, following),
    }


def _report_side(link: TaskLink | None, account: ReportAccount | None) -> Json | None:
    """Return 报告所述: the outcome, the passages with their places, the figures, and how far a person has looked."""
    if link is None or account is None:
        return None
    return {
        "report_id": link.report_id,
        "outcome": account.outcome.value,
        "outcome_label": OUTCOME_LABELS[account.outcome],
        "decision": link.decision.value,
        "decided": account.decided,
        "score": link.score,
        "late": link.late,
        "passages": [
            {"text": p["text"], "start": p["start"], "end": p["end"], "where": p.get("where", "")}
            for p in link.evidence
        ],
        "admitted": [p["text"] for p in link.contradicted_by],
        "figures": list(link.figures),
        "written": link.proposal.get("written") if link.repeated_in else None,
        "note": link.note,
    }


def _status_reason(task: Task, status: TaskStatus) -> str:
    if status in {TaskStatus.UNFINISHED, TaskStatus.CARRIED_OVER, TaskStatus.WITHDRAWN, TaskStatus.SUSPENDED}:
        return task.status_reason or ""
    return ""


def _task_shortfall(task: Task) -> str:
    """Return why the task was found unfinished, as 客观条件：…."""
    if task.unfinished_reason is None:
        return ""
    label = UNFINISHED_LABELS[task.unfinished_reason]
    return f"{label}：{task.status_reason}" if task.status_reason else label


def _next_numbers(task: Task, link: TaskLink | None, following: Iterable[NextTask]) -> list[Json]:
    """Return 下年编号: the successor, and the tasks of the next plan that write the promise again."""
    repeated = set(link.repeated_in) if link is not None else set()
    return [
        {"id": one.id, "number": one.number}
        for one in following
        if one.predecessor_id == task.id
        or (link is not None and one.report_id == link.report_id and one.item_ref in repeated)
    ]


def unplanned_rows(report: Report | None, stored: ReconciliationSheet | None) -> list[Json]:
    """Return what the report tells beyond the plan, each with its explanation."""
    if report is None:
        return []
    explanations = (stored.unplanned if stored is not None else None) or {}
    return [
        {
            "key": (key := unplanned_key(passage["text"])),
            "report_id": report.id,
            "text": passage["text"],
            "start": passage["start"],
            "end": passage["end"],
            "where": passage.get("where", ""),
            "explanation": explanations.get(key, ""),
        }
        for passage in report.reading.get("unplanned", ())
    ]


def report_row(report: Report | None) -> Json | None:
    if report is None:
        return None
    return {"id": report.id, "title": report.title, "file_name": report.file_name}


def iso(value: date | None) -> str | None:
    return value.isoformat() if value is not None else None


def day_of(value: datetime | None) -> str | None:
    return value.astimezone(LOCAL_ZONE).date().isoformat() if value is not None else None
