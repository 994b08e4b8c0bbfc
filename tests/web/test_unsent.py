"""A form that cannot be taken any more: what was typed is shown again to whoever sent it, and nothing else is."""

from __future__ import annotations

import pytest
from lxml import html
from sqlalchemy import delete, update

from tests.support.factories import PASSWORD, make_county, make_task
from tracker.db.models import User, WebSession

TEXT = "上半年完成了两期培训，参训 86 人；<script>alert(1)</script>下半年再办两期。"


@pytest.fixture
def writer(visitor, runtime):
    """An officer who has opened the form of a report of progress."""
    with runtime.database.writing.begin() as session:
        county = make_county(session)
        task = make_task(session, county.township, owner=county.officer)
        address = f"/tasks/{task.id}/progress"
    person = visitor()
    person.sign_in("officer", PASSWORD)
    person.open(address)
    return person


def expire(session) -> None:
    session.execute(delete(WebSession))


def disable(session) -> None:
    session.execute(update(User).where(User.username == "officer").values(is_active=False))


@pytest.mark.parametrize("happened", [expire, disable])
def test_the_text_of_a_form_whose_session_ended_is_shown_and_the_way_back_named(writer, runtime, happened):
    with runtime.database.writing.begin() as session:
        happened(session)
    address = writer.path
    writer.submit(percent="50", done=TEXT, next_step="七月确定名单。", follow=False)
    assert writer.status == 401
    page = html.fromstring(writer.response.get_data(as_text=True))
    assert [area.text for area in page.xpath("//main//textarea[@readonly]")] == [TEXT, "七月确定名单。"]
    assert page.xpath("//main//a[contains(@href, '/login')]/@href") == [f"/login?next={address}"]
    assert not page.xpath("//main//script")


def test_after_signing_in_again_one_is_back_at_the_form(writer, runtime):
    with runtime.database.writing.begin() as session:
        expire(session)
    address = writer.path
    writer.submit(percent="50", done=TEXT, follow=False)
    writer.open(
        html.fromstring(writer.response.get_data(as_text=True)).xpath("//main//a[contains(@href, '/login')]/@href")[0]
    )
    writer.submit(username="officer", password=PASSWORD)
    assert (writer.status, writer.path) == (200, address)


def test_a_page_opened_before_another_sign_in_keeps_what_was_typed(writer):
    writer.submit(percent="50", done=TEXT, csrf_token="of-an-earlier-session", follow=False)
    assert (writer.status, TEXT in html.fromstring(writer.response.get_data(as_text=True)).text_content()) == (
        400,
        True,
    )


@pytest.mark.parametrize("referer", [None, "http://elsewhere.example/form"])
def test_a_foreign_page_puts_no_words_on_ours(client, referer):
    headers = {"Referer": referer} if referer else {}
    answer = client.post("/tasks/1/progress", data={"done": TEXT}, headers=headers)
    assert "完成了两期培训" not in answer.get_data(as_text=True)


def test_no_password_is_repeated(visitor, writer, runtime):
    writer.open("/password")
    with runtime.database.writing.begin() as session:
        expire(session)
    writer.submit(current_password="旧的密码不能再显示", new_password="新的密码也不能显示", follow=False)
    assert "密码不能" not in writer.response.get_data(as_text=True)
