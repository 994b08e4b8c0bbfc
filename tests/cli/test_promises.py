"""``tracker compare-promises``: what waits is compared, and everything anew when asked."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from config import load_settings
from tests.services.test_promises import SPREAD, lines, store
from tests.support.factories import make_county
from tracker.cli import main
from tracker.runtime import open_runtime


@pytest.fixture
def environment(tmp_path: Path, sqlite_template: Path) -> dict[str, str]:
    shutil.copyfile(sqlite_template, tmp_path / "tracker.db")
    return {"TRACKER_INSTANCE": str(tmp_path), "TRACKER_DATABASE_URL": f"sqlite:///{tmp_path / 'tracker.db'}"}


def test_what_waits_is_compared(environment: dict[str, str]) -> None:
    database = open_runtime(load_settings(environment)).database
    with database.writing.begin() as session:
        county = make_county(session)
    store(database, county.sister, county.sister_officer, 2025, SPREAD)
    own = store(database, county.township, county.officer, 2025, SPREAD)
    run = CliRunner().invoke(main, ["compare-promises"], env=environment)
    assert (run.exit_code, run.output) == (0, "已比对 2 份。\n比对完毕。\n")
    assert lines(database, own) == [(1, (), 1)]
    again = CliRunner().invoke(main, ["compare-promises"], env=environment)
    assert again.output == "没有等待比对的报告。\n"
    anew = CliRunner().invoke(main, ["compare-promises", "--anew"], env=environment)
    assert anew.output == "2 份报告等待重新比对。\n已比对 2 份。\n比对完毕。\n"
    assert lines(database, own) == [(1, (), 1)]
    database.dispose()
