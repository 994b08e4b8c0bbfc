"""The application, a visitor who fills in its forms over HTTP, and a real server for browsers."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.clock import FixedClock

if TYPE_CHECKING:
    from flask import Flask
    from flask.testing import FlaskClient
    from jinja2 import BytecodeCache

    from tracker.runtime import Runtime
    from tracker.settings import Settings

SECRET = "a secret for tests alone, never used elsewhere"


@pytest.fixture
def settings(tmp_path: Path, new_database_url: Callable[[str], str]) -> Settings:
    """Settings of an installation in a temporary folder, on a migrated, empty SQLite database."""
    from tracker.settings import Settings

    instance = tmp_path / "instance"
    instance.mkdir()
    return Settings(instance_path=instance, database_url=new_database_url("sqlite"), secret_key=SECRET)


@pytest.fixture(scope="session")
def compiled_templates(tmp_path_factory: pytest.TempPathFactory) -> BytecodeCache:
    """The templates' compiled code: each of hundreds of applications would compile them anew."""
    from jinja2 import FileSystemBytecodeCache

    return FileSystemBytecodeCache(str(tmp_path_factory.mktemp("templates")))


@pytest.fixture(scope="session", autouse=True)
def builders_compiled_once() -> Iterator[None]:
    """Let equal routes share the code that builds their addresses: thousands of applications would each compile it anew."""
    from werkzeug.routing.rules import Rule

    compiled: dict[tuple[object, ...], Any] = {}
    compile_builder = Rule._compile_builder

    def shared(self: Rule, append_unknown: bool = True) -> Any:
        key = (str(self._trace), str(self.defaults), append_unknown)  # all that the code depends on
        if key not in compiled:
            compiled[key] = compile_builder(self, append_unknown)
        return compiled[key]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Rule, "_compile_builder", shared)
        yield


@pytest.fixture
def app(settings: Settings, clock: FixedClock, compiled_templates: BytecodeCache) -> Iterator[Flask]:
    """The application on ``settings`` and ``clock``."""
    from tracker.application import create_app

    made = create_app(settings, clock=clock)
    made.jinja_env.bytecode_cache = compiled_templates
    made.testing = False  # errors are answered as in production
    yield made
    made.extensions["tracker"].database.dispose()


@pytest.fixture
def runtime(app: Flask) -> Runtime:
    """What the application works with: settings, database, storage, clock."""
    return app.extensions["tracker"]  # type: ignore[no-any-return]


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A browser without a cookie."""
    return app.test_client()


@pytest.fixture
def visitor(app: Flask) -> Callable[[], Visitor]:
    """Make visitors, each with cookies of their own: ``someone = visitor()``."""
    return lambda: Visitor(app)


class Visitor:
    """Somebody at a browser without JavaScript: opens pages, and submits the forms that stand on them."""

    def __init__(self, app: Flask) -> None:
        self.client = app.test_client()
        self.path = "/"
        self.response: Any = None

    def open(self, path: str, *, follow: bool = True) -> Any:
        """Get a page, following redirects; gives the response."""
        return self._keep(self.client.get(path, follow_redirects=follow))

    def sign_in(self, username: str, password: str, *, follow: bool = True) -> Any:
        """Sign in on the sign-in page; gives the response of the page after it."""
        self.open("/login")
        return self.submit(username=username, password=password, follow=follow)

    def submit(self, form: str | int = 0, *, press: str | None = None, follow: bool = True, **fields: Any) -> Any:
        """Submit a form of the current page with the values it was shown with, changed by ``fields``.

        ``form``: its number among the main area's forms, or a part of its action; ``press``: the value of the button.
        Hidden fields (the CSRF token among them) go along. A file is ``(stream, name)``. Gives the response.
        """
        element = self._form(form)
        data: dict[str, Any] = {}
        for name, value in element.form_values():
            data.setdefault(name, []).append(value)
        for button in element.xpath(".//button[@name]"):
            if press is not None and button.get("value") == press:
                data[button.get("name")] = press
        data.update({name: value for name, value in fields.items() if value is not None})
        action, method = element.get("action") or self.path, (element.get("method") or "get").lower()
        if method == "get":
            return self._keep(self.client.get(action, query_string=data, follow_redirects=follow))
        kind = element.get("enctype") or "application/x-www-form-urlencoded"
        headers = {"Referer": f"http://localhost{self.path}"}
        sent = self.client.post(action, data=data, content_type=kind, headers=headers, follow_redirects=follow)
        return self._keep(sent)

    @property
    def text(self) -> str:
        """The visible text of the current page, white space folded."""
        root = self._document()
        for element in root.xpath("//script|//style|//head"):
            element.drop_tree()
        return " ".join(root.text_content().split())

    @property
    def status(self) -> int:
        """The status of the current page."""
        return int(self.response.status_code)

    def links(self) -> dict[str, str]:
        """Texts and targets of the current page's links."""
        return {" ".join(a.text_content().split()): a.get("href") for a in self._document().xpath("//a[@href]")}

    def _form(self, form: str | int) -> Any:
        root = self._document()
        forms = root.xpath("//main//form") or root.xpath("//form")
        if isinstance(form, int):
            return forms[form]
        return next(element for element in root.xpath("//form") if form in (element.get("action") or self.path))

    def _document(self) -> Any:
        from lxml import html

        return html.fromstring(self.response.get_data(as_text=True))

    def _keep(self, response: Any) -> Any:
        self.response = response
        self.path = response.request.full_path.rstrip("?")
        return response


@contextmanager
def serving(app: Flask, port: int) -> Iterator[str]:
    """Serve ``app`` with waitress on ``port`` of this machine inside the block; gives the address."""
    from waitress import wasyncore
    from waitress.server import create_server

    server = create_server(app, host="127.0.0.1", port=port, threads=4, clear_untrusted_proxy_headers=True)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        # the loop ends when nothing is left to watch; only its own thread may take things away
        with suppress(OSError):  # another thread's pull may have woken it: then it has closed the trigger already
            server.trigger.pull_trigger(lambda: wasyncore.close_all(server._map, ignore_all=True))
        thread.join(timeout=5)
        server.task_dispatcher.shutdown(timeout=2)


def free_port() -> int:
    """A port of this machine that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


@pytest.fixture
def live_server(settings: Settings, clock: FixedClock, compiled_templates: BytecodeCache) -> Iterator[LiveServer]:
    """The application behind a real server; ``.url`` is its address, ``.runtime`` what it works with."""
    from tracker.application import create_app

    port = free_port()
    app = create_app(replace(settings, base_url=f"http://127.0.0.1:{port}"), clock=clock)
    app.jinja_env.bytecode_cache = compiled_templates
    with serving(app, port) as url:
        yield LiveServer(url, app)
    app.extensions["tracker"].database.dispose()


class LiveServer:
    """A running server and the application behind it."""

    def __init__(self, url: str, app: Flask) -> None:
        self.url, self.app = url, app

    @property
    def runtime(self) -> Runtime:
        """Settings, database, storage and clock of the application."""
        return self.app.extensions["tracker"]  # type: ignore[no-any-return]
