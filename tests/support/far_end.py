"""The far end of a channel: a small HTTP server on this machine that keeps what it is sent and answers as told."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest


@dataclass(frozen=True)
class Request:
    """A request as it arrived."""

    path: str
    query: dict[str, str]
    headers: dict[str, str]
    raw: bytes

    @property
    def body(self) -> Any:
        """The body, read as JSON."""
        return json.loads(self.raw)


@dataclass
class FarEnd:
    """The server as a test sees it; ``status``, ``answer`` and ``location`` are what it says from now on."""

    port: int = 0
    received: list[Request] = field(default_factory=list)
    status: int = 200
    answer: Any = field(default_factory=lambda: {"errcode": 0, "code": 0})
    location: str = ""

    @property
    def host(self) -> str:
        """What the allow-list must name."""
        return f"127.0.0.1:{self.port}"

    @property
    def url(self) -> str:
        """Its address."""
        return f"http://{self.host}"


@pytest.fixture
def far_end() -> Iterator[FarEnd]:
    """A far end that says yes."""
    end = FarEnd()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            parts = urlsplit(self.path)
            query = {name: values[0] for name, values in parse_qs(parts.query).items()}
            raw = self.rfile.read(int(self.headers.get("Content-Length", "0")))
            end.received.append(Request(parts.path, query, dict(self.headers.items()), raw))
            data = json.dumps(end.answer).encode()
            self.send_response(end.status)
            if end.location:
                self.send_header("Location", end.location)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    end.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    yield end
    server.shutdown()
    server.server_close()
    thread.join(timeout=5)
