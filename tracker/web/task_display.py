"""How a task's rows are put into words for its page: quantities, history, attachments, reminders."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Any

from flask import url_for

from tracker.db.models import EvidenceFile, Task
from tracker.db.queries.task_details import EvidenceLine, HistoryLine, Relative, SourcePassage
from tracker.domain.audit_words import FIELD_WORDS
from tracker.domain.evidence_kinds import KINDS, suffix_of
from tracker.domain.reminders import NoticeKind, step_words
from tracker.domain.tasks import (
    ACTION_LABELS,
    STATUS_LABELS,
    UNFINISHED_LABELS,
    TaskAction,
    TaskStatus,
    UnfinishedReason,
)
from tracker.web.filters import day, file_size, moment, number

FIELD_LABELS = {
    **FIELD_WORDS,
    "verdict": "审核意见",  # on a task's own page it is always the reviewer's
    "link_decision": "报告对应",
    "link_outcome": "报告结论",
    "link_evidence": "报告依据",
    "link_figures": "数值对照",
    "link_repeated": "下一年计划再次写入的条数",
    "finding": "核查结论",
}
PER = {"month": "每月", "quarter": "每季度", "half_year": "每半年", "year": "每年"}
OPERATORS = {">=": "不少于 ", "<=": "不超过 ", "~": "约 ", "=": ""}
RELATIVE_LABELS = {
    "predecessor": "上年任务",
    "successor": "下年任务",
    "merged_into": "已并入",
    "merged_from": "由此并入",
    "split_from": "拆分自",
    "split_into": "拆分为",
}
KEY_ACTIONS = frozenset(
    {
        TaskAction.ESTABLISH,
        TaskAction.ASSIGN,
        TaskAction.SIGN,
        TaskAction.APPROVE,
        TaskAction.RETURN,
        TaskAction.APPROVE_EXTENSION,
        TaskAction.WITHDRAW,
        TaskAction.MARK_UNFINISHED,
        TaskAction.CARRY_OVER,
    }
)


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """One line of a task's history as ``ui.timeline`` takes it."""

    when: str
    who: str
    what: str
    text: str | None
    key: bool
    changes: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True, slots=True)
class ReminderLine:
    """One reminder as the task's page lists it, whomever it went to."""

    label: str
    people: str
    when: str
    state: str


@dataclass(frozen=True, slots=True)
class Attachment:
    """One file as ``ui.attachments`` takes it; ``withdrawn`` ones have no address."""

    id: int
    name: str
    href: str | None
    size: str
    by: str
    when: str
    kind: str
    note: str
    withdrawn: bool


def quantity_text(quantity: dict[str, Any]) -> str:
    """Write a target such as 开展执法培训 不少于 4 场（每季度）."""
    value, top = number(quantity.get("value")), quantity.get("max")
    amount = f"{value} 至 {number(top)}" if quantity.get("op") == "range" and top is not None else value
    per = PER.get(quantity.get("per") or "")
    unit = quantity.get("unit") or ""
    words = f"{quantity.get('what') or ''} {OPERATORS.get(quantity.get('op') or '=', '')}{amount} {unit}".strip()
    return f"{words}（{per}）" if per else words


def history_entries(lines: Iterable[HistoryLine]) -> list[HistoryEntry]:
    """Write audit lines as entries of a timeline, newest first."""
    return [_entry(line) for line in lines]


def attachments(task_id: int, files: Iterable[EvidenceFile | EvidenceLine]) -> list[Attachment]:
    """Write evidence rows as files with their address."""
    return [
        Attachment(
            id=file.id,
            name=file.file_name,
            href=None if file.withdrawn_at else url_for("evidence.download", task_id=task_id, evidence_id=file.id),
            size=file_size(file.file_size),
            by=file.uploaded_by.name,
            when=moment(file.uploaded_at),
            kind=kind.kind if (kind := KINDS.get(suffix_of(file.file_name))) else "other",
            note=file.note,
            withdrawn=file.withdrawn_at is not None,
        )
        for file in files
    ]


def source_href(task: Task, passage: SourcePassage) -> str:
    """Return the address of a passage in its report, marked there."""
    anchor = f"span-{task.id}" if task.report_id == passage.report_id else f"c{passage.start}"
    quote = f"{passage.start}-{passage.end}"
    return url_for("reports.show", report_id=passage.report_id, quote=quote, _anchor=anchor)


