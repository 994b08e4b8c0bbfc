"""Requests that leave the house: the list of hosts, one look-up, no redirect, one text for every failure."""

from __future__ import annotations

import socket
from urllib.parse import urlsplit

import pytest

from tracker.channels.base import DeliveryError
from tracker.channels.outgoing import UNREACHABLE, AddressRefused, checked_url, post, resolve

ALLOWED = ("robot.qingxi.example", "relay.qingxi.example:8443", "127.0.0.1:9", "[::1]:80")


@pytest.mark.parametrize(
    "url",
    [
        "https://robot.qingxi.example",
        "http://robot.qingxi.example/a?b=c",
        "https://ROBOT.qingxi.example:443/",
        "https://relay.qingxi.example:8443/x",
        "http://127.0.0.1:9/",
        "http://[::1]/",
    ],
)
def test_hosts_on_the_list_may_be_called(url):
    assert checked_url(url, ALLOWED).hostname


@pytest.mark.parametrize(
    "url",
    [
        "",
        "robot.qingxi.example",
        "ftp://robot.qingxi.example/",
        "file:///etc/passwd",
        "https://robot.qingxi.example:22/",
        "https://relay.qingxi.example/",
        "https://robot.qingxi.example.evil.example/",
        "https://robot.qingxi.example@evil.example/",
        "https://user:word@robot.qingxi.example/",
        "http://127.0.0.1/",
        "http://localhost:9/",
        "http://2130706433:9/",
        "http://[::ffff:127.0.0.1]:9/",
        "http://169.254.169.254/latest/meta-data",
        "http://robot.qingxi.example:99999/",
        "http://robot.qingxi.example/a b",
        "http://robot.qingxi.example/\r\nX-Evil: 1",
        "https://robot.qingxi.example/" + "a" * 500,
    ],
)
def test_all_others_are_refused(url):
    with pytest.raises(AddressRefused):
        checked_url(url, ALLOWED)


@pytest.mark.parametrize(
    ("found", "taken"),
    [
        (["10.1.2.3"], "10.1.2.3"),
        (["127.0.0.1", "10.1.2.3"], "10.1.2.3"),
        (["127.0.0.1"], None),
        (["169.254.169.254"], None),
        (["0.0.0.0"], None),
        (["::1"], None),
        (["::ffff:127.0.0.1"], None),
        (["fe80::1"], None),
        (["224.0.0.1"], None),
    ],
)
def test_a_name_that_leads_to_this_machine_is_refused(monkeypatch, found, taken):
    answers = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 443)) for address in found]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_args, **_options: answers)
    parts = urlsplit("https://robot.qingxi.example/")
    if taken:
        assert resolve(parts) == taken
    else:
        with pytest.raises(AddressRefused):
            resolve(parts)


def test_a_name_is_looked_up_once_and_the_answer_pinned(monkeypatch, far_end):
    """A second look-up could give another address (DNS rebinding): it is never made."""
    asked, real_look_up = [], socket.getaddrinfo

    def look_up(host, port, *rest, **options):
        if host == "127.0.0.1":
            return real_look_up(host, port, *rest, **options)
        asked.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("10.0.0.9", port))]

    real, to = socket.create_connection, []

    def connect(address, timeout=None):
        to.append(address)
        return real(("127.0.0.1", far_end.port), timeout=timeout)

    monkeypatch.setattr("tracker.channels.outgoing.socket.getaddrinfo", look_up)
    monkeypatch.setattr("tracker.channels.outgoing.socket.create_connection", connect)
    answer = post("http://robot.qingxi.example/x", b"{}", {}, allowed=("robot.qingxi.example",), timeout=5)
    assert answer.status == 200
    assert asked == ["robot.qingxi.example"]
    assert to == [("10.0.0.9", 80)]
    assert far_end.received[0].headers["Host"] == "robot.qingxi.example"


@pytest.mark.parametrize(
    ("typed", "sent"),
    [
        ("/短信/发送", "/%E7%9F%AD%E4%BF%A1/%E5%8F%91%E9%80%81"),
        ("/x%2Fy/a+b~c", "/x%2Fy/a+b~c"),
        ('/<x>"|', "/%3Cx%3E%22%7C"),
    ],
)
def test_what_is_typed_in_other_characters_goes_in_percent_signs(far_end, typed, sent):
    assert post(f"{far_end.url}{typed}", b"{}", {}, allowed=(far_end.host,), timeout=5).status == 200
    assert [request.path for request in far_end.received] == [sent]


def test_a_redirect_is_not_followed(far_end):
    far_end.status, far_end.location = 302, f"{far_end.url}/inner"
    with pytest.raises(DeliveryError) as raised:
        post(f"{far_end.url}/x", b"{}", {}, allowed=(far_end.host,), timeout=5)
    assert raised.value.reason == UNREACHABLE
    assert [request.path for request in far_end.received] == ["/x"]


def test_every_failure_says_the_same(far_end, black_hole):
    host, port = black_hole
    with socket.create_server(("127.0.0.1", 0)) as taken:
        closed = taken.getsockname()[1]
    cases = [
        (f"http://127.0.0.1:{closed}/", (f"127.0.0.1:{closed}",)),
        (f"http://{host}:{port}/", (f"{host}:{port}",)),
        (f"https://{far_end.host}/", (far_end.host,)),
        (f"{far_end.url}/", ()),
        ("http://no-such-host.invalid/", ("no-such-host.invalid",)),
    ]
    for url, allowed in cases:
        with pytest.raises(DeliveryError) as raised:
            post(url, b"{}", {}, allowed=allowed, timeout=0.3)
        assert raised.value.reason == UNREACHABLE, url
        assert raised.value.retryable
    assert far_end.received == []
