"""What the task page and my work read, on both databases; and the rules an administrator has changed."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from tests.support.factories import (
    NOW,
    PLAN_SENTENCE,
    REPORT_TEXT,
    TODAY,
    County,
    actor,
    make_county,
    make_evidence,
    make_report,
    make_task,
)
from tracker.db.models import CalendarDay
from tracker.db.queries.task_details import load_details, paragraph_after, paragraph_before
from tracker.db.queries.task_lights import elapsed_of, light_of
from tracker.db.queries.task_records import AROUND
from tracker.db.queries.tasks import load_task, possible_owners, units_to_choose
from tracker.db.queries.work import open_work
from tracker.domain.lights import Light
from tracker.domain.tasks import TaskStatus, UnfinishedReason
from tracker.services.extensions import request_extension
from tracker.services.outcomes import carry_over, mark_unfinished
from tracker.services.policies import (
    forget_calendar,
    load_calendar,
    load_light_policy,
    load_reminder_policy,
    save_setting,
)
from tracker.services.progress import ProgressFields, report_progress
from tracker.services.urging import urge


@pytest.fixture
def county(session) -> County:
    return make_county(session)


def test_the_page_finds_the_quote_in_its_context(session, county):
    report = make_report(session, county.township, county.officer)
    task = make_task(session, county.township, report=report)
    passage = load_details(session, load_task(session, actor(county.officer), task.id)).sources[0]
    assert REPORT_TEXT[passage.start : passage.end] == passage.quote == PLAN_SENTENCE
    assert passage.before == "三、2026年工作安排\n（一）加强执法队伍建设。"
    assert passage.after == "\n（二）抓好普法宣传。结合民法典宣传月走进村社开展宣讲。"
    assert passage.report_unit_path == county.township.path


def test_a_quote_at_either_end_of_a_long_report_is_cut_to_what_was_fetched(session, county):
    text = "开头一句。" + "长" * 2000 + PLAN_SENTENCE
    report = make_report(session, county.township, county.officer, text=text)
    task = make_task(session, county.township, report=report)
    passage = load_details(session, task).sources[0]
    assert passage.before == "…" + "长" * AROUND
    assert passage.after == ""


@pytest.mark.parametrize(
    ("text", "before", "after"),
    [
        ("", "", ""),
        ("甲", "甲", "甲"),
        ("甲\n乙\n丙", "乙\n丙", "甲\n乙"),
        ("甲\n乙\n", "乙\n", "甲\n乙"),
        ("字" * AROUND, "…" + "字" * AROUND, "字" * AROUND + "…"),
    ],
)
def test_one_paragraph_each_side(text, before, after):
    assert (paragraph_before(text), paragraph_after(text)) == (before, after)


def test_everything_a_task_has_gathered(session, county):
    task = make_task(session, county.township, owner=county.officer)
    report_progress(session, actor(county.officer), task.id, ProgressFields(10, "第一次"), now=NOW)
    report_progress(session, actor(county.officer), task.id, ProgressFields(20, "第二次"), now=NOW)
    make_evidence(session, task, county.officer)
    urge(session, actor(county.supervisor), task.id, now=NOW)
    request_extension(session, actor(county.officer), task.id, new_due_on=date(2026, 12, 1), reason="延期", now=NOW)
    details = load_details(session, task)
    assert [report.done for report in details.progress] == ["第二次", "第一次"]
    assert [file.uploaded_by.name for file in details.evidence] == ["李文"]
    assert [line.action for line in details.history] == [
        "task.request_extension",
        "task.urge",
        "task.report_progress",
        "task.report_progress",
    ]
    assert {line.name for line in details.reminders if line.rule.startswith("urge:")} == {"李文", "周正"}
    assert details.extensions[0].requested_by.name == "李文"


def test_predecessor_and_successor(session, county):
    chief = actor(county.supervisor)
    task = make_task(session, county.township)
    mark_unfinished(session, chief, task.id, reason_class=UnfinishedReason.OTHER, reason="未完成", now=NOW)
    successor = carry_over(session, chief, task.id, due_on=date(2027, 6, 30), now=NOW)
    merged = make_task(session, county.township, TaskStatus.DISMISSED, merged_into_id=successor.id)
    kinds = {relative.id: relative.kind for relative in load_details(session, successor).relatives}
    assert kinds == {task.id: "predecessor", merged.id: "merged_from"}
    assert [relative.kind for relative in load_details(session, task).relatives] == ["successor"]
    assert [relative.kind for relative in load_details(session, merged).relatives] == ["merged_into"]


def test_my_work_is_the_units_and_its_sections(session, county):
    late = make_task(session, county.township, due_on=TODAY - timedelta(days=3))
    section = make_task(session, county.section, TaskStatus.ASSIGNED, due_on=TODAY)
    suspended = make_task(session, county.township, TaskStatus.SUSPENDED, due_on=TODAY + timedelta(days=9))
    for status in (TaskStatus.ESTABLISHED, TaskStatus.CLOSED, TaskStatus.PROPOSED):
        make_task(session, county.township, status)
    make_task(session, county.sister)
    assert [row.id for row in open_work(session, actor(county.officer))] == [late.id, section.id, suspended.id]
    assert len(open_work(session, actor(county.officer), limit=2)) == 2
    assert open_work(session, actor(county.area_head)) == []  # the area's own duties, not the whole county's
    assert open_work(session, actor(county.admin)) == []


def test_who_and_what_can_be_chosen(session, county):
    owners = [name for _id, name, _role in possible_owners(session, county.township.id)]
    assert owners == ["李文", "周正"]
    names = [name for _id, name in units_to_choose(session, actor(county.supervisor))]
    assert "石渡镇人民政府" in names
    assert "白鹿镇人民政府" not in names


def test_the_light_of_a_row(session, county):
    calendar, policy = load_calendar(session), load_light_policy(session)
    task = make_task(session, county.township, due_on=TODAY - timedelta(days=2))
    assert light_of(task, TODAY, calendar, policy).light is Light.RED
    assert elapsed_of(task, TODAY) == 100
    waiting = make_task(session, county.township, TaskStatus.PROPOSED)
    assert elapsed_of(waiting, TODAY) is None


def test_rules_are_the_defaults_with_what_was_changed(session, county, statements):
    assert load_light_policy(session).working_days_left == 7
    save_setting(session, "light.working_days_left", 5, user_id=county.admin.id, now=NOW)
    save_setting(session, "reminder.days_before", [20, 10], user_id=county.admin.id, now=NOW)
    session.add(CalendarDay(day=TODAY, works=False, note="县庆"))
    session.flush()
    forget_calendar(session)
    with statements() as seen:
        assert load_light_policy(session).working_days_left == 5
        assert load_reminder_policy(session).days_before == (20, 10)
        assert not load_calendar(session).is_working(TODAY)
    assert len(seen) == 1
