"""Accounts through their verbs: adding, changing, disabling, resetting, and what becomes of sessions."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import func, select

from tests.support.factories import NOW, County, actor, make_county, make_task, make_unit, make_user
from tracker.db.models import AuditEntry, SignInAttempt, User, WebSession
from tracker.db.queries.users import UserFilter, UserState, count_open_duties, count_users, list_users
from tracker.domain.errors import Forbidden, NotFound, StaleVersion
from tracker.domain.permissions import Role
from tracker.domain.tasks import TaskStatus
from tracker.services.users import (
    OwnAccountRefused,
    UnitClosed,
    UserFields,
    UsernameTaken,
    create_first_user,
    create_user,
    edit_user,
    end_user_sessions,
    one_time_password,
    reset_password,
    set_user_active,
)

NEW_HASH = "scrypt:1024:8:1$made-up$00"


@pytest.fixture
def county(session) -> County:
    return make_county(session)


def fields(user: User | None = None, **changes) -> UserFields:
    values = {"name": "新人", "role": Role.OFFICER, "unit_id": 1}
    if user is not None:
        values = {name: getattr(user, name) for name in ("name", "role", "unit_id", "email", "phone")}
    return UserFields(**(values | changes))


def sign_in_twice(session, user) -> None:
    for number in range(2):
        token = f"{user.id}-{number}".ljust(64, "0")
        session.add(WebSession(token_digest=token, user_id=user.id, data={}, created_at=NOW, last_seen_at=NOW))
    session.flush()


def sessions_of(session, user) -> int:
    return session.scalar(select(func.count()).where(WebSession.user_id == user.id))


def change(session, county, user, *, who=None, version=None, **changes):
    return edit_user(
        session,
        actor(who or county.admin),
        user.id,
        fields(user, **changes),
        version=user.version if version is None else version,
        now=NOW,
    )


def test_a_new_account_must_change_its_password_and_leaves_a_line(session, county):
    user = create_user(session, actor(county.admin), "xinren", fields(unit_id=county.township.id), NEW_HASH, now=NOW)
    assert (user.must_change_password, user.is_active, user.password_hash) == (True, True, NEW_HASH)
    line = session.scalars(select(AuditEntry)).one()
    assert line.action == "user.create"
    assert NEW_HASH not in str(line.changes)
    assert line.changes["unit"] == [None, county.township.name]


@pytest.mark.parametrize("name", ["officer", "OFFICER"])
def test_a_username_is_used_once_whatever_its_case(session, county, name):
    with pytest.raises(UsernameTaken):
        create_user(session, actor(county.admin), name, fields(unit_id=county.bureau.id), NEW_HASH, now=NOW)


@pytest.mark.parametrize("role", ["officer", "head", "supervisor", "auditor"])
def test_only_administrators_touch_accounts(session, county, role):
    person, user = actor(getattr(county, role)), county.officer
    with pytest.raises(Forbidden):
        create_user(session, person, "xinren", fields(unit_id=county.township.id), NEW_HASH, now=NOW)
    with pytest.raises(Forbidden):
        edit_user(session, person, user.id, fields(user, role=Role.ADMIN), version=1, now=NOW)
    with pytest.raises(Forbidden):
        set_user_active(session, person, user.id, active=False, version=1, now=NOW)
    with pytest.raises(Forbidden):
        reset_password(session, person, user.id, NEW_HASH, version=1, now=NOW)
    with pytest.raises(Forbidden):
        end_user_sessions(session, person, user.id, now=NOW)


def test_accounts_and_units_out_of_scope_do_not_exist(session, county):
    local = make_user(session, county.township, Role.ADMIN)
    for person, user in ((county.admin, county.other_officer), (local, county.sister_officer), (local, county.head)):
        own = person is local and user is county.head
        if own:
            continue
        with pytest.raises(NotFound):
            change(session, county, user, who=person, name="改名")
        with pytest.raises(NotFound):
            set_user_active(session, actor(person), user.id, active=False, version=1, now=NOW)
        with pytest.raises(NotFound):
            reset_password(session, actor(person), user.id, NEW_HASH, version=1, now=NOW)
        with pytest.raises(NotFound):
            end_user_sessions(session, actor(person), user.id, now=NOW)
    with pytest.raises(NotFound):
        create_user(session, actor(local), "xinren", fields(unit_id=county.area.id), NEW_HASH, now=NOW)
    with pytest.raises(NotFound):  # up and out of one's own scope
        change(session, county, county.officer, who=local, unit_id=county.area.id)
    assert county.officer.unit_id == county.township.id


@pytest.mark.parametrize("changes", [{"role": Role.HEAD}, {"unit_id": "sister"}])
def test_another_role_or_unit_ends_the_sessions(session, county, changes):
    changes = {name: getattr(county, value).id if value == "sister" else value for name, value in changes.items()}
    sign_in_twice(session, county.officer)
    change(session, county, county.officer, **changes)
    assert sessions_of(session, county.officer) == 0


def test_another_name_or_address_does_not(session, county):
    sign_in_twice(session, county.officer)
    change(session, county, county.officer, name="李文文", email="new@example.org", phone="0731-5550100")
    assert sessions_of(session, county.officer) == 2
    line = session.scalars(select(AuditEntry)).one()
    assert set(line.changes) == {"name", "email", "phone"}


def test_a_transfer_is_in_the_log_of_both_units(session, county):
    change(session, county, county.officer, unit_id=county.sister.id)
    lines = {line.unit_path: line.summary for line in session.scalars(select(AuditEntry))}
    assert lines == {
        county.sister.path: "调入账号：officer（原属柳湾镇人民政府）",
        county.township.path: "调出账号：officer（调往石渡镇人民政府）",
    }


def test_nobody_changes_the_own_role_or_unit_or_disables_himself(session, county):
    for changes in ({"role": Role.SUPERVISOR}, {"unit_id": county.township.id}):
        with pytest.raises(OwnAccountRefused):
            change(session, county, county.admin, **changes)
    with pytest.raises(OwnAccountRefused):
        set_user_active(session, actor(county.admin), county.admin.id, active=False, version=1, now=NOW)
    change(session, county, county.admin, name="郑官")
    assert county.admin.name == "郑官"


def test_saving_without_a_change_is_no_change(session, county):
    change(session, county, county.officer)
    assert county.officer.version == 1
    assert session.scalars(select(AuditEntry)).all() == []


def test_stale_forms_are_told(session, county):
    with pytest.raises(StaleVersion):
        change(session, county, county.officer, version=7, name="改名")
    with pytest.raises(StaleVersion):
        set_user_active(session, actor(county.admin), county.officer.id, active=False, version=7, now=NOW)
    with pytest.raises(StaleVersion):
        reset_password(session, actor(county.admin), county.officer.id, NEW_HASH, version=7, now=NOW)


def test_disabling_ends_the_sessions_and_keeps_the_duties(session, county):
    task = make_task(session, county.township, owner=county.officer)
    make_task(session, county.township, TaskStatus.CLOSED, owner=county.officer)
    sign_in_twice(session, county.officer)
    set_user_active(session, actor(county.admin), county.officer.id, active=False, version=1, now=NOW)
    assert sessions_of(session, county.officer) == 0
    assert task.owner_id == county.officer.id
    assert count_open_duties(session, county.officer.id) == 1
    set_user_active(session, actor(county.admin), county.officer.id, active=True, version=2, now=NOW)
    assert county.officer.is_active


def test_a_closed_unit_takes_no_accounts(session, county):
    closed = make_unit(session, "旧城镇人民政府", parent=county.area, is_active=False)
    former = make_user(session, closed, is_active=False)
    with pytest.raises(UnitClosed):
        create_user(session, actor(county.admin), "xinren", fields(unit_id=closed.id), NEW_HASH, now=NOW)
    with pytest.raises(UnitClosed):
        change(session, county, county.officer, unit_id=closed.id)
    with pytest.raises(UnitClosed):
        set_user_active(session, actor(county.admin), former.id, active=True, version=1, now=NOW)


def test_a_reset_sets_a_new_password_ends_sessions_and_lifts_the_lock(session, county):
    sign_in_twice(session, county.officer)
    for address in ("10.0.0.1", "10.0.0.2"):
        session.add(SignInAttempt(username="officer", address=address, at=NOW))
    session.add(SignInAttempt(username="head", address="10.0.0.1", at=NOW))
    session.flush()
    reset_password(session, actor(county.admin), county.officer.id, NEW_HASH, version=1, now=NOW)
    assert (county.officer.password_hash, county.officer.must_change_password) == (NEW_HASH, True)
    assert sessions_of(session, county.officer) == 0
    assert session.scalars(select(SignInAttempt.username)).all() == ["head"]


def test_ending_sessions_says_how_many(session, county):
    sign_in_twice(session, county.officer)
    assert end_user_sessions(session, actor(county.admin), county.officer.id, now=NOW) == 2
    assert session.scalars(select(AuditEntry)).one().summary == "强制退出登录：officer"


def test_one_time_passwords_are_readable_and_never_the_same():
    made = {one_time_password() for _ in range(200)}
    assert len(made) == 200
    assert all(re.fullmatch(r"([a-hjkmnp-z2-9]{4}-){3}[a-hjkmnp-z2-9]{4}", password) for password in made)


def test_the_first_account_comes_from_the_command_line(session):
    user = create_first_user(
        session,
        username="root1",
        name="首位管理员",
        role=Role.ADMIN,
        unit_name="清溪县",
        create_area=True,
        email=None,
        password="Kettle-93-blue",
        now=NOW,
    )
    assert (user.unit.name, user.unit.parent_id, user.must_change_password) == ("清溪县", None, True)
    assert "Kettle" not in user.password_hash


# ---- the list -------------------------------------------------------------------------------------------------------------


def names(page) -> list[str]:
    return [row.username for row in page.rows]


def test_the_list_is_of_the_own_scope(session, county):
    everybody = names(list_users(session, actor(county.admin), UserFilter()))
    assert everybody == sorted(everybody)
    assert "officer" in everybody
    assert "other_officer" not in everybody
    local = make_user(session, county.township, Role.ADMIN, username="local")
    assert names(list_users(session, actor(local), UserFilter())) == ["head", "local", "officer", "section"]


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (UserFilter(role=Role.SUPERVISOR), ["supervisor"]),
        (UserFilter(search="李"), ["officer"]),
        (UserFilter(search="LIWEN@"), ["officer"]),
        (UserFilter(search="%"), []),
        (UserFilter(state=UserState.DISABLED), ["sister"]),
        (UserFilter(state=UserState.PENDING), ["section"]),
        (UserFilter(role=Role.HEAD, state=UserState.ACTIVE), ["area_head", "head", "sister_head"]),
    ],
)
def test_the_list_is_filtered(session, county, wanted, found):
    county.sister_officer.is_active = False
    county.section_officer.must_change_password = True
    session.flush()
    assert names(list_users(session, actor(county.admin), wanted)) == found
    assert count_users(session, actor(county.admin), wanted) == len(found)


def test_a_unit_takes_those_below_along(session, county):
    page = list_users(session, actor(county.admin), UserFilter(unit_path=county.township.path))
    assert names(page) == ["head", "officer", "section"]


def test_pages_follow_each_other_without_gap_or_repeat(session, county):
    for number in range(120):
        make_user(session, county.bureau, username=f"u{number:03}")
    person, cursor, seen = actor(county.admin), None, []
    for _ in range(3):
        page = list_users(session, person, UserFilter(), cursor=cursor, size=50)
        seen += names(page)
        cursor = page.after
    assert cursor is None
    assert seen == sorted(seen)
    assert len(seen) == len(set(seen)) == 129
    back = list_users(session, person, UserFilter(), cursor=page.before, size=50)
    assert names(back) == seen[50:100]
    assert back.before is not None
    assert back.after is not None
