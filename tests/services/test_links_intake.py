"""From the upload to the links: a report taken in is compared, by this run or, when its process dies, by one after it."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from tests.services.test_links import ANSWER, PLAN
from tests.support.clock import FixedClock
from tests.support.factories import County, actor, make_county
from tracker.db.models import Intake, IntakeStatus, LinkDecision, Task, TaskLink
from tracker.db.session import Database
from tracker.domain.documents import Outcome
from tracker.readers.sandbox import ChildFailed
from tracker.services.intake import MAX_ATTEMPTS, IntakeParts, open_parts, process_intake, resume_stale_intakes
from tracker.services.links import LinkAnswer, confirm_link
from tracker.services.uploads import Answer, answer_intake, receive_upload
from tracker.settings import Settings
from tracker.storage import Storage


class Killed(BaseException):
    """The process ends here."""


@pytest.fixture
def county(database: Database) -> County:
    with database.writing.begin() as session:
        return make_county(session)


@pytest.fixture
def parts(database: Database, clock: FixedClock, tmp_path: Any) -> IntakeParts:
    clock.set(clock().replace(year=2027))  # when the report on 2026 is filed
    settings = Settings(instance_path=tmp_path, database_url="", secret_key="x", reading_seconds=10)
    return open_parts(settings, database, Storage(tmp_path / "files"), clock)


def upload(parts: IntakeParts, county: County, text: str) -> int:
    """Queue a report as its officer does."""
    stored = parts.storage.save(io.BytesIO(text.encode()), limit=10**6)
    with parts.database.writing.begin() as session:
        intake = receive_upload(
            session,
            actor(county.officer),
            unit_id=county.township.id,
            report_year=None,
            file=stored,
            file_name="报告.txt",
            now=parts.clock(),
        )
        return intake.id


def state(parts: IntakeParts, intake_id: int) -> Intake:
    with parts.database.reading() as session:
        return session.get_one(Intake, intake_id)


def links(parts: IntakeParts) -> list[TaskLink]:
    with parts.database.reading() as session:
        return list(session.scalars(select(TaskLink).where(TaskLink.commitment_ref == "").order_by(TaskLink.id)))


@pytest.mark.parametrize("texts", [(PLAN, ANSWER), (ANSWER, PLAN)])
def test_two_reports_in_either_order(parts: IntakeParts, county: County, texts: tuple[str, str]) -> None:
    """Whichever comes second, the plan of 2026 is compared with the report on 2026, in a child process."""
    for text in texts:
        assert process_intake(parts, upload(parts, county, text)) is IntakeStatus.DONE
    found = links(parts)
    assert len(found) == 4
    assert {link.outcome for link in found} >= {Outcome.DONE, Outcome.PARTIAL, Outcome.NOT_MENTIONED}


def test_a_process_that_dies_before_comparing(parts: IntakeParts, county: County, clock: FixedClock) -> None:
    """The report is in the books, the upload is not done; a later run compares it, and stores nothing twice."""
    process_intake(parts, upload(parts, county, PLAN))

    def dies(_earlier: Any, _later: Any) -> Any:
        raise Killed

    second = upload(parts, county, ANSWER)
    with pytest.raises(Killed):
        process_intake(replace(parts, compare=dies), second)
    waiting = state(parts, second)
    assert (waiting.status, waiting.step, links(parts)) == (IntakeStatus.READING, "linking", [])
    assert waiting.report_id is not None
    assert resume_stale_intakes(parts) == 0  # its lease still runs
    clock.advance(parts.lease + timedelta(seconds=1))
    assert resume_stale_intakes(parts) == 1
    assert state(parts, second).status is IntakeStatus.DONE
    assert len(links(parts)) == 4
    with parts.database.reading() as session:
        assert session.scalar(select(func.count(Task.id)).where(Task.plan_year == 2027)) == 2


def test_a_comparison_that_fails_takes_nothing_back(parts: IntakeParts, county: County) -> None:
    process_intake(parts, upload(parts, county, PLAN))

    def fails(_earlier: Any, _later: Any) -> Any:
        raise ChildFailed("timeout")

    second = upload(parts, county, ANSWER)
    assert process_intake(replace(parts, compare=fails), second) is IntakeStatus.DONE
    assert state(parts, second).report_id is not None
    assert links(parts) == []


def test_a_comparison_that_kills_every_run_is_given_up(parts: IntakeParts, county: County, clock: FixedClock) -> None:
    """After the last attempt the upload is done without links, not failed: its report is in the books."""
    process_intake(parts, upload(parts, county, PLAN))

    def dies(_earlier: Any, _later: Any) -> Any:
        raise Killed

    second = upload(parts, county, ANSWER)
    for _ in range(MAX_ATTEMPTS):
        with pytest.raises(Killed):
            process_intake(replace(parts, compare=dies), second)
        clock.advance(parts.lease + timedelta(seconds=1))
    process_intake(replace(parts, compare=dies), second)
    assert state(parts, second).status is IntakeStatus.DONE


def test_a_corrected_report_keeps_what_was_decided(parts: IntakeParts, county: County) -> None:
    """The decision made on the first version stands on the second, at its new place."""
    process_intake(parts, upload(parts, county, PLAN))
    process_intake(parts, upload(parts, county, ANSWER))
    station = next(link for link in links(parts) if link.outcome is Outcome.DONE)
    with parts.database.writing.begin() as session:
        confirm_link(
            session,
            actor(county.supervisor),
            station.report_id,
            station.id,
            LinkAnswer(Outcome.PARTIAL, note="还差验收"),
            now=parts.clock(),
        )
    third = upload(parts, county, ANSWER.replace("一、2026年主要工作", "一、2026年主要工作\n全年工作平稳有序。"))
    assert process_intake(parts, third) is IntakeStatus.NEEDS_ANSWER
    with parts.database.writing.begin() as session:
        answer_intake(session, actor(county.officer), third, Answer("replace"), now=parts.clock())
    assert process_intake(parts, third) is IntakeStatus.DONE
    kept = next(
        link
        for link in links(parts)
        if link.report_id == state(parts, third).report_id and link.task_id == station.task_id
    )
    assert (kept.decision, kept.outcome, kept.note) == (LinkDecision.CONFIRMED, Outcome.PARTIAL, "还差验收")
    assert kept.evidence[0]["start"] > station.evidence[0]["start"]
