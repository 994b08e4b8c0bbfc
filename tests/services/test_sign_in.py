"""Signing in: the throttle, who is told what, what a session stands on, and that a burst is counted."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from tests.support.factories import NOW, PASSWORD, actor, make_county, make_unit, make_user
from tracker.db.models import AuditEntry, SignInAttempt, User, WebSession
from tracker.domain.passwords import LONGEST, WeakPassword, check_password, normal_form
from tracker.domain.permissions import Role
from tracker.services.sign_in import (
    HASH_METHOD,
    SignInRefused,
    Throttle,
    TooManyAttempts,
    change_own_password,
    claim_account,
    credential_stamp,
    end_sessions,
    hash_password,
    proves,
    sign_in,
)

HOME, ELSEWHERE = "10.0.0.1", "10.0.0.2"
NEW_HASH = "scrypt:1024:8:1$made-up$00"


@pytest.fixture
def person(session) -> User:
    return make_county(session).officer


def full_width(text: str) -> str:
    """The same as a Chinese input method types it."""
    return "".join(chr(ord(char) + 0xFEE0) for char in text)


def attempt(session, username="officer", address=HOME, *, proven=False, now=NOW, throttle=None):
    claim = claim_account(session, username, address)
    return sign_in(session, claim, proven=proven and claim.known, throttle=throttle or Throttle(), now=now)


def test_the_right_password_lets_in_and_leaves_a_line(session, person):
    outcome = attempt(session, proven=True)
    assert outcome.user is person
    assert outcome.refusal is None
    assert person.last_login_at == NOW
    line = session.scalars(select(AuditEntry)).one()
    assert (line.action, line.address, line.unit_path) == ("user.sign_in", HOME, person.unit.path)


@pytest.mark.parametrize("username", ["officer", "nobody"])
def test_the_fifth_failure_locks_that_account_from_that_address_for_a_quarter_of_an_hour(session, person, username):
    for number in range(5):
        assert isinstance(attempt(session, username, now=NOW + timedelta(seconds=number)).refusal, SignInRefused)
    locked = attempt(session, username, proven=True, now=NOW + timedelta(minutes=1))
    assert isinstance(locked.refusal, TooManyAttempts)
    assert "15 分钟后" in locked.refusal.message or "14 分钟后" in locked.refusal.message
    assert attempt(session, username, proven=True, now=NOW + timedelta(minutes=14)).user is None
    after = attempt(session, username, proven=True, now=NOW + timedelta(minutes=16))
    assert (after.user is person) == (username == "officer")


def test_tries_while_locked_do_not_prolong_the_lock(session, person):
    for _ in range(5):
        attempt(session)
    for minute in range(1, 15):
        assert isinstance(attempt(session, now=NOW + timedelta(minutes=minute)).refusal, TooManyAttempts)
    assert attempt(session, proven=True, now=NOW + timedelta(minutes=16)).user is person


def test_the_owner_gets_in_from_another_address(session, person):
    for _ in range(5):
        attempt(session)
    assert attempt(session, address=ELSEWHERE, proven=True).user is person


def test_an_attack_from_many_addresses_slows_each_new_one_but_never_the_owner_who_knows_the_password(session, person):
    for number in range(15):
        attempt(session, address=f"10.9.0.{number}")
    assert isinstance(attempt(session, address=ELSEWHERE).refusal, SignInRefused)
    assert isinstance(attempt(session, address=ELSEWHERE).refusal, SignInRefused)
    assert isinstance(attempt(session, address=ELSEWHERE).refusal, TooManyAttempts)
    assert attempt(session, address="10.0.0.3", proven=True).user is person


def test_success_forgets_the_failures_of_that_address_alone(session, person):
    for _ in range(4):
        attempt(session)
        attempt(session, address=ELSEWHERE)
    attempt(session, proven=True)
    places = session.scalars(select(SignInAttempt.address)).all()
    assert places == [ELSEWHERE] * 4


def test_unknown_disabled_and_wrong_are_told_the_same(session, person):
    make_user(session, person.unit, username="gone", is_active=False)
    answers = {
        attempt(session, "nobody").refusal.message,
        attempt(session, "gone", proven=True).refusal.message,
        attempt(session, "officer").refusal.message,
    }
    assert answers == {"账号或密码不正确，请重新输入。"}


def test_a_failure_under_no_account_is_noted_without_what_may_be_a_password(session, person):
    attempt(session, "correct-horse-battery")
    line = session.scalars(select(AuditEntry)).one()
    assert line.action == "user.sign_in_failed"
    assert "horse" not in line.summary
    assert line.summary.startswith("登录失败：co…")
    assert (line.address, line.unit_path) == (HOME, "")


def test_a_password_that_was_changed_while_it_was_checked_does_not_count(session, person):
    claim = claim_account(session, "officer", HOME)
    person.password_hash = NEW_HASH
    session.flush()
    assert sign_in(session, claim, proven=True, throttle=Throttle(), now=NOW).user is None


def test_a_wrong_current_password_counts_like_a_wrong_sign_in(session, person):
    for _ in range(5):
        claim = claim_account(session, "officer", HOME)
        refusal = change_own_password(
            session, actor(person), claim, NEW_HASH, proven=False, throttle=Throttle(), now=NOW
        )
        assert isinstance(refusal, SignInRefused)
        assert refusal.field == "current_password"
    locked = change_own_password(session, actor(person), claim, NEW_HASH, proven=True, throttle=Throttle(), now=NOW)
    assert isinstance(locked, TooManyAttempts)
    assert isinstance(attempt(session, proven=True).refusal, TooManyAttempts)
    assert person.password_hash != NEW_HASH


def test_changing_the_password_ends_every_session_and_the_duty_to_change_it(session, person):
    person.must_change_password = True
    for number in range(3):
        session.add(
            WebSession(token_digest=str(number) * 64, user_id=person.id, data={}, created_at=NOW, last_seen_at=NOW)
        )
    session.flush()
    claim = claim_account(session, "officer", HOME)
    assert (
        change_own_password(session, actor(person), claim, NEW_HASH, proven=True, throttle=Throttle(), now=NOW) is None
    )
    assert session.scalar(select(func.count()).select_from(WebSession)) == 0
    assert (person.password_hash, person.must_change_password, person.password_changed_at) == (NEW_HASH, False, NOW)


def test_ending_sessions_spares_those_of_others(session, person):
    other = make_user(session, person.unit)
    for number, user in enumerate((person, person, other)):
        session.add(
            WebSession(token_digest=str(number) * 64, user_id=user.id, data={}, created_at=NOW, last_seen_at=NOW)
        )
    session.flush()
    assert end_sessions(session, person.id) == 2
    assert session.scalars(select(WebSession.user_id)).all() == [other.id]


def test_the_stamp_changes_with_password_role_and_unit_and_with_nothing_else(session, person):
    before = credential_stamp(person)
    person.name, person.email, person.version = "李改名", "new@example.org", 7
    session.flush()
    assert credential_stamp(person) == before
    stamps = {before}
    for name, value in (("password_hash", NEW_HASH), ("role", Role.HEAD)):
        setattr(person, name, value)
        session.flush()
        stamps.add(credential_stamp(person))
    person.unit = make_unit(session)
    session.flush()
    stamps.add(credential_stamp(person))
    assert len(stamps) == 4


def test_a_burst_of_wrong_passwords_is_counted_one_by_one(database):
    with database.writing.begin() as session:
        make_county(session)
    answers: list[type] = []
    barrier = threading.Barrier(12)

    def try_once() -> None:
        with database.reading() as session:
            claim = claim_account(session, "officer", HOME)
        barrier.wait()
        with database.writing.begin() as session:
            outcome = sign_in(session, claim, proven=False, throttle=Throttle(), now=NOW)
            answers.append(type(outcome.refusal))

    threads = [threading.Thread(target=try_once) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers.count(SignInRefused) == 5
    assert answers.count(TooManyAttempts) == 7


# ---- passwords ------------------------------------------------------------------------------------------------------------


def test_passwords_are_hashed_with_scrypt_as_strongly_as_owasp_asks():
    assert HASH_METHOD == "scrypt:32768:8:3"
    assert hash_password("Liuwan-spring-27").startswith("scrypt:32768:8:3$")


def test_a_hash_is_of_that_password_alone(session, person):
    person.password_hash = hash_password("清溪 Spring-27 ok")
    session.flush()
    claim = claim_account(session, "officer", HOME)
    assert proves(claim, "清溪 Spring-27 ok")
    assert proves(claim, "清溪 " + full_width("Spring-27") + " ok")  # typed full-width by an input method
    assert not proves(claim, "清溪 spring-27 ok")
    assert not proves(claim_account(session, "nobody", HOME), "nobody's password")
    assert not proves(claim, PASSWORD)


@pytest.mark.parametrize("length", [10, 64, LONGEST])
def test_long_passwords_are_welcome_and_count_to_their_last_character(length):
    password = ("山高水长-Kettle-93-" * 10)[:length]
    check_password(password, username="officer", name="李文", min_length=10)
    stored = hash_password(password)
    from werkzeug.security import check_password_hash

    assert check_password_hash(stored, normal_form(password))
    assert not check_password_hash(stored, normal_form(password[:-1] + "!"))


@pytest.mark.parametrize(
    ("password", "said"),
    [
        ("short-1", "至少 10 个字符"),
        ("x" * 129, "最多 128 个字符"),
        ("aaaaaaaaaaaa", "重复的字符太多"),
        ("ababababababab", "重复的字符太多"),
        ("officer-blue-27", "账号名、姓名"),
        ("OFFICER-blue-27", "账号名、姓名"),
        ("李文的好记的密码一二", "账号名、姓名"),
        ("柳湾镇人民政府-2026", "单位名称"),
        ("password2026", "太常见"),
        ("P@ssw0rd2026!", "太常见"),
        (full_width("password2026"), "太常见"),
        ("1234567890ab", "太常见"),
        ("0987654321xy", "太常见"),
        ("qwertyuiop12", "太常见"),
        ("abcdefghijklmn", "太常见"),
        ("Admin12345678", "太常见"),
        ("5201314woaini", "太常见"),
        ("sifaju-2026", "太常见"),
    ],
)
def test_weak_passwords_are_refused_with_the_reason(password, said):
    with pytest.raises(WeakPassword, match=said):
        check_password(password, username="officer", name="李文", min_length=10, context=("柳湾镇人民政府",))


@pytest.mark.parametrize(
    "password",
    [
        "Tiger-blue-93-kettle",
        "correct horse battery",
        "春天的柳岸下了一场小雨",
        "root-of-all-evil-1492",
        "P4$$-thrush-lamp-rye",
    ],
)
def test_good_passwords_pass_without_rules_of_character_classes(password):
    check_password(password, username="officer", name="李文", min_length=10, context=("柳湾镇人民政府",))
