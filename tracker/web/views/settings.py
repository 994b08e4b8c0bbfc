"""The rules of the installation: thresholds of the lights, steps of the reminders, the working calendar."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from sqlalchemy.orm import Session

from tracker.db.queries.calendar import days_of_year
from tracker.domain.calendar import Month, WorkingCalendar, gap_words, months_of, official_years, years_that_matter
from tracker.domain.errors import Forbidden, NotFound, RuleViolation, StaleVersion
from tracker.domain.lights import LightPolicy
from tracker.domain.permissions import Role
from tracker.domain.policy_book import PolicyBook
from tracker.domain.reminders import Circle, Ladder, ReminderPolicy, Step, step_words
from tracker.domain.rules import CHOICES, LABELS, checked_reminders, example_steps, written
from tracker.domain.rules import shown as shown_value
from tracker.services.policies import (
    load_calendar,
    load_delivery_book,
    load_light_policy,
    load_policy_book,
    load_reminder_policy,
)
from tracker.services.reminder_preview import TaskPreview, named, preview_task, task_by_number
from tracker.services.rules import (
    YEARS_AHEAD,
    add_days,
    change_lights,
    change_reminders,
    fingerprint,
    may_change_rules,
    remove_days,
)
from tracker.services.training import overview
from tracker.web.access import current_actor, requires
from tracker.web.errors import status_of
from tracker.web.forms.settings import DaysForm, LightsForm, RemindersForm, RemoveDaysForm, RulesForm
from tracker.web.receipts import earlier_location, keep_receipt
from tracker.web.session import reading, runtime, writing

blueprint = Blueprint("settings", __name__, url_prefix="/settings")

SUFFIXES = {
    "working_days_left": "个工作日",
    "behind_points": "个百分点",
    "days_before": "天",
    "signing_after": "个工作日",
}
CIRCLE_WORDS = {
    Circle.OWNER: "责任人",
    Circle.UNIT: "责任人和单位负责人",
    Circle.SUPERVISOR: "督办员",
    Circle.AREA_HEAD: "督办单位负责人",
    Circle.UNIT_SUPERVISOR: "责任人、单位负责人和督办员",
    Circle.SUPERVISOR_AREA_HEAD: "督办员和督办单位负责人",
}
EXAMPLE_AHEAD = timedelta(days=31)
MOST_EXAMPLES = 14


@dataclass(frozen=True, slots=True)
class RuleLine:
    """A value in force beside its default, with what it means."""

    label: str
    hint: str
    value: str
    default: str
    suffix: str

    @property
    def changed(self) -> bool:
        """Whether somebody has set it."""
        return self.value != self.default


@dataclass(frozen=True, slots=True)
class ExampleLine:
    """One reminder of the example: its day, what it is, and who gets it."""

    day: date
    what: str
    who: str


@blueprint.get("/")
@requires(Role.ADMIN)
def index() -> str:
    """Show all rules in force beside their defaults."""
    session = reading()
    lights, reminders = load_light_policy(session), load_reminder_policy(session)
    return render_template(
        "settings/index.html",
        groups=(
            ("亮灯规则", "settings.lights", _lines(LightsForm(), lights, LightPolicy())),
            ("提醒规则", "settings.reminders", _lines(RemindersForm(), reminders, ReminderPolicy())),
        ),
        may_change=may_change_rules(current_actor()),
        unknown=_unknown_years(load_calendar(session)),
        linking=overview(session, runtime().settings.linking_model_path),
    )


@blueprint.route("/lights", methods=["GET", "POST"])
@requires(Role.ADMIN)
def lights() -> Any:
    """Change the thresholds of the lights."""
    check_may_change()
    form, now_in_force = LightsForm(), load_light_policy(reading())
    if request.method == "GET":
        _fill(form, LightPolicy() if request.args.get("defaults") else now_in_force, fingerprint(now_in_force))
        return _lights_page(form, now_in_force)
    if not form.validate_on_submit():
        return _lights_page(form, now_in_force), 400
    return save_rules(
        form,
        lambda session: change_lights(
            session, current_actor(), form.policy(), version=form.version.data or "", now=runtime().now()
        ),
        lambda: _lights_page(form, load_light_policy(reading())),
        "已保存。各任务的亮灯已按新规则显示。",
    )


@blueprint.route("/reminders", methods=["GET", "POST"])
@requires(Role.ADMIN)
def reminders() -> Any:
    """Change the steps of the reminders, after a look at what they mean."""
    check_may_change()
    form, now_in_force = RemindersForm(), load_reminder_policy(reading())
    if request.method == "GET":
        _fill(form, ReminderPolicy() if request.args.get("defaults") else now_in_force, fingerprint(now_in_force))
        return _reminders_page(form, now_in_force)
    if not form.validate_on_submit():
        return _reminders_page(form, now_in_force), 400
    try:
        policy = checked_reminders(form.policy())
    except RuleViolation as error:
        form.refuse(error)
        return _reminders_page(form, now_in_force), 400
    if form.preview.data:
        return _reminders_page(form, policy, previewed=True)
    return save_rules(
        form,
        lambda session: change_reminders(
            session, current_actor(), policy, version=form.version.data or "", now=runtime().now()
        ),
        lambda: _reminders_page(form, load_reminder_policy(reading())),
        "已保存。在办任务的下一次提醒将按新规则安排，已过的提醒不补发。",
    )


@blueprint.get("/calendar")
@requires(Role.ADMIN)
def calendar() -> Any:
    """Show a year's working days, official and entered."""
    return _calendar_page(DaysForm(formdata=None))


