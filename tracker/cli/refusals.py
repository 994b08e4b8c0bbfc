"""What the web server itself refuses, before the application is asked: said in the users' words, as a page.

waitress reads a request's head, and where the body is too large or the head broken it answers alone and hangs up.
"""

from __future__ import annotations

from typing import Any

from waitress.channel import HTTPChannel
from waitress.server import BaseWSGIServer
from waitress.task import ErrorTask

PAGE = """<!doctype html>
<html lang="zh-CN"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>{what}</title><link rel="stylesheet" href="/static/css/bootstrap.css"><link rel="stylesheet" href="/static/css/app.css">
<link rel="stylesheet" href="/static/css/components.css"></head>
<body><main class="page is-narrow"><div class="page-header"><h1>{what}</h1></div>
<section class="section"><p>{why}</p><p>{todo}</p><p><a class="btn btn-primary" href="/">回到首页</a></p></section>
<p class="small muted">错误代码 {code}</p></main></body></html>
"""
TOO_LARGE = (
    "文件太大",
    "一次提交的内容超过了 {limit} MB 的上限，没有保存。",
    "请返回上一页，压缩文件里的图片，或把材料拆成几个文件上传。",
)
BROKEN = (
    "没有看懂这次请求",
    "浏览器发来的请求不完整或过长，没有处理。",
    "请返回上一页刷新后重试。仍不成功时，请把操作时间告诉系统管理员。",
)


def refusal_page(code: int, limit_mb: int) -> str:
    """Return the page for a status that the server itself answers with."""
    what, why, todo = TOO_LARGE if code == 413 else BROKEN
    return PAGE.format(what=what, why=why.format(limit=limit_mb), todo=todo, code=code)


def install_refusals(limit_mb: int) -> None:
    """Let every waitress server of this process refuse in these words."""

    class Refusal(ErrorTask):  # type: ignore[misc]
        def execute(self) -> None:
            error: Any = self.request.error
            body = refusal_page(error.code, limit_mb).encode()
            self.status = f"{error.code} {error.reason}"
            self.response_headers += [
                ("Content-Type", "text/html; charset=utf-8"),
                ("X-Content-Type-Options", "nosniff"),
                ("Cache-Control", "no-store"),
            ]
            self.set_close_on_finish()
            self.content_length = len(body)
            self.write(body)

    class Channel(HTTPChannel):  # type: ignore[misc]
        error_task_class = Refusal

    BaseWSGIServer.channel_class = Channel
