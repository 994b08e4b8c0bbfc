"""The house's health: a page for the administrator, a banner, /healthz, and the numbers for those who may read them."""

from __future__ import annotations

import dataclasses
import re
from datetime import date, timedelta

import pytest

from tests.support.factories import PASSWORD, make_county
from tracker.db.models import Beat, ChannelState
from tracker.domain.reminders import Channel
from tracker.jobs.timetable import TIMETABLE
from tracker.services.beats import note_job, note_round, take_seat
from tracker.services.health import JOB_LABELS

SAMPLE = re.compile(r'^ledger_[a-z_]+(\{[a-z]+="[a-z_]+"\})? -?\d+(\.\d+)?$')


@pytest.fixture
def admin(visitor, runtime):
    with runtime.database.writing.begin() as session:
        make_county(session)
    person = visitor()
    person.sign_in("admin", PASSWORD)
    return person


@pytest.fixture
def beating(runtime):
    """Let the clock give a sign of life now, with today's round held."""

    def beat(*, round_held: bool = True) -> None:
        now = runtime.now()
        with runtime.database.writing.begin() as session:
            take_seat(session, "qingxi-1:4711", now=now)
            note_job(
                session, "send", "qingxi-1:4711", now=now, next_at=now + timedelta(seconds=30), outcome="邮件发出 3 封"
            )
            if round_held:
                note_round(session, runtime.today(), "到点任务 3 项", now=now)

    return beat


def test_all_is_well(admin, beating):
    beating()
    admin.open("/health")
    assert "一切正常" in admin.text
    assert "qingxi-1:4711" in admin.text
    assert "邮件发出 3 封" in admin.text
    assert admin.client.get("/healthz").get_json() == {"status": "ok"}


def test_every_job_has_a_name_people_read():
    assert JOB_LABELS.keys() == {job.name for job in TIMETABLE}


def test_a_silent_clock_is_told_everywhere(admin, beating, clock, client):
    beating()
    clock.advance(seconds=170)
    assert client.get("/healthz").status_code == 200
    clock.advance(seconds=20)
    assert client.get("/healthz").status_code == 503
    assert client.get("/healthz").get_json() == {"status": "clock"}
    admin.open("/units/")
    assert "没有动静，提醒已停止" in admin.text
    admin.open("/health")
    assert "定时程序自 2026-06-10 09:00 起没有动静" in admin.text


def test_a_missed_round_is_told_half_an_hour_late_and_not_on_days_of_rest(admin, beating, clock):
    clock.go_to(date(2026, 6, 11), 8, 59)
    beating(round_held=False)
    admin.sign_in("admin", PASSWORD)
    assert "还没有生成" not in admin.open("/units/").get_data(as_text=True)
    clock.go_to(date(2026, 6, 11), 9, 0)
    assert "今天的提醒到时间还没有生成" in admin.open("/units/").get_data(as_text=True)
    clock.go_to(date(2026, 6, 13), 10, 0)  # a Saturday
    beating(round_held=False)
    admin.sign_in("admin", PASSWORD)
    assert "还没有生成" not in admin.open("/units/").get_data(as_text=True)


def test_failures_and_circuits_are_told(admin, beating, runtime):
    beating()
    with runtime.database.writing.begin() as session:
        note_job(session, "remind", "x", now=runtime.now(), next_at=runtime.now(), error="数据库没有应答")
        state = ChannelState(channel=Channel.EMAIL, failures=5, open_until=runtime.now() + timedelta(minutes=1))
        state.window_count = 0
        session.add(state)
    admin.open("/health")
    assert "生成提醒连续失败 1 次" in admin.text
    assert "邮件连续失败，暂停发送" in admin.text
    assert "数据库没有应答" in admin.text


def test_no_clock_yet_is_no_alarm_for_the_web(client, admin):
    assert client.get("/healthz").status_code == 200
    assert "从未运行" in admin.open("/health").get_data(as_text=True)


@pytest.mark.parametrize(
    ("settings_of", "headers", "status"),
    [
        ({}, {}, 404),
        ({}, {"Authorization": "Bearer "}, 404),
        ({"metrics_token": "t0ken"}, {}, 404),
        ({"metrics_token": "t0ken"}, {"Authorization": "Bearer wrong"}, 404),
        ({"metrics_token": "t0ken"}, {"Authorization": "Bearer t0ken"}, 200),
        ({"metrics_addresses": ("127.0.0.0/8",)}, {}, 200),
        ({"metrics_addresses": ("10.0.0.1", "nonsense")}, {}, 404),
    ],
)
def test_numbers_go_to_whom_they_may(runtime, client, settings_of, headers, status):
    object.__setattr__(runtime, "settings", dataclasses.replace(runtime.settings, **settings_of))
    assert client.get("/metrics", headers=headers).status_code == status


def test_numbers_are_numbers_and_hold_no_name(runtime, client, admin, beating):
    beating()
    object.__setattr__(runtime, "settings", dataclasses.replace(runtime.settings, metrics_token="t0ken"))
    answer = client.get("/metrics", headers={"Authorization": "Bearer t0ken"})
    text = answer.get_data(as_text=True)
    assert answer.content_type.startswith("text/plain; version=0.0.4")
    assert [line for line in text.splitlines() if not line.startswith("#") and not SAMPLE.match(line)] == []
    assert "ledger_up 1" in text
    assert 'ledger_job_failures{job="send"} 0' in text
    assert "qingxi-1" not in text
    with runtime.database.reading() as session:
        assert session.get(Beat, "clock") is not None
