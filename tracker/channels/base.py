"""What leaves the house, how a channel says that it could not, and how fast it may be used."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Attachment:
    """A small file that goes along; channels that take none leave it out."""

    name: str
    media_type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class OutgoingMessage:
    """A message ready to go. ``header_id`` is the Message-ID, the same for every attempt."""

    to_address: str
    to_name: str
    subject: str
    text: str
    header_id: str
    html: str = ""
    attachments: tuple[Attachment, ...] = ()


class DeliveryError(Exception):
    """The message did not go.

    ``retryable`` says whether trying later may help, ``of_channel`` that the channel itself is at fault and not this
    message (it counts for the circuit breaker), ``uncertain`` that the message may have arrived all the same.
    """

    def __init__(self, reason: str, *, retryable: bool, of_channel: bool = False, uncertain: bool = False) -> None:
        """``reason`` is one line for the operator, without secrets."""
        super().__init__(reason)
        self.reason = reason
        self.retryable = retryable
        self.of_channel = of_channel
        self.uncertain = uncertain


class MessageChannel(Protocol):
    """Sends one message or raises DeliveryError; never takes longer than its timeout."""

    def send(self, message: OutgoingMessage) -> None:
        """Send ``message``."""

    def close(self) -> None:
        """Let go of what was kept open between messages; ``send`` opens it again."""


@dataclass(frozen=True, slots=True)
class ChannelLimits:
    """How fast a channel may be used (0: as fast as it goes), and when its circuit breaks and for how long."""

    per_minute: int = 0
    trip_after: int = 5  # failures of the channel in a row
    open_seconds: int = 60  # doubled with each failed trial
    open_most: int = 900


@dataclass(frozen=True, slots=True)
class OpenChannel:
    """A channel of this installation that is in use. ``needs_address``: a person without one is not reached by it."""

    sender: MessageChannel
    limits: ChannelLimits = ChannelLimits()
    needs_address: bool = True
