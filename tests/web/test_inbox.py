"""The inbox over HTTP: what came, newest first, read by opening; nobody else's, and nothing that is out of sight."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from lxml import html
from sqlalchemy import select

from tests.support.factories import NOW, TODAY, make_task
from tracker.db.models import Notice, User
from tracker.db.queries.notices import PAGE
from tracker.domain.reminders import Channel, NoticeKind
from tracker.domain.tasks import TaskStatus

PAYLOAD = "<script>alert(1)</script><img src=x onerror=alert(2)>\"'>"


@pytest.fixture
def task_id(runtime, county) -> int:
    with runtime.database.writing.begin() as session:
        return make_task(session, session.merge(county.township), TaskStatus.IN_PROGRESS, title="组织执法培训").id


@pytest.fixture
def tell(runtime, county, task_id):
    """Put a notice into somebody's inbox: ``tell("标题", county.officer, kind=…)`` gives its id."""

    def make(title: str, to: User | None = None, **values) -> int:
        with runtime.database.writing.begin() as session:
            notice = Notice(
                **{
                    "task_id": task_id,
                    "rule": f"test:{title}"[:60],
                    "recipient_id": (to or county.officer).id,
                    "channel": Channel.INBOX,
                    "kind": NoticeKind.OVERDUE,
                    "slot": TODAY,
                    "title": title,
                    "reason": "您是责任人",
                    "link": f"/tasks/{task_id}",
                    "created_at": NOW,
                    **values,
                }
            )
            session.add(notice)
            session.flush()
            return notice.id

    return make


@pytest.fixture
def as_user(someone):
    def enter(username: str, path: str = "/inbox/"):
        person = someone(username)
        person.open(path)
        return person

    return enter


def lines(someone) -> list[str]:
    root = html.fromstring(someone.response.get_data(as_text=True))
    return [button.text_content() for button in root.xpath("//li[contains(@class, 'notice-line')]//button")]


def badge(someone) -> str | None:
    found = re.search(r'提醒<span class="count">(\d+\+?)<', someone.response.get_data(as_text=True))
    return found.group(1) if found else None


def notice(runtime, notice_id: int) -> Notice:
    with runtime.database.reading() as session:
        return session.get_one(Notice, notice_id)


def test_newest_first_under_their_days_with_the_reason(tell, as_user):
    tell("逾期：培训", slot=TODAY - timedelta(days=1))
    tell("今日到期：目录", kind=NoticeKind.DUE_TODAY)
    tell("催办：宣讲", kind=NoticeKind.EVENT, reason="陈督催办，时限 2026-06-30")
    clerk = as_user("officer")
    assert lines(clerk) == ["催办：宣讲", "今日到期：目录", "逾期：培训"]
    text = clerk.text
    assert text.index("2026-06-10") < text.index("今日到期：目录") < text.index("2026-06-09") < text.index("逾期：培训")
    assert "陈督催办，时限 2026-06-30" in text
    assert badge(clerk) == "3"


def test_opening_a_notice_marks_it_and_leads_to_its_task(runtime, clock, tell, as_user, task_id):
    notice_id = tell("逾期：培训")
    clerk = as_user("officer")
    clerk.submit(f"/inbox/{notice_id}/open")
    assert (clerk.status, clerk.path) == (200, f"/tasks/{task_id}")
    assert notice(runtime, notice_id).read_at == clock()
    clock.advance(minutes=5)
    clerk.open("/inbox/")
    assert "没有未读提醒" in clerk.text
    assert badge(clerk) is None
    clerk.open("/inbox/?show=all")
    assert lines(clerk) == ["逾期：培训"]
    clerk.submit(f"/inbox/{notice_id}/open")
    assert notice(runtime, notice_id).read_at < clock()  # when it was first read stays on record


def test_marking_all_read_leaves_what_came_since(runtime, tell, as_user):
    old = [tell("一"), tell("二")]
    clerk = as_user("officer")
    new = tell("三")
    clerk.submit("/inbox/read")
    assert "已将 2 条提醒标为已读" in clerk.text
    assert lines(clerk) == ["三"]
    assert all(notice(runtime, one).read_at for one in old)
    assert notice(runtime, new).read_at is None


def test_nobody_reads_or_marks_anothers(runtime, county, tell, as_user):
    mine, other = tell("我的"), tell("别人的", county.head)
    clerk = as_user("officer")
    assert lines(clerk) == ["我的"]
    token = re.search(r'name="csrf_token" value="([^"]+)"', clerk.response.get_data(as_text=True)).group(1)
    answer = clerk.client.post(f"/inbox/{other}/open", data={"csrf_token": token})
    assert answer.status_code == 404
    clerk.client.post("/inbox/read", data={"csrf_token": token, "up_to": other + 10})
    assert notice(runtime, mine).read_at is not None
    assert notice(runtime, other).read_at is None


