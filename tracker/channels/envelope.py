"""How a message is put on paper: the e-mail with its text, its page and what goes along."""

from __future__ import annotations

from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import formatdate, parseaddr

from tracker.channels.base import OutgoingMessage


def build_email(message: OutgoingMessage, sender: str) -> EmailMessage:
    """Return the e-mail of a message. Line breaks in names and subject are folded to spaces (no header injection)."""
    name, address = parseaddr(sender)
    email = EmailMessage()
    email["From"] = Address(one_line(name), addr_spec=address)
    email["To"] = Address(one_line(message.to_name), addr_spec=one_line(message.to_address))
    email["Subject"] = one_line(message.subject)
    email["Message-ID"] = message.header_id
    email["Date"] = formatdate(localtime=False)
    email["Auto-Submitted"] = "auto-generated"
    email.set_content(message.text, cte="base64")
    if message.html:
        email.add_alternative(message.html, subtype="html", cte="base64")
    for attachment in message.attachments:
        main, _, sub = attachment.media_type.partition("/")
        email.add_attachment(attachment.content, maintype=main, subtype=sub, filename=attachment.name)
        if main == "text":
            list(email.iter_attachments())[-1].set_param("charset", "utf-8")
    return email


def one_line(value: str) -> str:
    """Fold line breaks and runs of spaces to one space."""
    return " ".join(value.split())
