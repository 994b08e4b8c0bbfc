"""What the ledger does to several tasks at once: urge, send out. What will happen is shown before it is done."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from wtforms import HiddenField, SelectMultipleField, StringField
from wtforms.validators import Length

from tracker.db.queries.ledger import chosen_tasks
from tracker.domain.errors import NotFound
from tracker.domain.permissions import Role
from tracker.services.assignments import BatchOutcome, assign_many
from tracker.services.urging import urge_many
from tracker.web.access import current_actor, local_path, requires
from tracker.web.forms.base import StrictForm
from tracker.web.receipts import earlier_location, keep_receipt
from tracker.web.session import reading, runtime, writing

MOST = 200  # more than a page can tick


def _identity(written: str) -> int:
    """Read an id; what is none is nobody's."""
    return int(written) if written.isascii() and written.isdigit() and len(written) < 10 else 0


class BatchForm(StrictForm):
    """The tasks that were ticked, where to go back to, and whether the person has seen what will happen."""

    ids = SelectMultipleField(
        "任务",
        coerce=_identity,
        validate_choice=False,
        validators=[Length(max=MOST, message=f"一次最多处理 {MOST} 项。")],
    )
    back = HiddenField()
    confirm = HiddenField()
    text = StringField("催办要求", validators=[Length(max=200, message="催办要求不能超过 200 字。")])


@dataclass(frozen=True, slots=True)
class Batch:
    """A batch action: its name, what it will do, and the verb; ``asks_text``: the person may add a sentence."""

    name: str
    lead: str
    effects: tuple[str, ...]
    work: Callable[[Session, list[int], str], BatchOutcome]
    asks_text: bool = False


URGE = Batch(
    "催办",
    "向勾选的任务发出催办提醒，每次催办都记入履历。",
    ("提醒送到责任人和牵头单位负责人", "催办次数加一；同一任务当天对同一人只催办一次"),
    lambda session, ids, text: urge_many(session, current_actor(), ids, now=runtime().now(), text=text),
    asks_text=True,
)
ASSIGN = Batch(
    "交办",
    "把勾选的任务交给牵头单位。",
    ("提醒送到责任人或牵头单位承办人", "从今天起计算签收时限"),
    lambda session, ids, _text: assign_many(session, current_actor(), ids, now=runtime().now()),
)


def register(blueprint: Blueprint) -> None:
    """Add the pages to the ledger's blueprint."""

    @blueprint.post("/urge")
    @requires(Role.SUPERVISOR)
    def urge() -> Any:
        """Urge the chosen tasks."""
        return _answer(URGE)

    @blueprint.post("/assign")
    @requires(Role.SUPERVISOR)
    def assign() -> Any:
        """Send the chosen tasks out."""
        return _answer(ASSIGN)


def _answer(batch: Batch) -> Any:
    form = BatchForm()
    back = local_path(form.back.data) or url_for("ledger.index")
    valid = form.validate_on_submit()
    if not form.ids.data or form.ids.errors or form.form_errors:
        problem = next((text for _field, text in form.messages()), f"没有勾选任务。请先勾选要{batch.name}的任务。")
        flash(problem, "warning")
        return redirect(back, 303)
    if not valid or not form.confirm.data:
        return _show(batch, form, back), 200 if valid else 400
    with writing() as session:
        if earlier := earlier_location(session):
            return redirect(earlier, 303)
        outcome = batch.work(session, form.ids.data, form.text.data or "")
        keep_receipt(session, back)
        numbers = [task.number or task.title for task in outcome.done]
    _tell(batch.name, numbers, outcome)
    return redirect(back, 303)


def _show(batch: Batch, form: BatchForm, back: str) -> str:
    ids = sorted(set(form.ids.data))
    tasks = chosen_tasks(reading(), current_actor(), ids)
    if len(tasks) != len(ids):
        raise NotFound("所选任务中有的已不存在，或不在您的查看范围内。请刷新台账后重新勾选。")
    return render_template("ledger/batch.html", batch=batch, tasks=tasks, form=form, back=back, action=request.path)


def _tell(name: str, numbers: Sequence[str], outcome: BatchOutcome) -> None:
    if numbers:
        flash(f"已{name} {len(numbers)} 项：{'、'.join(numbers[:5])}{' 等' if len(numbers) > 5 else ''}。", "success")
    reasons: dict[str, int] = {}
    for refusal in outcome.refused:
        reasons[refusal.message] = reasons.get(refusal.message, 0) + 1
    for message, count in reasons.items():
        flash(f"{count} 项没有{name}：{message}", "warning")
