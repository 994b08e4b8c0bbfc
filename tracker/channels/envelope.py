"""How a message is put on paper: the e-mail with its text, its page and what goes along."""

from __future__ import annotations

from email.generator import BytesGenerator
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import EmailPolicy
from email.utils import formatdate, parseaddr
from functools import lru_cache
from io import BytesIO
from typing import Any

from tracker.channels.base import OutgoingMessage

ALIKE = 256
"""How many headers are kept: a day's digests have a dozen in common and a few of their own each."""
BETWEEN_VERSIONS, BETWEEN_PARTS = "=_versions", "=_parts"
"""Boundaries that no part can hold, for all of them are in base64, which knows no such characters (RFC 2045, 6.7)."""


@lru_cache(maxsize=ALIKE)
def _parsed(policy: EmailPolicy, name: str, value: str) -> tuple[str, Any]:
    return EmailPolicy.header_store_parse(policy, name, value)


@lru_cache(maxsize=ALIKE)
def _folded(policy: EmailPolicy, name: str, value: Any) -> bytes:
    return EmailPolicy.fold_binary(policy, name, value)


@lru_cache(maxsize=ALIKE)
def _most(policy: EmailPolicy, name: str) -> int | None:
    return EmailPolicy.header_max_count(policy, name)


class _Remembering(EmailPolicy):
    """The standard policy, which reads and folds a header but once where thousands of mails have it.

    Policies that write lines alike are one to what is remembered: the generator makes itself a new one for every part.
    """

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Remembering) and (self.linesep, self.utf8) == (other.linesep, other.utf8)

    def __hash__(self) -> int:
        return hash((self.linesep, self.utf8))

    def header_max_count(self, name: str) -> int | None:
        """Return how often a header may stand in a mail."""
        return _most(self, name)

    def header_store_parse(self, name: str, value: Any) -> tuple[str, Any]:
        """Read a header; line breaks in it are refused as ever."""
        if type(value) is not str:
            return super().header_store_parse(name, value)
        return _parsed(self, name, value)

    def fold_binary(self, name: str, value: Any) -> bytes:
        """Fold a header to lines."""
        return _folded(self, name, value)


_HEADERS = _Remembering()
_LINES = {utf8: _Remembering(linesep="\r\n", utf8=utf8) for utf8 in (False, True)}


def build_email(message: OutgoingMessage, sender: str) -> EmailMessage:
    """Return the e-mail of a message. Line breaks in names and subject are folded to spaces (no header injection)."""
    email = EmailMessage(policy=_HEADERS)
    email["From"] = _sender(sender)
    email["To"] = Address(one_line(message.to_name), addr_spec=one_line(message.to_address))
    email["Subject"] = one_line(message.subject)
    email["Message-ID"] = message.header_id
    email["Date"] = formatdate(localtime=False)
    email["Auto-Submitted"] = "auto-generated"
    email.set_content(message.text, cte="base64")
    if message.html:
        email.make_alternative(boundary=BETWEEN_VERSIONS)
        email.add_alternative(message.html, subtype="html", cte="base64")
    if message.attachments:
        email.make_mixed(boundary=BETWEEN_PARTS)
    for attachment in message.attachments:
        main, _, sub = attachment.media_type.partition("/")
        email.add_attachment(attachment.content, maintype=main, subtype=sub, filename=attachment.name)
        if main == "text":
            list(email.iter_attachments())[-1].set_param("charset", "utf-8")
    return email


def flatten(email: EmailMessage, *, utf8: bool) -> bytes:
    """Return an e-mail as it goes over the wire; ``utf8`` where the server takes addresses beyond ASCII."""
    stream = BytesIO()
    BytesGenerator(stream, policy=_LINES[utf8]).flatten(email)
    return stream.getvalue()


@lru_cache(maxsize=1)
def _sender(configured: str) -> Address:
    name, address = parseaddr(configured)
    return Address(one_line(name), addr_spec=address)


def one_line(value: str) -> str:
    """Fold line breaks and runs of spaces to one space."""
    return " ".join(value.split())
