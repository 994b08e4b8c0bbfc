"""Files that come with a form: checked and stored once, and kept over a faulty attempt so that nobody chooses them twice.

What was accepted travels in a hidden field, signed for this person and good for a day. The browser cannot add to it
or point it at another file.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import current_app
from flask_login import current_user
from itsdangerous import BadSignature, URLSafeTimedSerializer

from tracker.services.evidence import AcceptedFile, EvidenceRefused, accept_file
from tracker.web.session import runtime

GOOD_FOR_SECONDS = 24 * 3600


@dataclass(frozen=True, slots=True)
class Gathered:
    """The files of a form: all that were accepted, and the first refusal."""

    files: tuple[AcceptedFile, ...] = ()
    refusal: EvidenceRefused | None = None


def gather_files(form: Any) -> Gathered:
    """Check and store what a form brings, before any transaction; what was accepted is noted in ``kept_files``."""
    if "files" not in form:
        return Gathered()
    files = {file.key: file for file in _kept(form.kept_files.data)}
    refusal = None
    for upload in form.files.data or ():
        if not getattr(upload, "filename", ""):
            continue
        try:
            file = accept_file(
                runtime().storage, upload.filename, upload.stream, limit_mb=runtime().settings.upload_limit_mb
            )
        except EvidenceRefused as error:
            refusal = refusal or error
        else:
            files[file.key] = file
    form.kept_files.data = _signer().dumps([[f.name, f.key, f.size, f.media_type] for f in files.values()])
    return Gathered(tuple(files.values()), refusal)


def _kept(token: str | None) -> list[AcceptedFile]:
    """Read what an earlier attempt left; a token that is not ours, or too old, holds nothing."""
    if not token:
        return []
    try:
        rows = _signer().loads(token, max_age=GOOD_FOR_SECONDS)
    except BadSignature:
        return []
    files = [AcceptedFile(*row) for row in rows]
    return [file for file in files if runtime().storage.exists(file.key)]


def _signer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current_app.secret_key or "", salt=f"kept-files-{current_user.get_id()}")
