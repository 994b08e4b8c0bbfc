"""The tree of units through its verbs: adding, changing, moving, closing, and who may."""

from __future__ import annotations

import threading

import pytest
from sqlalchemy import select

from tests.support.factories import NOW, County, actor, make_county, make_task, make_unit, make_user
from tracker.db.models import AuditEntry, Unit, UnitKind
from tracker.db.queries.units import UnitFilter, branch_of, choosable_units, count_lacking, unit_tree
from tracker.domain.errors import Forbidden, NotFound, RuleViolation, StaleVersion
from tracker.domain.permissions import Role
from tracker.domain.tasks import TaskStatus
from tracker.services.units import (
    DEEPEST,
    ParentClosed,
    UnitCodeTaken,
    UnitFields,
    UnitMoveRefused,
    UnitNameTaken,
    UnitStillBusy,
    UnitTooDeep,
    create_unit,
    edit_unit,
    set_unit_active,
)


@pytest.fixture
def county(session) -> County:
    return make_county(session)


def fields(unit: Unit | None = None, **changes) -> UnitFields:
    values = {"name": "云台乡人民政府", "short_name": "云台乡", "code": "YTX", "kind": UnitKind.TOWNSHIP}
    if unit is not None:
        names = ("name", "short_name", "code", "kind", "files_reports", "position")
        values = {name: getattr(unit, name) for name in names}
    return UnitFields(**(values | changes))


def move(session, county, unit, parent, *, who=None, version=None):
    return edit_unit(
        session,
        actor(who or county.admin),
        unit.id,
        fields(unit),
        parent_id=parent.id,
        version=unit.version if version is None else version,
        now=NOW,
    )


def test_a_new_unit_stands_below_its_parent_and_leaves_a_line(session, county):
    unit = create_unit(session, actor(county.admin), county.township.id, fields(), now=NOW)
    assert unit.path == f"{county.township.path}{unit.id}/"
    line = session.scalars(select(AuditEntry)).one()
    assert (line.action, line.object_id, line.unit_path) == ("unit.create", unit.id, unit.path)
    assert line.changes["parent"] == [None, county.township.name]


@pytest.mark.parametrize("role", ["officer", "head", "supervisor", "auditor"])
def test_only_administrators_touch_the_tree(session, county, role):
    person = actor(getattr(county, role))
    with pytest.raises(Forbidden):
        create_unit(session, person, county.township.id, fields(), now=NOW)
    with pytest.raises(Forbidden):
        move(session, county, county.section, county.sister, who=getattr(county, role))
    with pytest.raises(Forbidden):
        set_unit_active(session, person, county.section.id, active=False, version=1, now=NOW)


def test_units_of_another_county_do_not_exist(session, county):
    person = actor(county.admin)
    with pytest.raises(NotFound):
        create_unit(session, person, county.other_area.id, fields(), now=NOW)
    with pytest.raises(NotFound):
        edit_unit(session, person, county.other_township.id, fields(), parent_id=county.area.id, version=1, now=NOW)
    with pytest.raises(NotFound):
        move(session, county, county.section, county.other_area)
    with pytest.raises(NotFound):
        set_unit_active(session, person, county.other_township.id, active=False, version=1, now=NOW)
    assert county.section.parent_id == county.township.id


def test_an_administrator_below_sees_only_the_own_branch(session, county):
    local = make_user(session, county.township, Role.ADMIN)
    create_unit(session, actor(local), county.township.id, fields(), now=NOW)
    with pytest.raises(NotFound):
        create_unit(session, actor(local), county.area.id, fields(code="YTY"), now=NOW)
    with pytest.raises(NotFound):
        move(session, county, county.section, county.sister, who=local)


def test_the_top_of_ones_own_tree_stays_where_it_is(session, county):
    local = make_user(session, county.township, Role.ADMIN)
    move(session, county, county.township, county.section, who=local)
    assert county.township.parent_id == county.area.id


