"""督办单: written once when a rung is reached, numbered without gaps, received by its unit, a Word document as prescribed."""

from __future__ import annotations

import io
from datetime import date, datetime, timedelta

import pytest
from docx import Document
from docx.shared import Mm, Pt
from openpyxl import load_workbook
from sqlalchemy import select

from tests.support.clock import CHINA
from tests.support.factories import NOW, County, actor, make_county, make_task
from tracker.db.models import AuditEntry, Message, MessageStatus, Notice, SupervisionSlip
from tracker.db.queries.reminder_record import outcome_of, reminder_record
from tracker.db.queries.slips import SlipFilter, slip_page
from tracker.domain.errors import Forbidden, NotFound, StaleVersion
from tracker.domain.reminders import Channel
from tracker.exports.slip import SlipFacts, write_slip
from tracker.services.alarms import reset_alarms
from tracker.services.inbox import open_notice
from tracker.services.overrides import OverrideDraft, save_override
from tracker.services.reminders import plan_reminders_batch
from tracker.services.slips import AlreadyReceived, receive_slip, slip_document, slip_register
from tracker.services.task_level import set_level

DUE = date(2026, 6, 30)
YELLOW = datetime(2026, 7, 9, 8, 30, tzinfo=CHINA)  # seven working days late
RED = datetime(2026, 7, 21, 8, 30, tzinfo=CHINA)


@pytest.fixture
def county(session) -> County:
    return make_county(session)


def late_task(session, county, **values):
    task = make_task(session, county.township, owner=county.officer, due_on=DUE, **values)
    reset_alarms(session, task, now=datetime(2026, 5, 6, 9, 0, tzinfo=CHINA))
    return task


def rounds(session, *moments):
    for moment in moments:
        plan_reminders_batch(session, now=moment)


def slips(session):
    return session.scalars(select(SupervisionSlip).order_by(SupervisionSlip.id)).all()


def test_a_rung_writes_one_slip_however_often_the_round_is_held(session, county):
    task = late_task(session, county)
    rounds(session, YELLOW, YELLOW, YELLOW + timedelta(days=1), RED, RED + timedelta(days=7), RED + timedelta(days=14))
    first, second = slips(session)
    assert (first.number, first.colour, first.days_late) == ("清溪县督黄〔2026〕1号", "黄单", 7)
    assert (second.number, second.colour, second.days_late) == ("清溪县督红〔2026〕1号", "红单", 15)
    assert {first.area_id, second.area_id} == {county.area.id}
    assert first.task_title == task.title


def test_after_an_outage_the_second_rung_speaks_for_the_first(session, county):
    late_task(session, county)
    rounds(session, RED)
    assert [slip.rung for slip in slips(session)] == ["red"]


def test_numbers_run_on_within_an_area(session, county):
    for _ in range(3):
        late_task(session, county)
    rounds(session, YELLOW)
    assert [slip.serial for slip in slips(session)] == [1, 2, 3]


def test_the_unit_is_told_and_confirms_with_name_and_time(session, county):
    late_task(session, county)
    rounds(session, YELLOW)
    (slip,) = slips(session)
    told = session.scalars(
        select(Notice.recipient_id).where(Notice.rule == "slip:yellow", Notice.channel == Channel.INBOX)
    ).all()
    assert set(told) == {county.officer.id, county.head.id}
    receive_slip(session, actor(county.officer), slip.id, note=" 已安排\n办理 ", version=1, now=YELLOW)
    assert (slip.received_by_name, slip.received_at, slip.receipt_note) == ("李文", YELLOW, "已安排 办理")
    reply = session.scalars(select(Notice).where(Notice.rule == f"slip_received:{slip.id}")).one()
    assert reply.recipient_id == county.supervisor.id
    assert session.scalars(select(AuditEntry.action).where(AuditEntry.object_type == "slip")).all() == [
        "slip.issue",
        "slip.receive",
    ]
    with pytest.raises(AlreadyReceived):
        receive_slip(session, actor(county.head), slip.id, note="", version=2, now=YELLOW)


@pytest.mark.parametrize(
    ("who", "error"),
    [
        ("supervisor", Forbidden),
        ("auditor", Forbidden),
        ("area_head", Forbidden),
        ("section_officer", NotFound),
        ("sister_officer", NotFound),
        ("other_officer", NotFound),
    ],
)
def test_only_the_unit_itself_confirms(session, county, who, error):
    late_task(session, county)
    rounds(session, YELLOW)
    with pytest.raises(error):
        receive_slip(session, actor(getattr(county, who)), slips(session)[0].id, note="", version=1, now=YELLOW)


def test_a_stale_receipt_is_told(session, county):
    late_task(session, county)
    rounds(session, YELLOW)
    with pytest.raises(StaleVersion):
        receive_slip(session, actor(county.officer), slips(session)[0].id, note="", version=7, now=YELLOW)


