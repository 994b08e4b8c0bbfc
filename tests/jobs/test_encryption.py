"""STARTTLS and TLS from the first byte, with a certificate that is trusted or not, and signing in, at a real server."""

from __future__ import annotations

import ssl
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.mail import MailSink, start_sink
from tests.support.needs import lack
from tracker.channels.base import DeliveryError, OutgoingMessage
from tracker.channels.smtp import SmtpChannel
from tracker.settings import MailSettings

MESSAGE = OutgoingMessage("liwen@example.org", "李文", "今日到期 1 项", "请登录系统办理。", "<1@ledger>")
SENDER = "督办台账 <ledger@qingxi.example>"


@pytest.fixture
def certificate(tmp_path: Path) -> tuple[Path, Path]:
    """A certificate for localhost that nobody has signed, and its key."""
    certificate, key = tmp_path / "certificate.pem", tmp_path / "key.pem"
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost"]
    command += ["-addext", "subjectAltName=DNS:localhost", "-keyout", str(key), "-out", str(certificate)]
    try:
        subprocess.run(command, check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        lack("openssl", "请安装 openssl")
    return certificate, key


def admit(_server: Any, _session: Any, _envelope: Any, _mechanism: str, data: Any) -> Any:
    """Let in who signs in as ledger."""
    from aiosmtpd.smtp import AuthResult

    return AuthResult(success=(data.login, data.password) == (b"ledger", b"right"), handled=False)


@pytest.fixture
def encrypting(certificate: tuple[Path, Path]) -> Iterator[MailSink]:
    """A server that takes mail only over STARTTLS from who signs in as ledger."""
    yield from serve(tls_context=context_of(certificate), require_starttls=True)


@pytest.fixture
def encrypted(certificate: tuple[Path, Path]) -> Iterator[MailSink]:
    """A server that speaks TLS from the first byte (SMTPS) and takes mail from who signs in as ledger."""
    yield from serve(ssl_context=context_of(certificate), auth_require_tls=False)


def context_of(certificate: tuple[Path, Path]) -> ssl.SSLContext:
    """The server's side of TLS."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate)
    return context


def serve(**options: Any) -> Iterator[MailSink]:
    """Run a server until the test is over."""
    sink = MailSink()
    controller = start_sink(sink, authenticator=admit, auth_required=True, **options)
    yield sink
    controller.stop()


def channel(sink: MailSink, **changes: Any) -> SmtpChannel:
    """E-mail as it should be set for the server."""
    values = {"username": "ledger", "password": "right", "security": "starttls", "timeout": 5.0} | changes
    return SmtpChannel(MailSettings("smtp", "localhost", sink.port, sender=SENDER, **values))


def take_two(sink: MailSink, **changes: Any) -> None:
    """Send two messages over one connection; both must arrive."""
    opened = channel(sink, **changes)
    opened.send(MESSAGE)
    opened.send(MESSAGE)
    opened.close()
    assert [mail.text.strip() for mail in sink.received] == [MESSAGE.text] * 2


def refuse(sink: MailSink, words: str, **changes: Any) -> None:
    """Send a message that must not go: the channel's fault, told in ``words`` and without a secret."""
    with pytest.raises(DeliveryError, match=words) as refused:
        channel(sink, **changes).send(MESSAGE)
    assert (refused.value.retryable, refused.value.of_channel) == (True, True)
    assert "wrong" not in refused.value.reason
    assert sink.received == []


def test_over_starttls_to_a_trusted_server(
    encrypting: MailSink, certificate: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate[0]))
    take_two(encrypting)


@pytest.mark.parametrize(
    ("trusted", "changes", "words"),
    [
        (False, {}, "加密连接没有建立"),
        (True, {"password": "wrong"}, "不接受账号或口令：535"),
        (True, {"security": "none", "username": None}, "530"),
    ],
)
def test_what_is_set_wrong_is_the_channels_fault_and_says_no_secret(
    encrypting: MailSink,
    certificate: tuple[Path, Path],
    monkeypatch: pytest.MonkeyPatch,
    trusted: bool,
    changes: dict[str, Any],
    words: str,
):
    if trusted:
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate[0]))
    refuse(encrypting, words, **changes)


def test_over_tls_from_the_first_byte(
    encrypted: MailSink, certificate: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate[0]))
    take_two(encrypted, security="ssl")


@pytest.mark.parametrize(
    ("trusted", "changes", "words"),
    [
        (False, {}, "加密连接没有建立"),
        (True, {"password": "wrong"}, "不接受账号或口令：535"),
        (True, {"security": "none"}, "没有应答"),
        (True, {"security": "starttls"}, "没有应答"),
    ],
)
def test_tls_from_the_first_byte_that_is_set_wrong(
    encrypted: MailSink,
    certificate: tuple[Path, Path],
    monkeypatch: pytest.MonkeyPatch,
    trusted: bool,
    changes: dict[str, Any],
    words: str,
):
    if trusted:
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate[0]))
    refuse(encrypted, words, **{"security": "ssl", "timeout": 1.5} | changes)
