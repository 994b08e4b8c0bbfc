"""Views: one blueprint a noun, all listed here."""

from __future__ import annotations

from flask import Blueprint

from tracker.web.views import intake, plan_returns, review, review_batches, same  # noqa: F401 - they add their pages to the blueprint of reports
from tracker.web.views.audit import blueprint as audit
from tracker.web.views.auth import blueprint as auth
from tracker.web.views.deliveries import blueprint as deliveries
from tracker.web.views.evidence import blueprint as evidence
from tracker.web.views.home import blueprint as home
from tracker.web.views.inbox import blueprint as inbox
from tracker.web.views.ledger import blueprint as ledger
from tracker.web.views.links import blueprint as links
from tracker.web.views.overview import blueprint as overview
from tracker.web.views.reconciliation import blueprint as reconciliation
from tracker.web.views.reports import blueprint as reports
from tracker.web.views.settings import blueprint as settings
from tracker.web.views.tasks import blueprint as tasks
from tracker.web.views.units import blueprint as units
from tracker.web.views.users import blueprint as users
from tracker.web.views.work import blueprint as work
from tracker.web.views.years import blueprint as years

BLUEPRINTS: tuple[Blueprint, ...] = (
    audit,
    auth,
    deliveries,
    evidence,
    home,
    inbox,
    ledger,
    links,
    overview,
    reconciliation,
    reports,
    settings,
    tasks,
    units,
    users,
    work,
    years,
)
