"""Forms of the units' pages."""

from __future__ import annotations

from typing import Any

from wtforms import BooleanField, HiddenField, IntegerField, SelectField, StringField
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Optional, Regexp

from tracker.db.models import UnitKind
from tracker.services.units import UnitFields
from tracker.web.forms.base import StrictForm

KIND_LABELS: dict[UnitKind, str] = {
    UnitKind.AREA: "地区（县、市、省）",
    UnitKind.BUREAU: "部门（局、委、办）",
    UnitKind.TOWNSHIP: "乡镇",
    UnitKind.SUBDISTRICT: "街道",
    UnitKind.SECTION: "内设机构、站所",
}
LONGEST_SHORT_NAME = 40
ONE_LINE = r"^[^\x00-\x1f\x7f\u2028\u2029]*\Z"


def stripped(value: Any) -> Any:
    """Take white space off both ends of what was typed."""
    return value.strip() if isinstance(value, str) else value


class UnitForm(StrictForm):
    """A unit. Left empty, the short name is the name."""

    drops_unseen = False
    name = StringField(
        "单位全称",
        filters=[stripped],
        description="例如 柳湾镇人民政府。报告里的单位按全称和简称识别。",
        validators=[
            DataRequired("请填写单位全称。"),
            Length(max=100, message="单位全称不超过 100 字。"),
            Regexp(ONE_LINE, message="单位全称里有不能使用的字符。"),
        ],
    )
    short_name = StringField(
        "简称",
        filters=[stripped],
        description="列表里显示，例如 柳湾镇。不填则与全称相同。",
        validators=[
            Length(max=LONGEST_SHORT_NAME, message="简称不超过 40 字。"),
            Regexp(ONE_LINE, message="简称里有不能使用的字符。"),
        ],
    )
    code = StringField(
        "编号前缀",
        filters=[stripped, lambda value: value.upper() if value else value],
        description="任务编号以它开头，例如 LWZ。2 到 20 个字母或数字。已有编号不随之改变。",
        validators=[
            DataRequired("请填写编号前缀。"),
            Regexp(r"^[A-Z0-9]{2,20}\Z", message="编号前缀只能是 2 到 20 个字母或数字，例如 LWZ。"),
        ],
    )
    kind = SelectField(
        "类别",
        choices=[(kind.value, label) for kind, label in KIND_LABELS.items()],
        validators=[InputRequired("请选择类别。")],
    )
    parent_id = SelectField(
        "上级单位",
        coerce=int,
        description="上级单位的督办员和审计员看得到本单位的全部内容。",
        validators=[InputRequired("请选择上级单位。")],
    )
    files_reports = BooleanField("每年报送法治政府建设年度报告", description="勾选后，未报送时列入“未报送”名单。")
    position = IntegerField(
        "排列顺序",
        default=0,
        description="同级单位按数字从小到大排列。",
        validators=[Optional(), NumberRange(0, 9999, message="排列顺序应为 0 到 9999 之间的整数。")],
    )
    go = HiddenField()

    def fields(self) -> UnitFields:
        """Return what was filled in."""
        return UnitFields(
            name=self.name.data,
            short_name=self.short_name.data or self.name.data[:LONGEST_SHORT_NAME],
            code=self.code.data,
            kind=UnitKind(self.kind.data),
            files_reports=bool(self.files_reports.data),
            position=self.position.data or 0,
        )


class ConfirmForm(StrictForm):
    """A button on a confirmation page; ``version`` is of what was shown."""

    version = HiddenField(validators=[Regexp(r"^\d{1,9}\Z", message="页面内容不完整，请刷新后重试。")])

    @property
    def seen(self) -> int:
        """The version that the page showed."""
        return int(self.version.data)
