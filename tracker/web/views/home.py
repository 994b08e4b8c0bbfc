"""The first page: where a person of this role begins. And whether the house is alive."""

from __future__ import annotations

from datetime import timedelta

from flask import Blueprint, jsonify, redirect, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from tracker.domain.permissions import Role
from tracker.services.beats import last_beat
from tracker.web.access import public, signed_in
from tracker.web.session import reading, runtime

blueprint = Blueprint("home", __name__)

MOST_SILENT = timedelta(seconds=180)
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
    """Answer 200 while the database answers and the clock beats, else 503; says nothing of what is inside.

    An installation whose clock has never run yet is well: it has only just been set up.
    """
    beat = last_beat(reading())
    silent = beat is not None and runtime().now() - beat.last_at > MOST_SILENT
    answer = jsonify(status="clock" if silent else "ok")
    answer.status_code = 503 if silent else 200
    return answer
