"""What the page of a batch shows: how far it is, its files with their result in words, and what a person can do there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from flask import url_for

from tracker.db.models import Batch, BatchFileStatus, BatchStatus
from tracker.db.queries.batches import ListedFile
from tracker.domain.batches import FILE_STATES, FileState
from tracker.domain.permissions import Actor
from tracker.services.batches import asks_year

OUT_OF_SIGHT = "已不在您的查看范围内"
NO_ITEMS = "没有识别出计划条目，可在审阅页划出。"


@dataclass(frozen=True, slots=True)
class FileRow:
    """A file as the page shows it. ``ask`` is what the person can say here: unit, year, or nothing."""

    id: int
    name: str
    folder: str
    state: FileState
    label: str
    unit: str
    year: int | None
    items: int | None
    words: str
    notes: tuple[str, ...]
    href: str | None
    href_label: str
    ask: str
    proposed: str
    position: int


def row_of(listed: ListedFile, actor: Actor) -> FileRow:
    """Return a file's row for this reader; what has left the reader's scope since is not named."""
    file, state = listed.file, listed.state
    folder, _, name = file.path.rpartition("/")
    seen = listed.unit is None or actor.sees(listed.unit.path)
    waits = file.status is BatchFileStatus.NEEDS_UNIT
    ask = "unit" if waits else "year" if asks_year(listed.intake) else ""
    href, label = _link(listed) if seen else (None, "")
    unit = "" if listed.unit is None or waits else listed.unit.name if seen else OUT_OF_SIGHT
    return FileRow(
        id=file.id,
        name=name,
        folder=folder,
        state=state,
        label="正在处理" if state is FileState.WAITING and _is_begun(listed) else FILE_STATES[state],
        unit=unit,
        year=(listed.report.report_year if listed.report else file.report_year) if seen else None,
        items=listed.items if state is FileState.STORED and seen else None,
        words=_words(listed) if seen else "",
        notes=_notes(listed) if seen else (),
        href=href,
        href_label=label,
        ask=ask,
        proposed=listed.unit.name if waits and listed.unit is not None and seen else "",
        position=file.position,
    )


def _words(listed: ListedFile) -> str:
    match listed.state:
        case FileState.WAITING | FileState.STORED:
            return ""
        case _:
            said = listed.intake.message if listed.intake is not None else listed.file.message
            return said or ""


def _is_begun(listed: ListedFile) -> bool:
    return listed.intake is not None or listed.file.status is BatchFileStatus.READING


def _notes(listed: ListedFile) -> tuple[str, ...]:
    """Return what a supervisor should look at in a report that was stored."""
    if listed.state is not FileState.STORED or listed.report is None:
        return ()
    notes = [NO_ITEMS] if listed.items == 0 else []
    if listed.vague:
        notes.append(f"{listed.vague} 条要求模糊。")
    return (*notes, *listed.report.notices)


def _link(listed: ListedFile) -> tuple[str | None, str]:
    if listed.state is FileState.STORED and listed.report is not None:
        return url_for("reports.review", report_id=listed.report.id), "审阅"
    if listed.state is FileState.SAME and listed.report is not None:
        return url_for("reports.show", report_id=listed.report.id), "查看报告"
    if listed.intake is None or listed.state is FileState.WAITING or asks_year(listed.intake):
        return None, ""
    return url_for("reports.intake", intake_id=listed.intake.id), (
        "去确认" if listed.state is FileState.ATTENTION else "查看"
    )


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a batch is."""

    total: int
    done: int
    running: bool

    @property
    def words(self) -> str:
        """The line beside the bar."""
        if self.done == 0:
            return f"共 {self.total} 个文件，正在打开。可以离开本页，稍后再看。"
        return f"已处理 {self.done} 个，共 {self.total} 个。可以离开本页，稍后再看。"


def progress_of(batch: Batch, counts: Mapping[FileState, int]) -> Progress:
    """Return how far a batch is by the states of its files."""
    total = sum(counts.values())
    return Progress(total, total - counts.get(FileState.WAITING, 0), batch.status is BatchStatus.RUNNING)


def summary_of(batch: Batch, counts: Mapping[FileState, int]) -> str:
    """Return in one line what came of a batch."""
    parts = [f"{FILE_STATES[state]} {counts[state]} 个" for state in FileState if counts.get(state)]
    return "，".join(parts) + "。" if parts else "没有文件。"


def may_cancel(batch: Batch, counts: Mapping[FileState, int]) -> bool:
    """Say whether there is something left to give up."""
    return batch.status is BatchStatus.RUNNING or bool(counts.get(FileState.ATTENTION))
