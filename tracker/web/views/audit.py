"""The audit log: who did what, when and from where. An auditor reads what happened in scope, an administrator what is the system's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, render_template, request, send_file, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from tracker.db.models import AuditEntry
from tracker.db.queries.audit import AuditFilter, audit_count, audit_page
from tracker.domain.audit_words import (
    ACTION_WORDS,
    OBJECT_WORDS,
    SYSTEM_ACTIONS,
    SYSTEM_OBJECT_WORDS,
    action_word,
    change_lines,
)
from tracker.domain.permissions import Role
from tracker.services.audit_export import export_audit_log, note_audit_export
from tracker.web.access import current_actor, requires
from tracker.web.session import reading, runtime, writing

blueprint = Blueprint("audit", __name__, url_prefix="/audit")

PARAMETERS = ("person", "action", "object", "id", "from", "to", "q")
LARGEST_ID = 2**31 - 1
PAGE_OF = {
    "task": ("tasks.show", "task_id"),
    "report": ("reports.show", "report_id"),
    "batch": ("reports.batch", "batch_id"),
}


@dataclass(frozen=True, slots=True)
class LogLine:
    """A line as the page shows it; ``href`` leads to its object where the reader may open it."""

    entry: AuditEntry
    action: str
    text: str
    object: str
    href: str | None
    changes: tuple[tuple[str, str, str], ...]


@blueprint.get("/")
@requires(Role.AUDITOR, Role.ADMIN)
def index() -> str:
    """Show a page of the log."""
    session, actor, wanted = reading(), current_actor(), _wanted()
    page = audit_page(session, actor, wanted, cursor=request.args.get("at", "")[:60])
    total, capped = audit_count(session, actor, wanted)
    return render_template(
        "audit/index.html",
        lines=[_line(entry) for entry in page.rows],
        page=page,
        total=total,
        capped=capped,
        wanted=wanted,
        actions=[("", "全部操作"), *_actions().items()],
        objects=[("", "全部对象"), *_objects().items()],
        chips=_chips(wanted),
        address=_address,
        business=actor.role is Role.AUDITOR,
    )


@blueprint.get("/export.xlsx")
@requires(Role.AUDITOR, Role.ADMIN)
def export() -> Response:
    """Give what the filter finds as a workbook; the export itself is noted in the log."""
    actor, wanted, now = current_actor(), _wanted(), runtime().now()
    asked = "、".join(chip["label"] for chip in _chips(wanted)) or "全部"
    stream = export_audit_log(reading(), actor, wanted, asked=asked, now=now)
    with writing() as session:
        note_audit_export(session, actor, asked=asked, now=now)
    return send_file(
        stream,
        mimetype="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        as_attachment=True,
        download_name=f"操作记录_{runtime().today():%Y%m%d}.xlsx",
    )


def _wanted() -> AuditFilter:
    """Read the filter from the address; what is no valid value is left out."""
    arguments = request.args
    number = arguments.get("id", "")
    return AuditFilter(
        person=arguments.get("person", "")[:40].strip(),
        action=_key(_actions(), arguments.get("action")),
        object_type=_key(_objects(), arguments.get("object")),
        object_id=int(number) if number.isascii() and number.isdigit() and len(number) < 10 else None,
        first=_day(arguments.get("from")),
        last=_day(arguments.get("to")),
        search=arguments.get("q", "")[:100].strip(),
    )


def _actions() -> Mapping[str, str]:
    return ACTION_WORDS if current_user.role is Role.AUDITOR else SYSTEM_ACTIONS


def _objects() -> Mapping[str, str]:
    return OBJECT_WORDS if current_user.role is Role.AUDITOR else SYSTEM_OBJECT_WORDS


def _key(words: Mapping[str, str], value: str | None) -> str | None:
    return value if value in words else None


def _day(value: str | None) -> date | None:
    try:
        day = date.fromisoformat(value or "")
    except ValueError:
        return None
    return day if 1990 <= day.year <= 2200 else None


def _line(entry: AuditEntry) -> LogLine:
    action = action_word(entry.action)
    return LogLine(
        entry=entry,
        action=action,
        text=entry.summary.removeprefix(f"{action}："),  # the column beside says it already
        object=OBJECT_WORDS.get(entry.object_type, ""),
        href=_href(entry),
        changes=tuple(change_lines(entry.changes)),
    )


def _href(entry: AuditEntry) -> str | None:
    if entry.object_id is None:
        return None
    if current_user.role is Role.ADMIN:
        pages = {"user": ("users.show", "user_id"), "unit": ("units.edit", "unit_id")}
    else:
        pages = PAGE_OF
    page = pages.get(entry.object_type)
    if page is None:
        return None
    values: dict[str, Any] = {page[1]: entry.object_id}
    return url_for(page[0], **values)


def _address(**changes: str | None) -> str:
    """Return this page's address with some parameters changed; the place in it is not kept."""
    kept: dict[str, str | None] = {name: request.args.get(name) for name in PARAMETERS}
    query = urlencode({name: value for name, value in (kept | changes).items() if value})
    return f"{url_for('audit.index')}{'?' + query if query else ''}"


def _chips(wanted: AuditFilter) -> list[dict[str, Any]]:
    found = [
        ("person", wanted.person),
        ("action", action_word(wanted.action) if wanted.action else ""),
        ("object", OBJECT_WORDS.get(wanted.object_type or "", "")),
        ("id", f"编号 {wanted.object_id}" if wanted.object_id is not None else ""),
        ("from", f"{wanted.first} 起" if wanted.first else ""),
        ("to", f"到 {wanted.last}" if wanted.last else ""),
        ("q", f"“{wanted.search[:20]}”" if wanted.search else ""),
    ]
    return [{"label": label, "remove_href": _address(**{name: None})} for name, label in found if label]
