"""Views: one blueprint a noun, all listed here."""

from __future__ import annotations

from flask import Blueprint

from tracker.web.views.auth import blueprint as auth
from tracker.web.views.home import blueprint as home
from tracker.web.views.inbox import blueprint as inbox

BLUEPRINTS: tuple[Blueprint, ...] = (
    auth,
    home,
    inbox,
)
