"""How the house does: a page for the administrator, and the numbers for those who watch over it."""

from __future__ import annotations

from flask import Blueprint, Response, render_template, request
from werkzeug.exceptions import NotFound

from tracker.domain.permissions import Role
from tracker.domain.reminders import CHANNEL_LABELS
from tracker.services.channel_settings import channel_states
from tracker.services.health import health_of
from tracker.services.metrics import MEDIA_TYPE, may_read_metrics, write_metrics
from tracker.services.rules import may_change_rules
from tracker.web.access import current_actor, public, requires
from tracker.web.session import reading, runtime

blueprint = Blueprint("health", __name__)


@blueprint.get("/health")
@requires(Role.ADMIN)
def index() -> str:
    """Show the clock, its jobs, what waits and what failed."""
    if not may_change_rules(current_actor()):  # it counts what all units do
        return render_template("health/index.html", health=None)
    session, now = reading(), runtime().now()
    health, states = health_of(session, now=now), channel_states(session, runtime().settings)
    unusable = [f"{state.label}已启用但不能使用，请到“发送渠道”核对地址和密钥。" for state in states if state.unusable]
    return render_template(
        "health/index.html", health=health, problems=[*health.problems, *unusable], labels=CHANNEL_LABELS, now=now
    )


@blueprint.get("/metrics")
@public
def metrics() -> Response:
    """Give the numbers to whoever has the token or comes from a listed address; to others the page does not exist."""
    if not may_read_metrics(runtime().settings, request.headers.get("Authorization", ""), request.remote_addr):
        raise NotFound
    now = runtime().now()
    return Response(write_metrics(health_of(reading(), now=now), now=now), content_type=MEDIA_TYPE)
