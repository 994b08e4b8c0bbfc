"""The guides lead somewhere: their links and pictures are there, small, and all used."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGES = [ROOT / "README.md", ROOT / "ARCHITECTURE.md", *sorted((ROOT / "docs").glob("*.md"))]
LARGEST = 150_000  # bytes of a picture
TARGET = re.compile(r"\]\(([^)\s]+)\)|src=\"([^\"]+)\"")
GUIDES = ("officer", "head", "supervisor", "auditor", "admin")


def targets(page: Path) -> list[str]:
    """The local files that a page links to or shows."""
    found = [first or second for first, second in TARGET.findall(page.read_text(encoding="utf-8"))]
    return [target.split("#")[0] for target in found if "://" not in target and not target.startswith("#")]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_and_pictures_are_there(page: Path) -> None:
    assert [target for target in targets(page) if not (page.parent / target).is_file()] == []


def test_pictures_are_small_and_used() -> None:
    pictures = set((ROOT / "docs" / "images").glob("*.png"))
    shown = {(page.parent / target).resolve() for page in PAGES for target in targets(page)}
    assert {path.name for path in pictures - shown} == set()
    assert {path.name: size for path in pictures if (size := path.stat().st_size) > LARGEST} == {}


@pytest.mark.parametrize("role", GUIDES)
def test_each_role_has_a_guide_of_a_page_with_a_picture(role: str) -> None:
    page = ROOT / "docs" / f"guide-{role}.md"
    text = page.read_text(encoding="utf-8")
    assert 300 < len(text) < 2_000
    assert any(target.endswith(".png") for target in targets(page))
    assert "！" not in text
    assert f"docs/{page.name}" in (ROOT / "README.md").read_text(encoding="utf-8")
