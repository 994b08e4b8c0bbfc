"""Forms of the rules: thresholds of the lights, steps of the reminders, days of the calendar."""

from __future__ import annotations

from wtforms import DateField, HiddenField, IntegerField, RadioField, SelectField, SelectMultipleField, StringField
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Optional

from tracker.domain.delivery import DELIVERY_LABELS, DeliveryPolicy, read_hour, read_quiet
from tracker.domain.delivery_book import EXCEPTION_FIELDS, EXCEPTION_LABELS
from tracker.domain.lights import LightPolicy
from tracker.domain.policy_book import LEVEL_LABELS
from tracker.domain.reminders import CHANNEL_LABELS, Channel, ReminderPolicy
from tracker.domain.rules import CHOICES, LABELS, RANGES, from_written
from tracker.services.overrides import OverrideDraft
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


def _choice(name: str, hint: str, *, inherits: bool = False) -> SelectField:
    choices = [("", "沿用"), *CHOICES[name].items()] if inherits else list(CHOICES[name].items())
    return SelectField(LABELS[name], description=hint, choices=choices, default=choices[0][0])


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
    supervisor_after = _days("supervisor_after", "逾期第几个工作日逐级上报，并生成督办单。")
    supervisor_to = _choice("supervisor_to", "这一级发给谁。")
    supervisor_slip = _choice("supervisor_slip", "督办单的名称。")
    area_head_after = _days("area_head_after", "逾期第几个工作日再上报一级，并生成督办单。")
    area_head_to = _choice("area_head_to", "这一级发给谁。")
    area_head_slip = _choice("area_head_slip", "督办单的名称。")
    area_head_every = _days("area_head_every", "之后每隔几个工作日再报一次。")
    signing_working_days = _days("signing_working_days", "交办后几个工作日内应当签收。只影响之后交办的任务。")
    signing_after = _days("signing_after", "过签收期限后第几个工作日提醒单位。0 是期限当天。")
    signing_every = _days("signing_every", "之后每隔几个工作日再提醒一次。")
    progress_every = _days("progress_every", "按期反馈的任务，期满后次日首次提醒，之后每隔几个工作日再提醒一次。")
    review_working_days = _days("review_working_days", "申请办结或延期后第几个工作日仍未审核，提醒督办员。")
    review_every = _days("review_every", "之后每隔几个工作日再提醒一次。")

    task_number = StringField(
        "任务编号",
        description="填一项任务的编号，看它会在哪些天提醒哪些人；不填则用假设的任务。",
        validators=[Optional(), Length(max=60, message="编号不超过 60 个字符。")],
    )

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


class DeliveryForm(RulesForm):
    """When reminders leave, and what nobody may turn off."""

    hour = StringField(
        DELIVERY_LABELS["hour"], description="工作日到这个时间开始提醒。", validators=[DataRequired("请填写时间。")]
    )
    window_from = StringField(
        DELIVERY_LABELS["window_from"],
        description="每个人可以在这个范围里另选自己的时间。",
        validators=[DataRequired("请填写时间。")],
    )
    window_until = StringField(DELIVERY_LABELS["window_until"], validators=[DataRequired("请填写时间。")])
    quiet = StringField(
        DELIVERY_LABELS["quiet"],
        description="工作日里也不发提醒的日子，例如 2026-10-08、2026-12-30至2026-12-31。当天的提醒顺延到下一个工作日。",
        validators=[Optional(), Length(max=1000, message="不超过 1000 个字符。")],
    )
    mandatory = SelectMultipleField(
        DELIVERY_LABELS["mandatory"],
        choices=[(channel.value, label) for channel, label in CHANNEL_LABELS.items() if channel is not Channel.INBOX],
    )

    def policy(self) -> DeliveryPolicy:
        """Return what was filled in; raises DeliveryRefused beside the field that cannot be read."""
        return DeliveryPolicy(
            hour=read_hour(self.hour.data or "", field="hour"),
            window_from=read_hour(self.window_from.data or "", field="window_from"),
            window_until=read_hour(self.window_until.data or "", field="window_until"),
            quiet=read_quiet(self.quiet.data or ""),
            mandatory=tuple(self.mandatory.data or ()),
        )


def _inherited(name: str) -> StringField | SelectField:
    if name in CHOICES:
        return _choice(name, "", inherits=True)
    most = 1000 if name == "quiet" else 100
    return StringField(
        EXCEPTION_LABELS[name], validators=[Optional(), Length(max=most, message=f"不超过 {most} 个字符。")]
    )


class OverrideForm(RulesForm):
    """An exception: for which tasks, and the values that differ; the others are inherited."""

    unit_id = SelectField("单位", description="对这个单位和它的下级单位牵头的任务有效。", default="")
    level = SelectField(
        "任务级别",
        choices=[("", "全部级别"), *((level.value, label) for level, label in LEVEL_LABELS.items())],
        default="",
    )

    def draft(self) -> OverrideDraft:
        """Return what was filled in."""
        return OverrideDraft(
            unit_id=int(self.unit_id.data) if self.unit_id.data else None,
            level=self.level.data or None,
            values={name: str(self._fields[name].data or "") for name in EXCEPTION_FIELDS},
        )


for _name in EXCEPTION_FIELDS:
    setattr(OverrideForm, _name, _inherited(_name))


class OverrideButton(StrictForm):
    """Takes an exception away."""

    version = IntegerField(validators=[InputRequired("页面内容不完整，请刷新后重试。")])
