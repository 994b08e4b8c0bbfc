"""The sample county, written once a test run and copied for each test that walks through it."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.support.clock import CHINA, FixedClock

if TYPE_CHECKING:
    from tracker.settings import Settings

PRESENT = datetime(2026, 6, 10, 9, 0, tzinfo=CHINA)  # the moment of the clock fixture


@pytest.fixture(scope="session")
def county_template(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """An instance folder that holds the sample county as of PRESENT; copy it, do not write to it."""
    import fasteners

    alone = worker_id == "master"
    shared = tmp_path_factory.mktemp("shared") if alone else tmp_path_factory.getbasetemp().parent
    folder = shared / "county"
    with fasteners.InterProcessLock(shared / "county.lock"):
        if not folder.exists():
            unfinished = shared / "county.unfinished"
            unfinished.mkdir()
            shutil.copyfile(sqlite_template, unfinished / "tracker.db")
            fill(unfinished, PRESENT)
            unfinished.rename(folder)
    return folder


def fill(instance: Path, present: datetime) -> None:
    """Write the sample county as of ``present`` into the migrated database of an instance folder."""
    from tracker.runtime import open_runtime
    from tracker.samples.seed import seed_sample_county
    from tracker.settings import Settings

    settings = Settings(instance, f"sqlite:///{instance / 'tracker.db'}", "for tests alone")
    runtime = open_runtime(settings, clock=FixedClock(present))
    assert seed_sample_county(runtime)
    runtime.database.dispose()


def with_county(settings: Settings, template: Path) -> Settings:
    """Give an installation a copy of the sample county; for a module that overrides the fixture ``settings``."""
    shutil.copytree(template, settings.instance_path, dirs_exist_ok=True)
    return replace(settings, database_url=f"sqlite:///{settings.instance_path / 'tracker.db'}")