def reminder_lines(rows: Iterable[Any]) -> list[ReminderLine]:
    """Write the notices of a task as reminders, newest first: one line for all whom the same one went to."""
    lines = []
    for (rule, kind, created_at), group in groupby(rows, key=lambda row: (row.rule, row.kind, row.created_at)):
        notices = sorted(group, key=lambda row: row.id)
        label = notices[0].title.split("：")[0] if kind in BY_EVENT else step_words(rule, NoticeKind(kind))
        people = "、".join(row.name for row in notices)
        lines.append(ReminderLine(label, people, moment(created_at), _read_words(notices)))
    return lines


BY_EVENT = frozenset({NoticeKind.EVENT, NoticeKind.REVIEW})


def _read_words(notices: Sequence[Any]) -> str:
    if all(row.cancelled_at for row in notices):
        return "已作废"
    read = sum(row.read_at is not None for row in notices)
    if read in (0, len(notices)):
        return "已读" if read else "未读"
    return f"{len(notices)} 人中 {read} 人已读"


def relative_lines(relatives: Sequence[Relative]) -> list[tuple[str, Relative]]:
    """Return what each related task is to this one, and the task."""
    return [(RELATIVE_LABELS[relative.kind], relative) for relative in relatives]


def progress_by_report(files: Sequence[Attachment], rows: Sequence[EvidenceLine]) -> dict[int | None, list[Attachment]]:
    """Group attachments by the report of progress they came with; None: by themselves."""
    grouped: dict[int | None, list[Attachment]] = {}
    for file, row in zip(files, rows, strict=True):
        grouped.setdefault(row.progress_id, []).append(file)
    return grouped


def marks_of(task: Task, today: date) -> list[tuple[str, str]]:
    """Return the small marks beside a task's title and what each means."""
    marks = []
    if task.years_carried:
        marks.append((f"第 {task.years_carried + 1} 年写入", "由以前年度结转而来"))
    if task.extension_pending:
        marks.append(("延期待审核", "批准前时限不变，提醒暂停"))
    if task.return_count:
        marks.append((f"退回 {task.return_count} 次", "申请办结后被退回重办的次数"))
    if task.urge_count:
        marks.append((f"催办 {task.urge_count} 次", "督办员人工催办的次数"))
    if task.vague and task.status is TaskStatus.PROPOSED:
        marks.append(("要求模糊", "没有可以核对的结果"))
    if task.status is TaskStatus.ASSIGNED and task.sign_due_on and task.sign_due_on < today:
        marks.append(("签收超期", f"应于 {task.sign_due_on} 前签收"))
    return marks


def times_of(task: Task) -> list[tuple[str, str]]:
    """Return what happened to a task and when, in the order of its life; what has not happened is left out."""
    closed = f"{moment(task.closed_at)}　{task.closed_by.name if task.closed_by else ''}" if task.closed_at else ""
    waiting = task.status is TaskStatus.ASSIGNED
    times = [
        ("立项", moment(task.established_at) if task.established_at else ""),
        ("交办", moment(task.assigned_at) if task.assigned_at else ""),
        ("签收期限", day(task.sign_due_on) if task.sign_due_on and waiting else ""),
        ("签收", moment(task.signed_at) if task.signed_at and not waiting else ""),
        ("计划完成", day(task.planned_on) if task.planned_on else ""),
        ("最近反馈", moment(task.last_progress_at) if task.last_progress_at else ""),
        ("实际完成", day(task.completed_on) if task.completed_on else ""),
        ("销号", closed),
        ("复核日期", day(task.review_on) if task.review_on else ""),
    ]
    return [(label, value) for label, value in times if value]


def _entry(line: HistoryLine) -> HistoryEntry:
    action = line.action.removeprefix("task.")
    known = TaskAction(action) if action in set(TaskAction) else None
    written = [
        (FIELD_LABELS.get(field, field), _value(field, before), _value(field, after))
        for field, (before, after) in line.changes.items()
    ]
    added = [f"{label}：{after}" for label, before, after in written if not before]
    return HistoryEntry(
        when=moment(line.at),
        who=line.actor_name,
        what=ACTION_LABELS[known] if known else line.summary,
        text="\n".join(filter(None, (line.reason, *added))) or None,
        key=known in KEY_ACTIONS,
        changes=tuple(change for change in written if change[1]),
    )


def _value(field: str, value: Any) -> str:
    if value is None or value == "":
        return ""
    if field == "status":
        return STATUS_LABELS[TaskStatus(value)]
    if field == "unfinished_reason":
        return UNFINISHED_LABELS[UnfinishedReason(value)]
    if isinstance(value, bool):
        return "是" if value else "否"
    return f"{value}%" if field == "percent" else str(value)
