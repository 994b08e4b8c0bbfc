"""How much a request may carry: a batch more than everything else. Set before anything reads the form."""

from __future__ import annotations

from flask import Flask, request

from tracker.web.session import runtime

MEGABYTE = 1024 * 1024
ENDPOINT = "reports.new_batch"
OTHER_FIELDS = 20


def install_upload_limits(app: Flask) -> None:
    """Let a batch be as large as the settings say; to be called after the access rules and before CSRF protection."""

    @app.before_request
    def _widen() -> None:
        if request.endpoint == ENDPOINT:
            settings = runtime().settings
            request.max_content_length = (settings.batch_limit_mb + 1) * MEGABYTE
            request.max_form_parts = 4 * settings.batch_files + OTHER_FIELDS  # a folder holds other files too
