"""``tracker serve``: the web server (waitress: threads, no compiled parts, one process)."""

from __future__ import annotations

import logging
import signal
import sys

import click

from tracker.cli.children import stop_with_parent as watch_parent
from tracker.cli.installation import check_migrated, load_settings
from tracker.domain.word_lists import WordListsUnusable


@click.command("serve", help="启动网页服务。")
@click.option("--host", default="127.0.0.1", show_default=True, help="监听地址")
@click.option("--port", default=8000, show_default=True, help="监听端口")
@click.option("--stop-with-parent", is_flag=True, hidden=True)
def serve_command(host: str, port: int, *, stop_with_parent: bool) -> None:
    """Serve the application until interrupted; refuses to start on a database that is not migrated."""
    from waitress import serve

    from tracker.application import create_app
    from tracker.cli.refusals import install_refusals
    from tracker.runtime import Runtime

    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    if stop_with_parent:
        watch_parent()
    settings = load_settings()
    try:
        app = create_app(settings)
    except WordListsUnusable as error:
        raise click.ClickException(str(error)) from error
    runtime: Runtime = app.extensions["tracker"]
    check_migrated(runtime)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))  # waitress lets the requests under way finish
    install_refusals(settings.upload_limit_mb)
    serve(
        app,
        host=host,
        port=port,
        threads=settings.web_threads,
        ident="tracker",
        # the application says "too large" in its own page, but only to a browser that was let finish sending
        max_request_body_size=2 * (settings.upload_limit_mb + 1) * 1024 * 1024,
        clear_untrusted_proxy_headers=True,
    )