def test_what_was_cancelled_or_went_by_mail_is_not_shown_counted_or_marked(runtime, tell, as_user):
    tell("在的")
    gone = tell("作废", cancelled_at=NOW)
    mail = tell("邮件", channel=Channel.EMAIL)
    clerk = as_user("officer", "/inbox/?show=all")
    assert lines(clerk) == ["在的"]
    assert badge(clerk) == "1"
    clerk.submit("/inbox/read")
    assert "已将 1 条提醒标为已读" in clerk.text
    assert (notice(runtime, gone).read_at, notice(runtime, mail).read_at) == (None, None)


def test_a_task_out_of_sight_takes_its_notices_along(runtime, county, tell, as_user):
    """Somebody moved to another unit sees, counts and marks nothing of the old one's any more."""
    hidden = tell("柳湾的事")
    with runtime.database.writing.begin() as session:
        session.get_one(User, county.officer.id).unit_id = county.sister.id
    clerk = as_user("officer")
    assert (lines(clerk), badge(clerk)) == ([], None)
    clerk.open("/inbox/?show=all")
    assert "柳湾的事" not in clerk.response.get_data(as_text=True)
    token = re.search(r'name="csrf_token" value="([^"]+)"', clerk.response.get_data(as_text=True)).group(1)
    assert clerk.client.post(f"/inbox/{hidden}/open", data={"csrf_token": token}).status_code == 404
    clerk.client.post("/inbox/read", data={"csrf_token": token, "up_to": hidden})
    assert notice(runtime, hidden).read_at is None


def test_older_notices_are_a_page_further(tell, as_user):
    for number in range(PAGE + 5):
        tell(f"第{number}条")
    clerk = as_user("officer")
    first = lines(clerk)
    assert len(first) == PAGE
    clerk.open(clerk.links()["下一页"])
    assert len({*first, *lines(clerk)}) == PAGE + 5
    assert len(lines(clerk)) == 5
    assert "下一页" not in clerk.links()
    clerk.open("/inbox/?show=all")
    clerk.open(clerk.links()["下一页"])
    assert "show=all" in clerk.path


@pytest.mark.parametrize("before", ["0", "-1", "x", "99999999999999999999", ""])
def test_a_strange_place_shows_the_inbox(tell, as_user, before):
    tell("一条")
    clerk = as_user("officer", f"/inbox/?before={before}")
    assert (clerk.status, lines(clerk)) == (200, ["一条"])


@pytest.mark.parametrize("up_to", ["", "x", "0", "99999999999999999999"])
def test_a_faulty_form_marks_nothing(runtime, tell, as_user, up_to):
    notice_id = tell("一条")
    clerk = as_user("officer")
    clerk.submit("/inbox/read", up_to=up_to)
    assert clerk.status == 400
    assert notice(runtime, notice_id).read_at is None


def test_an_empty_inbox_says_what_it_is_for(as_user):
    clerk = as_user("officer")
    assert "任务临近时限、逾期、被催办或有了结果时" in clerk.text
    assert "全部标为已读" not in clerk.text
    clerk.open("/inbox/?show=all")
    assert "还没有收到过提醒" in clerk.text


def test_hostile_text_is_shown_as_text(tell, as_user):
    tell(PAYLOAD, reason=PAYLOAD)
    clerk = as_user("officer")
    page = clerk.response.get_data(as_text=True)
    assert "<script>alert" not in page
    assert "<img src=x" not in page
    assert lines(clerk) == [PAYLOAD]


def test_a_page_costs_four_statements_whatever_it_shows(runtime, tell, as_user, statements):
    costs = []
    for number in (1, PAGE + 1):
        for index in range(number):
            tell(f"第{number}-{index}条")
        clerk = as_user("officer")
        clerk.open("/inbox/")
        with statements() as found:
            clerk.open("/inbox/")
        costs.append(len(found))
    assert costs[0] == costs[1] <= 4


def test_reading_is_on_record_for_every_notice(runtime, tell, as_user):
    ids = [tell(f"第{number}条") for number in range(3)]
    as_user("officer").submit("/inbox/read")
    with runtime.database.reading() as session:
        read = session.scalars(select(Notice.read_at).where(Notice.id.in_(ids))).all()
    assert all(read)
