"""E-mails on paper: what is remembered from one to the next changes none of them."""

from __future__ import annotations

from email import message_from_bytes, policy
from email.generator import BytesGenerator
from email.message import EmailMessage
from io import BytesIO

import pytest

from tracker.channels.base import Attachment, OutgoingMessage
from tracker.channels.envelope import build_email, flatten

SENDER = "督办台账 <ledger@example.org>"


def outgoing(number: int, subject: str = "督办提醒：逾期1项") -> OutgoingMessage:
    """A digest to one of several people, two of whom have the same name."""
    return OutgoingMessage(
        to_name=f"王{'芳' if number % 2 else '强'}",
        to_address=f"wang{number}@example.org",
        subject=subject,
        text=f"您有{number}项任务。",
        html=f"<p>您有{number}项任务。</p>",
        header_id=f"<digest.{number}@example.org>",
        attachments=(Attachment("时限.ics", "text/calendar", b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n"),),
    )


def as_the_standard_does(email: EmailMessage, *, utf8: bool) -> bytes:
    stream = BytesIO()
    BytesGenerator(stream, policy=policy.SMTP.clone(utf8=utf8)).flatten(email)
    return stream.getvalue()


@pytest.mark.parametrize("utf8", [False, True])
def test_each_mail_is_what_the_standard_policy_writes(utf8: bool):
    for number in range(6):
        email = build_email(outgoing(number), SENDER)
        written = flatten(email, utf8=utf8)
        assert written == as_the_standard_does(email, utf8=utf8)
        read = message_from_bytes(written, policy=policy.default)
        assert read["To"].addresses[0].addr_spec == f"wang{number}@example.org"
        assert read["Subject"] == "督办提醒：逾期1项"
        assert read.get_body(("plain",)).get_content().strip() == f"您有{number}项任务。"
        assert [part.get_filename() for part in read.iter_attachments()] == ["时限.ics"]


def test_line_breaks_never_become_headers():
    for _ in range(2):
        email = build_email(outgoing(1, "提醒\r\nBcc: other@example.org"), SENDER)
        assert email["Bcc"] is None
        assert b"\nBcc:" not in flatten(email, utf8=False)
    with pytest.raises(ValueError, match="linefeed"):
        email["X-Note"] = "one\ntwo"