@blueprint.post("/calendar/add")
@requires(Role.ADMIN)
def add() -> Any:
    """Enter days as worked or free."""
    form = DaysForm()
    if not form.validate_on_submit():
        return _calendar_page(form), 400
    days = form.days()
    return save_rules(
        form,
        lambda session: add_days(session, current_actor(), days, now=runtime().now()),
        lambda: _calendar_page(form),
        "已保存。时限、亮灯和提醒已按新的工作日计算。",
        url_for("settings.calendar", year=days.first.year),
    )


@blueprint.post("/calendar/remove")
@requires(Role.ADMIN)
def remove() -> Any:
    """Take entered days out again."""
    form = RemoveDaysForm()
    if not form.validate_on_submit():
        return _calendar_page(DaysForm(formdata=None), errors=form.messages()), 400
    first, last = form.first.data, form.last.data
    return save_rules(
        form,
        lambda session: remove_days(session, current_actor(), first, last, now=runtime().now()),
        lambda: _calendar_page(DaysForm(formdata=None), errors=form.messages()),
        "已删除，这些日期按国务院公布的安排计算。",
        url_for("settings.calendar", year=first.year),
    )


def save_rules(
    form: Any, verb: Callable[[Session], Any], page: Callable[[], str], done: str, location: str | None = None
) -> Any:
    """Call a verb that changes rules; what is wrong is told on the form's page with everything typed kept."""
    location = location or url_for("settings.index")
    try:
        with writing() as session:
            if earlier := earlier_location(session):
                return redirect(earlier, 303)
            verb(session)
            keep_receipt(session, location)
    except (NotFound, Forbidden):
        raise
    except StaleVersion as error:
        form.form_errors.append("规则刚刚被其他人修改过。您填写的内容仍在表单里，请与“现行”一栏核对后再保存。")
        return page(), status_of(error)
    except RuleViolation as error:
        form.refuse(error)
        return page(), status_of(error)
    flash(done, "success")
    return redirect(location, 303)


def check_may_change() -> None:
    """Raise Forbidden where the person only looks on."""
    if not may_change_rules(current_actor()):
        raise Forbidden("这些规则对全系统有效，由最上级单位的系统管理员修改。")


def _fill(form: RulesForm, policy: LightPolicy | ReminderPolicy, version: str) -> None:
    for name, value in written(policy).items():
        form[name].data = int(value) if isinstance(policy, LightPolicy) else value
    form.version.data = version


def _lines(form: RulesForm, policy: Any, default: Any) -> list[RuleLine]:
    values, defaults = written(policy), written(default)
    return [
        RuleLine(
            LABELS[name],
            form[name].description,
            shown_value(name, value),
            shown_value(name, defaults[name]),
            "" if name in CHOICES else SUFFIXES.get(name, "个工作日"),
        )
        for name, value in values.items()
    ]


