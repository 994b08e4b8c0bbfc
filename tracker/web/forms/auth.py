"""Forms for signing in and for the own password."""

from __future__ import annotations

from wtforms import HiddenField, PasswordField, StringField
from wtforms.validators import EqualTo, InputRequired, Length

from tracker.web.forms.base import StrictForm


class SignInForm(StrictForm):
    """账号与密码."""

    username = StringField(
        "账号", validators=[InputRequired("请输入账号。"), Length(max=64, message="账号不超过 64 个字符。")]
    )
    password = PasswordField(
        "密码", validators=[InputRequired("请输入密码。"), Length(max=128, message="密码不超过 128 个字符。")]
    )
    next = HiddenField()


class ChangePasswordForm(StrictForm):
    """当前密码、新密码、再输一次."""

    current_password = PasswordField("当前密码", validators=[InputRequired("请输入当前密码。")])
    new_password = PasswordField(
        "新密码", validators=[InputRequired("请输入新密码。"), Length(max=128, message="密码不超过 128 个字符。")]
    )
    repeat_password = PasswordField(
        "再次输入新密码",
        validators=[InputRequired("请再次输入新密码。"), EqualTo("new_password", message="两次输入的新密码不一致。")],
    )
