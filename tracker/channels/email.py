"""E-mail over SMTP, or written to a folder or the console where there is no mail server."""

from __future__ import annotations

import smtplib
import ssl
import sys
from dataclasses import dataclass
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import formatdate, parseaddr
from pathlib import Path

from tracker.channels.base import DeliveryError, MessageChannel, OutgoingMessage
from tracker.settings import MailSettings

PERMANENT = 500  # RFC 5321: 5yz is a permanent refusal, 4yz a passing one


def build_email(message: OutgoingMessage, sender: str) -> EmailMessage:
    """Return the e-mail of a message. Line breaks in names and subject are folded to spaces (no header injection)."""
    name, address = parseaddr(sender)
    email = EmailMessage()
    email["From"] = Address(_one_line(name), addr_spec=address)
    email["To"] = Address(_one_line(message.to_name), addr_spec=_one_line(message.to_address))
    email["Subject"] = _one_line(message.subject)
    email["Message-ID"] = message.header_id
    email["Date"] = formatdate(localtime=False)
    email["Auto-Submitted"] = "auto-generated"
    email.set_content(message.text)
    return email


@dataclass(frozen=True, slots=True)
class SmtpChannel:
    """Sends through an SMTP server; every step has the settings' timeout."""

    settings: MailSettings

    def send(self, message: OutgoingMessage) -> None:
        """Send one e-mail; raises DeliveryError."""
        try:
            email = build_email(message, self.settings.sender)
        except (ValueError, IndexError) as error:
            raise DeliveryError(f"邮箱地址不正确：{message.to_address}", retryable=False) from error
        try:
            with self._connect() as server:
                server.send_message(email)
        except smtplib.SMTPRecipientsRefused as error:
            code, answer = next(iter(error.recipients.values()))
            raise DeliveryError(f"收件人被拒绝：{code} {_text(answer)}", retryable=code < PERMANENT) from error
        except smtplib.SMTPResponseException as error:
            reason = f"邮件服务器答复 {error.smtp_code} {_text(error.smtp_error)}"
            raise DeliveryError(reason, retryable=error.smtp_code < PERMANENT) from error
        except (OSError, smtplib.SMTPException, ssl.SSLError) as error:
            raise DeliveryError(f"邮件服务器没有应答：{type(error).__name__}", retryable=True) from error

    def _connect(self) -> smtplib.SMTP:
        mail = self.settings
        if mail.security == "ssl":
            context = ssl.create_default_context()
            server: smtplib.SMTP = smtplib.SMTP_SSL(mail.host, mail.port, timeout=mail.timeout, context=context)
        else:
            server = smtplib.SMTP(mail.host, mail.port, timeout=mail.timeout)
        try:
            if mail.security == "starttls":
                server.starttls(context=ssl.create_default_context())
            if mail.username and mail.password:
                server.login(mail.username, mail.password)
        except BaseException:
            server.close()
            raise
        return server


@dataclass(frozen=True, slots=True)
class FolderChannel:
    """Writes each e-mail as one .eml file, named by its Message-ID: sending twice leaves one file."""

    folder: Path
    sender: str

    def send(self, message: OutgoingMessage) -> None:
        """Write one e-mail; raises DeliveryError where the folder cannot be written."""
        name = "".join(char if char.isalnum() or char in "-." else "_" for char in message.header_id.strip("<>"))
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            (self.folder / f"{name}.eml").write_bytes(build_email(message, self.sender).as_bytes())
        except OSError as error:
            raise DeliveryError(f"邮件目录不能写入：{error.strerror}", retryable=True) from error


@dataclass(frozen=True, slots=True)
class ConsoleChannel:
    """Prints each e-mail."""

    def send(self, message: OutgoingMessage) -> None:
        """Print one e-mail to standard output."""
        sys.stdout.write(
            f"收件人：{message.to_name} <{message.to_address}>\n主题：{message.subject}\n\n{message.text}\n\n"
        )
        sys.stdout.flush()


def email_channel(settings: MailSettings) -> MessageChannel | None:
    """Return the channel of the settings; None where e-mail is off."""
    match settings.transport:
        case "smtp":
            return SmtpChannel(settings)
        case "file":
            return FolderChannel(settings.folder or Path("mail"), settings.sender)
        case "console":
            return ConsoleChannel()
        case _:
            return None


def _one_line(value: str) -> str:
    return " ".join(value.split())


def _text(reason: bytes | str) -> str:
    return _one_line(reason.decode(errors="replace") if isinstance(reason, bytes) else reason)[:200]
