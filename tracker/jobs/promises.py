"""Compares the promises of reports that wait for it: those stored before this was kept, and what a killed run left."""

from __future__ import annotations

from tracker.runtime import Runtime
from tracker.services.promises import compare_waiting


def compare_promises(runtime: Runtime) -> str | None:
    """Compare reports that wait, a hundred a round; says nothing where there was none."""
    number = compare_waiting(runtime.database, now=runtime.now())
    return f"比对往年和其他单位的计划 {number} 份" if number else None
