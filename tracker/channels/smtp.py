"""E-mail through an SMTP server: one connection for many messages, and one time limit for all of a message's steps."""

from __future__ import annotations

import smtplib
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from email.message import EmailMessage

from tracker.channels.base import DeliveryError, OutgoingMessage
from tracker.channels.envelope import build_email, flatten, one_line
from tracker.settings import MailSettings

OK, PERMANENT, CLOSING = 250, 500, 421  # RFC 5321: 5yz is a permanent refusal, 4yz a passing one, 421 goodbye
FORWARDED = 251
MOST_PER_CONNECTION = 100


class SmtpChannel:
    """Sends through an SMTP server. All steps of one message together take no longer than the settings' timeout."""

    def __init__(self, settings: MailSettings) -> None:
        """Connects with the first message."""
        self._settings = settings
        self._server: smtplib.SMTP | None = None
        self._sent = 0

    def send(self, message: OutgoingMessage) -> None:
        """Send one e-mail; raises DeliveryError."""
        try:
            email = build_email(message, self._settings.sender)
            sender = email["From"].addresses[0].addr_spec
            recipient = email["To"].addresses[0].addr_spec
        except (ValueError, IndexError) as error:
            raise DeliveryError(f"邮箱地址不正确：{message.to_address}", retryable=False) from error
        if self._sent >= MOST_PER_CONNECTION:
            self.close()
        with _Deadline(self._settings.timeout) as deadline:
            server = self._ready(sender, deadline)
            self._transfer(server, email, recipient)
        self._sent += 1

    def close(self) -> None:
        """Say goodbye to the server, if there is a connection."""
        server, self._server, self._sent = self._server, None, 0
        if server is None:
            return
        with suppress(OSError, smtplib.SMTPException), _Deadline(2.0) as deadline:
            deadline.watch(server)
            server.quit()
        server.close()

    def _ready(self, sender: str, deadline: _Deadline) -> smtplib.SMTP:
        """Return a connection that has taken the sender; a kept one may have gone in the meantime."""
        kept = self._server
        if kept is not None:
            deadline.watch(kept)
            with suppress(OSError, smtplib.SMTPException):
                if kept.mail(sender, self._options(kept, sender))[0] == OK:
                    return kept
            self._drop()
        self._server = server = self._connect(deadline)
        with self._explained("发件人"):
            self._check(*server.mail(sender, self._options(server, sender)), "发件人被拒绝", own_fault=True)
        return server

    def _connect(self, deadline: _Deadline) -> smtplib.SMTP:
        mail = self._settings
        try:
            server = _WatchedSsl(mail, deadline) if mail.security == "ssl" else _Watched(mail, deadline)
            try:
                if mail.security == "starttls":
                    server.starttls(context=ssl.create_default_context())
                if mail.username and mail.password:
                    server.login(mail.username, mail.password)
                server.ehlo_or_helo_if_needed()
            except BaseException:
                server.close()
                raise
        except smtplib.SMTPAuthenticationError as error:
            raise _of_server(f"邮件服务器不接受账号或口令：{error.smtp_code}") from error
        except smtplib.SMTPResponseException as error:
            raise _of_server(f"邮件服务器答复 {error.smtp_code} {_text(error.smtp_error)}") from error
        except smtplib.SMTPNotSupportedError as error:
            raise _of_server("邮件服务器不支持所设的加密或登录方式") from error
        except ssl.SSLError as error:
            raise _of_server(f"与邮件服务器的加密连接没有建立：{error.reason or type(error).__name__}") from error
        except (OSError, smtplib.SMTPException) as error:
            raise _of_server(f"邮件服务器没有应答：{type(error).__name__}") from error
        return server

    def _transfer(self, server: smtplib.SMTP, email: EmailMessage, recipient: str) -> None:
        if not recipient.isascii() and not server.has_extn("smtputf8"):
            self._drop()
            raise DeliveryError(f"邮件服务器不支持这个邮箱地址：{recipient}", retryable=False)
        with self._explained("收件人"):
            self._check(*server.rcpt(recipient), "收件人被拒绝")
        with self._explained("正文", uncertain=True):
            try:
                answer: tuple[int, bytes | str] = server.data(flatten(email, utf8=not recipient.isascii()))
            except smtplib.SMTPDataError as error:
                answer = (error.smtp_code, error.smtp_error)
            self._check(*answer, "邮件服务器答复")

    def _check(self, code: int, answer: bytes | str, what: str, *, own_fault: bool = False) -> None:
        """Raise DeliveryError where the answer is not yes; the connection stays usable unless the server goes.

        ``own_fault``: what was refused is the house's, not the message's; it will do once the settings are right.
        """
        if code in (OK, FORWARDED):
            return
        gone = code in (CLOSING, -1)
        if gone:
            self._drop()
        elif self._server is not None:
            try:
                self._server.rset()
            except (OSError, smtplib.SMTPException):
                self._drop()
        retryable = own_fault or code < PERMANENT
        raise DeliveryError(f"{what}：{code} {_text(answer)}", retryable=retryable, of_channel=gone or own_fault)

    @contextmanager
    def _explained(self, step: str, *, uncertain: bool = False) -> Iterator[None]:
        """Turn a broken connection into a DeliveryError; once the text went out it may have arrived."""
        try:
            yield
        except (OSError, smtplib.SMTPException) as error:
            self._drop()
            reason = f"邮件服务器在收到{step}后没有应答：{type(error).__name__}"
            raise DeliveryError(reason, retryable=True, of_channel=True, uncertain=uncertain) from error

    def _drop(self) -> None:
        server, self._server, self._sent = self._server, None, 0
        if server is not None:
            server.close()

    @staticmethod
    def _options(server: smtplib.SMTP, sender: str) -> list[str]:
        return ["SMTPUTF8"] if server.has_extn("smtputf8") and not sender.isascii() else []


class _Deadline:
    """Cuts the connection it watches when the time is up, whatever step it is at."""

    def __init__(self, seconds: float) -> None:
        self._server: smtplib.SMTP | None = None
        self._timer = threading.Timer(seconds, self._cut)
        self._timer.daemon = True

    def __enter__(self) -> _Deadline:
        self._timer.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._timer.cancel()

    def watch(self, server: smtplib.SMTP) -> None:
        """Watch this connection from now on; its socket may be made later."""
        self._server = server

    def _cut(self) -> None:
        opened = getattr(self._server, "sock", None)
        if opened is not None:
            with suppress(OSError):
                opened.shutdown(socket.SHUT_RDWR)


class _Watched(smtplib.SMTP):
    def __init__(self, mail: MailSettings, deadline: _Deadline) -> None:
        self.sock = None
        deadline.watch(self)
        super().__init__(mail.host, mail.port, timeout=mail.timeout)


class _WatchedSsl(smtplib.SMTP_SSL):
    def __init__(self, mail: MailSettings, deadline: _Deadline) -> None:
        self.sock = None
        deadline.watch(self)
        super().__init__(mail.host, mail.port, timeout=mail.timeout, context=ssl.create_default_context())


def _of_server(reason: str) -> DeliveryError:
    return DeliveryError(reason, retryable=True, of_channel=True)


def _text(reason: bytes | str) -> str:
    return one_line(reason.decode(errors="replace") if isinstance(reason, bytes) else reason)[:200]
