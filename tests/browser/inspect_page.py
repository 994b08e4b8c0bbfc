"""What a page must not have: a horizontal scrollbar, nameless controls, a broken order of headings, barriers axe knows."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from playwright.sync_api import Page

SERIOUS = {"serious", "critical"}

OVERFLOW = """() => {
  const wide = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= wide) return [];
  const scrolls = e => { for (let p = e.parentElement; p; p = p.parentElement)
    if (['auto', 'scroll', 'hidden', 'clip'].includes(getComputedStyle(p).overflowX)) return true; return false; };
  return [...document.querySelectorAll('body *')]
    .filter(e => e.getBoundingClientRect().right > wide + 1 && !scrolls(e)).slice(0, 3)
    .map(e => `${e.tagName.toLowerCase()}.${e.className} ${Math.round(e.getBoundingClientRect().right)} > ${wide}`);
}"""

STRUCTURE = """() => {
  const found = [];
  const headings = [...document.querySelectorAll('main h1, main h2, main h3, main h4')].filter(h => h.offsetParent);
  if (headings.filter(h => h.tagName === 'H1').length !== 1) found.push('not exactly one h1');
  headings.reduce((last, h) => { const level = +h.tagName[1];
    if (level > last + 1) found.push(`h${level} after h${last}: ${h.textContent.trim().slice(0, 30)}`); return level; }, 0);
  const ids = {};
  for (const e of document.querySelectorAll('[id]')) ids[e.id] = (ids[e.id] || 0) + 1;
  for (const [id, count] of Object.entries(ids)) if (count > 1) found.push(`${count} elements have the id ${id}`);
  if (document.documentElement.lang !== 'zh-CN') found.push('the language is not said');
  if (!document.title.trim() || document.title.startsWith(' -')) found.push('no title');
  return found;
}"""


@cache
def axe_source() -> str:
    """Return axe-core's script."""
    from axe_playwright_python.base import AXE_FILE_PATH

    return Path(AXE_FILE_PATH).read_text(encoding="utf-8")


def overflow(page: Page) -> list[str]:
    """Return what sticks out to the right of the window."""
    return list(page.evaluate(OVERFLOW))


def structure(page: Page) -> list[str]:
    """Return what is wrong with headings, ids, language and title."""
    return list(page.evaluate(STRUCTURE))


def barriers(page: Page, *, contrast: bool = True) -> list[str]:
    """Return the serious findings of axe: rule, how many elements, and the first of them.

    Without ``contrast`` colours are left alone, which cost more than all the rest.
    """
    page.evaluate(axe_source())
    options = {
        "resultTypes": ["violations"],
        "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"],
        "rules": {"color-contrast": {"enabled": contrast}},
    }
    result: dict[str, Any] = page.evaluate("options => axe.run(document, options)", options)
    return [
        f"{found['id']} ({len(found['nodes'])}): {found['nodes'][0]['target'][0]}: {found['help']}"
        for found in result["violations"]
        if found["impact"] in SERIOUS
    ]
