"""A mail server of our own, which takes mail, refuses it, hangs up, or says nothing."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from enum import StrEnum
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from aiosmtpd.controller import Controller
    from aiosmtpd.smtp import SMTP, Envelope
    from aiosmtpd.smtp import Session as SmtpSession


class Fault(StrEnum):
    """What the server does with one delivery."""

    NONE = "none"
    TEMPORARY = "temporary"  # 451 after the text
    PERMANENT = "permanent"  # 550 after the text
    REFUSED_RECIPIENT = "refused_recipient"  # 550 on RCPT TO
    BUSY_RECIPIENT = "busy_recipient"  # 450 on RCPT TO
    GOODBYE = "goodbye"  # 421 on RCPT TO, and hangs up
    DROP = "drop"  # takes the text and hangs up before saying so
    DROP_AFTER = "drop_after"  # keeps the mail, then hangs up before saying so: the sender must not know


@dataclass(frozen=True)
class ReceivedMail:
    """A mail that was taken in."""

    sender: str
    recipients: tuple[str, ...]
    message: EmailMessage

    @property
    def message_id(self) -> str:
        """The Message-ID header."""
        return str(self.message["Message-ID"])

    @property
    def text(self) -> str:
        """The plain text, decoded."""
        body = self.message.get_body(("plain", "html"))
        return str(body.get_content()) if body else ""


@dataclass
class MailSink:
    """The server as a test sees it. ``decide`` is asked for each delivery, numbered from 0."""

    host: str = "127.0.0.1"
    port: int = 0
    received: list[ReceivedMail] = field(default_factory=list)
    attempts: int = 0
    decide: Callable[[int], Fault] = lambda _number: Fault.NONE
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def always(self, fault: Fault) -> None:
        """Do the same with each delivery from now on."""
        self.decide = lambda _number: fault

    def in_turn(self, *faults: Fault) -> None:
        """Do these with the next deliveries, one each, and accept what comes after."""
        first = self.attempts
        self.decide = lambda number: faults[number - first] if number - first < len(faults) else Fault.NONE

    def next_fault(self) -> Fault:
        """Count a delivery and decide on it."""
        with self._lock:
            number, self.attempts = self.attempts, self.attempts + 1
        return self.decide(number)

    def keep(self, envelope: Envelope) -> None:
        """Take a mail in."""
        message = message_from_bytes(envelope.content or b"", policy=policy.default)
        mail = ReceivedMail(envelope.mail_from or "", tuple(envelope.rcpt_tos), message)  # type: ignore[arg-type]
        with self._lock:
            self.received.append(mail)

    def duplicates(self) -> dict[str, int]:
        """Message-IDs that were taken in more than once."""
        ids = [mail.message_id for mail in self.received]
        return {name: ids.count(name) for name in ids if ids.count(name) > 1}


class SinkHandler:
    """Answers aiosmtpd's hooks as the sink decides."""

    def __init__(self, sink: MailSink) -> None:
        self._sink = sink

    async def handle_RCPT(  # noqa: N802  (aiosmtpd's name)
        self, _server: SMTP, session: SmtpSession, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        """Accept a recipient, or refuse it."""
        fault = self._sink.next_fault() if not envelope.rcpt_tos else Fault.NONE
        session.fault = fault  # type: ignore[attr-defined]
        if fault is Fault.REFUSED_RECIPIENT:
            return "550 5.1.1 no such mailbox"
        if fault is Fault.BUSY_RECIPIENT:
            return "450 4.2.1 mailbox busy"
        if fault is Fault.GOODBYE:
            return "421 4.3.2 closing"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(  # noqa: N802
        self, server: SMTP, session: SmtpSession, envelope: Envelope
    ) -> str:
        """Take the text in, or do what the fault says."""
        fault = session.fault  # type: ignore[attr-defined]
        if fault in (Fault.NONE, Fault.DROP_AFTER):
            self._sink.keep(envelope)
        if fault in (Fault.DROP, Fault.DROP_AFTER) and server.transport is not None:
            server.transport.abort()
        answers = {Fault.TEMPORARY: "451 4.3.0 try again later", Fault.PERMANENT: "550 5.7.1 refused"}
        return answers.get(fault, "250 OK")


def start_sink(sink: MailSink) -> Controller:
    """Start a server for ``sink`` on a free port and tell it the port; stop it with ``.stop()``."""
    from aiosmtpd.controller import Controller

    class FreePortController(Controller):
        """A Controller that may listen on port 0: it pings itself on the port that was given."""

        def _trigger_server(self) -> None:
            self.port = self.server.sockets[0].getsockname()[1]  # type: ignore[union-attr]
            super()._trigger_server()

    controller: Any = FreePortController(SinkHandler(sink), hostname=sink.host, port=0, enable_SMTPUTF8=True)
    controller.start()
    sink.port = controller.port
    return controller  # type: ignore[no-any-return]


@pytest.fixture
def smtp_sink() -> Iterator[MailSink]:
    """A mail server on a free local port; see MailSink for what it can be told to do."""
    sink = MailSink()
    controller = start_sink(sink)
    yield sink
    controller.stop()


@pytest.fixture
def dripping() -> Iterator[tuple[str, int]]:
    """The host and port of a server that says a character of its greeting now and then: never silent, never done."""

    def drip(listener: socket.socket, stop: threading.Event) -> None:
        with contextlib.suppress(OSError):
            connection, _ = listener.accept()
            while not stop.wait(0.1):
                connection.sendall(b"2")

    stop = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=drip, args=(listener, stop), daemon=True).start()
        yield "127.0.0.1", listener.getsockname()[1]
        stop.set()


@pytest.fixture
def black_hole() -> Iterator[tuple[str, int]]:
    """The host and port of a server that accepts connections and never says a word."""
    with socket.create_server(("127.0.0.1", 0), backlog=64) as listener:
        yield "127.0.0.1", listener.getsockname()[1]
