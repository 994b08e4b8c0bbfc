"""A signed request to the province's short-message gateway, or to any other program that sends on.

    POST address
    Content-Type: application/json; charset=utf-8
    X-Ledger-Id: the message's id, the same for every attempt
    X-Ledger-Timestamp: seconds since 1970
    X-Ledger-Signature: v1= and the hexadecimal HMAC-SHA256 of "timestamp.id.body" under the shared secret

    {"id": …, "to": telephone number, "name": …, "subject": …, "text": …}

A receiver checks the signature, refuses a moment more than five minutes off and an id it has seen.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from collections.abc import Callable
from dataclasses import dataclass

from tracker.channels.base import DeliveryError, OutgoingMessage
from tracker.channels.envelope import one_line
from tracker.channels.outgoing import post

TOO_MANY, FAULT = 429, 500
REFUSES_US = frozenset({401, 403})
NAME = "短信网关"


@dataclass(frozen=True, slots=True)
class WebhookChannel:
    """Sends a message as one signed request. Short messages are read on locked screens: counts, no titles."""

    url: str
    secret: str
    home: str
    allowed: tuple[str, ...]
    timeout: float = 10.0
    clock: Callable[[], float] = time.time

    def send(self, message: OutgoingMessage) -> None:
        """Send one request; raises DeliveryError."""
        body = json.dumps(self._content(message), ensure_ascii=False).encode()
        moment, name = str(int(self.clock())), message.header_id.strip("<>")
        headers = {
            "Content-Type": "application/json; charset=utf-8",
            "User-Agent": "ledger",
            "X-Ledger-Id": name,
            "X-Ledger-Timestamp": moment,
            "X-Ledger-Signature": f"v1={webhook_sign(moment, name, body, self.secret)}",
        }
        status = post(self.url, body, headers, allowed=self.allowed, timeout=self.timeout).status
        if 200 <= status < 300:
            return
        ours = status == TOO_MANY or status >= FAULT or status in REFUSES_US
        raise DeliveryError(f"{NAME}答复 {status}", retryable=ours, of_channel=ours)

    def close(self) -> None:
        """Nothing is kept open."""

    def _content(self, message: OutgoingMessage) -> dict[str, str]:
        subject = one_line(message.subject)
        return {
            "id": message.header_id.strip("<>"),
            "to": message.to_address,
            "name": one_line(message.to_name),
            "subject": subject,
            "text": f"{subject}。请登录办理：{self.home}",
        }


def webhook_sign(moment: str, name: str, body: bytes, secret: str) -> str:
    """Return the signature's hexadecimal digits."""
    return hmac.digest(secret.encode(), f"{moment}.{name}.".encode() + body, hashlib.sha256).hex()
