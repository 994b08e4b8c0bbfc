"""The one table that says how the browser's door answers an error."""

from __future__ import annotations

import logging
import secrets

from flask import Flask, Response, g, make_response, render_template
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import DataError, IntegrityError, OperationalError
from werkzeug.exceptions import HTTPException, SecurityError

from tracker.domain.errors import Conflict, Forbidden, NotFound, RuleViolation
from tracker.web.unsent import page_of_form, typed_texts

log = logging.getLogger(__name__)

STATUS: tuple[tuple[type[RuleViolation], int], ...] = (
    (NotFound, 404),
    (Forbidden, 403),
    (Conflict, 409),
    (RuleViolation, 400),
)

REPEATS_WHAT_WAS_TYPED = frozenset({400, 401, 403, 404, 409, 500, 503})
FILES_UNREACHABLE = "服务器上存放文件的目录暂时不能读写，这次提交没有保存。请联系系统管理员检查磁盘空间和目录权限。"

WITH_PAGE = frozenset({400, 401, 403, 404, 405, 409, 413, 429, 500, 503})


def status_of(error: RuleViolation) -> int:
    """Return the HTTP status of a broken rule."""
    return next(status for family, status in STATUS if isinstance(error, family))


def install_errors(app: Flask) -> None:
    """Register the handlers."""

    @app.errorhandler(RuleViolation)
    def _rule(error: RuleViolation) -> Response:
        return error_page(status_of(error), error.message)

    @app.errorhandler(CSRFError)
    def _csrf(_error: CSRFError) -> Response:
        return error_page(400, "页面停留时间过长或登录状态已变化，没有保存。请返回上一页，刷新后重新提交。")

    @app.errorhandler(SecurityError)
    def _foreign_host(_error: SecurityError) -> Response:
        # no page: a page has links, and their host is just what is not trusted
        return Response("访问地址不在允许范围内，请使用管理员公布的网址。\n", 400, mimetype="text/plain")

    @app.errorhandler(HTTPException)
    def _http(error: HTTPException) -> Response:
        code = error.code or 500
        response = error_page(code if code in WITH_PAGE else 500, None) if code >= 400 else None
        return response if response is not None else make_response(error.get_response())

    @app.errorhandler(OperationalError)
    def _database(error: OperationalError) -> Response:
        log.error("the database did not answer", exc_info=error)
        g.database_error = error
        return error_page(503, None)

    @app.errorhandler(OSError)
    def _files(error: OSError) -> Response:
        log.error("a file could not be read or written", exc_info=error)
        return error_page(503, FILES_UNREACHABLE)

    @app.errorhandler(IntegrityError)
    def _collided(error: IntegrityError) -> Response:
        log.warning("two writes wanted the same place", exc_info=error)
        return error_page(409, Conflict().message)

    @app.errorhandler(DataError)
    @app.errorhandler(OverflowError)
    def _unstorable(error: Exception) -> Response:
        log.warning("a value that no column can hold was refused", exc_info=error)
        return error_page(400, "提交的内容里有无法保存的数字或字符，请核对后重新提交。")

    @app.errorhandler(Exception)
    def _unexpected(error: Exception) -> Response:
        reference = secrets.token_hex(4)
        log.exception("unexpected error %s", reference, exc_info=error)
        return error_page(500, None, reference=reference)


def error_page(status: int, message: str | None, *, reference: str | None = None) -> Response:
    """Render the page of an error: what happened, why, what to do."""
    page = render_template(
        f"errors/{status}.html",
        message=message,
        reference=reference,
        status=status,
        typed=typed_texts() if status in REPEATS_WHAT_WAS_TYPED else [],
        come_back=page_of_form(),
    )
    response = make_response(page, status)
    if status == 503:
        response.headers["Retry-After"] = "10"
    return response
