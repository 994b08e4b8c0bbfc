"""Characters that nobody can see: a field of nothing else is empty, and none of them reaches the books."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from tests.support.factories import PASSWORD, make_county, make_task
from tracker.db.models import ProgressReport


@pytest.fixture
def writer(visitor, runtime):
    with runtime.database.writing.begin() as session:
        county = make_county(session)
        task = make_task(session, county.township, owner=county.officer)
        address = f"/tasks/{task.id}/progress"
    person = visitor()
    person.sign_in("officer", PASSWORD)
    person.open(address)
    return person


def written(runtime) -> list[str]:
    with runtime.database.reading() as session:
        return list(session.scalars(select(ProgressReport.done)))


@pytest.mark.parametrize("nothing", ["\u200b", "\x00", "\ufeff\u200b \u2060", "\u202e\u202c", "\x1b\x7f"])
def test_a_field_of_unseen_characters_is_empty(writer, runtime, nothing):
    writer.submit(percent="50", done=nothing)
    assert (writer.status, written(runtime)) == (400, [])


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("完成\x00两期\u200b培训", "完成两期培训"),
        ("\u202e完成\u202c两期", "完成两期"),
        ("第一行\n第二行\t后", "第一行\n第二行\t后"),
        ("👨\u200d👩\u200d👧 全家", "👨\u200d👩\u200d👧 全家"),
    ],
)
def test_what_is_seen_is_kept(writer, runtime, typed, kept):
    writer.submit(percent="50", done=typed)
    assert (writer.status, written(runtime)) == (200, [kept])


def test_a_blank_version_of_an_account_is_told_and_no_fault(visitor, runtime):
    with runtime.database.writing.begin() as session:
        user_id = make_county(session).officer.id
    admin = visitor()
    admin.sign_in("admin", PASSWORD)
    admin.open(f"/users/{user_id}/edit")
    admin.submit(version=" ")
    assert admin.status in (400, 409)
