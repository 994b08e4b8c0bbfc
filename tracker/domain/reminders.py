"""When a reminder is due, to whom, and why: the ladders and the rule of the newest applicable step."""

from __future__ import annotations

from enum import StrEnum


class Ladder(StrEnum):
    """Which sequence of reminders an alarm belongs to."""

    DEADLINE = "deadline"
    SIGNING = "signing"


class Channel(StrEnum):
    """How a notice reaches a person."""

    INBOX = "inbox"
    EMAIL = "email"


class NoticeKind(StrEnum):
    """Groups of a digest, in the order they are read."""

    OVERDUE = "overdue"
    DUE_TODAY = "due_today"
    DUE_SOON = "due_soon"
    SIGNING = "signing"
    REVIEW = "review"
    EVENT = "event"  # something was done: assigned, returned, approved, urged …
