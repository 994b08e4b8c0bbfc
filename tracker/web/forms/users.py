"""Forms of the accounts' pages."""

from __future__ import annotations

from wtforms import HiddenField, SelectField, StringField
from wtforms.validators import DataRequired, InputRequired, Length, Optional, Regexp

from tracker.domain.permissions import ROLE_LABELS, Role
from tracker.services.users import UserFields
from tracker.web.forms.base import StrictForm
from tracker.web.forms.units import ONE_LINE, stripped

EMAIL = r"^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*\Z"


class UserForm(StrictForm):
    """What may be changed of an account."""

    drops_unseen = False
    name = StringField(
        "姓名",
        filters=[stripped],
        validators=[
            DataRequired("请填写姓名。"),
            Length(max=40, message="姓名不超过 40 字。"),
            Regexp(ONE_LINE, message="姓名里有不能使用的字符。"),
        ],
    )
    unit_id = SelectField(
        "所属单位",
        coerce=int,
        description="督办员、审计员放在所督办的地区，能看到该地区及以下全部单位。",
        validators=[InputRequired("请选择所属单位。")],
    )
    role = SelectField(
        "角色",
        choices=[(role.value, label) for role, label in ROLE_LABELS.items()],
        validators=[InputRequired("请选择角色。")],
    )
    email = StringField(
        "电子邮箱",
        filters=[stripped],
        description="填写后，提醒同时发到邮箱。",
        validators=[
            Optional(),
            Length(max=254, message="电子邮箱不超过 254 个字符。"),
            Regexp(EMAIL, message="电子邮箱格式不对，例如 liwen@example.org。"),
        ],
    )
    phone = StringField(
        "电话",
        filters=[stripped],
        validators=[
            Optional(),
            Regexp(r"^[0-9+()\- ]{3,30}\Z", message="电话只能是数字、空格和 +-()，例如 0731-5550123。"),
        ],
    )
    version = HiddenField(validators=[Optional(), Regexp(r"^\d{1,9}\Z", message="页面内容不完整，请刷新后重试。")])

    def fields(self) -> UserFields:
        """Return what was filled in."""
        return UserFields(
            name=self.name.data,
            role=Role(self.role.data),
            unit_id=self.unit_id.data,
            email=self.email.data or None,
            phone=self.phone.data or None,
        )


class NewUserForm(UserForm):
    """An account to add."""

    username = StringField(
        "账号名",
        filters=[stripped, lambda value: value.lower() if value else value],
        description="登录用，例如 liwen。2 到 64 个小写字母、数字或 . _ -，建立后不能修改。",
        validators=[
            DataRequired("请填写账号名。"),
            Regexp(
                r"^[a-z0-9][a-z0-9._-]{1,63}\Z",
                message="账号名只能用小写字母、数字和 . _ -，2 到 64 个字符，例如 liwen。",
            ),
        ],
    )
