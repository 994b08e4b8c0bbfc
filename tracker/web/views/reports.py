"""The list of reports by year, the page of one report with everything found in it, and its original file."""

from __future__ import annotations

import mimetypes
from collections.abc import Mapping, Sequence
from pathlib import PurePath
from typing import Any

from flask import Blueprint, current_app, render_template, request, send_file, url_for
from werkzeug.exceptions import BadRequest
from werkzeug.wrappers import Response

from tracker.db.models import Report, Task, TaskSource
from tracker.db.queries.batches import list_batches
from tracker.db.queries.plan_returns import versions_with_returns
from tracker.db.queries.promises import lines_of_report
from tracker.db.queries.report_list import PAGE, ListedReport, ReportFilter, count_filings, list_all_years, list_year
from tracker.db.queries.reports import (
    get_report,
    intakes_under_way,
    sources_of,
    tasks_of_report,
)
from tracker.domain.documents import Problem, Span
from tracker.domain.errors import NotFound
from tracker.domain.formats import reading_from_dict
from tracker.domain.page_map import unsure_spans
from tracker.domain.permissions import UNIT_ROLES, Role
from tracker.domain.report_layout import LaidSection, Mark, lay_out
from tracker.domain.tasks import LEDGER, TaskStatus
from tracker.services.page_views import has_pages, scanned_pages
from tracker.services.plan_items import SPLIT
from tracker.services.reports import note_download
from tracker.web.access import current_actor, requires
from tracker.web.return_page import view_of
from tracker.web.same_again import plan_summary
from tracker.web.session import reading, runtime, writing

blueprint = Blueprint("reports", __name__)

READERS = (Role.OFFICER, Role.HEAD, Role.SUPERVISOR, Role.AUDITOR)
UPLOADERS = (Role.OFFICER, Role.HEAD, Role.SUPERVISOR)
BATCH_READERS = (Role.SUPERVISOR, Role.AUDITOR)
YEARS_OFFERED = 8
STATES = (
    ("", "全部"),
    ("filed", "已报送"),
    ("missing", "未报送"),
    ("to_review", "有待确认条目"),
    ("returned", "计划已退回"),
)


@blueprint.get("/reports")
@requires(*READERS)
def index() -> str:
    """List what was filed, by unit and year; a supervisor sees what is missing too."""
    actor, now = current_actor(), runtime().now()
    wanted, after = _wanted(), _cursor(request.args.get("after"))
    lister = list_year if wanted.year else list_all_years
    rows = lister(reading(), actor, wanted, after=after)
    shown, more = rows[:PAGE], len(rows) > PAGE
    return render_template(
        "reports/index.html",
        rows=shown,
        wanted=wanted,
        counts=count_filings(reading(), actor, wanted.year) if wanted.year else None,
        intakes=intakes_under_way(reading(), actor, now=now),
        batches=list_batches(reading(), actor, running=True) if actor.role in BATCH_READERS else (),
        years=_years(wanted.year),
        states=STATES if wanted.year else (STATES[0], *STATES[3:]),
        chips=_chips(wanted),
        next_href=_next_href(shown[-1], wanted) if more else None,
        first_href=url_for("reports.index", **_arguments(wanted)) if after else None,
        may_upload=actor.role in UPLOADERS,
        may_see_batches=actor.role in BATCH_READERS,
        may_decide=actor.role is Role.SUPERVISOR,
    )


@blueprint.get("/reports/<int:report_id>")
@requires(*READERS)
def show(report_id: int) -> str:
    """Show a report with its sections, problems and items marked in the text; ``quote`` marks a passage more."""
    actor = current_actor()
    report = get_report(reading(), actor, report_id, text=True)
    tasks, kept = own_and_kept(report, tasks_of_report(reading(), report))
    versions, returns = versions_with_returns(reading(), report)
    read = reading_from_dict({**report.reading, "text": report.text})
    return render_template(
        "reports/show.html",
        report=report,
        sections=laid_sections(report, tasks, sources_of(reading(), report.id), quote=quoted_span(len(report.text))),
        targets=task_targets(tasks, report.id),
        problems=_problems(read.problems, [*tasks, *kept]),
        versions=versions,
        kept=kept,
        counts=counts_of(tasks),
        kind=file_kind(report.file_name),
        summary=plan_summary(lines_of_report(reading(), report.id)),
        may_review=actor.role is Role.SUPERVISOR and report.superseded_at is None,
        links_href=href_if_known("links.index", report_id=report.id),
        returned=view_of(actor, report, returns),
        may_upload=actor.role in UPLOADERS,
        has_pages=has_pages(report),
    )


@blueprint.get("/reports/<int:report_id>/file")
@requires(*READERS)
def download(report_id: int) -> Response:
    """Hand out the original, byte for byte, always as a file to save."""
    report = get_report(reading(), current_actor(), report_id)
    path, name = runtime().storage.path(report.file_key), report.file_name
    if not path.is_file():
        raise NotFound("这份报告的原件不在存储中，请联系系统管理员。")
    with writing() as session:
        note_download(session, current_actor(), report_id, now=runtime().now())
    media_type = mimetypes.guess_type(name)[0] or "application/octet-stream"
    if not media_type.startswith(("application/", "text/plain")):
        media_type = "application/octet-stream"
    response = send_file(path, mimetype=media_type, as_attachment=True, download_name=name, conditional=False)
    response.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return response


# ---- the text with its marks ----------------------------------------------------------------------------------------------


def own_and_kept(report: Report, tasks: Sequence[Task]) -> tuple[list[Task], list[Task]]:
    """Part a report's own tasks from those that its earlier versions left behind."""
    return [t for t in tasks if t.report_id == report.id], [t for t in tasks if t.report_id != report.id]


