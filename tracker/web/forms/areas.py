"""The choices of 类别: the eight areas, none of them, and what a task already bears."""

from __future__ import annotations

from tracker.domain.areas import AREAS


def area_choices(current: str | None) -> list[tuple[str, str]]:
    """Return the choices of a form; ``current`` stays one even where it is none of the eight."""
    named = [*AREAS, current] if current and current not in AREAS else list(AREAS)
    return [("", "不归类"), *((area, area) for area in named)]
