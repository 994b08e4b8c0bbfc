"""What every page's template knows: the product's name, who is signed in, the navigation, today."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import Flask, current_app, g, request, url_for
from flask_login import current_user
from sqlalchemy import func, select

from tracker.db.models import Notice
from tracker.domain.permissions import Role
from tracker.domain.reminders import Channel
from tracker.web.session import reading, runtime


@dataclass(frozen=True, slots=True)
class Place:
    """An entry of the navigation and the roles that have it."""

    label: str
    endpoint: str
    icon: str
    roles: frozenset[Role]


UNIT = {Role.OFFICER, Role.HEAD}
NAVIGATION: tuple[Place, ...] = (
    Place("我的待办", "work.index", "list-task", frozenset(UNIT)),
    Place("总览", "overview.index", "speedometer2", frozenset({Role.SUPERVISOR, Role.AUDITOR, Role.HEAD})),
    Place("报告", "reports.index", "file-earmark-text", frozenset(UNIT | {Role.SUPERVISOR, Role.AUDITOR})),
    Place("台账", "ledger.index", "table", frozenset(UNIT | {Role.SUPERVISOR, Role.AUDITOR})),
    Place("年终对账", "reconciliation.index", "clipboard-check", frozenset(UNIT | {Role.SUPERVISOR, Role.AUDITOR})),
    Place("提醒", "inbox.index", "bell", frozenset(UNIT | {Role.SUPERVISOR, Role.AUDITOR})),
    Place("单位", "units.index", "diagram-3", frozenset({Role.ADMIN})),
    Place("账号", "users.index", "people", frozenset({Role.ADMIN})),
    Place("设置", "settings.index", "sliders", frozenset({Role.ADMIN})),
    Place("操作记录", "audit.index", "journal-text", frozenset({Role.AUDITOR, Role.ADMIN})),
)


def install_context(app: Flask) -> None:
    """Register the context processor."""

    @app.context_processor
    def _context() -> dict[str, Any]:
        installation = runtime()
        return {
            "product_name": installation.settings.product_name,
            "today": installation.today(),
            "navigation": navigation(),
            "banners": (),
        }


def navigation() -> list[dict[str, Any]]:
    """Return the entries of the signed-in person's role, with the active one and the unread count."""
    if (
        "database_error" in g
        or not current_user
        or not current_user.is_authenticated
        or current_user.must_change_password
    ):
        return []
    active = (request.endpoint or "").split(".")[0]
    return [
        {
            "label": place.label,
            "href": url_for(place.endpoint),
            "icon": place.icon,
            "active": place.endpoint.split(".")[0] == active,
            "badge": unread_count() if place.endpoint == "inbox.index" else None,
        }
        for place in NAVIGATION
        if current_user.role in place.roles and place.endpoint in current_app.view_functions
    ]


def unread_count() -> int:
    """Count the person's unread notices."""
    return (
        reading().scalar(
            select(func.count())
            .select_from(Notice)
            .where(
                Notice.recipient_id == current_user.id,
                Notice.channel == Channel.INBOX,
                Notice.read_at.is_(None),
                Notice.cancelled_at.is_(None),
            )
        )
        or 0
    )
