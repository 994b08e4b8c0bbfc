"""The picture of one page of a report's original."""

from __future__ import annotations

from flask import send_file
from werkzeug.wrappers import Response

from tracker.db.queries.reports import get_report
from tracker.domain.errors import NotFound
from tracker.domain.page_map import MOST_PAGES
from tracker.services.intake import reading_limits
from tracker.services.page_views import page_picture
from tracker.web.access import current_actor, requires
from tracker.web.background import background
from tracker.web.session import reading, runtime
from tracker.web.views.reports import READERS, blueprint


@blueprint.get("/reports/<int:report_id>/pages/<int:number>")
@requires(*READERS)
def page(report_id: int, number: int) -> Response:
    """Hand out the picture of a page, drawn when it is first asked for."""
    report = get_report(reading(), current_actor(), report_id)
    if not 1 <= number <= MOST_PAGES:
        raise NotFound
    picture = page_picture(
        runtime().storage, report, number, reading_limits(runtime().settings), background().parts.scanner
    )
    if picture is None:
        raise NotFound("这一页的图片暂时画不出来，请下载原件查看。")
    media_type = "image/png" if picture.suffix == ".png" else "image/jpeg"
    response = send_file(picture, mimetype=media_type, conditional=False)
    response.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return response
