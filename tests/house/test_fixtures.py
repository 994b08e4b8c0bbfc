"""The shared fixtures do what the other tests rely on."""

from __future__ import annotations

import smtplib
from datetime import UTC, datetime
from email.message import EmailMessage

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from tests.support.mail import Fault, MailSink
from tracker.db.models import Unit, UnitKind

NOW = datetime(2026, 6, 10, 1, 0, tzinfo=UTC)


def a_unit() -> Unit:
    """A unit that fulfils every constraint."""
    return Unit(path="1/", name="清溪县", short_name="清溪", code="QX", kind=UnitKind.AREA, created_at=NOW)


def count_units(session: Session) -> int:
    """How many units there are."""
    return session.scalar(select(func.count()).select_from(Unit)) or 0


@pytest.mark.parametrize("round_", [1, 2])
def test_a_session_forgets_even_what_was_committed(session, round_):
    assert count_units(session) == 0
    session.add(a_unit())
    session.commit()
    session.add(a_unit())
    session.rollback()
    assert count_units(session) == 1


def test_a_database_keeps_what_was_committed_and_its_reader_writes_nothing(database):
    with database.writing.begin() as session:
        session.add(a_unit())
    with database.reading() as session:
        assert count_units(session) == 1
        with pytest.raises(Exception, match=r"(?i)read.?only"):
            session.execute(text("DELETE FROM unit"))


def test_postgresql_sorts_and_folds_as_in_production(postgres_cluster):
    locale = postgres_cluster.execute("SELECT datlocale FROM pg_database WHERE datname = 'tracker_template'")
    assert locale[0][0] == "C.UTF-8"


def test_statements_are_counted_without_housekeeping(sqlite_database, statements):
    with statements() as seen, sqlite_database.reading() as session:
        count_units(session)
    assert len(seen) == 1


def a_mail(number: int) -> EmailMessage:
    """A mail with a Message-ID of its own."""
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "ledger@example.test", "someone@example.test", "逾期提醒"
    mail["Message-ID"] = f"<{number}@example.test>"
    mail.set_content("有 1 项任务逾期。")
    return mail


@pytest.mark.parametrize(
    ("fault", "error", "kept"),
    [
        (Fault.NONE, None, 1),
        (Fault.TEMPORARY, smtplib.SMTPDataError, 0),
        (Fault.PERMANENT, smtplib.SMTPDataError, 0),
        (Fault.REFUSED_RECIPIENT, smtplib.SMTPRecipientsRefused, 0),
        (Fault.DROP, smtplib.SMTPServerDisconnected, 0),
        (Fault.DROP_AFTER, smtplib.SMTPServerDisconnected, 1),
    ],
)
def test_the_mail_sink_fails_as_told_and_then_recovers(smtp_sink: MailSink, fault, error, kept):
    smtp_sink.in_turn(fault)

    def send(number: int) -> None:
        with smtplib.SMTP(smtp_sink.host, smtp_sink.port, timeout=5) as server:
            server.send_message(a_mail(number))

    if error is None:
        send(1)
    else:
        with pytest.raises(error):
            send(1)
    assert len(smtp_sink.received) == kept
    send(2)
    assert smtp_sink.received[-1].message_id == "<2@example.test>"
    assert "1 项任务逾期" in smtp_sink.received[-1].text
    assert smtp_sink.attempts == 2
    assert smtp_sink.duplicates() == {}


def test_the_black_hole_says_nothing(black_hole):
    with pytest.raises(smtplib.SMTPServerDisconnected, match="timed out"):
        smtplib.SMTP(*black_hole, timeout=0.2)


@pytest.mark.browser
def test_a_browser_sees_the_sign_in_page(page, screenshot, monkeypatch):
    monkeypatch.setenv("SCREENSHOTS", "1")
    page.goto("/login")
    assert page.get_by_label("密码").is_visible()
    assert screenshot(page, "house/sign-in").stat().st_size > 5_000
