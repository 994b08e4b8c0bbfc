"""Forms of a person's own settings: reminders, absence, calendar feeds."""

from __future__ import annotations

from wtforms import DateField, HiddenField, SelectField, SelectMultipleField, StringField
from wtforms.validators import Length, Optional

from tracker.domain.reminders import CHANNEL_LABELS, Channel
from tracker.services.preferences import NOT_OFFERED, PreferenceDraft, PreferenceRefused
from tracker.web.forms.base import StrictForm


class PreferenceForm(StrictForm):
    """What a person may set; an empty hour is the usual one, empty dates are no absence."""

    version = HiddenField()
    channels = SelectMultipleField(
        "提醒渠道",
        choices=[(channel.value, label) for channel, label in CHANNEL_LABELS.items() if channel is not Channel.INBOX],
        validate_choice=False,
    )
    hour = StringField("接收时间", validators=[Optional(), Length(max=5, message="请按 08:30 的样子填写时间。")])
    absent_from = DateField("外出从", validators=[Optional()])
    absent_until = DateField("外出到", validators=[Optional()])
    deputy_id = SelectField("代收人", validate_choice=False)

    def draft(self) -> PreferenceDraft:
        """Return what was filled in."""
        deputy, wanted = self.deputy_id.data or "", set(self.channels.data or ()) - {Channel.INBOX.value}
        if not wanted <= set(Channel):
            raise PreferenceRefused(NOT_OFFERED, field="channels")
        return PreferenceDraft(
            channels=frozenset(Channel(name) for name in wanted),
            hour=self.hour.data or "",
            absent_from=self.absent_from.data,
            absent_until=self.absent_until.data,
            deputy_id=int(deputy) if deputy.isascii() and deputy.isdigit() and len(deputy) < 10 else None,
        )


class FeedForm(StrictForm):
    """Of which unit a new feed is; empty: of the person's own tasks."""

    unit_id = SelectField("内容", validate_choice=False)

    def chosen(self) -> int | None:
        """Return the unit's id, if one was chosen."""
        value = self.unit_id.data or ""
        return int(value) if value.isascii() and value.isdigit() and len(value) < 10 else None


class RevokeForm(StrictForm):
    """A button."""
