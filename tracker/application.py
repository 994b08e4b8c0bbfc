"""The composition root: builds the web application of one installation."""

from __future__ import annotations

import hashlib
import secrets
from functools import lru_cache
from pathlib import Path

from flask import Flask, request
from flask_bootstrap import Bootstrap5
from flask_wtf import CSRFProtect
from werkzeug.middleware.proxy_fix import ProxyFix

from tracker.runtime import Clock, Runtime, open_runtime, system_clock
from tracker.settings import Settings
from tracker.web.access import check_every_view_has_a_rule, install_access
from tracker.web.context import install_context
from tracker.web.errors import install_errors
from tracker.web.filters import install_filters
from tracker.web.headers import install_headers
from tracker.web.session import ServerSessionInterface, close_reading
from tracker.web.upload_limits import install_upload_limits
from tracker.web.views import BLUEPRINTS

ROOT = Path(__file__).resolve().parents[1]
YEAR_SECONDS = 365 * 24 * 3600


def create_app(settings: Settings, *, clock: Clock = system_clock) -> Flask:
    """Build the application; opens no connection and loads no parser."""
    app = Flask(
        "tracker.web",
        template_folder=str(ROOT / "templates"),
        static_folder=str(ROOT / "tracker" / "web" / "static"),
        static_url_path="/static",
        instance_path=str(settings.instance_path),
    )
    app.url_map.strict_slashes = False  # an address typed with or without its last slash is the same page
    runtime = open_runtime(settings, clock=clock)
    _configure(app, runtime)
    app.session_interface = ServerSessionInterface()
    install_access(app)
    install_upload_limits(app)
    CSRFProtect(app)
    Bootstrap5(app)
    install_errors(app)
    install_headers(app)
    install_filters(app)
    install_context(app)
    _install_static_urls(app)
    app.teardown_appcontext(lambda _error: close_reading())
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    if settings.development:
        from tracker.web.views.styleguide import blueprint as styleguide

        app.register_blueprint(styleguide)
    check_every_view_has_a_rule(app)
    if settings.trusted_proxies:
        count = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=count, x_proto=count, x_host=count)  # type: ignore[method-assign]
    return app


def _configure(app: Flask, runtime: Runtime) -> None:
    settings = runtime.settings
    app.extensions["tracker"] = runtime
    app.config.update(
        SECRET_KEY=settings.secret_key,
        SESSION_COOKIE_SECURE=settings.cookie_secure,
        TRUSTED_HOSTS=list(settings.trusted_hosts),
        MAX_CONTENT_LENGTH=(settings.upload_limit_mb + 1) * 1024 * 1024,
        MAX_FORM_MEMORY_SIZE=4 * 1024 * 1024,
        SEND_FILE_MAX_AGE_DEFAULT=YEAR_SECONDS,
        WTF_CSRF_TIME_LIMIT=None,  # good as long as the session is
        WTF_I18N_ENABLED=False,  # else Flask-WTF looks for Flask-Babel and WTForms' own Chinese messages are lost
        BOOTSTRAP_SERVE_LOCAL=True,
        TEMPLATES_AUTO_RELOAD=settings.development,
    )
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    app.jinja_env.globals["new_request_key"] = lambda: secrets.token_urlsafe(16)


def _install_static_urls(app: Flask) -> None:
    """Give templates ``static_url(name)``: an address that changes with the file's content, so it can be kept a year."""
    folder = Path(app.static_folder or "")

    @lru_cache(maxsize=256)
    def version(name: str) -> str:
        return hashlib.sha256((folder / name).read_bytes()).hexdigest()[:10]

    # written out: a page has a dozen of them, and working each out by the routes takes longer than its rows from the database
    prefix = app.static_url_path
    app.jinja_env.globals["static_url"] = lambda name: f"{request.script_root}{prefix}/{name}?v={version(name)}"