@pytest.mark.parametrize(
    ("changes", "error", "field"),
    [
        ({"name": "石渡镇人民政府"}, UnitNameTaken, "name"),
        ({"code": "SDZ"}, UnitCodeTaken, "code"),
        ({"code": "BLZ"}, UnitCodeTaken, "code"),  # of another county: numbers of tasks are the installation's
    ],
)
def test_names_and_codes_are_unique(session, county, changes, error, field):
    with pytest.raises(error) as raised:
        create_unit(session, actor(county.admin), county.area.id, fields(**changes), now=NOW)
    assert raised.value.field == field
    with pytest.raises(error):
        edit_unit(
            session,
            actor(county.admin),
            county.township.id,
            fields(county.township, **changes),
            parent_id=county.area.id,
            version=1,
            now=NOW,
        )


def test_a_move_takes_the_branch_along_and_changes_who_sees_it(session, county):
    deep = make_unit(session, "柳湾镇执法队", parent=county.section, kind=UnitKind.SECTION)
    task = make_task(session, county.section)
    move(session, county, county.section, county.sister)
    session.expire_all()
    assert county.section.path == f"{county.sister.path}{county.section.id}/"
    assert deep.path == f"{county.section.path}{deep.id}/"
    assert actor(county.sister_head).sees(task.lead_unit.path)
    assert not actor(county.head).sees(task.lead_unit.path)
    line = session.scalars(select(AuditEntry).where(AuditEntry.action == "unit.edit")).one()
    assert line.changes == {"parent": [county.township.name, county.sister.name]}
    assert line.summary == "移动单位：柳湾镇司法所"


def test_a_unit_cannot_stand_below_itself(session, county):
    for parent in (county.township, county.section):
        with pytest.raises(UnitMoveRefused):
            move(session, county, county.township, parent)


def test_saving_without_a_change_is_no_change(session, county):
    move(session, county, county.township, county.area)
    assert county.township.version == 1
    assert session.scalars(select(AuditEntry)).all() == []


def test_a_stale_form_is_told(session, county):
    with pytest.raises(StaleVersion):
        move(session, county, county.township, county.bureau, version=0)
    with pytest.raises(StaleVersion):
        set_unit_active(session, actor(county.admin), county.bureau.id, active=False, version=9, now=NOW)


def test_the_tree_does_not_grow_without_end(session, county):
    parent = county.area
    for _ in range(DEEPEST - 1):
        parent = make_unit(session, parent=parent, kind=UnitKind.SECTION)
    with pytest.raises(UnitTooDeep):
        create_unit(session, actor(county.admin), parent.id, fields(), now=NOW)
    above = session.get_one(Unit, parent.parent_id)
    with pytest.raises(UnitTooDeep):
        move(session, county, county.township, above)  # it has a section below it


@pytest.mark.parametrize("busy", ["account", "task", "proposal", "unit"])
def test_a_unit_on_which_something_hangs_is_not_closed(session, county, busy):
    if busy == "account":
        make_user(session, county.bureau)
    elif busy == "unit":
        make_unit(session, parent=county.bureau, kind=UnitKind.SECTION)
    else:
        status = TaskStatus.ASSIGNED if busy == "task" else TaskStatus.PROPOSED
        make_task(session, county.sister, status, lead_unit=county.bureau)
    with pytest.raises(UnitStillBusy):
        set_unit_active(session, actor(county.admin), county.bureau.id, active=False, version=1, now=NOW)
    assert county.bureau.is_active


def test_closing_and_opening_again(session, county):
    person = actor(county.admin)
    below = make_unit(session, parent=county.bureau, kind=UnitKind.SECTION, is_active=False)
    make_task(session, county.bureau, TaskStatus.CLOSED)
    set_unit_active(session, person, county.bureau.id, active=False, version=1, now=NOW)
    with pytest.raises(ParentClosed):
        set_unit_active(session, person, below.id, active=True, version=1, now=NOW)
    with pytest.raises(ParentClosed):
        create_unit(session, person, county.bureau.id, fields(), now=NOW)
    with pytest.raises(ParentClosed):
        move(session, county, county.section, county.bureau)
    set_unit_active(session, person, county.bureau.id, active=True, version=2, now=NOW)
    set_unit_active(session, person, below.id, active=True, version=1, now=NOW)
    actions = session.scalars(select(AuditEntry.summary).order_by(AuditEntry.id)).all()
    assert [text.split("：")[0] for text in actions] == ["停用单位", "启用单位", "启用单位"]


