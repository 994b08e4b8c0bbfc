"""The style guide: every component with its states on one page, in development only."""

from __future__ import annotations

from flask import Blueprint, render_template

from tracker.web.access import public

blueprint = Blueprint("styleguide", __name__)


@blueprint.get("/styleguide")
@public
def index() -> str:
    """Show the components."""
    return render_template("styleguide.html")
