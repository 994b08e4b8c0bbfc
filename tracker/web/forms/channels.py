"""Forms of the channels: a channel's settings, and its test."""

from __future__ import annotations

from wtforms import BooleanField, HiddenField, IntegerField, PasswordField, StringField
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from tracker.services.channel_settings import MOST_PER_MINUTE, ChannelDraft
from tracker.web.forms.base import StrictForm


class ChannelForm(StrictForm):
    """A channel's settings. Secrets are typed as passwords and never shown again; an empty one stays as it is."""

    version = HiddenField()
    enabled = BooleanField("启用")
    base_url = StringField("地址", validators=[Optional(), Length(max=500, message="地址不超过 500 个字符。")])
    per_minute = IntegerField(
        "每分钟最多条数",
        validators=[
            InputRequired("请填写条数，0 表示不限。"),
            NumberRange(0, MOST_PER_MINUTE, message=f"应在 0 到 {MOST_PER_MINUTE} 之间，0 表示不限。"),
        ],
    )
    token = PasswordField(validators=[Optional(), Length(max=300, message="不超过 300 个字符。")])
    secret = PasswordField(validators=[Optional(), Length(max=300, message="不超过 300 个字符。")])
    forget_token = BooleanField("删除已保存的")
    forget_secret = BooleanField("删除已保存的")

    def draft(self) -> ChannelDraft:
        """Return what was filled in."""
        return ChannelDraft(
            enabled=self.enabled.data,
            base_url=self.base_url.data or "",
            per_minute=self.per_minute.data,
            secrets={"token": self.token.data or "", "secret": self.secret.data or ""},
            forget=frozenset(
                name for name, field in (("token", self.forget_token), ("secret", self.forget_secret)) if field.data
            ),
        )


class ChannelTestForm(StrictForm):
    """Where the test goes; empty: to the administrator's own address."""

    to_address = StringField(
        "接收测试的邮箱或电话", validators=[Optional(), Length(max=100, message="不超过 100 个字符。")]
    )
