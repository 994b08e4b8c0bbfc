"""Filing the county's reports: the way of an upload, read in this process."""

from __future__ import annotations

from datetime import datetime
from io import BytesIO

from sqlalchemy import select

from tracker.db.models import IntakeStatus, Report, Task
from tracker.domain.formats import reading_from_dict
from tracker.readers.extracting import extract_file
from tracker.samples.files import build_report_file
from tracker.samples.seed_world import World
from tracker.samples.story import ManifestError, ReportSpec
from tracker.services.linking import propose_links
from tracker.services.promises import compare_promises_within
from tracker.services.reports import Question, settle
from tracker.services.uploads import receive_upload

LARGEST = 10 * 1024 * 1024


def file_report(world: World, spec: ReportSpec, now: datetime) -> None:
    """Upload a report, store what is read in it, compare it with the plan it answers, and find the tasks told of."""
    report = _take_in(world, spec, now)
    world.reports[spec.key] = report
    propose_links(world.session, report, now=now)
    compare_promises_within(world.session, report.id, now=now)
    proposals = world.session.scalars(select(Task).where(Task.report_id == report.id).order_by(Task.id)).all()
    for told in world.county.tasks_of(spec.key):
        found = [task for task in proposals if told.item in task.quote]
        if len(found) != 1:
            raise ManifestError(f"{spec.key}: {len(found)} items hold {told.item}")
        world.tasks[told] = found[0]


def _take_in(world: World, spec: ReportSpec, now: datetime) -> Report:
    name, content = build_report_file(spec, world.today)
    file = world.storage.save(BytesIO(content), limit=LARGEST)
    intake = receive_upload(
        world.session,
        world.actor(spec.uploader),
        unit_id=world.units[spec.unit].id,
        report_year=None,
        file=file,
        file_name=name,
        now=now,
    )
    intake.uploaded_by = world.people[spec.uploader]
    raw = extract_file(world.storage.path(file.key), name=name).to_dict()
    outcome = settle(world.session, intake, reading_from_dict(raw), raw, unit_accepted=False, now=now)
    if isinstance(outcome, Question):
        raise ManifestError(f"{spec.key}: {outcome.message}")
    intake.status, intake.step, intake.message = IntakeStatus.DONE, outcome.code, outcome.message
    intake.report_id, intake.finished_at, intake.attempts = outcome.report_id, now, 1
    return world.session.get_one(Report, outcome.report_id)
