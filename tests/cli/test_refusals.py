"""What waitress refuses by itself is a page in Chinese, and the connection is closed."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator

import pytest
from waitress import wasyncore
from waitress.server import BaseWSGIServer, create_server

from tracker.cli.refusals import install_refusals


@pytest.fixture
def port(monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """The port of a server that takes bodies of a thousand bytes and never asks the application."""
    monkeypatch.setattr(BaseWSGIServer, "channel_class", BaseWSGIServer.channel_class)  # put back afterwards
    install_refusals(50)
    server = create_server(print, host="127.0.0.1", port=0, threads=1, max_request_body_size=1000)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    yield int(server.effective_port)
    server.trigger.pull_trigger(lambda: wasyncore.close_all(server._map, ignore_all=True))
    thread.join(timeout=5)
    server.task_dispatcher.shutdown(timeout=2)


@pytest.mark.parametrize(
    ("request_head", "status", "words"),
    [
        (b"POST /reports/upload HTTP/1.1\r\nHost: localhost\r\nContent-Length: 63000000\r\n\r\n", b"413", "50 MB"),
        (b"POST /login HTTP/1.1\r\nHost: localhost\r\nContent-Length: much\r\n\r\n", b"400", "没有看懂"),
    ],
    ids=["body too large", "length that is none"],
)
def test_a_refusal_is_a_page_in_chinese(port: int, request_head: bytes, status: bytes, words: str) -> None:
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        connection.sendall(request_head)
        answer = b""
        while part := connection.recv(65536):
            answer += part
    head, _, body = answer.partition(b"\r\n\r\n")
    assert head.split()[1] == status
    assert b"text/html; charset=utf-8" in head
    assert words in body.decode()
    assert "waitress" not in body.decode()
