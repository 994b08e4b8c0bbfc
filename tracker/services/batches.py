"""Several files at once: a batch is received, a person says what its reading could not decide, and may give it up.

What happens in between, from each file to an upload of its own, is in ``batch_runs``.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session, joinedload

from tracker.db.models import Batch, BatchFile, BatchFileStatus, BatchStatus, Intake, IntakeStatus
from tracker.db.queries.batches import get_batch
from tracker.db.queries.reports import units_to_file_for
from tracker.domain.batches import clean_path, is_junk
from tracker.domain.errors import ActionNotAllowed, Forbidden, RuleViolation
from tracker.domain.permissions import Actor, Role
from tracker.services.audit import record
from tracker.services.intake import WORTH_ANOTHER_TRY
from tracker.services.uploads import Answer, answer_intake
from tracker.storage import StoredFile

SPACING = 10_000  # between the positions of files as sent: room for the members of a zip
PATIENCE = timedelta(seconds=60)  # a batch that no run has begun after this lost the process that should have


class NoFiles(RuleViolation):
    """没有可以处理的文件。请选择报告文件、装有报告的文件夹，或一个压缩包（.zip）。"""


class BatchOver(ActionNotAllowed):
    """这次批量上传已经结束，不能再改。请刷新页面查看结果。"""


@dataclass(frozen=True, slots=True)
class SentFile:
    """A file as it was sent and stored; ``name`` with its folders."""

    name: str
    stored: StoredFile


def receive_batch(
    session: Session,
    actor: Actor,
    files: Sequence[SentFile],
    *,
    report_year: int | None,
    most: int,
    now: datetime,
) -> Batch:
    """Queue stored files as one batch. Raises NoFiles, or RuleViolation for more than ``most``."""
    _check_may(actor)
    files = sorted((file for file in files if not is_junk(file.name)), key=lambda file: file.name)
    check_number(len(files), most)
    batch = Batch(
        unit_id=actor.unit_id,
        created_by_id=actor.id,
        title=title_of([file.name for file in files]),
        report_year=report_year,
        status=BatchStatus.RUNNING,
        lease_until=now + PATIENCE,
        created_at=now,
    )
    session.add(batch)
    session.flush()
    session.add_all(_file(batch, number * SPACING, file) for number, file in enumerate(files))
    _note(session, actor, batch, "batch.create", f"批量上传报告：{batch.title}，{len(files)} 个文件", now)
    session.flush()
    return batch


def check_number(number: int, most: int) -> None:
    """Raise NoFiles, or RuleViolation for more files than a batch may have."""
    if not number:
        raise NoFiles(field="files")
    if number > most:
        raise RuleViolation(f"一共 {number} 个文件，一批最多 {most} 个。请分成几批上传。", field="files")


def title_of(names: Sequence[str]) -> str:
    """Return what a batch is called: its folder, its only file, or its first file and how many there are."""
    paths = [clean_path(name) for name in names]
    tops = {path.split("/")[0] for path in paths if "/" in path}
    if len(tops) == 1 and all("/" in path for path in paths):
        return tops.pop()[:200]
    first = paths[0].rpartition("/")[2][:150]
    return first if len(paths) == 1 else f"{first} 等 {len(paths)} 个文件"


def _file(batch: Batch, position: int, sent: SentFile) -> BatchFile:
    return BatchFile(
        batch_id=batch.id,
        position=position,
        path=clean_path(sent.name),
        file_key=sent.stored.key,
        file_size=sent.stored.size,
        status=BatchFileStatus.WAITING,
        report_year=batch.report_year,
    )


@dataclass(frozen=True, slots=True)
class Choice:
    """What a person says of a file: the name of its unit as typed, or the year of its report."""

    file_id: int
    unit_name: str = ""
    report_year: int | None = None


class UnknownUnitName(RuleViolation):
    """没有这个单位。请从提示的名单里选择单位的全称。"""


def choose(
    session: Session, actor: Actor, batch_id: int, choices: Sequence[Choice], *, now: datetime
) -> tuple[int, list[int]]:
    """Take a person's word on files that wait for it; returns how many were settled and the uploads that go on.

    A choice of a file that waits no more is passed over: somebody else was quicker. Raises UnknownUnitName with the names.
    """
    _check_may(actor)
    batch = _locked(session, actor, batch_id)
    names = {name: unit.id for unit in units_to_file_for(session, actor) for name in (unit.short_name, unit.name)}
    unknown = sorted({choice.unit_name for choice in choices if choice.unit_name and choice.unit_name not in names})
    if unknown:
        raise UnknownUnitName(f"没有找到这些单位：{'、'.join(unknown[:5])}。请从提示的名单里选择单位的全称。")
    settled, goes_on = 0, []
    files = _files_of(session, batch, {choice.file_id for choice in choices})
    for choice in choices:
        file = files[choice.file_id]
        if choice.unit_name and file.status is BatchFileStatus.NEEDS_UNIT:
            _give_unit(file, names[choice.unit_name])
            settled += 1
        elif choice.report_year and asks_year(file.intake):
            answer = Answer("year", report_year=choice.report_year)
            goes_on.append(answer_intake(session, actor, file.intake.id, answer, now=now).id)  # type: ignore[union-attr]
            settled += 1
    if settled:
        _let_run(batch, now)
        _note(session, actor, batch, "batch.choose", f"批量上传：选定 {settled} 个文件的单位或年度", now)
    return settled, goes_on


def _give_unit(file: BatchFile, unit_id: int) -> None:
    file.unit_id, file.unit_chosen = unit_id, True
    _queue(file)


def _queue(file: BatchFile) -> None:
    file.status, file.code, file.message = BatchFileStatus.WAITING, "", None
    file.attempts, file.lease_until, file.finished_at = 0, None, None


def asks_year(intake: Intake | None) -> bool:
    """Say whether an upload waits for the year of its report."""
    return intake is not None and intake.status is IntakeStatus.NEEDS_ANSWER and intake.step == "ask_year"


def retry_batch(session: Session, actor: Actor, batch_id: int, *, now: datetime) -> tuple[int, list[int]]:
    """Try once more what failed and may succeed; returns how many files, and the uploads that go on."""
    _check_may(actor)
    batch = _locked(session, actor, batch_id)
    files = session.scalars(
        select(BatchFile)
        .where(BatchFile.batch_id == batch.id, BatchFile.status.in_((BatchFileStatus.FAILED, BatchFileStatus.TAKEN)))
        .options(joinedload(BatchFile.intake))
    ).all()
    tried, goes_on = 0, []
    for file in files:
        if file.status is BatchFileStatus.FAILED and file.code in WORTH_ANOTHER_TRY:
            _queue(file)
            tried += 1
        elif file.intake is not None and _may_go_again(file.intake):
            goes_on.append(answer_intake(session, actor, file.intake.id, Answer("retry"), now=now).id)
            tried += 1
    if tried:
        _let_run(batch, now)
        _note(session, actor, batch, "batch.retry", f"批量上传：重新处理 {tried} 个文件", now)
    return tried, goes_on


def _may_go_again(intake: Intake) -> bool:
    return intake.status is IntakeStatus.FAILED and intake.step in WORTH_ANOTHER_TRY


def cancel_batch(session: Session, actor: Actor, batch_id: int, *, now: datetime) -> int:
    """Give up what has not been taken in; returns how many files. What is in the books stays there. Raises BatchOver."""
    _check_may(actor)
    batch = _locked(session, actor, batch_id)
    given_up = session.scalars(
        update(BatchFile)
        .where(
            BatchFile.batch_id == batch.id,
            BatchFile.status.in_((BatchFileStatus.WAITING, BatchFileStatus.READING, BatchFileStatus.NEEDS_UNIT)),
        )
        .values(status=BatchFileStatus.CANCELLED, reading=None, lease_until=None, finished_at=now)
        .returning(BatchFile.id)
    ).all()
    if not given_up:
        raise BatchOver
    batch.status, batch.finished_at, batch.lease_until = BatchStatus.CANCELLED, now, None
    _note(session, actor, batch, "batch.cancel", f"取消批量上传：{batch.title}，{len(given_up)} 个文件不再处理", now)
    return len(given_up)


def _let_run(batch: Batch, now: datetime) -> None:
    batch.status, batch.finished_at, batch.lease_until = BatchStatus.RUNNING, None, now + PATIENCE


def _check_may(actor: Actor) -> None:
    if actor.role is not Role.SUPERVISOR:
        raise Forbidden


def _locked(session: Session, actor: Actor, batch_id: int) -> Batch:
    get_batch(session, actor, batch_id)
    return session.scalars(
        select(Batch)
        .where(Batch.id == batch_id)
        .options(joinedload(Batch.unit))
        .with_for_update(of=Batch)
        .execution_options(populate_existing=True)
    ).one()


def _files_of(session: Session, batch: Batch, ids: Collection[int]) -> dict[int, BatchFile]:
    """Lock files of a batch in the order of their ids; raises RuleViolation where one is none of its."""
    files = session.scalars(
        select(BatchFile)
        .where(BatchFile.id.in_(ids), BatchFile.batch_id == batch.id)
        .options(joinedload(BatchFile.intake))
        .order_by(BatchFile.id)
        .with_for_update(of=BatchFile)
        .execution_options(populate_existing=True)
    ).all()
    if len(files) < len(ids):
        raise RuleViolation("页面内容不完整，请刷新后重试。")
    return {file.id: file for file in files}


def _note(session: Session, actor: Actor, batch: Batch, action: str, summary: str, now: datetime) -> None:
    record(session, actor, action, "batch", batch.id, unit_path=batch.unit.path, summary=summary, now=now)
