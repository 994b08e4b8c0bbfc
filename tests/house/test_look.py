"""The look keeps its rules: generated files are fresh, pages are light, text can be read in both styles."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tools import build_static, describe_macros

ROOT = Path(__file__).resolve().parents[2]
STATIC = ROOT / "tracker" / "web" / "static"
TEMPLATES = ROOT / "templates"
KILO = 1000


def test_generated_static_files_are_fresh_and_every_icon_exists() -> None:
    assert build_static.main(["--check"]) == 0


def test_list_of_macros_is_fresh() -> None:
    assert describe_macros.main(["--check"]) == 0


LINKED = re.compile(r"static_url\('([^']+\.(?:css|js|svg))'\)")


def linked_by(template: Path) -> set[str]:
    return set(LINKED.findall(template.read_text(encoding="utf-8")))


@pytest.mark.parametrize("template", sorted(TEMPLATES.rglob("*.html")), ids=lambda path: path.stem)
def test_first_visit_leaves_room_for_the_page_itself(template: Path) -> None:
    names = linked_by(TEMPLATES / "base.html") | linked_by(template)
    loaded = {STATIC / name for name in names} | set(STATIC.glob("*.svg"))
    assert sum(path.stat().st_size for path in loaded) <= 180 * KILO


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_stands_out_from_its_ground(scheme: str) -> None:
    css = (STATIC / "css" / "app.css").read_text(encoding="utf-8")
    blocks = css.split("@media (prefers-color-scheme: dark)")
    colours = colours_of(blocks[0]) | (colours_of(blocks[1].split("/* ---- Ground")[0]) if scheme == "dark" else {})
    grounds = ("page", "sheet", "sheet-2", "accent-soft")
    pairs = [(text, ground) for text in ("ink", "ink-2", "accent") for ground in grounds]
    pairs += [("ink", "highlight"), ("ink-2", "highlight"), ("on-accent", "accent"), ("on-accent", "accent-hover")]
    for light in ("green", "yellow", "red", "grey"):
        pairs += [(light, f"{light}-soft"), (light, "sheet")]
    assert [pair for pair in pairs if contrast(colours[pair[0]], colours[pair[1]]) < 4.5] == []


def colours_of(block: str) -> dict[str, str]:
    return dict(re.findall(r"--([\w-]+): #([0-9a-f]{6});", block))


def contrast(one: str, other: str) -> float:
    brighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (brighter + 0.05) / (darker + 0.05)


def luminance(colour: str) -> float:
    """Relative luminance as WCAG 2 defines it."""
    shares = [int(colour[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    red, green, blue = (share / 12.92 if share <= 0.03928 else ((share + 0.055) / 1.055) ** 2.4 for share in shares)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
