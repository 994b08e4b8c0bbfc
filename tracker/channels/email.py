"""E-mail over SMTP (see smtp), or written to a folder or the console where there is no mail server."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

from tracker.channels.base import DeliveryError, MessageChannel, OutgoingMessage
from tracker.channels.envelope import build_email
from tracker.channels.smtp import SmtpChannel
from tracker.settings import MailSettings


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
            raise DeliveryError(f"邮件目录不能写入：{error.strerror}", retryable=True, of_channel=True) from error

    def close(self) -> None:
        """Nothing is kept open."""


@dataclass(frozen=True, slots=True)
class ConsoleChannel:
    """Prints each e-mail."""

    def send(self, message: OutgoingMessage) -> None:
        """Print one e-mail to standard output."""
        sys.stdout.write(
            f"收件人：{message.to_name} <{message.to_address}>\n主题：{message.subject}\n\n{message.text}\n\n"
        )
        sys.stdout.flush()

    def close(self) -> None:
        """Nothing is kept open."""


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
