"""What every page's template knows: the product's name, who is signed in, the navigation, today."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, cast

from flask import Flask, current_app, g, request, url_for
from flask_login import current_user

from tracker.db.queries.notices import count_unread
from tracker.db.queries.undelivered import clock_troubles
from tracker.domain.calendar import WorkingCalendar, gap_words, years_that_matter
from tracker.domain.permissions import Role
from tracker.services.health import missed_run
from tracker.services.policies import load_calendar
from tracker.web.access import current_actor
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

PART_OF = {"channels": "settings", "health": "settings", "readers": "settings", "slips": "inbox", "deliveries": "inbox"}
"""Blueprints whose pages are reached from another entry."""
SAY_THEMSELVES = frozenset({"settings.index", "settings.calendar", "settings.add", "settings.remove"})
"""Pages that say themselves which years' working days are missing."""


def install_context(app: Flask) -> None:
    """Register the context processor."""

    @app.context_processor
    def _context() -> dict[str, Any]:
        installation = runtime()
        return {
            "product_name": installation.settings.product_name,
            "today": installation.today(),
            "navigation": navigation(),
            "banners": banners(),
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
    active = PART_OF.get(active, active)
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
    """Count what the person's inbox would show as unread, once a request."""
    if "unread" not in g:
        g.unread = count_unread(reading(), current_actor())
    return cast(int, g.unread)


def banners() -> tuple[dict[str, str], ...]:
    """Return what an administrator should know on every page: a clock that leapt or stands still, reminders that did not
    arrive, a year whose working days nobody has entered yet.
    """
    if (
        "database_error" in g
        or not current_user
        or not current_user.is_authenticated
        or current_user.role is not Role.ADMIN
        or current_user.must_change_password
    ):
        return ()
    troubles = _troubles()
    if request.endpoint not in SAY_THEMSELVES:
        asked = [year for year in years_that_matter(runtime().today()) if not WorkingCalendar().known(year)]
        troubles += [
            (
                f"{gap_words(year, missing)}，暂按周一至周五上班计算。",
                "",
                url_for("settings.calendar", year=year),
                "去录入",
            )
            for year in asked
            if (missing := load_calendar(reading()).missing_holidays(year))
        ]
    return tuple(
        {"text": text, "href": href, "link_label": label}
        for text, endpoint, href, label in troubles
        if request.endpoint != endpoint
    )


def _troubles() -> list[tuple[str, str, str, str]]:
    """Return what is wrong with the reminders as (text, endpoint, address, label of the link)."""
    held, failed = clock_troubles(reading(), current_actor())
    found = []
    if held:
        text = "系统时间发生跳变，提醒已暂停，请核对后确认。"
        found.append((text, "deliveries.clock", url_for("deliveries.clock"), "去确认"))
    elif missed := missed_run(reading(), now=runtime().now()):
        found.append((missed, "health.index", url_for("health.index"), "查看运行状况"))
    if failed:
        text = f"有 {failed} 封提醒未能送达。"
        found.append((text, "deliveries.index", url_for("deliveries.index"), "查看"))
    return found
