"""When reminders leave, for everybody: the hour, the window people choose in, the quiet days, the mandatory channels."""

from __future__ import annotations

from typing import Any

from flask import render_template, request, url_for

from tracker.domain.delivery import DeliveryPolicy, delivery_written, write_quiet
from tracker.domain.errors import RuleViolation
from tracker.domain.permissions import Role
from tracker.services.policies import load_delivery_book, load_delivery_policy
from tracker.services.rules import change_delivery, fingerprint, may_change_rules
from tracker.web.access import current_actor, requires
from tracker.web.forms.settings import DeliveryForm
from tracker.web.session import reading, runtime
from tracker.web.views.settings import blueprint, check_may_change, save_rules


@blueprint.route("/delivery", methods=["GET", "POST"])
@requires(Role.ADMIN)
def delivery() -> Any:
    """Change the hour, the window people choose in, the quiet days, and what nobody may turn off."""
    now_in_force = load_delivery_policy(reading())
    form = DeliveryForm()
    if request.method == "GET":
        _fill_delivery(form, now_in_force)
        return _delivery_page(form)
    check_may_change()
    if not form.validate_on_submit():
        return _delivery_page(form), 400
    try:
        policy = form.policy()
    except RuleViolation as error:
        form.refuse(error)
        return _delivery_page(form), 400
    return save_rules(
        form,
        lambda session: change_delivery(
            session, current_actor(), policy, version=form.version.data or "", now=runtime().now()
        ),
        lambda: _delivery_page(form),
        "已保存。从下一次提醒起按新的时间发出。",
        url_for("settings.delivery"),
    )


def _fill_delivery(form: DeliveryForm, policy: DeliveryPolicy) -> None:
    form.hour.data, form.window_from.data, form.window_until.data = policy.hour, policy.window_from, policy.window_until
    form.quiet.data, form.mandatory.data = write_quiet(policy.quiet), list(policy.mandatory)
    form.version.data = fingerprint(policy)


def _delivery_page(form: DeliveryForm) -> str:
    in_force, times = load_delivery_policy(reading()), load_delivery_book(reading())
    if form.form_errors:
        form.version.data = fingerprint(in_force)
    return render_template(
        "settings/delivery.html",
        form=form,
        in_force=delivery_written(in_force),
        defaults=delivery_written(DeliveryPolicy()),
        exceptions=times.exceptions,
        begins=times.first_hour,
        may_change=may_change_rules(current_actor()),
    )
