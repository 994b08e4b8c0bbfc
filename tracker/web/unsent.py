"""What was typed into a form that could not be taken any more: shown once again, so that nobody loses an hour's writing.

The session of a form may have ended while it was being filled in. Then nobody is signed in, and the page that says so
repeats the texts of the very request it answers, to the browser that sent them; nothing is kept on the server.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import request
from werkzeug.exceptions import HTTPException

UNINTERESTING = frozenset({"csrf_token", "request_key", "version", "kept_files", "next", "seen", "username"})
MOST_TEXTS, LONGEST = 30, 20_000
WORTH_KEEPING = 6  # characters: ids, dates and choices are quicker chosen again than copied


def typed_texts() -> list[str]:
    """Return the longer texts of the form being answered, in their order; none if it was sent from a foreign page."""
    if request.method != "POST" or page_of_form() is None:
        return []
    try:
        form = request.form
    except HTTPException:  # a body that cannot be read has no texts to show
        return []
    texts = [
        value.strip()[:LONGEST]
        for name, values in form.lists()
        if name not in UNINTERESTING and "password" not in name
        for value in values
        if len(value.strip()) >= WORTH_KEEPING and not value.isascii()
    ]
    return texts[:MOST_TEXTS]


def page_of_form() -> str | None:
    """Return the local address to come back to: of the page asked for, or of the page whose form was sent."""
    if request.method in ("GET", "HEAD"):
        return request.full_path.rstrip("?")
    if not (request.referrer or "").startswith(request.host_url):
        return None
    parts = urlsplit(request.referrer or "")
    return f"{parts.path}?{parts.query}" if parts.query else parts.path
