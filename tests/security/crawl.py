"""Walks through everything a person can reach by links, and keeps what came back."""

from __future__ import annotations

import io
import zipfile
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlsplit

from lxml import html

from tests.support.web import Visitor

MOST = 400
VARIANTS = 12  # of one path with other filters, tabs and orders: their combinations are without end
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@dataclass(frozen=True)
class Page:
    """An answer: its path, status, headers, and its text (of a workbook the text of its parts)."""

    path: str
    status: int
    headers: dict[str, str]
    kind: str
    body: str


def crawl(person: Visitor, begin: Iterable[str] = ("/",)) -> list[Page]:
    """Follow every local link from ``begin`` on, each address once, and a dozen of one path with other questions."""
    waiting, seen, pages = list(begin), set(begin), []
    variants: Counter[str] = Counter()
    while waiting and len(pages) < MOST:
        page = fetch(person, waiting.pop(0))
        pages.append(page)
        for target in _targets(page):
            path = target.partition("?")[0]
            if target not in seen and variants[path] < VARIANTS:
                variants[path] += 1
                seen.add(target)
                waiting.append(target)
    assert not waiting, "the walk did not come to its end"
    return pages


def fetch(person: Visitor, path: str) -> Page:
    """Get one address, following no redirect."""
    answer = person.client.get(path)
    kind = answer.mimetype
    body = text_of_workbook(answer.get_data()) if kind == XLSX else answer.get_data().decode("utf-8", "replace")
    if answer.status_code in {301, 302, 303, 307, 308}:
        body = f'<a href="{answer.headers["Location"]}">on</a>'
        kind = "text/html"
    return Page(path, answer.status_code, {name.lower(): value for name, value in answer.headers.items()}, kind, body)


def text_of_workbook(data: bytes) -> str:
    """The XML of all parts of a workbook."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return "\n".join(archive.read(name).decode("utf-8", "replace") for name in archive.namelist())


def visible(page: Page) -> str:
    """A page's text without what differs from one visit to the next."""
    if page.kind != "text/html":
        return page.body
    root = html.fromstring(page.body)
    for field in root.xpath("//input[@name='csrf_token' or @name='request_key']"):
        field.getparent().remove(field)
    return str(html.tostring(root, encoding="unicode"))


def _targets(page: Page) -> list[str]:
    if page.kind != "text/html" or not page.body.strip():
        return []
    found = []
    for target in html.fromstring(page.body).xpath("//a/@href"):
        parts = urlsplit(str(target))
        if parts.netloc or parts.scheme or not parts.path.startswith("/") or parts.path.startswith("/static/"):
            continue
        found.append(parts.path + (f"?{parts.query}" if parts.query else ""))
    return found
