"""A person's own pages: reminder settings, and calendar feeds that calendar programs can read."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import select

from tests.support.factories import PASSWORD, County, make_county, make_task
from tests.support.icalendar import read_calendar
from tracker.db.models import CalendarFeed, Preference, Task
from tracker.domain.tasks import TaskStatus
from tracker.services.policies import save_setting


@pytest.fixture
def county(runtime) -> County:
    with runtime.database.writing.begin() as session:
        county = make_county(session)
        make_task(
            session, county.township, owner=county.officer, title="编制目录；清单,并公布", due_on=date(2026, 9, 30)
        )
        make_task(session, county.township, owner=county.head, title="组织培训", due_on=date(2026, 8, 31))
        make_task(session, county.sister, owner=county.sister_officer, title="石渡的任务")
        make_task(session, county.township, TaskStatus.CLOSED, owner=county.officer, title="已经办完")
        return county


@pytest.fixture
def officer(visitor, county):
    person = visitor()
    person.sign_in("officer", PASSWORD)
    return person


def new_feed(person, unit_id: int | str = "") -> str:
    """Make a feed; gives its path."""
    person.open("/me/calendars")
    person.submit(-1, unit_id=str(unit_id))
    match = re.search(r"http://127\.0\.0\.1:8000(/calendar/[\w-]{43}\.ics)", person.text)
    assert match, person.text
    return match.group(1)


def titles(app, path: str) -> list[str]:
    """What a calendar program without any cookie reads."""
    answer = app.test_client().get(path)
    assert answer.status_code == 200
    assert answer.mimetype == "text/calendar"
    return [event["SUMMARY"] for event in read_calendar(answer.get_data()).events]


def test_settings_are_kept_and_shown(officer, runtime, county):
    officer.open("/me/reminders")
    assert "始终保留，不能关闭" in officer.text
    officer.submit(
        "reminders",
        hour="9:30",
        absent_from="2026-06-15",
        absent_until="2026-06-20",
        deputy_id=str(county.head.id),
    )
    assert "已保存" in officer.text
    with runtime.database.reading() as session:
        row = session.scalars(select(Preference)).one()
        assert (row.hour, row.deputy_id, row.channels) == ("09:30", county.head.id, ["email"])
    assert 'value="09:30"' in officer.open("/me/reminders").get_data(as_text=True)


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"hour": "6:00"}, "08:00 到 18:00 之间"),
        ({"hour": "早上"}, "08:30 的样子"),
        ({"absent_from": "2026-06-15"}, "起止日期"),
        ({"absent_from": "2026-06-15", "absent_until": "2026-06-16"}, "请选择代收人"),
        ({"absent_from": "2026-06-15", "absent_until": "2026-06-16", "deputy_id": "x"}, "请选择代收人"),
        ({"channels": "pigeon"}, "没有启用"),
        ({"role": "admin"}, "没有的字段"),
    ],
)
def test_what_is_wrong_is_told(officer, runtime, fields, said):
    officer.open("/me/reminders")
    officer.submit("reminders", **fields)
    assert officer.status == 400
    assert said in officer.text
    with runtime.database.reading() as session:
        assert session.scalars(select(Preference)).all() == []


def test_a_mandatory_channel_is_shown_as_fixed(officer, runtime):
    with runtime.database.writing.begin() as session:
        save_setting(session, "delivery.mandatory", ["email"], user_id=None, now=runtime.now())
    officer.open("/me/reminders")
    assert "单位规定，不能关闭" in officer.text
    officer.submit("reminders")
    assert "已保存" in officer.text


def test_a_feed_holds_the_persons_open_tasks(app, officer):
    assert [title.split(" ", 1)[1] for title in titles(app, new_feed(officer))] == ["编制目录；清单,并公布"]


def test_a_feed_of_the_unit_holds_what_it_leads(app, officer, county):
    found = titles(app, new_feed(officer, county.township.id))
    assert [title.split(" ", 1)[1] for title in found] == ["组织培训", "编制目录；清单,并公布"]


@pytest.mark.parametrize("place", ["area", "sister", "other_area"])
def test_no_feed_of_a_unit_out_of_sight(officer, county, runtime, place):
    officer.open("/me/calendars")
    token = dict(officer._form(-1).form_values())["csrf_token"]
    form = {"csrf_token": token, "unit_id": str(getattr(county, place).id)}
    assert officer.client.post("/me/calendars", data=form).status_code == 404
    with runtime.database.reading() as session:
        assert session.scalars(select(CalendarFeed)).all() == []


def test_the_token_is_shown_once_and_only_its_digest_kept(officer, runtime):
    token = new_feed(officer).removeprefix("/calendar/").removesuffix(".ics")
    assert token not in officer.open("/me/calendars").get_data(as_text=True)
    with runtime.database.reading() as session:
        feed = session.scalars(select(CalendarFeed)).one()
    assert token not in (feed.token_digest,)
    assert len(feed.token_digest) == 64


def test_a_revoked_feed_opens_nothing(app, officer):
    path = new_feed(officer)
    officer.open("/me/calendars")
    officer.submit("revoke")
    assert "已停用" in officer.text
    assert app.test_client().get(path).status_code == 404


@pytest.mark.parametrize("path", ["/calendar/x.ics", f"/calendar/{'a' * 43}.ics", f"/calendar/{'a' * 4000}.ics"])
def test_an_unknown_token_opens_nothing(app, county, path):
    assert app.test_client().get(path).status_code == 404


def test_a_feed_follows_what_its_maker_may_see_now(app, officer, runtime, county):
    path, wide = new_feed(officer), new_feed(officer, county.township.id)
    with runtime.database.writing.begin() as session:
        session.merge(county.officer).unit_id = county.sister.id
    assert titles(app, path) == []
    assert app.test_client().get(wide).status_code == 404
    with runtime.database.writing.begin() as session:
        session.merge(county.officer).is_active = False
    assert app.test_client().get(path).status_code == 404


def test_what_did_not_change_is_not_sent_again(app, officer, runtime, clock):
    path = new_feed(officer)
    first = app.test_client().get(path)
    clock.advance(hours=3)
    again = app.test_client().get(path, headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.get_data()) == (304, b"")
    with runtime.database.writing.begin() as session:
        task = session.scalars(select(Task).where(Task.title.like("编制目录%"))).one()
        task.due_on, task.due_version = date(2026, 10, 31), task.due_version + 1
    changed = app.test_client().get(path, headers={"If-None-Match": first.headers["ETag"]})
    assert changed.status_code == 200
    assert read_calendar(changed.get_data()).events[0]["DTSTART"] == date(2026, 10, 31)


def test_the_last_use_is_noted(app, officer, runtime):
    path = new_feed(officer)
    app.test_client().get(path)
    with runtime.database.reading() as session:
        assert session.scalars(select(CalendarFeed.last_used_at)).one() is not None
    assert "还没有" not in officer.open("/me/calendars").get_data(as_text=True).split("生成新的地址")[0]


def test_calendar_programs_accept_it(app, officer, county):
    calendar = read_calendar(app.test_client().get(new_feed(officer, county.township.id)).get_data())
    assert calendar.properties["VERSION"] == "2.0"
    assert calendar.properties["X-WR-CALNAME"] == "柳湾镇督办任务"
    first = calendar.events[0]
    assert first["DTEND"] - first["DTSTART"] == timedelta(days=1)
    assert isinstance(first["DTSTAMP"], datetime)
    assert first["URL"].startswith("http://127.0.0.1:8000/tasks/")
    assert len({event["UID"] for event in calendar.events}) == 2
