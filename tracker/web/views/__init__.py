"""Views: one blueprint a noun, all listed here."""

from __future__ import annotations

from flask import Blueprint

from tracker.web.views import (  # noqa: F401 - they add their pages to the blueprint of reports, or of the settings
    batches,
    intake,
    plan_returns,
    report_pages,
    review,
    review_batches,
    same,
    settings_delivery,
    settings_overrides,
)
from tracker.web.views.audit import blueprint as audit
from tracker.web.views.auth import blueprint as auth
from tracker.web.views.channels import blueprint as channels
from tracker.web.views.deliveries import blueprint as deliveries
from tracker.web.views.evidence import blueprint as evidence
from tracker.web.views.health import blueprint as health
from tracker.web.views.home import blueprint as home
from tracker.web.views.inbox import blueprint as inbox
from tracker.web.views.ledger import blueprint as ledger
from tracker.web.views.links import blueprint as links
from tracker.web.views.overview import blueprint as overview
from tracker.web.views.own import blueprint as own
from tracker.web.views.readers import blueprint as readers
from tracker.web.views.reconciliation import blueprint as reconciliation
from tracker.web.views.reports import blueprint as reports
from tracker.web.views.settings import blueprint as settings
from tracker.web.views.slips import blueprint as slips
from tracker.web.views.tasks import blueprint as tasks
from tracker.web.views.units import blueprint as units
from tracker.web.views.users import blueprint as users
from tracker.web.views.work import blueprint as work
from tracker.web.views.years import blueprint as years

BLUEPRINTS: tuple[Blueprint, ...] = (
    audit,
    auth,
    channels,
    deliveries,
    evidence,
    health,
    home,
    inbox,
    ledger,
    links,
    overview,
    own,
    readers,
    reconciliation,
    reports,
    settings,
    slips,
    tasks,
    units,
    users,
    work,
    years,
)
