"""What must be true before a task may be changed: the guards of the life cycle that look at values, not at rows."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from tracker.domain.errors import RuleViolation, YearLocked

LONGEST_TEXT = 4_000
LONGEST_TITLE = 300
MAX_PERCENT = 100


class IncompleteTask(RuleViolation):
    """立项需要牵头单位、时限和任务内容，请补齐后再确认。"""


class DeadlineFixed(RuleViolation):
    """已立项任务的时限不能直接修改，请通过延期申请调整。"""


class LeadUnitFixed(RuleViolation):
    """任务已交办，不能更换牵头单位。请由牵头单位退回，或撤销后重新立项。"""


class NobodyToAnswer(RuleViolation):
    """牵头单位没有在用的承办人或负责人账号，无法交办。请先由系统管理员建立账号。"""


class OwnerOutsideUnit(RuleViolation):
    """责任人必须是牵头单位在用的承办人或负责人，请重新选择。"""


class EvidenceMissing(RuleViolation):
    """申请办结至少要有一份佐证材料；确实没有的，请说明原因。"""


class ExtensionPending(RuleViolation):
    """已有一份延期申请等待审核，请等审核结果后再申请。"""


class NothingPending(RuleViolation):
    """这项申请已经处理过，请刷新页面查看结果。"""


class AlreadyUrged(RuleViolation):
    """今天已经催办过这项任务，同一责任人每天只催办一次。"""


def check_establishment(title: str, wording: str, due_on: date | None, plan_year: int) -> None:
    """Raise IncompleteTask where a proposal lacks what a duty needs."""
    if not title.strip():
        raise IncompleteTask("请填写任务名称后再确认立项。", field="title")
    if not wording.strip():
        raise IncompleteTask("请填写任务内容后再确认立项。", field="wording")
    if due_on is None:
        raise IncompleteTask("请填写办理时限后再确认立项。", field="due_on")
    check_deadline_year(due_on, plan_year)


def check_deadline_year(due_on: date, plan_year: int) -> None:
    """Raise where a first deadline lies outside the plan year and the year after it: almost surely a slip."""
    if not date(plan_year, 1, 1) <= due_on <= date(plan_year + 1, 12, 31):
        raise RuleViolation(f"时限应在 {plan_year}-01-01 至 {plan_year + 1}-12-31 之间，请核对年份。", field="due_on")


def check_planned_day(planned_on: date | None, due_on: date | None, today: date) -> None:
    """Raise where a unit's own plan lies in the past or passes the deadline; it never moves the deadline."""
    if planned_on is None:
        return
    if due_on is not None and planned_on > due_on:
        raise RuleViolation(
            f"计划完成日不能晚于时限 {due_on.isoformat()}。确需推迟的，请在签收后申请延期。", field="planned_on"
        )
    if planned_on < today:
        raise RuleViolation("计划完成日不能早于今天。", field="planned_on")


def check_completion_day(completed_on: date, plan_year: int, today: date) -> None:
    """Raise where the stated day of completion lies in the future or before the plan year."""
    if completed_on > today:
        raise RuleViolation("实际完成日不能晚于今天。", field="completed_on")
    if completed_on < date(plan_year, 1, 1):
        raise RuleViolation(f"实际完成日早于计划年度 {plan_year} 年，请核对年份。", field="completed_on")


def check_new_deadline(new_due_on: date, due_on: date, plan_year: int, today: date) -> None:
    """Raise where an extension would not move the deadline forward to a day that is still to come."""
    if new_due_on <= due_on:
        raise RuleViolation(f"新时限必须晚于现时限 {due_on.isoformat()}。", field="new_due_on")
    if new_due_on < today:
        raise RuleViolation("新时限不能早于今天。", field="new_due_on")
    if new_due_on > date(plan_year + 1, 12, 31):
        raise RuleViolation(
            f"新时限不能晚于 {plan_year + 1}-12-31。跨年仍不能完成的，请在年底结转下年。", field="new_due_on"
        )


def check_review_day(review_on: date, today: date) -> None:
    """Raise where a suspension would be looked at again on a day that is not to come."""
    if review_on <= today:
        raise RuleViolation("复核日期必须晚于今天。", field="review_on")


def check_successor_deadline(due_on: date, plan_year: int) -> None:
    """Raise where the deadline of a carried-over task does not lie in the year it is carried to."""
    if due_on.year != plan_year:
        raise RuleViolation(f"结转后的时限应在 {plan_year} 年内。", field="due_on")


def check_percent(percent: int) -> None:
    """Raise where a share of completion is not 0 to 100."""
    if not 0 <= percent <= MAX_PERCENT:
        raise RuleViolation("完成比例应为 0 到 100 之间的整数。", field="percent")


def check_year_open(*, locked: bool, plan_year: int) -> None:
    """Raise YearLocked where the plan year has been reconciled and locked."""
    if locked:
        raise YearLocked(f"{plan_year} 年度已锁定，不能再修改。")


def required_text(value: str, label: str, field: str, *, limit: int = LONGEST_TEXT) -> str:
    """Return the text without its outer blanks; raises where it is empty or longer than ``limit`` characters."""
    text = optional_text(value, label, field, limit=limit)
    if not text:
        raise RuleViolation(f"请填写{label}。", field=field)
    return text


def optional_text(value: str | None, label: str, field: str, *, limit: int = LONGEST_TEXT) -> str:
    """Return the text without its outer blanks; raises where it is longer than ``limit`` characters."""
    text = (value or "").strip()
    if len(text) > limit:
        raise RuleViolation(f"{label}不能超过 {limit} 字，现有 {len(text)} 字。", field=field)
    return text


def next_number(prefix: str, taken: Sequence[str]) -> str:
    """Return the 编号 after the highest of ``taken``: ``prefix`` and a count of at least three digits."""
    highest = max((int(tail) for number in taken if (tail := number[len(prefix) :]).isdigit()), default=0)
    return f"{prefix}{highest + 1:03d}"