def test_the_register_is_filtered_and_kept_to_what_is_in_sight(session, county):
    late_task(session, county)
    rounds(session, YELLOW, RED)
    first, second = slips(session)
    receive_slip(session, actor(county.officer), first.id, note="", version=1, now=RED)

    def found(who, **wanted):
        return [slip.id for slip in slip_page(session, actor(who), SlipFilter(**wanted)).slips]

    assert found(county.supervisor) == [second.id, first.id]
    assert found(county.supervisor, rung="red") == [second.id]
    assert found(county.supervisor, received=True) == [first.id]
    assert found(county.supervisor, received=False, year=2026) == [second.id]
    assert found(county.supervisor, year=2025) == []
    assert found(county.sister_head) == []
    book = load_workbook(slip_register(session, actor(county.supervisor), SlipFilter(), now=RED))
    rows = list(book.active.iter_rows(min_row=3, values_only=True))
    assert [row[0] for row in rows] == ["清溪县督红〔2026〕1号", "清溪县督黄〔2026〕1号"]
    assert rows[1][9] == "李文"


def test_exceptions_decide_by_level_and_name_the_colour(session, county):
    draft = OverrideDraft(county.area.id, "key", {"supervisor_after": "2", "supervisor_slip": "橙单"})
    save_override(session, actor(county.admin), None, draft, version=0, now=NOW)
    routine, key = late_task(session, county), late_task(session, county)
    set_level(session, actor(county.supervisor), key.id, "key", version=1, now=NOW)
    assert routine.level is None
    rounds(session, datetime(2026, 7, 2, 8, 30, tzinfo=CHINA))
    (slip,) = slips(session)
    assert (slip.task_id, slip.colour, slip.number) == (key.id, "橙单", "清溪县督橙〔2026〕1号")


def test_the_word_document_keeps_to_the_layout_of_official_papers(session, county):
    late_task(session, county, title="编制<目录> & “清单”\x07")
    rounds(session, YELLOW)
    name, data = slip_document(session, actor(county.supervisor), slips(session)[0].id)
    assert name == "清溪县督黄〔2026〕1号.docx"
    document = Document(io.BytesIO(data))
    section = document.sections[0]
    close = Mm(0.1)
    for found, wanted in (
        (section.page_width, Mm(210)),
        (section.page_height, Mm(297)),
        (section.top_margin, Mm(37)),
        (section.bottom_margin, Mm(35)),
        (section.left_margin, Mm(28)),
        (section.right_margin, Mm(26)),
    ):
        assert abs(found - wanted) < close
    texts = [paragraph.text for paragraph in document.paragraphs]
    assert texts[0] == "清溪县督办单"
    assert "关于“编制<目录> & “清单””逾期未办结的督办通知" in texts
    body = next(paragraph for paragraph in document.paragraphs if paragraph.text.startswith("你单位牵头"))
    assert body.runs[0].font.size == Pt(16)
    assert abs(body.paragraph_format.line_spacing - Pt(28.95)) < Pt(0.1)
    assert body.paragraph_format.first_line_indent == Pt(32)
    assert 'w:eastAsia="仿宋_GB2312"' in body._p.xml
    assert '<w:docGrid w:type="lines"' in section._sectPr.xml
    kept = [paragraph.paragraph_format.keep_with_next for paragraph in document.paragraphs]
    signed = texts.index("清溪县")
    assert kept[signed - 3 : signed + 2] == [True, True, True, True, None]  # no signature on a page without text
    assert "PAGE" in section.footer._element.xml
    assert document.settings.odd_and_even_pages_header_footer
    assert document.tables[0].cell(0, 1).text == "柳湾镇人民政府"


def test_the_same_slip_is_the_same_file():
    facts = SlipFacts("号", "黄单", False, "县", "镇", "L-1", "题", "文", DUE, 7, DUE)
    assert write_slip(facts) == write_slip(facts)


# ---- 催办履历 -------------------------------------------------------------------------------------------------------------


def test_the_record_holds_every_message_with_its_outcome(session, county):
    task = late_task(session, county)
    rounds(session, datetime(2026, 6, 30, 8, 30, tzinfo=CHINA))
    notice = session.scalars(select(Notice).where(Notice.channel == Channel.INBOX)).one()
    open_notice(session, actor(county.officer), notice.id, now=NOW)
    session.flush()
    lines, following = reminder_record(session, task.id)
    assert following is None
    assert [(line.channel, line.state, line.what) for line in lines] == [
        (Channel.EMAIL, "waiting", "到期当天"),
        (Channel.INBOX, "read", "到期当天"),
    ]
    assert lines[1].read_at == NOW


@pytest.mark.parametrize(
    ("values", "state", "said"),
    [
        ({"status": MessageStatus.SENT, "sent_at": NOW}, "sent", "2026-06-10 09:00 已送出"),
        ({"status": MessageStatus.SENT, "sent_at": NOW, "resends": 1}, "sent", "重发 1 次"),
        (
            {"status": MessageStatus.FAILED, "failure": "refused", "last_error": "550"},
            "failed",
            "未送达（对方拒收）：550",
        ),
        ({"status": MessageStatus.CANCELLED, "last_error": "没有仍需提醒的事项"}, "dropped", "没有仍需提醒的事项"),
        ({"status": MessageStatus.PENDING, "attempts": 2, "last_error": "451"}, "waiting", "第 2 次未成，将再试：451"),
        ({"status": MessageStatus.PENDING}, "waiting", "起发送"),
    ],
)
def test_outcomes_are_told_in_words(values, state, said):
    notice = Notice(channel=Channel.EMAIL, cancelled_at=None)
    message = Message(**({"attempts": 0, "resends": 0, "not_before": NOW} | values))
    found, words = outcome_of(notice, message)
    assert found == state
    assert said in words
