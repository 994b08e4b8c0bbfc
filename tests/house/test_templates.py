"""Pages load nothing from elsewhere and keep to the content security policy."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
SCRIPTS = sorted((ROOT / "tracker" / "web" / "static").rglob("*.js"))
STYLES = sorted((ROOT / "tracker" / "web" / "static").rglob("*.css"))
DRAWINGS = sorted((ROOT / "tracker" / "web" / "static").rglob("*.svg"))

# Names of XML vocabularies look like addresses and are never fetched; a licence line in a comment is not either.
NAMESPACES = re.compile(r"https?://www\.w3\.org/(?:2000/svg|1999/xlink|1999/xhtml)")
COMMENTS = re.compile(r"/\*.*?\*/|<!--.*?-->|\{#.*?#\}", re.DOTALL)
FOREIGN = re.compile(r"(?:https?:|[\"'(\s=])//[\w.-]+\.[a-z]{2,}", re.IGNORECASE)

MARKUP_FROM_TEXT = re.compile(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function")
FORBIDDEN = {
    "a script in the page": re.compile(r"<script(?![^>]*\bsrc=)[^>]*>", re.IGNORECASE),
    "a style sheet in the page": re.compile(r"<style\b", re.IGNORECASE),
    "a style attribute": re.compile(r"\sstyle\s*=", re.IGNORECASE),
    "an event handler in the page": re.compile(r"\son[a-z]{3,}\s*=", re.IGNORECASE),
    "a javascript: address": re.compile(r"javascript:", re.IGNORECASE),
    "text that is not escaped": re.compile(r"\|\s*safe\b|autoescape\s+false", re.IGNORECASE),
}


def text_of(path: Path) -> str:
    """The file without comments and names of vocabularies."""
    return NAMESPACES.sub("", COMMENTS.sub("", path.read_text(encoding="utf-8")))


def name_of(path: Path) -> str:
    """The path as a test's id."""
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", [*TEMPLATES, *SCRIPTS, *STYLES, *DRAWINGS], ids=name_of)
def test_no_foreign_host_is_named(path):
    assert not FOREIGN.findall(text_of(path))


@pytest.mark.parametrize("path", TEMPLATES, ids=name_of)
def test_templates_keep_to_the_content_security_policy(path):
    text = text_of(path)
    assert {rule: found for rule, pattern in FORBIDDEN.items() if (found := pattern.findall(text))} == {}


@pytest.mark.parametrize("path", SCRIPTS, ids=name_of)
def test_scripts_build_no_markup_from_text(path):
    assert MARKUP_FROM_TEXT.findall(text_of(path)) == []


def test_the_rules_find_what_they_look_for():
    assert FOREIGN.search('<link href="//cdn.example.com/a.css">')
    assert FOREIGN.search("url(https://fonts.example.com/a)")
    bad = {
        "a script in the page": "<script>1</script>",
        "a style sheet in the page": "<style>",
        "a style attribute": '<p style="color:red">',
        "an event handler in the page": '<a onclick="go()">',
        "a javascript: address": '<a href="javascript:go()">',
        "text that is not escaped": "{{ text | safe }}",
    }
    assert all(FORBIDDEN[rule].search(text) for rule, text in bad.items())
    assert bad.keys() == FORBIDDEN.keys()
    assert not FORBIDDEN["a script in the page"].search('<script defer src="/static/a.js"></script>')
