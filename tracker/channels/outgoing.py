"""Requests that leave the house: only to hosts on the operator's list, resolved once, no redirect, one error text.

Whoever sets a channel's address must not be able to reach, or to feel out, an inner service by a forged one: what
went wrong with a connection is in the log, and what the page says is always the same.
"""

from __future__ import annotations

import ipaddress
import logging
import socket
import ssl
import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from urllib.parse import SplitResult, quote, urlsplit

from tracker.channels.base import DeliveryError
from tracker.domain.errors import RuleViolation

log = logging.getLogger(__name__)

UNREACHABLE = "通道地址没有应答，或不在允许的范围内"
PORTS = {"https": 443, "http": 80}
LARGEST_ANSWER = 64 * 1024
LONGEST_URL = 500


class AddressRefused(RuleViolation):
    """地址不在允许的范围内。允许的主机由运维人员在 TRACKER_OUTGOING_HOSTS 中设置。"""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the far end said."""

    status: int
    body: bytes


def checked_url(url: str, allowed: Sequence[str]) -> SplitResult:
    """Return the parts of an address that may be called; raises AddressRefused. Nothing is looked up."""
    if len(url) > LONGEST_URL or any(char.isspace() or not char.isprintable() for char in url):
        raise AddressRefused
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise AddressRefused from error
    host = (parts.hostname or "").lower()
    if parts.scheme not in PORTS or not host or parts.username or parts.password:
        raise AddressRefused
    wanted = f"[{host}]" if ":" in host else host
    names = {entry.lower() for entry in allowed}
    if f"{wanted}:{port or PORTS[parts.scheme]}" in names:
        return parts
    if wanted in names and port in (None, PORTS[parts.scheme]):
        return parts
    raise AddressRefused


def post(url: str, body: bytes, headers: Mapping[str, str], *, allowed: Sequence[str], timeout: float) -> Answer:
    """Send ``body`` and return the answer; raises DeliveryError with the one text where there is none."""
    try:
        parts = checked_url(url, allowed)
        address = resolve(parts)
    except (AddressRefused, OSError, UnicodeError) as error:
        log.warning("a channel's address was refused: %s", type(error).__name__)
        raise _unreachable() from error
    sent = False
    try:
        with _connected(parts, address, timeout) as link:
            link.connection.request("POST", _target(parts), body, dict(headers))
            sent = True
            response = link.connection.getresponse()
            answer = Answer(response.status, response.read(LARGEST_ANSWER))
    except (OSError, HTTPException, ssl.SSLError) as error:
        log.warning("a channel did not answer: %s", type(error).__name__)
        raise _unreachable(uncertain=sent) from error
    if 300 <= answer.status < 400:
        log.warning("a channel answered with a redirect, which is not followed")
        raise _unreachable()
    return answer


def _target(parts: SplitResult) -> str:
    """Return path and query as they go over the line: what is typed in Chinese is written in percent signs."""
    query = f"?{parts.query}" if parts.query else ""
    return quote(f"{parts.path or '/'}{query}", safe="%/?:@!$&'()*+,;=~[]")


def resolve(parts: SplitResult) -> str:
    """Return the one address the request goes to; raises AddressRefused where none of the host's may be called.

    An address of this machine or of its link may be called only where the operator's list names it literally.
    """
    host, port = parts.hostname or "", parts.port or PORTS[parts.scheme]
    literal = _literal(host)
    if literal is not None:
        return str(literal)
    for *_, target in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM):
        found = ipaddress.ip_address(str(target[0]).partition("%")[0])
        plain = getattr(found, "ipv4_mapped", None) or found
        if not (plain.is_loopback or plain.is_link_local or plain.is_multicast or plain.is_unspecified):
            return str(found)
    raise AddressRefused


def _literal(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None


class _connected:  # noqa: N801  (used as a statement)
    """A connection to the resolved address; cut when the time is up, whatever step it is at."""

    def __init__(self, parts: SplitResult, address: str, timeout: float) -> None:
        self._parts, self._address, self._timeout = parts, address, timeout
        self._timer = threading.Timer(timeout, self._cut)
        self._timer.daemon = True
        self._socket: socket.socket | None = None

    def __enter__(self) -> _connected:
        host, port = self._parts.hostname or "", self._parts.port or PORTS[self._parts.scheme]
        self._timer.start()
        try:
            self._socket = socket.create_connection((self._address, port), timeout=self._timeout)
            if self._parts.scheme == "https":
                self._socket = ssl.create_default_context().wrap_socket(self._socket, server_hostname=host)
        except BaseException:
            self.__exit__()
            raise
        self.connection = HTTPConnection(host, port, timeout=self._timeout)
        self.connection.sock = self._socket  # the name is not looked up again
        return self

    def __exit__(self, *_: object) -> None:
        self._timer.cancel()
        if self._socket is not None:
            self._socket.close()

    def _cut(self) -> None:
        if self._socket is not None:
            with suppress(OSError):
                self._socket.shutdown(socket.SHUT_RDWR)


def _unreachable(*, uncertain: bool = False) -> DeliveryError:
    return DeliveryError(UNREACHABLE, retryable=True, of_channel=True, uncertain=uncertain)
