"""Which files this server reads, for the administrator: what is lacking, the limits, and a trial at the press of a button."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, render_template

from tracker.domain.errors import Forbidden
from tracker.domain.permissions import Role
from tracker.services.reading_state import (
    Kind,
    Trial,
    helpers_of,
    kinds_of_files,
    limits_of,
    note_trial,
    read_here,
    try_readers,
)
from tracker.services.rules import may_change_rules
from tracker.web.access import current_actor, requires
from tracker.web.forms.batches import ButtonForm
from tracker.web.session import close_reading, runtime, writing

blueprint = Blueprint("readers", __name__, url_prefix="/readers")


@blueprint.get("/")
@requires(Role.ADMIN)
def index() -> str:
    """Show the kinds of files, the programs beside the readers and the limits."""
    return _page(kinds_of_files())


@blueprint.post("/test")
@requires(Role.ADMIN)
def test() -> Any:
    """Read the built-in samples now, outside any transaction, and say what came of each."""
    if not may_change_rules(current_actor()):
        raise Forbidden
    form = ButtonForm()
    if not form.validate_on_submit():
        return _page(kinds_of_files(), errors=[text for _, text in form.messages()]), 400
    close_reading()
    settings, kinds = runtime().settings, kinds_of_files()
    trials = try_readers(settings, kinds or [])
    with writing() as session:
        note_trial(session, current_actor(), trials, now=runtime().now())
    return _page(kinds, trials)


def _page(kinds: Sequence[Kind] | None, trials: Sequence[Trial] | None = None, errors: Sequence[str] = ()) -> str:
    settings = runtime().settings
    helpers = helpers_of(settings, kinds or ())
    return render_template(
        "settings/readers.html",
        kinds=None if kinds is None else read_here(kinds, helpers),
        helpers=helpers,
        limits=limits_of(settings),
        trials=trials,
        may_test=may_change_rules(current_actor()),
        errors=[{"field": None, "message": message} for message in errors],
    )
