"""The channels that leave the house, one line each: a new one is a builder here.

A builder gets the settings and what an administrator saved for its channel (an empty mapping where nothing is), and
returns the channel, or None where it is not in use.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from tracker.channels.base import ChannelLimits, OpenChannel
from tracker.channels.email import email_channel
from tracker.channels.saved import KINDS, open_saved
from tracker.domain.reminders import Channel
from tracker.settings import Settings

Builder = Callable[[Settings, Mapping[str, Any]], OpenChannel | None]


def open_email(settings: Settings, _saved: Mapping[str, Any]) -> OpenChannel | None:
    """Return the e-mail channel, if e-mail is on."""
    sender = email_channel(settings.mail)
    return None if sender is None else OpenChannel(sender, ChannelLimits(per_minute=settings.mail.per_minute))


BUILDERS: dict[Channel, Builder] = {
    Channel.EMAIL: open_email,
    **{channel: partial(open_saved, channel) for channel in KINDS},
}


def open_channels(
    settings: Settings, saved: Mapping[Channel, Mapping[str, Any]] | None = None
) -> dict[Channel, OpenChannel]:
    """Return the channels in use; opens no connection yet."""
    built = {channel: build(settings, (saved or {}).get(channel, {})) for channel, build in BUILDERS.items()}
    return {channel: opened for channel, opened in built.items() if opened is not None}
