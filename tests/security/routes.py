"""The table of routes: what each path names, and a form that would do its work.

A new route needs a row here, or the authorization tests fail. A row says, for each variable part of the path, which
object of ``world`` stands there (or a constant), and for a POST what the page's form sends, ids included.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

Ids = Mapping[str, int]
Form = Callable[[Ids], dict[str, Any]]

FOUND = frozenset({200, 302, 303, 400, 409})


def _empty(_ids: Ids) -> dict[str, Any]:
    return {}


@dataclass(frozen=True)
class Row:
    """One route.

    ``path``: what each variable part of the path names. ``form``: what would do the work, from the ids of a place.
    ``personal``: belongs to one person; nobody else finds it, whatever the scope. ``refused``: what even an allowed role
    may be answered where the object is found. ``left_out``: why the route is tested elsewhere.
    """

    path: dict[str, str | int] = field(default_factory=dict)
    form: Form = _empty
    personal: bool = False
    refused: frozenset[int] = frozenset()
    formless: str = ""
    left_out: str = ""

    @property
    def objects(self) -> dict[str, str]:
        """The variable parts that name an object of a place."""
        return {name: kind for name, kind in self.path.items() if isinstance(kind, str) and not kind.startswith("=")}

    def values(self, ids: Ids) -> dict[str, Any]:
        """The variable parts filled in; a kind that begins with = is a word that stands there as it is."""
        objects = self.objects
        return {
            name: ids[kind] if name in objects else kind.removeprefix("=") if isinstance(kind, str) else kind
            for name, kind in self.path.items()
        }


def send(**fields: Any) -> Form:
    """A form with these values; a value that is a function gets the ids of the place."""
    return lambda ids: {name: value(ids) if callable(value) else value for name, value in fields.items()}


def chosen(kind: str) -> Callable[[Ids], str]:
    """A task as lists tick it: its id and version."""
    return lambda ids: f"{ids[kind]}:1"


def same(kind: str) -> Callable[[Ids], str]:
    """An id as a form sends it."""
    return lambda ids: str(ids[kind])


LATER, BEFORE = "2026-12-20", "2026-06-01"
WHY = "情况有变化，需要调整"
TASK = {"task_id": "task"}
REPORT = {"report_id": "report"}
BATCH = {"batch_id": "batch"}
ITEM = {"report_id": "report", "task_id": "proposal"}
RETURNED = {"report_id": "plan"}
LINK = {"report_id": "report", "link_id": "link"}
SHEET: dict[str, str | int] = {"unit_id": "unit", "year": 2026}
SEEN = send(seen="0" * 32)


def _task(**fields: Any) -> Row:
    return Row(TASK, send(version="1", **fields))


ROUTES: dict[str, Row] = {
    # signing in and out, first pages
    "home.index": Row(),
    "auth.change_password": Row(form=send(current_password="x", new_password="y", repeat_password="y")),
    "auth.sign_out": Row(
        left_out="it would end the session of the test; see tests/web/test_auth.py", formless="a button"
    ),
    # the person's own
    "work.index": Row(),
    "inbox.index": Row(),
    "inbox.open_one": Row({"notice_id": "notice"}, personal=True),
    "inbox.read_all": Row(form=send(up_to="1")),
    "own.reminders": Row(form=send(version="0", hour="09:00")),
    "own.calendars": Row(form=send(unit_id=same("unit"))),
    "own.revoke": Row({"feed_id": "feed"}, personal=True),
    "deliveries.index": Row(),
    "deliveries.again": Row({"message_id": "message"}),
    "deliveries.aside": Row({"message_id": "message"}, send(reason=WHY)),
    "deliveries.clock": Row(),
    # the ledger
    "overview.index": Row(),
    "ledger.index": Row(),
    "ledger.export": Row(),
    "ledger.urge": Row(form=send(ids=same("task"))),
    "ledger.assign": Row(form=send(ids=same("task"))),
    "slips.index": Row(),
    "slips.export": Row(),
    "slips.show": Row({"slip_id": "slip"}),
    "slips.document": Row({"slip_id": "slip"}),
    "slips.receipt": Row({"slip_id": "slip"}, send(version="1", note="已收到"), refused=frozenset({403})),
    # one task
    "tasks.show": Row(TASK),
    "years.task": Row(TASK),
    "years.unit": Row({"unit_id": "unit"}),
    "tasks.approve": _task(verdict="核查属实"),
    "tasks.approve_extension": _task(note="同意"),
    "tasks.assign": _task(owner_id=""),
    "tasks.carry_over": _task(due_on="2027-06-30"),
    "tasks.closure": _task(statement="已办结", completed_on=BEFORE, no_evidence_reason="材料为纸质"),
    "tasks.decline": _task(reason=WHY),
    "tasks.dismiss": _task(reason=WHY),
    "tasks.edit": _task(title="题", wording="文", lead_unit_id=same("unit"), due_on=LATER, reason=WHY, area=""),
    "tasks.establish": _task(),
    "tasks.evidence": Row(TASK, send(note="说明")),
    "tasks.extension": _task(new_due_on=LATER, reason=WHY),
    "tasks.owner": _task(owner_id=same("user")),
    "tasks.level": _task(level="key"),
    "tasks.progress": Row(TASK, send(percent="50", done="开展培训两次", problems="", next_step="")),
    "tasks.refuse_extension": _task(reason=WHY),
    "tasks.reminders": Row(TASK),
    "tasks.reopen": _task(reason=WHY),
    "tasks.resume": _task(),
    "tasks.return": _task(reason=WHY),
    "tasks.sign": _task(planned_on=""),
    "tasks.suspend": _task(review_on=LATER, reason=WHY),
    "tasks.unfinished": _task(reason_class="funding", reason=WHY),
    "tasks.urge": Row(TASK, send(text="请抓紧")),
    "tasks.withdraw": _task(reason=WHY),
    "evidence.download": Row({"task_id": "task", "evidence_id": "evidence"}),
    "evidence.withdraw": Row({"task_id": "task", "evidence_id": "evidence"}, send(reason=WHY)),
    # reports and their review
    "reports.index": Row(),
    "reports.upload": Row(form=send(unit_id=same("unit"), report_year="2024")),
    "reports.intake": Row({"intake_id": "intake"}),
    "reports.intake_progress": Row({"intake_id": "intake"}),
    "reports.answer_intake": Row({"intake_id": "intake"}, send(choice="cancel")),
    "reports.batches": Row(),
    "reports.new_batch": Row(form=send(report_year="2024")),
    "reports.batch": Row(BATCH),
    "reports.batch_progress": Row(BATCH),
    "reports.choose_units": Row(BATCH, send(file=same("batch_file"), unit="柳湾镇人民政府")),
    "reports.retry_batch": Row(BATCH),
    "reports.cancel_batch": Row(BATCH),
    "reports.show": Row(REPORT),
    "reports.download": Row(REPORT),
    "reports.page": Row({"report_id": "report", "number": 1}, refused=frozenset({404})),
    "reports.review": Row(REPORT),
    "reports.add_item": Row(REPORT, send(quote="年内完成决策事项目录编制并公布。")),
    "reports.confirm_items": Row(REPORT, send(chosen=chosen("proposal"), go="1")),
    "reports.merge_items": Row(REPORT, send(chosen=chosen("proposal"))),
    "reports.send_items": Row(REPORT, send(chosen=chosen("proposal"), go="1")),
    "reports.same": Row(ITEM),
    "reports.edit_item": Row(ITEM),
    "reports.save_item": Row(
        ITEM, send(version="1", title="题", wording="文", due_on=LATER, recurring="", lead_unit_id=same("unit"))
    ),
    "reports.establish_item": Row(ITEM, send(version="1")),
    "reports.dismiss_item": Row(ITEM, send(version="1", reason=WHY)),
    "reports.restore_item": Row(ITEM, send(version="1")),
    "reports.split_item": Row(ITEM, send(version="1", how="commitments")),
    "reports.send_back": Row(
        REPORT,
        lambda ids: {"about": [f"t{ids['proposal']}:1"], "chosen": [f"t{ids['proposal']}:1"], "remark": ["请写明次数"]},
    ),
    "reports.plan_return": Row(RETURNED),
    "reports.answer_return": Row(RETURNED, send(version="1", remark_id=same("remark"), reply="已改")),
    "reports.settle_return": Row(RETURNED, send(version="1", note="可以")),
    # what the next report says
    "links.index": Row(REPORT),
    "links.compare": Row(REPORT),
    "links.confirm": Row(LINK, send(version="1", outcome="done")),
    "links.reject": Row(LINK, send(version="1")),
    "links.choose": Row(LINK, send(version="1", quote="开展普法宣讲12场")),
    "links.reopen": Row(LINK, send(version="1")),
    # the year's end
    "reconciliation.index": Row(),
    "reconciliation.export_all": Row(),
    "reconciliation.show": Row(SHEET),
    "reconciliation.export_unit": Row(SHEET),
    "reconciliation.save_line": Row(SHEET | {"task_id": "task"}, send(version="1", verdict="done")),
    "reconciliation.accept": Row(SHEET, SEEN),
    "reconciliation.confirm": Row(SHEET, SEEN),
    "reconciliation.unplanned": Row(SHEET),
    "reconciliation.lock": Row(SHEET),
    "reconciliation.lock_now": Row(SHEET, SEEN),
    # administration
    "units.index": Row(),
    "units.new": Row(form=send(name="新镇", code="NEW", kind="township", parent_id=same("unit"))),
    "units.edit": Row({"unit_id": "unit"}, send(version="1", name="新名", code="NEW", kind="township")),
    "units.close": Row({"unit_id": "unit"}, send(version="1")),
    "units.reopen": Row({"unit_id": "unit"}, send(version="1")),
    "users.index": Row(),
    "users.new": Row(form=send(username="xinren", name="新人", unit_id=same("unit"), role="officer")),
    "users.show": Row({"user_id": "user"}),
    "users.edit": Row({"user_id": "user"}, send(version="1", name="新名", unit_id=same("unit"), role="admin")),
    "users.disable": Row({"user_id": "user"}, send(version="1")),
    "users.enable": Row({"user_id": "user"}, send(version="1")),
    "users.reset": Row({"user_id": "user"}, send(version="1")),
    "users.end_sessions": Row({"user_id": "user"}, send(version="1")),
    "settings.index": Row(),
    "settings.lights": Row(form=send(working_days_left="5", behind_points="10"), refused=frozenset({403})),
    "settings.reminders": Row(refused=frozenset({403})),
    "settings.delivery": Row(
        form=send(hour="08:30", window_from="08:00", window_until="18:00"), refused=frozenset({403})
    ),
    "settings.overrides": Row(),
    "settings.new_override": Row(form=send(unit_id="", level="key", every_after="1"), refused=frozenset({403})),
    "settings.edit_override": Row({"override_id": 1}, refused=frozenset({403, 404})),
    "settings.remove_override": Row({"override_id": 1}, send(version="1"), refused=frozenset({403, 404})),
    "channels.index": Row(),
    "channels.edit": Row({"name": "=wecom"}, send(version="0", per_minute="20"), refused=frozenset({403})),
    "channels.test": Row({"name": "=wecom"}, refused=frozenset({403})),
    "settings.calendar": Row(),
    "settings.add": Row(form=send(first="2026-07-01", last="", works="free", note="放假"), refused=frozenset({403})),
    "settings.remove": Row(form=send(first="2026-07-01", last="2026-07-01"), refused=frozenset({403})),
    "readers.index": Row(),
    "readers.test": Row(refused=frozenset({403})),
    "health.index": Row(),
    "audit.index": Row(),
    "audit.export": Row(),
}
