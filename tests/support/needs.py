"""What a test needs of the machine: without it the test is skipped by name, with CI set it fails."""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import Any, NoReturn

import pytest

PREFIX = "缺少"
PHASES = pytest.StashKey[dict[str, pytest.TestReport]]()  # on each test: its reports by phase


def lack(what: str, remedy: str) -> NoReturn:
    """Skip the test because the machine lacks ``what``; in CI, where nothing may be skipped, fail it."""
    reason = f"{PREFIX}{what}：{remedy}"
    if in_ci():
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason)


def in_ci() -> bool:
    """Whether the variable CI is set to something true."""
    return os.environ.get("CI", "").lower() not in {"", "0", "false", "no"}


def skipped_needs(reports: Iterable[Any]) -> list[str]:
    """The distinct reasons given by ``lack`` among pytest's reports of skipped tests, each with its count."""
    counts: dict[str, int] = {}
    for report in reports:
        reason = report.longrepr[2].removeprefix("Skipped: ") if isinstance(report.longrepr, tuple) else ""
        if reason.startswith(PREFIX):
            counts[reason] = counts.get(reason, 0) + 1
    return [f"跳过 {count} 项测试，{reason}" for reason, count in sorted(counts.items())]