def _lights_page(form: LightsForm, in_force: LightPolicy) -> str:
    if form.form_errors:  # the next attempt is made knowing the values in force
        form.version.data = fingerprint(in_force)
    return render_template(
        "settings/lights.html", form=form, in_force=written(in_force), defaults=written(LightPolicy()), labels=LABELS
    )


def _reminders_page(form: RemindersForm, shown: ReminderPolicy, *, previewed: bool = False) -> str:
    session, today = reading(), runtime().today()
    in_force = load_reminder_policy(session)
    task = _preview(session, form, shown, today) if previewed else None
    if form.form_errors:
        form.version.data = fingerprint(in_force)
    form.preview.data = None
    working, example = load_calendar(session), month_end(today + EXAMPLE_AHEAD)
    return render_template(
        "settings/reminders.html",
        form=form,
        in_force=written(in_force),
        defaults=written(ReminderPolicy()),
        previewed=previewed,
        changes=_changes(in_force, shown),
        task=task,
        hour=load_delivery_book(session).first_hour,
        example=example,
        deadline=examples_of(example_steps(Ladder.DEADLINE, shown, working, example), shown),
        signing=examples_of(example_steps(Ladder.SIGNING, shown, working, example, days_after=30), shown),
    )


def _preview(session: Session, form: RemindersForm, policy: ReminderPolicy, today: date) -> TaskPreview | None:
    """Return what the rules shown mean for the task whose number was typed; what is wrong with it is told beside it."""
    if not (form.task_number.data or "").strip():
        return None
    try:
        task = task_by_number(session, current_actor(), form.task_number.data)
        book = PolicyBook(policy, load_policy_book(session).overrides)
        return preview_task(session, task, book.of(task.lead_unit.path, task.level), today=today)
    except RuleViolation as error:
        form.refuse(error)
        return None


def _changes(before: ReminderPolicy, after: ReminderPolicy) -> list[dict[str, str]]:
    old, new = written(before), written(after)
    return [
        {"label": LABELS[name], "before": shown_value(name, old[name]), "after": shown_value(name, value)}
        for name, value in new.items()
        if old[name] != value
    ]


def examples_of(steps: Sequence[Step], policy: ReminderPolicy) -> list[ExampleLine]:
    """Write steps as the lines of an example."""
    return [
        ExampleLine(step.day, named(step_words(step.rule, step.kind), policy), CIRCLE_WORDS[step.circle])
        for step in steps[:MOST_EXAMPLES]
    ]


def month_end(day: date) -> date:
    """Return the last day of a month."""
    return (day.replace(day=1) + timedelta(days=32)).replace(day=1) - timedelta(days=1)


def _calendar_page(form: DaysForm, errors: Sequence[tuple[str, str]] = ()) -> str:
    session, today = reading(), runtime().today()
    year = _year(today.year)
    working = load_calendar(session)
    entered = days_of_year(session, year)
    months: Sequence[Month] = months_of(year, working)
    return render_template(
        "settings/calendar.html",
        form=form,
        year=year,
        years=list(range(today.year - 1, today.year + YEARS_AHEAD + 1)),
        months=months,
        ranges=entered,
        official=year in official_years(),
        entered_any=bool(entered),
        unknown=_unknown_years(working),
        may_change=may_change_rules(current_actor()),
        errors=[{"field": None, "message": message} for _, message in errors],
    )


def _year(this_year: int) -> int:
    value = request.args.get("year", "")
    year = int(value) if value.isascii() and value.isdigit() and len(value) == 4 else this_year
    return year if this_year - 1 <= year <= this_year + YEARS_AHEAD else this_year


def _unknown_years(working: WorkingCalendar) -> list[tuple[int, str]]:
    """Return the years that matter now and whose arrangement is not at hand, each with what is missing in words."""
    years = ((year, working.missing_holidays(year)) for year in years_that_matter(runtime().today()))
    return [(year, gap_words(year, missing)) for year, missing in years if missing]
