"""The sample county tells of promises that stand in three plans and more, and of what became of them each year."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import select

from tests.support.county import with_county
from tracker.db.models import User
from tracker.db.queries.promise_years import chains_of, told_of
from tracker.domain.promise_chain import TieKind, years_of
from tracker.runtime import open_runtime
from tracker.settings import Settings
from tracker.web.years_page import lines_of_unit


@pytest.fixture
def settings(tmp_path: Path, county_template: Path) -> Settings:
    return with_county(Settings(tmp_path / "instance", "", "for tests alone"), county_template)


def test_a_promise_over_three_years(settings: Settings) -> None:
    runtime = open_runtime(settings)
    with runtime.database.reading() as session:
        supervisor = session.scalars(select(User).where(User.username == "duban")).one().as_actor()
        unit_ids = session.scalars(select(User.unit_id).where(User.username.in_(("zjj.clerk", "shidu.clerk")))).all()
        chains = {unit_id: chains_of(session, supervisor, unit_id) for unit_id in unit_ids}
        long = {unit_id: found.repeated(3) for unit_id, found in chains.items()}
        assert any(long.values())
        kinds = {tie.kind for found in chains.values() for ties in found.earlier.values() for tie in ties.values()}
        assert kinds >= {TieKind.CARRIED, TieKind.REPEATED}
        for unit_id, found in chains.items():
            told = told_of(session, {one.task_id for chain in found.repeated() for one in chain})
            lines = lines_of_unit(found.repeated(), told)
            assert [line.years for line in lines] == sorted((line.years for line in lines), reverse=True)
            assert {line.years for line in lines} == {years_of(chain) for chain in found.repeated()}
            assert unit_id in unit_ids
    runtime.database.dispose()
