"""Views: one blueprint a noun, all listed here."""

from __future__ import annotations

from flask import Blueprint

from tracker.web.views.auth import blueprint as auth
from tracker.web.views.home import blueprint as home

BLUEPRINTS: tuple[Blueprint, ...] = (
    auth,
    home,
)
