"""What leaves the house, and how a channel says that it could not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class OutgoingMessage:
    """A message ready to go. ``header_id`` is the Message-ID, the same for every attempt."""

    to_address: str
    to_name: str
    subject: str
    text: str
    header_id: str


class DeliveryError(Exception):
    """The message did not go. ``retryable`` says whether trying later may help."""

    def __init__(self, reason: str, *, retryable: bool) -> None:
        """``reason`` is one line for the operator, without secrets."""
        super().__init__(reason)
        self.reason = reason
        self.retryable = retryable


class MessageChannel(Protocol):
    """Sends one message or raises DeliveryError; never waits longer than its timeout."""

    def send(self, message: OutgoingMessage) -> None:
        """Send ``message``."""