def laid_sections(
    report: Report, tasks: Sequence[Task], sources: Mapping[int, Sequence[TaskSource]], *, quote: Span | None = None
) -> tuple[LaidSection, ...]:
    """Return the report's text with its problems, its items (numbered in the order of the text) and a quote marked."""
    read = reading_from_dict({**report.reading, "text": report.text})
    numbers = numbers_of(tasks)
    marks = [
        Mark("item", str(task.id), Span(source.start, source.end), numbers.get(task.id, ""), task.id not in numbers)
        for task in tasks
        if not lives_on(task)
        for source in sources.get(task.id, ())
    ]
    marks += [Mark("problem", problem.id, problem.span, problem.id[1:]) for problem in read.problems]
    marks += [Mark("unsure", str(page), span) for span, page, _ in unsure_spans(scanned_pages(report))]
    if quote is not None:
        marks.append(Mark("quote", "quote", quote))
    return lay_out(report.text, read.sections, marks)


def task_targets(tasks: Sequence[Task], report_id: int) -> dict[str, str]:
    """Return where an item of the text leads: a duty to its own page, a proposal to its card."""
    return {
        str(task.id): (href_if_known("tasks.show", task_id=task.id) if task.status in LEDGER else None)
        or url_for("reports.review", report_id=report_id, _anchor=f"item-{task.id}")
        for task in tasks
    }


def _problems(problems: Sequence[Problem], tasks: Sequence[Task]) -> list[dict[str, Any]]:
    """Return the problems with the anchor of their sentence, and whether any live item answers them."""
    answered = {name for task in tasks if task.status is not TaskStatus.DISMISSED for name in task.answers}
    return [{"text": problem.text, "id": problem.id, "unanswered": problem.id not in answered} for problem in problems]


def numbers_of(tasks: Sequence[Task]) -> dict[int, str]:
    """Number the tasks that were not dismissed, in the order of the text."""
    live = [task for task in tasks if task.status is not TaskStatus.DISMISSED]
    return {task.id: str(number) for number, task in enumerate(live, start=1)}


def lives_on(task: Task) -> bool:
    """Say whether a dismissed task stands in the text through others: those it was merged into or split into."""
    return task.status is TaskStatus.DISMISSED and (task.merged_into_id is not None or task.status_reason == SPLIT)


def counts_of(tasks: Sequence[Task]) -> dict[str, int]:
    """Count the tasks of a report: waiting, in the ledger, dismissed by a person."""
    proposed = sum(task.status is TaskStatus.PROPOSED for task in tasks)
    dismissed = sum(task.status is TaskStatus.DISMISSED for task in tasks)
    gone = sum(lives_on(task) for task in tasks)
    return {"proposed": proposed, "ledger": len(tasks) - proposed - dismissed, "dismissed": dismissed - gone}


def file_kind(name: str) -> str:
    """Return the kind of icon for a file name."""
    return {".docx": "word", ".doc": "word", ".wps": "word", ".rtf": "word", ".pdf": "pdf"}.get(
        PurePath(name).suffix.lower(), "text"
    )


def quoted_span(length: int) -> Span | None:
    """Return the passage that the address asks to be marked (``quote=120-135``); None where it names none of the text."""
    start, _, end = request.args.get("quote", "").partition("-")
    if not (start.isdecimal() and end.isdecimal()) or len(start) > 9 or len(end) > 9:
        return None
    return Span(int(start), int(end)) if int(start) < int(end) <= length else None


def href_if_known(endpoint: str, **values: Any) -> str | None:
    """Return the address of a page that may not be part of this installation."""
    return url_for(endpoint, **values) if endpoint in current_app.view_functions else None


# ---- the list ---------------------------------------------------------------------------------------------------------------


def _wanted() -> ReportFilter:
    arguments = request.args
    default = "" if current_actor().role in UNIT_ROLES else str(runtime().today().year - 1)
    year = arguments.get("year", default)
    state = arguments.get("state", "")
    if state not in {key for key, _ in STATES} or (year and not (year.isdecimal() and len(year) == 4)):
        raise BadRequest
    return ReportFilter(year=int(year) if year else None, words=arguments.get("q", "")[:60], state=state)


def _cursor(value: str | None) -> tuple[int, int] | None:
    if not value:
        return None
    first, _, second = value.partition(",")
    if not (first.lstrip("-").isdecimal() and second.isdecimal() and len(value) < 40):
        raise BadRequest
    return int(first), int(second)


def _years(chosen: int | None) -> list[tuple[str, str]]:
    latest = runtime().today().year
    years = sorted({*range(latest - YEARS_OFFERED, latest + 1), *([chosen] if chosen else [])}, reverse=True)
    return [("", "全部年度"), *((str(year), f"{year} 年") for year in years)]


def _arguments(wanted: ReportFilter, **changes: Any) -> dict[str, Any]:
    values = {"year": wanted.year or "", "q": wanted.words or None, "state": wanted.state or None, **changes}
    return {name: value for name, value in values.items() if value is not None}


def _chips(wanted: ReportFilter) -> list[dict[str, str]]:
    chips = []
    if wanted.words:
        chips.append({"label": f"单位：{wanted.words}", "remove_href": _href(wanted, q=None)})
    if wanted.state:
        chips.append({"label": dict(STATES)[wanted.state], "remove_href": _href(wanted, state=None)})
    return chips


def _href(wanted: ReportFilter, **changes: Any) -> str:
    return url_for("reports.index", **_arguments(wanted, **changes))


def _next_href(last: ListedReport, wanted: ReportFilter) -> str:
    cursor = (last.unit_position, last.unit_id) if wanted.year else (last.report_year, last.report_id)
    return _href(wanted, after=f"{cursor[0]},{cursor[1]}")
