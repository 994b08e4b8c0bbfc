"""Forms of the rules: thresholds of the lights, steps of the reminders, days of the calendar."""

from __future__ import annotations

from wtforms import DateField, HiddenField, IntegerField, RadioField, StringField
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Optional

from tracker.domain.lights import LightPolicy
from tracker.domain.reminders import ReminderPolicy
from tracker.domain.rules import LABELS, RANGES, from_written
from tracker.services.rules import DayRange
from tracker.web.forms.base import StrictForm


def _number(name: str, hint: str) -> IntegerField:
    least, most = RANGES[name]
    message = f"应填 {least} 到 {most} 之间的整数。"
    return IntegerField(
        LABELS[name], description=hint, validators=[InputRequired(message), NumberRange(least, most, message=message)]
    )


def _days(name: str, hint: str) -> StringField:
    return StringField(
        LABELS[name],
        description=hint,
        validators=[DataRequired("请填写天数。"), Length(max=100, message="不超过 100 个字符。")],
    )


class RulesForm(StrictForm):
    """The base: ``version`` tells whether the values were changed meanwhile, ``preview`` asks only to be shown."""

    version = HiddenField()
    preview = HiddenField()


class LightsForm(RulesForm):
    """亮灯规则."""

    working_days_left = _number("working_days_left", "距时限不超过这么多个工作日时亮黄灯。")
    behind_points = _number("behind_points", "完成比例落后序时进度超过这么多个百分点时亮黄灯。")

    def policy(self) -> LightPolicy:
        """Return what was filled in."""
        return LightPolicy(self.working_days_left.data, self.behind_points.data)


class RemindersForm(RulesForm):
    """提醒规则."""

    days_before = _days("days_before", "到期前多少天提醒责任人（自然日，遇休息日顺延到下一个工作日）。0 是到期当天。")
    first_after = _days("first_after", "逾期后第几个工作日首次提醒责任人和单位负责人。")
    every_after = _days("every_after", "之后每隔几个工作日再提醒一次。")
    supervisor_after = _days("supervisor_after", "逾期第几个工作日报督办员。")
    area_head_after = _days("area_head_after", "逾期第几个工作日报督办单位负责人。")
    area_head_every = _days("area_head_every", "之后每隔几个工作日再报一次。")
    signing_working_days = _days("signing_working_days", "交办后几个工作日内应当签收。只影响之后交办的任务。")
    signing_after = _days("signing_after", "过签收期限后第几个工作日提醒单位。0 是期限当天。")
    signing_every = _days("signing_every", "之后每隔几个工作日再提醒一次。")
    progress_every = _days("progress_every", "按期反馈的任务，期满后次日首次提醒，之后每隔几个工作日再提醒一次。")
    review_working_days = _days("review_working_days", "申请办结或延期后第几个工作日仍未审核，提醒督办员。")
    review_every = _days("review_every", "之后每隔几个工作日再提醒一次。")

    def policy(self) -> ReminderPolicy:
        """Return what was filled in; raises RuleRefused beside the field that cannot be read."""
        return from_written(ReminderPolicy, {name: str(field.data or "") for name, field in self._fields.items()})


class DaysForm(StrictForm):
    """Days that are worked or free whatever the official table says."""

    first = DateField("开始日期", validators=[InputRequired("请填写开始日期，例如 2027-02-05。")])
    last = DateField("结束日期", description="只有一天时可以不填。", validators=[Optional()])
    works = RadioField(
        "调整为",
        choices=[("free", "放假"), ("works", "调休上班")],
        default="free",
        validators=[InputRequired("请选择放假或调休上班。")],
    )
    note = StringField(
        "说明",
        description="例如 春节。",
        validators=[DataRequired("请填写说明。"), Length(max=60, message="说明不超过 60 字。")],
    )

    def days(self) -> DayRange:
        """Return what was filled in."""
        return DayRange(
            self.first.data, self.last.data or self.first.data, self.works.data == "works", self.note.data.strip()
        )


class RemoveDaysForm(StrictForm):
    """Entered days to take out again."""

    first = DateField(validators=[InputRequired("页面内容不完整，请刷新后重试。")])
    last = DateField(validators=[InputRequired("页面内容不完整，请刷新后重试。")])
