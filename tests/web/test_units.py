"""The units' pages over HTTP: the tree, adding, changing, moving with a look before, closing."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import func, select

from tests.support.factories import PASSWORD, make_task, make_unit, make_user
from tracker.db.models import AuditEntry, Unit, UnitKind
from tracker.domain.permissions import Role

PAYLOAD = "<script>alert(1)</script>\"'>"


@pytest.fixture
def admin(visitor, county):
    person = visitor()
    person.sign_in("admin", PASSWORD)
    return person


@pytest.fixture
def read(runtime):
    """Look at a unit as it stands."""

    def look(unit_id: int) -> Unit:
        with runtime.database.reading() as session:
            return session.get_one(Unit, unit_id)

    return look


def filled(**changes) -> dict[str, str]:
    return {
        "name": "云台乡人民政府",
        "short_name": "云台乡",
        "code": "ytx",
        "kind": "township",
        "files_reports": "y",
        "position": "7",
    } | changes


def test_an_administrator_begins_at_the_units(admin):
    assert admin.path == "/units/"
    assert "有 1 个单位缺少账号" in admin.text
    assert "缺负责人、承办人" in admin.text
    assert "云岭县" not in admin.text


def test_a_unit_is_added_once_however_often_the_form_is_sent(admin, runtime, county):
    admin.open(f"/units/new?parent={county.township.id}")
    form = dict(admin._form(0).form_values()) | filled()
    first = admin.client.post("/units/new", data=form)
    again = admin.client.post("/units/new", data=form)
    assert first.status_code == again.status_code == 303
    assert first.headers["Location"] == again.headers["Location"]
    with runtime.database.reading() as session:
        unit = session.scalars(select(Unit).where(Unit.code == "YTX")).one()
        assert (unit.parent_id, unit.position, unit.files_reports) == (county.township.id, 7, True)
    assert "已新增单位：云台乡人民政府" in admin.open("/units/").get_data(as_text=True)


def test_a_short_name_left_empty_is_the_name(admin, runtime, county):
    admin.open("/units/new")
    admin.submit(**filled(short_name="", name="清溪县" + "长" * 90), parent_id=str(county.area.id))
    with runtime.database.reading() as session:
        unit = session.scalars(select(Unit).where(Unit.code == "YTX")).one()
    assert unit.short_name == ("清溪县" + "长" * 90)[:40]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"name": "  "}, "请填写单位全称"),
        ({"name": "长" * 101}, "不超过 100 字"),
        ({"name": "云台\r\n乡"}, "不能使用的字符"),
        ({"short_name": "云\n台"}, "不能使用的字符"),
        ({"code": "云台"}, "2 到 20 个字母或数字"),
        ({"code": "A\n"}, "2 到 20 个字母或数字"),
        ({"code": "SDZ"}, "编号前缀已被其他单位使用"),
        ({"name": "石渡镇人民政府"}, "已有同名单位"),
        ({"kind": "empire"}, "不是有效的选择"),
        ({"position": "-1"}, "0 到 9999"),
        ({"parent_id": "other"}, "不是有效的选择"),
        ({"parent_id": "999999"}, "不是有效的选择"),
        ({"path": "1/"}, "没有的字段"),
        ({"is_active": "y"}, "没有的字段"),
    ],
)
def test_what_is_wrong_is_told_and_nothing_typed_is_lost(admin, runtime, county, changes, said):
    admin.open("/units/new")
    values = filled() | {"parent_id": str(county.area.id)} | changes
    if values["parent_id"] == "other":
        values["parent_id"] = str(county.other_area.id)
    admin.submit(**values)
    assert admin.status == 400
    assert said in admin.text
    if "short_name" not in changes:
        assert 'value="云台乡"' in admin.response.get_data(as_text=True)
    with runtime.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Unit)) == 7


def test_a_change_is_saved_and_a_stale_one_is_shown_beside_what_was_saved(admin, visitor, county, read):
    second = visitor()
    second.sign_in("admin", PASSWORD)
    for person in (admin, second):
        person.open(f"/units/{county.sister.id}/edit")
    admin.submit("edit", short_name="石渡")
    assert admin.status == 200
    second.submit("edit", short_name="石渡口")
    assert second.status == 409
    assert "在您填写期间已被别人修改" in second.text
    assert 'value="石渡口"' in second.response.get_data(as_text=True)
    assert read(county.sister.id).short_name == "石渡"
    second.submit("edit")
    assert read(county.sister.id).short_name == "石渡口"


def test_a_move_is_shown_before_it_is_done(admin, runtime, county, read):
    with runtime.database.writing.begin() as session:
        make_task(session, session.merge(county.section))
    admin.open(f"/units/{county.section.id}/edit")
    admin.submit("edit", parent_id=str(county.sister.id))
    assert admin.status == 200
    assert "请核对移动的影响" in admin.text
    assert "共 1 个单位、1 个在用账号、1 项在办任务一起移动" in admin.text
    assert read(county.section.id).parent_id == county.township.id
    admin.submit("edit")
    assert read(county.section.id).path == f"{county.sister.path}{county.section.id}/"


def test_a_unit_is_not_moved_below_itself_or_out_of_scope(admin, county, read):
    for target in (county.section, county.other_area):
        admin.open(f"/units/{county.township.id}/edit")
        admin.submit("edit", parent_id=str(target.id), go="1")
        assert admin.status == 400
    assert read(county.township.id).parent_id == county.area.id


def test_the_top_of_the_tree_offers_no_parent(admin, county):
    admin.open(f"/units/{county.area.id}/edit")
    assert "上级单位" not in {label for label, _ in admin._form("edit").form_values()}
    admin.submit("edit", parent_id=str(county.township.id))
    assert admin.status == 400
    assert "没有的字段" in admin.text


def test_closing_says_what_is_in_the_way_and_then_closes(admin, runtime, county, read):
    admin.open(f"/units/{county.township.id}/close")
    assert "停用或调出 3 个在用账号" in admin.text
    assert "停用或移走 1 个在用的下级单位" in admin.text
    admin.open(f"/units/{county.bureau.id}/close")
    admin.submit("close")
    assert not read(county.bureau.id).is_active
    assert "已停用" in admin.text
    admin.open(f"/units/{county.bureau.id}/reopen")
    admin.submit("reopen")
    assert read(county.bureau.id).is_active
    with runtime.database.reading() as session:
        lines = session.scalars(select(AuditEntry.summary).where(AuditEntry.object_type == "unit")).all()
    assert lines == ["停用单位：清溪县交通运输局", "启用单位：清溪县交通运输局"]


def test_closing_by_force_is_refused(admin, county, read):
    admin.open(f"/units/{county.bureau.id}/close")
    form = dict(admin._form("close").form_values())
    admin._keep(admin.client.post(f"/units/{county.township.id}/close", data=form))
    assert admin.status == 400
    assert "还有在办任务、在用账号" in admin.text
    assert read(county.township.id).is_active


def test_names_are_text_wherever_they_stand(admin, runtime, county):
    admin.open("/units/new")
    admin.submit(**filled(name=PAYLOAD, short_name=PAYLOAD[:40]), parent_id=str(county.area.id))
    with runtime.database.reading() as session:
        unit_id = session.scalars(select(Unit.id).where(Unit.code == "YTX")).one()
    for path in (
        "/units/",
        "/units/?q=alert",
        f"/units/{unit_id}/edit",
        "/users/new",
        f"/users/?unit={unit_id}",
        "/audit/",
    ):
        assert not re.search("<script>alert", admin.open(path).get_data(as_text=True)), path


def test_searching_and_what_lacks_people(admin, county):
    admin.open("/units/?q=柳湾")
    assert "柳湾镇司法所" in admin.text
    assert "石渡镇" not in admin.text
    admin.open("/units/?missing=1")
    assert "交通运输局" in admin.text
    assert "石渡镇人民政府" not in admin.text
    admin.open("/units/?q=没有这个")
    assert "没有符合条件的单位" in admin.text
    assert admin.open(f"/units/?under={county.other_area.id}").status_code == 404
    assert admin.open("/units/?under=99999999999999999999").status_code == 200


def test_a_page_of_500_units_asks_few_questions(admin, runtime, county, statements):
    with runtime.database.writing.begin() as session:
        area = session.merge(county.area)
        for number in range(250):
            make_user(session, make_unit(session, f"第{number}局", parent=area, kind=UnitKind.BUREAU), Role.HEAD)
    with statements() as few:
        admin.open("/units/")
    with runtime.database.writing.begin() as session:
        area = session.merge(county.area)
        for number in range(250, 500):
            make_unit(session, f"第{number}局", parent=area, kind=UnitKind.BUREAU)
    with statements() as many:
        admin.open("/units/")
    assert len(few) <= 6
    assert len(many) <= 6
