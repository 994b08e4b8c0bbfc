"""Ids inside forms: whatever is named there must lie in scope and belong together, and nothing is done if not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from tests.security.routes import ROUTES, chosen
from tests.security.world import CHILD, OTHER, OWN, PARENT, SISTER, World, build_world, contents, enter
from tests.support.factories import PLAN_SENTENCE, make_task
from tracker.db.models import SupportingUnit, Task, Unit, User
from tracker.domain.permissions import Role
from tracker.domain.tasks import TaskStatus

OUTSIDE = (PARENT, SISTER, OTHER)


@dataclass(frozen=True)
class Case:
    """A form with an id of another place in one field. ``kind`` is what the id names; ``build`` makes the field."""

    endpoint: str
    role: Role
    name: str
    kind: str
    build: Callable[[dict[str, int], str], Any] = lambda ids, kind: str(ids[kind])
    places: tuple[str, ...] = OUTSIDE
    extra: tuple[tuple[str, str], ...] = ()

    def __str__(self) -> str:
        return f"{self.endpoint}-{self.name}"


def tick(ids: dict[str, int], kind: str) -> Any:
    """A task as a list ticks it."""
    return chosen(kind)(ids)


def also_own(ids: dict[str, int], kind: str) -> Any:
    """Several of a kind, one of them from elsewhere."""
    return [str(ids[kind])]


CASES = [
    # people of other units cannot be made to answer for a task
    Case("tasks.owner", Role.HEAD, "owner_id", "user", places=(CHILD, *OUTSIDE)),
    Case("tasks.owner", Role.SUPERVISOR, "owner_id", "user", places=(CHILD, *OUTSIDE)),
    Case("tasks.assign", Role.SUPERVISOR, "owner_id", "user", places=(CHILD, *OUTSIDE)),
    Case("tasks.sign", Role.HEAD, "owner_id", "user", places=(CHILD, *OUTSIDE)),
    Case("tasks.edit", Role.SUPERVISOR, "owner_id", "user", places=OUTSIDE),
    Case("reports.save_item", Role.SUPERVISOR, "owner_id", "user"),
    # units out of sight cannot be given work
    Case("tasks.edit", Role.SUPERVISOR, "lead_unit_id", "unit", places=(SISTER, OTHER)),
    Case("tasks.edit", Role.SUPERVISOR, "supporting_unit_ids", "unit", places=(OTHER,)),
    Case("reports.save_item", Role.SUPERVISOR, "lead_unit_id", "unit", places=(OTHER,)),
    Case("reports.save_item", Role.SUPERVISOR, "supporting", "unit", places=(OTHER,)),
    Case("reports.upload", Role.OFFICER, "unit_id", "unit"),
    Case("reports.answer_intake", Role.OFFICER, "unit_id", "unit", extra=(("choice", "move_unit"),)),
    # proposals of another report do not belong on this one's review
    Case("reports.merge_items", Role.SUPERVISOR, "chosen", "proposal", tick, (CHILD, *OUTSIDE)),
    Case("reports.confirm_items", Role.SUPERVISOR, "chosen", "proposal", tick, (CHILD, *OUTSIDE)),
    Case("reports.send_items", Role.SUPERVISOR, "chosen", "proposal", tick, (CHILD, *OUTSIDE)),
    # remarks on another plan cannot be answered
    Case("reports.answer_return", Role.OFFICER, "remark_id", "remark", also_own, (CHILD, *OUTSIDE)),
    # batches
    Case("ledger.urge", Role.SUPERVISOR, "ids", "task", also_own),
    Case("ledger.assign", Role.SUPERVISOR, "ids", "task", also_own),
    # administration
    Case("units.new", Role.ADMIN, "parent_id", "unit"),
    Case("users.new", Role.ADMIN, "unit_id", "unit"),
    Case("users.edit", Role.ADMIN, "unit_id", "unit"),
]


@pytest.fixture
def world(runtime) -> World:
    return build_world(runtime)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_ids_from_elsewhere_are_refused_and_nothing_is_done(app, runtime, visitor, world, case):
    person, token = enter(visitor, world.usernames[case.role])
    row, own = ROUTES[case.endpoint], world.ids[OWN]
    path = app.url_map.bind("localhost").build(case.endpoint, row.values(own))
    before = contents(runtime)
    for place in case.places:
        form = row.form(own) | dict(case.extra) | {"csrf_token": token}
        form |= {case.name: case.build(world.ids[place], case.kind)}
        answer = person.client.post(path, data=form)
        assert answer.status_code in {303, 400, 403, 404}, (place, answer.status_code)
        if answer.status_code == 303:  # a batch leaves out what is not there, and says so
            assert "项没有" in person.open(answer.headers["Location"]).get_data(as_text=True)
    after = contents(runtime)
    assert [name for name in before if before[name] != after[name]] == []


def test_items_of_another_report_are_not_remarked_on(runtime, visitor, world):
    person, token = enter(visitor, world.usernames[Role.SUPERVISOR])
    before = contents(runtime)
    for place in (CHILD, *OUTSIDE):
        key = f"t{world.ids[place]['proposal']}:1"
        form = {"csrf_token": token, "about": key, "chosen": key, "remark": "请写明次数"}
        assert person.client.post(f"/reports/{world.ids[OWN]['report']}/return/new", data=form).status_code == 404, (
            place
        )
    assert contents(runtime) == before


def test_a_batch_with_one_stranger_is_not_begun(runtime, visitor, world):
    person, token = enter(visitor, world.usernames[Role.SUPERVISOR])
    before = contents(runtime)
    for strange in (SISTER, OTHER):
        ids = [str(world.ids[place]["task"]) for place in (OWN, strange)]
        assert person.client.post("/ledger/urge", data={"csrf_token": token, "ids": ids}).status_code == 404
    assert contents(runtime) == before


def test_ids_that_are_no_numbers_or_no_keys_are_refused(app, runtime, visitor, world):
    people = {role: enter(visitor, world.usernames[role]) for role in {case.role for case in CASES}}
    before = contents(runtime)
    for case in CASES:
        person, token = people[case.role]
        row, own = ROUTES[case.endpoint], world.ids[OWN]
        path = app.url_map.bind("localhost").build(case.endpoint, row.values(own))
        for value in ("-1", "x", str(2**31), str(10**40), "1 OR 1=1", "1:x", "²"):
            form = row.form(own) | dict(case.extra) | {"csrf_token": token, case.name: value}
            status = person.client.post(path, data=form).status_code
            assert status in {303, 400, 403, 404}, (str(case), value, status)
    after = contents(runtime)
    assert [name for name in before if before[name] != after[name]] == []


def test_all_notices_read_means_ones_own(runtime, visitor, world):
    person, token = enter(visitor, world.usernames[Role.OFFICER])
    before = contents(runtime)["notice"]
    assert person.client.post("/inbox/read", data={"csrf_token": token, "up_to": "999999"}).status_code == 303
    assert contents(runtime)["notice"] == before


def test_a_unit_that_supports_a_task_looks_on_and_does_not_act(runtime, visitor, world):
    with runtime.database.writing.begin() as session:
        sister, township = (session.get_one(Unit, world.ids[place]["unit"]) for place in (SISTER, OWN))
        task = make_task(
            session, sister, TaskStatus.IN_PROGRESS, owner=session.get_one(User, world.ids[SISTER]["user"])
        )
        session.add(SupportingUnit(task_id=task.id, unit_id=township.id))
        task_id = task.id
    person, token = enter(visitor, world.usernames[Role.OFFICER])
    assert person.open(f"/tasks/{task_id}").status_code == 200
    for endpoint, form in (
        ("progress", {"percent": "50", "done": "做了"}),
        ("closure", {"statement": "完", "version": "1"}),
    ):
        answer = person.client.post(f"/tasks/{task_id}/{endpoint}", data=form | {"csrf_token": token})
        assert answer.status_code == 403, endpoint
    with runtime.database.reading() as session:
        assert session.get_one(Task, task_id).percent == 0


def test_a_passage_must_stand_in_that_report(runtime, visitor, world):
    person, token = enter(visitor, world.usernames[Role.SUPERVISOR])
    own = world.ids[OWN]
    before = contents(runtime)
    for quote in ("报告里没有这一句。", PLAN_SENTENCE + "x", ""):
        form = {"csrf_token": token, "quote": quote, "start": "0", "end": "5", "version": "1"}
        add = {name: value for name, value in form.items() if name != "version"}
        assert person.client.post(f"/reports/{own['report']}/review/add", data=add).status_code == 400, quote
        answer = person.client.post(f"/reports/{own['report']}/links/{own['link']}/passage", data=form)
        assert answer.status_code == 400, quote
    after = contents(runtime)
    assert [name for name in before if before[name] != after[name]] == []
