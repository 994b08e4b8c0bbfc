"""Makes the shared fixtures known and sums up at the end what was skipped for want of a browser or a database."""

from __future__ import annotations

import gc
from typing import Any

import pytest
from hypothesis import settings

from tests.support.needs import PHASES, in_ci, skipped_needs

pytest_plugins = [
    "tests.support.browser",
    "tests.support.clock",
    "tests.support.county",
    "tests.support.databases",
    "tests.support.far_end",
    "tests.support.mail",
    "tests.support.statements",
    "tests.support.web",
]

# A busy machine must not turn a slow example into a failure; in CI each run tries the same examples.
settings.register_profile("house", deadline=None, derandomize=in_ci())
settings.load_profile("house")

COLLECT_AFTER = 20_000  # objects more than before


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Name once what was missing, however many tests were skipped for it."""
    for reason in skipped_needs(terminalreporter.stats.get("skipped", [])):
        terminalreporter.write_line(reason, yellow=True)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the browser's few long files, so that none of them is left to one process at the end."""
    items.sort(key=lambda item: item.get_closest_marker("browser") is None)


def pytest_collection_finish() -> None:
    """Look for garbage seldom, and not among what all modules have brought in: that lives until the end.

    Python's own measure suits small heaps; with this one's hundreds of thousands of objects it takes a fifth of the time.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(COLLECT_AFTER)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Any:
    """Leave the outcome of each phase on the test, for fixtures that keep evidence of a failure."""
    report = yield
    item.stash.setdefault(PHASES, {})[report.when] = report
    return report
