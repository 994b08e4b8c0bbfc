"""Evidence (佐证材料): taking files in, attaching them to a task, withdrawing and finding them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tracker.db.models import EvidenceFile, Task
from tracker.db.queries.scope import get_task
from tracker.domain.errors import NotFound, RuleViolation
from tracker.domain.evidence_kinds import (
    ACCEPTED,
    HEAD_BYTES,
    KINDS,
    ZIP,
    clean_name,
    looks_right,
    suffix_of,
)
from tracker.domain.permissions import Actor
from tracker.domain.task_rules import optional_text, required_text
from tracker.domain.tasks import TaskAction
from tracker.readers.base import DEFAULT_LIMITS, UnreadableDocument
from tracker.readers.container import Container
from tracker.services.audit import record
from tracker.services.task_changes import Change, begin_change, finish_change
from tracker.storage import FileTooLarge, Storage

MEGABYTE = 1024 * 1024
MOST_FILES = 20


CONTAINER_FAULTS = {
    "encrypted": "设有打开密码，无法核验。请取消密码后上传。",
    "too_many_members": f"内含的文件超过 {DEFAULT_LIMITS.members} 个。请拆分后上传。",
    "too_large_unpacked": f"解压后超过 {DEFAULT_LIMITS.unpacked_bytes // MEGABYTE} MB。请拆分后上传。",
    "ratio": f"压缩比超过 {DEFAULT_LIMITS.ratio} 倍，无法接收。请重新导出后上传。",
}


class EvidenceRefused(RuleViolation):
    """这个文件不能作为佐证材料。"""


@dataclass(frozen=True, slots=True)
class AcceptedFile:
    """A file that lies in the storage and may be attached. ``name`` is cleaned, ``size`` in bytes."""

    name: str
    key: str
    size: int
    media_type: str


def accept_file(storage: Storage, name: str, stream: BinaryIO, *, limit_mb: int) -> AcceptedFile:
    """Check a file's suffix, first bytes and container and store it; raises EvidenceRefused and says what to do.

    Call it before the writing transaction: no lock is held while bytes travel.
    """
    shown = clean_name(name)
    suffix = suffix_of(shown)
    if suffix not in KINDS:
        raise EvidenceRefused(f"“{shown}”的格式不在可用范围内。请上传 {ACCEPTED} 格式的文件。", field="files")
    head = stream.read(HEAD_BYTES)
    stream.seek(0)
    if not head:
        raise EvidenceRefused(f"“{shown}”是空文件，请检查后重新上传。", field="files")
    if not looks_right(suffix, head):
        raise EvidenceRefused(f"“{shown}”的内容与后缀 .{suffix} 不符。请另存为正确的格式后上传。", field="files")
    try:
        stored = storage.save(stream, limit=limit_mb * MEGABYTE)
    except FileTooLarge:
        raise EvidenceRefused(f"“{shown}”超过 {limit_mb} MB。请压缩或拆分后上传。", field="files") from None
    if head.startswith(ZIP):
        _check_container(storage.path(stored.key), shown, suffix)
    return AcceptedFile(shown, stored.key, stored.size, KINDS[suffix].media_type)


def attach_evidence(
    session: Session, actor: Actor, task_id: int, files: Iterable[AcceptedFile], *, now: datetime, note: str = ""
) -> Task:
    """Attach files to a task, outside a report of progress; append-only."""
    change = begin_change(session, actor, task_id, TaskAction.ADD_EVIDENCE, now=now)
    note = optional_text(note, "说明", "note", limit=300)
    names = add_files(change, files, progress_id=None, note=note)
    if not names:
        raise EvidenceRefused("请至少选择一个尚未上传过的文件。", field="files")
    return finish_change(change, appends=True, extra={"evidence": (None, "、".join(names))})


def add_files(change: Change, files: Iterable[AcceptedFile], *, progress_id: int | None, note: str = "") -> list[str]:
    """Insert the rows of accepted files, each content once a task; return the names added."""
    session, task_id = change.session, change.task.id
    present = set(
        session.scalars(
            select(EvidenceFile.file_key).where(EvidenceFile.task_id == task_id, EvidenceFile.withdrawn_at.is_(None))
        )
    )
    names: list[str] = []
    for file in files:
        if file.key in present:
            continue
        if len(names) >= MOST_FILES:
            raise EvidenceRefused(f"一次最多上传 {MOST_FILES} 个文件，请分次上传。", field="files")
        present.add(file.key)
        names.append(file.name)
        session.add(
            EvidenceFile(
                task_id=task_id,
                progress_id=progress_id,
                file_name=file.name,
                file_key=file.key,
                file_size=file.size,
                media_type=file.media_type,
                note=note,
                uploaded_by_id=change.actor.id,
                uploaded_at=change.now,
            )
        )
    session.flush()
    return names


def withdraw_evidence(
    session: Session, actor: Actor, task_id: int, evidence_id: int, *, reason: str, now: datetime
) -> EvidenceFile:
    """Mark a file as withdrawn: it no longer counts, but it and its record stay."""
    change = begin_change(session, actor, task_id, TaskAction.WITHDRAW_EVIDENCE, now=now, reason=reason)
    required_text(reason, "撤回的原因", "reason", limit=300)
    file = _get(session, task_id, evidence_id)
    if file.withdrawn_at is not None:
        raise RuleViolation("这份材料已经撤回。")
    file.withdrawn_at = now
    finish_change(
        change, detail=file.file_name, reason=reason, appends=True, extra={"evidence": (file.file_name, None)}
    )
    return file


def find_evidence(session: Session, actor: Actor, task_id: int, evidence_id: int) -> EvidenceFile:
    """Return a file of this very task for reading; raises NotFound, also for a file of another task."""
    get_task(session, actor, task_id)
    return _get(session, task_id, evidence_id)


def record_download(session: Session, actor: Actor, task_id: int, evidence_id: int, *, now: datetime) -> None:
    """Leave the audit line of a download."""
    task = get_task(session, actor, task_id)
    file = _get(session, task_id, evidence_id)
    record(
        session,
        actor,
        "evidence.download",
        "evidence",
        file.id,
        unit_path=task.lead_unit.path,
        summary=f"下载佐证：{file.file_name}（{task.number or task.title}）",
        now=now,
    )


def count_evidence(session: Session, task_id: int) -> int:
    """Count the pieces of evidence that have not been withdrawn."""
    return (
        session.scalar(
            select(func.count())
            .select_from(EvidenceFile)
            .where(EvidenceFile.task_id == task_id, EvidenceFile.withdrawn_at.is_(None))
        )
        or 0
    )


def _get(session: Session, task_id: int, evidence_id: int) -> EvidenceFile:
    file = session.scalar(select(EvidenceFile).where(EvidenceFile.id == evidence_id, EvidenceFile.task_id == task_id))
    if file is None:
        raise NotFound("没有找到这份佐证材料，或不在您的查看范围内。")
    return file


def _check_container(path: Path, shown: str, suffix: str) -> None:
    """Refuse a zip, or a document that is one, that is damaged, locked, a bomb, or not what its suffix says."""
    wanted = KINDS[suffix].member
    try:
        with Container(path, DEFAULT_LIMITS) as container:
            if wanted is not None and container.find(wanted) is None:
                raise EvidenceRefused(f"“{shown}”不是真正的 {suffix} 文件。请重新导出后上传。", field="files")
    except UnreadableDocument as error:
        why = CONTAINER_FAULTS.get(error.code, "已损坏，无法打开。请重新导出后上传。")
        raise EvidenceRefused(f"“{shown}”{why}", field="files") from None