def test_two_moves_at_once_tie_no_knot(database):
    with database.writing.begin() as session:
        county = make_county(session)
        left, right = county.township.id, county.sister.id
        admin = actor(county.admin)
    barrier, refused = threading.Barrier(2), []

    def swap(unit_id: int, parent_id: int) -> None:
        barrier.wait()
        try:
            with database.writing.begin() as session:
                unit = session.get_one(Unit, unit_id)
                edit_unit(session, admin, unit_id, fields(unit), parent_id=parent_id, version=1, now=NOW)
        except RuleViolation as error:
            refused.append(type(error))

    threads = [threading.Thread(target=swap, args=pair) for pair in ((left, right), (right, left))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert refused == [UnitMoveRefused]
    with database.reading() as session:
        for unit in session.scalars(select(Unit).where(Unit.parent_id.is_not(None))):
            assert unit.path == f"{session.get_one(Unit, unit.parent_id).path}{unit.id}/"


# ---- what the administrator reads -----------------------------------------------------------------------------------------


def test_the_tree_reads_from_the_top_sisters_by_position(session, county):
    county.sister.position, county.township.position = 1, 2
    session.flush()
    tree = unit_tree(session, actor(county.admin), UnitFilter())
    assert [(line.short_name, line.level) for line in tree.lines][:4] == [
        ("清溪县", 0),
        ("石渡镇", 1),
        ("柳湾镇", 1),
        ("柳湾镇司法所", 2),
    ]
    assert not tree.folded
    assert all("云岭" not in line.name and "白鹿" not in line.name for line in tree.lines)


def test_units_without_their_people_are_named(session, county):
    lines = {line.short_name: line.lacks for line in unit_tree(session, actor(county.admin), UnitFilter()).lines}
    assert lines == {
        "清溪县": (),
        "柳湾镇": (),
        "柳湾镇司法所": (),
        "石渡镇": (),
        "清溪县交通运输局": ("负责人", "承办人"),
    }
    assert count_lacking(session, actor(county.admin)) == 1
    county.sister_head.is_active = county.supervisor.is_active = False
    session.flush()
    missing = unit_tree(session, actor(county.admin), UnitFilter(missing=True)).lines
    assert {line.short_name: line.lacks for line in missing} == {
        "清溪县": ("督办员",),
        "石渡镇": ("负责人",),
        "清溪县交通运输局": ("负责人", "承办人"),
    }


def test_a_large_tree_is_shown_level_by_level(session, county):
    for number in range(320):
        make_unit(session, f"第{number}村", parent=county.township, kind=UnitKind.SECTION)
    tree = unit_tree(session, actor(county.admin), UnitFilter())
    assert tree.folded
    assert {line.level for line in tree.lines} == {0, 1}
    township = next(line for line in tree.lines if line.short_name == "柳湾镇")
    assert township.children == 321
    branch = unit_tree(session, actor(county.admin), UnitFilter(under=county.township.path))
    assert len(branch.lines) == 322
    found = unit_tree(session, actor(county.admin), UnitFilter(search="第319"))
    assert [line.name for line in found.lines] == ["第319村"]


@pytest.mark.parametrize("search", ["%", "_", "\\", "' OR 1=1 --", "x" * 100])
def test_a_search_for_signs_of_sql_finds_nothing(session, county, search):
    assert unit_tree(session, actor(county.admin), UnitFilter(search=search)).lines == ()


def test_closed_units_show_only_when_asked_for_and_cannot_be_chosen(session, county):
    county.bureau.is_active = False
    session.flush()
    person = actor(county.admin)
    assert county.bureau.id not in [line.id for line in unit_tree(session, person, UnitFilter()).lines]
    assert county.bureau.id in [line.id for line in unit_tree(session, person, UnitFilter(closed=True)).lines]
    assert county.bureau.id not in dict(choosable_units(session, person))


def test_a_choice_of_parents_leaves_the_own_branch_out(session, county):
    chosen = choosable_units(session, actor(county.admin), without=county.township.path)
    assert [name.strip("\u3000") for _, name in chosen] == ["清溪县", "石渡镇人民政府", "清溪县交通运输局"]


def test_what_hangs_on_a_branch_is_counted(session, county):
    make_task(session, county.section)
    make_task(session, county.township, TaskStatus.CLOSED)
    branch = branch_of(session, county.township.path)
    assert (branch.units, branch.open_below, branch.accounts, branch.open_tasks) == (2, 1, 3, 1)
