"""The first page: where a person of this role begins. And whether the house is alive."""

from __future__ import annotations

from flask import Blueprint, jsonify, redirect, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from tracker.domain.permissions import Role
from tracker.services.health import is_alive
from tracker.web.access import public, signed_in
from tracker.web.session import reading, runtime

blueprint = Blueprint("home", __name__)

FIRST_PAGE = {
    Role.OFFICER: "work.index",
    Role.HEAD: "work.index",
    Role.SUPERVISOR: "overview.index",
    Role.AUDITOR: "overview.index",
    Role.ADMIN: "units.index",
}


@blueprint.get("/")
@signed_in
def index() -> Response:
    """Lead to the first page of the role."""
    return redirect(url_for(FIRST_PAGE[current_user.role]))


@blueprint.get("/healthz")
@public
def health() -> Response:
    """Answer 200 while the database answers and the clock shows signs of life, else 503; says nothing of what is inside."""
    if is_alive(reading(), now=runtime().now()):
        return jsonify(status="ok")
    response = jsonify(status="clock")
    response.status_code = 503
    return response
