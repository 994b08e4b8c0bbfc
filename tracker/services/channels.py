"""The channels of this installation, opened with what an administrator saved for each."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.channels.base import OpenChannel
from tracker.channels.registry import open_channels
from tracker.db.models import Setting
from tracker.domain.reminders import Channel
from tracker.settings import Settings

PREFIX = "channel."
_SAVED = select(Setting.name, Setting.value).where(Setting.name.startswith(PREFIX, autoescape=True))  # every round asks


def saved_channels(session: Session) -> dict[Channel, Mapping[str, Any]]:
    """Return what was saved for each channel under ``channel.<name>``."""
    rows = session.execute(_SAVED)
    known = {channel.value: channel for channel in Channel}
    return {
        known[name]: row.value
        for row in rows
        if (name := row.name.removeprefix(PREFIX)) in known and isinstance(row.value, Mapping)
    }


def channels_in_use(session: Session, settings: Settings) -> dict[Channel, OpenChannel]:
    """Return the channels that leave the house and are in use; opens no connection yet."""
    return open_channels(settings, saved_channels(session))
