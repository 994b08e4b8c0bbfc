"""The original's pages on the review screen: one page's picture with the places of the items, and what was hard to read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask import current_app, request
from werkzeug.wrappers import Response

from tracker.db.models import Report, Task, TaskSource
from tracker.domain.documents import Span
from tracker.domain.page_map import Box, Page, PageLine, boxes_of, pages_of, unsure_spans
from tracker.domain.tasks import TaskStatus
from tracker.services.intake import reading_limits
from tracker.services.page_views import has_pages, pages_of_report, scanned_pages
from tracker.web.session import runtime

CHOICE = "review_view"
MARGIN = 6  # around the picture of a line


@dataclass(frozen=True, slots=True)
class PageMark:
    """An item's place on the page shown."""

    task_id: int
    number: str
    title: str
    boxes: tuple[Box, ...]
    first: bool  # the item begins on this page
    at: tuple[int, int] = (0, 0)  # where its number stands: in the margin, on the baseline of its first line
    dismissed: bool = False


@dataclass(frozen=True, slots=True)
class UnsureLine:
    """A line with words that were hard to read: where to cut its picture, and its text in pieces (words, doubtful)."""

    box: Box
    pieces: tuple[tuple[str, bool], ...]
    doubts: tuple[Box, ...]


@dataclass(frozen=True, slots=True)
class PageView:
    """What the review screen shows of the original. ``open`` says that pages are shown and not the text."""

    open: bool = False
    page: Page | None = None
    total: int = 0
    marks: tuple[PageMark, ...] = ()
    unsure: tuple[UnsureLine, ...] = ()
    doubts: int = 0  # in the whole report
    doubtful_pages: tuple[int, ...] = ()
    here: frozenset[int] = frozenset()  # the items that begin on the page shown


def wants_pages() -> bool:
    """Say whether pages are to be shown: by the address, else as the person chose last; a quoted passage is shown as text."""
    chosen = request.args.get("view") or ("" if "quote" in request.args else request.cookies.get(CHOICE, ""))
    return chosen == "pages"


def keep_choice(response: Response) -> Response:
    """Let the browser remember whether text or pages were chosen, so that it stays so from one card to the next."""
    chosen = request.args.get("view")
    if chosen in ("text", "pages"):
        secure = bool(current_app.config["SESSION_COOKIE_SECURE"])
        response.set_cookie(CHOICE, chosen, path="/reports", httponly=True, samesite="Lax", secure=secure)
    return response


def page_view(
    report: Report, tasks: Sequence[Task], sources: Mapping[int, Sequence[TaskSource]], numbers: Mapping[int, str]
) -> PageView | None:
    """Return what is to be shown of the original's pages; None for a report that has none.

    The address says what: ``view=pages`` with ``page`` or with ``item``.
    """
    if not has_pages(report):
        return None
    if not wants_pages():
        found = unsure_spans(scanned_pages(report))
        return PageView(doubts=len(found), doubtful_pages=tuple(sorted({page for _, page, _ in found})))
    pages = pages_of_report(runtime().storage, report, reading_limits(runtime().settings))
    if not pages:
        return PageView(open=True)
    spans = {task.id: [Span(one.start, one.end) for one in sources.get(task.id, ())] for task in tasks}
    page = pages[_chosen(pages, tasks, spans) - 1]
    doubtful = unsure_spans(pages)
    marks = tuple(_marks(pages, page, tasks, spans, numbers))
    return PageView(
        open=True,
        page=page,
        total=len(pages),
        marks=marks,
        unsure=tuple(_unsure_line(page, line) for line in page.lines if line.unsure),
        doubts=len(doubtful),
        doubtful_pages=tuple(sorted({number for _, number, _ in doubtful})),
        here=frozenset(mark.task_id for mark in marks),
    )


def _chosen(pages: Sequence[Page], tasks: Sequence[Task], spans: Mapping[int, Sequence[Span]]) -> int:
    """Return the number of the page to show: as asked for, of the item asked for, else of the first item that waits."""
    asked, item = request.args.get("page", ""), request.args.get("item", "")
    if asked.isdecimal() and 1 <= int(asked[:6]) <= len(pages):
        return int(asked)
    if item.isdecimal() and len(item) < 10:
        found = [number for span in spans.get(int(item), ()) for number in pages_of(pages, span)]
        if found:
            return found[0]
    waiting = [task for task in tasks if task.status is TaskStatus.PROPOSED]
    places = [number for task in waiting or tasks for span in spans[task.id] for number in pages_of(pages, span)]
    return places[0] if places else 1


def _marks(
    pages: Sequence[Page],
    page: Page,
    tasks: Sequence[Task],
    spans: Mapping[int, Sequence[Span]],
    numbers: Mapping[int, str],
) -> list[PageMark]:
    marks = []
    margin = max(min((line.box[0] for line in page.lines if line.span), default=0) - 14, 30)
    for task in tasks:
        boxes = [box for span in spans[task.id] for box in boxes_of(page, span)]
        if not boxes:
            continue
        starts = [number for span in spans[task.id] for number in pages_of(pages, span)]
        number = numbers.get(task.id, "")
        marks.append(
            PageMark(
                task.id,
                number,
                task.title,
                tuple(boxes),
                min(starts) == page.number,
                (margin, boxes[0][3] - 6),
                dismissed=not number,
            )
        )
    return marks


def _unsure_line(page: Page, line: PageLine) -> UnsureLine:
    left, top, right, bottom = line.box
    pieces: list[tuple[str, bool]] = []
    at = 0
    for start, end in line.unsure:
        pieces += [(line.text[at:start], False), (line.text[start:end], True)]
        at = end
    pieces.append((line.text[at:], False))
    step = (right - left) / max(len(line.text), 1)
    doubts = tuple((left + round(a * step), top, left + round(b * step), bottom) for a, b in line.unsure)
    box = (
        max(left - MARGIN, 0),
        max(top - MARGIN, 0),
        min(right + MARGIN, page.width),
        min(bottom + MARGIN, page.height),
    )
    return UnsureLine(box, tuple(piece for piece in pieces if piece[0]), doubts)
